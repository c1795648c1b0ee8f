package tds

import (
	"context"
	"fmt"
)

// maxPrepared bounds the statements that one connection may keep prepared.
const maxPrepared = 10_000

// statement is a prepared statement: its text and the declaration of its
// parameters. Preparing is bookkeeping of the wire only, as the backend has no
// plans to keep.
type statement struct {
	text     string
	declared string
}

// keepStatement reads parameters 1 (declaration) and 2 (statement) and puts the
// new handle into the output parameter 0.
func (c *conn) keepStatement(params []Param, procedure string) (statement, error) {
	declared, err := textParam(params, 1, procedure, "params")
	if err != nil {
		return statement{}, err
	}
	text, err := textParam(params, 2, procedure, "stmt")
	if err != nil {
		return statement{}, err
	}
	if len(c.prepared) >= maxPrepared {
		return statement{}, &ServerError{Number: 8009, Class: 16, State: 1, Message: "Too many prepared statements on this connection."}
	}
	s := statement{text: text, declared: declared}
	c.handles++
	c.prepared[c.handles] = s
	params[0].Type = Type{Kind: Int}
	params[0].Value = c.handles
	params[0].Output = true
	return s, nil
}

// prepare runs sp_prepare @handle OUTPUT, @params, @stmt.
func (c *conn) prepare(params []Param) error {
	_, err := c.keepStatement(params, "sp_prepare")
	return err
}

// prepareAndExecute runs sp_prepexec @handle OUTPUT, @params, @stmt, values.
func (c *conn) prepareAndExecute(ctx context.Context, params []Param, r *results) error {
	s, err := c.keepStatement(params, "sp_prepexec")
	if err != nil {
		return err
	}
	return c.execute(ctx, s, params[3:], r)
}

// executePrepared runs sp_execute @handle, values.
func (c *conn) executePrepared(ctx context.Context, params []Param, r *results) error {
	s, _, err := c.findStatement(params, "sp_execute")
	if err != nil {
		return err
	}
	return c.execute(ctx, s, params[1:], r)
}

// execute binds in place, so that output values reach the caller's parameters.
func (c *conn) execute(ctx context.Context, s statement, params []Param, r *results) error {
	params, err := bindParams(s.declared, params)
	if err != nil {
		return err
	}
	c.rollback = speaksOfRollback(s.text)
	return c.session.ExecuteSQL(ctx, s.text, params, r)
}

// unprepare runs sp_unprepare @handle.
func (c *conn) unprepare(params []Param) error {
	_, handle, err := c.findStatement(params, "sp_unprepare")
	if err != nil {
		return err
	}
	delete(c.prepared, handle)
	return nil
}

func (c *conn) findStatement(params []Param, procedure string) (statement, int64, error) {
	var handle int64
	if len(params) > 0 {
		handle, _ = params[0].Value.(int64)
	}
	s, ok := c.prepared[handle]
	if !ok {
		return statement{}, 0, &ServerError{
			Number: 8179, Class: 16, State: 2, Procedure: procedure,
			Message: fmt.Sprintf("Could not find prepared statement with handle %d.", handle),
		}
	}
	return s, handle, nil
}
