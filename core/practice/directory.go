package practice

import (
	"context"
	"crypto/rand"
	"encoding/base64"
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

// account is one pretend account of a pretend forest.
type account struct {
	sam             string
	password        string
	description     string
	enterpriseAdmin bool
	domainAdmin     bool
	disabled        bool
	mustChange      bool
	bad             int // wrong passwords since the last good one
	rights          map[held]bool
}

// lockout is the pretend forests' threshold of wrong passwords.
const lockout = 5

// forest is one pretend Active Directory forest.
type forest struct {
	dns, netbios string
	domains      []facts.Domain
	accounts     map[string]*account // by sAMAccountName in lower case
	unreachable  bool
}

// directory is all forests of a practice site. It implements setup.Directory and
// apply.Directory.
type directory struct {
	mu      sync.Mutex
	forests map[string]*forest // by DNS name in lower case
	now     func() time.Time
	home    *forest       // whose Enterprise Admin runs the program on the pretend computer
	pause   time.Duration // how long an answer takes, so that progress can be seen
}

var (
	_ setup.Directory = (*directory)(nil)
	_ apply.Directory = (*directory)(nil)
)

// Verify signs in and looks at the rights, as setup.Directory describes.
func (d *directory) Verify(ctx context.Context, r setup.ForestRequest, say func(string)) (facts.ForestAccount, error) {
	say("Looking for a domain controller of " + r.Answer.Forest)
	f, err := d.find(ctx, r.Answer.Forest)
	if err != nil {
		return facts.ForestAccount{}, err
	}
	say("Signing in at " + f.controller())
	if err := d.wait(ctx); err != nil {
		return facts.ForestAccount{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a, err := d.enter(f, apply.Credential{User: r.Answer.User, Password: r.Password, Current: r.Answer.AsCurrent()})
	if err != nil {
		return facts.ForestAccount{}, err
	}
	if err := f.fits(a, r.Answer.Option); err != nil {
		return facts.ForestAccount{}, err
	}
	now := d.now()
	out := facts.ForestAccount{
		Forest:     f.facts(now),
		User:       f.netbios + `\` + a.sam,
		Controller: f.controller(),
		Protection: "LDAPS",
		Container:  "CN=Users," + dn(f.dns),
		Rights:     f.rights(a, r),
		At:         now.UTC(),
	}
	return out, d.proveGrant(f, &out, r)
}

// fits refuses accounts that do not go with the chosen option.
func (f *forest) fits(a *account, option answers.AccountOption) error {
	if option == answers.ExistingAccount {
		if a.enterpriseAdmin || a.domainAdmin {
			return &problem.Problem{
				Code: "ad.account.privileged", Field: answers.FieldForestUser,
				What: f.netbios + `\` + a.sam + " is an Enterprise or Domain Admin, which a connector account must not be.",
				Why:  "Whoever gets at this server would get at the whole forest.",
				Fix:  "Choose Create new AD account, or give an account that only has the rights of the features in use.",
			}
		}
		return nil
	}
	if !a.enterpriseAdmin {
		return &problem.Problem{
			Code: "ad.admin.missing", Field: answers.FieldForestUser,
			What: f.netbios + `\` + a.sam + " is not a member of Enterprise Admins.",
			Why:  "Creating the account and giving it rights on every domain of the forest needs an Enterprise Admin.",
			Fix:  "Sign in with an Enterprise Admin, or choose Use existing AD account.",
		}
	}
	return nil
}

// rights lists what the features need: granted by Install for a new account,
// had or lacked by an existing one.
func (f *forest) rights(a *account, r setup.ForestRequest) []facts.Right {
	var out []facts.Right
	for _, feature := range r.Features {
		for _, domain := range f.domains {
			right := facts.Right{Feature: feature, Domain: domain.DNS, State: facts.RightGranted, Text: rightText(feature) + " on " + domain.DNS}
			if r.Answer.Option == answers.ExistingAccount {
				right.State = facts.RightHas
				if !a.rights[rightOn(feature, domain.DNS)] {
					right.State = facts.RightLacks
					right.Command = dsacls(feature, domain.DNS, f.netbios+`\`+a.sam)
					right.Missing = missing(feature, domain.DNS)
				}
			}
			out = append(out, right)
		}
	}
	return out
}

// signIn checks name and password like a domain controller does, counting wrong
// passwords. The caller holds the lock.
func (f *forest) signIn(user string, password secret.Value) (*account, error) {
	name, err := f.sam(user)
	if err != nil {
		return nil, err
	}
	a := f.accounts[strings.ToLower(name)]
	p := &problem.Problem{Field: answers.FieldForestUser, Detail: "LDAP result 49"}
	switch {
	case a == nil:
		p.Code, p.Field = "ad.password.wrong", answers.FieldForestPass
		p.What = "The user name or the password is not correct."
		p.Fix = "Check both. It was tried once and is not tried again by itself."
	case a.bad >= lockout:
		p.Code = "ad.account.locked"
		p.What = "The account is locked out."
		p.Fix = "Unlock it in Active Directory Users and Computers, or wait 30 minutes; it was not tried again."
	case !secret.New(a.password).Same(password):
		a.bad++
		p.Code, p.Field = "ad.password.wrong", answers.FieldForestPass
		p.What = fmt.Sprintf("The password for %s\\%s is not correct.", f.netbios, a.sam)
		p.Why = fmt.Sprintf("%d more wrong attempts lock the account.", lockout-a.bad)
		p.Fix = "Type it again. It was tried once and is not tried again by itself."
	case a.disabled:
		p.Code, p.What, p.Fix = "ad.account.disabled", "The account is disabled.", "Enable it in Active Directory Users and Computers, or give another one."
	case a.mustChange:
		p.Code, p.What, p.Fix = "ad.password.must-change", "The password must be changed before the first sign-in.", "Sign in once with this account and change its password, then type the new one here."
		p.Field = answers.FieldForestPass
	default:
		a.bad = 0
		return a, nil
	}
	return nil, p
}

// sam gives the account name out of DOMAIN\user, dns.domain\user or a UPN.
func (f *forest) sam(user string) (string, error) {
	domain, name, ok := strings.Cut(strings.TrimSpace(user), `\`)
	if !ok {
		if name, domain, ok = strings.Cut(strings.TrimSpace(user), "@"); !ok {
			return "", &problem.Problem{
				Code: "ad.user.form", Field: answers.FieldForestUser,
				What: "The user name lacks its domain.",
				Fix:  "Write it as " + f.netbios + `\user or user@` + f.dns + ".",
			}
		}
	}
	for _, d := range f.domains {
		if strings.EqualFold(domain, d.DNS) || strings.EqualFold(domain, d.NetBIOS) {
			return name, nil
		}
	}
	return "", &problem.Problem{
		Code: "ad.user.domain", Field: answers.FieldForestUser,
		What: fmt.Sprintf("%q is not a domain of the forest %s.", domain, f.dns),
		Fix:  "Write the user name as " + f.netbios + `\user.`,
	}
}

func (d *directory) find(ctx context.Context, name string) (*forest, error) {
	if err := d.wait(ctx); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.forests[strings.ToLower(name)]
	if f == nil || f.unreachable {
		return nil, &problem.Problem{
			Code: "ad.forest.unreachable",
			What: "No domain controller of " + name + " answers.",
			Why:  "Neither DNS nor the last used domain controller led to one.",
			Fix:  "Check the DNS settings of this computer and that ports 53, 88 and 389 are open to the domain controllers, then try again.",
		}
	}
	return f, nil
}

func (d *directory) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d.pause):
		return nil
	}
}

// administer does something in the forest of a planned account, signed in as its
// Enterprise Admin and holding the lock.
func (d *directory) administer(ctx context.Context, p plan.Account, admin apply.Credential, do func(f *forest, key string) error) error {
	f, err := d.find(ctx, p.Forest)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.asAdmin(f, admin); err != nil {
		return err
	}
	return do(f, strings.ToLower(p.User))
}

// CreateAccount makes the planned account, as apply.Directory describes.
func (d *directory) CreateAccount(ctx context.Context, p plan.Account, admin apply.Credential) (made secret.Value, err error) {
	err = d.administer(ctx, p, admin, func(f *forest, key string) error {
		if old := f.accounts[key]; old != nil && old.description != p.Comment {
			return &problem.Problem{
				Code: "ad.account.exists",
				What: fmt.Sprintf("There is an account %s\\%s already, and this installation did not make it.", f.netbios, p.User),
				Fix:  "Go back to Connect your directories and press Next again: another name is chosen.",
			}
		}
		var b [32]byte
		if _, err := rand.Read(b[:]); err != nil {
			return fmt.Errorf("make a password: %w", err)
		}
		a := &account{sam: p.User, password: base64.RawStdEncoding.EncodeToString(b[:]), description: p.Comment, rights: map[held]bool{}}
		for _, g := range p.Grants {
			a.rights[rightOn(g.Feature, g.Domain)] = true
		}
		f.accounts[key] = a
		made = secret.New(a.password)
		return nil
	})
	return made, err
}

// RemoveAccount takes CreateAccount back, as apply.Directory describes.
func (d *directory) RemoveAccount(ctx context.Context, p plan.Account, admin apply.Credential) error {
	return d.administer(ctx, p, admin, func(f *forest, key string) error {
		if a := f.accounts[key]; a != nil && a.description == p.Comment {
			delete(f.accounts, key)
		}
		return nil
	})
}

// HasAccount tells whether this installation's account is there.
func (d *directory) HasAccount(ctx context.Context, p plan.Account, admin apply.Credential) (there bool, err error) {
	err = d.administer(ctx, p, admin, func(f *forest, key string) error {
		a := f.accounts[key]
		there = a != nil && a.description == p.Comment
		return nil
	})
	return there, err
}

func (d *directory) asAdmin(f *forest, c apply.Credential) error {
	a, err := d.enter(f, c)
	if err != nil {
		return err
	}
	return f.fits(a, answers.CreateAccount)
}

func (f *forest) controller() string { return "dc01." + f.dns }

// name is the first part of the forest's DNS name: contoso.
func (f *forest) name() string {
	name, _, _ := strings.Cut(f.dns, ".")
	return name
}

func (f *forest) facts(now time.Time) facts.Forest {
	const source = "practice directory"
	var old []facts.OldAccount
	for _, a := range f.accounts {
		if strings.HasPrefix(a.sam, "MSOL_") {
			old = append(old, facts.OldAccount{Name: f.netbios + `\` + a.sam, Server: serverIn(a.description), Created: now.AddDate(-3, 0, 0).UTC()})
		}
	}
	return facts.Forest{
		Name:        f.dns,
		Domains:     facts.Known(f.domains, source, now),
		Controllers: facts.Known([]facts.Controller{{Host: f.controller(), Writable: true}}, source, now),
		Level:       facts.Known("2016", source, now),
		Clock:       facts.Known(time.Second, source, now),
		OldAccounts: facts.Known(old, source, now),
		Suffixes:    facts.Known([]string{f.name() + ".com"}, source, now),
	}
}

// serverIn takes the computer's name out of an account's description.
func serverIn(description string) string {
	_, rest, ok := strings.Cut(description, "running on computer '")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "'")
	return name
}
