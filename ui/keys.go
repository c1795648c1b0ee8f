package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// altLeft goes back, as in a browser.
var altLeft = &desktop.CustomShortcut{KeyName: fyne.KeyLeft, Modifier: fyne.KeyModifierAlt}

// bindKeys takes the keys that no control has got, because nothing has the focus.
// A focused control hands on what it has no use for through kit.Keys.
func (s *Shell) bindKeys() {
	s.canvas.SetOnTypedKey(s.key)
	s.canvas.AddShortcut(altLeft, func(sc fyne.Shortcut) { s.shortcut(sc) })
}

// key handles a key that the focused control left over.
func (s *Shell) key(e *fyne.KeyEvent) {
	var top *dialog
	if n := len(s.dialogs); n > 0 {
		top = s.dialogs[n-1]
	}
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if top != nil {
			top.enter()
		} else {
			s.enter()
		}
	case fyne.KeyEscape:
		if top != nil {
			top.cancel()
		}
	case fyne.KeyF1:
		if top == nil {
			s.ShowHelp()
		}
	case fyne.KeyPageDown, fyne.KeyPageUp:
		s.pageKey(e.Name == fyne.KeyPageDown, top)
	default: // nobody's
	}
}

// enter is Enter where no control has a use for it: the primary button. In Additional
// tasks that is Exit, which nobody means who presses Enter in a search box.
func (s *Shell) enter() {
	if setup.IsAfter(s.shown) {
		s.submit()
		return
	}
	s.pressPrimary()
}

func (s *Shell) pageKey(down bool, top *dialog) {
	if top != nil {
		top.sheet.Body().PageBy(down)
		return
	}
	s.scroll.PageBy(down)
}

// shortcut handles a key with modifiers and tells whether it did.
func (s *Shell) shortcut(sc fyne.Shortcut) bool {
	if sc.ShortcutName() != altLeft.ShortcutName() {
		return false
	}
	if len(s.dialogs) == 0 && s.session.State().CanPrevious() {
		s.session.Dispatch(setup.PreviousPressed{})
	}
	return true
}
