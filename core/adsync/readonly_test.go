package adsync

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

func TestGuardKnowsWhatOnlyReads(t *testing.T) {
	cases := []struct {
		text string
		ok   bool
	}{
		{"SELECT 1", true},
		{"  select [delete], [a]]b], 'drop; table' FROM dbo.[update] -- insert\n", true},
		{"SELECT (SELECT MAX(x) FROM t) AS m /* exec /* nested */ drop */", true},
		{"SELECT 1 UNION ALL SELECT 2", true},
		{"SELECT 1;", true},
		{"SELECT 'it''s; fine'", true},
		{"SELECT a FROM t WHERE a = @p1 ORDER BY a OFFSET 0 ROWS", true},
		{"", false},
		{"   -- nothing", false},
		{"sp_who", false},
		{"EXEC sp_who", false},
		{"UPDATE t SET a = 1", false},
		{"SELECT * INTO t2 FROM t", false},
		{"SELECT 1; DROP TABLE t", false},
		{"SELECT 1 DROP TABLE t", false},
		{"SELECT 1 DELETE t", false},
		{"SELECT 1 SELECT 2", false},
		{"SELECT 1; SELECT 2", false},
		{"SELECT 1 ; [sp_who]", false},
		{"SELECT 1 ; 'x'", false},
		{"SELECT 'open", false},
		{"SELECT [open", false},
		{"SELECT 1 /* open", false},
		{"SELECT (1", false},
		{"SELECT 1)", false},
		{"SELECT NEXT VALUE FOR dbo.s", false},
		{"SELECT * FROM OPENROWSET('a','b','c')", false},
		{"SELECT * FROM t WITH (TABLOCKX)", false},
		{"WITH x AS (SELECT 1 AS a) UPDATE x SET a = 2", false},
		{"SELECT 1 --x\nEXEC sp_who", false},
		{"SELECT 1\rEXECUTE('x')", false},
		{"/* a */ MERGE t USING s ON 1=1 WHEN MATCHED THEN DELETE;", false},
	}
	for _, c := range cases {
		if why := notReadOnly(c.text); (why == "") != c.ok {
			t.Errorf("%q: ok = %v, want %v (%s)", c.text, why == "", c.ok, why)
		}
	}
}

// spy counts what reaches the database.
type spy struct{ texts []string }

var errSpy = errors.New("spy answers nothing")

func (s *spy) QueryContext(_ context.Context, query string, _ ...any) (*sql.Rows, error) {
	s.texts = append(s.texts, query)
	return nil, errSpy
}

func TestGuardStopsStatementsThatWrite(t *testing.T) {
	s := &spy{}
	q := ReadOnly(s)
	if again := ReadOnly(q); again != q {
		t.Error("a guarded Querier was guarded again")
	}
	for _, text := range []string{"DELETE FROM t", "SELECT 1; UPDATE t SET a=1", "sp_who"} {
		_, err := queryAll(t.Context(), q, text)
		if p := problem.As(err); p == nil || p.Code != CodeNotReadOnly {
			t.Errorf("%q: err = %v, want %s", text, err, CodeNotReadOnly)
		}
	}
	if len(s.texts) != 0 {
		t.Errorf("reached the database: %q", s.texts)
	}
	_, err := queryAll(t.Context(), q, "SELECT 1")
	if !errors.Is(err, errSpy) || len(s.texts) != 1 {
		t.Errorf("a SELECT did not reach the database: %v %q", err, s.texts)
	}
}

func FuzzGuard(f *testing.F) {
	f.Add("SELECT 1")
	f.Add("SELECT 'a' /* b */ [c]")
	f.Fuzz(func(t *testing.T, text string) {
		if notReadOnly(text) == "" && notReadOnly(text+"\nDROP TABLE t") == "" {
			// Only an open line comment cannot be here: the newline ends it.
			t.Errorf("%q lets a DROP through behind it", text)
		}
	})
}
