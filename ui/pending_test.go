package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// tabTo presses Tab until something is focused that fits.
func (w *window) tabTo(fits func(fyne.Focusable) bool) {
	w.t.Helper()
	for range 200 {
		if o := w.win.Canvas().Focused(); o != nil && fits(o) {
			return
		}
		w.win.Canvas().FocusNext()
	}
	w.t.Fatal("Tab does not lead there")
}

// TestPendingByKeyboard opens an object, closes it, turns the page and searches
// without a mouse.
func TestPendingByKeyboard(t *testing.T) {
	s := fixture.PendingMillion()
	w := open(t, s, true)
	page := *s.After.Pending.Page
	w.tabTo(func(o fyne.Focusable) bool { _, ok := o.(*kit.List); return ok })
	w.press(fyne.KeyDown)
	w.press(fyne.KeyReturn)
	if e, ok := last[setup.PendingObjectAsked](w.session); !ok || e.ID != page.Rows[1].ID {
		t.Errorf("Down and Enter open %q, want %q", e.ID, page.Rows[1].ID)
	}
	w.press(fyne.KeyPageDown)
	if e, ok := last[setup.PendingTurned](w.session); !ok || page.Next == nil || e.Cursor != *page.Next {
		t.Errorf("Page Down turns to %+v", e)
	}
	w.win.Canvas().Focus(w.entries()[0])
	w.entries()[0].SetText("  anna ")
	w.press(fyne.KeyReturn)
	if e, ok := last[setup.PendingFiltered](w.session); !ok || e.Query.Search != "anna" {
		t.Errorf("Enter searches for %+v", e.Query)
	}
	if _, next := last[setup.NextPressed](w.session); next {
		t.Error("Enter in the search is the primary button too")
	}
	w.shell.page.(*pendings).list.chooseWhat(string(pending.ShowImportErrors))
	if e, _ := last[setup.PendingFiltered](w.session); e.Query.Show != pending.ShowImportErrors || e.Query.Operation != pending.Any {
		t.Errorf("failed imports are listed by %+v", e.Query)
	}
}

// TestPendingObjectCloses proves that Escape closes the details, here and in the
// state, and that both errors of an object are said.
func TestPendingObjectCloses(t *testing.T) {
	s := fixture.PendingObject()
	o := *s.After.Pending.Object
	o.Failures = append(o.Failures, pending.Failure{Import: true, Code: "staging-error", Meaning: pending.MeaningOf("staging-error", true)})
	p := *s.After.Pending
	p.Object = &o
	s.After.Pending = &p
	w := open(t, s, true)
	w.wants("Failed: AttributeValueMustBeUnique", "Import failed: staging-error", "Anna Schmidt")
	w.press(fyne.KeyEscape)
	if e, ok := last[setup.PendingObjectAsked](w.session); !ok || e.ID != "" || len(w.shell.dialogs) != 0 {
		t.Errorf("Escape leaves %d dialogs, asked for %q", len(w.shell.dialogs), e.ID)
	}
}

// TestTaskLeadsToItsPage opens the pending exports from their task.
func TestTaskLeadsToItsPage(t *testing.T) {
	w := open(t, fixture.Complete(), true)
	w.shell.ShowTask(review.Task{ID: "pending-exports", Title: "Review 5 pending exports", Steps: []string{"Look."}})
	w.tap("Open Pending exports")
	if e, ok := last[setup.AfterOpened](w.session); !ok || e.Page != setup.PagePending || len(w.shell.dialogs) != 0 {
		t.Errorf("the task leads to %q", e.Page)
	}
}
