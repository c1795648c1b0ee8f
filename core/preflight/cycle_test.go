package preflight_test

import (
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

func TestCycleTimes(t *testing.T) {
	a := ft.ADSync()
	if got := preflight.CycleTimes(a); got != nil {
		t.Errorf("the history was not read: %q", got)
	}
	step := func(c, kind string, runs int64, longest time.Duration) facts.StepTime {
		return facts.StepTime{Connector: strings.ToUpper(c), Kind: kind, Runs: runs, Longest: longest, Newest: ft.Now()}
	}
	list := []facts.StepTime{
		step(ft.Contoso, facts.StepFullImport, 1, 20*time.Second), step(ft.Contoso, facts.StepFullSync, 3, 95*time.Minute),
		step(ft.Contoso, facts.StepExport, 40, 3*time.Hour), step(ft.Contoso, facts.StepDeltaImport, 900, 9*time.Hour),
		step(ft.Fabrikam, facts.StepFullImport, 2, 0),
	}
	a.Steps = ft.Known(list)
	got := strings.Join(preflight.CycleTimes(a), "\n")
	for _, want := range []string{
		"contoso.local: full import 20 seconds at most in 1 run, the newest on 2026-11-22; full synchronization 95 minutes at most in 3 runs, the newest on 2026-11-22; export 3.0 hours at most in 40 runs",
		"fabrikam.local: full import 1 second at most in 2 runs, the newest on 2026-11-22; full synchronization never in the history; export never in the history",
		"contoso.onmicrosoft.com - AAD: full import never in the history",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("does not say %q:\n%s", want, got)
		}
	}
	if e := preflight.EstimateFull(a); !strings.Contains(e.Source, "rule of thumb") {
		t.Errorf("an estimate out of half a history: %+v", e)
	}
	for _, c := range []string{ft.Fabrikam, facts.EntraConnectorID} {
		list = append(list, step(c, facts.StepFullImport, 1, time.Minute), step(c, facts.StepFullSync, 1, time.Minute))
	}
	a.Steps = ft.Known(append(list[:4:4], list[5:]...))
	want := 20*time.Second + 95*time.Minute + 4*time.Minute
	if e := preflight.EstimateFull(a); e.Low != want || e.High != want*3/2 || !strings.Contains(e.Source, "own history") {
		t.Errorf("%+v, want %v", e, want)
	}
}
