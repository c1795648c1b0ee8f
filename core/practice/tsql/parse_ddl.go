package tsql

import (
	"strconv"
	"strings"
)

func (p *parser) create() stmt {
	p.needKw("CREATE")
	switch {
	case p.kw("TABLE"):
		return p.createTable()
	case p.kw("DATABASE"):
		return p.createDatabase()
	case p.kw("SCHEMA"):
		s := &createSchemaStmt{name: p.ident()}
		if p.kw("AUTHORIZATION") {
			p.ident()
		}
		return s
	case p.is("UNIQUE"), p.is("CLUSTERED"), p.is("NONCLUSTERED"), p.is("INDEX"):
		return p.createIndex()
	}
	if w := p.cur(); w.kind == tokIdent {
		p.unsupported("CREATE " + w.up)
	}
	p.unexpected()
	return nil
}

func (p *parser) createTable() stmt {
	s := &createTableStmt{name: p.object()}
	p.needOp("(")
	for {
		if p.isConstraint() {
			s.constraints = append(s.constraints, p.tableConstraint())
		} else if !p.isOp(")") {
			s.cols = append(s.cols, p.column())
		}
		if !p.op(",") {
			break
		}
	}
	p.needOp(")")
	if p.kw("ON") || p.kw("TEXTIMAGE_ON") {
		p.ident()
	}
	if p.kw("TEXTIMAGE_ON") {
		p.ident()
	}
	if p.is("WITH") && p.peek(1).text == "(" {
		p.i++
		p.skipParens()
	}
	return s
}

func (p *parser) isConstraint() bool {
	switch p.cur().up {
	case "CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK":
		return p.cur().kind == tokIdent
	case "INDEX":
		p.unsupported("inline INDEX")
	}
	return false
}

func (p *parser) column() columnDef {
	c := columnDef{name: p.ident()}
	if p.is("AS") {
		p.unsupported("computed column")
	}
	c.t = p.dataType(1)
	for p.columnOption(&c) {
		continue
	}
	return c
}

func (p *parser) columnOption(c *columnDef) bool {
	name := ""
	if p.kw("CONSTRAINT") {
		name = p.ident()
	}
	switch {
	case p.kw("NULL"):
		c.hasNull, c.null = true, true
	case p.kw("NOT", "NULL"):
		c.hasNull, c.null = true, false
	case p.kw("IDENTITY"):
		c.identity = p.identity()
	case p.kw("ROWGUIDCOL"):
		c.rowGUID = true
	case p.kw("COLLATE"):
		c.collate = p.ident()
	case p.kw("DEFAULT"):
		start := p.i
		c.def = p.additive()
		c.defText, c.defName = p.text(start), name
	case p.is("PRIMARY"), p.is("UNIQUE"):
		k := p.keyConstraint(name)
		c.cons = append(c.cons, k)
	case p.is("REFERENCES"), p.is("FOREIGN"):
		p.unsupported("FOREIGN KEY")
	case p.is("CHECK"):
		p.unsupported("CHECK constraint")
	case p.is("SPARSE"), p.is("MASKED"), p.is("GENERATED"), p.is("ENCRYPTED"):
		p.unsupported(p.cur().up)
	default:
		return false
	}
	return true
}

func (p *parser) identity() *identityDef {
	d := &identityDef{seed: 1, incr: 1}
	if !p.op("(") {
		return d
	}
	d.seed = p.integer()
	p.needOp(",")
	d.incr = p.integer()
	p.needOp(")")
	return d
}

func (p *parser) integer() int64 {
	neg := p.op("-")
	t := p.next()
	n, err := strconv.ParseInt(t.text, 10, 64)
	if t.kind != tokInt || err != nil {
		p.i--
		p.unexpected()
	}
	if neg {
		return -n
	}
	return n
}

func (p *parser) keyConstraint(name string) constraintDef {
	k := constraintDef{name: name}
	if p.kw("PRIMARY") {
		p.needKw("KEY")
		k.kind = "PRIMARY KEY"
	} else {
		p.needKw("UNIQUE")
		k.kind = "UNIQUE"
	}
	if !p.kw("CLUSTERED") {
		p.kw("NONCLUSTERED")
	}
	if p.isOp("(") {
		k.cols = p.indexColumns()
	}
	if p.kw("WITH") {
		if p.isOp("(") {
			p.skipParens()
		} else {
			p.i++
			p.needOp("=")
			p.i++
		}
	}
	if p.kw("ON") {
		p.ident()
	}
	return k
}

func (p *parser) tableConstraint() constraintDef {
	name := ""
	if p.kw("CONSTRAINT") {
		name = p.ident()
	}
	switch {
	case p.is("FOREIGN"):
		p.unsupported("FOREIGN KEY")
	case p.is("CHECK"):
		p.unsupported("CHECK constraint")
	case p.kw("DEFAULT"):
		start := p.i
		d := constraintDef{kind: "DEFAULT", name: name, def: p.additive()}
		d.text = p.text(start)
		p.needKw("FOR")
		d.cols = []string{p.ident()}
		return d
	}
	k := p.keyConstraint(name)
	if len(k.cols) == 0 {
		p.unexpected()
	}
	return k
}

func (p *parser) indexColumns() []string {
	p.needOp("(")
	var out []string
	for {
		out = append(out, p.ident())
		if !p.kw("ASC") {
			p.kw("DESC")
		}
		if !p.op(",") {
			break
		}
	}
	p.needOp(")")
	return out
}

func (p *parser) createIndex() stmt {
	s := &createIndexStmt{unique: p.kw("UNIQUE")}
	if p.kw("CLUSTERED") {
		s.cluster = true
	} else {
		p.kw("NONCLUSTERED")
	}
	p.needKw("INDEX")
	s.name = p.ident()
	p.needKw("ON")
	s.table = p.object()
	s.cols = p.indexColumns()
	if p.kw("INCLUDE") {
		s.include = p.identList()
	}
	if p.is("WHERE") {
		p.unsupported("filtered index")
	}
	if p.kw("WITH") {
		p.skipParens()
	}
	if p.kw("ON") {
		p.ident()
	}
	return s
}

func (p *parser) createDatabase() stmt {
	s := &createDatabaseStmt{name: p.ident()}
	if p.kw("COLLATE") {
		s.collate = p.ident()
	}
	if p.is("ON") || p.is("FOR") || p.is("WITH") || p.is("CONTAINMENT") {
		p.unsupported("CREATE DATABASE " + p.cur().up)
	}
	return s
}

func (p *parser) drop() stmt {
	p.needKw("DROP")
	s := &dropStmt{kind: p.cur().up}
	switch {
	case p.kw("TABLE"), p.kw("DATABASE"), p.kw("SCHEMA"):
	case p.kw("INDEX"):
		return p.dropIndex()
	default:
		if p.cur().kind == tokIdent {
			p.unsupported("DROP " + p.cur().up)
		}
		p.unexpected()
	}
	s.ifExists = p.kw("IF", "EXISTS")
	for {
		s.names = append(s.names, p.object())
		if !p.op(",") {
			return s
		}
	}
}

func (p *parser) dropIndex() stmt {
	s := &dropIndexStmt{ifExists: p.kw("IF", "EXISTS"), name: p.ident()}
	p.needKw("ON")
	s.table = p.object()
	return s
}

func (p *parser) alter() stmt {
	p.needKw("ALTER")
	switch {
	case p.kw("DATABASE"):
		return p.alterDatabase()
	case p.kw("TABLE"):
		return p.alterTable()
	}
	if p.cur().kind == tokIdent {
		p.unsupported("ALTER " + p.cur().up)
	}
	p.unexpected()
	return nil
}

func (p *parser) alterTable() stmt {
	s := &alterTableStmt{name: p.object()}
	p.kw("WITH", "NOCHECK")
	p.kw("WITH", "CHECK")
	switch {
	case p.kw("ADD"):
		for {
			if p.isConstraint() || p.is("DEFAULT") {
				s.constraints = append(s.constraints, p.tableConstraint())
			} else {
				s.add = append(s.add, p.column())
			}
			if !p.op(",") {
				return s
			}
		}
	case p.kw("DROP", "COLUMN"):
		s.ifExists = p.kw("IF", "EXISTS")
		for {
			s.dropCols = append(s.dropCols, p.ident())
			if !p.op(",") {
				return s
			}
		}
	}
	p.unsupported("ALTER TABLE " + strings.ToUpper(p.cur().text))
	return nil
}

// alterDatabase parses ALTER DATABASE name SET option [value] [WITH …].
func (p *parser) alterDatabase() stmt {
	s := &alterDatabaseStmt{}
	if p.kw("CURRENT") {
		s.name = ""
	} else {
		s.name = p.ident()
	}
	if !p.kw("SET") {
		p.unsupported("ALTER DATABASE " + p.cur().up)
	}
	t := p.next()
	s.option = t.up
	p.op("=")
	if c := p.cur(); (c.kind == tokIdent || c.kind == tokInt) && c.up != "WITH" {
		s.value = strings.ToUpper(p.next().text)
	}
	if p.kw("WITH") {
		p.next()
		p.kw("IMMEDIATE")
		if p.kw("AFTER") {
			p.next()
		}
	}
	return s
}
