package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

func TestTakeOver(t *testing.T) {
	w := open(t, fixture.Claimed(""), true)
	w.wants("Take the database over from SYNC09: type its name", "Only if SYNC09 is gone for good.")
	if got := textsAbove(w, w.entries()[0]); !slices.Contains(got, "SYNC09 claims the database") {
		t.Errorf("the field does not stand in the row of its finding, but in one of %q", got)
	}
	w.entries()[0].SetText("sync09")
	if e, ok := last[setup.TakeOverTyped](w.session); !ok || e.Server != "sync09" {
		t.Fatalf("typed %+v", e)
	}
	w.show(fixture.Claimed("sync09"))
	w.wants("The database will be taken over from SYNC09.")
	w = open(t, fixture.Check(), true)
	w.lacks("Take the database over from SYNC09: type its name")
}

// The finding of a claim that is to be taken over blocks no more and gets another
// place: its field goes with it, keeps what was typed, the focus, and stays in sight.
func TestTakeOverKeepsTheFieldAlive(t *testing.T) {
	w := open(t, fixture.Claimed(""), true)
	entry := w.entries()[0]
	w.win.Canvas().Focus(entry)
	w.press(fyne.KeyEnd)
	for _, r := range "sync09" {
		w.win.Canvas().Focused().TypedRune(r)
	}
	w.show(fixture.Claimed("sync09"))
	if w.entries()[0] != entry || entry.Text != "sync09" || w.win.Canvas().Focused() != fyne.Focusable(entry) {
		t.Errorf("entry %q, focus on %T", entry.Text, w.win.Canvas().Focused())
	}
}

// textsAbove gives the texts of the rows that hold an object.
func textsAbove(w *window, o fyne.CanvasObject) []string {
	var out []string
	for _, x := range w.objects() {
		e, ok := x.(*kit.Expander)
		if !ok {
			continue
		}
		parts := test.LaidOutObjects(e)
		if !slices.Contains(parts, o) {
			continue
		}
		for _, p := range parts {
			if text, ok := p.(*kit.Text); ok {
				out = append(out, text.String())
			}
		}
	}
	return out
}
