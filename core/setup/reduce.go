package setup

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
)

// Reduce gives the state after an event, and what the session has to do next,
// nil for nothing. It is pure and total: every event is allowed on every page at
// any time, and one that makes no sense there changes nothing but Rev. Time and
// made-up ids come in with the state (Now, IDs), which the session fills in.
func Reduce(s State, e Event) (State, Effect) {
	s.Rev++
	if next, ok := reduceResult(s, e); ok {
		return next.afterResult(s, e)
	}
	if next, effect, ok := reduceHandOver(s, e); ok {
		return next, effect
	}
	if s.installing() {
		return reduceInstalling(s, e)
	}
	if next, effect, ok := reduceAfter(s, e); ok {
		return next, effect
	}
	switch e := e.(type) {
	case NextPressed:
		return s.next()
	case PreviousPressed:
		return s.previous()
	case PageChosen:
		if s.CanChoose(e.Page) {
			return s.show(e.Page), nil
		}
	case CancelPressed:
		s.Busy, s.Entra.Prompt = nil, nil
	case ProblemClosed:
		s.Problems = nil
	case RetryPressed, UndoPressed, ResumePressed, UndoFoundPressed, FoundDismissed, PasswordsGiven:
		return reduceFound(s, e)
	case keepEvent:
		return e.keep(s)
	default:
		if !IsAfter(s.Page) && index(s.Page) < index(PageInstalling) {
			return reduceAnswer(s, e)
		}
	}
	return s, nil
}

// reduceInstalling handles what may happen while Install or undo is under way:
// only stopping, and taking a problem away.
func reduceInstalling(s State, e Event) (State, Effect) {
	switch e.(type) {
	case StopPressed, CancelPressed:
		if s.CanStop() && s.Busy != nil {
			s.Install.Stopping = true
			b := *s.Busy
			b.Cancelling = true
			s.Busy = &b
			return s, StopInstall{Token: b.Token}
		}
	case ProblemClosed:
		s.Problems = nil
	}
	return s, nil
}

// begin makes the session busy with a task. What it was busy with before is
// thereby cancelled.
func (s State) begin(t Task, text string) State {
	s.Busy = &Busy{Task: t, Token: s.Rev, Text: text, Since: s.Now}
	s.Problems = nil
	return s
}

// free tells whether a task may begin: nothing runs, or something that gives
// way, or the same kind of task, which a new one replaces.
func (s State) free(t Task) bool {
	return s.Busy == nil || background(s.Busy.Task) || (s.Busy.Task == t && (t == TaskEntra || t == TaskForest))
}

// show changes the page. The plan is built anew whenever Ready is entered, so
// that it always follows from what is shown before it.
func (s State) show(p Page) State {
	s.Page, s.Problems, s.Busy, s.After = p, nil, nil, nil
	s.Entra.Prompt = nil
	if index(p) > index(s.Furthest) {
		s.Furthest = p
	}
	if p == PageReady {
		s = s.buildPlan()
	}
	return s
}

// next is the primary button.
func (s State) next() (State, Effect) {
	if s.CanRetry() {
		return s.retry()
	}
	if ok, _ := s.CanNext(); !ok || s.Exits() {
		return s, nil
	}
	switch s.Page {
	case PageComponents:
		if !s.complete(PageComponents) {
			return s.inspect()
		}
	case PageReady:
		return s.install("")
	case PageInstalling, PageComplete:
		return s, nil
	default: // nothing to do first
	}
	i := index(s.Page)
	if i < 0 {
		return s, nil
	}
	return s.show(Pages()[i+1]), nil
}

// previous goes one page back, cancelling what the page was busy with. From
// Installing, where nothing is changed or everything taken back, it leads to
// Check and reads again: what the plan stood on may not hold any more.
func (s State) previous() (State, Effect) {
	i := index(s.Page)
	if !s.CanPrevious() || i <= 0 {
		return s, nil
	}
	if s.Page == PageInstalling {
		if o := s.Install.Outcome; o != nil && o.Ending == apply.TakenBack {
			s.Entra = Entra{} // the sign-in was dropped
		}
		s.Install, s.IDs, s.Plan, s.Found, s.Reopened = Install{}, IDs{}, nil, nil, nil
		s = s.show(PageCheck)
		return s.inspect()
	}
	return s.show(Pages()[i-1]), nil
}

// inspect reads and judges.
func (s State) inspect() (State, Effect) {
	if s.After != nil {
		return s.reread()
	}
	if !s.free(TaskInspect) || missingComponents(s.Answers, s.Given) != "" {
		return s, nil
	}
	s = s.begin(TaskInspect, "Connecting to SQL Server…")
	return s, Inspect{Token: s.Rev, Answers: s.Answers}
}

// install starts Install at a step, or goes on with it there.
func (s State) install(from string) (State, Effect) {
	if s.Plan == nil || (s.Busy != nil && !background(s.Busy.Task)) {
		return s, nil
	}
	s = s.show(PageInstalling)
	s = s.begin(TaskInstall, "Installing…")
	steps := s.Install.Steps
	if from == "" || len(steps) != len(s.Plan.Steps) {
		steps = make([]apply.Progress, len(s.Plan.Steps))
		for i, st := range s.Plan.Steps {
			steps[i] = apply.Progress{Step: st.ID}
		}
	}
	started := s.Install.Started
	if started.IsZero() {
		started = s.Now
	}
	s.Install = Install{Running: true, Steps: steps, Started: started}
	return s, RunInstall{Token: s.Rev, Plan: *s.Plan, Answers: s.Answers, From: from}
}

// firstOpen gives the first step that is not done.
func (s State) firstOpen() string {
	for _, p := range s.Install.Steps {
		if p.State != apply.Done {
			return p.Step
		}
	}
	return ""
}

// undo takes back what Install did.
func (s State) undo() (State, Effect) {
	if !s.CanUndo() {
		return s, nil
	}
	s = s.show(PageInstalling)
	s = s.begin(TaskUndo, "Taking back what was done…")
	s.Tasks = nil
	s.Install.Undoing, s.Install.Running, s.Install.Stopping, s.Install.Outcome = true, false, false, nil
	return s, RunUndo{Token: s.Rev, Plan: *s.Plan, Answers: s.Answers}
}

// openSite changes to a practice site or back to the real one.
func (s State) openSite(scenario string) (State, Effect) {
	text := "Preparing the practice site…"
	if scenario == "" {
		text = "Leaving practice…"
	}
	s.Busy = nil
	s = s.begin(TaskPractice, text)
	return s, OpenSite{Token: s.Rev, Scenario: scenario}
}

// signIn signs in to the tenant.
func (s State) signIn() (State, Effect) {
	if s.Facts == nil || !s.free(TaskEntra) {
		return s, nil
	}
	tenant := ""
	if c := s.Facts.ADSync.Entra(); c != nil {
		tenant = c.Tenant
	}
	s.Entra = Entra{}
	s.Plan = nil
	s = s.begin(TaskEntra, "Signing in to Microsoft Entra ID…")
	return s, SignInTenant{Token: s.Rev, Answer: s.Answers.Entra, Tenant: tenant}
}

// replaceForest gives the answers with the one for a forest replaced or added.
func replaceForest(list []answers.Forest, f answers.Forest) []answers.Forest {
	list = slices.Clone(list)
	for i := range list {
		if sameName(list[i].Forest, f.Forest) {
			f.Password = list[i].Password // the reference of an answers file stays
			list[i] = f
			return list
		}
	}
	return append(list, f)
}
