package sample_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// recorder is a server that keeps what Write sends it: the tables it is told to
// create and the rows as they come off the wire. It knows the four statements
// that Write and the driver's bulk load use, and refuses all others.
type recorder struct {
	mu      sync.Mutex
	created []string
	rows    map[string][]string // table -> rows as text
	bulk    map[string]bool     // tables that were bulk loaded
	columns map[string][]tds.Column
	most    int  // parameters of a statement
	plain   bool // bulk load is not understood
}

func newRecorder(d *sample.Database) *recorder {
	r := &recorder{rows: map[string][]string{}, bulk: map[string]bool{}, columns: map[string][]tds.Column{}}
	for t := range d.Tables() {
		for _, c := range t.Columns {
			kind, ok := tds.ParseType(c.Type)
			if !ok {
				panic(c.Type)
			}
			r.columns[t.Name] = append(r.columns[t.Name], tds.Column{Name: c.Name, Type: kind, Nullable: !c.NotNull})
		}
	}
	return r
}

func (r *recorder) Login(context.Context, tds.LoginRequest) (tds.Session, error) {
	return &recording{recorder: r}, nil
}

func (r *recorder) add(table string, row []any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows[table] = append(r.rows[table], rowText(row))
}

// recording is one session.
type recording struct {
	*recorder
	table string // of the bulk load that was announced
	tran  uint64
}

// tableOf gives the table's name in a statement with [dbo].[name].
func tableOf(text string) string {
	_, rest, _ := strings.Cut(text, "[dbo].[")
	name, _, _ := strings.Cut(rest, "]")
	return name
}

func (s *recording) Batch(_ context.Context, text string, w tds.ResultWriter) error {
	switch {
	case strings.HasPrefix(text, "CREATE INDEX"):
		return w.Done(0, false)
	case strings.HasPrefix(text, "CREATE TABLE"):
		s.mu.Lock()
		s.created = append(s.created, tableOf(text))
		s.mu.Unlock()
		return w.Done(0, false)
	case s.plain && strings.HasPrefix(text, "SET FMTONLY"):
		return &tds.ServerError{Number: 40514, Class: 16, State: 1, Message: "not supported"}
	case text == "SET FMTONLY ON" || text == "SET FMTONLY OFF":
		return w.Done(0, false)
	case strings.HasPrefix(text, "select * from"):
		return errors.Join(w.Columns(s.columns[tableOf(text)]), w.Done(0, true))
	case strings.HasPrefix(text, "INSERT BULK"):
		s.table = tableOf(text)
		s.mu.Lock()
		s.bulk[s.table] = true
		s.mu.Unlock()
		return w.Done(0, false)
	}
	return &tds.ServerError{Number: 102, Class: 15, State: 1, Message: "Incorrect syntax near '" + text[:min(40, len(text))] + "'."}
}

func (s *recording) ExecuteSQL(_ context.Context, text string, params []tds.Param, w tds.ResultWriter) error {
	if !strings.HasPrefix(text, "INSERT INTO") {
		return &tds.ServerError{Number: 102, Class: 15, State: 1, Message: text}
	}
	table := tableOf(text)
	width := len(s.columns[table])
	if len(params)%width != 0 {
		return fmt.Errorf("%d parameters for %d columns", len(params), width)
	}
	s.mu.Lock()
	s.most = max(s.most, len(params))
	s.mu.Unlock()
	row := make([]any, width)
	for i, p := range params {
		if p.Name != fmt.Sprintf("@p%d", i+1) {
			return fmt.Errorf("parameter %d is called %s", i+1, p.Name)
		}
		row[i%width] = p.Value
		if i%width == width-1 {
			s.add(table, row)
		}
	}
	return w.Done(int64(len(params)/width), true)
}

func (s *recording) BulkLoad(_ context.Context, _ []tds.Column, next func() ([]any, bool, error)) (int64, error) {
	for n := int64(0); ; n++ {
		row, more, err := next()
		if err != nil || !more {
			return n, err
		}
		s.add(s.table, row)
	}
}

func (s *recording) Call(context.Context, string, []tds.Param, tds.ResultWriter) (int32, error) {
	return 0, &tds.ServerError{Number: 2812, Class: 16, State: 62, Message: "Could not find stored procedure."}
}

func (s *recording) Begin(context.Context) error    { s.tran++; return nil }
func (s *recording) Commit(context.Context) error   { s.tran = 0; return nil }
func (s *recording) Rollback(context.Context) error { s.tran = 0; return nil }
func (s *recording) Reset(context.Context) error    { s.tran = 0; return nil }
func (s *recording) InTransaction() (uint64, bool)  { return s.tran, s.tran != 0 }
func (s *recording) Database() string               { return "ADSync" }
func (s *recording) Close() error                   { return nil }

// open connects the driver to a backend over the wire, without a port.
func open(t *testing.T, backend tds.Backend) *sql.DB {
	t.Helper()
	server, err := tds.NewServer(tds.Config{Backend: backend})
	if err != nil {
		t.Fatal(err)
	}
	config, err := msdsn.Parse("sqlserver://sa:x@sql1?database=ADSync&TrustServerCertificate=true")
	if err != nil {
		t.Fatal(err)
	}
	network := tds.NewNetwork()
	network.AddHost("sql1")
	network.Listen("sql1", 1433, server.Handle)
	connector := mssql.NewConnectorConfig(config)
	connector.Dialer = network
	db := sql.OpenDB(connector)
	t.Cleanup(func() {
		_ = db.Close()
		_ = server.Close()
	})
	return db
}

// rowText writes a row so that values of the generator, of the server's side of
// the wire and of the driver can be compared.
func rowText(row []any) string {
	var b strings.Builder
	for _, v := range row {
		switch x := v.(type) {
		case nil:
			b.WriteString("NULL")
		case sample.GUID:
			fmt.Fprintf(&b, "%X", x[:])
		case tds.GUID:
			fmt.Fprintf(&b, "%X", x[:])
		case mssql.UniqueIdentifier:
			fmt.Fprintf(&b, "%X", x[:])
		case time.Time:
			// SQL Server counts datetime in 1/300 s; the driver rounds to whole ms.
			b.WriteString(x.UTC().Round(10 * time.Millisecond).Format("2006-01-02T15:04:05.00"))
		case []byte:
			fmt.Fprintf(&b, "0x%x", x)
		case bool:
			fmt.Fprintf(&b, "%v", x)
		default:
			fmt.Fprintf(&b, "%v", x)
		}
		b.WriteByte('|')
	}
	return b.String()
}
