package adsync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// runColumns are read of mms_run_history.
var runColumns = fields("ma_id", "run_profile_id", "run_profile_name", "run_number", "username", "is_run_complete",
	"run_result", "start_date", "end_date")

// readRuns reads the newest runs, unfinished ones first of all, so that an old
// one that never ended is not crowded out.
func (r *reader) readRuns(ctx context.Context) {
	if !r.s.has(tRun) {
		r.out.Runs = facts.Absent[[]facts.Run](tRun, absentHere, r.now())
		return
	}
	var order []string
	for _, c := range []struct{ name, direction string }{{"is_run_complete", ""}, {"start_date", " DESC"}, {"run_number", " DESC"}} {
		if col, ok := r.s.column(tRun, c.name); ok {
			order = append(order, quoted(col.name)+c.direction)
		}
	}
	tail := ""
	if len(order) > 0 {
		tail = " ORDER BY " + strings.Join(order, ", ")
	}
	res, err := r.fetch(ctx, tRun, runColumns, fmt.Sprintf("TOP (%d) ", newestRuns), tail)
	if err != nil {
		r.out.Runs = notRead[[]facts.Run](tRun, r.now(), err)
		return
	}
	runs := make([]facts.Run, 0, len(res.rows))
	for _, row := range res.records() {
		runs = append(runs, facts.Run{
			Connector: row.guid("ma_id"), Profile: r.profileName(row), Number: row.number("run_number"),
			User: row.text("username"), Complete: row.truth("is_run_complete"), Result: row.text("run_result"),
			Start: row.time("start_date"), End: row.time("end_date"),
		})
	}
	slices.SortStableFunc(runs, func(a, b facts.Run) int { return b.Start.Compare(a.Start) })
	r.out.Runs = facts.Known(runs, tRun, r.now())
}

// profileName gives the name of a run's profile, from the run or from the profile.
func (r *reader) profileName(row record) string {
	if n := row.text("run_profile_name"); n != "" {
		return n
	}
	id := row.guid("run_profile_id")
	for _, c := range r.out.Connectors.Value {
		for _, p := range c.Profiles {
			if p.ID == id && id != "" {
				return p.Name
			}
		}
	}
	return ""
}

// lastImport gives the end of the newest good import of a connector, over the
// whole history: the newest 500 runs may all be younger than it. One grouped
// statement, whose rows are as many as there are profiles and results.
func (r *reader) lastImport(ctx context.Context, connector *facts.Connector) facts.Read[time.Time] {
	at := r.now()
	for _, c := range []string{"ma_id", "run_result", "is_run_complete", "end_date"} {
		if _, ok := r.s.column(tRun, c); !ok {
			return facts.Absent[time.Time](tRun, tRun+"."+c+" is "+absentHere, at)
		}
	}
	var group []string
	sel := r.s.choose(tRun, fields("ma_id", "run_result", "run_profile_id", "run_profile_name"))
	for _, key := range []string{"ma_id", "run_result", "run_profile_id", "run_profile_name"} {
		if c, ok := sel.names[key]; ok {
			group = append(group, quoted(c.name))
		}
	}
	end, _ := r.s.column(tRun, "end_date")
	complete, _ := r.s.column(tRun, "is_run_complete")
	text := "SELECT " + strings.Join(sel.list, ", ") + ", MAX(" + quoted(end.name) + ") AS last_end FROM " + r.s.from(tRun) +
		" WHERE " + quoted(complete.name) + " = 1 AND " + quoted(end.name) + " IS NOT NULL GROUP BY " + strings.Join(group, ", ")
	res, err := queryAll(ctx, r.q, text)
	if err != nil {
		return facts.Unknown[time.Time](tRun, err.Error(), at)
	}
	var best time.Time
	for _, row := range res.records() {
		run := facts.Run{Complete: true, Result: row.text("run_result"), Profile: r.profileName(row)}
		if row.guid("ma_id") != connector.ID || !run.Good() || !isImport(connector, row.guid("run_profile_id"), run.Profile) {
			continue
		}
		if t := row.time("last_end"); t.After(best) {
			best = t
		}
	}
	if best.IsZero() {
		return facts.Unknown[time.Time](tRun, "the run history holds no import from Entra ID that ended well", at)
	}
	return facts.Known(best, tRun, at)
}

// isImport tells whether a run profile imports: by its steps, or by its name
// when the profile is gone.
func isImport(c *facts.Connector, profileID, name string) bool {
	for _, p := range c.Profiles {
		if p.ID == profileID && profileID != "" || profileID == "" && p.Name == name {
			return slices.ContainsFunc(p.Steps, func(s string) bool { return s == "full-import" || s == "delta-import" || strings.Contains(s, "import") })
		}
	}
	return strings.Contains(strings.ToLower(name), "import")
}
