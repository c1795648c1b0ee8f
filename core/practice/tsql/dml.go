package tsql

import (
	"errors"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// target resolves the table which a statement changes.
func (b *binder) target(n objName, perm string) (*Database, *table, error) {
	d, t, err := b.resolve(n)
	if err != nil {
		return nil, nil, err
	}
	if t == nil {
		return nil, nil, errf(259, 16, 1, "Ad hoc updates to system catalogs are not allowed.")
	}
	return d, t, b.s.permit(d, t, perm)
}

// store converts a value as an assignment to a column does.
func (b *binder) store(e bx, d *Database, t *table, c *column) (string, error) {
	if e.pred {
		return "", errSyntax(")")
	}
	if err := checkConversion(e.t, c.t, false); err != nil {
		return "", err
	}
	return b.convStyle(e, c.t, convSpec{store: d.full(t) + "\x00" + c.name}).sql, nil
}

// defaultOf is the text of a column's default, NULL when it has none.
func (b *binder) defaultOf(d *Database, t *table, c *column) (string, error) {
	if c.def == nil {
		return "NULL", nil
	}
	e, err := b.value(c.def, nil)
	if err != nil {
		return "", err
	}
	return b.store(e, d, t, c)
}

// change1 runs one changing statement, with RETURNING for OUTPUT.
func (s *Session) change1(f *frame, b *binder, d *Database, text string, output []selectItem, t *table, alias string) error {
	if s.opts.rowcount > 0 {
		return errUnsupported("SET ROWCOUNT for INSERT, UPDATE and DELETE")
	}
	var q boundQuery
	if len(output) > 0 {
		sc := &scope{sources: []*source{{alias: alias, aliased: true, cols: tableCols(d, t), db: d}}}
		items, err := b.items(&selectCore{items: output}, sc, &q, nil)
		if err != nil {
			var se *tds.ServerError
			if errors.As(err, &se) && se.Number == 4104 && alias == "inserted" {
				return errUnsupported("OUTPUT deleted")
			}
			return err
		}
		text += " RETURNING " + strings.Join(items, ", ")
	}
	for o := range b.uses {
		if err := s.attach(f.ctx, o); err != nil {
			return err
		}
	}
	n := int64(0)
	err := s.write(f.ctx, d, func() (err error) {
		if len(output) == 0 {
			n, err = s.conn.exec(f.ctx, b.text2(text), b.args...)
			return err
		}
		rows, err := s.conn.query(f.ctx, b.text2(text), b.args)
		if err != nil {
			return err
		}
		n, err = s.sendRows(f, q.cols, rows)
		return errors.Join(err, rows.Close())
	})
	if err != nil {
		err = s.translate(f.ctx, err)
		var se *tds.ServerError
		if errors.As(err, &se) && se.Number == 515 && strings.HasPrefix(text, "UPDATE") {
			se.Message = strings.Replace(se.Message, "INSERT fails", "UPDATE fails", 1)
		}
		return err
	}
	s.rowcount = n
	return f.w.Done(n, !s.opts.nocount)
}
