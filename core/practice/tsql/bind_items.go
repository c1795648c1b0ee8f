package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// selectList is a select list while it is being bound.
type selectList struct {
	b     *binder
	core  *selectCore
	sc    *scope
	q     *boundQuery
	want  []tds.Type // the types that the columns must have, if any
	texts []string
}

// items binds the select list. want are the types of a recursive CTE's anchor.
func (b *binder) items(c *selectCore, sc *scope, q *boundQuery, want []tds.Type) ([]string, error) {
	l := &selectList{b: b, core: c, sc: sc, q: q, want: want}
	for _, it := range c.items {
		if err := l.item(it); err != nil {
			return nil, err
		}
	}
	if len(q.assign) > 0 && len(q.assign) != len(q.cols) {
		return nil, errf(141, 15, 1, "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.")
	}
	if len(want) > 0 && len(q.cols) != len(want) {
		return nil, errColumnCounts()
	}
	return l.texts, nil
}

// errColumnCounts refuses a set operation over unlike select lists: 205.
func errColumnCounts() error {
	return errf(205, 16, 1, "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.")
}

// item binds one item of the list.
func (l *selectList) item(it selectItem) error {
	if it.star {
		return l.b.star(it.qual, l.sc, l.add)
	}
	e, err := l.b.value(it.x, l.sc)
	if err != nil {
		return err
	}
	if it.assign != "" {
		if e, err = l.assigned(e, it.assign); err != nil {
			return err
		}
	}
	name := it.alias
	if _, ok := it.x.(*nameExpr); ok && name == "" {
		name = e.name
	}
	return l.add(e, name)
}

// assigned converts a value to the variable that takes it.
func (l *selectList) assigned(e bx, name string) (bx, error) {
	v := l.b.f.vars[name]
	if v == nil {
		return bx{}, errUndeclared(name)
	}
	l.q.assign = append(l.q.assign, name)
	return l.b.conv(e, v.t, false)
}

// add puts a bound column into the list.
func (l *selectList) add(e bx, name string) error {
	at := len(l.q.cols)
	if len(l.want) > 0 {
		if at >= len(l.want) {
			return errColumnCounts()
		}
		var err error
		if e, err = l.b.conv(e, l.want[at], false); err != nil {
			return err
		}
	}
	sql := e.sql
	if l.core.distinct {
		if err := distinctable(e.t); err != nil {
			return err
		}
		sql += collateSuffix(e.t, e.c)
	}
	l.q.cols = append(l.q.cols, outCol{name: name, t: e.t, null: e.null, c: e.c, label: e.label, ident: e.ident})
	l.texts = append(l.texts, sql+" AS "+colName(at))
	return nil
}

// distinctable refuses types whose values cannot be compared: 421.
func distinctable(t tds.Type) error {
	if isLOB(t.Kind) || t.Kind == tds.XML {
		return errf(421, 16, 1, "The %s data type cannot be selected as DISTINCT because it is not comparable.", typeName(t))
	}
	return nil
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
		if c.distinct && !strings.HasPrefix(k, inSelectList) {
			return "", errf(145, 15, 1, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.")
		}
		keys[i] = strings.TrimPrefix(k, inSelectList)
	}
	return " ORDER BY " + strings.Join(keys, ", "), nil
}

// orderKey binds one sort key: a position, a name of the select list, or an
// expression. A key that stands in the select list is marked with a zero byte
// when items are given.
func (b *binder) orderKey(o orderItem, cols []outCol, items []string, sc *scope) (string, error) {
	dir, mark := "", ""
	if o.desc {
		dir = " DESC"
	}
	if items != nil {
		mark = inSelectList
	}
	at, err := b.orderPosition(o.x, cols, items)
	if err != nil {
		return "", err
	}
	var e bx
	if at < 0 {
		if e, err = b.value(o.x, sc); err != nil {
			return "", err
		}
		if e.lit != nil || e.sql == "NULL" {
			return "", errConstantKey()
		}
		if err := sortable(e.t); err != nil {
			return "", err
		}
		at = itemOf(e, items)
	}
	if at < 0 {
		return sortKey(e.sql, e.t, e.c) + dir, nil
	}
	c := cols[at]
	return mark + sortKey(colName(at), c.t, c.c) + dir, sortable(c.t)
}

// inSelectList marks a sort key that stands in the select list.
const inSelectList = "\x00"

func errConstantKey() error {
	return errf(408, 16, 1, "A constant expression was encountered in the ORDER BY list, position 1.")
}

// orderPosition is the column of the select list that a sort key names by its
// number or its name; -1 for any other key.
func (b *binder) orderPosition(x expr, cols []outCol, items []string) (int, error) {
	switch x := x.(type) {
	case *litExpr:
		n, ok := x.val.(int64)
		if !ok {
			return -1, errConstantKey()
		}
		if n < 1 || int(n) > len(cols) {
			return -1, errf(108, 16, 1, "The ORDER BY position number %d is out of range of the number of items in the select list.", n)
		}
		return int(n) - 1, nil
	case *varExpr:
		return -1, errf(1008, 16, 1, "The SELECT item identified by the ORDER BY number 1 contains a variable as part of the expression identifying a column position. "+
			"Variables are only allowed when ordering by an expression referencing a column name.")
	case *nameExpr:
		if len(x.parts) == 1 {
			return b.columnNamed(x.parts[0], cols, items)
		}
	}
	return -1, nil
}

// columnNamed finds a column of the select list by name, -1 for none. Two of the
// same name are ambiguous unless they are the same expression.
func (b *binder) columnNamed(name string, cols []outCol, items []string) (int, error) {
	at := -1
	for i, c := range cols {
		if c.name == "" || !b.coll().sameName(c.name, name) {
			continue
		}
		if at >= 0 && items != nil && strings.TrimSuffix(items[at], " AS "+colName(at)) != strings.TrimSuffix(items[i], " AS "+colName(i)) {
			return -1, errf(209, 16, 1, "Ambiguous column name '%s'.", name)
		}
		at = i
	}
	return at, nil
}

// itemOf finds an expression in the select list, -1 when it is not there.
func itemOf(e bx, items []string) int {
	for i, it := range items {
		if strings.HasPrefix(it, e.sql+" AS ") || strings.HasPrefix(it, e.sql+" COLLATE ") {
			return i
		}
	}
	return -1
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
