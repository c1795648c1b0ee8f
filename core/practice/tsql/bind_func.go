package tsql

import (
	"fmt"
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

func (b *binder) cast(v *castExpr, sc *scope) (bx, error) {
	e, err := b.value(v.x, sc)
	if err != nil {
		return bx{}, err
	}
	if err := checkConversion(e.t, v.t, true); err != nil {
		return bx{}, err
	}
	c := convSpec{try: v.try}
	if v.style != nil {
		n, err := b.constant(v.style)
		if err != nil {
			return bx{}, err
		}
		i, ok := n.(int64)
		if n == nil {
			return bx{sql: "NULL", t: v.t, null: true}, nil
		}
		if !ok {
			return bx{}, errf(8116, 16, 1, "Argument data type varchar is invalid for argument 3 of convert function.")
		}
		c.style = int(i)
	}
	out := b.convStyle(e, v.t, c)
	out.name = ""
	return out, nil
}

// constant evaluates an argument that may not depend on a row.
func (b *binder) constant(x expr) (any, error) {
	if l, ok := x.(*litExpr); ok {
		return l.val, nil
	}
	e, err := b.s.eval(b.f, x)
	if err != nil {
		return nil, err
	}
	return e.value, nil
}

func (b *binder) caseOf(v *caseExpr, sc *scope) (bx, error) {
	var operand bx
	var err error
	if v.operand != nil {
		if operand, err = b.value(v.operand, sc); err != nil {
			return bx{}, err
		}
	}
	conds := make([]string, len(v.whens))
	results := make([]bx, 0, len(v.whens)+1)
	for i, w := range v.whens {
		if v.operand == nil {
			if conds[i], err = b.condition(w.cond, sc); err != nil {
				return bx{}, err
			}
		} else {
			e, err := b.value(w.cond, sc)
			if err != nil {
				return bx{}, err
			}
			c, err := b.compare("=", operand, e)
			if err != nil {
				return bx{}, err
			}
			conds[i] = c.sql
		}
		r, err := b.value(w.then, sc)
		if err != nil {
			return bx{}, err
		}
		results = append(results, r)
	}
	if v.els != nil {
		r, err := b.value(v.els, sc)
		if err != nil {
			return bx{}, err
		}
		results = append(results, r)
	}
	results, out, err := b.oneType(results)
	if err != nil {
		return bx{}, err
	}
	var sb strings.Builder
	sb.WriteString("CASE")
	for i, c := range conds {
		sb.WriteString(" WHEN " + c + " THEN " + results[i].sql)
	}
	if v.els != nil {
		sb.WriteString(" ELSE " + results[len(results)-1].sql)
	} else {
		out.null = true
	}
	out.sql = "(" + sb.String() + " END)"
	if out.t.Kind == tds.KindNull {
		return bx{}, errf(8133, 16, 1, "At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.")
	}
	return out, nil
}

// oneType converts expressions to the type which they have together.
func (b *binder) oneType(list []bx) ([]bx, bx, error) {
	out := list[0]
	out.lit, out.name = nil, ""
	for _, e := range list[1:] {
		c, label, err := b.merge(out, e, "CASE")
		if err != nil {
			return nil, out, err
		}
		out.t = unify(out.t, e.t)
		out.null = out.null || e.null
		out.c, out.label = c, label
	}
	for i, e := range list {
		var err error
		if list[i], err = b.conv(e, out.t, false); err != nil {
			return nil, out, err
		}
	}
	return list, out, nil
}

// fn is a built-in function: bounds of its arguments and how it is translated.
type fn struct {
	lo, hi int // hi < 0: any number
	bind   func(b *binder, f *funcExpr, sc *scope) (bx, error)
}

func (b *binder) call(f *funcExpr, sc *scope) (bx, error) { //nolint:gocyclo // the rules of the language, case by case
	name := strings.ToUpper(f.parts[len(f.parts)-1])
	if len(f.parts) > 1 {
		if strings.EqualFold(f.parts[0], "sys") && name == "FN_HADR_IS_PRIMARY_REPLICA" {
			return b.sessionCall(f, sc, name)
		}
		return bx{}, atLine(errf(4121, 16, 1, "Cannot find either column \"%s\" or the user-defined function or aggregate \"%s\", or the name is ambiguous.",
			f.parts[0], strings.Join(f.parts, ".")), f.line)
	}
	if aggregates[name] {
		e, err := b.aggregate(name, f, sc)
		return e, atLineOrNil(err, f.line)
	}
	if windows[name] {
		e, err := b.window(name, f, sc)
		return e, atLineOrNil(err, f.line)
	}
	if f.over != nil || f.withinGroup != nil || f.distinct || f.star {
		return bx{}, atLine(errSyntax("("), f.line)
	}
	if d, ok := builtins[name]; ok {
		if len(f.args) < d.lo || d.hi >= 0 && len(f.args) > d.hi {
			return bx{}, atLine(errArgs(name, d), f.line)
		}
		e, err := d.bind(b, f, sc)
		e.lit, e.name = nil, ""
		return e, atLineOrNil(err, f.line)
	}
	if _, ok := sessionFuncs[name]; ok {
		e, err := b.sessionCall(f, sc, name)
		return e, atLineOrNil(err, f.line)
	}
	if knownUnsupported[name] {
		return bx{}, atLine(errUnsupported(name), f.line)
	}
	return bx{}, atLine(errf(195, 15, 10, "'%s' is not a recognized built-in function name.", f.parts[0]), f.line)
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

var (
	aggregates = words("COUNT COUNT_BIG SUM AVG MIN MAX STRING_AGG")
	windows    = words("ROW_NUMBER RANK DENSE_RANK NTILE LAG LEAD")
)

// hasAggregate tells whether an expression aggregates, outside of subqueries.
func hasAggregate(x expr) bool {
	found := false
	walk(x, func(e expr) {
		if f, ok := e.(*funcExpr); ok && len(f.parts) == 1 && f.over == nil && aggregates[strings.ToUpper(f.parts[0])] {
			found = true
		}
	})
	return found
}

// walk visits an expression and its parts, but not its subqueries.
func walk(x expr, visit func(expr)) {
	if x == nil {
		return
	}
	visit(x)
	for _, c := range children(x) {
		if c != nil {
			walk(c, visit)
		}
	}
}

func children(x expr) []expr {
	switch v := x.(type) {
	case *unaryExpr:
		return []expr{v.x}
	case *binaryExpr:
		return []expr{v.l, v.r}
	case *notExpr:
		return []expr{v.x}
	case *funcExpr:
		out := append([]expr(nil), v.args...)
		if v.over != nil {
			out = append(out, v.over.partition...)
			for _, o := range v.over.order {
				out = append(out, o.x)
			}
		}
		return out
	case *caseExpr:
		out := []expr{v.operand, v.els}
		for _, w := range v.whens {
			out = append(out, w.cond, w.then)
		}
		return out
	case *castExpr:
		return []expr{v.x, v.style}
	case *isNullExpr:
		return []expr{v.x}
	case *inExpr:
		return append([]expr{v.x}, v.list...)
	case *betweenExpr:
		return []expr{v.x, v.lo, v.hi}
	case *likeExpr:
		return []expr{v.x, v.pat, v.esc}
	case *collateExpr:
		return []expr{v.x}
	}
	return nil
}

// aggregate binds COUNT, SUM, AVG, MIN, MAX and STRING_AGG, also as windows.
func (b *binder) aggregate(name string, f *funcExpr, sc *scope) (bx, error) {
	if sc == nil || sc.noAgg != "" && sc.noAgg != "probe" && f.over == nil {
		if sc != nil && sc.noAgg == "GROUP BY" {
			return bx{}, errf(144, 15, 1, "Cannot use an aggregate or a subquery in an expression used for the group by list of a GROUP BY clause.")
		}
		return bx{}, errf(147, 15, 1, "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, "+
			"and the column being aggregated is an outer reference.")
	}
	if sc.inAgg && f.over == nil {
		return bx{}, errf(130, 15, 1, "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.")
	}
	over, err := b.overText(f, sc)
	if err != nil {
		return bx{}, err
	}
	was := sc.inAgg
	if f.over == nil {
		sc.inAgg = true
	}
	e, err := b.aggregateOf(name, f, sc, over)
	sc.inAgg = was
	return e, err
}

func (b *binder) aggregateOf(name string, f *funcExpr, sc *scope, over string) (bx, error) {
	count := bx{t: typeInt}
	if name == "COUNT_BIG" {
		count.t = typeBigInt
	}
	if f.star {
		if name != "COUNT" && name != "COUNT_BIG" {
			return bx{}, errSyntax("*")
		}
		count.sql = "count(*)" + over
		return count, nil
	}
	want := 1
	if name == "STRING_AGG" {
		want = 2
	}
	if len(f.args) != want {
		return bx{}, errf(174, 15, 1, "The %s function requires %d argument(s).", name, want)
	}
	e, err := b.value(f.args[0], sc)
	if err != nil {
		return bx{}, err
	}
	if e.t.Kind == tds.KindNull {
		return bx{}, errf(8117, 16, 1, "Operand data type NULL is invalid for %s operator.", strings.ToLower(name))
	}
	distinct := ""
	if f.distinct {
		distinct = "DISTINCT "
	}
	switch name {
	case "COUNT", "COUNT_BIG":
		sql := e.sql
		if f.distinct {
			sql = groupKeySQL(e)
		}
		count.sql = "count(" + distinct + sql + ")" + over
		return count, nil
	case "MIN", "MAX":
		return minMax(name, e, over)
	case "STRING_AGG":
		return b.stringAgg(f, e, sc, over)
	}
	return sumAvg(name, e, distinct, over)
}

func minMax(name string, e bx, over string) (bx, error) {
	k := e.t.Kind
	if k == tds.Bit || isLOB(k) || k == tds.XML {
		return bx{}, errf(8117, 16, 1, "Operand data type %s is invalid for %s operator.", typeName(e.t), strings.ToLower(name))
	}
	if k == tds.SQLVariant {
		return bx{}, errUnsupported(name + "(sql_variant)")
	}
	out := e
	out.null, out.lit, out.name = true, nil, ""
	out.sql = strings.ToLower(name) + "(" + e.sql + collateSuffix(e.t, e.c) + ")" + over
	return out, nil
}

func sumAvg(name string, e bx, distinct, over string) (bx, error) {
	out := bx{null: true}
	sum := "sum(" + distinct + e.sql + ")" + over
	n := "count(" + distinct + e.sql + ")" + over
	switch k := e.t.Kind; {
	case k == tds.Bit, !isNumeric(k):
		return bx{}, errf(8117, 16, 1, "Operand data type %s is invalid for %s operator.", typeName(e.t), strings.ToLower(name))
	case isInt(k):
		out.t = typeInt
		if k == tds.BigInt {
			out.t = typeBigInt
		}
		if name == "AVG" {
			out.sql = fmt.Sprintf("CASE WHEN %s = 0 THEN NULL ELSE tsql_div(tsql_ck(%d, %s), %s) END", n, out.t.Kind, sum, n)
			return out, nil
		}
		out.sql = fmt.Sprintf("tsql_ck(%d, %s)", out.t.Kind, sum)
	case isFloat(k):
		out.t = typeFloat
		out.sql = sum
		if name == "AVG" {
			out.sql = "avg(" + distinct + e.sql + ")" + over
		}
	default:
		if distinct != "" {
			return bx{}, errUnsupported(name + "(DISTINCT numeric)")
		}
		out.t = tds.Type{Kind: tds.Decimal, Precision: 38, Scale: e.t.Scale}
		if k != tds.Decimal {
			out.t = tds.Type{Kind: tds.Money, Precision: 19, Scale: 4}
		}
		sum = fmt.Sprintf("tsql_sumdec(%s, %d)%s", e.sql, e.t.Scale, over)
		out.sql = sum
		if name == "AVG" {
			if k == tds.Decimal {
				out.t.Scale = max(6, e.t.Scale)
			}
			out.sql = fmt.Sprintf("CASE WHEN %s = 0 THEN NULL ELSE tsql_dec('/', %s, %s || '', %d, %d) END", n, sum, n, out.t.Precision, out.t.Scale)
		}
	}
	return out, nil
}

func (b *binder) stringAgg(f *funcExpr, e bx, sc *scope, over string) (bx, error) {
	if f.distinct || over != "" {
		return bx{}, errSyntax("DISTINCT")
	}
	sep, err := b.text(f.args[1], sc, "string_agg")
	if err != nil {
		return bx{}, err
	}
	out := bx{t: nvarchar(4000), null: true, c: e.c, label: e.label}
	if isString(e.t.Kind) {
		if !isUnicode(e.t.Kind) {
			out.t = varchar(8000)
		}
		if e.t.Length < 0 {
			out.t.Length = -1
		}
	} else {
		e = b.convStyle(e, nvarchar(4000), convSpec{})
	}
	order := ""
	for i, o := range f.withinGroup {
		k, err := b.value(o.x, sc)
		if err != nil {
			return bx{}, err
		}
		order += map[bool]string{true: " ORDER BY ", false: ", "}[i == 0] + sortKey(k.sql, k.t, k.c)
		if o.desc {
			order += " DESC"
		}
	}
	out.sql = "group_concat(" + e.sql + ", " + sep.sql + order + ")"
	return out, nil
}

func (b *binder) overText(f *funcExpr, sc *scope) (string, error) {
	if f.over == nil {
		return "", nil
	}
	if sc == nil || sc.noAgg != "" && sc.noAgg != "probe" {
		return "", errf(4108, 15, 1, "Windowed functions can only appear in the SELECT or ORDER BY clauses.")
	}
	var parts []string
	for i, p := range f.over.partition {
		e, err := b.value(p, sc)
		if err != nil {
			return "", err
		}
		if i == 0 {
			parts = append(parts, "PARTITION BY "+groupKeySQL(e))
		} else {
			parts = append(parts, ", "+groupKeySQL(e))
		}
	}
	for i, o := range f.over.order {
		e, err := b.value(o.x, sc)
		if err != nil {
			return "", err
		}
		if e.lit != nil {
			return "", errf(5308, 16, 1, "Windowed functions, aggregates and NEXT VALUE FOR functions do not support integer indices as ORDER BY clause expressions.")
		}
		k := sortKey(e.sql, e.t, e.c)
		if o.desc {
			k += " DESC"
		}
		if i == 0 {
			k = " ORDER BY " + k
		} else {
			k = ", " + k
		}
		parts = append(parts, k)
	}
	return " OVER (" + strings.Join(parts, "") + ")", nil
}

func (b *binder) window(name string, f *funcExpr, sc *scope) (bx, error) {
	if f.over == nil {
		return bx{}, errf(10753, 15, 3, "The function '%s' must have an OVER clause.", name)
	}
	if len(f.over.order) == 0 {
		return bx{}, errf(4112, 15, 1, "The function '%s' must have an OVER clause with ORDER BY.", name)
	}
	over, err := b.overText(f, sc)
	if err != nil {
		return bx{}, err
	}
	args := make([]bx, len(f.args))
	texts := make([]string, len(f.args))
	for i, a := range f.args {
		if args[i], err = b.value(a, sc); err != nil {
			return bx{}, err
		}
		texts[i] = args[i].sql
	}
	out := bx{t: typeBigInt, sql: strings.ToLower(name) + "(" + strings.Join(texts, ", ") + ")" + over}
	switch {
	case name == "LAG" || name == "LEAD":
		if len(args) < 1 || len(args) > 3 {
			return bx{}, errArgs(name, fn{lo: 1, hi: 3})
		}
		out.t, out.null, out.c, out.label = args[0].t, true, args[0].c, args[0].label
	case name == "NTILE" && len(args) != 1, name != "NTILE" && len(args) != 0:
		return bx{}, errf(174, 15, 1, "The %s function requires %d argument(s).", name, boolInt(name == "NTILE"))
	}
	return out, nil
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
		return bx{}, errf(137, 15, 2, "Must declare the scalar variable \"%s\".", v.name)
	}
	return bx{t: g.t, null: true, c: b.coll(), sql: b.arg(pack(g.t, g.get(b.s)))}, nil
}
