package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Entry is a line of text that hands on the keys it has no use for.
type Entry struct {
	widget.Entry
	keys *Keys
}

// NewEntry makes an entry; changed is called for every change by the admin.
func NewEntry(keys *Keys, text, placeholder string, changed func(string)) *Entry {
	e := &Entry{keys: keys}
	e.ExtendBaseWidget(e)
	e.Text, e.PlaceHolder, e.OnChanged = text, placeholder, changed
	return e
}

// NewPassword makes an entry that shows dots.
func NewPassword(keys *Keys, placeholder string, changed func(string)) *Entry {
	e := &Entry{keys: keys}
	e.Password = true
	e.ExtendBaseWidget(e)
	e.PlaceHolder, e.OnChanged = placeholder, changed
	return e
}

// TypedKey hands Enter, Escape and the function keys to the window.
func (e *Entry) TypedKey(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape, fyne.KeyF1:
		e.keys.key(k)
	default:
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut gives the window its shortcuts first, then the entry its own.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if !e.keys.shortcut(s) {
		e.Entry.TypedShortcut(s)
	}
}

// FocusGained scrolls the entry into view.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	e.keys.reveal(e)
}
