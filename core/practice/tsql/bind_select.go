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

func (b *binder) queryBody(q queryExpr, parent *scope) (boundQuery, error) {
	switch v := q.(type) {
	case *selectCore:
		return b.core(v, &selectStmt{}, parent, nil)
	case *setOp:
		return b.setOp(v, parent)
	}
	return boundQuery{}, errSyntax("SELECT")
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
