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

var unsupportedStatements = words(`BULK CHECKPOINT CLOSE DBCC DEALLOCATE DENY DUMP FETCH GOTO GRANT KILL LOAD MERGE
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
		"BACKUP": (*parser).backup, "RESTORE": (*parser).restore,
		"USE": (*parser).use, "RETURN": (*parser).ret, "WAITFOR": (*parser).waitFor,
		"BREAK":    func(p *parser) stmt { p.i++; return &loopJumpStmt{brk: true} },
		"CONTINUE": func(p *parser) stmt { p.i++; return &loopJumpStmt{} },
	}
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
