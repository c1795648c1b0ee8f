package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func now(t tds.Type) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, _ *funcExpr, _ *scope) (bx, error) {
		return bx{t: t, sql: b.arg(pack(t, b.s.srv.cfg.Now().UTC()))}, nil
	}
}

// datePart takes the first argument of the date functions, which is a bare word.
func datePart(f *funcExpr, name string) (string, error) {
	n, ok := f.args[0].(*nameExpr)
	if !ok || len(n.parts) != 1 {
		return "", errf(1023, 15, 1, "Invalid parameter 1 specified for %s.", strings.ToLower(name))
	}
	p, ok := dateParts[strings.ToUpper(n.parts[0])]
	if !ok {
		return "", errf(155, 15, 1, "'%s' is not a recognized %s option.", n.parts[0], strings.ToLower(name))
	}
	return p, nil
}

// dateArg binds an argument that is taken as a date; text becomes t.
func (b *binder) dateArg(x expr, sc *scope, t tds.Type) (bx, error) {
	e, err := b.value(x, sc)
	if err != nil {
		return bx{}, err
	}
	if isDate(e.t.Kind) {
		return e, nil
	}
	if isNumeric(e.t.Kind) {
		t = typeDateTime
	}
	return b.conv(e, t, false)
}

func bindDateAdd(b *binder, f *funcExpr, sc *scope) (bx, error) {
	part, err := datePart(f, "dateadd")
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
	d, err := b.dateArg(f.args[2], sc, typeDateTime)
	if err != nil {
		return bx{}, err
	}
	return bx{t: d.t, null: true, sql: fmt.Sprintf("tsql_dateadd('%s', %s, %s, %d, %d)", part, n.sql, d.sql, d.t.Kind, d.t.Scale)}, nil
}

func bindDateDiff(b *binder, f *funcExpr, sc *scope) (bx, error) {
	name := strings.ToUpper(f.parts[0])
	part, err := datePart(f, name)
	if err != nil {
		return bx{}, err
	}
	dflt := tds.Type{Kind: tds.DateTimeOffset, Scale: 7}
	x, err := b.dateArg(f.args[1], sc, dflt)
	if err != nil {
		return bx{}, err
	}
	y, err := b.dateArg(f.args[2], sc, dflt)
	if err != nil {
		return bx{}, err
	}
	t := typeInt
	if name == "DATEDIFF_BIG" {
		t = typeBigInt
	}
	return bx{t: t, null: true, sql: fmt.Sprintf("tsql_datediff('%s', %s, %d, %s, %d, %d)", part, x.sql, x.t.Kind, y.sql, y.t.Kind, boolInt(t == typeBigInt))}, nil
}

func bindDatePart(b *binder, f *funcExpr, sc *scope) (bx, error) {
	name := strings.ToUpper(f.parts[0])
	part, err := datePart(f, name)
	if err != nil {
		return bx{}, err
	}
	d, err := b.dateArg(f.args[1], sc, tds.Type{Kind: tds.DateTimeOffset, Scale: 7})
	if err != nil {
		return bx{}, err
	}
	if name == "DATENAME" {
		return bx{t: nvarchar(30), null: true, c: b.coll(), sql: fmt.Sprintf("tsql_datename('%s', %s, %d)", part, d.sql, d.t.Kind)}, nil
	}
	return bx{t: typeInt, null: true, sql: fmt.Sprintf("tsql_datepart('%s', %s, %d)", part, d.sql, d.t.Kind)}, nil
}

func bindYMD(part string) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		d, err := b.dateArg(f.args[0], sc, tds.Type{Kind: tds.DateTimeOffset, Scale: 7})
		return bx{t: typeInt, null: true, sql: fmt.Sprintf("tsql_datepart('%s', %s, %d)", part, d.sql, d.t.Kind)}, err
	}
}

func bindDateFrom(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, err := b.values2(f, sc)
	if err != nil {
		return bx{}, err
	}
	for i := range a {
		if a[i], err = b.conv(a[i], typeInt, false); err != nil {
			return bx{}, err
		}
	}
	return bx{t: tds.Type{Kind: tds.Date}, null: true, sql: "tsql_datefrom(" + a[0].sql + ", " + a[1].sql + ", " + a[2].sql + ")"}, nil
}

func bindEndOfMonth(b *binder, f *funcExpr, sc *scope) (bx, error) {
	date := tds.Type{Kind: tds.Date}
	d, err := b.dateArg(f.args[0], sc, date)
	if err != nil {
		return bx{}, err
	}
	if d, err = b.conv(d, date, false); err != nil {
		return bx{}, err
	}
	n := "0"
	if len(f.args) == 2 {
		e, err := b.value(f.args[1], sc)
		if err != nil {
			return bx{}, err
		}
		if e, err = b.conv(e, typeBigInt, false); err != nil {
			return bx{}, err
		}
		n = e.sql
	}
	k := tds.Date
	first := fmt.Sprintf("tsql_dateadd('day', 1 - tsql_datepart('day', %s, %d), %s, %d, 0)", d.sql, k, d.sql, k)
	next := fmt.Sprintf("tsql_dateadd('month', 1 + %s, %s, %d, 0)", n, first, k)
	return bx{t: date, null: true, sql: fmt.Sprintf("tsql_dateadd('day', -1, %s, %d, 0)", next, k)}, nil
}
