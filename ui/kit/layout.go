package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// Flow is an object that knows its height for a width, as wrapped text does.
type Flow interface{ HeightFor(width float32) float32 }

// flowLayout is a layout that knows the same of its objects.
type flowLayout interface {
	fyne.Layout
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

// HeightFor gives the height that o needs at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	if f, ok := o.(Flow); ok {
		return f.HeightFor(width)
	}
	if c, ok := o.(*fyne.Container); ok {
		if l, ok := c.Layout.(flowLayout); ok {
			return l.heightFor(c.Objects, width)
		}
	}
	return o.MinSize().Height
}

// NaturalWidth gives the width at which o needs no wrapping.
func NaturalWidth(o fyne.CanvasObject) float32 {
	switch v := o.(type) {
	case *Text:
		return v.Natural().Width
	case *fyne.Container:
		if l, ok := v.Layout.(interface {
			naturalWidth([]fyne.CanvasObject) float32
		}); ok {
			return l.naturalWidth(v.Objects)
		}
	case interface{ naturalWidth() float32 }:
		return v.naturalWidth()
	}
	return o.MinSize().Width
}

// flowMin is the smallest size of a flow layout: no width of its own, and the
// height at the width it was laid out with last.
func flowMin(l flowLayout, objects []fyne.CanvasObject, last float32) fyne.Size {
	if last <= 0 {
		last = 600
	}
	return fyne.NewSize(1, l.heightFor(objects, last))
}

func visible(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o.Visible() {
			out = append(out, o)
		}
	}
	return out
}

// stack lays objects under each other, each as wide as the whole.
type stack struct {
	gap  float32
	last float32
}

// Column stacks objects with gap px between them.
func Column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&stack{gap: gap}, objects...)
}

func (l *stack) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, o := range visible(objects) {
		if i > 0 {
			h += l.gap
		}
		h += HeightFor(o, width)
	}
	return h
}

func (l *stack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.last = size.Width
	y := float32(0)
	for _, o := range visible(objects) {
		h := HeightFor(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, h))
		y += h + l.gap
	}
}

func (l *stack) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects, l.last) }

func (l *stack) naturalWidth(objects []fyne.CanvasObject) float32 {
	w := float32(0)
	for _, o := range visible(objects) {
		w = max(w, NaturalWidth(o))
	}
	return w
}

// inset keeps margins around objects that lie over each other.
type inset struct {
	left, top, right, bottom float32
	last                     float32
}

// Inset puts margins around o.
func Inset(left, top, right, bottom float32, o ...fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{left: left, top: top, right: right, bottom: bottom}, o...)
}

func (l *inset) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range visible(objects) {
		h = max(h, HeightFor(o, max(0, width-l.left-l.right)))
	}
	return h + l.top + l.bottom
}

func (l *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.last = size.Width
	inner := fyne.NewSize(max(0, size.Width-l.left-l.right), max(0, size.Height-l.top-l.bottom))
	for _, o := range objects {
		o.Move(fyne.NewPos(l.left, l.top))
		o.Resize(inner)
	}
}

func (l *inset) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects, l.last) }

func (l *inset) naturalWidth(objects []fyne.CanvasObject) float32 {
	w := float32(0)
	for _, o := range visible(objects) {
		w = max(w, NaturalWidth(o))
	}
	return w + l.left + l.right
}

// Over lays objects over each other, all of the same size.
func Over(objects ...fyne.CanvasObject) *fyne.Container { return Inset(0, 0, 0, 0, objects...) }

// Widths of a row's cells that are not a number of px.
const (
	Rest    float32 = 0  // an equal share of what is left
	Natural float32 = -1 // as wide as the content without wrapping
)

// row lays objects beside each other.
type row struct {
	gap    float32
	widths []float32
	center bool
	last   float32
}

// Row puts objects beside each other, tops aligned, with gap px between them.
// widths gives each cell's width in px, Rest or Natural.
func Row(gap float32, widths []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap, widths: widths}, objects...)
}

// RowCentered is Row with the cells centred on each other.
func RowCentered(gap float32, widths []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap, widths: widths, center: true}, objects...)
}

// cells gives the widths of the visible cells (0 for hidden ones).
func (l *row) cells(objects []fyne.CanvasObject, width float32) []float32 {
	out := make([]float32, len(objects))
	rest, left, n := 0, width, 0
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		n++
		switch w := l.width(i); w {
		case Rest:
			rest++
		case Natural:
			out[i] = NaturalWidth(o)
		default:
			out[i] = w
		}
		left -= out[i]
	}
	left -= l.gap * float32(max(0, n-1))
	for i, o := range objects {
		if rest > 0 && o.Visible() && l.width(i) == Rest {
			out[i] = max(0, left/float32(rest))
		}
	}
	return out
}

func (l *row) width(i int) float32 {
	if i < len(l.widths) {
		return l.widths[i]
	}
	return Natural
}

func (l *row) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for i, w := range l.cells(objects, width) {
		if objects[i].Visible() {
			h = max(h, HeightFor(objects[i], w))
		}
	}
	return h
}

func (l *row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.last = size.Width
	x := float32(0)
	for i, w := range l.cells(objects, size.Width) {
		o := objects[i]
		if !o.Visible() {
			continue
		}
		h, y := HeightFor(o, w), float32(0)
		if l.center {
			y = max(0, (size.Height-h)/2)
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
		x += w + l.gap
	}
}

func (l *row) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects, l.last) }

func (l *row) naturalWidth(objects []fyne.CanvasObject) float32 {
	w, n := float32(0), 0
	for i, o := range objects {
		if !o.Visible() {
			continue
		}
		n++
		if c := l.width(i); c > 0 {
			w += c
		} else {
			w += NaturalWidth(o)
		}
	}
	return w + l.gap*float32(max(0, n-1))
}

// limited makes its content no wider than limit px.
type limited struct {
	limit, last float32
}

// Limited keeps o at the left and no wider than width px.
func Limited(width float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&limited{limit: width}, o)
}

func (l *limited) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range visible(objects) {
		h = max(h, HeightFor(o, min(width, l.limit)))
	}
	return h
}

func (l *limited) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.last = size.Width
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(fyne.NewSize(min(size.Width, l.limit), size.Height))
	}
}

func (l *limited) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects, l.last) }

func (l *limited) naturalWidth(objects []fyne.CanvasObject) float32 {
	w := float32(0)
	for _, o := range visible(objects) {
		w = max(w, NaturalWidth(o))
	}
	return min(w, l.limit)
}
