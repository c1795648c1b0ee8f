// Package ui is the window of the wizard: it shows the state of a session and
// tells the session what the admin does. It starts no goroutine and knows no
// database, directory or network.
package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// Session is the wizard without a screen, as setup.Session is it.
type Session interface {
	// State gives the state as it is now.
	State() setup.State
	// Dispatch tells what the admin did.
	Dispatch(e setup.Event)
}

// Scenario is one practice site to choose from.
type Scenario struct {
	Name  string // as on the command line
	Title string
	Text  string // what to expect, in a sentence
}

// Hooks is what the window needs from outside. Every field may be left empty.
type Hooks struct {
	// OnUI runs a function on the goroutine that may touch the window: fyne.Do.
	// Without it Changed runs it at once, as tests want it.
	OnUI func(func())
	// OpenURL opens a page in the system's browser.
	OpenURL func(url string) error
	// Copy puts text on the clipboard. Without it the app's own clipboard is used.
	Copy func(text string)
	// PickSave lets the admin choose where a file goes, by the system's own
	// dialog; done gets the path, or nothing happens. Without it only a path can
	// be typed.
	PickSave func(suggested string, done func(path string))
	// PickFolder lets the admin choose a folder.
	PickFolder func(done func(path string))
	// SaveDir is the folder that is suggested for reports and plans.
	SaveDir string
	// Scenarios are the practice sites. Without them there is no Practice button.
	Scenarios []Scenario
	// Log is the program's log. Without it there is no Log link.
	Log Log
	// Close ends the program. The window has asked before where it had to.
	Close func()
	// Now gives the time for the clock of a running step; default time.Now.
	Now func() time.Time
	// Still switches animations off, for pictures.
	Still bool
}

func (h Hooks) now() time.Time {
	if h.Now != nil {
		return h.Now()
	}
	return time.Now()
}

func (h Hooks) copy(text string) {
	if h.Copy != nil {
		h.Copy(text)
		return
	}
	if app := fyne.CurrentApp(); app != nil {
		app.Clipboard().SetContent(text)
	}
}
