package preflight

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeExceptions names the objects that the rights of the domain do not reach, so
// that nobody searches for them after the first errors.
func judgeExceptions(f forestSite) []Finding {
	r := f.acc.Forest.Exceptions
	x, known := r.Get()
	if !known {
		return nil // a note that can't be given is no loss: nothing rests on it
	}
	unread := unreadDomains(x)
	if x.Admins.Count+x.Units.Count == 0 {
		if len(x.Unread) == 0 {
			return nil
		}
		return []Finding{f.unknown("forest.exceptions", "objects that do not inherit the rights of the account", unread,
			"Make sure that a domain controller of that domain can be reached, then press OK again.", product.LinkConnectorAccount)}
	}
	out := f.finding("forest.exceptions", "some objects do not inherit the rights of the account", product.LinkConnectorAccount)
	out.Severity = Note
	var parts []string
	add := func(e facts.Examples, what, reason string) {
		if e.Count == 0 {
			return
		}
		number := plural(int64(e.Count), what)
		if x.More {
			number = "at least " + number
		}
		parts = append(parts, number+" "+reason)
		for _, dn := range e.Named {
			out.Evidence = append(out.Evidence, Evidence{Value: dn + ", " + reason, Source: r.Source, At: r.At})
		}
	}
	add(x.Admins, "account", "under AdminSDHolder")
	add(x.Units, "organizational unit", "with inheritance off")
	if unread != "" {
		parts = append(parts, unread)
	}
	out.Summary = strings.Join(parts, "; ")
	out.Consequence = "Writing to them fails, such as the source anchor or a password that is written back, and reading may."
	out.Fix = "Grant the rights there too if these objects are synchronized: on the organizational units themselves, and for protected accounts on AdminSDHolder (-IncludeAdminSdHolders)."
	return []Finding{out}
}

// unreadDomains names the domains that the numbers leave out, each with the reason.
func unreadDomains(x facts.Exceptions) string {
	if len(x.Unread) == 0 {
		return ""
	}
	parts := make([]string, len(x.Unread))
	for i, u := range x.Unread {
		parts[i] = u.Domain + " (" + u.Why + ")"
	}
	return "not looked at: " + strings.Join(parts, ", ")
}
