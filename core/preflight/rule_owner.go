package preflight

import (
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// How fresh a run must be to count as a sign of a server that lives.
const (
	freshRun      = time.Hour      // a run that ended, or one that began and is not finished
	freshUnproven = 24 * time.Hour // an unfinished run, where sessions and timestamp cannot tell
)

// SessionKind tells what a session on the database is.
type SessionKind string

// The kinds of sessions.
const (
	SessionEngine SessionKind = "engine" // a synchronization service, or something that could be one
	SessionTool   SessionKind = "tool"   // a tool of an administrator, a backup or a monitor
	SessionHere   SessionKind = "here"   // something else on this computer
)

// ownProgram is how this program shows in the list of sessions, in lower case.
const ownProgram = "adsync reconnect"

// KindOf tells what a session is, for this computer's name. A program that is
// not known to be a tool is taken for a synchronization service: the service
// itself shows driver names such as ".Net SqlClient Data Provider".
func KindOf(s facts.Session, computer string) SessionKind {
	program, login := strings.ToLower(s.Program), strings.ToLower(s.Login)
	if strings.HasPrefix(program, ownProgram) {
		return SessionTool // this program, at work in front of somebody else
	}
	if !namedService(program, login) {
		for _, word := range []string{
			"management studio", "azure data studio", "azdata", "sqlcmd", "sqlagent", "backup", "veeam", "vss",
			"monitor", "intellisense", "profiler", "xevent", "ssms", "vscode", "osql", "bcp", "dbatools", "report server",
			"sentinel", "defender", "zabbix", "telegraf",
		} {
			if strings.Contains(program, word) {
				return SessionTool
			}
		}
	}
	if computer != "" && strings.EqualFold(hostOnly(s.Host), computer) {
		return SessionHere
	}
	return SessionEngine
}

// ServiceOf tells whether a session is that of the synchronization service of a
// computer, by the names of program or login.
func ServiceOf(s facts.Session, computer string) bool {
	return strings.EqualFold(hostOnly(s.Host), computer) && namedService(strings.ToLower(s.Program), strings.ToLower(s.Login))
}

// namedService tells whether program or login, in lower case, name the service.
func namedService(program, login string) bool {
	if strings.HasPrefix(program, ownProgram) {
		return false
	}
	for _, word := range []string{"adsync", "azure ad sync", "miiserver", "entra connect"} {
		if strings.Contains(program, word) {
			return true
		}
	}
	return strings.Contains(login, "adsync") || strings.HasPrefix(afterSlash(login), "aad_")
}

func afterSlash(login string) string {
	_, after, ok := strings.Cut(login, `\`)
	if !ok {
		return login
	}
	return after
}

func hostOnly(host string) string {
	host, _, _ = strings.Cut(strings.TrimSpace(host), ".")
	return host
}

// signs are what speaks for another live server, strong and weak, and what
// could not be asked.
type signs struct {
	strong, weak []string
	seen         []Evidence
	unasked      []string
	hosts        []string
}

// judgeLive looks for another server that is using the database. A run that
// ended within the hour is a weak sign when the sessions and the timestamp were
// seen and speak against it: a server that died half an hour ago leaves the same.
func judgeLive(s site) []Finding {
	const id = "owner.live"
	var g signs
	g.sessions(s)
	g.moving(s)
	g.runs(s)
	f := Finding{
		ID: id, Area: AreaOwner, Link: product.LinkExistingDatabase, Evidence: g.seen,
		Consequence: "Two servers on one ADSync database damage each other's state. Sharing is not supported.",
	}
	server := "the other server"
	if len(g.hosts) > 0 {
		server = list(g.hosts, 3)
	} else if name, ok := s.set.ADSync.Previous.Get(); ok && name != "" {
		server = name
	}
	f.Fix = `Stop the service "Microsoft Azure AD Sync" (ADSync) on ` + server + " and set it to Disabled, then check again."
	if s.ans.Situation == answers.SituationStaging {
		f.Fix = "A staging server needs its own copy: restore a backup of the database under another instance and enter that one here. " +
			"To take this database over instead, stop the service ADSync on " + server + " first."
	}
	switch {
	case len(g.strong) > 0:
		f.Severity, f.Title = Blocked, "Another server is using this database"
		f.Summary = sentenceStart(strings.Join(append(g.strong, g.weak...), "; "))
	case len(g.unasked) > 0:
		u := unknown(id, AreaOwner, "Whether another server uses the database", strings.Join(g.unasked, "; "),
			"Make sure that the previous server is off. To let the program see sessions, grant VIEW SERVER STATE to the login.",
			product.LinkExistingDatabase, g.seen...)
		if len(g.weak) > 0 {
			u.Summary += " " + sentence(strings.Join(g.weak, "; "))
		}
		return []Finding{u}
	case len(g.weak) > 0:
		f.Severity, f.Title = Warning, "The database was in use a short while ago"
		f.Summary = sentenceStart(strings.Join(g.weak, "; "))
	default:
		f.Severity, f.Title, f.Consequence, f.Fix = Pass, "No other server uses the database", "", ""
	}
	return []Finding{f}
}

func sentenceStart(v string) string {
	if v == "" {
		return v
	}
	return strings.ToUpper(v[:1]) + v[1:]
}

func (g *signs) sessions(s site) {
	r := s.set.ADSync.Sessions
	sessions, known := r.Get()
	if !known {
		g.unasked = append(g.unasked, "the sessions could not be seen: "+r.Reason())
		g.seen = append(g.seen, evidence(r, func([]facts.Session) string { return "" }))
		return
	}
	g.seen = append(g.seen, Evidence{Value: plural(int64(len(sessions)), "session") + " of others", Source: r.Source, At: r.At})
	perHost := map[string]int64{}
	for _, x := range sessions {
		kind := KindOf(x, s.set.Computer.Name.Or(""))
		g.seen = append(g.seen, Evidence{
			Value: fmt.Sprintf("host %s, program %s, login %s", text(x.Host), text(x.Program), text(x.Login)), Source: r.Source, At: r.At,
		})
		switch kind {
		case SessionEngine:
			if perHost[x.Host] == 0 {
				g.hosts = append(g.hosts, text(x.Host))
			}
			perHost[x.Host]++
		case SessionHere:
			g.weak = append(g.weak, "a program on this computer is connected: "+text(x.Program))
		case SessionTool:
			g.weak = append(g.weak, "a tool is connected: "+text(x.Program)+" from "+text(x.Host))
		}
	}
	for _, host := range g.hosts {
		n := perHost[host]
		if host == "(empty)" {
			n = perHost[""]
		}
		g.strong = append(g.strong, host+" has "+plural(n, "open session"))
	}
}

func (g *signs) moving(s site) {
	r := s.set.ADSync.Moving
	g.seen = append(g.seen, evidence(r, func(on bool) string { return "the timestamp moved between two reads: " + yesNo(on) }))
	on, known := r.Get()
	switch {
	case !known:
		g.unasked = append(g.unasked, "whether the timestamp moves is not known: "+r.Reason())
	case on:
		g.strong = append(g.strong, "the database's timestamp moved while it was read")
	}
}

func (g *signs) runs(s site) {
	r := s.set.ADSync.Runs
	runs, known := r.Get()
	if !known {
		g.unasked = append(g.unasked, "the run history could not be read: "+r.Reason())
		return
	}
	_, sessions := s.set.ADSync.Sessions.Get()
	_, moving := s.set.ADSync.Moving.Get()
	proven := sessions && moving
	for _, run := range runs {
		if began := s.sqlNow.Sub(run.Start); !run.Complete && (began < freshRun || (!proven && began < freshUnproven)) {
			g.strong = append(g.strong, "a run started "+ago(s.sqlNow, run.Start)+" and is not finished")
			g.seen = append(g.seen, Evidence{Value: run.Profile + " begun " + moment(run.Start) + ", not finished", Source: r.Source, At: r.At})
			break
		}
	}
	for _, run := range runs {
		if run.Complete && s.sqlNow.Sub(run.End) < freshRun {
			line := "a run ended " + ago(s.sqlNow, run.End)
			g.seen = append(g.seen, Evidence{Value: run.Profile + " ended " + moment(run.End), Source: r.Source, At: r.At})
			if proven {
				g.weak = append(g.weak, line)
			} else {
				g.strong = append(g.strong, line)
			}
			break
		}
	}
}

// judgeClaim looks for the mark of another server's installation.
func judgeClaim(s site) []Finding {
	const id = "owner.claim"
	r := s.set.ADSync.Claim
	seen := evidence(r, func(c *facts.Claim) string {
		if c == nil {
			return "none"
		}
		return fmt.Sprintf("%s, %s, installation %s", c.Server, moment(c.At), c.Installation)
	})
	claim, known := r.Get()
	f := Finding{ID: id, Area: AreaOwner, Link: product.LinkDropProperty, Evidence: []Evidence{seen}}
	switch {
	case !known && s.otherShape():
		return nil // nobody claims what is no ADSync database
	case !known:
		return []Finding{unknown(id, AreaOwner, "Whether another server claims the database", r.Reason(),
			"Look at the extended properties of the database for "+facts.ClaimProperty+".", product.LinkDropProperty, seen)}
	case claim == nil:
		f.Severity, f.Title = Pass, "No server claims the database"
	case s.claimedHere(claim):
		f.Severity, f.Title = Note, "This server claims the database already"
		f.Summary = "Since " + moment(claim.At)
		f.Consequence = "An earlier installation on this server got at least that far."
		f.Fix = "Go on: Install replaces the claim with a new one."
	default:
		if t := takeOver(s); t != nil {
			f = claimOfOther(f, *t)
		}
	}
	return []Finding{f}
}

// judgePrevious names the server that used the database before.
func judgePrevious(s site) []Finding {
	const id = "owner.previous"
	r := s.set.ADSync.Previous
	seen := evidence(r, text)
	name, known := r.Get()
	if !known || name == "" {
		return []Finding{unknown(id, AreaOwner, "Which server used the database before", r.Reason(),
			"Find it out, and make sure that it is off.", product.LinkStaging, seen)}
	}
	f := Finding{
		ID: id, Area: AreaOwner, Severity: Note, Link: product.LinkStaging, Evidence: []Evidence{seen},
		Title:       "The previous server was " + name,
		Consequence: "It must never start again with this database.",
		Fix:         "Keep " + name + " off, or uninstall Microsoft Entra Connect on it. Uninstalling does not drop the database.",
	}
	if here, ok := s.set.Computer.Name.Get(); ok && strings.EqualFold(here, name) {
		f.Title = "The previous server had this computer's name"
		f.Consequence, f.Fix = "The sync identity gets a new suffix, so the two are told apart.", ""
	}
	return []Finding{f}
}
