package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func (b *binder) unary(v *unaryExpr, sc *scope) (bx, error) {
	e, err := b.value(v.x, sc)
	if err != nil {
		return bx{}, err
	}
	k := e.t.Kind
	switch {
	case v.op == "+":
		return e, nil
	case v.op == "~":
		if !isInt(k) {
			return bx{}, errf(8117, 16, 1, "Operand data type %s is invalid for '~' operator.", typeName(e.t))
		}
		e.sql = "(~" + e.sql + ")"
		if k == tds.Bit {
			e.sql = "(1 - " + strings.TrimPrefix(e.sql[:len(e.sql)-1], "(~") + ")"
		}
		if k == tds.TinyInt {
			e.sql = "(255 & " + e.sql + ")"
		}
	case isInt(k) && k != tds.Bit:
		if k == tds.TinyInt {
			e.t.Kind = tds.SmallInt
		}
		e.sql = fmt.Sprintf("tsql_ck(%d, -%s)", e.t.Kind, e.sql)
	case isFloat(k):
		e.sql = "(-" + e.sql + ")"
	case isDecimal(k):
		e.sql = fmt.Sprintf("tsql_dec('-', '0', %s, %d, %d)", e.sql, e.t.Precision, e.t.Scale)
	case k == tds.KindNull:
	default:
		return bx{}, errf(8117, 16, 1, "Operand data type %s is invalid for minus operator.", typeName(e.t))
	}
	e.lit, e.name = nil, ""
	return e, nil
}

var opNames = map[string]string{"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "&": "'&'", "|": "'|'", "^": "'^'"}

func (b *binder) binary(v *binaryExpr, sc *scope) (bx, error) {
	switch v.op {
	case "AND", "OR":
		l, err := b.condition(v.l, sc)
		if err != nil {
			return bx{}, err
		}
		r, err := b.condition(v.r, sc)
		return bx{sql: "(" + l + " " + v.op + " " + r + ")", pred: true, null: true}, err
	}
	l, err := b.value(v.l, sc)
	if err != nil {
		return bx{}, err
	}
	r, err := b.value(v.r, sc)
	if err != nil {
		return bx{}, err
	}
	if opNames[v.op] == "" {
		return b.compare(v.op, l, r)
	}
	return b.arith(v.op, l, r)
}

// arith binds + - * / % & | ^.
func (b *binder) arith(op string, l, r bx) (bx, error) { //nolint:gocyclo // the rules of the language, case by case
	k := max(precedence[l.t.Kind], precedence[r.t.Kind])
	hi := l.t
	if precedence[r.t.Kind] == k {
		hi = r.t
	}
	null := l.null || r.null
	switch {
	case hi.Kind == tds.KindNull:
		return bx{sql: "NULL", t: tds.Type{Kind: tds.Int}, null: true}, nil
	case op == "+" && isString(hi.Kind) && !isBinary(l.t.Kind) && !isBinary(r.t.Kind) && !isLOB(hi.Kind):
		return b.concat(l, r)
	case op == "+" && isBinary(hi.Kind):
		return b.concatBinary(l, r)
	case isDate(hi.Kind):
		return b.dateArith(op, l, r, hi)
	case isString(hi.Kind), hi.Kind == tds.UniqueIdentifier, hi.Kind == tds.XML, hi.Kind == tds.SQLVariant, isBinary(hi.Kind):
		if l.t.Kind != r.t.Kind && (!isString(l.t.Kind) || !isString(r.t.Kind)) {
			if err := checkConversion(l.t, hi, false); err != nil {
				return bx{}, err
			}
			if err := checkConversion(r.t, hi, false); err != nil {
				return bx{}, err
			}
		}
		if isString(l.t.Kind) && isString(r.t.Kind) && l.t.Kind != r.t.Kind {
			return bx{}, errf(402, 16, 1, "The data types %s and %s are incompatible in the %s operator.", typeName(l.t), typeName(r.t), opNames[op])
		}
		return bx{}, errf(8117, 16, 1, "Operand data type %s is invalid for %s operator.", typeName(hi), opNames[op])
	}
	if op == "&" || op == "|" || op == "^" {
		return b.bits(op, l, r, hi)
	}
	if hi.Kind == tds.Bit {
		return bx{}, errf(402, 16, 1, "The data types bit and bit are incompatible in the %s operator.", opNames[op])
	}
	if isDecimal(hi.Kind) {
		return b.decimalArith(op, l, r, null)
	}
	l, err := b.conv(l, hi, false)
	if err != nil {
		return bx{}, err
	}
	if r, err = b.conv(r, hi, false); err != nil {
		return bx{}, err
	}
	out := bx{t: hi, null: null, c: b.coll()}
	out.sql = numberSQL(op, l.sql, r.sql, hi.Kind)
	if out.sql == "" {
		return bx{}, errf(402, 16, 1, "The data types %s and %s are incompatible in the %s operator.", typeName(l.t), typeName(r.t), opNames[op])
	}
	return out, nil
}

// numberSQL is an operation on two integers or two floats; empty when there is
// no such operation.
func numberSQL(op, l, r string, k tds.Kind) string {
	if isFloat(k) {
		switch op {
		case "/":
			return "tsql_fdiv(" + l + ", " + r + ")"
		case "%":
			return ""
		}
		return "tsql_fck(" + l + " " + op + " " + r + ")"
	}
	switch op {
	case "/":
		return "tsql_div(" + l + ", " + r + ")"
	case "%":
		return "tsql_mod(" + l + ", " + r + ")"
	}
	if k == tds.BigInt {
		return "tsql_big('" + op + "', " + l + ", " + r + ")"
	}
	return fmt.Sprintf("tsql_ck(%d, %s %s %s)", k, l, op, r)
}

func (b *binder) bits(op string, l, r bx, hi tds.Type) (bx, error) {
	if !isInt(hi.Kind) || !isInt(l.t.Kind) && l.t.Kind != tds.KindNull || !isInt(r.t.Kind) && r.t.Kind != tds.KindNull {
		return bx{}, errf(402, 16, 1, "The data types %s and %s are incompatible in the %s operator.", typeName(l.t), typeName(r.t), opNames[op])
	}
	out := bx{t: hi, null: l.null || r.null, sql: "(" + l.sql + " " + op + " " + r.sql + ")"}
	if op == "^" {
		out.sql = "tsql_xor(" + l.sql + ", " + r.sql + ")"
	}
	return out, nil
}

// asDecimal gives the decimal type an operand counts as; a literal integer has
// as many digits as it shows.
func asDecimal(e bx) tds.Type {
	switch {
	case isDecimal(e.t.Kind):
		return e.t
	case e.lit != nil:
		n, _ := e.lit.(int64)
		if n < 0 {
			n = -n
		}
		return tds.Type{Kind: tds.Decimal, Precision: uint8(len(fmt.Sprint(n)))}
	}
	return tds.Type{Kind: tds.Decimal, Precision: intPrecision(e.t.Kind)}
}

func (b *binder) decimalArith(op string, l, r bx, null bool) (bx, error) {
	lt, rt := asDecimal(l), asDecimal(r)
	if !isNumeric(l.t.Kind) && l.t.Kind != tds.KindNull {
		lt = rt
	}
	if !isNumeric(r.t.Kind) && r.t.Kind != tds.KindNull {
		rt = lt
	}
	out := tds.Type{Kind: tds.Decimal}
	p1, s1, p2, s2 := int(lt.Precision), int(lt.Scale), int(rt.Precision), int(rt.Scale)
	var p, s int
	switch op {
	case "+", "-":
		s = max(s1, s2)
		p = max(p1-s1, p2-s2) + s + 1
	case "*":
		p, s = p1+p2+1, s1+s2
	case "/":
		s = max(6, s1+p2+1)
		p = p1 - s1 + s2 + s
	default:
		s = max(s1, s2)
		p = min(p1-s1, p2-s2) + s
	}
	if p > 38 {
		whole := p - s
		if op == "+" || op == "-" {
			s = max(0, min(s, 38-whole))
		} else {
			s = max(38-whole, min(s, 6))
		}
		p = 38
	}
	out.Precision, out.Scale = uint8(p), uint8(s)
	if l.t.Kind != tds.Decimal && r.t.Kind != tds.Decimal {
		out = unify(l.t, r.t) // money stays money
	}
	l, err := b.conv(l, lt, false)
	if err != nil {
		return bx{}, err
	}
	if r, err = b.conv(r, rt, false); err != nil {
		return bx{}, err
	}
	return bx{t: out, null: null, sql: fmt.Sprintf("tsql_dec('%s', %s, %s, %d, %d)", op, l.sql, r.sql, out.Precision, out.Scale)}, nil
}

func (b *binder) concat(l, r bx) (bx, error) {
	t := tds.Type{Kind: tds.VarChar}
	if isUnicode(l.t.Kind) || isUnicode(r.t.Kind) {
		t.Kind = tds.NVarChar
	}
	size := func(e bx) int {
		if e.t.Kind == tds.KindNull {
			return 1
		}
		return e.t.Length
	}
	limit := 8000
	if t.Kind == tds.NVarChar {
		limit = 4000
	}
	if size(l) < 0 || size(r) < 0 {
		t.Length = -1
	} else {
		t.Length = min(size(l)+size(r), limit)
	}
	for _, e := range []bx{l, r} {
		if !isString(e.t.Kind) && e.t.Kind != tds.KindNull {
			return bx{}, errf(402, 16, 1, "The data types %s and %s are incompatible in the add operator.", typeName(l.t), typeName(r.t))
		}
	}
	c, label, err := b.merge(l, r, "add operator")
	if err != nil {
		return bx{}, err
	}
	return bx{t: t, null: l.null || r.null, c: c, label: label, sql: "(" + l.sql + " || " + r.sql + ")"}, nil
}

func (b *binder) concatBinary(l, r bx) (bx, error) {
	if !isBinary(l.t.Kind) || !isBinary(r.t.Kind) || isLOB(l.t.Kind) || isLOB(r.t.Kind) {
		return bx{}, errf(402, 16, 1, "The data types %s and %s are incompatible in the add operator.", typeName(l.t), typeName(r.t))
	}
	t := tds.Type{Kind: tds.VarBinary, Length: -1}
	if l.t.Length >= 0 && r.t.Length >= 0 {
		t.Length = min(8000, l.t.Length+r.t.Length)
	}
	return bx{t: t, null: l.null || r.null, sql: "CAST(" + l.sql + " || " + r.sql + " AS BLOB)"}, nil
}

// dateArith is datetime ± number and datetime - datetime.
func (b *binder) dateArith(op string, l, r bx, hi tds.Type) (bx, error) { //nolint:gocyclo // the rules of the language, case by case
	old := hi.Kind == tds.DateTime || hi.Kind == tds.SmallDateTime
	if !old || op != "+" && op != "-" {
		if isDate(l.t.Kind) && isDate(r.t.Kind) {
			return bx{}, errf(8117, 16, 1, "Operand data type %s is invalid for %s operator.", typeName(hi), opNames[op])
		}
		return bx{}, errf(206, 16, 2, "Operand type clash: %s is incompatible with %s", typeName(l.t), typeName(r.t))
	}
	days := tds.Type{Kind: tds.Float}
	if isDate(l.t.Kind) && isNumeric(r.t.Kind) || isNumeric(l.t.Kind) && isDate(r.t.Kind) && op == "+" {
		d, n := l, r
		if isDate(r.t.Kind) {
			d, n = r, l
		}
		n = b.convStyle(n, days, convSpec{})
		sign := ""
		if op == "-" {
			sign = "-"
		}
		return bx{t: d.t, null: l.null || r.null, sql: fmt.Sprintf("tsql_addday(%s, %s%s, %d)", d.sql, sign, n.sql, d.t.Kind)}, nil
	}
	l, err := b.conv(l, hi, false)
	if err != nil {
		return bx{}, err
	}
	if r, err = b.conv(r, hi, false); err != nil {
		return bx{}, err
	}
	zero := days1900 * ticksPerDay
	return bx{t: hi, null: l.null || r.null, sql: fmt.Sprintf("(%s %s (%s - %d))", l.sql, op, r.sql, zero)}, nil
}

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
		name := typeName(l.t)
		if t.Kind == tds.XML && l.t.Kind == r.t.Kind || t.Kind == tds.XML {
			return l, r, t, errf(305, 16, 1, "The xml data type cannot be compared or sorted, except when using the IS NULL operator.")
		}
		return l, r, t, errf(402, 16, 1, "The data types %s and %s are incompatible in the %s operator.", name, typeName(r.t), wordOps[op])
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

// text binds an argument that is taken as text.
func (b *binder) text(x expr, sc *scope, fn string) (bx, error) {
	e, err := b.value(x, sc)
	if err != nil {
		return bx{}, err
	}
	if isString(e.t.Kind) || e.t.Kind == tds.KindNull {
		return e, nil
	}
	if e.t.Kind == tds.XML || e.t.Kind == tds.SQLVariant || e.t.Kind == tds.Image {
		return bx{}, errf(8116, 16, 1, "Argument data type %s is invalid for argument 1 of %s function.", typeName(e.t), fn)
	}
	to := tds.Type{Kind: tds.VarChar, Length: 8000}
	return b.convStyle(e, to, convSpec{}), nil
}
