package ui

import (
	"maps"
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// comparePage is the page Compare, of Additional tasks: what the other side is, and
// what came of the comparison, worst first.
type comparePage struct {
	afterBase
	object  *fyne.Container
	ask     *compareForm
	result  *fyne.Container
	verdict *kit.Text
	tiles   *fyne.Container
	notes   *kit.Text
	filter  *fyne.Container
	list    *fyne.Container
	only    compare.Severity // "" for all that needs an admin
	open    map[string]bool
	report  *compare.Report
	made    memo
	listed  memo
}

func newCompare(s *Shell, st setup.State) *comparePage {
	p := &comparePage{
		afterBase: afterBase{shell: s}, verdict: kit.Bold(""), notes: kit.Muted(""), open: map[string]bool{},
		tiles: kit.Grid(10, 150, 3), list: kit.Over(), filter: kit.Line(20, 6),
	}
	p.ask = newCompareForm(s, st)
	p.result = kit.Column(12, p.verdict, p.tiles, p.notes, p.filter, p.list)
	p.object = kit.Column(18, p.ask.object, p.result)
	return p
}

// submit is Enter behind the path or the name of a server.
func (p *comparePage) submit(s setup.State) {
	if s.CanCompare() {
		p.shell.session.Dispatch(setup.ComparePressed{})
	}
}

func (p *comparePage) Object() fyne.CanvasObject { return p.object }

func (p *comparePage) Head(s setup.State) (title, subtitle string) {
	return afterHead(s, "compare.title")
}

func (p *comparePage) First() fyne.Focusable { return p.ask.path }

// Fields gives the inputs beside which their problems are shown.
func (p *comparePage) Fields() []problem.Field { return slices.Collect(maps.Keys(p.ask.fields)) }

func (p *comparePage) Actions(s setup.State) []action {
	off := s.Busy != nil || s.Comparison().Report == nil
	return append([]action{{text: tr("compare.save"), look: kit.Small, off: off, do: func() {
		p.shell.saveFile(saveSpec{
			title: tr("compare.save.title"), name: "comparison.html", hint: tr("save.hint"), check: setup.SaveProblem,
			event: func(path string) setup.Event { return setup.CompareSavePressed{Path: path} },
		})
	}}}, p.reading(s))
}

func (p *comparePage) Update(s setup.State) {
	c := s.Comparison()
	p.ask.update(s)
	p.report = c.Report
	show(p.result, c.Report != nil)
	if c.Report == nil || !p.made.changed(c.Report) {
		return
	}
	r := *c.Report
	clear(p.open)
	p.only = ""
	p.verdict.SetText(r.Verdict())
	p.tiles.Objects = nil
	for _, v := range compare.Severities() {
		p.tiles.Add(kit.Tile(strconv.Itoa(r.Counts.Of(v)), v.Word()))
	}
	note := tr("compare.sides", r.Active.Name(), r.Active.About(), r.New.Name(), r.New.About())
	for _, n := range r.Notes {
		note += "\n" + n
	}
	p.notes.SetText(note)
	p.choices()
	p.fill()
}

// choices lets the admin choose which differences are shown.
func (p *comparePage) choices() {
	choices := []kit.Choice{{Value: "", Label: tr("compare.all")}}
	for _, v := range compare.Severities() {
		choices = append(choices, kit.Choice{Value: string(v), Label: v.Word()})
	}
	radio := kit.NewRadio(p.shell.keys, false, string(p.only), choices, p.shell.canvas.Focus, func(v string) {
		p.only = compare.Severity(v)
		p.fill()
		p.shell.relayout()
	})
	p.filter.Objects = radio.Objects()
	show(p.filter, p.report != nil && len(p.report.Differences) > 0)
}
