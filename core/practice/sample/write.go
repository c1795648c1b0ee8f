package sample

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// Write creates the tables in the connection's database and fills them: small
// tables by INSERT statements with parameters, from bulkFrom rows on by bulk load
// where the server takes it.
// Each table is filled in a transaction of its own. The database has to be empty
// of tables of these names. Errors name the table.
func (d *Database) Write(ctx context.Context, db *sql.DB) error {
	for t := range d.Tables() {
		if _, err := db.ExecContext(ctx, t.CreateStatement()); err != nil {
			return fmt.Errorf("create table %s: %w", t.Name, err)
		}
		if err := fill(ctx, db, t); err != nil {
			return fmt.Errorf("fill table %s: %w", t.Name, err)
		}
		for _, text := range t.IndexStatements() {
			if _, err := db.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("index table %s: %w", t.Name, err)
			}
		}
	}
	return nil
}

// bulkFrom is from which number of rows a table is bulk loaded; fewer rows are
// not worth the round trips that prepare it.
const bulkFrom = 200

// fill writes the rows of one table. Whether there are enough for a bulk load is
// found out by counting, up to that number.
func fill(ctx context.Context, db *sql.DB, t Table) error {
	n := 0
	for range t.All() {
		if n++; n >= bulkFrom {
			break
		}
	}
	if n == 0 {
		return nil
	}
	if n < bulkFrom {
		return inTransaction(ctx, db, t, insert)
	}
	refused := inTransaction(ctx, db, t, bulk)
	var server mssql.Error
	if !errors.As(refused, &server) {
		return refused
	}
	// Not every server that speaks TDS knows what the driver asks before a bulk
	// load (SET FMTONLY); INSERT statements are slower and understood by all.
	if err := inTransaction(ctx, db, t, insert); err != nil {
		return fmt.Errorf("%w (bulk load was refused too: %w)", err, refused)
	}
	return nil
}

// inTransaction runs one way of filling a table, all or nothing.
func inTransaction(ctx context.Context, db *sql.DB, t Table, way func(context.Context, *sql.Tx, Table) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := way(ctx, tx, t); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// maxParameters stays below SQL Server's limit of 2,100 parameters a statement.
const maxParameters = 2000

// insert writes rows by multi-row INSERT statements.
func insert(ctx context.Context, tx *sql.Tx, t Table) error {
	most := max(1, maxParameters/len(t.Columns))
	var values []any
	flush := func() error {
		if len(values) == 0 {
			return nil
		}
		_, err := tx.ExecContext(ctx, insertStatement(t, len(values)/len(t.Columns)), values...)
		values = values[:0]
		return err
	}
	for row := range t.All() {
		for i, v := range row {
			values = append(values, parameter(v, t.Columns[i].Type))
		}
		if len(values) >= most*len(t.Columns) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// insertStatement writes INSERT … VALUES for n rows.
func insertStatement(t Table, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO [dbo].[" + t.Name + "] (")
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("[" + c.Name + "]")
	}
	b.WriteString(") VALUES ")
	for p := range n * len(t.Columns) {
		switch {
		case p == 0:
			b.WriteString("(")
		case p%len(t.Columns) == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("@p" + itoa(p+1))
	}
	b.WriteString(")")
	return b.String()
}

// parameter turns a value into what the driver sends with the column's type. A
// NULL has to be typed, as an untyped one is nvarchar, which varbinary refuses.
func parameter(v any, columnType string) any {
	switch x := v.(type) {
	case nil:
		if strings.HasPrefix(columnType, "varbinary") {
			return []byte(nil)
		}
		return nil
	case GUID:
		return mssql.UniqueIdentifier(x)
	case time.Time:
		return mssql.DateTime1(x)
	default:
		return v
	}
}

// bulk writes rows by bulk load.
func bulk(ctx context.Context, tx *sql.Tx, t Table) error {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	stmt, err := tx.PrepareContext(ctx, mssql.CopyIn("dbo."+t.Name, mssql.BulkOptions{Tablock: true}, names...))
	if err != nil {
		return err
	}
	values := make([]any, len(names))
	for row := range t.All() {
		for i, v := range row {
			values[i] = v
			if g, ok := v.(GUID); ok {
				values[i] = g.wire() // the bytes as they are on the wire
			}
		}
		if _, err := stmt.ExecContext(ctx, values...); err != nil {
			return errors.Join(err, stmt.Close())
		}
	}
	if _, err := stmt.ExecContext(ctx); err != nil {
		return errors.Join(err, stmt.Close())
	}
	return stmt.Close()
}
