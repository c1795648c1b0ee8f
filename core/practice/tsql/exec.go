package tsql

import (
	"context"
	"errors"

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
func (s *Session) statement(f *frame, st stmt) error {
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
	s.rowcount = 0
	s.note(f, asServerError(err))
	return err
}

// note records a statement's error and does what it does to the transaction:
// here, as block does not see the last error of a batch, which it gives back.
func (s *Session) note(f *frame, se *tds.ServerError) {
	s.lastError = se.Number
	switch {
	case f.try == 0:
		s.endsBatch(f, se)
	case s.tx.count > 0 && (abortsTransaction(se.Number) || s.opts.xactAbort && !s.byRaise):
		s.tx.doomed = true
	}
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
