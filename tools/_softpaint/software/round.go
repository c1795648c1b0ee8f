package software

import (
	"image"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/internal/painter"
)

// round draws a rectangle with round corners or a stroke. What lies between its
// corners is the same all along, so only the corners are drawn and kept, once for
// rectangles of all sizes: a card as high as a page would take as much memory as
// the window.
func (f *Frame) round(k shapeKey, o *canvas.Rectangle, pos fyne.Position) {
	w, h := o.Size().Components()
	pad := painter.VectorPad(o)
	radius := max(o.CornerRadius, o.TopLeftCornerRadius, o.TopRightCornerRadius, o.BottomLeftCornerRadius, o.BottomRightCornerRadius)
	inside := int(math.Ceil(float64(f.whole(radius)))+math.Ceil(float64(f.whole(o.StrokeWidth)))) + 2
	around := int(f.whole(pad))
	wide, high := int(f.whole(w)), int(f.whole(h))
	small := 2*inside + 1 // px
	if wide <= small || high <= small {
		k.w, k.h = w, h
		f.vector(k, o, pos, func(pad float32) *image.RGBA { return painter.DrawRectangle(o, w, h, pad, f.whole) })
		return
	}
	k.scale = f.canvas.Scale()
	side := float32(small) / k.scale
	p := f.keep(k, nil, func() *picture {
		return &picture{img: painter.DrawRectangle(o, side, side, pad, f.whole)}
	})
	x, y := f.px(pos.X-pad), f.px(pos.Y-pad)
	f.stretch(p.img, small+2*around, inside+around, image.Rect(x, y, x+wide+2*around, y+high+2*around))
}

// stretch draws src, whose middle row and column stand for all that are missing, as
// large as to. It is size px in both directions, of which its corners take edge px.
// (Fyne's painter may have rounded its image to a px more or less.)
func (f *Frame) stretch(src *image.RGBA, size, edge int, to image.Rectangle) {
	far := size - edge // here the corners of the far sides begin
	for _, c := range []struct {
		from image.Rectangle
		at   image.Point
	}{
		{image.Rect(0, 0, edge, edge), to.Min},
		{image.Rect(far, 0, size, edge), image.Pt(to.Max.X-edge, to.Min.Y)},
		{image.Rect(0, far, edge, size), image.Pt(to.Min.X, to.Max.Y-edge)},
		{image.Rect(far, far, size, size), image.Pt(to.Max.X-edge, to.Max.Y-edge)},
	} {
		f.put(src.SubImage(c.from).(*image.RGBA), c.at.X, c.at.Y)
	}
	middle := image.Rect(to.Min.X+edge, to.Min.Y+edge, to.Max.X-edge, to.Max.Y-edge)
	f.fill(src, edge, edge, middle)
	for i := range edge {
		f.fill(src, edge, i, image.Rect(middle.Min.X, to.Min.Y+i, middle.Max.X, to.Min.Y+i+1))
		f.fill(src, edge, far+i, image.Rect(middle.Min.X, middle.Max.Y+i, middle.Max.X, middle.Max.Y+i+1))
		f.fill(src, i, edge, image.Rect(to.Min.X+i, middle.Min.Y, to.Min.X+i+1, middle.Max.Y))
		f.fill(src, far+i, edge, image.Rect(middle.Max.X+i, middle.Min.Y, middle.Max.X+i+1, middle.Max.Y))
	}
}

// fill draws an area in the colour that src has at x, y.
func (f *Frame) fill(src *image.RGBA, x, y int, area image.Rectangle) {
	c := src.RGBAAt(x, y)
	if area = area.Intersect(f.clip); c.A != 0 && !area.Empty() {
		draw.Draw(f.img, area, image.NewUniform(c), image.Point{}, draw.Over)
	}
}
