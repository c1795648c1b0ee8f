package preflight

import (
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// cycleKinds are the steps of a full cycle, in their order.
var cycleKinds = []struct{ kind, word string }{
	{facts.StepFullImport, "full import"}, {facts.StepFullSync, "full synchronization"}, {facts.StepExport, "export"},
}

// CycleTimes says for each connector how long the parts of a full cycle took in this
// database's history, a line each, and of which there is none. Nil when the history
// can't be read. What they took is no promise: another server is slower or faster,
// and a full import after a long pause has more to do.
func CycleTimes(a facts.ADSync) []string {
	steps, ok := a.Steps.Get()
	if !ok {
		return nil
	}
	var out []string
	for _, c := range a.Connectors.Or(nil) {
		var parts []string
		for _, k := range cycleKinds {
			parts = append(parts, k.word+" "+stepText(stepTime(steps, c.ID, k.kind)))
		}
		out = append(out, c.Name+": "+strings.Join(parts, "; "))
	}
	return out
}

// stepTime gives the time of one kind of step, with no runs when there were none.
func stepTime(steps []facts.StepTime, connector, kind string) facts.StepTime {
	for _, t := range steps {
		if strings.EqualFold(t.Connector, connector) && t.Kind == kind {
			return t
		}
	}
	return facts.StepTime{}
}

func stepText(t facts.StepTime) string {
	if t.Runs == 0 {
		return "never in the history"
	}
	return fmt.Sprintf("%s at most in %s, the newest on %s", lasted(t.Longest), plural(t.Runs, "run"), t.Newest.UTC().Format("2006-01-02"))
}

// lasted writes a duration that was measured, to the second, minute or quarter of an hour.
func lasted(d time.Duration) string {
	switch {
	case d < time.Minute:
		return plural(max(1, int64(d/time.Second)), "second")
	case d < 2*time.Hour:
		return plural(int64((d+time.Minute/2)/time.Minute), "minute")
	default:
		return fmt.Sprintf("%.1f hours", d.Hours())
	}
}

// stepSum adds the longest full import and full synchronization of every connector;
// false when one of them never ran.
func stepSum(a facts.ADSync) (time.Duration, bool) {
	steps, ok := a.Steps.Get()
	connectors := a.Connectors.Or(nil)
	var sum time.Duration
	for _, c := range connectors {
		for _, kind := range []string{facts.StepFullImport, facts.StepFullSync} {
			t := stepTime(steps, c.ID, kind)
			if t.Runs == 0 {
				return 0, false
			}
			sum += t.Longest
		}
	}
	return sum, ok && len(connectors) > 0
}
