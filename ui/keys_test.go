package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

func TestKeyboardWhileAnEntryHasTheFocus(t *testing.T) {
	w := open(t, fixture.Components(), true)
	if _, ok := w.win.Canvas().Focused().(*kit.Entry); !ok {
		t.Fatalf("the focus is on %T, not on the first entry", w.win.Canvas().Focused())
	}
	w.press(fyne.KeyF1)
	w.wants("Press Escape to go back.")
	w.press(fyne.KeyF1)
	if len(w.shell.dialogs) != 1 {
		t.Error("F1 opens help over help")
	}
	w.press(fyne.KeyEscape)
	if len(w.shell.dialogs) != 0 {
		t.Error("Escape does not close the help")
	}
	if _, ok := w.win.Canvas().Focused().(*kit.Entry); !ok {
		t.Error("the focus does not come back")
	}
	w.press(fyne.KeyReturn)
	if _, ok := last[setup.NextPressed](w.session); !ok {
		t.Error("Enter is not the primary button")
	}
	w.win.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(altLeft)
	if _, ok := last[setup.PreviousPressed](w.session); !ok {
		t.Error("Alt+Left does not go back")
	}
}

func TestHelpOfEveryPageIsReachedWithTheMouse(t *testing.T) {
	w := open(t, fixture.Welcome(), true)
	for want, s := range map[string]setup.State{
		"Which situation": fixture.Welcome(), "Browse instances": fixture.Components(), "The tiles show": fixture.Check(), "onmicrosoft.com": fixture.Entra(),
		"no account is locked out": fixture.Directories(), "in one transaction": fixture.Ready(), "half a step": fixture.Installing(), "Tick what is done": fixture.Complete(),
	} {
		w.show(s)
		w.tap("Help (F1)")
		w.wants("Press Escape to go back.")
		w.wants(want)
		w.tap("Close")
	}
}

func TestKeyboardWithoutFocus(t *testing.T) {
	w := open(t, fixture.Clean(), true)
	w.win.Canvas().Unfocus()
	w.press(fyne.KeyPageDown)
	w.press(fyne.KeyReturn)
	if _, ok := last[setup.NextPressed](w.session); !ok {
		t.Error("Enter is not the primary button")
	}
	w.press(fyne.KeyF1)
	w.win.Canvas().Unfocus()
	w.press(fyne.KeyEnter)
	if len(w.shell.dialogs) != 0 {
		t.Error("Enter is not the dialog's primary button")
	}
}

func TestEnterDoesNothingWhileBlocked(t *testing.T) {
	w := open(t, fixture.Check(), true)
	w.press(fyne.KeyReturn)
	if _, ok := last[setup.NextPressed](w.session); ok {
		t.Error("Enter goes on though a finding blocks")
	}
	w.show(fixture.Entra())
	w.press(fyne.KeyReturn)
	if _, ok := last[setup.EntraPressed](w.session); !ok {
		t.Error("Enter does not sign in")
	}
}

func TestTabGoesFromTopToBottom(t *testing.T) {
	w := open(t, fixture.Components(), true)
	want := w.entries()[:3]
	for i, e := range want {
		if w.win.Canvas().Focused() != fyne.Focusable(e) {
			t.Fatalf("stop %d is %T", i, w.win.Canvas().Focused())
		}
		w.win.Canvas().FocusNext()
	}
	seen := map[fyne.Focusable]bool{}
	lastY, stops := float32(0), 0
	for range 40 {
		f := w.win.Canvas().Focused()
		if seen[f] {
			break
		}
		seen[f] = true
		stops++
		if b, ok := f.(*kit.Button); ok && b.Text() == "Next" {
			break
		}
		y := fyne.CurrentApp().Driver().AbsolutePositionForObject(f.(fyne.CanvasObject)).Y + w.shell.scroll.Offset()
		if y+1 < lastY {
			t.Errorf("stop %d (%T) lies above the one before", stops, f)
		}
		lastY = y
		w.win.Canvas().FocusNext()
	}
	if stops < 10 {
		t.Errorf("only %d stops", stops)
	}
}

func TestPagesOfTheList(t *testing.T) {
	w := open(t, fixture.Ready(), false)
	for i, p := range navPages() {
		item := w.shell.nav.wizard.items[i]
		if can := w.session.state.CanChoose(p); can == item.Disabled() {
			t.Errorf("%s: can be chosen %v, but disabled %v", p, can, item.Disabled())
		}
	}
	test.Tap(w.shell.nav.wizard.items[2])
	if w.session.state.Page != setup.PageCheck {
		t.Errorf("page %s after a tap on Check", w.session.state.Page)
	}
	if got := where(w.session.state); got != `SYNC02 · SQL01\HYBRID · ADSync` {
		t.Errorf("foot %q", got)
	}
}

func TestCloseAsksWhenWorkWouldBeLost(t *testing.T) {
	w := open(t, fixture.Welcome(), true)
	w.shell.AskClose()
	if !w.closed {
		t.Error("it asks on Welcome")
	}
	w.closed = false
	w.show(fixture.Check())
	w.shell.AskClose()
	w.wants("Close ADSync Reconnect?", "Nothing has been changed on any server.")
	w.press(fyne.KeyEscape)
	if w.closed {
		t.Error("Escape closes")
	}
	w.shell.AskClose()
	w.tap("Close anyway")
	if !w.closed {
		t.Error("it does not close")
	}
	w.closed = false
	w.show(fixture.Installing())
	w.shell.AskClose()
	w.wants("The installation is running.")
	w.tap("Stop after this step")
	if _, ok := last[setup.StopPressed](w.session); !ok || w.closed {
		t.Error("it closes in the middle of a step")
	}
}

func TestChangedIsOneRefreshOnTheWindowsGoroutine(t *testing.T) {
	w := open(t, fixture.Welcome(), true)
	var queue []func()
	w.shell.hooks.OnUI = func(f func()) { queue = append(queue, f) }
	w.session.state = fixture.Components()
	w.session.state.Rev = 99
	for range 5 {
		w.shell.Changed()
	}
	if len(queue) != 1 {
		t.Fatalf("%d calls queued, want 1", len(queue))
	}
	w.lacks("Install required components")
	queue[0]()
	w.wants("Install required components")
	w.shell.Changed()
	if len(queue) != 2 {
		t.Error("a later change is not queued")
	}
}

func TestProblemDialog(t *testing.T) {
	w := open(t, fixture.Untrusted(), true)
	w.shell.ShowProblem(w.session.state.Problems[0])
	w.wants("Compare the SHA-256 below")
	w.tap("Copy")
	if w.copied != w.session.state.Problems[0].Text() {
		t.Errorf("copied %q", w.copied)
	}
	w.tap("Close")
	w.tap("Close this message")
	if _, ok := last[setup.ProblemClosed](w.session); !ok {
		t.Error("the message stays")
	}
}

// Whoever holds Enter on Next, or clicks it twice, does not install what nobody
// has read, nor close the window over the tasks.
func TestEnterHeldStopsBeforeInstallAndExit(t *testing.T) {
	for name, st := range map[string]setup.State{"ready": fixture.Ready(), "complete": fixture.Complete()} {
		t.Run(name, func(t *testing.T) {
			w := open(t, fixture.Check(), true)
			w.win.Canvas().Unfocus()
			w.hurried = true
			w.press(fyne.KeyReturn)
			before := len(w.session.events)
			w.show(st)
			w.win.Canvas().Unfocus()
			for range 30 {
				w.passed += twicePause - time.Millisecond
				w.press(fyne.KeyReturn)
			}
			w.tap(st.NextLabel())
			if len(w.session.events) != before || w.closed {
				t.Fatalf("went on: %v, closed %v", w.session.events[before:], w.closed)
			}
			w.passed += twicePause
			w.press(fyne.KeyReturn)
			if len(w.session.events) == before && !w.closed && len(w.shell.dialogs) == 0 {
				t.Error("Enter does nothing later on either")
			}
		})
	}
}

// In Additional tasks the primary button is Exit: Enter behind the words of a search
// is not meant for it. The button itself still takes it.
func TestEnterInAdditionalTasksDoesNotExit(t *testing.T) {
	w := open(t, fixture.After(setup.PageOverview), true)
	w.press(fyne.KeyReturn)
	if w.closed || len(w.shell.dialogs) > 0 {
		t.Error("Enter closes the window")
	}
	w.show(fixture.After(setup.PageCompare))
	w.press(fyne.KeyReturn)
	if _, ran := last[setup.ComparePressed](w.session); ran != w.session.State().CanCompare() || w.closed {
		t.Errorf("Enter on Compare: compared %v, closed %v", ran, w.closed)
	}
	w.tap("Exit")
	if !w.closed && len(w.shell.dialogs) == 0 {
		t.Error("Exit does nothing")
	}
}
