package software

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/internal/cache"
	"fyne.io/fyne/v2/internal/painter"
	"fyne.io/fyne/v2/theme"
)

// wideText is the width in px from which only the visible part of a text is drawn.
const wideText = 4096

type textKey struct {
	text        string
	size, scale float32
	style       fyne.TextStyle
	color       [5]uint16
	source      string
	from, to    int // px of a wide text
}

// text draws a line of text with its decoration.
func (f *Frame) text(t *canvas.Text, pos fyne.Position) {
	if t.Text == "" {
		return
	}
	least, size := t.MinSize(), t.Size()
	at := pos
	switch t.Alignment {
	case fyne.TextAlignTrailing:
		at.X += size.Width - least.Width
	case fyne.TextAlignCenter:
		at.X += (size.Width - least.Width) / 2
	}
	if size.Height > least.Height {
		at.Y += (size.Height - least.Height) / 2
	}
	w, h := f.px(least.Width+painter.VectorPad(t)), f.px(least.Height+painter.TextVectorPad)
	x, y := f.px(at.X), f.px(at.Y)
	seen := image.Rect(x, y, x+w, y+h).Intersect(f.clip)
	if seen.Empty() {
		return
	}
	color := t.Color
	if color == nil {
		color = theme.Color(theme.ColorNameForeground)
	}
	k := textKey{text: t.Text, size: t.TextSize, scale: f.canvas.Scale(), style: t.TextStyle, color: rgba(color), to: w}
	if t.FontSource != nil {
		k.source = t.FontSource.Name()
	}
	if w > wideText {
		k.from, k.to = seen.Min.X-x, seen.Max.X-x
	}
	p := f.keep(k, nil, func() *picture {
		img := image.NewRGBA(image.Rect(0, 0, k.to-k.from, h))
		face := painter.CachedFontFace(t.TextStyle, t.FontSource, t)
		painter.DrawStringOffset(img, t.Text, color, face.Fonts, t.TextSize, k.scale, t.TextStyle, k.from)
		return &picture{img: img}
	})
	f.put(p.img, x+k.from, y)
	if !t.TextStyle.Underline && !t.TextStyle.Strikethrough {
		return
	}
	_, baseline := cache.GetFontMetrics(t.Text, t.TextSize, t.TextStyle, t.FontSource)
	line := canvas.NewLine(color)
	line.Resize(fyne.NewSize(least.Width, 0))
	if t.TextStyle.Underline {
		f.Paint(line, fyne.NewPos(pos.X, pos.Y+baseline+painter.UnderlineOffsetFromBaseline))
	}
	if t.TextStyle.Strikethrough {
		f.Paint(line, fyne.NewPos(pos.X, pos.Y+baseline*painter.StrikethroughToBaselineFactor))
	}
}

// ClearTexts forgets all texts: the fonts have changed.
func (f *Frame) ClearTexts() {
	for k := range f.kept {
		if _, ok := k.(textKey); ok {
			f.drop(k)
		}
	}
}
