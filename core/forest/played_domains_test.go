package forest

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/ldaptest"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

const playedChild = "europe." + playedForest

// withChild gives a played forest with a child domain that has a domain controller of its own.
func withChild(t *testing.T) (f *ldaptest.Forest, d *Directory, child *ldaptest.Domain) {
	t.Helper()
	f, d = played(t)
	child = f.AddDomain(playedChild, "EUROPE")
	child.AddDC(t, "dc1."+playedChild)
	return f, d, child
}

// TestPlayedChildDomain proves an Enterprise Admin of the child domain and a connector
// account with rights on one head alone, each domain asked at its own domain controller.
func TestPlayedChildDomain(t *testing.T) {
	f, d, child := withChild(t)
	child.Admin("ea", playedPassword)
	a, err := d.Verify(t.Context(), ask(answers.CreateAccount, playedChild+`\ea`, facts.FeaturePasswordHash), nil)
	if err != nil || a.User != `EUROPE\ea` || a.Container != "CN=Users,"+f.Domains[0].Base() {
		t.Errorf("%+v %v", a, err)
	}
	for i, domain := range []string{playedForest, playedChild} {
		if len(a.Rights) != 2 || a.Rights[i].Domain != domain || a.Rights[i].State != facts.RightGranted {
			t.Errorf("rights %+v", a.Rights)
		}
	}
	svc := f.Domains[0].Add(ldaptest.Account{Name: "svc", Password: playedPassword})
	for _, right := range []descriptor.GUID{rightChanges, rightChangesAll} {
		child.DACL = append(child.DACL, descriptor.NewAllow(svc.SID(), descriptor.ControlAccess, 0, right, descriptor.GUID{}))
	}
	f.Requests()
	if a, err = d.Verify(t.Context(), ask(answers.ExistingAccount, `PLAYED\svc`, facts.FeaturePasswordHash), nil); err != nil {
		t.Fatal(err)
	}
	if len(a.Rights) != 2 || a.Rights[0].State != facts.RightLacks || a.Rights[1].State != facts.RightHas || len(a.Rights[0].Command) != 2 {
		t.Errorf("granted on the child alone: %+v", a.Rights)
	}
	all := f.Requests()
	if n := binds(t, all); n != 2 {
		t.Errorf("%d sign-ins for two domains", n)
	}
	if len(all) >= 2*40 {
		t.Errorf("%d requests for two domains", len(all))
	}
	for _, r := range all {
		if r.Op == ldap.ApplicationSearchRequest && strings.HasSuffix(r.Base, child.Base()) != (r.Host == "dc1."+playedChild) && strings.HasPrefix(r.Base, "DC=") {
			t.Errorf("%s was asked about %s", r.Host, r.Base)
		}
	}
}

// TestPlayedChildDomainRefuses has a child domain whose domain controllers are gone, say
// no to the password, or belong to another domain: what rests on it is unknown, the
// root's rights are told, and a refused password goes to no third domain.
func TestPlayedChildDomainRefuses(t *testing.T) {
	features := []facts.Feature{facts.FeaturePasswordHash}
	for name, c := range map[string]struct {
		change func(t *testing.T, f *ldaptest.Forest, child *ldaptest.Domain)
		says   string
	}{
		"gone":  {func(_ *testing.T, _ *ldaptest.Forest, child *ldaptest.Domain) { child.DCs = nil }, "answers"},
		"other": {func(_ *testing.T, f *ldaptest.Forest, child *ldaptest.Domain) { child.DCs = f.Domains[0].DCs }, "no domain controller of " + playedChild},
		"refuses": {func(t *testing.T, f *ldaptest.Forest, child *ldaptest.Domain) {
			child.DCs[0].Refuse = func(r ldaptest.Request) *ldaptest.Result {
				if r.Op == ldap.ApplicationBindRequest {
					return &ldaptest.Result{Code: ldap.LDAPResultInvalidCredentials, Text: "80090308: data 52e, v4563"}
				}
				return nil
			}
			f.AddDomain("us."+playedForest, "US").AddDC(t, "dc1.us."+playedForest)
		}, "not correct"},
		"read-only": {func(_ *testing.T, _ *ldaptest.Forest, child *ldaptest.Domain) { child.DCs[0].ReadOnly = true }, "read-only"},
	} {
		f, d, child := withChild(t)
		f.Domains[0].Add(ldaptest.Account{Name: "svc", Password: playedPassword})
		c.change(t, f, child)
		a, err := d.Verify(t.Context(), ask(answers.ExistingAccount, `PLAYED\svc`, features...), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, r := range a.Rights {
			switch r.Domain {
			case playedForest:
				if r.State != facts.RightLacks {
					t.Errorf("%s: the root's right is %s", name, r.State)
				}
			case playedChild:
				if r.State != facts.RightUnknown || !strings.Contains(r.Why, c.says) {
					t.Errorf("%s: %s %q", name, r.State, r.Why)
				}
			default:
				if r.State != facts.RightUnknown || !strings.Contains(r.Why, "not tried") {
					t.Errorf("%s: %+v", name, r)
				}
			}
		}
		if x, known := a.Forest.Exceptions.Get(); !known || len(x.Unread) == 0 || x.Unread[0].Why == "" {
			t.Errorf("%s: exceptions %+v", name, x)
		}
		refused := 0
		for _, r := range f.Requests() {
			if r.Op == ldap.ApplicationBindRequest && r.Host != "dc1."+playedForest {
				refused++
			}
		}
		if refused > 1 {
			t.Errorf("%s: the password went to %d further domain controllers", name, refused)
		}
	}
}

// TestPlayedChildDomainNext has a child domain of which the domain controller that is
// asked first is out of order in the sign-in: the next one is asked.
func TestPlayedChildDomainNext(t *testing.T) {
	for name, result := range map[string]ldaptest.Result{
		"busy":        {Code: ldap.LDAPResultBusy, Text: "busy"},
		"unavailable": {Code: ldap.LDAPResultUnavailable, Text: "00002024: unavailable"},
	} {
		f, d, child := withChild(t)
		child.AddDC(t, "dc2."+playedChild)
		f.Domains[0].Add(ldaptest.Account{Name: "svc", Password: playedPassword})
		var out atomic.Pointer[string] // the one that was asked first
		for _, dc := range child.DCs {
			dc.Refuse = func(r ldaptest.Request) *ldaptest.Result {
				if r.Op != ldap.ApplicationBindRequest {
					return nil
				}
				if out.CompareAndSwap(nil, &dc.Host); *out.Load() == dc.Host {
					return &result
				}
				return nil
			}
		}
		a, err := d.Verify(t.Context(), ask(answers.ExistingAccount, `PLAYED\svc`, facts.FeaturePasswordHash), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, r := range a.Rights {
			if r.State != facts.RightLacks {
				t.Errorf("%s: the right on %s is %s: %s", name, r.Domain, r.State, r.Why)
			}
		}
	}
}

// large makes organizational units and users, half of the first 2,000 protected, while
// they are read.
func large(base string, units, users int) iter.Seq[ldaptest.Entry] {
	return func(yield func(ldaptest.Entry) bool) {
		for i := range units {
			var control uint16
			if i%3 == 0 {
				control = descriptor.DACLProtected
			}
			b, err := descriptor.New(control, descriptor.NewAllow(descriptor.LocalSystem, descriptor.FullControl, 0, descriptor.GUID{}, descriptor.GUID{})).Bytes()
			if err != nil {
				panic(err)
			}
			unit := ldaptest.Entry{DN: fmt.Sprintf("OU=unit%d,%s", i, base), Attrs: map[string][]string{
				"objectclass": {"organizationalUnit"}, "objectcategory": {"organizationalUnit"}, "ntsecuritydescriptor": {string(b)},
			}}
			if !yield(unit) {
				return
			}
		}
		for i := range users {
			name := fmt.Sprintf("user%d", i)
			user := ldaptest.Entry{DN: "CN=" + name + ",OU=unit0," + base, Attrs: map[string][]string{
				"objectclass": {"user"}, "objectcategory": {"person"}, "samaccountname": {name}, "objectsid": {"none"},
			}}
			if i < 2000 && i%2 == 0 {
				user.Attrs["admincount"] = []string{"1"}
			}
			if !yield(user) {
				return
			}
		}
	}
}

var playedFeatures = []facts.Feature{
	facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID, facts.FeatureWriteback,
	facts.FeatureHybridExchange, facts.FeaturePublicFolders, facts.FeatureGroupWriteback, facts.FeatureDeviceWriteback,
}

// TestPlayedForestOfAnySize counts the requests on the wire for both kinds of account
// in an empty forest and in one of 100,000 users and 1,000 descriptors, with pages of
// 1,000 as Windows has them and of 600.
func TestPlayedForestOfAnySize(t *testing.T) {
	for _, option := range []answers.AccountOption{answers.ExistingAccount, answers.CreateAccount} {
		var shape [][]string
		for _, size := range []struct{ units, users, page int }{{0, 0, 1000}, {1000, 100_000, 1000}, {1000, 100_000, 600}} {
			f, d := played(t)
			root := f.Domains[0]
			root.Add(ldaptest.Account{Name: "svc", Password: playedPassword})
			root.Admin("ea", playedPassword)
			root.Entries = large(root.Base(), size.units, size.users)
			root.DCs[0].MaxPageSize = size.page
			user := `PLAYED\svc`
			if option == answers.CreateAccount {
				user = `PLAYED\ea`
			}
			a, err := d.Verify(t.Context(), ask(option, user, playedFeatures...), nil)
			if err != nil {
				t.Fatal(err)
			}
			all := f.Requests()
			t.Logf("%s, %d users: %d requests", option, size.users, len(all))
			if len(all) == 0 || len(all) >= 40 {
				t.Errorf("%s, %d users: %d requests", option, size.users, len(all))
			}
			x, known := a.Forest.Exceptions.Get()
			if !known || size.users > 0 && (x.Admins.Count != exceptionsLimit || x.Units.Count < 100 || !x.More || len(x.Admins.Named) != maxExamples) {
				t.Errorf("%d users: exceptions %+v", size.users, x)
			}
			var asked []string
			for _, r := range all {
				asked = append(asked, r.Base+" "+r.Filter)
			}
			shape = append(shape, asked)
		}
		if !slices.Equal(shape[0], shape[1]) || !slices.Equal(shape[0], shape[2]) {
			t.Errorf("%s: a large forest is asked otherwise than an empty one:\n%q\n%q\n%q", option, shape[0], shape[1], shape[2])
		}
	}
}

// TestPlayedPages reads more than a page holds, and stops at what is wanted.
func TestPlayedPages(t *testing.T) {
	f, d := played(t)
	root := f.Domains[0]
	root.Admin("ea", playedPassword)
	root.Entries = large(root.Base(), 0, 2500)
	cred, err := newCredentials(`PLAYED\ea`, ask("", "").Password, playedForest)
	if err != nil {
		t.Fatal(err)
	}
	usable, _, err := d.find(t.Context(), wanted{domain: playedForest})
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.signIn(t.Context(), usable[0], cred)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, c := range []struct{ page, limit, want, requests int }{
		{1000, 0, 2500, 5}, {200, 0, 2500, 13}, {1000, 3, 3, 1}, {1000, 500, 500, 1}, {100, 300, 300, 3},
	} {
		root.DCs[0].MaxPageSize = c.page
		f.Requests()
		found, err := s.search(t.Context(), query{base: root.Base(), scope: ldap.ScopeWholeSubtree, filter: "(samAccountName=user*)", attrs: []string{"sAMAccountName"}, limit: c.limit})
		if n := len(f.Requests()); err != nil || len(found) != c.want || n != c.requests {
			t.Errorf("pages of %d, %d wanted: %d found in %d requests, %v", c.page, c.limit, len(found), n, err)
		}
	}
	// The head of a domain that is held elsewhere is a referral, which is not followed.
	if _, err := s.one(t.Context(), "DC=elsewhere,DC=test", []string{"objectSid"}); !ldap.IsErrorWithCode(err, ldap.LDAPResultReferral) || problem.From(ldapProblem(err, "look")).Code != CodeDirectory {
		t.Errorf("another domain: %v", err)
	}
}

// BenchmarkPlayedVerify measures the proof of an account in a large forest, without
// what the domain controller takes to find the objects.
func BenchmarkPlayedVerify(b *testing.B) {
	f, d := played(b)
	f.Domains[0].Add(ldaptest.Account{Name: "svc", Password: playedPassword})
	f.Domains[0].Entries = large(f.Domains[0].Base(), 1000, 2000)
	for b.Loop() {
		if _, err := d.Verify(b.Context(), ask(answers.ExistingAccount, `PLAYED\svc`, playedFeatures...), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(f.Requests()))/float64(b.N), "requests/op")
}
