package sample

import (
	"strings"
	"testing"
	"time"
)

func TestRunHistory(t *testing.T) {
	o := Default()
	o.Now = time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
	runs := New(o).Truth().Runs
	if want := 30 * 48 * 6; len(runs) != want {
		t.Fatalf("%d runs, not %d", len(runs), want)
	}
	last := []string{"Export", "Export", "Delta Synchronization", "Delta Synchronization", "Delta Import", "Delta Import"}
	for i, profile := range last { // newest first: Export AD, Export Entra, ..., the import of Entra ID, that of AD
		entra := i == 1 || i == 2 || i == 4
		if runs[i].Profile != profile || (runs[i].Connector == EntraConnectorID) != entra {
			t.Errorf("run %d is %s of %s", i, runs[i].Profile, runs[i].Connector)
		}
	}
	numbers := map[string]int64{}
	for i, r := range runs {
		if !r.Complete || !r.End.After(r.Start) || r.End.After(o.Now) || i > 0 && r.Start.After(runs[i-1].Start) {
			t.Fatalf("run %d: %+v", i, r)
		}
		if n, ok := numbers[r.Connector]; ok && r.Number != n-1 {
			t.Fatalf("run %d has number %d after %d", i, r.Number, n)
		}
		numbers[r.Connector] = r.Number
	}
	if first := runs[len(runs)-1].Start; o.Now.Sub(first) < 29*24*time.Hour {
		t.Errorf("the oldest run is of %v", first)
	}
}

func TestEvidenceOfTheLastSynchronization(t *testing.T) {
	now := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
	for _, age := range []time.Duration{5 * time.Minute, 3 * time.Hour, 40 * 24 * time.Hour} {
		truth := New(Options{Now: now, LastSyncAge: age, PasswordHashSync: true, HistoryDays: 2}).Truth()
		for name, at := range map[string]time.Time{"A": truth.LastEntraImport, "B": truth.LastCookie, "C": truth.LastCycle, "D": truth.LastHashCycle} {
			if off := now.Add(-age).Sub(at).Abs(); off > 5*time.Minute || at.After(now) {
				t.Errorf("%v: evidence %s is %v", age, name, at)
			}
		}
	}
	truth := New(Options{Now: now, HistoryDays: -1, PasswordHashSync: false}).Truth()
	if !truth.LastEntraImport.IsZero() || !truth.LastHashCycle.IsZero() || len(truth.Runs) != 0 || truth.LastCookie.IsZero() {
		t.Errorf("without history and hash sync: %v, %v, %d runs, cookie %v", truth.LastEntraImport, truth.LastHashCycle, len(truth.Runs), truth.LastCookie)
	}
}

func TestRunOptions(t *testing.T) {
	staging := New(Options{StagingMode: true, HistoryDays: 1}).Truth().Runs
	for _, r := range staging {
		if r.Profile == "Export" {
			t.Fatal("a staging server exported")
		}
	}
	truth := New(Options{FailedRuns: 8, FailedResult: "stopped-server", HistoryDays: 1, UnfinishedRun: true}).Truth()
	if r := truth.Runs[0]; r.Complete || r.Result != "in-progress" || !r.End.IsZero() || r.Connector != EntraConnectorID {
		t.Errorf("the unfinished run is %+v", r)
	}
	for i, r := range truth.Runs[1:] {
		if (r.Result == "stopped-server") != (i < 8) {
			t.Fatalf("run %d: %s", i, r.Result)
		}
	}
	// The whole last cycle failed, so the evidence is of the one before.
	if got := truth.LastCycle.Sub(truth.LastEntraImport); got < 25*time.Minute {
		t.Errorf("last good import %v before the failed cycle", got)
	}
	errors := New(Options{ExportErrors: 3, HistoryDays: 1}).Truth()
	if r := errors.Runs[1]; r.Result != "completed-export-errors" {
		t.Errorf("the newest export to Entra ID is %s", r.Result)
	}
	if c, _ := errors.Connector("contoso.onmicrosoft.com - AAD"); c.Counts.ExportErrors != 3 || c.Counts.ExportUpdate < 3 {
		t.Errorf("%+v", c.Counts)
	}
}

func TestForestsOfAllSizes(t *testing.T) {
	var forests []ForestSpec
	for i := range 40 {
		forests = append(forests, ForestSpec{Name: "forest" + itoa(i) + ".example"})
	}
	d := New(Options{Forests: forests, Objects: 5, HistoryDays: 1, ADExports: Pending{Updates: 2}})
	var sum int64
	for _, c := range d.Truth().Connectors {
		if strings.HasPrefix(c.Name, "forest") {
			sum += c.Counts.Connectors
		}
	}
	if sum != d.Truth().Objects || sum < 80 {
		t.Errorf("%d objects in the forests, %d in the metaverse", sum, d.Truth().Objects)
	}
	for table := range d.Tables() {
		checkRows(t, table)
	}
}
