package secret

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// FuzzVault takes any bytes for the vault's file and for its key: it opens or is
// refused with a problem, nothing that was not sealed here opens, and the file is
// never replaced by reading it.
func FuzzVault(f *testing.F) {
	dir := f.TempDir()
	v, err := openVault(dir, nil, "m")
	if err != nil {
		f.Fatal(err)
	}
	if err := v.Put("forest:contoso.test", New(canary)); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(v.path())
	if err != nil {
		f.Fatal(err)
	}
	var c vaultContent
	if err := json.Unmarshal(whole, &c); err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	f.Add(string(whole[:len(whole)/2]))
	f.Add(strings.Replace(string(whole), "forest:contoso.test", "forest:other.test", 1))
	f.Add(`{"vault":1,"machine":"` + c.Machine + `","items":{"a":""}}`)
	f.Add(`{"vault":2}`)
	f.Add(`null`)
	protector := v.protect
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		path := filepath.Join(dir, vaultFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		v, err := openVault(dir, protector, "m")
		if err != nil {
			if problem.As(err) == nil {
				t.Errorf("no problem: %v", err)
			}
			return
		}
		names, err := v.Names()
		if err != nil {
			t.Fatalf("it opened, and gives no names: %v", err)
		}
		for _, name := range names {
			switch got, err := v.Get(name); {
			case err != nil && (problem.As(err) == nil || strings.Contains(err.Error(), canary)):
				t.Errorf("%q: %v", name, err)
			case err == nil && (name != "forest:contoso.test" || got.Reveal() != canary):
				t.Errorf("%q opened", name)
			}
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != text {
			t.Errorf("reading changed the file to %q, %v", now, err)
		}
	})
}
