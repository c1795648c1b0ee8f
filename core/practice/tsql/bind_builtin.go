package tsql

import (
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
