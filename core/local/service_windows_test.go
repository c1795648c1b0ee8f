package local

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// asService makes this test program the synchronization service.
const asService = "-pretend-to-be-adsync"

// serviceKey is where Windows keeps what it knows of the service.
const serviceKey = `SYSTEM\CurrentControlSet\Services\ADSync`

// refused is a database with which the pretended service does not start.
const refused = "NOT-THERE"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == asService {
		if err := svc.Run(service, pretended{}); err != nil {
			os.Exit(3)
		}
		return
	}
	os.Exit(m.Run())
}

// pretended is a synchronization service that writes down which database it was
// started with, and takes its time to stop.
type pretended struct{}

func (pretended) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (specific bool, code uint32) {
	status <- svc.Status{State: svc.StartPending}
	var seen []string
	for _, name := range names() {
		v, _, err := settings{}.Get(parameters, name)
		if err != nil {
			return true, 1
		}
		seen = append(seen, v)
	}
	if err := (settings{}).Set(parameters, "StartedWith", strings.Join(seen, "|")); err != nil || seen[2] == refused {
		return true, 25009
	}
	status <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop}
	for r := range requests {
		if r.Cmd == svc.Interrogate {
			status <- r.CurrentStatus
			continue
		}
		status <- svc.Status{State: svc.StopPending}
		time.Sleep(2 * glance)
		return false, 0
	}
	return false, 0
}

// adsync makes this program the service ADSync of a Windows that was made for tests,
// with a database on LocalDB, and starts it.
func adsync(t *testing.T) *mgr.Service {
	t.Helper()
	if os.Getenv("RECONNECT_TEST_PREPARED") == "" {
		t.Skip("this Windows was not made for tests: run scripts/wine-host-test")
	}
	manager, err := mgr.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Disconnect() })
	s, err := manager.OpenService(service) // the prepared one, of which there is only the name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Wine can't give the whole configuration as mgr asks for it.
	path, _, err := settings{}.Get(serviceKey, "ImagePath")
	if err != nil {
		t.Fatal(err)
	}
	was, err := scm{}.Service(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	configure := func(path, account string) {
		t.Helper()
		command, err := windows.UTF16PtrFromString(path)
		if err != nil {
			t.Fatal(err)
		}
		user, err := windows.UTF16PtrFromString(account)
		if err != nil {
			t.Fatal(err)
		}
		const same = windows.SERVICE_NO_CHANGE
		if err := windows.ChangeServiceConfig(s.Handle, same, same, same, command, nil, nil, nil, user, nil, nil); err != nil {
			t.Error(err)
		}
	}
	configure(windows.ComposeCommandLine([]string{program, asService}), "LocalSystem")
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, parameters, registry.QUERY_VALUE|registry.SET_VALUE|registry.WOW64_64KEY)
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]string{}
	for _, name := range names() {
		if before[name], _, err = k.GetStringValue(name); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := (scm{}).Run(context.WithoutCancel(t.Context()), service, false); err != nil {
			t.Error(err)
		}
		for name, v := range before {
			if err := k.SetStringValue(name, v); err != nil {
				t.Error(err)
			}
		}
		_ = k.DeleteValue("StartedWith")
		_ = k.Close()
		configure(path, was.Account)
	})
	for name, v := range map[string]string{"Server": "(localdb)", "SQLInstance": `.\ADSync2019`, "DBName": "ADSync"} {
		if err := k.SetStringValue(name, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := (scm{}).Run(t.Context(), service, true); err != nil {
		t.Fatal(err)
	}
	return s
}

// startedWith gives the database that the pretended service was last started with.
func startedWith(t *testing.T) string {
	t.Helper()
	v, _, err := settings{}.Get(parameters, "StartedWith")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// unchanged are permissions of a folder that nobody changes: Wine keeps those of Unix.
type unchanged struct{ now string }

func (u *unchanged) Access(string) (string, error) { return u.now, nil }

func (u *unchanged) SetAccess(_, sddl string) error {
	u.now = sddl
	return nil
}

// The service of a real service control manager is stopped, gets its parameters and
// its account, is started and watched until it runs; undo puts all that back.
func TestServer_theServiceItself(t *testing.T) {
	s := adsync(t)
	c := This()
	c.Folders, c.Program = &unchanged{"D:(A;;FA;;;BA)"}, ""
	this := plan.ThisServer{Service: &plan.ServiceWrite{
		AccountBefore: "LocalSystem", AccountAfter: `NT AUTHORITY\LocalService`,
		After: plan.Parameters{Server: "SQL01", Instance: "HYBRID,51433", Database: "ADSync_Moved"}, Running: true,
	}}
	const folder = `C:\ProgramData\ADSync Reconnect`
	before, err := c.LookServer(t.Context(), this, folder)
	if err != nil || !before.Running || before.Account != "LocalSystem" || *before.Values["Server"] != "(localdb)" {
		t.Fatalf("before: %+v, %v", before, err)
	}
	if text := startedWith(t); text != `(localdb)|.\ADSync2019|ADSync` {
		t.Fatalf("it was started with %s", text)
	}
	first, err := s.Query()
	if err != nil {
		t.Fatal(err)
	}

	marks := map[string]bool{}
	keep := func(m map[string]bool) error { marks = m; return nil }
	var said []string
	say := func(text string) { said = append(said, text) }
	if err := c.SetServer(t.Context(), this, folder, NewOurs(nil, keep), secret.Value{}, say); err != nil {
		t.Fatal(err)
	}
	if text := startedWith(t); text != "SQL01|HYBRID,51433|ADSync_Moved" {
		t.Errorf("it was started with %s", text)
	}
	now, err := s.Query()
	if err != nil || now.State != svc.Running || now.ProcessId == first.ProcessId {
		t.Errorf("it is %+v (%v), before it was process %d", now, err, first.ProcessId)
	}
	if text := strings.Join(said, "|"); !strings.Contains(text, "Stopping the service ADSync|The service's account|") || !strings.HasSuffix(text, "Starting the service ADSync") {
		t.Errorf("said %q", said)
	}
	if v, err := c.Services.Service(t.Context(), service); err != nil || !v.Running() || v.Account != `NT AUTHORITY\LocalService` {
		t.Errorf("service %+v, %v", v, err)
	}
	if text, err := c.Differs(t.Context(), this); text != "" || err != nil {
		t.Errorf("it differs: %s, %v", text, err)
	}

	if err := c.RestoreServer(t.Context(), this, folder, before, NewOurs(marks, keep), say); err != nil {
		t.Fatal(err)
	}
	if text := startedWith(t); text != `(localdb)|.\ADSync2019|ADSync` {
		t.Errorf("after undo it was started with %s", text)
	}
	if v, err := c.Services.Service(t.Context(), service); err != nil || !v.Running() || v.Account != "LocalSystem" {
		t.Errorf("after undo: %+v, %v", v, err)
	}
}

// A service that ends at its start is told with its exit code, and does not count as
// started; with the right values it starts, and one that runs is left alone.
func TestServer_theServiceRefuses(t *testing.T) {
	s := adsync(t)
	c := This()
	c.Folders, c.Program = &unchanged{strict}, ""
	this := plan.ThisServer{Service: &plan.ServiceWrite{After: plan.Parameters{Server: "SQL01", Database: refused}, Running: true}}
	keep := func(map[string]bool) error { return nil }
	err := c.SetServer(t.Context(), this, "x", NewOurs(nil, keep), secret.Value{}, func(string) {})
	p := problem.As(err)
	if p == nil || p.Code != CodeStart || !strings.Contains(p.Why, "25009") || !strings.Contains(p.Fix, "Get-WinEvent") {
		t.Fatalf("%v: %+v", err, p)
	}
	if v, err := c.Services.Service(t.Context(), service); err != nil || v.Running() {
		t.Errorf("service %+v, %v", v, err)
	}
	if text, err := c.Differs(t.Context(), this); err != nil || text != "the service is stopped" {
		t.Errorf("it differs: %q, %v", text, err)
	}
	this.Service.After.Database = "ADSync"
	if err := c.SetServer(t.Context(), this, "x", NewOurs(nil, keep), secret.Value{}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	is, err := s.Query()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Services.Run(t.Context(), service, true); err != nil {
		t.Error(err)
	}
	if now, err := s.Query(); err != nil || now.ProcessId != is.ProcessId {
		t.Errorf("it ran as process %d and was started again as %d (%v)", is.ProcessId, now.ProcessId, err)
	}
}
