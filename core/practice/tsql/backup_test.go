package tsql

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const someBackup = "BACKUP DATABASE [ADSync] TO DISK = N'a.bak' WITH COPY_ONLY, CHECKSUM, NOINIT, MEDIANAME = N'm1', NAME = N'n', STATS = 5"

func TestBackup(t *testing.T) {
	srv := testServer(t, func(c *Config) {
		c.Disk = Disk{Denied: []string{`D:\locked`}, Folders: []string{`\\nas\sql`}}
		c.Logins = append(c.Logins,
			Login{Name: "reader", Password: "pw", Users: map[string]User{"ADSync": {Roles: []string{"db_datareader"}}}},
			Login{Name: "owner", Password: "pw", Users: map[string]User{"ADSync": {Roles: []string{"db_owner"}}}})
	})
	sa, reader, owner := signIn(t, srv, "sa", "ADSync"), signIn(t, srv, "reader", "ADSync"), signIn(t, srv, "owner", "ADSync")
	expectError(t, reader, someBackup, 262)
	mustExec(t, owner, someBackup)
	if list := srv.Backups(); len(list) != 1 || list[0] != `C:\Program Files\Microsoft SQL Server\MSSQL16.MSSQLSERVER\MSSQL\Backup\a.bak` {
		t.Fatalf("files: %q", list)
	}
	expectError(t, owner, "RESTORE VERIFYONLY FROM DISK = N'a.bak' WITH CHECKSUM", 262)
	mustExec(t, sa, "RESTORE VERIFYONLY FROM DISK = N'a.bak' WITH CHECKSUM, STATS = 10")
	expect(t, sa, "SELECT TOP (1) type, is_copy_only FROM msdb.dbo.backupset ORDER BY backup_set_id DESC", "D|1")
	expect(t, sa, "SELECT file_exists, parent_directory_exists FROM sys.dm_os_file_exists(N'a.bak')", "1|1")
	expect(t, sa, `SELECT file_exists, parent_directory_exists FROM sys.dm_os_file_exists(N'Z:\none\a.bak')`, "0|0")
	expect(t, sa, "DECLARE @d sysname = N'ADSync', @p nvarchar(260) = N'\\\\nas\\sql\\b.bak'; BACKUP DATABASE @d TO DISK = @p WITH COPY_ONLY", "")
	expectError(t, sa, `RESTORE VERIFYONLY FROM DISK = N'\\nas\sql\b.bak' WITH CHECKSUM`, 3187)
	expectError(t, sa, "RESTORE VERIFYONLY FROM DISK = N'c.bak'", 3201)
	expectError(t, sa, strings.Replace(someBackup, "m1", "m2", 1), 3258)
	expectError(t, sa, `BACKUP DATABASE ADSync TO DISK = N'D:\locked\a.bak'`, 3201)
	expectError(t, sa, `BACKUP DATABASE ADSync TO DISK = N'Z:\none\a.bak'`, 3201)
	expectError(t, sa, "BACKUP DATABASE nope TO DISK = N'x.bak'", 911)
	expectError(t, sa, "BACKUP LOG ADSync TO DISK = N'x.trn'", 40514)
	expectError(t, sa, "RESTORE DATABASE ADSync FROM DISK = N'a.bak'", 40514)
	expectError(t, sa, "BEGIN TRAN; "+someBackup, 3021)
	mustExec(t, sa, "IF @@TRANCOUNT > 0 ROLLBACK")
	srv.DamageBackups()
	expectError(t, sa, "RESTORE VERIFYONLY FROM DISK = N'a.bak' WITH CHECKSUM", 3189)
}

func TestBackup_spaceAndEdition(t *testing.T) {
	srv := testServer(t, func(c *Config) { c.Disk.FreeBytes, c.EngineEdition = 100<<20, 4 })
	sa := signIn(t, srv, "sa", "ADSync")
	expect(t, sa, "SELECT available_bytes FROM sys.dm_os_volume_stats(DB_ID(), 1)", "104857600")
	expectError(t, sa, "BACKUP DATABASE ADSync TO DISK = N'a.bak' WITH COMPRESSION", 1844)
	mustExec(t, sa, "BACKUP DATABASE ADSync TO DISK = N'a.bak'")
	expect(t, sa, "SELECT fixed_drive_path, free_space_in_bytes FROM sys.dm_os_enumerate_fixed_drives", `C:\|29360128`)
	expectError(t, sa, "BACKUP DATABASE ADSync TO DISK = N'b.bak'", 3202)
	expect(t, sa, "SELECT CAST(SERVERPROPERTY('InstanceDefaultBackupPath') AS nvarchar(256))", `C:\Program Files\Microsoft SQL Server\MSSQL16.MSSQLSERVER\MSSQL\Backup`)
	linux := testServer(t, func(c *Config) { c.Disk.BackupFolder = "/var/opt/mssql/data" })
	sa = signIn(t, linux, "sa", "ADSync")
	mustExec(t, sa, "BACKUP DATABASE ADSync TO DISK = N'/var/opt/mssql/data/a.bak'")
	expect(t, sa, "SELECT host_platform FROM sys.dm_os_host_info", "Linux")
}

func TestBackup_progressAndTwoErrors(t *testing.T) {
	srv := testServer(t, func(c *Config) { c.Disk.Step = time.Millisecond })
	sa := signIn(t, srv, "sa", "ADSync")
	var w recorder
	if err := sa.Batch(t.Context(), someBackup, &w); err != nil {
		t.Fatal(err)
	}
	if len(w.infos) != 12 || w.infos[0].Number != 3211 || w.infos[0].Message != "10 percent processed." || w.infos[11].Number != 3014 {
		t.Errorf("messages: %+v", w.infos)
	}
	err := sa.Batch(t.Context(), "BACKUP DATABASE nope TO DISK = N'x.bak'", &recorder{})
	var joined interface{ Unwrap() []error }
	ok := errors.As(err, &joined)
	if !ok || len(joined.Unwrap()) != 2 || asServerError(joined.Unwrap()[1]).Number != 3013 {
		t.Errorf("the errors are %v", err)
	}
}
