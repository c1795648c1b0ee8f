package tsql

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// recorder is a ResultWriter that keeps everything.
type recorder struct {
	results []result
	infos   []tds.ServerError
}

type result struct {
	cols []tds.Column
	rows [][]any
	n    int64
	has  bool
}

func (r *recorder) Columns(c []tds.Column) error {
	r.results = append(r.results, result{cols: c, has: true})
	return nil
}

func (r *recorder) Row(v []any) error {
	x := &r.results[len(r.results)-1]
	x.rows = append(x.rows, append([]any(nil), v...))
	return nil
}

func (r *recorder) Done(n int64, counted bool) error {
	if len(r.results) == 0 || !r.results[len(r.results)-1].has || r.results[len(r.results)-1].n != 0 {
		r.results = append(r.results, result{})
	}
	if counted {
		r.results[len(r.results)-1].n = n
	}
	return nil
}

func (r *recorder) Info(e tds.ServerError) { r.infos = append(r.infos, e) }

// text writes all rows of all results: "a|b;c|d" with results apart by " / ".
func (r *recorder) text() string {
	var parts []string
	for _, res := range r.results {
		if !res.has {
			continue
		}
		rows := make([]string, len(res.rows))
		for i, row := range res.rows {
			cells := make([]string, len(row))
			for j, v := range row {
				cells[j] = cell(res.cols[j].Type, v)
			}
			rows[i] = strings.Join(cells, "|")
		}
		parts = append(parts, strings.Join(rows, ";"))
	}
	return strings.Join(parts, " / ")
}

func cell(t tds.Type, v any) string {
	switch x := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return map[bool]string{true: "1", false: "0"}[x]
	case []byte:
		return fmt.Sprintf("0x%X", x)
	case tds.GUID:
		return guidText(x)
	case tds.Variant:
		return cell(x.Type, x.Value)
	case time.Time:
		switch t.Kind {
		case tds.Date:
			return x.Format("2006-01-02")
		case tds.Time:
			return x.Format("15:04:05.9999999")
		case tds.DateTimeOffset:
			return x.Format("2006-01-02 15:04:05.9999999 -07:00")
		default:
		}
		return x.Format("2006-01-02 15:04:05.9999999")
	}
	return fmt.Sprint(v)
}

func testServer(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	cfg := Config{
		Dir:       t.TempDir(),
		Logins:    []Login{{Name: "sa", Password: "pw", Sysadmin: true}},
		Databases: []DatabaseConfig{{Name: "ADSync"}},
	}
	if change != nil {
		change(&cfg)
	}
	s, err := NewServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func signIn(t *testing.T, s *Server, user, db string) *Session {
	t.Helper()
	x, err := s.Login(t.Context(), tds.LoginRequest{User: user, Password: "pw", Database: db, Host: "HOST1", App: "test"})
	if err != nil {
		t.Fatal(err)
	}
	session, ok := x.(*Session)
	if !ok {
		t.Fatalf("a %T", x)
	}
	return session
}

// exec runs a batch and gives its rows as text and its first error.
func exec(ctx context.Context, s *Session, sql string) (string, *tds.ServerError) {
	r := &recorder{}
	err := s.Batch(ctx, sql, r)
	if err != nil {
		return r.text(), asServerError(err)
	}
	for i := range r.infos {
		if r.infos[i].Class > 10 {
			return r.text(), &r.infos[i]
		}
	}
	return r.text(), nil
}

func mustExec(t *testing.T, s *Session, sql string) string {
	t.Helper()
	out, err := exec(t.Context(), s, sql)
	if err != nil {
		t.Fatalf("%s: %d %s", sql, err.Number, err.Message)
	}
	return out
}

func contextFor(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 2*time.Second)
}
