package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Look is how a button looks.
type Look int

// The looks of buttons.
const (
	Secondary Look = iota // 36 px high, bordered
	Primary               // 36 px high, filled: one on a page
	Small                 // 30 px high, bordered, in rows and for side matters
)

// Button is pressed with the mouse, Space or Enter.
type Button struct {
	control
	text string
	look Look
}

// NewButton makes a button.
func NewButton(keys *Keys, look Look, text string, press func()) *Button {
	b := &Button{text: text, look: look}
	b.keys, b.press, b.enter, b.own = keys, press, true, b
	b.ExtendBaseWidget(b)
	return b
}

// Text gives the words on the button.
func (b *Button) Text() string { return b.text }

// SetText changes the words on the button.
func (b *Button) SetText(text string) {
	if b.text != text {
		b.text = text
		b.Refresh()
	}
}

// SetLook changes the look.
func (b *Button) SetLook(l Look) {
	if b.look != l {
		b.look = l
		b.Refresh()
	}
}

// OnPress replaces what the button does.
func (b *Button) OnPress(press func()) { b.press = press }

func (b *Button) metrics() (size, height, pad float32) {
	if b.look == Small {
		return SizeSmall, 30, 14
	}
	return SizeBody, 36, 22
}

func (b *Button) style() fyne.TextStyle { return fyne.TextStyle{Bold: b.look == Primary} }

// MinSize is the words with their margins.
func (b *Button) MinSize() fyne.Size {
	size, height, pad := b.metrics()
	w := fyne.MeasureText(b.text, size, b.style()).Width + 2*pad
	if b.look != Small {
		w = max(w, 80)
	}
	return fyne.NewSize(w, height)
}

// CreateRenderer makes the renderer.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	fill := canvas.NewRectangle(color.Transparent)
	label := canvas.NewText("", nil)
	label.Alignment = fyne.TextAlignCenter
	focus := ring(7)
	r := &simple{owner: b, objects: []fyne.CanvasObject{focus, fill, label}, min: b.MinSize}
	r.lay = func(s fyne.Size) {
		fill.Move(fyne.NewPos(0.5, 0.5))
		fill.Resize(fyne.NewSize(max(0, s.Width-1), max(0, s.Height-1)))
		label.Resize(s)
		placeRing(focus, fyne.Position{}, s, 2)
	}
	r.paint = func() {
		label.Text, label.TextStyle = b.text, b.style()
		label.TextSize, _, _ = b.metrics()
		fill.CornerRadius, fill.StrokeWidth = 5, 1
		ground, border, text := b.colors()
		fill.FillColor, fill.StrokeColor, label.Color = Color(ground), Color(border), Color(text)
		focus.StrokeColor = Color(ColorAccent)
		focus.Hidden = !b.focused || b.disabled
	}
	r.paint()
	return r
}

func (b *Button) colors() (ground, border, text fyne.ThemeColorName) {
	switch {
	case b.look == Primary && b.disabled:
		return ColorAccentOff, ColorAccentOff, ColorOnAccentOff
	case b.look == Primary && b.hovered:
		return ColorAccentHover, ColorAccentHover, ColorOnAccent
	case b.look == Primary:
		return ColorAccent, ColorAccent, ColorOnAccent
	case b.disabled:
		return ColorBand, ColorBorder, ColorOff
	case b.hovered:
		return ColorHover, ColorBorder, ColorText
	default:
		return ColorRaised, ColorBorder, ColorText
	}
}
