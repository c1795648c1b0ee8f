package compare

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Severity says how much a difference matters.
type Severity string

// The severities, worst first.
const (
	Dangerous Severity = "dangerous" // will change what is synchronized
	Attention Severity = "attention" // needs an admin's decision
	Expected  Severity = "expected"  // normal between two servers
)

// rank orders severities, worst first.
func (s Severity) rank() int { return slices.Index(Severities(), s) }

// Severities gives all of them, worst first.
func Severities() []Severity { return []Severity{Dangerous, Attention, Expected} }

// Area groups differences by what they are about, in the order of the list.
type Area string

// The areas.
const (
	AreaFilter     Area = "Filtering"
	AreaPassword   Area = "Passwords"
	AreaWriteback  Area = "Writeback"
	AreaRules      Area = "Synchronization rules"
	AreaIdentity   Area = "Identity of objects"
	AreaConnector  Area = "Connectors"
	AreaSchema     Area = "Schema and attributes"
	AreaProfiles   Area = "Run profiles"
	AreaProtection Area = "Protection"
	AreaFeatures   Area = "Optional features"
	AreaScheduler  Area = "Scheduler and upgrades"
	AreaServer     Area = "Server"
	AreaUnknown    Area = "Other settings"
)

// areas is the order in which areas are shown within one severity.
var areas = []Area{
	AreaFilter, AreaPassword, AreaWriteback, AreaRules, AreaIdentity, AreaConnector, AreaFeatures, AreaProtection,
	AreaSchema, AreaProfiles, AreaScheduler, AreaServer, AreaUnknown,
}

// Change is what happened to the thing from the first server to the second.
type Change string

// The changes.
const (
	Changed Change = "changed"
	OnlyA   Change = "only on the active server"
	OnlyB   Change = "only on the new server"
	Renamed Change = "renamed"
	Moved   Change = "moved" // in an order that counts
)

// Difference is one thing that an admin hears of.
type Difference struct {
	Severity Severity `json:"severity"`
	Area     Area     `json:"area"`
	Object   string   `json:"object"` // `Rule "In from AD - User Join" (contoso.com)`
	Title    string   `json:"title"`  // what of it
	Change   Change   `json:"change"`
	Before   string   `json:"active"`            // on the active server; empty when it is not there
	After    string   `json:"new"`               // on the new server
	Effect   string   `json:"effect"`            // what follows when the new server goes live
	Details  []string `json:"details,omitempty"` // consequences and parts behind the line
	Path     string   `json:"path,omitempty"`    // where it stands in the export
}

// Gap is something that was not compared, and why.
type Gap struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Format is the version of the JSON shape of a Report. It goes up when a field is
// renamed, removed or changes its meaning; new fields do not raise it.
const Format = 1

// Counts are the numbers of differences by severity.
type Counts struct {
	Dangerous int `json:"dangerous"`
	Attention int `json:"attention"`
	Expected  int `json:"expected"`
}

// Of gives the number of one severity.
func (c Counts) Of(s Severity) int {
	switch s {
	case Dangerous:
		return c.Dangerous
	case Attention:
		return c.Attention
	default:
		return c.Expected
	}
}

// Size says how much of a configuration was compared.
type Size struct {
	Connectors int `json:"connectors"`
	Partitions int `json:"partitions"`
	Rules      int `json:"rules"`
	Custom     int `json:"customRules"`
	Mappings   int `json:"transformations"`
}

// Side is one side of a comparison.
type Side struct {
	Source
	Size Size `json:"size"`
}

// Report is what came of a comparison, worst first.
type Report struct {
	Format      int          `json:"format"`
	At          time.Time    `json:"at"`
	Active      Side         `json:"active"`
	New         Side         `json:"new"`
	Counts      Counts       `json:"counts"`
	Differences []Difference `json:"differences"`
	Notes       []string     `json:"notes"`
	NotCompared []Gap        `json:"notCompared"`
}

// Worst gives the worst severity among the differences, or "" without any.
func (r Report) Worst() Severity {
	for _, s := range Severities() {
		if r.Counts.Of(s) > 0 {
			return s
		}
	}
	return ""
}

// Verdict says in one sentence what came of it.
func (r Report) Verdict() string {
	c := r.Counts
	switch {
	case c.Dangerous > 0 && c.Attention > 0:
		return count(c.Dangerous, "difference changes", "differences change") + " what is synchronized, and " +
			count(c.Attention, "more needs", "more need") + " attention."
	case c.Dangerous > 0:
		return count(c.Dangerous, "difference changes", "differences change") + " what is synchronized."
	case c.Attention > 0:
		return count(c.Attention, "difference needs", "differences need") + " attention; none that is known changes what is synchronized."
	case c.Expected > 0:
		return "The servers differ only in what is expected of two servers."
	default:
		return "The configurations are the same."
	}
}

// Group are the differences of one area.
type Group struct {
	Area        Area
	Differences []Difference
}

// Groups gives the differences of one severity by area, in the order of areas.
func (r Report) Groups(s Severity) []Group {
	var out []Group
	for _, d := range r.Differences {
		if d.Severity != s {
			continue
		}
		if n := len(out); n == 0 || out[n-1].Area != d.Area {
			out = append(out, Group{Area: d.Area})
		}
		out[len(out)-1].Differences = append(out[len(out)-1].Differences, d)
	}
	return out
}

// order sorts the differences, worst first, and counts them.
func (r *Report) order() {
	slices.SortStableFunc(r.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Severity.rank(), b.Severity.rank()), cmp.Compare(slices.Index(areas, a.Area), slices.Index(areas, b.Area)),
			compareFold(a.Object, b.Object), compareFold(a.Title, b.Title))
	})
	r.Counts = Counts{}
	for _, d := range r.Differences {
		switch d.Severity {
		case Dangerous:
			r.Counts.Dangerous++
		case Attention:
			r.Counts.Attention++
		default:
			r.Counts.Expected++
		}
	}
}

// sizeOf counts what a configuration holds.
func sizeOf(c *Config) Size {
	s := Size{Connectors: len(c.Connectors), Rules: len(c.Rules)}
	for _, k := range c.Connectors {
		s.Partitions += len(k.Partitions)
	}
	for _, r := range c.Rules {
		s.Mappings += len(r.Mappings)
		if strings.TrimSpace(r.Tag) == "" {
			s.Custom++
		}
	}
	return s
}
