package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// overview is the page View the configuration, of Additional tasks: everything that
// the database says, a section a row. It is for reading, searching and copying.
type overview struct {
	afterBase
	object   *fyne.Container
	tiles    *fyne.Container
	search   *kit.Entry
	find     *fyne.Container
	none     *kit.Text
	card     *fyne.Container
	open     map[string]bool
	words    string
	sections []review.Section
	facts    memo
	made     memo
}

func newOverview(s *Shell) *overview {
	p := &overview{
		afterBase: afterBase{shell: s}, tiles: kit.Grid(10, 150, 4), card: kit.Over(), none: kit.Muted(tr("overview.none")),
		open: map[string]bool{"database": true},
	}
	p.search = kit.NewEntry(s.keys, "", tr("overview.search"), func(t string) {
		p.words = strings.ToLower(strings.TrimSpace(t))
		p.fill()
		s.relayout()
	})
	p.find = kit.Limited(420, p.search)
	p.object = kit.Column(14, p.tiles, p.find, p.none, p.card)
	return p
}

func (p *overview) Object() fyne.CanvasObject { return p.object }

func (p *overview) Head(s setup.State) (title, subtitle string) {
	return afterHead(s, "overview.title")
}

func (p *overview) First() fyne.Focusable { return p.search }

func (p *overview) Actions(s setup.State) []action {
	copyIt := action{text: tr("button.copytext"), look: kit.Small, off: len(p.sections) == 0, do: func() { p.shell.hooks.copy(review.OverviewText(p.sections)) }}
	return append([]action{copyIt}, p.afterBase.Actions(s)...)
}

func (p *overview) Update(s setup.State) {
	known := s.After != nil && s.After.Facts != nil
	for _, o := range []fyne.CanvasObject{p.tiles, p.find, p.card} {
		show(o, known)
	}
	show(p.none, false)
	if !known {
		p.sections = nil
		return
	}
	if p.facts.changed(s.After.Facts) {
		p.sections = review.Overview(*s.After.Facts)
		p.tiles.Objects = tiles(*s.After.Facts, s.Now, true)
	}
	p.fill()
}

// fill shows the sections in which the words are found, all of them open then.
func (p *overview) fill() {
	shown := p.found()
	show(p.none, len(shown) == 0 && len(p.sections) > 0)
	show(p.card, len(shown) > 0)
	if !p.made.changed(shown, p.words != "") {
		return
	}
	rows := make([]fyne.CanvasObject, 0, len(shown))
	for _, x := range shown {
		rows = append(rows, p.section(x))
	}
	p.card.Objects = kit.CardParts(rows)
}

// found gives the sections with the rows that hold the words.
func (p *overview) found() []review.Section {
	if p.words == "" {
		return p.sections
	}
	var out []review.Section
	for _, x := range p.sections {
		hit := x
		hit.Rows = nil
		whole := strings.Contains(strings.ToLower(x.Title), p.words)
		for _, r := range x.Rows {
			if whole || strings.Contains(strings.ToLower(r.Name+"\n"+strings.Join(r.Values, "\n")), p.words) {
				hit.Rows = append(hit.Rows, r)
			}
		}
		if len(hit.Rows) > 0 {
			out = append(out, hit)
		}
	}
	return out
}

func (p *overview) section(x review.Section) fyne.CanvasObject {
	lines := make([]fyne.CanvasObject, 0, len(x.Rows))
	for _, r := range x.Rows {
		lines = append(lines, kit.Row(14, []float32{colName, kit.Rest},
			kit.Muted(r.Name), kit.NewText(kit.Span{Text: strings.Join(r.Values, "\n"), Size: kit.SizeSmall})))
	}
	return kit.NewExpander(p.shell.keys, kit.Bold(x.Title), kit.Inset(0, 8, 0, 2, kit.Column(6, lines...)), p.open[x.ID] || p.words != "", func(on bool) {
		p.open[x.ID] = on
		p.shell.relayout()
	})
}

// colName is the width in px of the names of a section's rows.
const colName = 230
