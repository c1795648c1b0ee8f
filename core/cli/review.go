package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// CommandReview is /review in Review.Command.
const CommandReview = "review"

// Review is what /review says, as /json prints it.
type Review struct {
	Format   int                `json:"format"`
	Command  string             `json:"command"`
	Result   string             `json:"result"` // "clean", "warnings" or "failed"
	ExitCode int                `json:"exitCode"`
	Problems []*problem.Problem `json:"problems"`
	Practice string             `json:"practice,omitempty"` // scenario; everything is pretended
	Database string             `json:"database"`           // "ADSync on SQL01\HYBRID"
	ReadAt   time.Time          `json:"readAt,omitzero"`
	Overview []review.Section   `json:"overview"`
	// Pending is what waits in the connector spaces; nil when it could not be counted.
	Pending *pending.Summary `json:"pendingExports"`
	List    *SavedList       `json:"list,omitempty"` // what /csv wrote
	Tasks   []review.Task    `json:"tasks"`
	// Gate are the conditions for leaving staging mode.
	Gate []review.Condition `json:"gate"`
	// Lists and Comparison are what /with asked for.
	Lists      []report.PendingList `json:"lists,omitempty"`
	Comparison *compare.Report      `json:"comparison,omitempty"`

	record report.Record // for the page
}

// SavedList is the file that /csv wrote.
type SavedList struct {
	Path string `json:"path"`
	Rows int64  `json:"rows"`
}

// reviewRules are about /review.
func (o *Options) reviewRules() []rule {
	return []rule{
		{o.Review && (o.works() || o.Compare != "" || o.Tour != "" || o.Support != ""), "/review stands alone: it goes with /answers, /practice, /json, /report, /with, /csv and /connector only."},
		{o.CSV != "" && !o.Review, "/csv goes with /review."},
		{o.Connector != "" && o.CSV == "", "/connector goes with /review /csv:FILE."},
		{o.Review && o.Answers == "" && !o.Practice, "/review needs /answers:FILE, or /practice."},
	}
}

// RunReview is /review: it reads a database as Additional tasks do, prints its
// configuration, the pending exports of each connector and the tasks, and changes
// nothing; with /csv it writes the list of pending exports to a file. The error is an Exit with the exit code.
func RunReview(ctx context.Context, p setup.Params, o Options, stdout, stderr io.Writer) error {
	progress := &progressPrinter{w: stderr, quiet: o.JSON}
	var session *setup.Session
	p.OnChange = func() { progress.show(session) }
	session = setup.NewSession(p) //nolint:contextcheck // a session has a life of its own, which Close ends
	state, err := setup.Run(ctx, session, setup.RunOptions{Review: true, CSV: o.CSV, Connector: o.Connector, With: o.With, Against: o.Against})
	r := judgeReview(state, err)
	if o.CSV != "" && r.List == nil {
		r.Result, r.ExitCode = ResultFailed, failure(r.Problems) // what was asked for is not there
	}
	err = session.Close()
	if o.Report != "" {
		err = errors.Join(err, r.save(o.Report))
	}
	write := r.writeText
	if o.JSON {
		write = r.writeJSON
	}
	if err := errors.Join(err, write(stdout)); err != nil {
		return err
	}
	if r.ExitCode != ExitClean {
		return Exit(r.ExitCode)
	}
	return nil
}

// judgeReview makes the result of a review that ended in state s; err is what ended
// it early, or nil. What should keep a server from going live is a warning, as are
// pending exports that could not be counted in full.
func judgeReview(s setup.State, err error) Review {
	r := Review{Format: Format, Command: CommandReview, Problems: problems(s, err), Result: ResultFailed}
	r.ExitCode = failure(r.Problems)
	if s.Practice != nil {
		r.Practice = s.Practice.Scenario
	}
	r.record = setup.RecordWith(s, setup.ReportParts{Pending: true, Compare: true})
	r.record.Problems = r.Problems
	if s.After == nil || s.After.Facts == nil {
		return r
	}
	f := s.After.Facts
	r.Database, r.ReadAt = f.Database.Name+" on "+f.SQL.Typed, f.At
	r.Overview, r.Tasks = review.Overview(*f), s.After.Tasks
	r.Gate, r.Comparison = s.Gate(), r.record.Comparison
	if p := s.After.Pending; p != nil {
		r.Pending = p.Summary
		if p.Gathered != nil {
			r.Lists = p.Gathered.Lists
		} else if p.Summary != nil {
			r.record.PendingExports = &report.PendingExports{Summary: *p.Summary}
		}
		if p.Saved != "" {
			r.List = &SavedList{Path: p.Saved, Rows: p.Rows}
		}
	}
	r.Result, r.ExitCode = ResultClean, ExitClean
	if len(r.Problems) > 0 || alarming(r.Pending) {
		r.Result, r.ExitCode = ResultWarnings, ExitWarnings
	}
	return r
}

// alarming tells whether what waits should keep a server from going live, or is not
// known in full.
func alarming(p *pending.Summary) bool {
	if p == nil || len(p.Connectors) == 0 || len(p.Notes) > 0 || len(p.Lacks) > 0 {
		return true
	}
	return slices.ContainsFunc(p.Connectors, func(c pending.Connector) bool { return c.Severity == preflight.Blocked })
}
