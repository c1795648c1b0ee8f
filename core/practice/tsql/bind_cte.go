package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func (b *binder) bindCTEs(list []cte, parent *scope) error {
	for _, c := range list {
		bc := &boundCTE{name: c.name, sql: b.alias()}
		if r, ok := c.sel.body.(*setOp); ok && r.op == "UNION ALL" {
			done, err := b.recursive(c, bc, r, parent)
			if err != nil {
				return err
			}
			if done {
				continue
			}
		}
		q, err := b.subselect(c.sel, parent, false)
		if err != nil {
			return err
		}
		if bc.cols, err = derivedCols(b, q.cols, c.cols, c.name); err != nil {
			return err
		}
		b.with = append(b.with, cteText(bc, q.sql))
		b.ctes = append(b.ctes, bc)
	}
	return nil
}

func cteText(c *boundCTE, sql string) string {
	names := make([]string, len(c.cols))
	for i := range c.cols {
		names[i] = colName(i)
	}
	return c.sql + "(" + strings.Join(names, ", ") + ") AS (" + sql + ")"
}

// recursive binds anchor UNION ALL member when the member refers to the CTE.
func (b *binder) recursive(c cte, bc *boundCTE, u *setOp, parent *scope) (bool, error) {
	args, n, with := len(b.args), b.n, len(b.with)
	anchor, err := b.queryBody(u.l, parent)
	if err != nil {
		return false, err
	}
	if bc.cols, err = derivedCols(b, anchor.cols, c.cols, c.name); err != nil {
		return false, err
	}
	bc.inUse = true
	b.ctes = append(b.ctes, bc)
	types := make([]tds.Type, len(anchor.cols))
	for i, col := range anchor.cols {
		types[i] = col.t
		bc.cols[i].null = true
	}
	core, ok := u.r.(*selectCore)
	if !ok {
		b.ctes = b.ctes[:len(b.ctes)-1]
		b.args, b.n, b.with = b.args[:args], n, b.with[:with]
		return false, nil
	}
	member, err := b.core(core, &selectStmt{}, parent, types)
	if err != nil {
		return false, err
	}
	bc.inUse = false
	if !bc.recursive {
		b.ctes = b.ctes[:len(b.ctes)-1]
		return false, nil
	}
	b.with = append(b.with, cteText(bc, anchor.sql+" UNION ALL "+member.sql))
	return true, nil
}

// derivedCols are the columns of a derived table or CTE: all must have a name.
func derivedCols(b *binder, cols []outCol, names []string, alias string) ([]srcCol, error) {
	if names != nil && len(names) != len(cols) {
		if len(names) < len(cols) {
			return nil, errf(8158, 16, 1, "'%s' has more columns than were specified in the column list.", alias)
		}
		return nil, errf(8159, 16, 1, "'%s' has fewer columns than were specified in the column list.", alias)
	}
	out := make([]srcCol, len(cols))
	for i, c := range cols {
		name := c.name
		if names != nil {
			name = names[i]
		}
		if name == "" {
			return nil, errf(8155, 16, 2, "No column name was specified for column %d of '%s'.", i+1, alias)
		}
		for j := range i {
			if b.coll().sameName(out[j].name, name) {
				return nil, errf(8156, 16, 1, "The column '%s' was specified multiple times for '%s'.", name, alias)
			}
		}
		out[i] = srcCol{name: name, sql: colName(i), t: c.t, null: c.null, c: c.c}
	}
	return out, nil
}
