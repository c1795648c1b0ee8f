package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// check is the page Check: what was recovered, and the findings.
type check struct {
	base
	shell  *Shell
	object *fyne.Container
	tiles  *fyne.Container
	none   *kit.Text
	filter *kit.Radio
	list   *findings
	take   *takeOver
	only   bool
	state  setup.State
	made   memo
}

func newCheck(s *Shell, st setup.State) *check {
	p := &check{shell: s, tiles: kit.Grid(10, 150, 4), list: newFindings(s), none: kit.Muted(tr("check.none"))}
	p.filter = kit.NewRadio(s.keys, false, "all", []kit.Choice{
		{Value: "all", Label: tr("check.all")}, {Value: "only", Label: tr("check.only")},
	}, s.canvas.Focus, func(v string) {
		p.only = v == "only"
		p.Update(p.state)
		s.relayout()
	})
	p.take = newTakeOver(s, st)
	p.object = kit.Column(14, p.tiles, kit.Line(26, 6, p.filter.Objects()...), p.none, p.list.card)
	return p
}

func (p *check) Object() fyne.CanvasObject { return p.object }

func (p *check) Head(s setup.State) (title, subtitle string) {
	if s.Facts == nil {
		return tr("check.title"), tr("check.reading")
	}
	return tr("check.title"), tr("check.subtitle")
}

func (p *check) Actions(s setup.State) []action {
	return []action{
		{text: tr("button.copytext"), look: kit.Small, off: s.Facts == nil, do: func() { p.shell.hooks.copy(p.text()) }},
		{text: tr("check.again"), look: kit.Secondary, off: s.Busy != nil, do: func() { p.shell.session.Dispatch(setup.CheckPressed{}) }},
	}
}

func (p *check) Update(s setup.State) {
	p.state = s
	if p.made.changed(s.Facts, s.Now.Format("2006-01-02 15")) {
		p.tiles.Objects = nil
		if s.Facts != nil {
			p.tiles.Objects = tiles(*s.Facts, s.Now, preflight.SignInKept(s.Findings))
		}
	}
	shown := s.Findings
	if p.only {
		shown = nil
		for _, f := range s.Findings {
			if f.Severity != preflight.Pass && f.Severity != preflight.Note {
				shown = append(shown, f)
			}
		}
	}
	p.list.ask(claimFinding, p.take.update(s))
	p.list.update(shown)
	show(p.none, len(shown) == 0 && s.Facts != nil)
	for _, o := range p.filter.Objects() {
		show(o, len(s.Findings) > 0)
	}
}

// laidOut keeps the field in sight that is typed into: its finding gets another place
// in the list once the name is right.
func (p *check) laidOut() {
	if e := p.take.entry; p.shell.canvas.Focused() == fyne.Focusable(e) {
		p.shell.reveal(e)
	}
}

// text is the whole page for the clipboard.
func (p *check) text() string {
	var b strings.Builder
	b.WriteString(tr("check.title") + ": " + where(p.state) + "\n\n")
	if p.state.Facts != nil {
		for _, t := range summary(*p.state.Facts, p.state.Now, preflight.SignInKept(p.state.Findings)) {
			b.WriteString(t.large + " – " + t.small + "\n")
		}
		b.WriteString("\n")
	}
	b.WriteString(findingsText(p.state.Findings))
	return b.String()
}
