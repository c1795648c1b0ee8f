package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// pendingSummary shows what waits in numbers: a card of connectors, worst first,
// each opening to its types, OUs and errors; then the charts.
type pendingSummary struct {
	shell  *Shell
	object *fyne.Container
	card   *fyne.Container
	charts *fyne.Container
	open   map[string]bool
	made   memo
}

func newPendingSummary(s *Shell) *pendingSummary {
	p := &pendingSummary{shell: s, card: kit.Over(), charts: kit.Column(14), open: map[string]bool{}}
	p.object = kit.Column(16, p.card, p.charts)
	return p
}

func (p *pendingSummary) update(sum *pending.Summary, s setup.State) {
	show(p.object, sum != nil)
	if sum == nil || !p.made.changed(sum, s.Busy == nil) {
		return
	}
	rows := make([]fyne.CanvasObject, len(sum.Connectors))
	for i, c := range sum.Connectors {
		rows[i] = p.connector(*sum, c, s.Busy == nil)
	}
	p.card.Objects = kit.CardParts(rows)
	p.charts.Objects = pendingCharts(*sum)
}

func (p *pendingSummary) connector(sum pending.Summary, c pending.Connector, idle bool) fyne.CanvasObject {
	text := kit.Column(1, kit.Bold(c.Name), kit.NewText(kit.Span{Text: c.Says, Size: kit.SizeSmall}), kit.Muted(numbersText(c)))
	head := kit.Row(0, []float32{colWaiting(), kit.Rest}, pendingMark(c.Severity), text)
	return kit.NewExpander(p.shell.keys, head, kit.Inset(colWaiting(), 8, 0, 2, p.body(sum, c, idle)), p.open[c.ID], func(on bool) {
		p.open[c.ID] = on
		p.shell.relayout()
	})
}

// pendingMark is the severity of pending exports, in words of their own: nothing
// is blocked by them.
func pendingMark(s preflight.Severity) fyne.CanvasObject {
	switch s {
	case preflight.Blocked:
		return mark(kit.IconCross, kit.ColorDanger, tr("pending.danger"))
	case preflight.Warning:
		return mark(kit.IconWarning, kit.ColorWarning, tr("pending.look"))
	case preflight.Note:
		return mark(kit.IconNote, kit.ColorNote, tr("pending.waits"))
	default:
		return mark(kit.IconCheck, kit.ColorSuccess, tr("pending.nothing"))
	}
}

// numbersText is a connector's numbers on one line.
func numbersText(c pending.Connector) string {
	parts := []string{tr("pending.objects", thousands(c.Objects))}
	parts = append(parts, countsText(c.Exports)...)
	if n := c.Exports.Total(); n > 0 {
		parts = append(parts, tr("pending.share", c.Share(n)))
	}
	if n := c.Imports.Total(); n > 0 {
		parts = append(parts, tr("pending.imports", thousands(n)))
	}
	return strings.Join(parts, " · ")
}

// countsText names the operations there are, what is lost first.
func countsText(c pending.Counts) []string {
	var out []string
	for _, o := range pending.Operations() {
		if n := c.Of(o); n > 0 {
			out = append(out, amount("pending.amount."+o.String(), n))
		}
	}
	return out
}

// amount is count for numbers that may be large.
func amount(key string, n int64) string {
	if n == 1 {
		return tr(key + ".one")
	}
	return tr(key+".many", thousands(n))
}

// mostLines is how many OUs of a connector are shown.
const mostLines = 12

func (p *pendingSummary) body(sum pending.Summary, c pending.Connector, idle bool) fyne.CanvasObject {
	col := kit.Column(6)
	section := func(title string, lines [][2]string) {
		if len(lines) == 0 {
			return
		}
		col.Add(kit.Inset(0, 4, 0, 0, kit.Bold(title)))
		for _, l := range lines {
			col.Add(kit.Row(14, []float32{kit.Rest, kit.Rest}, kit.NewText(kit.Span{Text: l[0], Size: kit.SizeSmall}), kit.Muted(l[1])))
		}
	}
	var types [][2]string
	for _, t := range c.Types {
		if t.Exports.Total() > 0 {
			types = append(types, [2]string{t.Type, strings.Join(countsText(t.Exports), " · ")})
		}
	}
	section(tr("pending.bytype"), types)
	section(tr("pending.byou"), containerLines(c.Containers))
	if c.Containers == nil && c.Exports.Total() > 0 {
		ask := kit.NewButton(p.shell.keys, kit.Small, tr("pending.byou.ask"), func() {
			p.shell.session.Dispatch(setup.PendingContainersAsked{Connector: c.ID})
		})
		enable(ask, idle)
		col.Add(kit.Line(0, 0, ask))
	}
	p.errors(col, sum, c)
	if len(col.Objects) == 0 {
		col.Add(kit.Muted(tr("pending.nothing.more")))
	}
	return col
}

func containerLines(list []pending.Container) [][2]string {
	var out [][2]string
	for i, n := range list {
		if i == mostLines {
			return append(out, [2]string{count("pending.more", len(list)-i), ""})
		}
		name := n.DN
		if n.ID == "" {
			name = tr("pending.nowhere")
		}
		out = append(out, [2]string{name, strings.Join(countsText(n.Exports), " · ")})
	}
	return out
}

// errors shows a connector's errors with what they mean and what to do.
func (p *pendingSummary) errors(col *fyne.Container, sum pending.Summary, c pending.Connector) {
	first := true
	for _, g := range sum.Errors {
		if g.Connector != c.ID {
			continue
		}
		if first {
			col.Add(kit.Inset(0, 4, 0, 0, kit.Bold(tr("pending.errors"))))
			first = false
		}
		kind := tr("pending.error.export")
		if g.Import {
			kind = tr("pending.error.import")
		}
		head := fmt.Sprintf("%s · %s · %s", g.Code, kind, count("pending.error.objects", int(g.Objects)))
		if !g.Since.IsZero() {
			head += " · " + tr("pending.since", dateTime(g.Since))
		}
		col.Add(kit.NewText(kit.Span{Text: head, Size: kit.SizeSmall, Bold: true, Color: kit.ColorDanger}))
		col.Add(kit.NewText(kit.Span{Text: g.Meaning.What + " " + g.Meaning.Fix, Size: kit.SizeSmall}))
		if g.Meaning.Link != "" {
			col.Add(kit.Line(0, 0, kit.NewSmallLink(p.shell.keys, tr("finding.link"), func() { p.shell.openURL(g.Meaning.Link) })))
		}
	}
}

// pendingText is the summary as plain lines for the clipboard.
func pendingText(sum pending.Summary) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n\n", tr("pending.title"), dateTime(sum.At))
	for _, c := range sum.Connectors {
		fmt.Fprintf(&b, "%s\n    %s\n    %s\n", c.Name, c.Says, numbersText(c))
		for _, l := range containerLines(c.Containers) {
			fmt.Fprintf(&b, "    %s: %s\n", l[0], l[1])
		}
		for _, g := range sum.Errors {
			if g.Connector == c.ID {
				fmt.Fprintf(&b, "    %s: %s. %s %s\n", g.Code, count("pending.error.objects", int(g.Objects)), g.Meaning.What, g.Meaning.Fix)
			}
		}
	}
	return b.String()
}
