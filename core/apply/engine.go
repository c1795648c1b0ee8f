package apply

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the engine's problems.
const (
	CodeNoAction problem.Code = "apply.action.missing" // the plan holds a step that this program can't do
	CodePanic    problem.Code = "apply.panic"          // a fault of the program itself
)

// DefaultUndoTimeout is how long undoing one step may take.
const DefaultUndoTimeout = 2 * time.Minute

// Engine runs the steps of one installation and undoes them. It holds no state
// of its own: what is done stands in the journal.
type Engine struct {
	Journal *Journal
	Actions map[string]Action // by plan.Step.ID
	// Alive is asked before each change whether what keeps others out still
	// stands. An error stops Install before that change. Nil for nothing to ask.
	Alive func(context.Context) error
	// Now gives the time; default time.Now.
	Now func() time.Time
	// ByHand says how to take a step back without this program, for what undo leaves;
	// nil for nothing to say.
	ByHand func(plan.Step) string
	// UndoTimeout is how long undoing one step may take; default DefaultUndoTimeout.
	UndoTimeout time.Duration
}

// run is one run of the engine.
type run struct {
	*Engine
	steps   []plan.Step
	say     func(Progress)
	stop    <-chan struct{} // nil for undo, which nobody stops
	outcome Outcome
}

func (e *Engine) newRun(steps []plan.Step, say func(Progress)) *run {
	if say == nil {
		say = func(Progress) {}
	}
	r := &run{Engine: e, steps: steps, say: say}
	r.outcome = Outcome{Started: e.now(), Journal: e.Journal.Path()}
	for _, s := range steps {
		p := Progress{Step: s.ID, At: r.outcome.Started}
		switch e.Journal.Step(s.ID) {
		case RecordDone:
			p.State = Done
		case RecordIntent, RecordFailed, RecordUndo:
			p.State = Failed
		case RecordUndone:
			p.State = Undone
		case RecordLeft:
			p.State = Left
		default: // not begun: waiting
		}
		r.outcome.Steps = append(r.outcome.Steps, p)
	}
	return r
}

func (e *Engine) now() time.Time {
	if e.Now == nil {
		return time.Now().UTC()
	}
	return e.Now().UTC()
}

// Run does the steps in order, one after the other: it looks whether a step is
// done already, writes down what it is about to do, does it, reads it back and
// writes down that it is done. Steps that the journal knows as done are passed
// over, but for those that only look (Undo is nil) and stand behind one that was
// done anew: what they saw does not hold any more. It stops before the next step once stop is closed or ctx has ended, and
// at the first step that fails. Nothing is undone by itself.
func (e *Engine) Run(ctx context.Context, steps []plan.Step, stop <-chan struct{}, say func(Progress)) Outcome {
	r := e.newRun(steps, say)
	r.stop = stop
	anew := false
	for i := range steps {
		action := e.Actions[steps[i].ID]
		again := action.Again || anew && action.Undo == nil
		if e.Journal.Step(steps[i].ID) == RecordDone && !again {
			r.tell(i, Progress{State: Done})
			continue
		}
		if stopped(ctx, stop) {
			return r.end(Stopped)
		}
		if err := r.step(ctx, i); err != nil {
			if problem.From(err).Code == problem.CodeCancelled && ctx.Err() == nil && stopped(ctx, stop) {
				r.tell(i, Progress{State: Waiting, Text: "Stopped before it was done"})
				return r.end(Stopped)
			}
			r.outcome.Problem = problem.From(err)
			r.tell(i, Progress{State: Failed, Problem: r.outcome.Problem, Seen: r.outcome.Steps[i].Seen})
			if r.outcome.Problem.Code == problem.CodeCancelled && stopped(ctx, stop) {
				r.outcome.Problem = nil // the step broke off because it was asked to
				return r.end(Stopped)
			}
			return r.end(Broken)
		}
		anew = anew || !action.Again
		r.tell(i, Progress{State: Done, Text: r.outcome.Steps[i].Text, Seen: r.outcome.Steps[i].Seen})
	}
	return r.end(Completed)
}

func stopped(ctx context.Context, stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// step does one step.
func (r *run) step(ctx context.Context, i int) error {
	s := r.steps[i]
	action, ok := r.Actions[s.ID]
	if !ok || action.Apply == nil {
		return &problem.Problem{
			Code: CodeNoAction, What: "This program can't do the step " + s.Title + ".",
			Fix: "Use the version that made the plan.", Detail: s.ID,
		}
	}
	r.tell(i, Progress{State: Running})
	if r.Alive != nil {
		if err := r.Alive(ctx); err != nil {
			return err
		}
	}
	w := r.work(i)
	if action.Done != nil && !action.Again {
		done, err := probe(ctx, action, w)
		if err != nil {
			return err
		}
		if done {
			return r.Journal.append(Record{Kind: RecordDone, Step: s.ID, Text: "was so already"})
		}
	}
	if err := r.Journal.append(Record{Kind: RecordIntent, Step: s.ID, Text: s.Title}); err != nil {
		return err
	}
	err := guard(func() error { return action.Apply(ctx, w) })
	if err == nil && action.Verify != nil {
		err = guard(func() error { return action.Verify(ctx, w) })
	}
	if err != nil {
		p := problem.From(err)
		// A journal that can't be written keeps the step at its intent, which undo
		// treats alike; the step's own problem is the one to tell.
		_ = r.Journal.append(Record{Kind: RecordFailed, Step: s.ID, Problem: p})
		return p
	}
	return r.Journal.append(Record{Kind: RecordDone, Step: s.ID})
}

func probe(ctx context.Context, a Action, w *Work) (done bool, err error) {
	err = guard(func() (err error) {
		done, err = a.Done(ctx, w)
		return err
	})
	return done, err
}

// Undo takes the steps back in reverse, each under a deadline of its own that no
// Cancel shortens. It goes on past a step that fails, and says what is left.
func (e *Engine) Undo(ctx context.Context, steps []plan.Step, say func(Progress)) Outcome {
	r := e.newRun(steps, say)
	for i := len(steps) - 1; i >= 0; i-- {
		was := e.Journal.Step(steps[i].ID)
		if was == "" || was == RecordUndone || e.Actions[steps[i].ID].Undo == nil {
			continue
		}
		r.undo(ctx, i)
	}
	if len(r.outcome.Left) > 0 {
		return r.end(PartLeft)
	}
	return r.end(TakenBack)
}

// undo takes one step back. The journal is written as well as it can be: when it
// can't, the way back goes on, as that is what leaves less behind.
func (r *run) undo(ctx context.Context, i int) {
	timeout := r.UndoTimeout
	if timeout == 0 {
		timeout = DefaultUndoTimeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	s := r.steps[i]
	r.tell(i, Progress{State: Undoing})
	r.record(Record{Kind: RecordUndo, Step: s.ID})
	err := guard(func() error { return r.Actions[s.ID].Undo(ctx, r.work(i)) })
	if err == nil {
		r.record(Record{Kind: RecordUndone, Step: s.ID})
		text := r.outcome.Steps[i].Text // what the step itself has to say
		if text == "" {
			text = s.Undo
		}
		r.tell(i, Progress{State: Undone, Text: text})
		return
	}
	p := problem.From(err)
	r.record(Record{Kind: RecordLeft, Step: s.ID, Problem: p})
	text := r.leftText(s, p)
	r.outcome.Left = append(r.outcome.Left, text)
	if r.outcome.Problem == nil {
		r.outcome.Problem = p
	}
	r.tell(i, Progress{State: Left, Text: text, Problem: p})
}

// record writes to the journal on the way back.
func (r *run) record(rec Record) {
	if err := r.Journal.append(rec); err != nil && r.outcome.Problem == nil {
		r.outcome.Problem = problem.From(err)
	}
}

// leftText says what a step leaves behind and how to remove it by hand.
func (e *Engine) leftText(s plan.Step, p *problem.Problem) string {
	var objects []string
	for _, c := range s.Changes {
		text := c.Target + ": " + c.Object
		if !slices.Contains(objects, text) {
			objects = append(objects, text)
		}
	}
	text := s.Title + " could not be undone: " + p.What
	if p.Why != "" {
		text += " " + p.Why
	}
	if len(objects) > 0 {
		text += " Look at " + strings.Join(objects, "; ") + "."
	}
	text += " What undo would have done: " + s.Undo
	if p.Fix != "" {
		text += " What to do: " + p.Fix
	}
	if e.ByHand != nil {
		if how := e.ByHand(s); how != "" {
			text += " By hand: " + how
		}
	}
	return text
}

// work makes what an action works with.
func (r *run) work(i int) *Work {
	return &Work{Step: r.steps[i], journal: r.Journal, stop: r.stop, say: func(text string, count, total int) {
		p := r.outcome.Steps[i]
		p.Text, p.Count, p.Total = text, count, total
		r.tell(i, p)
	}, show: func(text string, s handover.Seen) {
		p := r.outcome.Steps[i]
		p.Text, p.Seen = text, &s
		p.Count, p.Total = s.Count()
		r.tell(i, p)
	}}
}

// tell passes progress on and remembers it as the step's last.
func (r *run) tell(i int, p Progress) {
	p.Step, p.At = r.steps[i].ID, r.now()
	r.outcome.Steps[i] = p
	r.say(p)
}

// end closes the run.
func (r *run) end(e Ending) Outcome {
	r.record(Record{Kind: RecordEnd, Ending: e})
	r.outcome.Ending, r.outcome.Finished = e, r.now()
	return r.outcome
}

// guard makes a problem out of a panic. A panic's value that is not the Go run
// time's own may hold anything, so that only its type is told.
func guard(f func() error) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		text := fmt.Sprintf("panic with a value of type %T", v)
		if re, ok := v.(runtime.Error); ok {
			text = re.Error()
		}
		err = &problem.Problem{
			Code: CodePanic, What: "The program has a fault in this step.", Why: "It is not something that you did.",
			Fix: "Take back what was done, and report it with the details.", Detail: text + "\n" + string(debug.Stack()),
		}
	}()
	return f()
}
