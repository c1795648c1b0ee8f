package ui

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// afterNav are the entries of the list while Additional tasks are open.
func afterNav() []setup.Page {
	return append([]setup.Page{setup.PageComponents}, setup.AfterPages()...)
}

// afterKey gives the key of an entry's text: the page of the connection is called
// by what it is for here.
func afterKey(p setup.Page) string {
	if p == setup.PageComponents {
		return "nav.connection"
	}
	return "nav." + string(p)
}

// afterBase is what the pages of Additional tasks have in common.
type afterBase struct {
	base
	shell *Shell
}

// Actions gives Read again, and Save report once there is something to save.
func (b afterBase) Actions(s setup.State) []action {
	return append(b.saving(s), b.reading(s))
}

func (b afterBase) reading(s setup.State) action {
	return action{text: tr("after.again"), look: kit.Small, off: s.Busy != nil, do: func() { b.shell.session.Dispatch(setup.ReadAgainPressed{}) }}
}

func (b afterBase) saving(s setup.State) []action {
	if s.After == nil || s.After.Facts == nil {
		return nil
	}
	return []action{{text: tr("complete.save"), look: kit.Small, off: s.Busy != nil, do: b.shell.ShowSaveReport}}
}

// afterHead gives the title of a page of Additional tasks, with when and from where
// it was read.
func afterHead(s setup.State, key string) (title, subtitle string) {
	switch {
	case s.After != nil && s.After.Facts != nil:
		return tr(key), tr("after.read", s.After.Facts.Database.Name, or(s.After.Facts.SQL.Typed), dateTime(s.After.Facts.At))
	case s.Busy != nil:
		return tr(key), tr("after.reading")
	default:
		return tr(key), tr("after.unread")
	}
}

// afterAction opens Additional tasks from a page of the wizard.
func (s *Shell) afterAction(st setup.State) action {
	return action{text: tr("after.open"), look: kit.Small, off: !st.CanOpenAfter(), do: func() { s.session.Dispatch(setup.AfterOpened{}) }}
}
