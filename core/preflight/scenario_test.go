package preflight_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// Every practice scenario, read over the wire from its SQL Server, gives the
// finding that it is named for, and what does not block is not blocked.
func TestScenarios(t *testing.T) {
	const clean = ""
	for name, c := range map[string]struct {
		id   string
		want preflight.Severity
	}{
		"healthy":        {clean, preflight.Note},
		"stale":          {"history.recency", preflight.Warning},
		"newer-database": {"version.used", preflight.Blocked},
		"old-database":   {"signin.old", preflight.Warning},
		"localdb":        {"sql.localdb", preflight.Blocked},
		"empty":          {"database.shape", preflight.Blocked},
		"fim":            {"database.shape", preflight.Blocked},
		"other-database": {"database.shape", preflight.Blocked},
		"live-server":    {"owner.live", preflight.Blocked},
		"two-forests":    {"history.deletes", preflight.Warning},
		"case-sensitive": {"database.collation", preflight.Blocked},
		"no-permission":  {"database.permission", preflight.Blocked},
		"staging-clone":  {"history.staging", preflight.Note},
		"pass-through":   {"signin.method", preflight.Warning},
		"federation":     {"signin.method", preflight.Note},
		"pingfederate":   {"signin.method", preflight.Note},
		"suspended-run":  {"history.unfinished", preflight.Warning},
	} {
		t.Run(name, func(t *testing.T) {
			site, err := practice.Open(t.Context(), name, practice.Options{Change: func(o *sample.Options) { o.Objects = 60 }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := site.Close(); err != nil {
					t.Error(err)
				}
			})
			set, err := site.Prober.Inspect(t.Context(), site.Answers, site.Secrets[answers.SecretSQL], func(string) {})
			if err != nil {
				t.Fatal(err)
			}
			list := preflight.Judge(set, site.Answers)
			for _, f := range list {
				t.Logf("%-8s %s: %s; %s", f.Severity, f.ID, f.Title, f.Summary)
			}
			if c.id != clean {
				f, ok := find(list, c.id)
				if !ok {
					t.Fatalf("no finding %s among %s", c.id, ids(list))
				}
				check(t, f, c.want, nil)
			}
			if blocked := preflight.Worst(list) == preflight.Blocked; blocked != (c.want == preflight.Blocked) {
				t.Errorf("blocked is %t: %s", blocked, ids(list))
			}
			if c.id == clean && preflight.Worst(list).Rank() < c.want.Rank() {
				t.Errorf("the worst is %s: %s", preflight.Worst(list), ids(list))
			}
		})
	}
}
