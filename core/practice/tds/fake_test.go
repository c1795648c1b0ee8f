package tds

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

// answer runs one statement or procedure of the fake backend.
type answer func(ctx context.Context, s *fakeSession, params []Param, w ResultWriter) (int32, error)

// fakeBackend answers texts from a table; it knows no SQL.
type fakeBackend struct {
	answers  map[string]answer
	fallback func(ctx context.Context, s *fakeSession, text string, w ResultWriter) error

	mu     sync.Mutex
	logins []LoginRequest
	log    []string
	opened int
	closed int
}

func newFake() *fakeBackend { return &fakeBackend{answers: map[string]answer{}} }

// on adds an answer to a batch, an sp_executesql text or a procedure name.
func (b *fakeBackend) on(text string, a answer) { b.answers[strings.ToLower(text)] = a }

func (b *fakeBackend) note(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log = append(b.log, text)
}

func (b *fakeBackend) noted() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.log, "; ")
}

func (b *fakeBackend) lastLogin() LoginRequest {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logins[len(b.logins)-1]
}

func (b *fakeBackend) Login(_ context.Context, l LoginRequest) (Session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.logins = append(b.logins, l)
	if l.User != "sa" || l.Password != "Pass-word ä€" {
		return nil, &ServerError{Number: 18456, Class: 14, State: 1, Message: "Login failed for user '" + l.User + "'."}
	}
	if l.Database == "missing" {
		return nil, &ServerError{Number: 4060, Class: 11, State: 1, Message: `Cannot open database "missing" requested by the login. The login failed.`}
	}
	b.opened++
	s := &fakeSession{b: b, database: l.Database}
	if s.database == "" {
		s.database = "master"
	}
	return s, nil
}

type fakeSession struct {
	b        *fakeBackend
	database string
	tran     uint64
	lastTran uint64
	bulk     [][]any
	bulkCols []Column
}

func (s *fakeSession) run(ctx context.Context, text string, params []Param, w ResultWriter) (int32, error) {
	a, ok := s.b.answers[strings.ToLower(strings.TrimSpace(text))]
	if !ok && s.b.fallback != nil {
		return 0, s.b.fallback(ctx, s, text, w)
	}
	if !ok {
		s.b.note("unknown: " + text)
		return 0, &ServerError{Number: 208, Class: 16, State: 1, Line: 3, Procedure: "p", Message: "Invalid object name '" + text + "'."}
	}
	return a(ctx, s, params, w)
}

func (s *fakeSession) Batch(ctx context.Context, text string, w ResultWriter) error {
	_, err := s.run(ctx, text, nil, w)
	return err
}

func (s *fakeSession) ExecuteSQL(ctx context.Context, text string, params []Param, w ResultWriter) error {
	_, err := s.run(ctx, text, params, w)
	return err
}

func (s *fakeSession) Call(ctx context.Context, procedure string, params []Param, w ResultWriter) (int32, error) {
	return s.run(ctx, procedure, params, w)
}

func (s *fakeSession) Begin(context.Context) error {
	s.b.note("begin")
	s.lastTran++
	s.tran = s.lastTran
	return nil
}

func (s *fakeSession) Commit(context.Context) error {
	s.b.note("commit")
	s.tran = 0
	return nil
}

func (s *fakeSession) Rollback(context.Context) error {
	s.b.note("rollback")
	s.tran = 0
	return nil
}

func (s *fakeSession) BulkLoad(_ context.Context, columns []Column, next func() ([]any, bool, error)) (int64, error) {
	s.bulkCols, s.bulk = columns, nil
	for {
		row, more, err := next()
		if err != nil || !more {
			return int64(len(s.bulk)), err
		}
		s.bulk = append(s.bulk, row)
	}
}

func (s *fakeSession) Reset(context.Context) error {
	s.b.note("reset")
	s.tran = 0
	return nil
}

func (s *fakeSession) InTransaction() (uint64, bool) { return s.tran, s.tran != 0 }
func (s *fakeSession) Database() string              { return s.database }

func (s *fakeSession) Close() error {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.closed++
	return nil
}

// site is a server reachable by a network in memory and by a loopback port.
type site struct {
	*fakeBackend
	server  *Server
	network *Network
	port    int
}

const (
	testPassword = "Pass-word ä€"
	testHost     = "sql1.contoso.test"
)

func newSite(t testing.TB, change func(*Config)) *site {
	t.Helper()
	s := &site{fakeBackend: newFake(), network: NewNetwork()}
	s.on("select 1", rows([]Column{{Name: "n", Type: Type{Kind: Int}}}, []any{int64(1)}))
	s.on("select 1;", s.answers["select 1"]) // the driver's ping
	cert, err := NewCertificate(testHost, "localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Backend: s, AllowStrict: true, Certificate: cert, ServerName: "SQL1"}
	if change != nil {
		change(&config)
	}
	if s.server, err = NewServer(config); err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(l) }()
	s.network.AddHost(testHost)
	s.network.Listen(testHost, 1433, s.server.Handle)
	t.Cleanup(func() {
		if err := s.server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, ErrServerClosed) {
			t.Errorf("Serve ended with %v", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.opened != s.closed {
			t.Errorf("%d sessions opened, %d closed", s.opened, s.closed)
		}
	})
	return s
}

// open gives a pool on one of the two ways to the server.
func (s *site) open(t testing.TB, inMemory bool, change func(*msdsn.Config)) *sql.DB {
	t.Helper()
	config := msdsn.Config{
		Host: "127.0.0.1", Port: uint64(s.port), User: "sa", Password: testPassword, Database: "ADSync",
		Encryption: msdsn.EncryptionDisabled, Protocols: []string{"tcp"}, DialTimeout: 5 * time.Second, AppName: "test", DisableRetry: true,
	}
	if inMemory {
		config.Host, config.Port = testHost, 1433
	}
	if change != nil {
		change(&config)
	}
	connector := mssql.NewConnectorConfig(config)
	if inMemory {
		connector.Dialer = s.network
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// rows answers with one result set.
func rows(columns []Column, values ...[]any) answer {
	return func(_ context.Context, _ *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		return 0, sendRows(w, columns, values...)
	}
}

func sendRows(w ResultWriter, columns []Column, values ...[]any) error {
	if err := w.Columns(columns); err != nil {
		return err
	}
	for _, row := range values {
		if err := w.Row(row); err != nil {
			return err
		}
	}
	return w.Done(int64(len(values)), true)
}
