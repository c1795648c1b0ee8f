package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Sheet is a dialog over the dimmed window: a title, content that scrolls when
// it is too high, and a band of buttons.
type Sheet struct {
	widget.BaseWidget
	dim, panel, band, border *Box
	line                     fyne.CanvasObject
	head                     fyne.CanvasObject
	body                     *Scroller
	foot                     *fyne.Container
	width                    float32
}

// Margins of a sheet in px.
const (
	sheetX    = 28
	sheetFoot = 63
	sheetEdge = 36 // least distance to the window's edge
)

// NewSheet makes a dialog of width px; the buttons stand at the right of its band.
func NewSheet(width float32, title, subtitle string, body fyne.CanvasObject, buttons ...fyne.CanvasObject) *Sheet {
	sub := NewText(Span{Text: subtitle, Color: ColorMuted})
	sub.Hidden = subtitle == ""
	s := &Sheet{
		dim: NewBox(ColorDim, "", 0), panel: NewBox(ColorGround, "", 8),
		band: NewBox(ColorBand, "", 8), border: NewBox("", ColorBorder, 8), line: HLine(),
		head:  Column(4, NewText(Span{Text: title, Size: SizeHeading}), sub),
		foot:  RowCentered(10, nil, buttons...),
		width: width,
	}
	s.band.Corners = BottomCorners
	s.body = NewScroller(Inset(sheetX, 0, sheetX, 24, body))
	s.ExtendBaseWidget(s)
	return s
}

// Body gives the scroller of the content.
func (s *Sheet) Body() *Scroller { return s.body }

// Tapped keeps taps beside the dialog from doing anything.
func (s *Sheet) Tapped(*fyne.PointEvent) {}

// Relayout lays out the dialog anew, after its content changed its height.
func (s *Sheet) Relayout() {
	s.Refresh()
	s.body.Relayout()
}

// MinSize asks for nothing, so that a dialog never makes the window larger.
func (s *Sheet) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

// CreateRenderer makes the renderer.
func (s *Sheet) CreateRenderer() fyne.WidgetRenderer {
	r := &simple{
		owner: s, min: s.MinSize, paint: func() {},
		objects: []fyne.CanvasObject{s.dim, s.panel, s.head, s.body, s.band, s.line, s.foot, s.border},
	}
	r.lay = s.lay
	return r
}

func (s *Sheet) lay(size fyne.Size) {
	s.dim.Resize(size)
	w := max(80, min(s.width, size.Width-2*sheetEdge))
	headH := HeightFor(s.head, w-2*sheetX)
	top, gap := float32(24), float32(14)
	bodyH := s.body.HeightFor(w)
	whole := top + headH + gap + bodyH + sheetFoot
	if limit := max(120, size.Height-2*sheetEdge); whole > limit {
		bodyH -= whole - limit
		whole = limit
	}
	at := fyne.NewPos((size.Width-w)/2, (size.Height-whole)/2)
	place := func(o fyne.CanvasObject, x, y, ow, oh float32) {
		o.Move(at.AddXY(x, y))
		o.Resize(fyne.NewSize(max(0, ow), max(0, oh)))
	}
	place(s.panel, 0, 0, w, whole)
	place(s.border, 0, 0, w, whole)
	place(s.head, sheetX, top, w-2*sheetX, headH)
	place(s.body, 0, top+headH+gap, w, bodyH)
	place(s.band, 0, whole-sheetFoot, w, sheetFoot)
	place(s.line, 0, whole-sheetFoot, w, 1)
	footW := NaturalWidth(s.foot)
	place(s.foot, w-sheetX-footW, whole-sheetFoot+14, footW, 36)
}
