package apply

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// world is what the test's actions change: a set of things, and a log of calls.
type world struct {
	is   map[string]bool
	log  []string
	fail map[string]error // by "apply claim"
}

func (w *world) call(what, step string) error {
	w.log = append(w.log, what+" "+step)
	return w.fail[what+" "+step]
}

func (w *world) action(step string) Action {
	return Action{
		Done: func(context.Context, *Work) (bool, error) { return w.is[step], w.call("probe", step) },
		Apply: func(_ context.Context, work *Work) error {
			if err := work.Keep("before", w.is[step]); err != nil {
				return err
			}
			work.Say("half", 1, 2)
			err := w.call("apply", step)
			w.is[step] = err == nil
			return err
		},
		Verify: func(context.Context, *Work) error { return w.call("verify", step) },
		Undo: func(ctx context.Context, work *Work) error {
			var before bool
			if found, err := work.Recall("before", &before); err != nil || !found {
				return fmt.Errorf("before is not kept: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			w.is[step] = before
			return w.call("undo", step)
		},
	}
}

func newWorld() *world { return &world{is: map[string]bool{}, fail: map[string]error{}} }

func (w *world) engine(j *Journal) *Engine {
	recheck := w.action("recheck")
	recheck.Done, recheck.Undo = nil, nil
	return &Engine{Journal: j, Now: testClock(), Actions: map[string]Action{
		"recheck": recheck, "claim": w.action("claim"), "database": w.action("database"),
	}}
}

func states(o Outcome) string {
	var out []string
	for _, p := range o.Steps {
		out = append(out, string(p.State))
	}
	return strings.Join(out, ",")
}

func TestEngine_doesProbesVerifies(t *testing.T) {
	w := newWorld()
	j := newTestJournal(t, t.TempDir())
	var told []string
	o := w.engine(j).Run(t.Context(), testPlan().Steps, nil, func(p Progress) {
		told = append(told, p.Step+":"+string(p.State)+":"+p.Text)
	})
	if o.Ending != Completed || o.Problem != nil || states(o) != "done,done,done" || o.Journal != j.Path() || !o.Finished.After(o.Started) {
		t.Errorf("outcome %+v", o)
	}
	want := []string{
		"apply recheck", "verify recheck", "probe claim", "apply claim", "verify claim",
		"probe database", "apply database", "verify database",
	}
	if !reflect.DeepEqual(w.log, want) {
		t.Errorf("calls %v", w.log)
	}
	if told[0] != "recheck:running:" || told[1] != "recheck:running:half" || told[2] != "recheck:done:half" {
		t.Errorf("told %v", told)
	}
	if j.Ending() != Completed {
		t.Errorf("journal ends with %q", j.Ending())
	}
}

func TestEngine_whatIsSoAlreadyIsNotDoneAgain(t *testing.T) {
	w := newWorld()
	w.is["claim"] = true
	j := newTestJournal(t, t.TempDir())
	if o := w.engine(j).Run(t.Context(), testPlan().Steps, nil, nil); o.Ending != Completed {
		t.Fatalf("outcome %+v", o)
	}
	for _, c := range w.log {
		if c == "apply claim" {
			t.Error("the claim was there and was made again")
		}
	}
}

// TestEngine_failureAtEachPoint fails at every call in turn, goes on and
// expects the same end as without the failure; in a second series it takes back.
func TestEngine_failureAtEachPoint(t *testing.T) {
	boom := &problem.Problem{Code: "test.boom", What: "Boom."}
	points := []string{
		"apply recheck", "verify recheck", "probe claim", "apply claim", "verify claim",
		"probe database", "apply database", "verify database",
	}
	for _, point := range points {
		t.Run(point, func(t *testing.T) {
			for _, undo := range []bool{false, true} {
				failAt(t, point, boom, undo)
			}
		})
	}
}

func failAt(t *testing.T, point string, boom error, undo bool) {
	t.Helper()
	w := newWorld()
	w.fail[point] = boom
	dir := t.TempDir()
	j := newTestJournal(t, dir)
	o := w.engine(j).Run(t.Context(), testPlan().Steps, nil, nil)
	if o.Ending != Broken || !errors.Is(o.Problem, boom) {
		t.Fatalf("outcome %+v", o)
	}
	must(t, j.Close())
	delete(w.fail, point)
	j, err := OpenJournal(j.Path(), testClock()) // as another run of the program would
	must(t, err)
	defer func() { must(t, j.Close()) }()
	if undo {
		o = w.engine(j).Undo(t.Context(), testPlan().Steps, nil)
		if o.Ending != TakenBack || w.is["claim"] || w.is["database"] {
			t.Errorf("undo: %+v, world %v", o, w.is)
		}
		return
	}
	o = w.engine(j).Run(t.Context(), testPlan().Steps, nil, nil)
	if o.Ending != Completed || states(o) != "done,done,done" || !w.is["claim"] || !w.is["database"] {
		t.Errorf("retry: %+v, world %v", o, w.is)
	}
}

func TestEngine_stopsAfterTheStep(t *testing.T) {
	w := newWorld()
	j := newTestJournal(t, t.TempDir())
	stop := make(chan struct{})
	e := w.engine(j)
	o := e.Run(t.Context(), testPlan().Steps, stop, func(p Progress) {
		if p.Step == "claim" && p.State == Running && p.Text == "half" {
			close(stop)
		}
	})
	if o.Ending != Stopped || states(o) != "done,done," {
		t.Fatalf("outcome %+v", o)
	}
	if o = e.Run(t.Context(), testPlan().Steps, nil, nil); o.Ending != Completed {
		t.Errorf("going on: %+v", o)
	}
}

// An action that waits for others can be stopped in the middle; it was not done,
// and nothing failed.
func TestEngine_stopsAWait(t *testing.T) {
	w := newWorld()
	j := newTestJournal(t, t.TempDir())
	stop := make(chan struct{})
	e := w.engine(j)
	normal := e.Actions["claim"]
	waits := normal
	waits.Apply = func(ctx context.Context, work *Work) error {
		ctx, cancel := work.Stoppable(ctx)
		defer cancel()
		close(stop)
		<-ctx.Done()
		return ctx.Err()
	}
	e.Actions["claim"] = waits
	o := e.Run(t.Context(), testPlan().Steps, stop, nil)
	if o.Ending != Stopped || o.Problem != nil || states(o) != "done,," {
		t.Fatalf("outcome %+v", o)
	}
	e.Actions["claim"] = normal
	if o = e.Run(t.Context(), testPlan().Steps, nil, nil); o.Ending != Completed || !w.is["claim"] {
		t.Errorf("going on: %+v", o)
	}
}

// A cancellation that nobody asked for is a failure.
func TestEngine_cancelledByItself(t *testing.T) {
	w := newWorld()
	w.fail["apply claim"] = context.Canceled
	o := w.engine(newTestJournal(t, t.TempDir())).Run(t.Context(), testPlan().Steps, make(chan struct{}), nil)
	if o.Ending != Broken || o.Problem == nil {
		t.Errorf("outcome %+v", o)
	}
}

func TestEngine_againRunsWhatIsDone(t *testing.T) {
	w := newWorld()
	j := newTestJournal(t, t.TempDir())
	e := w.engine(j)
	claim := e.Actions["claim"]
	claim.Again = true
	e.Actions["claim"] = claim
	w.fail["apply database"] = errors.New("boom")
	e.Run(t.Context(), testPlan().Steps, nil, nil)
	w.fail, w.log = nil, nil
	e.Run(t.Context(), testPlan().Steps, nil, nil)
	if w.log[0] != "apply claim" {
		t.Errorf("calls %v", w.log)
	}
}

func TestEngine_lostLockStopsBeforeTheNextChange(t *testing.T) {
	w := newWorld()
	e := w.engine(newTestJournal(t, t.TempDir()))
	lost := &problem.Problem{Code: "test.lost", What: "The lock is lost."}
	e.Alive = func(context.Context) error {
		if w.is["claim"] {
			return lost
		}
		return nil
	}
	o := e.Run(t.Context(), testPlan().Steps, nil, nil)
	if o.Ending != Broken || o.Problem != lost || states(o) != "done,done,failed" || w.is["database"] {
		t.Errorf("outcome %+v", o)
	}
	if e.Journal.Step("database") != "" {
		t.Error("the database counts as begun")
	}
}

func TestEngine_journalThatCannotBeWrittenStopsBeforeTheChange(t *testing.T) {
	for failAt := 2; failAt <= 11; failAt++ {
		w := newWorld()
		j := newJournal("mem", testClock())
		j.file = &badFile{failAt: failAt}
		must(t, j.append(Record{Kind: RecordBegin, Begin: &Begin{Format: JournalFormat}}))
		o := w.engine(j).Run(t.Context(), testPlan().Steps, nil, nil)
		if p := problem.As(o.Problem); p == nil || p.Code != CodeJournalWrite || (o.Ending != Broken && failAt < 11) {
			t.Errorf("write %d: outcome %+v", failAt, o)
		}
		for _, step := range []string{"claim", "database"} {
			if w.is[step] && j.Step(step) == "" {
				t.Errorf("write %d: %s is changed and not in the journal", failAt, step)
			}
		}
	}
}

func TestEngine_undoGoesOnPastAFailureAndSaysWhatIsLeft(t *testing.T) {
	w := newWorld()
	e := w.engine(newTestJournal(t, t.TempDir()))
	e.Run(t.Context(), testPlan().Steps, nil, nil)
	w.fail["undo database"] = &problem.Problem{Code: "test.boom", What: "No way back."}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // Cancel doesn't stop the way back
	o := e.Undo(ctx, testPlan().Steps, nil)
	if o.Ending != PartLeft || states(o) != "done,undone,left" || w.is["claim"] {
		t.Fatalf("outcome %+v", o)
	}
	if len(o.Left) != 1 || !strings.Contains(o.Left[0], "No way back.") || !strings.Contains(o.Left[0], "The rows are put back.") {
		t.Errorf("left %q", o.Left)
	}
	w.fail, w.log = nil, nil
	o = e.Undo(t.Context(), testPlan().Steps, nil)
	if o.Ending != TakenBack || states(o) != "done,undone,undone" || len(w.log) != 1 {
		t.Errorf("second undo: %+v, calls %v", o, w.log)
	}
}

func TestEngine_undoHasADeadlineForEachStep(t *testing.T) {
	w := newWorld()
	e := w.engine(newTestJournal(t, t.TempDir()))
	e.UndoTimeout = time.Millisecond
	e.Run(t.Context(), testPlan().Steps, nil, nil)
	slow := e.Actions["database"]
	slow.Undo = func(ctx context.Context, _ *Work) error { <-ctx.Done(); return ctx.Err() }
	e.Actions["database"] = slow
	o := e.Undo(t.Context(), testPlan().Steps, nil)
	if o.Ending != PartLeft || o.Steps[2].State != Left || o.Problem.Code != problem.CodeTimeout {
		t.Errorf("outcome %+v", o)
	}
}

func TestEngine_panicIsAFailureOfTheStep(t *testing.T) {
	w := newWorld()
	e := w.engine(newTestJournal(t, t.TempDir()))
	e.Actions["claim"] = Action{
		Apply: func(context.Context, *Work) error { panic("Passw0rd!") },
		Undo:  func(context.Context, *Work) error { var none []string; _ = none[len(w.log)]; return nil },
	}
	o := e.Run(t.Context(), testPlan().Steps, nil, nil)
	if o.Ending != Broken || o.Problem.Code != CodePanic || strings.Contains(o.Problem.Text(), "Passw0rd!") {
		t.Errorf("outcome %+v", o)
	}
	o = e.Undo(t.Context(), testPlan().Steps, nil)
	if o.Ending != PartLeft || !strings.Contains(o.Problem.Detail, "out of range") {
		t.Errorf("undo %+v", o)
	}
}

func TestEngine_stepWithoutAction(t *testing.T) {
	e := &Engine{Journal: newTestJournal(t, t.TempDir())}
	o := e.Run(t.Context(), testPlan().Steps, nil, nil)
	if o.Ending != Broken || o.Problem.Code != CodeNoAction {
		t.Errorf("outcome %+v", o)
	}
}

// TestEngine_looksAgainAfterWhatIsDoneAnew goes on after an undo that got half
// way: a step that only looks, and saw the state before that undo, looks again.
func TestEngine_looksAgainAfterWhatIsDoneAnew(t *testing.T) {
	w := newWorld()
	j := newTestJournal(t, t.TempDir())
	steps := testPlan().Steps
	steps = append(steps, plan.Step{ID: "verify", Title: "Verify"})
	e := w.engine(j)
	looks := w.action("verify")
	looks.Done, looks.Undo = nil, nil
	e.Actions["verify"] = looks
	if o := e.Run(t.Context(), steps, nil, nil); o.Ending != Completed {
		t.Fatalf("outcome %+v", o)
	}
	w.fail["undo claim"] = errors.New("killed here")
	if o := e.Undo(t.Context(), steps, nil); o.Ending != PartLeft {
		t.Fatalf("undo %+v", o)
	}
	w.log = nil
	if o := e.Run(t.Context(), steps, nil, nil); o.Ending != Completed {
		t.Fatalf("going on %+v", o)
	}
	if got := strings.Join(w.log, ", "); !strings.Contains(got, "apply database") || !strings.Contains(got, "apply verify") || strings.Contains(got, "recheck") {
		t.Errorf("going on did %s", got)
	}
	w.log = nil
	e.Run(t.Context(), steps, nil, nil)
	if len(w.log) != 0 {
		t.Errorf("with nothing to do it did %v", w.log)
	}
}
