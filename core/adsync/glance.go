package adsync

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Glance reads what changes when somebody sets a server up with the database: the
// server's row, the global settings and the connectors, whatever the database
// holds besides. It only reads, and is meant to be asked again and again. seals
// tells sealed credentials apart by connector, as a checksum of the ciphertext.
// Errors are *problem.Problem.
func Glance(ctx context.Context, db Querier, now func() time.Time) (a facts.ADSync, seals map[string]string, err error) {
	r := &reader{q: ReadOnly(db), opt: Options{Now: now, Say: func(string) {}, Wait: -1}}
	if r.s, err = readSchema(ctx, r.q); err != nil {
		return facts.ADSync{}, nil, readProblem(ctx, err)
	}
	if shape := r.s.shape(); shape != facts.ShapeADSync {
		return facts.ADSync{}, nil, &problem.Problem{
			Code: CodeSchemaUnread, What: "The database does not look like an ADSync database at this moment.",
			Why: "A table or a column that every version has is not there.", Fix: "Try again.", Detail: string(shape),
		}
	}
	r.out.Shape = facts.Known(facts.ShapeADSync, "names of tables and columns", r.now())
	r.readServer(ctx)
	r.readConnectors(ctx)
	if ctx.Err() != nil {
		return facts.ADSync{}, nil, problem.From(context.Cause(ctx))
	}
	seals, err = r.seals(ctx)
	if err != nil {
		return facts.ADSync{}, nil, readProblem(ctx, err)
	}
	return r.out, seals, nil
}

// seals gives a checksum of each connector's sealed credentials, empty for none.
func (r *reader) seals(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	res, err := r.fetch(ctx, tConnector, fields("ma_id", "encrypted_configuration"), "", "")
	if err != nil || res == nil {
		return out, err
	}
	for _, row := range res.records() {
		text := row.text("encrypted_configuration")
		if text == "" {
			out[row.guid("ma_id")] = ""
			continue
		}
		out[row.guid("ma_id")] = fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16]
	}
	return out, nil
}
