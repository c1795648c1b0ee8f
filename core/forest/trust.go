package forest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/certs"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// trust decides which certificates of domain controllers are accepted during one
// visit, and remembers what was shown. A forest has many domain controllers, each
// with a certificate of its own: a pin is accepted beside those that are trusted.
type trust struct {
	roots *x509.CertPool // nil for the system's
	pin   string         // 64 hex digits, lower case; empty for none
	now   func() time.Time

	mu      sync.Mutex
	refused *facts.Certificate            // the first that was not accepted
	shown   map[string]*facts.Certificate // those that were accepted, by host
}

// trusting gives a Directory for one visit with what an answer says about
// certificates. Errors are *problem.Problem.
func (d *Directory) trusting(pin, file string) (*Directory, error) {
	t := &trust{roots: d.Roots, now: d.now, shown: map[string]*facts.Certificate{}}
	var ok bool
	if t.pin, ok = certs.Pin(pin); !ok {
		return nil, &problem.Problem{
			Code: CodePinBad, Field: answers.FieldForestPin,
			What: "The fingerprint of the domain controller's certificate is none.",
			Why:  "A SHA-256 fingerprint has 64 hexadecimal digits; the thumbprint that Windows shows is SHA-1 and has 40.",
			Fix:  "Take the SHA-256 fingerprint, or leave it empty and accept the certificate when it is shown.",
		}
	}
	if file = strings.TrimSpace(file); file != "" {
		pool, err := certs.Pool(file)
		if err != nil {
			p := problem.From(err)
			return nil, &problem.Problem{
				Code: CodeTrustFile, Field: answers.FieldForestTrust, What: "The certificate file " + file + " can't be used.",
				Why: p.What, Detail: err.Error(), Cause: err,
				Fix: "Give the certificate of the authority that issued the domain controllers' certificates, exported as Base-64 or DER (.cer, .crt, .pem, .der).",
			}
		}
		t.roots = pool
	}
	visitor := *d
	visitor.trust = t
	return &visitor, nil
}

// tlsConfig checks the certificate against the name that was typed or that DNS
// gave, never against one that the server tells about itself. Go's own check is
// switched off because ours keeps the certificate for showing.
func (d *Directory) tlsConfig(c controller) *tls.Config {
	t := d.trust
	if t == nil {
		t = &trust{roots: d.Roots, now: d.now, shown: map[string]*facts.Certificate{}}
	}
	name := strings.Trim(c.host, "[]")
	return &tls.Config{
		ServerName: name, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: true, // VerifyConnection does the whole check
		VerifyConnection:   func(cs tls.ConnectionState) error { return t.judge(name, cs) },
	}
}

// judge accepts a certificate that is valid and made out to name, or the very one
// that was pinned.
func (t *trust) judge(name string, cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		return errors.New("the domain controller showed no certificate")
	}
	leaf := cs.PeerCertificates[0]
	c := certs.Describe(leaf)
	c.Version = tls.VersionName(cs.Version)
	err := t.verify(name, cs.PeerCertificates)
	c.Trusted = err == nil
	c.Pinned = t.pin != "" && t.pin == c.SHA256
	if err != nil {
		c.Reason = problem.From(err).What
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil || c.Pinned {
		t.shown[strings.ToLower(name)] = &c
		return nil
	}
	if t.refused == nil {
		t.refused = &c
	}
	return err
}

// verify checks chain, dates, use and name.
func (t *trust) verify(name string, chain []*x509.Certificate) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: t.roots, Intermediates: between, CurrentTime: t.now(), DNSName: name,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err
}

// certificate gives the certificate that a session at host rests on, or the one
// that was refused if there is no such; nil when none was shown.
func (d *Directory) certificate(host string) *facts.Certificate {
	t := d.trust
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.shown[strings.ToLower(strings.Trim(host, "[]"))]; c != nil {
		return c
	}
	return t.refused
}

// unchecked opens port 636 without looking at the certificate: for questions that
// need no sign-in, whose answers prove nothing on port 389 either.
func (d *Directory) unchecked(ctx context.Context, host string) (*session, error) {
	return d.overTLS(ctx, host, &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true})
}

// overTLS opens port 636.
func (d *Directory) overTLS(ctx context.Context, host string, config *tls.Config) (*session, error) {
	raw, err := d.dial(ctx, host, portLDAPS)
	if err != nil {
		return nil, err
	}
	conn, err := d.handshake(ctx, raw, config)
	if err != nil {
		return nil, err
	}
	return newSession(conn, raw, true, host, d.timeout()), nil
}
