package tsql

import (
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

var opNames = map[string]string{"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "&": "'&'", "|": "'|'", "^": "'^'"}

// errOperands refuses an operator between two types: 402.
func errOperands(op string, l, r tds.Type) error {
	return errf(402, 16, 1, "The data types %s and %s are incompatible in the %s operator.", typeName(l), typeName(r), opNames[op])
}

// higher gives the type of higher precedence; the right one of two alike.
func higher(l, r tds.Type) tds.Type {
	if precedence[l.Kind] > precedence[r.Kind] {
		return l
	}
	return r
}

// arith binds + - * / % & | ^.
func (b *binder) arith(op string, l, r bx) (bx, error) {
	hi := higher(l.t, r.t)
	switch k := hi.Kind; {
	case k == tds.KindNull:
		return bx{sql: "NULL", t: typeInt, null: true}, nil
	case op == "+" && joinsText(l.t, r.t, hi):
		return b.concat(l, r)
	case op == "+" && isBinary(k):
		return b.concatBinary(l, r)
	case isDate(k):
		return b.dateArith(op, l, r, hi)
	case !isNumeric(k):
		return bx{}, errNotNumeric(op, l.t, r.t, hi)
	case op == "&" || op == "|" || op == "^":
		return b.bits(op, l, r, hi)
	case k == tds.Bit:
		return bx{}, errOperands(op, hi, hi)
	case isDecimal(k):
		return b.decimalArith(op, l, r)
	}
	return b.numberArith(op, l, r, hi)
}

// joinsText tells whether + joins l and r as text, of which hi is the higher type.
func joinsText(l, r, hi tds.Type) bool {
	return isString(hi.Kind) && !isLOB(hi.Kind) && !isBinary(l.Kind) && !isBinary(r.Kind)
}

// errNotNumeric says why an operator cannot work on operands of which one is no
// number: they do not convert to each other, or the operator does not know hi.
func errNotNumeric(op string, l, r, hi tds.Type) error {
	texts := isString(l.Kind) && isString(r.Kind)
	if l.Kind != r.Kind {
		if texts {
			return errOperands(op, l, r)
		}
		if err := checkConversion(l, hi, false); err != nil {
			return err
		}
		if err := checkConversion(r, hi, false); err != nil {
			return err
		}
	}
	return errf(8117, 16, 1, "Operand data type %s is invalid for %s operator.", typeName(hi), opNames[op])
}

// numberArith is + - * / % on integers or floats.
func (b *binder) numberArith(op string, l, r bx, hi tds.Type) (bx, error) {
	null := l.null || r.null
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
		return bx{}, errOperands(op, l.t, r.t)
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

// bits is & | ^, which integers have.
func (b *binder) bits(op string, l, r bx, hi tds.Type) (bx, error) {
	for _, k := range []tds.Kind{hi.Kind, l.t.Kind, r.t.Kind} {
		if !isInt(k) && k != tds.KindNull {
			return bx{}, errOperands(op, l.t, r.t)
		}
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

// decimalArith is + - * / % where one operand is a decimal or money.
func (b *binder) decimalArith(op string, l, r bx) (bx, error) {
	null := l.null || r.null
	lt, rt := asDecimal(l), asDecimal(r)
	if !isNumeric(l.t.Kind) && l.t.Kind != tds.KindNull {
		lt = rt
	}
	if !isNumeric(r.t.Kind) && r.t.Kind != tds.KindNull {
		rt = lt
	}
	out := decimalResult(op, lt, rt)
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

// decimalResult is the type of an operation on two decimals. Source: "Precision,
// scale, and length (Transact-SQL)", learn.microsoft.com/sql.
func decimalResult(op string, l, r tds.Type) tds.Type {
	p1, s1, p2, s2 := int(l.Precision), int(l.Scale), int(r.Precision), int(r.Scale)
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
	return tds.Type{Kind: tds.Decimal, Precision: uint8(p), Scale: uint8(s)}
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
			return bx{}, errOperands("+", l.t, r.t)
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
		return bx{}, errOperands("+", l.t, r.t)
	}
	t := tds.Type{Kind: tds.VarBinary, Length: -1}
	if l.t.Length >= 0 && r.t.Length >= 0 {
		t.Length = min(8000, l.t.Length+r.t.Length)
	}
	return bx{t: t, null: l.null || r.null, sql: "CAST(" + l.sql + " || " + r.sql + " AS BLOB)"}, nil
}

// dateArith is + and - where one operand is a date: datetime ± number and
// datetime ± datetime. The newer types have neither.
func (b *binder) dateArith(op string, l, r bx, hi tds.Type) (bx, error) {
	lDate, rDate := isDate(l.t.Kind), isDate(r.t.Kind)
	known := hasDateArith(op, hi.Kind)
	switch {
	case !known && lDate && rDate:
		return bx{}, errf(8117, 16, 1, "Operand data type %s is invalid for %s operator.", typeName(hi), opNames[op])
	case !known:
		return bx{}, errf(206, 16, 2, "Operand type clash: %s is incompatible with %s", typeName(l.t), typeName(r.t))
	case lDate && isNumeric(r.t.Kind):
		return b.addDays(op, l, r), nil
	case rDate && isNumeric(l.t.Kind) && op == "+":
		return b.addDays(op, r, l), nil
	}
	null := l.null || r.null
	l, err := b.conv(l, hi, false)
	if err != nil {
		return bx{}, err
	}
	if r, err = b.conv(r, hi, false); err != nil {
		return bx{}, err
	}
	zero := days1900 * ticksPerDay
	return bx{t: hi, null: null, sql: fmt.Sprintf("(%s %s (%s - %d))", l.sql, op, r.sql, zero)}, nil
}

// hasDateArith tells whether a date type knows an operator.
func hasDateArith(op string, k tds.Kind) bool {
	return (k == tds.DateTime || k == tds.SmallDateTime) && (op == "+" || op == "-")
}

// addDays is a date plus or minus a number of days.
func (b *binder) addDays(op string, date, days bx) bx {
	n := b.convStyle(days, typeFloat, convSpec{})
	sign := ""
	if op == "-" {
		sign = "-"
	}
	return bx{t: date.t, null: date.null || days.null, sql: fmt.Sprintf("tsql_addday(%s, %s%s, %d)", date.sql, sign, n.sql, date.t.Kind)}
}
