package setup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

func TestSession_walksThroughAllPages(t *testing.T) {
	f := newFake()
	var changes atomic.Int64
	s := newTestSession(t, f, func(p *Params) { p.OnChange = func() { changes.Add(1) } })
	state := toPage(t, s, PageReady)
	if state.Plan == nil || state.Plan.ID != state.IDs.Installation || state.NextLabel() != "Install" {
		t.Fatalf("ready: plan %v, problems %v", state.Plan, state.Problems)
	}
	for _, p := range Pages()[:5] {
		if !state.PageDone(p) || !state.Visited(p) {
			t.Errorf("%s has no tick", p)
		}
	}
	state = press(t, s, NextPressed{})
	if state.Page != PageComplete || state.Install.Outcome.Ending != apply.Completed || len(state.Tasks) == 0 || !state.Exits() {
		t.Fatalf("page %s, outcome %+v, %d tasks", state.Page, state.Install.Outcome, len(state.Tasks))
	}
	job := f.jobs[0]
	if !job.Secrets[answers.SecretForest("fabrikam.local")].Same(secret.New(canary)) || job.Plan.ID != state.Plan.ID {
		t.Error("the job lacks its secrets or its plan")
	}
	record := job.Report(apply.Outcome{Ending: apply.Completed})
	if record.Outcome.Ending != apply.Completed || record.Plan == nil || len(record.Tasks) == 0 || len(record.Forests) != 2 || record.Program != ProgramName+" 1.2.3" {
		t.Errorf("record %+v", record)
	}
	state = press(t, s, TaskTicked{ID: state.Tasks[0].ID, On: true})
	if !state.Tasks[0].Done {
		t.Error("the task has no tick")
	}
	if changes.Load() < 10 {
		t.Errorf("OnChange was called %d times", changes.Load())
	}
	if text := asJSON(t, state) + asJSON(t, s.Book().Entries(0)) + asJSON(t, record); strings.Contains(text, canary) {
		t.Error("a secret got into state, log or record")
	}
}

// tasks are the ways to get a session busy.
var tasks = []struct {
	name  string
	page  Page
	start Event
	task  Task
}{
	{"instances", PageComponents, InstancesAsked{}, TaskInstances},
	{"databases", PageComponents, DatabasesAsked{}, TaskDatabases},
	{"inspect", PageComponents, NextPressed{}, TaskInspect},
	{"inspect", PageCheck, CheckPressed{}, TaskInspect},
	{"entra", PageEntra, EntraPressed{}, TaskEntra},
	{"forest", PageDirectories, ForestGiven{Forest: answers.Forest{Forest: "Contoso.local", User: `CONTOSO\ea`}}, TaskForest},
}

func TestSession_cancelWorksAtOnceInEveryTask(t *testing.T) {
	for _, c := range tasks {
		t.Run(c.name+" on "+string(c.page), func(t *testing.T) {
			f := newFake()
			s := newTestSession(t, f, nil)
			before := toPage(t, s, c.page)
			release := f.block(c.name)
			defer release()
			s.Dispatch(c.start)
			if b := s.State().Busy; b == nil || b.Task != c.task || !s.State().CanCancel() {
				t.Fatalf("busy %+v", b)
			}
			s.Dispatch(CancelPressed{})
			state := s.State()
			if state.Busy != nil || state.Page != c.page || len(state.Problems) > 0 || state.Entra.Prompt != nil {
				t.Fatalf("after Cancel: busy %+v, page %s, problems %v", state.Busy, state.Page, state.Problems)
			}
			if (state.Facts == nil) != (before.Facts == nil) {
				t.Error("Cancel took the facts of before away")
			}
			release()
			again := press(t, s, c.start)
			if len(again.Problems) > 0 || again.Busy != nil {
				t.Errorf("the second try: %+v", again.Problems)
			}
		})
	}
}

// TestSession_lateResultsAreDropped lets a task that ignores its context come
// back after it was cancelled.
func TestSession_lateResultsAreDropped(t *testing.T) {
	f := newFake()
	late := make(chan struct{})
	stubborn := &stubbornProber{fake: f, late: late}
	s := newTestSession(t, f, func(p *Params) { p.Site.Prober = stubborn })
	toPage(t, s, PageComponents)
	s.Dispatch(NextPressed{})
	s.Dispatch(CancelPressed{})
	rev := s.State().Rev
	close(late)
	stubborn.ended(t)
	for _, e := range s.Book().Entries(0) {
		if e.Text == "Inspected" && !strings.Contains(e.String(), "late, dropped") {
			t.Error("the late result was taken")
		}
	}
	if state := s.State(); state.Facts != nil || state.Page != PageComponents || state.Rev != rev {
		t.Errorf("page %s, facts %v, rev %d instead of %d", state.Page, state.Facts != nil, state.Rev, rev)
	}
}

type stubbornProber struct {
	*fake
	late chan struct{}
	done atomic.Bool
}

func (p *stubbornProber) Inspect(context.Context, answers.Answers, secret.Value, func(string)) (facts.Set, error) {
	<-p.late
	p.done.Store(true)
	return p.set, nil
}

func (p *stubbornProber) ended(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if p.done.Load() {
			return
		}
	}
	t.Fatal("the late task did not end")
}

func TestSession_editingSQLWithdrawsWhatWasBuiltOnIt(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageReady)
	state := press(t, s, PageChosen{Page: PageComponents})
	if state.Page != PageComponents || state.Furthest != PageReady || state.Facts == nil {
		t.Fatalf("going back: page %s, furthest %s", state.Page, state.Furthest)
	}
	typed := state.Answers.SQL
	typed.Database = "ADSync2"
	state = press(t, s, SQLEdited{SQL: typed})
	if state.Facts != nil || state.Findings != nil || state.Forests != nil || state.Plan != nil || state.Entra.Tenant != nil || state.Furthest != PageComponents {
		t.Errorf("something was kept: %+v", state)
	}
	if len(state.Answers.Forests) != 2 || !state.Given.Forest("CONTOSO.local") {
		t.Error("what was typed for the forests is gone")
	}
	waitFor(t, s, func(State) bool { return f.calls("signout") == 1 })
	if state.CanChoose(PageReady) || state.PageDone(PageCheck) {
		t.Error("pages behind still count as done")
	}
}

func TestSession_samePasswordChangesNothing(t *testing.T) {
	s := newTestSession(t, newFake(), nil)
	toPage(t, s, PageCheck)
	if state := press(t, s, PreviousPressed{}, SQLPasswordTyped{Password: secret.New(canary)}); state.Facts == nil {
		t.Error("typing the same password withdrew the facts")
	}
	if state := press(t, s, SQLPasswordTyped{Password: secret.New("other")}); state.Facts != nil || !state.Given.SQL {
		t.Error("another password withdrew nothing")
	}
	if state := press(t, s, SQLPasswordTyped{}); state.Given.SQL {
		t.Error("an emptied password counts as given")
	}
}

func TestSession_failedLayerStaysWithItsProblem(t *testing.T) {
	f := newFake()
	wrong := (&problem.Problem{Code: "sql.login.refused", What: "Login refused."}).On(answers.FieldSQLPass)
	f.set = facts.Set{SQL: facts.SQLServer{Typed: "SQL01", Layers: []facts.Layer{
		{Name: facts.LayerHost, Outcome: facts.Passed}, {Name: facts.LayerLogin, Outcome: facts.Failed, Problem: wrong},
	}}}
	f.fails["inspect"] = wrong
	s := newTestSession(t, f, nil)
	toPage(t, s, PageComponents)
	state := press(t, s, NextPressed{})
	if state.Page != PageComponents || state.FieldProblem(answers.FieldSQLPass) != wrong || state.PageProblem() != nil {
		t.Fatalf("page %s, problems %v", state.Page, state.Problems)
	}
	if state.Facts == nil || len(state.Facts.SQL.Layers) != 2 || len(state.Findings) == 0 {
		t.Error("layers or findings are not there to be shown")
	}
	if state = press(t, s, ProblemClosed{}); state.Problems != nil {
		t.Error("the problem stays")
	}
}

func TestSession_pinningGoesOnWhereItBroke(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageComponents)
	sum := strings.Repeat("AB", 32)
	state := press(t, s, CertificatePinned{SHA256: sum})
	if state.Answers.SQL.PinSHA256 != strings.ToLower(sum) || state.Page != PageCheck {
		t.Errorf("pin %q, page %s", state.Answers.SQL.PinSHA256, state.Page)
	}
}

func TestSession_panicsBecomeProblems(t *testing.T) {
	for _, c := range tasks {
		f := newFake()
		s := newTestSession(t, f, nil)
		toPage(t, s, c.page)
		f.panics[c.name] = canary
		state := press(t, s, c.start)
		list := append([]*problem.Problem{state.Entra.Problem}, state.Problems...)
		for _, forest := range state.Forests {
			list = append(list, forest.Problem)
		}
		found := false
		for _, p := range list {
			found = found || (p != nil && p.Code == CodePanic && !strings.Contains(p.Text(), canary))
		}
		if !found {
			t.Errorf("%s: problems %v", c.name, list)
		}
	}
}

func TestSession_forests(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, func(p *Params) { delete(p.Site.Secrets, answers.SecretForest("fabrikam.local")) })
	state := toPage(t, s, PageDirectories)
	if _, why := state.CanNext(); why != "2 of 2 forests still need credentials." {
		t.Errorf("why %q", why)
	}
	state = press(t, s, ForestGiven{Forest: answers.Forest{Forest: "fabrikam.local", User: `FABRIKAM\ea`}})
	if p := state.Forests[1].Problem; p == nil || p.Field != answers.FieldForestPass || f.calls("forest") != 0 {
		t.Errorf("without a password: %v, %d calls", p, f.calls("forest"))
	}
	state = press(t, s, ForestGiven{Forest: answers.Forest{Forest: "fabrikam.local", User: `FABRIKAM\ea`}, Password: secret.New("x")})
	if !state.Forests[1].Green() || state.Forests[0].Green() {
		t.Errorf("forests %+v", state.Forests)
	}
	if _, why := state.CanNext(); why != "1 of 2 forests still needs credentials." {
		t.Errorf("why %q", why)
	}
	f.fails["forest"] = &problem.Problem{Code: "ad.password.wrong", What: "Wrong."}
	state = press(t, s, ForestGiven{Forest: answers.Forest{Forest: "fabrikam.local", User: `FABRIKAM\svc`}, Password: secret.New("y")})
	if state.Forests[1].Green() || state.Forests[1].Problem == nil || state.ForestAnswer("fabrikam.local").User != `FABRIKAM\svc` {
		t.Errorf("a wrong password keeps the tick: %+v", state.Forests[1])
	}
}

func TestSession_entra(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageEntra)
	release := f.block("entra")
	s.Dispatch(EntraPressed{})
	waitFor(t, s, func(st State) bool { return st.Entra.Prompt != nil && st.Entra.Prompt.Code == "ABC" })
	release()
	state := settle(t, s)
	if state.Entra.Tenant == nil || state.Entra.Prompt != nil {
		t.Errorf("entra %+v", state.Entra)
	}
	if state = press(t, s, EntraForgotten{}); state.Entra.Tenant != nil {
		t.Errorf("forgotten: %+v", state.Entra)
	}
	waitFor(t, s, func(State) bool { return f.calls("signout") == 1 })
	f.fails["entra"] = errors.New("refused")
	if state = press(t, s, EntraPressed{}); state.Entra.Problem == nil || len(state.Problems) != 0 {
		t.Errorf("failed sign-in: %+v", state.Entra)
	}
}

// waitFor waits until the state is as the test wants it.
func waitFor(t *testing.T, s *Session, good func(State) bool) State {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if state := s.State(); good(state) {
			return state
		}
	}
	t.Fatalf("never got there: %+v", s.State())
	return State{}
}

func TestSession_practice(t *testing.T) {
	genuine, pretend := newFake(), newFake()
	s := newTestSession(t, genuine, func(p *Params) {
		p.RealSite = func() Site { return genuine.site() }
		p.OpenPractice = func(ctx context.Context, scenario string) (Site, error) {
			if err := genuine.call(ctx, "practice"); err != nil {
				return Site{}, err
			}
			site := pretend.site()
			site.Practice = &Practice{Scenario: scenario, Title: "Pretended"}
			site.Computer = "PRETEND"
			return site, nil
		}
	})
	press(t, s, LicenceToggled{On: true}, SituationChosen{Situation: answers.SituationStaging})
	state := press(t, s, PracticeChosen{Scenario: "healthy"})
	if state.Practice == nil || state.Practice.Scenario != "healthy" || state.Computer != "PRETEND" || !state.Licence || state.Answers.Situation != answers.SituationStaging {
		t.Fatalf("practice %+v", state)
	}
	if genuine.closed != 1 {
		t.Errorf("the real site was closed %d times", genuine.closed)
	}
	toPage(t, s, PageCheck)
	if pretend.calls("inspect") != 1 || genuine.calls("inspect") != 0 {
		t.Error("the wrong site was inspected")
	}
	if state = press(t, s, PracticeChosen{}); state.Practice != nil || state.Page != PageWelcome || state.Facts != nil {
		t.Errorf("left practice: %+v", state)
	}
	genuine.fails["practice"] = &problem.Problem{Code: "x", What: "No such scenario."}
	if state = press(t, s, PracticeChosen{Scenario: "nonsense"}); state.Practice != nil || state.PageProblem() == nil {
		t.Errorf("failed practice: %+v", state.Problems)
	}
}

func TestSession_practiceThatCameTooLateIsClosed(t *testing.T) {
	f, pretend := newFake(), newFake()
	opened := make(chan struct{})
	s := newTestSession(t, f, func(p *Params) {
		p.OpenPractice = func(context.Context, string) (Site, error) {
			<-opened
			return pretend.site(), nil
		}
	})
	s.Dispatch(PracticeChosen{Scenario: "healthy"})
	s.Dispatch(CancelPressed{})
	close(opened)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		pretend.mu.Lock()
		closed := pretend.closed
		pretend.mu.Unlock()
		if closed == 1 {
			return
		}
	}
	t.Error("the site that nobody wants stays open")
}

func TestSession_save(t *testing.T) {
	s := newTestSession(t, newFake(), nil)
	toPage(t, s, PageReady)
	dir := t.TempDir()
	for _, name := range []string{"plan.json", "plan.HTML"} {
		path := filepath.Join(dir, name)
		state := press(t, s, SavePressed{Path: path})
		data, err := os.ReadFile(path)
		if err != nil || state.Saved != path || !strings.Contains(string(data), state.Plan.ID) || strings.Contains(string(data), canary) {
			t.Errorf("%s: saved %q, %d bytes, %v, %v", name, state.Saved, len(data), err, state.Problems)
		}
	}
	state := press(t, s, SavePressed{Path: filepath.Join(dir, "plan.doc")})
	if p := state.PageProblem(); p == nil || p.Code != CodeSaveName {
		t.Errorf("problems %v", state.Problems)
	}
	state = press(t, s, SavePressed{Path: filepath.Join(dir, "no", "such", "plan.json")})
	if len(state.Problems) != 1 || state.Problems[0].Code != problem.CodeFileMissing {
		t.Errorf("problems %v", state.Problems)
	}
}

func TestSession_noRandomNumbersMeansNoPlan(t *testing.T) {
	s := newTestSession(t, newFake(), func(p *Params) { p.Random = strings.NewReader("short") })
	state := toPage(t, s, PageReady)
	if p := state.PageProblem(); state.Plan != nil || p == nil || p.Code != CodeRandom {
		t.Errorf("plan %v, problems %v", state.Plan, state.Problems)
	}
}
