package tsql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// bulkTarget is what an INSERT BULK announced.
type bulkTarget struct {
	d    *Database
	t    *table
	cols []*column
}

func (s *Session) insertBulk(v *insertBulkStmt) error {
	b := newBinder(s, &frame{})
	d, t, err := b.target(v.target, "INSERT")
	if err != nil {
		return err
	}
	if d.conf().ReadOnly {
		return errf(3906, 16, 1, "Failed to update database \"%s\" because the database is read-only.", d.conf().Name)
	}
	x := &bulkTarget{d: d, t: t}
	for _, def := range v.cols {
		c := d.column(t, def.name)
		if c == nil {
			return errNoColumn(def.name)
		}
		x.cols = append(x.cols, c)
	}
	s.bulk = x
	return nil
}

// BulkLoad takes the rows of the INSERT BULK that ran just before.
func (s *Session) BulkLoad(ctx context.Context, columns []tds.Column, next func() ([]any, bool, error)) (int64, error) {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	x := s.bulk
	s.bulk = nil
	if x == nil {
		return 0, errf(4819, 16, 1, "Cannot bulk load. The bulk data stream was incorrectly specified as sorted or the data violates a uniqueness constraint imposed by the target table.")
	}
	if len(columns) != len(x.cols) {
		return 0, errf(4804, 16, 1, "While reading current row from host, a premature end-of-message was encountered.")
	}
	rows := int64(0)
	err := s.guard(&frame{ctx: ctx}, 1, "INSERT BULK "+x.d.full(x.t), func() error {
		return s.write(ctx, x.d, func() error {
			in, err := newInserter(s.conn, x.d, x.t, x.cols)
			if err != nil {
				return err
			}
			rows, err = in.load(ctx, columns, next)
			return errors.Join(err, in.close())
		})
	})
	if err != nil {
		return 0, err
	}
	s.rowcount = rows
	return rows, nil
}

// inserter puts many rows into a table with one prepared statement.
type inserter struct {
	d    *Database
	t    *table
	cols []*column
	stmt driver.Stmt
	args []driver.NamedValue
}

// newInserter prepares for the given columns; all others get their default
// (constants only), the next identity value, or NULL.
func newInserter(c *sqliteConn, d *Database, t *table, cols []*column) (*inserter, error) {
	in := &inserter{d: d, t: t, cols: cols, args: make([]driver.NamedValue, len(cols))}
	given := map[*column]bool{}
	texts := make([]string, len(cols))
	for i, col := range cols {
		given[col] = true
		texts[i] = fmt.Sprintf("?%d", i+1)
		in.args[i].Ordinal = i + 1
	}
	all := append([]*column(nil), cols...)
	for _, col := range t.cols {
		if given[col] {
			continue
		}
		text := "NULL"
		if col.identity != 0 {
			text = fmt.Sprintf("tsql_ident(%d)", col.identity)
		} else if l, ok := col.def.(*litExpr); ok {
			v, err := convertNullable(pack(l.t, l.val), l.t, col.t)
			if err != nil {
				return nil, err
			}
			text = sqlLiteral(v)
		} else if col.def != nil {
			return nil, errUnsupported("bulk load into a table with a computed default")
		}
		all, texts = append(all, col), append(texts, text)
	}
	stmt, err := c.c.Prepare("INSERT INTO " + d.physName(t) + " (" + physNames(all) + ") VALUES (" + strings.Join(texts, ", ") + ")")
	in.stmt = stmt
	return in, err
}

func sqlLiteral(v any) string {
	switch x := v.(type) {
	case string:
		return quote(x)
	case []byte:
		return fmt.Sprintf("x'%x'", x)
	case nil:
		return "NULL"
	}
	return fmt.Sprint(v)
}

func convertNullable(v any, from, to tds.Type) (any, error) {
	if v == nil {
		return nil, nil
	}
	if same(from, to) {
		return v, nil
	}
	return convert(v, from, to, 0)
}

// load takes rows until next says it is done. Values are of the columns' types.
func (in *inserter) load(ctx context.Context, columns []tds.Column, next func() ([]any, bool, error)) (int64, error) {
	x, ok := in.stmt.(driver.StmtExecContext)
	if !ok {
		return 0, errors.New("the embedded engine cannot execute")
	}
	specs := make([]convSpec, len(columns))
	direct := make([]bool, len(columns))
	for i, c := range columns {
		t := paramType(tds.Param{Type: c.Type})
		specs[i] = convSpec{from: t, to: in.cols[i].t, store: in.d.full(in.t) + "\x00" + in.cols[i].name}
		if err := checkConversion(t, in.cols[i].t, false); err != nil {
			return 0, err
		}
		direct[i] = same(t, in.cols[i].t)
	}
	quiet := context.WithoutCancel(ctx)
	n := int64(0)
	for {
		row, more, err := next()
		if err != nil || !more {
			return n, err
		}
		if n&0xff == 0 && ctx.Err() != nil {
			return n, ctx.Err()
		}
		for i, v := range row {
			p := pack(specs[i].from, v)
			if p != nil && !direct[i] {
				if err := checkFits(p, specs[i]); err != nil {
					return n, err
				}
				if p, err = convert(p, specs[i].from, specs[i].to, 0); err != nil {
					return n, err
				}
			}
			in.args[i].Value = p
		}
		if _, err := x.ExecContext(quiet, in.args); err != nil {
			return n, err
		}
		n++
	}
}

func (in *inserter) close() error {
	if in.stmt == nil {
		return nil
	}
	return in.stmt.Close()
}

// Load puts rows into a table without a session: the fast way to fill a
// practice database. columns names the table's columns that rows give, in their
// order; next gives a row of values as tds.ResultWriter takes them, already of
// the columns' own types, and false at the end. The rows go in one transaction. It gives SQL Server's errors
// for missing tables and columns, and for values that do not fit.
func (d *Database) Load(ctx context.Context, tableName string, columns []string, next func() ([]any, bool, error)) (int64, error) {
	s, err := d.srv.newSession(Login{Name: "sa", Sysadmin: true}, tds.LoginRequest{User: "sa", App: "load"})
	if err != nil {
		return 0, err
	}
	s.internal, s.initial = true, d
	s.setDB(d)
	defer func() { _ = s.Close() }() //nolint:contextcheck // its work is committed or undone by then
	n := nameOf(tableName)
	t := d.find(d.cat.Load(), n.schema, n.name)
	if t == nil {
		return 0, errNoObject(tableName)
	}
	cols := make([]*column, len(columns))
	types := make([]tds.Column, len(columns))
	for i, name := range columns {
		if cols[i] = d.column(t, name); cols[i] == nil {
			return 0, errNoColumn(name)
		}
		types[i] = tds.Column{Name: name, Type: cols[i].t}
		if ty := cols[i].t; ty.Length > 0 && isString(ty.Kind) {
			types[i].Type.Length = -1 // so that what is too long is refused
			types[i].Type.Kind = tds.NVarChar
		}
	}
	rows := int64(0)
	err = s.translate(ctx, s.write(ctx, d, func() error {
		in, err := newInserter(s.conn, d, t, cols)
		if err != nil {
			return err
		}
		rows, err = in.load(ctx, types, next)
		return errors.Join(err, in.close())
	}))
	return rows, err
}

// Exec runs a batch in the database as sysadmin without a connection, and gives
// the first error: for making tables and other preparations.
func (d *Database) Exec(ctx context.Context, text string) error {
	s, err := d.srv.newSession(Login{Name: "sa", Sysadmin: true}, tds.LoginRequest{User: "sa", App: "load"})
	if err != nil {
		return err
	}
	s.internal, s.initial = true, d
	s.setDB(d)
	w := &firstError{}
	err = s.run(&frame{ctx: ctx, w: w, vars: map[string]*variable{}}, text)
	if isJump(err) {
		err = nil
	}
	if err == nil && w.err != nil {
		err = w.err
	}
	return errors.Join(err, s.Close()) //nolint:contextcheck // closing is not to be cancelled
}

type firstError struct{ err error }

func (*firstError) Columns([]tds.Column) error { return nil }
func (*firstError) Row([]any) error            { return nil }
func (*firstError) Done(int64, bool) error     { return nil }
func (w *firstError) Info(e tds.ServerError) {
	if e.Class > 10 && w.err == nil {
		w.err = &e
	}
}
