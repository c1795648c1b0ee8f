package sqlserver

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"strconv"
	"sync"

	"github.com/golang-sql/sqlexp"
	mssql "github.com/microsoft/go-mssqldb"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of a backup.
const (
	CodeBackupExists  problem.Code = "sql.backup.exists"  // there is a file of that name
	CodeBackupFolder  problem.Code = "sql.backup.folder"  // the folder is not there, or SQL Server may not write to it
	CodeBackupSpace   problem.Code = "sql.backup.space"   // the volume is full
	CodeBackupRight   problem.Code = "sql.backup.right"   // the login may not
	CodeBackupDamaged problem.Code = "sql.backup.damaged" // it was written and does not verify
	CodeBackupFailed  problem.Code = "sql.backup.failed"  // anything else
)

// Backup is a backup to be made.
type Backup struct {
	Database string // name of the database
	Path     string // of the file on SQL Server's computer; without a folder in its default one
	Media    string // name of the media: an existing file with another one is refused by SQL Server
	Compress bool
}

// Numbers of SQL Server's messages about backups.
// https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
const (
	msgPercent     = 3211 // "%d percent processed."
	msgBackedUp    = 3014 // "BACKUP DATABASE successfully processed …"
	msgBackupValid = 3262 // "The backup set on file %d is valid."
	msgTerminating = 3013 // "… is terminating abnormally.", behind the reason
)

// Write backs the database up on conn: a copy-only full backup with checksums,
// which belongs to no chain of other backups. say is told the percentage. The file
// must be new. When ctx ends SQL Server breaks the backup off. Nothing of the
// statement is put together from text: name, path and labels are parameters.
func (b Backup) Write(ctx context.Context, conn *sql.Conn, say func(percent int)) error {
	if err := b.new(ctx, conn); err != nil {
		return err
	}
	query := "BACKUP DATABASE @database TO DISK = @path WITH COPY_ONLY, CHECKSUM, NOINIT, NOSKIP, MEDIANAME = @media, NAME = @media, STATS = 5"
	if b.Compress {
		query += ", COMPRESSION"
	}
	err := listen(ctx, conn, msgBackedUp, say, query, sql.Named("database", b.Database), sql.Named("path", b.Path), sql.Named("media", b.Media))
	return b.problem(ctx, err)
}

// Verify reads the backup back and compares its checksums.
func (b Backup) Verify(ctx context.Context, conn *sql.Conn, say func(percent int)) error {
	err := listen(ctx, conn, msgBackupValid, say, "RESTORE VERIFYONLY FROM DISK = @path WITH CHECKSUM, STATS = 5", sql.Named("path", b.Path))
	return b.problem(ctx, err)
}

// new looks that there is no such file and that its folder is there, as far as
// the server says so: sys.dm_os_file_exists is there from SQL Server 2017 on and
// asks for VIEW SERVER STATE. Where it does not say, BACKUP itself refuses a
// folder that is missing and a file with another media name.
func (b Backup) new(ctx context.Context, conn *sql.Conn) error {
	// An error leaves both unknown: asking is a courtesy, what counts is BACKUP.
	var exists, folder sql.NullInt64
	_ = conn.QueryRowContext(ctx, "SELECT file_exists, parent_directory_exists FROM sys.dm_os_file_exists(@p1)", b.Path).Scan(&exists, &folder)
	switch {
	case ctx.Err() != nil:
		return Problem(ctx, ctx.Err())
	case exists.Int64 != 0:
		return &problem.Problem{
			Code: CodeBackupExists, What: "There is a file called " + b.Path + " already.",
			Why: "A backup never overwrites anything. Nothing was changed.", Fix: "Give another name or folder.",
		}
	case folder.Valid && folder.Int64 == 0 && isAbsolute(b.Path):
		return b.folderProblem("The folder does not exist on SQL Server's computer, or its account may not see it.", nil)
	}
	return nil
}

// isAbsolute tells whether a path names its folder.
func isAbsolute(path string) bool { return regexp.MustCompile(`^(/|\\\\|[A-Za-z]:)`).MatchString(path) }

// percentAtFront finds the number of a message such as "10 percent processed.",
// which the server words in the login's language.
var percentAtFront = regexp.MustCompile(`\d+`)

// over is put behind the messages of a statement once its answer has ended.
type over struct{}

// listen runs a statement and follows its messages. It is content only when SQL
// Server has sent the message done: a connection that broke at the end is no success.
//
// The driver tells of a connection that is gone by the rows, not always by a
// message: whoever only waited for messages would wait for ever. The rows are
// followed beside them, therefore, and their end is put into the same queue.
func listen(ctx context.Context, conn *sql.Conn, done int32, say func(percent int), query string, args ...any) (err error) {
	queue := &sqlexp.ReturnMessage{}
	rows, err := conn.QueryContext(ctx, query, append([]any{queue}, args...)...)
	if err != nil {
		return err
	}
	var following sync.WaitGroup
	following.Go(func() {
		for more := true; more; { // these statements have no rows; each end in the answer counts as a set
			more = rows.NextResultSet()
		}
		_ = sqlexp.ReturnMessageEnqueue(ctx, queue, over{}) // fails only when ctx has ended, which is seen
	})
	defer func() { err = errors.Join(err, rows.Close()) }()
	finished := false
	var failed error
	for more := true; more && ctx.Err() == nil; {
		switch m := queue.Message(ctx).(type) {
		case sqlexp.MsgNotice:
			number, text := notice(m)
			finished = finished || number == done
			if number == msgPercent {
				percent, _ := strconv.Atoi(percentAtFront.FindString(text)) // 0 for a text without a number
				say(percent)
			}
		case sqlexp.MsgError:
			failed = errors.Join(failed, m.Error)
		case over:
			more = false
		default: // rows and counts, of which these statements have none, and their ends
		}
	}
	following.Wait()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case failed != nil:
		return failed
	case rows.Err() != nil:
		return rows.Err()
	case !finished:
		return errors.New("the connection ended before SQL Server said that it is done")
	}
	return nil
}

func notice(m sqlexp.MsgNotice) (number int32, text string) {
	if e, ok := m.Message.(mssql.Error); ok {
		return e.Number, e.Message
	}
	return 0, m.Message.String()
}

// problem says what went wrong, by the first number that is not 3013.
func (b Backup) problem(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	p := Problem(ctx, err)
	if p.Code == problem.CodeCancelled || ctx.Err() != nil {
		return p
	}
	number, text := reason(err)
	const nothing = "Nothing was changed. "
	switch number {
	case 3201:
		return b.folderProblem(text, err)
	case 3202, 3203, 3271, 112:
		return &problem.Problem{
			Code: CodeBackupSpace, What: "The backup could not be written to " + b.Path + ".", Why: nothing + text,
			Fix: "Make room there, or give another folder.", Detail: err.Error(), Cause: err,
		}
	case 229, 262, 300:
		return &problem.Problem{
			Code: CodeBackupRight, What: "The login may not do this with a backup.", Why: nothing + text,
			Fix: "Sign in with a login that may, or install without a backup and have one made.", Detail: err.Error(), Cause: err,
		}
	case 3187, 3189, 3241, 3242, 3243:
		return &problem.Problem{
			Code: CodeBackupDamaged, What: "The backup at " + b.Path + " does not verify.", Why: nothing + text,
			Fix: "Back up to another disk. Look at the server's error log for damage of the database.", Detail: err.Error(), Cause: err,
		}
	}
	return &problem.Problem{
		Code: CodeBackupFailed, What: "The backup failed.", Why: nothing + text + " " + p.What,
		Fix: "Look at SQL Server's error log, then try again, or install without a backup.", Detail: err.Error(), Cause: err,
	}
}

// reason gives the number and text of the error behind "terminating abnormally".
func reason(err error) (int32, string) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			if number, text := reason(e); number != 0 {
				return number, text
			}
		}
	}
	var e mssql.Error
	if !errors.As(err, &e) {
		return 0, ""
	}
	for _, one := range append(e.All, e) {
		if one.Number != msgTerminating {
			return one.Number, one.Message
		}
	}
	return 0, ""
}

func (b Backup) folderProblem(text string, err error) *problem.Problem {
	p := &problem.Problem{
		Code: CodeBackupFolder, What: "SQL Server can't write to " + b.Path + ".", Why: "Nothing was changed. " + text,
		Fix: "Give a folder of SQL Server's own computer, or a share, that the account of its service may write to.", Cause: err,
	}
	if err != nil {
		p.Detail = err.Error()
	}
	return p
}
