package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Link is underlined text that does something, reached with Tab.
type Link struct {
	control
	text string
	size float32
}

// NewLink makes a link of body size.
func NewLink(keys *Keys, text string, press func()) *Link {
	return newLink(keys, text, SizeBody, press)
}

// NewSmallLink makes a link for small text.
func NewSmallLink(keys *Keys, text string, press func()) *Link {
	return newLink(keys, text, SizeSmall, press)
}

func newLink(keys *Keys, text string, size float32, press func()) *Link {
	l := &Link{text: text, size: size}
	l.keys, l.press, l.enter, l.own = keys, press, true, l
	l.ExtendBaseWidget(l)
	return l
}

// Text gives the words.
func (l *Link) Text() string { return l.text }

// SetText changes the words.
func (l *Link) SetText(text string) {
	if l.text != text {
		l.text = text
		l.Refresh()
	}
}

// MinSize is the size of the words.
func (l *Link) MinSize() fyne.Size {
	s := fyne.MeasureText(l.text, l.size, fyne.TextStyle{})
	return fyne.NewSize(s.Width+1, s.Height)
}

// CreateRenderer makes the renderer.
func (l *Link) CreateRenderer() fyne.WidgetRenderer {
	label := canvas.NewText("", nil)
	under := canvas.NewRectangle(color.Transparent)
	focus := ring(4)
	r := &simple{owner: l, objects: []fyne.CanvasObject{focus, label, under}, min: l.MinSize}
	r.lay = func(s fyne.Size) {
		label.Resize(s)
		size := l.MinSize()
		under.Move(fyne.NewPos(0, size.Height-3))
		under.Resize(fyne.NewSize(size.Width, 1))
		placeRing(focus, fyne.Position{}, size, 2)
	}
	r.paint = func() {
		name := ColorLink
		if l.disabled {
			name = ColorOff
		}
		label.Text, label.TextSize, label.Color = l.text, l.size, Color(name)
		under.FillColor = Color(name)
		under.Hidden = l.disabled
		focus.StrokeColor = Color(ColorAccent)
		focus.Hidden = !l.focused || l.disabled
	}
	r.paint()
	return r
}
