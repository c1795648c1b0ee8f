// Package install carries a plan out on the real world or on a practice site: it
// gives core/apply one action for each step, keeps one connection to the
// database with the application lock on it, and the secrets in the vault.
package install

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/local"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// Codes of the problems that Install itself finds.
const (
	CodeDiffers   problem.Code = "install.facts.changed" // what the plan rests on has changed
	CodeLostLock  problem.Code = "install.lock.lost"     // the connection that holds the lock is gone
	CodeMismatch  problem.Code = "install.verify"        // reading back gives something else than planned
	CodeOtherPlan problem.Code = "install.plan.other"    // the journal was begun with another plan
	CodePassword  problem.Code = "install.password"      // a password is not known any more
	CodeIdentity  problem.Code = "install.identity"      // the tenant gave another identity than planned
	CodeBusy      problem.Code = "install.busy"          // this program is installing already
)

// Params are what an installer works with.
type Params struct {
	// Probe reads again and says how to connect.
	Probe *probe.Probe
	// Directory and Cloud make the accounts and the sync identity.
	Directory apply.Directory
	Cloud     apply.Cloud
	// Local is this computer; its zero value where that is not Windows.
	Local local.Computer
	// Granter gives existing accounts what they lack; nil where no plan asks for it.
	Granter apply.Granter
	// DataDir is where journals, vault and reports are kept, each in a folder of
	// its own.
	DataDir string
	// Practice marks the journal of a pretended installation.
	Practice bool
	// Protector seals the vault; nil for that of this system.
	Protector secret.Protector
	// Patience is how long one step may read or change the database, and how long
	// undoing one may take; 0 for databaseTimeout and apply.DefaultUndoTimeout. A
	// backup takes as long as it takes.
	Patience time.Duration
	// Setup is Microsoft's own setup, and Service reads the synchronization service;
	// nil where no plan hands over to it.
	Setup   handover.Starter
	Service func(ctx context.Context) facts.Read[facts.SyncService]
	// Watch sees each record of the journal, see apply.Journal.Watch; may be nil.
	Watch func(r apply.Record, onDisk bool)
}

// Installer implements setup.Installer. It works on one installation at a time.
type Installer struct {
	p  Params
	mu sync.Mutex
}

var (
	_ setup.Installer = (*Installer)(nil)
	_ setup.Finder    = (*Installer)(nil)
	_ setup.Chooser   = (*Installer)(nil)
)

// New makes an installer.
func New(p Params) *Installer { return &Installer{p: p} }

// VaultDir gives the folder of the vault under the program's data folder.
func VaultDir(dataDir string) string { return filepath.Join(dataDir, "vault") }

// ReportDir gives the folder of the reports under the program's data folder.
func ReportDir(dataDir string) string { return filepath.Join(dataDir, "reports") }

// now is the clock of the probe.
func (i *Installer) now() time.Time {
	if i.p.Probe != nil && i.p.Probe.Now != nil {
		return i.p.Probe.Now()
	}
	return time.Now()
}

// Install carries the plan out, as setup.Installer describes. The journal knows
// where to go on; Job.From is for the reader of a log only. The application lock
// is held from the claim to the end of the call.
func (i *Installer) Install(ctx context.Context, job setup.Job, stop <-chan struct{}, say func(apply.Progress)) apply.Outcome {
	return i.with(ctx, job, installs, func(w *work, engine *apply.Engine) apply.Outcome {
		o := engine.Run(ctx, job.Plan.Steps, stop, w.watch(say))
		if err := w.recallReports(); err != nil && o.Problem == nil {
			o.Problem = problem.From(err)
		}
		o.Reports = w.reports
		return o
	})
}

// Undo takes back what Install did, as setup.Installer describes, and writes the
// reports anew when there are any.
func (i *Installer) Undo(ctx context.Context, job setup.Job, say func(apply.Progress)) apply.Outcome {
	return i.with(ctx, job, undoes, func(w *work, engine *apply.Engine) apply.Outcome {
		w.undoing = true
		o := engine.Undo(ctx, job.Plan.Steps, w.watch(say))
		o.Reports = w.reports
		if len(o.Reports) == 0 {
			return o
		}
		if err := w.writeReports(o); err != nil && o.Problem == nil {
			o.Problem = problem.From(err)
		}
		return o
	})
}

// errand is what a call is about: in words for others, and its ending when it
// can't even begin.
type errand struct {
	doing  string
	unable apply.Ending
}

var (
	installs = errand{"installing", apply.Broken}
	undoes   = errand{"undoing", apply.PartLeft}
)

// with makes sure that nobody else installs on this computer, opens journal and
// vault, runs do with them and closes everything, the application lock included.
func (i *Installer) with(ctx context.Context, job setup.Job, e errand, do func(*work, *apply.Engine) apply.Outcome) apply.Outcome {
	unable := e.unable
	if !i.mu.TryLock() {
		return i.failed(unable, &problem.Problem{
			Code: CodeBusy, What: "This program is installing already.", Fix: "Wait until it has ended.",
		})
	}
	defer i.mu.Unlock()
	release, err := apply.OnlyOne(i.p.DataDir, e.doing, time.Now())
	if err != nil {
		return i.failed(unable, err)
	}
	defer release()
	i.sweep()
	var vault *secret.Vault // staging mode is left and entered without one
	if job.Plan.Purpose == plan.Installs {
		if vault, err = secret.OpenVault(VaultDir(i.p.DataDir), i.p.Protector); err != nil {
			return i.failed(unable, err)
		}
	}
	journal, err := i.journal(job)
	if err != nil {
		return i.failed(unable, err)
	}
	defer func() { _ = journal.Close() }() // every record was flushed when it was written
	if i.p.Watch != nil {
		journal.Watch(i.p.Watch)
	}
	w := &work{Installer: i, job: job, plan: job.Plan, vault: vault, journal: journal}
	defer w.disconnect(context.WithoutCancel(ctx))
	return do(w, &apply.Engine{Journal: journal, Actions: w.actions(), Alive: w.alive, Now: i.now, ByHand: job.Plan.ByHand, UndoTimeout: i.p.Patience})
}

// sweep removes the half-written files that a run which was killed left beside
// the vault and the reports. Nobody else writes there now. One that stays harms
// nobody.
func (i *Installer) sweep() {
	_ = wholefile.Sweep(VaultDir(i.p.DataDir))
	_ = wholefile.Sweep(ReportDir(i.p.DataDir))
}

// journal makes the journal of the installation, or opens it to go on.
func (i *Installer) journal(job setup.Job) (*apply.Journal, error) {
	p := job.Plan
	path := apply.JournalPath(i.p.DataDir, p.ID)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return apply.CreateJournal(i.p.DataDir, apply.Begin{
			Program: cmp.Or(p.Claim.After.Version, p.Program), Practice: i.p.Practice, Plan: p, Known: job.Known,
		}, i.now)
	}
	j, err := apply.OpenJournal(path, i.now)
	if err != nil {
		return nil, err
	}
	if !samePlan(j.Begin().Plan, p) {
		return nil, errors.Join(&problem.Problem{
			Code: CodeOtherPlan, What: "The installation was begun with another plan.",
			Why: "Only the plan that stands in the journal can be gone on with or taken back.",
			Fix: "Take the earlier installation back, then check again.", Detail: path,
		}, j.Close())
	}
	return j, nil
}

// Find gives the installation of this computer that can be gone on with or taken
// back, as setup.Finder describes: the newest unfinished one, else the newest.
func (i *Installer) Find() (*apply.Unfinished, error) {
	list, err := i.FindAll()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	n := slices.IndexFunc(list, func(u apply.Unfinished) bool { return u.Problem == nil && u.Ending != apply.Completed })
	return &list[max(n, 0)], nil
}

// FindAll gives every installation of this computer of which something is in place,
// and the journals that can't be read, as setup.Chooser describes.
func (i *Installer) FindAll() ([]apply.Unfinished, error) {
	list, err := apply.FindUndoable(i.p.DataDir)
	return slices.DeleteFunc(list, func(u apply.Unfinished) bool { return u.Begin.Plan.Purpose != plan.Installs }), err
}

// samePlan compares plans by their JSON, in which they are kept.
func samePlan(a, b plan.Plan) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// failed is the outcome of a run that could not even begin. The steps stay as
// they were.
func (i *Installer) failed(ending apply.Ending, err error) apply.Outcome {
	at := i.now().UTC()
	o := apply.Outcome{Ending: ending, Started: at, Finished: at, Problem: problem.From(err)}
	if ending == apply.PartLeft {
		o.Left = []string{"Nothing was taken back: " + o.Problem.What}
	}
	return o
}
