package preflight

import (
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// TakeOver is where taking the database over from another server stands.
type TakeOver struct {
	Claim facts.Claim // the other server's
	// Alive says what speaks for the other server being alive, or what could not be
	// asked; empty when it was looked for and nothing was seen. A claim's age counts
	// neither way.
	Alive []string
	Typed bool // the admin has typed the other server's name
}

// Possible tells whether the database may be taken over, once the name is typed.
func (t TakeOver) Possible() bool { return len(t.Alive) == 0 }

// Agreed tells whether it is to be taken over.
func (t TakeOver) Agreed() bool { return t.Possible() && t.Typed }

// TakeOverOf looks whether another server claims the database, and what stands
// against taking it over; nil when no other server claims it.
func TakeOverOf(set facts.Set, a answers.Answers) *TakeOver { return takeOver(newSite(set, a)) }

func takeOver(s site) *TakeOver {
	claim, known := s.set.ADSync.Claim.Get()
	if !known || claim == nil || s.claimedHere(claim) {
		return nil
	}
	t := TakeOver{Claim: *claim, Typed: SameServer(s.ans.TakeOver, claim.Server)}
	var g signs
	g.sessions(s)
	g.moving(s)
	g.runs(s)
	t.Alive = slices.Concat(g.strong, g.unasked)
	return &t
}

// claimedHere tells whether a claim is this computer's.
func (s site) claimedHere(c *facts.Claim) bool {
	here := s.set.Computer.Name.Or("")
	return here != "" && strings.EqualFold(hostOnly(c.Server), here)
}

// SameServer tells whether a typed name is that of a server. Case and spaces
// around it do not matter.
func SameServer(typed, server string) bool {
	typed = strings.TrimSpace(typed)
	return typed != "" && strings.EqualFold(typed, strings.TrimSpace(server))
}

// claimOfOther is the finding about another server's claim.
func claimOfOther(f Finding, t TakeOver) Finding {
	server := t.Claim.Server
	f.Severity, f.Title, f.Summary = Blocked, server+" claims the database", "Since "+moment(t.Claim.At)
	f.Consequence = "That server was reconnected to this database with this program. Two servers on one database damage each other's state."
	f.Fix = "Undo the installation on " + server + "."
	switch {
	case t.Agreed():
		f.Severity, f.Title = Warning, "The database is taken over from "+server
		f.Consequence = "If " + server + " ever starts again with this database, the two damage each other's state. The report records who took it over, and what was seen."
		f.Fix = "Make sure that " + server + " is off for good, or uninstall Microsoft Entra Connect on it."
	case t.Possible():
		f.Summary += "; no sign of life of it was seen now"
		f.Fix += " If it is gone for good, take the database over: type its name on the page Check, or give it as takeOver in the answers file."
	default:
		f.Summary += "; it can't be taken over now: " + strings.Join(t.Alive, "; ")
		f.Fix += " The database can be taken over only while its sessions, its runs and its timestamp can be seen and show no life. A claim's age counts neither way."
	}
	return f
}
