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
