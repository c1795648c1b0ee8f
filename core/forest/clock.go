package forest

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// withClock says by how much the clocks differ, as the domain controller told its
// time before anybody signed in.
func (c controller) withClock(p *problem.Problem) *problem.Problem {
	if p.Code != CodeClock || !c.root.clockKnown {
		return p
	}
	out := *p
	switch by := c.root.clock.Abs().Round(time.Minute); {
	case by == 0: // LDAP and Kerberos need not tell the same time
	case c.root.clock > 0:
		out.What = "This computer's clock is " + by.String() + " behind that of " + c.name() + "."
	default:
		out.What = "This computer's clock is " + by.String() + " ahead of that of " + c.name() + "."
	}
	return &out
}
