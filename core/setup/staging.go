package setup

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// What the page Staging mode is busy with.
const (
	TaskSwitch Task = "switch" // leaving or entering staging mode, or taking that back
	TaskGate   Task = "gate"   // reading the tenant for the conditions
)

// CodeGateTenant says that the sign-in is to another tenant than the database's.
const CodeGateTenant problem.Code = "setup.gate.tenant"

// Staging is where leaving or entering staging mode stands.
type Staging struct {
	// Reasons are what was written to go on in spite of conditions, by their ids.
	Reasons map[string]string `json:"reasons,omitempty"`
	Tenant  *facts.Tenant     `json:"tenant,omitempty"` // as read for the conditions
	Prompt  *Prompt           `json:"prompt,omitempty"` // what to do to sign in
	// Plan is that of the switch which runs or ran, Gate the conditions at that time.
	Plan    *plan.Plan         `json:"plan,omitempty"`
	Gate    []review.Condition `json:"gate,omitempty"`
	Steps   []apply.Progress   `json:"steps,omitempty"`
	Running bool               `json:"running,omitempty"`
	Undoing bool               `json:"undoing,omitempty"` // what runs is taking it back
	Outcome *apply.Outcome     `json:"outcome,omitempty"`
	Earlier bool               `json:"earlier,omitempty"` // an earlier run of the program began it
	SQL     answers.SQL        `json:"sql,omitzero"`      // the connection of that run
}

// Interrupted tells whether a switch was begun and neither finished nor taken back.
func (s Staging) Interrupted() bool {
	return s.Plan != nil && s.Outcome != nil && s.Outcome.Ending != apply.Completed && s.Outcome.Ending != apply.TakenBack
}

type (
	// ReasonTyped is why to leave staging mode in spite of a condition.
	ReasonTyped struct{ ID, Reason string }
	// SwitchPressed leaves or enters staging mode.
	SwitchPressed struct {
		Purpose plan.Purpose
		Restart bool // restart the service on this computer afterwards
	}
	// SwitchAgainPressed goes on with a switch that failed or was interrupted.
	SwitchAgainPressed struct{}
	// SwitchUndoPressed takes a switch back.
	SwitchUndoPressed struct{}
	// GateSignInPressed signs in to the tenant, to read what the conditions ask of it.
	// What is empty is as in the answers.
	GateSignInPressed struct {
		Flow answers.EntraFlow
		User string
	}
	// ExportsLookedAt says that the admin looked through the pending exports that
	// were counted last.
	ExportsLookedAt struct{}

	// RunSwitch carries a plan out, or takes it back. Ends with SwitchEnded.
	RunSwitch struct {
		Token   int
		Plan    plan.Plan
		Answers answers.Answers
		Undo    bool
		Known   Known
	}
	// ReadTenant signs in to the tenant, reads it and signs out. Ends with GateTenant.
	ReadTenant struct {
		Token  int
		Answer answers.Entra
		Tenant string
	}

	// SwitchStepped is progress of a switch.
	SwitchStepped struct {
		Token    int
		Progress apply.Progress
	}
	// SwitchEnded is the end of a switch, with the database as it is now.
	SwitchEnded struct {
		Token   int
		Outcome apply.Outcome
		Facts   *facts.Set // nil when it could not be read
	}
	// GatePrompted says what the admin has to do to sign in.
	GatePrompted struct {
		Token  int
		Prompt Prompt
	}
	// GateTenant is the tenant as it was read.
	GateTenant struct {
		Token  int
		Tenant facts.Tenant
	}
)

func (ReasonTyped) event()        {}
func (SwitchPressed) event()      {}
func (SwitchAgainPressed) event() {}
func (SwitchUndoPressed) event()  {}
func (GateSignInPressed) event()  {}
func (ExportsLookedAt) event()    {}
func (SwitchStepped) event()      {}
func (SwitchEnded) event()        {}
func (GatePrompted) event()       {}
func (GateTenant) event()         {}
func (RunSwitch) effect()         {}
func (ReadTenant) effect()        {}

func (e SwitchStepped) of() (int, Task) { return e.Token, TaskSwitch }
func (e SwitchStepped) stays() bool     { return true }
func (e SwitchEnded) of() (int, Task)   { return e.Token, TaskSwitch }
func (e GatePrompted) of() (int, Task)  { return e.Token, TaskGate }
func (e GatePrompted) stays() bool      { return true }
func (e GateTenant) of() (int, Task)    { return e.Token, TaskGate }

// lookedKey is where the ticks keep when the pending exports were looked at.
const lookedKey = "looked-exports"

// Gate gives the conditions for leaving staging mode as the database was read last,
// with the reasons that were written. nil before it was read.
func (s State) Gate() []review.Condition {
	if s.After == nil || s.After.Facts == nil {
		return nil
	}
	b := s.afterBasis()
	b.Tenant = s.Staging.Tenant // one that was read at another time says nothing about now
	list := review.Gate(review.GateInput{
		Basis: b, Tasks: s.After.Tasks, Computer: s.After.Facts.Computer.Name.Or(s.Computer), Looked: s.Ticks[lookedKey],
	})
	written := s.Answers.Staging.Overrides.Reasons()
	for i, c := range list {
		reason, typed := s.Staging.Reasons[c.ID]
		if !typed {
			reason = written[c.ID]
		}
		if c.Light != review.Green {
			list[i].Override = strings.TrimSpace(reason)
		}
	}
	return list
}

// InStaging tells whether the database says staging mode; known is false until it
// was read.
func (s State) InStaging() (on, known bool) {
	if s.After == nil || s.After.Facts == nil || s.After.Facts.ADSync.Settings.State != facts.IsKnown {
		return false, false
	}
	return s.After.Facts.ADSync.On(facts.SettingStagingMode), true
}

// CanSwitch tells whether staging mode can be left or entered, and else why not.
func (s State) CanSwitch(purpose plan.Purpose) (ok bool, why string) {
	on, known := s.InStaging()
	closed := 0
	for _, c := range s.Gate() {
		if !c.Open() {
			closed++
		}
	}
	switch {
	case s.Busy != nil:
		return false, s.Busy.Text
	case s.installing():
		return false, "The switch is under way."
	case !known:
		return false, "Whether the server is in staging mode is not known."
	case purpose == plan.Leaves && !on:
		return false, "The server is not in staging mode."
	case purpose == plan.Enters && on:
		return false, "The server is in staging mode already."
	case purpose == plan.Leaves && closed == 1:
		return false, "1 condition is neither fulfilled nor answered for."
	case purpose == plan.Leaves && closed > 1:
		return false, fmt.Sprintf("%d conditions are neither fulfilled nor answered for.", closed)
	}
	return true, ""
}

// CanUndoSwitch tells whether the switch can be taken back. Leaving can be at any
// time. Going live again after entering goes through the conditions, but for the run
// that entered: what it put aside is minutes old.
func (s State) CanUndoSwitch() bool {
	x := s.Staging
	if s.Busy != nil || s.installing() || x.Plan == nil || x.Outcome == nil || !s.ofThisDatabase(*x.Plan) || (x.Earlier && x.Plan.Purpose == plan.Enters) {
		return false
	}
	for i, p := range x.Steps {
		if i < len(x.Plan.Steps) && x.Plan.Steps[i].Alters() && p.State != apply.Waiting && p.State != apply.Undone {
			return true
		}
	}
	return false
}

// CanSwitchAgain tells whether a switch that failed or was interrupted can go on.
func (s State) CanSwitchAgain() bool {
	x := s.Staging
	return s.Busy == nil && !s.installing() && x.Plan != nil && s.ofThisDatabase(*x.Plan) && x.Outcome != nil &&
		(x.Outcome.Ending == apply.Broken || x.Outcome.Ending == apply.Stopped)
}

// ofThisDatabase tells whether a plan is for the database that was read.
func (s State) ofThisDatabase(p plan.Plan) bool {
	if s.After == nil || s.After.Facts == nil {
		return false
	}
	id := func(list []plan.Basis) string {
		for _, b := range list {
			if b.Name == "Instance id" {
				return b.Value
			}
		}
		return ""
	}
	return id(p.Basis) == id(plan.StagingBasis(plan.Enters, *s.After.Facts))
}
