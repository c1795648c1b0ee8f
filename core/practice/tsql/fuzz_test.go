package tsql

import (
	"errors"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// The parser gives a tree or one of SQL Server's errors, never a panic.
func FuzzParse(f *testing.F) {
	for _, st := range statements {
		f.Add(st.sql)
	}
	f.Add("SELECT ((((((((((1))))))))))")
	f.Add("WITH a AS (SELECT 1 x) UPDATE TOP (1) t SET x.y = 1 OUTPUT inserted.* FROM a JOIN b ON 1=1")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := parseBatch(text, []string{"@p1"})
		var se *tds.ServerError
		if err != nil && (!errors.As(err, &se) || se.Number == 0) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// Whatever the parser takes, the engine below takes too, or the answer is one
// of SQL Server's errors: the embedded engine's own words never come out.
func FuzzRun(f *testing.F) {
	for _, st := range statements {
		f.Add(st.sql)
	}
	srv, err := NewServer(Config{Dir: f.TempDir(), Logins: []Login{{Name: "sa", Password: "pw", Sysadmin: true}}, Databases: []DatabaseConfig{{Name: "ADSync"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := srv.Close(); err != nil {
			f.Error(err)
		}
	})
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseBatch(text, nil)
		if err != nil {
			return
		}
		for _, st := range list {
			switch st.(type) {
			case *whileStmt, *waitStmt, *blockStmt, *tryStmt, *ifStmt, *execStmt:
				return // may run for ever
			}
		}
		s := signIn(t, srv, "sa", "ADSync")
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		mustExec(t, s, "IF OBJECT_ID('dbo.t1') IS NULL CREATE TABLE dbo.t1 (id int, s nvarchar(10), g uniqueidentifier, d datetime, n decimal(5,2))")
		ctx, cancel := contextFor(t)
		defer cancel()
		err = s.Batch(ctx, text, &counter{})
		var se *tds.ServerError
		if err != nil && ctx.Err() == nil && !errors.As(err, &se) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
