package local

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"

	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const testKey = `SOFTWARE\ADSync Reconnect Test\Values`

func TestSettings_roundTrip(t *testing.T) {
	s := settings{}
	t.Cleanup(func() { _ = s.Delete(testKey, "") })
	if _, there, err := s.Get(testKey, "Server"); err != nil || there {
		t.Fatalf("a key that is not there: %t, %v", there, err)
	}
	for name, v := range map[string]any{"Server": "SQL01", "EventMessageFile": messageFile, "TypesSupported": int64(7)} {
		if err := s.Set(testKey, name, v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if v, there, err := s.Get(testKey, "Server"); err != nil || !there || v != "SQL01" {
		t.Errorf("Server = %q, %t, %v", v, there, err)
	}
	if err := s.Delete(testKey, "Server"); err != nil {
		t.Error(err)
	}
	for range 2 { // the second time there is nothing left to remove
		if err := s.Delete(testKey, ""); err != nil {
			t.Error(err)
		}
		if err := s.Delete(testKey, "Server"); err != nil {
			t.Error(err)
		}
	}
	if _, there, err := s.Get(testKey, "EventMessageFile"); err != nil || there {
		t.Errorf("the key is still there: %t, %v", there, err)
	}
}

func TestFolders_roundTrip(t *testing.T) {
	if _, err := registry.OpenKey(registry.CURRENT_USER, `SOFTWARE\Wine`, registry.QUERY_VALUE); err == nil || os.Getenv("WINEPREFIX") != "" {
		t.Skip("Wine keeps the permissions of Unix, not access lists")
	}
	f, dir := folders{}, t.TempDir()
	before, err := f.Access(dir)
	if err != nil || !strings.Contains(before, "D:") {
		t.Fatalf("access = %q, %v", before, err)
	}
	if err := f.SetAccess(dir, strict); err != nil {
		t.Fatal(err)
	}
	now, err := f.Access(dir)
	if err != nil || !strings.Contains(now, ";SY)") || !strings.Contains(now, ";BA)") || strings.Contains(now, ";WD)") {
		t.Errorf("access = %q, %v", now, err)
	}
	if err := f.SetAccess(dir, before); err != nil {
		t.Error(err)
	}
}

func TestServices_thatAreNotThere(t *testing.T) {
	const name = "ADSyncReconnectNowhere"
	if v, err := (scm{}).Service(t.Context(), name); err != nil || v.Installed {
		t.Errorf("service %+v, %v", v, err)
	}
	if err := (scm{}).Run(t.Context(), name, true); err == nil {
		t.Error("a service that is not there was started")
	}
	if err := (scm{}).SetAccount(t.Context(), name, "LocalSystem", secret.Value{}); err == nil {
		t.Error("a service that is not there got an account")
	}
}

func TestMenu_roundTrip(t *testing.T) {
	const name = "ADSync Reconnect Test"
	m := startMenu{}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Remove(name) })
	if _, there, err := m.Entry(name); err != nil || there {
		t.Fatalf("an entry that is not there: %t, %v", there, err)
	}
	if err := m.Add(name, program); err != nil {
		t.Fatal(err)
	}
	if got, there, err := m.Entry(name); err != nil || !there || !strings.EqualFold(got, program) {
		t.Errorf("entry = %q, %t, %v, want %q", got, there, err, program)
	}
	for range 2 { // the second time there is nothing left to remove
		if err := m.Remove(name); err != nil {
			t.Error(err)
		}
	}
	if _, there, err := m.Entry(name); err != nil || there {
		t.Errorf("the entry is still there: %t, %v", there, err)
	}
}
