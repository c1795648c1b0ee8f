package ui

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// mostRows bounds how many differences the page shows of one severity: beyond it
// nobody reads on, and the saved file has them all.
const mostRows = 200

// fill shows the differences that are asked for, grouped by area.
func (p *comparePage) fill() {
	if p.report == nil || !p.listed.changed(p.report, p.only) {
		return
	}
	var parts []fyne.CanvasObject
	for _, v := range compare.Severities() {
		if p.only == "" || p.only == v {
			parts = append(parts, p.severity(v)...)
		}
	}
	if len(parts) == 0 && len(p.report.Differences) > 0 {
		parts = append(parts, kit.Muted(tr("compare.nothing")))
	}
	p.list.Objects = []fyne.CanvasObject{kit.Column(18, parts...)}
}

// severity gives the cards of one severity, one for each area.
func (p *comparePage) severity(v compare.Severity) []fyne.CanvasObject {
	var parts []fyne.CanvasObject
	shown := 0
	for _, g := range p.report.Groups(v) {
		var rows []fyne.CanvasObject
		for _, d := range g.Differences {
			if shown == mostRows {
				break
			}
			shown++
			rows = append(rows, p.row(string(v)+strconv.Itoa(shown), d))
		}
		if len(rows) > 0 {
			parts = append(parts, kit.Column(6, kit.Line(18, 4, kit.Bold(string(g.Area)), differs(v)), kit.Card(rows...)))
		}
	}
	if more := p.report.Counts.Of(v) - shown; more > 0 {
		parts = append(parts, kit.Muted(tr("compare.more", more)))
	}
	return parts
}

// differs is icon and word of a severity: never colour alone.
func differs(v compare.Severity) fyne.CanvasObject {
	switch v {
	case compare.Dangerous:
		return mark(kit.IconCross, kit.ColorDanger, v.Word())
	case compare.Attention:
		return mark(kit.IconWarning, kit.ColorWarning, v.Word())
	default:
		return mark(kit.IconCheck, kit.ColorSuccess, v.Word())
	}
}

// row is one difference: what and the effect, and, opened, both sides.
func (p *comparePage) row(key string, d compare.Difference) fyne.CanvasObject {
	head := kit.Column(1, kit.NewText(kit.Span{Text: d.Title + "  ", Bold: true}, kit.Span{Text: string(d.Change), Color: kit.ColorMuted, Size: kit.SizeSmall}),
		kit.Muted(d.Object), kit.NewText(kit.Span{Text: d.Effect, Size: kit.SizeSmall}))
	before, after := compare.Emphasis(d.Before, d.After)
	sides := kit.Row(18, []float32{kit.Rest, kit.Rest},
		kit.Column(3, kit.Muted(tr("compare.active")), sideText(before, kit.ColorDanger)),
		kit.Column(3, kit.Muted(tr("compare.new")), sideText(after, kit.ColorSuccess)))
	body := kit.Column(8, sides)
	if len(d.Details) > 0 {
		body.Add(kit.Muted(strings.Join(d.Details, "\n")))
	}
	return kit.NewExpander(p.shell.keys, head, kit.Inset(0, 8, 0, 2, body), p.open[key], func(on bool) {
		p.open[key] = on
		p.shell.relayout()
	})
}

// sideText shows one side of a difference with what differs set off, bold and in
// colour.
func sideText(spans []compare.Span, color fyne.ThemeColorName) fyne.CanvasObject {
	if len(spans) == 0 {
		return kit.Muted(tr("compare.notthere"))
	}
	out := make([]kit.Span, len(spans))
	for i, s := range spans {
		out[i] = kit.Span{Text: s.Text, Size: kit.SizeSmall, Mono: true}
		if !s.Same {
			out[i].Bold, out[i].Color = true, color
		}
	}
	return kit.NewText(out...)
}
