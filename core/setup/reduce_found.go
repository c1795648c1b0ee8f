package setup

import (
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// CodeOtherTenant says that the sign-in to go on is to another tenant.
const CodeOtherTenant problem.Code = "setup.tenant.other"

// Reopened is how an installation of an earlier run is being taken up.
type Reopened struct {
	Undo     bool `json:"undo"`     // to take it back, else to go on
	Asking   bool `json:"asking"`   // waiting for the passwords that Needs names
	SignedIn bool `json:"signedIn"` // the tenant's sign-in of this run stands
}

// Need is a password that is neither in the vault nor given.
type Need struct {
	Key    string // as in Site.Secrets
	Forest string // DNS name; empty for SQL Server, the tenant's application and the service
	User   string // whose password
}

// afterSignIn goes on with an installation of an earlier run when e was the
// sign-in that it waited for. before is the state before e.
func (s State) afterSignIn(before State, e Event) (State, Effect) {
	_, signedIn := e.(EntraSignedIn)
	if signedIn && before.expects(e) && s.Reopened != nil && s.Reopened.SignedIn {
		return s.goOn()
	}
	return s.afterInstall(before, e)
}

// reduceFound handles what the admin does about an installation that stopped, of
// this run or of an earlier one.
func reduceFound(s State, e Event) (State, Effect) {
	switch e := e.(type) {
	case RetryPressed:
		if s.CanRetry() {
			return s.retry()
		}
	case UndoPressed:
		return s.takeBack()
	case ResumePressed:
		if s.CanResume() {
			return s.reopen(false)
		}
	case UndoFoundPressed:
		if s.CanUndoFound() {
			return s.reopen(true)
		}
	case FoundDismissed:
		if s.Page == PageWelcome {
			s.Found = nil
		}
	case PasswordsGiven:
		if !s.asks() {
			return s, nil
		}
		for key, password := range e.Passwords {
			if !password.IsEmpty() {
				s.Given = s.Given.with(key)
			}
		}
		return s.goOn()
	}
	return s, nil
}

// CanUndoFound tells whether the installation that was found can be taken back.
func (s State) CanUndoFound() bool {
	return s.Found != nil && s.Found.Problem == nil && (s.Page == PageWelcome || s.Page == PageUndo && s.Found.Finished()) && s.Busy == nil
}

// CanResume tells whether the installation that was found can be gone on with.
func (s State) CanResume() bool { return s.CanUndoFound() && !s.Found.Finished() }

// asks tells whether passwords are asked for to take up an installation.
func (s State) asks() bool {
	return s.Reopened != nil && s.Reopened.Asking && !s.installing() && s.Busy == nil
}

// with gives a copy in which the secret under a key of Site.Secrets is given.
func (g Given) with(key string) Given {
	switch key {
	case answers.SecretSQL:
		g.SQL = true
	case answers.SecretService:
		g.Service = true
	case answers.SecretEntra:
		g.Entra = true
	default:
		if name, ok := strings.CutPrefix(key, answers.SecretForest("")); ok {
			return g.withForest(name)
		}
		if name, ok := strings.CutPrefix(key, answers.SecretGrant("")); ok {
			return g.withGrant(name)
		}
	}
	return g
}

// reopen takes an installation up: the state becomes the one that Install left,
// and the passwords are all that is missing.
func (s State) reopen(undo bool) (State, Effect) {
	f := *s.Found
	k := f.Known
	s.Licence, s.Answers, s.Facts, s.Findings, s.Forests = true, k.Answers.Clone(), k.Facts, k.Findings, k.Forests
	s.Entra, s.Plan = k.Entra, &f.Plan
	s.IDs = IDs{Installation: f.Plan.ID, Keyset: f.Plan.Writes.KeysetAfter}
	if k.Computer != "" {
		s.Computer = k.Computer
	}
	s = s.show(PageInstalling)
	o := apply.Outcome{Ending: f.Ending, Started: f.Plan.Built, Steps: f.Steps, Journal: f.Path}
	if o.Ending == "" {
		o.Ending = apply.Broken
	}
	s.Install = Install{Steps: slices.Clone(f.Steps), Started: s.Now, Outcome: &o}
	s.Found, s.Reopened = nil, &Reopened{Undo: undo}
	return s.goOn()
}

// retry goes on with Install.
func (s State) retry() (State, Effect) {
	if s.Reopened == nil {
		return s.install(s.firstOpen())
	}
	s.Reopened = &Reopened{SignedIn: s.Reopened.SignedIn}
	return s.goOn()
}

// takeBack undoes Install.
func (s State) takeBack() (State, Effect) {
	complete := s.Install.Outcome != nil && s.Install.Outcome.Ending == apply.Completed
	if !s.CanUndo() || (s.Reopened == nil && !complete) {
		return s.undo()
	}
	signedIn := s.Reopened != nil && s.Reopened.SignedIn
	s = s.show(PageInstalling)
	s.Reopened = &Reopened{Undo: true, SignedIn: signedIn}
	return s.goOn()
}

// afterInstall drops the sign-in to the tenant once nothing needs it any more:
// after a complete installation, and after one that is taken back. Whoever then
// takes it back signs in again.
func (s State) afterInstall(before State, e Event) (State, Effect) {
	ended, ok := e.(InstallEnded)
	if !ok || !before.expects(e) {
		return s, nil
	}
	if over := ended.Outcome.Ending; over != apply.Completed && over != apply.TakenBack {
		return s, nil
	}
	if s.Reopened != nil {
		s.Reopened = &Reopened{Undo: s.Reopened.Undo}
	}
	return s, SignOutTenant{}
}

// goOn takes the next step towards taking an installation up: asking for
// passwords, signing in to the tenant, then Install or undo itself.
func (s State) goOn() (State, Effect) {
	r := *s.Reopened
	s.Reopened = &r
	r.Asking = len(s.Needs()) > 0
	s.Reopened.Asking = r.Asking
	switch {
	case s.Busy != nil || s.installing() || r.Asking:
		return s, nil
	case !r.SignedIn && s.needsTenant():
		s = s.begin(TaskEntra, "Signing in to Microsoft Entra ID…")
		return s, SignInTenant{Token: s.Rev, Answer: s.Answers.Entra, Tenant: s.tenantDomain()}
	case r.Undo:
		return s.undo()
	default:
		return s.install(s.firstOpen())
	}
}

// tenantDomain gives the domain of the tenant in the recovered database.
func (s State) tenantDomain() string {
	if s.Facts != nil {
		if c := s.Facts.ADSync.Entra(); c != nil {
			return c.Tenant
		}
	}
	return ""
}

// signedInAgain goes on when the sign-in is to the tenant of the plan.
func (s State) signedInAgain(t facts.Tenant) State {
	if was := s.Entra.Tenant; was != nil && was.ID != t.ID {
		return s.brokeOff(&problem.Problem{
			Code: CodeOtherTenant, What: "This sign-in is to the tenant " + t.InitialDomain + ".",
			Why: "The installation was begun with " + was.InitialDomain + ". Nothing was changed.",
			Fix: "Try again with an account of that tenant.",
		})
	}
	s.Entra.Prompt = nil
	s.Reopened = &Reopened{Undo: s.Reopened.Undo, SignedIn: true}
	return s
}

// brokeOff shows a problem on the way to taking an installation up as the reason
// why it does not go on. A cancelled sign-in has none.
func (s State) brokeOff(p *problem.Problem) State {
	s.Entra.Prompt = nil
	if o := s.Install.Outcome; o != nil {
		next := *o
		next.Problem = p
		s.Install.Outcome = &next
	}
	return s
}

// askAgain forgets the passwords that a problem speaks of, so that they are asked
// for again when an installation of an earlier run goes on.
//
// The service account's is not proven before Windows starts the service with it, so
// that it can be wrong in the run that began the installation too.
func (s State) askAgain(p *problem.Problem) State {
	if s.Reopened == nil && p != nil && p.Field == answers.FieldSvcAccount {
		s.Reopened = &Reopened{SignedIn: true}
	}
	if s.Reopened == nil || p == nil {
		return s
	}
	switch p.Field {
	case answers.FieldSvcAccount:
		s.Given.Service = false
	case answers.FieldSQLPass, answers.FieldSQLUser:
		s.Given.SQL = false
	case answers.FieldForestPass, answers.FieldForestUser:
		s.Given.Forests, s.Given.Grants = nil, nil
	default: // it speaks of something else
	}
	if p.Code == codeSignedOut {
		s.Reopened = &Reopened{Undo: s.Reopened.Undo}
	}
	return s
}

// codeSignedOut is what a tenant says when nobody is signed in any more.
const codeSignedOut problem.Code = "entra.signed-out"

// Needs gives the passwords that taking up an installation still lacks. What
// rests in the vault by now is not asked for.
func (s State) Needs() []Need {
	if s.Reopened == nil || s.Plan == nil {
		return nil
	}
	var list []Need
	if how := SignIn(s.Answers.SQL); how != answers.SignInWindows && !s.Given.SQL {
		list = append(list, Need{Key: answers.SecretSQL, User: s.Answers.SQL.User})
	}
	if s.needsTenant() && s.Answers.Entra.Flow == answers.FlowService && !s.Given.Entra {
		list = append(list, Need{Key: answers.SecretEntra, User: s.Answers.Entra.Client})
	}
	if s.needsService() && !s.Given.Service {
		list = append(list, Need{Key: answers.SecretService, User: s.Plan.Computer.Service.AccountAfter})
	}
	for _, a := range s.Plan.Accounts {
		if s.needsForest(a) && !s.Given.Forest(a.Forest) {
			list = append(list, Need{Key: answers.SecretForest(a.Forest), Forest: a.Forest, User: s.forestUser(a)})
		}
		if s.needsGrantor(a) && !s.Given.Grant(a.Forest) {
			list = append(list, Need{Key: answers.SecretGrant(a.Forest), Forest: a.Forest, User: a.Grantor})
		}
	}
	return list
}

// forestUser gives who signs in to a forest.
func (s State) forestUser(a plan.Account) string {
	if a.Admin != "" {
		return a.Admin
	}
	return s.ForestAnswer(a.Forest).User
}

// needsForest tells whether a forest's password is needed: an Enterprise Admin's
// to make, look at or remove a new account, an existing account's until the vault
// has it.
func (s State) needsForest(a plan.Account) bool {
	existing := a.Option == answers.ExistingAccount
	if !existing && a.Current {
		return false
	}
	if s.Reopened.Undo {
		return !existing && s.begun(plan.KindAccount, a.Forest)
	}
	switch {
	case s.Plan.HandOver != nil: // what comes after the account does without
		return !existing && !s.anyStep(plan.KindAccount, a.Forest, func(p apply.StepState) bool { return p == apply.Done })
	case existing:
		return !s.stepDone(plan.KindSecrets)
	}
	return !s.settled()
}

// needsGrantor tells whether the password of who grants rights is needed: to add
// the entries, or to take them away.
func (s State) needsGrantor(a plan.Account) bool {
	if a.Option != answers.ExistingAccount || len(a.Grants) == 0 || a.Current {
		return false
	}
	if s.Reopened.Undo {
		return s.begun(plan.KindAccount, a.Forest)
	}
	return !s.anyStep(plan.KindAccount, a.Forest, func(p apply.StepState) bool { return p == apply.Done })
}

// needsService tells whether the password of the service's new account is needed: to
// set the account, which undo does not do.
func (s State) needsService() bool {
	c := s.Plan.Computer
	return c != nil && c.Service != nil && c.Service.NeedsPassword && !s.Reopened.Undo && !s.stepDone(plan.KindServer)
}

// needsTenant tells whether the tenant has to be signed in to.
func (s State) needsTenant() bool {
	if s.Reopened.Undo {
		return s.begun(plan.KindIdentity, "")
	}
	return s.Plan.HandOver == nil && !s.settled()
}

// begun tells whether a step of a kind was begun and is not undone.
func (s State) begun(k plan.Kind, forest string) bool {
	return s.anyStep(k, forest, func(p apply.StepState) bool { return p != apply.Waiting && p != apply.Undone })
}

// settled tells whether all is done and verified, so that at most the report is missing.
func (s State) settled() bool {
	for i, st := range s.Plan.Steps {
		if st.Kind != plan.KindReport && (i >= len(s.Install.Steps) || s.Install.Steps[i].State != apply.Done) {
			return false
		}
	}
	return true
}

// stepDone tells whether the step of a kind is done.
func (s State) stepDone(k plan.Kind) bool {
	return s.anyStep(k, "", func(p apply.StepState) bool { return p == apply.Done })
}

func (s State) anyStep(k plan.Kind, forest string, is func(apply.StepState) bool) bool {
	for i, st := range s.Plan.Steps {
		if st.Kind == k && (forest == "" || sameName(st.Forest, forest)) && i < len(s.Install.Steps) && is(s.Install.Steps[i].State) {
			return true
		}
	}
	return false
}
