// Package preflight judges facts: each rule is a pure function from facts to a
// finding with its evidence, its consequence and its fix. It does no I/O.
package preflight

import "time"

// Severity tells how a finding weighs.
type Severity string

// The severities. Blocked stops the installation; Unknown says that the check
// could not run, which is never the same as Pass.
const (
	Pass    Severity = "pass"
	Note    Severity = "note"
	Warning Severity = "warning"
	Blocked Severity = "blocked"
	Unknown Severity = "unknown"
)

// Rank orders severities for lists, worst first: Blocked 0, Warning 1, Unknown 2, Note 3, Pass 4.
func (s Severity) Rank() int {
	switch s {
	case Blocked:
		return 0
	case Warning:
		return 1
	case Unknown:
		return 2
	case Note:
		return 3
	default:
		return 4
	}
}

// Area groups findings on the page.
type Area string

// The areas.
const (
	AreaServer    Area = "SQL Server"
	AreaDatabase  Area = "Database"
	AreaHistory   Area = "Synchronization"
	AreaOwner     Area = "Ownership"
	AreaComputer  Area = "This computer"
	AreaTenant    Area = "Microsoft Entra ID"
	AreaDirectory Area = "Active Directory"
)

// Evidence is one thing that was seen.
type Evidence struct {
	Value  string    `json:"value"`
	Source string    `json:"source"`
	At     time.Time `json:"at,omitzero"`
}

// Finding is the verdict of one rule. ID is stable ("sql.version",
// "database.shape"); Title says what was found in one line, Summary the numbers
// behind it; Consequence says why it matters, Fix what to do.
type Finding struct {
	ID          string     `json:"id"`
	Area        Area       `json:"area"`
	Severity    Severity   `json:"severity"`
	Title       string     `json:"title"`
	Summary     string     `json:"summary,omitempty"`
	Consequence string     `json:"consequence,omitempty"`
	Fix         string     `json:"fix,omitempty"`
	Link        string     `json:"link,omitempty"` // Microsoft's page on it
	Evidence    []Evidence `json:"evidence,omitempty"`
}

// Worst gives the worst severity in a list: Pass for an empty one.
func Worst(list []Finding) Severity {
	worst := Pass
	for _, f := range list {
		if f.Severity.Rank() < worst.Rank() {
			worst = f.Severity
		}
	}
	return worst
}

// Count gives how many findings have severity s.
func Count(list []Finding, s Severity) int {
	n := 0
	for _, f := range list {
		if f.Severity == s {
			n++
		}
	}
	return n
}
