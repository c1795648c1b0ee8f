package setup

import (
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Ticks remembers which tasks the admin ticked. Keys are those of tickKey. Errors
// are *problem.Problem.
type Ticks interface {
	Load(key string) (map[string]time.Time, error)
	Save(key string, ticked map[string]time.Time) error
}

// SaveTicks keeps the ticks of the tasks. It makes the session busy with nothing;
// when it fails TicksLost says so.
type SaveTicks struct {
	Key    string
	Ticked map[string]time.Time
}

// TicksLost says that a tick could not be kept.
type TicksLost struct{ Problem *problem.Problem }

func (SaveTicks) effect() {}
func (TicksLost) event()  {}

// start saves. Two ticks in a row may be written in any order, so that each writes
// what the state holds by then.
func (e SaveTicks) start(s *Session, site Site, _ map[string]secret.Value) {
	if site.Ticks == nil {
		return
	}
	s.work.Go(func() {
		s.ticking.Lock()
		defer s.ticking.Unlock()
		ticked := e.Ticked
		if state := s.State(); tickKey(state) == e.Key {
			ticked = state.Ticks
		}
		if err := site.Ticks.Save(e.Key, ticked); err != nil {
			s.Dispatch(TicksLost{Problem: problem.From(err)})
		}
	})
}

// tickKey names what the ticks belong to: the installation that claims the database,
// else the database. Empty when neither is known.
func tickKey(s State) string {
	if s.After != nil && s.After.Facts != nil {
		return keyOf(*s.After.Facts)
	}
	if s.Plan != nil {
		return s.Plan.ID
	}
	return ""
}

// keyOf is tickKey for a database that was read.
func keyOf(set facts.Set) string {
	if c, ok := set.ADSync.Claim.Get(); ok && c != nil && c.Installation != "" {
		return strings.ToLower(c.Installation)
	}
	if id, ok := set.ADSync.Server.InstanceID.Get(); ok {
		return strings.ToLower(id)
	}
	return ""
}

// loadTicks reads the ticks for a database.
func loadTicks(site Site, set facts.Set) (map[string]time.Time, error) {
	key := keyOf(set)
	if site.Ticks == nil || key == "" {
		return nil, nil
	}
	return site.Ticks.Load(key)
}

// ticked sets or takes away the tick of a task, on Configuration complete and in
// Additional tasks.
func (s State) ticked(id string, on bool) (State, Effect) {
	list := s.Tasks
	if s.After != nil {
		list = s.After.Tasks
	}
	if indexTask(list, id) < 0 {
		return s, nil
	}
	s.Ticks = review.WithTick(s.Ticks, id, on, s.Now)
	s.Tasks = review.SetDone(s.Tasks, id, on)
	if s.After != nil {
		s = s.withAfter(func(a *After) { a.Tasks = review.SetDone(a.Tasks, id, on) })
	}
	if key := tickKey(s); key != "" {
		return s, SaveTicks{Key: key, Ticked: s.Ticks}
	}
	return s, nil
}

// afterTasks gives the tasks of Additional tasks: those of the installation that the
// database carries the claim of, as far as this computer knows it, else those that
// the database alone calls for.
func (s State) afterTasks() []review.Task { return review.Ticked(review.Look(s.afterBasis()), s.Ticks) }

// afterBasis gives what tasks and conditions rest on.
func (s State) afterBasis() review.Basis {
	now := *s.After.Facts
	b := review.Basis{Before: now, Now: now, Plan: review.PlanOf(now)}
	claim, _ := now.ADSync.Claim.Get()
	if claim != nil {
		b.Installed = claim.At
	}
	o := s.Install.Outcome
	switch {
	case claim == nil:
	case s.Plan != nil && s.Facts != nil && o != nil && o.Ending == apply.Completed && s.Plan.ID == claim.Installation:
		b.Before, b.Plan, b.Tenant, b.Forests = *s.Facts, *s.Plan, s.Entra.Tenant, s.accounts()
	case s.SetUp() && s.Found.Plan.ID == claim.Installation && s.Found.Known.Facts != nil:
		k := s.Found.Known
		b.Before, b.Plan, b.Tenant, b.Forests = *k.Facts, s.Found.Plan, k.Entra.Tenant, State{Forests: k.Forests}.accounts()
	}
	if b.TenantNow = s.Staging.Tenant; b.Tenant == nil {
		b.Tenant = b.TenantNow // nobody signed in when it was set up, or who did is not known
	}
	if at := b.Plan.Claim.After.At; !at.IsZero() {
		b.Installed = at // the claim's own time moves with each renewal
	}
	return b
}
