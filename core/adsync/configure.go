package adsync

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Configure makes the changes of w in one transaction and seals the credentials
// (by connector id) with key. It reads the rows again inside the transaction and
// refuses with the problem CodeChanged when one of them is not as w says it was.
// Whatever fails, the database stays as it was; the one exception is CodeCommit,
// when the connection broke at the very end and only Verify can tell.
func Configure(ctx context.Context, conn *sql.Conn, w plan.Writes, creds map[string]Credential, key Key) error {
	return inTransaction(ctx, conn, func(tx *sql.Tx) error {
		now, err := load(ctx, tx, w, lockHint)
		if err != nil {
			return err
		}
		after, err := changed(now.Snapshot, w, creds, key)
		if err != nil {
			return err
		}
		return store(ctx, tx, now, after)
	})
}

// TakeSnapshot reads what Configure is about to change, for the journal. It
// changes nothing.
func TakeSnapshot(ctx context.Context, q Querier, w plan.Writes) (Snapshot, error) {
	now, err := load(ctx, ReadOnly(q), w, "")
	if err != nil {
		return Snapshot{}, readProblem(ctx, err)
	}
	return now.Snapshot, nil
}

// Restore takes back what Configure did, in one transaction, from the snapshot
// taken before it. What somebody else changed since is left as it is; the
// problem CodeUndoLeft then names it, and everything else is taken back.
// Restoring twice does no harm.
func Restore(ctx context.Context, conn *sql.Conn, before Snapshot) error {
	var left []string
	err := inTransaction(ctx, conn, func(tx *sql.Tx) error {
		now, err := load(ctx, tx, before.Writes, lockHint)
		if err != nil {
			return err
		}
		var after Snapshot
		after, left = undone(now.Snapshot, before)
		return store(ctx, tx, now, after)
	})
	if err != nil || len(left) == 0 {
		return err
	}
	return &problem.Problem{
		Code:   CodeUndoLeft,
		What:   "Some changes were not taken back, because somebody else changed the same values since: " + strings.Join(left, ", ") + ".",
		Why:    "Overwriting them could break what another server or person set up.",
		Fix:    "Look at these values with whoever changed them. Everything else is as it was before the installation.",
		Detail: strings.Join(left, "\n"),
	}
}

// inTransaction runs do in a transaction that any error ends. SET XACT_ABORT ON
// makes SQL Server itself roll back at the first error, even if the connection
// is lost before the rollback is sent.
//
// Cancelling ctx ends the statements of do, not the transaction: the driver would
// roll back a cancelled one without waiting for the answer, which then meets the
// next statement on the connection. So its beginning and its end, which are quick,
// are waited for, and a commit that has been sent is not given up.
func inTransaction(ctx context.Context, conn *sql.Conn, do func(*sql.Tx) error) error {
	if _, err := conn.ExecContext(ctx, "SET XACT_ABORT ON"); err != nil {
		return writeProblem(ctx, err)
	}
	whole, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	limit := time.AfterFunc(endTimeout, cancel)
	tx, err := conn.BeginTx(whole, nil)
	limit.Stop()
	if err != nil {
		return writeProblem(ctx, err)
	}
	err = do(tx)
	if err == nil {
		err = ctx.Err() // cancelled before the commit was sent: that it is not made is certain
	}
	limit.Reset(endTimeout)
	defer limit.Stop()
	if err != nil {
		_ = tx.Rollback() // the first error counts; leave makes sure
		leave(ctx, conn)
		return writeProblem(ctx, err)
	}
	err = tx.Commit()
	switch {
	case err == nil:
		return nil
	case leave(ctx, conn):
		return writeProblem(ctx, err)
	}
	return &problem.Problem{
		Code: CodeCommit,
		What: "The connection broke while the changes were being made final.",
		Why:  "They are either all there or not at all, but this program was not told which.",
		Fix:  "Check again: the next reading shows it.", Detail: err.Error(), Cause: err,
	}
}

// How long the beginning or the end of a transaction may take, and making sure of
// the end after a failure.
const (
	endTimeout   = time.Minute
	leaveTimeout = 15 * time.Second
)

// leave ends a transaction that a failed rollback or commit left open on the
// session, where it would hold its locks and swallow whatever comes next. It
// works when ctx has ended too. rolledBack is true when there was one and it is
// rolled back; on a dead connection the server does that by itself.
func leave(ctx context.Context, conn *sql.Conn) (rolledBack bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	res, err := queryAll(ctx, conn, "SELECT @@TRANCOUNT AS n")
	if err != nil || len(res.rows) != 1 || res.records()[0].number("n") == 0 {
		return false
	}
	_, err = conn.ExecContext(ctx, "ROLLBACK TRANSACTION")
	return err == nil
}

// writeProblem makes of any error the problem of a write that did not happen.
func writeProblem(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return problem.From(context.Cause(ctx))
	}
	if p := problem.As(err); p != nil {
		return p
	}
	return &problem.Problem{
		Code: CodeWrite,
		What: "SQL Server did not make the changes. They were rolled back as a whole.",
		Fix:  "Look at the details, remove the cause, and try again.", Detail: err.Error(), Cause: err,
	}
}

// readProblem makes of any error the problem of rows that could not be read.
func readProblem(ctx context.Context, err error) error {
	p := problem.As(writeProblem(ctx, err))
	if p.Code != CodeWrite {
		return p
	}
	return &problem.Problem{
		Code: CodeRead,
		What: "The rows that the installation changes could not be read.",
		Why:  "Without them nobody can say what is in the database. Nothing was changed by this.",
		Fix:  "Look at the details, remove the cause, and try again.", Detail: err.Error(), Cause: err,
	}
}

// assignment is one column with its new value.
type assignment struct {
	column column
	value  any
}

// store writes the differences between the rows as they are and as they are to
// be: one UPDATE for each changed connector, then one for the server's row.
func store(ctx context.Context, tx *sql.Tx, now *loaded, after Snapshot) error {
	for i := range after.Connectors {
		was, is := now.Connectors[i], after.Connectors[i]
		set := now.connectorChanges(was, is)
		id, ok := now.s.column(tConnector, "ma_id")
		if !ok {
			return fmt.Errorf("%s has no column ma_id", tConnector)
		}
		if err := update(ctx, tx, now.s.from(tConnector), set, quoted(id.name), is.ID); err != nil {
			return fmt.Errorf("connector %s: %w", is.ID, err)
		}
	}
	set, err := now.serverChanges(now.Server, after.Server)
	if err != nil {
		return err
	}
	return update(ctx, tx, now.s.from(tServer), set, "", "")
}

// connectorChanges gives what differs in a connector's row, in the columns that
// this version has.
func (l *loaded) connectorChanges(was, is ConnectorRow) []assignment {
	var set []assignment
	add := func(name string, differs bool, value any) {
		if c, ok := l.s.column(tConnector, name); ok && differs {
			set = append(set, assignment{c, value})
		}
	}
	add("private_configuration_xml", !same(was.Private, is.Private), l.encoded("private:"+is.ID, is.Private))
	add("encrypted_configuration", !same(was.Sealed, is.Sealed), l.encoded("sealed:"+is.ID, is.Sealed))
	add("key_id", !same(was.KeyID, is.KeyID), orNull(is.KeyID))
	add("version_number", !same(was.Version, is.Version), orNull(is.Version))
	add("full_import_required", !same(was.FullImport, is.FullImport), orNull(is.FullImport))
	add("full_sync_required", !same(was.FullSync, is.FullSync), orNull(is.FullSync))
	return set
}

// serverChanges gives what differs in the server's row.
func (l *loaded) serverChanges(was, is ServerRow) ([]assignment, error) {
	var set []assignment
	add := func(name string, differs bool, value any) {
		if c, ok := l.s.column(tServer, name); ok && differs {
			set = append(set, assignment{c, value})
		}
	}
	add("parameters", !same(was.Parameters, is.Parameters), l.encoded("parameters", is.Parameters))
	add("keyset_id", !same(was.KeysetID, is.KeysetID), orNull(is.KeysetID))
	add("entropy", !same(was.Entropy, is.Entropy), orNull(is.Entropy))
	add("server_configuration_version_number", !same(was.ConfigVersion, is.ConfigVersion), orNull(is.ConfigVersion))
	for _, c := range groupColumns {
		if was.Groups[c] == is.Groups[c] {
			continue
		}
		var sid []byte
		if is.Groups[c] != "" {
			var err error
			if sid, err = sidBytes(is.Groups[c]); err != nil {
				return nil, err
			}
		}
		add(c, true, sid)
	}
	return set, nil
}

// encoded gives a text as its column holds it.
func (l *loaded) encoded(name string, text *string) any {
	if text == nil {
		return nil
	}
	return l.encodings[name].encode(*text)
}

// orNull gives the value, or NULL.
func orNull[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// errTouched is an UPDATE that did not change exactly one row.
var errTouched = errors.New("the statement did not change exactly one row")

// update changes columns of exactly one row; without a key, of the only row.
func update(ctx context.Context, tx *sql.Tx, table string, set []assignment, key, id string) error {
	if len(set) == 0 {
		return nil
	}
	parts, args := make([]string, len(set)), make([]any, len(set))
	for i, a := range set {
		parts[i] = fmt.Sprintf("%s = @p%d", quoted(a.column.name), i+1)
		args[i] = a.value
		if a.value == nil && strings.Contains(a.column.dataType, "binary") {
			args[i] = []byte(nil) // an untyped NULL goes as nvarchar, which SQL Server does not convert
		}
	}
	text := "UPDATE " + table + " SET " + strings.Join(parts, ", ")
	if key != "" {
		text += fmt.Sprintf(" WHERE %s = @p%d", key, len(args)+1)
		args = append(args, id)
	}
	res, err := tx.ExecContext(ctx, text, args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("%w (%d)", errTouched, n)
	}
	return nil
}
