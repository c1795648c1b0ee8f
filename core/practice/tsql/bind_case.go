package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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
