package adsync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems that Read gives as its error.
const (
	CodeSchemaUnread problem.Code = "adsync.schema.unread" // INFORMATION_SCHEMA did not answer
)

// DefaultWait is the shortest time between the two readings of the server's timestamp.
const DefaultWait = 2 * time.Second

// newestRuns is how many rows of the run history are read.
const newestRuns = 500

// Options are what Read needs besides the database. All of them may be zero.
type Options struct {
	Now  func() time.Time // this computer's clock; nil means time.Now
	Self string           // name of this computer, so that its own sessions of this program are left out
	Say  func(string)     // told what is being read, for a person; may be nil
	// Wait is the time between the two readings of the timestamp: 0 means
	// DefaultWait, a negative one leaves the second reading out.
	Wait time.Duration
}

// reader is one run of Read.
type reader struct {
	q   Querier
	s   *schema
	opt Options
	out facts.ADSync
}

// Read reads everything that the program knows of an ADSync database. It only
// reads, and sends the same number of statements whatever the database holds.
//
// The error is set when nothing can be said at all: the list of tables was
// refused (problem CodeSchemaUnread), or ctx ended. Everything else that could
// not be read is a fact with its reason.
func Read(ctx context.Context, db Querier, opt Options) (facts.ADSync, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Say == nil {
		opt.Say = func(string) {}
	}
	if opt.Wait == 0 {
		opt.Wait = DefaultWait
	}
	r := &reader{q: ReadOnly(db), opt: opt}
	err := r.run(ctx)
	if ctx.Err() != nil {
		return r.out, problem.From(context.Cause(ctx))
	}
	return r.out, err
}

// run reads layer by layer; what the shape rules out is not asked for.
func (r *reader) run(ctx context.Context) error {
	r.opt.Say("Reading the list of tables")
	s, err := readSchema(ctx, r.q)
	if err != nil {
		r.out.Shape = facts.Unknown[facts.Shape]("INFORMATION_SCHEMA", err.Error(), r.now())
		return &problem.Problem{
			Code: CodeSchemaUnread,
			What: "The list of tables of the database could not be read.",
			Why:  "Without it nothing can be said about what the database holds.",
			Fix:  "Check that the login may use the database, then check again.", Detail: err.Error(), Cause: err,
		}
	}
	r.s = s
	r.out.Tables = s.user
	shape := s.shape()
	r.out.Shape = facts.Known(shape, "names of tables and columns", r.now())
	if shape == facts.ShapeEmpty {
		r.provideEmpty(ctx)
	}
	if shape == facts.ShapeADSync || shape == facts.ShapeFIM {
		r.out.MissingTables = s.missingTables()
	}
	if shape != facts.ShapeADSync {
		return nil
	}
	r.readAll(ctx)
	slices.Sort(r.out.MissingColumns)
	r.out.MissingColumns = slices.Compact(r.out.MissingColumns)
	return nil
}

// readAll reads an ADSync database. Each part notes by itself what it could not read.
func (r *reader) readAll(ctx context.Context) {
	began := time.Now()
	r.opt.Say("Reading the server's configuration")
	servers := r.readServer(ctx)
	r.opt.Say("Reading connectors, partitions and run profiles")
	r.readConnectors(ctx)
	if c, ok := r.out.Connectors.Get(); ok && (servers == 0 || len(c) == 0) {
		r.out.Shape = facts.Known(facts.ShapeEmpty, fmt.Sprintf("%s in %s, %s in %s",
			plural(servers, "row", "rows"), tServer, plural(len(c), "row", "rows"), tConnector), r.now())
	}
	r.opt.Say("Reading synchronization rules")
	r.readRules(ctx)
	r.opt.Say("Reading the run history")
	r.readRuns(ctx)
	r.readSteps(ctx)
	r.opt.Say("Counting objects and pending changes")
	r.readCounts(ctx)
	r.readMetaverse(ctx)
	r.opt.Say("Looking for another server that uses the database")
	r.readSessions(ctx)
	r.readClaim(ctx)
	r.previousServer()
	r.activities(ctx)
	r.readMoving(ctx, began)
}

// provideEmpty makes sure that an empty list of tables means that there are
// none: SQL Server lists only the tables that a login has some right on.
func (r *reader) provideEmpty(ctx context.Context) {
	const text = `SELECT HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') AS allowed`
	res, err := queryAll(ctx, r.q, text)
	if err == nil && len(res.rows) == 1 && res.records()[0].truth("allowed") {
		return
	}
	r.out.Shape = facts.Unknown[facts.Shape]("INFORMATION_SCHEMA.TABLES",
		"no table is visible to this login, which may also mean that it has no right to see them", r.now())
}

// now gives the time of a reading.
func (r *reader) now() time.Time { return r.opt.Now().UTC() }

// fetch reads the wanted columns of a table in one statement. tail follows the
// FROM clause. Missing columns are noted; err is nil and res nil without the table.
func (r *reader) fetch(ctx context.Context, table string, want []field, head, tail string) (*result, error) {
	if !r.s.has(table) {
		return nil, nil
	}
	sel := r.s.choose(table, want)
	for _, m := range sel.missing {
		r.out.MissingColumns = append(r.out.MissingColumns, table+"."+m)
	}
	if len(sel.list) == 0 {
		return nil, errors.New("the table has none of the columns that are known")
	}
	text := "SELECT " + head + strings.Join(sel.list, ", ") + " FROM " + r.s.from(table) + tail
	res, err := queryAll(ctx, r.q, text)
	if err != nil {
		r.unreadable("%s: %v", table, err)
	}
	return res, err
}

// unreadable notes what was there and could not be understood.
func (r *reader) unreadable(format string, args ...any) {
	r.out.Unreadable = append(r.out.Unreadable, fmt.Sprintf(format, args...))
}
