package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// bannerHeight is the height of the practice banner in px.
const bannerHeight = 30

// frame lays out the window.
type frame struct {
	widget.BaseWidget
	shell  *Shell
	ground *kit.Box
	banner *kit.Box
	text   *kit.Text
	hints  *kit.Link
}

func newFrame(s *Shell) *frame {
	f := &frame{
		shell: s, ground: kit.NewBox(kit.ColorGround, "", 0), banner: kit.NewBox(kit.ColorWarningBg, "", 0),
		text: kit.NewText(kit.Span{Text: tr("practice.banner"), Bold: true, Size: kit.SizeTiny + 0.5, Color: kit.ColorWarning}),
	}
	f.hints = kit.NewSmallLink(s.keys, tr("practice.hints"), s.ShowHints)
	f.banner.Hidden, f.text.Hidden, f.hints.Hidden = true, true, true
	f.ExtendBaseWidget(f)
	return f
}

// practice shows or hides the banner of the practice site.
func (f *frame) practice(st setup.State) {
	on := st.Practice != nil
	f.banner.Hidden, f.text.Hidden = !on, !on
	f.hints.Hidden = !on || len(st.Practice.Hints) == 0
}

func (f *frame) MinSize() fyne.Size { return fyne.NewSize(leastWidth, leastHeight) }

func (f *frame) CreateRenderer() fyne.WidgetRenderer { return &frameRenderer{f} }

type frameRenderer struct{ f *frame }

func (r *frameRenderer) Layout(size fyne.Size) {
	f, s := r.f, r.f.shell
	f.ground.Resize(size)
	place := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(max(0, w), max(0, h)))
	}
	place(s.nav.object, 0, 0, navWidth, size.Height)
	w, top := size.Width-navWidth, float32(0)
	if f.banner.Visible() {
		link := f.hints.MinSize()
		h := f.text.HeightFor(w - 100 - link.Width)
		top = max(bannerHeight, h+10)
		place(f.banner, navWidth, 0, w, top)
		place(f.text, navWidth+40, (top-h)/2, w-100-link.Width, h)
		place(f.hints, size.Width-40-link.Width, (top-link.Height)/2, link.Width, link.Height)
	}
	foot, _ := s.band.place(w)
	place(s.scroll, navWidth, top, w, size.Height-foot-top)
	place(s.band, navWidth, size.Height-foot, w, foot)
}

func (r *frameRenderer) MinSize() fyne.Size { return r.f.MinSize() }
func (r *frameRenderer) Destroy()           {}
func (r *frameRenderer) Objects() []fyne.CanvasObject {
	s := r.f.shell
	// Tab follows this order: the page, its buttons, then what is beside the matter.
	return []fyne.CanvasObject{r.f.ground, r.f.banner, r.f.text, s.scroll, s.band, s.nav.object, r.f.hints}
}

func (r *frameRenderer) Refresh() {
	r.Layout(r.f.Size())
	r.f.ground.Refresh()
	r.f.banner.Refresh()
	r.f.text.Refresh()
	r.f.hints.Refresh()
	canvas.Refresh(r.f)
}

// header is the title of the page with what is wrong on the page below it.
type header struct {
	shell    *Shell
	object   *fyne.Container
	title    *kit.Text
	subtitle *kit.Text
	problems *fyne.Container
	made     memo
}

func newHeader(s *Shell) *header {
	h := &header{
		shell: s, title: kit.NewText(kit.Span{Size: kit.SizeTitle}),
		subtitle: kit.NewText(kit.Span{Color: kit.ColorMuted}), problems: kit.Column(10),
	}
	h.object = kit.Column(6, h.title, h.subtitle, kit.Spacer(6), h.problems, kit.Spacer(0))
	return h
}

func (h *header) update(st setup.State, p page) {
	title, sub := p.Head(st)
	h.title.SetText(title)
	h.subtitle.SetText(sub)
	h.subtitle.Hidden = sub == ""
	beside := map[problem.Field]bool{}
	for _, f := range p.Fields() {
		beside[f] = true
	}
	var above []*problem.Problem
	for _, pr := range st.Problems {
		if pr.Field == "" || !beside[pr.Field] {
			above = append(above, pr)
		}
	}
	if !h.made.changed(above) {
		return
	}
	h.problems.Objects = nil
	for _, pr := range above {
		h.problems.Add(kit.Inset(0, 0, 0, 6, h.shell.problemBox(pr)))
	}
	h.problems.Hidden = len(above) == 0
	if len(above) > 0 {
		h.shell.scroll.ToTop()
	}
}

// problemBox shows a problem: what, why, what to do, and Copy.
func (s *Shell) problemBox(p *problem.Problem) fyne.CanvasObject {
	return s.problemCallout(p, kit.NewSmallLink(s.keys, tr("problem.close"), func() { s.session.Dispatch(setup.ProblemClosed{}) }))
}

// problemNote shows a problem that stays until it is solved.
func (s *Shell) problemNote(p *problem.Problem) fyne.CanvasObject { return s.problemCallout(p) }

func (s *Shell) problemCallout(p *problem.Problem, more ...fyne.CanvasObject) fyne.CanvasObject {
	parts := []fyne.CanvasObject{kit.Bold(p.What)}
	if p.Why != "" {
		parts = append(parts, kit.NewText(kit.Span{Text: p.Why, Size: kit.SizeSmall}))
	}
	if p.Fix != "" {
		parts = append(parts, kit.NewText(kit.Span{Text: p.Fix, Size: kit.SizeSmall}))
	}
	if p.Detail != "" {
		parts = append(parts, kit.NewText(kit.Span{Text: p.Detail, Size: kit.SizeTiny, Mono: true, Color: kit.ColorMuted}))
	}
	links := kit.Line(18, 4, append([]fyne.CanvasObject{
		kit.NewSmallLink(s.keys, tr("problem.copy"), func() { s.hooks.copy(p.Text()) }),
	}, more...)...)
	return kit.Callout(kit.MoodDanger, append(parts, links)...)
}
