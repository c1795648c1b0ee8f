package preflight

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// lowestLevel is the lowest forest functional level that the product takes.
const lowestLevel = 2003

// JudgeForest gives the findings on one forest and the account that was given
// for it, worst first. Every title names the forest, as reports show the
// findings of all forests in one list.
func JudgeForest(set facts.Set, connector facts.Connector, acc facts.ForestAccount) []Finding {
	name := acc.Forest.Name
	if name == "" {
		name = forestName(connector)
	}
	f := forestSite{set: set, name: name, acc: acc}
	var out []Finding
	for _, judge := range []func(forestSite) []Finding{
		judgeRights, judgeLevel, judgeForestClock, judgeControllers, judgeNames, judgeOldAccounts, judgeExceptions,
	} {
		out = append(out, judge(f)...)
	}
	Sort(out)
	return out
}

type forestSite struct {
	set  facts.Set
	name string
	acc  facts.ForestAccount
}

func (f forestSite) finding(id, title, link string) Finding {
	return Finding{ID: id, Area: AreaDirectory, Severity: Pass, Title: f.name + ": " + title, Link: link}
}

func (f forestSite) unknown(id, subject, why, fix, link string, seen ...Evidence) Finding {
	return unknown(id, AreaDirectory, f.name+": "+subject, why, fix, link, seen...)
}

func judgeRights(f forestSite) []Finding {
	const id = "forest.rights"
	link := product.LinkConnectorAccount
	if len(f.acc.Rights) == 0 {
		return []Finding{f.unknown(id, "the rights of the account", "no right was looked at",
			"Compare the rights with Microsoft's table for each feature.", link)}
	}
	var lacking, open []string
	basic, granted := false, 0
	out := f.finding(id, "the account has the rights that the configuration needs", link)
	commands := 0
	for _, r := range f.acc.Rights {
		value := r.Text + ": " + string(r.State)
		switch r.State {
		case facts.RightLacks:
			lacking = append(lacking, r.Text)
			basic = basic || r.Feature == facts.FeatureBasicRead
			commands += len(r.Command)
		case facts.RightGranted:
			granted++
		case facts.RightHas:
		default:
			open = append(open, r.Text)
			value = r.Text + ": not known, " + text(r.Why)
		}
		out.Evidence = append(out.Evidence, Evidence{Value: value, Source: "security descriptor of " + r.Domain, At: f.acc.At})
		for _, c := range r.Command {
			out.Evidence = append(out.Evidence, Evidence{Value: c, Source: "command for a domain administrator", At: f.acc.At})
		}
	}
	switch {
	case len(lacking) > 0:
		out.Severity = Warning
		out.Title = f.name + ": the account lacks " + plural(int64(len(lacking)), "right")
		out.Summary = list(lacking, 3)
		out.Consequence = "The features that need them fail for every object, at the first synchronization and not here."
		out.Fix = "Grant them, then press OK again, or let a new account be created, which gets exactly these rights."
		if commands > 0 {
			out.Fix = "A domain administrator runs the dsacls commands below, then press OK again; or let a new account be created, which gets exactly these rights."
		}
		if basic {
			out.Severity = Blocked
			out.Consequence = "Without reading every property nothing can be imported from this forest, and missing objects would look like deleted ones."
		}
		return []Finding{out}
	case len(open) > 0:
		return []Finding{f.unknown(id, "the rights of the account", list(open, 3), "Compare them with Microsoft's table for each feature.", link, out.Evidence...)}
	default:
		out.Summary = plural(int64(len(f.acc.Rights)), "right")
		if granted > 0 && f.acc.Grantor != "" {
			out.Title = f.name + ": Install gives the account the rights that it lacks"
			out.Summary = fmt.Sprintf("%s, %d of them granted by Install, signed in as %s", out.Summary, granted, f.acc.Grantor)
		}
		return []Finding{out}
	}
}

func judgeLevel(f forestSite) []Finding {
	const id = "forest.level"
	r := f.acc.Forest.Level
	link := product.LinkPrerequisites
	value, known := r.Get()
	level, err := levelYear(value)
	if !known || err != nil {
		why := r.Reason()
		if known {
			why = "the level " + text(value) + " is not known here"
		}
		return []Finding{f.unknown(id, "the functional level", why, "It has to be Windows Server 2003 or higher.", link, evidence(r, text))}
	}
	out := f.finding(id, "the functional level fits", link)
	out.Summary, out.Evidence = value, []Evidence{evidence(r, text)}
	// 2003 interim is what a forest with Windows NT domain controllers has, and lower than 2003.
	if level < lowestLevel || strings.Contains(strings.ToLower(value), "interim") {
		out.Severity, out.Title = Blocked, f.name+": the functional level is too low"
		out.Consequence = "Microsoft Entra Connect needs a forest at Windows Server 2003 or higher."
		out.Fix = "Raise the forest functional level."
	}
	return []Finding{out}
}

// levelYear takes the year out of a functional level: "2016", "Windows2012R2".
func levelYear(level string) (int, error) {
	digits := strings.TrimLeftFunc(level, func(r rune) bool { return r < '0' || r > '9' })
	return strconv.Atoi(digits[:min(4, len(digits))])
}

func judgeForestClock(f forestSite) []Finding {
	const id = "forest.clock"
	r := f.acc.Forest.Clock
	seen := evidence(r, func(d time.Duration) string { return roughly(d.Abs()) })
	diff, known := r.Get()
	if !known {
		return []Finding{f.unknown(id, "the clock", r.Reason(), "Compare this computer's clock with that of a domain controller.", product.LinkPrerequisites, seen)}
	}
	out := f.finding(id, "the clocks agree", product.LinkPrerequisites)
	out.Evidence = []Evidence{seen}
	if diff.Abs() > clockLimit {
		out.Severity, out.Title = Warning, f.name+": the clocks differ"
		out.Summary = "By " + roughly(diff.Abs())
		out.Consequence = "Kerberos refuses sign-ins beyond 5 minutes."
		out.Fix = "Set this computer to the time of the domain (w32tm /resync) and press OK again."
	}
	return []Finding{out}
}

func judgeControllers(f forestSite) []Finding {
	const id = "forest.controllers"
	r := f.acc.Forest.Controllers
	link := product.LinkPorts
	all, known := r.Get()
	if !known || len(all) == 0 {
		why := r.Reason()
		if known {
			why = "no domain controller was found"
		}
		return []Finding{f.unknown(id, "the domain controllers", why, "Make sure that a writable domain controller can be reached.", link,
			evidence(r, func([]facts.Controller) string { return "none" }))}
	}
	out := f.finding(id, "a writable domain controller answers", link)
	writable, open := 0, 0
	var closed []string
	for _, c := range all {
		value := c.Host
		if !c.Writable {
			value += ", read-only"
		} else {
			writable++
		}
		if len(c.Closed) > 0 {
			value += fmt.Sprintf(", closed ports %v", c.Closed)
			closed = append(closed, fmt.Sprintf("%s %v", c.Host, c.Closed))
		} else if c.Writable {
			open++
		}
		out.Evidence = append(out.Evidence, Evidence{Value: value, Source: r.Source, At: r.At})
	}
	switch {
	case writable == 0:
		out.Severity, out.Title = Blocked, f.name+": only read-only domain controllers answer"
		out.Consequence = "Microsoft Entra Connect needs a writable one."
		out.Fix = "Open the way to a writable domain controller, or name one in the dialog AD forest account."
	case len(closed) > 0 && open == 0:
		out.Severity, out.Title = Warning, f.name+": ports of the domain controllers are closed"
		out.Summary = list(closed, 3)
		out.Consequence = "Synchronization, password writeback or Kerberos can fail."
		out.Fix = "Open the ports from this server to the domain controllers."
	case len(closed) > 0:
		out.Severity, out.Title = Note, f.name+": some domain controllers do not answer on every port"
		out.Summary = list(closed, 3)
		out.Fix = "Open the ports, or set preferred domain controllers in the connector."
	}
	return []Finding{out}
}

// judgeNames refuses NetBIOS names with a dot, which the product does not take.
func judgeNames(f forestSite) []Finding {
	r := f.acc.Forest.Domains
	var dotted []string
	for _, d := range r.Or(nil) {
		if strings.Contains(d.NetBIOS, ".") {
			dotted = append(dotted, d.NetBIOS)
		}
	}
	if len(dotted) == 0 {
		return nil
	}
	out := f.finding("forest.netbios", "a NetBIOS name has a dot in it", product.LinkPrerequisites)
	out.Severity, out.Summary = Blocked, list(dotted, 3)
	out.Consequence = "Microsoft Entra Connect does not support forests or domains with dotted NetBIOS names."
	out.Fix = "There is no way around it in this mode."
	out.Evidence = []Evidence{{Value: strings.Join(dotted, ", "), Source: r.Source, At: r.At}}
	return []Finding{out}
}

func judgeOldAccounts(f forestSite) []Finding {
	const id = "forest.accounts"
	r := f.acc.Forest.OldAccounts
	accounts, known := r.Get()
	if !known {
		return []Finding{f.unknown(id, "accounts of earlier installations", r.Reason(),
			"Look for accounts called MSOL_… in the Users container.", product.LinkAccounts,
			evidence(r, func([]facts.OldAccount) string { return "" }))}
	}
	if len(accounts) == 0 {
		return nil
	}
	out := f.finding(id, plural(int64(len(accounts)), "account")+" of earlier installations", product.LinkAccounts)
	out.Severity = Note
	out.Consequence = "Connector accounts may mostly read every password hash of the forest, for as long as they exist."
	out.Fix = "Remove those of servers that are gone, once this server is live."
	var names []string
	for _, a := range accounts {
		names = append(names, a.Name)
		value := a.Name
		if a.Server != "" {
			value += " of " + a.Server
		}
		if !a.Created.IsZero() {
			value += ", created " + day(a.Created)
		}
		out.Evidence = append(out.Evidence, Evidence{Value: value, Source: r.Source, At: r.At})
	}
	out.Summary = list(names, 4)
	return []Finding{out}
}
