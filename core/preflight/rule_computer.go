package preflight

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeComputer looks at this computer, as far as its facts are given: what is
// not known of it is left to the checks of the computer itself.
func judgeComputer(s site) []Finding {
	var out []Finding
	c := s.set.Computer
	domain, known := c.Domain.Get()
	if known && strings.TrimSpace(domain) == "" {
		out = append(out, Finding{
			ID: "computer.domain", Area: AreaComputer, Severity: Blocked,
			Title:       "This computer is not in a domain",
			Consequence: "Microsoft Entra Connect runs on domain members only.",
			Fix:         "Run the program on the new synchronization server, after it has joined the domain.",
			Link:        product.LinkPrerequisites, Evidence: []Evidence{evidence(c.Domain, text)},
		})
	} else if known {
		out = append(out, Finding{
			ID: "computer.domain", Area: AreaComputer, Severity: Pass, Title: "This computer is in the domain " + domain,
			Link: product.LinkPrerequisites, Evidence: []Evidence{evidence(c.Domain, text)},
		})
	}
	if admin, ok := c.Admin.Get(); ok && !admin {
		out = append(out, Finding{
			ID: "computer.admin", Area: AreaComputer, Severity: Warning,
			Title:       "The program does not run as administrator",
			Summary:     c.User.Or(""),
			Consequence: "The database can be configured, but nothing on this computer.",
			Fix:         "Start it as a domain user who is a local administrator (Run as administrator).",
			Link:        product.LinkPrerequisites, Evidence: []Evidence{evidence(c.Admin, yesNo), evidence(c.User, text)},
		})
	}
	user, ok := c.User.Get()
	name, named := c.Name.Get()
	if prefix, _, found := strings.Cut(user, `\`); ok && named && found && domain != "" && strings.EqualFold(prefix, name) {
		out = append(out, Finding{
			ID: "computer.user", Area: AreaComputer, Severity: Warning,
			Title:       "You are signed in as a local user",
			Summary:     user,
			Consequence: "A local user cannot find the domain; the product's own wizard fails under one.",
			Fix:         "Sign in as a domain user who is a local administrator.",
			Link:        product.LinkPrerequisites, Evidence: []Evidence{evidence(c.User, text)},
		})
	}
	return out
}
