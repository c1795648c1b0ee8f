package setup

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/eventlog"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// EventLog is where the system keeps what was done to this server.
type EventLog interface {
	Write(e eventlog.Entry) error
}

// tellEnded writes how Install or undo ended into the event log. The program's log
// says when that did not work: the installation is what it is without it.
func (s *Session) tellEnded(site Site, p plan.Plan, o apply.Outcome) {
	if e, ok := eventlog.Ended(p, o); ok {
		s.tell(site, e)
	}
}

// tellSwitched writes a change of staging mode into the event log, one that was taken
// back as the other way round.
func (s *Session) tellSwitched(site Site, p plan.Plan, undo bool, o apply.Outcome) {
	if want := map[bool]apply.Ending{false: apply.Completed, true: apply.TakenBack}[undo]; o.Ending != want {
		return
	}
	by := p.Server
	if after := s.State().After; after != nil && after.Facts != nil {
		by = after.Facts.Computer.User.Or(by)
	}
	s.tell(site, eventlog.Staging(p.Server, by, (p.Purpose == plan.Enters) != undo))
}

func (s *Session) tell(site Site, e eventlog.Entry) {
	if site.Events == nil {
		return
	}
	if err := site.Events.Write(e); err != nil {
		s.log.Warn("The event log took no entry", "id", e.ID, "error", err.Error())
	}
}
