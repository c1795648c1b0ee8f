package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of leaving and entering staging mode.
const (
	CodeStagingAlready problem.Code = "plan.staging.already" // it is so already
	CodeStagingClosed  problem.Code = "plan.staging.closed"  // a condition is neither fulfilled nor answered for
	CodeStagingService problem.Code = "plan.staging.service" // the service is not one of this computer
)

// Answered is a condition for leaving staging mode that was not fulfilled, and what
// somebody wrote to go on in spite of it: a deliberate act, for journal and report.
type Answered struct {
	Condition string    `json:"condition"` // id of the condition
	Title     string    `json:"title"`
	Light     string    `json:"light"`    // "red" or "unknown"
	Evidence  string    `json:"evidence"` // what it rested on
	Reason    string    `json:"reason"`
	By        string    `json:"by"` // the user at this computer
	At        time.Time `json:"at"`
}

// StagingInput is all that BuildStaging needs.
type StagingInput struct {
	Facts facts.Set
	// Purpose is Leaves or Enters.
	Purpose Purpose
	// Closed are the titles of the conditions that nobody answered for. With any of
	// them there is no plan to leave.
	Closed   []string
	Answered []Answered
	// Restart has the service on this computer restarted afterwards; see CanRestart.
	Restart bool
	ID      string // 32 hex digits, new
	Now     time.Time
	Program string // version of this program
}

// BuildStaging works out the plan to leave or to enter staging mode. It changes one
// global setting. Errors are *problem.Problem. Like Build it is pure.
func BuildStaging(in StagingInput) (Plan, error) {
	if p := checkStaging(in); p != nil {
		return Plan{}, p
	}
	a := in.Facts.ADSync
	after := settingTrue
	if in.Purpose == Leaves {
		after = settingFalse
	}
	list := settingList{a: a}
	list.always(facts.SettingStagingMode, after)
	counter := a.Server.ConfigVersion.Or(0)
	plan := Plan{
		Purpose: in.Purpose, ID: in.ID, Built: in.Now.UTC(), Program: in.Program,
		Server: strings.ToUpper(strings.TrimSpace(in.Facts.Computer.Name.Or(""))), Database: databaseName(in.Facts),
		Basis: StagingBasis(in.Purpose, in.Facts), Claim: Claim{Before: a.Claim.Value},
		Writes:   Writes{Settings: list.writes, ConfigBefore: counter, ConfigAfter: counter + 1, SettingsOnly: true},
		Answered: in.Answered,
	}
	plan.Steps = []Step{stagingRecheck(plan), stagingSwitch(plan)}
	if in.Restart {
		plan.Steps = append(plan.Steps, restartStep())
		plan.Steps[1].Undo += " Then the service is restarted again."
	}
	plan.Steps = append(plan.Steps, stagingVerify(), reportStep())
	return plan, nil
}

func checkStaging(in StagingInput) *problem.Problem {
	switch {
	case in.Purpose != Leaves && in.Purpose != Enters, !hex32.MatchString(in.ID), in.Now.IsZero():
		return &problem.Problem{
			Code: CodeInput, What: "The plan cannot be made: its purpose, id or time is missing.",
			Why: "They are made up by the program.", Fix: "Read again. If it comes back, report it.",
		}
	}
	a := in.Facts.ADSync
	if shape, ok := a.Shape.Get(); !ok || shape != facts.ShapeADSync {
		return &problem.Problem{
			Code: CodeShape, What: "The database is not known to be one of a synchronization server.",
			Fix: "Connect to the ADSync database, then try again.",
		}
	}
	for _, r := range []struct {
		name  string
		known bool
		why   string
	}{
		{"the global settings", a.Settings.State == facts.IsKnown, a.Settings.Reason()},
		{"the claim", a.Claim.State == facts.IsKnown, a.Claim.Reason()},
	} {
		if !r.known {
			return &problem.Problem{
				Code: CodeUnread, What: "The plan cannot be made: " + r.name + " could not be read.",
				Why: "What is changed has to be seen before. Reason: " + r.why + ".", Fix: "Remove the reason, then read again.",
			}
		}
	}
	if p := alreadyStaging(in.Purpose, a); p != nil {
		return p
	}
	if ok, why := CanRestart(in.Facts); in.Restart && !ok {
		return &problem.Problem{
			Code: CodeStagingService, What: "The service can't be restarted from here.", Why: why,
			Fix: "Leave restarting it out and do it by hand on its server: Restart-Service " + serviceName + ".",
		}
	}
	if in.Purpose == Leaves && len(in.Closed) > 0 {
		return &problem.Problem{
			Code: CodeStagingClosed, What: "Staging mode can't be left yet: " + strings.Join(in.Closed, "; ") + ".",
			Why: "From the first export on nothing takes back what a live server writes.",
			Fix: "See to these conditions and read again, or write beside each why you go on in spite of it.",
		}
	}
	return nil
}

// alreadyStaging refuses a plan that would change nothing.
func alreadyStaging(purpose Purpose, a facts.ADSync) *problem.Problem {
	on := a.On(facts.SettingStagingMode)
	switch {
	case purpose == Leaves && !on:
		return &problem.Problem{
			Code: CodeStagingAlready, What: "This server is not in staging mode: it exports already.", Fix: "There is nothing to do. Read again if you expected something else.",
		}
	case purpose == Enters && on:
		return &problem.Problem{
			Code: CodeStagingAlready, What: "This server is in staging mode already.", Fix: "There is nothing to do. Read again if you expected something else.",
		}
	}
	return nil
}

// StagingBasis gives the facts that leaving or entering staging mode rests on.
// Leaving rests on everything that the conditions looked at; entering, which may be
// an emergency while a run is under way, on no more than what it changes.
func StagingBasis(purpose Purpose, set facts.Set) []Basis {
	if purpose == Leaves {
		l := basisList{all: BasisOf(set)}
		for _, c := range set.ADSync.Connectors.Or(nil) {
			l.add("Pending exports of "+c.Name, fact(c.Counts, func(n facts.Counts) string {
				return fmt.Sprintf("%d adds, %d updates, %d deletes", n.ExportAdd, n.ExportUpdate, n.ExportDelete+n.ExportDeleteAdd)
			}))
		}
		return l.all
	}
	var l basisList
	a := set.ADSync
	l.add("Database", set.Database.Name)
	l.add("Content", fact(a.Shape, func(s facts.Shape) string { return string(s) }))
	l.add("Instance id", fact(a.Server.InstanceID, str))
	l.add("Claim", fact(a.Claim, ownerName))
	staging, _ := a.Setting(facts.SettingStagingMode)
	l.add("Setting "+facts.SettingStagingMode, staging)
	return l.all
}

func stagingRecheck(p Plan) Step {
	return Step{
		ID: string(KindRecheck), Kind: KindRecheck, Title: "Read again",
		Summary: fmt.Sprintf("%d facts are compared with what this plan rests on; nothing is changed", len(p.Basis)),
	}
}

func stagingSwitch(p Plan) Step {
	s := Step{ID: string(KindSwitch), Kind: KindSwitch}
	server := func(name, before, after string) Change {
		return Change{Target: p.Database, Object: "mms_server_configuration", Name: name, Before: before, After: after}
	}
	w := p.Writes.Settings[0]
	before := w.Before
	if !w.Existed {
		before = "(not there)"
	}
	s.Changes = []Change{server(w.Name, before, w.After), server("server_configuration_version_number", num(p.Writes.ConfigBefore), num(p.Writes.ConfigAfter)+", or the next number by then")}
	if p.Purpose == Enters {
		s.Title, s.Summary = "Enter staging mode", "From its next cycle on the server imports and synchronizes, but exports nothing"
		s.Undo = "Staging mode is left again, as it was before, unless somebody changed it since."
		return s
	}
	s.Title, s.Summary = "Leave staging mode", "From its next cycle on the server exports to Microsoft Entra ID and to Active Directory"
	s.Undo = "Staging mode is put back on, unless somebody changed it since. What was exported meanwhile stays."
	for _, o := range p.Answered {
		s.Changes = append(s.Changes, Change{
			Target: "conditions for leaving staging mode", Object: o.Title, Name: "answered for by " + text(o.By, "the admin"), Before: o.Light + ": " + o.Evidence, After: o.Reason,
		})
	}
	return s
}

func stagingVerify() Step {
	return Step{
		ID: string(KindVerify), Kind: KindVerify, Title: "Verify",
		Summary: "The setting is read back; nothing is changed",
	}
}
