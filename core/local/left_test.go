package local_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/local"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

const (
	parameters = `SYSTEM\CurrentControlSet\Services\ADSync\Parameters`
	eventKey   = `SYSTEM\CurrentControlSet\Services\EventLog\Application\ADSync Reconnect`
)

// leftOf gives what a problem says is left, and fails the test without one.
func leftOf(t *testing.T, err error) *problem.Problem {
	t.Helper()
	var p *problem.Problem
	if !errors.As(err, &p) || p.Code != local.CodeLeft {
		t.Fatalf("undo: %v", err)
	}
	return p
}

// What somebody else has made, given or changed in the meantime is left as it is, and
// named with how to remove it by hand; all the rest is put back.
func TestServer_undoLeavesWhatOthersChanged(t *testing.T) {
	for name, c := range map[string]struct {
		since       func(t *testing.T, w *standin.Computer) error
		what, fix   string
		stays, gone string
	}{
		"parameter": {
			func(_ *testing.T, w *standin.Computer) error { return w.Set(parameters, "Server", "SQL77") },
			"The service's parameter Server stays SQL77", "before, it was", "SQL77", "sync browsers",
		},
		"account": {
			func(t *testing.T, w *standin.Computer) error {
				return w.SetAccount(t.Context(), "ADSync", `NT AUTHORITY\SYSTEM`, password())
			},
			`The service runs as NT AUTHORITY\SYSTEM`, "services.msc", `NT AUTHORITY\\SYSTEM`, "sync browsers",
		},
		"event source": {
			func(_ *testing.T, w *standin.Computer) error {
				return w.Set(eventKey, "EventMessageFile", "other.dll")
			},
			"The event source ADSync Reconnect stays", "reg delete", "other.dll", "sync browsers",
		},
		"permissions": {
			func(_ *testing.T, w *standin.Computer) error { return w.SetAccess(folder, "D:(A;;FA;;;WD)") },
			"The permissions of " + folder + " stay", "Security", "(A;;FA;;;WD)", "sync browsers",
		},
		"group": {
			func(t *testing.T, w *standin.Computer) error {
				return w.Add(t.Context(), "Sync Browsers", `CONTOSO\auditor`)
			},
			`The local group Sync Browsers stays, as others have joined it since: CONTOSO\auditor.`, `net localgroup "Sync Browsers" /delete`,
			`CONTOSO\\auditor`, "other.dll",
		},
		"start menu": {
			func(_ *testing.T, w *standin.Computer) error {
				return w.Local().Menu.Add(local.MenuEntry, `D:\new.exe`)
			},
			`it starts another program now: D:\new.exe`, "delete", "new.exe", "sync browsers",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := server(t, true)
			b := everything(w.Local())
			was := b.look(t, s)
			if err := b.do(t, s, was); err != nil {
				t.Fatal(err)
			}
			if err := c.since(t, w); err != nil {
				t.Fatal(err)
			}
			p := leftOf(t, b.undo(t, s, was))
			if !strings.Contains(p.What, c.what) || !strings.Contains(p.Fix, c.fix) {
				t.Errorf("left: %q, by hand: %q", p.What, p.Fix)
			}
			end := world(t, w)
			if !strings.Contains(end, c.stays) || strings.Contains(strings.ToLower(end), c.gone) {
				t.Errorf("left is\n%s", end)
			}
		})
	}
}

// What was there before, or somebody else made before Install came to it, carries no
// mark of ours: undo does not touch it.
func TestServer_undoLeavesWhatOthersMadeInTheMeantime(t *testing.T) {
	s, w := server(t, true)
	b := everything(w.Local())
	was := b.look(t, s)
	for _, err := range []error{
		w.Create(t.Context(), "Sync Browsers", ""),
		w.Grant(t.Context(), s.Account, s.Rights[0]),
		w.Set(eventKey, "EventMessageFile", "theirs.dll"),
		w.Local().Menu.Add(local.MenuEntry, `D:\theirs.exe`),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	start := world(t, w)
	if err := b.do(t, s, was); err != nil {
		t.Fatal(err)
	}
	if err := b.undo(t, s, was); err != nil {
		t.Fatal(err)
	}
	if end := world(t, w); end != start {
		t.Errorf("undo left\n%s\nwant\n%s", end, start)
	}
}

// One thing that can't be put back does not keep the others from it.
func TestServer_undoGoesOnPastEveryFailure(t *testing.T) {
	for call, want := range map[string]struct{ what, fix string }{
		"SetAccount":        {`The service's account of before, NT SERVICE\ADSync, could not be set again.`, "services.msc"},
		"Run false":         {"The service ADSync could not be stopped", "Restart-Service"},
		"Run true":          {"The service ADSync ran before and does not start.", "Start-Service"},
		"Set Server":        {"The service's parameter Server could not be put back.", parameters},
		"Revoke":            {`contoso\svc-sync still holds the right SeServiceLogonRight.`, "secpol.msc"},
		"Delete ":           {"The event source ADSync Reconnect is still there.", "reg delete"},
		"SetAccess":         {"The permissions of " + folder + " could not be put back.", "(A;OICIID;FA;;;SY)"},
		"Menu remove":       {"The Start menu's entry ADSync Reconnect is still there.", "Start menu"},
		"Remove ADSyncAdm":  {"The local group ADSyncAdmins is still there.", `net localgroup "ADSyncAdmins" /delete`},
		"Remove Sync Brows": {"The local group Sync Browsers is still there.", `net localgroup "Sync Browsers" /delete`},
	} {
		t.Run(call, func(t *testing.T) {
			s, w := server(t, true)
			b := everything(w.Local())
			start := world(t, w)
			was := b.look(t, s)
			if err := b.do(t, s, was); err != nil {
				t.Fatal(err)
			}
			w.Fault = func(c string, after bool) error {
				if !after && strings.HasPrefix(c, call) {
					return errBroken
				}
				return nil
			}
			p := leftOf(t, b.undo(t, s, was))
			if !strings.Contains(strings.ToLower(p.What), strings.ToLower(want.what)) || !strings.Contains(p.Fix, want.fix) {
				t.Errorf("left: %q, by hand: %q", p.What, p.Fix)
			}
			if !strings.Contains(p.Why, errBroken.Error()) || strings.Count(p.Fix, "By hand") != 1 {
				t.Errorf("why: %q, by hand: %q", p.Why, p.Fix)
			}
			w.Fault = nil
			if err := b.undo(t, s, was); err != nil {
				t.Fatalf("the second time: %v", err)
			}
			if end := world(t, w); end != start {
				t.Errorf("left\n%s\nwant\n%s", end, start)
			}
		})
	}
}

// A domain account of before has a password that nobody knows here. It is set all the
// same, the service stays stopped, and undo says what to enter where.
func TestServer_undoOfADomainAccount(t *testing.T) {
	s, w := server(t, true)
	const old = `CONTOSO\old-svc`
	w.Passwords[strings.ToLower(old)] = "somebody's"
	if err := w.SetAccount(t.Context(), "ADSync", old, password()); err != nil {
		t.Fatal(err)
	}
	if err := w.Grant(t.Context(), old, s.Rights[0]); err != nil {
		t.Fatal(err)
	}
	s.Service.AccountBefore = old
	b := everything(w.Local())
	was := b.look(t, s)
	if err := b.do(t, s, was); err != nil {
		t.Fatal(err)
	}
	p := leftOf(t, b.undo(t, s, was))
	if !strings.Contains(p.What, old+", needs its password") || !strings.Contains(p.Fix, "services.msc") || strings.Contains(world(t, w), "sync browsers") {
		t.Errorf("left: %q, by hand: %q", p.What, p.Fix)
	}
}

// Undo of a step that broke before it came to the account leaves the account, and so
// its password, alone.
func TestServer_undoBeforeTheAccount(t *testing.T) {
	s, w := server(t, true)
	b := everything(w.Local())
	was := b.look(t, s)
	w.Fault = func(call string, after bool) error {
		if call == "SetAccount" && !after {
			return errBroken
		}
		return nil
	}
	if err := b.do(t, s, was); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	touched := false
	w.Fault = func(call string, _ bool) error { touched = touched || call == "SetAccount"; return nil }
	if err := b.undo(t, s, was); err != nil || touched {
		t.Errorf("undo: %v, account touched: %t", err, touched)
	}
}

// The installer's decision on the Start menu counts, and no entry is not worth a
// failed installation.
func TestServer_startMenu(t *testing.T) {
	s, w := server(t, true)
	if err := w.Set(`SOFTWARE\ADSync Reconnect`, "Folder", `C:\Program Files`); err != nil {
		t.Fatal(err)
	}
	b := everything(w.Local())
	was := b.look(t, s)
	if err := b.do(t, s, was); err != nil {
		t.Fatal(err)
	}
	if _, there, err := w.Local().Menu.Entry(local.MenuEntry); err != nil || there {
		t.Errorf("an entry beside the installer: %t, %v", there, err)
	}
	s, w = server(t, true)
	was = everything(w.Local()).look(t, s)
	w.Fault = func(call string, _ bool) error {
		if ofMenu(call) {
			return errBroken
		}
		return nil
	}
	last := ""
	err := w.Local().SetServer(t.Context(), s, folder, was.ours(), password(), func(text string) { last = text })
	if err != nil || !strings.Contains(last, "the Start menu has no entry for this program: "+errBroken.Error()) {
		t.Errorf("%v, said %q", err, last)
	}
}
