package preflight_test

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// activity sets the ages of the four evidences; a negative age leaves one unknown.
func activity(ages ...time.Duration) func(*facts.Set) {
	return func(s *facts.Set) {
		s.ADSync.Activity = nil
		for i, age := range ages {
			a := facts.Activity{Letter: string(rune('A' + i)), Name: "Evidence", When: ft.Unknown[time.Time]()}
			if age >= 0 {
				a.When = ft.Known(ft.Now().Add(-age))
			}
			s.ADSync.Activity = append(s.ADSync.Activity, a)
		}
	}
}

const dayLong = 24 * time.Hour

func TestRecency(t *testing.T) {
	const id = "history.recency"
	runCases(t, []ruleCase{
		{name: "fresh", id: id, want: preflight.Pass, texts: []string{"3 days ago", "A. ", "B. ", "C. ", "D. ", "not available"}},
		{name: "exactly 21 days", bend: set(activity(21 * dayLong)), id: id, want: preflight.Pass},
		{name: "a minute more", bend: set(activity(21*dayLong + time.Minute)), id: id, want: preflight.Warning, texts: []string{"full import"}},
		{name: "40 days", bend: set(activity(40*dayLong, 41*dayLong, 40*dayLong, 40*dayLong)), id: id, want: preflight.Warning, texts: []string{"40 days ago", "21 days"}},
		{name: "newest wins", bend: set(activity(40*dayLong, 2*dayLong, 30*dayLong, -1)), id: id, want: preflight.Pass, texts: []string{"2 days ago", "not known"}},
		{name: "one known is enough", bend: set(activity(-1, -1, -1, 5*dayLong)), id: id, want: preflight.Pass},
		{name: "none known", bend: set(activity(-1, -1, -1, -1)), id: id, want: preflight.Unknown},
		{name: "nothing read", bend: set(activity()), id: id, want: preflight.Unknown},
		{name: "in the future", bend: set(func(s *facts.Set) {
			s.ADSync.Activity = []facts.Activity{{Letter: "A", Name: "Evidence", When: ft.Known(ft.Now().Add(5 * time.Hour))}}
		}), id: id, want: preflight.Unknown, texts: []string{"future"}},
	})
}

// mark changes every connector.
func each(f func(*facts.Connector)) func(*facts.Set) {
	return func(s *facts.Set) {
		list := append([]facts.Connector(nil), s.ADSync.Connectors.Value...)
		for i := range list {
			f(&list[i])
		}
		s.ADSync.Connectors = ft.Known(list)
	}
}

func TestFlagsAndScheduler(t *testing.T) {
	setting := func(name, value string) func(*facts.Set) {
		return func(s *facts.Set) { s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), name, value)) }
	}
	runCases(t, []ruleCase{
		{name: "no flag", id: "history.flags", want: preflight.Pass},
		{name: "full import", bend: set(each(func(c *facts.Connector) {
			c.FullImport = ft.Known(c.Kind == facts.KindEntra)
		})), id: "history.flags", want: preflight.Note, texts: []string{"full import of contoso.onmicrosoft.com"}},
		{name: "full sync", bend: set(each(func(c *facts.Connector) { c.FullSync = ft.Known(true) })), id: "history.flags", want: preflight.Note},
		{name: "flag unread", bend: set(each(func(c *facts.Connector) { c.FullSync = ft.Unknown[bool]() })), id: "history.flags", want: preflight.Unknown},
		{name: "flag not in this version", bend: set(each(func(c *facts.Connector) {
			c.FullSync, c.FullImport = facts.Absent[bool]("t", "", ft.Now()), facts.Absent[bool]("t", "", ft.Now())
		})), id: "history.flags", want: preflight.Pass},
		{name: "no connectors", bend: set(func(s *facts.Set) { s.ADSync.Connectors = ft.Unknown[[]facts.Connector]() }), id: "history.flags", want: preflight.Unknown},
		{name: "scheduler on", id: "history.scheduler", want: preflight.Pass},
		{name: "suspended", bend: set(setting(facts.SettingSuspended, "True")), id: "history.scheduler", want: preflight.Warning},
		{name: "off", bend: set(setting(facts.SettingSchedule, "False")), id: "history.scheduler", want: preflight.Note},
		{name: "settings unread", bend: set(func(s *facts.Set) { s.ADSync.Settings = ft.Unknown[[]facts.Setting]() }), id: "history.scheduler", want: preflight.Unknown},
		{name: "was active", id: "history.staging", want: preflight.Note, texts: []string{"was active"}},
		{name: "was staging", bend: set(setting(facts.SettingStagingMode, "true")), id: "history.staging", want: preflight.Note, texts: []string{"was in staging mode"}},
		{name: "staging not said", bend: set(setting(facts.SettingStagingMode, "")), id: "history.staging", want: preflight.Unknown},
	})
}

func TestRuns(t *testing.T) {
	runs := func(f func([]facts.Run) []facts.Run) func(*facts.Set) {
		return func(s *facts.Set) { s.ADSync.Runs = ft.Known(f(ft.Runs(ft.Now().Add(-3 * dayLong)))) }
	}
	result := func(word string) func(*facts.Set) {
		return runs(func(r []facts.Run) []facts.Run { r[2].Result = word; return r })
	}
	runCases(t, []ruleCase{
		{name: "all good", id: "history.failed", want: preflight.Pass},
		{name: "failed", bend: set(result("stopped-extension-dll-exception")), id: "history.failed", want: preflight.Warning, texts: []string{"Delta Import of contoso.onmicrosoft.com", "stopped-"}},
		{name: "did not start", bend: set(result("no-start-credentials")), id: "history.failed", want: preflight.Warning},
		{name: "word of a later version", bend: set(result("melted")), id: "history.failed", want: preflight.Warning, texts: []string{"melted"}},
		{name: "with problems", bend: set(result("completed-sync-errors")), id: "history.failed", want: preflight.Note},
		{name: "failed once, good since", bend: set(runs(func(r []facts.Run) []facts.Run {
			old := r[2]
			old.Number, old.Result = 50, "stopped-server"
			return append(r, old)
		})), id: "history.failed", want: preflight.Pass},
		{name: "finished", id: "history.unfinished", want: preflight.Pass},
		{name: "unfinished, long ago", bend: set(runs(func(r []facts.Run) []facts.Run {
			r[0].Complete, r[0].Result, r[0].End = false, "in-progress", time.Time{}
			return r
		})), id: "history.unfinished", want: preflight.Warning, texts: []string{"Export of contoso.onmicrosoft.com"}},
		{name: "unfinished, long ago, is no live server", bend: set(runs(func(r []facts.Run) []facts.Run {
			r[0].Complete, r[0].End = false, time.Time{}
			return r
		})), id: "owner.live", want: preflight.Pass},
		{name: "runs unread", bend: set(func(s *facts.Set) { s.ADSync.Runs = ft.Unknown[[]facts.Run]() }), id: "history.runs", want: preflight.Unknown},
		{name: "runs cleared", bend: set(func(s *facts.Set) { s.ADSync.Runs = ft.Known([]facts.Run(nil)) }), id: "history.runs", want: preflight.Unknown},
	})
}

// counts sets what waits in the connector space of Entra ID.
func counts(f func(*facts.Counts)) func(*facts.Set) {
	return each(func(c *facts.Connector) {
		if c.Kind == facts.KindEntra {
			f(&c.Counts.Value)
		}
	})
}

func TestExports(t *testing.T) {
	deletes := func(n int64) func(*facts.Set) {
		return counts(func(c *facts.Counts) { c.ExportDelete, c.ExportAdd = n, 494 })
	}
	off := func(name, value string, f func(*facts.Set)) func(*facts.Set) {
		return func(s *facts.Set) {
			f(s)
			s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), name, value))
		}
	}
	const id = "history.deletes"
	runCases(t, []ruleCase{
		{name: "none", id: id, want: preflight.Pass},
		{name: "some", bend: set(deletes(18)), id: id, want: preflight.Warning, texts: []string{"18 of 512 pending exports are deletions", "Below the threshold of 500"}},
		{name: "one", bend: set(deletes(1)), id: id, want: preflight.Warning, texts: []string{"1 of 495 pending exports is a deletion"}},
		{name: "as many as the threshold", bend: set(deletes(500)), id: id, want: preflight.Warning, texts: []string{"Below"}},
		{name: "more than the threshold", bend: set(deletes(501)), id: id, want: preflight.Warning, texts: []string{"more than the threshold of 500", "stopped-deletion-threshold-exceeded"}},
		{name: "threshold off", bend: set(off(facts.SettingDeletionThreshold, "False", deletes(18))), id: id, want: preflight.Warning, texts: []string{"protection against accidental deletes is off"}},
		{name: "threshold garbled", bend: set(off(facts.SettingDeletionLimit, "many", deletes(18))), id: id, want: preflight.Warning, texts: []string{"cannot be read"}},
		{name: "deletions in AD don't count against the threshold", bend: set(each(func(c *facts.Connector) {
			if c.Kind == facts.KindAD {
				c.Counts.Value.ExportDelete = 400
			}
		})), id: id, want: preflight.Warning, texts: []string{"800 of 800", "Below"}},
		{name: "unread", bend: set(each(func(c *facts.Connector) { c.Counts = ft.Unknown[facts.Counts]() })), id: id, want: preflight.Unknown},
		{name: "no errors", id: "history.errors", want: preflight.Pass},
		{name: "export errors", bend: set(counts(func(c *facts.Counts) { c.ExportErrors = 3 })), id: "history.errors", want: preflight.Warning, texts: []string{"3 objects"}},
		{name: "import errors", bend: set(counts(func(c *facts.Counts) { c.ImportErrors = 3 })), id: "history.errors", want: preflight.Note},
		{name: "errors unread", bend: set(each(func(c *facts.Connector) { c.Counts = ft.Unknown[facts.Counts]() })), id: "history.errors", want: preflight.Unknown},
	})
}

func TestEstimate(t *testing.T) {
	full := func(connector, profile string, took time.Duration) facts.Run {
		return facts.Run{Connector: connector, Profile: profile, Complete: true, Result: "success", Start: ft.Now().Add(-took), End: ft.Now()}
	}
	history := func(took time.Duration) []facts.Run {
		var out []facts.Run
		for _, id := range []string{ft.Contoso, ft.Fabrikam, facts.EntraConnectorID} {
			out = append(out, full(id, "Full Import", took), full(id, "Full Synchronization", took))
		}
		return out
	}
	for _, c := range []struct {
		name string
		runs []facts.Run
		n    facts.Read[int64]
		want string
	}{
		{"by history", history(30 * time.Minute), ft.Known(int64(48211)), "about 3 to 5 hours by this database's own history"},
		{"quick history", history(10 * time.Second), ft.Known(int64(500)), "about 1 to 2 minutes by this database's own history"},
		{"history of some connectors only", history(time.Hour)[:3], ft.Known(int64(40000)), "about 2 to 6 hours by the rule of thumb of 1 to 3 hours for 20,000 objects"},
		{"by objects", nil, ft.Known(int64(20000)), "about 1 to 3 hours by the rule of thumb of 1 to 3 hours for 20,000 objects"},
		{"few objects", nil, ft.Known(int64(500)), "about 1 to 5 minutes by the rule of thumb of 1 to 3 hours for 20,000 objects"},
		{"no object", nil, ft.Known(int64(0)), "about 1 minute by the rule of thumb of 1 to 3 hours for 20,000 objects"},
		{"nothing known", nil, ft.Unknown[int64](), "how long it takes is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ft.ADSync()
			a.Runs, a.Objects = ft.Known(c.runs), c.n
			if got := preflight.EstimateFull(a).Text(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
