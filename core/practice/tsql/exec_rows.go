package tsql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// one runs a query of one row and one column.
func (s *Session) one(f *frame, b *binder, text string) (any, error) {
	if err := s.prepare(f.ctx, b); err != nil {
		return nil, err
	}
	rows, err := s.conn.query(f.ctx, b.text2(text), b.args)
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, 1)
	err = rows.Next(row)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return row[0], errors.Join(err, rows.Close())
}

// text2 puts the statement's WITH before it.
func (b *binder) text2(body string) string {
	if len(b.with) == 0 {
		return body
	}
	return "WITH RECURSIVE " + strings.Join(b.with, ", ") + " " + body
}

// prepare makes the databases of a statement reachable and takes its locks.
func (s *Session) prepare(ctx context.Context, b *binder) error {
	if err := s.attachAll(ctx, b.uses); err != nil {
		return err
	}
	lasting := b.lock || s.opts.isolation == "REPEATABLE READ" || s.opts.isolation == "SERIALIZABLE"
	if s.tx.count > 0 && lasting && len(b.uses) > 0 {
		return s.hold(ctx, b.uses)
	}
	if s.tx.count > 0 && s.opts.isolation == "SNAPSHOT" && len(b.uses) > 0 {
		return s.openTx(ctx)
	}
	return nil
}

// stream sends a query's rows to the client.
func (s *Session) stream(f *frame, b *binder, q boundQuery) error {
	if err := s.prepare(f.ctx, b); err != nil {
		return err
	}
	rows, err := s.conn.query(f.ctx, b.text2(q.sql), b.args)
	if err != nil {
		return err
	}
	n, err := s.sendRows(f, q.cols, rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return err
	}
	s.rowcount = n
	return f.w.Done(n, !s.opts.nocount)
}

func (s *Session) sendRows(f *frame, cols []outCol, rows driver.Rows) (int64, error) {
	if err := f.w.Columns(columnsOf(cols)); err != nil {
		return 0, err
	}
	raw := make([]driver.Value, len(cols))
	out := make([]any, len(cols))
	decode := decoders(cols)
	n := int64(0)
	for {
		if s.opts.rowcount > 0 && n >= s.opts.rowcount {
			return n, nil
		}
		err := rows.Next(raw)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if n&0xff == 0 && f.ctx.Err() != nil {
			return n, f.ctx.Err()
		}
		for i, v := range raw {
			out[i] = v
			if decode[i] && v != nil {
				out[i] = unpack(cols[i].t, v)
			}
		}
		if err := f.w.Row(out); err != nil {
			return n, err
		}
		n++
	}
}

// decoders tells which columns' physical values differ from those on the wire.
func decoders(cols []outCol) []bool {
	out := make([]bool, len(cols))
	for i, c := range cols {
		k := c.t.Kind
		out[i] = (!isInt(k) || k == tds.Bit) && !isString(k) && k != tds.XML
	}
	return out
}

func columnsOf(cols []outCol) []tds.Column {
	out := make([]tds.Column, len(cols))
	for i, c := range cols {
		t := c.t
		if t.Kind == tds.KindNull {
			t = typeInt
		}
		if (t.Kind == tds.Char || t.Kind == tds.VarChar || isUnicode(t.Kind)) && t.Length == 0 {
			t.Length = 1
		}
		out[i] = tds.Column{Name: c.name, Type: t, Nullable: c.null, Identity: c.ident}
	}
	return out
}
