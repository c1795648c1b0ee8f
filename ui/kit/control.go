package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Keys is what the window does with keys that a control has no use for: Enter
// for the primary button, Escape, F1, Alt+Left. A focused control gets every key
// first in Fyne and keeps it, so each control of this package hands on the rest.
type Keys struct {
	// Key handles a key.
	Key func(*fyne.KeyEvent)
	// Shortcut handles a key with modifiers and tells whether it did.
	Shortcut func(fyne.Shortcut) bool
	// Reveal scrolls a control into view when Tab has reached it. May be nil.
	Reveal func(fyne.CanvasObject)
}

func (k *Keys) reveal(o fyne.CanvasObject) {
	if k != nil && k.Reveal != nil {
		k.Reveal(o)
	}
}

func (k *Keys) key(e *fyne.KeyEvent) {
	if k != nil && k.Key != nil {
		k.Key(e)
	}
}

func (k *Keys) shortcut(s fyne.Shortcut) bool {
	return k != nil && k.Shortcut != nil && k.Shortcut(s)
}

// control is what all our controls share: focus, hover, being disabled, and
// handing on keys. own is the control itself, press what it does.
type control struct {
	widget.BaseWidget
	keys      *Keys
	own       fyne.Focusable
	press     func()
	enter     bool // Enter presses it, not only Space
	focused   bool
	hovered   bool
	disabled  bool
	afterKeys func(*fyne.KeyEvent) bool // further keys of the control
}

// FocusGained draws the focus ring.
func (c *control) FocusGained() {
	c.focused = true
	c.Refresh()
	c.keys.reveal(c.own.(fyne.CanvasObject))
}

// FocusLost takes the focus ring away.
func (c *control) FocusLost() {
	c.focused = false
	c.Refresh()
}

// Focused tells whether the control has the focus.
func (c *control) Focused() bool { return c.focused }

// TypedRune does nothing: controls take no text.
func (c *control) TypedRune(rune) {}

// TypedKey presses the control on Space (and Enter, where that is its meaning)
// and hands on every other key.
func (c *control) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeySpace || (c.enter && isEnter(e.Name)):
		c.activate()
	case c.afterKeys != nil && c.afterKeys(e):
	default:
		c.keys.key(e)
	}
}

// TypedShortcut hands on keys with modifiers.
func (c *control) TypedShortcut(s fyne.Shortcut) { c.keys.shortcut(s) }

// Tapped takes the focus and presses the control.
func (c *control) Tapped(*fyne.PointEvent) {
	if c.disabled {
		return
	}
	if cv := fyne.CurrentApp().Driver().CanvasForObject(c.own.(fyne.CanvasObject)); cv != nil {
		cv.Focus(c.own)
	}
	c.activate()
}

func (c *control) activate() {
	if !c.disabled && c.press != nil {
		c.press()
	}
}

// MouseIn draws the control as being under the mouse.
func (c *control) MouseIn(*desktop.MouseEvent) {
	c.hovered = true
	c.Refresh()
}

// MouseMoved does nothing.
func (c *control) MouseMoved(*desktop.MouseEvent) {}

// MouseOut draws the control as it was.
func (c *control) MouseOut() {
	c.hovered = false
	c.Refresh()
}

// Cursor is a hand where a press does something.
func (c *control) Cursor() desktop.Cursor {
	if c.disabled {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// Enable makes the control work.
func (c *control) Enable() { c.setDisabled(false) }

// Disable makes the control do nothing; Tab passes it by.
func (c *control) Disable() { c.setDisabled(true) }

// Disabled tells whether the control does nothing.
func (c *control) Disabled() bool { return c.disabled }

func (c *control) setDisabled(off bool) {
	if c.disabled == off {
		return
	}
	c.disabled = off
	if off {
		c.hovered = false
	}
	c.Refresh()
}

// isEnter tells whether a key is Enter, of the letters or of the numbers.
func isEnter(k fyne.KeyName) bool { return k == fyne.KeyReturn || k == fyne.KeyEnter }

// Tap is the ground for controls of other packages: embed it, call Setup, and
// draw by Focused, Hovered and Disabled.
type Tap struct{ control }

// Setup says which control it is, where its other keys go, and what a press does.
func (t *Tap) Setup(own fyne.Focusable, keys *Keys, press func()) {
	t.own, t.keys, t.press, t.enter = own, keys, press, true
}

// Hovered tells whether the mouse is over the control.
func (t *Tap) Hovered() bool { return t.hovered }
