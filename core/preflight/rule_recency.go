package preflight

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// ActivityLimit is how old the last synchronization may be (docs:
// how-to-connect-install-existing-database, three weeks): beyond it the water-mark
// of Microsoft Entra ID is stale and everything has to be imported again.
const ActivityLimit = 21 * 24 * time.Hour

// futureLimit is how far an evidence may lie in the future before it is taken
// for a clock that is wrong.
const futureLimit = time.Hour

// judgeRecency looks at the last synchronization: the newest of the four
// evidences counts, all of them are shown.
func judgeRecency(s site) []Finding {
	const id = "history.recency"
	var seen []Evidence
	for _, a := range s.set.ADSync.Activity {
		e := evidence(a.When, func(t time.Time) string { return moment(t) + ", " + ago(s.sqlNow, t) })
		e.Value = a.Letter + ". " + a.Name + ": " + e.Value
		seen = append(seen, e)
	}
	last, ok := s.set.ADSync.LastActivity()
	if !ok {
		return []Finding{unknown(id, AreaHistory, "The last synchronization", "none of the evidences could be read",
			"Find out when the previous server synchronized last. The plan asks for a full import from Entra ID to be safe.",
			product.LinkExistingDatabase, seen...)}
	}
	f := Finding{ID: id, Area: AreaHistory, Link: product.LinkExistingDatabase, Evidence: seen}
	when := last.When.Value
	age := s.sqlNow.Sub(when)
	f.Summary = last.Name + ", " + moment(when)
	switch {
	case age < -futureLimit:
		f.Severity, f.Title = Unknown, "The last synchronization lies in the future"
		f.Consequence = "A clock is wrong, here, on SQL Server or on the previous server, so the age cannot be judged."
		f.Fix = "Set the clocks right and check again."
	case age > ActivityLimit:
		f.Severity, f.Title = Warning, "A full import from Entra ID will be needed"
		f.Summary = "The last synchronization was " + ago(s.sqlNow, when) + "; the limit is 21 days"
		f.Consequence = "After three weeks the water-mark of Microsoft Entra ID is stale. The plan asks for a full import; " +
			EstimateFull(s.set.ADSync).Text() + " for a full cycle."
		f.Fix = "Use a fresher backup if there is one. Otherwise let the full import run to its end before you leave staging mode."
	default:
		f.Severity, f.Title = Pass, "The last synchronization was "+ago(s.sqlNow, when)
	}
	return []Finding{f}
}

// judgeFlags says which connectors are already marked for a full import or synchronization.
func judgeFlags(s site) []Finding {
	const id = "history.flags"
	var marked, unread []string
	var seen []Evidence
	for _, c := range s.set.ADSync.Connectors.Or(nil) {
		for _, f := range []struct {
			name string
			read facts.Read[bool]
		}{{"full import", c.FullImport}, {"full synchronization", c.FullSync}} {
			seen = append(seen, Evidence{Value: c.Name + ", " + f.name + " required: " + evidence(f.read, yesNo).Value, Source: f.read.Source, At: f.read.At})
			on, known := f.read.Get()
			switch {
			case !known && f.read.State != facts.IsAbsent:
				unread = append(unread, c.Name)
			case known && on:
				marked = append(marked, f.name+" of "+c.Name)
			}
		}
	}
	switch {
	case len(marked) > 0:
		return []Finding{{
			ID: id, Area: AreaHistory, Severity: Note,
			Title:       "A full cycle is already asked for",
			Summary:     list(marked, 4),
			Consequence: "The next cycle does it whatever the schedule says; " + EstimateFull(s.set.ADSync).Text() + ".",
			Fix:         "Nothing to do but to let it finish before you leave staging mode.",
			Link:        product.LinkScheduler, Evidence: seen,
		}}
	case len(unread) > 0 || len(seen) == 0:
		return []Finding{unknown(id, AreaHistory, "Whether a full cycle is asked for", "the marks of "+text(list(unread, 4))+" could not be read",
			"After the installation: Get-ADSyncSchedulerConnectorOverride.", product.LinkScheduler, seen...)}
	default:
		return []Finding{{
			ID: id, Area: AreaHistory, Severity: Pass, Title: "No full cycle is asked for",
			Link: product.LinkScheduler, Evidence: seen,
		}}
	}
}
