package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// Expressions and conditions share one grammar here; the binder refuses a
// condition where a value is wanted and the other way round.

func (p *parser) expr() expr { defer p.enter()(); return p.or() }

func (p *parser) or() expr {
	l := p.and()
	for p.kw("OR") {
		l = &binaryExpr{"OR", l, p.and()}
	}
	return l
}

func (p *parser) and() expr {
	l := p.not()
	for p.kw("AND") {
		l = &binaryExpr{"AND", l, p.not()}
	}
	return l
}

func (p *parser) not() expr {
	if p.kw("NOT") {
		defer p.enter()()
		return &notExpr{p.not()}
	}
	return p.comparison()
}

var comparisonOps = map[string]string{
	"=": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!<": ">=", "!>": "<=",
}

func (p *parser) comparison() expr {
	l := p.additive()
	for {
		t := p.cur()
		if t.kind == tokOp {
			op, ok := comparisonOps[t.text]
			if !ok {
				return l
			}
			p.i++
			if p.is("ALL") || p.is("ANY") || p.is("SOME") {
				p.unsupported(p.cur().up)
			}
			l = &binaryExpr{op, l, p.additive()}
			continue
		}
		r, ok := p.predicateTail(l)
		if !ok {
			return l
		}
		l = r
	}
}

func (p *parser) predicateTail(l expr) (expr, bool) {
	if p.kw("IS") {
		not := p.kw("NOT")
		p.needKw("NULL")
		return &isNullExpr{l, not}, true
	}
	not := false
	if p.is("NOT") && (p.peek(1).up == "IN" || p.peek(1).up == "BETWEEN" || p.peek(1).up == "LIKE") {
		p.i++
		not = true
	}
	switch {
	case p.kw("IN"):
		return p.inTail(l, not), true
	case p.kw("BETWEEN"):
		lo := p.additive()
		p.needKw("AND")
		return &betweenExpr{l, lo, p.additive(), not}, true
	case p.kw("LIKE"):
		e := &likeExpr{x: l, pat: p.additive(), not: not}
		if p.kw("ESCAPE") {
			e.esc = p.additive()
		}
		return e, true
	}
	return nil, false
}

func (p *parser) inTail(l expr, not bool) expr {
	p.needOp("(")
	e := &inExpr{x: l, not: not}
	if p.is("SELECT") || p.is("WITH") {
		e.sub = p.selectStatement()
	} else {
		e.list = append(e.list, p.expr())
		for p.op(",") {
			e.list = append(e.list, p.expr())
		}
	}
	p.needOp(")")
	return e
}

func (p *parser) additive() expr {
	defer p.enter()()
	l := p.multiplicative()
	for {
		t := p.cur()
		if t.kind != tokOp || t.text != "+" && t.text != "-" && t.text != "&" && t.text != "|" && t.text != "^" {
			return l
		}
		p.i++
		l = &binaryExpr{t.text, l, p.multiplicative()}
	}
}

func (p *parser) multiplicative() expr {
	l := p.unary()
	for {
		t := p.cur()
		if t.kind != tokOp || t.text != "*" && t.text != "/" && t.text != "%" {
			return l
		}
		p.i++
		l = &binaryExpr{t.text, l, p.unary()}
	}
}

func (p *parser) unary() expr {
	defer p.enter()()
	for _, op := range []string{"-", "+", "~"} {
		if p.op(op) {
			x := p.unary()
			if lit, ok := x.(*litExpr); ok && op == "-" {
				if n := negated(lit); n != nil {
					return n
				}
			}
			return &unaryExpr{op, x}
		}
	}
	x := p.primary()
	for p.kw("COLLATE") {
		x = &collateExpr{x, p.ident()}
	}
	return x
}

func (p *parser) primary() expr {
	t := p.cur()
	switch t.kind {
	case tokString, tokNString, tokInt, tokDec, tokFloat, tokBinary:
		p.i++
		return p.literal(t)
	case tokVar:
		return &varExpr{p.variable()}
	case tokGlobal:
		p.i++
		return &globalExpr{strings.ToUpper(t.text)}
	case tokOp:
		if t.text == "(" {
			return p.paren()
		}
	case tokQuoted:
		return p.nameOrCall()
	case tokIdent:
		return p.wordExpr(t)
	default:
	}
	p.unexpected()
	return nil
}

func (p *parser) paren() expr {
	p.needOp("(")
	if p.is("SELECT") || p.is("WITH") {
		s := p.selectStatement()
		p.needOp(")")
		return &subqueryExpr{s}
	}
	x := p.expr()
	p.needOp(")")
	return x
}

// niladic are the functions which are written without parentheses.
var niladic = words("CURRENT_TIMESTAMP CURRENT_USER SESSION_USER SYSTEM_USER USER")

func (p *parser) wordExpr(t token) expr {
	switch t.up {
	case "NULL":
		p.i++
		return &litExpr{tds.Type{Kind: tds.KindNull}, nil}
	case "DEFAULT":
		p.i++
		return &defaultExpr{}
	case "CASE":
		return p.caseExpr()
	case "EXISTS":
		p.i++
		p.needOp("(")
		s := p.selectStatement()
		p.needOp(")")
		return &existsExpr{s}
	}
	if niladic[t.up] {
		p.i++
		return &funcExpr{parts: []string{t.up}, line: t.line}
	}
	if p.peek(1).kind == tokOp && p.peek(1).text == "(" {
		switch t.up {
		case "CAST", "TRY_CAST":
			return p.cast()
		case "CONVERT", "TRY_CONVERT":
			return p.convert()
		case "COALESCE", "NULLIF", "LEFT", "RIGHT":
			p.i++
			return p.call([]string{t.text}, t.line)
		}
	}
	return p.nameOrCall()
}
