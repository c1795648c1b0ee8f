package tsql

func (p *parser) ifStatement() stmt {
	p.needKw("IF")
	s := &ifStmt{cond: p.expr()}
	s.then = p.statement(false)
	if p.kw("ELSE") {
		s.els = p.statement(false)
	}
	return s
}

func (p *parser) while() stmt {
	p.needKw("WHILE")
	s := &whileStmt{cond: p.expr()}
	s.body = p.statement(false)
	return s
}

func (p *parser) begin() stmt {
	p.needKw("BEGIN")
	switch {
	case p.kw("TRY"):
		return p.tryCatch()
	case p.is("DISTRIBUTED"):
		p.unsupported("BEGIN DISTRIBUTED TRANSACTION")
	case p.kw("TRAN"), p.kw("TRANSACTION"):
		return &tranStmt{kind: "BEGIN", name: p.tranName()}
	}
	p.op(";")
	s := &blockStmt{}
	for !p.kw("END") {
		if p.cur().kind == tokEOF {
			p.unexpected()
		}
		s.body = append(s.body, p.statement(false))
		for p.op(";") {
			continue
		}
	}
	if len(s.body) == 0 {
		p.i--
		p.unexpected()
	}
	return s
}

func (p *parser) tryCatch() stmt {
	s := &tryStmt{}
	p.op(";")
	for !p.kw("END", "TRY") {
		if p.cur().kind == tokEOF {
			p.unexpected()
		}
		s.body = append(s.body, p.statement(false))
	}
	p.op(";")
	if !p.kw("BEGIN", "CATCH") {
		p.unexpected()
	}
	p.op(";")
	for !p.kw("END", "CATCH") {
		if p.cur().kind == tokEOF {
			p.unexpected()
		}
		s.catch = append(s.catch, p.statement(false))
	}
	return s
}

func (p *parser) tranName() string {
	if p.cur().kind == tokVar {
		return p.variable()
	}
	if p.isIdent() {
		return p.ident()
	}
	return ""
}

func (p *parser) commit() stmt {
	p.needKw("COMMIT")
	if p.kw("TRAN") || p.kw("TRANSACTION") {
		return &tranStmt{kind: "COMMIT", name: p.tranName()}
	}
	p.kw("WORK")
	return &tranStmt{kind: "COMMIT"}
}

func (p *parser) rollback() stmt {
	p.needKw("ROLLBACK")
	if p.kw("TRAN") || p.kw("TRANSACTION") {
		return &tranStmt{kind: "ROLLBACK", name: p.tranName()}
	}
	p.kw("WORK")
	return &tranStmt{kind: "ROLLBACK"}
}

func (p *parser) save() stmt {
	p.needKw("SAVE")
	if !p.kw("TRAN") && !p.kw("TRANSACTION") {
		p.unexpected()
	}
	return &tranStmt{kind: "SAVE", name: p.tranName()}
}

func (p *parser) print() stmt {
	p.needKw("PRINT")
	return &printStmt{x: p.expr()}
}

func (p *parser) raise() stmt {
	p.needKw("RAISERROR")
	p.needOp("(")
	s := &raiseStmt{args: []expr{p.expr()}}
	for p.op(",") {
		s.args = append(s.args, p.expr())
	}
	p.needOp(")")
	if p.kw("WITH") {
		for {
			w := p.next().up
			s.nowait = s.nowait || w == "NOWAIT"
			if w != "NOWAIT" && w != "LOG" && w != "SETERROR" {
				p.i--
				p.unexpected()
			}
			if !p.op(",") {
				break
			}
		}
	}
	return s
}

func (p *parser) throw() stmt {
	p.needKw("THROW")
	s := &throwStmt{}
	if t := p.cur().kind; t == tokInt || t == tokVar {
		s.args = append(s.args, p.expr())
		for p.op(",") {
			s.args = append(s.args, p.expr())
		}
		if len(s.args) != 3 {
			p.unexpected()
		}
	}
	return s
}

func (p *parser) use() stmt {
	p.needKw("USE")
	return &useStmt{db: p.ident()}
}

func (p *parser) ret() stmt {
	p.needKw("RETURN")
	s := &returnStmt{}
	switch t := p.cur(); {
	case t.kind == tokInt, t.kind == tokVar, t.kind == tokGlobal, p.isOp("("), p.isOp("-"):
		s.x = p.expr()
	}
	return s
}

func (p *parser) waitFor() stmt {
	p.needKw("WAITFOR")
	if !p.kw("DELAY") {
		p.unsupported("WAITFOR " + p.cur().up)
	}
	return &waitStmt{delay: p.expr()}
}
