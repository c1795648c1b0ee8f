package tsql

import (
	"encoding/hex"
	"strconv"
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

// negated folds a minus into a number, so that -2147483648 is an int.
func negated(l *litExpr) *litExpr {
	switch v := l.val.(type) {
	case int64:
		return &litExpr{l.t, -v}
	case float64:
		return &litExpr{l.t, -v}
	case tds.Number:
		if v == "2147483648" {
			return &litExpr{tds.Type{Kind: tds.Int}, int64(-2147483648)}
		}
		if strings.HasPrefix(string(v), "-") {
			return &litExpr{l.t, v[1:]}
		}
		return &litExpr{l.t, "-" + v}
	}
	return nil
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

func (p *parser) literal(t token) expr {
	switch t.kind {
	case tokString:
		return &litExpr{tds.Type{Kind: tds.VarChar, Length: max(1, utf16Len(t.text))}, t.text}
	case tokNString:
		n := max(1, utf16Len(t.text))
		if n > 4000 {
			n = -1
		}
		return &litExpr{tds.Type{Kind: tds.NVarChar, Length: n}, t.text}
	case tokInt:
		digits := strings.TrimLeft(t.text, "0")
		if n, err := strconv.ParseInt(t.text, 10, 32); err == nil {
			return &litExpr{tds.Type{Kind: tds.Int}, n}
		}
		return p.decimal(digits, 0)
	case tokDec:
		whole, frac, _ := strings.Cut(t.text, ".")
		whole = strings.TrimLeft(whole, "0")
		if frac == "" {
			return p.decimal(whole, 0)
		}
		return p.decimal(whole+"."+frac, len(frac))
	case tokFloat:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			p.fail(errf(168, 15, 1, "The floating point value '%s' is out of the range of computer representation (8 bytes).", t.text))
		}
		return &litExpr{tds.Type{Kind: tds.Float}, f}
	default:
		s := t.text
		if len(s)%2 == 1 {
			s = "0" + s
		}
		b, err := hex.DecodeString(s)
		if err != nil {
			p.unexpected()
		}
		return &litExpr{tds.Type{Kind: tds.VarBinary, Length: max(1, len(b))}, b}
	}
}

func (p *parser) decimal(s string, scale int) expr {
	prec := len(s)
	if scale > 0 {
		prec--
	}
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	if s == "" {
		s = "0"
	}
	if prec > 38 {
		p.fail(errf(1007, 15, 1, "The number '%s' is out of the range for numeric representation (maximum precision 38).", s))
	}
	return &litExpr{tds.Type{Kind: tds.Decimal, Precision: uint8(max(prec, 1)), Scale: uint8(scale)}, tds.Number(s)}
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
