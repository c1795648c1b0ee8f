package setup

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// pending gives where the review stands; never nil.
func (s State) pending() Pending {
	if s.After == nil || s.After.Pending == nil {
		return Pending{}
	}
	return *s.After.Pending
}

// withPending gives a state with a changed copy of the review.
func (s State) withPending(change func(*Pending)) State {
	p := s.pending()
	change(&p)
	return s.withAfter(func(a *After) { a.Pending = &p })
}

// startPending makes the state busy with a piece of the review. A new one takes
// the place of one that is under way, but never of a file that is being written.
func (s State) startPending(t Task, text string) (State, PendingRequest, bool) {
	if s.After == nil || s.After.Facts == nil || s.Busy != nil && s.Busy.Task != TaskPending && !background(s.Busy.Task) {
		return s, PendingRequest{}, false
	}
	s = s.begin(t, text)
	return s, PendingRequest{Token: s.Rev, SQL: s.Answers.SQL, Facts: s.After.Facts}, true
}

// countPending counts from the beginning.
func (s State) countPending() (State, Effect) {
	next, request, ok := s.startPending(TaskPending, "Counting what waits…")
	if !ok {
		return s, nil
	}
	return next, CountPending{PendingRequest: request, Query: s.pending().Query}
}

func (PendingAsked) reduce(s State) (State, Effect) { return s.countPending() }

func (e PendingFiltered) reduce(s State) (State, Effect) {
	if s.pending().Summary == nil {
		return s.withPending(func(p *Pending) { p.Query = e.Query }).countPending()
	}
	next, request, ok := s.startPending(TaskPending, "Searching…")
	if !ok {
		return s, nil
	}
	next = next.withPending(func(p *Pending) { p.Query = e.Query })
	return next, ListPending{PendingRequest: request, Query: e.Query}
}

func (e PendingTurned) reduce(s State) (State, Effect) {
	if s.pending().Page == nil {
		return s, nil
	}
	next, request, ok := s.startPending(TaskPending, "Reading the list…")
	if !ok {
		return s, nil
	}
	return next, ListPending{PendingRequest: request, Query: s.pending().Query, Cursor: e.Cursor}
}

func (e PendingObjectAsked) reduce(s State) (State, Effect) {
	if e.ID == "" {
		return s.withPending(func(p *Pending) { p.Object = nil }), nil
	}
	next, request, ok := s.startPending(TaskPending, "Reading the object…")
	if !ok {
		return s, nil
	}
	return next, ShowPending{PendingRequest: request, ID: e.ID}
}

func (e PendingContainersAsked) reduce(s State) (State, Effect) {
	c, known := s.pendingConnector(e.Connector)
	if !known {
		return s, nil
	}
	next, request, ok := s.startPending(TaskPending, "Counting by OU…")
	if !ok {
		return s, nil
	}
	return next, ContainPending{PendingRequest: request, Connector: c}
}

func (e PendingFileAsked) reduce(s State) (State, Effect) {
	if p := ListPathProblem(e.Path); p != nil {
		s.Problems = []*problem.Problem{p}
		return s, nil
	}
	if s.pending().Page == nil {
		return s, nil
	}
	next, request, ok := s.startPending(TaskPendingFile, "Saving the list…")
	if !ok {
		return s, nil
	}
	return next, WritePending{PendingRequest: request, Query: s.pending().Query, Path: e.Path}
}

// pendingConnector gives a connector of the summary.
func (s State) pendingConnector(id string) (pending.Connector, bool) {
	if p := s.pending().Summary; p != nil {
		if i := slices.IndexFunc(p.Connectors, func(c pending.Connector) bool { return c.ID == id }); i >= 0 {
			return p.Connectors[i], true
		}
	}
	return pending.Connector{}, false
}

func (e PendingCounted) of() (int, Task)   { return e.Token, TaskPending }
func (e PendingListed) of() (int, Task)    { return e.Token, TaskPending }
func (e PendingShown) of() (int, Task)     { return e.Token, TaskPending }
func (e PendingContained) of() (int, Task) { return e.Token, TaskPending }
func (e PendingWritten) of() (int, Task)   { return e.Token, TaskPendingFile }

func (e PendingCounted) land(s State) State {
	return s.withPending(func(p *Pending) { p.Summary, p.Page, p.Query = &e.Summary, &e.Page, e.Page.Query })
}

func (e PendingListed) land(s State) State {
	return s.withPending(func(p *Pending) { p.Page = &e.Page })
}

func (e PendingShown) land(s State) State {
	return s.withPending(func(p *Pending) { p.Object = &e.Object })
}

func (e PendingContained) land(s State) State {
	return s.withPending(func(p *Pending) {
		if p.Summary == nil {
			return
		}
		summary := *p.Summary
		summary.Connectors = slices.Clone(summary.Connectors)
		for i := range summary.Connectors {
			if summary.Connectors[i].ID == e.Connector {
				summary.Connectors[i].Containers = e.Containers
			}
		}
		p.Summary = &summary
	})
}

func (e PendingWritten) land(s State) State {
	return s.withPending(func(p *Pending) { p.Saved, p.Rows = e.Path, e.Rows })
}
