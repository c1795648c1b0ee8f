package tds

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

const (
	columnNullable = 0x01
	columnUnknown  = 0x08 // usUpdateable: unknown
	columnIdentity = 0x10

	// maxColumns is SQL Server's limit for the columns of a SELECT.
	maxColumns = 4096
)

// results writes the answer to one request. DONE tokens are held back by one,
// because each must say whether another follows.
type results struct {
	c       *conn
	ctx     context.Context
	inProc  bool // a call: statements end with DONEINPROC, the whole with DONEPROC
	columns []wireType
	nulls   []byte
	open    bool   // a result set has been announced and not yet ended
	scratch []byte // the row that is being put together
	value   []byte // and the value

	held       bool // a DONE token waits for its "more" bit
	heldRows   int64
	heldCount  bool
	heldSelect bool

	failed bool // an ERROR token has been sent since the last DONE
	errors int  // ERROR tokens in the whole answer
	fatal  bool // one of them ends the connection
}

func (r *results) doneToken() byte {
	if r.inProc {
		return tokenDoneInProc
	}
	return tokenDone
}

// release writes the DONE token that was held back, now that another follows.
func (r *results) release() {
	if !r.held {
		return
	}
	r.held = false
	r.write(r.appendHeld(nil, r.doneToken(), doneMore))
	r.failed = false
}

func (r *results) appendHeld(b []byte, token byte, status uint16) []byte {
	command := uint16(0)
	if r.heldCount {
		status |= doneCount
	}
	if r.heldSelect {
		command = commandSelect
	}
	if r.failed {
		status |= doneError
	}
	if _, open := r.c.session.InTransaction(); open {
		status |= doneTransaction
	}
	return appendDone(b, token, status, command, r.heldRows)
}

// write sends data; the packet writer remembers the first error, which alive reports.
func (r *results) write(data []byte) { _, _ = r.c.out.Write(data) }

// alive gives the reason to stop: the client cancelled, or went away.
func (r *results) alive() error {
	if err := r.ctx.Err(); err != nil {
		return context.Cause(r.ctx)
	}
	if r.c.out.err != nil {
		return fmt.Errorf("tds: send: %w", r.c.out.err)
	}
	return nil
}

// Columns starts a result set.
func (r *results) Columns(columns []Column) error {
	if len(columns) == 0 || len(columns) > maxColumns {
		return fmt.Errorf("tds: a result of %d columns", len(columns))
	}
	if r.open {
		return errors.New("tds: a result was begun before the last one was done")
	}
	r.release()
	r.columns = make([]wireType, len(columns))
	r.nulls = make([]byte, (len(columns)+7)/8)
	b := r.scratch[:0]
	b = append(b, tokenColumns)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(columns)))
	for i, column := range columns {
		r.columns[i] = toWire(column.Type)
		flags := uint16(columnUnknown)
		if column.Nullable || column.Type.Kind == KindNull {
			flags |= columnNullable
		}
		if column.Identity {
			flags |= columnIdentity
		}
		b = binary.LittleEndian.AppendUint32(b, 0) // user type
		b = binary.LittleEndian.AppendUint16(b, flags)
		b = r.columns[i].appendInfo(b)
		b = appendShortText(b, column.Name)
	}
	r.write(b)
	r.scratch = b
	r.open = true
	return r.alive()
}

// Row sends one row. The row is put together first, so that a value that does
// not fit its column leaves the stream whole.
func (r *results) Row(values []any) error {
	if !r.open {
		return errors.New("tds: a row without columns")
	}
	if len(values) != len(r.columns) {
		return fmt.Errorf("tds: a row of %d values for %d columns", len(values), len(r.columns))
	}
	if err := r.alive(); err != nil {
		return err
	}
	b := r.scratch[:0]
	compact := r.markNulls(values)
	if compact {
		b = append(append(b, tokenNullableRow), r.nulls...)
	} else {
		b = append(b, tokenRow)
	}
	for i, value := range values {
		if compact && value == nil {
			continue
		}
		var err error
		if b, err = r.columns[i].appendValue(b, value, &r.value); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	r.write(b)
	r.keep(b)
	return r.alive()
}

// keep holds on to the scratch space for the next row unless a huge value made it huge.
func (r *results) keep(b []byte) {
	if cap(b) <= plpChunk {
		r.scratch = b
	} else {
		r.scratch = nil
	}
}

// markNulls fills the bitmap of NBCROW and tells whether that form is shorter.
func (r *results) markNulls(values []any) bool {
	clear(r.nulls)
	saved := 0
	for i, value := range values {
		if value == nil {
			r.nulls[i/8] |= 1 << (i % 8)
			saved++
		}
	}
	return saved > len(r.nulls) && (r.c.version >= version73B || r.c.version == version80)
}

// Done ends a result set, or reports a statement without rows.
func (r *results) Done(rows int64, counted bool) error {
	r.release()
	r.c.appendState(r, false)
	r.held, r.heldRows, r.heldCount, r.heldSelect = true, rows, counted, r.open
	r.open = false
	return r.alive()
}

// Info sends a message; from class 11 on it is an error, which does not end the
// batch by itself.
func (r *results) Info(e ServerError) {
	r.release()
	token := tokenInfo
	if e.Class > 10 {
		token = tokenError
		r.failed = true
		r.errors++
		r.fatal = r.fatal || e.Class >= 20
	}
	r.write(appendMessage(nil, token, e, r.c.server.config.ServerName))
}

// Flush sends what was written so far, though its packet is not full: a message
// about progress is worth nothing when it comes with the end.
func (r *results) Flush() { r.c.out.flush() }

// fail sends err as one or more ERROR tokens, with the messages that come along,
// such as "The statement has been terminated.", as INFO.
func (r *results) fail(err error) {
	all := serverErrors(err)
	if !slices.ContainsFunc(all, func(e ServerError) bool { return e.Class > 10 }) {
		all[0].Class = 16 // a failure without an error would pass for a success
	}
	for _, e := range all {
		r.Info(e)
	}
}

// serverErrors gives the ServerErrors that err is, wraps or joins; without any,
// err itself as number 50000, the number of errors raised by text.
func serverErrors(err error) []ServerError {
	if found := findServerErrors(err); len(found) > 0 {
		return found
	}
	return []ServerError{{Number: 50000, Class: 16, State: 1, Message: err.Error()}}
}

func findServerErrors(err error) []ServerError {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var all []ServerError
		for _, e := range joined.Unwrap() {
			all = append(all, findServerErrors(e)...)
		}
		return all
	}
	var e *ServerError
	if errors.As(err, &e) {
		return []ServerError{*e}
	}
	return nil
}

// returnValue sends an output parameter, [MS-TDS] 2.2.7.19. As when T-SQL assigns
// to a variable, text that is too long for its type is cut.
func (r *results) returnValue(ordinal int, p Param) error {
	if p.Type.Kind == KindNull && p.Value != nil {
		p.Type = typeOf(p.Value)
	}
	w := toWire(p.Type)
	b := append([]byte{tokenReturnValue}, byte(ordinal), byte(ordinal>>8))
	b = appendShortText(b, p.Name)
	b = append(b, 1)                           // an output parameter
	b = binary.LittleEndian.AppendUint32(b, 0) // user type
	b = binary.LittleEndian.AppendUint16(b, 1) // nullable
	b = w.appendInfo(b)
	b, err := w.appendValue(b, cutToType(w, p.Value), &r.value)
	if err != nil {
		return fmt.Errorf("parameter %s: %w", p.Name, err)
	}
	r.write(b)
	return nil
}

func cutToType(w wireType, value any) any {
	if w.max || !w.hasShortLength() {
		return value
	}
	switch v := value.(type) {
	case string:
		return cutUTF16(v, w.size/w.unit())
	case []byte:
		return v[:min(len(v), w.size)]
	default:
		return value
	}
}

// endCall ends one procedure call of several in the same request.
func (r *results) endCall() {
	r.release()
	r.c.appendState(r, r.errors > 0)
	r.failed = r.errors > 0
	r.write(r.appendEnd(tokenDoneProc, doneMore))
	r.failed, r.errors, r.open = false, 0, false
}

func (r *results) appendEnd(token byte, status uint16) []byte {
	if !r.held {
		r.heldRows, r.heldCount, r.heldSelect = 0, false, false
	}
	return r.appendHeld(nil, token, status)
}

// cancelled ends the answer to a request that the client took back. What has been
// sent so far becomes a message of its own and the confirmation follows in the
// next: tedious looks for it only there, and the others accept it there.
func (r *results) cancelled() error {
	r.release()
	r.c.appendState(r, r.errors > 0)
	r.write(appendDone(nil, tokenDone, doneError, 0, 0))
	if err := r.c.out.finish(); err != nil {
		return err
	}
	return r.c.confirmAttention()
}

// confirmAttention sends the message that answers an attention. There is exactly
// one for each, or the client takes it for the answer to its next request.
func (c *conn) confirmAttention() error {
	_, _ = c.out.Write(appendDone(nil, tokenDone, doneAttention, 0, 0)) // finish reports the error
	return c.out.finish()
}

// finish ends the answer with the last DONE token. An error means that the
// connection ends too.
func (r *results) finish() error {
	r.c.appendState(r, r.errors > 0)
	token := r.doneToken()
	if r.inProc {
		r.release()
		token = tokenDoneProc
		r.failed = r.errors > 0
	}
	status := uint16(0)
	if r.fatal {
		status |= doneServerError
	}
	r.write(r.appendEnd(token, status))
	if err := r.c.out.finish(); err != nil {
		return err
	}
	if r.fatal {
		return errFatal
	}
	return nil
}

// appendReturnStatus adds the status that a procedure returned.
func appendReturnStatus(b []byte, status int32) []byte {
	return binary.LittleEndian.AppendUint32(append(b, tokenReturnStatus), uint32(status))
}
