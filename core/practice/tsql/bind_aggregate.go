package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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
