package sqlserver_test

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

func TestCertificates(t *testing.T) {
	ca := issue(t, paper{names: []string{"Contoso Root"}, isCA: true})
	names := []string{"sql01", "sql01.contoso.com"}
	good := issue(t, paper{names: names, ca: &ca})
	cases := []struct {
		name string
		cert tls.Certificate
		set  func(a *answers.SQL)
		code problem.Code // "" for accepted
	}{
		{"own authority in .pem", good, func(a *answers.SQL) { a.TrustFile = file(t, "ca.pem", ca) }, ""},
		{"own authority in .cer", good, func(a *answers.SQL) { a.TrustFile = file(t, "ca.cer", ca) }, ""},
		{"own authority in .der", good, func(a *answers.SQL) { a.TrustFile = file(t, "ca.der", ca) }, ""},
		{"unknown authority", good, func(*answers.SQL) {}, sqlserver.CodeTLSAuthority},
		{"pinned", good, func(a *answers.SQL) { a.PinSHA256 = fingerprint(good) }, ""},
		{"pinned with colons", good, func(a *answers.SQL) { a.PinSHA256 = strings.ToUpper(colons(fingerprint(good))) }, ""},
		{"pinned to another", good, func(a *answers.SQL) { a.PinSHA256 = fingerprint(ca) }, sqlserver.CodeTLSPin},
		{"pinned to another though trusted", good, func(a *answers.SQL) {
			a.PinSHA256, a.TrustFile = fingerprint(ca), file(t, "ca.pem", ca)
		}, sqlserver.CodeTLSPin},
		{"self-signed", issue(t, paper{names: names}), func(*answers.SQL) {}, sqlserver.CodeTLSSelfSigned},
		{"wrong name", issue(t, paper{names: []string{"sql02"}, ca: &ca}), func(a *answers.SQL) { a.TrustFile = file(t, "ca.pem", ca) }, sqlserver.CodeTLSName},
		{"no name", issue(t, paper{ca: &ca}), func(a *answers.SQL) { a.TrustFile = file(t, "ca.pem", ca) }, sqlserver.CodeTLSName},
		{"name to expect", issue(t, paper{names: []string{"listener"}, ca: &ca}), func(a *answers.SQL) {
			a.TrustFile, a.HostInCert = file(t, "ca.pem", ca), "listener"
		}, ""},
		{"expired", issue(t, paper{names: names, ca: &ca, from: -48 * time.Hour, until: -24 * time.Hour}), func(a *answers.SQL) { a.TrustFile = file(t, "ca.pem", ca) }, sqlserver.CodeTLSExpired},
		{"not yet", issue(t, paper{names: names, ca: &ca, from: 24 * time.Hour, until: 48 * time.Hour}), func(a *answers.SQL) { a.TrustFile = file(t, "ca.pem", ca) }, sqlserver.CodeTLSNotYet},
		{"for mail", issue(t, paper{names: names, ca: &ca, usage: x509.ExtKeyUsageEmailProtection}), func(a *answers.SQL) { a.TrustFile = file(t, "ca.pem", ca) }, sqlserver.CodeTLSUsage},
	}
	for _, mode := range []answers.Encryption{answers.EncryptMandatory, answers.EncryptStrict} {
		for _, c := range cases {
			t.Run(string(mode)+" "+c.name, func(t *testing.T) {
				s := newStage(t, tds.Config{Certificate: c.cert, AllowStrict: true})
				cfg := s.config()
				cfg.Answers.PinSHA256, cfg.Answers.Encryption = "", mode
				c.set(&cfg.Answers)
				f, p := reach(t, cfg)
				checkCertificate(t, f, c.cert, cfg.Answers)
				if c.code == "" {
					if p != nil {
						t.Fatalf("refused: %s", p.Text())
					}
					return
				}
				if p == nil || p.Code != c.code || p.Field != answers.FieldCert {
					t.Fatalf("got %v", p)
				}
				failedAt(t, f, facts.LayerTLS, c.code)
				if n := len(s.door.logins()); n != 0 {
					t.Errorf("%d logins over a connection that is not trusted", n)
				}
			})
		}
	}
}

// checkCertificate compares what is shown with what the server has.
func checkCertificate(t *testing.T, f facts.SQLServer, c tls.Certificate, a answers.SQL) {
	t.Helper()
	got := f.Certificate
	if got == nil {
		t.Fatal("the certificate is not shown")
	}
	if got.SHA256 != fingerprint(c) || got.Subject != c.Leaf.Subject.String() || got.Issuer != c.Leaf.Issuer.String() ||
		!got.NotAfter.Equal(c.Leaf.NotAfter) || strings.Join(got.DNSNames, " ") != strings.Join(c.Leaf.DNSNames, " ") {
		t.Errorf("shown: %+v", got)
	}
	if !got.Trusted && got.Reason == "" {
		t.Error("it is not said why the certificate is not trusted")
	}
	if got.Pinned != strings.EqualFold(strings.ReplaceAll(a.PinSHA256, ":", ""), got.SHA256) {
		t.Errorf("pinned: %v", got.Pinned)
	}
	if !strings.HasPrefix(got.Version, "TLS 1.") {
		t.Errorf("version %q", got.Version)
	}
}

// colons writes a fingerprint as most tools show it.
func colons(s string) string {
	var parts []string
	for i := 0; i < len(s); i += 2 {
		parts = append(parts, s[i:i+2])
	}
	return strings.Join(parts, ":")
}

// The certificate may change between the probe and the login: the driver's own
// connection is checked as well.
func TestCertificateChangesMeanwhile(t *testing.T) {
	s := newStage(t, tds.Config{})
	other, err := tds.NewServer(tds.Config{Backend: s.door, Certificate: issue(t, paper{names: []string{"sql01"}})})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	cfg := s.config()
	cfg.OnLayer = func(l facts.Layer) {
		if l.Name == facts.LayerTLS {
			s.net.Listen("SQL01", 1433, other.Handle)
		}
	}
	f, p := reach(t, cfg)
	if p == nil || p.Code != sqlserver.CodeTLSPin {
		t.Fatalf("got %v", p)
	}
	failedAt(t, f, facts.LayerLogin, sqlserver.CodeTLSPin)
	if n := len(s.door.logins()); n != 0 {
		t.Errorf("%d logins", n)
	}
}

func TestTrustFileWithoutCertificate(t *testing.T) {
	s := newStage(t, tds.Config{})
	for name, text := range map[string]string{"empty.pem": "", "key.pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "bad.cer": "\x30\x82", "broken.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg := s.config()
		cfg.Answers.TrustFile = path
		if _, p := reach(t, cfg); p == nil || p.Code != sqlserver.CodeTrustFile || !strings.Contains(p.What, name) {
			t.Errorf("%s: got %v", name, p)
		}
	}
}
