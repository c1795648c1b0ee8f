package tsql

import (
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

var (
	typeInt      = tds.Type{Kind: tds.Int}
	typeBigInt   = tds.Type{Kind: tds.BigInt}
	typeBit      = tds.Type{Kind: tds.Bit}
	typeFloat    = tds.Type{Kind: tds.Float}
	typeGUID     = tds.Type{Kind: tds.UniqueIdentifier}
	typeVariant  = tds.Type{Kind: tds.SQLVariant, Length: 8000}
	typeDateTime = tds.Type{Kind: tds.DateTime}
	typeSysname  = tds.Type{Kind: tds.NVarChar, Length: 128}
)

func nvarchar(n int) tds.Type { return tds.Type{Kind: tds.NVarChar, Length: n} }

func varchar(n int) tds.Type { return tds.Type{Kind: tds.VarChar, Length: n} }

// fn is a built-in function: bounds of its arguments and how it is translated.
type fn struct {
	lo, hi int // hi < 0: any number
	bind   func(b *binder, f *funcExpr, sc *scope) (bx, error)
}

// call binds a function of any sort.
func (b *binder) call(f *funcExpr, sc *scope) (bx, error) {
	e, err := b.callAny(f, sc)
	return e, atLineOrNil(err, f.line)
}

func (b *binder) callAny(f *funcExpr, sc *scope) (bx, error) {
	name := strings.ToUpper(f.parts[len(f.parts)-1])
	switch {
	case len(f.parts) > 1:
		return b.qualifiedCall(f, sc, name)
	case aggregates[name]:
		return b.aggregate(name, f, sc)
	case windows[name]:
		return b.window(name, f, sc)
	case f.over != nil || f.withinGroup != nil || f.distinct || f.star:
		return bx{}, errSyntax("(")
	}
	if d, ok := builtins[name]; ok {
		if len(f.args) < d.lo || d.hi >= 0 && len(f.args) > d.hi {
			return bx{}, errArgs(name, d)
		}
		e, err := d.bind(b, f, sc)
		e.lit, e.name = nil, ""
		return e, err
	}
	if _, ok := sessionFuncs[name]; ok {
		return b.sessionCall(f, sc, name)
	}
	if knownUnsupported[name] {
		return bx{}, errUnsupported(name)
	}
	return bx{}, errf(195, 15, 10, "'%s' is not a recognized built-in function name.", f.parts[0])
}

// qualifiedCall binds a function with a schema before it, of which there is one.
func (b *binder) qualifiedCall(f *funcExpr, sc *scope, name string) (bx, error) {
	if strings.EqualFold(f.parts[0], "sys") && name == "FN_HADR_IS_PRIMARY_REPLICA" {
		return b.sessionCall(f, sc, name)
	}
	return bx{}, errf(4121, 16, 1, "Cannot find either column \"%s\" or the user-defined function or aggregate \"%s\", or the name is ambiguous.",
		f.parts[0], strings.Join(f.parts, "."))
}

func atLineOrNil(err error, line int32) error {
	if err == nil {
		return nil
	}
	return atLine(err, line)
}

var knownUnsupported = words(`FORMAT PARSE TRY_PARSE HASHBYTES CHECKSUM CHECKSUM_AGG BINARY_CHECKSUM STDEV STDEVP VAR VARP GROUPING GROUPING_ID
PERCENTILE_CONT PERCENTILE_DISC CUME_DIST PERCENT_RANK FIRST_VALUE LAST_VALUE JSON_VALUE JSON_QUERY JSON_MODIFY ISJSON STRING_ESCAPE
SOUNDEX DIFFERENCE COMPRESS DECOMPRESS SWITCHOFFSET TODATETIMEOFFSET TRANSLATE APPROX_COUNT_DISTINCT SIN COS TAN COT ASIN ACOS ATAN ATN2
DEGREES RADIANS STR SMALLDATETIMEFROMPARTS DATETIMEFROMPARTS DATETIME2FROMPARTS TIMEFROMPARTS SQL_VARIANT_PROPERTY COLUMNPROPERTY TYPEPROPERTY
INDEXPROPERTY FILEPROPERTY STATS_DATE CONTEXT_INFO SESSION_CONTEXT GREATEST LEAST DATE_BUCKET DATETRUNC`)

func errArgs(name string, d fn) error {
	if d.lo == d.hi {
		return errf(174, 15, 1, "The %s function requires %d argument(s).", strings.ToLower(name), d.lo)
	}
	return errf(189, 15, 1, "The %s function requires %d to %d arguments.", strings.ToLower(name), d.lo, d.hi)
}

// sessionCall binds a function whose answer comes from the session.
func (b *binder) sessionCall(f *funcExpr, sc *scope, name string) (bx, error) {
	d := sessionFuncs[name]
	if len(f.args) < d.lo || len(f.args) > d.hi {
		return bx{}, errArgs(name, fn{lo: d.lo, hi: d.hi})
	}
	parts := []string{strconv.FormatInt(b.s.id, 10), quote(name)}
	for _, a := range f.args {
		e, err := b.value(a, sc)
		if err != nil {
			return bx{}, err
		}
		if !isString(e.t.Kind) && !isInt(e.t.Kind) && e.t.Kind != tds.KindNull {
			if isBinary(e.t.Kind) {
				parts = append(parts, e.sql)
				continue
			}
			if e, err = b.conv(e, nvarchar(4000), true); err != nil {
				return bx{}, err
			}
		}
		parts = append(parts, e.sql)
	}
	return bx{t: d.t, null: true, c: b.coll(), sql: "tsql_sess(" + strings.Join(parts, ", ") + ")"}, nil
}

// global binds @@name.
func (b *binder) global(v *globalExpr) (bx, error) {
	g, ok := globals[v.name]
	if !ok {
		return bx{}, errUndeclared(v.name)
	}
	return bx{t: g.t, null: true, c: b.coll(), sql: b.arg(pack(g.t, g.get(b.s)))}, nil
}
