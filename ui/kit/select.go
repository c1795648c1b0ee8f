package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Select shows one of several choices and opens the list of them.
type Select struct {
	control
	choices []Choice
	value   string
	changed func(string)
	canvas  func() fyne.Canvas
}

// NewSelect makes a select. cv gives the canvas that the list opens on.
func NewSelect(keys *Keys, value string, choices []Choice, cv func() fyne.Canvas, changed func(string)) *Select {
	s := &Select{choices: choices, value: value, changed: changed, canvas: cv}
	s.keys, s.own = keys, s
	s.press = s.open
	s.afterKeys = s.arrow
	s.ExtendBaseWidget(s)
	return s
}

// Value gives the choice that is made.
func (s *Select) Value() string { return s.value }

// Set makes a choice without telling anybody.
func (s *Select) Set(value string) {
	if s.value != value {
		s.value = value
		s.Refresh()
	}
}

// Choose makes a choice as the admin would.
func (s *Select) Choose(value string) {
	if s.value == value || s.disabled {
		return
	}
	s.Set(value)
	if s.changed != nil {
		s.changed(value)
	}
}

func (s *Select) arrow(e *fyne.KeyEvent) bool {
	step := 0
	switch e.Name {
	case fyne.KeyUp:
		step = -1
	case fyne.KeyDown:
		step = 1
	default:
		return false
	}
	for i, c := range s.choices {
		if j := i + step; c.Value == s.value && j >= 0 && j < len(s.choices) {
			s.Choose(s.choices[j].Value)
			break
		}
	}
	return true
}

func (s *Select) open() {
	items := make([]*fyne.MenuItem, len(s.choices))
	for i, c := range s.choices {
		items[i] = fyne.NewMenuItem(c.Label, func() { s.Choose(c.Value) })
		items[i].Checked = c.Value == s.value
	}
	PopUp(s.canvas(), s, items)
}

// PopUp opens a menu under an object.
func PopUp(cv fyne.Canvas, under fyne.CanvasObject, items []*fyne.MenuItem) {
	menu := widget.NewPopUpMenu(fyne.NewMenu("", items...), cv)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(under)
	menu.ShowAtPosition(at.AddXY(0, under.Size().Height+2))
	menu.Resize(fyne.NewSize(max(under.Size().Width, menu.MinSize().Width), menu.MinSize().Height))
}

func (s *Select) label() string {
	for _, c := range s.choices {
		if c.Value == s.value {
			return c.Label
		}
	}
	return s.value
}

// MinSize is that of an entry.
func (s *Select) MinSize() fyne.Size { return fyne.NewSize(120, 36) }

// CreateRenderer makes the renderer.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	fill := canvas.NewRectangle(color.Transparent)
	label := canvas.NewText("", nil)
	arrow := NewIcon(IconDown, ColorMuted, 12)
	focus := ring(7)
	r := &simple{owner: s, objects: []fyne.CanvasObject{focus, fill, label, arrow}, min: s.MinSize}
	r.lay = func(size fyne.Size) {
		fill.Move(fyne.NewPos(0.5, 0.5))
		fill.Resize(fyne.NewSize(max(0, size.Width-1), max(0, size.Height-1)))
		label.Move(fyne.NewPos(10, 0))
		label.Resize(fyne.NewSize(max(0, size.Width-44), size.Height))
		label.Text = shorten(s.label(), max(0, size.Width-44), label.TextSize)
		arrow.Move(fyne.NewPos(size.Width-28, (size.Height-12)/2))
		arrow.Resize(fyne.NewSquareSize(12))
		placeRing(focus, fyne.Position{}, size, 2)
	}
	r.paint = func() {
		label.TextSize = SizeBody
		fill.CornerRadius, fill.StrokeWidth = 5, 1
		fill.FillColor, label.Color = Color(ColorRaised), Color(ColorText)
		fill.StrokeColor = Color("inputBorder")
		if s.hovered {
			fill.FillColor = Color(ColorHover)
		}
		if s.disabled {
			label.Color = Color(ColorOff)
		}
		focus.StrokeColor = Color(ColorAccent)
		focus.Hidden = !s.focused || s.disabled
	}
	r.paint()
	return r
}

// shorten cuts text to a width and ends it with an ellipsis.
func shorten(text string, width, size float32) string {
	return shortenStyled(text, width, size, fyne.TextStyle{})
}

func shortenStyled(text string, width, size float32, style fyne.TextStyle) string {
	if fyne.MeasureText(text, size, style).Width <= width {
		return text
	}
	runes := []rune(text)
	for len(runes) > 1 && fyne.MeasureText(string(runes)+"…", size, style).Width > width {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
