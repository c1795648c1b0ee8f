package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// growing is a log that gets longer.
type growing struct {
	fixture.Log
	more []logbook.Entry
}

func (g *growing) Entries(after int64) []logbook.Entry {
	var list []logbook.Entry
	for _, e := range g.more {
		if e.N > after {
			list = append(list, e)
		}
	}
	return list
}

func (g *growing) add(text string) {
	g.more = append(g.more, logbook.Entry{N: int64(len(g.more) + 1), At: fixture.Now, Level: "INFO", Text: text})
}

func TestLog_followsCopiesAndSaves(t *testing.T) {
	w := open(t, fixture.Check(), true)
	log := &growing{Log: fixture.Log{Full: true}}
	w.shell.hooks.Log = log
	log.add("first thing")
	w.shell.ShowLog()
	w.wants("first thing")
	w.wants("its file can't be written")
	log.add("second thing")
	w.show(fixture.Check())
	w.wants("second thing")
	for _, o := range w.objects() {
		if c, ok := o.(*kit.Check); ok && c.Label() == "Follow" {
			test.Tap(c)
		}
	}
	log.add("third thing")
	w.show(fixture.Check())
	w.lacks("third thing")
	w.tap("Copy")
	if !strings.Contains(w.copied, "third thing") {
		t.Errorf("copied %q", w.copied)
	}
	w.tap("Save…")
	w.tap("Save")
	if e, ok := last[setup.LogSavePressed](w.session); !ok || !strings.HasSuffix(e.Path, "adsync-reconnect.log") {
		t.Errorf("event %+v", e)
	}
	w.tap("Support bundle…")
	w.tap("Save")
	if e, ok := last[setup.BundlePressed](w.session); !ok || !strings.HasSuffix(e.Path, ".zip") {
		t.Errorf("event %+v", e)
	}
}

func TestLog_savingWaitsForWhatGoesOn(t *testing.T) {
	w := open(t, fixture.Busy(fixture.Check(), true), true)
	w.shell.hooks.Log = &growing{}
	w.shell.ShowLog()
	if !w.button("Support bundle…").Disabled() {
		t.Error("the bundle can be asked for while the program is busy")
	}
}
