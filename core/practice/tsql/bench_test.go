package tsql

import (
	"fmt"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

const benchRows = 200_000

// counter is a ResultWriter that counts rows.
type counter struct{ rows int }

func (c *counter) Columns([]tds.Column) error { return nil }
func (c *counter) Row([]any) error            { c.rows++; return nil }
func (c *counter) Done(int64, bool) error     { return nil }
func (c *counter) Info(tds.ServerError)       {}

func benchDatabase(b *testing.B) (*Server, *Database) {
	b.Helper()
	s, err := NewServer(Config{Dir: b.TempDir(), Logins: []Login{{Name: "sa", Password: "pw", Sysadmin: true}}, Databases: []DatabaseConfig{{Name: "ADSync"}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	d := s.Database("ADSync")
	if err := d.Exec(b.Context(), `CREATE TABLE cs (object_id uniqueidentifier NOT NULL PRIMARY KEY, ma_id uniqueidentifier NOT NULL, rdn nvarchar(438) NULL,
		object_type nvarchar(128) NULL, is_connector bit NULL, export_operation int NULL, anchor varbinary(800) NULL, created datetime NULL)`); err != nil {
		b.Fatal(err)
	}
	n := 0
	cols := []string{"object_id", "ma_id", "rdn", "object_type", "is_connector", "export_operation", "anchor", "created"}
	mas := []tds.GUID{newGUID(), newGUID()}
	rows, err := d.Load(b.Context(), "cs", cols, func() ([]any, bool, error) {
		if n == benchRows {
			return nil, false, nil
		}
		n++
		return []any{newGUID(), mas[n%2], fmt.Sprintf("CN=user %d", n), []string{"user", "group", "contact"}[n%3], n%5 != 0, int64(n % 4), []byte{1, 2, 3, byte(n)}, s.cfg.Now()}, true, nil
	})
	if err != nil || rows != benchRows {
		b.Fatal(rows, err)
	}
	return s, d
}

func BenchmarkQueries(b *testing.B) {
	s, _ := benchDatabase(b)
	l, err := s.Login(b.Context(), tds.LoginRequest{User: "sa", Password: "pw", Database: "ADSync"})
	if err != nil {
		b.Fatal(err)
	}
	for name, sql := range map[string]string{
		"count":       "SELECT COUNT(*) FROM cs",
		"groupByInt":  "SELECT export_operation, COUNT(*) FROM cs GROUP BY export_operation",
		"groupByGUID": "SELECT ma_id, COUNT(*), SUM(CASE WHEN is_connector = 1 THEN 1 ELSE 0 END) FROM cs GROUP BY ma_id",
		"groupByText": "SELECT object_type, COUNT(*) FROM cs GROUP BY object_type",
		"whereText":   "SELECT COUNT(*) FROM cs WHERE object_type = N'USER'",
		"like":        "SELECT COUNT(*) FROM cs WHERE rdn LIKE N'cn=user 1%'",
		"stream":      "SELECT object_id, rdn, object_type, export_operation, created FROM cs",
		"one":         "SELECT 1",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c := &counter{}
				if err := l.Batch(b.Context(), sql, c); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		benchDatabase(b)
	}
}
