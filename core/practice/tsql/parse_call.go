package tsql

import (
	"strings"
)

func (p *parser) caseExpr() expr {
	p.needKw("CASE")
	c := &caseExpr{}
	if !p.is("WHEN") {
		c.operand = p.expr()
	}
	for p.kw("WHEN") {
		cond := p.expr()
		p.needKw("THEN")
		c.whens = append(c.whens, whenClause{cond, p.expr()})
	}
	if len(c.whens) == 0 {
		p.unexpected()
	}
	if p.kw("ELSE") {
		c.els = p.expr()
	}
	p.needKw("END")
	return c
}

func (p *parser) cast() expr {
	try := p.next().up == "TRY_CAST"
	p.needOp("(")
	x := p.expr()
	p.needKw("AS")
	t := p.dataType(30)
	p.needOp(")")
	return &castExpr{x: x, t: t, try: try}
}

func (p *parser) convert() expr {
	try := p.next().up == "TRY_CONVERT"
	p.needOp("(")
	t := p.dataType(30)
	p.needOp(",")
	c := &castExpr{x: p.expr(), t: t, try: try}
	if p.op(",") {
		c.style = p.expr()
	}
	p.needOp(")")
	return c
}

func (p *parser) nameOrCall() expr {
	line := p.cur().line
	parts := []string{p.ident()}
	for p.op(".") {
		if p.isOp(".") {
			parts = append(parts, "")
			continue
		}
		parts = append(parts, p.identLoose())
	}
	if p.isOp("(") {
		return p.call(parts, line)
	}
	if len(parts) > 4 {
		p.fail(errf(4104, 16, 1, "The multi-part identifier \"%s\" could not be bound.", strings.Join(parts, ".")))
	}
	return &nameExpr{parts, line}
}

func (p *parser) call(parts []string, line int32) expr {
	p.needOp("(")
	f := &funcExpr{parts: parts, line: line}
	switch {
	case p.isOp("*") && p.peek(1).kind == tokOp && p.peek(1).text == ")":
		p.i++
		f.star = true
	case !p.isOp(")"):
		if p.kw("DISTINCT") {
			f.distinct = true
		} else {
			p.kw("ALL")
		}
		f.args = append(f.args, p.expr())
		for p.op(",") {
			f.args = append(f.args, p.expr())
		}
	}
	p.needOp(")")
	if p.kw("WITHIN", "GROUP") {
		p.needOp("(")
		f.withinGroup = p.orderBy()
		p.needOp(")")
	}
	if p.kw("OVER") {
		f.over = p.over()
	}
	return f
}

func (p *parser) over() *overClause {
	p.needOp("(")
	o := &overClause{}
	if p.kw("PARTITION") {
		p.needKw("BY")
		o.partition = append(o.partition, p.expr())
		for p.op(",") {
			o.partition = append(o.partition, p.expr())
		}
	}
	if p.is("ORDER") {
		o.order = p.orderBy()
	}
	if p.is("ROWS") || p.is("RANGE") {
		p.unsupported("OVER (" + p.cur().up + ")")
	}
	p.needOp(")")
	return o
}

func (p *parser) orderBy() []orderItem {
	p.needKw("ORDER")
	p.needKw("BY")
	var out []orderItem
	for {
		it := orderItem{x: p.expr()}
		if p.kw("DESC") {
			it.desc = true
		} else {
			p.kw("ASC")
		}
		out = append(out, it)
		if !p.op(",") {
			return out
		}
	}
}
