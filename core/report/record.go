// Package report makes the record of an installation for the change ticket, as
// one self-contained HTML file or as JSON. It knows values only, and no secrets.
package report

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// Format is the version of the JSON shape of a Record. It goes up when a field
// is renamed, removed or changes its meaning; new fields don't raise it.
const Format = 1

// Record is everything the report says. Plan and Outcome are nil when there
// was only a check.
type Record struct {
	Format   int                 `json:"format"`
	Program  string              `json:"program"` // name and version
	Made     time.Time           `json:"made"`
	Practice string              `json:"practice,omitempty"` // scenario; everything is pretended
	Computer string              `json:"computer"`
	Facts    *facts.Set          `json:"facts,omitempty"`
	Findings []preflight.Finding `json:"findings"` // database, tenant and directories, worst first
	Tenant   *facts.Tenant       `json:"tenant,omitempty"`
	Forests  []ForestRecord      `json:"forests,omitempty"`
	Plan     *plan.Plan          `json:"plan,omitempty"`
	Outcome  *apply.Outcome      `json:"outcome,omitempty"`
	Tasks    []review.Task       `json:"tasks,omitempty"`
	// Gate are the conditions for leaving staging mode, with what was answered for.
	Gate []review.Condition `json:"gate,omitempty"`
	// Overview is the whole configuration of a database that was read for Additional tasks.
	Overview []review.Section `json:"overview,omitempty"`
	// PendingExports and Comparison are there when somebody asked for them.
	PendingExports *PendingExports `json:"pendingExports,omitempty"`
	Comparison     *compare.Report `json:"comparison,omitempty"`
	// Problems are what kept something from being read or done, beside the outcome's.
	Problems []*problem.Problem `json:"problems,omitempty"`
}

// ForestRecord is one forest in the report.
type ForestRecord struct {
	Name    string               `json:"name"`
	Green   bool                 `json:"green"`
	Account *facts.ForestAccount `json:"account,omitempty"`
}
