package tsql

import (
	"errors"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// selectInto runs a SELECT: rows to the client, into variables, or into a new table.
func (s *Session) selectInto(f *frame, v *queryStmt) error {
	b := newBinder(s, f)
	q, err := b.query(v.sel, nil)
	if err != nil {
		return atLine(err, v.line)
	}
	switch {
	case q.into != nil:
		return s.intoTable(f, b, q)
	case len(q.assign) > 0:
		return s.assign(f, b, q)
	}
	return s.stream(f, b, q)
}

// assign runs SELECT @x = …: the last row's values stay.
func (s *Session) assign(f *frame, b *binder, q boundQuery) error {
	if err := s.prepare(f.ctx, b); err != nil {
		return err
	}
	rows, err := s.conn.query(f.ctx, b.text2(q.sql), b.args)
	if err != nil {
		return err
	}
	keep := &keeper{}
	n, err := s.sendRows(&frame{ctx: f.ctx, w: keep}, rawCols(len(q.cols)), rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return err
	}
	if n > 0 {
		for i, name := range q.assign {
			f.vars[name].value = keep.last[i]
		}
	}
	s.rowcount = n
	return nil
}

// rawCols make sendRows pass physical values on.
func rawCols(n int) []outCol {
	out := make([]outCol, n)
	for i := range out {
		out[i].t = typeBigInt
	}
	return out
}

// keeper keeps the last row.
type keeper struct{ last []any }

func (k *keeper) Columns([]tds.Column) error { return nil }

func (k *keeper) Row(v []any) error { k.last = append(k.last[:0], v...); return nil }

func (k *keeper) Done(int64, bool) error { return nil }

func (k *keeper) Info(tds.ServerError) {}

// intoTable runs SELECT … INTO.
func (s *Session) intoTable(f *frame, b *binder, q boundQuery) error {
	def := &createTableStmt{name: *q.into}
	names := make([]string, len(q.cols))
	for i, c := range q.cols {
		if c.name == "" {
			return errf(1038, 15, 5, "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. "+
				"For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. Change the alias to a valid name.")
		}
		t := c.t
		if t.Kind == tds.KindNull {
			t = typeInt
		}
		def.cols = append(def.cols, columnDef{name: c.name, t: t, hasNull: true, null: c.null})
		names[i] = colName(i)
	}
	d, err := s.createTable(f, def)
	if err != nil {
		return err
	}
	t := d.find(s.catalog(d), q.into.schema, q.into.name)
	text := "INSERT INTO " + d.physName(t) + " (" + physNames(t.cols) + ") SELECT " + strings.Join(names, ", ") + " FROM (" + q.sql + ") WHERE true"
	b.uses[d] = true
	return s.change1(f, b, d, text, nil, t, "")
}
