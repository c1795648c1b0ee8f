package forest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

var _ apply.Directory = (*Directory)(nil)

// accountControl is a normal account whose password never expires
// (MS-ADTS 2.2.16: 0x200 and 0x10000).
const accountControl = "66048"

// made is what is there of a planned account.
type made struct {
	dn, comment string
	sid         descriptor.SID
}

// CreateAccount makes the planned account with its rights, as apply.Directory
// describes. What an earlier try left and bears the plan's description is taken
// over, with a new password. Errors are *problem.Problem.
func (d *Directory) CreateAccount(ctx context.Context, a plan.Account, admin apply.Credential) (secret.Value, error) {
	v, home, err := d.stay(ctx, a, admin)
	if err != nil {
		return secret.Value{}, problem.From(err)
	}
	defer v.close()
	s, err := v.in(ctx, home)
	if err != nil {
		return secret.Value{}, v.domainProblem(home, err)
	}
	password, err := s.policyPassword(ctx, home)
	if err != nil {
		return secret.Value{}, problem.From(err)
	}
	there, err := s.findMade(ctx, home, a.User)
	if err != nil {
		return secret.Value{}, ldapProblem(err, "look for the account "+a.User)
	}
	if there != nil && there.comment != a.Comment {
		return secret.Value{}, &problem.Problem{
			Code: CodeExists, What: fmt.Sprintf("There is an account %s\\%s already, and this installation did not make it.", home.NetBIOS, a.User),
			Fix: "Go back to Connect your directories and press Next again: another name is chosen.",
		}
	}
	if there == nil {
		there, err = s.add(ctx, home, a, password)
	} else {
		err = s.reset(ctx, there.dn, password)
	}
	if err != nil {
		return secret.Value{}, problem.From(err)
	}
	if err := s.harden(ctx, v, there.dn); err != nil {
		return secret.Value{}, ldapProblem(err, "protect the new account "+a.User)
	}
	if err := v.change(ctx, a, there.sid, grant); err != nil {
		return secret.Value{}, problem.From(err)
	}
	return password, nil
}

// RemoveAccount takes CreateAccount back: first its entries on the domains, then
// the account, as apply.Directory describes. Errors are *problem.Problem.
func (d *Directory) RemoveAccount(ctx context.Context, a plan.Account, admin apply.Credential) error {
	v, home, err := d.stay(ctx, a, admin)
	if err != nil {
		return problem.From(err)
	}
	defer v.close()
	s, err := v.in(ctx, home)
	if err != nil {
		return v.domainProblem(home, err)
	}
	there, err := s.findMade(ctx, home, a.User)
	if err != nil {
		return ldapProblem(err, "look for the account "+a.User)
	}
	if there == nil || there.comment != a.Comment {
		return nil
	}
	if err := v.change(ctx, a, there.sid, revoke); err != nil {
		return problem.From(err)
	}
	err = s.do(ctx, func() error { return s.conn.Del(ldap.NewDelRequest(there.dn, nil)) })
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return ldapProblem(err, "remove the account "+a.User)
	}
	return nil
}

// HasAccount tells whether the planned account is there and bears the plan's
// description, as apply.Directory describes. Errors are *problem.Problem.
func (d *Directory) HasAccount(ctx context.Context, a plan.Account, admin apply.Credential) (bool, error) {
	v, home, err := d.stay(ctx, a, admin)
	if err != nil {
		return false, problem.From(err)
	}
	defer v.close()
	s, err := v.in(ctx, home)
	if err != nil {
		return false, v.domainProblem(home, err)
	}
	there, err := s.findMade(ctx, home, a.User)
	if err != nil {
		return false, ldapProblem(err, "look for the account "+a.User)
	}
	return there != nil && there.comment == a.Comment, nil
}

// stay signs in as an Enterprise Admin, which is proven, and gives the domain that
// the account goes to.
func (d *Directory) stay(ctx context.Context, a plan.Account, admin apply.Credential) (*visit, domain, error) {
	v, err := d.visitAs(ctx, a, admin)
	if err != nil {
		return nil, domain{}, err
	}
	if _, err := v.fitsAdmin(ctx, v.self(ctx)); err != nil {
		v.close()
		return nil, domain{}, err
	}
	home := v.root()
	for _, dom := range v.domains {
		if a.Container != "" && strings.EqualFold(domainOf(a.Container), domainDNS(dom.base)) {
			home = dom
		}
	}
	return v, home, nil
}

// visitAs signs in to a planned account's forest.
func (d *Directory) visitAs(ctx context.Context, a plan.Account, admin apply.Credential) (*visit, error) {
	forest := trimDot(a.Forest)
	cred, err := d.admin(admin.Current, admin.User, admin.Password, forest)
	if err != nil {
		return nil, err
	}
	if d, err = d.trusting(a.PinSHA256, a.TrustFile); err != nil {
		return nil, err
	}
	w := wanted{domain: forest, forest: forest}
	if a.Controller != "" {
		w.known = []string{a.Controller}
	}
	return d.enter(ctx, w, cred, func(string) {})
}

// policyPassword makes a password that is as long as the domain wants it.
func (s *session) policyPassword(ctx context.Context, dom domain) (secret.Value, error) {
	e, err := s.one(ctx, dom.base, []string{"minPwdLength"})
	if err != nil {
		return secret.Value{}, ldapProblem(err, "read the password policy of "+dom.DNS)
	}
	minimum := 0
	if e != nil {
		// Absent or not a number: 43 characters are more than any policy wanted so far.
		if n, err := strconv.Atoi(e.GetEqualFoldAttributeValue("minPwdLength")); err == nil {
			minimum = n
		}
	}
	return newPassword(minimum)
}

// findMade looks for an account by its name; nil when there is none.
func (s *session) findMade(ctx context.Context, dom domain, user string) (*made, error) {
	found, err := s.search(ctx, query{
		base: dom.base, scope: ldap.ScopeWholeSubtree, filter: "(sAMAccountName=" + ldap.EscapeFilter(user) + ")",
		attrs: []string{"description", "objectSid"},
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	sid, err := descriptor.SIDFromBytes(found[0].GetEqualFoldRawAttributeValue("objectSid"))
	if err != nil {
		return nil, err
	}
	return &made{dn: found[0].DN, comment: found[0].GetEqualFoldAttributeValue("description"), sid: sid}, nil
}

// add makes the account in one request.
func (s *session) add(ctx context.Context, dom domain, a plan.Account, password secret.Value) (*made, error) {
	container := a.Container
	if container == "" {
		e, err := s.one(ctx, strings.Replace(usersContainer, "%s", dom.base, 1), []string{"1.1"})
		if err != nil || e == nil {
			return nil, ldapProblem(errors.Join(err, errors.New("the container of users was not found")), "find the container of users")
		}
		container = e.DN
	}
	req := ldap.NewAddRequest("CN="+ldap.EscapeDN(a.User)+","+container, nil)
	req.Attribute("objectClass", []string{"top", "person", "organizationalPerson", "user"})
	req.Attribute("sAMAccountName", []string{a.User})
	req.Attribute("userPrincipalName", []string{a.User + "@" + dom.DNS})
	req.Attribute("displayName", []string{a.User})
	if a.Comment != "" {
		req.Attribute("description", []string{a.Comment})
	}
	req.Attribute("userAccountControl", []string{accountControl})
	req.Attribute("unicodePwd", []string{unicodePwd(password)})
	if err := s.do(ctx, func() error { return s.conn.Add(req) }); err != nil {
		return nil, addProblem(err, a.User, container)
	}
	there, err := s.findMade(ctx, dom, a.User)
	if err == nil && there == nil {
		err = errors.New("it is not there although it was made")
	}
	if err != nil {
		return nil, ldapProblem(err, "read the new account "+a.User)
	}
	return there, nil
}

// addProblem puts a refused creation into words.
func addProblem(err error, user, container string) error {
	var e *ldap.Error
	if !errors.As(err, &e) {
		return ldapProblem(err, "create the account "+user)
	}
	switch e.ResultCode {
	case ldap.LDAPResultEntryAlreadyExists:
		return &problem.Problem{
			Code: CodeExists, What: "Something called " + user + " is in " + container + " already, and this installation did not make it.",
			Fix: "Go back to Connect your directories and press Next again: another name is chosen.", Detail: ldapText(e), Cause: err,
		}
	case ldap.LDAPResultConstraintViolation, ldap.LDAPResultUnwillingToPerform:
		return &problem.Problem{
			Code: CodePolicy, What: "The domain refused the new account " + user + " or its password.",
			Why: "A password filter or policy of the domain does not accept a random password of 256 bits.",
			Fix: "Ask whoever runs the domain which rule it is, or create an account by hand and choose Use existing AD account.", Detail: ldapText(e), Cause: err,
		}
	}
	return ldapProblem(err, "create the account "+user)
}

// reset gives an account that an earlier try left a new password.
func (s *session) reset(ctx context.Context, dn string, password secret.Value) error {
	req := ldap.NewModifyRequest(dn, nil)
	req.Replace("unicodePwd", []string{unicodePwd(password)})
	req.Replace("userAccountControl", []string{accountControl})
	if err := s.do(ctx, func() error { return s.conn.Modify(req) }); err != nil {
		return ldapProblem(err, "give the account a new password")
	}
	return nil
}

// harden replaces the account's own DACL by the product's: nothing inherited, so
// that help desks and account operators can't reset its password (docs:
// how-to-connect-configure-ad-ds-connector-account, "Restrict permissions").
func (s *session) harden(ctx context.Context, v *visit, dn string) error {
	group, err := v.enterpriseAdmins(ctx)
	if err != nil {
		return err
	}
	own, err := s.one(ctx, s.root.domain, []string{"objectSid"})
	if err != nil {
		return err
	}
	if own == nil {
		return errors.New("the head of the domain can't be read")
	}
	sid, err := descriptor.SIDFromBytes(own.GetEqualFoldRawAttributeValue("objectSid"))
	if err != nil {
		return err
	}
	var aces []descriptor.ACE
	for _, who := range []descriptor.SID{descriptor.LocalSystem, group, sid.Relative(descriptor.DomainAdmins), descriptor.Administrators} {
		aces = append(aces, descriptor.NewAllow(who, descriptor.FullControl, 0, descriptor.GUID{}, descriptor.GUID{}))
	}
	for _, who := range []descriptor.SID{descriptor.EnterpriseDCs, descriptor.AuthenticatedUsers} {
		aces = append(aces, descriptor.NewAllow(who, descriptor.List|descriptor.ReadProperty|descriptor.ReadControl, 0, descriptor.GUID{}, descriptor.GUID{}))
	}
	return s.writeDACL(ctx, dn, descriptor.New(descriptor.DACLProtected, aces...))
}
