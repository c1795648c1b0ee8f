package install

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// keySnapshot is where the journal keeps the rows as they were.
const keySnapshot = "snapshot"

// isConfigured tells whether an earlier run got as far as the commit. Without a
// snapshot there was none.
func (w *work) isConfigured(ctx context.Context, a *apply.Work) (bool, error) {
	var before adsync.Snapshot
	if found, err := a.Recall(keySnapshot, &before); err != nil || !found {
		return false, err
	}
	wrong, err := w.compare(ctx)
	return err == nil && len(wrong) == 0, err
}

// configure keeps the rows as they are in the journal, once, and changes them.
func (w *work) configure(ctx context.Context, a *apply.Work) error {
	ctx, cancel := w.patient(ctx)
	defer cancel()
	if err := w.lock(ctx); err != nil {
		return err
	}
	key, creds, err := w.sealing()
	if err != nil {
		return err
	}
	writes, err := w.writes(ctx)
	if err != nil {
		return err
	}
	var before adsync.Snapshot
	found, err := a.Recall(keySnapshot, &before)
	if err != nil {
		return err
	}
	if !found {
		if before, err = adsync.TakeSnapshot(ctx, w.conn, writes); err != nil {
			return err
		}
	}
	// Groups that an interrupted undo removed were made anew, with other ids: undo must
	// know them for its own.
	if !found || !slices.Equal(before.Writes.Groups, writes.Groups) {
		before.Writes.Groups = writes.Groups
		if err := a.Keep(keySnapshot, before); err != nil {
			return err
		}
	}
	a.Say("Changing the database in one transaction", 0, 0)
	return adsync.Configure(ctx, w.conn, writes, creds, key)
}

// compare reads back what Configure writes.
func (w *work) compare(ctx context.Context) ([]adsync.Mismatch, error) {
	ctx, cancel := w.patient(ctx)
	defer cancel()
	if err := w.lock(ctx); err != nil {
		return nil, err
	}
	key, creds, err := w.sealing()
	if err != nil {
		return nil, err
	}
	writes, err := w.writes(ctx)
	if err != nil {
		return nil, err
	}
	return adsync.Verify(ctx, w.conn, writes, key, creds)
}

func (w *work) verifyDatabase(ctx context.Context, _ *apply.Work) error {
	wrong, err := w.compare(ctx)
	if err != nil || len(wrong) == 0 {
		return err
	}
	lines := make([]string, len(wrong))
	for i, m := range wrong {
		lines[i] = m.String()
	}
	p := mismatch("the database", lines[0])
	p.Detail = strings.Join(lines, "\n")
	return p
}

// restore puts the rows back as they were. Without a snapshot nothing was changed.
func (w *work) restore(ctx context.Context, a *apply.Work) error {
	var before adsync.Snapshot
	found, err := a.Recall(keySnapshot, &before)
	if err != nil || !found {
		return err
	}
	if err := w.lock(ctx); err != nil {
		return err
	}
	return adsync.Restore(ctx, w.conn, before)
}

// verify reads everything back once more: claim, database, secrets, accounts and
// identity.
func (w *work) verify(ctx context.Context, a *apply.Work) error {
	const total = 5
	a.Say("The claim", 1, total)
	if err := w.lockSoon(ctx); err != nil {
		return err
	}
	a.Say("The database", 2, total)
	if err := w.verifyDatabase(ctx, a); err != nil {
		return err
	}
	a.Say("The accounts", 3, total)
	for _, account := range w.plan.Accounts {
		if account.Option == answers.ExistingAccount {
			continue
		}
		there, err := w.p.Directory.HasAccount(ctx, account, w.admin(account))
		if err == nil && !there {
			err = mismatch("the account "+account.User+" in "+account.Forest, "it is not there")
		}
		if err != nil {
			return err
		}
	}
	a.Say("The sync identity", 4, total)
	there, err := w.p.Cloud.HasIdentity(ctx, w.plan.Identity)
	if err == nil && !there {
		err = mismatch("the sync identity "+w.plan.Identity.Name, "it is not there")
	}
	if err != nil {
		return err
	}
	if w.plan.Computer != nil {
		a.Say("This server", 5, total)
		if err := w.verifyServer(ctx, a); err != nil {
			return err
		}
	}
	return w.clear()
}

// clear removes from the vault what was waiting for its place and has it now.
func (w *work) clear() error {
	for _, account := range w.plan.Accounts {
		if err := w.vault.Delete(w.pendingAccount(account.Forest)); err != nil {
			return err
		}
	}
	return w.vault.Delete(w.pendingIdentity())
}

// keyReports is where the journal keeps the paths of the reports.
const keyReports = "reports"

// report writes the record as HTML and JSON. It is the last step, so that what
// it says of itself is that it is done.
func (w *work) report(_ context.Context, a *apply.Work) error {
	name := cmp.Or(string(w.plan.Purpose), "reconnect") + "-" + w.plan.Built.UTC().Format("2006-01-02") + "-" + w.plan.ID[:8]
	base := filepath.Join(ReportDir(w.p.DataDir), name)
	w.reports = []string{base + ".html", base + ".json"}
	o := apply.Outcome{
		Ending: apply.Completed, Started: w.started, Finished: w.now().UTC(),
		Steps: append([]apply.Progress(nil), w.steps...), Journal: w.journal.Path(), Reports: w.reports,
	}
	for i := range o.Steps {
		if o.Steps[i].Step == string(plan.KindReport) {
			o.Steps[i].State, o.Steps[i].At = apply.Done, o.Finished
		}
	}
	if err := w.writeReports(o); err != nil {
		w.reports = nil
		return err
	}
	return a.Keep(keyReports, w.reports)
}

// keepReport remembers the reports: undo writes them anew at its end.
func (w *work) keepReport(context.Context, *apply.Work) error { return w.recallReports() }

// recallReports remembers the reports that this run or an earlier one wrote.
func (w *work) recallReports() error {
	_, err := w.journal.Recall(string(plan.KindReport), keyReports, &w.reports)
	return err
}

// writeReports writes the record of an outcome to the files in w.reports.
func (w *work) writeReports(o apply.Outcome) error {
	if w.job.Report == nil {
		return fmt.Errorf("nobody makes the record of this installation")
	}
	record := w.job.Report(o)
	if err := os.MkdirAll(ReportDir(w.p.DataDir), 0o700); err != nil {
		return err
	}
	for _, path := range w.reports {
		var b bytes.Buffer
		err := report.HTML(&b, record)
		if filepath.Ext(path) == ".json" {
			b.Reset()
			err = report.JSON(&b, record)
		}
		if err == nil {
			err = wholefile.Write(path, b.Bytes())
		}
		if err != nil {
			return err
		}
	}
	return nil
}
