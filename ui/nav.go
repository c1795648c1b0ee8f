package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// navWidth is the width of the list of pages in px.
const navWidth = 216

// navText is where the words of an entry begin, in px.
const navText = 47

// navPages are the entries of the list. Installing stands under Ready to
// configure, as it is what that page's button does.
func navPages() []setup.Page {
	return []setup.Page{
		setup.PageWelcome, setup.PageComponents, setup.PageCheck, setup.PageEntra,
		setup.PageDirectories, setup.PageReady, setup.PageComplete,
	}
}

// nav is the list of pages at the left.
type nav struct {
	object fyne.CanvasObject
	title  *kit.Text
	wizard *navList
	after  *navList
	foot   *kit.Text
	bottom *fyne.Container
}

func newNav(keys *kit.Keys, choose func(setup.Page), help, log func()) *nav {
	n := &nav{foot: kit.NewText(kit.Span{Size: kit.SizeTiny, Color: kit.ColorMuted})}
	n.wizard = newNavList(keys, navPages(), func(p setup.Page) string { return "nav." + string(p) }, choose)
	n.after = newNavList(keys, afterNav(), afterKey, choose)
	n.title = kit.NewText(kit.Span{Text: tr("app.name"), Size: kit.SizeSmall, Color: kit.ColorMuted})
	top := kit.Column(0, kit.Inset(20, 21, 12, 17, n.title), n.wizard.column, n.after.column)
	n.bottom = kit.Inset(20, 0, 16, 0, n.foot)
	n.object = &navPanel{top: top, foot: n.foot, help: kit.NewSmallLink(keys, tr("nav.help"), help), log: kit.NewSmallLink(keys, tr("nav.log"), log), ground: kit.NewBox(kit.ColorBand, "", 0), edge: kit.NewBox(kit.ColorBorder, "", 0)}
	n.object.(*navPanel).ExtendBaseWidget(n.object.(*navPanel))
	return n
}

// showLog shows or hides the link to the log.
func (n *nav) showLog(on bool) { n.object.(*navPanel).log.Hidden = !on }

// navList is a list of pages with its entries.
type navList struct {
	pages  []setup.Page
	items  []*navItem
	column *fyne.Container
}

func newNavList(keys *kit.Keys, pages []setup.Page, key func(setup.Page) string, choose func(setup.Page)) *navList {
	l := &navList{pages: pages, column: kit.Column(0)}
	for _, p := range pages {
		item := newNavItem(keys, tr(key(p)), func() { choose(p) })
		l.items = append(l.items, item)
		l.column.Add(item)
	}
	return l
}

func (l *navList) update(of func(setup.Page) (current, done, possible bool)) {
	for i, p := range l.pages {
		l.items[i].set(of(p))
	}
}

func (n *nav) update(s setup.State) {
	current := s.Page
	if current == setup.PageInstalling {
		current = setup.PageReady
	}
	show(n.wizard.column, s.After == nil)
	show(n.after.column, s.After != nil)
	if s.After != nil {
		n.title.SetText(tr("after.title"))
		n.after.update(func(p setup.Page) (current, done, possible bool) {
			return p == s.Page, p == setup.PageComponents && s.After.Facts != nil && p != s.Page, s.CanChoose(p)
		})
	} else {
		n.title.SetText(tr("app.name"))
		n.wizard.update(func(p setup.Page) (bool, bool, bool) {
			return p == current, s.PageDone(p) && p != current, s.CanChoose(p)
		})
	}
	n.foot.SetText(where(s))
	n.object.Refresh()
}

// where gives computer, server and database as far as they are known.
func where(s setup.State) string {
	var parts []string
	if s.Computer != "" {
		parts = append(parts, s.Computer)
	}
	server := strings.TrimSpace(s.Answers.SQL.Server)
	if in := strings.TrimSpace(s.Answers.SQL.Instance); in != "" && server != "" {
		server += `\` + in
	}
	set := s.Facts
	if s.After != nil && s.After.Facts != nil {
		set = s.After.Facts
	}
	reached := set != nil && set.SQL.Reached(facts.LayerDB)
	if reached && set.SQL.Typed != "" {
		server = set.SQL.Typed
	}
	if server != "" {
		parts = append(parts, server)
	}
	if reached && set.Database.Name != "" {
		parts = append(parts, set.Database.Name)
	}
	return strings.Join(parts, " · ")
}

// navPanel lays out the list: entries at the top, what is worked on at the foot.
type navPanel struct {
	widget.BaseWidget
	top          *fyne.Container
	foot         *kit.Text
	help, log    *kit.Link
	ground, edge *kit.Box
}

func (p *navPanel) MinSize() fyne.Size { return fyne.NewSize(navWidth, 100) }

func (p *navPanel) CreateRenderer() fyne.WidgetRenderer { return &navRenderer{p} }

type navRenderer struct{ p *navPanel }

func (r *navRenderer) Layout(s fyne.Size) {
	r.p.ground.Resize(s)
	r.p.edge.Move(fyne.NewPos(s.Width-1, 0))
	r.p.edge.Resize(fyne.NewSize(1, s.Height))
	r.p.top.Resize(fyne.NewSize(s.Width-1, kit.HeightFor(r.p.top, s.Width-1)))
	h := r.p.foot.HeightFor(s.Width - 40)
	top, link := r.p.top.Size().Height, r.p.help.MinSize().Height
	r.p.foot.Hidden = top+link+h+43 > s.Height // F1 and the title say the same
	r.p.help.Hidden = top+link+31 > s.Height
	if r.p.foot.Hidden {
		h = -12
	}
	r.p.foot.Move(fyne.NewPos(20, s.Height-h-31))
	r.p.foot.Resize(fyne.NewSize(s.Width-40, h))
	help := r.p.help.MinSize()
	r.p.help.Move(fyne.NewPos(20, s.Height-h-31-12-help.Height))
	r.p.help.Resize(help)
	r.p.log.Move(fyne.NewPos(20+help.Width+18, s.Height-h-31-12-help.Height))
	r.p.log.Resize(r.p.log.MinSize())
}

func (r *navRenderer) MinSize() fyne.Size { return r.p.MinSize() }
func (r *navRenderer) Destroy()           {}
func (r *navRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.ground, r.p.top, r.p.help, r.p.log, r.p.foot, r.p.edge}
}

func (r *navRenderer) Refresh() {
	r.Layout(r.p.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.p)
}

// navItem is one entry of the list.
type navItem struct {
	kit.Tap
	text                    string
	current, done, possible bool
	ground, bar, ring       *kit.Box
	tick                    *kit.Icon
	label                   *kit.Text
}

func newNavItem(keys *kit.Keys, text string, press func()) *navItem {
	i := &navItem{
		text: text, ground: kit.NewBox("", "", 0), bar: kit.NewBox(kit.ColorAccent, "", 0), ring: kit.NewBox("", kit.ColorAccent, 4),
		tick: kit.NewIcon(kit.IconCheck, kit.ColorSuccess, 11), label: kit.Plain(text),
	}
	i.ring.Stroke = 2
	i.Setup(i, keys, press)
	i.Disable()
	i.ExtendBaseWidget(i)
	return i
}

func (i *navItem) set(current, done, possible bool) {
	i.current, i.done, i.possible = current, done, possible
	if possible {
		i.Enable()
	} else {
		i.Disable()
	}
	i.Refresh()
}

func (i *navItem) MinSize() fyne.Size { return fyne.NewSize(navWidth-1, 38) }

func (i *navItem) HeightFor(width float32) float32 {
	return max(38, i.label.HeightFor(width-navText-8)+14)
}

func (i *navItem) CreateRenderer() fyne.WidgetRenderer {
	r := &navItemRenderer{i}
	r.paint()
	return r
}

type navItemRenderer struct{ i *navItem }

func (r *navItemRenderer) paint() {
	i := r.i
	ground, text := fyne.ThemeColorName(""), kit.ColorMuted
	switch {
	case i.current:
		ground, text = kit.ColorTint, kit.ColorText
	case i.possible && i.Hovered():
		ground, text = kit.ColorHover, kit.ColorText
	case i.done, i.possible:
		text = kit.ColorText
	}
	i.ground.Paint(ground, "")
	i.bar.Hidden = !i.current
	i.tick.Hidden = !i.done
	i.ring.Hidden = !i.Focused()
	i.label.Set(kit.Span{Text: i.text, Bold: i.current, Color: text})
}

func (r *navItemRenderer) Layout(s fyne.Size) {
	i := r.i
	i.ground.Resize(s)
	i.bar.Resize(fyne.NewSize(3, s.Height))
	i.ring.Move(fyne.NewPos(4, 2))
	i.ring.Resize(fyne.NewSize(s.Width-8, s.Height-4))
	i.tick.Move(fyne.NewPos(23, (s.Height-11)/2))
	i.tick.Resize(fyne.NewSquareSize(11))
	h := i.label.HeightFor(s.Width - navText - 8)
	i.label.Move(fyne.NewPos(navText, (s.Height-h)/2))
	i.label.Resize(fyne.NewSize(s.Width-navText-8, h))
}

func (r *navItemRenderer) MinSize() fyne.Size { return r.i.MinSize() }
func (r *navItemRenderer) Destroy()           {}
func (r *navItemRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.i.ground, r.i.bar, r.i.tick, r.i.label, r.i.ring}
}

func (r *navItemRenderer) Refresh() {
	r.paint()
	r.Layout(r.i.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
	canvas.Refresh(r.i)
}
