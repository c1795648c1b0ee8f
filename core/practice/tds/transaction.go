package tds

import (
	"bytes"
	"context"
	"fmt"
)

// Transaction manager requests, [MS-TDS] 2.2.6.9.
const (
	tranBegin    uint16 = 5
	tranCommit   uint16 = 7
	tranRollback uint16 = 8

	flagBeginAgain = 0x01
)

var isolationLevels = [...]string{1: "READ UNCOMMITTED", 2: "READ COMMITTED", 3: "REPEATABLE READ", 4: "SERIALIZABLE", 5: "SNAPSHOT"}

// transaction runs a transaction manager request. Names of transactions are read
// and not used: SQL Server itself gives them no meaning beyond its log.
func (c *conn) transaction(ctx context.Context, body []byte, r *results) error {
	d := newDecoder(bytes.NewReader(body), len(body))
	d.allHeaders()
	kind := d.u16()
	if d.err != nil {
		return protocolError(d.err)
	}
	switch kind {
	case tranBegin:
		return c.beginTransaction(ctx, d)
	case tranCommit:
		return c.endTransaction(ctx, d, r, c.session.Commit)
	case tranRollback:
		c.rollback = true
		return c.endTransaction(ctx, d, r, c.session.Rollback)
	default:
		return &ServerError{
			Number: 3962, Class: 16, State: 1,
			Message: fmt.Sprintf("Transaction manager request %d (distributed transactions, savepoints) is not supported by this server.", kind),
		}
	}
}

func (c *conn) beginTransaction(ctx context.Context, d *decoder) error {
	isolation := d.u8()
	d.shortText()
	if d.err != nil {
		return protocolError(d.err)
	}
	if isolation > 0 && int(isolation) < len(isolationLevels) {
		set := "SET TRANSACTION ISOLATION LEVEL " + isolationLevels[isolation]
		if err := c.session.Batch(ctx, set, silent{}); err != nil {
			return err
		}
	}
	return c.session.Begin(ctx)
}

func (c *conn) endTransaction(ctx context.Context, d *decoder, r *results, end func(context.Context) error) error {
	d.shortText()
	flags := d.u8()
	if d.err != nil {
		return protocolError(d.err)
	}
	if err := end(ctx); err != nil {
		return err
	}
	if flags&flagBeginAgain == 0 {
		return nil
	}
	c.appendState(r, false)
	return c.beginTransaction(ctx, d)
}

// silent is a ResultWriter for statements whose results nobody waits for.
type silent struct{}

func (silent) Columns([]Column) error { return nil }
func (silent) Row([]any) error        { return nil }
func (silent) Done(int64, bool) error { return nil }
func (silent) Info(ServerError)       {}
