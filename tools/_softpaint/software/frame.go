package software

import (
	"image"
	"image/color"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/internal/painter"
	"fyne.io/fyne/v2/internal/scale"
	"fyne.io/fyne/v2/theme"
)

// Limits of the memory for shapes and texts that were painted once.
const (
	keptBytes  = 8 << 20 // above this, what the last frames did not need is dropped
	keptFrames = 256     // what was not needed for so many frames is dropped
	checkEvery = 128     // frames between two looks at it
)

// Frame paints one canvas again and again into an image in memory. It draws as
// Painter does, with the same functions, but keeps what it has drawn: a frame in
// which little changes costs a copy of the pixels. It belongs to the goroutine of
// the window.
type Frame struct {
	canvas fyne.Canvas
	img    *image.RGBA
	clip   image.Rectangle
	count  int // frames begun
	bytes  int // of everything kept
	kept   map[any]*picture
	blurs  map[*canvas.Blur]*blurred
}

// picture is an object as it was drawn, without the rest of the window.
type picture struct {
	img    *image.RGBA
	margin int // px between the edge of the image and the object's position
	used   int // frame in which it was needed last
	state  any // of the object when it was drawn, for those kept by object
}

// NewFrame makes an empty frame of a canvas; Begin gives it its size.
func NewFrame(c fyne.Canvas) *Frame {
	return &Frame{canvas: c, img: &image.RGBA{}, kept: map[any]*picture{}, blurs: map[*canvas.Blur]*blurred{}}
}

// Image is the frame as painted so far. The next Begin may replace it.
func (f *Frame) Image() *image.RGBA { return f.img }

// Begin starts a new frame of w by h px on the theme's background.
func (f *Frame) Begin(w, h int) {
	r := image.Rect(0, 0, max(w, 0), max(h, 0))
	if f.img.Rect != r {
		f.img = image.NewRGBA(r)
	}
	f.clip = r
	draw.Draw(f.img, r, image.NewUniform(theme.Color(theme.ColorNameBackground)), image.Point{}, draw.Src)
	f.count++
	if f.bytes > keptBytes {
		f.forget(1)
	} else if f.count%checkEvery == 0 {
		f.forget(keptFrames)
	}
}

// Clip limits what follows to a part of the canvas.
func (f *Frame) Clip(pos fyne.Position, size fyne.Size) {
	end := pos.Add(size)
	f.clip = image.Rect(f.px(pos.X), f.px(pos.Y), f.px(end.X), f.px(end.Y)).Intersect(f.img.Rect)
}

// Unclip ends Clip.
func (f *Frame) Unclip() { f.clip = f.img.Rect }

// Free forgets what was drawn of an object that changed without telling how:
// images and rasters.
func (f *Frame) Free(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *canvas.Image, *canvas.Raster:
		f.drop(o)
	case *canvas.Blur:
		delete(f.blurs, o)
	}
}

// Paint draws one object, not its children.
func (f *Frame) Paint(o fyne.CanvasObject, pos fyne.Position) {
	if !o.Visible() || f.clip.Empty() || f.outside(o, pos) {
		return
	}
	switch o := o.(type) {
	case *canvas.Rectangle:
		f.rectangle(o, pos)
	case *canvas.Text:
		f.text(o, pos)
	case *canvas.Image, *canvas.Raster:
		f.object(o, pos)
	case *canvas.Blur:
		f.blur(o, pos)
	case *canvas.Circle:
		f.circle(o, pos)
	case *canvas.Line:
		f.line(o, pos)
	case *canvas.LinearGradient:
		k := shapeKey{kind: 'g', fill: rgba(o.StartColor), stroke: rgba(o.EndColor)}
		k.more[0] = float32(o.Angle)
		f.shape(k, o, pos)
	case *canvas.RadialGradient:
		k := shapeKey{kind: 'r', fill: rgba(o.StartColor), stroke: rgba(o.EndColor)}
		k.more = [6]float32{float32(o.CenterOffsetX), float32(o.CenterOffsetY)}
		f.shape(k, o, pos)
	case *canvas.Arc, *canvas.RegularPolygon, *canvas.ArbitraryPolygon, *canvas.BezierCurve, *canvas.Ellipse:
		p := f.layer(o)
		f.put(p.img, f.px(pos.X)-p.margin, f.px(pos.Y)-p.margin)
	}
}

// outside tells whether nothing of an object can be seen.
func (f *Frame) outside(o fyne.CanvasObject, pos fyne.Position) bool {
	size := o.Size()
	if _, line := o.(*canvas.Line); !line && (size.Width <= 0 || size.Height <= 0) {
		return true
	}
	if _, text := o.(*canvas.Text); text {
		return false // it may be larger than its object
	}
	m := margin(o)
	r := image.Rect(f.px(pos.X-m), f.px(pos.Y-m), f.px(pos.X+size.Width+m), f.px(pos.Y+size.Height+m))
	return !r.Overlaps(f.clip)
}

func (f *Frame) px(v float32) int { return scale.ToScreenCoordinate(f.canvas, v) }

// put copies a picture to x, y, as far as it is inside the clip.
func (f *Frame) put(src *image.RGBA, x, y int) {
	out := src.Rect.Sub(src.Rect.Min).Add(image.Pt(x, y)).Intersect(f.clip)
	if !out.Empty() {
		draw.Draw(f.img, out, src, src.Rect.Min.Add(out.Min).Sub(image.Pt(x, y)), draw.Over)
	}
}

// keep gives the picture of a key, drawn now if there is none yet in that state.
func (f *Frame) keep(key, state any, paint func() *picture) *picture {
	p := f.kept[key]
	if p != nil && p.state != state {
		f.drop(key)
		p = nil
	}
	if p == nil {
		p = paint()
		p.state = state
		f.kept[key] = p
		f.bytes += len(p.img.Pix)
	}
	p.used = f.count
	return p
}

func (f *Frame) drop(key any) {
	if p := f.kept[key]; p != nil {
		f.bytes -= len(p.img.Pix)
		delete(f.kept, key)
	}
}

// forget drops what the last frames did not need.
func (f *Frame) forget(frames int) {
	for k, p := range f.kept {
		if f.count-p.used > frames {
			f.drop(k)
		}
	}
	for k, b := range f.blurs {
		if f.count-b.used > frames {
			delete(f.blurs, k)
		}
	}
}

// margin is how far an object is drawn beyond its edges, in canvas units.
func margin(o fyne.CanvasObject) float32 {
	m := painter.VectorPad(o) + 1
	switch o := o.(type) {
	case *canvas.Rectangle:
		return m + shadowReach(o.Shadow)
	case *canvas.Circle:
		return m + shadowReach(o.Shadow)
	case *canvas.Ellipse: // it may be turned
		return m + shadowReach(o.Shadow) + max(o.Size().Width, o.Size().Height)/2
	}
	return m
}

func shadowReach(s canvas.Shadow) float32 {
	if !painter.IsShadowVisible(s) {
		return 0
	}
	reach := float32(0)
	for _, p := range painter.GetShadowPaddings(s) {
		reach = max(reach, p)
	}
	return reach + s.BlurRadius
}

// rgba makes a colour comparable; none is not the same as transparent.
func rgba(c color.Color) [5]uint16 {
	if c == nil {
		return [5]uint16{}
	}
	r, g, b, a := c.RGBA()
	return [5]uint16{uint16(r), uint16(g), uint16(b), uint16(a), 1}
}
