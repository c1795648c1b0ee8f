package setup

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
)

// ProgramName is the name of the program as reports give it.
const ProgramName = "ADSync Reconnect"

// Record gives the record of a state for the report: facts, findings, plan,
// outcome and tasks as far as there are any.
func Record(s State) report.Record {
	r := report.Record{
		Format: report.Format, Program: ProgramName, Made: s.Now, Computer: s.Computer,
		Facts: s.Facts, Findings: AllFindings(s), Tenant: s.Entra.Tenant,
		Plan: s.Plan, Outcome: s.Install.Outcome, Tasks: s.Tasks,
	}
	if s.Program != "" {
		r.Program += " " + s.Program
	}
	if s.Practice != nil {
		r.Practice = s.Practice.Scenario
	}
	for _, f := range s.Forests {
		r.Forests = append(r.Forests, report.ForestRecord{Name: f.Name, Green: f.Green(), Account: f.Account})
	}
	return s.afterRecord(r)
}

// AllFindings gives the findings of the database, the tenant and the forests,
// worst first, else in that order.
func AllFindings(s State) []preflight.Finding {
	list := slices.Clone(s.Findings)
	list = append(list, s.Entra.Findings...)
	for _, f := range s.Forests {
		list = append(list, f.Findings...)
	}
	slices.SortStableFunc(list, func(a, b preflight.Finding) int { return a.Severity.Rank() - b.Severity.Rank() })
	return list
}
