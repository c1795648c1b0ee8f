package tds

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

func TestBulkLoad(t *testing.T) {
	s := newSite(t, nil)
	var columns []Column
	var row []any
	var want []any
	add := func(kind Type, arg, value any) {
		columns = append(columns, Column{Name: fmt.Sprintf("c%d", len(columns)), Type: kind, Nullable: true})
		row = append(row, arg)
		want = append(want, value)
	}
	add(Type{Kind: Int}, 5, int64(5))
	add(Type{Kind: BigInt}, nil, nil)
	add(Type{Kind: Bit}, true, true)
	add(Type{Kind: Float}, 1.5, 1.5)
	add(Type{Kind: NVarChar, Length: 50}, "ł😀", "ł😀")
	add(Type{Kind: NVarChar, Length: -1}, long, long)
	add(Type{Kind: NVarChar, Length: -1}, nil, nil)
	add(Type{Kind: VarChar, Length: 10}, "abc", "abc")
	add(Type{Kind: VarBinary, Length: -1}, []byte{1, 2}, []byte{1, 2})
	add(Type{Kind: Binary, Length: 2}, nil, nil)
	add(Type{Kind: Decimal, Precision: 10, Scale: 2}, "12.5", Number("12.50"))
	add(Type{Kind: Money}, "-3.25", Number("-3.2500"))
	add(Type{Kind: DateTime}, moment, time.Date(2024, 2, 29, 23, 59, 58, 123000000, time.UTC))
	add(Type{Kind: DateTime2, Scale: 7}, moment, moment)
	add(Type{Kind: DateTimeOffset, Scale: 7}, moment, moment)
	add(Type{Kind: Date}, moment, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC))
	add(Type{Kind: Time, Scale: 7}, moment, time.Date(1, 1, 1, 23, 59, 58, 123456700, time.UTC))
	add(Type{Kind: UniqueIdentifier}, guidWire, guid)
	add(Type{Kind: UniqueIdentifier}, nil, nil)
	add(Type{Kind: NText}, "n", "n")
	add(Type{Kind: Image}, nil, nil)
	var session *fakeSession
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	s.on("set fmtonly on", rows([]Column{{Name: "x", Type: Type{Kind: Int}}}))
	s.on("select * from [dbo].[people] set fmtonly off", rows(columns))
	bothWays(t, func(t *testing.T, inMemory bool) {
		db := s.open(t, inMemory, nil)
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		s.onBulk(func(f *fakeSession) { session = f })
		stmt, err := tx.PrepareContext(t.Context(), mssql.CopyIn("dbo.people", mssql.BulkOptions{}, names...))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = stmt.Close() }()
		for range 500 {
			if _, err := stmt.ExecContext(t.Context(), row...); err != nil {
				t.Fatal(err)
			}
		}
		result, err := stmt.ExecContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n, err := result.RowsAffected(); n != 500 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if len(session.bulk) != 500 {
			t.Fatalf("the backend got %d rows", len(session.bulk))
		}
		for i := range want {
			if got := session.bulk[499][i]; !same(got, want[i]) {
				t.Errorf("%s: got %s, want %s", columns[i].Type, show(got), show(want[i]))
			}
			if session.bulkCols[i].Name != names[i] || session.bulkCols[i].Type.Kind != columns[i].Type.Kind {
				t.Errorf("column %+v, want %+v", session.bulkCols[i], columns[i])
			}
		}
	})
}

// onBulk answers any INSERT BULK and shows the session that it runs on.
func (s *site) onBulk(see func(*fakeSession)) {
	s.fallback = func(_ context.Context, f *fakeSession, text string, w ResultWriter) error {
		if !strings.HasPrefix(text, "INSERT BULK") {
			return &ServerError{Number: 208, Class: 16, Message: text}
		}
		see(f)
		return w.Done(0, false)
	}
}
