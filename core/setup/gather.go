package setup

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// ReportParts are what a report of Additional tasks holds only when somebody asks.
type ReportParts struct {
	// Pending are the pending exports in numbers and the first objects of each
	// connector; All lists as many objects as report.RowsMost allows.
	Pending, All bool
	// Compare is the comparison that was made last.
	Compare bool
}

// PendingGatherAsked reads the objects that wait for a report, without writing one.
type PendingGatherAsked struct{ All bool }

// GatherPending reads what a report says of pending exports. Ends with PendingGathered.
type GatherPending struct {
	PendingRequest
	Counted *pending.Summary // nil when nothing was counted yet
	Save    SavePressed      // the report to write afterwards; no Path for none
	All     bool
}

// PendingGathered carries what a report says of pending exports.
type PendingGathered struct {
	Token   int
	Exports report.PendingExports
	Save    SavePressed
}

func (PendingGatherAsked) event() {}
func (PendingGathered) event()    {}
func (GatherPending) effect()     {}

func (e PendingGatherAsked) reduce(s State) (State, Effect) {
	return s.gather(SavePressed{With: ReportParts{Pending: true, All: e.All}})
}

// gather begins to read the objects that wait.
func (s State) gather(save SavePressed) (State, Effect) {
	next, request, ok := s.startPending(TaskPending, "Reading what waits for the report…")
	if !ok {
		return s, nil
	}
	return next, GatherPending{PendingRequest: request, Counted: s.pending().Summary, Save: save, All: save.With.All}
}

func (e GatherPending) start(s *Session, site Site, secrets map[string]secret.Value) {
	s.review(e.PendingRequest, countDeadline, site, secrets, func(ctx context.Context, r *pending.Reader, say func(string)) (Event, error) {
		out := PendingGathered{Token: e.Token, Save: e.Save}
		summary, err := e.summary(ctx, r, say)
		if err != nil {
			return nil, err
		}
		out.Exports.Summary = summary
		left := report.RowsMost
		for _, c := range summary.Connectors {
			if c.Exports.Total() == 0 {
				continue
			}
			say("Reading the pending exports of " + c.Name)
			most := report.RowsFirst
			if e.All {
				most = max(left, report.RowsFirst)
			}
			list, err := gatherList(ctx, r, c, most)
			if err != nil {
				return nil, err
			}
			left -= len(list.Rows)
			out.Exports.Lists = append(out.Exports.Lists, list)
		}
		return out, nil
	})
}

// summary gives the numbers, which may have been counted before.
func (e GatherPending) summary(ctx context.Context, r *pending.Reader, say func(string)) (pending.Summary, error) {
	if e.Counted != nil {
		return *e.Counted, nil
	}
	r.Refresh()
	return countAll(ctx, r, say)
}

// gatherList reads the beginning of one connector's list, up to most objects.
func gatherList(ctx context.Context, r *pending.Reader, c pending.Connector, most int) (report.PendingList, error) {
	out := report.PendingList{Connector: c.ID, Name: c.Name}
	for at := (&pending.Cursor{}); at != nil && len(out.Rows) < most; {
		page, err := r.Page(ctx, pending.Query{Connector: c.ID}, *at, min(gatherPage, most-len(out.Rows)))
		if err != nil {
			return out, err
		}
		out.Total, at = page.Total, page.Next
		out.Rows = append(out.Rows, page.Rows...)
	}
	return out, nil
}

// gatherPage is how many rows are read at a time.
const gatherPage = 500

func (e PendingGathered) of() (int, Task) { return e.Token, TaskPending }

func (e PendingGathered) land(s State) State {
	return s.withPending(func(p *Pending) {
		p.Gathered = &e.Exports
		if p.Summary == nil {
			p.Summary = &e.Exports.Summary
		}
	})
}

// follow writes the report that it was read for.
func (e PendingGathered) follow(s State) (State, Effect) {
	if e.Save.Path == "" {
		return s, nil
	}
	record := RecordWith(s, e.Save.With)
	return s.saving("Saving…", func(token int) Effect { return SaveRecord{Token: token, Path: e.Save.Path, Record: record} })
}

// RecordWith is Record with the parts that were asked for, as far as they are there.
func RecordWith(s State, with ReportParts) report.Record {
	r := Record(s)
	if with.Compare {
		r.Comparison = s.Comparison().Report
	}
	if with.Pending {
		r.PendingExports = s.pending().Gathered
	}
	return r
}
