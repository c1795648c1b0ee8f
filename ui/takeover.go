package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// takeOver asks on Check for the name of the server from which the database is
// to be taken over. It shows only where that is possible.
type takeOver struct {
	object fyne.CanvasObject
	field  *kit.Field
}

func newTakeOver(s *Shell, st setup.State) *takeOver {
	entry := kit.NewEntry(s.keys, st.Answers.TakeOver, "", func(text string) { s.session.Dispatch(setup.TakeOverTyped{Server: text}) })
	t := &takeOver{field: kit.NewField("", "", entry)}
	t.object = t.field.Object()
	return t
}

func (t *takeOver) update(s setup.State) {
	var found *preflight.TakeOver
	if s.Facts != nil {
		found = preflight.TakeOverOf(*s.Facts, s.Answers)
	}
	show(t.object, found != nil && found.Possible())
	if found == nil {
		return
	}
	server := found.Claim.Server
	t.field.SetLabel(tr("check.takeover", server))
	hint := tr("check.takeover.hint", server)
	if found.Agreed() {
		hint = tr("check.takeover.agreed", server)
	}
	t.field.SetHint(hint)
}
