package sqlserver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/certs"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// trust decides whether a server's certificate is accepted.
type trust struct {
	names []string       // any of these must stand in the certificate
	roots *x509.CertPool // nil for the system's
	pin   string         // 64 hex digits, lower case; then nothing else counts
	now   func() time.Time
}

// newTrust reads what the answers say about certificates. roots are trusted
// unless they name a file; nil stands for the system's.
func newTrust(a answers.SQL, host Address, roots *x509.CertPool, now func() time.Time) (trust, *problem.Problem) {
	t := trust{names: []string{host.Host}, roots: roots, now: now}
	if host.Local {
		if own, err := os.Hostname(); err == nil {
			t.names = append(t.names, own) // a server's own certificate says its name, not localhost
		}
	}
	if name := strings.TrimSpace(a.HostInCert); name != "" {
		t.names = []string{name}
	}
	var p *problem.Problem
	if t.pin, p = readPin(a.PinSHA256); p != nil {
		return trust{}, p
	}
	if path := strings.TrimSpace(a.TrustFile); path != "" {
		if t.roots, p = readTrustFile(path); p != nil {
			return trust{}, p
		}
	}
	return t, nil
}

// readPin accepts a SHA-256 fingerprint with or without colons and spaces.
func readPin(text string) (string, *problem.Problem) {
	pin, ok := certs.Pin(text)
	if !ok {
		return "", &problem.Problem{
			Code: CodePinBad, Field: answers.FieldCert,
			What: shown(text) + " is not the fingerprint of a certificate.",
			Why:  "A SHA-256 fingerprint has 64 hexadecimal digits; the thumbprint that Windows shows is SHA-1 and has 40.",
			Fix:  "Take the SHA-256 fingerprint, or leave the field empty and accept the certificate when it is shown.",
		}
	}
	return pin, nil
}

// readTrustFile reads one or more certificates, in PEM or DER whatever the
// file's extension says (.pem, .cer, .crt, .der), and adds them to the system's.
func readTrustFile(path string) (*x509.CertPool, *problem.Problem) {
	bad := func(why string, cause error) *problem.Problem {
		return &problem.Problem{
			Code: CodeTrustFile, Field: answers.FieldTrustFile, Cause: cause,
			What: "The certificate file " + path + " can't be used.", Why: why,
			Fix: "Choose the issuing authority's certificate, exported as Base-64 or DER (.cer, .crt, .pem, .der), without a private key.",
		}
	}
	pool, err := certs.Pool(path)
	var file *os.PathError
	switch {
	case err == nil:
		return pool, nil
	case errors.As(err, &file):
		return nil, bad(problem.From(err).What, err)
	case errors.Is(err, certs.ErrNone):
		return nil, bad("There is no certificate in it.", err)
	}
	return nil, bad("A certificate in it is damaged.", err)
}

// judge looks at what the server showed. The certificate is described in any
// case; the problem is nil when it is accepted.
func (t trust) judge(cs tls.ConnectionState) (facts.Certificate, *problem.Problem) {
	if len(cs.PeerCertificates) == 0 {
		return facts.Certificate{}, tlsProblem(CodeTLSFailed, "The server showed no certificate.", "", "")
	}
	leaf := cs.PeerCertificates[0]
	c := certs.Describe(leaf)
	c.Version = tls.VersionName(cs.Version)
	verdict := t.check(cs.PeerCertificates)
	c.Trusted = verdict == nil
	if verdict != nil {
		c.Reason = strings.TrimSpace(verdict.What + " " + verdict.Why)
	}
	switch t.pin {
	case "":
		return c, verdict
	case c.SHA256:
		c.Pinned = true
		return c, nil
	}
	return c, tlsProblem(CodeTLSPin,
		"The server shows another certificate than the one that was accepted.",
		"It may have been renewed, or somebody else may be answering in the server's place. Accepted: "+t.pin+". Shown: "+c.SHA256+".",
		"Ask whoever runs the SQL Server whether the certificate was changed. If so, accept the new one.")
}

// check verifies chain, dates, use and name. The reasons come in the order in
// which an admin would want to know them.
func (t trust) check(chain []*x509.Certificate) *problem.Problem {
	leaf, now := chain[0], t.now()
	const day = "2 January 2006 15:04 MST"
	switch {
	case now.After(leaf.NotAfter):
		return tlsProblem(CodeTLSExpired, "The server's certificate expired on "+leaf.NotAfter.UTC().Format(day)+".",
			"", "Have the certificate renewed on the SQL Server, or accept exactly this one after looking at it.")
	case now.Before(leaf.NotBefore):
		return tlsProblem(CodeTLSNotYet, "The server's certificate is valid only from "+leaf.NotBefore.UTC().Format(day)+".",
			"The clock of one of the two computers is wrong, or the certificate was put in place too early.",
			"Check the clocks of this computer and of the server.")
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: t.roots, Intermediates: between, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if p := chainProblem(leaf, err); p != nil {
		return p
	}
	return t.checkName(leaf)
}

// checkName compares the certificate's names with those that were asked for.
func (t trust) checkName(leaf *x509.Certificate) *problem.Problem {
	for _, n := range t.names {
		if leaf.VerifyHostname(n) == nil {
			return nil
		}
	}
	names := certs.Names(leaf)
	made := "It is made out to " + strings.Join(names, ", ") + "."
	fix := "Enter the server's name as it stands in the certificate, or enter that name as the name to expect in the certificate."
	if len(names) == 0 {
		made = "It names nobody in the place where names belong today (subject alternative name), only “" + leaf.Subject.CommonName + "” in the old one."
		fix = "Have a certificate made that has the server's full name as a DNS name, or accept exactly this one after looking at it."
	}
	return tlsProblem(CodeTLSName, "The server's certificate is made out to another name than "+strings.Join(t.names, " or ")+".", made, fix)
}

// chainProblem puts a failed verification of the chain into words.
func chainProblem(leaf *x509.Certificate, err error) *problem.Problem {
	if err == nil {
		return nil
	}
	var invalid x509.CertificateInvalidError
	var p *problem.Problem
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		p = tlsProblem(CodeTLSUsage, "The server's certificate is not made for proving a server's name.",
			"It lacks the purpose “server authentication”.", "Have a certificate made for server authentication.")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		p = tlsProblem(CodeTLSExpired, "A certificate above the server's has expired.", "", "Have the certificates renewed on the SQL Server.")
	case leaf.Subject.String() == leaf.Issuer.String():
		p = tlsProblem(CodeTLSSelfSigned, "The server made its certificate itself; nobody vouches for it.",
			"SQL Server does that when no certificate was given to it. Anybody can make such a one.",
			"Compare the SHA-256 fingerprint with the one on the SQL Server and accept exactly this certificate, or give the server a certificate of your own authority.")
	default:
		p = tlsProblem(CodeTLSAuthority, "The server's certificate was issued by “"+leaf.Issuer.String()+"”, which this computer does not trust.", "",
			"Install that authority's root certificate on this computer, choose its file here, or accept exactly this certificate after comparing its SHA-256 fingerprint.")
	}
	p.Detail, p.Cause = err.Error(), err
	return p
}

func tlsProblem(code problem.Code, what, why, fix string) *problem.Problem {
	return &problem.Problem{Code: code, Field: answers.FieldCert, What: what, Why: why, Fix: fix}
}

// untrusted carries a verdict through crypto/tls, which passes errors of
// VerifyConnection on.
type untrusted struct{ p *problem.Problem }

func (u *untrusted) Error() string { return u.p.What }
func (u *untrusted) Unwrap() error { return u.p }

// clientTLS makes the client's configuration. Go's own check is switched off,
// because judge does all of it and keeps the certificate for showing; seen is
// called with the certificate before the verdict counts.
func (t trust) clientTLS(strict bool, seen func(facts.Certificate, *problem.Problem)) *tls.Config {
	c := &tls.Config{
		ServerName:                  t.names[0],
		MinVersion:                  tls.VersionTLS12,
		InsecureSkipVerify:          true, // VerifyConnection does the whole check, see judge
		DynamicRecordSizingDisabled: true, // SQL Server expects one TLS record per TDS packet
		VerifyConnection: func(cs tls.ConnectionState) error {
			cert, p := t.judge(cs)
			seen(cert, p)
			if p != nil {
				return &untrusted{p}
			}
			return nil
		},
	}
	if strict {
		c.NextProtos = []string{"tds/8.0"}
	} else {
		c.MaxVersion = tls.VersionTLS12 // TLS 1.3 inside prelogin packets is not defined
	}
	return c
}

// tlsDetail says in a few words how the connection is protected.
func tlsDetail(cs tls.ConnectionState) string {
	return fmt.Sprintf("%s, %s", tls.VersionName(cs.Version), tls.CipherSuiteName(cs.CipherSuite))
}
