package sample

import (
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// run is one row of mms_run_history.
type run struct {
	connector  *connector
	profile    int
	number     int
	start, end time.Time // end is zero while it runs
	result     string
}

// cycleLength is how often the scheduler starts a cycle.
const cycleLength = 30 * time.Minute

// makeRuns makes the run history, oldest first: a cycle every half hour, in the
// product's order (imports, delta synchronization of AD, of Entra ID, exports to
// Entra ID, to AD). A staging server does not export.
func (s *site) makeRuns() []run {
	cycle := s.cycle()
	if s.HistoryDays < 0 || len(cycle) == 0 {
		return nil
	}
	count := s.HistoryDays * 48
	// The last cycle has to be over by Now.
	slot := min(12*time.Second, min(s.LastSyncAge, 20*time.Minute)*8/10/time.Duration(len(cycle)))
	numbers := make(map[*connector]int)
	out := make([]run, 0, count*len(cycle)+1)
	for i := range count {
		begin := s.lastCycle.Add(-time.Duration(count-1-i) * cycleLength)
		for j, r := range cycle {
			numbers[r.connector]++
			r.number = numbers[r.connector]
			r.start = begin.Add(time.Duration(j) * slot).Truncate(10 * time.Millisecond)
			took := slot * time.Duration(40+s.seed.below(kindRun, uint64(len(out)), 50)) / 100
			r.end = r.start.Add(took).Truncate(10 * time.Millisecond)
			r.result = s.result(len(out), i == count-1, r)
			out = append(out, r)
		}
	}
	for i := max(0, len(out)-s.FailedRuns); i < len(out); i++ {
		out[i].result = s.FailedResult
	}
	if s.UnfinishedRun {
		last := out[len(out)-1]
		c := s.present()[0]
		if !s.NoEntraConnector {
			c = s.entra()
		}
		numbers[c]++
		out = append(out, run{connector: c, profile: deltaImport, number: numbers[c], start: last.end.Add(slot), result: "in-progress"})
	}
	return out
}

// cycle gives the runs of one cycle.
func (s *site) cycle() []run {
	var out []run
	ad := s.connectors[:len(s.connectors)-1]
	step := func(profile int, list ...*connector) {
		for _, c := range list {
			if !c.absent {
				out = append(out, run{connector: c, profile: profile})
			}
		}
	}
	step(deltaImport, ad...)
	step(deltaImport, s.entra())
	step(deltaSync, ad...)
	step(deltaSync, s.entra())
	if !s.StagingMode {
		step(export, s.entra())
		step(export, ad...)
	}
	return out
}

// result gives how a run ended: mostly well, and the newest ones as the
// connector space says.
func (s *site) result(i int, newest bool, r run) string {
	if newest && r.connector.isEntra() {
		switch {
		case r.profile == export && s.ExportErrors > 0:
			return "completed-export-errors"
		case r.profile == deltaImport && s.ImportErrors > 0:
			return "completed-discovery-errors"
		}
	}
	if r.start.After(s.lastCycle.AddDate(0, 0, -2)) {
		return "success" // what is wrong now is what the options ask for
	}
	if s.seed.below(kindCounter, uint64(i), 400) > 0 {
		return "success"
	}
	switch r.profile {
	case deltaSync:
		return "completed-sync-errors"
	case export:
		return "completed-export-errors"
	default:
		return "no-start-connection"
	}
}

// fact gives the run as a reader sees it.
func (r run) fact() facts.Run {
	return facts.Run{
		Connector: r.connector.id.String(), Profile: profiles[r.profile].name, Number: int64(r.number),
		User: runUser, Complete: !r.end.IsZero(), Result: r.result, Start: r.start, End: r.end,
	}
}

const runUser = `NT SERVICE\ADSync`

// runCount gives the number of the connector's newest run.
func (s *site) runCount(c *connector) int {
	for i := len(s.runs) - 1; i >= 0; i-- {
		if s.runs[i].connector == c {
			return s.runs[i].number
		}
	}
	return 0
}

// timestamp gives the server's counter of changes after the first n runs.
func (s *site) timestamp(n int) int64 { return 2_000_000 + 7*int64(n) }

// runTable makes mms_run_history.
func (s *site) runTable(columns []Column) Table {
	return list("mms_run_history", columns, func(put func(...any) bool) {
		for i, r := range s.runs {
			steps := int64(max(1, r.connector.selected()))
			row := []any{
				"run_history_id", s.seed.guid(kindRun, uint64(i)), "ma_id", r.connector.id,
				"run_profile_id", s.profileID(r.connector, r.profile), "run_number", int64(r.number),
				"username", runUser, "is_run_complete", !r.end.IsZero(), "run_result", r.result,
				"current_step_number", steps, "total_steps", steps, "start_date", r.start,
				"run_profile_name", profiles[r.profile].name, "mms_timestamp", s.timestamp(i + 1),
			}
			if !r.end.IsZero() {
				row = append(row, "end_date", r.end)
			}
			if !put(row...) {
				return
			}
		}
	})
}

// selected counts the selected partitions.
func (c *connector) selected() int {
	n := 0
	for _, p := range c.partitions {
		if p.selected {
			n++
		}
	}
	return n
}

// stampPartitions sets the times that partitions remember: the DirSync cookie is
// from the last delta import that went well.
func (s *site) stampPartitions() {
	for _, c := range s.connectors {
		at := s.lastCycle
		for i := len(s.runs) - 1; i >= 0; i-- {
			r := s.runs[i]
			if r.connector == c && r.profile == deltaImport && r.fact().Good() {
				at = r.start
				break
			}
		}
		for i := range c.partitions {
			p := &c.partitions[i]
			if c.forest == nil || !p.selected {
				continue
			}
			p.cookie = at.Truncate(time.Second)
			if s.PasswordHashSync {
				p.hashTime = s.lastCycle.Add(min(time.Minute, s.LastSyncAge))
			}
		}
	}
}

// lastGoodImport gives the end of the newest good import from Entra ID, or zero.
func (s *site) lastGoodImport() time.Time {
	for i := len(s.runs) - 1; i >= 0; i-- {
		f := s.runs[i].fact()
		if f.Connector == EntraConnectorID && f.Good() && strings.HasSuffix(f.Profile, "Import") {
			return f.End
		}
	}
	return time.Time{}
}
