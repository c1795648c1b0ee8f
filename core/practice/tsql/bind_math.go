package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func mathText(op string) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		e, err := b.text(f.args[0], sc, op)
		return bx{t: typeInt, sql: "ifnull(tsql_math(" + quote(op) + ", " + e.sql + "), 0)"}, err
	}
}

func mathFloat(op string) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		e, err := b.value(f.args[0], sc)
		if err != nil {
			return bx{}, err
		}
		e, err = b.conv(e, typeFloat, false)
		return bx{t: typeFloat, null: true, sql: "tsql_math(" + quote(op) + ", " + e.sql + ")"}, err
	}
}

// number binds the argument of a numeric function; text counts as float.
func (b *binder) number(x expr, sc *scope) (bx, error) {
	e, err := b.value(x, sc)
	if err != nil {
		return bx{}, err
	}
	switch {
	case e.t.Kind == tds.Bit || isString(e.t.Kind) || e.t.Kind == tds.KindNull || e.t.Kind == tds.Real:
		return b.conv(e, typeFloat, false)
	case !isNumeric(e.t.Kind):
		return bx{}, errf(8116, 16, 1, "Argument data type %s is invalid for argument 1 of function.", typeName(e.t))
	}
	return e, nil
}

func bindAbs(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.number(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	out := bx{t: e.t, null: e.null}
	switch {
	case isInt(e.t.Kind):
		out.sql = fmt.Sprintf("tsql_ck(%d, tsql_math('iabs', %s))", e.t.Kind, e.sql)
	case isDecimal(e.t.Kind):
		out.sql = "tsql_math('dabs', " + e.sql + ")"
	default:
		out.sql = "tsql_math('abs', " + e.sql + ")"
	}
	return out, nil
}

func bindSign(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.number(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	if !isInt(e.t.Kind) {
		return bx{}, errUnsupported("SIGN(" + typeName(e.t) + ")")
	}
	return bx{t: e.t, null: e.null, sql: "tsql_math('isign', " + e.sql + ")"}, nil
}

func bindFloor(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.number(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	op := strings.ToLower(f.parts[0])
	switch {
	case isInt(e.t.Kind):
		return e, nil
	case isDecimal(e.t.Kind):
		t := e.t
		t.Scale = 0
		d := b.convStyle(e, typeFloat, convSpec{})
		d.sql = "tsql_math(" + quote(op) + ", " + d.sql + ")"
		return b.convStyle(d, t, convSpec{}), nil
	}
	return bx{t: typeFloat, null: e.null, sql: "tsql_math(" + quote(op) + ", " + e.sql + ")"}, nil
}

func bindRound(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.number(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	n, err := b.value(f.args[1], sc)
	if err != nil {
		return bx{}, err
	}
	if n, err = b.conv(n, typeBigInt, false); err != nil {
		return bx{}, err
	}
	if isDecimal(e.t.Kind) {
		k, ok := n.lit.(int64)
		if !ok || k < 0 {
			return bx{}, errUnsupported("ROUND(numeric, expression)")
		}
		short := tds.Type{Kind: tds.Decimal, Precision: 38, Scale: uint8(min(k, int64(e.t.Scale)))}
		return b.convStyle(b.convStyle(e, short, convSpec{}), e.t, convSpec{}), nil
	}
	out := bx{t: e.t, null: e.null, sql: "tsql_math('round', " + e.sql + ", " + n.sql + ")"}
	if isInt(e.t.Kind) {
		out.sql = fmt.Sprintf("tsql_ck(%d, CAST(%s AS INTEGER))", e.t.Kind, out.sql)
	}
	return out, nil
}

func bindPower(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.number(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	n, err := b.number(f.args[1], sc)
	if err != nil {
		return bx{}, err
	}
	x := b.convStyle(e, typeFloat, convSpec{})
	y := b.convStyle(n, typeFloat, convSpec{})
	out := bx{t: typeFloat, null: e.null || n.null, sql: "tsql_math('power', " + x.sql + ", " + y.sql + ")"}
	return b.convStyle(out, e.t, convSpec{}), nil
}
