package kit

import (
	"fyne.io/fyne/v2"
)

// Expander is a row of a card that opens to show more: with the mouse, Space or
// Enter.
type Expander struct {
	control
	ground *Box
	frame  *Box
	arrow  *Icon
	body   fyne.CanvasObject
	inner  *fyne.Container
	opened func(bool)
}

// NewExpander makes a row. opened is told when the admin opens or closes it, and
// has to lay out the page anew. A nil body makes a row that does not open.
func NewExpander(keys *Keys, head, body fyne.CanvasObject, open bool, opened func(bool)) *Expander {
	e := &Expander{
		ground: NewBox("", "", 5), frame: NewBox("", ColorAccent, 5),
		arrow: NewIcon(IconRight, ColorMuted, 12), body: body, opened: opened,
	}
	e.frame.Stroke = 2
	e.keys, e.own, e.enter = keys, e, true
	e.press = func() { e.Open(!e.IsOpen()) }
	line := Row(10, []float32{Rest, 14}, head, Inset(0, 4, 0, 0, e.arrow))
	e.inner = Column(0, line)
	if body == nil {
		e.disabled, e.arrow.Hidden = true, true
	} else {
		body.Hide()
		if open {
			body.Show()
		}
		e.inner.Add(body)
	}
	e.ExtendBaseWidget(e)
	return e
}

// IsOpen tells whether it shows more.
func (e *Expander) IsOpen() bool { return e.body != nil && e.body.Visible() }

// Open opens or closes the row as the admin would.
func (e *Expander) Open(on bool) {
	if e.body == nil || on == e.IsOpen() {
		return
	}
	if on {
		e.body.Show()
	} else {
		e.body.Hide()
	}
	e.Refresh()
	if e.opened != nil {
		e.opened(on)
	}
}

// HeightFor gives the height at a width.
func (e *Expander) HeightFor(width float32) float32 {
	return HeightFor(e.inner, max(1, width-2*RowX)) + 2*RowY
}

// MinSize asks for no width.
func (e *Expander) MinSize() fyne.Size { return markedMin(e, e.Size().Width) }

// CreateRenderer makes the renderer.
func (e *Expander) CreateRenderer() fyne.WidgetRenderer {
	r := &simple{owner: e, objects: []fyne.CanvasObject{e.ground, e.inner, e.frame}, min: e.MinSize}
	r.lay = func(s fyne.Size) {
		e.ground.Resize(s)
		e.frame.Move(fyne.NewPos(1, 1))
		e.frame.Resize(s.SubtractWidthHeight(2, 2))
		e.inner.Move(fyne.NewPos(RowX, RowY))
		e.inner.Resize(s.SubtractWidthHeight(2*RowX, 2*RowY))
	}
	r.paint = func() {
		fill := fyne.ThemeColorName("")
		if e.IsOpen() || (e.hovered && !e.disabled) {
			fill = ColorBand
		}
		e.ground.Paint(fill, "")
		name := IconRight
		if e.IsOpen() {
			name = IconDown
		}
		e.arrow.Set(name, ColorMuted)
		e.frame.Hidden = !e.focused
	}
	r.paint()
	return r
}

// Parts gives the objects inside, for who looks for one of them.
func (e *Expander) Parts() []fyne.CanvasObject { return []fyne.CanvasObject{e.inner} }
