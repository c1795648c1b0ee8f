package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

// TestWalk goes through all pages as an admin does, over the real state machine;
// the answers of the world are fed in.
func TestWalk(t *testing.T) {
	w := open(t, fixture.Welcome(), false)
	page := func(want setup.Page) {
		t.Helper()
		if got := w.session.state.Page; got != want {
			t.Fatalf("page %s, want %s; problems %v", got, want, w.session.state.Problems)
		}
	}
	token := func() int {
		t.Helper()
		if w.session.state.Busy == nil {
			t.Fatal("the session is not busy")
		}
		return w.session.state.Busy.Token
	}
	w.press(fyne.KeySpace) // the licence has the focus
	w.press(fyne.KeyReturn)
	page(setup.PageComponents)
	w.shell.page.(*components).signIn.Choose("sql")
	e := w.entries()
	test.Type(e[0], "SQL01")
	e[3].SetText("sa")
	e[4].SetText("Practice-1!")
	w.press(fyne.KeyReturn)
	f := fixture.Facts([]string{"contoso.local"})
	w.session.Dispatch(setup.Inspected{Token: token(), Facts: *f})
	page(setup.PageCheck)
	w.session.state.Findings = fixture.Clean().Findings // what the rules say of the fixture is not the point here
	w.show(w.session.state)
	w.tap("Next")
	page(setup.PageEntra)
	w.tap("Sign in…")
	w.session.Dispatch(setup.EntraPrompted{Token: token(), Prompt: *fixture.EntraPrompt().Entra.Prompt})
	w.wants("F7QX2KLPD")
	w.session.Dispatch(setup.EntraSignedIn{Token: token(), Tenant: *fixture.Tenant()})
	w.session.state.Entra.Findings = nil
	w.show(w.session.state)
	w.tap("Next")
	page(setup.PageDirectories)
	w.tap("Change Credentials")
	test.Type(w.entries()[0], "administrator")
	w.entries()[1].SetText("Practice-1!")
	w.press(fyne.KeyReturn)
	w.session.Dispatch(setup.ForestVerified{Token: token(), Forest: "contoso.local", Account: *fixture.Proof("contoso.local", "has")})
	w.session.state.Forests[0].Findings = nil
	w.show(w.session.state)
	w.tap("Next")
	page(setup.PageReady)
	w.session.state.Plan = fixture.Plan()
	w.session.state.Problems = nil
	w.show(w.session.state)
	w.tap("Install")
	page(setup.PageInstalling)
	install := token()
	w.session.Dispatch(setup.StepProgressed{Token: install, Progress: apply.Progress{Step: "recheck", State: apply.Running, Text: "Reading again", At: fixture.Now}})
	w.wants("Reading again", "Step 1 of 8")
	done := fixture.Complete().Install.Steps
	w.session.Dispatch(setup.InstallEnded{Token: install, Outcome: apply.Outcome{Ending: apply.Completed, Steps: done}})
	if w.session.state.Page == setup.PageInstalling {
		w.tap("Next")
	}
	page(setup.PageComplete)
	w.wants("now owns ADSync and is in staging mode.")
	w.tap("Exit")
	if !w.closed {
		t.Error("Exit does not close")
	}
}
