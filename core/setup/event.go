package setup

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Event is something that the admin did or that the world answered.
type Event interface{ event() }

type (
	// NextPressed goes to the next page, doing first what the page needs: on
	// Install required components it connects and checks, on Ready to configure
	// it installs.
	NextPressed struct{}
	// PreviousPressed goes one page back. What was typed stays.
	PreviousPressed struct{}
	// PageChosen goes back to a page that was passed, from the list at the left.
	PageChosen struct{ Page Page }
	// CancelPressed cancels what the session is busy with.
	CancelPressed struct{}
	// ProblemClosed takes the page's problems away.
	ProblemClosed struct{}

	// LicenceToggled accepts the licence terms and the privacy notice, or not.
	LicenceToggled struct{ On bool }
	// SituationChosen says which situation brought the admin here.
	SituationChosen struct{ Situation answers.Situation }
	// PracticeChosen opens a practice site; an empty scenario leaves practice.
	PracticeChosen struct{ Scenario string }

	// SQLEdited replaces the answers about SQL Server.
	SQLEdited struct{ SQL answers.SQL }
	// SQLPasswordTyped gives the password for SQL Server to the session.
	SQLPasswordTyped struct{ Password secret.Value }
	// ComponentsEdited replaces the optional answers of Install required components.
	ComponentsEdited struct{ Components answers.Components }
	// ServicePasswordTyped gives the service account's password to the session.
	ServicePasswordTyped struct{ Password secret.Value }
	// InstancesAsked asks SQL Server Browser for the instances of the host.
	InstancesAsked struct{}
	// DatabasesAsked lists the databases of the server.
	DatabasesAsked struct{}
	// CertificatePinned accepts exactly the certificate that was shown.
	CertificatePinned struct{ SHA256 string }
	// CheckPressed reads and judges again.
	CheckPressed struct{}

	// EntraEdited replaces the answers about the sign-in to the tenant.
	EntraEdited struct{ Entra answers.Entra }
	// EntraPressed signs in to the tenant.
	EntraPressed struct{}
	// TenantAsked signs in to the tenant whatever page is shown: a check without a
	// person looks at the tenant too.
	TenantAsked struct{}
	// EntraForgotten drops the sign-in, to use another account.
	EntraForgotten struct{}

	// ForestGiven is OK in the AD forest account dialog: the answer is verified.
	ForestGiven struct {
		Forest   answers.Forest
		Password secret.Value
		// GrantPassword is that of Forest.Grant.User.
		GrantPassword secret.Value
	}

	// OptionsEdited replaces the options of Ready to configure.
	OptionsEdited struct{ Options answers.Options }
	// StopPressed stops Install after the current step.
	StopPressed struct{}
	// RetryPressed goes on with Install at the step that failed.
	RetryPressed struct{}
	// UndoPressed takes back what Install did.
	UndoPressed struct{}

	// ResumePressed goes on with the installation that an earlier run left.
	ResumePressed struct{}
	// UndoFoundPressed takes back the installation that an earlier run left or finished.
	UndoFoundPressed struct{}
	// FoundDismissed puts off what an earlier run left, until the next start.
	FoundDismissed struct{}
	// PasswordsGiven gives passwords that Needs asks for, by their keys, and goes on.
	PasswordsGiven struct{ Passwords map[string]secret.Value }

	// TaskTicked ticks a task of Configuration complete, or takes the tick away.
	TaskTicked struct {
		ID string
		On bool
	}
	// SavePressed writes the report or the plan to a file, HTML or JSON by its ending.
	SavePressed struct {
		Path string
		With ReportParts
	}
)

// Events that the session itself feeds back. Token is that of the Busy they belong to.
type (
	// Progressed says what a task is doing.
	Progressed struct {
		Token int
		Text  string
	}
	// InstancesFound is the answer to InstancesAsked.
	InstancesFound struct {
		Token     int
		Instances []facts.Instance
	}
	// DatabasesFound is the answer to DatabasesAsked.
	DatabasesFound struct {
		Token     int
		Databases []facts.DatabaseInfo
	}
	// Inspected carries the facts. When a layer was not reached its problem is in
	// Facts.SQL.Layers, and Problem repeats it.
	Inspected struct {
		Token   int
		Facts   facts.Set
		Problem *problem.Problem
	}
	// EntraPrompted says what the admin has to do to sign in.
	EntraPrompted struct {
		Token  int
		Prompt Prompt
	}
	// EntraSignedIn is the end of the sign-in.
	EntraSignedIn struct {
		Token  int
		Tenant facts.Tenant
	}
	// ForestVerified is the proof for one forest. With a Problem there is none:
	// Account then holds what was seen before it, so that it can be shown: the
	// certificate, or the account with what it lacks and nobody could grant.
	ForestVerified struct {
		Token   int
		Forest  string
		Account facts.ForestAccount
		Problem *problem.Problem
	}
	// StepProgressed is progress of Install or of undo.
	StepProgressed struct {
		Token    int
		Progress apply.Progress
	}
	// InstallEnded is the end of Install or of undo.
	InstallEnded struct {
		Token   int
		Outcome apply.Outcome
	}
	// FileSaved says where the report or the plan was written.
	FileSaved struct {
		Token int
		Path  string
	}
	// PracticeOpened says that the site has changed. Practice is nil for the real one.
	PracticeOpened struct {
		Token       int
		Practice    *Practice
		Answers     answers.Answers
		Computer    string
		CurrentUser string
		Given       Given
		Found       *Found
		Staging     Staging
	}
	// TaskFailed says that a task ended with a problem, or was cancelled (nil).
	TaskFailed struct {
		Token   int
		Problem *problem.Problem
	}
)

func (NextPressed) event()          {}
func (PreviousPressed) event()      {}
func (PageChosen) event()           {}
func (CancelPressed) event()        {}
func (ProblemClosed) event()        {}
func (LicenceToggled) event()       {}
func (SituationChosen) event()      {}
func (PracticeChosen) event()       {}
func (SQLEdited) event()            {}
func (SQLPasswordTyped) event()     {}
func (ComponentsEdited) event()     {}
func (ServicePasswordTyped) event() {}
func (InstancesAsked) event()       {}
func (DatabasesAsked) event()       {}
func (CertificatePinned) event()    {}
func (CheckPressed) event()         {}
func (EntraEdited) event()          {}
func (EntraPressed) event()         {}
func (TenantAsked) event()          {}
func (EntraForgotten) event()       {}
func (ForestGiven) event()          {}
func (OptionsEdited) event()        {}
func (StopPressed) event()          {}
func (RetryPressed) event()         {}
func (UndoPressed) event()          {}
func (ResumePressed) event()        {}
func (UndoFoundPressed) event()     {}
func (FoundDismissed) event()       {}
func (PasswordsGiven) event()       {}
func (TaskTicked) event()           {}
func (SavePressed) event()          {}
func (Progressed) event()           {}
func (InstancesFound) event()       {}
func (DatabasesFound) event()       {}
func (Inspected) event()            {}
func (EntraPrompted) event()        {}
func (EntraSignedIn) event()        {}
func (ForestVerified) event()       {}
func (StepProgressed) event()       {}
func (InstallEnded) event()         {}
func (FileSaved) event()            {}
func (PracticeOpened) event()       {}
func (TaskFailed) event()           {}
