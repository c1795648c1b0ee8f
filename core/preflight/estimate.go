package preflight

import (
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Estimate is how long a full synchronization will take, from Low to High.
// Source says what it rests on; it is empty when there is nothing to go by.
type Estimate struct {
	Low    time.Duration `json:"lowNanoseconds"`
	High   time.Duration `json:"highNanoseconds"`
	Source string        `json:"source"`
}

// The rule of thumb where the database has no history of its own: Microsoft's
// support names 1 to 3 hours for every 20,000 objects.
const (
	objectsPerStep = 20000
	lowPerStep     = time.Hour
	highPerStep    = 3 * time.Hour
)

// EstimateFull works out how long a full import and a full synchronization of
// every connector take: from the runs of this database when each connector has
// full runs in its history, else from the number of objects.
func EstimateFull(a facts.ADSync) Estimate {
	sum, ok := stepSum(a)
	if !ok {
		sum, ok = historySum(a)
	}
	if ok {
		// The new server may be slower, and a full import often comes with more work
		// than the last one had: the upper end is half as much again.
		return Estimate{Low: sum, High: sum * 3 / 2, Source: "this database's own history"}
	}
	objects, ok := a.Objects.Get()
	if !ok {
		return Estimate{}
	}
	share := float64(objects) / objectsPerStep
	return Estimate{
		Low:    time.Duration(share * float64(lowPerStep)),
		High:   time.Duration(share * float64(highPerStep)),
		Source: "the rule of thumb of 1 to 3 hours for 20,000 objects",
	}
}

// historySum adds the newest good full import and full synchronization of every connector.
func historySum(a facts.ADSync) (time.Duration, bool) {
	type key struct{ connector, kind string }
	newest := map[key]facts.Run{}
	for _, r := range a.Runs.Or(nil) {
		kind := fullKind(r.Profile)
		if kind == "" || !r.Good() || !r.End.After(r.Start) {
			continue
		}
		k := key{strings.ToLower(r.Connector), kind}
		if old, ok := newest[k]; !ok || r.Start.After(old.Start) {
			newest[k] = r
		}
	}
	var sum time.Duration
	connectors := a.Connectors.Or(nil)
	for _, c := range connectors {
		for _, kind := range []string{"import", "synchronization"} {
			r, ok := newest[key{strings.ToLower(c.ID), kind}]
			if !ok {
				return 0, false
			}
			sum += r.End.Sub(r.Start)
		}
	}
	return sum, len(connectors) > 0
}

// fullKind tells what a run profile of the standard names does, if it is a full one.
func fullKind(profile string) string {
	p := strings.ToLower(profile)
	switch {
	case !strings.Contains(p, "full"):
		return ""
	case strings.Contains(p, "import"):
		return "import"
	case strings.Contains(p, "sync"):
		return "synchronization"
	default:
		return ""
	}
}

// Text writes the estimate for a person: "about 3 to 5 hours by this database's own history".
func (e Estimate) Text() string {
	if e.Source == "" {
		return "how long it takes is not known"
	}
	return "about " + span(e.Low, e.High) + " by " + e.Source
}

// span writes two durations in one unit, rounded up at the end.
func span(low, high time.Duration) string {
	unit, name := time.Hour, "hour"
	if high < 2*time.Hour {
		unit, name = time.Minute, "minute"
	}
	from, to := int64(low/unit), int64((high+unit-1)/unit)
	if from == 0 && to <= 1 {
		return "1 " + name
	}
	if from == to {
		return plural(to, name)
	}
	if from == 0 {
		from = 1
	}
	if from == to {
		return plural(to, name)
	}
	return fmt.Sprintf("%d to %d %ss", from, to, name)
}

// estimateSeen is the estimate as evidence.
func estimateSeen(s site) []Evidence {
	e := EstimateFull(s.set.ADSync)
	if e.Source == "" {
		return nil
	}
	at := s.set.ADSync.Objects.At
	return []Evidence{{Value: "a full synchronization takes " + e.Text(), Source: "mms_run_history and mms_metaverse", At: at}}
}
