package adsync

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// How long steps took agrees with the rows themselves, added up here once more.
func TestReadSteps(t *testing.T) {
	o := sample.Default()
	o.Now, o.Objects, o.HistoryDays = testNow, 20, 2
	s := practiceSite(t, tsql.Config{}, tablesOf(sample.New(o))...)
	got, err := Read(t.Context(), s.db, quick())
	if err != nil {
		t.Fatal(err)
	}
	steps, ok := got.Steps.Get()
	if !ok || len(steps) == 0 {
		t.Fatalf("%+v of %d runs", got.Steps, len(got.Runs.Value))
	}
	found := map[string]bool{}
	for _, c := range got.Connectors.Value {
		for _, x := range []struct{ kind, profile string }{
			{facts.StepDeltaImport, "Delta Import"},
			{facts.StepDeltaSync, "Delta Synchronization"},
			{facts.StepExport, "Export"},
			{facts.StepFullImport, "Full Import"},
			{facts.StepFullSync, "Full Synchronization"},
		} {
			var want facts.StepTime
			for _, r := range got.Runs.Value {
				if r.Connector == c.ID && r.Profile == x.profile && r.Good() {
					want.Runs++
					want.Longest = max(want.Longest, r.End.Sub(r.Start))
				}
			}
			for _, have := range steps {
				if have.Connector != c.ID || have.Kind != x.kind {
					continue
				}
				found[x.kind] = true
				// Each partition's step takes as long as the run in the sample.
				if have.Runs < want.Runs || have.Longest < want.Longest-time.Second || have.Newest.IsZero() {
					t.Errorf("%s %s: %+v, the runs say %+v", c.Name, x.kind, have, want)
				}
				want.Runs = 0
			}
			if want.Runs > 0 {
				t.Errorf("%s %s: nothing, the runs say %+v", c.Name, x.kind, want)
			}
		}
	}
	if !found[facts.StepDeltaImport] || !found[facts.StepDeltaSync] || !found[facts.StepExport] {
		t.Errorf("kinds found: %v", found)
	}
}

func TestStepWord(t *testing.T) {
	for text, want := range map[string]string{
		"full-import": facts.StepFullImport, "apply-rules/reevaluate-flow-connectors": facts.StepFullSync, "full-synchronization": facts.StepFullSync,
		"delta-import": facts.StepDeltaImport, "apply-rules/apply-pending": facts.StepDeltaSync, "delta-synchronization": facts.StepDeltaSync,
		"export": facts.StepExport, "nightly": "",
	} {
		if got := stepWord(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
