package setup

import (
	"encoding/json"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// Known is what the wizard knew when Install began. It stands in the journal, so
// that a later run of the program can sign in again, show the same findings and
// write the same report. It holds no secret.
type Known struct {
	Computer string              `json:"computer"`
	Answers  answers.Answers     `json:"answers"`
	Facts    *facts.Set          `json:"facts,omitempty"`
	Findings []preflight.Finding `json:"findings,omitempty"`
	Entra    Entra               `json:"entra"`
	Forests  []Forest            `json:"forests,omitempty"`
	// Gate are the conditions for leaving staging mode, in the journal of leaving it.
	Gate []review.Condition `json:"gate,omitempty"`
}

// Found is an installation that an earlier run of the program left or finished on
// this computer, as its journal tells it.
type Found struct {
	Path    string           `json:"path"`    // of the journal
	Program string           `json:"program"` // version that began it
	Plan    plan.Plan        `json:"plan"`
	Known   Known            `json:"known"`
	Steps   []apply.Progress `json:"steps"`            // one for each step of the plan
	Ending  apply.Ending     `json:"ending,omitempty"` // of the last run, empty when it was broken off
	// Others are further installations of this computer that can be taken back, newest
	// first: only one at a time is at hand here.
	Others []OtherFound `json:"others,omitempty"`
	// Problem is set when the journal can't be read; the rest is empty then, but
	// for Path.
	Problem *problem.Problem `json:"problem,omitempty"`
}

// OtherFound is one more installation of this computer of which something is in place.
type OtherFound struct {
	ID       string    `json:"id"` // for /undo:ID
	Database string    `json:"database"`
	Built    time.Time `json:"built"`
	Finished bool      `json:"finished"`
}

// Line says which installation it is, on one line.
func (o OtherFound) Line() string {
	how := "not finished"
	if o.Finished {
		how = "finished"
	}
	return o.ID + " of " + o.Built.UTC().Format("2 January 2006 15:04 UTC") + ", " + o.Database + ", " + how
}

// OthersOf gives the installations of a list but for the one with an id.
func OthersOf(list []apply.Unfinished, id string) []OtherFound {
	var out []OtherFound
	for _, u := range list {
		if p := u.Begin.Plan; u.Problem == nil && p.ID != id {
			out = append(out, OtherFound{ID: p.ID, Database: p.Database, Built: p.Built, Finished: u.Ending == apply.Completed})
		}
	}
	return out
}

// Finished tells whether the installation was completed: it can be taken back,
// and there is nothing to go on with.
func (f Found) Finished() bool { return f.Ending == apply.Completed }

// Who gives the user and the computer that installed, as far as they are known.
func (f Found) Who() (user, computer string) {
	if f.Known.Facts != nil {
		user, _ = f.Known.Facts.Computer.User.Get()
	}
	return user, f.Plan.Server
}

// Database names the database and its server as the admin gave them.
func (f Found) Database() (database, server string) {
	sql := f.Known.Answers.SQL
	database, server = sql.Database, sql.Server
	if database == "" {
		database = "ADSync" // the default of the answer
	}
	if sql.Instance != "" {
		server += `\` + sql.Instance
	}
	return database, server
}

// Done gives the titles of the steps that are done.
func (f Found) Done() []string {
	var list []string
	for i, p := range f.Steps {
		if p.State == apply.Done {
			list = append(list, f.Plan.Steps[i].Title)
		}
	}
	return list
}

// known is what the journal is to keep. It can't fail to become JSON: a State is
// data only, and every test that prints one shows it.
func (s *Session) known() json.RawMessage {
	state := s.State()
	k := Known{
		Computer: state.Computer, Answers: state.Answers, Facts: state.Facts, Findings: state.Findings,
		Entra: Entra{Tenant: state.Entra.Tenant, Findings: state.Entra.Findings}, Forests: state.Forests,
	}
	data, err := json.Marshal(k)
	if err != nil {
		return nil // the journal is then one that can be taken back by this run only, and says so
	}
	return data
}

// find asks a site for what an earlier run left.
func find(site Site) *Found {
	if site.Finder == nil {
		return nil
	}
	u, err := site.Finder.Find()
	switch {
	case err != nil:
		return &Found{Problem: problem.From(err)}
	case u == nil:
		return nil
	case u.Problem != nil:
		return &Found{Path: u.Path, Problem: u.Problem}
	}
	f := Found{Path: u.Path, Program: u.Begin.Program, Plan: u.Begin.Plan, Ending: u.Ending}
	if err := json.Unmarshal(u.Begin.Known, &f.Known); err != nil {
		return &Found{Path: u.Path, Problem: &problem.Problem{
			Code: apply.CodeJournalDamaged, What: "The journal does not hold what is needed to go on or back.",
			Why: "It was written by another version of the program, or edited.",
			Fix: "Use the version that began this installation: " + u.Begin.Program + ".", Detail: u.Path + ": " + err.Error(),
		}}
	}
	if all, ok := site.Finder.(Chooser); ok {
		list, err := all.FindAll()
		if err != nil {
			return &Found{Path: u.Path, Problem: problem.From(err)}
		}
		f.Others = OthersOf(list, f.Plan.ID)
	}
	for _, s := range f.Plan.Steps {
		f.Steps = append(f.Steps, apply.Progress{Step: s.ID, State: stateOf(u.Steps[s.ID]), At: u.Last})
	}
	return &f
}

// stateOf gives where a step stands by the last that was written down about it. A
// step that was begun and not ended may have taken effect or not.
func stateOf(k apply.RecordKind) apply.StepState {
	switch k {
	case apply.RecordDone:
		return apply.Done
	case apply.RecordIntent, apply.RecordFailed, apply.RecordUndo, apply.RecordKeep:
		return apply.Failed
	case apply.RecordUndone:
		return apply.Undone
	case apply.RecordLeft:
		return apply.Left
	default:
		return apply.Waiting
	}
}
