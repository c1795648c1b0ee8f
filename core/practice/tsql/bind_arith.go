package tsql

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

var opNames = map[string]string{"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "&": "'&'", "|": "'|'", "^": "'^'"}

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
