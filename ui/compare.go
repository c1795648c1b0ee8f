package ui

import (
	"strconv"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// comparePage is the page Compare, of Additional tasks: what the other side is, and
// what came of the comparison, worst first.
type comparePage struct {
	afterBase
	object  *fyne.Container
	ask     *fyne.Container
	folder  fyne.CanvasObject
	sql     fyne.CanvasObject
	how     *fyne.Container
	path    *kit.Entry
	run     *kit.Button
	stop    *kit.Button
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
	p.ask = p.questions(st.Comparison().Answer)
	p.result = kit.Column(12, p.verdict, p.tiles, p.notes, p.filter, p.list)
	p.object = kit.Column(18, p.ask, p.result)
	return p
}

// submit is Enter behind the path or the name of a server.
func (p *comparePage) submit(s setup.State) {
	if s.CanCompare() {
		p.shell.session.Dispatch(setup.ComparePressed{})
	}
}

// edit changes what is compared.
func (p *comparePage) edit(change func(*setup.CompareAnswer)) {
	answer := p.shell.session.State().Comparison().Answer
	change(&answer)
	p.shell.session.Dispatch(setup.CompareEdited{Answer: answer})
}

// questions asks for the other side.
func (p *comparePage) questions(a setup.CompareAnswer) *fyne.Container {
	k := p.shell.keys
	kind, role := "folder", "active"
	if a.Database {
		kind = "database"
	}
	if a.OtherIsNew {
		role = "new"
	}
	kinds := kit.NewRadio(k, false, kind, []kit.Choice{
		{Value: "folder", Label: tr("compare.folder")}, {Value: "database", Label: tr("compare.database")},
	}, p.shell.canvas.Focus, func(v string) { p.edit(func(a *setup.CompareAnswer) { a.Database = v == "database" }) })
	roles := kit.NewRadio(k, false, role, []kit.Choice{
		{Value: "active", Label: tr("compare.isactive")}, {Value: "new", Label: tr("compare.isnew")},
	}, p.shell.canvas.Focus, func(v string) { p.edit(func(a *setup.CompareAnswer) { a.OtherIsNew = v == "new" }) })
	p.path = kit.NewEntry(k, a.Path, `C:\ADSyncExport`, func(t string) { p.edit(func(a *setup.CompareAnswer) { a.Path = t }) })
	server := kit.NewEntry(k, a.Server, `SQL01\HYBRID`, func(t string) { p.edit(func(a *setup.CompareAnswer) { a.Server = t }) })
	name := kit.NewEntry(k, a.Name, "ADSync", func(t string) { p.edit(func(a *setup.CompareAnswer) { a.Name = t }) })
	folder := kit.Column(8, kit.NewField(tr("compare.path"), tr("compare.path.hint"), p.path).Object())
	if p.shell.hooks.PickFolder != nil {
		folder.Add(kit.Line(0, 0, kit.NewButton(k, kit.Small, tr("button.browse"), func() {
			p.shell.hooks.PickFolder(func(t string) { p.path.SetText(t) })
		})))
	}
	copyHow := kit.NewButton(k, kit.Small, tr("button.copytext"), func() { p.shell.hooks.copy(compare.How) })
	p.how = kit.Column(6, kit.Muted(tr("compare.how")), kit.Mono(compare.How), kit.Line(0, 0, copyHow))
	folder.Add(p.how)
	p.folder = folder
	p.sql = kit.Row(14, []float32{kit.Rest, kit.Rest},
		kit.NewField(tr("components.server"), tr("compare.server.hint"), server).Object(),
		kit.NewField(tr("components.database"), "", name).Object())
	p.run = kit.NewButton(k, kit.Small, tr("compare.run"), func() { p.shell.session.Dispatch(setup.ComparePressed{}) })
	p.stop = kit.NewButton(k, kit.Small, tr("button.cancel"), func() { p.shell.session.Dispatch(setup.CancelPressed{}) })
	return kit.Column(12, kit.Bold(tr("compare.with")), kit.Line(26, 8, kinds.Objects()...), p.folder, p.sql,
		kit.Line(26, 8, roles.Objects()...), kit.Line(10, 8, p.run, p.stop))
}

func (p *comparePage) Object() fyne.CanvasObject { return p.object }

func (p *comparePage) Head(s setup.State) (title, subtitle string) {
	return afterHead(s, "compare.title")
}

func (p *comparePage) First() fyne.Focusable { return p.path }

func (p *comparePage) Actions(s setup.State) []action {
	off := s.Busy != nil || s.Comparison().Report == nil
	return append([]action{{text: tr("compare.save"), look: kit.Small, off: off, do: func() {
		p.shell.saveAs(tr("compare.save.title"), "comparison.html", tr("save.hint"), func(path string) setup.Event { return setup.CompareSavePressed{Path: path} })
	}}}, p.reading(s))
}

func (p *comparePage) Update(s setup.State) {
	c := s.Comparison()
	show(p.folder, !c.Answer.Database)
	show(p.sql, c.Answer.Database)
	show(p.how, c.Report == nil)
	busy := s.Busy != nil && s.Busy.Task == setup.TaskCompare
	show(p.stop, busy)
	if s.CanCompare() {
		p.run.Enable()
	} else {
		p.run.Disable()
	}
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
