package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Choice is one of the choices of a Radio group.
type Choice struct {
	Value string
	Label string
	Hint  string // text below the label, may be empty
}

// Radio is a group of choices of which one is made. Tab reaches every choice,
// the arrow keys go from one to the next, Space chooses.
type Radio struct {
	buttons []*radioButton
	value   string
	changed func(string)
	focus   func(fyne.Focusable)
}

// NewRadio makes a group. focus gives the keyboard's focus to an object, as the
// window's canvas does.
func NewRadio(keys *Keys, bold bool, value string, choices []Choice, focus func(fyne.Focusable), changed func(string)) *Radio {
	g := &Radio{value: value, changed: changed, focus: focus}
	for i, c := range choices {
		b := &radioButton{group: g, value: c.Value, index: i, label: Plain(c.Label), hint: Muted(c.Hint)}
		if bold {
			b.label.Set(Span{Text: c.Label, Bold: true})
		}
		b.hint.Hidden = c.Hint == ""
		b.keys, b.own = keys, b
		b.press = func() { g.choose(b) }
		b.afterKeys = b.arrow
		b.ExtendBaseWidget(b)
		g.buttons = append(g.buttons, b)
	}
	return g
}

// Value gives the choice that is made.
func (g *Radio) Value() string { return g.value }

// Set makes a choice without telling anybody.
func (g *Radio) Set(value string) {
	if g.value == value {
		return
	}
	g.value = value
	for _, b := range g.buttons {
		b.Refresh()
	}
}

// Choose makes a choice as the admin would.
func (g *Radio) Choose(value string) {
	for _, b := range g.buttons {
		if b.value == value {
			b.activate()
		}
	}
}

// Disable turns all choices off, or on again.
func (g *Radio) Disable(off bool) {
	for _, b := range g.buttons {
		b.setDisabled(off)
	}
}

// Objects gives the choices, for a layout.
func (g *Radio) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(g.buttons))
	for i, b := range g.buttons {
		out[i] = b
	}
	return out
}

// First gives the choice that is made, or the first one, to be focused.
func (g *Radio) First() fyne.Focusable {
	for _, b := range g.buttons {
		if b.value == g.value {
			return b
		}
	}
	return g.buttons[0]
}

func (g *Radio) choose(b *radioButton) {
	if g.value == b.value {
		return
	}
	g.Set(b.value)
	if g.changed != nil {
		g.changed(b.value)
	}
}

type radioButton struct {
	control
	group       *Radio
	value       string
	index       int
	label, hint *Text
}

// arrow goes to the neighbour and chooses it, as everywhere else.
func (b *radioButton) arrow(e *fyne.KeyEvent) bool {
	step := 0
	switch e.Name {
	case fyne.KeyUp, fyne.KeyLeft:
		step = -1
	case fyne.KeyDown, fyne.KeyRight:
		step = 1
	default:
	}
	i := b.index + step
	if step == 0 {
		return false
	}
	if i < 0 || i >= len(b.group.buttons) {
		return true
	}
	next := b.group.buttons[i]
	if b.group.focus != nil {
		b.group.focus(next)
	}
	next.activate()
	return true
}

// HeightFor gives the height at a width.
func (b *radioButton) HeightFor(width float32) float32 { return markedHeight(b.label, b.hint, width) }

func (b *radioButton) naturalWidth() float32 { return markedWidth(b.label, b.hint) }

// MinSize asks for no width.
func (b *radioButton) MinSize() fyne.Size { return markedMin(b, b.Size().Width) }

// CreateRenderer makes the renderer.
func (b *radioButton) CreateRenderer() fyne.WidgetRenderer {
	outer, inner := canvas.NewCircle(nil), canvas.NewCircle(nil)
	focus := ring(11)
	r := &simple{owner: b, objects: []fyne.CanvasObject{focus, outer, inner, b.label, b.hint}, min: b.MinSize}
	r.lay = func(s fyne.Size) {
		pos, size := layMarked(b.label, b.hint, s)
		outer.Move(pos.AddXY(0.75, 0.75))
		outer.Resize(size.SubtractWidthHeight(1.5, 1.5))
		dot := float32(6.5)
		inner.Move(pos.AddXY((size.Width-dot)/2, (size.Height-dot)/2))
		inner.Resize(fyne.NewSquareSize(dot))
		placeRing(focus, pos, size, 2.5)
	}
	r.paint = func() {
		on := b.group.value == b.value
		accent, dot, border := ColorAccent, ColorOnAccent, ColorMuted
		if b.disabled {
			accent, dot, border = ColorAccentOff, ColorOnAccentOff, ColorOff
		}
		outer.StrokeWidth = 1.5
		outer.FillColor, outer.StrokeColor = Color(ColorRaised), Color(border)
		if on {
			outer.FillColor, outer.StrokeColor = Color(accent), Color(accent)
		}
		inner.FillColor, inner.Hidden = Color(dot), !on
		focus.StrokeColor = Color(ColorAccent)
		focus.Hidden = !b.focused || b.disabled
		paintMarked(b.label, b.disabled)
	}
	r.paint()
	return r
}
