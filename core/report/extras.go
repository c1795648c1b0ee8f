package report

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// How many objects that wait a report lists: the first ones of each connector, or
// as many as there are up to a maximum for the whole report, beyond which nobody
// reads a page. The list as CSV has no maximum.
const (
	RowsFirst = 100
	RowsMost  = 10_000
)

// containersShown is how many OUs of a connector are written, those that lose most first.
const containersShown = 20

// PendingExports is what waits in the connector spaces, with the objects themselves.
type PendingExports struct {
	Summary pending.Summary `json:"summary"`
	Lists   []PendingList   `json:"lists,omitempty"` // of connectors with pending exports
}

// PendingList is the beginning of one connector's list, deletions first.
type PendingList struct {
	Connector string        `json:"connector"` // id
	Name      string        `json:"name"`
	Total     int64         `json:"total"` // of the whole list, as Rows may be its beginning
	Rows      []pending.Row `json:"rows"`
}

// pendingView is PendingExports as it is written.
type pendingView struct {
	Counted    string
	Threshold  string
	Connectors []pendingConnector
	Errors     []pair
	Unknown    []string
	Lists      []pendingListView
}

// pendingConnector is one connector in numbers.
type pendingConnector struct {
	pending.Connector
	Waits, Gone int64
	ByType      []string
	ByOU        []ouView
	MoreOUs     int
}

type ouView struct {
	DN         string
	All, Gone  int64
	OutOfPlace bool // joined to no object of a directory any more
}

// pendingListView is one list with what is left out of it.
type pendingListView struct {
	Name, Extent string
	Rows         []pendingRow
}

type pendingRow struct{ Operation, Type, Name, DN, Error string }

// newPendingView puts numbers and objects into words. nil when nobody asked for them.
func newPendingView(p *PendingExports) *pendingView {
	if p == nil {
		return nil
	}
	s := p.Summary
	v := &pendingView{Counted: stamp(s.At), Threshold: thresholdText(s.Threshold)}
	for _, c := range s.Connectors {
		v.Connectors = append(v.Connectors, connectorNumbers(c))
	}
	for _, g := range s.Errors {
		v.Errors = append(v.Errors, pair{errorText(s, g), strings.TrimSpace(g.Meaning.What + " " + g.Meaning.Fix)})
	}
	v.Unknown = append(v.Unknown, s.Notes...)
	for _, column := range s.Lacks {
		v.Unknown = append(v.Unknown, "This version has no column "+column+": what it would hold is not known.")
	}
	for _, l := range p.Lists {
		v.Lists = append(v.Lists, listView(l))
	}
	return v
}

// reviewHeadline says how a database stands that was read for Additional tasks.
func reviewHeadline(r Record) (string, preflight.Severity) {
	text, worst := "Whether the server is in staging mode can't be read.", preflight.Unknown
	if r.Facts != nil && r.Facts.ADSync.Settings.State == facts.IsKnown {
		text, worst = "The server is not in staging mode: it exports.", preflight.Note
		if r.Facts.ADSync.On(facts.SettingStagingMode) {
			text = "The server is in staging mode: it exports nothing."
		}
	}
	if r.PendingExports == nil {
		return text, worst
	}
	var waits, gone int64
	for _, c := range r.PendingExports.Summary.Connectors {
		waits, gone = waits+c.Exports.Total(), gone+c.Exports.Gone()
		if c.Severity.Rank() < worst.Rank() {
			worst = c.Severity
		}
	}
	return fmt.Sprintf("%s Exports that wait: %d, of them deletions: %d.", text, waits, gone), worst
}

func thresholdText(t pending.Threshold) string {
	switch {
	case !t.Known:
		return "The threshold against accidental deletes can't be read."
	case !t.On:
		return "The protection against accidental deletes is off."
	default:
		return fmt.Sprintf("An export with %d deletions or more is stopped.", t.Limit)
	}
}

func connectorNumbers(c pending.Connector) pendingConnector {
	v := pendingConnector{Connector: c, Waits: c.Exports.Total(), Gone: c.Exports.Gone()}
	for _, t := range c.Types {
		if n := t.Exports.Total(); n > 0 {
			name := t.Type
			if name == "" {
				name = "(no type)"
			}
			v.ByType = append(v.ByType, fmt.Sprintf("%s: %d of %d", name, n, t.Objects))
		}
	}
	for i, o := range c.Containers {
		if i == containersShown {
			v.MoreOUs = len(c.Containers) - i
			break
		}
		v.ByOU = append(v.ByOU, ouView{DN: o.DN, All: o.Exports.Total(), Gone: o.Exports.Gone(), OutOfPlace: o.DN == ""})
	}
	return v
}

// errorText says how often an error is there, and where.
func errorText(s pending.Summary, g pending.ErrorGroup) string {
	name, kind := g.Connector, "export"
	for _, c := range s.Connectors {
		if c.ID == g.Connector {
			name = c.Name
		}
	}
	if g.Import {
		kind = "import"
	}
	text := fmt.Sprintf("%s: %s at %s, objects: %d", name, g.Code, kind, g.Objects)
	if !g.Since.IsZero() {
		text += ", since " + stamp(g.Since)
	}
	return text
}

func listView(l PendingList) pendingListView {
	v := pendingListView{Name: l.Name, Extent: fmt.Sprintf("All %d objects.", l.Total)}
	if n := int64(len(l.Rows)); n < l.Total {
		v.Extent = fmt.Sprintf("The first %d of %d objects, deletions first; the list as CSV holds all of them.", n, l.Total)
	}
	for _, r := range l.Rows {
		row := pendingRow{Operation: r.Operation.String(), Type: r.Type, Name: r.Name, DN: r.DN, Error: r.Error}
		if r.Sign != "" && r.Sign != r.Name {
			row.Name = strings.TrimSpace(r.Name + " " + r.Sign)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// comparisonView is a comparison as it is written.
type comparisonView struct {
	Active, New, Verdict, At string
	Notes                    []string
	Parts                    []comparisonPart
	Left                     []compare.Gap
}

// comparisonPart is the differences of one severity.
type comparisonPart struct {
	Mark, Word, Class string
	Count             int
	Groups            []comparisonGroup
}

type comparisonGroup struct {
	Area        string
	Differences []differenceView
}

type differenceView struct {
	compare.Difference
	Was, Is []compare.Span // before and after, with what differs marked
}

// newComparisonView puts a comparison into words. nil when nobody asked for one.
func newComparisonView(r *compare.Report) *comparisonView {
	if r == nil {
		return nil
	}
	v := &comparisonView{
		Active: r.Active.Name() + " – " + r.Active.About(), New: r.New.Name() + " – " + r.New.About(),
		Verdict: r.Verdict(), At: stamp(r.At), Notes: r.Notes, Left: r.NotCompared,
	}
	classes := map[compare.Severity]preflight.Severity{compare.Dangerous: preflight.Blocked, compare.Attention: preflight.Warning, compare.Expected: preflight.Pass}
	for _, s := range compare.Severities() {
		p := comparisonPart{Mark: s.Mark(), Word: s.Word(), Class: severityClass(classes[s]), Count: r.Counts.Of(s)}
		for _, g := range r.Groups(s) {
			group := comparisonGroup{Area: string(g.Area)}
			for _, d := range g.Differences {
				was, is := compare.Emphasis(printable(d.Before), printable(d.After))
				group.Differences = append(group.Differences, differenceView{d, was, is})
			}
			p.Groups = append(p.Groups, group)
		}
		v.Parts = append(v.Parts, p)
	}
	return v
}

// printable is clean for texts whose lines count, such as rules.
func printable(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		indent := len(l) - len(strings.TrimLeft(l, " \t"))
		lines[i] = strings.Repeat(" ", indent) + clean(l)
	}
	return strings.Join(lines, "\n")
}
