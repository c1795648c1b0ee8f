package install_test

import (
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// backedUp opens a site whose answers ask for a backup.
func backedUp(t *testing.T, disk func(*tsql.Disk), path string) *bench {
	t.Helper()
	b := openWith(t, "healthy", practice.Options{Disk: disk})
	b.s.Dispatch(setup.OptionsEdited{Options: answers.Options{Backup: answers.Backup{On: true, Path: path}}})
	return b
}

// stepOf gives the progress of a step of a kind.
func stepOf(s setup.State, k plan.Kind) apply.Progress {
	for _, p := range s.Install.Steps {
		if kindOf(p.Step) == string(k) {
			return p
		}
	}
	return apply.Progress{}
}

func TestBackup_beforeTheFirstChange(t *testing.T) {
	t.Parallel()
	b := backedUp(t, nil, "")
	b.hooks["claim running"] = func() {
		if list := b.sql.Backups(); len(list) != 1 {
			t.Errorf("before the claim there are the backups %q", list)
		}
	}
	state, err := b.install(t)
	if err != nil {
		t.Fatal(err)
	}
	checkInstalled(t, b, state)
	path := b.sql.Backups()[0]
	if !strings.HasPrefix(path, `C:\Program Files\Microsoft SQL Server\MSSQL16.HYBRID\MSSQL\Backup\ADSync_`+state.Plan.ID[:12]+"_") || path != state.Plan.Backup.Path {
		t.Errorf("the backup is at %s, planned was %s", path, state.Plan.Backup.Path)
	}
	if p := stepOf(state, plan.KindBackup); p.Text != path {
		t.Errorf("the step says %+v", p)
	}
	if rows := b.rows(t, "SELECT TOP (1) is_copy_only FROM msdb.dbo.backupset ORDER BY backup_set_id DESC"); !strings.Contains(rows[0], "true") {
		t.Errorf("the newest backup is %q", rows)
	}
	state = b.press(t, setup.UndoPressed{})
	if p := stepOf(state, plan.KindBackup); p.State != apply.Undone || !strings.Contains(p.Text, "stays") || !strings.Contains(p.Text, path) {
		t.Errorf("undo says %+v", p)
	}
	if list := b.sql.Backups(); len(list) != 1 {
		t.Errorf("undo touched the backup: %q", list)
	}
}

// TestBackup_failureStopsEverything has each way in which a backup fails: nothing
// else may have happened, and a second try writes another file.
func TestBackup_failureStopsEverything(t *testing.T) {
	for name, c := range map[string]struct {
		disk func(*tsql.Disk)
		path string
		hook func(*bench)
		code problem.Code
	}{
		"folder missing": {nil, `Z:\nowhere`, nil, sqlserver.CodeBackupFolder},
		"folder denied":  {func(d *tsql.Disk) { d.Denied = []string{`D:\locked`} }, `D:\locked`, nil, sqlserver.CodeBackupFolder},
		"disk fills up": {nil, "", func(b *bench) {
			if err := b.sql.SetDatabase("ADSync", func(c *tsql.DatabaseConfig) { c.SizeMB = 1 << 20 }); err != nil {
				t.Error(err)
			}
		}, sqlserver.CodeBackupSpace},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := backedUp(t, c.disk, c.path)
			before := b.dump(t)
			if c.hook != nil {
				b.hooks["backup running"] = func() { c.hook(b) }
			}
			state, err := b.install(t)
			if p := problem.As(err); p == nil || p.Code != c.code || !strings.Contains(p.Why, "Nothing was changed") {
				t.Fatalf("got %v", err)
			}
			same(t, "after the backup failed", before, b.dump(t))
			if state.Changed() || len(b.sql.Backups()) != 0 {
				t.Errorf("changed %v, backups %q", state.Changed(), b.sql.Backups())
			}
		})
	}
}

// TestBackup_damaged verifies a backup that is damaged after it was written; trying
// again writes another file.
func TestBackup_damaged(t *testing.T) {
	t.Parallel()
	b := backedUp(t, nil, "")
	b.said = func(p apply.Progress) {
		if strings.HasPrefix(p.Text, "Verifying ") {
			b.sql.DamageBackups()
		}
	}
	before := b.dump(t)
	_, err := b.install(t)
	if p := problem.As(err); p == nil || p.Code != sqlserver.CodeBackupDamaged {
		t.Fatalf("got %v", err)
	}
	same(t, "after the check failed", before, b.dump(t))
	b.said = nil
	state := b.press(t, setup.RetryPressed{})
	checkInstalled(t, b, state)
	list := b.sql.Backups()
	if len(list) != 2 || list[1] != strings.TrimSuffix(list[0], ".bak")+"-2.bak" {
		t.Errorf("the backups are %q", list)
	}
}

func TestBackup_neverOverwrites(t *testing.T) {
	t.Parallel()
	b := backedUp(t, nil, `C:\mine.bak`)
	if _, err := b.db.ExecContext(t.Context(), `BACKUP DATABASE ADSync TO DISK = N'C:\mine.bak' WITH COPY_ONLY`); err != nil {
		t.Fatal(err)
	}
	_, err := b.install(t)
	if p := problem.As(err); p == nil || p.Code != sqlserver.CodeBackupExists {
		t.Fatalf("got %v", err)
	}
}

// TestBackup_stops breaks a backup off in the middle, and goes on.
func TestBackup_stops(t *testing.T) {
	t.Parallel()
	b := backedUp(t, func(d *tsql.Disk) { d.Step = 20 * time.Millisecond }, "")
	seen := 0
	b.said = func(p apply.Progress) {
		if strings.HasPrefix(p.Text, "Writing ") && p.Count > 0 {
			seen = p.Count
			b.s.Dispatch(setup.StopPressed{})
		}
	}
	state, err := b.install(t)
	if err == nil || state.Install.Outcome.Ending != apply.Stopped || len(b.sql.Backups()) != 0 {
		t.Fatalf("outcome %+v, %v, backups %q", state.Install.Outcome, err, b.sql.Backups())
	}
	if seen == 0 || seen == 100 {
		t.Errorf("stopped at %d percent", seen)
	}
	b.said = nil
	if state.Changed() {
		t.Error("it says that something was changed")
	}
	state = b.press(t, setup.RetryPressed{})
	checkInstalled(t, b, state)
	if list := b.sql.Backups(); len(list) != 1 || !strings.HasSuffix(list[0], "-2.bak") {
		t.Errorf("the backups are %q", list)
	}
}

// TestBackup_compareAgainAfterwards changes the database while the backup runs.
func TestBackup_compareAgainAfterwards(t *testing.T) {
	t.Parallel()
	b := backedUp(t, nil, "")
	b.hooks["backup running"] = func() {
		if _, err := b.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET server_configuration_version_number = server_configuration_version_number + 1"); err != nil {
			t.Error(err)
		}
	}
	_, err := b.install(t)
	if p := problem.As(err); p == nil || p.Code != "install.facts.changed" {
		t.Fatalf("got %v", err)
	}
	if b.facts(t).ADSync.Claim.Value != nil {
		t.Error("the database was claimed")
	}
}
