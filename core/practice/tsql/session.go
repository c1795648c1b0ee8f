package tsql

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// Session is one connection's state. It is a tds.Session.
type Session struct {
	srv     *Server
	id      int64 // among all servers of the process
	spid    int
	login   Login
	request tds.LoginRequest
	began   time.Time
	initial *Database
	db      *Database
	temp    *Database // of #tables, made when first needed
	dbID    atomic.Int64
	// internal marks the server's own sessions, which no log and no view shows.
	internal bool

	conn     *sqliteConn
	attached map[*Database]bool

	opts       options
	tx         txState
	rowcount   int64
	lastError  int32
	identity   *int64 // SCOPE_IDENTITY
	caught     *tds.ServerError
	byRaise    bool   // the last error came from RAISERROR, which XACT_ABORT leaves alone
	identityOn string // table of SET IDENTITY_INSERT
	bulk       *bulkTarget

	busy    sync.Mutex      // held during a request
	life    context.Context // ends when the session is closed
	endLife context.CancelFunc

	mu          sync.Mutex // guards what other sessions look at
	lastRequest time.Time
	current     string // the text being run
	closed      bool
}

type options struct {
	nocount, xactAbort, implicit, fmtOnly bool
	lockTimeout                           time.Duration // negative: for ever
	isolation                             string
	rowcount                              int64
}

func defaultOptions() options {
	return options{lockTimeout: -1, isolation: "READ COMMITTED"}
}

func (s *Server) newSession(who Login, l tds.LoginRequest) (*Session, error) {
	c, err := openSQLite()
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now().UTC()
	x := &Session{
		srv: s, id: sessionIDs.Add(1), login: who, request: l, began: now, lastRequest: now,
		conn: c, attached: map[*Database]bool{}, opts: defaultOptions(),
	}
	x.tx.init()
	x.life, x.endLife = context.WithCancel(context.Background())
	s.mu.Lock()
	x.spid = s.nextSPID
	s.nextSPID++
	s.sessions[x.spid] = x
	s.mu.Unlock()
	sessions.Store(x.id, x)
	return x, nil
}

// frame is what one request runs in: its variables, its results, its context.
type frame struct {
	ctx   context.Context
	w     tds.ResultWriter
	vars  map[string]*variable
	level int // nested executions
	try   int // TRY blocks around
	ret   int32
}

type variable struct {
	t     tds.Type
	value any // physical
}

const maxLevel = 32

func (s *Session) info() SessionInfo {
	return SessionInfo{ID: s.spid, Login: s.login.Name, Host: s.request.Host, App: s.request.App, Database: s.db.conf().Name}
}

func (s *Session) begin(text string) {
	s.mu.Lock()
	s.lastRequest, s.current = s.srv.cfg.Now().UTC(), text
	s.mu.Unlock()
	if s.srv.cfg.OnStatement != nil {
		s.srv.cfg.OnStatement(s.info(), text)
	}
}

func (s *Session) end() {
	s.mu.Lock()
	s.current = ""
	s.mu.Unlock()
}

// enterRequest keeps Close away while a request runs, and ends the request's
// context when the session is closed.
func (s *Session) enterRequest(ctx context.Context) (context.Context, func()) {
	s.busy.Lock()
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.life, cancel)
	return ctx, func() {
		stop()
		cancel()
		s.busy.Unlock()
	}
}

// Batch runs a SQL batch.
func (s *Session) Batch(ctx context.Context, text string, w tds.ResultWriter) error {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	s.begin(text)
	defer s.end()
	f := &frame{ctx: ctx, w: w, vars: map[string]*variable{}}
	return s.finish(f, s.run(f, text)) //nolint:contextcheck // the frame has it
}

// ExecuteSQL runs sp_executesql.
func (s *Session) ExecuteSQL(ctx context.Context, text string, params []tds.Param, w tds.ResultWriter) error {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	s.begin(text)
	defer s.end()
	f := &frame{ctx: ctx, w: w, vars: map[string]*variable{}, level: 1}
	for i, p := range params {
		name := p.Name
		if name == "" {
			name = fmt.Sprintf("@p%d", i+1)
		}
		f.vars[strings.ToLower(name)] = &variable{t: paramType(p), value: pack(p.Type, p.Value)}
	}
	err := s.run(f, text)
	for i := range params {
		if params[i].Output && params[i].Name != "" {
			v := f.vars[strings.ToLower(params[i].Name)]
			params[i].Value = unpack(v.t, v.value)
		}
	}
	return s.finish(f, err) //nolint:contextcheck // the frame has it
}

// paramType fills in the facets which a driver may leave open.
func paramType(p tds.Param) tds.Type {
	t := p.Type
	switch t.Kind {
	case tds.KindNull:
		t = nvarchar(4000)
	case tds.Decimal:
		if t.Precision == 0 {
			t.Precision, t.Scale = 38, 0
		}
	default:
	}
	normalFacets(&t)
	return t
}

// finish turns the outcome of a request into its answer: an aborting error
// inside a transaction may have ended that too.
func (s *Session) finish(f *frame, err error) error {
	switch {
	case err == nil:
	case errors.Is(err, errReturn):
		err = nil
	case f.ctx.Err() != nil:
		if s.opts.xactAbort && s.tx.count > 0 {
			s.rollbackAll(context.WithoutCancel(f.ctx))
		}
		return f.ctx.Err()
	}
	if s.tx.doomed {
		s.rollbackAll(context.WithoutCancel(f.ctx))
		if err == nil {
			err = errf(3998, 16, 1, "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back.")
		}
	}
	return err
}

// run parses and runs a text in a frame.
func (s *Session) run(f *frame, text string) error {
	if f.level > maxLevel {
		return errf(217, 16, 1, "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit %d).", maxLevel)
	}
	names := make([]string, 0, len(f.vars))
	for n := range f.vars {
		names = append(names, n)
	}
	list, err := parseBatch(text, names)
	if err != nil {
		s.lastError = asServerError(err).Number
		return err
	}
	return s.block(f, list)
}

// Call runs a procedure.
func (s *Session) Call(ctx context.Context, procedure string, params []tds.Param, w tds.ResultWriter) (int32, error) {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	s.begin("EXEC " + procedure)
	defer s.end()
	f := &frame{ctx: ctx, w: w, vars: map[string]*variable{}}
	n := nameOf(procedure)
	args := make([]procArg, len(params))
	for i, p := range params {
		args[i] = procArg{name: strings.ToLower(p.Name), t: paramType(p), value: pack(p.Type, p.Value), output: p.Output}
	}
	var status int32
	err := s.guard(f, 1, "EXEC "+procedure, func() (err error) {
		status, err = s.callProc(f, n, args)
		return err
	})
	for i := range params {
		if params[i].Output {
			params[i].Value = unpack(params[i].Type, args[i].value)
		}
	}
	return status, s.finish(f, err) //nolint:contextcheck // the frame has it
}

// nameOf reads a procedure's name, which may be quoted and qualified.
func nameOf(s string) objName {
	toks, err := lex(s)
	if err == nil {
		p := &parser{src: s, toks: toks, vars: map[string]bool{}}
		n, ok := p.tryObject()
		if ok && p.cur().kind == tokEOF {
			return n
		}
	}
	return objName{name: s}
}

// tryObject is object without a panic for what is no name.
func (p *parser) tryObject() (n objName, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, failed := r.(parseFailure); !failed {
				panic(r)
			}
			ok = false
		}
	}()
	return p.object(), true
}

// Begin starts a transaction.
func (s *Session) Begin(ctx context.Context) error {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	return s.guard(&frame{ctx: ctx}, 1, "BEGIN TRANSACTION", func() error { s.beginTran(); return nil })
}

// Commit commits one level of the transaction.
func (s *Session) Commit(ctx context.Context) error {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	return s.guard(&frame{ctx: ctx}, 1, "COMMIT TRANSACTION", func() error { return s.commitTran(ctx) })
}

// Rollback rolls the whole transaction back.
func (s *Session) Rollback(ctx context.Context) error {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	return s.guard(&frame{ctx: ctx}, 1, "ROLLBACK TRANSACTION", func() error { return s.rollbackTran(ctx, "") })
}

// InTransaction tells whether a transaction is open, and its id.
func (s *Session) InTransaction() (uint64, bool) { return s.tx.id, s.tx.count > 0 }

// Database is the current database's name.
func (s *Session) Database() string { return s.db.conf().Name }

// Reset puts the session back to how it was after login.
func (s *Session) Reset(ctx context.Context) error {
	ctx, leave := s.enterRequest(ctx)
	defer leave()
	s.rollbackAll(context.WithoutCancel(ctx))
	s.srv.locks.releaseOwner(s)
	s.opts = defaultOptions()
	s.rowcount, s.lastError, s.identity, s.identityOn, s.bulk, s.caught = 0, 0, nil, "", nil, nil
	s.setDB(s.initial)
	return s.dropTemp(ctx)
}

// Close ends the session: its transaction is rolled back, its locks released.
func (s *Session) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.endLife()
	s.busy.Lock()
	defer s.busy.Unlock()
	s.rollbackAll(context.Background())
	s.srv.locks.releaseOwner(s)
	sessions.Delete(s.id)
	s.srv.mu.Lock()
	delete(s.srv.sessions, s.spid)
	s.srv.mu.Unlock()
	return s.conn.close()
}
