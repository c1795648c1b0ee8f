package tsql

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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
