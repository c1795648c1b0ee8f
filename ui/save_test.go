package ui

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// check gives the box with a label.
func (w *window) check(label string) *kit.Check {
	w.t.Helper()
	for _, o := range w.objects() {
		if c, ok := o.(*kit.Check); ok && c.Label() == label {
			return c
		}
	}
	w.t.Fatalf("no box %q", label)
	return nil
}

func TestSaveReport_parts(t *testing.T) {
	const exports, all, comparison = "Pending exports, with the first 100 objects of each connector", "All objects that wait, up to 10,000", "The comparison with another server"
	w := open(t, fixture.Overview(), false)
	w.tap("Save report…")
	if !w.check(all).Disabled() || !w.check(comparison).Disabled() {
		t.Error("what can't be had can be ticked")
	}
	w.wants("Nothing was compared yet")
	test.Tap(w.check(exports))
	if w.check(all).Disabled() {
		t.Error("all objects can't be ticked")
	}
	test.Tap(w.check(all))
	w.tap("Save")
	if e, ok := last[setup.SavePressed](w.session); !ok || e.With != (setup.ReportParts{Pending: true, All: true}) {
		t.Errorf("%+v", e)
	}

	s := fixture.ComparedMany()
	s.Page = setup.PageTasks
	w = open(t, s, false)
	w.tap("Save report…")
	test.Tap(w.check(comparison))
	test.Tap(w.check(exports))
	test.Tap(w.check(all))
	test.Tap(w.check(exports)) // and back
	w.tap("Save")
	if e, ok := last[setup.SavePressed](w.session); !ok || e.With.Pending || !e.With.Compare {
		t.Errorf("%+v", e)
	}
	w = open(t, fixture.Complete(), false)
	w.tap("Save report…")
	w.lacks("Also in the report")
}
