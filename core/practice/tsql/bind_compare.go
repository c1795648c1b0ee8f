package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// merge gives the collation of two texts together.
func (b *binder) merge(l, r bx, where string) (collation, collLabel, error) {
	ls, rs := isString(l.t.Kind), isString(r.t.Kind)
	switch {
	case !ls && !rs:
		return b.coll(), coercible, nil
	case !rs:
		return l.c, l.label, nil
	case !ls:
		return r.c, r.label, nil
	case l.c == r.c:
		return l.c, max(l.label, r.label), nil
	case l.label > r.label:
		return l.c, l.label, nil
	case r.label > l.label:
		return r.c, r.label, nil
	case l.label == coercible:
		return l.c, l.label, nil
	}
	return 0, conflicting, errf(468, 16, 9, "Cannot resolve the collation conflict between \"%s\" and \"%s\" in the %s operation.", b.collName(l.c), b.collName(r.c), where)
}

// collName gives a name for a collation's flags; the server's own where that fits.
func (b *binder) collName(c collation) string {
	for _, d := range b.s.srv.all() {
		if d.coll == c {
			return d.conf().Collation
		}
	}
	if c&binaryOrder != 0 {
		return "Latin1_General_BIN2"
	}
	return "Latin1_General_" + strings.ToUpper(strings.TrimPrefix(c.sqlName(), "tsql_"))
}

var wordOps = map[string]string{"=": "equal to", "<>": "not equal to", "<": "less than", ">": "greater than", "<=": "less than or equal to", ">=": "greater than or equal to"}

// comparable brings two values to one type for a comparison.
func (b *binder) comparable(op string, l, r bx) (bx, bx, tds.Type, error) {
	t := unify(l.t, r.t)
	if isLOB(t.Kind) || t.Kind == tds.XML {
		if t.Kind == tds.XML {
			return l, r, t, errf(305, 16, 1, "The xml data type cannot be compared or sorted, except when using the IS NULL operator.")
		}
		return l, r, t, errf(402, 16, 1, "The data types %s and %s are incompatible in the %s operator.", typeName(l.t), typeName(r.t), wordOps[op])
	}
	if isString(t.Kind) {
		// text compares as it is: no cutting, no padding
		t = tds.Type{Kind: tds.NVarChar, Length: -1}
		if isString(l.t.Kind) && isString(r.t.Kind) {
			return l, r, t, nil
		}
	}
	if isBinary(t.Kind) {
		t = tds.Type{Kind: tds.VarBinary, Length: -1}
	}
	l, err := b.conv(l, t, false)
	if err != nil {
		return l, r, t, err
	}
	r, err = b.conv(r, t, false)
	return l, r, t, err
}

func (b *binder) compare(op string, l, r bx) (bx, error) {
	null := l.null || r.null
	if l.t.Kind == tds.KindNull || r.t.Kind == tds.KindNull {
		return bx{sql: "(" + l.sql + " " + op + " " + r.sql + ")", pred: true, null: true}, nil
	}
	l, r, t, err := b.comparable(op, l, r)
	if err != nil {
		return bx{}, err
	}
	c, _, err := b.merge(l, r, wordOps[op])
	if err != nil {
		return bx{}, err
	}
	return bx{sql: comparison(op, l.sql, r.sql, t, c), pred: true, null: null}, nil
}

// comparison is the SQLite text that compares two physical values of type t.
func comparison(op, l, r string, t tds.Type, c collation) string {
	switch {
	case isString(t.Kind):
		return "(" + l + " " + op + " " + r + " COLLATE " + c.sqlName() + ")"
	case isDecimal(t.Kind):
		return "(" + l + " " + op + " " + r + " COLLATE tsql_dec)"
	case t.Kind == tds.DateTimeOffset:
		return "(tsql_dto(" + l + ") " + op + " tsql_dto(" + r + "))"
	case t.Kind == tds.SQLVariant:
		return fmt.Sprintf("(tsql_vcmp(%s, %s, %d) %s 0)", l, r, c, op)
	}
	return "(" + l + " " + op + " " + r + ")"
}

func (b *binder) isNull(v *isNullExpr, sc *scope) (bx, error) {
	e, err := b.value(v.x, sc)
	if err != nil {
		return bx{}, err
	}
	op := " IS NULL)"
	if v.not {
		op = " IS NOT NULL)"
	}
	return bx{sql: "(" + e.sql + op, pred: true}, nil
}

func (b *binder) between(v *betweenExpr, sc *scope) (bx, error) {
	x, err := b.value(v.x, sc)
	if err != nil {
		return bx{}, err
	}
	lo, err := b.value(v.lo, sc)
	if err != nil {
		return bx{}, err
	}
	hi, err := b.value(v.hi, sc)
	if err != nil {
		return bx{}, err
	}
	ge, err := b.compare(">=", x, lo)
	if err != nil {
		return bx{}, err
	}
	le, err := b.compare("<=", x, hi)
	if err != nil {
		return bx{}, err
	}
	sql := "(" + ge.sql + " AND " + le.sql + ")"
	if v.not {
		sql = "(NOT " + sql + ")"
	}
	return bx{sql: sql, pred: true, null: true}, nil
}

func (b *binder) in(v *inExpr, sc *scope) (bx, error) {
	x, err := b.value(v.x, sc)
	if err != nil {
		return bx{}, err
	}
	not := ""
	if v.not {
		not = "NOT "
	}
	if v.sub != nil {
		return b.inQuery(v, x, not, sc)
	}
	list := make([]bx, len(v.list))
	for i, item := range v.list {
		if list[i], err = b.value(item, sc); err != nil {
			return bx{}, err
		}
	}
	if sql, ok := b.inPlain(x, list, not); ok {
		return bx{sql: sql, pred: true, null: true}, nil
	}
	parts := make([]string, 0, len(v.list))
	for _, e := range list {
		c, err := b.compare("=", x, e)
		if err != nil {
			return bx{}, err
		}
		parts = append(parts, c.sql)
	}
	return bx{sql: "(" + not + "(" + strings.Join(parts, " OR ") + "))", pred: true, null: true}, nil
}

// inPlain writes x IN (…) as SQLite's own IN when all of the list compares with
// x as one type, so that long lists stay flat.
func (b *binder) inPlain(x bx, list []bx, not string) (string, bool) {
	texts := make([]string, len(list))
	left := ""
	for i, e := range list {
		if e.t.Kind == tds.KindNull || x.t.Kind == tds.KindNull {
			return "", false
		}
		l, r, t, err := b.comparable("=", x, e)
		if err != nil || t.Kind == tds.DateTimeOffset || t.Kind == tds.SQLVariant {
			return "", false
		}
		c, _, err := b.merge(l, r, "equal to")
		if err != nil {
			return "", false
		}
		key := l.sql + collateSuffix(t, c)
		if i > 0 && key != left {
			return "", false
		}
		left, texts[i] = key, r.sql
	}
	return "(" + left + " " + not + "IN (" + strings.Join(texts, ", ") + "))", true
}

func (b *binder) inQuery(v *inExpr, x bx, not string, sc *scope) (bx, error) {
	q, err := b.subselect(v.sub, sc, false)
	if err != nil {
		return bx{}, err
	}
	if len(q.cols) != 1 {
		return bx{}, errf(116, 16, 1, "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.")
	}
	col := bx{sql: "c1", t: q.cols[0].t, null: q.cols[0].null, c: q.cols[0].c}
	if isString(col.t.Kind) {
		col.label = implicitColl
	}
	l, r, t, err := b.comparable("=", x, col)
	if err != nil {
		return bx{}, err
	}
	c, _, err := b.merge(l, r, "equal to")
	if err != nil {
		return bx{}, err
	}
	left := l.sql
	switch {
	case isString(t.Kind):
		left += " COLLATE " + c.sqlName()
	case isDecimal(t.Kind):
		left += " COLLATE tsql_dec"
	case t.Kind == tds.DateTimeOffset:
		left, r.sql = "tsql_dto("+left+")", "tsql_dto("+r.sql+")"
	case t.Kind == tds.SQLVariant:
		return bx{}, errUnsupported("IN (subquery) over sql_variant")
	}
	sub := q.sql
	if r.sql != "c1" {
		sub = "SELECT " + r.sql + " FROM (" + q.sql + ")"
	}
	return bx{sql: "(" + left + " " + not + "IN (" + sub + "))", pred: true, null: true}, nil
}

func (b *binder) like(v *likeExpr, sc *scope) (bx, error) {
	x, err := b.text(v.x, sc, "like")
	if err != nil {
		return bx{}, err
	}
	p, err := b.text(v.pat, sc, "like")
	if err != nil {
		return bx{}, err
	}
	esc := "NULL"
	if v.esc != nil {
		e, err := b.text(v.esc, sc, "like")
		if err != nil {
			return bx{}, err
		}
		esc = e.sql
	}
	c, _, err := b.merge(x, p, "like")
	if err != nil {
		return bx{}, err
	}
	uni := boolInt(isUnicode(x.t.Kind) || isUnicode(p.t.Kind))
	sql := fmt.Sprintf("tsql_like(%s, %s, %s, %d, %d)", x.sql, p.sql, esc, c, uni)
	if v.not {
		sql = "(NOT " + sql + ")"
	}
	return bx{sql: sql, pred: true, null: x.null || p.null}, nil
}
