package adsync

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// LockResource is the name of the application lock that an installation holds.
const LockResource = "ADSyncReconnect.Install"

// lockWait is how long the lock is waited for: another installation takes
// minutes, so waiting would not help; this covers one that is just ending. Tests
// that race for it wait less.
var lockWait = 2 * time.Second

// lock takes the application lock for the session. sp_getapplock says by its
// status whether it was given: negative means no.
func lock(ctx context.Context, conn *sql.Conn) error {
	var status mssql.ReturnStatus
	_, err := conn.ExecContext(ctx, "sp_getapplock", sql.Named("Resource", LockResource), sql.Named("LockMode", "Exclusive"),
		sql.Named("LockOwner", "Session"), sql.Named("LockTimeout", lockWait.Milliseconds()), &status)
	if err != nil {
		return writeProblem(ctx, fmt.Errorf("sp_getapplock: %w", err))
	}
	if status >= 0 {
		return nil
	}
	who, detail := lockHolder(ctx, conn)
	return &problem.Problem{
		Code:   CodeLocked,
		What:   "Another installation is working on this database at this moment.",
		Why:    who + " Two at a time would overwrite each other. Nothing was changed.",
		Fix:    "Wait until the other one has ended, then check again.",
		Detail: fmt.Sprintf("sp_getapplock %s: status %d; %s", LockResource, int32(status), detail),
	}
}

// unlock gives the application lock back.
func unlock(ctx context.Context, conn *sql.Conn) error {
	return call(ctx, conn, "sp_releaseapplock", sql.Named("Resource", LockResource), sql.Named("LockOwner", "Session"))
}

// holderSQL finds the session that holds the lock. The name stands in brackets in
// resource_description, which needs VIEW SERVER STATE to be seen
// (https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-tran-locks-transact-sql).
const holderSQL = `SELECT s.host_name, s.program_name, s.login_name, s.host_process_id,
DATEDIFF(second, s.login_time, GETDATE()) AS seconds
FROM sys.dm_tran_locks AS l INNER JOIN sys.dm_exec_sessions AS s ON s.session_id = l.request_session_id
WHERE l.resource_type = 'APPLICATION' AND l.request_status = 'GRANT' AND l.resource_database_id = DB_ID()
AND CHARINDEX('[' + @p1 + ']', l.resource_description) > 0`

// lockHolder says who holds the lock, in a sentence and in details: by its session,
// else by the claim, which is written right after the lock is taken.
func lockHolder(ctx context.Context, conn *sql.Conn) (who, detail string) {
	q := ReadOnly(conn)
	res, err := queryAll(ctx, q, holderSQL, LockResource)
	if err == nil && len(res.rows) > 0 {
		row := res.records()[0]
		return fmt.Sprintf("It is %s on the computer %s, process %d, connected as %s for %s.",
				row.text("program_name"), row.text("host_name"), row.number("host_process_id"), row.text("login_name"), spell(row.number("seconds"))),
			"seen in sys.dm_tran_locks"
	}
	why := "nobody holds it any more"
	if err != nil {
		why = err.Error()
	}
	const unseen = "Whose session it is could not be seen"
	text, found, err := claimText(ctx, q)
	if err != nil {
		return unseen + ".", why + "; " + err.Error()
	}
	c, ok := parseClaim(text)
	switch {
	case !found:
		return unseen + ", and there is no claim on the database.", why
	case !ok:
		return unseen + ", and the claim on the database could not be understood.", why + "; " + text
	}
	return fmt.Sprintf("%s; the claim on the database is that of the server %s, of %s.",
		unseen, c.Server, c.At.UTC().Format("2 January 2006 15:04 UTC")), why + "; installation " + c.Installation
}

// spell gives seconds in words: "1 second", "5 minutes".
func spell(seconds int64) string {
	n, unit := seconds, "second"
	switch {
	case seconds >= 2*3600:
		n, unit = seconds/3600, "hour"
	case seconds >= 2*60:
		n, unit = seconds/60, "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
