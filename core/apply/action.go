package apply

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Action is how one step of a plan is done, looked up by the step's id. Every
// function may be called again after the program was killed at any instant, and
// finds out from the world and from what it kept in the journal where it stands.
// Errors are *problem.Problem, or become one.
type Action struct {
	// Done looks whether the world is already as the step would leave it. Nil
	// means that this can't be seen beforehand.
	Done func(context.Context, *Work) (bool, error)
	// Apply makes the change. What Undo will need it keeps (Work.Keep) before it
	// changes anything.
	Apply func(context.Context, *Work) error
	// Verify reads the change back. Nil means that Apply itself has proof.
	Verify func(context.Context, *Work) error
	// Undo puts everything back, and is content when there is nothing to put
	// back. Nil for a step that changes nothing.
	Undo func(context.Context, *Work) error
	// Again makes the step run whenever Install goes on, though the journal says
	// that it is done: for what does not outlive the program, such as a lock.
	Again bool
}

// Work is what an action works with: its step, its memory in the journal, and
// the way to say how far it is.
type Work struct {
	Step    plan.Step
	journal *Journal
	stop    <-chan struct{}
	say     func(text string, count, total int)
	show    func(text string, s handover.Seen)
}

// Stoppable gives a context that ends when Install is asked to stop, for an
// action that waits for others and takes back what it did when it is cancelled.
// An action that uses it and ends with a cancellation was not done; the engine
// then stops instead of failing. The caller calls the CancelFunc.
func (w *Work) Stoppable(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if w.stop == nil {
		return ctx, cancel
	}
	go func() {
		select {
		case <-w.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// Keep writes a value that Undo or a later resume needs into the journal, on
// disk when it returns. It must hold no secret. A later value under the same key
// takes the place of an earlier one.
func (w *Work) Keep(key string, value any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("keep %s of step %s: %w", key, w.Step.ID, err)
	}
	return w.journal.append(Record{Kind: RecordKeep, Step: w.Step.ID, Key: key, Value: raw})
}

// Recall reads what was kept, by this run or by an earlier one, into value, and
// tells whether there was anything.
func (w *Work) Recall(key string, value any) (bool, error) {
	return w.journal.Recall(w.Step.ID, key, value)
}

// Show tells how far Microsoft's setup is.
func (w *Work) Show(text string, s handover.Seen) {
	if w.show != nil {
		w.show(text, s)
	}
}

// Say tells how far the step is. total is 0 when there is nothing to count.
func (w *Work) Say(text string, count, total int) {
	if w.say != nil {
		w.say(text, count, total)
	}
}
