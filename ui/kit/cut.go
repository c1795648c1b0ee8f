package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Cut is one line of text that ends with an ellipsis where there is no room for
// it: for the rows of a list, which are all of the same height.
type Cut struct {
	widget.BaseWidget
	span Span
}

// NewCut makes a line.
func NewCut(span Span) *Cut {
	c := &Cut{span: span}
	c.ExtendBaseWidget(c)
	return c
}

// Set replaces text and style.
func (c *Cut) Set(span Span) {
	if c.span != span {
		c.span = span
		c.Refresh()
	}
}

// MinSize is one line high and asks for no width.
func (c *Cut) MinSize() fyne.Size {
	return fyne.NewSize(1, fyne.MeasureText("X", c.span.size(), c.span.style()).Height)
}

// HeightFor is one line.
func (c *Cut) HeightFor(float32) float32 { return c.MinSize().Height }

// mostRunes is how many characters of a line are looked at: more never fit.
const mostRunes = 400

// CreateRenderer makes the renderer.
func (c *Cut) CreateRenderer() fyne.WidgetRenderer {
	text := canvas.NewText("", nil)
	r := &simple{owner: c, objects: []fyne.CanvasObject{text}, min: c.MinSize}
	r.lay = func(size fyne.Size) {
		whole := []rune(c.span.Text)
		text.Text = shortenStyled(string(whole[:min(len(whole), mostRunes)]), size.Width, text.TextSize, text.TextStyle)
		text.Resize(size)
	}
	r.paint = func() {
		name := c.span.Color
		if name == "" {
			name = ColorText
		}
		text.Color, text.TextSize, text.TextStyle = Color(name), c.span.size(), c.span.style()
	}
	r.paint()
	return r
}
