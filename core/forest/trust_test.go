//go:build linux

package forest

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest/sambatest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// distinguished is an administrator by a name that Kerberos does not take, so that
// only TLS is left.
func distinguished() string { return "CN=Administrator,CN=Users," + dc.Base }

// TestCertificateIsShownAndPinned goes the way of an admin whose domain controller
// has a certificate that nobody vouches for.
func TestCertificateIsShownAndPinned(t *testing.T) {
	d := directory(t)
	d.Roots = x509.NewCertPool()
	r := request(answers.CreateAccount, distinguished(), sambatest.AdminPassword)
	a, err := d.Verify(t.Context(), r, nil)
	if p := problem.As(err); p == nil || p.Code != CodeProtection || strings.Contains(p.Text(), sambatest.AdminPassword) {
		t.Fatalf("without trust: %v", err)
	}
	c := a.Certificate
	if c == nil || c.Trusted || c.Pinned || len(c.SHA256) != 64 || c.Reason == "" || len(c.DNSNames) == 0 || c.Issuer == "" || c.NotAfter.Before(time.Now()) {
		t.Fatalf("the certificate is shown as %+v", c)
	}
	r.Answer.PinSHA256 = strings.ToUpper(c.SHA256[:2]) + ":" + c.SHA256[2:]
	a, err = d.Verify(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.Protection != byLDAPS || a.Certificate == nil || !a.Certificate.Pinned || a.Certificate.Trusted {
		t.Errorf("with the pin: %s %+v", a.Protection, a.Certificate)
	}
	account := plan.Account{Forest: dc.Domain, User: "MSOL_none", PinSHA256: c.SHA256}
	ea := apply.Credential{User: distinguished(), Password: secret.New(sambatest.AdminPassword)}
	if _, err := d.HasAccount(t.Context(), account, ea); err != nil {
		t.Errorf("Install does not know the pin: %v", err)
	}
	account.PinSHA256 = strings.Repeat("00", 32)
	if _, err := d.HasAccount(t.Context(), account, ea); problem.As(err) == nil || problem.As(err).Code != CodeProtection {
		t.Errorf("another certificate than the pinned one: %v", err)
	}
}

func TestTrustFile(t *testing.T) {
	d := directory(t)
	d.Roots = x509.NewCertPool()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, dc.CA(t), 0o600); err != nil {
		t.Fatal(err)
	}
	r := request(answers.CreateAccount, distinguished(), sambatest.AdminPassword)
	r.Answer.TrustFile = file
	a, err := d.Verify(t.Context(), r, nil)
	if err != nil || a.Certificate == nil || !a.Certificate.Trusted || a.Certificate.Pinned {
		t.Errorf("with the authority's file: %+v %v", a.Certificate, err)
	}
	// The authority in another form, which Windows exports by default.
	block, _ := pem.Decode(dc.CA(t))
	if err := os.WriteFile(file, block.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Verify(t.Context(), r, nil); err != nil {
		t.Errorf("as DER: %v", err)
	}
}

func TestTrustMistakes(t *testing.T) {
	d := &Directory{}
	for name, c := range map[string]struct {
		pin, file string
		code      problem.Code
		field     problem.Field
	}{
		"no fingerprint": {"abcd", "", CodePinBad, answers.FieldForestPin},
		"SHA-1":          {strings.Repeat("ab", 20), "", CodePinBad, answers.FieldForestPin},
		"no file":        {"", filepath.Join(t.TempDir(), "none.pem"), CodeTrustFile, answers.FieldForestTrust},
		"no certificate": {"", "trust_test.go", CodeTrustFile, answers.FieldForestTrust},
	} {
		_, err := d.trusting(c.pin, c.file)
		if p := problem.As(err); p == nil || p.Code != c.code || p.Field != c.field || p.Fix == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
