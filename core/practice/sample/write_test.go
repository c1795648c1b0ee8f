package sample_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
)

// small is a database that has every kind of row and is written in a moment.
func small() sample.Options {
	o := sample.Default()
	o.Objects, o.HistoryDays, o.DanglingRule = 120, 1, true
	return o
}

// TestWriteOverTheWire writes databases through the driver to a server that keeps
// what arrives, and compares every value with the generator's.
func TestWriteOverTheWire(t *testing.T) {
	for name, d := range map[string]*sample.Database{
		"adsync": sample.New(small()), "fim": sample.FIM(small()), "other": sample.Other(small()), "empty": sample.Empty(),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(d)
			if err := d.Write(t.Context(), open(t, r)); err != nil {
				t.Fatal(err)
			}
			var want []string
			for table := range d.Tables() {
				want = append(want, table.Name)
				compareRows(t, table, r.rows[table.Name])
			}
			if !slices.Equal(r.created, want) {
				t.Errorf("created %v", r.created)
			}
			if r.most > 2100 {
				t.Errorf("a statement with %d parameters", r.most)
			}
			if name == "adsync" && (!r.bulk["mms_connectorspace"] || r.bulk["mms_server_configuration"]) {
				t.Errorf("bulk loaded: %v", r.bulk)
			}
		})
	}
}

// compareRows compares a table's rows with what a server has, in any order.
func compareRows(t *testing.T, table sample.Table, got []string) {
	t.Helper()
	var want []string
	for row := range table.All() {
		want = append(want, rowText(row))
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(got) != len(want) {
		t.Errorf("%s: %d rows arrived of %d", table.Name, len(got), len(want))
		return
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s:\n got %.400s\nwant %.400s", table.Name, got[i], want[i])
			return
		}
	}
}

// TestWriteWithoutBulkLoad writes to a server that does not understand bulk load.
func TestWriteWithoutBulkLoad(t *testing.T) {
	d := sample.New(small())
	r := newRecorder(d)
	r.plain = true
	if err := d.Write(t.Context(), open(t, r)); err != nil {
		t.Fatal(err)
	}
	for table := range d.Tables() {
		compareRows(t, table, r.rows[table.Name])
	}
	if len(r.bulk) > 0 || r.most > 2100 || r.most < 1000 {
		t.Errorf("bulk loaded %v, at most %d parameters", r.bulk, r.most)
	}
}

// TestWriteTellsTheTable checks that a refusal names the table and is the
// server's own error.
func TestWriteTellsTheTable(t *testing.T) {
	d := sample.Other(small())
	db := open(t, newRecorder(d))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Write(ctx, db); err == nil || !strings.Contains(err.Error(), "customers") {
		t.Errorf("got %v", err)
	}
}

// TestWriteToSQLServer writes to the server of RECONNECT_TEST_SQLSERVER, into a
// database of its own, and reads every row back.
func TestWriteToSQLServer(t *testing.T) {
	dsn := os.Getenv("RECONNECT_TEST_SQLSERVER")
	if dsn == "" {
		t.Skip("RECONNECT_TEST_SQLSERVER is not set: nothing is written to a real SQL Server")
	}
	for name, d := range map[string]*sample.Database{"adsync": sample.New(small()), "fim": sample.FIM(small()), "other": sample.Other(small())} {
		t.Run(name, func(t *testing.T) {
			db := ownDatabase(t, dsn)
			if err := d.Write(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			readBack(t, db, d)
		})
	}
}

// ownDatabase creates a database, which is dropped when the test ends, and
// connects to it.
func ownDatabase(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	master, err := sql.Open("sqlserver", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("reconnect_sample_%d_%d", os.Getpid(), time.Now().UnixNano())
	if _, err := master.ExecContext(t.Context(), "CREATE DATABASE ["+name+"]"); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlserver", withDatabase(dsn, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = db.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := master.ExecContext(ctx, "DROP DATABASE ["+name+"]"); err != nil {
			t.Error(err)
		}
		_ = master.Close()
	})
	return db
}

// withDatabase puts a database's name into a connection string of either form.
func withDatabase(dsn, name string) string {
	if u, err := url.Parse(dsn); err == nil && u.Scheme == "sqlserver" {
		q := u.Query()
		q.Set("database", name)
		u.RawQuery = q.Encode()
		return u.String()
	}
	return strings.TrimSuffix(dsn, ";") + ";database=" + name
}

// readBack reads all rows of all tables and compares them.
func readBack(t *testing.T, db *sql.DB, d *sample.Database) {
	t.Helper()
	for table := range d.Tables() {
		got, err := readTable(t.Context(), db, table)
		if err != nil {
			t.Errorf("%s: %v", table.Name, err)
			continue
		}
		compareRows(t, table, got)
	}
}

func readTable(ctx context.Context, db *sql.DB, table sample.Table) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM [dbo].["+table.Name+"]")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		values := make([]any, len(table.Columns))
		targets := make([]any, len(values))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		for i, c := range table.Columns {
			b, isBytes := values[i].([]byte)
			if c.Type != "uniqueidentifier" || !isBytes {
				continue
			}
			var id mssql.UniqueIdentifier
			if err := id.Scan(b); err != nil {
				return nil, err
			}
			values[i] = id
		}
		out = append(out, rowText(values))
	}
	return out, rows.Err()
}
