package setup

import (
	"context"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// CodeGateClosed says that a condition for leaving staging mode is neither fulfilled
// nor answered for.
const CodeGateClosed problem.Code = "setup.gate.closed"

// CodeSwitch says that staging mode can't be left or entered now.
const CodeSwitch problem.Code = "setup.switch"

// alreadySo says that there is nothing to switch.
func alreadySo(purpose plan.Purpose) string {
	if purpose == plan.Enters {
		return "The server is in staging mode already."
	}
	return "The server is not in staging mode: it exports already."
}

// staging leaves or enters staging mode, or goes on with what an earlier run began
// for the same purpose.
func (u unattended) staging(ctx context.Context, o RunOptions) error {
	purpose := o.Staging
	state := u.s.State()
	if why := missingComponents(answers.Answers{SQL: state.Answers.SQL}, state.Given); why != "" {
		return &problem.Problem{Code: CodeMissing, What: why, Fix: "Add it to the answers."}
	}
	state, err := u.do(ctx, AfterOpened{Page: PageStaging})
	if err != nil {
		return err
	}
	if x := state.Staging; x.Earlier && x.Plan.Purpose == purpose && state.CanSwitchAgain() {
		return u.switched(ctx, SwitchAgainPressed{})
	}
	if err := u.parts(ctx, o); err != nil { // before the switch: afterwards the first export may have begun
		return err
	}
	entra := state.Answers.Entra // a device code needs no name
	who := entra.User + entra.Client + string(entra.Flow)
	if purpose == plan.Leaves && strings.TrimSpace(who) != "" {
		if state, err = u.do(ctx, GateSignInPressed{}); err != nil {
			return err
		}
	}
	if err := switchable(state, purpose); err != nil {
		return err
	}
	return u.switched(ctx, SwitchPressed{Purpose: purpose, Restart: state.Answers.Staging.Restart})
}

// switchable says why staging mode can't be left or entered.
func switchable(state State, purpose plan.Purpose) error {
	closed := closedConditions(state)
	if on, known := state.InStaging(); purpose == plan.Leaves && known && on && len(closed) > 0 {
		return &problem.Problem{
			Code: CodeGateClosed, What: "Staging mode can't be left yet.", Why: strings.Join(closed, " "),
			Fix: "See to these conditions, or write the reason for each into staging.overrides of the answers, with at least 10 characters.",
		}
	}
	if on, known := state.InStaging(); known && on == (purpose == plan.Enters) {
		return &problem.Problem{Code: plan.CodeStagingAlready, What: alreadySo(purpose), Fix: "There is nothing to do, and nothing was changed."}
	}
	if ok, why := state.CanSwitch(purpose); !ok {
		return &problem.Problem{Code: CodeSwitch, What: why, Fix: "Nothing was changed. See to it, then try again."}
	}
	return nil
}

// closedConditions puts into words what keeps the gate closed.
func closedConditions(s State) []string {
	var closed []string
	for _, c := range s.Gate() {
		if !c.Open() {
			closed = append(closed, c.Title+" ("+c.ID+"): "+c.Evidence)
		}
	}
	return closed
}

func (u unattended) switched(ctx context.Context, e Event) error {
	state, err := u.do(ctx, e)
	o := state.Staging.Outcome
	switch {
	case o != nil && o.Ending == apply.Completed:
		return nil
	case o != nil && o.Problem != nil:
		return o.Problem
	case err != nil:
		return err
	}
	return &problem.Problem{Code: CodeStopped, What: "It was stopped before its end.", Fix: "Start it again to go on."}
}
