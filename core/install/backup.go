package install

import (
	"context"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// keyBackups is where the journal keeps the files that were begun, in order.
const keyBackups = "backups"

// backupFile is one file that a backup was begun to.
type backupFile struct {
	Path     string `json:"path"`
	Whole    bool   `json:"whole"`    // SQL Server said that it is written
	Verified bool   `json:"verified"` // and that it can be restored
}

// backup backs the database up before anything is changed. It ends at once when
// Install is to stop, as a large database takes long. Each try writes a new file:
// what an earlier one left may be half of one.
func (w *work) backup(ctx context.Context, a *apply.Work) error {
	ctx, cancel := a.Stoppable(ctx)
	defer cancel()
	var files []backupFile
	if _, err := a.Recall(keyBackups, &files); err != nil {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return sqlserver.Problem(ctx, err)
	}
	defer func() { _ = conn.Close() }() // what counts was said by SQL Server
	b := sqlserver.Backup{Database: w.plan.Backup.Database, Media: w.plan.Backup.Media, Compress: w.plan.Backup.Compress}
	b.Path = numbered(w.plan.Backup.Path, len(files)+1)
	files = append(files, backupFile{Path: b.Path})
	if err := a.Keep(keyBackups, files); err != nil {
		return err
	}
	last := &files[len(files)-1]
	a.Say("Writing "+b.Path, 0, 100)
	if err := b.Write(ctx, conn, func(percent int) { a.Say("Writing "+b.Path, percent, 100) }); err != nil {
		return forget(a, err, files)
	}
	last.Whole = true
	if err := a.Keep(keyBackups, files); err != nil {
		return err
	}
	w.backedUp = true
	if !w.plan.Backup.Verify {
		a.Say(b.Path+", not verified", 100, 100)
		return nil
	}
	a.Say("Verifying "+b.Path, 0, 100)
	if err := b.Verify(ctx, conn, func(percent int) { a.Say("Verifying "+b.Path, percent, 100) }); err != nil {
		return err
	}
	last.Verified = true
	a.Say(b.Path, 100, 100)
	return a.Keep(keyBackups, files)
}

// forget takes the last file off the list when it is certain that none was made:
// there was another file of that name, or SQL Server could not open it.
func forget(a *apply.Work, err error, files []backupFile) error {
	if p := problem.As(err); p != nil && (p.Code == sqlserver.CodeBackupExists || p.Code == sqlserver.CodeBackupFolder) {
		if keepErr := a.Keep(keyBackups, files[:len(files)-1]); keepErr != nil {
			return keepErr
		}
	}
	return err
}

// numbered gives the name of the n-th try: ADSync.bak, ADSync-2.bak.
func numbered(path string, n int) string {
	if n == 1 {
		return path
	}
	return fmt.Sprintf("%s-%d%s", path[:len(path)-len(".bak")], n, path[len(path)-len(".bak"):])
}

// keepBackup says where the backup is: undo never deletes one.
func (w *work) keepBackup(_ context.Context, a *apply.Work) error {
	var files []backupFile
	if _, err := a.Recall(keyBackups, &files); err != nil {
		return err
	}
	var whole, half []string
	for _, f := range files {
		if f.Whole {
			whole = append(whole, f.Path)
		} else {
			half = append(half, f.Path)
		}
	}
	text := "There is no whole backup."
	if len(whole) > 0 {
		text = "The backup stays on SQL Server's computer: " + strings.Join(whole, ", ") + ". Nobody but you deletes it."
	}
	if len(half) > 0 {
		text += " A try that was broken off may have left half a file: " + strings.Join(half, ", ") + "."
	}
	a.Say(text, 0, 0)
	return nil
}

// sinceBackup compares once more before the claim when a backup has just taken its
// time: somebody may have changed something in the meantime.
func (w *work) sinceBackup(ctx context.Context, a *apply.Work) error {
	if !w.backedUp {
		return nil
	}
	err := w.recheck(ctx, a)
	w.backedUp = err != nil
	return err
}

// backupAction is the action of the backup's step.
func (w *work) backupAction() apply.Action { return apply.Action{Apply: w.backup, Undo: w.keepBackup} }
