package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// statement parses one statement. first tells that it opens the batch, where a
// bare procedure name runs the procedure.
func (p *parser) statement(first bool) stmt {
	defer p.enter()()
	start := p.i
	s := p.statementBody(first)
	end := p.i
	at := pos{p.toks[start].line, ""}
	if end > start {
		at.text = p.src[p.toks[start].pos:p.toks[end-1].end]
	}
	p.op(";")
	setPos(s, at)
	return s
}

type positioned interface{ setPos(at pos) }

func (p *pos) setPos(at pos) { *p = at }

func setPos(s stmt, at pos) {
	if x, ok := s.(positioned); ok {
		x.setPos(at)
	}
}

func (p *parser) statementBody(first bool) stmt {
	t := p.cur()
	if t.kind == tokOp && t.text == "(" && p.parenIsQuery() {
		return &queryStmt{sel: p.selectStatement()}
	}
	if t.kind == tokQuoted && first {
		return p.execBody()
	}
	if t.kind != tokIdent {
		p.unexpected()
	}
	if f, ok := statementParsers[t.up]; ok && (reserved[t.up] || t.up == "THROW") {
		return f(p)
	}
	if reserved[t.up] {
		if unsupportedStatements[t.up] {
			p.unsupported(t.up)
		}
		p.unexpected()
	}
	if n := p.peek(1); n.kind == tokOp && n.text == ":" {
		p.unsupported("GOTO label")
	}
	if first {
		return p.execBody()
	}
	p.unexpected()
	return nil
}

var unsupportedStatements = words(`BACKUP RESTORE BULK CHECKPOINT CLOSE DBCC DEALLOCATE DENY DUMP FETCH GOTO GRANT KILL LOAD MERGE
OPEN RECONFIGURE REVERT REVOKE SHUTDOWN UPDATETEXT WRITETEXT READTEXT SETUSER`)

var statementParsers map[string]func(*parser) stmt

func init() {
	statementParsers = map[string]func(*parser) stmt{
		"SELECT": func(p *parser) stmt { return &queryStmt{sel: p.selectStatement()} },
		"WITH":   (*parser).withStatement,
		"INSERT": func(p *parser) stmt { return p.insert(nil) },
		"UPDATE": func(p *parser) stmt { return p.update(nil) },
		"DELETE": func(p *parser) stmt { return p.delete(nil) },
		"CREATE": (*parser).create, "DROP": (*parser).drop, "ALTER": (*parser).alter,
		"TRUNCATE": (*parser).truncate,
		"DECLARE":  (*parser).declare, "SET": (*parser).set,
		"IF": (*parser).ifStatement, "WHILE": (*parser).while, "BEGIN": (*parser).begin,
		"COMMIT": (*parser).commit, "ROLLBACK": (*parser).rollback, "SAVE": (*parser).save,
		"EXEC": (*parser).exec, "EXECUTE": (*parser).exec,
		"PRINT": (*parser).print, "RAISERROR": (*parser).raise, "THROW": (*parser).throw,
		"USE": (*parser).use, "RETURN": (*parser).ret, "WAITFOR": (*parser).waitFor,
		"BREAK":    func(p *parser) stmt { p.i++; return &loopJumpStmt{brk: true} },
		"CONTINUE": func(p *parser) stmt { p.i++; return &loopJumpStmt{} },
	}
}

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

func (p *parser) declare() stmt {
	p.needKw("DECLARE")
	s := &declareStmt{}
	for {
		t := p.cur()
		if t.kind != tokVar {
			if p.isIdent() && p.peek(1).up == "CURSOR" {
				p.unsupported("CURSOR")
			}
			p.unexpected()
		}
		p.i++
		p.kw("AS")
		switch {
		case p.is("TABLE"):
			p.unsupported("table variable")
		case p.is("CURSOR"):
			p.unsupported("CURSOR")
		}
		v := declared{name: strings.ToLower(t.text), t: p.dataType(1)}
		if p.vars[v.name] {
			p.fail(errf(134, 15, 2, "The variable name '%s' has already been declared. Variable names must be unique within a query batch or stored procedure.", t.text))
		}
		if p.op("=") {
			v.init = p.expr()
		}
		p.vars[v.name] = true
		s.vars = append(s.vars, v)
		if !p.op(",") {
			return s
		}
	}
}

func (p *parser) set() stmt {
	p.needKw("SET")
	if p.cur().kind == tokVar {
		s := &setVarStmt{name: p.variable()}
		s.op = p.assignOp()
		s.x = p.expr()
		return s
	}
	if p.kw("TRANSACTION") || p.kw("TRAN") {
		return p.setIsolation()
	}
	var names []string
	for {
		t := p.cur()
		if t.kind != tokIdent {
			p.unexpected()
		}
		p.i++
		names = append(names, t.up)
		if !p.op(",") {
			break
		}
	}
	name := strings.Join(names, ",")
	if name == "IDENTITY_INSERT" {
		n := p.object()
		return &setOptionStmt{name: name, value: n.String() + "\x00" + p.onOff()}
	}
	if name == "STATISTICS" {
		p.i++ // IO, TIME, XML, PROFILE
		return &setOptionStmt{name: name, value: p.onOff()}
	}
	if len(names) == 1 && !knownOption[name] {
		p.fail(errf(195, 15, 5, "'%s' is not a recognized SET option.", p.toks[p.i-1].text))
	}
	return &setOptionStmt{name: name, value: p.optionValue()}
}

var knownOption = words(`NOCOUNT XACT_ABORT LOCK_TIMEOUT ANSI_NULLS ANSI_PADDING ANSI_WARNINGS ANSI_DEFAULTS ANSI_NULL_DFLT_ON ANSI_NULL_DFLT_OFF
ARITHABORT ARITHIGNORE CONCAT_NULL_YIELDS_NULL QUOTED_IDENTIFIER NUMERIC_ROUNDABORT DATEFIRST DATEFORMAT LANGUAGE ROWCOUNT TEXTSIZE
IMPLICIT_TRANSACTIONS DEADLOCK_PRIORITY CURSOR_CLOSE_ON_COMMIT NOEXEC FMTONLY PARSEONLY FORCEPLAN CONTEXT_INFO QUERY_GOVERNOR_COST_LIMIT
REMOTE_PROC_TRANSACTIONS SHOWPLAN_TEXT SHOWPLAN_ALL SHOWPLAN_XML FIPS_FLAGGER`)

func (p *parser) onOff() string {
	switch {
	case p.kw("ON"):
		return "ON"
	case p.kw("OFF"):
		return "OFF"
	}
	p.unexpected()
	return ""
}

func (p *parser) optionValue() string {
	sign := ""
	if p.op("-") {
		sign = "-"
	}
	t := p.cur()
	if t.kind == tokEOF || t.kind == tokOp {
		p.unexpected()
	}
	p.i++
	if t.kind == tokIdent {
		return t.up
	}
	return sign + t.text
}

func (p *parser) setIsolation() stmt {
	p.needKw("ISOLATION")
	if !p.kw("LEVEL") {
		p.unexpected()
	}
	s := &setOptionStmt{name: "ISOLATION"}
	switch {
	case p.kw("READ", "COMMITTED"):
		s.value = "READ COMMITTED"
	case p.kw("READ", "UNCOMMITTED"):
		s.value = "READ UNCOMMITTED"
	case p.kw("REPEATABLE", "READ"):
		s.value = "REPEATABLE READ"
	case p.kw("SERIALIZABLE"):
		s.value = "SERIALIZABLE"
	case p.kw("SNAPSHOT"):
		s.value = "SNAPSHOT"
	default:
		p.unexpected()
	}
	return s
}

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

func (p *parser) exec() stmt {
	p.i++
	if p.op("(") {
		s := &execStmt{dyn: p.expr()}
		p.needOp(")")
		if p.is("AT") {
			p.unsupported("EXEC … AT")
		}
		return s
	}
	return p.execBody()
}

func (p *parser) execBody() stmt {
	s := &execStmt{}
	if p.cur().kind == tokVar {
		v := p.variable()
		if !p.op("=") {
			p.unsupported("EXEC @procedure")
		}
		s.result = v
	}
	s.name = p.object()
	if p.op(";") || p.cur().kind == tokEOF {
		return s
	}
	named := false
	for p.startsArgument() {
		a := execArg{}
		if p.cur().kind == tokVar && p.peek(1).kind == tokOp && p.peek(1).text == "=" {
			a.name = strings.ToLower(p.next().text)
			p.i++
			named = true
		} else if named {
			p.fail(errf(119, 15, 1, "Must pass parameter number %d and subsequent parameters as '@name = value'. After the form '@name = value' "+
				"has been used, all subsequent parameters must be passed in the form '@name = value'.", len(s.args)+1))
		}
		a.x = p.argValue()
		if p.kw("OUTPUT") || p.kw("OUT") {
			if _, ok := a.x.(*varExpr); !ok {
				p.fail(errf(179, 15, 1, "Cannot use the OUTPUT option when passing a constant to a stored procedure."))
			}
			a.output = true
		}
		s.args = append(s.args, a)
		if !p.op(",") {
			break
		}
		if !p.startsArgument() {
			p.unexpected()
		}
	}
	return s
}

func (p *parser) startsArgument() bool {
	t := p.cur()
	switch t.kind {
	case tokVar, tokGlobal, tokString, tokNString, tokInt, tokDec, tokFloat, tokBinary, tokQuoted:
		return true
	case tokIdent:
		return !reserved[t.up] || t.up == "NULL" || t.up == "DEFAULT"
	case tokOp:
		return t.text == "-"
	default:
		return false
	}
}

// argValue is a constant, a variable, DEFAULT, or a bare word, which is text.
func (p *parser) argValue() expr {
	t := p.cur()
	switch {
	case t.kind == tokQuoted, t.kind == tokIdent && !reserved[t.up]:
		p.i++
		return &litExpr{tds.Type{Kind: tds.NVarChar, Length: max(1, utf16Len(t.text))}, t.text}
	default:
		return p.unary()
	}
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
