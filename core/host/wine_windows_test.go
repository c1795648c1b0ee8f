package host

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Every fact of this Windows is known, or says why not; under Wine too.
func TestFacts_ofThisWindows(t *testing.T) {
	c := Facts(t.Context(), time.Now())
	for name, r := range map[string]interface{ Reason() string }{
		"windows": c.Windows, "membership": c.Membership, ".NET": c.DotNet, "TLS": c.TLS, "PowerShell": c.PowerShell,
		"DCOM": c.DCOM, "event log": c.EventLog, "proxy": c.Proxy, "groups": c.Groups,
		"memory": c.MemoryMB, "cores": c.Cores, "disk": c.Disk, "reboot": c.Reboot, "time": c.Time, "code page": c.CodePage,
		"products": c.Products, "service": c.Service, "LocalDB": c.LocalDB, "clock": c.ClockMHz, "TPM": c.TPM, "browser guard": c.BrowserGuard, "secondary logon": c.SecondaryLogon,
	} {
		if why := r.Reason(); why != "" {
			t.Logf("%s: %s", name, why)
			if !hasWine(t) {
				t.Errorf("%s could not be read", name)
			}
		}
	}
	if w, ok := c.Windows.Get(); !ok || w.Build < 10000 {
		t.Errorf("windows = %+v", c.Windows)
	}
	if mb := c.MemoryMB.Or(0); mb < 256 {
		t.Errorf("memory = %d MB", mb)
	}
	if d := c.Disk.Or(facts.Disk{}); d.TotalMB < 1024 || d.Drive == "" {
		t.Errorf("disk = %+v", c.Disk)
	}
	if s := c.EventLog.Or(facts.EventLog{}); !hasWine(t) && !s.Service.Running() {
		t.Errorf("event log = %+v", s)
	}
	t.Logf("%+v", c)
}

// hasWine tells whether this Windows is Wine, which lacks some functions.
func hasWine(t *testing.T) bool {
	t.Helper()
	_, err := localMachine{}.Keys(`SOFTWARE\Wine`)
	return err == nil || os.Getenv("WINEPREFIX") != ""
}

func TestRegistry_whatIsNotThere(t *testing.T) {
	r := localMachine{}
	if _, err := r.Value(`SOFTWARE\ADSync Reconnect\Nowhere`, "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that is not there: %v", err)
	}
	if _, err := r.Value(`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "Nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a value that is not there: %v", err)
	}
	if _, err := r.Keys(`SOFTWARE\ADSync Reconnect\Nowhere`); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("keys of a key that is not there: %v", err)
	}
}

// The keys that scripts/wine-host-test has written before are read as they are.
func TestFacts_ofPreparedKeys(t *testing.T) {
	if os.Getenv("RECONNECT_TEST_PREPARED") == "" {
		t.Skip("the registry was not prepared: run scripts/wine-host-test")
	}
	c := Facts(t.Context(), time.Now())
	if v := c.Installed.Or(""); v != "2.6.92.0" {
		t.Errorf("installed = %+v", c.Installed)
	}
	if v := c.DotNet.Or(0); v != 461326 {
		t.Errorf(".NET = %+v", c.DotNet)
	}
	bad := 0
	for _, v := range c.TLS.Or(nil) {
		if !v.Good() {
			bad++
		}
	}
	if bad != 2 || len(c.TLS.Or(nil)) != 8 {
		t.Errorf("TLS: %d of %d are wrong, want 2 of 8: %+v", bad, len(c.TLS.Or(nil)), c.TLS)
	}
	if v := c.PowerShell.Or(facts.PowerShell{}); v.Version != "5.1.20348.1" || v.Policy != "AllSigned" || !v.ByGroupPolicy || !v.Transcription {
		t.Errorf("PowerShell = %+v", c.PowerShell)
	}
	if v := c.Service.Or(facts.SyncService{}); !v.Installed || v.Account != `NT SERVICE\ADSync` || v.Server != "SQL01" ||
		v.Instance != "HYBRID,51433" || v.Database != "ADSync" || v.Running() {
		t.Errorf("service = %+v", c.Service)
	}
	var kinds []string
	for _, p := range c.Products.Or(nil) {
		kinds = append(kinds, p.Component+" "+p.Code+" "+p.Version)
	}
	const want = "Microsoft Entra Connect {12345678-9ABC-DEF0-1234-56789ABCDEF0} 2.6.92.0|" +
		"Synchronization engine {AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE} "
	if got := strings.Join(kinds, "|"); got != want {
		t.Errorf("products = %q, want %q", got, want)
	}
	if v := c.Reboot.Or(nil); len(v) == 0 || !strings.Contains(v[0], "Component Based Servicing") {
		t.Errorf("reboot = %+v", c.Reboot)
	}
	if v := c.Proxy.Or(facts.Proxy{}); v.Machine != "http://proxy.contoso.local:8080" || v.WinHTTP != "proxy2:8080" {
		t.Errorf("proxy = %+v", c.Proxy)
	}
	if v := c.LocalDB.Or(nil); len(v) != 2 || v[0].Instance != "ADSync2019" || v[1].SizeMB != 3 || v[1].State != facts.FileClosed {
		t.Errorf("LocalDB = %+v", c.LocalDB)
	}
	if v, ok := c.BrowserGuard.Get(); !ok || !v.Admins || v.Users {
		t.Errorf("browser guard = %+v", c.BrowserGuard)
	}
	if c.ClockMHz.Or(0) < 100 {
		t.Errorf("clock = %+v", c.ClockMHz)
	}
	if v := c.Time.Or(facts.TimeService{}); v.Type != "NTP" || v.Source != "time.contoso.local" {
		t.Errorf("time = %+v", c.Time)
	}
	if v := c.CodePage.Or(""); v != "65001" {
		t.Errorf("code page = %+v", c.CodePage)
	}
	if v := c.DCOM.Or(nil); len(v) != 3 || !v[0].Good() || v[2].Good() {
		t.Errorf("DCOM = %+v", c.DCOM)
	}
}

// A database file that its server keeps for itself is seen to be open.
func TestHardware_open(t *testing.T) {
	path, err := filepath.Abs("in-use-test.mdf") // Wine can't remove folders as t.TempDir does
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	})
	if open, err := (hardware{}).InUse(path); err != nil || open {
		t.Errorf("nobody has it open: %v, %v", open, err)
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if open, err := (hardware{}).InUse(path); err != nil || !open {
		t.Errorf("a server has it open: %v, %v", open, err)
	}
	if err := windows.CloseHandle(h); err != nil {
		t.Fatal(err)
	}
	if _, err := (hardware{}).InUse(path + ".gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A local group that holds a right comes with its members, and what is no account
// with its id alone.
func TestPrincipal(t *testing.T) {
	p, err := principal("S-1-5-32-544")
	t.Logf("%+v, %v", p, err)
	if err != nil && !hasWine(t) {
		t.Error(err)
	}
	if p.Unread || !strings.Contains(p.Name, `\`) {
		t.Errorf("administrators: %+v", p)
	}
	if p, err := principal("S-1-5-21-1-2-3-99999"); err != nil || p.Unread || p.SID != "S-1-5-21-1-2-3-99999" {
		t.Errorf("nobody: %+v, %v", p, err)
	}
}
