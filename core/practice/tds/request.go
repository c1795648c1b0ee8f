package tds

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// requests serves one request after the other until the connection ends.
func (c *conn) requests(ctx context.Context) error {
	for {
		select {
		case <-c.attn:
			// The answer it was meant for had already left.
			if err := c.confirmAttention(); err != nil {
				return err
			}
		case p, ok := <-c.packets:
			if !ok {
				return c.gone
			}
			if err := c.request(ctx, p); err != nil && !errors.Is(err, errIgnored) {
				return err
			}
		}
	}
}

// request serves the request that starts with packet p. An error ends the connection.
func (c *conn) request(ctx context.Context, p packet) error {
	m := &message{c: c, kind: p.kind, rest: p.data, last: p.last(), ignored: p.status&statusIgnore != 0}
	if m.ignored && m.last {
		return errIgnored
	}
	if p.kind == packetBulk {
		return c.run(ctx, p, func(ctx context.Context, r *results) error {
			err := c.bulk(ctx, m, r)
			if lost := m.drain(); lost != nil {
				err = errors.Join(err, &ServerError{Number: 4002, Class: 20, State: 1, Message: lost.Error()})
			}
			return err
		})
	}
	body, err := m.all(c.server.config.MaxRequest)
	if errors.Is(err, errTooLarge) {
		return c.run(ctx, p, func(context.Context, *results) error {
			return &ServerError{Number: 4002, Class: 20, State: 1, Message: err.Error()}
		})
	}
	if err != nil {
		return err
	}
	switch p.kind {
	case packetBatch:
		return c.run(ctx, p, func(ctx context.Context, r *results) error { return c.batch(ctx, body, r) })
	case packetRPC:
		return c.run(ctx, p, func(ctx context.Context, r *results) error { return c.rpc(ctx, body, r) })
	case packetTransaction:
		return c.run(ctx, p, func(ctx context.Context, r *results) error { return c.transaction(ctx, body, r) })
	default:
		return fmt.Errorf("%w: packet type %#02x after the login", errMalformed, p.kind)
	}
}

// run does the work of one request between the reset that the client may have
// asked for and the last DONE token.
func (c *conn) run(ctx context.Context, p packet, work func(context.Context, *results) error) error {
	c.rollback = false
	rctx := c.begin(ctx)
	r := &results{c: c, ctx: rctx, inProc: p.kind == packetRPC}
	err := c.reset(rctx, p.status, r)
	if err == nil {
		err = work(rctx, r)
	}
	stopped := rctx.Err() != nil
	attention := c.end()
	if err != nil && !stopped {
		r.fail(err)
	}
	if stopped && !attention {
		return fmt.Errorf("tds: request abandoned: %w", context.Cause(rctx))
	}
	if attention {
		return r.cancelled()
	}
	return r.finish()
}

// reset does RESETCONNECTION, [MS-TDS] 2.2.3.1.2. With "keep the transaction" and
// one open, the session stays as it is: a reset would end the transaction.
func (c *conn) reset(ctx context.Context, status byte, r *results) error {
	if status&(statusReset|statusResetKeepTran) == 0 {
		return nil
	}
	_, open := c.session.InTransaction()
	if status&statusReset != 0 || !open {
		c.rollback = true
		if err := c.session.Reset(ctx); err != nil {
			return err
		}
		clear(c.prepared)
	}
	r.write(appendEnvironment(nil, envReset, nil, nil))
	c.appendState(r, false)
	c.rollback = false
	return nil
}

// batch runs SQLBatch.
func (c *conn) batch(ctx context.Context, body []byte, r *results) error {
	d := newDecoder(bytes.NewReader(body), len(body))
	d.allHeaders()
	if d.err != nil {
		return protocolError(d.err)
	}
	rest, err := io.ReadAll(d.r)
	if err != nil {
		return err
	}
	text := fromUTF16(rest)
	c.rollback = speaksOfRollback(text)
	return c.session.Batch(ctx, text, r)
}

func speaksOfRollback(text string) bool {
	return strings.Contains(strings.ToLower(text), "rollback")
}

// protocolError is SQL Server's answer to a request that cannot be read.
func protocolError(err error) error {
	var e *ServerError
	if errors.As(err, &e) {
		return err
	}
	return &ServerError{
		Number: 4002, Class: 16, State: 1,
		Message: "The incoming tabular data stream (TDS) protocol stream is incorrect. The stream ended unexpectedly or is malformed: " + err.Error(),
	}
}

// appendState reports a changed database and a begun or ended transaction, of
// which clients keep track by ENVCHANGE alone.
func (c *conn) appendState(r *results, failed bool) {
	if now := c.session.Database(); now != c.database {
		b := appendEnvironmentText(nil, envDatabase, now, c.database)
		r.write(appendMessage(b, tokenInfo, ServerError{
			Number: 5701, State: 2, Message: "Changed database context to '" + now + "'.", Line: 1,
		}, c.server.config.ServerName))
		c.database = now
	}
	id, open := c.session.InTransaction()
	if c.tranOpen && (!open || id != c.tranID) {
		kind := envCommit
		if failed || c.rollback {
			kind = envRollback
		}
		r.write(appendEnvironment(nil, kind, nil, binary.LittleEndian.AppendUint64(nil, c.tranID)))
	}
	if open && (!c.tranOpen || id != c.tranID) {
		r.write(appendEnvironment(nil, envBegin, binary.LittleEndian.AppendUint64(nil, id), nil))
	}
	c.tranID, c.tranOpen = id, open
}

// message reads the packets of one request.
type message struct {
	c       *conn
	kind    byte
	rest    []byte
	last    bool
	ignored bool
}

// Read gives the request's bytes; io.EOF comes at its end.
func (m *message) Read(b []byte) (int, error) {
	for len(m.rest) == 0 {
		if m.ignored {
			return 0, errIgnored
		}
		if m.last {
			return 0, io.EOF
		}
		p, ok := <-m.c.packets
		switch {
		case !ok:
			return 0, noEOF(m.c.gone)
		case p.kind != m.kind:
			return 0, fmt.Errorf("%w: packet type %#02x inside a request of type %#02x", errMalformed, p.kind, m.kind)
		}
		m.rest, m.last, m.ignored = p.data, p.last(), p.status&statusIgnore != 0
	}
	n := copy(b, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// all reads the request into memory, up to limit bytes.
func (m *message) all(limit int) ([]byte, error) {
	if m.last && len(m.rest) <= limit {
		return m.rest, nil
	}
	data, err := io.ReadAll(io.LimitReader(m, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, errTooLarge
	}
	return data, nil
}

// drain passes over what is left of the request, so that the next one is found.
func (m *message) drain() error {
	if _, err := io.Copy(io.Discard, m); err != nil && !errors.Is(err, errIgnored) {
		return err
	}
	return nil
}
