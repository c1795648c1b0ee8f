package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Scroller shows content that may be higher than the room for it. The content is
// as wide as the room, and as high as it says for that width.
type Scroller struct {
	widget.BaseWidget
	scroll *container.Scroll
	root   *scrollRoot
}

// scrollRoot reports the content's height for the scroller's width as its
// smallest size, which is all that Fyne's scroll container asks for.
type scrollRoot struct {
	widget.BaseWidget
	content fyne.CanvasObject
	width   float32
}

func (r *scrollRoot) MinSize() fyne.Size {
	return fyne.NewSize(1, HeightFor(r.content, max(1, r.width)))
}

func (r *scrollRoot) CreateRenderer() fyne.WidgetRenderer {
	s := &simple{owner: r, objects: []fyne.CanvasObject{r.content}, min: r.MinSize, paint: func() {}}
	s.lay = func(size fyne.Size) { r.content.Resize(size) }
	return s
}

// NewScroller makes a scroller.
func NewScroller(content fyne.CanvasObject) *Scroller {
	s := &Scroller{root: &scrollRoot{content: content, width: 600}}
	s.root.ExtendBaseWidget(s.root)
	s.scroll = container.NewVScroll(s.root)
	s.ExtendBaseWidget(s)
	return s
}

// SetContent shows something else, from its top.
func (s *Scroller) SetContent(content fyne.CanvasObject) {
	s.root = &scrollRoot{content: content, width: s.Size().Width}
	s.root.ExtendBaseWidget(s.root)
	s.scroll.Content = s.root
	s.scroll.Offset = fyne.Position{}
	s.scroll.Refresh()
}

// Relayout lays out the content anew, after it grew or shrank.
func (s *Scroller) Relayout() {
	if s.Size().Width > 0 {
		s.root.width = s.Size().Width
	}
	size := s.root.MinSize().Max(s.scroll.Size())
	size.Width = s.scroll.Size().Width
	s.root.Resize(size)
	s.root.content.Refresh()
	s.scroll.Refresh()
}

// ToTop scrolls to the top.
func (s *Scroller) ToTop() { s.scroll.ScrollToTop() }

// ToEnd shows the end.
func (s *Scroller) ToEnd() { s.scroll.ScrollToBottom() }

// ScrollTo scrolls so that y px of the content is at the top.
func (s *Scroller) ScrollTo(y float32) { s.scroll.ScrollToOffset(fyne.NewPos(0, y)) }

// Reveal scrolls as far as needed to show o, which lies in the content, or its
// beginning if it is higher than what is seen at once.
func (s *Scroller) Reveal(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(s.scroll).Y
	y := d.AbsolutePositionForObject(o).Y - top
	h, room := o.Size().Height, s.scroll.Size().Height
	switch {
	case y+h+8 > room && h < room:
		s.ScrollTo(s.scroll.Offset.Y + y + h + 8 - room)
	case y < 8, y+h+8 > room:
		s.ScrollTo(max(0, s.scroll.Offset.Y+y-8))
	}
}

// MinSize is small: the scroller takes the room it is given.
func (s *Scroller) MinSize() fyne.Size { return fyne.NewSize(60, 60) }

// HeightFor is the whole content's height, for dialogs that grow with it.
func (s *Scroller) HeightFor(width float32) float32 { return HeightFor(s.root.content, width) }

// CreateRenderer makes the renderer.
func (s *Scroller) CreateRenderer() fyne.WidgetRenderer {
	r := &simple{owner: s, objects: []fyne.CanvasObject{s.scroll}, min: s.MinSize, paint: func() {}}
	r.lay = func(size fyne.Size) {
		s.root.width = size.Width
		s.scroll.Resize(size)
	}
	return r
}

// PageBy scrolls by a page, down or up.
func (s *Scroller) PageBy(down bool) {
	step := max(40, s.scroll.Size().Height-40)
	if !down {
		step = -step
	}
	limit := max(0, s.root.Size().Height-s.scroll.Size().Height)
	s.ScrollTo(min(limit, max(0, s.scroll.Offset.Y+step)))
}

// RevealInside is Reveal for an object that may also lie outside the content.
func (s *Scroller) RevealInside(o fyne.CanvasObject) {
	if holds(s.root.content, o) {
		s.Reveal(o)
	}
}

// holds tells whether o is root or lies in it.
func holds(root, o fyne.CanvasObject) bool {
	if root == o {
		return true
	}
	var parts []fyne.CanvasObject
	switch r := root.(type) {
	case *fyne.Container:
		parts = r.Objects
	case interface{ Parts() []fyne.CanvasObject }:
		parts = r.Parts()
	}
	for _, p := range parts {
		if holds(p, o) {
			return true
		}
	}
	return false
}

// Offset tells how far the content is scrolled, in px.
func (s *Scroller) Offset() float32 { return s.scroll.Offset.Y }
