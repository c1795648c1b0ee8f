package tsql

import (
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// leaf runs a statement which contains no others.
func (s *Session) leaf(f *frame, st stmt) error { //nolint:gocyclo // a line for each kind of statement reads best in one switch
	if s.opts.fmtOnly {
		return s.describe(f, st)
	}
	switch v := st.(type) {
	case *queryStmt:
		return s.selectInto(f, v)
	case *insertStmt:
		return s.insert(f, v)
	case *updateStmt:
		return s.update(f, v)
	case *deleteStmt:
		return s.delete(f, v)
	case *truncateStmt:
		return s.truncate(f, v)
	case *declareStmt:
		return s.declare(f, v)
	case *setVarStmt:
		return s.setVar(f, v)
	case *setOptionStmt:
		return s.setOption(f, v)
	case *printStmt:
		return s.print(f, v)
	case *raiseStmt:
		return s.raise(f, v)
	case *throwStmt:
		return s.throw(f, v)
	case *useStmt:
		return s.use(f, v)
	case *tranStmt:
		return s.tran(f, v)
	case *returnStmt:
		return s.returnFrom(f, v)
	case *waitStmt:
		return s.wait(f, v)
	case *execStmt:
		return s.execute(f, v)
	case *backupStmt:
		return s.backupOrVerify(f, v)
	case *insertBulkStmt:
		return s.insertBulk(v)
	}
	return s.ddl(f, st)
}

// describe is what a statement does under SET FMTONLY ON: a query sends its
// columns, and nothing is run.
func (s *Session) describe(f *frame, st stmt) error {
	switch v := st.(type) {
	case *setOptionStmt:
		return s.setOption(f, v)
	case *declareStmt:
		for _, d := range v.vars {
			f.vars[d.name] = &variable{t: d.t}
		}
	case *queryStmt:
		q, err := newBinder(s, f).query(v.sel, nil)
		if err != nil || len(q.assign) > 0 || q.into != nil {
			return err
		}
		if err := f.w.Columns(columnsOf(q.cols)); err != nil {
			return err
		}
		return f.w.Done(0, !s.opts.nocount)
	}
	return nil
}

func (s *Session) declare(f *frame, v *declareStmt) error {
	for _, d := range v.vars {
		x := &variable{t: d.t}
		if d.init != nil {
			value, err := s.evalAs(f, d.init, d.t)
			if err != nil {
				return err
			}
			x.value = value
		}
		f.vars[d.name] = x
	}
	return nil
}

func (s *Session) setVar(f *frame, v *setVarStmt) error {
	x := f.vars[v.name]
	if x == nil {
		return errUndeclared(v.name)
	}
	e := v.x
	if op := strings.TrimSuffix(v.op, "="); op != "" {
		e = &binaryExpr{op, &varExpr{v.name}, v.x}
	}
	value, err := s.evalAs(f, e, x.t)
	if err != nil {
		return err
	}
	x.value = value
	s.rowcount = 1
	return nil
}

func (s *Session) setOption(f *frame, v *setOptionStmt) error {
	on := v.value == "ON"
	switch v.name {
	case "NOCOUNT":
		s.opts.nocount = on
	case "XACT_ABORT":
		s.opts.xactAbort = on
	case "IMPLICIT_TRANSACTIONS":
		s.opts.implicit = on
	case "ISOLATION":
		s.opts.isolation = v.value
	case "LOCK_TIMEOUT":
		n, err := strconv.Atoi(v.value)
		if err != nil {
			return errSyntax(v.value)
		}
		s.opts.lockTimeout = time.Duration(n) * time.Millisecond
	case "ROWCOUNT":
		n, err := strconv.ParseInt(v.value, 10, 64)
		if err != nil || n < 0 {
			return errSyntax(v.value)
		}
		s.opts.rowcount = n
	case "IDENTITY_INSERT":
		table, state, _ := strings.Cut(v.value, "\x00")
		return s.identityInsert(f, table, state == "ON")
	case "FMTONLY":
		s.opts.fmtOnly = on
	case "NOEXEC", "PARSEONLY", "SHOWPLAN_TEXT", "SHOWPLAN_ALL", "SHOWPLAN_XML", "STATISTICS":
		if on {
			return errUnsupported("SET " + v.name + " ON")
		}
	}
	return nil
}

func (s *Session) print(f *frame, v *printStmt) error {
	x, err := s.evalAs(f, v.x, nvarchar(4000))
	if err != nil {
		return err
	}
	text, _ := x.(string)
	if text == "" {
		text = " "
	}
	f.w.Info(tds.ServerError{Number: 0, Class: 0, State: 1, Message: text, Line: v.line})
	return nil
}

func (s *Session) use(f *frame, v *useStmt) error {
	if s.srv.Database(v.db) == nil {
		return errf(911, 16, 1, "Database '%s' does not exist. Make sure that the name is entered correctly.", v.db)
	}
	if err := s.enter(v.db); err != nil {
		return err
	}
	f.w.Info(tds.ServerError{Number: 5701, Class: 0, State: 1, Message: "Changed database context to '" + s.db.conf().Name + "'.", Line: v.line})
	return nil
}

func (s *Session) tran(f *frame, v *tranStmt) error {
	switch v.kind {
	case "BEGIN":
		s.beginTran()
		return nil
	case "COMMIT":
		return s.commitTran(f.ctx)
	case "SAVE":
		return s.saveTran(f.ctx, v.name)
	}
	return s.rollbackTran(f.ctx, v.name)
}

func (s *Session) returnFrom(f *frame, v *returnStmt) error {
	if v.x != nil {
		if f.level == 0 {
			return errf(178, 15, 1, "A RETURN statement with a return value cannot be used in this context.")
		}
		x, err := s.evalAs(f, v.x, typeInt)
		if err != nil {
			return err
		}
		n, _ := x.(int64)
		f.ret = int32(n)
	}
	return errReturn
}

func (s *Session) wait(f *frame, v *waitStmt) error {
	x, err := s.evalAs(f, v.delay, nvarchar(50))
	if err != nil {
		return err
	}
	text, _ := x.(string)
	t, _, hasDate, ok := parseDate(text, 0)
	if !ok || hasDate {
		return errf(148, 15, 1, "Incorrect time syntax in time string '%s' used with WAITFOR.", text)
	}
	return sleep(f.ctx, time.Duration(toTicks(t)%ticksPerDay)*100)
}
