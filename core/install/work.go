package install

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// databaseTimeout is how long one step may work on the database.
const databaseTimeout = 5 * time.Minute

// aliveTimeout is how long the answer to "is the connection still there" may take.
const aliveTimeout = 15 * time.Second

// work is one call of Install or Undo. Its methods run in one goroutine.
type work struct {
	*Installer
	job     setup.Job
	plan    plan.Plan
	vault   *secret.Vault
	journal *apply.Journal

	db      *sql.DB
	conn    *sql.Conn // pinned: the application lock belongs to its session
	release func(context.Context) error

	backedUp bool // a backup was made by this call, and nothing compared since
	undoing  bool
	started  time.Time
	steps    []apply.Progress
	reports  []string
}

// watch passes progress on and remembers the last of each step for the report.
func (w *work) watch(say func(apply.Progress)) func(apply.Progress) {
	w.started = w.now().UTC()
	for _, s := range w.plan.Steps {
		w.steps = append(w.steps, apply.Progress{Step: s.ID})
	}
	return func(p apply.Progress) {
		i := slices.IndexFunc(w.steps, func(q apply.Progress) bool { return q.Step == p.Step })
		if i >= 0 {
			w.steps[i] = p
		}
		say(p)
	}
}

// actions gives one action for each step of the plan.
func (w *work) actions() map[string]apply.Action {
	if w.plan.Purpose != plan.Installs {
		return w.switchActions()
	}
	verify := apply.Action{Apply: w.verify}
	if w.plan.HandOver != nil {
		verify = apply.Action{Apply: w.verifyHandOver}
	}
	kinds := map[plan.Kind]apply.Action{
		plan.KindRecheck:  {Apply: w.recheck},
		plan.KindBackup:   w.backupAction(),
		plan.KindClaim:    {Apply: w.claim, Undo: w.unclaim, Again: true},
		plan.KindIdentity: {Done: w.hasIdentity, Apply: w.createIdentity, Undo: w.removeIdentity},
		plan.KindGroups:   {Apply: w.makeGroups, Verify: w.verifyGroups, Undo: w.dropGroups},
		plan.KindServer:   {Apply: w.setServer, Verify: w.verifyServer, Undo: w.restoreServer},
		plan.KindSecrets:  {Apply: w.keepSecrets, Verify: w.verifySecrets, Undo: w.dropSecrets},
		plan.KindDatabase: {Done: w.isConfigured, Apply: w.configure, Verify: w.verifyDatabase, Undo: w.restore},
		plan.KindHandOver: {Done: w.isHandedOver, Apply: w.handOver, Undo: w.cantTakeBack},
		plan.KindVerify:   verify,
		plan.KindReport:   {Apply: w.report, Undo: w.keepReport},
	}
	out := map[string]apply.Action{}
	for _, s := range w.plan.Steps {
		if s.Kind == plan.KindAccount {
			out[s.ID] = w.accountAction(s)
		} else if action, ok := kinds[s.Kind]; ok {
			out[s.ID] = action
		}
	}
	return out
}

// connect opens the connection that the whole installation works on.
func (w *work) connect(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	db, _, err := sqlserver.Connect(ctx, w.p.Probe.Config(w.job.Answers.SQL, w.job.Secrets[answers.SecretSQL]))
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		_ = db.Close() // the error that matters is why there is no connection
		return sqlserver.Problem(ctx, err)
	}
	w.db, w.conn = db, conn
	return nil
}

// disconnect gives the lock back and closes the connection. Whatever fails here
// ends with the session on the server's side.
func (w *work) disconnect(ctx context.Context) {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, aliveTimeout)
	defer cancel()
	if w.release != nil {
		_ = w.release(ctx)
	}
	_ = w.conn.Close()
	_ = w.db.Close()
	w.conn, w.db, w.release = nil, nil, nil
}

// alive asks whether the connection that holds the lock still stands. Before the
// claim there is none to ask for.
func (w *work) alive(ctx context.Context) error {
	if w.release == nil {
		return nil
	}
	ask, cancel := context.WithTimeout(ctx, aliveTimeout)
	defer cancel()
	err := w.conn.PingContext(ask)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return problem.From(context.Cause(ctx))
	}
	w.drop()
	p := sqlserver.Problem(ask, err)
	return &problem.Problem{
		Code: CodeLostLock, What: "The connection to the database is lost, and with it the lock that keeps others out.",
		Why:    "Nothing more was changed. " + p.What,
		Fix:    "Make sure that the server is there, then try again: it goes on where it stopped.",
		Detail: p.Detail, Cause: err,
	}
}

// drop forgets a connection that is gone, so that going on makes a new one.
func (w *work) drop() {
	_ = w.conn.Close()
	_ = w.db.Close()
	w.conn, w.db, w.release = nil, nil, nil
}

// lock connects and claims the database for this installation, if that is not
// done yet. Claiming what is claimed by this installation already only takes the lock.
func (w *work) lock(ctx context.Context) error {
	if w.release != nil {
		err := w.alive(ctx)
		if err == nil || !w.undoing {
			return err
		}
		// The way back may take the lock anew: claiming says whether it still may.
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	var release func(context.Context) error
	var err error
	if w.plan.Purpose != plan.Installs || w.undoing && w.unclaimed() { // nobody would take the claim back once more
		release, err = adsync.Hold(ctx, w.conn, w.plan.Claim.Before)
	} else {
		release, err = adsync.Claim(ctx, w.conn, w.plan.Claim)
	}
	if err != nil {
		return err
	}
	w.release = release
	return nil
}

// unclaimed tells whether the claim is taken back already: an earlier undo left
// something else behind.
func (w *work) unclaimed() bool {
	return slices.ContainsFunc(w.plan.Steps, func(s plan.Step) bool {
		return s.Kind == plan.KindClaim && w.journal.Step(s.ID) == apply.RecordUndone
	})
}

// patient gives the time that one step may work on the database: a server that
// falls silent would else hold the installation for ever.
func (w *work) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	limit := w.p.Patience
	if limit <= 0 {
		limit = databaseTimeout
	}
	return context.WithTimeout(ctx, limit)
}

// lockSoon is lock with a deadline.
func (w *work) lockSoon(ctx context.Context) error {
	ctx, cancel := w.patient(ctx)
	defer cancel()
	return w.lock(ctx)
}

// recheck reads everything again and compares it with what the plan rests on.
func (w *work) recheck(ctx context.Context, a *apply.Work) error {
	ctx, cancel := w.patient(ctx)
	defer cancel()
	set, err := w.p.Probe.Inspect(ctx, w.job.Answers, w.job.Secrets[answers.SecretSQL], func(text string) { a.Say(text, 0, 0) })
	if err != nil {
		return err
	}
	different := plan.Differences(w.plan.Basis, plan.BasisOf(set))
	if len(different) == 0 {
		a.Say("Everything is as it was when the plan was made", len(w.plan.Basis), len(w.plan.Basis))
		return nil
	}
	return differs(different)
}

func differs(different []string) *problem.Problem {
	return &problem.Problem{
		Code: CodeDiffers, What: "Something that the plan rests on has changed. Nothing was changed here.",
		Why:    strings.Join(different, " "),
		Fix:    "Go back and check again; the plan is then made anew.",
		Detail: strings.Join(different, "\n"),
	}
}

// Where the journal keeps how far the claim got. A refused one wrote nothing, so
// that undo must neither look for the lock nor complain that it can't have it.
const (
	keyTried   = "tried"   // true from before the try until it is known to be refused
	keyClaimed = "claimed" // true once the claim was written
)

// claim takes the lock and writes the claim.
func (w *work) claim(ctx context.Context, a *apply.Work) error {
	ctx, cancel := w.patient(ctx)
	defer cancel()
	if err := w.sinceBackup(ctx, a); err != nil {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	if err := a.Keep(keyTried, true); err != nil {
		return err
	}
	if err := w.lock(ctx); err != nil {
		if p := problem.As(err); p != nil && (p.Code == adsync.CodeLocked || p.Code == adsync.CodeClaimChanged) {
			return errors.Join(err, a.Keep(keyTried, false))
		}
		return err
	}
	return a.Keep(keyClaimed, true)
}

// unclaim puts the claim of before back. It locks first: an installation that
// somebody else runs at this moment is not disturbed.
func (w *work) unclaim(ctx context.Context, a *apply.Work) error {
	var tried, claimed bool
	if _, err := a.Recall(keyTried, &tried); err != nil {
		return err
	}
	if _, err := a.Recall(keyClaimed, &claimed); err != nil {
		return err
	}
	if !tried && !claimed {
		return nil
	}
	if err := w.lock(ctx); err != nil {
		return err
	}
	return adsync.Unclaim(ctx, w.conn, w.plan.Claim)
}
