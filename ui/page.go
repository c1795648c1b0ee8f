package ui

import (
	"reflect"

	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// page is one page of the wizard. It is made anew each time it is entered.
type page interface {
	// Object is the content below the title.
	Object() fyne.CanvasObject
	// Update shows the state. It never writes an entry's text.
	Update(s setup.State)
	// Head gives title and subtitle. The subtitle may be empty.
	Head(s setup.State) (title, subtitle string)
	// Actions gives the buttons left of Previous.
	Actions(s setup.State) []action
	// First is what gets the focus when the page is entered, or nil.
	First() fyne.Focusable
	// Fields are the inputs beside which the page shows problems.
	Fields() []problem.Field
}

// action is one button of the band.
type action struct {
	text string
	look kit.Look
	off  bool
	do   func()
}

// base gives the defaults of a page.
type base struct{}

func (base) Actions(setup.State) []action { return nil }
func (base) First() fyne.Focusable        { return nil }
func (base) Fields() []problem.Field      { return nil }

// memo remembers what a part of a page was made from, so that it is made anew
// only when that changed and keeps the focus otherwise.
type memo struct{ last []any }

// changed tells whether the values differ from those of the last call.
func (m *memo) changed(values ...any) bool {
	if m.last != nil && reflect.DeepEqual(m.last, values) {
		return false
	}
	m.last = values
	return true
}

// newPage makes the page called name.
func (s *Shell) newPage(name setup.Page) page {
	st := s.session.State()
	switch name {
	case setup.PageComponents:
		return newComponents(s, st)
	case setup.PageCheck:
		return newCheck(s, st)
	case setup.PageEntra:
		return newEntra(s, st)
	case setup.PageDirectories:
		return newDirectories(s)
	case setup.PageReady:
		return newReady(s, st)
	case setup.PageInstalling:
		return newInstalling(s)
	case setup.PageComplete:
		return newComplete(s)
	case setup.PagePending:
		return newPendings(s, st)
	case setup.PageOverview:
		return newOverview(s)
	case setup.PageCompare:
		return newCompare(s, st)
	case setup.PageTasks:
		return newTasks(s)
	case setup.PageStaging:
		return newStaging(s)
	case setup.PageUndo:
		return newUndo(s)
	default:
		return newWelcome(s, st)
	}
}
