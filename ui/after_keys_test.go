package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// Additional tasks without a mouse: Tab, arrows, Space and Enter go to what has the
// focus, as from the driver of a real window.

// write types into what has the focus.
func (w *window) write(text string) {
	w.t.Helper()
	e, ok := w.win.Canvas().Focused().(*kit.Entry)
	if !ok {
		w.t.Fatalf("the focus is on %T, not on an entry", w.win.Canvas().Focused())
	}
	for _, r := range text {
		e.TypedRune(r)
	}
}

// tabToButton presses Tab until a button has the focus.
func (w *window) tabToButton(text string) {
	w.t.Helper()
	w.tabTo(func(o fyne.Focusable) bool { b, ok := o.(*kit.Button); return ok && b.Text() == text })
}

// tabToEntry presses Tab until the n-th visible entry has the focus.
func (w *window) tabToEntry(n int) {
	w.t.Helper()
	want := w.entries()[n]
	w.tabTo(func(o fyne.Focusable) bool { return o == fyne.Focusable(want) })
}

// tabToRow presses Tab until the row with a text in its head has the focus.
func (w *window) tabToRow(text string) *kit.Expander {
	w.t.Helper()
	var row *kit.Expander
	w.tabTo(func(o fyne.Focusable) bool {
		e, ok := o.(*kit.Expander)
		if ok && strings.Contains(textOf(e), text) {
			row = e
		}
		return row != nil
	})
	return row
}

// textOf gives the texts of a row.
func textOf(e *kit.Expander) string {
	var b strings.Builder
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *kit.Text:
			b.WriteString(x.String() + "\n")
		case *fyne.Container:
			for _, c := range x.Objects {
				walk(c)
			}
		}
	}
	for _, o := range e.Parts() {
		walk(o)
	}
	return b.String()
}

func TestOverviewByKeyboard(t *testing.T) {
	w := open(t, fixture.Overview(), true)
	w.write("staging")
	w.wants("Staging mode")
	w.lacks("Recovery model")
	w.write("zzz")
	w.wants(tr("overview.none"))
	for range "stagingzzz" {
		w.press(fyne.KeyBackspace)
	}
	row := w.tabToRow("Scheduler and protection")
	if row.IsOpen() {
		t.Fatal("it is open already")
	}
	w.press(fyne.KeyReturn)
	row = w.tabToRow("Scheduler and protection")
	if !row.IsOpen() {
		t.Error("Enter does not open a section")
	}
	w.press(fyne.KeySpace)
	if w.tabToRow("Scheduler and protection").IsOpen() {
		t.Error("Space does not close it")
	}
	w.tabToButton(tr("button.copytext"))
	w.press(fyne.KeyReturn)
	if !strings.Contains(w.copied, "Scheduler and protection") || !strings.Contains(w.copied, "contoso.onmicrosoft.com") {
		t.Errorf("copied %q", w.copied)
	}
	w.tabToButton(tr("after.again"))
	w.press(fyne.KeySpace)
	if _, ok := last[setup.ReadAgainPressed](w.session); !ok {
		t.Error("Space on Read again does nothing")
	}
}

func TestTasksByKeyboard(t *testing.T) {
	w := open(t, fixture.AfterTasks(), false)
	var first review.Task
	for _, task := range w.session.state.After.Tasks {
		if !task.Done {
			first = task
			break
		}
	}
	w.tabTo(func(o fyne.Focusable) bool { _, ok := o.(*kit.Check); return ok })
	w.press(fyne.KeySpace)
	if e, ok := last[setup.TaskTicked](w.session); !ok || e.ID != first.ID || !e.On {
		t.Fatalf("Space ticks %+v, want %s", e, first.ID)
	}
	if _, kept := w.session.state.Ticks[first.ID]; !kept {
		t.Error("the tick is not kept")
	}
	w.press(fyne.KeySpace)
	if e, _ := last[setup.TaskTicked](w.session); e.ID != first.ID || e.On {
		t.Errorf("a second Space gives %+v", e)
	}
	w.tabToButton(tr("complete.how"))
	w.press(fyne.KeyReturn)
	if len(w.shell.dialogs) != 1 {
		t.Fatal("Enter on Show how opens nothing")
	}
	w.wants(first.Title)
	w.press(fyne.KeyEscape)
	if b, ok := w.win.Canvas().Focused().(*kit.Button); len(w.shell.dialogs) != 0 || !ok || b.Text() != tr("complete.how") {
		t.Errorf("after Escape the focus is on %T, %d dialogs", w.win.Canvas().Focused(), len(w.shell.dialogs))
	}
}

func TestUndoByKeyboard(t *testing.T) {
	w := open(t, fixture.AfterUndo(), true)
	row := w.tabToRow("Configure the database")
	w.press(fyne.KeyReturn)
	if !row.IsOpen() {
		t.Error("Enter does not show what comes back")
	}
	w.wants("Microsoft.Synchronize.StagingMode")
	w.tabToButton(tr("installing.undo"))
	w.press(fyne.KeyReturn)
	if len(w.shell.dialogs) != 1 {
		t.Fatal("Enter does not ask")
	}
	w.press(fyne.KeyEscape)
	if _, ok := last[setup.UndoPressed](w.session); ok || len(w.shell.dialogs) != 0 {
		t.Fatal("Escape undoes")
	}
	w.tabToButton(tr("installing.undo"))
	w.press(fyne.KeyReturn)
	asked := len(w.session.events)
	for range 10 {
		if b, ok := w.win.Canvas().Focused().(*kit.Button); ok && b.Text() == tr("installing.undo") {
			break
		}
		w.win.Canvas().FocusNext()
	}
	w.press(fyne.KeyReturn)
	if _, ok := last[setup.UndoPressed](w.session); !ok {
		t.Errorf("Enter on the button does not undo: %v", w.session.events[asked:])
	}
}

// Every condition that is not fulfilled has to be answered for in writing, each with ten
// characters at least, before staging mode can be left.
func TestStagingGateByKeyboard(t *testing.T) {
	s := fixture.Staging()
	s.SwitchID = strings.Repeat("0123456789abcdef", 2)
	w := open(t, s, false)
	fields := len(w.entries())
	if fields < 2 {
		t.Fatalf("%d fields: does the fixture still have open conditions?", fields)
	}
	for i := range fields {
		if !w.button(tr("staging.leave")).Disabled() {
			t.Fatalf("it can be left with %d of %d reasons", i, fields)
		}
		w.tabToEntry(i)
		w.write("CHG001234") // nine
		if !w.button(tr("staging.leave")).Disabled() {
			t.Error("nine characters are a reason")
		}
		w.write("5")
	}
	w.tabToButton(tr("staging.leave"))
	w.press(fyne.KeyReturn)
	if len(w.shell.dialogs) != 1 {
		t.Fatal("Enter does not ask")
	}
	w.wants("CHG0012345")
	if b, ok := w.win.Canvas().Focused().(*kit.Button); !ok || b.Text() != tr("button.cancel") {
		t.Error("the question does not begin with Cancel")
	}
	w.press(fyne.KeyReturn)
	if _, pressed := last[setup.SwitchPressed](w.session); pressed || len(w.shell.dialogs) != 0 {
		t.Fatal("Enter on Cancel leaves staging mode")
	}
	w.tabToButton(tr("staging.leave"))
	w.press(fyne.KeyReturn)
	w.tabToButton(tr("staging.leave"))
	w.press(fyne.KeyReturn)
	if e, ok := last[setup.SwitchPressed](w.session); !ok || e.Purpose != plan.Leaves || !w.session.state.Staging.Running {
		t.Errorf("%+v, running %v", e, w.session.state.Staging.Running)
	}
	if p := w.session.state.Staging.Plan; p == nil || len(p.Answered) != fields {
		t.Errorf("the plan holds other answers: %+v", p)
	}
}

func TestSavePendingByKeyboard(t *testing.T) {
	w := open(t, fixture.Pending(), true)
	w.tabToButton(tr("pending.csv"))
	w.press(fyne.KeyReturn)
	if len(w.shell.dialogs) != 1 {
		t.Fatal("Enter asks for no file")
	}
	e := w.entries()[0]
	for range e.Text {
		w.press(fyne.KeyBackspace)
	}
	w.press(fyne.KeyEnd)
	for range e.Text {
		w.press(fyne.KeyBackspace)
	}
	w.write(" ")
	w.press(fyne.KeyReturn)
	w.wants("The file has no name")
	if _, ok := last[setup.PendingFileAsked](w.session); ok {
		t.Fatal("it writes a file without a name")
	}
	w.press(fyne.KeyBackspace)
	w.write(`C:\list.csv`)
	w.press(fyne.KeyReturn)
	if e, ok := last[setup.PendingFileAsked](w.session); !ok || e.Path != `C:\list.csv` || len(w.shell.dialogs) != 0 {
		t.Errorf("saves to %q, %d dialogs", e.Path, len(w.shell.dialogs))
	}
}

// A name that does not say what to write is told where it is typed, and the dialog stays.
func TestSaveTellsBesideTheField(t *testing.T) {
	w := open(t, fixture.Ready(), true)
	w.shell.ShowSavePlan()
	w.entries()[0].SetText("plan.pdf")
	w.press(fyne.KeyReturn)
	w.wants("End the name with .html")
	if _, ok := last[setup.SavePressed](w.session); ok || len(w.shell.dialogs) != 1 {
		t.Error("it is saved all the same, or the dialog is gone")
	}
}

// TestCompareByKeyboard fills in the three forms of Compare.
func TestCompareByKeyboard(t *testing.T) {
	compare := func(t *testing.T, w *window, want setup.CompareAnswer) {
		t.Helper()
		w.press(fyne.KeyReturn)
		if got := w.session.state.Comparison().Answer; got != want {
			t.Errorf("compares %+v, want %+v", got, want)
		}
		if b := w.session.state.Busy; b == nil || b.Task != setup.TaskCompare {
			t.Error("Enter does not compare")
		}
	}
	kinds := func(w *window, right int) {
		w.tabTo(func(o fyne.Focusable) bool { return o == w.shell.page.(*comparePage).ask.kinds.First() })
		for range right {
			w.press(fyne.KeyRight)
		}
	}
	t.Run("database and folder", func(t *testing.T) {
		w := open(t, fixture.Compare(), false)
		w.press(fyne.KeyReturn)
		if w.session.state.Busy != nil {
			t.Error("it compares with nothing")
		}
		w.write(`C:\x`) // the path has the focus at first
		compare(t, w, setup.CompareAnswer{Path: `C:\x`})
	})
	t.Run("two databases", func(t *testing.T) {
		w := open(t, fixture.Compare(), false)
		kinds(w, 1)
		w.tabToEntry(0)
		w.write(`SQL9\H`)
		w.tabToEntry(1)
		w.write("Old")
		if !w.session.state.CanCompare() {
			t.Error("the sign-in of the connection is not enough")
		}
		w.tabTo(func(o fyne.Focusable) bool { // the choice made: As this connection
			f, ok := o.(fyne.CanvasObject)
			return ok && w.below(f, w.entries()[1])
		})
		for range 3 {
			w.press(fyne.KeyDown)
		}
		if w.session.state.CanCompare() {
			t.Error("it would compare without name and password")
		}
		w.tabToEntry(2)
		w.write("sa")
		w.tabToEntry(3)
		w.write("secret")
		compare(t, w, setup.CompareAnswer{Database: true, Server: `SQL9\H`, Name: "Old", SignIn: answers.SignInSQL, User: "sa"})
		if e, ok := last[setup.ComparePasswordTyped](w.session); !ok || e.Password.Reveal() != "secret" {
			t.Error("the password was not handed over")
		}
		in := setup.InputCompare + "."
		refused := w.session.state
		refused.Busy = nil
		refused.Problems = []*problem.Problem{
			{What: "The login was refused.", Field: in + answers.FieldSQLUser},
			{What: "The certificate is not trusted.", Field: in + answers.FieldCert},
		}
		w.show(refused)
		form := w.shell.page.(*comparePage).ask
		if form.fields[in+answers.FieldSQLUser].Error() == "" || form.fields[in+answers.FieldCert].Error() == "" {
			t.Error("nothing stands beside the fields")
		}
		if len(w.shell.head.problems.Objects) != 0 {
			t.Error("it stands at the top too")
		}
		w.tabToEntry(4) // shows with its problem
		w.write("ab")
		if got := w.session.state.Comparison().Answer.PinSHA256; got != "ab" {
			t.Errorf("fingerprint %q", got)
		}
	})
	t.Run("two folders", func(t *testing.T) {
		w := open(t, fixture.Compare(), false)
		kinds(w, 2)
		w.tabToEntry(0)
		w.write("a")
		if w.session.state.CanCompare() {
			t.Error("one folder is enough")
		}
		w.tabToEntry(1)
		w.write("b")
		compare(t, w, setup.CompareAnswer{Folders: true, Path: "a", NewPath: "b"})
	})
}

// below tells whether o lies below other.
func (w *window) below(o, other fyne.CanvasObject) bool {
	d := fyne.CurrentApp().Driver()
	return d.AbsolutePositionForObject(o).Y > d.AbsolutePositionForObject(other).Y+other.Size().Height
}
