package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// setOp binds UNION, UNION ALL, EXCEPT or INTERSECT.
func (b *binder) setOp(u *setOp, parent *scope) (boundQuery, error) {
	l, err := b.queryBody(u.l, parent)
	if err != nil {
		return l, err
	}
	r, err := b.queryBody(u.r, parent)
	if err != nil {
		return r, err
	}
	if len(l.cols) != len(r.cols) {
		return l, errColumnCounts()
	}
	if len(l.assign)+len(r.assign) > 0 {
		return l, errf(10734, 15, 1, "Variable assignment is not allowed in a statement containing a top level UNION, INTERSECT or EXCEPT operator.")
	}
	cols := make([]outCol, len(l.cols))
	for i := range cols {
		if cols[i], err = b.setColumn(u.op, l.cols[i], r.cols[i]); err != nil {
			return l, err
		}
	}
	left, err := b.operand(l, cols, u.op != "UNION ALL")
	if err != nil {
		return l, err
	}
	right, err := b.operand(r, cols, false)
	if err != nil {
		return r, err
	}
	return boundQuery{sql: left + " " + u.op + " " + right, cols: cols, into: l.into}, nil
}

// setColumn is what a column of either side becomes in a set operation.
func (b *binder) setColumn(op string, x, y outCol) (outCol, error) {
	col := outCol{name: x.name, t: unify(x.t, y.t), null: x.null || y.null, c: x.c, label: max(x.label, y.label)}
	if op != "UNION ALL" {
		if err := distinctable(col.t); err != nil {
			return col, err
		}
	}
	if isString(x.t.Kind) && isString(y.t.Kind) && x.c != y.c {
		c, _, err := b.merge(bx{t: x.t, c: x.c, label: x.label}, bx{t: y.t, c: y.c, label: y.label}, op)
		if err != nil {
			return col, err
		}
		col.c = c
	}
	return col, nil
}

// operand gives one side of a set operation with its columns brought to cols.
func (b *binder) operand(q boundQuery, cols []outCol, collate bool) (string, error) {
	items := make([]string, len(cols))
	for i, c := range cols {
		e := bx{sql: colName(i), t: q.cols[i].t, null: q.cols[i].null, c: q.cols[i].c}
		e, err := b.conv(e, c.t, false)
		if err != nil {
			return "", err
		}
		items[i] = e.sql
		if collate {
			items[i] += collateSuffix(c.t, c.c)
		}
		items[i] += " AS " + colName(i)
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (" + q.sql + ")", nil
}

func collateSuffix(t tds.Type, c collation) string {
	switch {
	case isString(t.Kind):
		return " COLLATE " + c.sqlName()
	case isDecimal(t.Kind):
		return " COLLATE tsql_dec"
	}
	return ""
}

// orderedSet adds ORDER BY and OFFSET to a set operation.
func (b *binder) orderedSet(q boundQuery, s *selectStmt) (boundQuery, error) {
	if len(s.order) == 0 {
		return q, nil
	}
	sc := &scope{sources: []*source{{cols: make([]srcCol, len(q.cols))}}}
	for i, c := range q.cols {
		sc.sources[0].cols[i] = srcCol{name: c.name, sql: colName(i), t: c.t, null: c.null, c: c.c}
	}
	keys := make([]string, len(s.order))
	for i, o := range s.order {
		if _, ok := o.x.(*nameExpr); !ok {
			if _, ok := o.x.(*litExpr); !ok {
				return q, errf(104, 16, 1, "ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or EXCEPT operator.")
			}
		}
		k, err := b.orderKey(o, q.cols, nil, sc)
		if err != nil {
			return q, err
		}
		keys[i] = k
	}
	q.sql = "SELECT * FROM (" + q.sql + ") ORDER BY " + strings.Join(keys, ", ")
	limit, err := b.limit(nil, s)
	if err != nil {
		return q, err
	}
	q.sql += limit
	return q, nil
}
