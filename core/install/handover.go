package install

import (
	"context"
	"reflect"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// Codes of the problems of handing over.
const (
	CodeHandOverLimit problem.Code = "install.handover.limit" // Microsoft's setup takes too long
	CodeHandedOver    problem.Code = "install.handover.undo"  // what Microsoft's setup did stays
	CodeNotFinished   problem.Code = "install.handover.early" // it is not finished, though somebody said so
)

// keyHandOver is where the journal keeps the database as it was, from before
// Microsoft's setup was started on.
const keyHandOver = "before"

const (
	lookEvery     = time.Second      // between two looks at the trace log
	worldEvery    = 5 * time.Second  // between two looks at database and service
	glanceTimeout = 30 * time.Second // of one look at the database
	handOverLimit = 12 * time.Hour   // for the whole of Microsoft's setup
)

// glance reads the database over a connection of its own, which does not stay:
// Microsoft's setup changes options of the database, for which it must be alone.
func (w *work) glance(ctx context.Context) (facts.ADSync, map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, glanceTimeout)
	defer cancel()
	db, _, err := sqlserver.Connect(ctx, w.p.Probe.Config(w.job.Answers.SQL, w.job.Secrets[answers.SecretSQL]))
	if err != nil {
		return facts.ADSync{}, nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	return adsync.Glance(ctx, db, w.now)
}

// service reads the synchronization service.
func (w *work) service(ctx context.Context) facts.Read[facts.SyncService] {
	if w.p.Service == nil {
		return facts.Unknown[facts.SyncService]("the service ADSync", "it can't be read here", w.now())
	}
	return w.p.Service(ctx)
}

// watcher makes what looks at Microsoft's setup.
func (w *work) watcher(before handover.Before) *handover.Watcher {
	return handover.NewWatcher(handover.Watch{
		Plan: *w.plan.HandOver, Before: before, Starter: w.p.Setup, Database: w.glance, Service: w.service, Every: worldEvery,
	})
}

// isHandedOver looks whether Microsoft's setup finished while nobody looked.
func (w *work) isHandedOver(ctx context.Context, a *apply.Work) (bool, error) {
	var before handover.Before
	if found, err := a.Recall(keyHandOver, &before); err != nil || !found || w.p.Setup == nil {
		return false, err
	}
	return w.watcher(before).Look(ctx, true).Over(), nil
}

// handOver starts Microsoft's setup, unless it runs already, and watches it to its
// end. The lock is given back meanwhile; the claim stays and keeps other servers out.
func (w *work) handOver(ctx context.Context, a *apply.Work) error {
	if w.p.Setup == nil || w.plan.HandOver == nil {
		return &problem.Problem{Code: plan.CodeHandOver, What: "Microsoft's setup can't be handed over to here.", Fix: "Take back what was done, and install without this choice."}
	}
	ctx, cancel := a.Stoppable(ctx)
	defer cancel()
	before, err := w.beforeHandOver(ctx, a)
	if err != nil {
		return err
	}
	w.disconnect(ctx)
	running, err := w.p.Setup.Running()
	if err != nil {
		return problem.From(err)
	}
	if !running {
		if err := w.p.Setup.Start(ctx, w.plan); err != nil {
			return err
		}
	}
	return w.watchSetup(ctx, a, w.watcher(before))
}

// beforeHandOver takes down the database as it is, once.
func (w *work) beforeHandOver(ctx context.Context, a *apply.Work) (handover.Before, error) {
	var before handover.Before
	if found, err := a.Recall(keyHandOver, &before); err != nil || found {
		return before, err
	}
	now, seals, err := w.glance(ctx)
	if err != nil {
		return before, err
	}
	before = handover.BeforeOf(now, seals)
	if before.Traces, err = handover.TraceFiles(w.p.Setup.Traces()); err != nil {
		return before, problem.From(err)
	}
	return before, a.Keep(keyHandOver, before)
}

// watchSetup looks again and again, until all is as planned, or the admin says that
// it is finished and something has happened, or it is stopped.
func (w *work) watchSetup(ctx context.Context, a *apply.Work, watcher *handover.Watcher) error {
	limit := time.NewTimer(handOverLimit)
	defer limit.Stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var said *problem.Problem
	var shown handover.Seen
	a.Show(shown.Status(), shown)
	fresh := true
	for {
		seen := watcher.Look(ctx, fresh)
		if ctx.Err() != nil {
			return problem.From(context.Canceled)
		}
		if seen.Over() {
			a.Show(seen.Status(), seen)
			return nil
		}
		if w.job.Presses == nil && !seen.Running {
			if fresh {
				return ended(seen) // nobody is there to start it again
			}
			fresh = true
			continue
		}
		fresh = false
		seen.Said = said
		if !reflect.DeepEqual(seen, shown) {
			a.Show(seen.Status(), seen)
			shown = seen
		}
		select {
		case <-ctx.Done():
			return problem.From(context.Canceled)
		case <-limit.C:
			return &problem.Problem{
				Code: CodeHandOverLimit, What: "Microsoft's setup has not finished in twelve hours.",
				Fix: "Finish or close it, then try again: this step looks first at how far it is.",
			}
		case press := <-w.job.Presses:
			done, err := w.pressed(ctx, press, watcher, seen)
			if done {
				return nil
			}
			said, fresh = problem.From(err), true
		case <-tick.C:
		}
	}
}

// ended says why Microsoft's setup is gone and has not finished.
func ended(seen handover.Seen) *problem.Problem {
	if n := len(seen.Failures); n > 0 {
		return seen.Failures[n-1]
	}
	return &problem.Problem{
		Code: CodeNotFinished, What: "Microsoft's setup was closed before it had finished.", Why: seen.Status() + ".",
		Fix: "Go on with the installation: the setup is then started again.", Detail: seen.Newest,
	}
}

// pressed does what the admin pressed, and tells whether that ends the step. What
// is not as it has to be is then for the next step to say, as long as anything
// happened at all.
func (w *work) pressed(ctx context.Context, press setup.HandOverPress, watcher *handover.Watcher, seen handover.Seen) (bool, error) {
	if press == setup.HandOverAgain {
		if seen.Running {
			return false, &problem.Problem{
				Code: CodeNotFinished, What: "Microsoft's setup runs already.", Fix: "Go on in its window, or close it first.",
			}
		}
		return false, w.p.Setup.Start(ctx, w.plan)
	}
	if seen = watcher.Look(ctx, true); seen.World.Touched() {
		return true, nil
	}
	return false, &problem.Problem{
		Code: CodeNotFinished, What: "Nothing has changed in the database yet, so Microsoft's setup can't be finished.",
		Why: seen.Unread, Fix: "Press Install on its page Ready to configure and wait for Configuration complete.",
	}
}

// verifyHandOver reads what Microsoft's setup left, with the claim.
func (w *work) verifyHandOver(ctx context.Context, a *apply.Work) error {
	a.Say("The claim", 1, 2)
	if err := w.lock(ctx); err != nil {
		return err
	}
	a.Say("What Microsoft's setup did", 2, 2)
	var before handover.Before
	if found, err := w.journal.Recall(string(plan.KindHandOver), keyHandOver, &before); err != nil || !found {
		return problem.From(err)
	}
	now, seals, err := w.glance(ctx)
	if err != nil {
		return err
	}
	world := handover.Judge(*w.plan.HandOver, before, now, seals, w.service(ctx))
	if p := world.Fault(); p != nil {
		return p
	}
	a.Say(described(world), 2, 2)
	return w.clear()
}

// described puts what was verified on one line, with what could not be seen.
func described(w handover.World) string {
	var unknown []string
	for _, i := range w.Items {
		if i.State == handover.ItemUnknown {
			unknown = append(unknown, i.Title)
		}
	}
	text := "New key set, credentials sealed anew, accounts as planned, staging mode on"
	if len(unknown) > 0 {
		text += "; not known: " + strings.Join(unknown, ", ")
	}
	return text
}

// cantTakeBack says what Microsoft's setup did, if it did anything.
func (w *work) cantTakeBack(ctx context.Context, a *apply.Work) error {
	var before handover.Before
	found, err := a.Recall(keyHandOver, &before)
	if err != nil || !found {
		return err
	}
	now, seals, err := w.glance(ctx)
	if err != nil {
		return err
	}
	world := handover.Judge(*w.plan.HandOver, before, now, seals, w.service(ctx))
	var done []string
	for _, i := range world.Items {
		if i.State == handover.ItemDone && (i.ID != handover.ItemStaging || !strings.EqualFold(before.Staging, "true")) {
			done = append(done, i.Title+": "+i.Now)
		}
	}
	if !world.Touched() {
		a.Say("Microsoft's setup had changed nothing in the database", 0, 0)
		return nil
	}
	return &problem.Problem{
		Code: CodeHandedOver, What: "What Microsoft's setup did stays: " + strings.Join(done, "; ") + "; and its sync identity in the tenant.",
		Why: "Only Microsoft's setup knows how it did it, and the previous server's credentials can be opened by nobody here.",
		Fix: "Uninstall Microsoft Entra Connect on this server, restore a backup of the database from before, and remove the identity ConnectSyncProvisioning_" +
			w.plan.Server + "_… or Sync_" + w.plan.Server + "_… from the tenant.",
		Detail: strings.Join(done, "\n"),
	}
}

// NewPassword gives the password of the account that an installation made for a
// forest, for the admin to type into Microsoft's setup.
func (i *Installer) NewPassword(_ context.Context, installation, forest string) (secret.Value, error) {
	vault, err := secret.OpenVault(VaultDir(i.p.DataDir), i.p.Protector)
	if err != nil {
		return secret.Value{}, err
	}
	return vault.Get(pendingAccount(installation, forest))
}
