package preflight

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeRuns looks for unfinished runs and for run profiles whose last run failed.
func judgeRuns(s site) []Finding {
	r := s.set.ADSync.Runs
	runs, known := r.Get()
	if !known {
		return []Finding{unknown("history.runs", AreaHistory, "The run history", r.Reason(),
			"Look at Operations in Synchronization Service Manager after the installation.", product.LinkSyncErrors,
			evidence(r, func([]facts.Run) string { return "" }))}
	}
	if len(runs) == 0 {
		return []Finding{unknown("history.runs", AreaHistory, "The run history", "it is empty: nobody knows when and how the last runs ended",
			"Nothing to do: the first cycle fills it.", product.LinkSyncErrors,
			Evidence{Value: "no rows", Source: r.Source, At: r.At})}
	}
	return []Finding{judgeUnfinished(s, runs), judgeLastRuns(s, runs)}
}

func judgeUnfinished(s site, runs []facts.Run) Finding {
	const id = "history.unfinished"
	r := s.set.ADSync.Runs
	var seen []Evidence
	for _, run := range runs {
		if !run.Complete {
			seen = append(seen, Evidence{
				Value:  fmt.Sprintf("%s of %s, run %d, begun %s", run.Profile, s.connectorName(run.Connector), run.Number, moment(run.Start)),
				Source: r.Source, At: r.At,
			})
		}
	}
	if len(seen) == 0 {
		return Finding{
			ID: id, Area: AreaHistory, Severity: Pass, Title: "No run is unfinished", Link: product.LinkSyncErrors,
			Evidence: []Evidence{{Value: plural(int64(len(runs)), "run"), Source: r.Source, At: r.At}},
		}
	}
	return Finding{
		ID: id, Area: AreaHistory, Severity: Warning,
		Title:       plural(int64(len(seen)), "unfinished run"),
		Summary:     seen[0].Value,
		Consequence: "The previous server stopped in the middle, or it is still at work. What the run had read so far is kept; the next run of the same kind starts over.",
		Fix:         "Make sure that the previous server is off. Nothing else to do: the synchronization service closes the run when it starts.",
		Link:        product.LinkSyncErrors, Evidence: seen,
	}
}

// judgeLastRuns looks at the newest complete run of every run profile. Unknown
// results are classified by their prefix, as the product's own list grows.
func judgeLastRuns(s site, runs []facts.Run) Finding {
	const id = "history.failed"
	r := s.set.ADSync.Runs
	type key struct{ connector, profile string }
	looked := map[key]bool{}
	var failed, trouble []string
	var seen []Evidence
	for _, run := range runs { // newest first
		k := key{strings.ToLower(run.Connector), strings.ToLower(run.Profile)}
		if looked[k] || !run.Complete {
			continue
		}
		looked[k] = true
		line := fmt.Sprintf("%s of %s: %s", run.Profile, s.connectorName(run.Connector), text(run.Result))
		switch {
		case run.Result == "success":
			continue
		case run.Good():
			trouble = append(trouble, line)
		default:
			failed = append(failed, line)
		}
		seen = append(seen, Evidence{Value: line + ", " + moment(run.End), Source: r.Source, At: r.At})
	}
	f := Finding{ID: id, Area: AreaHistory, Link: product.LinkSyncErrors, Evidence: seen}
	switch {
	case len(failed) > 0:
		f.Severity, f.Title = Warning, "The last run of "+plural(int64(len(failed)), "run profile")+" failed"
		f.Summary = list(failed, 3)
		f.Consequence = "The same cause will stop the new server too, unless it died with the old one."
		f.Fix = "Look the result up and remove its cause: credentials and connections are renewed by this installation, data errors and full disks are not."
	case len(trouble) > 0:
		f.Severity, f.Title = Note, "The last runs ended with problems at single objects"
		f.Summary = list(trouble, 3)
		f.Consequence = "Those objects are not synchronized; everything else is."
		f.Fix = "Review them in Synchronization Service Manager after the installation."
	default:
		f.Severity, f.Title = Pass, "The last run of every run profile was a success"
		f.Evidence = []Evidence{{Value: plural(int64(len(looked)), "run profile"), Source: r.Source, At: r.At}}
	}
	return f
}

// connectorName gives the name of a connector by its id.
func (s site) connectorName(id string) string {
	for _, c := range s.set.ADSync.Connectors.Or(nil) {
		if strings.EqualFold(c.ID, id) {
			return c.Name
		}
	}
	return "connector " + text(id)
}
