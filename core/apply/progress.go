// Package apply runs a plan: one step at a time, written down before and after,
// verified, and undone in reverse if the admin says so.
package apply

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// StepState is where a step stands.
type StepState string

// The states of a step. The zero value is waiting.
const (
	Waiting StepState = ""
	Running StepState = "running"
	Done    StepState = "done"
	Failed  StepState = "failed"
	Undoing StepState = "undoing"
	Undone  StepState = "undone"
	Left    StepState = "left" // undoing it did not work; Text says what is left
)

// Progress is one message about one step. Total is 0 when there is nothing to count.
type Progress struct {
	Step    string           `json:"step"` // plan.Step.ID
	State   StepState        `json:"state"`
	Text    string           `json:"text,omitempty"`
	Count   int              `json:"count,omitempty"`
	Total   int              `json:"total,omitempty"`
	Problem *problem.Problem `json:"problem,omitempty"`
	At      time.Time        `json:"at"`
	// Seen is how far Microsoft's setup is, in the step that hands over to it.
	Seen *handover.Seen `json:"seen,omitempty"`
}

// Ending tells how a run of Install or of undo ended.
type Ending string

// The endings.
const (
	Completed Ending = "completed" // every step done and verified
	Stopped   Ending = "stopped"   // the admin stopped it after a step
	Broken    Ending = "broken"    // a step failed
	TakenBack Ending = "undone"    // everything that was done is undone
	PartLeft  Ending = "part-left" // undone except for what Left names
)

// Outcome is how a run ended. Steps holds the last progress of every step, in
// the plan's order. Left says what could not be undone and how to remove it by hand.
type Outcome struct {
	Ending   Ending           `json:"ending"`
	Started  time.Time        `json:"started"`
	Finished time.Time        `json:"finished"`
	Steps    []Progress       `json:"steps"`
	Problem  *problem.Problem `json:"problem,omitempty"`
	Left     []string         `json:"left,omitempty"`
	Journal  string           `json:"journal,omitempty"` // path of the journal
	Reports  []string         `json:"reports,omitempty"` // paths of the reports, HTML first
}
