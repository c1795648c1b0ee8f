package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

var builtins map[string]fn

func init() {
	builtins = map[string]fn{
		"ISNULL": {2, 2, bindIsNull}, "COALESCE": {2, -1, bindCoalesce}, "NULLIF": {2, 2, bindNullIf}, "IIF": {3, 3, bindIIF}, "CHOOSE": {2, -1, bindChoose},
		"LEN": {1, 1, bindLen}, "DATALENGTH": {1, 1, bindDataLength},
		"LEFT": {2, 2, textFunc("left")}, "RIGHT": {2, 2, textFunc("right")}, "SUBSTRING": {3, 3, bindSubstring},
		"UPPER": {1, 1, textFunc("upper")}, "LOWER": {1, 1, textFunc("lower")}, "LTRIM": {1, 1, textFunc("ltrim")}, "RTRIM": {1, 1, textFunc("rtrim")},
		"TRIM": {1, 1, textFunc("trim")}, "REVERSE": {1, 1, textFunc("reverse")}, "REPLICATE": {2, 2, textFunc("replicate")}, "STUFF": {4, 4, textFunc("stuff")},
		"REPLACE": {3, 3, bindReplace}, "CHARINDEX": {2, 3, bindCharIndex}, "PATINDEX": {2, 2, bindPatIndex},
		"CONCAT": {2, 254, bindConcat}, "CONCAT_WS": {3, 254, bindConcat}, "QUOTENAME": {1, 2, bindQuoteName},
		"SPACE": {1, 1, numText("space", varchar(8000))}, "CHAR": {1, 1, numText("char", varchar(1))}, "NCHAR": {1, 1, numText("nchar", nvarchar(1))},
		"ASCII": {1, 1, textNum("ascii")}, "UNICODE": {1, 1, textNum("unicode")},
		"GETDATE": {0, 0, now(typeDateTime)}, "CURRENT_TIMESTAMP": {0, 0, now(typeDateTime)}, "GETUTCDATE": {0, 0, now(typeDateTime)},
		"SYSUTCDATETIME": {0, 0, now(tds.Type{Kind: tds.DateTime2, Scale: 7})}, "SYSDATETIME": {0, 0, now(tds.Type{Kind: tds.DateTime2, Scale: 7})},
		"SYSDATETIMEOFFSET": {0, 0, now(tds.Type{Kind: tds.DateTimeOffset, Scale: 7})},
		"DATEADD":           {3, 3, bindDateAdd}, "DATEDIFF": {3, 3, bindDateDiff}, "DATEDIFF_BIG": {3, 3, bindDateDiff},
		"DATEPART": {2, 2, bindDatePart}, "DATENAME": {2, 2, bindDatePart}, "YEAR": {1, 1, bindYMD("year")}, "MONTH": {1, 1, bindYMD("month")}, "DAY": {1, 1, bindYMD("day")},
		"DATEFROMPARTS": {3, 3, bindDateFrom}, "EOMONTH": {1, 2, bindEndOfMonth}, "ISDATE": {1, 1, mathText("isdate")}, "ISNUMERIC": {1, 1, mathText("isnumeric")},
		"NEWID": {0, 0, func(*binder, *funcExpr, *scope) (bx, error) { return bx{sql: "tsql_newid()", t: typeGUID}, nil }},
		"RAND":  {0, 0, func(*binder, *funcExpr, *scope) (bx, error) { return bx{sql: "tsql_rand()", t: typeFloat}, nil }},
		"ABS":   {1, 1, bindAbs}, "SIGN": {1, 1, bindSign}, "FLOOR": {1, 1, bindFloor}, "CEILING": {1, 1, bindFloor}, "ROUND": {2, 2, bindRound}, "POWER": {2, 2, bindPower},
		"SQRT": {1, 1, mathFloat("sqrt")}, "SQUARE": {1, 1, mathFloat("square")}, "EXP": {1, 1, mathFloat("exp")}, "LOG": {1, 1, mathFloat("log")},
		"LOG10": {1, 1, mathFloat("log10")}, "PI": {0, 0, func(*binder, *funcExpr, *scope) (bx, error) { return bx{sql: "pi()", t: typeFloat}, nil }},
	}
}

func (b *binder) values2(f *funcExpr, sc *scope) ([]bx, error) {
	out := make([]bx, len(f.args))
	for i, a := range f.args {
		e, err := b.value(a, sc)
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

func bindIsNull(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, err := b.values2(f, sc)
	if err != nil {
		return bx{}, err
	}
	t := a[0].t
	if t.Kind == tds.KindNull {
		t = a[1].t
	}
	r, err := b.conv(a[1], t, false)
	if err != nil {
		return bx{}, err
	}
	c, label, err := b.merge(a[0], a[1], "isnull")
	if err != nil {
		return bx{}, err
	}
	return bx{t: t, null: a[1].null, c: c, label: label, sql: "ifnull(" + a[0].sql + ", " + r.sql + ")"}, nil
}

func bindCoalesce(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, err := b.values2(f, sc)
	if err != nil {
		return bx{}, err
	}
	null := true
	for _, e := range a {
		null = null && e.null
	}
	a, out, err := b.oneType(a)
	if err != nil {
		return bx{}, err
	}
	if out.t.Kind == tds.KindNull {
		return bx{}, errf(4127, 16, 1, "At least one of the arguments to COALESCE must be an expression that is not the NULL constant.")
	}
	parts := make([]string, len(a))
	for i, e := range a {
		parts[i] = e.sql
	}
	out.null = null
	out.sql = "coalesce(" + strings.Join(parts, ", ") + ")"
	return out, nil
}

func bindNullIf(b *binder, f *funcExpr, sc *scope) (bx, error) {
	a, err := b.values2(f, sc)
	if err != nil {
		return bx{}, err
	}
	if a[0].t.Kind == tds.KindNull {
		return bx{}, errf(4151, 16, 1, "The type of the first argument to NULLIF cannot be the NULL constant because the type of the first argument has to be known.")
	}
	c, err := b.compare("=", a[0], a[1])
	if err != nil {
		return bx{}, err
	}
	out := a[0]
	out.null = true
	out.sql = "(CASE WHEN " + c.sql + " THEN NULL ELSE " + a[0].sql + " END)"
	return out, nil
}

func bindIIF(b *binder, f *funcExpr, sc *scope) (bx, error) {
	return b.caseOf(&caseExpr{whens: []whenClause{{f.args[0], f.args[1]}}, els: f.args[2]}, sc)
}

func bindChoose(b *binder, f *funcExpr, sc *scope) (bx, error) {
	c := &caseExpr{operand: f.args[0]}
	for i, a := range f.args[1:] {
		c.whens = append(c.whens, whenClause{&litExpr{typeInt, int64(i + 1)}, a})
	}
	return b.caseOf(c, sc)
}

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
func textFunc(op string) func(*binder, *funcExpr, *scope) (bx, error) { //nolint:gocyclo // the rules of the language, case by case
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		e, err := b.text(f.args[0], sc, op)
		if err != nil {
			return bx{}, err
		}
		out := bx{t: e.t, null: true, c: e.c, label: e.label}
		switch e.t.Kind {
		case tds.Char, tds.KindNull:
			out.t = varchar(max(e.t.Length, 1))
		case tds.NChar:
			out.t = nvarchar(e.t.Length)
		default:
		}
		parts := []string{quote(op), e.sql}
		for i, a := range f.args[1:] {
			n, err := b.value(a, sc)
			if err != nil {
				return bx{}, err
			}
			if op == "stuff" && i == 2 {
				if n, err = b.text(a, sc, op); err != nil {
					return bx{}, err
				}
				parts = append(parts, "ifnull("+n.sql+", '')")
				continue
			}
			if k, ok := n.lit.(int64); ok && out.t.Length > 0 && (op == "left" || op == "right") {
				out.t.Length = int(max(1, min(k, int64(out.t.Length))))
			}
			if n, err = b.conv(n, typeBigInt, false); err != nil {
				return bx{}, err
			}
			parts = append(parts, n.sql)
		}
		if out.t.Length > 0 && (op == "stuff" || op == "replicate") {
			out.t.Length = map[bool]int{true: 4000, false: 8000}[isUnicode(out.t.Kind)]
		}
		out.sql = "tsql_text(" + strings.Join(parts, ", ") + ")"
		return out, nil
	}
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

func mathText(op string) func(*binder, *funcExpr, *scope) (bx, error) {
	return func(b *binder, f *funcExpr, sc *scope) (bx, error) {
		e, err := b.text(f.args[0], sc, op)
		return bx{t: typeInt, sql: "ifnull(tsql_math(" + quote(op) + ", " + e.sql + "), 0)"}, err
	}
}

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
