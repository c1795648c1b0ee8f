package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// simple is a renderer over fixed objects: lay places them, paint gives them
// their colours, min is the smallest size.
type simple struct {
	objects []fyne.CanvasObject
	lay     func(fyne.Size)
	paint   func()
	min     func() fyne.Size
	owner   fyne.Widget
}

func (r *simple) Layout(s fyne.Size)           { r.lay(s) }
func (r *simple) MinSize() fyne.Size           { return r.min() }
func (r *simple) Objects() []fyne.CanvasObject { return r.objects }
func (r *simple) Destroy()                     {}

func (r *simple) Refresh() {
	r.paint()
	r.lay(r.owner.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
	canvas.Refresh(r.owner)
}

// ring makes a focus ring: a rounded border outside the control.
func ring(radius float32) *canvas.Rectangle {
	r := canvas.NewRectangle(color.Transparent)
	r.StrokeWidth, r.CornerRadius = 2, radius
	return r
}

// placeRing lays a ring around an area, out px outside of it.
func placeRing(r *canvas.Rectangle, pos fyne.Position, size fyne.Size, out float32) {
	r.Move(pos.SubtractXY(out, out))
	r.Resize(fyne.NewSize(max(0, size.Width+2*out), max(0, size.Height+2*out)))
}
