package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// pendingList is the list of objects: what to list, the rows of one page, and the
// way to the other pages. It never holds more than one page.
type pendingList struct {
	shell   *Shell
	object  *fyne.Container
	save    *kit.Button
	filters *fyne.Container
	words   *kit.Entry
	rows    *kit.List
	where   *kit.Text
	none    *kit.Text
	card    *fyne.Container
	pager   *fyne.Container
	turns   [4]*kit.Button // first, previous, next, last
	page    pending.Page
	query   pending.Query
	names   map[string]string // connectors by id
	idle    bool
	made    memo
}

// Sizes of the list in px.
const (
	listHeight = 420
	colOp      = 112
	colType    = 96
	colError   = 190
)

func newPendingList(s *Shell, st setup.State) *pendingList {
	p := &pendingList{shell: s, filters: kit.Grid(10, 150, 4), where: kit.Muted(""), none: kit.Muted(tr("pending.none")), names: map[string]string{}}
	p.query = reviewed(st).Query
	search := *s.keys
	search.Key = func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
			p.search()
			return
		}
		s.keys.Key(e)
	}
	p.words = kit.NewEntry(&search, p.query.Search, tr("pending.search"), nil)
	p.rows = kit.NewList(s.keys, listHeight, func() int { return len(p.page.Rows) }, newPendingRow, p.fill, p.openRow, p.turnKey)
	p.card = kit.Over(kit.NewBox(kit.ColorGround, kit.ColorBorder, 6), kit.Inset(1, 1, 1, 1, p.rows))
	for i, key := range []string{"pending.first", "pending.previous", "pending.next", "pending.last"} {
		p.turns[i] = kit.NewButton(s.keys, kit.Small, tr(key), func() { p.turn(i) })
	}
	p.pager = kit.RowCentered(8, []float32{kit.Rest}, p.where, p.turns[0], p.turns[1], p.turns[2], p.turns[3])
	p.save = kit.NewButton(s.keys, kit.Small, tr("pending.csv"), s.ShowSavePending)
	p.object = kit.Column(10, kit.RowCentered(8, []float32{kit.Rest}, kit.Bold(tr("pending.list")), p.save), p.filters, p.none, p.card, p.pager)
	return p
}

func (p *pendingList) update(r setup.Pending, s setup.State) {
	show(p.object, r.Summary != nil)
	p.idle = s.Busy == nil || s.Busy.Task == setup.TaskPending
	if r.Summary == nil || r.Page == nil {
		return
	}
	if p.made.changed(r.Summary) {
		p.choices(*r.Summary)
	}
	turned := p.page.Query != r.Page.Query || p.page.First != r.Page.First || p.page.Total != r.Page.Total
	p.page, p.query = *r.Page, r.Query
	if turned {
		p.rows.Begin()
	} else {
		p.rows.Refresh()
	}
	enable(p.save, s.Busy == nil && p.page.Total > 0)
	show(p.none, p.page.Total == 0)
	show(p.card, p.page.Total > 0)
	show(p.pager, p.page.Total > 0)
	p.where.SetText(tr("pending.where", thousands(p.page.First), thousands(p.page.First+int64(len(p.page.Rows))-1), thousands(p.page.Total)))
	for i, b := range p.turns {
		enable(b, p.idle && p.target(i) != nil)
	}
}

// choices makes the filters anew, for the connectors and types that there are.
func (p *pendingList) choices(sum pending.Summary) {
	canvas := func() fyne.Canvas { return p.shell.canvas }
	connectors := []kit.Choice{{Value: "", Label: tr("pending.all.connectors")}}
	types := []kit.Choice{{Value: "", Label: tr("pending.all.types")}}
	known := map[string]bool{}
	for _, c := range sum.Connectors {
		p.names[c.ID] = c.Name
		connectors = append(connectors, kit.Choice{Value: c.ID, Label: c.Name})
		for _, t := range c.Types {
			if (t.Exports.Total() > 0 || c.ImportErrors > 0) && !known[t.Type] {
				known[t.Type] = true
				types = append(types, kit.Choice{Value: t.Type, Label: t.Type})
			}
		}
	}
	what := []kit.Choice{{Value: "", Label: tr("pending.all")}}
	for _, o := range pending.Operations() {
		what = append(what, kit.Choice{Value: o.String(), Label: tr("pending.only." + o.String())})
	}
	what = append(what, kit.Choice{Value: string(pending.ShowExportErrors), Label: tr("pending.only.errors")},
		kit.Choice{Value: string(pending.ShowImportErrors), Label: tr("pending.only.imports")})
	containers := p.containers(sum)
	p.filters.Objects = []fyne.CanvasObject{
		kit.NewSelect(p.shell.keys, whatOf(p.query), what, canvas, p.chooseWhat),
		kit.NewSelect(p.shell.keys, p.query.Connector, connectors, canvas, func(v string) {
			p.ask(func(q *pending.Query) { q.Connector = v })
		}),
		kit.NewSelect(p.shell.keys, p.query.Type, types, canvas, func(v string) { p.ask(func(q *pending.Query) { q.Type = v }) }),
		kit.NewSelect(p.shell.keys, p.query.Container, containers, canvas, func(v string) {
			p.ask(func(q *pending.Query) { q.Container = v })
		}),
		p.words,
		kit.Line(0, 0, kit.NewButton(p.shell.keys, kit.Secondary, tr("pending.find"), p.search)),
	}
}

// containers are the OUs to choose from, those that the summary shows.
func (p *pendingList) containers(sum pending.Summary) []kit.Choice {
	out := []kit.Choice{{Value: "", Label: tr("pending.all.ous")}}
	known := map[string]bool{"": true}
	for _, c := range sum.Connectors {
		for i, n := range c.Containers {
			if i < mostLines && !known[n.ID] {
				known[n.ID] = true
				out = append(out, kit.Choice{Value: n.ID, Label: n.DN})
			}
		}
	}
	return out
}

func whatOf(q pending.Query) string {
	if q.Show != pending.ShowExports {
		return string(q.Show)
	}
	return q.Operation.String()
}

func (p *pendingList) chooseWhat(v string) {
	p.ask(func(q *pending.Query) {
		q.Show, q.Operation = pending.ShowExports, pending.Any
		if o, ok := pending.ParseOperation(v); ok {
			q.Operation = o
			return
		}
		q.Show = pending.Show(v)
	})
}

// search lists what the words say.
func (p *pendingList) search() {
	p.ask(func(q *pending.Query) { q.Search = strings.TrimSpace(p.words.Text) })
}

// ask lists another query.
func (p *pendingList) ask(change func(*pending.Query)) {
	q := p.query
	change(&q)
	if q != p.query {
		p.query = q
		p.shell.session.Dispatch(setup.PendingFiltered{Query: q})
	}
}

// target is where a button of the pager leads, nil for nowhere.
func (p *pendingList) target(button int) *pending.Cursor {
	switch button {
	case 0:
		if p.page.Prev != nil {
			return &pending.Cursor{}
		}
	case 1:
		return p.page.Prev
	case 2:
		return p.page.Next
	default:
		if p.page.Next != nil {
			return &pending.Cursor{End: true}
		}
	}
	return nil
}

func (p *pendingList) turn(button int) {
	if at := p.target(button); at != nil && p.idle {
		p.shell.session.Dispatch(setup.PendingTurned{Cursor: *at})
	}
}

func (p *pendingList) turnKey(down bool) {
	if down {
		p.turn(2)
		return
	}
	p.turn(1)
}

func (p *pendingList) openRow(i int) {
	p.shell.session.Dispatch(setup.PendingObjectAsked{ID: p.page.Rows[i].ID})
}

// pendingRow is the object of one row, filled again and again.
type pendingRow struct {
	widget.BaseWidget
	inner                    *fyne.Container
	icon                     *kit.Icon
	op, name, dn, kind, tail *kit.Cut
}

func newPendingRow() fyne.CanvasObject {
	small := kit.Span{Size: kit.SizeSmall}
	r := &pendingRow{
		icon: kit.NewIcon(kit.IconNote, kit.ColorNote, 11), op: kit.NewCut(small), name: kit.NewCut(kit.Span{Bold: true}),
		dn: kit.NewCut(small), kind: kit.NewCut(small), tail: kit.NewCut(small),
	}
	r.inner = kit.Inset(12, 3, 14, 3, kit.RowCentered(8, []float32{11, colOp, kit.Rest, colType, colError},
		r.icon, r.op, kit.Column(0, r.name, r.dn), r.kind, r.tail))
	r.ExtendBaseWidget(r)
	return r
}

// CreateRenderer makes the renderer.
func (r *pendingRow) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.inner) }

// operationIcons go with the words of operations, for who does not tell colours.
var operationIcons = map[pending.Operation]kit.IconName{
	pending.Delete: kit.IconCross, pending.DeleteAdd: kit.IconWarning, pending.Rename: kit.IconRight,
	pending.Add: kit.IconCheck, pending.Update: kit.IconNote,
}

// fill shows a row of the page.
func (p *pendingList) fill(i int, o fyne.CanvasObject) {
	r, ok := o.(*pendingRow)
	if !ok || i < 0 || i >= len(p.page.Rows) {
		return
	}
	row := p.page.Rows[i]
	word, color, icon := tr("pending.one.none"), kit.ColorMuted, kit.IconNote
	if row.Operation != pending.Any {
		word, color, icon = tr("pending.one."+row.Operation.String()), operationColors[row.Operation], operationIcons[row.Operation]
	}
	r.icon.Set(icon, color)
	r.op.Set(kit.Span{Text: word, Size: kit.SizeSmall, Bold: true, Color: color})
	r.name.Set(kit.Span{Text: nameOf(row), Bold: true})
	r.dn.Set(kit.Span{Text: row.DN, Size: kit.SizeSmall, Color: kit.ColorMuted})
	r.kind.Set(kit.Span{Text: row.Type, Size: kit.SizeSmall})
	tail := kit.Span{Text: p.names[row.Connector], Size: kit.SizeSmall, Color: kit.ColorMuted}
	if row.Error != "" {
		tail = kit.Span{Text: failed(row.Import, row.Error), Size: kit.SizeSmall, Color: kit.ColorDanger}
	}
	r.tail.Set(tail)
}

// nameOf is what a person calls an object.
func nameOf(row pending.Row) string {
	switch {
	case row.Name != "":
		return row.Name
	case row.Sign != "":
		return row.Sign
	}
	if _, value, ok := strings.Cut(pending.FirstComponent(row.DN), "="); ok && !strings.HasPrefix(value, "{") {
		return strings.ReplaceAll(value, `\`, "")
	}
	return tr("pending.unnamed")
}
