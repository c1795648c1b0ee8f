package forest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

var _ setup.Directory = (*Directory)(nil)

// usersContainer is the well-known container of new users, wherever it was
// redirected to (GUID_USERS_CONTAINER_W, MS-ADTS 6.1.1.4).
const usersContainer = "<WKGUID=a9d1ca15768811d1aded00c04fd8d5cd,%s>"

// Verify signs in and proves what the answer says, as setup.Directory describes.
// It changes nothing. Errors are *problem.Problem.
func (d *Directory) Verify(ctx context.Context, r setup.ForestRequest, say func(string)) (facts.ForestAccount, error) {
	if say == nil {
		say = func(string) {}
	}
	forest := trimDot(r.Answer.Forest)
	cred, err := d.admin(r.Answer.AsCurrent(), r.Answer.User, r.Password, forest)
	if err != nil {
		return facts.ForestAccount{}, err
	}
	if d, err = d.trusting(r.Answer.PinSHA256, r.Answer.TrustFile); err != nil {
		return facts.ForestAccount{}, err
	}
	v, err := d.enter(ctx, wanted{domain: forest, forest: forest, typed: r.Answer.DC, known: lastUsed(r.Connector)}, cred, say)
	if err != nil {
		return facts.ForestAccount{Certificate: d.certificate("")}, problem.From(err)
	}
	defer v.close()
	out := facts.ForestAccount{
		Controller: v.at.name(), Protection: v.main.protection, At: d.now().UTC(), Certificate: d.certificate(v.at.host),
	}
	self := v.self(ctx)
	out.User, out.SID = self.name, self.sid.String()
	if r.Answer.Option == answers.ExistingAccount {
		err = v.fitsExisting(self)
	} else {
		say("Looking at what " + self.name + " may do")
		out.Container, err = v.fitsAdmin(ctx, self)
	}
	if err != nil {
		return facts.ForestAccount{}, problem.From(err)
	}
	say("Reading the rights on every domain")
	if out.Rights, err = v.rights(ctx, r.Features, r.Answer.Option == answers.ExistingAccount, self.name); err != nil {
		return facts.ForestAccount{}, problem.From(err)
	}
	if r.Answer.Option == answers.ExistingAccount {
		if err := d.proveGrant(ctx, r, &out, say); err != nil {
			return out, problem.From(err)
		}
	}
	say("Looking for accounts of earlier installations")
	out.Forest = v.facts(ctx, forest)
	if err := ctx.Err(); err != nil {
		return facts.ForestAccount{}, problem.From(err)
	}
	return out, nil
}

// lastUsed lists the domain controllers that the database names.
func lastUsed(c facts.Connector) []string {
	var out []string
	for _, p := range c.Partitions {
		out = append(append(out, p.PreferredDCs...), p.LastDC)
	}
	return unique(out)
}

// fitsExisting refuses accounts that must not be connector accounts.
func (v *visit) fitsExisting(self account) error {
	if self.managed {
		return managedProblem(self.name)
	}
	for sid := range v.main.token {
		if !sid.OfDomain() {
			continue
		}
		if rid := sid.Last(); rid == descriptor.EnterpriseAdmins || rid == descriptor.DomainAdmins {
			return &problem.Problem{
				Code: CodePrivileged, Field: answers.FieldForestUser,
				What:   self.name + " is an Enterprise or Domain Admin, which a connector account must not be.",
				Why:    "Whoever gets at this server would get at the whole forest.",
				Fix:    "Choose Create new AD account, or give an account that only has the rights of the features in use.",
				Detail: "The sign-in is in the group " + sid.String() + ", directly or through other groups.",
			}
		}
	}
	return nil
}

// fitsAdmin proves that an account can be made: the group Enterprise Admins by
// the token, and the right to create users in the container that it gives.
func (v *visit) fitsAdmin(ctx context.Context, self account) (container string, err error) {
	group, err := v.enterpriseAdmins(ctx)
	if err != nil {
		return "", v.domainProblem(v.root(), err)
	}
	s, err := v.in(ctx, v.root())
	if err != nil {
		return "", v.domainProblem(v.root(), err)
	}
	if !s.token[group] {
		return "", &problem.Problem{
			Code: CodeNotAdmin, Field: answers.FieldForestUser, What: self.name + " is not a member of Enterprise Admins.",
			Why:    "Creating the account and giving it rights on every domain of the forest needs an Enterprise Admin.",
			Fix:    "Sign in with an Enterprise Admin, or choose Use existing AD account. Who was made one just now signs in again.",
			Detail: "The sign-in is not in the group " + group.String() + ".",
		}
	}
	e, err := s.one(ctx, strings.Replace(usersContainer, "%s", v.root().base, 1), []string{"allowedChildClassesEffective"})
	if err != nil {
		return "", ldapProblem(err, "read the container of users")
	}
	if e == nil || !slices.ContainsFunc(e.GetEqualFoldAttributeValues("allowedChildClassesEffective"), func(c string) bool { return strings.EqualFold(c, "user") }) {
		where := v.root().base
		if e != nil {
			where = e.DN
		}
		return "", &problem.Problem{
			Code: CodeMayNotMake, Field: answers.FieldForestUser, What: self.name + " may not create users in " + where + ".",
			Why: "The right was taken from Enterprise Admins there.",
			Fix: "Give it the right to create user objects in that container, or choose Use existing AD account.",
		}
	}
	return e.DN, nil
}

// domainProblem says that a domain of the forest can't be asked.
func (v *visit) domainProblem(dom domain, err error) *problem.Problem {
	if p := problem.As(err); p != nil && p.Field != "" {
		return p
	}
	return &problem.Problem{
		Code: CodeDomain, What: "The domain " + dom.DNS + " of the forest can't be asked.", Why: reason(err),
		Fix: "Make sure that a domain controller of " + dom.DNS + " can be reached, then try again.", Cause: err,
	}
}

// facts gives what was seen of the forest.
func (v *visit) facts(ctx context.Context, name string) facts.Forest {
	now, source := v.d.now(), v.at.name()
	domains := make([]facts.Domain, 0, len(v.domains))
	for _, d := range v.domains {
		domains = append(domains, d.Domain)
	}
	out := facts.Forest{
		Name: name, Domains: facts.Known(domains, source, now), Controllers: facts.Known(v.seen, "DNS and "+source, now),
		Level: facts.Unknown[string](source, "the domain controller tells no functional level", now),
		Clock: facts.Unknown[time.Duration](source, "the domain controller does not tell its time", now),
	}
	if suffixes, err := v.main.readSuffixes(ctx); err != nil {
		out.Suffixes = facts.Unknown[[]string](source, reason(err), now)
	} else {
		out.Suffixes = facts.Known(suffixes, source, now)
	}
	if level, ok := levelName(v.main.root.forestLevel); ok {
		out.Level = facts.Known(level, source, now)
	}
	if v.main.root.clockKnown {
		out.Clock = facts.Known(v.main.root.clock, source, now)
	}
	out.Exceptions = v.exceptions(ctx)
	old, err := v.oldAccounts(ctx)
	if err != nil {
		out.OldAccounts = facts.Unknown[[]facts.OldAccount](v.root().DNS, reason(err), now)
	} else {
		out.OldAccounts = facts.Known(old, v.root().DNS, now)
	}
	return out
}

// oldAccounts lists the connector accounts that installations left in the root
// domain, by the name and description that they give them.
func (v *visit) oldAccounts(ctx context.Context) ([]facts.OldAccount, error) {
	s, err := v.in(ctx, v.root())
	if err != nil {
		return nil, err
	}
	found, err := s.search(ctx, query{
		base: v.root().base, scope: ldap.ScopeWholeSubtree, filter: "(&(objectCategory=person)(objectClass=user)(sAMAccountName=MSOL_*))",
		attrs: []string{"sAMAccountName", "description", "whenCreated"},
	})
	if err != nil {
		return nil, err
	}
	var out []facts.OldAccount
	for _, e := range found {
		text := e.GetEqualFoldAttributeValue("description")
		old := facts.OldAccount{
			Name:   v.root().NetBIOS + `\` + e.GetEqualFoldAttributeValue("sAMAccountName"),
			Server: quoted(text, "running on "), Tenant: quoted(text, "to tenant "),
		}
		if t, err := parseTime(e.GetEqualFoldAttributeValue("whenCreated")); err == nil {
			old.Created = t
		}
		out = append(out, old)
	}
	slices.SortFunc(out, func(a, b facts.OldAccount) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// quoted gives what stands in the first quotes behind some words.
func quoted(text, behind string) string {
	_, rest, ok := strings.Cut(text, behind)
	if !ok {
		return ""
	}
	_, rest, ok = strings.Cut(rest, "'")
	if !ok {
		return ""
	}
	name, _, ok := strings.Cut(rest, "'")
	if !ok {
		return ""
	}
	return name
}
