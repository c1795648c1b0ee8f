package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

const restartBox = "Restart the service ADSync on this computer afterwards"

// The service is restarted where it is, unless the admin does not want it; elsewhere
// it is said what to do.
func TestStaging_restart(t *testing.T) {
	for _, untick := range []bool{false, true} {
		w := open(t, fixture.StagingGreen(), false)
		w.shell.ShowSwitch(plan.Leaves)
		if b := w.check(restartBox); !b.On() || b.Disabled() {
			t.Error("it is not offered")
		}
		if untick {
			test.Tap(w.check(restartBox))
		}
		w.tap("Leave staging mode")
		if e, ok := last[setup.SwitchPressed](w.session); !ok || e.Restart == untick || e.Purpose != plan.Leaves {
			t.Errorf("%+v", e)
		}
	}
	w := open(t, fixture.StagingOverridden(), false)
	w.shell.ShowSwitch(plan.Leaves)
	if b := w.check(restartBox); b.On() || !b.Disabled() {
		t.Error("it is offered where there is no service")
	}
	w = open(t, fixture.StagingDone(), false)
	w.wants("What is left to do by hand", "Restart-Service ADSync", "StagingModeEnabled : False")
}

// Signing in for the conditions asks how: a device code serves where no browser opens.
func TestStaging_signIn(t *testing.T) {
	w := open(t, fixture.Staging(), false)
	w.tap("Sign in to the tenant…")
	w.entries()[0].SetText(" admin@contoso.onmicrosoft.com ")
	w.win.Canvas().FocusNext()
	w.win.Canvas().FocusNext() // the second way
	w.press(fyne.KeySpace)
	w.tap("Sign in")
	if e, ok := last[setup.GateSignInPressed](w.session); !ok || e != (setup.GateSignInPressed{Flow: answers.FlowDevice, User: "admin@contoso.onmicrosoft.com"}) {
		t.Errorf("%+v", e)
	}
}
