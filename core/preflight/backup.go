package preflight

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// CanBackup tells whether Install can back the database up first, and else why
// not. What could not be asked is no reason: SQL Server will say.
func CanBackup(set facts.Set) (ok bool, why string) {
	way := set.Database.BackupWay
	who := "This login"
	if login := set.SQL.Login.Or(""); login != "" {
		who = "The login " + login
	}
	switch edition := set.SQL.EngineEdition.Or(0); {
	case edition == 5 || edition == 8:
		return false, "Azure SQL backs its databases up by itself and to no disk."
	case !strings.EqualFold(set.Database.State.Or("ONLINE"), "ONLINE"):
		return false, "The database is not online."
	}
	if allowed, known := way.Allowed.Get(); known && !allowed {
		return false, who + " may not back the database up: it is neither db_owner nor db_backupoperator there."
	}
	return true, ""
}

// CanVerify tells whether the login may check a backup that it made: RESTORE
// VERIFYONLY takes the right to create databases.
// https://learn.microsoft.com/sql/t-sql/statements/restore-statements-verifyonly-transact-sql
func CanVerify(set facts.Set) bool { return set.Database.BackupWay.Verify.Or(true) }

// backupAdvice says how to come by a backup.
func backupAdvice(set facts.Set) string {
	const statement = "BACKUP DATABASE … TO DISK = … WITH COPY_ONLY, CHECKSUM."
	ok, why := CanBackup(set)
	if !ok {
		return "Have the database backed up before you install: " + statement + " It can't be done from here: " + why
	}
	return "Choose Back the database up first on the page Ready to configure, or do it yourself: " + statement
}
