package setup

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// finder gives what an earlier run left.
type finder struct {
	u   *apply.Unfinished
	err error
}

func (f finder) Find() (*apply.Unfinished, error) { return f.u, f.err }

// left is the journal of an installation of the fake site that was broken off
// when the steps before the one of kind had been done.
func left(t *testing.T, kind plan.Kind) *apply.Unfinished {
	t.Helper()
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageReady)
	state := press(t, s, NextPressed{})
	u := &apply.Unfinished{
		Path: "journal", Steps: map[string]apply.RecordKind{},
		Begin: apply.Begin{Program: "1.0", Plan: *state.Plan, Known: f.jobs[0].Known},
	}
	for _, step := range state.Plan.Steps {
		if step.Kind == kind {
			u.Steps[step.ID] = apply.RecordIntent
			return u
		}
		u.Steps[step.ID] = apply.RecordDone
	}
	u.Ending = apply.Completed
	return u
}

// found is a session on a site where that was left. forget takes the passwords away.
func found(t *testing.T, u *apply.Unfinished, forget bool) (*Session, *fake) {
	t.Helper()
	f := newFake()
	s := newTestSession(t, f, func(p *Params) {
		p.Site.Finder = finder{u: u}
		p.Site.Answers = answers.Answers{}
		if forget {
			p.Site.Secrets = nil
		}
	})
	return s, f
}

func TestFound_knownGoesThroughTheJournal(t *testing.T) {
	u := left(t, plan.KindIdentity)
	s, _ := found(t, u, false)
	state := s.State()
	if state.Found == nil || state.Found.Problem != nil || state.Found.Finished() || !state.CanResume() || !state.CanUndoFound() {
		t.Fatalf("found %+v", state.Found)
	}
	again, err := json.Marshal(state.Found.Known)
	if err != nil || string(again) != string(u.Begin.Known) {
		t.Errorf("what was known is not what it was (%v):\n%.400s\n%.400s", err, again, u.Begin.Known)
	}
	if strings.Contains(string(u.Begin.Known), canary) {
		t.Error("the journal holds a password")
	}
	database, server := state.Found.Database()
	if _, computer := state.Found.Who(); computer == "" || database != "ADSync" || server != `SQL01\HYBRID` {
		t.Errorf("%s on %s by %s", database, server, computer)
	}
	if n := len(state.Found.Done()); n != 4 { // recheck, claim, two accounts
		t.Errorf("%d steps are done", n)
	}
	if state = press(t, s, FoundDismissed{}); state.Found != nil {
		t.Error("it was not put off")
	}
}

func TestFound_resume(t *testing.T) {
	s, f := found(t, left(t, plan.KindIdentity), false)
	state := press(t, s, ResumePressed{})
	if state.Page != PageComplete || state.Install.Outcome.Ending != apply.Completed || len(state.Tasks) == 0 {
		t.Fatalf("page %s, %+v", state.Page, state.Install.Outcome)
	}
	job := f.jobs[0]
	if job.From != state.Plan.Steps[4].ID || job.Answers.SQL.Server != `SQL01\HYBRID` || f.calls("inspect") != 0 || f.calls("entra") != 1 {
		t.Errorf("from %q, answers %+v, calls %v", job.From, job.Answers.SQL, f.seen)
	}
	if r := job.Report(apply.Outcome{Ending: apply.Completed}); r.Facts == nil || r.Tenant == nil || len(r.Findings) == 0 {
		t.Error("the report of an installation that was gone on with lacks what was known at its beginning")
	}
}

func TestFound_passwordsAreAskedFor(t *testing.T) {
	for _, c := range []struct {
		name string
		at   plan.Kind
		undo bool
		want []string
	}{
		{"resume", plan.KindIdentity, false, []string{"sql", "forest:contoso.local", "forest:fabrikam.local"}},
		{"resume, only the report is missing", plan.KindReport, false, []string{"sql"}},
		{"undo of the claim", plan.KindClaim, true, []string{"sql"}},
		{"undo of accounts", plan.KindSecrets, true, []string{"sql", "forest:contoso.local", "forest:fabrikam.local"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, f := found(t, left(t, c.at), true)
			var e Event = ResumePressed{}
			if c.undo {
				e = UndoFoundPressed{}
			}
			state := press(t, s, e)
			var keys []string
			given := map[string]secret.Value{}
			for _, n := range state.Needs() {
				keys = append(keys, n.Key)
				given[n.Key] = secret.New(canary)
				if n.User == "" {
					t.Errorf("whose password is %s?", n.Key)
				}
			}
			if !slices.Equal(keys, c.want) || !state.Reopened.Asking || state.Page != PageInstalling || len(f.seen) != 0 {
				t.Fatalf("needs %v, %+v, calls %v", keys, state.Reopened, f.seen)
			}
			state = press(t, s, PasswordsGiven{Passwords: given})
			want := apply.Completed
			if c.undo {
				want = apply.TakenBack
			}
			if o := state.Install.Outcome; o == nil || o.Ending != want {
				t.Fatalf("outcome %+v", o)
			}
			if strings.Contains(asJSON(t, state), canary) {
				t.Error("the state holds a password")
			}
		})
	}
}

func TestFound_anotherTenant(t *testing.T) {
	s, f := found(t, left(t, plan.KindIdentity), false)
	f.tenant.ID = "another"
	state := press(t, s, ResumePressed{})
	o := state.Install.Outcome
	if o == nil || o.Problem == nil || o.Problem.Code != CodeOtherTenant || f.calls("install") != 0 || !state.CanRetry() {
		t.Fatalf("outcome %+v", o)
	}
	f.mu.Lock()
	f.tenant = *s.State().Entra.Tenant
	f.mu.Unlock()
	if state = press(t, s, RetryPressed{}); state.Page != PageComplete {
		t.Errorf("with the right tenant: %+v", state.Install.Outcome)
	}
}

func TestFound_wrongPasswordIsAskedForAgain(t *testing.T) {
	s := State{Reopened: &Reopened{SignedIn: true}, Given: Given{SQL: true, Forests: map[string]bool{"contoso.local": true}}}
	if got := s.askAgain(&problem.Problem{Field: answers.FieldForestPass}); got.Given.Forest("contoso.local") || !got.Given.SQL {
		t.Errorf("given %+v", got.Given)
	}
	if got := s.askAgain(&problem.Problem{Field: answers.FieldSQLPass}); !got.Given.Forest("contoso.local") || got.Given.SQL {
		t.Errorf("given %+v", got.Given)
	}
	if got := s.askAgain(&problem.Problem{Code: codeSignedOut}); got.Reopened.SignedIn {
		t.Error("the sign-in still counts")
	}
}

func TestFound_unusable(t *testing.T) {
	broken := left(t, plan.KindIdentity)
	broken.Begin.Known = nil
	for name, c := range map[string]struct {
		f    finder
		want problem.Code
	}{
		"nothing":         {finder{}, CodeNothing},
		"unreadable":      {finder{u: &apply.Unfinished{Problem: &problem.Problem{Code: apply.CodeJournalDamaged}}}, apply.CodeJournalDamaged},
		"without answers": {finder{u: broken}, apply.CodeJournalDamaged},
		"no folder":       {finder{err: errors.New("x")}, problem.CodeUnknown},
	} {
		for _, o := range []RunOptions{{Resume: true}, {Undo: true}} {
			f := newFake()
			s := newTestSession(t, f, func(p *Params) { p.Site.Finder = c.f })
			if _, err := Run(t.Context(), s, o); code(err) != c.want || len(f.seen) != 0 {
				t.Errorf("%s: %v, calls %v", name, err, f.seen)
			}
		}
	}
}

func TestRun_resumeAndUndo(t *testing.T) {
	s, _ := found(t, left(t, plan.KindSecrets), false)
	if state, err := Run(t.Context(), s, RunOptions{Resume: true}); err != nil || state.Install.Outcome.Ending != apply.Completed {
		t.Errorf("resume: %v", err)
	}
	s, f := found(t, left(t, plan.KindSecrets), true)
	_, err := Run(t.Context(), s, RunOptions{Resume: true})
	if code(err) != CodeMissing || !strings.Contains(err.Error(), "contoso.local") || len(f.seen) != 0 {
		t.Errorf("without passwords: %v, calls %v", err, f.seen)
	}
	finished := left(t, "")
	s, _ = found(t, finished, false)
	if _, err := Run(t.Context(), s, RunOptions{Resume: true}); code(err) != CodeNothing {
		t.Errorf("resume of a finished one: %v", err)
	}
	if state, err := Run(t.Context(), s, RunOptions{Undo: true}); err != nil || state.Install.Outcome.Ending != apply.TakenBack {
		t.Errorf("undo of a finished one: %v, %+v", err, state.Install.Outcome)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, f = found(t, left(t, plan.KindSecrets), false)
	f.block("entra")
	if _, err := Run(ctx, s, RunOptions{Resume: true}); err == nil {
		t.Error("a cancelled run ends well")
	}
}

// TestReduce_foundAnywhere gives the events to states in which they make no sense.
func TestReduce_foundAnywhere(t *testing.T) {
	busy := State{Page: PageWelcome, Busy: &Busy{Task: TaskPractice}, Found: &Found{Plan: plan.Plan{ID: "x"}}}
	for _, s := range []State{{}, {Page: PageWelcome}, {Page: PageReady, Found: &Found{}}, busy, {Page: PageWelcome, Found: &Found{Problem: &problem.Problem{}}}} {
		for _, e := range []Event{ResumePressed{}, UndoFoundPressed{}, PasswordsGiven{Passwords: map[string]secret.Value{"sql": secret.New("x")}}} {
			next, effect := Reduce(s, e)
			if effect != nil || next.Reopened != nil || next.Given.SQL || next.Page != s.Page {
				t.Errorf("%T gives %T, %+v", e, effect, next)
			}
		}
	}
}
