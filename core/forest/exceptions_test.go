//go:build linux

package forest

import (
	"crypto/x509"
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// TestExceptions finds the protected administrator and a unit that blocks
// inheritance, and reports both as a note.
func TestExceptions(t *testing.T) {
	d := directory(t)
	const unit = "OU=Closed,DC=contoso,DC=test"
	if _, err := dc.Python(t.Context(), `
samdb.create_ou('OU=Closed,' + base)
samdb.create_ou('OU=Open,' + base)
m = ldb.Message(ldb.Dn(samdb, 'OU=Closed,' + base))
from samba.dcerpc import security
from samba.ndr import ndr_pack
sd = security.descriptor.from_sddl('D:PAI(A;CI;GA;;;DA)(A;CI;GR;;;AU)', security.dom_sid(samdb.get_domain_sid()))
m['nTSecurityDescriptor'] = ldb.MessageElement(ndr_pack(sd), ldb.FLAG_MOD_REPLACE, 'nTSecurityDescriptor')
samdb.modify(m, ['sd_flags:1:4'])
m = ldb.Message(ldb.Dn(samdb, 'CN=svc-da,CN=Users,' + base))
m['adminCount'] = ldb.MessageElement('1', ldb.FLAG_MOD_REPLACE, 'adminCount')
samdb.modify(m)`); err != nil {
		t.Fatal(err)
	}
	a, err := d.Verify(t.Context(), request(answers.CreateAccount, `CONTOSO\Administrator`, sambatest.AdminPassword), nil)
	if err != nil {
		t.Fatal(err)
	}
	x, ok := a.Forest.Exceptions.Get()
	if !ok || x.Units.Count != 1 || !slices.Equal(x.Units.Named, []string{unit}) || x.Admins.Count == 0 || len(x.Admins.Named) > maxExamples || x.More {
		t.Errorf("found %+v, %v", x, a.Forest.Exceptions.Reason())
	}
	noted := slices.ContainsFunc(preflight.JudgeForest(facts.Set{}, facts.Connector{}, a), func(f preflight.Finding) bool {
		return f.ID == "forest.exceptions" && f.Severity == preflight.Note && strings.Contains(f.Summary, "1 organizational unit with inheritance off")
	})
	if !noted {
		t.Error("there is no note of it")
	}
}

// TestSampleConfirms compares what the domain controller says it allows on a user
// with the list of the head.
func TestSampleConfirms(t *testing.T) {
	writable := &sample{dn: "CN=anna", writes: map[string]bool{"ms-ds-consistencyguid": true, "lockouttime": true}}
	for name, c := range map[string]struct {
		x    *sample
		r    facts.Right
		says string
	}{
		"agrees":             {writable, facts.Right{Feature: facts.FeatureConsistencyGUID, State: facts.RightHas}, ""},
		"given further down": {writable, facts.Right{Feature: facts.FeatureConsistencyGUID, State: facts.RightLacks}, "further down"},
		"half":               {writable, facts.Right{Feature: facts.FeatureWriteback, State: facts.RightLacks}, ""},
		"taken away":         {&sample{dn: "CN=anna"}, facts.Right{Feature: facts.FeatureConsistencyGUID, State: facts.RightHas}, "does not allow"},
		"nothing to write":   {&sample{dn: "CN=anna"}, facts.Right{Feature: facts.FeatureBasicRead, State: facts.RightHas}, ""},
		"not known":          {nil, facts.Right{Feature: facts.FeatureConsistencyGUID, State: facts.RightHas}, ""},
	} {
		got := c.x.confirm(c.r)
		if got.State != c.r.State || (c.says == "") != (got.Why == "") || !strings.Contains(got.Why, c.says) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	d := directory(t)
	for user, want := range map[string]bool{"Administrator": true, "svc-plain": false} {
		password := userPassword
		if want {
			password = sambatest.AdminPassword
		}
		s, err := d.signIn(t.Context(), found(t, d), admin(t, `CONTOSO\`+user, password))
		if err != nil {
			t.Fatal(err)
		}
		x := s.readSample(t.Context(), domain{base: dc.Base})
		s.close()
		if x == nil || x.dn == "" || x.writes["ms-ds-consistencyguid"] != want {
			t.Errorf("%s: %+v", user, x)
		}
	}
}

// TestNamesThatKerberosDoesNotTake says what to type instead.
func TestNamesThatKerberosDoesNotTake(t *testing.T) {
	d := directory(t)
	d.Roots = x509.NewCertPool() // only Kerberos is left
	for _, name := range []string{"Administrator@corp.example", "CN=Administrator,CN=Users," + dc.Base} {
		_, err := d.Verify(t.Context(), request(answers.CreateAccount, name, sambatest.AdminPassword), nil)
		if p := problem.As(err); p == nil || p.Code != CodeProtection || !strings.Contains(p.Fix, `Write the user as CONTOSO\`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
