package setup

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// tokenOf gives the token of an event that the session feeds back, and false for
// any other event.
func tokenOf(e Event) (int, bool) {
	switch e := e.(type) {
	case Progressed:
		return e.Token, true
	case InstancesFound:
		return e.Token, true
	case DatabasesFound:
		return e.Token, true
	case Inspected:
		return e.Token, true
	case EntraPrompted:
		return e.Token, true
	case EntraSignedIn:
		return e.Token, true
	case ForestVerified:
		return e.Token, true
	case StepProgressed:
		return e.Token, true
	case InstallEnded:
		return e.Token, true
	case FileSaved:
		return e.Token, true
	case PracticeOpened:
		return e.Token, true
	case TaskFailed:
		return e.Token, true
	case afterResult:
		token, _ := e.of()
		return token, true
	}
	return 0, false
}

// expects tells whether the state is busy with the task that e belongs to. A
// result of a cancelled task is late and is dropped.
func (s State) expects(e Event) bool {
	token, ok := tokenOf(e)
	return ok && s.Busy != nil && s.Busy.Token == token && answersTask(e, s.Busy.Task)
}

// answersTask tells whether an event can come from a task of that kind.
func answersTask(e Event, t Task) bool {
	switch e := e.(type) {
	case InstancesFound:
		return t == TaskInstances
	case DatabasesFound:
		return t == TaskDatabases
	case Inspected:
		return t == TaskInspect
	case EntraPrompted, EntraSignedIn:
		return t == TaskEntra
	case ForestVerified:
		return t == TaskForest
	case StepProgressed, InstallEnded:
		return t == TaskInstall || t == TaskUndo
	case FileSaved:
		return t == TaskSave
	case PracticeOpened:
		return t == TaskPractice
	case afterResult:
		_, task := e.of()
		return t == task
	}
	return true
}

// reduceResult handles what comes back from effects. ok is false for events that
// are none.
func reduceResult(s State, e Event) (next State, ok bool) {
	if _, isResult := tokenOf(e); !isResult {
		return s, false
	}
	if !s.expects(e) {
		return s, true
	}
	switch e := e.(type) {
	case Progressed:
		if e.Text != "" {
			b := *s.Busy
			b.Text = e.Text
			s.Busy = &b
		}
	case EntraPrompted:
		s.Entra.Prompt = e.Prompt.orNil()
	case StepProgressed:
		s.Install.Steps = mergeStep(s.Install.Steps, e.Progress)
	default:
		if on, ok := e.(staying); ok && on.stays() {
			return e.(afterResult).land(s), true
		}
		return s.finish(e), true
	}
	return s, true
}

// finish handles the event that ends a task.
func (s State) finish(e Event) State {
	task, forest := s.Busy.Task, s.Busy.Forest
	s.Busy = nil
	switch e := e.(type) {
	case InstancesFound:
		s.Instances = e.Instances
	case DatabasesFound:
		s.Databases = e.Databases
	case Inspected:
		return s.inspected(e)
	case EntraSignedIn:
		if s.Reopened != nil {
			return s.signedInAgain(e.Tenant)
		}
		s.Entra = Entra{Tenant: &e.Tenant}
		if s.Facts != nil {
			s.Entra.Findings = preflight.JudgeTenant(*s.Facts, s.Answers, e.Tenant)
		}
	case ForestVerified:
		return s.forestVerified(e)
	case InstallEnded:
		return s.installEnded(e.Outcome)
	case FileSaved:
		s.Saved = e.Path
	case PracticeOpened:
		return s.siteOpened(e)
	case TaskFailed:
		return s.failed(task, forest, e.Problem)
	case afterResult:
		return e.land(s)
	}
	return s
}

// inspected takes the facts in, judges them, and goes to Check when the
// database was reached; else it stays where the answer can be corrected.
func (s State) inspected(e Inspected) State {
	f := e.Facts
	old := s.Forests
	s.Facts, s.Plan = &f, nil
	if name, ok := f.Computer.Name.Get(); ok && name != "" {
		s.Computer = name
	}
	s.Findings = preflight.Judge(f, s.Answers)
	s.Forests = s.forestsOf(f, old)
	if s.Entra.Tenant != nil {
		s.Entra.Findings = preflight.JudgeTenant(f, s.Answers, *s.Entra.Tenant)
	}
	if !f.SQL.Reached(facts.LayerDB) {
		if index(s.Page) > index(PageCheck) {
			s = s.show(PageCheck) // nothing behind it stands any more
		}
		s.Problems = []*problem.Problem{layerProblem(f.SQL, e.Problem)}
		return s
	}
	if s.Page == PageComponents {
		s = s.show(PageCheck)
	}
	if s.Page == PageReady {
		s = s.buildPlan()
	}
	if e.Problem != nil {
		s.Problems = append(slices.Clone(s.Problems), e.Problem)
	}
	return s
}

// layerProblem gives the problem of the layer that was not reached.
func layerProblem(sql facts.SQLServer, given *problem.Problem) *problem.Problem {
	if given != nil {
		return given
	}
	for _, l := range sql.Layers {
		if l.Problem != nil {
			return l.Problem
		}
	}
	return &problem.Problem{
		Code: problem.CodeUnknown, What: "The database could not be reached.",
		Fix: "Check the name of the server and of the database, then try again.",
	}
}

// forestsOf makes the list of forests. A proof made before stays while the
// connector and its account are the same.
func (s State) forestsOf(f facts.Set, old []Forest) []Forest {
	var list []Forest
	for _, c := range f.ADSync.Forests() {
		next := Forest{Name: c.Forest, ID: c.ID, Before: c.Account}
		if next.Name == "" {
			next.Name = c.Name
		}
		for _, o := range old {
			if o.ID == next.ID && sameName(o.Name, next.Name) && o.Before == next.Before {
				next.Account, next.Problem = o.Account, o.Problem
			}
		}
		if next.Account != nil {
			next.Findings = s.judgeForest(f, c, *next.Account)
		}
		list = append(list, next)
	}
	return list
}

// judgeForest judges a forest by itself, and against the tenant.
func (s State) judgeForest(f facts.Set, c facts.Connector, a facts.ForestAccount) []preflight.Finding {
	list := append(preflight.JudgeForest(f, c, a), preflight.JudgeSuffixes(s.Entra.Tenant, a)...)
	preflight.Sort(list)
	return list
}

func (s State) forestVerified(e ForestVerified) State {
	i := s.forest(e.Forest)
	if i < 0 || s.Facts == nil {
		return s
	}
	f := s.Forests[i]
	f.Certificate = e.Account.Certificate
	if e.Problem != nil {
		f.Account, f.Findings, f.Problem = nil, nil, e.Problem
		if e.Problem.Code == problem.CodeCancelled {
			f.Problem = nil
		}
		if e.Account.User == "" || f.Problem == nil {
			return s.setForest(i, f)
		}
	}
	f.Account, f.Problem, f.Findings = &e.Account, e.Problem, nil
	if c, ok := s.connector(f.ID); ok {
		f.Findings = s.judgeForest(*s.Facts, c, e.Account)
	}
	return s.setForest(i, f)
}

// connector gives a connector of the facts by its id.
func (s State) connector(id string) (facts.Connector, bool) {
	if s.Facts == nil {
		return facts.Connector{}, false
	}
	for _, c := range s.Facts.ADSync.Connectors.Value {
		if c.ID == id {
			return c, true
		}
	}
	return facts.Connector{}, false
}

// buildPlan makes the plan from what stands now. When it can't be made the
// reason is a problem of the page.
func (s State) buildPlan() State {
	s.Plan = nil
	if s.Facts == nil || s.Entra.Tenant == nil {
		return s
	}
	if s.IDs.Installation == "" {
		s.Problems = append(slices.Clone(s.Problems), &problem.Problem{
			Code: CodeRandom, What: "This computer gives no random numbers, so the installation can't be given its ids.",
			Fix: "Try again. If it stays so, restart the computer.",
		})
		return s
	}
	in := plan.Input{
		Answers: s.Answers, Facts: *s.Facts, Tenant: *s.Entra.Tenant,
		Installation: s.IDs.Installation, Keyset: s.IDs.Keyset, Entropy: s.IDs.Entropy,
		Now: s.Now, Program: s.Program,
	}
	for _, f := range s.Forests {
		if f.Account != nil {
			in.Forests = append(in.Forests, *f.Account)
		}
	}
	p, err := plan.Build(in)
	if err != nil {
		s.Problems = append(slices.Clone(s.Problems), problem.From(err))
		return s
	}
	s.Plan = &p
	return s
}

// mergeStep puts one message into the list of steps.
func mergeStep(steps []apply.Progress, p apply.Progress) []apply.Progress {
	i := slices.IndexFunc(steps, func(q apply.Progress) bool { return q.Step == p.Step })
	if i < 0 {
		return steps
	}
	steps = slices.Clone(steps)
	steps[i] = p
	return steps
}

// installEnded is the end of Install or of undo.
func (s State) installEnded(o apply.Outcome) State {
	for _, p := range o.Steps {
		s.Install.Steps = mergeStep(s.Install.Steps, p)
	}
	s.Install.Running, s.Install.Undoing, s.Install.Stopping = false, false, false
	s.Install.Outcome = &o
	s = s.askAgain(o.Problem)
	if o.Ending != apply.Completed {
		return s
	}
	s = s.show(PageComplete)
	s.Tasks, s.Ticks = s.tasks(), nil
	return s
}

// tasks gives what is left to do after Install.
func (s State) tasks() []review.Task {
	if s.Facts == nil || s.Plan == nil || s.Entra.Tenant == nil {
		return nil
	}
	return review.Tasks(*s.Facts, *s.Plan, s.Entra.Tenant, s.accounts())
}

// accounts gives the proofs of all forests.
func (s State) accounts() []facts.ForestAccount {
	var list []facts.ForestAccount
	for _, f := range s.Forests {
		if f.Account != nil {
			list = append(list, *f.Account)
		}
	}
	return list
}

// siteOpened starts over with another site. Only the page, the licence and the
// situation stay.
func (s State) siteOpened(e PracticeOpened) State {
	situation := s.Answers.Situation
	next := State{
		Rev: s.Rev, Now: s.Now, Program: s.Program, Licence: s.Licence,
		Page: PageWelcome, Furthest: PageWelcome,
		Practice: e.Practice, Computer: e.Computer, Answers: e.Answers, Given: e.Given, Found: e.Found, Staging: e.Staging,
	}
	if next.Answers.Situation == "" {
		next.Answers.Situation = situation
	}
	return next
}

// failed puts the problem of a task where it belongs. A cancelled task has none.
func (s State) failed(task Task, forest string, p *problem.Problem) State {
	if p != nil && p.Code == problem.CodeCancelled {
		p = nil
	}
	switch task {
	case TaskInstall, TaskUndo:
		return s.installBroke(task, p)
	case TaskSwitch:
		return s.switchBroke(p)
	case TaskGate:
		s.Staging.Prompt = nil
	case TaskEntra:
		if s.Reopened != nil {
			return s.brokeOff(p)
		}
		s.Entra.Prompt, s.Entra.Problem = nil, p
		return s
	case TaskForest:
		if i := s.forest(forest); i >= 0 {
			f := s.Forests[i]
			f.Problem = p
			return s.setForest(i, f)
		}
	default: // its problem belongs to the page
	}
	if p != nil {
		s.Problems = append(slices.Clone(s.Problems), p)
	}
	return s
}

// installBroke makes the end of Install out of a failure that came with no
// outcome of its own.
func (s State) installBroke(task Task, p *problem.Problem) State {
	o := apply.Outcome{Ending: apply.Broken, Started: s.Install.Started, Finished: s.Now, Problem: p}
	if task == TaskUndo {
		o.Ending = apply.PartLeft
	}
	steps := slices.Clone(s.Install.Steps)
	for i := range steps {
		switch steps[i].State {
		case apply.Running:
			steps[i].State, steps[i].Problem = apply.Failed, p
		case apply.Undoing:
			steps[i].State, steps[i].Problem = apply.Left, p
		default: // was not at work
		}
	}
	o.Steps = steps
	return s.installEnded(o)
}
