package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the ways in which an unattended run ends early.
const (
	CodeLicence      problem.Code = "setup.licence"        // the licence terms are not accepted in the answers
	CodeBlocked      problem.Code = "setup.blocked"        // a finding blocks
	CodeMissing      problem.Code = "setup.answer.missing" // an answer is missing
	CodeForestAnswer problem.Code = "setup.forest.missing" // a forest of the database has no answer
	CodeStopped      problem.Code = "setup.stopped"        // Install was stopped after a step
	CodeNothing      problem.Code = "setup.found.nothing"  // there is nothing to go on with or to take back
	CodeLeft         problem.Code = "setup.undo.left"      // undo left something
)

// RunOptions say how far an unattended run goes.
type RunOptions struct {
	// Install goes all the way. Without it the run ends after the check.
	Install bool
	// Resume goes on with the installation that an earlier run left.
	Resume bool
	// Undo takes back the installation that an earlier run left or finished.
	Undo bool
	// Review reads the database as Additional tasks do, and counts what waits.
	Review bool
	// CSV is the file that Review writes the list of pending exports to, "" for
	// none, and Connector the name of the connector whose list it is, "" for all.
	CSV, Connector string
	// Staging leaves or enters staging mode; empty for neither.
	Staging plan.Purpose
	// With are the parts of the report that Review and Staging read beside what they
	// always do; Against is the exported folder or .zip that With.Compare is about.
	With    ReportParts
	Against string
}

// Run walks a session from Welcome to the end with the answers and secrets that
// its site came with, through the same events as the window. It stops at the
// first problem and at a finding that blocks, and gives the state where it stopped
// with the reason, a *problem.Problem. When ctx ends, Install stops after its current step and
// anything else is cancelled.
//
// Without Install it reads and judges only. A finding that blocks is then no
// error: it is what was asked for. The facts are in the state even when an error
// says that the database was not reached.
func Run(ctx context.Context, s *Session, o RunOptions) (State, error) {
	s.alone.Store(true)
	u := unattended{s}
	var err error
	switch {
	case o.Install:
		err = u.install(ctx)
	case o.Resume:
		err = u.resume(ctx)
	case o.Undo:
		err = u.undo(ctx)
	case o.Review:
		err = u.review(ctx, o)
	case o.Staging != plan.Installs:
		err = u.staging(ctx, o)
	default:
		err = u.check(ctx)
	}
	if o.Resume || o.Review || o.Staging != plan.Installs {
		u.renew(ctx, o)
	}
	return s.State(), err
}

// unattended is one run without a person.
type unattended struct{ s *Session }

// do dispatches an event and waits until everything it started has ended.
func (u unattended) do(ctx context.Context, e Event) (State, error) {
	u.s.Dispatch(e)
	if err := u.s.Wait(ctx); err != nil {
		u.s.Dispatch(CancelPressed{})
		// Cancel ends anything at once, but for the step of Install that is running.
		if waitErr := u.s.Wait(context.WithoutCancel(ctx)); waitErr != nil {
			err = waitErr
		}
		return u.s.State(), problem.From(err)
	}
	state := u.s.State()
	if len(state.Problems) > 0 {
		return state, state.Problems[0]
	}
	return state, nil
}

// next goes on to a page, and says what keeps it from getting there.
func (u unattended) next(ctx context.Context, to Page) (State, error) {
	state := u.s.State()
	if ok, why := state.CanNext(); !ok {
		return state, &problem.Problem{Code: CodeMissing, What: why, Fix: "Complete the answers, then try again."}
	}
	state, err := u.do(ctx, NextPressed{})
	if err == nil && state.Page != to {
		err = &problem.Problem{
			Code: CodeMissing, What: fmt.Sprintf("The run came to the page %q instead of %q.", state.Page, to),
			Fix: "Complete the answers, then try again.",
		}
	}
	return state, err
}

func (u unattended) check(ctx context.Context) error {
	state := u.s.State()
	if why := missingComponents(state.Answers, state.Given); why != "" {
		return &problem.Problem{Code: CodeMissing, What: why, Fix: "Add it to the answers."}
	}
	state, err := u.do(ctx, CheckPressed{})
	if err != nil {
		return err
	}
	if state.namesTenant() {
		if state, err = u.do(ctx, TenantAsked{}); err == nil && state.Entra.Problem != nil {
			err = state.Entra.Problem
		}
	}
	if ctx.Err() != nil {
		return err
	}
	return together(err, u.prove(ctx, false))
}

// together gives several errors as one, and one as it is.
func together(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// namesTenant tells whether there is a tenant to look at, and somebody to sign in
// to it: without an account in the answers a check stays with the database.
func (s State) namesTenant() bool {
	who := s.Answers.Entra.User + s.Answers.Entra.Client
	return strings.TrimSpace(who) != "" && s.tenantDomain() != ""
}

func (u unattended) install(ctx context.Context) error {
	state := u.s.State()
	if !state.Answers.Acknowledge.Licence && state.Practice == nil {
		return &problem.Problem{
			Code: CodeLicence, What: "The licence terms are not accepted.",
			Fix: "Read them, then set acknowledge.licence to true in the answers.",
		}
	}
	u.s.Dispatch(LicenceToggled{On: true})
	if _, err := u.next(ctx, PageComponents); err != nil {
		return err
	}
	state, err := u.next(ctx, PageCheck)
	if err == nil {
		err = acceptable(state.Findings)
	}
	if err != nil {
		return err
	}
	for _, part := range []func(context.Context) error{u.tenant, u.forests, u.apply} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// tenant signs in to Entra ID.
func (u unattended) tenant(ctx context.Context) error {
	if _, err := u.next(ctx, PageEntra); err != nil {
		return err
	}
	state, err := u.do(ctx, EntraPressed{})
	if err == nil && state.Entra.Problem != nil {
		err = state.Entra.Problem
	}
	if err == nil {
		err = acceptable(state.Entra.Findings)
	}
	return err
}

// forests gives every forest its answer.
func (u unattended) forests(ctx context.Context) error {
	if _, err := u.next(ctx, PageDirectories); err != nil {
		return err
	}
	return u.prove(ctx, true)
}

// prove proves the account of every forest. One that can't be used keeps none of the
// others from being proved: the end names them all. Without needed, forests that the
// answers give no account for are left out, as a check stays with the database then,
// and findings are told as findings.
func (u unattended) prove(ctx context.Context, needed bool) error {
	var red []error
	for _, f := range u.s.State().Forests {
		a := u.s.State().ForestAnswer(f.Name)
		if !a.Given() && !needed {
			continue
		}
		if !a.Given() {
			return &problem.Problem{
				Code: CodeForestAnswer, What: "There is no account for the forest " + f.Name + ".",
				Fix: "Add the forest with user and password to the answers.",
			}
		}
		after, err := u.do(ctx, ForestGiven{Forest: a})
		if err != nil {
			return err
		}
		done := after.Forests[after.forest(f.Name)]
		if done.Problem != nil {
			red = append(red, done.Problem)
		} else if err := acceptable(done.Findings); err != nil && needed {
			red = append(red, err)
		}
	}
	return together(red...)
}

// apply builds the plan and installs.
func (u unattended) apply(ctx context.Context) error {
	if _, err := u.next(ctx, PageReady); err != nil {
		return err
	}
	if ok, why := u.s.State().CanNext(); !ok {
		return &problem.Problem{Code: CodeMissing, What: why, Fix: "Complete the answers, then try again."}
	}
	state, err := u.do(ctx, NextPressed{})
	return installed(state, err)
}

// installed says what is wrong with the end of Install. err is what doing gave.
func installed(state State, err error) error {
	o := state.Install.Outcome
	switch {
	case o != nil && o.Ending == apply.Completed:
		return nil // whatever ended ctx came too late
	case o != nil && o.Problem != nil:
		return o.Problem
	case err != nil:
		return err
	}
	return &problem.Problem{
		Code: CodeStopped, What: "The installation was stopped before its end.",
		Fix: "Start it again to go on, or take it back.",
	}
}

// acceptable says why a run may not go past these findings: one that blocks.
// Warnings are for the outcome and the report.
func acceptable(list []preflight.Finding) error {
	for _, f := range list {
		if f.Severity == preflight.Blocked {
			return &problem.Problem{Code: CodeBlocked, What: f.Title, Why: f.Consequence, Fix: f.Fix, Detail: f.ID}
		}
	}
	return nil
}
