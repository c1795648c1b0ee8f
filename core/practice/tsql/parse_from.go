package tsql

import (
	"strings"
)

func (p *parser) from() []tableExpr {
	out := []tableExpr{p.joined()}
	for p.op(",") {
		out = append(out, p.joined())
	}
	return out
}

func (p *parser) joined() tableExpr {
	defer p.enter()()
	l := p.table()
	for {
		kind := p.joinKind()
		if kind == "" {
			return l
		}
		j := &joinExpr{kind: kind, l: l}
		if kind == "CROSS" {
			j.r = p.table()
		} else {
			j.r = p.joinRight()
			p.needKw("ON")
			j.on = p.expr()
		}
		l = j
	}
}

// joinRight is the right side of a join with its ON still to come: joins that
// follow at once belong to it (a JOIN b JOIN c ON … ON …).
func (p *parser) joinRight() tableExpr {
	r := p.table()
	for !p.is("ON") {
		kind := p.joinKind()
		if kind == "" {
			return r
		}
		j := &joinExpr{kind: kind, l: r}
		if kind == "CROSS" {
			j.r = p.table()
		} else {
			j.r = p.joinRight()
			p.needKw("ON")
			j.on = p.expr()
		}
		r = j
	}
	return r
}

func (p *parser) joinKind() string {
	if p.kw("CROSS", "JOIN") {
		return "CROSS"
	}
	if p.is("CROSS", "APPLY") || p.is("OUTER", "APPLY") {
		p.unsupported(p.cur().up + " APPLY")
	}
	if p.kw("JOIN") {
		return "INNER"
	}
	for _, k := range []string{"INNER", "LEFT", "RIGHT", "FULL"} {
		if !p.is(k) {
			continue
		}
		i := 1
		if k != "INNER" && p.peek(1).up == "OUTER" {
			i++
		}
		if h := p.peek(i).up; h == "HASH" || h == "LOOP" || h == "MERGE" || h == "REMOTE" {
			i++
		}
		if p.peek(i).up != "JOIN" {
			continue
		}
		p.i += i + 1
		return k
	}
	return ""
}

func (p *parser) table() tableExpr {
	defer p.enter()()
	if p.op("(") {
		return p.parenTable()
	}
	t := p.cur()
	if t.kind == tokVar {
		p.unsupported("table variable")
	}
	if w := t.up; w == "OPENROWSET" || w == "OPENQUERY" || w == "OPENXML" || w == "OPENDATASOURCE" || w == "CONTAINSTABLE" {
		p.unsupported(w)
	}
	if t.kind == tokOp && t.text == "::" {
		p.i++
	}
	n := p.object()
	if p.isOp("(") && !p.hintsFollow() {
		f := &tableFunc{name: n, line: t.line}
		p.needOp("(")
		if !p.isOp(")") {
			f.args = append(f.args, p.expr())
			for p.op(",") {
				f.args = append(f.args, p.expr())
			}
		}
		p.needOp(")")
		f.alias, f.cols = p.tableAlias()
		return f
	}
	r := &tableRef{name: n, line: t.line}
	r.alias, _ = p.tableAliasPlain()
	p.noTemporal()
	r.hints = p.hints()
	if r.alias == "" {
		r.alias, _ = p.tableAliasPlain()
	}
	return r
}

func (p *parser) noTemporal() {
	switch {
	case p.is("TABLESAMPLE"):
		p.unsupported("TABLESAMPLE")
	case p.is("PIVOT"), p.is("UNPIVOT"):
		p.unsupported(p.cur().up)
	case p.is("FOR", "SYSTEM_TIME"):
		p.unsupported("FOR SYSTEM_TIME")
	}
}

func (p *parser) parenTable() tableExpr {
	if p.is("VALUES") {
		p.i++
		d := &derivedTable{rows: p.valueRows()}
		p.needOp(")")
		d.alias, d.cols = p.tableAlias()
		if d.alias == "" {
			p.unexpected()
		}
		return d
	}
	if p.is("SELECT") || p.is("WITH") || p.isOp("(") && p.parenIsQuery() {
		d := &derivedTable{sel: p.selectStatement()}
		p.needOp(")")
		d.alias, d.cols = p.tableAlias()
		if d.alias == "" {
			p.unexpected()
		}
		return d
	}
	t := p.joined()
	p.needOp(")")
	return t
}

func (p *parser) parenIsQuery() bool {
	i := 0
	for p.peek(i).kind == tokOp && p.peek(i).text == "(" {
		i++
	}
	return p.peek(i).up == "SELECT" && p.peek(i).kind == tokIdent
}

func (p *parser) tableAlias() (string, []string) {
	alias, ok := p.tableAliasPlain()
	if ok && p.isOp("(") {
		return alias, p.identList()
	}
	return alias, nil
}

func (p *parser) tableAliasPlain() (string, bool) {
	if p.kw("AS") {
		return p.ident(), true
	}
	if p.isIdent() && !p.startsStatement() {
		return p.ident(), true
	}
	return "", false
}

var hintWords = words(`NOLOCK UPDLOCK HOLDLOCK READPAST ROWLOCK PAGLOCK TABLOCK TABLOCKX XLOCK READCOMMITTED
READCOMMITTEDLOCK READUNCOMMITTED REPEATABLEREAD SERIALIZABLE SNAPSHOT NOWAIT NOEXPAND FORCESEEK FORCESCAN INDEX KEEPIDENTITY KEEPDEFAULTS
IGNORE_CONSTRAINTS IGNORE_TRIGGERS SPATIAL_WINDOW_MAX_CELLS`)

// hintsFollow tells whether "(" opens old-style hints: FROM t (NOLOCK).
func (p *parser) hintsFollow() bool {
	t := p.peek(1)
	return t.kind == tokIdent && hintWords[t.up]
}

func (p *parser) hints() []string {
	if p.is("WITH") && p.peek(1).kind == tokOp && p.peek(1).text == "(" {
		p.i++
	} else if !p.isOp("(") || !p.hintsFollow() {
		return nil
	}
	p.needOp("(")
	var out []string
	for !p.op(")") {
		t := p.next()
		if t.kind != tokIdent || !hintWords[t.up] {
			p.i--
			p.fail(errf(321, 15, 1, "\"%s\" is not a recognized table hints option. If it is intended as a parameter to a table-valued function "+
				"or to the CHANGETABLE function, ensure that your database compatibility mode is set to 90.", p.cur().text))
		}
		out = append(out, strings.ToUpper(t.text))
		if t.up == "INDEX" {
			p.indexHint()
		}
		p.op(",")
	}
	return out
}

func (p *parser) indexHint() {
	if p.op("=") {
		if !p.op("(") {
			p.next()
			return
		}
	} else {
		p.needOp("(")
	}
	for !p.op(")") {
		if p.cur().kind == tokEOF {
			p.unexpected()
		}
		p.i++
	}
}

func (p *parser) valueRows() [][]expr {
	var rows [][]expr
	for {
		p.needOp("(")
		row := []expr{p.expr()}
		for p.op(",") {
			row = append(row, p.expr())
		}
		p.needOp(")")
		rows = append(rows, row)
		if !p.op(",") {
			return rows
		}
	}
}
