package handover

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the ways in which Microsoft's setup can't be started.
const (
	CodeNotInstalled problem.Code = "handover.start.missing"   // it is not there
	CodeNotHere      problem.Code = "handover.start.system"    // not on this system
	CodeNotStarted   problem.Code = "handover.start.failed"    // the system refused
	CodeElevation    problem.Code = "handover.start.elevation" // this program has no administrator's rights
)

// Starter starts Microsoft's setup. This computer's and the practice site's
// implement it.
type Starter interface {
	// Start starts the setup with Switch and does not wait for it. The plan is for a
	// pretended setup, which types by itself. Errors are *problem.Problem.
	Start(ctx context.Context, p plan.Plan) error
	// Running tells whether the setup runs at this moment.
	Running() (bool, error)
	// Traces gives the folder in which it writes its trace logs.
	Traces() string
}
