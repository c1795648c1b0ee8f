package setup

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/eventlog"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// events is an event log in memory.
type events struct {
	mu   sync.Mutex
	list []eventlog.Entry
	err  error
}

func (e *events) Write(entry eventlog.Entry) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, entry)
	return e.err
}

func TestEvents_installAndUndo(t *testing.T) {
	for name, err := range map[string]error{"written": nil, "refused": errors.New("access is denied")} {
		log := &events{err: err}
		f := newFake()
		f.endings = []apply.Ending{apply.Broken}
		s := newTestSession(t, f, func(p *Params) { p.Site.Finder, p.Site.Events = finder{u: left(t, plan.KindSecrets)}, log })
		state := press(t, s, ResumePressed{})
		if state.Install.Outcome == nil || len(log.list) != 1 || log.list[0].ID != eventlog.Failed {
			t.Fatalf("%s: %+v", name, log.list)
		}
		state = press(t, s, UndoPressed{})
		if state.Install.Outcome.Ending != apply.TakenBack || len(log.list) != 2 || log.list[1].ID != eventlog.TakenBack {
			t.Errorf("%s: %+v", name, log.list)
		}
		told := false
		for _, entry := range s.Book().Entries(0) {
			told = told || strings.Contains(entry.String(), "The event log took no entry") && strings.Contains(entry.String(), "access is denied")
		}
		if told != (err != nil) {
			t.Errorf("%s: the program's log says so: %t", name, told)
		}
	}
}

func TestEvents_stagingMode(t *testing.T) {
	log := &events{}
	s := newTestSession(t, newFake(), nil)
	site := Site{Events: log}
	for _, c := range []struct {
		purpose plan.Purpose
		undo    bool
		ending  apply.Ending
		want    uint32 // 0 for no entry
	}{
		{plan.Leaves, false, apply.Completed, eventlog.LeftStaging},
		{plan.Leaves, true, apply.TakenBack, eventlog.EnterStaging},
		{plan.Enters, false, apply.Completed, eventlog.EnterStaging},
		{plan.Enters, true, apply.TakenBack, eventlog.LeftStaging},
		{plan.Leaves, false, apply.Broken, 0},
		{plan.Leaves, true, apply.PartLeft, 0},
	} {
		log.list = nil
		s.tellSwitched(site, plan.Plan{Purpose: c.purpose, Server: "SYNC02"}, c.undo, apply.Outcome{Ending: c.ending})
		got := uint32(0)
		if len(log.list) == 1 {
			got = log.list[0].ID
		}
		if got != c.want || len(log.list) > 1 {
			t.Errorf("%s, undo %v, %s: event %d instead of %d", c.purpose, c.undo, c.ending, got, c.want)
		}
	}
}
