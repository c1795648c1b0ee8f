package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

func TestFoundIsResumed(t *testing.T) {
	w := open(t, fixture.Found(), false)
	w.wants("An installation was interrupted.", "Done so far: ", "ADSync on SQL01", "Journal: ")
	w.tap("Resume")
	w.wants("Passwords needed", "on SQL Server")
	if w.session.state.Page != setup.PageInstalling {
		t.Fatalf("page %s", w.session.state.Page)
	}
	w.press(fyne.KeyEscape)
	w.lacks("Passwords needed")
	w.tap("Try again")
	for _, e := range w.entries() {
		e.SetText("Practice-1!")
	}
	w.tap("Resume")
	e, ok := last[setup.PasswordsGiven](w.session)
	if !ok || len(e.Passwords) == 0 {
		t.Fatalf("given %+v", e)
	}
	for key, p := range e.Passwords {
		if !p.Same(secret.New("Practice-1!")) {
			t.Errorf("the password of %s did not arrive", key)
		}
	}
	b := w.session.state.Busy
	if b == nil || b.Task != setup.TaskEntra {
		t.Fatalf("busy %+v", b)
	}
	w.session.Dispatch(setup.EntraPrompted{Token: b.Token, Prompt: *fixture.EntraPrompt().Entra.Prompt})
	w.wants("F7QX2KLPD")
	w.session.Dispatch(setup.EntraSignedIn{Token: b.Token, Tenant: *w.session.state.Entra.Tenant})
	if !w.session.state.Install.Running {
		t.Error("it does not go on")
	}
}

func TestFoundIsUndoneOrPutOff(t *testing.T) {
	w := open(t, fixture.Found(), false)
	w.tap("Undo…")
	w.wants("Undo the installation?")
	w.tap("Undo…")
	if r := w.session.state.Reopened; r == nil || !r.Undo {
		t.Errorf("reopened %+v", r)
	}
	w = open(t, fixture.Found(), false)
	w.tap("Later")
	w.lacks("An installation was interrupted.")
}

func TestFoundFinishedAndUnreadable(t *testing.T) {
	s := fixture.Found()
	finished := *s.Found
	finished.Ending = apply.Completed
	s.Found = &finished
	w := open(t, s, false)
	w.wants("This computer was set up by this program.", "Undo…")
	w.lacks("Resume")
	s.Found = &setup.Found{Path: "x", Problem: &problem.Problem{Code: apply.CodeJournalDamaged, What: "The journal is damaged."}}
	w = open(t, s, false)
	w.wants("left a journal that can't be used", "The journal is damaged.", "Later")
	w.lacks("Resume", "Undo…")
}
