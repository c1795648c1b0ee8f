package tsql

import (
	"strings"
)

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
