package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// claimFinding is the finding that says whose the database is.
const claimFinding = "owner.claim"

// takeOver asks on Check, in the row of that finding, for the name of the server from
// which the database is to be taken over.
type takeOver struct {
	object fyne.CanvasObject
	entry  *kit.Entry
	field  *kit.Field
}

func newTakeOver(s *Shell, st setup.State) *takeOver {
	entry := kit.NewEntry(s.keys, st.Answers.TakeOver, "", func(text string) { s.session.Dispatch(setup.TakeOverTyped{Server: text}) })
	t := &takeOver{entry: entry, field: kit.NewField("", "", entry)}
	t.object = t.field.Object()
	return t
}

// update gives the field where taking over is possible, else nil.
func (t *takeOver) update(s setup.State) fyne.CanvasObject {
	var found *preflight.TakeOver
	if s.Facts != nil {
		found = preflight.TakeOverOf(*s.Facts, s.Answers)
	}
	if found == nil || !found.Possible() {
		return nil
	}
	server := found.Claim.Server
	t.field.SetLabel(tr("check.takeover", server))
	hint := tr("check.takeover.hint", server)
	if found.Agreed() {
		hint = tr("check.takeover.agreed", server)
	}
	t.field.SetHint(hint)
	return t.object
}
