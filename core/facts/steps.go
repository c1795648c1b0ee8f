package facts

import "time"

// The kinds of steps in StepTime.Kind.
const (
	StepFullImport  = "full-import"
	StepDeltaImport = "delta-import"
	StepFullSync    = "full-sync"
	StepDeltaSync   = "delta-sync"
	StepExport      = "export"
)

// StepTime is how long one kind of step of one connector took, in the runs that
// ended well of the whole run history.
type StepTime struct {
	Connector string        `json:"connector"` // GUID, lower case
	Kind      string        `json:"kind"`
	Runs      int64         `json:"runs"` // how many there were
	Longest   time.Duration `json:"longestNanoseconds"`
	Newest    time.Time     `json:"newest"` // when the newest one ended
}
