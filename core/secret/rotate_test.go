//go:build !windows

package secret

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// keysIn gives the content of the key file.
func keysIn(t *testing.T, dir string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func opens(t *testing.T, v *Vault, name, want string) {
	t.Helper()
	if got, err := v.Get(name); err != nil || !got.Same(New(want)) {
		t.Errorf("%s does not open: %v", name, err)
	}
}

func TestRotate_theOldKeyOpensNothingNew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	v := openTest(t, dir, "m1")
	for _, name := range []string{"a", "b"} {
		if err := v.Put(name, New(canary+name)); err != nil {
			t.Fatal(err)
		}
	}
	old, other := keysIn(t, dir), openTest(t, dir, "m1")
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	if now := keysIn(t, dir); len(now) != keySize || bytes.Equal(now, old) {
		t.Error("the key file does not hold one new key")
	}
	if err := other.Put("b", New(canary+"b")); err != nil { // by one that was open before
		t.Fatal(err)
	}
	for _, vault := range []*Vault{v, other, openTest(t, dir, "m1")} {
		opens(t, vault, "a", canary+"a")
		opens(t, vault, "b", canary+"b")
	}
	if err := os.WriteFile(filepath.Join(dir, keyFile), old, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openTest(t, dir, "m1").Get("a"); codeOf(err) != CodeVaultDamaged {
		t.Errorf("with the old key: %v", err)
	}
}

// TestRotate_cutOff stops after each file that is written.
func TestRotate_cutOff(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	v := openTest(t, dir, "m1")
	if err := v.Put("a", New(canary)); err != nil {
		t.Fatal(err)
	}
	p := v.protect.(*fileProtector)
	if _, err := p.rotate(); err != nil { // the new key is there, the items are not sealed with it
		t.Fatal(err)
	}
	again := openTest(t, dir, "m1")
	opens(t, again, "a", canary)
	if err := again.Put("b", New("later")); err != nil { // sealed with the new key; the old one is not forgotten
		t.Fatal(err)
	}
	third := openTest(t, dir, "m1")
	opens(t, third, "a", canary)
	opens(t, third, "b", "later")
	if err := third.Rotate(); err != nil {
		t.Fatal(err)
	}
	if n := len(keysIn(t, dir)); n != keySize {
		t.Errorf("%d bytes of keys are left", n)
	}
	opens(t, openTest(t, dir, "m1"), "a", canary)
}

func TestRotate_aDamagedItemChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	v := openTest(t, dir, "m1")
	if err := v.Put("a", New(canary)); err != nil {
		t.Fatal(err)
	}
	c, err := v.load()
	if err != nil {
		t.Fatal(err)
	}
	c.Items["b"] = []byte("damaged")
	if err := v.save(c); err != nil {
		t.Fatal(err)
	}
	before := keysIn(t, dir)
	if err := v.Rotate(); codeOf(err) != CodeVaultDamaged {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(before, keysIn(t, dir)) {
		t.Error("the key changed")
	}
	opens(t, v, "a", canary)
}
