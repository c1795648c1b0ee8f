package tds

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"
)

func errorNumber(err error) int32 {
	var e mssql.Error
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

func TestErrorToken(t *testing.T) {
	s := newSite(t, nil)
	s.on("two errors", func(_ context.Context, _ *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		w.Info(ServerError{Number: 5701, Class: 0, Message: "just so"})
		return 0, errors.Join(
			&ServerError{Number: 2627, Class: 14, State: 1, Message: "duplicate"},
			fmt.Errorf("wrapped: %w", &ServerError{Number: 547, Class: 16, Message: "conflict"}),
			&ServerError{Number: 3621, Message: "The statement has been terminated."})
	})
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		_, err := db.ExecContext(t.Context(), "select * from nothing")
		var e mssql.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		want := mssql.Error{Number: 208, State: 1, Class: 16, Message: "Invalid object name 'select * from nothing'.", ServerName: "SQL1", ProcName: "p", LineNo: 3}
		want.All = []mssql.Error{want}
		if !reflect.DeepEqual(e, want) {
			t.Errorf("got  %+v\nwant %+v", e, want)
		}
		_, err = db.ExecContext(t.Context(), "two errors")
		if !errors.As(err, &e) || len(e.All) != 2 || e.All[0].Number != 2627 || e.All[1].Number != 547 {
			t.Errorf("got %+v", err)
		}
	})
}

// TestFatalError ends the connection; the pool opens another one.
func TestFatalError(t *testing.T) {
	s := newSite(t, nil)
	s.on("kill me", func(context.Context, *fakeSession, []Param, ResultWriter) (int32, error) {
		return 0, &ServerError{Number: 596, Class: 21, State: 1, Message: "Cannot continue the execution because the session is in the kill state."}
	})
	db := s.open(t, true, nil)
	_, err := db.ExecContext(t.Context(), "kill me now")
	if errorNumber(err) != 208 {
		t.Fatal(err)
	}
	if _, err = db.ExecContext(t.Context(), " kill me"); errorNumber(err) != 596 {
		t.Fatal(err)
	}
	if err := db.PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.opened != 2 {
		t.Errorf("%d sessions", s.opened)
	}
}

func TestManyResults(t *testing.T) {
	s := newSite(t, nil)
	s.on("three results", func(_ context.Context, _ *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		return 0, errors.Join(
			sendRows(w, []Column{{Name: "a", Type: Type{Kind: Int}}}, []any{int64(1)}, []any{int64(2)}),
			w.Done(7, true),
			sendRows(w, []Column{{Name: "b", Type: Type{Kind: NVarChar, Length: 5}}}, []any{"x"}),
			sendRows(w, []Column{{Name: "c", Type: Type{Kind: Int}}}))
	})
	bothWays(t, func(t *testing.T, inMemory bool) {
		for _, args := range [][]any{nil, {1}} { // as a batch and as a call
			result, err := s.open(t, inMemory, nil).QueryContext(t.Context(), "three results", args...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = result.Close() }()
			var got []string
			for more := true; more; more = result.NextResultSet() {
				names, err := result.Columns()
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for result.Next() {
					n++
				}
				got = append(got, fmt.Sprintf("%s%d", strings.Join(names, ","), n))
			}
			if err := result.Err(); err != nil {
				t.Fatal(err)
			}
			if want := "a2 b1 c0"; strings.Join(got, " ") != want && strings.Join(got, " ") != "a2 0 b1 c0" {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})
}

func TestRowsAffected(t *testing.T) {
	s := newSite(t, nil)
	s.on("update twice", func(_ context.Context, _ *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		return 0, errors.Join(w.Done(3, true), w.Done(0, false), w.Done(4, true))
	})
	db := s.open(t, true, nil)
	for _, args := range [][]any{nil, {1}} {
		result, err := db.ExecContext(t.Context(), "update twice", args...)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := result.RowsAffected(); n != 7 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
	}
}

func TestTransactions(t *testing.T) {
	s := newSite(t, nil)
	s.on("set transaction isolation level serializable", func(_ context.Context, s *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		s.b.note("serializable")
		return 0, w.Done(0, false)
	})
	s.on("begin the transaction", func(_ context.Context, s *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		s.tran = 77
		return 0, w.Done(0, false)
	})
	s.on("abort the transaction", func(_ context.Context, s *fakeSession, _ []Param, _ ResultWriter) (int32, error) {
		s.tran = 0
		return 0, &ServerError{Number: 1205, Class: 13, State: 45, Message: "deadlock victim"}
	})
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		s.log = nil
		for _, end := range []func(*sql.Tx) error{(*sql.Tx).Commit, (*sql.Tx).Rollback} {
			tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.ExecContext(t.Context(), "select 1"); err != nil {
				t.Fatal(err)
			}
			if err := end(tx); err != nil {
				t.Fatal(err)
			}
		}
		want := "reset; serializable; begin; commit; reset; serializable; begin; rollback"
		if got := s.noted(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		// The driver learns from ENVCHANGE that the server ended the transaction.
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), "abort the transaction"); errorNumber(err) != 1205 {
			t.Error(err)
		}
		if err := tx.Commit(); err == nil || !strings.Contains(err.Error(), "aborted by the server") {
			t.Errorf("commit gave %v", err)
		}
	})
}

// TestReset: the driver has a connection reset with the first request of each use.
func TestReset(t *testing.T) {
	s := newSite(t, nil)
	db := s.open(t, true, nil)
	db.SetMaxOpenConns(1)
	for range 3 {
		if _, err := db.ExecContext(t.Context(), "select 1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.noted(); got != "reset; reset; reset" {
		t.Errorf("got %q", got)
	}
}

func TestProcedure(t *testing.T) {
	s := newSite(t, nil)
	var got []Param
	s.on("dbo.work", func(_ context.Context, _ *fakeSession, params []Param, w ResultWriter) (int32, error) {
		got = append([]Param(nil), params...)
		if err := sendRows(w, []Column{{Name: "n", Type: Type{Kind: Int}}}, []any{int64(5)}); err != nil {
			return 0, err
		}
		for i := range params {
			switch params[i].Name {
			case "@text":
				params[i].Value = "out " + long
			case "@n":
				params[i].Value = params[i].Value.(int64) + 1
			case "@none":
				params[i].Value = nil
			}
		}
		return -42, nil
	})
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		text, n, none := "in", int32(9), sql.NullString{String: "x", Valid: true}
		var status mssql.ReturnStatus
		_, err := db.ExecContext(t.Context(), "dbo.work",
			sql.Named("text", sql.Out{Dest: &text, In: true}), sql.Named("n", sql.Out{Dest: &n, In: true}),
			sql.Named("none", sql.Out{Dest: &none}), sql.Named("flag", true), &status)
		if err != nil {
			t.Fatal(err)
		}
		if text != "out "+long || n != 10 || none.Valid || status != -42 {
			t.Errorf("got %.20q, %d, %v, %d", text, n, none, status)
		}
		if len(got) != 4 || !got[0].Output || got[3].Output || got[0].Value != "in" || got[3].Value != true {
			t.Errorf("the backend got %+v", got)
		}
		if _, err := db.ExecContext(t.Context(), "no_such_procedure"); errorNumber(err) != 208 {
			t.Errorf("got %v", err)
		}
	})
}

// TestOutputOfText: output parameters of a SQL text, by sp_executesql.
func TestOutputOfText(t *testing.T) {
	s := newSite(t, nil)
	s.on("set @a = 5", func(_ context.Context, _ *fakeSession, params []Param, w ResultWriter) (int32, error) {
		params[0].Value = int64(5)
		return 0, w.Done(0, false)
	})
	var a int64
	if _, err := s.open(t, true, nil).ExecContext(t.Context(), "set @a = 5", sql.Named("a", sql.Out{Dest: &a})); err != nil || a != 5 {
		t.Errorf("got %d, %v", a, err)
	}
}

// TestLargeAnswer streams 40 MB.
func TestLargeAnswer(t *testing.T) {
	s := newSite(t, nil)
	count := int64(200_000)
	if testing.Short() {
		count = 20_000
	}
	text := strings.Repeat("y", 100)
	s.on("many rows", func(_ context.Context, _ *fakeSession, _ []Param, w ResultWriter) (int32, error) {
		err := w.Columns([]Column{{Name: "n", Type: Type{Kind: BigInt}}, {Name: "t", Type: Type{Kind: NVarChar, Length: 100}}})
		for i := int64(0); err == nil && i < count; i++ {
			err = w.Row([]any{i, text})
		}
		return 0, errors.Join(err, w.Done(count, true))
	})
	db := s.open(t, true, nil)
	result, err := db.QueryContext(t.Context(), "many rows")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = result.Close() }()
	for i := int64(0); result.Next(); i++ {
		var n int64
		var got string
		if err := result.Scan(&n, &got); err != nil || n != i || got != text {
			t.Fatalf("row %d: %d %q %v", i, n, got, err)
		}
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
}
