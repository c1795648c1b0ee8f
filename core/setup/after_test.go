package setup

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

func TestAfter_fromWelcomeReadsAndComesBack(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	state := press(t, s, AfterOpened{})
	if state.Page != PageOverview || state.After == nil || state.After.Facts == nil || f.calls("inspect") != 1 {
		t.Fatalf("page %s, after %+v", state.Page, state.After)
	}
	if !state.Exits() || state.NextLabel() != "Exit" || !state.CanPrevious() || state.Unsaved() {
		t.Error("the buttons of Additional tasks are wrong")
	}
	if !state.CanChoose(PageComponents) || state.CanChoose(PageCheck) || state.CanChoose(PageOverview) {
		t.Error("the list of Additional tasks is wrong")
	}
	// What belongs to the wizard changes nothing here.
	if state = press(t, s, SQLEdited{}, LicenceToggled{On: true}, SQLPasswordTyped{Password: secret.New("other")}); state.Answers.SQL.Server == "" || state.Licence {
		t.Error("a page of Additional tasks took what belongs to the wizard")
	}
	if state = press(t, s, ReadAgainPressed{}); state.After.Facts == nil || f.calls("inspect") != 2 {
		t.Error("it was not read again")
	}
	state = press(t, s, PreviousPressed{})
	if state.Page != PageWelcome || state.After != nil || state.Facts == nil || state.Furthest != PageComponents {
		t.Errorf("back on %s, furthest %s", state.Page, state.Furthest)
	}
	toPage(t, s, PageReady) // the wizard goes on as ever
}

func TestAfter_connectionMissing(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, func(p *Params) { p.Site.Answers, p.Site.Secrets = answers.Answers{}, nil })
	state := press(t, s, AfterOpened{})
	if ok, why := state.CanNext(); state.Page != PageComponents || ok || why == "" || state.NextLabel() != "Connect" || f.calls("inspect") != 0 {
		t.Fatalf("page %s, %q", state.Page, why)
	}
	press(t, s, SQLEdited{SQL: fakeAnswers().SQL}, SQLPasswordTyped{Password: secret.New(canary)})
	if state = press(t, s, NextPressed{}); state.Page != PageOverview || state.After.Facts == nil {
		t.Fatalf("page %s, problems %v", state.Page, state.Problems)
	}
	// Another database withdraws what was read of this one.
	state = press(t, s, PageChosen{Page: PageComponents}, SQLEdited{SQL: answers.SQL{Server: "SQL02"}})
	if state.After.Facts != nil || state.Facts != nil || state.CanChoose(PageOverview) {
		t.Error("what was read of another database is still shown")
	}
}

func TestAfter_connectionFails(t *testing.T) {
	f := newFake()
	f.set.SQL.Layers[6] = facts.Layer{Name: facts.LayerDB, Outcome: facts.Failed}
	f.fails["inspect"] = &problem.Problem{Code: "x", What: "no such database"}
	s := newTestSession(t, f, nil)
	state := press(t, s, AfterOpened{})
	if state.Page != PageComponents || state.After == nil || state.After.Facts != nil || state.PageProblem() == nil || state.Facts == nil {
		t.Fatalf("page %s, after %+v, problems %v", state.Page, state.After, state.Problems)
	}
	state = press(t, s, AfterOpened{}, PreviousPressed{})
	if state.Page != PageWelcome || len(state.Problems) != 0 {
		t.Errorf("page %s", state.Page)
	}
}

func TestAfter_cancelled(t *testing.T) {
	f := newFake()
	release := f.block("inspect")
	defer release()
	s := newTestSession(t, f, nil)
	s.Dispatch(AfterOpened{})
	state := press(t, s, CancelPressed{})
	if state.Page != PageComponents || state.Busy != nil || state.After.Facts != nil {
		t.Errorf("page %s, %+v", state.Page, state.Busy)
	}
}

func TestAfter_fromCompleteKeepsTheInstallation(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageReady)
	before := press(t, s, NextPressed{})
	if before.Page != PageComplete {
		t.Fatal(before.Page)
	}
	state := press(t, s, AfterOpened{})
	if state.Page != PageOverview || state.After.Facts == nil || state.After.Facts == state.Facts || state.Plan == nil {
		t.Fatalf("page %s", state.Page)
	}
	if state.CanChoose(PageComponents) {
		t.Error("the connection of a finished installation can be changed")
	}
	state = press(t, s, PreviousPressed{})
	if state.Page != PageComplete || !state.CanUndo() || asJSON(t, state.Facts) != asJSON(t, before.Facts) || len(state.Tasks) != len(before.Tasks) {
		t.Errorf("page %s: the installation is not what it was", state.Page)
	}
}

func TestAfter_computerThatIsSetUp(t *testing.T) {
	s, f := found(t, left(t, ""), false)
	state := s.State()
	if !state.SetUp() {
		t.Fatal("a finished installation does not make a computer that is set up")
	}
	if state = press(t, s, AfterOpened{}); state.Page != PageOverview || state.Answers.SQL.Server != `SQL01\HYBRID` || f.calls("inspect") != 1 {
		t.Errorf("page %s, %+v", state.Page, state.Answers.SQL)
	}
	if s, _ := found(t, left(t, plan.KindIdentity), false); s.State().SetUp() {
		t.Error("an installation that was broken off makes a computer that is set up")
	}
}

func TestAfter_everyEventIsHarmlessWhileClosed(t *testing.T) {
	s := newTestSession(t, newFake(), nil)
	before := s.State()
	state := press(t, s, ReadAgainPressed{}, Reread{Token: 7})
	state.Rev, state.IDs = before.Rev, before.IDs
	if asJSON(t, state) != asJSON(t, before) {
		t.Error("an event of Additional tasks changed the wizard")
	}
	if strings.Contains(asJSON(t, state), canary) {
		t.Error("a secret")
	}
}

// memory keeps ticks as a file would.
type memory struct {
	mu   sync.Mutex
	kept map[string]map[string]time.Time
	err  error
}

func (m *memory) Load(key string) (map[string]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[key], m.err
}

func (m *memory) Save(key string, ticked map[string]time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.kept[key] = ticked
	}
	return m.err
}

func TestAfter_ticksAreKept(t *testing.T) {
	m := &memory{kept: map[string]map[string]time.Time{}}
	f := newFake()
	with := func(p *Params) { p.Site.Ticks = m }
	s := newTestSession(t, f, with)
	toPage(t, s, PageReady)
	state := press(t, s, NextPressed{})
	first, second := state.Tasks[0].ID, state.Tasks[1].ID
	state = press(t, s, TaskTicked{ID: first, On: true})
	if !state.Tasks[0].Done {
		t.Fatal("it is not ticked")
	}
	// The database carries the claim of this installation by now.
	f.set.ADSync.Claim = factstest.Known(&facts.Claim{Server: "SYNC02", Installation: state.Plan.ID, At: factstest.Now()})
	state = press(t, s, AfterOpened{Page: PageTasks})
	if state.Page != PageTasks || !done(state.After.Tasks, first) || done(state.After.Tasks, second) {
		t.Fatalf("page %s: a tick of Configuration complete is not there: %+v", state.Page, state.Ticks)
	}
	state = press(t, s, TaskTicked{ID: second, On: true}, TaskTicked{ID: first}, ReadAgainPressed{})
	if done(state.After.Tasks, first) || !done(state.After.Tasks, second) || !done(state.Tasks, second) {
		t.Error("ticks are not as they were set")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := newTestSession(t, f, with)
	if state = press(t, again, AfterOpened{Page: PageTasks}); !done(state.After.Tasks, second) || done(state.After.Tasks, first) {
		t.Errorf("the next run of the program does not know the ticks: %v", m.kept)
	}
}

func done(tasks []review.Task, id string) bool {
	i := indexTask(tasks, id)
	return i >= 0 && tasks[i].Done
}

func TestAfter_ticksThatAreLostAreSaid(t *testing.T) {
	m := &memory{err: &problem.Problem{Code: "ticks.damaged", What: "damaged"}}
	s := newTestSession(t, newFake(), func(p *Params) { p.Site.Ticks = m })
	state := press(t, s, AfterOpened{Page: PageTasks})
	if p := state.PageProblem(); state.Page != PageTasks || p == nil || p.Code != "ticks.damaged" || len(state.After.Tasks) == 0 {
		t.Fatalf("page %s, %v", state.Page, state.Problems)
	}
	press(t, s, ProblemClosed{}, TaskTicked{ID: state.After.Tasks[0].ID, On: true})
	s.work.Wait()
	if state = s.State(); state.PageProblem() == nil || !state.After.Tasks[0].Done {
		t.Errorf("a tick that was not kept is not said: %v", state.Problems)
	}
}

func TestAfter_undo(t *testing.T) {
	f := newFake()
	s := newTestSession(t, f, nil)
	toPage(t, s, PageReady)
	state := press(t, s, NextPressed{}, AfterOpened{Page: PageUndo})
	if state.Page != PageUndo || state.InstalledPlan() == nil || !state.CanUndo() {
		t.Fatalf("page %s", state.Page)
	}
	state = press(t, s, UndoPressed{})
	if f.calls("undo") != 1 || state.Page != PageInstalling || state.After != nil || state.Install.Outcome.Ending != apply.TakenBack {
		t.Errorf("page %s, %+v", state.Page, state.Install.Outcome)
	}
}

func TestAfter_undoOfAnEarlierRun(t *testing.T) {
	s, f := found(t, left(t, ""), false)
	state := press(t, s, AfterOpened{Page: PageUndo})
	if state.InstalledPlan() == nil || !state.CanUndoFound() || state.CanUndo() {
		t.Fatalf("page %s: it can't be taken back", state.Page)
	}
	state = press(t, s, UndoFoundPressed{})
	if f.calls("undo") != 1 || state.After != nil || state.Install.Outcome.Ending != apply.TakenBack {
		t.Errorf("page %s, calls %v", state.Page, f.seen)
	}
}

func TestAfter_nothingToUndo(t *testing.T) {
	s := newTestSession(t, newFake(), nil)
	state := press(t, s, AfterOpened{Page: PageUndo}, UndoPressed{}, UndoFoundPressed{})
	if state.Page != PageUndo || state.InstalledPlan() != nil || state.CanUndo() || state.CanUndoFound() {
		t.Errorf("page %s", state.Page)
	}
}
