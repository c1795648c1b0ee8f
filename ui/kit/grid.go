package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// grid lays objects in rows of equal height; a column is at least as wide as its
// widest content, and what is left is shared equally.
type grid struct {
	gap      float32
	minWidth float32
	maxCols  int
	last     float32
}

// Grid lays objects in up to maxCols columns, none narrower than minWidth px.
func Grid(gap, minWidth float32, maxCols int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&grid{gap: gap, minWidth: minWidth, maxCols: maxCols}, objects...)
}

func (l *grid) columns(objects []fyne.CanvasObject, width float32) []float32 {
	n := l.maxCols
	for n > 1 && float32(n)*l.minWidth+float32(n-1)*l.gap > width {
		n--
	}
	n = min(n, max(1, len(objects)))
	if n > 2 && len(objects)%n != 0 && len(objects)%(n-1) == 0 {
		n-- // full rows look better than a hole at the end
	}
	share := (width - float32(n-1)*l.gap) / float32(n)
	out := make([]float32, n)
	wide, taken := 0, float32(0)
	for c := range out {
		need := float32(0)
		for i := c; i < len(objects); i += n {
			need = max(need, NaturalWidth(objects[i]))
		}
		if need > share && need < share*1.6 {
			out[c] = need
			wide, taken = wide+1, taken+need
		}
	}
	if wide == n { // all of them want more than there is
		wide, taken = 0, 0
		clear(out)
	}
	for c := range out {
		if out[c] == 0 {
			out[c] = (width - float32(n-1)*l.gap - taken) / float32(n-wide)
		}
	}
	return out
}

func (l *grid) rows(objects []fyne.CanvasObject, cols []float32) []float32 {
	var out []float32
	for i, o := range objects {
		r, c := i/len(cols), i%len(cols)
		if c == 0 {
			out = append(out, 0)
		}
		out[r] = max(out[r], HeightFor(o, cols[c]))
	}
	return out
}

func (l *grid) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	objects = visible(objects)
	h := float32(0)
	for i, r := range l.rows(objects, l.columns(objects, width)) {
		if i > 0 {
			h += l.gap
		}
		h += r
	}
	return h
}

func (l *grid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.last = size.Width
	objects = visible(objects)
	cols := l.columns(objects, size.Width)
	rows := l.rows(objects, cols)
	x, y := float32(0), float32(0)
	for i, o := range objects {
		r, c := i/len(cols), i%len(cols)
		if c == 0 && r > 0 {
			x, y = 0, y+rows[r-1]+l.gap
		}
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(cols[c], rows[r]))
		x += cols[c] + l.gap
	}
}

func (l *grid) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects, l.last) }

// line lays objects beside each other at their natural width and goes on below
// when the width is used up.
type line struct {
	gap, rowGap float32
	last        float32
}

// Line lays objects beside each other, wrapping like words.
func Line(gap, rowGap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&line{gap: gap, rowGap: rowGap}, objects...)
}

// each walks over the places of the objects and gives the whole height.
func (l *line) each(objects []fyne.CanvasObject, width float32, place func(fyne.CanvasObject, fyne.Position, fyne.Size)) float32 {
	x, y, h := float32(0), float32(0), float32(0)
	for _, o := range visible(objects) {
		w := min(NaturalWidth(o), width)
		oh := HeightFor(o, w)
		if x > 0 && x+w > width {
			x, y, h = 0, y+h+l.rowGap, 0
		}
		place(o, fyne.NewPos(x, y), fyne.NewSize(w, oh))
		x, h = x+w+l.gap, max(h, oh)
	}
	return y + h
}

func (l *line) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return l.each(objects, width, func(fyne.CanvasObject, fyne.Position, fyne.Size) {})
}

func (l *line) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.last = size.Width
	l.each(objects, size.Width, func(o fyne.CanvasObject, p fyne.Position, s fyne.Size) {
		o.Move(p)
		o.Resize(s)
	})
}

func (l *line) MinSize(objects []fyne.CanvasObject) fyne.Size { return flowMin(l, objects, l.last) }

func (l *line) naturalWidth(objects []fyne.CanvasObject) float32 {
	w := float32(0)
	for i, o := range visible(objects) {
		if i > 0 {
			w += l.gap
		}
		w += NaturalWidth(o)
	}
	return w
}
