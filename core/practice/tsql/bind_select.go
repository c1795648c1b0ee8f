package tsql

import (
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// boundQuery is a translated query: its columns are called c1, c2, … in SQLite.
type boundQuery struct {
	sql    string
	cols   []outCol
	assign []string // variables, for SELECT @x = …
	single bool     // gives at most one row
	into   *objName
	plain  bool // one SELECT without ORDER BY or LIMIT
}

type outCol struct {
	name  string
	t     tds.Type
	null  bool
	c     collation
	label collLabel
	ident bool
}

func colName(i int) string { return "c" + strconv.Itoa(i+1) }

// subselect binds a query inside another one.
func (b *binder) subselect(s *selectStmt, parent *scope, exists bool) (boundQuery, error) {
	q, err := b.query(s, parent)
	if err != nil {
		return q, err
	}
	if len(q.assign) > 0 {
		return q, errSyntax("=")
	}
	if len(s.order) > 0 && s.offset == nil && !hasTop(s.body) && !exists {
		return q, errf(1033, 15, 1, "The ORDER BY clause is invalid in views, inline functions, derived tables, subqueries, and common table expressions, "+
			"unless TOP, OFFSET or FOR XML is also specified.")
	}
	return q, nil
}

func hasTop(q queryExpr) bool {
	c, ok := q.(*selectCore)
	return ok && c.top != nil
}

// query binds a whole SELECT.
func (b *binder) query(s *selectStmt, parent *scope) (boundQuery, error) {
	mark := len(b.ctes)
	defer func() { b.ctes = b.ctes[:mark] }()
	if err := b.bindCTEs(s.ctes, parent); err != nil {
		return boundQuery{}, err
	}
	switch body := s.body.(type) {
	case *selectCore:
		return b.core(body, s, parent, nil)
	case *setOp:
		q, err := b.setOp(body, parent)
		if err != nil {
			return q, err
		}
		return b.orderedSet(q, s)
	}
	return boundQuery{}, errSyntax("SELECT")
}

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

func (b *binder) queryBody(q queryExpr, parent *scope) (boundQuery, error) {
	switch v := q.(type) {
	case *selectCore:
		return b.core(v, &selectStmt{}, parent, nil)
	case *setOp:
		return b.setOp(v, parent)
	}
	return boundQuery{}, errSyntax("SELECT")
}

func (b *binder) setOp(u *setOp, parent *scope) (boundQuery, error) { //nolint:gocyclo // the rules of the language, case by case
	l, err := b.queryBody(u.l, parent)
	if err != nil {
		return l, err
	}
	r, err := b.queryBody(u.r, parent)
	if err != nil {
		return r, err
	}
	if len(l.cols) != len(r.cols) {
		return l, errf(205, 16, 1, "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.")
	}
	if len(l.assign)+len(r.assign) > 0 {
		return l, errf(10734, 15, 1, "Variable assignment is not allowed in a statement containing a top level UNION, INTERSECT or EXCEPT operator.")
	}
	cols := make([]outCol, len(l.cols))
	for i := range cols {
		x, y := l.cols[i], r.cols[i]
		cols[i] = outCol{name: x.name, t: unify(x.t, y.t), null: x.null || y.null, c: x.c, label: max(x.label, y.label)}
		if u.op != "UNION ALL" && (isLOB(cols[i].t.Kind) || cols[i].t.Kind == tds.XML) {
			return l, errf(421, 16, 1, "The %s data type cannot be selected as DISTINCT because it is not comparable.", typeName(cols[i].t))
		}
		if isString(x.t.Kind) && isString(y.t.Kind) && x.c != y.c {
			c, _, err := b.merge(bx{t: x.t, c: x.c, label: x.label}, bx{t: y.t, c: y.c, label: y.label}, u.op)
			if err != nil {
				return l, err
			}
			cols[i].c = c
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

// limit is the LIMIT clause for TOP or OFFSET … FETCH.
func (b *binder) limit(top expr, s *selectStmt) (string, error) {
	if top != nil && s.offset != nil {
		return "", errf(10741, 15, 2, "A TOP can not be used in the same query or sub-query as a OFFSET.")
	}
	count := func(x expr, what string) (string, error) {
		e, err := b.value(x, &scope{})
		if err != nil {
			return "", err
		}
		if e, err = b.conv(e, tds.Type{Kind: tds.BigInt}, false); err != nil {
			return "", err
		}
		if n, ok := e.lit.(int64); ok && n >= 0 {
			return e.sql, nil
		}
		neg := raise(errf(127, 15, 1, "A TOP N or FETCH rowcount value may not be negative."))
		if what == "OFFSET" {
			neg = raise(errf(10742, 15, 1, "The offset specified in a OFFSET clause may not be negative."))
		}
		null := raise(errf(1014, 15, 1, "A TOP or FETCH clause contains an invalid value."))
		return "CASE WHEN " + e.sql + " IS NULL THEN " + null + " WHEN " + e.sql + " < 0 THEN " + neg + " ELSE " + e.sql + " END", nil
	}
	switch {
	case top != nil:
		n, err := count(top, "TOP")
		return " LIMIT " + n, err
	case s.offset != nil:
		off, err := count(s.offset, "OFFSET")
		if err != nil {
			return "", err
		}
		n := "-1"
		if s.fetch != nil {
			if n, err = count(s.fetch, "FETCH"); err != nil {
				return "", err
			}
		}
		return " LIMIT " + n + " OFFSET " + off, nil
	}
	return "", nil
}

// core binds one SELECT with the ORDER BY of the statement around it.
func (b *binder) core(c *selectCore, s *selectStmt, parent *scope, want []tds.Type) (boundQuery, error) {
	sc := &scope{parent: parent}
	q := boundQuery{into: c.into}
	from, err := b.from(c.from, sc)
	if err != nil {
		return q, err
	}
	where := ""
	if c.where != nil {
		sc.noAgg = "WHERE"
		if where, err = b.condition(c.where, sc); err != nil {
			return q, err
		}
		sc.noAgg = ""
		where = " WHERE " + where
	}
	group, err := b.grouping(c, s, sc)
	if err != nil {
		return q, err
	}
	items, err := b.items(c, sc, &q, want)
	if err != nil {
		return q, err
	}
	having := ""
	if c.having != nil {
		sc.clause = "HAVING"
		h, err := b.condition(c.having, sc)
		if err != nil {
			return q, err
		}
		having = " HAVING " + h
	}
	sc.clause = "ORDER BY"
	order, err := b.ordering(c, s, items, &q, sc)
	if err != nil {
		return q, err
	}
	limit, err := b.limit(c.top, s)
	if err != nil {
		return q, err
	}
	q.plain = order == "" && limit == ""
	q.single = sc.grouped && len(c.group) == 0 || len(c.from) == 0 || limit == " LIMIT 1"
	q.sql = "SELECT " + distinctWord(c) + strings.Join(items, ", ") + from + where + group + having + order + limit
	return q, nil
}

func distinctWord(c *selectCore) string {
	if c.distinct {
		return "DISTINCT "
	}
	return ""
}

// grouping binds GROUP BY and decides whether the query aggregates.
func (b *binder) grouping(c *selectCore, s *selectStmt, sc *scope) (string, error) {
	agg := len(c.group) > 0 || c.having != nil
	for _, it := range c.items {
		agg = agg || !it.star && hasAggregate(it.x)
	}
	for _, o := range s.order {
		agg = agg || hasAggregate(o.x)
	}
	if !agg {
		return "", nil
	}
	groups := map[string]bool{}
	keys := make([]string, 0, len(c.group))
	sc.noAgg = "GROUP BY"
	for _, g := range c.group {
		e, err := b.value(g, sc)
		if err != nil {
			return "", err
		}
		if e.lit != nil || e.t.Kind == tds.KindNull {
			return "", errf(164, 15, 1, "Each GROUP BY expression must contain at least one column that is not an outer reference.")
		}
		if isLOB(e.t.Kind) || e.t.Kind == tds.XML {
			return "", errf(305, 16, 1, "The xml data type cannot be compared or sorted, except when using the IS NULL operator.")
		}
		groups[e.sql] = true
		keys = append(keys, groupKeySQL(e))
	}
	sc.noAgg = ""
	sc.grouped, sc.groups = true, groups
	if len(keys) == 0 {
		return "", nil
	}
	return " GROUP BY " + strings.Join(keys, ", "), nil
}

// groupKeySQL is a key that is the same for values which compare equal.
func groupKeySQL(e bx) string {
	switch {
	case isString(e.t.Kind) && e.c&(ignoreCase|ignoreAccent) != 0:
		return "tsql_fold(" + e.sql + ", " + strconv.Itoa(int(e.c)) + ")"
	case isString(e.t.Kind):
		return "rtrim(" + e.sql + ")"
	case isDecimal(e.t.Kind):
		return e.sql + " COLLATE tsql_dec"
	case e.t.Kind == tds.DateTimeOffset:
		return "tsql_dto(" + e.sql + ")"
	}
	return e.sql
}

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

// scalarSubquery binds (SELECT …) as a value: more than one row is error 512.
func (b *binder) scalarSubquery(s *selectStmt, sc *scope) (bx, error) {
	q, err := b.subselect(s, sc, false)
	if err != nil {
		return bx{}, err
	}
	if len(q.cols) != 1 {
		return bx{}, errf(116, 16, 1, "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.")
	}
	col := q.cols[0]
	e := bx{t: col.t, null: true, c: col.c, label: col.label}
	if q.single {
		e.sql = "(" + q.sql + ")"
		return e, nil
	}
	many := raise(errf(512, 16, 1, "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression."))
	e.sql = "(SELECT CASE WHEN n > 1 THEN " + many + " ELSE c1 END FROM (SELECT c1, count(*) OVER () AS n FROM (" + q.sql + " ) LIMIT 1))"
	return e, nil
}
