package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// builder holds what the parts of a plan share.
type builder struct {
	in        Input
	set       facts.Set
	server    string // this computer, upper case
	database  string
	installed string // version of Entra Connect on this computer, empty when unknown
	lastUsed  string
	higher    bool // the installed version is higher than the one last used
	stale     bool // the last synchronization is older than three weeks, or nobody knows
}

// decide answers the questions that the rest of the plan depends on.
func (b *builder) decide() {
	b.installed, _ = preflight.Installed(b.set, b.in.Answers)
	b.lastUsed, _ = b.set.ADSync.VersionLastUsed()
	order, ok := product.Compare(b.installed, b.lastUsed)
	b.higher = ok && order > 0
	last, known := b.set.ADSync.LastActivity()
	// Without any evidence the water-mark may be stale: a full import that was not
	// needed costs time only, one that was left out costs objects.
	b.stale = !known || b.in.Now.Sub(last.When.Value) > preflight.ActivityLimit
}

// suffix gives the twelve digits that the names of this installation share; the
// product uses the same ones for the account and the application.
func (b *builder) suffix() string { return b.in.Installation[:12] }

func (b *builder) claim() Claim {
	return Claim{
		Before: b.set.ADSync.Claim.Value,
		After: facts.Claim{
			Server: b.server, Installation: b.in.Installation, At: b.in.Now.UTC().Truncate(time.Second), Version: b.in.Program,
		},
	}
}

// identity names the sync identity: an application from 2.5.76.0, a user before.
// A version that is not known is taken for a new one, as the service accepts no
// other any more.
func (b *builder) identity() Identity {
	tenant := b.in.Tenant.InitialDomain
	if !preflight.ByApplication(b.installed) {
		return Identity{
			Kind: IdentityUser, Tenant: tenant,
			Name: fmt.Sprintf("Sync_%s_%s@%s", b.server, b.suffix(), tenant),
		}
	}
	return Identity{
		Kind: IdentityApplication, Tenant: tenant,
		Name: fmt.Sprintf("ConnectSyncProvisioning_%s_%s", b.server, b.suffix()),
	}
}

// accounts gives the connector account of every forest, in the database's order.
func (b *builder) accounts() ([]Account, *problem.Problem) {
	var out []Account
	for _, c := range b.set.ADSync.Forests() {
		name := forestName(c)
		proof, ok := b.proof(name)
		if !ok {
			return nil, &problem.Problem{
				Code: CodeForest, Field: answers.FieldForestUser,
				What: "The forest " + name + " has no account yet.",
				Why:  "The passwords in the database can be read by the previous server only.",
				Fix:  "Press Change Credentials for " + name + " on the page Connect your directories.",
			}
		}
		a, p := b.account(c, name, proof)
		if p != nil {
			return nil, p
		}
		out = append(out, a)
	}
	return out, nil
}

func (b *builder) account(c facts.Connector, name string, proof facts.ForestAccount) (Account, *problem.Problem) {
	answer := b.answer(name)
	a := Account{
		Forest: name, Connector: c.ID, Option: answer.Option, Controller: proof.Controller,
		PinSHA256: answer.PinSHA256, TrustFile: answer.TrustFile,
	}
	if a.Option == "" {
		a.Option = answers.CreateAccount
	}
	a.Current = answer.AsCurrent()
	if a.Option == answers.ExistingAccount {
		user := proof.User
		if user == "" {
			user = answer.User
		}
		account, ok := Normalise(user, proof.Forest)
		if !ok {
			return Account{}, &problem.Problem{
				Code: CodeAccount, Field: answers.FieldForestUser,
				What: "The account of " + name + " has no domain: " + user + ".",
				Fix:  `Enter it as DOMAIN\user.`,
			}
		}
		a.Domain, a.User = account.Domain, account.User
		if a.Grants = granted(proof.Rights); len(a.Grants) > 0 {
			a.SID, a.Grantor = proof.SID, proof.Grantor
			a.Current = answer.Grant.AsCurrent()
		}
		return a, nil
	}
	a.Domain, a.User = b.rootDomain(name, proof.Forest), "MSOL_"+b.suffix()
	a.Admin, a.Container = proof.User, proof.Container
	a.Comment = fmt.Sprintf("Account created by ADSync Reconnect with installation identifier '%s' running on computer '%s' "+
		"configured to synchronize to tenant '%s'. This account must have directory replication permissions in the local "+
		"Active Directory and write permission on certain attributes to enable Hybrid Deployment.",
		b.in.Installation, b.server, b.in.Tenant.InitialDomain)
	a.Grants = granted(proof.Rights)
	return a, nil
}

// granted gives the rights that Install is to grant.
func granted(rights []facts.Right) []facts.Right {
	var out []facts.Right
	for _, r := range rights {
		if r.State == facts.RightGranted {
			out = append(out, r)
		}
	}
	return out
}

// rootDomain gives the DNS name of the forest's root domain, where new accounts
// are made, in the form in which the product writes it into the connector.
func (b *builder) rootDomain(name string, f facts.Forest) string {
	for _, d := range f.Domains.Or(nil) {
		if d.Root {
			return d.DNS
		}
	}
	return name
}

func (b *builder) proof(forest string) (facts.ForestAccount, bool) {
	i := slices.IndexFunc(b.in.Forests, func(f facts.ForestAccount) bool { return strings.EqualFold(f.Forest.Name, forest) })
	if i < 0 {
		return facts.ForestAccount{}, false
	}
	return b.in.Forests[i], true
}

func (b *builder) answer(forest string) answers.Forest {
	for _, f := range b.in.Answers.Forests {
		if strings.EqualFold(f.Forest, forest) {
			return f
		}
	}
	return answers.Forest{Forest: forest}
}

func forestName(c facts.Connector) string {
	if c.Forest != "" {
		return c.Forest
	}
	return c.Name
}

// Normalise gives an account as DOMAIN\user: the NetBIOS name in capitals where
// the forest knows the domain, whether it was given as DOMAIN\user, as
// domain.name\user or as user@domain.name. ok is false without a domain.
func Normalise(name string, f facts.Forest) (account facts.Account, ok bool) {
	name = strings.TrimSpace(name)
	domain, user, found := strings.Cut(name, `\`)
	if !found {
		at := strings.LastIndex(name, "@")
		if at < 0 {
			return facts.Account{}, false
		}
		domain, user = name[at+1:], name[:at]
	}
	domain, user = strings.TrimSpace(domain), strings.TrimSpace(user)
	if domain == "" || user == "" {
		return facts.Account{}, false
	}
	for _, d := range f.Domains.Or(nil) {
		if strings.EqualFold(domain, d.DNS) && d.NetBIOS != "" {
			domain = d.NetBIOS
		}
	}
	if !strings.Contains(domain, ".") {
		domain = strings.ToUpper(domain)
	}
	return facts.Account{Domain: domain, User: user}, true
}
