package forest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/ldaptest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

const (
	playedForest   = "played.test"
	playedPassword = "Pl@yed-1"
)

// played gives a forest that is played, and a Directory that reaches it.
func played(t testing.TB) (*ldaptest.Forest, *Directory) {
	t.Helper()
	f := ldaptest.New(t, playedForest, "PLAYED")
	return f, &Directory{Resolver: f.Resolver(), Roots: f.Roots(), route: f.Route, Timeout: 5 * time.Second}
}

func ask(option answers.AccountOption, user string, features ...facts.Feature) setup.ForestRequest {
	return setup.ForestRequest{
		Answer: answers.Forest{Forest: playedForest, Option: option, User: user}, Password: secret.New(playedPassword), Features: features,
	}
}

// binds counts the sign-ins among requests, and fails on one that was not protected.
func binds(t *testing.T, all []ldaptest.Request) (n int) {
	t.Helper()
	for _, r := range all {
		if r.Op != ldap.ApplicationBindRequest {
			continue
		}
		n++
		if !r.Protected {
			t.Errorf("%s was sent to %s without protection", r.Base, r.Host)
		}
	}
	return n
}

// TestPlayedRefusedSignIns lets Windows refuse a sign-in for each of its reasons.
func TestPlayedRefusedSignIns(t *testing.T) {
	f, d := played(t)
	for code, want := range map[string]problem.Code{
		"52e": CodeWrong, "525": CodeUserUnknown, "530": CodeHours, "531": CodeWorkstation, "532": CodeExpired, "533": CodeDisabled,
		"701": CodeAccountOver, "773": CodeMustChange, "775": CodeLocked, "569": CodeSignIn, "none": CodeWrong,
	} {
		f.Domains[0].Add(ldaptest.Account{Name: "svc-" + code, Password: playedPassword, SubCode: code})
		f.Requests()
		_, err := d.Verify(t.Context(), ask(answers.ExistingAccount, `PLAYED\svc-`+code), nil)
		p := problem.As(err)
		if p == nil || p.Code != want || p.Field == "" || p.Fix == "" || strings.Contains(p.Text(), playedPassword) {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if code != "none" && !strings.Contains(p.Detail, "data "+code) {
			t.Errorf("%s: the domain controller's words are lost: %q", code, p.Detail)
		}
		if n := binds(t, f.Requests()); n != 1 {
			t.Errorf("%s: the sign-in was tried %d times", code, n)
		}
	}
}

// TestPlayedAccountsThatMustNotBe refuses what a connector account can't be, by
// class and by group, also where groups are those of a child domain.
func TestPlayedAccountsThatMustNotBe(t *testing.T) {
	f, d := played(t)
	root := f.Domains[0]
	child := f.AddDomain("child."+playedForest, "CHILD")
	for name, c := range map[string]struct {
		class  string
		groups []descriptor.SID
		want   problem.Code
	}{
		"gmsa":         {"msDS-GroupManagedServiceAccount", nil, CodeManaged},
		"dmsa":         {"msDS-DelegatedManagedServiceAccount", nil, CodeManaged},
		"smsa":         {"msDS-ManagedServiceAccount", nil, CodeManaged},
		"computer":     {"computer", nil, CodeManaged},
		"enterprise":   {"", []descriptor.SID{root.SID.Relative(descriptor.EnterpriseAdmins)}, CodePrivileged},
		"domain":       {"", []descriptor.SID{root.SID.Relative(descriptor.DomainAdmins)}, CodePrivileged},
		"child domain": {"", []descriptor.SID{child.SID.Relative(descriptor.DomainAdmins)}, CodePrivileged},
		"plain":        {"", []descriptor.SID{root.SID.Relative(1600)}, ""},
	} {
		a := root.Add(ldaptest.Account{Name: "svc " + name, Password: playedPassword, Class: c.class, Groups: c.groups})
		_, err := d.Verify(t.Context(), ask(answers.ExistingAccount, a.DN()), nil)
		if p := problem.As(err); (c.want == "") != (err == nil) || p != nil && (p.Code != c.want || p.Field != answers.FieldForestUser) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{`PLAYED\gmsa$`, `NT SERVICE\ADSync`, `NT AUTHORITY\SYSTEM`} {
		f.Requests()
		if _, err := d.Verify(t.Context(), ask(answers.ExistingAccount, name), nil); problem.As(err) == nil || problem.As(err).Code != CodeManaged {
			t.Errorf("%s: %v", name, err)
		}
		if all := f.Requests(); len(all) != 0 {
			t.Errorf("%s: was asked about on the wire: %+v", name, all)
		}
	}
}

// TestPlayedRefusals refuses each request of a proof once, busy or otherwise: it
// ends in words, or in something that is said to be unknown, and never in a yes.
func TestPlayedRefusals(t *testing.T) {
	results := map[string]ldaptest.Result{
		"busy":        {Code: ldap.LDAPResultBusy, Text: "0000200E: SvcErr: DSID-031401E0, problem 5001 (BUSY), data 0"},
		"unavailable": {Code: ldap.LDAPResultUnavailable, Text: "0000200F: SvcErr: DSID-031401E0, problem 5002 (UNAVAILABLE), data 0"},
		"time limit":  {Code: ldap.LDAPResultTimeLimitExceeded, Text: "00000000: LdapErr: DSID-0C0909AB, comment: time limit, data 0"},
		"too much":    {Code: ldap.LDAPResultAdminLimitExceeded, Text: "00002024: SvcErr: DSID-02050B0C, problem 5008 (ADMIN_LIMIT_EXCEEDED), data -1026"},
		"referral":    {Code: ldap.LDAPResultReferral, Text: "0000202B: RefErr: DSID-031007F3, data 0, 1 access points", Referral: []string{"ldap://elsewhere.test/DC=elsewhere,DC=test"}},
		"size limit":  {Code: ldap.LDAPResultSizeLimitExceeded, Text: "size limit exceeded"},
	}
	features := []facts.Feature{facts.FeaturePasswordHash, facts.FeatureConsistencyGUID}
	for name, result := range results {
		f, d := played(t)
		f.Domains[0].Add(ldaptest.Account{Name: "svc", Password: playedPassword})
		if _, err := d.Verify(t.Context(), ask(answers.ExistingAccount, `PLAYED\svc`, features...), nil); err != nil {
			t.Fatal(err)
		}
		whole := f.Requests()
		for i := range whole {
			n := 0
			f.Domains[0].DCs[0].Refuse = func(ldaptest.Request) *ldaptest.Result {
				if n++; n-1 != i {
					return nil
				}
				return &result
			}
			a, err := d.Verify(t.Context(), ask(answers.ExistingAccount, `PLAYED\svc`, features...), nil)
			refused := f.Requests()
			if p := problem.As(err); err != nil && (p == nil || p.Code == problem.CodeUnknown || p.What == "" || p.Fix == "") {
				t.Errorf("%s at request %d (%+v): %#v", name, i, whole[i], err)
			}
			for _, r := range a.Rights {
				if r.State == facts.RightHas || r.State == facts.RightGranted || r.State == facts.RightUnknown && r.Why == "" {
					t.Errorf("%s at request %d (%+v): %+v", name, i, whole[i], r)
				}
			}
			if binds(t, refused) > 1 {
				t.Errorf("%s at request %d: signed in more than once", name, i)
			}
		}
	}
}

// TestPlayedBusyDomainController goes to the next one when the first does not look at
// the password, and does not when it refuses it.
func TestPlayedBusyDomainController(t *testing.T) {
	f, d := played(t)
	root := f.Domains[0]
	second := root.AddDC(t, "dc2."+playedForest)
	root.Admin("ea", playedPassword)
	for _, dc := range root.DCs { // DNS gives them in any order: whoever is asked first is busy
		dc.Refuse = func(r ldaptest.Request) *ldaptest.Result {
			if r.Op == ldap.ApplicationBindRequest && dc != second {
				return &ldaptest.Result{Code: ldap.LDAPResultBusy, Text: "busy"}
			}
			return nil
		}
	}
	for range 6 {
		a, err := d.Verify(t.Context(), ask(answers.CreateAccount, `PLAYED\ea`), nil)
		if err != nil || a.Controller != second.Host {
			t.Fatalf("%s %v", a.Controller, err)
		}
	}
	f.Requests()
	r := ask(answers.CreateAccount, `PLAYED\ea`)
	r.Password = secret.New("wrong")
	second.Refuse, root.DCs[0].Refuse = nil, nil
	if _, err := d.Verify(t.Context(), r, nil); problem.As(err) == nil || problem.As(err).Code != CodeWrong {
		t.Errorf("a wrong password: %v", err)
	}
	if n := binds(t, f.Requests()); n != 1 {
		t.Errorf("a wrong password was tried %d times", n)
	}
}

func TestPlayedReadOnlyDomainController(t *testing.T) {
	f, d := played(t)
	root := f.Domains[0]
	root.Admin("ea", playedPassword)
	root.DCs[0].ReadOnly = true
	_, err := d.Verify(t.Context(), ask(answers.CreateAccount, `PLAYED\ea`), nil)
	if p := problem.As(err); p == nil || p.Code != CodeReadOnly || binds(t, f.Requests()) != 0 {
		t.Errorf("read-only: %v", err)
	}
	writable := root.AddDC(t, "dc2."+playedForest)
	a, err := d.Verify(t.Context(), ask(answers.CreateAccount, `PLAYED\ea`), nil)
	if err != nil || a.Controller != writable.Host {
		t.Errorf("beside a writable one: %s %v", a.Controller, err)
	}
	seen := a.Forest.Controllers.Or(nil)
	if i := slices.IndexFunc(seen, func(c facts.Controller) bool { return c.Host == root.DCs[0].Host }); i < 0 || seen[i].Writable {
		t.Errorf("seen %+v", seen)
	}
}

func TestPlayedFunctionalLevels(t *testing.T) {
	for level, want := range map[string]preflight.Severity{
		"0": preflight.Blocked, "1": preflight.Blocked, "2": preflight.Pass, "7": preflight.Pass, "10": preflight.Pass, "": preflight.Unknown,
	} {
		f, d := played(t)
		f.Level = level
		f.Domains[0].Admin("ea", playedPassword)
		a, err := d.Verify(t.Context(), ask(answers.CreateAccount, `PLAYED\ea`), nil)
		if err != nil {
			t.Fatal(err)
		}
		all := preflight.JudgeForest(facts.Set{}, facts.Connector{}, a)
		i := slices.IndexFunc(all, func(f preflight.Finding) bool { return f.ID == "forest.level" })
		if i < 0 || all[i].Severity != want {
			t.Errorf("level %q: %+v", level, all)
		}
	}
}

// TestPlayedDisjointNames has a domain controller whose name lies in no domain of the
// forest, and a NetBIOS name that is no label of the domain.
func TestPlayedDisjointNames(t *testing.T) {
	f := ldaptest.New(t, playedForest, "OLDNAME")
	root := f.Domains[0]
	root.DCs = nil
	dc := root.AddDC(t, "srv01.servers.example")
	d := &Directory{Resolver: f.Resolver(), Roots: f.Roots(), route: f.Route, Timeout: 5 * time.Second}
	root.Admin("ea", playedPassword)
	a, err := d.Verify(t.Context(), ask(answers.CreateAccount, `OLDNAME\ea`, facts.FeaturePasswordHash), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.Controller != dc.Host || a.User != `OLDNAME\ea` || a.Protection != byLDAPS || a.Rights[0].State != facts.RightGranted {
		t.Errorf("%+v", a)
	}
	if got := a.Forest.Domains.Or(nil); len(got) != 1 || got[0] != (facts.Domain{DNS: playedForest, NetBIOS: "OLDNAME", Root: true}) {
		t.Errorf("domains %+v", got)
	}
}
