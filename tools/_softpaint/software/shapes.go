package software

import (
	"bytes"
	"image"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/internal/painter"

	"github.com/anthonynsimon/bild/blur"
)

// shapeKey is everything that decides what a shape looks like.
type shapeKey struct {
	kind         byte
	w, h, scale  float32
	fill, stroke [5]uint16
	strokeWidth  float32
	more         [6]float32 // radii, angles, ends
	shadow       shadowKey
}

type shadowKey struct {
	color                [5]uint16
	blur, spread, dx, dy float32
	variant              int
}

func shadowOf(s canvas.Shadow) shadowKey {
	if !painter.IsShadowVisible(s) {
		return shadowKey{}
	}
	return shadowKey{rgba(s.Color), s.BlurRadius, s.Spread, s.Offset.X, s.Offset.Y, int(s.Variant)}
}

// shape draws an object that looks the same wherever its key is the same.
func (f *Frame) shape(k shapeKey, o fyne.CanvasObject, pos fyne.Position) {
	k.w, k.h, k.scale = o.Size().Width, o.Size().Height, f.canvas.Scale()
	p := f.keep(k, nil, func() *picture { return f.layer(o) })
	f.put(p.img, f.px(pos.X)-p.margin, f.px(pos.Y)-p.margin)
}

// objectState is what can change in an image or raster without a Refresh.
type objectState struct {
	w, h, scale   float32
	fill          canvas.ImageFill
	mode          canvas.ImageScale
	alpha, radius float32
}

// object draws an image or raster, and keeps it until Free.
func (f *Frame) object(o fyne.CanvasObject, pos fyne.Position) {
	s := objectState{w: o.Size().Width, h: o.Size().Height, scale: f.canvas.Scale()}
	switch o := o.(type) {
	case *canvas.Image:
		if o.Image == nil {
			return // nothing was loaded
		}
		s.fill, s.mode, s.alpha, s.radius = o.FillMode, o.ScaleMode, float32(o.Alpha()), o.CornerRadius
	case *canvas.Raster:
		s.mode = o.ScaleMode
	}
	p := f.keep(o, s, func() *picture { return f.layer(o) })
	f.put(p.img, f.px(pos.X)-p.margin, f.px(pos.Y)-p.margin)
}

// layer draws an object alone, by Fyne's own painter.
func (f *Frame) layer(o fyne.CanvasObject) *picture {
	m := float32(math.Ceil(float64(margin(o))))
	at := fyne.NewSquareOffsetPos(m)
	size := o.Size().AddWidthHeight(2*m, 2*m)
	r := image.Rect(0, 0, f.px(size.Width)+1, f.px(size.Height)+1)
	base := image.NewNRGBA(r)
	c := f.canvas
	switch o := o.(type) {
	case *canvas.Rectangle:
		drawRectangle(c, o, at, base, r)
	case *canvas.Circle:
		drawCircle(c, o, at, base, r)
	case *canvas.Line:
		drawLine(c, o, at, base, r)
	case *canvas.Image:
		drawImage(c, o, at, base, r)
	case *canvas.Raster:
		drawRaster(c, o, at, base, r)
	case gradient:
		drawGradient(c, o, at, base, r)
	case *canvas.Arc:
		drawArc(c, o, at, base, r)
	case *canvas.RegularPolygon:
		drawPolygon(c, o, at, base, r)
	case *canvas.ArbitraryPolygon:
		drawArbitraryPolygon(c, o, at, base, r)
	case *canvas.BezierCurve:
		drawBezierCurve(c, o, at, base, r)
	case *canvas.Ellipse:
		drawEllipse(c, o, at, base, r)
	}
	img := image.NewRGBA(r)
	draw.Draw(img, r, base, image.Point{}, draw.Src)
	return &picture{img: img, margin: f.px(m)}
}

// rectangle draws the most frequent shape: plain ones at once, others from what
// is kept.
func (f *Frame) rectangle(o *canvas.Rectangle, pos fyne.Position) {
	w, h := o.Size().Components()
	round := o.CornerRadius != 0 || o.TopLeftCornerRadius != 0 || o.TopRightCornerRadius != 0 ||
		o.BottomLeftCornerRadius != 0 || o.BottomRightCornerRadius != 0
	stroked := o.StrokeColor != nil && o.StrokeWidth > 0
	shadow := painter.IsShadowVisible(o.Shadow)
	if !round && !stroked && !shadow && o.Aspect == 0 {
		if o.FillColor != nil {
			x, y := f.px(pos.X), f.px(pos.Y)
			r := image.Rect(x, y, x+f.px(w), y+f.px(h)).Intersect(f.clip)
			draw.Draw(f.img, r, image.NewUniform(o.FillColor), image.Point{}, draw.Over)
		}
		return
	}
	k := shapeKey{kind: 'R', fill: rgba(o.FillColor), stroke: rgba(o.StrokeColor), strokeWidth: o.StrokeWidth, shadow: shadowOf(o.Shadow)}
	k.more = [6]float32{o.CornerRadius, o.TopLeftCornerRadius, o.TopRightCornerRadius, o.BottomLeftCornerRadius, o.BottomRightCornerRadius, o.Aspect}
	if shadow || o.Aspect != 0 {
		if o.FillColor == nil { // Fyne's painter wants a colour
			filled := *o
			filled.FillColor = image.Transparent.C
			o = &filled
		}
		f.shape(k, o, pos)
		return
	}
	f.round(k, o, pos)
}

func (f *Frame) circle(o *canvas.Circle, pos fyne.Position) {
	k := shapeKey{kind: 'c', fill: rgba(o.FillColor), stroke: rgba(o.StrokeColor), strokeWidth: o.StrokeWidth, shadow: shadowOf(o.Shadow)}
	if painter.IsShadowVisible(o.Shadow) {
		f.shape(k, o, pos)
		return
	}
	k.w, k.h = o.Size().Components()
	f.vector(k, o, pos, func(pad float32) *image.RGBA { return painter.DrawCircle(o, pad, f.whole) })
}

func (f *Frame) line(o *canvas.Line, pos fyne.Position) {
	if o.StrokeColor == nil || o.StrokeWidth <= 0 {
		return
	}
	k := shapeKey{kind: 'l', stroke: rgba(o.StrokeColor), strokeWidth: o.StrokeWidth}
	k.more = [6]float32{o.Position2.X - o.Position1.X, o.Position2.Y - o.Position1.Y}
	k.w, k.h = o.Size().Components()
	f.vector(k, o, pos, func(pad float32) *image.RGBA { return painter.DrawLine(o, pad, f.whole) })
}

// vector draws a shape that needs no more room than Fyne's own padding.
func (f *Frame) vector(k shapeKey, o fyne.CanvasObject, pos fyne.Position, paint func(pad float32) *image.RGBA) {
	k.scale = f.canvas.Scale()
	pad := painter.VectorPad(o)
	p := f.keep(k, nil, func() *picture { return &picture{img: paint(pad)} })
	f.put(p.img, f.px(pos.X-pad), f.px(pos.Y-pad))
}

// whole scales a length to whole px, as Fyne's painter wants it.
func (f *Frame) whole(v float32) float32 {
	return float32(math.Round(float64(v) * float64(f.canvas.Scale())))
}

// blurred is what was under a blur, and what it looks like blurred.
type blurred struct {
	from []byte
	rect image.Rectangle
	img  *image.RGBA
	used int
}

// blur makes what was drawn so far less sharp, behind modal dialogs. The result is
// kept as long as nothing moves behind the dialog.
func (f *Frame) blur(o *canvas.Blur, pos fyne.Position) {
	if o.Radius == 0 {
		return
	}
	x, y := f.px(pos.X), f.px(pos.Y)
	r := image.Rect(x, y, x+f.px(o.Size().Width), y+f.px(o.Size().Height)).Intersect(f.clip)
	if r.Empty() {
		return
	}
	crop := image.NewRGBA(r.Sub(r.Min))
	draw.Draw(crop, crop.Rect, f.img, r.Min, draw.Src)
	b := f.blurs[o]
	if b == nil || b.rect != r || !bytes.Equal(b.from, crop.Pix) {
		b = &blurred{from: crop.Pix, rect: r, img: blur.Gaussian(crop, float64(o.Radius*f.canvas.Scale()))}
		if corner := min(painter.GetMaximumRadius(o.Size()), o.CornerRadius); corner > 0.5 {
			applyRoundedCorners(b.img, corner*f.canvas.Scale())
		}
		f.blurs[o] = b
	}
	b.used = f.count
	draw.Draw(f.img, r, b.img, b.img.Rect.Min, draw.Over)
}
