// Package facts holds what the probes saw, as plain values: SQL Server, the
// ADSync database, the directories, the tenant and this computer. It does no
// I/O; probes fill it, and preflight, plan, review and report read it.
package facts

import "time"

// ReadState tells how a reading went. The zero value means "not read", so a
// fact that nobody filled is never taken for a good one.
type ReadState string

const (
	// NotRead is a reading that was never tried (its layer was not reached).
	NotRead ReadState = ""
	// IsKnown is a reading that succeeded; Value holds.
	IsKnown ReadState = "known"
	// IsUnknown is a reading that was tried and failed; Why says how.
	IsUnknown ReadState = "unknown"
	// IsAbsent is a reading that this version of the product or of the server
	// does not offer; Why says "not available in this version" or the like.
	IsAbsent ReadState = "absent"
)

// Read is one fact: its value with source and time, or why there is none.
type Read[T any] struct {
	Value  T         `json:"value"`
	State  ReadState `json:"state"`
	Source string    `json:"source,omitempty"` // where it was read: "SERVERPROPERTY('Edition')", "mms_run_history"
	At     time.Time `json:"at,omitzero"`      // when it was read, UTC, by this computer's clock
	Why    string    `json:"why,omitempty"`    // why it is unknown or absent, for a person
}

// Known makes a reading that succeeded.
func Known[T any](v T, source string, at time.Time) Read[T] {
	return Read[T]{Value: v, State: IsKnown, Source: source, At: at.UTC()}
}

// Unknown makes a reading that was tried and failed.
func Unknown[T any](source, why string, at time.Time) Read[T] {
	return Read[T]{State: IsUnknown, Source: source, Why: why, At: at.UTC()}
}

// Absent makes a reading that this version does not offer.
func Absent[T any](source, why string, at time.Time) Read[T] {
	return Read[T]{State: IsAbsent, Source: source, Why: why, At: at.UTC()}
}

// Get gives the value and whether it is known.
func (r Read[T]) Get() (T, bool) { return r.Value, r.State == IsKnown }

// Or gives the value if it is known, else other.
func (r Read[T]) Or(other T) T {
	if r.State == IsKnown {
		return r.Value
	}
	return other
}

// Reason gives, for a reading without a value, why there is none.
func (r Read[T]) Reason() string {
	switch {
	case r.State == IsKnown:
		return ""
	case r.Why != "":
		return r.Why
	default:
		return "it was not read"
	}
}

// Set is everything that was seen for one run of the checks. Once filled it is
// not changed any more; a new run makes a new Set.
type Set struct {
	At       time.Time `json:"at"` // when the run of the probes began, UTC
	Computer Computer  `json:"computer"`
	SQL      SQLServer `json:"sqlServer"`
	Database Database  `json:"database"`
	ADSync   ADSync    `json:"adsync"`
}
