package handover

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Page is one page of Microsoft's setup with what is to be typed or pressed there.
type Page struct {
	Title  string  `json:"title"`
	Values []Value `json:"values,omitempty"`
	Note   string  `json:"note,omitempty"` // what to press, or to leave alone
}

// Value is what goes into one field. It is never a secret.
type Value struct {
	Field string `json:"field"` // as the setup calls it
	Text  string `json:"text"`  // what to type; empty for something that only the admin knows
	Hint  string `json:"hint,omitempty"`
	// Password names the forest whose new account's password this program knows,
	// so that it can be copied by a press; empty for none.
	Password string `json:"password,omitempty"`
}

// Values gives what is to be typed, page by page, in the order of the setup's
// pages in this mode (docs: how-to-connect-install-existing-database).
func Values(p plan.Plan, a answers.Answers) []Page {
	if p.HandOver == nil {
		return nil
	}
	return []Page{
		{Title: "Welcome", Note: "Agree to the licence terms and press Continue."},
		componentsPage(*p.HandOver, a),
		{
			Title: "Connect to Microsoft Entra ID",
			Values: []Value{
				{Field: "USERNAME", Text: a.Entra.User, Hint: "a Hybrid Identity Administrator of " + p.Identity.Tenant},
				{Field: "PASSWORD", Hint: "yours; this program does not have it"},
			},
			Note: "The setup makes its own sync identity with it.",
		},
		directoriesPage(p),
		{Title: "Ready to configure", Note: startNote(a) + " Press Install. Staging mode is on by itself in this mode; leave it on."},
	}
}

func startNote(a answers.Answers) string {
	if a.Options.StartSync {
		return "Leave Start the synchronization process when configuration completes ticked."
	}
	return "Take the tick from Start the synchronization process when configuration completes."
}

// componentsPage is the page Install required components. The instance goes into a
// field of its own there, with a port behind a comma.
func componentsPage(h plan.HandOver, a answers.Answers) Page {
	server, instance := split(a.SQL.Server, a.SQL.Instance)
	p := Page{
		Title: "Install required components",
		Values: []Value{
			{Field: "SERVER NAME", Text: server},
			{Field: "INSTANCE NAME", Text: instance},
			{Field: "DATABASE NAME", Text: h.Database},
		},
		Note: "Use an existing SQL Server is ticked already. The setup signs in to SQL Server as the Windows user who runs it.",
	}
	if instance == "" {
		p.Values[1].Hint = "leave it empty"
	}
	s := a.Components.ServiceAccount
	if s.Kind != answers.AccountVirtual {
		p.Values = append(p.Values, Value{Field: "SERVICE ACCOUNT", Text: s.Name, Hint: "tick Use an existing service account"})
		if s.Kind == answers.AccountDomain {
			p.Values = append(p.Values, Value{Field: "SERVICE ACCOUNT PASSWORD", Hint: "as you gave it on Install required components"})
		}
	}
	if a.Components.Location != "" {
		p.Values = append(p.Values, Value{Field: "INSTALLATION LOCATION", Text: a.Components.Location, Hint: "tick Specify a custom installation location"})
	}
	g := a.Components.Groups
	for _, x := range []struct{ field, name string }{
		{"ADMINISTRATORS GROUP", g.Administrators},
		{"OPERATORS GROUP", g.Operators},
		{"BROWSE GROUP", g.Browse},
		{"PASSWORD RESET GROUP", g.PasswordReset},
	} {
		if x.name != "" {
			p.Values = append(p.Values, Value{Field: x.field, Text: x.name, Hint: "tick Specify custom sync groups"})
		}
	}
	return p
}

// split takes a pasted server name apart into what goes into the two fields:
// SQL01\HYBRID into SQL01 and HYBRID, SQL01,14330 into SQL01 and MSSQLSERVER,14330.
func split(server, instance string) (host, name string) {
	host, name = strings.TrimSpace(server), strings.TrimSpace(instance)
	host = strings.TrimPrefix(strings.TrimPrefix(host, "tcp:"), "TCP:")
	if h, rest, ok := strings.Cut(host, `\`); ok {
		host = h
		if name == "" {
			name = rest
		}
		return host, name
	}
	if h, port, ok := strings.Cut(host, ","); ok {
		host = h
		if name == "" {
			name = "MSSQLSERVER," + port
		} else if !strings.Contains(name, ",") {
			name += "," + port
		}
	}
	return host, name
}

// directoriesPage is the page Connect your directories with its dialog for each forest.
func directoriesPage(p plan.Plan) Page {
	out := Page{
		Title: "Connect your directories",
		Note:  "Every forest has a red cross: press Change Credentials beside it and choose Use existing AD account. Add Directory is not for this mode.",
	}
	for _, a := range p.Accounts {
		login := facts.Account{Domain: a.Domain, User: a.User}.String()
		out.Values = append(out.Values, Value{Field: a.Forest + " · DOMAIN USERNAME", Text: login})
		password := Value{Field: a.Forest + " · PASSWORD", Hint: "as you gave it for " + login}
		if a.Option != answers.ExistingAccount {
			password.Hint, password.Password = "made by this program for "+login, a.Forest
		}
		out.Values = append(out.Values, password)
	}
	return out
}

// Text gives the values as plain lines, for the clipboard and the console.
func Text(pages []Page) string {
	var b strings.Builder
	for _, p := range pages {
		fmt.Fprintln(&b, p.Title)
		for _, v := range p.Values {
			fmt.Fprintf(&b, "  %s: %s\n", v.Field, strings.Trim(v.Text+" ("+v.Hint+")", " ()"))
		}
		if p.Note != "" {
			fmt.Fprintln(&b, "  "+p.Note)
		}
	}
	return b.String()
}
