package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Box is a ground with an optional border, in colours of the theme.
type Box struct {
	widget.BaseWidget
	Fill   fyne.ThemeColorName // empty for none
	Border fyne.ThemeColorName // empty for none
	Stroke float32             // px, 1 if 0
	Radius float32
	// Corners says which corners are rounded.
	Corners Corners
}

// Corners are the rounded corners of a Box.
type Corners int

// Which corners are rounded.
const (
	AllCorners Corners = iota
	TopCorners
	BottomCorners
	NoCorners
	LeftSquare // all but those at the left
)

// NewBox makes a ground.
func NewBox(fill, border fyne.ThemeColorName, radius float32) *Box {
	b := &Box{Fill: fill, Border: border, Radius: radius}
	b.ExtendBaseWidget(b)
	return b
}

// Paint changes the colours.
func (b *Box) Paint(fill, border fyne.ThemeColorName) {
	if b.Fill == fill && b.Border == border {
		return
	}
	b.Fill, b.Border = fill, border
	b.Refresh()
}

// MinSize asks for nothing.
func (b *Box) MinSize() fyne.Size { return fyne.NewSize(1, 1) }

// HeightFor asks for nothing, so that a box never makes its cell higher.
func (b *Box) HeightFor(float32) float32 { return 1 }

// CreateRenderer makes the renderer.
func (b *Box) CreateRenderer() fyne.WidgetRenderer {
	r := &boxRenderer{box: b, rect: canvas.NewRectangle(color.Transparent)}
	r.paint()
	return r
}

type boxRenderer struct {
	box  *Box
	rect *canvas.Rectangle
}

func (r *boxRenderer) paint() {
	r.rect.FillColor, r.rect.StrokeColor, r.rect.StrokeWidth = color.Transparent, nil, 0
	if r.box.Fill != "" {
		r.rect.FillColor = Color(r.box.Fill)
	}
	if r.box.Border != "" {
		r.rect.StrokeColor, r.rect.StrokeWidth = Color(r.box.Border), max(1, r.box.Stroke)
	}
	r.corners(r.box.Radius)
}

func (r *boxRenderer) corners(radius float32) {
	c := r.rect
	c.CornerRadius = 0
	c.TopLeftCornerRadius, c.TopRightCornerRadius, c.BottomLeftCornerRadius, c.BottomRightCornerRadius = 0, 0, 0, 0
	switch r.box.Corners {
	case TopCorners:
		c.TopLeftCornerRadius, c.TopRightCornerRadius = radius, radius
	case BottomCorners:
		c.BottomLeftCornerRadius, c.BottomRightCornerRadius = radius, radius
	case LeftSquare:
		c.TopRightCornerRadius, c.BottomRightCornerRadius = radius, radius
	case NoCorners:
	default:
		c.CornerRadius = radius
	}
}

// Layout keeps the rectangle inside the box and never gives it a negative size,
// at which Fyne's software painter panics.
func (r *boxRenderer) Layout(s fyne.Size) {
	in := r.rect.StrokeWidth / 2
	r.rect.Move(fyne.NewPos(in, in))
	r.rect.Resize(fyne.NewSize(max(0, s.Width-2*in), max(0, s.Height-2*in)))
	r.rect.Hidden = s.Width < 2 || s.Height < 1 || s.Height < r.box.Radius
}

func (r *boxRenderer) MinSize() fyne.Size           { return r.box.MinSize() }
func (r *boxRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *boxRenderer) Destroy()                     {}

func (r *boxRenderer) Refresh() {
	r.paint()
	r.Layout(r.box.Size())
	canvas.Refresh(r.box)
}

// HLine makes a line of 1 px from left to right.
func HLine() fyne.CanvasObject { return NewBox(ColorBorder, "", 0) }

// Spacer takes up height px.
func Spacer(height float32) fyne.CanvasObject {
	return Inset(0, height, 0, 0)
}
