package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func made(t testing.TB) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "dc1"}, DNSNames: []string{"dc1.contoso.test"}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1)},
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDescribe(t *testing.T) {
	c := made(t)
	d := Describe(c)
	if d.Subject != "CN=dc1" || !d.SelfMade || d.Trusted || d.Pinned || strings.Join(d.DNSNames, " ") != "dc1.contoso.test 10.0.0.1" || d.NotAfter.Location() != time.UTC {
		t.Errorf("described as %+v", d)
	}
	if pin, ok := Pin(strings.ToUpper(d.SHA256)); !ok || pin != Fingerprint(c) {
		t.Errorf("its own fingerprint is %q", pin)
	}
}

func TestPin(t *testing.T) {
	full := strings.Repeat("ab", 32)
	for text, want := range map[string]string{
		"": "", full: full, strings.ToUpper(full): full, strings.Repeat("AB:", 31) + "AB": full, strings.Repeat("abab ", 16): full, strings.Repeat("ab-", 31) + "ab": full,
	} {
		if got, ok := Pin(text); !ok || got != want {
			t.Errorf("%q: %q %v", text, got, ok)
		}
	}
	for _, bad := range []string{"x", full + "00", full[:40], strings.Repeat("zz", 32)} {
		if _, ok := Pin(bad); ok {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestPool(t *testing.T) {
	c := made(t)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	write := func(b []byte) string {
		path := filepath.Join(t.TempDir(), "ca.cer")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, b := range map[string][]byte{"PEM": text, "DER": c.Raw, "PEM behind a key's header": append([]byte("-----BEGIN X-----\nAAAA\n-----END X-----\n"), text...)} {
		pool, err := Pool(write(b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := c.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
			t.Errorf("%s: it is not trusted: %v", name, err)
		}
	}
	if _, err := Pool(write([]byte("hello"))); !errors.Is(err, ErrNone) {
		t.Errorf("a text: %v", err)
	}
	if _, err := Pool(write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}))); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("a damaged one: %v", err)
	}
	if _, err := Pool(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
