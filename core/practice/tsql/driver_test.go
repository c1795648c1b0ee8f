package tsql_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// pipeDialer connects the driver to the server within the process.
type pipeDialer struct{ srv *tds.Server }

func (d pipeDialer) DialContext(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	go d.srv.Handle(server)
	return client, nil
}

func (d pipeDialer) HostName() string { return "practice" }

// openPractice gives the real driver, over the real wire, to a practice server.
func openPractice(t *testing.T) *sql.DB {
	t.Helper()
	engine, err := tsql.NewServer(tsql.Config{
		Dir: t.TempDir(), Logins: []tsql.Login{{Name: "sa", Password: "Practice-1", Sysadmin: true}},
		Databases: []tsql.DatabaseConfig{{Name: "ADSync"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wire, err := tds.NewServer(tds.Config{Backend: engine})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := msdsn.Parse("sqlserver://sa:Practice-1@practice?database=ADSync&encrypt=true&TrustServerCertificate=true&protocol=tcp")
	if err != nil {
		t.Fatal(err)
	}
	c := mssql.NewConnectorConfig(cfg)
	c.Dialer = pipeDialer{wire}
	db := sql.OpenDB(c)
	t.Cleanup(func() {
		if err := errors.Join(db.Close(), wire.Close(), engine.Close()); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestOverTheWire(t *testing.T) {
	runPortable(t, openPractice(t))
}

// The same assertions against any SQL Server.
func TestAgainstRealServer(t *testing.T) {
	dsn := os.Getenv("RECONNECT_TEST_SQLSERVER")
	if dsn == "" {
		t.Skip("RECONNECT_TEST_SQLSERVER is not set")
	}
	admin, err := sql.Open("sqlserver", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("reconnect_tsql_%d", time.Now().UnixNano())
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	cfg, err := msdsn.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Database = name
	db := sql.OpenDB(mssql.NewConnectorConfig(cfg))
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		err := db.Close()
		_, drop := admin.ExecContext(ctx, "DROP DATABASE "+name)
		if err := errors.Join(err, drop, admin.Close()); err != nil {
			t.Error(err)
		}
	})
	runPortable(t, db)
}

// runPortable runs the portable part of the statement table on one connection.
func runPortable(t *testing.T, db *sql.DB) {
	t.Helper()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, st := range tsql.PortableStatements() {
		got, err := queryText(t.Context(), c, st.SQL)
		var se mssql.Error
		switch {
		case err != nil && !errors.As(err, &se):
			t.Errorf("%s\n\tgave %v", st.SQL, err)
		case err != nil && se.Number != st.Err:
			t.Errorf("%s\n\tgave %d %s, want %q %d", st.SQL, se.Number, se.Message, st.Want, st.Err)
		case err == nil && st.Err != 0:
			t.Errorf("%s\n\tgave %q, want error %d", st.SQL, got, st.Err)
		case err == nil && got != st.Want:
			t.Errorf("%s\n\tgave %q\n\twant %q", st.SQL, got, st.Want)
		}
	}
}

func queryText(ctx context.Context, c *sql.Conn, text string) (string, error) {
	rows, err := c.QueryContext(ctx, text)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }() // its error came through Err
	var parts []string
	for {
		cols, err := rows.ColumnTypes()
		if err != nil {
			return "", err
		}
		var lines []string
		for rows.Next() {
			line, err := rowText(rows, cols)
			if err != nil {
				return "", err
			}
			lines = append(lines, line)
		}
		if len(cols) > 0 {
			parts = append(parts, strings.Join(lines, ";"))
		}
		if !rows.NextResultSet() {
			break
		}
	}
	return strings.Join(parts, " / "), rows.Err()
}

func rowText(rows *sql.Rows, cols []*sql.ColumnType) (string, error) {
	values := make([]any, len(cols))
	for i := range values {
		values[i] = new(any)
	}
	if err := rows.Scan(values...); err != nil {
		return "", err
	}
	cells := make([]string, len(cols))
	for i, p := range values {
		v := *p.(*any)
		cells[i] = cellText(v, cols[i].DatabaseTypeName())
	}
	return strings.Join(cells, "|"), nil
}

func cellText(v any, kind string) string {
	switch x := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return map[bool]string{true: "1", false: "0"}[x]
	case []byte:
		switch kind {
		case "DECIMAL", "MONEY", "SMALLMONEY", "NUMERIC":
			return string(x)
		case "UNIQUEIDENTIFIER":
			var g mssql.UniqueIdentifier
			if err := g.Scan(x); err != nil {
				return err.Error()
			}
			return g.String()
		}
		return fmt.Sprintf("0x%X", x)
	case time.Time:
		if kind == "DATE" {
			return x.Format("2006-01-02")
		}
		return x.Format("2006-01-02 15:04:05.9999999")
	}
	return fmt.Sprint(v)
}
