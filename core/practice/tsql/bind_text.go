package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func bindLen(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.value(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	out := bx{t: typeInt, null: true}
	if e.t.Length < 0 {
		out.t = typeBigInt
	}
	if isLOB(e.t.Kind) {
		return bx{}, errf(8116, 16, 1, "Argument data type %s is invalid for argument 1 of len function.", typeName(e.t))
	}
	if isBinary(e.t.Kind) {
		out.sql = "length(" + e.sql + ")"
		return out, nil
	}
	if e, err = b.text(f.args[0], sc, "len"); err != nil {
		return bx{}, err
	}
	out.sql = "tsql_text('len', " + e.sql + ")"
	return out, nil
}

func bindDataLength(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.value(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	out := bx{t: typeInt, null: true}
	if e.t.Length < 0 {
		out.t = typeBigInt
	}
	fixed := map[tds.Kind]int{
		tds.Bit: 1, tds.TinyInt: 1, tds.SmallInt: 2, tds.Int: 4, tds.BigInt: 8, tds.Real: 4, tds.Float: 8, tds.Money: 8, tds.SmallMoney: 4,
		tds.DateTime: 8, tds.SmallDateTime: 4, tds.Date: 3, tds.UniqueIdentifier: 16,
	}
	switch k := e.t.Kind; {
	case isUnicode(k), k == tds.XML:
		out.sql = "tsql_text('nbytes', " + e.sql + ")"
	case isString(k):
		out.sql = "tsql_text('cbytes', " + e.sql + ")"
	case isBinary(k):
		out.sql = "length(" + e.sql + ")"
	case fixed[k] > 0:
		out.sql = fmt.Sprintf("(CASE WHEN %s IS NULL THEN NULL ELSE %d END)", e.sql, fixed[k])
	case k == tds.KindNull:
		out.sql = "NULL"
	default:
		return bx{}, errUnsupported("DATALENGTH(" + typeName(e.t) + ")")
	}
	return out, nil
}

// textFunc binds a function whose first argument and result are text; further
// arguments are numbers, except the last one of STUFF.
func textFunc(op string) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		e, err := b.text(f.args[0], sc, op)
		if err != nil {
			return bx{}, err
		}
		out := bx{t: varyingText(e.t), null: true, c: e.c, label: e.label}
		parts := []string{quote(op), e.sql}
		for i, a := range f.args[1:] {
			part, err := b.textFuncArg(op, i+1, a, sc, &out.t)
			if err != nil {
				return bx{}, err
			}
			parts = append(parts, part)
		}
		if out.t.Length > 0 && (op == "stuff" || op == "replicate") {
			out.t.Length = 8000
			if isUnicode(out.t.Kind) {
				out.t.Length = 4000
			}
		}
		out.sql = "tsql_text(" + strings.Join(parts, ", ") + ")"
		return out, nil
	}
}

// varyingText is the text type without padding that a text's functions give.
func varyingText(t tds.Type) tds.Type {
	switch t.Kind {
	case tds.Char, tds.KindNull:
		return varchar(max(t.Length, 1))
	case tds.NChar:
		return nvarchar(t.Length)
	default:
		return t
	}
}

// textFuncArg binds the further argument at of a function of text; LEFT and
// RIGHT with a literal shorten the result's type t.
func (b *binder) textFuncArg(op string, at int, a expr, sc *scope, t *tds.Type) (string, error) {
	n, err := b.value(a, sc)
	if err != nil {
		return "", err
	}
	if op == "stuff" && at == 3 {
		n, err = b.text(a, sc, op)
		return "ifnull(" + n.sql + ", '')", err
	}
	if k, ok := n.lit.(int64); ok && t.Length > 0 && (op == "left" || op == "right") {
		t.Length = int(max(1, min(k, int64(t.Length))))
	}
	n, err = b.conv(n, typeBigInt, false)
	return n.sql, err
}

func bindSubstring(b *binder, f *funcExpr, sc *scope) (bx, error) {
	e, err := b.value(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	if !isBinary(e.t.Kind) {
		if !isString(e.t.Kind) {
			return bx{}, errf(8116, 16, 1, "Argument data type %s is invalid for argument 1 of substring function.", typeName(e.t))
		}
		return textFunc("substring")(b, f, sc)
	}
	var n [2]bx
	for i := range n {
		if n[i], err = b.value(f.args[i+1], sc); err != nil {
			return bx{}, err
		}
		if n[i], err = b.conv(n[i], typeBigInt, false); err != nil {
			return bx{}, err
		}
	}
	t := e.t
	t.Kind = tds.VarBinary
	return bx{t: t, null: true, sql: "tsql_text('bsubstring', " + e.sql + ", " + n[0].sql + ", " + n[1].sql + ")"}, nil
}

func (b *binder) texts(f *funcExpr, sc *scope, name string) ([]bx, collation, error) {
	out := make([]bx, len(f.args))
	c := b.coll()
	var label collLabel
	for i, a := range f.args {
		e, err := b.text(a, sc, name)
		if err != nil {
			return nil, 0, err
		}
		out[i] = e
		if e.label > label {
			c, label = e.c, e.label
		}
	}
	return out, c, nil
}

func bindReplace(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, c, err := b.texts(f, sc, "replace")
	if err != nil {
		return bx{}, err
	}
	out := bx{t: varchar(8000), null: true, c: c, label: a[0].label}
	if isUnicode(a[0].t.Kind) || isUnicode(a[2].t.Kind) {
		out.t = nvarchar(4000)
	}
	if a[0].t.Length < 0 {
		out.t.Length = -1
	}
	out.sql = fmt.Sprintf("tsql_text('replace', %s, %s, %s, %d)", a[0].sql, a[1].sql, a[2].sql, c)
	return out, nil
}

func bindCharIndex(b *binder, f *funcExpr, sc *scope) (bx, error) {
	two := &funcExpr{args: f.args[:2]}
	a, c, err := b.texts(two, sc, "charindex")
	if err != nil {
		return bx{}, err
	}
	start := "1"
	if len(f.args) == 3 {
		e, err := b.value(f.args[2], sc)
		if err != nil {
			return bx{}, err
		}
		if e, err = b.conv(e, typeBigInt, false); err != nil {
			return bx{}, err
		}
		start = e.sql
	}
	t := typeInt
	if a[1].t.Length < 0 {
		t = typeBigInt
	}
	return bx{t: t, null: true, sql: fmt.Sprintf("tsql_text('charindex', %s, %s, %s, %d)", a[0].sql, a[1].sql, start, c)}, nil
}

func bindPatIndex(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, c, err := b.texts(f, sc, "patindex")
	if err != nil {
		return bx{}, err
	}
	return bx{t: typeInt, null: true, sql: fmt.Sprintf("tsql_text('patindex', %s, %s, %d)", a[0].sql, a[1].sql, c)}, nil
}

// bindConcat is CONCAT and CONCAT_WS: NULL counts as empty.
func bindConcat(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, c, err := b.texts(f, sc, "concat")
	if err != nil {
		return bx{}, err
	}
	out := bx{t: varchar(8000), c: c}
	for _, e := range a {
		if isUnicode(e.t.Kind) {
			out.t = nvarchar(4000)
		}
	}
	parts := make([]string, len(a))
	for i, e := range a {
		parts[i] = e.sql
		if e.t.Length < 0 {
			out.t.Length = -1
		}
	}
	if strings.EqualFold(f.parts[0], "CONCAT_WS") {
		out.sql = "concat_ws(" + strings.Join(parts, ", ") + ")"
		return out, nil
	}
	for i, p := range parts {
		parts[i] = "ifnull(" + p + ", '')"
	}
	out.sql = "(" + strings.Join(parts, " || ") + ")"
	return out, nil
}

func bindQuoteName(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, c, err := b.texts(f, sc, "quotename")
	if err != nil {
		return bx{}, err
	}
	q := "'['"
	if len(a) == 2 {
		q = a[1].sql
	}
	return bx{t: nvarchar(258), null: true, c: c, sql: "tsql_text('quotename', " + a[0].sql + ", " + q + ")"}, nil
}

func numText(op string, t tds.Type) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		e, err := b.value(f.args[0], sc)
		if err != nil {
			return bx{}, err
		}
		if e, err = b.conv(e, typeBigInt, false); err != nil {
			return bx{}, err
		}
		return bx{t: t, null: true, c: b.coll(), sql: "tsql_text(" + quote(op) + ", " + e.sql + ")"}, nil
	}
}

func textNum(op string) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		e, err := b.text(f.args[0], sc, op)
		return bx{t: typeInt, null: true, sql: "tsql_text(" + quote(op) + ", " + e.sql + ")"}, err
	}
}
