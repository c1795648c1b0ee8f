package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// markSize is the size of the box of a check and of the circle of a radio.
const markSize = 17

// Check is a box to tick, with a label and an optional text below it.
type Check struct {
	control
	on      bool
	changed func(bool)
	label   *Text
	hint    *Text
}

// NewCheck makes a check. hint may be empty.
func NewCheck(keys *Keys, label, hint string, on bool, changed func(bool)) *Check {
	c := &Check{on: on, changed: changed, label: Plain(label), hint: Muted(hint)}
	c.hint.Hidden = hint == ""
	c.keys, c.own = keys, c
	c.press = func() {
		c.on = !c.on
		c.Refresh()
		if c.changed != nil {
			c.changed(c.on)
		}
	}
	c.ExtendBaseWidget(c)
	return c
}

// NewTitledCheck makes a check whose label is bold, as in lists of tasks.
func NewTitledCheck(keys *Keys, label, hint string, on bool, changed func(bool)) *Check {
	c := NewCheck(keys, label, hint, on, changed)
	c.label.Set(Span{Text: label, Bold: true})
	return c
}

// On tells whether it is ticked.
func (c *Check) On() bool { return c.on }

// Label gives the words.
func (c *Check) Label() string { return c.label.String() }

// Set ticks it or not, without telling anybody.
func (c *Check) Set(on bool) {
	if c.on != on {
		c.on = on
		c.Refresh()
	}
}

// SetHint changes the text below the label.
func (c *Check) SetHint(hint string) {
	c.hint.SetText(hint)
	c.hint.Hidden = hint == ""
	c.Refresh()
}

const markGap = 11

// HeightFor gives the height at a width.
func (c *Check) HeightFor(width float32) float32 { return markedHeight(c.label, c.hint, width) }

func (c *Check) naturalWidth() float32 { return markedWidth(c.label, c.hint) }

// MinSize asks for no width.
func (c *Check) MinSize() fyne.Size { return markedMin(c, c.Size().Width) }

// CreateRenderer makes the renderer.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	box := canvas.NewRectangle(color.Transparent)
	tick := NewIcon(IconCheck, ColorOnAccent, 11)
	focus := ring(6)
	r := &simple{owner: c, objects: []fyne.CanvasObject{focus, box, tick, c.label, c.hint}, min: c.MinSize}
	r.lay = func(s fyne.Size) {
		pos, size := layMarked(c.label, c.hint, s)
		box.Move(pos.AddXY(0.75, 0.75))
		box.Resize(size.SubtractWidthHeight(1.5, 1.5))
		tick.Move(pos)
		tick.Resize(size)
		placeRing(focus, pos, size, 2.5)
	}
	r.paint = func() {
		box.CornerRadius, box.StrokeWidth = 3, 1.5
		accent, on := ColorAccent, ColorOnAccent
		border := ColorMuted
		if c.disabled {
			accent, on, border = ColorAccentOff, ColorOnAccentOff, ColorOff
		}
		box.FillColor, box.StrokeColor = Color(ColorRaised), Color(border)
		if c.on {
			box.FillColor, box.StrokeColor = Color(accent), Color(accent)
		}
		tick.Hidden = !c.on
		tick.Set(IconCheck, on)
		focus.StrokeColor = Color(ColorAccent)
		focus.Hidden = !c.focused || c.disabled
		paintMarked(c.label, c.disabled)
	}
	r.paint()
	return r
}

func paintMarked(label *Text, off bool) {
	s := label.spans[0]
	s.Color = ""
	if off {
		s.Color = ColorMuted
	}
	label.Set(s)
}

// markedHeight is the height of a mark with a label and a hint beside it.
func markedHeight(label, hint *Text, width float32) float32 {
	inner := max(1, width-markSize-markGap)
	h := max(markSize, label.HeightFor(inner))
	if !hint.Hidden {
		h += 1 + hint.HeightFor(inner)
	}
	return h
}

func markedWidth(label, hint *Text) float32 {
	w := label.Natural().Width
	if !hint.Hidden {
		w = max(w, hint.Natural().Width)
	}
	return w + markSize + markGap
}

func markedMin(f Flow, width float32) fyne.Size {
	if width <= 0 {
		width = 400
	}
	return fyne.NewSize(1, f.HeightFor(width))
}

// layMarked places label and hint, and gives the place of the mark.
func layMarked(label, hint *Text, s fyne.Size) (fyne.Position, fyne.Size) {
	x := float32(markSize + markGap)
	inner := max(1, s.Width-x)
	h := label.HeightFor(inner)
	label.Move(fyne.NewPos(x, 0))
	label.Resize(fyne.NewSize(inner, h))
	if !hint.Hidden {
		hint.Move(fyne.NewPos(x, h+1))
		hint.Resize(fyne.NewSize(inner, hint.HeightFor(inner)))
	}
	return fyne.NewPos(0, 2), fyne.NewSquareSize(markSize)
}
