package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// items binds the select list.
func (b *binder) items(c *selectCore, sc *scope, q *boundQuery, want []tds.Type) ([]string, error) { //nolint:gocyclo // the rules of the language, case by case
	var out []string
	add := func(e bx, name string) error {
		if len(want) > 0 {
			i := len(q.cols)
			if i >= len(want) {
				return errf(205, 16, 1, "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.")
			}
			var err error
			if e, err = b.conv(e, want[i], false); err != nil {
				return err
			}
		}
		if c.distinct && (isLOB(e.t.Kind) || e.t.Kind == tds.XML) {
			return errf(421, 16, 1, "The %s data type cannot be selected as DISTINCT because it is not comparable.", typeName(e.t))
		}
		sql := e.sql
		if c.distinct {
			sql += collateSuffix(e.t, e.c)
		}
		q.cols = append(q.cols, outCol{name: name, t: e.t, null: e.null, c: e.c, label: e.label, ident: e.ident})
		out = append(out, sql+" AS "+colName(len(q.cols)-1))
		return nil
	}
	for _, it := range c.items {
		if it.star {
			if err := b.star(it.qual, sc, add); err != nil {
				return nil, err
			}
			continue
		}
		e, err := b.value(it.x, sc)
		if err != nil {
			return nil, err
		}
		if it.assign != "" {
			v := b.f.vars[it.assign]
			if v == nil {
				return nil, errf(137, 15, 2, "Must declare the scalar variable \"%s\".", it.assign)
			}
			if e, err = b.conv(e, v.t, false); err != nil {
				return nil, err
			}
			q.assign = append(q.assign, it.assign)
		}
		name := it.alias
		if name == "" {
			if _, ok := it.x.(*nameExpr); ok {
				name = e.name
			}
		}
		if err := add(e, name); err != nil {
			return nil, err
		}
	}
	if len(q.assign) > 0 && len(q.assign) != len(q.cols) {
		return nil, errf(141, 15, 1, "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.")
	}
	if len(want) > 0 && len(q.cols) != len(want) {
		return nil, errf(205, 16, 1, "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.")
	}
	return out, nil
}

func (b *binder) star(qual []string, sc *scope, add func(bx, string) error) error {
	found := false
	for _, s := range sc.sources {
		if len(qual) > 0 && !b.matches(s, qual) {
			continue
		}
		found = true
		for _, col := range s.cols {
			if sc.grouped && !sc.groups[col.sql] {
				full := col.name
				if s.alias != "" {
					full = s.alias + "." + full
				}
				return errGrouped(full, sc)
			}
			e := bx{sql: col.sql, t: col.t, null: col.null || s.outer, c: col.c, ident: col.ident}
			if isString(col.t.Kind) {
				e.label = implicitColl
			}
			if err := add(e, col.name); err != nil {
				return err
			}
		}
	}
	switch {
	case !found && len(qual) > 0:
		return errf(107, 15, 1, "The column prefix '%s' does not match with a table name or alias name used in the query.", strings.Join(qual, "."))
	case !found:
		return errf(263, 16, 1, "Must specify table to select from.")
	}
	return nil
}

// ordering binds ORDER BY of a single SELECT.
func (b *binder) ordering(c *selectCore, s *selectStmt, items []string, q *boundQuery, sc *scope) (string, error) {
	if len(s.order) == 0 {
		return "", nil
	}
	keys := make([]string, len(s.order))
	for i, o := range s.order {
		k, err := b.orderKey(o, q.cols, items, sc)
		if err != nil {
			return "", err
		}
		if c.distinct && !strings.HasPrefix(k, "\x00") {
			return "", errf(145, 15, 1, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.")
		}
		keys[i] = strings.TrimPrefix(k, "\x00")
	}
	return " ORDER BY " + strings.Join(keys, ", "), nil
}

// orderKey binds one sort key: a position, a name of the select list, or an
// expression. A key that stands in the select list is marked with a zero byte
// when items are given.
func (b *binder) orderKey(o orderItem, cols []outCol, items []string, sc *scope) (string, error) { //nolint:gocyclo // the rules of the language, case by case
	dir := ""
	if o.desc {
		dir = " DESC"
	}
	mark := ""
	if items != nil {
		mark = "\x00"
	}
	position := func(i int) (string, error) {
		c := cols[i]
		if err := sortable(c.t); err != nil {
			return "", err
		}
		return mark + sortKey(colName(i), c.t, c.c) + dir, nil
	}
	switch x := o.x.(type) {
	case *litExpr:
		n, ok := x.val.(int64)
		if !ok {
			return "", errf(408, 16, 1, "A constant expression was encountered in the ORDER BY list, position 1.")
		}
		if n < 1 || int(n) > len(cols) {
			return "", errf(108, 16, 1, "The ORDER BY position number %d is out of range of the number of items in the select list.", n)
		}
		return position(int(n) - 1)
	case *varExpr:
		return "", errf(1008, 16, 1, "The SELECT item identified by the ORDER BY number 1 contains a variable as part of the expression identifying a column position. "+
			"Variables are only allowed when ordering by an expression referencing a column name.")
	case *nameExpr:
		if len(x.parts) == 1 {
			at := -1
			for i, c := range cols {
				if c.name == "" || !b.coll().sameName(c.name, x.parts[0]) {
					continue
				}
				if at >= 0 && items != nil && strings.TrimSuffix(items[at], " AS "+colName(at)) != strings.TrimSuffix(items[i], " AS "+colName(i)) {
					return "", errf(209, 16, 1, "Ambiguous column name '%s'.", x.parts[0])
				}
				at = i
			}
			if at >= 0 {
				return position(at)
			}
		}
	}
	e, err := b.value(o.x, sc)
	if err != nil {
		return "", err
	}
	if e.lit != nil || e.sql == "NULL" {
		return "", errf(408, 16, 1, "A constant expression was encountered in the ORDER BY list, position 1.")
	}
	if err := sortable(e.t); err != nil {
		return "", err
	}
	for i, it := range items {
		if strings.HasPrefix(it, e.sql+" AS ") || strings.HasPrefix(it, e.sql+" COLLATE ") {
			return position(i)
		}
	}
	return sortKey(e.sql, e.t, e.c) + dir, nil
}

func sortable(t tds.Type) error {
	switch {
	case t.Kind == tds.XML:
		return errf(305, 16, 1, "The xml data type cannot be compared or sorted, except when using the IS NULL operator.")
	case isLOB(t.Kind):
		return errf(306, 16, 2, "The text, ntext, and image data types cannot be compared or sorted, except when using IS NULL or LIKE operator.")
	case t.Kind == tds.SQLVariant:
		return errUnsupported("ORDER BY sql_variant")
	}
	return nil
}

func sortKey(sql string, t tds.Type, c collation) string {
	if t.Kind == tds.DateTimeOffset {
		return "tsql_dto(" + sql + ")"
	}
	return sql + collateSuffix(t, c)
}
