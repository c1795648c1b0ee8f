package tsql

// selectStatement parses [WITH ctes] query [ORDER BY …] [OFFSET …] [OPTION …].
func (p *parser) selectStatement() *selectStmt {
	defer p.enter()()
	var ctes []cte
	if p.is("WITH") {
		ctes = p.with()
	}
	return p.selectAfterWith(ctes)
}

func (p *parser) with() []cte {
	p.needKw("WITH")
	if p.is("XMLNAMESPACES") {
		p.unsupported("WITH XMLNAMESPACES")
	}
	var out []cte
	for {
		c := cte{name: p.ident()}
		if p.isOp("(") {
			c.cols = p.identList()
		}
		p.needKw("AS")
		p.needOp("(")
		c.sel = p.selectStatement()
		p.needOp(")")
		out = append(out, c)
		if !p.op(",") {
			return out
		}
	}
}

func (p *parser) selectAfterWith(ctes []cte) *selectStmt {
	s := &selectStmt{ctes: ctes, line: p.cur().line}
	s.body = p.union()
	if p.is("ORDER") {
		s.order = p.orderBy()
		p.offset(s)
	}
	if p.kw("FOR") {
		switch {
		case p.is("XML"), p.is("JSON"), p.is("BROWSE"):
			p.unsupported("FOR " + p.cur().up)
		default:
			p.unexpected()
		}
	}
	p.option()
	return s
}

func (p *parser) offset(s *selectStmt) {
	if !p.is("OFFSET") {
		return
	}
	p.i++
	s.offset = p.additive()
	if !p.kw("ROWS") && !p.kw("ROW") {
		p.unexpected()
	}
	if !p.kw("FETCH") {
		return
	}
	if !p.kw("NEXT") && !p.kw("FIRST") {
		p.unexpected()
	}
	s.fetch = p.additive()
	if !p.kw("ROWS") && !p.kw("ROW") {
		p.unexpected()
	}
	p.needKw("ONLY")
}

// option takes OPTION (…): query hints have no effect here.
func (p *parser) option() {
	if !p.kw("OPTION") {
		return
	}
	p.needOp("(")
	depth := 1
	for depth > 0 {
		switch {
		case p.cur().kind == tokEOF:
			p.unexpected()
		case p.isOp("("):
			depth++
		case p.isOp(")"):
			depth--
		}
		p.i++
	}
}

func (p *parser) union() queryExpr {
	l := p.intersect()
	for {
		op := ""
		switch {
		case p.kw("UNION", "ALL"):
			op = "UNION ALL"
		case p.kw("UNION"):
			op = "UNION"
		case p.kw("EXCEPT"):
			op = "EXCEPT"
		default:
			return l
		}
		l = &setOp{op, l, p.intersect()}
	}
}

func (p *parser) intersect() queryExpr {
	l := p.queryTerm()
	for p.kw("INTERSECT") {
		l = &setOp{"INTERSECT", l, p.queryTerm()}
	}
	return l
}

func (p *parser) queryTerm() queryExpr {
	if p.isOp("(") {
		defer p.enter()()
		p.i++
		q := p.union()
		p.needOp(")")
		return q
	}
	return p.core()
}

func (p *parser) core() *selectCore {
	p.needKw("SELECT")
	c := &selectCore{}
	if p.kw("DISTINCT") {
		c.distinct = true
	} else {
		p.kw("ALL")
	}
	c.top = p.top()
	if p.is("WITH") && p.peek(1).up == "TIES" {
		p.unsupported("TOP WITH TIES")
	}
	for {
		c.items = append(c.items, p.item())
		if !p.op(",") {
			break
		}
	}
	if p.kw("INTO") {
		n := p.object()
		c.into = &n
	}
	if p.kw("FROM") {
		c.from = p.from()
	}
	if p.kw("WHERE") {
		c.where = p.expr()
	}
	if p.kw("GROUP") {
		p.needKw("BY")
		c.group = p.groupBy()
	}
	if p.kw("HAVING") {
		c.having = p.expr()
	}
	return c
}

func (p *parser) groupBy() []expr {
	var out []expr
	for {
		if w := p.cur().up; w == "ROLLUP" || w == "CUBE" || w == "GROUPING" {
			p.unsupported("GROUP BY " + w)
		}
		out = append(out, p.expr())
		if !p.op(",") {
			break
		}
	}
	if p.is("WITH") {
		p.unsupported("GROUP BY WITH " + p.peek(1).up)
	}
	return out
}

func (p *parser) top() expr {
	if !p.kw("TOP") {
		return nil
	}
	var x expr
	if p.op("(") {
		x = p.expr()
		p.needOp(")")
	} else {
		t := p.next()
		if t.kind != tokInt && t.kind != tokFloat && t.kind != tokDec {
			p.i--
			p.unexpected()
		}
		x = p.literal(t)
	}
	if p.is("PERCENT") {
		p.unsupported("TOP PERCENT")
	}
	return x
}

func (p *parser) item() selectItem {
	if p.op("*") {
		return selectItem{star: true}
	}
	t := p.cur()
	if n := p.peek(1); n.kind == tokOp && n.text == "=" {
		switch {
		case t.kind == tokVar:
			it := selectItem{assign: p.variable()}
			p.needOp("=")
			it.x = p.expr()
			return it
		case p.isIdent(), t.kind == tokString, t.kind == tokNString:
			p.i += 2
			return selectItem{alias: t.text, x: p.expr()}
		}
	}
	if q, ok := p.qualifiedStar(); ok {
		return selectItem{star: true, qual: q}
	}
	it := selectItem{x: p.expr()}
	switch c := p.cur(); {
	case p.kw("AS"):
		c = p.cur()
		if c.kind == tokString || c.kind == tokNString {
			p.i++
			it.alias = c.text
		} else {
			it.alias = p.ident()
		}
	case p.isIdent() && !p.startsStatement(), c.kind == tokString, c.kind == tokNString:
		p.i++
		it.alias = c.text
	}
	return it
}

// qualifiedStar takes t.* and the like.
func (p *parser) qualifiedStar() ([]string, bool) {
	var parts []string
	i := 0
	for {
		t := p.peek(i)
		if t.kind != tokQuoted && (t.kind != tokIdent || reserved[t.up]) {
			return nil, false
		}
		parts = append(parts, t.text)
		if d := p.peek(i + 1); d.kind != tokOp || d.text != "." {
			return nil, false
		}
		if s := p.peek(i + 2); s.kind == tokOp && s.text == "*" {
			p.i += i + 3
			return parts, true
		}
		i += 2
	}
}

// startsStatement tells whether a bare word begins a statement although it is
// not a reserved word.
func (p *parser) startsStatement() bool {
	t := p.cur()
	return t.kind == tokIdent && (t.up == "THROW" && p.peek(1).kind != tokOp)
}
