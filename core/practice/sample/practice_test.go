package sample_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// TestWriteToPractice writes databases to the practice SQL Server through the
// driver, by INSERT and by bulk load, and reads every row back.
func TestWriteToPractice(t *testing.T) {
	columns := small()
	columns.RuleForm, columns.MissingColumns = sample.RuleColumns, sample.OlderColumns
	for name, d := range map[string]*sample.Database{
		"adsync": sample.New(small()), "older": sample.New(columns), "fim": sample.FIM(small()), "other": sample.Other(small()),
		"no rows": sample.EmptyADSync(small()),
	} {
		t.Run(name, func(t *testing.T) {
			engine, err := tsql.NewServer(tsql.Config{
				Dir: t.TempDir(), Collation: "Latin1_General_CI_AS",
				Databases: []tsql.DatabaseConfig{{Name: "ADSync"}},
				Logins:    []tsql.Login{{Name: "sa", Password: "x", Sysadmin: true}},
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := engine.Close(); err != nil {
					t.Error(err)
				}
			})
			db := open(t, engine)
			if err := d.Write(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			readBack(t, db, d)
		})
	}
}
