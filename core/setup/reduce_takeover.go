package setup

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// TakeOverTyped gives the name of the server from which the database is to be
// taken over, as the admin types it on Check. Only the whole name counts.
type TakeOverTyped struct{ Server string }

func (TakeOverTyped) event() {}

// typeTakeOver keeps the name and judges again: the finding about the other
// server's claim follows from it.
func (s State) typeTakeOver(server string) State {
	if s.Facts == nil || server == s.Answers.TakeOver {
		return s
	}
	s.Answers.TakeOver, s.Plan = server, nil
	s.Findings = preflight.Judge(*s.Facts, s.Answers)
	return s
}
