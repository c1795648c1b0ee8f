package logbook

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// FuzzRedactor: whatever stands around a secret, it is gone afterwards, and masking
// what was masked changes nothing more than a second time could.
func FuzzRedactor(f *testing.F) {
	f.Add("password=", "S3cret!", ";Server=x")
	f.Add(`{"pwd":"`, "a\"b\\c\n", `"}`)
	f.Add("Authorization: Bearer ", "abcdefghijklmnop", "")
	f.Add("-----BEGIN PRIVATE KEY-----\n", "QUJDREVGR0g=", "\n-----END PRIVATE KEY-----")
	f.Add("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", "QUJDREVGR0g=", "\n-----END RSA PRIVATE KEY-----")
	f.Add("***", "****", "***")
	f.Fuzz(func(t *testing.T, before, hidden, after string) {
		r := NewRedactor()
		r.Hide("it", secret.New(hidden))
		text := before + hidden + after
		out := r.Text(text)
		if len(hidden) >= shortest && strings.Trim(hidden, "*") != "" && strings.Contains(out, hidden) &&
			!strings.Contains(strings.ReplaceAll(text, hidden, Mask), hidden) {
			t.Errorf("%q became %q, which holds %q", text, out, hidden)
		}
		for _, m := range r.Masked() {
			if m.Name == "" || m.Times < 1 {
				t.Errorf("%+v", m)
			}
		}
	})
}

// TestRedactor_encryptedKey: the lines before an encrypted key hold hyphens, which
// must not end what is masked.
func TestRedactor_encryptedKey(t *testing.T) {
	const text = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nQUJDREVGR0g=\n-----END RSA PRIVATE KEY-----\nnext"
	if got, want := NewRedactor().Text(text), "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nnext"; got != want {
		t.Errorf("got %q", got)
	}
}
