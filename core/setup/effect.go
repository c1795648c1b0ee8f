package setup

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
)

// Effect is work that Reduce asks the session to do. There is at most one for
// each event. It holds no secret: the session adds those that it keeps.
//
// Cancelling is no effect: the session cancels whatever runs under a token that
// is no longer that of State.Busy.
type Effect interface{ effect() }

type (
	// FindInstances asks SQL Server Browser on Host. Ends with InstancesFound.
	FindInstances struct {
		Token int
		Host  string
	}
	// ListDatabases signs in to the server. Ends with DatabasesFound.
	ListDatabases struct {
		Token int
		SQL   answers.SQL
	}
	// Inspect reads everything. Ends with Inspected.
	Inspect struct {
		Token   int
		Answers answers.Answers
	}
	// SignInTenant signs in to the tenant. Ends with EntraSignedIn.
	SignInTenant struct {
		Token  int
		Answer answers.Entra
		Tenant string
	}
	// SignOutTenant drops the sign-in to the tenant.
	SignOutTenant struct{}
	// VerifyForest proves one forest's answer. Ends with ForestVerified.
	VerifyForest struct {
		Token     int
		Answer    answers.Forest
		Connector facts.Connector
		Features  []facts.Feature
	}
	// RunInstall carries the plan out from the step From, "" for the first. Ends
	// with InstallEnded.
	RunInstall struct {
		Token   int
		Plan    plan.Plan
		Answers answers.Answers
		From    string
	}
	// RunUndo takes the plan back. Ends with InstallEnded.
	RunUndo struct {
		Token   int
		Plan    plan.Plan
		Answers answers.Answers
	}
	// StopInstall makes Install stop after the current step.
	StopInstall struct{ Token int }
	// SaveRecord writes the record to Path, HTML or JSON by its ending. Ends with FileSaved.
	SaveRecord struct {
		Token  int
		Path   string
		Record report.Record
	}
	// OpenSite changes to a practice site, or to the real one when Scenario is
	// empty. Ends with PracticeOpened.
	OpenSite struct {
		Token    int
		Scenario string
	}
)

func (FindInstances) effect() {}
func (ListDatabases) effect() {}
func (Inspect) effect()       {}
func (SignInTenant) effect()  {}
func (SignOutTenant) effect() {}
func (VerifyForest) effect()  {}
func (RunInstall) effect()    {}
func (RunUndo) effect()       {}
func (StopInstall) effect()   {}
func (SaveRecord) effect()    {}
func (OpenSite) effect()      {}
