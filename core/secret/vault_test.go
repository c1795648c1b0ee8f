package secret

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

const canary = "C4nary-5ecret-\x00-ü"

func codeOf(err error) problem.Code {
	if p := problem.As(err); p != nil {
		return p.Code
	}
	return ""
}

func openTest(t *testing.T, dir, machine string) *Vault {
	t.Helper()
	v, err := openVault(dir, nil, machine)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVault_keeps(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	v := openTest(t, dir, "m1")
	for name, text := range map[string]string{"forest:contoso.local": canary, "empty": "", "forest:fabrikam.local": "x"} {
		if err := v.Put(name, New(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Put("forest:fabrikam.local", New("y")); err != nil {
		t.Fatal(err)
	}
	again := openTest(t, dir, "m1")
	for name, text := range map[string]string{"forest:contoso.local": canary, "empty": "", "forest:fabrikam.local": "y"} {
		if got, err := again.Get(name); err != nil || !got.Same(New(text)) {
			t.Errorf("%s: %v, %v", name, got.Same(New(text)), err)
		}
	}
	names, err := again.Names()
	if err != nil || !reflect.DeepEqual(names, []string{"empty", "forest:contoso.local", "forest:fabrikam.local"}) {
		t.Errorf("names %v, %v", names, err)
	}
	for range 2 { // the second time there is nothing to remove
		if err := again.Delete("empty"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Get("empty"); codeOf(err) != CodeVaultMissing {
		t.Errorf("removed item: %v", err)
	}
	if err := v.Put(" ", New("x")); codeOf(err) != CodeVaultName {
		t.Errorf("no name: %v", err)
	}
}

func TestVault_filesArePrivateAndHoldNoSecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	v := openTest(t, dir, "m1")
	for range 3 {
		if err := v.Put("a", New(canary)); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("a temporary file was left: %s", e.Name())
		}
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("C4nary")) {
			t.Errorf("%s holds the secret", e.Name())
		}
	}
}

func edit(t *testing.T, dir string, change func(*vaultContent)) {
	t.Helper()
	path := filepath.Join(dir, vaultFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c vaultContent
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	change(&c)
	if data, err = json.Marshal(c); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestVault_flippedBytes(t *testing.T) {
	dir := t.TempDir()
	v := openTest(t, dir, "m1")
	if err := v.Put("a", New(canary)); err != nil {
		t.Fatal(err)
	}
	var n int
	edit(t, dir, func(c *vaultContent) { n = len(c.Items["a"]) })
	for i := range n {
		edit(t, dir, func(c *vaultContent) { c.Items["a"][i] ^= 0x40 })
		if _, err := v.Get("a"); codeOf(err) != CodeVaultDamaged || strings.Contains(err.Error(), "C4nary") {
			t.Fatalf("byte %d: %v", i, err)
		}
		edit(t, dir, func(c *vaultContent) { c.Items["a"][i] ^= 0x40 })
	}
	if _, err := v.Get("a"); err != nil {
		t.Errorf("unchanged again: %v", err)
	}
	edit(t, dir, func(c *vaultContent) { c.Items["a"] = c.Items["a"][:5] })
	if _, err := v.Get("a"); codeOf(err) != CodeVaultDamaged {
		t.Errorf("cut short: %v", err)
	}
}

func TestVault_itemUnderAnotherName(t *testing.T) {
	dir := t.TempDir()
	v := openTest(t, dir, "m1")
	for _, name := range []string{"forest:a.local", "forest:b.local"} {
		if err := v.Put(name, New(name)); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, dir, func(c *vaultContent) {
		c.Items["forest:a.local"], c.Items["forest:b.local"] = c.Items["forest:b.local"], c.Items["forest:a.local"]
	})
	if got, err := v.Get("forest:a.local"); codeOf(err) != CodeVaultDamaged || !got.IsEmpty() {
		t.Errorf("got %v", err)
	}
}

func TestVault_onAnotherComputer(t *testing.T) {
	dir := t.TempDir()
	if err := openTest(t, dir, "m1").Put("a", New(canary)); err != nil {
		t.Fatal(err)
	}
	if _, err := openVault(dir, nil, "m2"); codeOf(err) != CodeVaultMachine {
		t.Errorf("got %v", err)
	}
	if runtime.GOOS == "windows" {
		return // DPAPI has no key that could be moved
	}
	// Even with the fingerprint made to fit, the key does not.
	other := openTest(t, t.TempDir(), "m2")
	edit(t, dir, func(c *vaultContent) { c.Machine = other.machine })
	moved := openTest(t, dir, "m2")
	if _, err := moved.Get("a"); codeOf(err) != CodeVaultDamaged {
		t.Errorf("got %v", err)
	}
}

func TestVault_files(t *testing.T) {
	cases := []struct {
		name, file, content string
		want                problem.Code
	}{
		{"no JSON", vaultFile, "x", CodeVaultDamaged},
		{"other version", vaultFile, `{"vault":9}`, CodeVaultVersion},
		{"no machine", vaultFile, `{"vault":1}`, CodeVaultMachine},
		{"short key", keyFile, "short", CodeVaultDamaged},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && c.file == keyFile {
				t.Skip("there is no key file on Windows")
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := openVault(dir, nil, "m1"); codeOf(err) != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestVault_folderInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenVault(filepath.Join(file, "vault"), nil); codeOf(err) != CodeVaultFile {
		t.Errorf("got %v", err)
	}
}

func TestVault_failedReplaceKeepsTheOld(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "target")
	if err := os.Mkdir(path, 0o700); err != nil { // a folder can't be replaced by a file
		t.Fatal(err)
	}
	if err := wholefile.Write(path, []byte("x")); err == nil {
		t.Fatal("no error")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
