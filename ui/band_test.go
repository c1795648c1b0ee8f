package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

// No button of the band is cut off, in the smallest window and on the page with most
// of them; they go on in a row above.
func TestBandKeepsItsButtonsInSight(t *testing.T) {
	for name, s := range map[string]setup.State{
		"staging": fixture.Staging(), "pending": fixture.Pending(), "compare": fixture.Compare(),
		"check": fixture.Check(), "broken": fixture.Broken(), "complete": fixture.Complete(), "busy": fixture.PendingBusy(),
	} {
		w := open(t, s, true)
		for _, width := range []float32{leastWidth, MinWidth, DefaultWidth} {
			w.win.Resize(fyne.NewSize(width, leastHeight))
			b := w.shell.band
			right, below := float32(-1), float32(0)
			for _, o := range b.buttons {
				if !o.Visible() {
					continue
				}
				at, size := o.Position(), o.Size()
				if at.X < 0 || at.X+size.Width > b.Size().Width || at.Y < 0 || at.Y+size.Height > b.Size().Height {
					t.Errorf("%s at %v px: a button lies at %v (%v) in a band of %v", name, width, at, size, b.Size())
				}
				if at.Y > below+10 {
					right = -1 // a new row
				}
				if at.X < right {
					t.Errorf("%s at %v px: two buttons overlap at %v", name, width, at)
				}
				right, below = at.X+size.Width, at.Y
			}
			if got, want := b.primary.Position().Y+b.primary.Size().Height, b.Size().Height; b.primary.Visible() && (got > want || got < want-20) {
				t.Errorf("%s at %v px: the primary button is not in the lowest row", name, width)
			}
		}
	}
}
