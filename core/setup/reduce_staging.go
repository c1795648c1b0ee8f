package setup

import (
	"cmp"
	"maps"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

func (e ReasonTyped) reduce(s State) (State, Effect) { //nolint:unparam // afterEvent wants an Effect of every event
	m := make(map[string]string, len(s.Staging.Reasons)+1)
	maps.Copy(m, s.Staging.Reasons)
	m[e.ID] = e.Reason
	s.Staging.Reasons = m
	return s, nil
}

func (e ExportsLookedAt) reduce(s State) (State, Effect) {
	if s.After.Pending == nil || s.After.Pending.Summary == nil {
		return s, nil // nobody can have looked at what was not shown
	}
	s.Ticks = review.WithTick(s.Ticks, lookedKey, true, s.After.Pending.Summary.At)
	if key := tickKey(s); key != "" {
		return s, SaveTicks{Key: key, Ticked: s.Ticks}
	}
	return s, nil
}

func (e GateSignInPressed) reduce(s State) (State, Effect) {
	if s.After.Facts == nil || !s.free(TaskGate) {
		return s, nil
	}
	tenant := ""
	if c := s.After.Facts.ADSync.Entra(); c != nil {
		tenant = c.Tenant
	}
	s = s.begin(TaskGate, "Signing in to Microsoft Entra ID…")
	s.Staging.Tenant, s.Staging.Prompt = nil, nil
	answer := s.Answers.Entra
	answer.Flow, answer.User = cmp.Or(e.Flow, answer.Flow), cmp.Or(strings.TrimSpace(e.User), answer.User)
	return s, ReadTenant{Token: s.Rev, Answer: answer, Tenant: tenant}
}

func (e SwitchPressed) reduce(s State) (State, Effect) {
	if ok, _ := s.CanSwitch(e.Purpose); !ok {
		return s, nil
	}
	in := plan.StagingInput{Facts: *s.After.Facts, Purpose: e.Purpose, Restart: e.Restart, ID: s.SwitchID, Now: s.Now, Program: s.Program}
	gate := s.Gate()
	for _, c := range gate {
		switch {
		case !c.Open():
			in.Closed = append(in.Closed, c.Title)
		case c.Light != review.Green && e.Purpose == plan.Leaves:
			in.Answered = append(in.Answered, plan.Answered{
				Condition: c.ID, Title: c.Title, Light: string(c.Light), Evidence: c.Evidence, Reason: c.Override,
				By: s.After.Facts.Computer.User.Or(""), At: s.Now.UTC(),
			})
		}
	}
	p, err := plan.BuildStaging(in)
	if err != nil {
		s.Problems = []*problem.Problem{problem.From(err)}
		return s, nil
	}
	s.SwitchID = ""
	s.Staging = Staging{Reasons: s.Staging.Reasons, Tenant: s.Staging.Tenant, Plan: &p, Gate: gate}
	for _, st := range p.Steps {
		s.Staging.Steps = append(s.Staging.Steps, apply.Progress{Step: st.ID})
	}
	return s.runSwitch(false)
}

func (e SwitchAgainPressed) reduce(s State) (State, Effect) {
	if !s.CanSwitchAgain() {
		return s, nil
	}
	return s.runSwitch(false)
}

func (e SwitchUndoPressed) reduce(s State) (State, Effect) {
	if !s.CanUndoSwitch() {
		return s, nil
	}
	return s.runSwitch(true)
}

// runSwitch begins to carry the plan of Staging out, or to take it back.
func (s State) runSwitch(undo bool) (State, Effect) {
	text := map[plan.Purpose]string{plan.Leaves: "Leaving staging mode…", plan.Enters: "Entering staging mode…"}[s.Staging.Plan.Purpose]
	if undo {
		text = "Taking back what was done…"
	}
	s = s.begin(TaskSwitch, text)
	s.Staging.Running, s.Staging.Undoing, s.Staging.Outcome = true, undo, nil
	return s, RunSwitch{
		Token: s.Rev, Plan: *s.Staging.Plan, Answers: s.Answers, Undo: undo,
		Known: Known{Computer: s.Computer, Answers: s.Answers, Facts: s.After.Facts, Gate: s.Staging.Gate},
	}
}

func (e SwitchStepped) land(s State) State {
	s.Staging.Steps = mergeStep(s.Staging.Steps, e.Progress)
	return s
}

func (e SwitchEnded) land(s State) State {
	for _, p := range e.Outcome.Steps {
		s.Staging.Steps = mergeStep(s.Staging.Steps, p)
	}
	s.Staging.Running, s.Staging.Undoing, s.Staging.Outcome = false, false, &e.Outcome
	if e.Facts == nil || s.After == nil {
		return s
	}
	s = s.withAfter(func(a *After) { a.Facts = e.Facts })
	tasks := s.afterTasks()
	return s.withAfter(func(a *After) { a.Tasks = tasks })
}

// switchBroke is the end of a switch that came with no outcome of its own.
func (s State) switchBroke(p *problem.Problem) State {
	o := apply.Outcome{Ending: apply.Broken, Finished: s.Now, Problem: p, Steps: s.Staging.Steps}
	if s.Staging.Undoing {
		o.Ending = apply.PartLeft
	}
	return SwitchEnded{Outcome: o}.land(s)
}

func (e GatePrompted) land(s State) State {
	s.Staging.Prompt = e.Prompt.orNil()
	return s
}

// land takes the tenant in. The wizard's own sign-in, if there was one, is gone with
// this one.
func (e GateTenant) land(s State) State {
	s.Staging.Prompt = nil
	if index(s.From()) < index(PageInstalling) {
		s.Entra = Entra{}
	}
	if s.After == nil || s.After.Facts == nil {
		return s
	}
	if c := s.After.Facts.ADSync.Entra(); c != nil && c.Tenant != "" && !hasDomain(e.Tenant, c.Tenant) {
		s.Problems = []*problem.Problem{{
			Code: CodeGateTenant, What: "This sign-in is to the tenant " + e.Tenant.InitialDomain + ".",
			Why: "The database synchronizes to " + c.Tenant + ". What was read says nothing about that one.",
			Fix: "Sign in with an account of " + c.Tenant + ".",
		}}
		return s
	}
	s.Staging.Tenant = &e.Tenant
	tasks := s.afterTasks() // the tenant says more of some
	return s.withAfter(func(a *After) { a.Tasks = tasks })
}

func hasDomain(t facts.Tenant, domain string) bool {
	for _, d := range append(t.Domains.Or(nil), t.InitialDomain) {
		if strings.EqualFold(strings.TrimSpace(d), domain) {
			return true
		}
	}
	return false
}
