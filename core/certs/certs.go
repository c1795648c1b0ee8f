// Package certs reads what people say about certificates, a fingerprint or a file
// of an authority, and puts certificates into plain values for showing.
package certs

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// ErrNone says that a file holds no certificate.
var ErrNone = errors.New("there is no certificate in it")

// Describe puts a certificate into plain values. Whether it is trusted is for the
// caller to say.
func Describe(c *x509.Certificate) facts.Certificate {
	return facts.Certificate{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), DNSNames: Names(c),
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(),
		SHA256: Fingerprint(c), SelfMade: c.Subject.String() == c.Issuer.String(),
	}
}

// Fingerprint gives the SHA-256 of a certificate as 64 hexadecimal digits in lower case.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// Names lists the names and addresses that a certificate is made out to.
func Names(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// Pin accepts a SHA-256 fingerprint with or without colons, dashes and spaces, and
// gives it in the form of Fingerprint. An empty text gives an empty pin; ok is
// false for anything else that has not 64 hexadecimal digits.
func Pin(text string) (pin string, ok bool) {
	pin = strings.ToLower(strings.NewReplacer(":", "", " ", "", "-", "").Replace(text))
	if pin == "" {
		return "", true
	}
	b, err := hex.DecodeString(pin)
	return pin, err == nil && len(b) == sha256.Size
}

// Pool reads one or more certificates, in PEM or DER whatever the file's extension
// says (.pem, .cer, .crt, .der), and adds them to those that the system trusts.
// A file without any is ErrNone.
func Pool(path string) (*x509.CertPool, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	list, err := parse(b)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, c := range list {
		pool.AddCert(c)
	}
	return pool, nil
}

// parse reads the certificates of a file in PEM or DER.
func parse(b []byte) (list []*x509.Certificate, err error) {
	for rest := b; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a certificate in it is damaged: %w", err)
		}
		list = append(list, c)
	}
	if len(list) > 0 {
		return list, nil
	}
	c, err := x509.ParseCertificate(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	return []*x509.Certificate{c}, nil
}
