package install

import (
	"context"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/local"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// FindSwitch gives the newest leaving or entering of staging mode of this computer
// of which something is in place, as setup.SwitchFinder describes. An older one
// tells nothing any more, finished or not.
func (i *Installer) FindSwitch() (*apply.Unfinished, error) {
	list, err := apply.FindUndoable(i.p.DataDir)
	if err != nil {
		return nil, err
	}
	n := slices.IndexFunc(list, func(u apply.Unfinished) bool { return u.Problem == nil && u.Begin.Plan.Purpose != plan.Installs })
	if n < 0 {
		return nil, nil
	}
	return &list[n], nil
}

// switchActions gives the actions of a plan that leaves or enters staging mode.
func (w *work) switchActions() map[string]apply.Action {
	out := map[string]apply.Action{}
	for _, s := range w.plan.Steps {
		switch s.Kind {
		case plan.KindRecheck:
			// Again: what was compared before the program was killed holds no more.
			out[s.ID] = apply.Action{Apply: w.recheckSwitch, Again: true}
		case plan.KindSwitch:
			out[s.ID] = apply.Action{Done: w.isSwitched, Apply: w.doSwitch, Verify: w.verifySwitch, Undo: w.undoSwitch}
		case plan.KindRestart:
			out[s.ID] = apply.Action{Apply: w.restartService}
		case plan.KindVerify:
			out[s.ID] = apply.Action{Apply: w.verifySwitch}
		case plan.KindReport:
			out[s.ID] = apply.Action{Apply: w.report, Undo: w.keepReport}
		default: // such a plan has no other steps; the engine says so if it has
		}
	}
	return out
}

// recheckSwitch compares with what the plan rests on, unless the change is made:
// then it differs because of that.
func (w *work) recheckSwitch(ctx context.Context, a *apply.Work) error {
	var before adsync.Snapshot
	begun, err := w.journal.Recall(string(plan.KindSwitch), keySnapshot, &before)
	if err != nil {
		return err
	}
	if begun {
		wrong, err := w.compareSwitch(ctx)
		if err != nil {
			return err
		}
		if len(wrong) == 0 {
			a.Say("The change was made already", 0, 0)
			return nil
		}
	}
	set, err := w.p.Probe.Inspect(ctx, w.job.Answers, w.job.Secrets[answers.SecretSQL], func(text string) { a.Say(text, 0, 0) })
	if err != nil {
		return err
	}
	different := plan.Differences(w.plan.Basis, plan.StagingBasis(w.plan.Purpose, set))
	if len(different) == 0 {
		a.Say("Everything is as it was when the conditions were looked at", len(w.plan.Basis), len(w.plan.Basis))
		return nil
	}
	p := differs(different)
	p.Fix = "Read again on the page Staging mode and look at the conditions anew."
	return p
}

// isSwitched tells whether an earlier run got as far as the commit.
func (w *work) isSwitched(ctx context.Context, a *apply.Work) (bool, error) {
	var before adsync.Snapshot
	if found, err := a.Recall(keySnapshot, &before); err != nil || !found {
		return false, err
	}
	wrong, err := w.compareSwitch(ctx)
	return err == nil && len(wrong) == 0, err
}

// doSwitch keeps the row as it is in the journal, once, and changes it.
func (w *work) doSwitch(ctx context.Context, a *apply.Work) error {
	ctx, cancel := context.WithTimeout(ctx, databaseTimeout)
	defer cancel()
	if err := w.lock(ctx); err != nil {
		return err
	}
	var before adsync.Snapshot
	found, err := a.Recall(keySnapshot, &before)
	if err != nil {
		return err
	}
	if !found {
		if before, err = adsync.TakeSnapshot(ctx, w.conn, w.plan.Writes); err != nil {
			return err
		}
		if err := a.Keep(keySnapshot, before); err != nil {
			return err
		}
	}
	a.Say("Changing the setting in one transaction", 0, 0)
	return adsync.Configure(ctx, w.conn, w.plan.Writes, nil, adsync.Key{})
}

// undoSwitch puts the setting back, and has the service read it when the switch had
// it read the other one.
func (w *work) undoSwitch(ctx context.Context, a *apply.Work) error {
	if err := w.restore(ctx, a); err != nil || w.journal.Step(string(plan.KindRestart)) == "" {
		return err
	}
	// The service may take longer than undoing a step may, and half a restart is worse
	// than a late one.
	return w.restart(context.WithoutCancel(ctx), a)
}

// keyRan is where the journal keeps that the service ran before it was stopped.
const keyRan = "ran"

// restartService restarts the service, unless it did not run.
func (w *work) restartService(ctx context.Context, a *apply.Work) error { return w.restart(ctx, a) }

func (w *work) restart(ctx context.Context, a *apply.Work) error {
	if !w.p.Local.Here() {
		return &problem.Problem{
			Code: local.CodeNotHere, What: "This computer is not the one that the plan is about.",
			Why: "Services can be restarted on Windows only.", Fix: "Go on, or take it back, on " + w.plan.Server + ".",
		}
	}
	ran, err := w.stoppedHere(a)
	if err != nil {
		return err
	}
	if !ran {
		now, err := w.p.Local.ServiceRuns(ctx)
		if err != nil {
			return err
		}
		if !now {
			a.Say("The service does not run; it reads the setting when it starts", 0, 0)
			return nil
		}
		if err := a.Keep(keyRan, true); err != nil {
			return err
		}
	}
	return w.p.Local.RestartService(ctx, told(a))
}

// stoppedHere tells whether an earlier run may have stopped the service and come no
// further: this step's, or the restart that is now taken back.
func (w *work) stoppedHere(a *apply.Work) (ran bool, err error) {
	if _, err := a.Recall(keyRan, &ran); err != nil || ran {
		return ran, err
	}
	step := string(plan.KindRestart)
	if w.journal.Step(step) == apply.RecordDone {
		return false, nil
	}
	_, err = w.journal.Recall(step, keyRan, &ran)
	return ran, err
}

// compareSwitch reads the setting back.
func (w *work) compareSwitch(ctx context.Context) ([]adsync.Mismatch, error) {
	ctx, cancel := context.WithTimeout(ctx, databaseTimeout)
	defer cancel()
	if err := w.lock(ctx); err != nil {
		return nil, err
	}
	return adsync.Verify(ctx, w.conn, w.plan.Writes, adsync.Key{}, nil)
}

func (w *work) verifySwitch(ctx context.Context, a *apply.Work) error {
	wrong, err := w.compareSwitch(ctx)
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		a.Say(w.plan.Writes.Settings[0].Name+" reads "+w.plan.Writes.Settings[0].After, 0, 0)
		return nil
	}
	lines := make([]string, len(wrong))
	for i, m := range wrong {
		lines[i] = m.String()
	}
	p := mismatch("the setting", lines[0])
	p.Detail = strings.Join(lines, "\n")
	return p
}
