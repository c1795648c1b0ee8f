// Package setup is the wizard without a screen: State is a plain value, Reduce
// is pure and total, Session owns the state and runs effects. The window, the
// unattended run and the tests all drive the same session.
package setup

import (
	"maps"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// Page is one page of the wizard.
type Page string

// The pages, in order (Pages).
const (
	PageWelcome     Page = "welcome"
	PageComponents  Page = "components"
	PageCheck       Page = "check"
	PageEntra       Page = "entra"
	PageDirectories Page = "directories"
	PageReady       Page = "ready"
	PageInstalling  Page = "installing"
	PageComplete    Page = "complete"
)

// Pages gives all pages in order.
func Pages() []Page {
	return []Page{
		PageWelcome, PageComponents, PageCheck, PageEntra,
		PageDirectories, PageReady, PageInstalling, PageComplete,
	}
}

// State is the whole wizard at one moment. It is a value: a copy is a snapshot.
// It holds data only, never a secret; slices, maps and pointers in it are
// replaced, never changed in place.
type State struct {
	Rev  int       `json:"rev"` // goes up with every event
	Now  time.Time `json:"now"` // the time of the last event
	Page Page      `json:"page"`
	// Furthest is the page furthest on that was reached; going back keeps it,
	// and an edit that withdraws what later pages stand on pulls it back.
	Furthest Page `json:"furthest"`

	Program  string `json:"program"`  // version of this program
	Computer string `json:"computer"` // name of this computer, once known
	// CurrentUser is who may sign in to a forest without a password, DOMAIN\user, as
	// whoever runs this program; empty where nobody may.
	CurrentUser string    `json:"currentUser,omitempty"`
	Practice    *Practice `json:"practice,omitempty"` // set while the site is pretended

	Licence   bool                 `json:"licence"` // licence and privacy notice accepted
	Answers   answers.Answers      `json:"answers"`
	Given     Given                `json:"given"`
	Instances []facts.Instance     `json:"instances,omitempty"`
	Databases []facts.DatabaseInfo `json:"databases,omitempty"`

	Facts    *facts.Set          `json:"facts,omitempty"`    // nil until checked, withdrawn when an answer changes
	Findings []preflight.Finding `json:"findings,omitempty"` // worst first

	Entra   Entra    `json:"entra"`
	Forests []Forest `json:"forests,omitempty"` // one per AD connector, in the database's order

	// Found is an installation of an earlier run of the program, offered on
	// Welcome; nil when there is none or it was put off.
	Found *Found `json:"found,omitempty"`
	// Reopened is set once Found was taken up, to go on with it or to take it back.
	Reopened *Reopened `json:"reopened,omitempty"`

	// After is set while Additional tasks are open.
	After *After `json:"after,omitempty"`

	// Staging is where leaving or entering staging mode stands.
	Staging Staging `json:"staging,omitzero"`
	// SwitchID is the id of the next plan to leave or to enter it, 32 hex digits.
	SwitchID string `json:"switchId,omitempty"`

	IDs     IDs           `json:"ids"`
	Plan    *plan.Plan    `json:"plan,omitempty"`
	Install Install       `json:"install"`
	Tasks   []review.Task `json:"tasks,omitempty"`
	// Ticks are the tasks that the admin ticked, by their ids, with when (UTC).
	Ticks map[string]time.Time `json:"ticks,omitempty"`
	Saved string               `json:"saved,omitempty"` // path of the file that was saved last

	Busy     *Busy              `json:"busy,omitempty"`
	Problems []*problem.Problem `json:"problems,omitempty"` // of the current page, those with a Field beside it
}

// Practice says which pretend site is used.
type Practice struct {
	Scenario string `json:"scenario"`
	Title    string `json:"title"`
	Text     string `json:"text"`
	// Hints are what to type where the site asks for something: accounts and
	// their pretend passwords, which protect nothing.
	Hints []string `json:"hints,omitempty"`
}

// Given tells which secrets have been given; the secrets themselves are kept by
// the session.
type Given struct {
	SQL     bool            `json:"sql"`
	Service bool            `json:"service"`
	Entra   bool            `json:"entra,omitempty"`   // for answers.FlowService
	Compare bool            `json:"compare,omitempty"` // for the other database of Compare
	Forests map[string]bool `json:"forests,omitempty"` // by DNS name in lower case; ask with Forest
	Grants  map[string]bool `json:"grants,omitempty"`  // likewise, of who grants rights; ask with Grant
}

// Forest tells whether the password for a forest has been given. The name's
// case does not matter.
func (g Given) Forest(name string) bool { return g.Forests[strings.ToLower(name)] }

// Grant tells whether the password of who grants rights in a forest has been given.
func (g Given) Grant(name string) bool { return g.Grants[strings.ToLower(name)] }

// withGrant gives a copy in which the password of who grants rights is given.
func (g Given) withGrant(name string) Given {
	m := make(map[string]bool, len(g.Grants)+1)
	maps.Copy(m, g.Grants)
	m[strings.ToLower(name)] = true
	g.Grants = m
	return g
}

// withForest gives a copy in which the forest's password is given.
func (g Given) withForest(name string) Given {
	m := make(map[string]bool, len(g.Forests)+1)
	maps.Copy(m, g.Forests)
	m[strings.ToLower(name)] = true
	g.Forests = m
	return g
}

// IDs are made once for each installation.
type IDs struct {
	Installation string `json:"installation"` // 32 hex digits
	Keyset       int64  `json:"keyset"`
	Entropy      string `json:"entropy"` // GUID, lower case
}

// Entra is where the sign-in to the tenant stands.
type Entra struct {
	Prompt   *Prompt             `json:"prompt,omitempty"` // what the admin has to do now
	Tenant   *facts.Tenant       `json:"tenant,omitempty"` // set once signed in
	Findings []preflight.Finding `json:"findings,omitempty"`
	Problem  *problem.Problem    `json:"problem,omitempty"`
}

// Prompt is what the admin has to do to sign in.
type Prompt struct {
	Text    string    `json:"text"`           // "Sign in in the browser window that opened."
	URL     string    `json:"url,omitempty"`  // where to go by hand
	Code    string    `json:"code,omitempty"` // device code to type there
	Expires time.Time `json:"expires,omitzero"`
	// Note says that the program waits for the service meanwhile, and until when;
	// empty when it does not. A prompt may consist of nothing else.
	Note string `json:"note,omitempty"`
}

// orNil gives the prompt, or nil when there is nothing to do and to wait for.
func (p Prompt) orNil() *Prompt {
	if p == (Prompt{}) {
		return nil
	}
	return &p
}

// Forest is one line of Connect your directories.
type Forest struct {
	Name     string               `json:"name"`      // DNS name
	ID       string               `json:"connector"` // connector id
	Before   facts.Account        `json:"before"`    // the account in the database
	Account  *facts.ForestAccount `json:"account,omitempty"`
	Findings []preflight.Finding  `json:"findings,omitempty"`
	Problem  *problem.Problem     `json:"problem,omitempty"`
	// Certificate is what the domain controller showed; nil when it showed none.
	Certificate *facts.Certificate `json:"certificate,omitempty"`
}

// Green tells whether the forest has its green tick: an account is proven and
// no finding blocks it.
func (f Forest) Green() bool {
	return f.Account != nil && f.Problem == nil && preflight.Worst(f.Findings) != preflight.Blocked
}

// Install is where Install or undo stands.
type Install struct {
	Running  bool             `json:"running"`
	Undoing  bool             `json:"undoing"`
	Stopping bool             `json:"stopping"` // the admin asked to stop after the current step
	Steps    []apply.Progress `json:"steps,omitempty"`
	Started  time.Time        `json:"started,omitzero"`
	Outcome  *apply.Outcome   `json:"outcome,omitempty"` // set when it ended
	// Copied is set while the password of an account that was made is on the clipboard.
	Copied *Copied `json:"copied,omitempty"`
}

// Task names what the session is busy with.
type Task string

// What a session can be busy with.
const (
	TaskInstances Task = "instances" // asking SQL Server Browser
	TaskDatabases Task = "databases" // listing the databases
	TaskInspect   Task = "inspect"   // connecting, reading and judging
	TaskEntra     Task = "entra"     // signing in to the tenant
	TaskForest    Task = "forest"    // verifying one forest's account
	TaskInstall   Task = "install"
	TaskUndo      Task = "undo"
	TaskSave      Task = "save"     // writing a report or a plan
	TaskPractice  Task = "practice" // opening or leaving a practice site
)

// Busy is what the session is doing now. Results carry the token, so that those
// of a cancelled task are dropped.
type Busy struct {
	Task       Task      `json:"task"`
	Token      int       `json:"token"`
	Text       string    `json:"text"`             // what is happening, for a person; changes on the way
	Forest     string    `json:"forest,omitempty"` // TaskForest: which
	Since      time.Time `json:"since"`
	Cancelling bool      `json:"cancelling"`
}
