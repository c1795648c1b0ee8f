package handover

import (
	"regexp"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// StepID names a step of Microsoft's setup that its trace log shows.
type StepID string

// The steps, in the order in which the setup takes them.
const (
	StepStarted     StepID = "started"
	StepLooked      StepID = "looked"
	StepComponents  StepID = "components"
	StepDatabase    StepID = "database"
	StepTenant      StepID = "tenant"
	StepDirectories StepID = "directories"
	StepConfigure   StepID = "configure"
	StepFinished    StepID = "finished"
)

// Step is one step of Microsoft's setup.
type Step struct {
	ID    StepID `json:"id"`
	Title string `json:"title"`
	Done  bool   `json:"done"`
}

// mark is how a step shows in the trace log.
type mark struct {
	id    StepID
	title string
	shows *regexp.Regexp
}

// marks are the steps with the lines by which they are known. Pages are known by
// the name of their view model, as their titles were changed more than once.
var marks = []mark{
	{StepStarted, "Microsoft's setup has started", regexp.MustCompile(`^Application starting|^Application Version:|AD-IAM-HybridSync`)},
	{StepLooked, "It has looked at this computer", regexp.MustCompile(`Determining installation action for|DetectInstalledComponents stage`)},
	{StepComponents, "Install required components is filled in", regexp.MustCompile(`SyncEngineSetupViewModel: Validating sync engine settings|(Enter|Exit) ValidateSqlVersion`)},
	{StepDatabase, "It has found the database", regexp.MustCompile(`Attaching to the ADSync database:`)},
	{StepTenant, "It is signed in to Microsoft Entra ID", regexp.MustCompile(`AzureTenantPage: [Ss]uccessfully (connected|retrieved)|Page transition from "[^"]*" \[AzureTenantPageViewModel\]`)},
	{StepDirectories, "The directories have their accounts", regexp.MustCompile(`Page transition from "[^"]*" \[ConfigSyncDirectoriesPageViewModel\]`)},
	{StepConfigure, "It is configuring", regexp.MustCompile(`ExecuteADSyncConfiguration|ConfigureSyncEngine|PerformWorkflowInstallationAndUpdateState`)},
	{StepFinished, "It says that it has succeeded", regexp.MustCompile(`result of installation operations - Succe|Azure AD Connect configuration succeeded|Microsoft Entra Connect( Sync)? configuration succeeded`)},
}

var (
	// begins is the first thing that the setup writes: a start of its own.
	begins = regexp.MustCompile(`^Application starting`)
	// endsBadly is how a try to configure ends that failed.
	endsBadly = regexp.MustCompile(`result of installation operations - Failed|configuration failed\. +Skipping export|An error has occurred on the Root page|An unhandled exception occurred during a page load`)
	// turned is a change of the page: what failed before is being put right.
	turned = regexp.MustCompile(`^Page transition from "`)
	// withoutSwitch tells that the setup was started another way.
	withoutSwitch = regexp.MustCompile(`/UseExistingDatabase=False`)
)

// Trace is what the trace log has told so far. Its zero value has told nothing.
type Trace struct {
	Steps    []Step             `json:"steps,omitempty"`
	Newest   string             `json:"newest,omitempty"` // the newest line that says something
	At       string             `json:"at,omitempty"`     // its time, "14:47:54", as in the log
	Failures []*problem.Problem `json:"failures,omitempty"`
	// Failed is set when the setup itself says that it failed, until it goes on.
	Failed bool `json:"failed,omitempty"`
}

// Done tells whether a step shows.
func (t Trace) Done(id StepID) bool {
	return slices.ContainsFunc(t.Steps, func(s Step) bool { return s.ID == id && s.Done })
}

// blank gives a trace in which nothing is done.
func blank() Trace {
	var t Trace
	for _, m := range marks {
		t.Steps = append(t.Steps, Step{ID: m.id, Title: m.title})
	}
	return t
}

// with gives the trace after one more line. It changes nothing that t shares.
func (t Trace) with(l Line) Trace {
	if begins.MatchString(l.Text) || t.Steps == nil {
		t = blank()
	}
	if worthShowing(l) {
		t.Newest = l.Text
		t.At, _, _ = strings.Cut(l.Time, ".")
	}
	for i := len(marks) - 1; i >= 0; i-- {
		if !t.Steps[i].Done && marks[i].shows.MatchString(l.Text) {
			t = t.reached(i)
			break
		}
	}
	if turned.MatchString(l.Text) {
		t.Failed = false
	}
	if withoutSwitch.MatchString(l.Text) {
		t = t.failed(noSwitch())
	}
	if p := recognise(l); p != nil {
		t = t.failed(p)
	}
	if endsBadly.MatchString(l.Text) {
		t.Failed = true
	}
	return t
}

// worthShowing tells whether a person should see a line as the newest one.
func worthShowing(l Line) bool {
	return l.Time != "" && l.Level != LevelVerbose && l.Text != "" && strings.Trim(l.Text, "=-* ") != "" &&
		!strings.HasPrefix(l.Text, "MSAL: ")
}

// reached ticks a step and those before it, which other versions may not write.
// A step that was not there yet means that what failed before is over.
func (t Trace) reached(i int) Trace {
	t.Steps = slices.Clone(t.Steps)
	for j := range t.Steps[:i+1] {
		t.Steps[j].Done = true
	}
	if marks[i].id == StepFinished {
		t.Failures = nil
	}
	t.Failed = false
	return t
}

// failed adds a failure that is not known yet. A vague one gives way to one that
// names the cause.
func (t Trace) failed(p *problem.Problem) Trace {
	var list []*problem.Problem // a new one: the old one is shared
	for _, q := range t.Failures {
		switch {
		case q.Code == p.Code, vague(p.Code) && !vague(q.Code):
			return t
		case vague(q.Code) && !vague(p.Code): // p says more
		default:
			list = append(list, q)
		}
	}
	list = append(list, p)
	t.Failures = list
	return t
}

// vague tells whether a failure names no cause.
func vague(c problem.Code) bool { return c == CodeMSI || c == CodeIdentity }
