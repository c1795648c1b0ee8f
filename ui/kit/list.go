package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// List shows rows of equal height and makes objects only for those in sight. Up
// and Down move, Space and Enter open; Page Up and Page Down turn the page.
type List struct {
	widget.List
	keys   *Keys
	height float32
	at     int
	open   func(i int)
	turn   func(down bool)
}

// NewList makes a list, height px high. length gives the number of rows, item
// makes the object of a row and update fills it. turn may be nil.
func NewList(keys *Keys, height float32, length func() int, item func() fyne.CanvasObject, update func(int, fyne.CanvasObject), open func(i int), turn func(down bool)) *List {
	l := &List{keys: keys, height: height, open: open, turn: turn}
	l.ExtendBaseWidget(l)
	l.Length, l.CreateItem, l.UpdateItem = length, item, update
	l.OnHighlighted = func(i int) { l.at = i }
	l.OnSelected = func(i int) {
		l.UnselectAll() // pressing it again opens it again
		l.press(i)
	}
	return l
}

func (l *List) press(i int) {
	if i >= 0 && i < l.Length() && l.open != nil {
		l.open(i)
	}
}

// Begin shows the first row, after the rows were replaced.
func (l *List) Begin() {
	l.at = 0
	l.Highlight(0)
	l.ScrollToTop()
	l.Refresh()
}

// TypedKey opens a row, turns the page, moves, or hands the key on.
func (l *List) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		l.press(l.at)
	case fyne.KeyPageDown, fyne.KeyPageUp:
		if l.turn != nil {
			l.turn(e.Name == fyne.KeyPageDown)
		}
	case fyne.KeyUp, fyne.KeyDown, fyne.KeySpace:
		l.List.TypedKey(e)
	default:
		l.keys.key(e)
	}
}

// TypedShortcut hands on keys with modifiers.
func (l *List) TypedShortcut(s fyne.Shortcut) { l.keys.shortcut(s) }

// FocusGained scrolls the list into view.
func (l *List) FocusGained() {
	l.List.FocusGained()
	l.keys.reveal(l)
}

// MinSize is the list's height.
func (l *List) MinSize() fyne.Size { return fyne.NewSize(60, l.height) }

// HeightFor is the list's height.
func (l *List) HeightFor(float32) float32 { return l.height }
