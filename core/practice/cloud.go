package practice

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// person is one pretend account of the pretend tenant.
type person struct {
	upn    string
	role   string // template id, or empty
	state  facts.RoleState
	tenant string // another tenant's initial domain, for a wrong one
	kind   string
}

// tenant is the pretend Microsoft Entra tenant. It implements setup.Cloud and apply.Cloud.
type tenant struct {
	mu         sync.Mutex
	initial    string
	domains    []string
	people     map[string]person // by UPN in lower case
	identities map[string]facts.SyncIdentity
	lastSync   time.Time
	signedIn   bool
	now        func() time.Time
	pause      time.Duration
}

var (
	_ setup.Cloud = (*tenant)(nil)
	_ apply.Cloud = (*tenant)(nil)
)

// SignIn pretends the sign-in with a second factor, as setup.Cloud describes.
func (t *tenant) SignIn(ctx context.Context, r setup.CloudRequest, prompt func(setup.Prompt)) (facts.Tenant, error) {
	if r.Answer.Flow == answers.FlowDevice {
		prompt(setup.Prompt{
			Text: "On a pretend phone the code is being typed. Nothing has to be done.",
			URL:  "https://microsoft.com/devicelogin", Code: "PRACTICE1", Expires: t.now().Add(15 * time.Minute).UTC(),
		})
	} else {
		prompt(setup.Prompt{Text: "A pretend browser signs in and approves the second factor. Nothing has to be done."})
	}
	select {
	case <-ctx.Done():
		return facts.Tenant{}, ctx.Err()
	case <-time.After(3 * t.pause):
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p, ok := t.people[strings.ToLower(strings.TrimSpace(r.Answer.User))]
	if !ok {
		return facts.Tenant{}, &problem.Problem{
			Code: "entra.user.unknown", Field: answers.FieldEntraUser,
			What:   fmt.Sprintf("The practice tenant has no account %q.", r.Answer.User),
			Fix:    "Use one of the accounts that the practice banner names, for example admin@" + t.initial + ".",
			Detail: "AADSTS50034",
		}
	}
	t.signedIn = true
	return t.facts(p), nil
}

func (t *tenant) facts(p person) facts.Tenant {
	const source = "practice tenant"
	now := t.now()
	initial, domains := t.initial, t.domains
	if p.tenant != "" {
		initial, domains = p.tenant, []string{p.tenant}
	}
	roles := []facts.Role{
		{Name: "Hybrid Identity Administrator", ID: facts.RoleHybridAdmin, State: facts.RoleMissing},
		{Name: "Global Administrator", ID: facts.RoleGlobalAdmin, State: facts.RoleMissing},
	}
	for i := range roles {
		if roles[i].ID == p.role {
			roles[i].State = p.state
		}
	}
	var identities []facts.SyncIdentity
	for _, i := range t.identities {
		identities = append(identities, i)
	}
	id := sha256.Sum256([]byte(initial))
	return facts.Tenant{
		ID:            guid(id[:]),
		Name:          strings.ToUpper(initial[:1]) + strings.TrimSuffix(initial, ".onmicrosoft.com")[1:],
		InitialDomain: initial,
		Domains:       facts.Known(domains, source, now),
		Cloud:         string(answers.CloudGlobal),
		SyncEnabled:   facts.Known(true, source, now),
		LastSync:      facts.Known(t.lastSync, source, now),
		User:          p.upn,
		UserKind:      p.kind,
		Roles:         facts.Known(roles, source, now),
		Identities:    facts.Known(identities, source, now),
		Threshold:     facts.Known(int64(500), source, now),
		At:            now.UTC(),
	}
}

// SignOut forgets the sign-in.
func (t *tenant) SignOut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.signedIn = false
}

func (t *tenant) ready(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(t.pause):
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.signedIn {
		return &problem.Problem{
			Code: "entra.signed-out", What: "Nobody is signed in to Microsoft Entra ID any more.",
			Fix: "Go back to Connect to Microsoft Entra ID and sign in again.",
		}
	}
	return nil
}

// CreateIdentity makes the planned identity, as apply.Cloud describes.
func (t *tenant) CreateIdentity(ctx context.Context, i plan.Identity, say func(string)) (apply.IdentityCredential, error) {
	if err := t.ready(ctx); err != nil {
		return apply.IdentityCredential{}, err
	}
	say("Waiting until the tenant knows " + i.Name)
	if err := t.ready(ctx); err != nil {
		return apply.IdentityCredential{}, err
	}
	c, err := credential(i)
	if err != nil {
		return apply.IdentityCredential{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.identities[strings.ToLower(i.Name)] = facts.SyncIdentity{Name: i.Name, Kind: string(i.Kind), Server: serverOf(i.Name)}
	return c, nil
}

// credential makes a password, or a key with a name for its certificate.
func credential(i plan.Identity) (apply.IdentityCredential, error) {
	if i.Kind == plan.IdentityUser {
		var b [32]byte
		if _, err := rand.Read(b[:]); err != nil {
			return apply.IdentityCredential{}, fmt.Errorf("make a password: %w", err)
		}
		return apply.IdentityCredential{Login: i.Name, Secret: secret.New(hex.EncodeToString(b[:]))}, nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return apply.IdentityCredential{}, fmt.Errorf("make a key: %w", err)
	}
	der := x509.MarshalPKCS1PrivateKey(key)
	thumb := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	id := sha256.Sum256([]byte(i.Name))
	return apply.IdentityCredential{
		Login: guid(id[:]), Thumbprint: strings.ToUpper(hex.EncodeToString(thumb[:20])), Secret: secret.FromBytes(der),
	}, nil
}

// RemoveIdentity takes CreateIdentity back, as apply.Cloud describes.
func (t *tenant) RemoveIdentity(ctx context.Context, i plan.Identity) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.identities, strings.ToLower(i.Name))
	return nil
}

// HasIdentity tells whether the identity is there.
func (t *tenant) HasIdentity(ctx context.Context, i plan.Identity) (bool, error) {
	if err := t.ready(ctx); err != nil {
		return false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, ok := t.identities[strings.ToLower(i.Name)]
	return ok, nil
}

// serverOf takes the server out of Sync_<SERVER>_<hex> or ConnectSyncProvisioning_<SERVER>_<hex>.
func serverOf(name string) string {
	parts := strings.Split(name, "_")
	if len(parts) < 3 {
		return ""
	}
	return strings.Join(parts[1:len(parts)-1], "_")
}

// guid writes the first 16 bytes of b as a GUID.
func guid(b []byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
