package preflight

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// tally adds the counts of all connectors. unread names those without.
type tally struct {
	sum    facts.Counts
	seen   []Evidence
	unread []string
}

func (s site) tally(show func(facts.Counts) string) tally {
	var t tally
	for _, c := range s.set.ADSync.Connectors.Or(nil) {
		e := evidence(c.Counts, show)
		e.Value = c.Name + ": " + e.Value
		t.seen = append(t.seen, e)
		n, ok := c.Counts.Get()
		if !ok {
			t.unread = append(t.unread, c.Name)
			continue
		}
		t.sum.ExportAdd += n.ExportAdd
		t.sum.ExportUpdate += n.ExportUpdate
		t.sum.ExportDelete += n.ExportDelete
		t.sum.ExportDeleteAdd += n.ExportDeleteAdd
		t.sum.ImportErrors += n.ImportErrors
		t.sum.ExportErrors += n.ExportErrors
	}
	return t
}

// judgeErrors counts the objects with errors.
func judgeErrors(s site) []Finding {
	const id = "history.errors"
	t := s.tally(func(n facts.Counts) string {
		return fmt.Sprintf("%d export errors, %d import errors", n.ExportErrors, n.ImportErrors)
	})
	f := Finding{ID: id, Area: AreaHistory, Link: product.LinkSyncErrors, Evidence: t.seen}
	switch {
	case t.sum.ExportErrors > 0:
		f.Severity, f.Title = Warning, plural(t.sum.ExportErrors, "object")+" with export errors"
		f.Consequence = "Their changes have not reached the other side, and the new server will try them again when it leaves staging mode."
		f.Fix = "Review them in Synchronization Service Manager; most are values that are not unique or not allowed."
	case len(t.unread) > 0 || len(t.seen) == 0:
		return []Finding{unknown(id, AreaHistory, "Export errors", "the connector space of "+text(list(t.unread, 4))+" could not be counted",
			"Look at the last export in Synchronization Service Manager after the installation.", product.LinkSyncErrors, t.seen...)}
	case t.sum.ImportErrors > 0:
		f.Severity, f.Title = Note, plural(t.sum.ImportErrors, "object")+" with import errors"
		f.Consequence = "Those objects are not read."
		f.Fix = "Review them in Synchronization Service Manager after the installation."
	default:
		f.Severity, f.Title = Pass, "No object has an export error"
	}
	return []Finding{f}
}

// judgeExports compares the pending deletions with the threshold against
// accidental deletes, which counts deletions in Microsoft Entra ID only.
func judgeExports(s site) []Finding {
	const id = "history.deletes"
	t := s.tally(func(n facts.Counts) string {
		return fmt.Sprintf("%d pending exports: %d adds, %d updates, %d deletes", n.Exports(), n.ExportAdd, n.ExportUpdate, n.ExportDelete+n.ExportDeleteAdd)
	})
	limit, on, source := s.threshold()
	f := Finding{
		ID: id, Area: AreaHistory, Link: product.LinkAccidentalDelete,
		Evidence: append(t.seen, Evidence{Value: source, Source: "global settings", At: s.set.ADSync.Settings.At}),
	}
	if len(t.unread) > 0 || len(t.seen) == 0 {
		return []Finding{unknown(id, AreaHistory, "Pending deletions", "the connector space of "+text(list(t.unread, 4))+" could not be counted",
			"Review the pending exports before you leave staging mode.", product.LinkAccidentalDelete, f.Evidence...)}
	}
	deletes := t.sum.ExportDelete + t.sum.ExportDeleteAdd
	if deletes == 0 {
		f.Severity, f.Title, f.Summary = Pass, "No deletion is pending", plural(t.sum.Exports(), "pending export")
		return []Finding{f}
	}
	inEntra := int64(0)
	if c := s.set.ADSync.Entra(); c != nil {
		inEntra = c.Counts.Value.ExportDelete + c.Counts.Value.ExportDeleteAdd
	}
	f.Severity = Warning
	f.Title = fmt.Sprintf("%s of %s pending exports are deletions", count(deletes), count(t.sum.Exports()))
	if deletes == 1 {
		f.Title = fmt.Sprintf("1 of %s pending exports is a deletion", count(t.sum.Exports()))
	}
	f.Consequence = "They are carried out as soon as this server leaves staging mode."
	f.Fix = "Look at each before you leave staging mode: Additional tasks, Pending exports, lists them, and so does /review /csv:FILE."
	switch {
	case !on:
		f.Summary = "Nothing stops them: the protection against accidental deletes is off"
		f.Fix += " Enable-ADSyncExportDeletionThreshold turns the protection on."
	case limit > 0 && inEntra > limit:
		f.Title = fmt.Sprintf("%s in Microsoft Entra ID, more than the threshold of %s", plural(inEntra, "pending deletion"), count(limit))
		f.Summary = "The export would stop with stopped-deletion-threshold-exceeded"
		f.Consequence = "So many deletions mostly mean that a domain, a unit or a rule has dropped out of the scope. The export stops and deletes nothing."
	case limit > 0:
		f.Summary = fmt.Sprintf("Below the threshold of %s; review them before leaving staging mode", count(limit))
	default:
		f.Summary = "The threshold cannot be read"
	}
	return []Finding{f}
}

// threshold gives the limit of deletions in one export, whether it is on, and
// both in words. limit is 0 when it cannot be read.
func (s site) threshold() (limit int64, on bool, words string) {
	on = s.set.ADSync.On(facts.SettingDeletionThreshold)
	value, ok := s.set.ADSync.Setting(facts.SettingDeletionLimit)
	if _, there := s.set.ADSync.Setting(facts.SettingDeletionThreshold); !there {
		return 0, true, "threshold: not in the settings"
	}
	if !on {
		return 0, false, "threshold: off"
	}
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if !ok || err != nil {
		return 0, true, "threshold: " + text(value)
	}
	return n, true, "threshold: " + count(n)
}
