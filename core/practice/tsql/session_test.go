package tsql

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func expect(t *testing.T, s *Session, sql, want string) {
	t.Helper()
	if got := mustExec(t, s, sql); got != want {
		t.Errorf("%s\n\tgave %q\n\twant %q", sql, got, want)
	}
}

func expectError(t *testing.T, s *Session, sql string, number int32) {
	t.Helper()
	got, err := exec(t.Context(), s, sql)
	if err == nil || err.Number != number {
		t.Errorf("%s\n\tgave %q, %v; want error %d", sql, got, err, number)
	}
}

func TestWritersWaitAndReadersDoNot(t *testing.T) {
	srv := testServer(t, nil)
	a, b := signIn(t, srv, "sa", "ADSync"), signIn(t, srv, "sa", "ADSync")
	mustExec(t, a, "CREATE TABLE t (id int NOT NULL PRIMARY KEY, v int); INSERT t VALUES (1, 10)")
	expect(t, b, "SELECT v FROM t", "10")
	mustExec(t, a, "BEGIN TRAN; UPDATE t SET v = 11")
	expect(t, a, "SELECT v FROM t", "11")
	expect(t, b, "SELECT v FROM t", "10")
	expectError(t, b, "SET LOCK_TIMEOUT 20; UPDATE t SET v = 12", 1222)
	expectError(t, b, "SET LOCK_TIMEOUT 0; BEGIN TRAN; SELECT v FROM t WITH (UPDLOCK, HOLDLOCK)", 1222)
	mustExec(t, b, "ROLLBACK; SET LOCK_TIMEOUT -1")
	done := make(chan string, 1)
	go func() {
		out, err := exec(context.Background(), b, "UPDATE t SET v = v + 1; SELECT v FROM t")
		if err != nil {
			out = err.Message
		}
		done <- out
	}()
	mustExec(t, a, "COMMIT")
	select {
	case got := <-done:
		if got != "12" {
			t.Errorf("the second writer saw %q", got)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the second writer still waits")
	}
}

// A transaction that read before another one committed can still write.
func TestReadThenWriteAfterAnotherCommit(t *testing.T) {
	srv := testServer(t, nil)
	a, b := signIn(t, srv, "sa", "ADSync"), signIn(t, srv, "sa", "ADSync")
	mustExec(t, a, "CREATE TABLE t (v int); INSERT t VALUES (1); BEGIN TRAN; SELECT * FROM t")
	mustExec(t, b, "UPDATE t SET v = 5")
	expect(t, a, "UPDATE t SET v += 1; COMMIT; SELECT v FROM t", "6")
}

func TestTransactionsEndAsInSQLServer(t *testing.T) {
	srv := testServer(t, nil)
	s := signIn(t, srv, "sa", "ADSync")
	mustExec(t, s, "CREATE TABLE t (v int NOT NULL PRIMARY KEY)")
	expectError(t, s, "BEGIN TRAN; INSERT t VALUES (1); INSERT t VALUES (1); INSERT t VALUES (2); COMMIT", 2627)
	expect(t, s, "SELECT v FROM t ORDER BY v; SELECT @@TRANCOUNT", "1;2 / 0")
	expectError(t, s, "SET XACT_ABORT ON; BEGIN TRAN; INSERT t VALUES (3); INSERT t VALUES (1); INSERT t VALUES (4); COMMIT", 2627)
	expect(t, s, "SET XACT_ABORT OFF; SELECT v FROM t ORDER BY v; SELECT @@TRANCOUNT", "1;2 / 0")
	expectError(t, s, "BEGIN TRAN; INSERT t VALUES (5); SELECT CAST('x' AS int); INSERT t VALUES (6)", 245)
	expect(t, s, "SELECT COUNT(*), @@TRANCOUNT FROM t", "2|0")
	expect(t, s, "BEGIN TRAN; INSERT t VALUES (7); SAVE TRAN here; INSERT t VALUES (8); ROLLBACK TRAN here; COMMIT; SELECT v FROM t WHERE v > 2", "7")
	expectError(t, s, "BEGIN TRY BEGIN TRAN; SELECT CAST('x' AS int) END TRY BEGIN CATCH SELECT XACT_STATE(); COMMIT END CATCH", 3930)
	expect(t, s, "SELECT @@TRANCOUNT", "0")
	mustExec(t, s, "BEGIN TRAN; DELETE t")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, signIn(t, srv, "sa", "ADSync"), "SELECT COUNT(*) FROM t", "3")
}

func TestTransactionManager(t *testing.T) {
	s := signIn(t, testServer(t, nil), "sa", "ADSync")
	mustExec(t, s, "CREATE TABLE t (v int)")
	if err := s.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if id, open := s.InTransaction(); id == 0 || !open {
		t.Error("no transaction after Begin")
	}
	mustExec(t, s, "INSERT t VALUES (1)")
	if err := s.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "SELECT COUNT(*) FROM t", "0")
	var se *tds.ServerError
	if err := s.Commit(t.Context()); !errors.As(err, &se) || se.Number != 3902 {
		t.Errorf("Commit without a transaction: %v", err)
	}
	mustExec(t, s, "BEGIN TRAN; INSERT t VALUES (1); SET NOCOUNT ON; CREATE TABLE #x (a int)")
	if err := s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "SELECT @@TRANCOUNT, COUNT(*) FROM t", "0|0")
	expectError(t, s, "SELECT * FROM #x", 208)
}

func TestApplicationLocks(t *testing.T) {
	srv := testServer(t, nil)
	a, b := signIn(t, srv, "sa", "ADSync"), signIn(t, srv, "sa", "ADSync")
	get := func(mode, owner, timeout string) string {
		return "DECLARE @rc int; EXEC @rc = sp_getapplock 'res', '" + mode + "', '" + owner + "', " + timeout + "; SELECT @rc"
	}
	expect(t, a, get("Exclusive", "Session", "0"), "0")
	expect(t, a, get("Exclusive", "Session", "0"), "0")
	expect(t, b, get("Shared", "Session", "0"), "-1")
	expect(t, b, get("Shared", "Session", "10"), "-1")
	expect(t, b, get("Shared", "Transaction", "0"), "-999")
	expect(t, b, get("Silly", "Session", "0"), "-999")
	expect(t, b, "SELECT request_mode, request_owner_type FROM sys.dm_tran_locks WHERE resource_type = 'APPLICATION'", "X|SESSION")
	var wg sync.WaitGroup
	wg.Go(func() {
		out, err := exec(context.Background(), b, get("Exclusive", "Session", "20000"))
		if err != nil || out != "1" {
			t.Errorf("the waiting session got %q %v", out, err)
		}
	})
	waitUntil(t, func() bool { srv.locks.mu.Lock(); defer srv.locks.mu.Unlock(); return len(srv.locks.waiting) == 1 })
	mustExec(t, a, "EXEC sp_releaseapplock 'res', 'Session'")
	mustExec(t, a, "EXEC sp_releaseapplock 'res', 'Session'")
	wg.Wait()
	expectError(t, a, "EXEC sp_releaseapplock 'res', 'Session'", 1223)
	mustExec(t, a, "BEGIN TRAN; EXEC sp_getapplock 'tx', 'Exclusive'")
	expect(t, b, "DECLARE @rc int; EXEC @rc = sp_getapplock 'tx', 'Shared', 'Session', 0; SELECT @rc", "-1")
	mustExec(t, a, "COMMIT")
	expect(t, b, "DECLARE @rc int; EXEC @rc = sp_getapplock 'tx', 'Shared', 'Session', 0; SELECT @rc", "0")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, a, get("Exclusive", "Session", "0"), "0")
}

func waitUntil(t *testing.T, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("did not happen")
}

func TestApplicationDeadlock(t *testing.T) {
	srv := testServer(t, nil)
	a, b := signIn(t, srv, "sa", "ADSync"), signIn(t, srv, "sa", "ADSync")
	lock := func(r string) string {
		return "DECLARE @rc int; EXEC @rc = sp_getapplock '" + r + "', 'Exclusive', 'Session'; SELECT @rc"
	}
	expect(t, a, lock("one"), "0")
	expect(t, b, lock("two"), "0")
	var wg sync.WaitGroup
	wg.Go(func() {
		if out, err := exec(context.Background(), a, lock("two")); err != nil || out != "1" {
			t.Errorf("the survivor got %q %v", out, err)
		}
	})
	waitUntil(t, func() bool { srv.locks.mu.Lock(); defer srv.locks.mu.Unlock(); return len(srv.locks.waiting) == 1 })
	expect(t, b, lock("one"), "-3")
	mustExec(t, b, "EXEC sp_releaseapplock 'two', 'Session'")
	wg.Wait()
}

func TestCancel(t *testing.T) {
	s := signIn(t, testServer(t, nil), "sa", "ADSync")
	const n = "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
	for _, sql := range []string{
		n + "SELECT COUNT(*) FROM n a CROSS JOIN n b CROSS JOIN n c WHERE a.i + b.i + c.i = -1 OPTION (MAXRECURSION 0)",
		n + "SELECT a.i FROM n a CROSS JOIN n b CROSS JOIN n c",
		"WAITFOR DELAY '00:01:00'",
		"WHILE 1 = 1 SET NOCOUNT ON",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		start := time.Now()
		err := s.Batch(ctx, sql, &counter{})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
			t.Errorf("%s: %v after %s", sql, err, time.Since(start))
		}
		expect(t, s, "SELECT 1", "1")
	}
}

func TestSignIn(t *testing.T) {
	srv := testServer(t, func(c *Config) {
		c.Logins = append(c.Logins,
			Login{Name: "off", Password: "pw", Disabled: true},
			Login{Name: "old", Password: "pw", Expired: true},
			Login{Name: "new", Password: "pw", MustChange: true},
			Login{Name: "none", Password: "pw"})
		c.Databases = append(c.Databases, DatabaseConfig{Name: "Restoring", State: "RESTORING"}, DatabaseConfig{Name: "Off", State: "offline"})
	})
	for _, c := range []struct {
		user, password, db string
		want               int32
	}{
		{"sa", "pw", "", 0},
		{"SA", "pw", "adsync", 0},
		{"sa", "PW", "ADSync", 18456},
		{"nobody", "pw", "", 18456},
		{"off", "pw", "", 18470},
		{"off", "wrong", "", 18456},
		{"old", "pw", "", 18487},
		{"new", "pw", "", 18488},
		{"sa", "pw", "nope", 4060},
		{"sa", "pw", "Restoring", 4060},
		{"sa", "pw", "Off", 4060},
		{"none", "pw", "", 0},
		{"none", "pw", "ADSync", 4060},
	} {
		_, err := srv.Login(t.Context(), tds.LoginRequest{User: c.user, Password: c.password, Database: c.db})
		var se *tds.ServerError
		if c.want == 0 && err != nil || c.want != 0 && (!errors.As(err, &se) || se.Number != c.want) {
			t.Errorf("%s/%s to %q: %v, want %d", c.user, c.password, c.db, err, c.want)
		}
		if err != nil && c.password != "pw" && strings.Contains(err.Error(), c.password) {
			t.Error("the error repeats the password")
		}
	}
	s := signIn(t, srv, "none", "")
	expectError(t, s, "USE ADSync", 916)
	expectError(t, s, "SELECT * FROM ADSync.dbo.t", 916)
	expectError(t, s, "CREATE DATABASE x", 262)
}

func TestRights(t *testing.T) {
	srv := testServer(t, func(c *Config) {
		c.Logins = append(c.Logins,
			Login{Name: "reader", Password: "pw", Users: map[string]User{"ADSync": {Roles: []string{"db_datareader"}}}},
			Login{Name: "blind", Password: "pw", Users: map[string]User{"ADSync": {Name: "b"}}},
			Login{Name: "owner", Password: "pw", Users: map[string]User{"ADSync": {Roles: []string{"db_owner"}}}},
			Login{Name: `CORP\anna`, Password: "pw", Windows: true, Users: map[string]User{"ADSync": {Roles: []string{"db_owner"}, Group: `CORP\SQL Admins`}}})
	})
	mustExec(t, signIn(t, srv, "sa", "ADSync"), "CREATE TABLE t (v int); INSERT t VALUES (1)")
	reader, blind, owner := signIn(t, srv, "reader", "ADSync"), signIn(t, srv, "blind", "ADSync"), signIn(t, srv, "owner", "ADSync")
	expect(t, reader, "SELECT v FROM t", "1")
	expectError(t, reader, "INSERT t VALUES (2)", 229)
	expectError(t, reader, "CREATE TABLE u (v int)", 262)
	expectError(t, reader, "EXEC sp_addextendedproperty 'a', 'b'", 15247)
	expectError(t, blind, "SELECT v FROM t", 229)
	expect(t, blind, "SELECT COUNT(*) FROM sys.tables", "0")
	expectError(t, reader, "SELECT * FROM sys.dm_tran_locks", 300)
	expect(t, reader, "SELECT COUNT(*) FROM sys.dm_exec_sessions", "1")
	expect(t, reader, "SELECT IS_SRVROLEMEMBER('sysadmin'), IS_MEMBER('db_owner'), IS_MEMBER('db_datareader'), USER_NAME(), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'ALTER')", "0|0|1|reader|0")
	expect(t, owner, "SELECT IS_MEMBER('db_owner'), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'ALTER'), SUSER_SNAME()", "1|1|owner")
	mustExec(t, owner, "CREATE TABLE mine (v int); DROP TABLE mine")
	anna := signIn(t, srv, `CORP\anna`, "ADSync")
	expect(t, anna, `SELECT p.name, p.type_desc FROM sys.database_role_members m JOIN sys.database_principals p ON p.principal_id = m.member_principal_id
		JOIN sys.database_principals r ON r.principal_id = m.role_principal_id WHERE r.name = 'db_owner' AND p.type = 'G'`, `CORP\SQL Admins|WINDOWS_GROUP`)
	expect(t, anna, `SELECT IS_MEMBER('CORP\SQL Admins')`, "1")
}

func TestDatabaseStates(t *testing.T) {
	srv := testServer(t, func(c *Config) {
		c.Databases = append(c.Databases,
			DatabaseConfig{Name: "RO", ReadOnly: true, Recovery: "SIMPLE", AvailabilityGroup: "AG1", Backups: []Backup{{Start: time.Now(), Finish: time.Now(), Type: "D", SizeBytes: 5}}},
			DatabaseConfig{Name: "CS", Collation: "Latin1_General_CS_AS"})
		c.Sessions = []ForeignSession{{Host: "OLD", App: "ADSync", Login: "x", Database: "RO"}}
	})
	s := signIn(t, srv, "sa", "RO")
	expectError(t, s, "CREATE TABLE t (v int)", 3906)
	expect(t, s, "SELECT is_read_only, recovery_model_desc, CASE WHEN replica_id IS NULL THEN 0 ELSE 1 END FROM sys.databases WHERE name = DB_NAME()", "1|SIMPLE|1")
	expect(t, s, "SELECT type, database_name FROM msdb.dbo.backupset WHERE database_name = 'ro'", "D|RO")
	expect(t, s, "SELECT host_name, program_name FROM sys.dm_exec_sessions WHERE database_id = DB_ID('RO') AND session_id <> @@SPID", "OLD|ADSync")
	expect(t, s, "SELECT ag.name FROM sys.availability_groups ag JOIN sys.availability_databases_cluster d ON d.group_id = ag.group_id WHERE d.database_name = 'RO'", "AG1")
	mustExec(t, s, "USE CS; CREATE TABLE t (v nvarchar(5)); CREATE TABLE T (V int); INSERT t VALUES (N'a'), (N'A')")
	expect(t, s, "SELECT COUNT(*) FROM t WHERE v = N'a'", "1")
	expectError(t, s, "SELECT V FROM t", 207)
	expect(t, s, "SELECT COUNT(DISTINCT v), DATABASEPROPERTYEX('CS', 'Collation') FROM t", "2|Latin1_General_CS_AS")
	if err := srv.SetDatabase("RO", func(c *DatabaseConfig) { c.State = "OFFLINE" }); err != nil {
		t.Fatal(err)
	}
	expectError(t, s, "USE RO", 942)
}

func TestFaultsAndLog(t *testing.T) {
	var log []string
	fail := 0
	srv := testServer(t, func(c *Config) {
		c.OnStatement = func(i SessionInfo, text string) { log = append(log, i.Login+": "+text) }
		c.Fault = func(n int, _ string) error {
			if n == fail {
				return &tds.ServerError{Number: 9002, Class: 17, State: 2, Message: "The transaction log is full."}
			}
			return nil
		}
	})
	if err := srv.Database("ADSync").Exec(t.Context(), "CREATE TABLE t (v int)"); err != nil {
		t.Fatal(err)
	}
	s := signIn(t, srv, "sa", "ADSync")
	mustExec(t, s, "SET XACT_ABORT ON")
	for fail = 1; fail <= 3; fail++ {
		srv.statements.Store(0)
		_, err := exec(t.Context(), s, "BEGIN TRAN; INSERT t VALUES (1); COMMIT")
		if err == nil || err.Number != 9002 {
			t.Errorf("statement %d: %v", fail, err)
		}
		mustExec(t, s, "IF @@TRANCOUNT > 0 ROLLBACK")
		expect(t, s, "SELECT COUNT(*) FROM t", "0")
	}
	if len(log) != 10 || log[1] != "sa: BEGIN TRAN; INSERT t VALUES (1); COMMIT" {
		t.Errorf("the log: %q", log)
	}
}

func TestUniqueWithNull(t *testing.T) {
	s := signIn(t, testServer(t, nil), "sa", "ADSync")
	mustExec(t, s, "CREATE TABLE t (a int NULL UNIQUE); INSERT t VALUES (0), (NULL)")
	expectError(t, s, "INSERT t VALUES (NULL)", 2627)
	expectError(t, s, "INSERT t VALUES (0)", 2627)
	expectError(t, s, "CREATE TABLE u (a int); INSERT u VALUES (1), (1); CREATE UNIQUE INDEX i ON u (a)", 1505)
}

func TestManyDatabases(t *testing.T) {
	s := signIn(t, testServer(t, nil), "sa", "ADSync")
	for _, n := range strings.Fields("a b c d e f g h i j k l m") {
		mustExec(t, s, "CREATE DATABASE db_"+n)
		mustExec(t, s, "USE db_"+n+"; CREATE TABLE t (v nvarchar(5)); INSERT t VALUES (N'"+n+"')")
	}
	expect(t, s, "SELECT v FROM db_a.dbo.t UNION ALL SELECT v FROM [db_m]..t", "a;m")
	expectError(t, s, "DROP DATABASE db_m", 3702)
	mustExec(t, s, "USE master; DROP DATABASE db_m")
	expectError(t, s, "SELECT * FROM db_m.dbo.t", 208)
}

// A change that is cancelled inside a transaction leaves nothing behind, and
// the session goes on.
func TestCancelledChange(t *testing.T) {
	srv := testServer(t, nil)
	s := signIn(t, srv, "sa", "ADSync")
	mustExec(t, s, "CREATE TABLE t (v int); BEGIN TRAN; INSERT t VALUES (1)")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := s.Batch(ctx, "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT t SELECT a.i FROM n a CROSS JOIN n b", &counter{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	mustExec(t, s, "IF @@TRANCOUNT > 0 ROLLBACK")
	expect(t, s, "SELECT COUNT(*), @@TRANCOUNT FROM t", "0|0")
	expect(t, signIn(t, srv, "sa", "ADSync"), "INSERT t VALUES (2); SELECT COUNT(*) FROM t", "1")
}

// Procedures called by name give their status, and set output parameters.
func TestCall(t *testing.T) {
	s := signIn(t, testServer(t, nil), "sa", "ADSync")
	text := func(name, v string) tds.Param {
		return tds.Param{Name: name, Type: tds.Type{Kind: tds.NVarChar, Length: 255}, Value: v}
	}
	call := func(name string, params ...tds.Param) (int32, error) {
		return s.Call(t.Context(), name, params, &counter{})
	}
	owner := text("@LockOwner", "Session")
	if rc, err := call("sys.sp_getapplock", text("@Resource", "r"), text("@LockMode", "Exclusive"), owner); rc != 0 || err != nil {
		t.Error(rc, err)
	}
	var se *tds.ServerError
	for name, want := range map[string]int32{"nope": 2812, "sp_getapplock": 201} {
		if _, err := call(name); !errors.As(err, &se) || se.Number != want {
			t.Errorf("%s: %v, want %d", name, err, want)
		}
	}
	if _, err := call("sp_getapplock", text("@Nope", "x")); !errors.As(err, &se) || se.Number != 8145 {
		t.Error(err)
	}
	out := []tds.Param{
		{Name: "@x", Type: tds.Type{Kind: tds.Int}, Value: int64(4)},
		{Name: "@y", Type: tds.Type{Kind: tds.NVarChar, Length: 20}, Output: true},
	}
	if err := s.ExecuteSQL(t.Context(), "SET @y = N'v' + CAST(@x * 2 AS nvarchar(5))", out, &counter{}); err != nil || out[1].Value != "v8" {
		t.Error(out[1].Value, err)
	}
}

func TestBulkLoad(t *testing.T) {
	s := signIn(t, testServer(t, nil), "sa", "ADSync")
	mustExec(t, s, "CREATE TABLE t (id int IDENTITY PRIMARY KEY, s nvarchar(3) NULL, n int NOT NULL, d int NOT NULL DEFAULT 9); INSERT BULK t ([s] nvarchar(3), [n] int)")
	rows := [][]any{{"a", int64(1)}, {nil, int64(2)}}
	cols := []tds.Column{{Name: "s", Type: tds.Type{Kind: tds.NVarChar, Length: 3}}, {Name: "n", Type: tds.Type{Kind: tds.Int}}}
	source := func(rows [][]any) func() ([]any, bool, error) {
		return func() ([]any, bool, error) {
			if len(rows) == 0 {
				return nil, false, nil
			}
			r := rows[0]
			rows = rows[1:]
			return r, true, nil
		}
	}
	if n, err := s.BulkLoad(t.Context(), cols, source(rows)); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	expect(t, s, "SELECT * FROM t ORDER BY id", "1|a|1|9;2|NULL|2|9")
	mustExec(t, s, "INSERT BULK t (s nvarchar(3), n int)")
	var se *tds.ServerError
	if _, err := s.BulkLoad(t.Context(), cols, source([][]any{{"b", int64(3)}, {"c", nil}})); !errors.As(err, &se) || se.Number != 515 {
		t.Errorf("NULL into NOT NULL: %v", err)
	}
	expect(t, s, "SELECT COUNT(*) FROM t", "2")
	if _, err := s.BulkLoad(t.Context(), cols, source(nil)); err == nil {
		t.Error("a load without INSERT BULK passed")
	}
}

func TestLoadRefusesWhatDoesNotFit(t *testing.T) {
	srv := testServer(t, nil)
	d := srv.Database("ADSync")
	if err := d.Exec(t.Context(), "CREATE TABLE t (s nvarchar(3) NULL)"); err != nil {
		t.Fatal(err)
	}
	left := 1
	_, err := d.Load(t.Context(), "dbo.t", []string{"S"}, func() ([]any, bool, error) { left--; return []any{"1234"}, left >= 0, nil })
	var se *tds.ServerError
	if !errors.As(err, &se) || se.Number != 2628 {
		t.Error(err)
	}
	for _, c := range []struct {
		table, col string
		want       int32
	}{{"nope", "s", 208}, {"t", "nope", 207}} {
		if _, err := d.Load(t.Context(), c.table, []string{c.col}, nil); !errors.As(err, &se) || se.Number != c.want {
			t.Errorf("%v: %v", c, err)
		}
	}
}

func TestCloseWhileWorking(t *testing.T) {
	srv := testServer(t, nil)
	s := signIn(t, srv, "sa", "ADSync")
	done := make(chan error, 1)
	go func() { done <- s.Batch(context.Background(), "WAITFOR DELAY '00:10:00'", &counter{}) }()
	waitUntil(t, func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.current != "" })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
