package tsql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// Leaving a batch, a loop, or a round of a loop.
var (
	errReturn   = errors.New("return")
	errBreak    = errors.New("break")
	errContinue = errors.New("continue")
)

func isJump(err error) bool {
	return errors.Is(err, errReturn) || errors.Is(err, errBreak) || errors.Is(err, errContinue)
}

// block runs statements one after another. An error that ends its own statement
// only is sent as a message, and the next statement runs; the last statement's
// error is given back.
func (s *Session) block(f *frame, list []stmt) error {
	for i, st := range list {
		err := s.statement(f, st)
		if err == nil {
			continue
		}
		if isJump(err) || f.ctx.Err() != nil {
			return err
		}
		var se *tds.ServerError
		if !errors.As(err, &se) {
			return err
		}
		if f.try > 0 || se.Class >= 20 || i == len(list)-1 || s.endsBatch(f, se) {
			return err
		}
		f.w.Info(*se)
		if err := f.w.Done(0, false); err != nil {
			return err
		}
	}
	return nil
}

// endsBatch decides what an error does beyond its statement, and rolls back
// where that is due.
func (s *Session) endsBatch(f *frame, se *tds.ServerError) bool {
	if s.tx.count == 0 && batchAborting(se.Number) {
		return true
	}
	fatal := abortsTransaction(se.Number) || s.opts.xactAbort && !s.byRaise
	if fatal && s.tx.count > 0 {
		s.rollbackAll(context.WithoutCancel(f.ctx))
	}
	return fatal || batchAborting(se.Number)
}

// statement runs one statement.
func (s *Session) statement(f *frame, st stmt) error { //nolint:gocyclo // the rules of the language, case by case
	if err := f.ctx.Err(); err != nil {
		return err
	}
	switch v := st.(type) {
	case *blockStmt:
		return s.block(f, v.body)
	case *ifStmt:
		return s.ifThen(f, v)
	case *whileStmt:
		return s.while(f, v)
	case *tryStmt:
		return s.tryCatch(f, v)
	case *loopJumpStmt:
		if v.brk {
			return errBreak
		}
		return errContinue
	}
	line, text := st.at()
	s.byRaise = false
	err := s.guard(f, line, text, func() error { return s.leaf(f, st) })
	if err == nil || isJump(err) || f.ctx.Err() != nil {
		s.lastError = 0
		return err
	}
	se := asServerError(err)
	s.lastError = se.Number
	s.rowcount = 0
	// The last statement of a batch gives its error back through block, which
	// does not see it: what the error does to the transaction happens here.
	if f.try == 0 {
		s.endsBatch(f, se)
	} else if s.tx.count > 0 && (abortsTransaction(se.Number) || s.opts.xactAbort && !s.byRaise) {
		s.tx.doomed = true
	}
	return err
}

// guard runs one statement between the fault injections, and words its errors.
func (s *Session) guard(f *frame, line int32, text string, fn func() error) error {
	if s.internal {
		err := s.translate(f.ctx, fn())
		if err != nil {
			err = atLine(err, line)
		}
		return err
	}
	n := int(s.srv.statements.Add(1))
	if hook := s.srv.cfg.Fault; hook != nil {
		if err := hook(n, text); err != nil {
			return err
		}
	}
	err := s.translate(f.ctx, fn())
	if err == nil || errors.Is(err, errReturn) {
		if hook := s.srv.cfg.FaultAfter; hook != nil {
			if late := hook(n, text); late != nil {
				return late
			}
		}
	}
	if err != nil {
		err = atLine(err, line)
	}
	return err
}

func (s *Session) ifThen(f *frame, v *ifStmt) error {
	ok, err := s.test(f, v.cond, v.line)
	if err != nil {
		return s.failed(f, err)
	}
	if ok {
		return s.statement(f, v.then)
	}
	if v.els != nil {
		return s.statement(f, v.els)
	}
	return nil
}

// failed records the error of a condition like that of a statement.
func (s *Session) failed(f *frame, err error) error {
	if f.ctx.Err() != nil {
		return err
	}
	se := asServerError(err)
	s.lastError = se.Number
	if f.try == 0 {
		s.endsBatch(f, se)
	}
	return err
}

func (s *Session) while(f *frame, v *whileStmt) error {
	for {
		ok, err := s.test(f, v.cond, v.line)
		if err != nil {
			return s.failed(f, err)
		}
		if !ok {
			return nil
		}
		err = s.statement(f, v.body)
		switch {
		case errors.Is(err, errBreak):
			return nil
		case err != nil && !errors.Is(err, errContinue):
			return err
		}
	}
}

// test evaluates a condition; unknown counts as false.
func (s *Session) test(f *frame, x expr, line int32) (bool, error) {
	b := newBinder(s, f)
	c, err := b.condition(x, nil)
	if err != nil {
		return false, atLine(err, line)
	}
	v, err := s.one(f, b, "SELECT CASE WHEN "+c+" THEN 1 ELSE 0 END")
	if err != nil {
		return false, atLine(s.translate(f.ctx, err), line)
	}
	return v == int64(1), nil
}

func (s *Session) tryCatch(f *frame, v *tryStmt) error {
	f.try++
	err := s.block(f, v.body)
	f.try--
	var se *tds.ServerError
	if err == nil || isJump(err) || f.ctx.Err() != nil || !errors.As(err, &se) || se.Class >= 20 {
		return err
	}
	was := s.caught
	s.caught = se
	err = s.block(f, v.catch)
	s.caught = was
	return err
}

// eval evaluates an expression without a row.
func (s *Session) eval(f *frame, x expr) (variable, error) {
	b := newBinder(s, f)
	e, err := b.value(x, nil)
	if err != nil {
		return variable{}, err
	}
	if l, ok := x.(*litExpr); ok {
		return variable{t: l.t, value: pack(l.t, l.val)}, nil
	}
	v, err := s.one(f, b, "SELECT "+e.sql)
	return variable{t: e.t, value: v}, s.translate(f.ctx, err)
}

// evalAs evaluates an expression and converts it as an assignment does.
func (s *Session) evalAs(f *frame, x expr, t tds.Type) (any, error) {
	v, err := s.eval(f, x)
	if err != nil || v.value == nil {
		return nil, err
	}
	if err := checkConversion(v.t, t, false); err != nil {
		return nil, err
	}
	return convert(v.value, v.t, t, 0)
}

// one runs a query of one row and one column.
func (s *Session) one(f *frame, b *binder, text string) (any, error) {
	if err := s.prepare(f.ctx, b); err != nil {
		return nil, err
	}
	rows, err := s.conn.query(f.ctx, b.text2(text), b.args)
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, 1)
	err = rows.Next(row)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return row[0], errors.Join(err, rows.Close())
}

// text2 puts the statement's WITH before it.
func (b *binder) text2(body string) string {
	if len(b.with) == 0 {
		return body
	}
	return "WITH RECURSIVE " + strings.Join(b.with, ", ") + " " + body
}

// prepare makes the databases of a statement reachable and takes its locks.
func (s *Session) prepare(ctx context.Context, b *binder) error {
	if err := s.attachAll(ctx, b.uses); err != nil {
		return err
	}
	lasting := b.lock || s.opts.isolation == "REPEATABLE READ" || s.opts.isolation == "SERIALIZABLE"
	if s.tx.count > 0 && lasting && len(b.uses) > 0 {
		return s.hold(ctx, b.uses)
	}
	if s.tx.count > 0 && s.opts.isolation == "SNAPSHOT" && len(b.uses) > 0 {
		return s.openTx(ctx)
	}
	return nil
}

// stream sends a query's rows to the client.
func (s *Session) stream(f *frame, b *binder, q boundQuery) error {
	if err := s.prepare(f.ctx, b); err != nil {
		return err
	}
	rows, err := s.conn.query(f.ctx, b.text2(q.sql), b.args)
	if err != nil {
		return err
	}
	n, err := s.sendRows(f, q.cols, rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return err
	}
	s.rowcount = n
	return f.w.Done(n, !s.opts.nocount)
}

func (s *Session) sendRows(f *frame, cols []outCol, rows driver.Rows) (int64, error) {
	if err := f.w.Columns(columnsOf(cols)); err != nil {
		return 0, err
	}
	raw := make([]driver.Value, len(cols))
	out := make([]any, len(cols))
	decode := decoders(cols)
	n := int64(0)
	for {
		if s.opts.rowcount > 0 && n >= s.opts.rowcount {
			return n, nil
		}
		err := rows.Next(raw)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if n&0xff == 0 && f.ctx.Err() != nil {
			return n, f.ctx.Err()
		}
		for i, v := range raw {
			out[i] = v
			if decode[i] && v != nil {
				out[i] = unpack(cols[i].t, v)
			}
		}
		if err := f.w.Row(out); err != nil {
			return n, err
		}
		n++
	}
}

// decoders tells which columns' physical values differ from those on the wire.
func decoders(cols []outCol) []bool {
	out := make([]bool, len(cols))
	for i, c := range cols {
		k := c.t.Kind
		out[i] = (!isInt(k) || k == tds.Bit) && !isString(k) && k != tds.XML
	}
	return out
}

func columnsOf(cols []outCol) []tds.Column {
	out := make([]tds.Column, len(cols))
	for i, c := range cols {
		t := c.t
		if t.Kind == tds.KindNull {
			t = typeInt
		}
		if (t.Kind == tds.Char || t.Kind == tds.VarChar || isUnicode(t.Kind)) && t.Length == 0 {
			t.Length = 1
		}
		out[i] = tds.Column{Name: c.name, Type: t, Nullable: c.null, Identity: c.ident}
	}
	return out
}

// leaf runs a statement which contains no others.
func (s *Session) leaf(f *frame, st stmt) error { //nolint:gocyclo // the rules of the language, case by case
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
		return errf(137, 15, 2, "Must declare the scalar variable \"%s\".", v.name)
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
