package setup

import (
	"context"
	"encoding/json"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Site is everything that a session talks to: the real world, or a practice
// site. Practice is nil for the real one.
type Site struct {
	Prober    Prober
	Directory Directory
	Cloud     Cloud
	Installer Installer
	Comparer  Comparer
	// Reviewer reads pending exports for Additional tasks; nil where it can't be done.
	Reviewer Reviewer
	// Finder finds what an earlier run left; nil where nothing outlives the
	// program, as on a practice site.
	Finder Finder
	// Ticks keeps the ticks of the tasks; nil where nothing is kept.
	Ticks Ticks
	// Events is the event log of this computer; nil where nothing is written there.
	Events   EventLog
	Practice *Practice
	Answers  answers.Answers // what is filled in at the start
	Computer string          // name of this computer
	// CurrentUser is State.CurrentUser.
	CurrentUser string
	// Secrets are what a practice site or an answers file gives: "sql",
	// "service", "entra", "forest:<dns name in lower case>", "grant:<the same>".
	Secrets map[string]secret.Value
	Close   func() error // may be nil
}

// Prober reads SQL Server and the database. It never writes.
type Prober interface {
	// Instances asks SQL Server Browser on host.
	Instances(ctx context.Context, host string) ([]facts.Instance, error)
	// Databases lists the databases of the server.
	Databases(ctx context.Context, a answers.SQL, password secret.Value) ([]facts.DatabaseInfo, error)
	// Inspect reads everything, the computer included. It gives the facts as far
	// as it came even when a layer failed; err is then that layer's problem.
	Inspect(ctx context.Context, a answers.Answers, password secret.Value, say func(string)) (facts.Set, error)
}

// Directory proves that a forest's answer works. It changes nothing. An error may
// come with what was seen before it: the certificate that was shown, or the account
// when it was the sign-in to grant rights that failed.
type Directory interface {
	Verify(ctx context.Context, r ForestRequest, say func(string)) (facts.ForestAccount, error)
}

// ForestRequest is what Verify needs: the answer, the password, the connector
// as recovered and the features whose rights are needed.
type ForestRequest struct {
	Answer   answers.Forest
	Password secret.Value
	// GrantPassword is that of Answer.Grant.User, where rights are to be granted.
	GrantPassword secret.Value
	Connector     facts.Connector
	Features      []facts.Feature
}

// Cloud signs in to the tenant. It changes nothing there.
type Cloud interface {
	// SignIn signs in and reads the tenant. prompt is called when the admin has
	// to do something.
	SignIn(ctx context.Context, r CloudRequest, prompt func(Prompt)) (facts.Tenant, error)
	// SignOut drops the tokens.
	SignOut()
}

// CloudRequest is what SignIn needs. Tenant is the domain in the recovered database.
type CloudRequest struct {
	Answer answers.Entra
	Tenant string
	Secret secret.Value // for answers.FlowService
}

// Installer carries a plan out and takes it back.
type Installer interface {
	// Install runs the plan from the step called from ("" for the first). It
	// stops after the current step once stop is closed.
	Install(ctx context.Context, job Job, stop <-chan struct{}, say func(apply.Progress)) apply.Outcome
	// Undo takes back what Install did, in reverse.
	Undo(ctx context.Context, job Job, say func(apply.Progress)) apply.Outcome
}

// Finder finds the installation of this computer that can be gone on with or taken
// back, from its journal: an unfinished one before a finished one. nil for none.
type Finder interface {
	Find() (*apply.Unfinished, error)
}

// Chooser gives every installation of this computer of which something is in place,
// as far as its journal can be read, newest first. A Finder may be one too.
type Chooser interface {
	FindAll() ([]apply.Unfinished, error)
}

// SwitchFinder finds the newest leaving or entering of staging mode of this computer,
// from its journal. nil for none. A Finder may be one too.
type SwitchFinder interface {
	FindSwitch() (*apply.Unfinished, error)
}

// Job is one installation with all it needs. Secrets are keyed like Site.Secrets.
type Job struct {
	Plan    plan.Plan
	Answers answers.Answers
	Secrets map[string]secret.Value
	From    string
	// Presses are what the admin presses while Microsoft's setup is watched; nil for
	// nobody who could.
	Presses <-chan HandOverPress
	// Known is what the wizard knows, for the journal; see Known.
	Known json.RawMessage
	// Report makes the record of the installation as it stands, for the last step.
	Report func(apply.Outcome) report.Record
}
