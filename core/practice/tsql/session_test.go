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
