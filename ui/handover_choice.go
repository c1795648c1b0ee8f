package ui

import (
	"fyne.io/fyne/v2"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// handOver is the choice on Ready to configure to let Microsoft's setup do the rest.
type handOver struct {
	object *fyne.Container
	check  *kit.Check
	get    fyne.CanvasObject // where the setup comes from
	made   memo
}

func newHandOver(s *Shell, st setup.State) *handOver {
	h := &handOver{}
	h.check = kit.NewCheck(s.keys, tr("ready.handover"), tr("ready.handover.hint"), st.Answers.Options.HandOver, func(on bool) {
		o := s.session.State().Answers.Options
		o.HandOver = on
		s.session.Dispatch(setup.OptionsEdited{Options: o})
	})
	h.get = kit.Inset(28, 0, 0, 0, kit.NewSmallLink(s.keys, tr("ready.handover.get"), func() { s.openURL(handover.Download) }))
	h.object = kit.Column(4, h.check, h.get)
	return h
}

func (h *handOver) update(s setup.State) {
	chosen := s.Answers.Options.HandOver
	h.check.Set(chosen)
	if s.Facts == nil || !h.made.changed(s.Facts, s.FieldProblem(answers.FieldHandOver), chosen) {
		return
	}
	ok, why := preflight.CanHandOver(*s.Facts)
	show(h.get, !ok)
	hint := tr("ready.handover.hint")
	if !ok {
		hint = why
	}
	if p := s.FieldProblem(answers.FieldHandOver); p != nil {
		hint = problemText(p)
	}
	h.check.SetHint(hint)
	if ok || chosen { // what an answers file chose can be taken back
		h.check.Enable()
	} else {
		h.check.Disable()
	}
}
