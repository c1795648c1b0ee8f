package ui

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

// An account that turns out good closes its dialog, also while another one lies over it.
func TestDialogClosesUnderAnother(t *testing.T) {
	w := open(t, fixture.Lacking(), false)
	w.shell.ShowAccount("contoso.local")
	w.entries()[1].SetText("C0nnector!")
	w.tap("OK")
	w.shell.ShowClose()
	w.session.Dispatch(setup.ForestVerified{Token: w.session.state.Busy.Token, Forest: "contoso.local", Account: *fixture.Proof("contoso.local", facts.RightHas)})
	if len(w.shell.dialogs) != 1 {
		t.Errorf("%d dialogs are open, not the question alone", len(w.shell.dialogs))
	}
}

// However often the window is closed, it asks once, and not any more when the
// installation has ended by itself.
func TestCloseAsksOnce(t *testing.T) {
	w := open(t, fixture.Installing(), true)
	for range 3 {
		w.shell.AskClose()
	}
	if len(w.shell.dialogs) != 1 || w.closed {
		t.Fatalf("%d questions, closed %v", len(w.shell.dialogs), w.closed)
	}
	w.show(fixture.Complete())
	if len(w.shell.dialogs) != 0 {
		t.Error("it still says that the installation is running")
	}
}
