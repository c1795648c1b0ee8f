package plan

import (
	"regexp"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems that Build gives.
const (
	CodeInput      problem.Code = "plan.input"      // a made-up value has the wrong form
	CodeShape      problem.Code = "plan.shape"      // not an ADSync database
	CodeUnread     problem.Code = "plan.unread"     // a fact that is written was not read
	CodeConnectors problem.Code = "plan.connectors" // the Entra or every AD connector is missing
	CodeTenant     problem.Code = "plan.tenant"     // nobody signed in to the tenant
	CodeForest     problem.Code = "plan.forest"     // a forest has no proven account
	CodeAccount    problem.Code = "plan.account"    // the name of an account cannot be used
	CodeComputer   problem.Code = "plan.computer"   // the name of this computer is not known
)

var (
	hex32 = regexp.MustCompile(`^[0-9a-f]{32}$`)
	guid  = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// Build works out the plan. The error is a *problem.Problem, which says what is
// missing for a plan. Build does not ask whether a finding blocks: that is for
// the caller to hold against the findings.
func Build(in Input) (Plan, error) {
	if p := check(in); p != nil {
		return Plan{}, p
	}
	b := builder{
		in: in, set: in.Facts, server: strings.ToUpper(strings.TrimSpace(in.Facts.Computer.Name.Value)),
		database: databaseName(in.Facts),
	}
	b.decide()
	plan := Plan{
		ID: in.Installation, Built: in.Now.UTC(), Server: b.server, Database: b.database,
		Basis: BasisOf(in.Facts), Claim: b.claim(), StartSync: in.Answers.Options.StartSync,
	}
	accounts, p := b.accounts()
	if p != nil {
		return Plan{}, p
	}
	plan.Accounts = accounts
	if plan.Claim.Override, p = b.override(); p != nil {
		return Plan{}, p
	}
	if plan.Backup, p = b.backup(); p != nil {
		return Plan{}, p
	}
	plan.Identity = b.identity()
	if plan.HandOver, p = b.handOver(plan); p != nil {
		return Plan{}, p
	}
	if plan.HandOver != nil {
		plan.Identity.Name = "" // Microsoft's setup gives its own one a name
		plan.Steps = b.steps(plan)
		return plan, nil
	}
	if plan.Computer, p = b.thisServer(); p != nil {
		return Plan{}, p
	}
	plan.Writes = b.writes(plan)
	plan.Steps = b.steps(plan)
	return plan, nil
}

// check looks whether there is all that a plan needs.
func check(in Input) *problem.Problem {
	if p := checkMade(in); p != nil {
		return p
	}
	if p := checkDatabase(in.Facts); p != nil {
		return p
	}
	if strings.TrimSpace(in.Tenant.InitialDomain) == "" {
		return &problem.Problem{
			Code: CodeTenant, What: "Nobody has signed in to Microsoft Entra ID yet.",
			Fix: "Sign in on the page Connect to Microsoft Entra ID.",
		}
	}
	return nil
}

func checkMade(in Input) *problem.Problem {
	bad := func(what string) *problem.Problem {
		return &problem.Problem{
			Code: CodeInput, What: "The plan cannot be made: " + what + ".",
			Why: "It is made up by the program for every installation.", Fix: "Check again. If it comes back, report it.",
		}
	}
	switch {
	case !hex32.MatchString(in.Installation):
		return bad("the installation id is not 32 hexadecimal digits")
	case !guid.MatchString(in.Entropy):
		return bad("the entropy is not a GUID in lower case")
	case in.Keyset <= 0:
		return bad("the key set id is not a positive number")
	case in.Now.IsZero():
		return bad("the time is missing")
	}
	if name, ok := in.Facts.Computer.Name.Get(); !ok || strings.TrimSpace(name) == "" {
		return &problem.Problem{
			Code: CodeComputer, What: "The name of this computer is not known.",
			Why: "The claim and the sync identity carry it. " + in.Facts.Computer.Name.Reason(),
			Fix: "Check again.",
		}
	}
	return nil
}

func checkDatabase(set facts.Set) *problem.Problem {
	if shape, ok := set.ADSync.Shape.Get(); !ok || shape != facts.ShapeADSync {
		return &problem.Problem{
			Code: CodeShape, What: "The database is not known to hold an earlier installation.",
			Fix: "Choose the ADSync database on the page Install required components, then check again.",
		}
	}
	server := set.ADSync.Server
	for _, r := range []struct {
		name  string
		known bool
		why   string
	}{
		{"the global settings", set.ADSync.Settings.State == facts.IsKnown, set.ADSync.Settings.Reason()},
		{"the connectors", set.ADSync.Connectors.State == facts.IsKnown, set.ADSync.Connectors.Reason()},
		{"the key set id", server.KeysetID.State == facts.IsKnown, server.KeysetID.Reason()},
		{"the version counter of the settings", server.ConfigVersion.State == facts.IsKnown, server.ConfigVersion.Reason()},
		{"the entropy", server.Entropy.State == facts.IsKnown || server.Entropy.State == facts.IsAbsent, server.Entropy.Reason()},
		{"the claim", set.ADSync.Claim.State == facts.IsKnown, set.ADSync.Claim.Reason()},
	} {
		if !r.known {
			return &problem.Problem{
				Code: CodeUnread, What: "The plan cannot be made: " + r.name + " could not be read.",
				Why: "Install writes it and has to be able to put it back. Reason: " + r.why + ".",
				Fix: "Remove the reason, then check again.",
			}
		}
	}
	if set.ADSync.Entra() == nil || len(set.ADSync.Forests()) == 0 {
		return &problem.Problem{
			Code: CodeConnectors, What: "The database lacks the Entra connector or an AD connector.",
			Why: "This mode takes both over and can add neither.",
			Fix: "Restore a backup in which both are, then check again.",
		}
	}
	return nil
}

// databaseName gives "ADSync on SQL01\HYBRID".
func databaseName(set facts.Set) string {
	return set.Database.Name + " on " + set.SQL.Typed
}
