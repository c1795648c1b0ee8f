package review

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Drift says what of an installation's writes is not any more as it was written: what
// somebody else changed since, which undo leaves alone. A value that can't be read
// says so.
func Drift(p plan.Plan, now facts.Set) []string {
	var out []string
	a := now.ADSync
	if c, ok := a.Claim.Get(); ok && (c == nil || !strings.EqualFold(c.Installation, p.ID)) {
		who := "The database carries no claim any more."
		if c != nil {
			who = "The database is claimed by " + c.Server + " since " + date(c.At) + "."
		}
		out = append(out, who)
	}
	if a.Settings.State != facts.IsKnown {
		out = append(out, "The global settings can't be read: "+a.Settings.Reason()+".")
	} else {
		for _, w := range p.Writes.Settings {
			if v, ok := a.Setting(w.Name); !ok {
				out = append(out, fmt.Sprintf("%s was removed.", w.Name))
			} else if v != w.After {
				out = append(out, fmt.Sprintf("%s was set to %s; the installation wrote %s.", w.Name, quote(v), quote(w.After)))
			}
		}
	}
	return append(out, driftedConnectors(p, a)...)
}

func driftedConnectors(p plan.Plan, a facts.ADSync) []string {
	connectors, ok := a.Connectors.Get()
	if !ok {
		return []string{"The connectors can't be read: " + a.Connectors.Reason() + "."}
	}
	byID := map[string]facts.Connector{}
	for _, c := range connectors {
		byID[strings.ToLower(c.ID)] = c
	}
	var out []string
	for _, w := range p.Writes.Connectors {
		c, ok := byID[strings.ToLower(w.ID)]
		switch {
		case !ok:
			out = append(out, "The connector "+w.Name+" was removed.")
		case !strings.EqualFold(c.Account.String(), w.AccountAfter.String()):
			out = append(out, fmt.Sprintf("The connector %s uses the account %s; the installation wrote %s.", w.Name, plain(c.Account.String()), w.AccountAfter))
		default:
			if key, known := c.KeyID.Get(); known && key != w.KeyAfter {
				out = append(out, "The credentials of the connector "+w.Name+" were written anew.")
			}
		}
	}
	return out
}

func quote(v string) string {
	if v == "" {
		return "nothing"
	}
	return "“" + v + "”"
}
