package tsql

func (p *parser) withStatement() stmt {
	ctes := p.with()
	switch {
	case p.is("INSERT"):
		return p.insert(ctes)
	case p.is("UPDATE"):
		return p.update(ctes)
	case p.is("DELETE"):
		return p.delete(ctes)
	case p.is("MERGE"):
		p.unsupported("MERGE")
	}
	return &queryStmt{sel: p.selectAfterWith(ctes)}
}

func (p *parser) dmlTarget() objName {
	if p.cur().kind == tokVar {
		p.unsupported("table variable")
	}
	n := p.object()
	p.hints()
	return n
}

func (p *parser) output() []selectItem {
	if !p.kw("OUTPUT") {
		return nil
	}
	var out []selectItem
	for {
		out = append(out, p.item())
		if !p.op(",") {
			break
		}
	}
	if p.is("INTO") {
		p.unsupported("OUTPUT INTO")
	}
	return out
}

func (p *parser) insert(ctes []cte) stmt {
	p.needKw("INSERT")
	if p.kw("BULK") {
		return p.insertBulk()
	}
	s := &insertStmt{ctes: ctes, top: p.top()}
	p.kw("INTO")
	s.target = p.dmlTarget()
	if p.isOp("(") && !p.parenIsQuery() {
		s.cols = p.identList()
	}
	s.output = p.output()
	switch {
	case p.kw("DEFAULT", "VALUES"):
		s.defaults = true
	case p.kw("VALUES"):
		s.rows = p.valueRows()
		p.option()
	case p.is("EXEC"), p.is("EXECUTE"):
		p.unsupported("INSERT … EXEC")
	default:
		if !p.is("SELECT") && !p.is("WITH") && !p.isOp("(") {
			p.unexpected()
		}
		s.sel = p.selectStatement()
	}
	return s
}

// insertBulk parses INSERT BULK table (column type [COLLATE c], …) [WITH (…)].
func (p *parser) insertBulk() stmt {
	s := &insertBulkStmt{target: p.object()}
	p.needOp("(")
	for {
		c := columnDef{name: p.ident(), t: p.dataType(1)}
		if p.kw("COLLATE") {
			p.ident()
		}
		s.cols = append(s.cols, c)
		if !p.op(",") {
			break
		}
	}
	p.needOp(")")
	if p.is("WITH") {
		p.i++
		p.skipParens()
	}
	return s
}

func (p *parser) skipParens() {
	p.needOp("(")
	for depth := 1; depth > 0; p.i++ {
		switch {
		case p.cur().kind == tokEOF:
			p.unexpected()
		case p.isOp("("):
			depth++
		case p.isOp(")"):
			depth--
		}
	}
}

func (p *parser) update(ctes []cte) stmt {
	p.needKw("UPDATE")
	s := &updateStmt{ctes: ctes, top: p.top(), target: p.dmlTarget()}
	p.needKw("SET")
	for {
		s.sets = append(s.sets, p.setClause())
		if !p.op(",") {
			break
		}
	}
	s.output = p.output()
	if p.kw("FROM") {
		s.from = p.from()
	}
	if p.kw("WHERE") {
		s.where = p.where()
	}
	p.option()
	return s
}

func (p *parser) where() expr {
	if p.is("CURRENT") {
		p.unsupported("CURRENT OF")
	}
	return p.expr()
}

func (p *parser) setClause() setClause {
	c := setClause{op: "="}
	if p.cur().kind == tokVar {
		c.assign = p.variable()
		p.needOp("=")
		if n := p.peek(1); p.isIdent() && n.kind == tokOp && n.text == "=" {
			c.col = []string{p.ident()}
			p.needOp("=")
		}
		c.x = p.expr()
		return c
	}
	c.col = []string{p.ident()}
	for p.op(".") {
		c.col = append(c.col, p.ident())
	}
	if p.isOp("(") {
		p.unsupported("method call in SET")
	}
	c.op = p.assignOp()
	c.x = p.expr()
	return c
}

func (p *parser) assignOp() string {
	t := p.cur()
	switch t.text {
	case "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=":
		if t.kind == tokOp {
			p.i++
			return t.text
		}
	}
	p.unexpected()
	return ""
}

func (p *parser) delete(ctes []cte) stmt {
	p.needKw("DELETE")
	s := &deleteStmt{ctes: ctes, top: p.top()}
	p.kw("FROM")
	s.target = p.dmlTarget()
	s.output = p.output()
	if p.kw("FROM") {
		s.from = p.from()
	}
	if p.kw("WHERE") {
		s.where = p.where()
	}
	p.option()
	return s
}

func (p *parser) truncate() stmt {
	p.needKw("TRUNCATE")
	p.needKw("TABLE")
	return &truncateStmt{target: p.object()}
}
