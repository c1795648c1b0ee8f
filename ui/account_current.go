package ui

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

// currentUser is the choice to sign in as whoever runs this program. Where nobody
// could, it is not there. While it is ticked, the fields for name and password are not.
type currentUser struct {
	check   *kit.Check
	offered bool
}

// newCurrentUser makes the choice for the user that the state names.
func newCurrentUser(s *Shell, user string, how answers.ForestSignIn, changed func()) *currentUser {
	c := &currentUser{offered: user != ""}
	c.check = kit.NewCheck(s.keys, tr("account.current", user), tr("account.current.hint"), c.offered && how == answers.ForestWindows, func(bool) { changed() })
	return c
}

// on tells whether the current user signs in.
func (c *currentUser) on() bool { return c.offered && c.check.On() }

// signIn gives the choice as an answer.
func (c *currentUser) signIn() answers.ForestSignIn {
	if c.on() {
		return answers.ForestWindows
	}
	return ""
}

// arrange shows the choice where it fits, and the fields that it leaves over. It
// tells whether the current user signs in.
func (c *currentUser) arrange(fits bool, fields ...*kit.Field) bool {
	show(c.check, c.offered && fits)
	current := fits && c.on()
	for _, f := range fields {
		show(f.Object(), !current)
	}
	return current
}
