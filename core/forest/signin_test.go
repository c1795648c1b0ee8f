//go:build linux

package forest

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// found gives the test's domain controller as DNS leads to it.
func found(t *testing.T, d *Directory) controller {
	t.Helper()
	all, _, err := d.find(t.Context(), wanted{domain: dc.Domain, forest: dc.Domain})
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

func admin(t *testing.T, user, password string) credentials {
	t.Helper()
	c, err := newCredentials(user, secret.New(password), dc.Domain)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFind(t *testing.T) {
	d := directory(t)
	all, seen, err := d.find(t.Context(), wanted{domain: dc.Domain, forest: strings.ToUpper(dc.Domain), known: []string{"old-dc.contoso.test", "DC1.contoso.test."}})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || len(seen) != 2 {
		t.Fatalf("%d can be used of %+v", len(all), seen)
	}
	c := all[0]
	if !strings.EqualFold(c.name(), dc.Host) || c.root.readOnly || !slices.Equal(c.closed, []int{portSMB}) {
		t.Errorf("found %+v", c)
	}
	if !c.pinged || c.ping.netbios != "CONTOSO" || c.ping.forest != dc.Domain || c.ping.site == "" || !c.ping.writable {
		t.Errorf("the ping says %+v", c.ping)
	}
	if !c.root.clockKnown || c.root.clock.Abs() > time.Minute {
		t.Errorf("the clock differs by %v", c.root.clock)
	}
	for _, s := range seen {
		if s.Host == "old-dc.contoso.test" && (s.Writable || len(s.Closed) != len(wantedPorts)) {
			t.Errorf("a dead one is %+v", s)
		}
	}
}

func TestFindProblems(t *testing.T) {
	d := directory(t)
	for name, c := range map[string]struct {
		w    wanted
		code problem.Code
	}{
		"no such forest":      {wanted{domain: "nowhere.test", forest: "nowhere.test"}, CodeUnreachable},
		"typed, not there":    {wanted{domain: dc.Domain, forest: dc.Domain, typed: "127.0.0.99"}, CodeUnreachable},
		"typed, other forest": {wanted{domain: "fabrikam.test", forest: "fabrikam.test", typed: dc.IP}, CodeOtherForest},
	} {
		_, _, err := d.find(t.Context(), c.w)
		if p := problem.As(err); p == nil || p.Code != c.code || p.Fix == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSignInWays(t *testing.T) {
	d := directory(t)
	c := found(t, d)
	cred := admin(t, `contoso.test\Administrator`, sambatest.AdminPassword)
	check := func(name string, s *session, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		defer s.close()
		if s.root.domain == "" {
			if s, err = d.signedIn(t.Context(), s); err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
		}
		if len(s.token) < 8 {
			t.Errorf("%s: %d SIDs in the token", name, len(s.token))
		}
		entries, err := s.search(t.Context(), query{base: s.root.schema, scope: 1, attrs: []string{"cn"}})
		if err != nil || len(entries) < 1500 {
			t.Errorf("%s: %d entries of the schema, %v", name, len(entries), err)
		}
	}
	s, err := d.signIn(t.Context(), c, cred)
	if err == nil && s.protection != byLDAPS {
		t.Errorf("the first way is %s", s.protection)
	}
	check(byLDAPS, s, err)
	if s, err = d.startTLS(t.Context(), c); err == nil {
		s, err = d.bind(t.Context(), s, cred)
	}
	check(byStartTLS, s, err)
	s, err = d.sealed(t.Context(), c, cred)
	check(bySealing, s, err)
	// Nobody vouches for the certificate: Kerberos does without.
	blind := &Directory{Resolver: d.Resolver, Roots: x509.NewCertPool()}
	s, err = blind.signIn(t.Context(), c, cred)
	check("wrong authority", s, err)
	if err == nil && s.protection != bySealing {
		t.Errorf("with the wrong authority it was %s", s.protection)
	}
}

func TestUserNames(t *testing.T) {
	d := directory(t)
	c := found(t, d)
	for _, name := range []string{
		`CONTOSO\Administrator`, `contoso.test\Administrator`, `CONTOSO.TEST\administrator`, "Administrator@contoso.test",
		"CN=Administrator,CN=Users," + dc.Base,
	} {
		s, err := d.signIn(t.Context(), c, admin(t, name, sambatest.AdminPassword))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s.close()
	}
}
