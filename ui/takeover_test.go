package ui

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

func TestTakeOver(t *testing.T) {
	w := open(t, fixture.Claimed(""), true)
	w.wants("Take the database over from SYNC09: type its name", "Only if SYNC09 is gone for good.")
	w.entries()[0].SetText("sync09")
	if e, ok := last[setup.TakeOverTyped](w.session); !ok || e.Server != "sync09" {
		t.Fatalf("typed %+v", e)
	}
	w.show(fixture.Claimed("sync09"))
	w.wants("The database will be taken over from SYNC09.")
	w = open(t, fixture.Check(), true)
	w.lacks("Take the database over from SYNC09: type its name")
}
