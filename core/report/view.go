package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// view is a record as it is written: every value as a text, in the order of the page.
type view struct {
	Record
	Headline   string
	Verdict    preflight.Severity // colours the headline; pass for a finished installation
	MadeText   string
	Glance     []pair
	Connectors []connectorView
	Custom     []string // custom rules
	Done       []stepView
	Left       []string
	Switch     bool            // it is about staging mode, not about an installation
	Answered   []plan.Answered // conditions that were answered for in writing
	Title      string          // what the report is of,
	About      string          // and of which computer or database
	Waits      *pendingView
	Compared   *comparisonView
}

// pair is one line of a list of names and values.
type pair struct{ Name, Value string }

// stepView is one step of the plan with how it went.
type stepView struct {
	Number  int
	Step    plan.Step
	State   string // "done", "failed", ...; empty before Install
	Text    string
	Problem string
	Long    bool // too long to be kept on one page
}

// longStep is how many changes a step has at least to be long.
const longStep = 8

func newView(r Record) view {
	v := view{Record: r, MadeText: stamp(r.Made), Glance: glance(r)}
	if v.Format == 0 {
		v.Format = Format
	}
	v.Headline, v.Verdict = headline(r)
	v.Title, v.About = titleOf(r)
	v.Waits, v.Compared = newPendingView(r.PendingExports), newComparisonView(r.Comparison)
	if len(r.Overview) == 0 { // else that says it all
		v.Connectors, v.Custom = connectorViews(r), customRules(r)
	}
	v.Done = stepViews(r)
	if r.Plan != nil {
		v.Switch, v.Answered = r.Plan.Purpose != plan.Installs, r.Plan.Answered
	}
	if r.Outcome != nil {
		v.Left = r.Outcome.Left
	}
	return v
}

// titleOf says what a report is of: what was done to a computer, or what was read of a database.
func titleOf(r Record) (title, about string) {
	switch {
	case r.Plan != nil && r.Plan.Purpose != plan.Installs:
		return "Staging mode", r.Computer
	case r.Outcome != nil:
		return "Installation", r.Computer
	case r.Plan != nil:
		return "Plan", r.Computer
	case len(r.Overview) > 0 && r.Facts != nil:
		return "Review", strings.Trim(r.Facts.Database.Name+" on "+r.Facts.SQL.Typed, " ")
	default:
		return "Check", r.Computer
	}
}

// headline says in one sentence how it stands.
func headline(r Record) (string, preflight.Severity) {
	if r.Plan != nil && r.Plan.Purpose != plan.Installs && r.Outcome != nil {
		return switchHeadline(*r.Plan, *r.Outcome)
	}
	if text, severity := endingText(r); text != "" {
		return text, severity
	}
	switch {
	case r.Outcome == nil && r.Plan == nil && len(r.Overview) > 0:
		return reviewHeadline(r)
	case r.Outcome == nil && r.Plan == nil && len(r.Findings) == 0:
		return "Nothing was checked.", preflight.Unknown
	}
	return verdictText(r.Findings), preflight.Worst(r.Findings)
}

// endingText says how an installation ended, nothing without one.
func endingText(r Record) (string, preflight.Severity) {
	if r.Outcome == nil {
		return "", ""
	}
	switch r.Outcome.Ending {
	case apply.Completed:
		return owner(r) + " now owns the database and is in staging mode.", preflight.Pass
	case apply.Stopped:
		return "The installation was stopped. It can be continued or undone.", preflight.Warning
	case apply.Broken:
		return "The installation failed. It can be continued or undone.", preflight.Blocked
	case apply.TakenBack:
		return "The installation was undone.", preflight.Note
	case apply.PartLeft:
		return "The installation was undone except for what is named below.", preflight.Warning
	}
	return "", ""
}

// switchHeadline is headline for leaving and entering staging mode.
func switchHeadline(p plan.Plan, o apply.Outcome) (string, preflight.Severity) {
	what := map[plan.Purpose]string{plan.Leaves: "Leaving staging mode", plan.Enters: "Entering staging mode"}[p.Purpose]
	switch o.Ending {
	case apply.Completed:
		if p.Purpose == plan.Enters {
			return "Staging mode is on: the server exports nothing any more once its service has read that.", preflight.Pass
		}
		if n := len(p.Answered); n > 0 {
			return fmt.Sprintf("Staging mode is off; conditions that were not fulfilled and were answered for in writing: %d.", n), preflight.Warning
		}
		return "Staging mode is off: every condition was fulfilled.", preflight.Pass
	case apply.TakenBack:
		return what + " was taken back.", preflight.Note
	case apply.PartLeft:
		return what + " was not taken back: somebody else changed the setting since.", preflight.Warning
	default: // stopped or broken
		return what + " did not come to its end.", preflight.Blocked
	}
}

// verdictText says what the findings come to.
func verdictText(list []preflight.Finding) string {
	count := func(s preflight.Severity, one, many string) string {
		switch n := preflight.Count(list, s); n {
		case 0:
			return ""
		case 1:
			return "1 " + one
		default:
			return strconv.Itoa(n) + " " + many
		}
	}
	var parts []string
	for _, p := range []string{
		count(preflight.Blocked, "finding blocks the installation", "findings block the installation"),
		count(preflight.Warning, "warning", "warnings"),
		count(preflight.Unknown, "check could not run", "checks could not run"),
	} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return "Nothing stands in the way."
	}
	return strings.Join(parts, ", ") + "."
}

func owner(r Record) string {
	if r.Plan != nil && r.Plan.Server != "" {
		return r.Plan.Server
	}
	return r.Computer
}

// glance is what was recovered, in a few lines.
func glance(r Record) []pair {
	var out []pair
	add := func(name, value string) {
		if value != "" {
			out = append(out, pair{name, value})
		}
	}
	add("Computer", r.Computer)
	if r.Facts != nil {
		a := r.Facts.ADSync
		add("Database", strings.Trim(r.Facts.Database.Name+" on "+r.Facts.SQL.Typed, " "))
		add("SQL Server", strings.Trim(r.Facts.SQL.Version.Or("")+" "+r.Facts.SQL.Edition.Or(""), " "))
		add("Forests", forestNames(a))
		if e := a.Entra(); e != nil {
			add("Tenant in the database", e.Tenant)
		}
		if n, ok := a.Objects.Get(); ok {
			add("Objects", strconv.FormatInt(n, 10))
		}
		add("Rules", ruleCount(a))
		version, _ := a.VersionLastUsed()
		add("Version last used", version)
		add("Previous server", a.Previous.Or(""))
		if last, ok := a.LastActivity(); ok {
			add("Last synchronization", stamp(last.When.Value)+" ("+last.Name+")")
		}
		if m, word := a.SignIn(); m != facts.MethodUnknown {
			add("Sign-in method", m.Title())
		} else {
			add("Sign-in method", word)
		}
		word := "Staging mode before"
		if r.Plan != nil && r.Plan.Purpose != plan.Installs {
			word = "Staging mode when read" // the database may have been read again since
		}
		add(word, settingText(a, facts.SettingStagingMode))
	}
	if r.Tenant != nil {
		add("Tenant signed in to", r.Tenant.InitialDomain)
		add("Signed in as", r.Tenant.User)
	}
	if r.Plan != nil {
		add(map[bool]string{true: "Installation", false: "Journal"}[r.Plan.Purpose == plan.Installs], r.Plan.ID)
		add("Sync identity", r.Plan.Identity.Name)
	}
	if r.Outcome != nil {
		add("Begun", stamp(r.Outcome.Started))
		add("Ended", stamp(r.Outcome.Finished))
	}
	return out
}

func forestNames(a facts.ADSync) string {
	var names []string
	for _, c := range a.Forests() {
		names = append(names, c.Forest)
	}
	return strings.Join(names, ", ")
}

func ruleCount(a facts.ADSync) string {
	rules, ok := a.Rules.Get()
	if !ok {
		return ""
	}
	custom := 0
	for _, r := range rules {
		if !r.Standard() {
			custom++
		}
	}
	return fmt.Sprintf("%d standard, %d custom", len(rules)-custom, custom)
}

func settingText(a facts.ADSync, name string) string {
	v, _ := a.Setting(name)
	return v
}

// stepViews joins the plan's steps with how they went.
func stepViews(r Record) []stepView {
	if r.Plan == nil {
		return nil
	}
	var out []stepView
	for i, s := range r.Plan.Steps {
		v := stepView{Number: i + 1, Step: s, Long: len(s.Changes) >= longStep}
		if r.Outcome != nil {
			v.State = stateText(apply.Waiting)
			for _, p := range r.Outcome.Steps {
				if p.Step != s.ID {
					continue
				}
				v.State = stateText(p.State)
				// Of a step that is done the last message says only what it did last;
				// its summary says it all. What checking again found is news.
				if p.State != apply.Done || s.Kind == plan.KindRecheck {
					v.Text = p.Text
				}
				if p.Problem != nil {
					v.Problem = p.Problem.Error()
				}
			}
		}
		out = append(out, v)
	}
	return out
}

func stateText(s apply.StepState) string {
	if s == apply.Waiting {
		return "not begun"
	}
	return clean(string(s))
}

// stamp writes a time in UTC, or nothing.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// clean makes one printable line of a text that comes from outside: no control
// characters, which could drive a terminal, and no marks that turn the direction
// of writing, which could make a line read differently than it is.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		case unicode.Is(unicode.Cf, r) && r != '\u00ad':
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}
