package forest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// domain is one domain of the forest.
type domain struct {
	facts.Domain
	base string // DN of its head
}

// isDomain are the bits of a crossRef's systemFlags that make it a domain:
// FLAG_CR_NTDS_NC and FLAG_CR_NTDS_DOMAIN (MS-ADTS 6.1.1.2.1.1).
const isDomain = 3

// readDomains lists the domains of the forest, the root first.
func (s *session) readDomains(ctx context.Context) ([]domain, error) {
	found, err := s.search(ctx, query{
		base: "CN=Partitions," + s.root.config, scope: ldap.ScopeSingleLevel, filter: "(objectClass=crossRef)",
		attrs: []string{"nCName", "dnsRoot", "nETBIOSName", "systemFlags"},
	})
	if err != nil {
		return nil, err
	}
	var out []domain
	for _, e := range found {
		flags, err := strconv.ParseInt(e.GetEqualFoldAttributeValue("systemFlags"), 10, 64)
		if err != nil || flags&isDomain != isDomain {
			continue
		}
		base := e.GetEqualFoldAttributeValue("nCName")
		out = append(out, domain{base: base, Domain: facts.Domain{
			DNS: strings.ToLower(e.GetEqualFoldAttributeValue("dnsRoot")), NetBIOS: e.GetEqualFoldAttributeValue("nETBIOSName"),
			Root: strings.EqualFold(base, s.root.forest),
		}})
	}
	if !slices.ContainsFunc(out, func(d domain) bool { return d.Root }) {
		return nil, fmt.Errorf("the partitions of the forest do not name its root %s", s.root.forest)
	}
	slices.SortStableFunc(out, func(a, b domain) int {
		switch {
		case a.Root && !b.Root:
			return -1
		case b.Root && !a.Root:
			return 1
		default:
			return strings.Compare(a.DNS, b.DNS)
		}
	})
	return out, nil
}

// readSuffixes lists the alternative UPN suffixes of the forest, which stand at its
// container of partitions (MS-ADA3 2.340, MS-ADSC 2.30).
func (s *session) readSuffixes(ctx context.Context) ([]string, error) {
	const attr = "uPNSuffixes"
	e, err := s.one(ctx, "CN=Partitions,"+s.root.config, []string{attr})
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, fmt.Errorf("CN=Partitions,%s is not to be seen", s.root.config)
	}
	var out []string
	for _, suffix := range e.GetEqualFoldAttributeValues(attr) {
		out = append(out, strings.ToLower(suffix))
	}
	slices.Sort(out)
	return out, nil
}

// visit is one stay in a forest: the session that signed in, the domains, and one
// more session for each further domain that is asked for.
type visit struct {
	d       *Directory
	cred    credentials
	at      controller
	seen    []facts.Controller
	main    *session
	domains []domain
	more    map[string]*session // by DN of the domain in lower case
	failed  map[string]error
	refused error // a further domain refused the password: no other is asked then
}

// enter finds a domain controller, signs in and reads the domains.
func (d *Directory) enter(ctx context.Context, w wanted, cred credentials, say func(string)) (*visit, error) {
	say("Looking for a domain controller of " + w.domain)
	usable, seen, err := d.find(ctx, w)
	if err != nil {
		return nil, err
	}
	v := &visit{d: d, cred: cred, seen: seen, more: map[string]*session{}, failed: map[string]error{}}
	for i, c := range usable {
		v.at = c
		say("Signing in at " + c.name())
		if v.main, err = d.signIn(ctx, c, cred); err == nil {
			break
		}
		if i == len(usable)-1 || ctx.Err() != nil || aboutAccount(err) {
			return nil, err
		}
	}
	say("Reading the domains of the forest")
	if v.domains, err = v.main.readDomains(ctx); err != nil {
		v.close()
		return nil, ldapProblem(err, "read the domains of the forest")
	}
	return v, nil
}

// aboutAccount tells whether a sign-in was refused for what was typed, so that
// another domain controller would only count the same attempt again.
func aboutAccount(err error) bool {
	p := problem.As(err)
	return p != nil && (p.Field == answers.FieldForestUser || p.Field == answers.FieldForestPass)
}

func (v *visit) close() {
	v.main.close()
	for _, s := range v.more {
		s.close()
	}
}

// root gives the forest's root domain.
func (v *visit) root() domain { return v.domains[0] }

// in gives a session at a domain controller of a domain. A domain that did not
// answer once is not asked again.
func (v *visit) in(ctx context.Context, dom domain) (*session, error) {
	if strings.EqualFold(dom.base, v.main.root.domain) {
		return v.main, nil
	}
	key := strings.ToLower(dom.base)
	if s := v.more[key]; s != nil {
		return s, nil
	}
	if err := v.failed[key]; err != nil {
		return nil, err
	}
	if v.refused != nil {
		p := *problem.From(v.refused)
		p.What = "The password is not tried here, as another domain refused it. " + p.What
		return nil, &p
	}
	usable, _, err := v.d.find(ctx, wanted{domain: dom.DNS})
	for _, c := range usable {
		var s *session
		if s, err = v.further(ctx, c, dom); err == nil {
			v.more[key] = s
			return s, nil
		}
		if aboutAccount(err) {
			v.refused = err
			break
		}
		if ctx.Err() != nil {
			break
		}
	}
	v.failed[key] = err
	return nil, err
}

// further signs in at a domain controller of a further domain.
func (v *visit) further(ctx context.Context, c controller, dom domain) (*session, error) {
	s, err := v.d.signIn(ctx, c, v.cred)
	if err == nil && !strings.EqualFold(s.root.domain, dom.base) {
		s.close()
		err = fmt.Errorf("%s is no domain controller of %s", c.name(), dom.DNS)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// enterpriseAdmins gives the SID of the forest's Enterprise Admins.
func (v *visit) enterpriseAdmins(ctx context.Context) (descriptor.SID, error) {
	s, err := v.in(ctx, v.root())
	if err != nil {
		return "", err
	}
	e, err := s.one(ctx, v.root().base, []string{"objectSid"})
	if err != nil {
		return "", err
	}
	if e == nil {
		return "", errors.New(v.root().base + " is not held by " + s.host)
	}
	sid, err := descriptor.SIDFromBytes(e.GetEqualFoldRawAttributeValue("objectSid"))
	if err != nil {
		return "", err
	}
	return sid.Relative(descriptor.EnterpriseAdmins), nil
}

// account is the object of whoever signed in.
type account struct {
	name    string // DOMAIN\user
	managed bool
	sid     descriptor.SID // empty when the object was not found
}

// self finds the object of whoever signed in. The token proves that it is the
// right one; without it the name stays as it was typed.
func (v *visit) self(ctx context.Context) account {
	for _, dom := range v.likely() {
		base := dom.base
		scope := ldap.ScopeWholeSubtree
		if v.cred.login.dn != "" {
			base, scope = v.cred.login.dn, ldap.ScopeBaseObject
		}
		s, err := v.in(ctx, dom)
		if err != nil {
			continue
		}
		found, err := s.search(ctx, query{base: base, scope: scope, filter: v.cred.login.filter(), attrs: []string{"sAMAccountName", "objectSid", "objectClass"}})
		if err != nil {
			continue
		}
		for _, e := range found {
			sid, err := descriptor.SIDFromBytes(e.GetEqualFoldRawAttributeValue("objectSid"))
			if err != nil || !s.token[sid] {
				continue
			}
			a := account{name: dom.NetBIOS + `\` + e.GetEqualFoldAttributeValue("sAMAccountName"), sid: sid}
			for _, class := range e.GetEqualFoldAttributeValues("objectClass") {
				switch strings.ToLower(class) {
				case "computer", "msds-managedserviceaccount", "msds-groupmanagedserviceaccount", "msds-delegatedmanagedserviceaccount":
					a.managed = true
				}
			}
			return a
		}
	}
	return account{name: v.cred.typed}
}

// likely lists the domains, that which the user name speaks of first.
func (v *visit) likely() []domain {
	l := v.cred.login
	name := l.domain
	if l.dn != "" {
		name = domainOf(l.dn)
	}
	out := slices.Clone(v.domains)
	for i, d := range out {
		if strings.EqualFold(name, d.DNS) || strings.EqualFold(name, d.NetBIOS) {
			return append([]domain{d}, slices.Delete(out, i, i+1)...)
		}
	}
	return out
}
