package plan

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// CodeClaimed says that another server claims the database and nobody agreed to
// take it over.
const CodeClaimed problem.Code = "plan.claimed"

// Override records that the database is taken over from another server: a
// deliberate act, for the journal and the report.
type Override struct {
	Server string      `json:"server"` // whose claim it was, as it was typed again to agree
	By     string      `json:"by"`     // the user at this computer
	At     time.Time   `json:"at"`
	Claim  facts.Claim `json:"claim"` // the claim that is put aside
}

// override gives what is overridden, nil for nothing. It refuses to plan past
// another server's claim without the admin's word.
func (b *builder) override() (*Override, *problem.Problem) {
	t := preflight.TakeOverOf(b.set, b.in.Answers)
	switch {
	case t == nil:
		return nil, nil
	case !t.Agreed():
		return nil, &problem.Problem{
			Code: CodeClaimed, What: "The server " + t.Claim.Server + " claims the database.",
			Why: "Nobody agreed to take it over, or there are signs that it is alive.",
			Fix: "See the finding about it on the page Check.",
		}
	}
	return &Override{Server: t.Claim.Server, By: b.set.Computer.User.Or(""), At: b.in.Now.UTC(), Claim: t.Claim}, nil
}

// takeOver words the claim's step for a database that is taken over.
func (s Step) takeOver(o Override) Step {
	by := text(o.By, "the admin")
	s.Title = "Take the database over from " + o.Server
	s.Summary = "Its claim of " + o.Claim.At.UTC().Format("2006-01-02 15:04 UTC") + " is put aside, as " + by + " typed its name; no session, run or moving timestamp spoke for it. " + s.Summary
	s.Changes = append(s.Changes, Change{
		Target: s.Changes[0].Target, Object: "owner", Name: "taken over by " + by, Before: o.Server, After: s.Changes[0].After,
	})
	return s
}
