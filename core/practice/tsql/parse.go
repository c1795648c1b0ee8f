package tsql

import (
	"strings"
)

// parser is a recursive-descent parser over the tokens of one batch. It fails
// by panicking with a parseFailure, which parseBatch turns into an error.
type parser struct {
	src   string
	toks  []token
	i     int
	depth int
	vars  map[string]bool
	noVar error // the first undeclared variable
}

type parseFailure struct{ err error }

// parseBatch parses a batch. params are the variables that exist already.
func parseBatch(src string, params []string) (stmts []stmt, err error) {
	toks, err := lex(src)
	if err != nil {
		return nil, err
	}
	p := &parser{src: src, toks: toks, vars: map[string]bool{}}
	for _, v := range params {
		p.vars[strings.ToLower(v)] = true
	}
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(parseFailure)
			if !ok {
				panic(r)
			}
			stmts, err = nil, f.err
		}
	}()
	first := true
	for {
		for p.op(";") {
			first = false
		}
		if p.cur().kind == tokEOF {
			return stmts, p.noVar
		}
		stmts = append(stmts, p.statement(first))
		first = false
	}
}

func (p *parser) cur() token { return p.toks[p.i] }

func (p *parser) peek(n int) token {
	if p.i+n >= len(p.toks) {
		return p.toks[len(p.toks)-1]
	}
	return p.toks[p.i+n]
}

func (p *parser) next() token {
	t := p.toks[p.i]
	if t.kind != tokEOF {
		p.i++
	}
	return t
}

func (p *parser) fail(err error) {
	panic(parseFailure{atLine(err, p.cur().line)})
}

// unexpected fails at the current token the way SQL Server words it.
func (p *parser) unexpected() {
	t := p.cur()
	switch {
	case t.kind == tokEOF && p.i > 0:
		t = p.toks[p.i-1]
		fallthrough
	default:
		if t.kind == tokIdent && reserved[t.up] {
			p.fail(errKeyword(strings.ToUpper(t.text)))
		}
		p.fail(errSyntax(t.text))
	}
}

// unsupported fails with 40514 for a construct outside the subset.
func (p *parser) unsupported(what string) { p.fail(errUnsupported(what)) }

func (p *parser) enter() func() {
	p.depth++
	if p.depth > 150 {
		p.fail(errf(191, 15, 1, "Some part of your SQL statement is nested too deeply. Rewrite the query or break it up into smaller queries."))
	}
	return func() { p.depth-- }
}

func (p *parser) isOp(s string) bool { t := p.cur(); return t.kind == tokOp && t.text == s }

func (p *parser) op(s string) bool {
	if p.isOp(s) {
		p.i++
		return true
	}
	return false
}

func (p *parser) needOp(s string) {
	if !p.op(s) {
		p.unexpected()
	}
}

// is tells whether the next words are these keywords.
func (p *parser) is(words ...string) bool {
	for i, w := range words {
		t := p.peek(i)
		if t.kind != tokIdent || t.up != w {
			return false
		}
	}
	return true
}

func (p *parser) kw(words ...string) bool {
	if p.is(words...) {
		p.i += len(words)
		return true
	}
	return false
}

func (p *parser) needKw(word string) {
	if !p.kw(word) {
		p.unexpected()
	}
}

// ident takes an identifier: a quoted one or a bare word which is not reserved.
func (p *parser) ident() string {
	t := p.cur()
	if t.kind == tokQuoted || t.kind == tokIdent && !reserved[t.up] {
		p.i++
		return t.text
	}
	p.unexpected()
	return ""
}

func (p *parser) isIdent() bool {
	t := p.cur()
	return t.kind == tokQuoted || t.kind == tokIdent && !reserved[t.up]
}

// object takes a name of one to four parts; middle parts may be empty (db..t).
func (p *parser) object() objName {
	parts := []string{p.ident()}
	for p.op(".") {
		if p.isOp(".") {
			parts = append(parts, "")
			continue
		}
		parts = append(parts, p.identLoose())
	}
	if len(parts) > 4 {
		p.fail(errf(117, 15, 1, "The object name '%s' contains more than the maximum number of prefixes. The maximum is 3.", strings.Join(parts, ".")))
	}
	n := objName{name: parts[len(parts)-1]}
	if len(parts) > 1 {
		n.schema = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		n.db = parts[len(parts)-3]
	}
	if len(parts) > 3 {
		n.server = parts[0]
	}
	return n
}

// identLoose takes an identifier after a dot, where reserved words pass as in
// SQL Server's own grammar only when quoted; a bare one is an error.
func (p *parser) identLoose() string { return p.ident() }

func (p *parser) identList() []string {
	p.needOp("(")
	out := []string{p.ident()}
	for p.op(",") {
		out = append(out, p.ident())
	}
	p.needOp(")")
	return out
}

func (p *parser) variable() string {
	t := p.cur()
	if t.kind != tokVar {
		p.unexpected()
	}
	p.i++
	p.useVar(t)
	return strings.ToLower(t.text)
}

func (p *parser) useVar(t token) {
	if !p.vars[strings.ToLower(t.text)] && p.noVar == nil {
		p.noVar = atLine(errf(137, 15, 2, "Must declare the scalar variable \"%s\".", t.text), t.line)
	}
}

// text is the source from token start up to the token before the current one.
func (p *parser) text(start int) string {
	if p.i == 0 || p.i <= start {
		return ""
	}
	return p.src[p.toks[start].pos:p.toks[p.i-1].end]
}

func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// reserved is Transact-SQL's list of reserved keywords.
var reserved = words(`ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE
CHECK CHECKPOINT CLOSE CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTAINSTABLE CONTINUE CONVERT
CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DBCC DEALLOCATE DECLARE
DEFAULT DELETE DENY DESC DISK DISTINCT DISTRIBUTED DOUBLE DROP DUMP ELSE END ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT
EXTERNAL FETCH FILE FILLFACTOR FOR FOREIGN FREETEXT FREETEXTTABLE FROM FULL FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK
IDENTITY IDENTITY_INSERT IDENTITYCOL IF IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY KILL LEFT LIKE LINENO LOAD MERGE
NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF OFFSETS ON OPEN OPENDATASOURCE OPENQUERY OPENROWSET OPENXML OPTION OR
ORDER OUTER OVER PERCENT PIVOT PLAN PRECISION PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR READ READTEXT RECONFIGURE
REFERENCES REPLICATION RESTORE RESTRICT RETURN REVERT REVOKE RIGHT ROLLBACK ROWCOUNT ROWGUIDCOL RULE SAVE SCHEMA
SECURITYAUDIT SELECT SEMANTICKEYPHRASETABLE SEMANTICSIMILARITYDETAILSTABLE SEMANTICSIMILARITYTABLE SESSION_USER SET SETUSER
SHUTDOWN SOME STATISTICS SYSTEM_USER TABLE TABLESAMPLE TEXTSIZE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE TRY_CONVERT
TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT USE USER VALUES VARYING VIEW WAITFOR WHEN WHERE WHILE WITH WITHIN WRITETEXT`)
