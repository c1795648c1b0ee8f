package adsync

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// realServer is the environment variable with the connection string of a SQL
// Server on which the tests may create and drop a database of their own.
const realServer = "RECONNECT_TEST_SQLSERVER"

// testNow is "today" in the sample databases.
var testNow = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

// site is one test database.
type site struct {
	db    *sql.DB
	watch *sql.DB // connections of its own, which nothing breaks, to look at the database from outside

	// Practice only.
	mu         sync.Mutex
	fault      func(n int, text string) error // asked before each statement
	faultAfter func(n int, text string) error // asked after each statement
	log        []string                       // every request's text
	wires      []net.Conn                     // the client's ends of all connections
	network    *tds.Network
}

// as opens the practice database as another login, with the password of all.
func (s *site) as(tb testing.TB, login string) *sql.DB {
	tb.Helper()
	dsn, err := msdsn.Parse("server=sql01;port=1433;database=ADSync;encrypt=disable;app name=adsync test;workstation id=TESTHOST;user id=" + login + ";password=Practice-1")
	if err != nil {
		tb.Fatal(err)
	}
	connector := mssql.NewConnectorConfig(dsn)
	connector.Dialer = s.network
	db := sql.OpenDB(connector)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// cut breaks all connections.
func (s *site) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.wires {
		_ = w.Close()
	}
	s.wires = nil
}

// wiring is a network that remembers the connections, so that they can be cut.
type wiring struct {
	*tds.Network
	s *site
}

func (w wiring) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := w.Network.DialContext(ctx, network, address)
	if err == nil {
		w.s.mu.Lock()
		w.s.wires = append(w.s.wires, c)
		w.s.mu.Unlock()
	}
	return c, err
}

// statements gives what was sent since the last call. Practice only.
func (s *site) statements() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.log
	s.log = nil
	return out
}

// ask asks one of the hooks, if it is set.
func (s *site) ask(hook *func(int, string) error, n int, text string) error {
	s.mu.Lock()
	f := *hook
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	return f(n, text)
}

// setFaults sets both hooks.
func (s *site) setFaults(before, after func(n int, text string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.faultAfter = before, after
}

// onEachServer runs test with a maker of databases on the practice server, and
// on a real SQL Server when one is given.
func onEachServer(t *testing.T, test func(t *testing.T, create func(testing.TB, ...sample.Table) *site)) {
	t.Run("practice", func(t *testing.T) {
		test(t, func(tb testing.TB, tables ...sample.Table) *site {
			tb.Helper()
			return practiceSite(tb, tsql.Config{}, tables...)
		})
	})
	if os.Getenv(realServer) == "" {
		t.Logf("%s is not set: a real SQL Server was not tried", realServer)
		return
	}
	t.Run("real", func(t *testing.T) { test(t, realSite) })
}

// tablesOf gives the tables of a sample database as a list. Those that nobody
// here reads stay empty, which saves most of the time that loading takes.
func tablesOf(d *sample.Database) []sample.Table {
	read := []string{tServer, tConnector, tPartition, tProfile, tRun, tStep, tRule, tObject, tMetaverse}
	var out []sample.Table
	for t := range d.Tables() {
		if !slices.Contains(read, t.Name) {
			t.Rows = nil
		}
		out = append(out, t)
	}
	return out
}

// practiceSite starts a practice server with one database of these tables.
func practiceSite(tb testing.TB, cfg tsql.Config, tables ...sample.Table) *site {
	tb.Helper()
	s := &site{}
	cfg.Dir = tb.TempDir()
	cfg.Now = func() time.Time { return testNow }
	if len(cfg.Logins) == 0 {
		cfg.Logins = []tsql.Login{{Name: "setup", Password: "Practice-1", Sysadmin: true}}
	}
	if len(cfg.Databases) == 0 {
		cfg.Databases = []tsql.DatabaseConfig{{Name: "ADSync"}}
	}
	cfg.OnStatement = func(_ tsql.SessionInfo, text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log = append(s.log, text)
	}
	cfg.Fault = func(n int, text string) error { return s.ask(&s.fault, n, text) }
	cfg.FaultAfter = func(n int, text string) error { return s.ask(&s.faultAfter, n, text) }
	engine, err := tsql.NewServer(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	server, err := tds.NewServer(tds.Config{Backend: engine})
	if err != nil {
		tb.Fatal(err)
	}
	network := tds.NewNetwork()
	network.Listen("sql01", 1433, server.Handle)
	tb.Cleanup(func() {
		if err := server.Close(); err != nil {
			tb.Error(err)
		}
		if err := engine.Close(); err != nil {
			tb.Error(err)
		}
	})
	c := cfg.Logins[0]
	dsn, err := msdsn.Parse("server=sql01;port=1433;database=ADSync;encrypt=disable;app name=adsync test;workstation id=TESTHOST;user id=" + c.Name + ";password=" + c.Password)
	if err != nil {
		tb.Fatal(err)
	}
	connector := mssql.NewConnectorConfig(dsn)
	connector.Dialer = wiring{network, s}
	s.db = sql.OpenDB(connector)
	tb.Cleanup(func() { _ = s.db.Close() })
	s.network = network
	s.watch = s.as(tb, c.Name)
	load18(tb, s.watch, tables)
	s.statements()
	return s
}

// realSite makes a database of its own on the real server and drops it afterwards.
func realSite(tb testing.TB, tables ...sample.Table) *site {
	tb.Helper()
	master, err := sql.Open("sqlserver", os.Getenv(realServer))
	if err != nil {
		tb.Fatal(err)
	}
	b := make([]byte, 6)
	_, _ = rand.Read(b)
	name := "ReconnectTest_" + hex.EncodeToString(b)
	if _, err := master.ExecContext(tb.Context(), "CREATE DATABASE ["+name+"]"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		ctx := context.WithoutCancel(tb.Context())
		if _, err := master.ExecContext(ctx, "ALTER DATABASE ["+name+"] SET SINGLE_USER WITH ROLLBACK IMMEDIATE"); err != nil {
			tb.Error(err)
		}
		if _, err := master.ExecContext(ctx, "DROP DATABASE ["+name+"]"); err != nil {
			tb.Error(err)
		}
		_ = master.Close()
	})
	cfg, err := msdsn.Parse(os.Getenv(realServer))
	if err != nil {
		tb.Fatal(err)
	}
	cfg.Database = name
	s := &site{db: sql.OpenDB(mssql.NewConnectorConfig(cfg))}
	s.watch = s.db
	tb.Cleanup(func() { _ = s.db.Close() })
	load18(tb, s.db, tables)
	return s
}

// load18 creates the tables and bulk-loads their rows.
func load18(tb testing.TB, db *sql.DB, tables []sample.Table) {
	tb.Helper()
	for _, t := range tables {
		if _, err := db.ExecContext(tb.Context(), t.CreateStatement()); err != nil {
			tb.Fatalf("%s: %v", t.Name, err)
		}
		if err := loadTable(tb.Context(), db, t); err != nil {
			tb.Fatalf("%s: %v", t.Name, err)
		}
	}
}

// loadTable bulk-loads one table in one transaction.
func loadTable(ctx context.Context, db *sql.DB, t sample.Table) error {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	in, err := tx.PrepareContext(ctx, mssql.CopyIn("dbo."+t.Name, mssql.BulkOptions{}, names...))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // closed with its error looked at below
	for row := range t.All() {
		values := make([]any, len(row))
		for i, v := range row {
			if g, ok := v.(sample.GUID); ok {
				v = []byte{g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]}
			}
			values[i] = v
		}
		if _, err := in.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	if _, err := in.ExecContext(ctx); err != nil {
		return err
	}
	if err := in.Close(); err != nil {
		return err
	}
	return tx.Commit()
}

// dump gives every value of the tables that Install may touch, as text, sorted.
func dump(tb testing.TB, db *sql.DB) string {
	tb.Helper()
	var lines []string
	for _, table := range []string{tServer, tConnector, tPartition, tProfile, tRule} {
		res, err := queryAll(tb.Context(), db, "SELECT * FROM dbo."+table)
		if err != nil {
			tb.Fatal(err)
		}
		for _, row := range res.rows {
			lines = append(lines, fmt.Sprintf("%s %q", table, row))
		}
	}
	text, found, err := claimText(tb.Context(), db)
	if err != nil {
		tb.Fatal(err)
	}
	lines = append(lines, fmt.Sprintf("claim %v %q", found, text))
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
