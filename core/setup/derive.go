package setup

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// index gives the place of a page in Pages, -1 for a page that does not exist.
func index(p Page) int { return slices.Index(Pages(), p) }

// CanNext tells whether the primary button works, and else what blocks it, in
// words for beside the button.
func (s State) CanNext() (ok bool, why string) {
	if s.Busy != nil && !background(s.Busy.Task) {
		return false, s.Busy.Text
	}
	if s.After != nil {
		why = s.missingAfter()
	} else {
		why = s.missing(s.Page)
	}
	return why == "", why
}

// missing says what a page still lacks before the next one may be shown, empty
// for nothing.
func (s State) missing(p Page) string {
	switch p {
	case PageWelcome:
		if !s.Licence {
			return "Accept the licence terms first."
		}
	case PageComponents:
		return missingComponents(s.Answers, s.Given)
	case PageCheck:
		return s.missingCheck()
	case PageEntra:
		return s.missingEntra()
	case PageDirectories:
		return s.missingDirectories()
	case PageReady:
		if s.Plan == nil {
			if len(s.Problems) > 0 { // of the page, or beside the field that it comes from
				return s.Problems[0].What
			}
			return "There is no plan yet."
		}
	case PageInstalling:
		if s.Install.Outcome == nil {
			return "The installation is running."
		}
	default: // Complete lacks nothing
	}
	return ""
}

// SignIn gives the way to sign in to SQL Server with the default filled in:
// the current Windows user on Windows, a SQL Server login elsewhere.
func SignIn(a answers.SQL) answers.SignIn {
	if a.SignIn != "" {
		return a.SignIn
	}
	if runtime.GOOS == "windows" {
		return answers.SignInWindows
	}
	return answers.SignInSQL
}

func missingComponents(a answers.Answers, g Given) string {
	how := SignIn(a.SQL)
	svc := a.Components.ServiceAccount
	switch {
	case strings.TrimSpace(a.SQL.Server) == "" && !strings.Contains(a.SQL.Instance, `\`):
		return "Give the name of the SQL Server."
	case how != answers.SignInWindows && strings.TrimSpace(a.SQL.User) == "":
		return "Give the user name for SQL Server."
	case how != answers.SignInWindows && !g.SQL:
		return "Give the password for SQL Server."
	case svc.Kind != answers.AccountVirtual && strings.TrimSpace(svc.Name) == "":
		return "Give the name of the service account."
	case svc.Kind == answers.AccountManaged && !strings.HasSuffix(strings.TrimSpace(svc.Name), "$"):
		return "The name of a managed service account ends with $."
	case svc.Kind == answers.AccountDomain && !g.Service:
		return "Give the password of the service account."
	}
	return ""
}

func (s State) missingCheck() string {
	switch n := preflight.Count(s.Findings, preflight.Blocked); {
	case s.Facts == nil:
		return "The database has not been checked yet."
	case n == 1:
		return "1 finding blocks the installation."
	case n > 1:
		return fmt.Sprintf("%d findings block the installation.", n)
	case !s.Facts.SQL.Reached(facts.LayerDB):
		return "The database could not be reached."
	}
	return ""
}

func (s State) missingEntra() string {
	switch {
	case s.Entra.Tenant == nil:
		return "Sign in to Microsoft Entra ID first."
	case preflight.Worst(s.Entra.Findings) == preflight.Blocked:
		return "This sign-in can't be used: see the finding above."
	}
	return ""
}

func (s State) missingDirectories() string {
	open := 0
	for _, f := range s.Forests {
		if !f.Green() {
			open++
		}
	}
	switch all := len(s.Forests); {
	case all == 0:
		return "The database holds no Active Directory forest."
	case open == 0:
		return ""
	case all == 1:
		return "The forest still needs credentials."
	case open == 1:
		return fmt.Sprintf("1 of %d forests still needs credentials.", all)
	default:
		return fmt.Sprintf("%d of %d forests still need credentials.", open, all)
	}
}

// CanPrevious tells whether the admin may go one page back. From Installing that
// is so only while nothing is changed: it leads to Check, which reads again.
func (s State) CanPrevious() bool {
	if s.After != nil {
		return !s.installing() // back to the wizard
	}
	switch s.Page {
	case PageWelcome, PageComplete:
		return false
	case PageInstalling:
		return !s.installing() && !s.Changed()
	default:
		return true
	}
}

// Changed tells whether Install has changed something, or may have, that is not
// taken back.
func (s State) Changed() bool {
	if s.Plan == nil {
		return false
	}
	for _, p := range s.Install.Steps {
		i := slices.IndexFunc(s.Plan.Steps, func(st plan.Step) bool { return st.ID == p.Step })
		if i < 0 || !s.Plan.Steps[i].Alters() {
			continue
		}
		switch p.State {
		case apply.Running, apply.Done, apply.Failed, apply.Undoing, apply.Left:
			return true
		default: // not begun, or taken back
		}
	}
	return false
}

// CanChoose tells whether the list at the left leads to a page: it was reached
// before, everything on the way to it still stands, and Install has not begun.
func (s State) CanChoose(p Page) bool {
	if s.After != nil {
		return s.canChooseAfter(p)
	}
	i := index(p)
	if i < 0 || p == s.Page || i > index(s.Furthest) || index(s.Page) >= index(PageInstalling) || i >= index(PageInstalling) || s.installing() {
		return false
	}
	for _, q := range Pages()[:i] {
		if !s.complete(q) {
			return false
		}
	}
	return true
}

// Visited tells whether a page has been shown and still stands.
func (s State) Visited(p Page) bool { return index(p) >= 0 && index(p) <= index(s.Furthest) }

// PageDone tells whether a page gets its tick in the list: it was passed and
// nothing is missing on it.
func (s State) PageDone(p Page) bool {
	switch {
	case index(p) < 0 || p == PageComplete:
		return false
	case p == PageInstalling || p == PageReady:
		return s.Page == PageComplete || (p == PageReady && s.Page == PageInstalling)
	default:
		return index(p) < index(s.Furthest) && s.complete(p)
	}
}

// complete tells whether later pages may stand on p. Install required components
// is complete only while its facts reach the database.
func (s State) complete(p Page) bool {
	if p == PageComponents && (s.Facts == nil || !s.Facts.SQL.Reached(facts.LayerDB)) {
		return false
	}
	return s.missing(p) == ""
}

// FieldProblem gives the problem to be shown beside an input, or nil.
func (s State) FieldProblem(f problem.Field) *problem.Problem {
	for _, p := range s.Problems {
		if p.Field == f {
			return p
		}
	}
	return nil
}

// PageProblem gives the first problem that belongs to the page as a whole, or nil.
func (s State) PageProblem() *problem.Problem { return s.FieldProblem("") }

// NextLabel gives the words on the primary button.
func (s State) NextLabel() string {
	if s.After != nil && s.Page == PageComponents {
		return "Connect"
	}
	switch s.Page {
	case PageWelcome:
		return "Continue"
	case PageReady:
		return "Install"
	case PageInstalling:
		switch {
		case s.CanRetry():
			return "Try again"
		case s.Exits():
			return "Exit"
		}
		return "Next"
	case PageComplete:
		return "Exit"
	default:
		if IsAfter(s.Page) {
			return "Exit"
		}
		return "Next"
	}
}

// Exits tells whether the primary button closes the program.
func (s State) Exits() bool {
	if s.Page == PageComplete || IsAfter(s.Page) {
		return true
	}
	o := s.Install.Outcome
	return s.Page == PageInstalling && o != nil && (o.Ending == apply.TakenBack || o.Ending == apply.PartLeft)
}

// CanRetry tells whether Install can go on where it stopped or failed.
func (s State) CanRetry() bool {
	o := s.Install.Outcome
	return s.Page == PageInstalling && !s.installing() && o != nil && (o.Ending == apply.Broken || o.Ending == apply.Stopped)
}

// CanUndo tells whether there is something that Install did and that can be taken back.
func (s State) CanUndo() bool {
	return (s.Page == PageInstalling || s.Page == PageComplete || s.Page == PageUndo) && !s.installing() && s.Install.Outcome != nil && s.Changed()
}

// CanStop tells whether Install can still be asked to stop after the current step.
func (s State) CanStop() bool {
	return s.Install.Running && !s.Install.Undoing && !s.Install.Stopping
}

// CanCancel tells whether Cancel does something.
func (s State) CanCancel() bool {
	return s.Busy != nil && (!s.installing() || s.CanStop())
}

// Unsaved tells whether closing the window now would lose work or break into it.
func (s State) Unsaved() bool {
	if s.installing() {
		return true
	}
	if s.Practice != nil || s.After != nil {
		return false
	}
	switch s.Page {
	case PageWelcome, PageComplete:
		return false
	case PageComponents:
		return strings.TrimSpace(s.Answers.SQL.Server) != ""
	case PageInstalling:
		return s.Changed()
	default:
		return true
	}
}

// ForestAnswer gives what was typed for a forest, the name alone if nothing was.
func (s State) ForestAnswer(name string) answers.Forest {
	for _, f := range s.Answers.Forests {
		if strings.EqualFold(f.Forest, name) {
			return f
		}
	}
	return answers.Forest{Forest: name, Option: answers.CreateAccount}
}

// installing tells whether Install or undo is under way.
func (s State) installing() bool { return s.Install.Running || s.Install.Undoing || s.Staging.Running }

// background tells whether a task runs beside what the admin does, so that it
// holds nothing up and gives way to anything else.
func background(t Task) bool { return t == TaskInstances || t == TaskDatabases }
