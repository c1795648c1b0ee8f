package pending

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// largeShare is from which share of a connector's objects on deletions are a
// warning by themselves, in percent: the threshold is a number, and 400 of 500
// objects stay under it.
const largeShare = 10

// judge weighs a connector's pending exports against the threshold.
func judge(c Connector, t Threshold) (severity preflight.Severity, says string) {
	if gone := c.Exports.Gone(); gone > 0 {
		return judgeDeletions(c, t, gone)
	}
	switch {
	case c.ExportErrors > 0:
		return preflight.Warning, "No deletions; some exports failed."
	case c.Exports.Total() > 0:
		return preflight.Note, "No deletions."
	}
	return preflight.Pass, "Nothing waits to be exported."
}

// judgeDeletions weighs deletions. The threshold protects Entra ID only.
func judgeDeletions(c Connector, t Threshold, gone int64) (severity preflight.Severity, says string) {
	head := deletions(gone) + ", " + c.Share(gone) + " of its objects"
	guarded := c.Kind == facts.KindEntra && t.Known
	switch {
	case guarded && t.On && gone >= t.Limit:
		return preflight.Blocked, fmt.Sprintf("%s: not under the limit of %d, the export would be stopped. Find out why before anything else.", head, t.Limit)
	case c.Objects > 0 && gone*100 >= c.Objects*largeShare:
		return preflight.Blocked, head + ". Find out why before anything else."
	case guarded && !t.On:
		return preflight.Warning, head + ", and the threshold against accidental deletes is off."
	case guarded:
		return preflight.Warning, fmt.Sprintf("%s; under the limit of %d. Look at each of them.", head, t.Limit)
	}
	return preflight.Warning, head + "; no limit that is known protects this connector. Look at each of them."
}

func deletions(n int64) string {
	if n == 1 {
		return "1 deletion"
	}
	return fmt.Sprintf("%d deletions", n)
}

// Share gives n as a share of the connector's objects, in percent.
func (c Connector) Share(n int64) string {
	switch {
	case c.Objects == 0 || n == 0:
		return "0 %"
	case n*1000 < c.Objects:
		return "under 0.1 %"
	}
	return fmt.Sprintf("%.1f %%", float64(n)*100/float64(c.Objects))
}
