package setup

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

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
		Practice: e.Practice, Computer: e.Computer, CurrentUser: e.CurrentUser, Answers: e.Answers, Given: e.Given, Found: e.Found, Staging: e.Staging,
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
