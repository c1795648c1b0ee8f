package sample

import (
	"bufio"
	_ "embed"
	"iter"
	"slices"
	"strings"
	"sync"
)

// Database is a sample database: its tables, and the truth about its rows.
type Database struct {
	tables []Table
	truth  Truth
}

// Table is one table. Rows makes its rows anew each time it is ranged over; a
// row is valid until the next one, as its slice is used again, but the values in
// it are not. A nil Rows is an empty table.
type Table struct {
	Name    string
	Columns []Column
	Rows    iter.Seq[[]any]
	Indexes []string // columns by which the product must find rows; see IndexStatements
}

// Column is one column. A row holds for it nil, or for Type uniqueidentifier a
// GUID, bit a bool, int and bigint an int64, nvarchar a string, varbinary a
// []byte, datetime a time.Time in UTC which datetime holds without rounding.
type Column struct {
	Name    string
	Type    string // as in CREATE TABLE: "nvarchar(448)"
	NotNull bool
	Key     bool // the primary key
}

// Tables gives the tables in alphabetical order.
func (d *Database) Tables() iter.Seq[Table] { return slices.Values(d.tables) }

// Table gives a table by name, without regard to case.
func (d *Database) Table(name string) (Table, bool) {
	for _, t := range d.tables {
		if strings.EqualFold(t.Name, name) {
			return t, true
		}
	}
	return Table{}, false
}

// Truth gives what the database holds, for tests of whoever reads it.
func (d *Database) Truth() Truth { return d.truth }

// All gives the rows; none for an empty table.
func (t Table) All() iter.Seq[[]any] {
	if t.Rows == nil {
		return func(func([]any) bool) {}
	}
	return t.Rows
}

// CreateStatement gives the CREATE TABLE statement, in dbo.
func (t Table) CreateStatement() string {
	var b strings.Builder
	b.WriteString("CREATE TABLE [dbo].[" + t.Name + "] (")
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  [" + c.Name + "] " + c.Type)
		switch {
		case c.Key:
			b.WriteString(" NOT NULL PRIMARY KEY")
		case c.NotNull:
			b.WriteString(" NOT NULL")
		default:
			b.WriteString(" NULL")
		}
	}
	b.WriteString("\n)")
	return b.String()
}

// IndexStatements gives the CREATE INDEX statements, to be run once the rows are
// in. No public source names the product's indexes. These are the keys by which it
// cannot but look rows up, one object at a time; indexes that would make readers
// of pending operations look fast, such as one on export_operation, are left out.
func (t Table) IndexStatements() []string {
	var out []string
	for _, column := range t.Indexes {
		out = append(out, "CREATE INDEX [ix_"+t.Name+"_"+column+"] ON [dbo].["+t.Name+"] (["+column+"])")
	}
	return out
}

// keys are the columns of IndexStatements.
var keys = map[string][]string{
	"mms_connectorspace":       {"object_id"},
	"mms_csmv_link":            {"cs_object_id", "mv_object_id"},
	"mms_cs_link":              {"object_id"},
	"mms_metaverse":            {"object_id"},
	"mms_metaverse_multivalue": {"object_id"},
	"mms_mv_link":              {"object_id"},
}

// without gives the table without some columns, in rows too.
func (t Table) without(missing func(column string) bool) Table {
	var keep []int
	var columns []Column
	for i, c := range t.Columns {
		if !missing(c.Name) {
			keep = append(keep, i)
			columns = append(columns, c)
		}
	}
	if len(keep) == len(t.Columns) {
		return t
	}
	all := t.All()
	t.Columns = columns
	t.Rows = func(yield func([]any) bool) {
		short := make([]any, len(keep))
		for row := range all {
			for i, from := range keep {
				short[i] = row[from]
			}
			if !yield(short) {
				return
			}
		}
	}
	return t
}

//go:embed data/tables.txt
var tablesText string

// adsyncColumns reads the columns of the 18 tables, once.
var adsyncColumns = sync.OnceValue(func() map[string][]Column {
	out := map[string][]Column{}
	var table string
	for line := range lines(tablesText) {
		if !strings.HasPrefix(line, " ") {
			table = line
			out[table] = nil
			continue
		}
		fields := strings.Fields(line)
		if strings.HasPrefix(fields[0], "@") {
			out[table] = append(out[table], markedColumns(fields[0])...)
			continue
		}
		if len(fields) < 2 { // the marks around assumed columns
			continue
		}
		c := Column{Name: fields[0], Type: fields[1]}
		if len(fields) > 2 {
			c.Key, c.NotNull = fields[2] == "key", true
		}
		out[table] = append(out[table], c)
	}
	return out
})

// lines gives the lines of an embedded list without comments and empty ones.
func lines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		scan := bufio.NewScanner(strings.NewReader(text))
		for scan.Scan() {
			line := strings.TrimRight(scan.Text(), " \r")
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if !yield(line) {
				return
			}
		}
	}
}

// maker makes the rows of one table, setting columns by name.
type maker struct {
	index    map[string]int
	template []any
	row      []any
	trace    []traced // which columns the last row set, in turn: the next one mostly sets the same
	at       int
}

type traced struct {
	name string
	i    int
}

func newMaker(columns []Column) *maker {
	m := &maker{
		index: make(map[string]int, len(columns)), template: make([]any, len(columns)), row: make([]any, len(columns)),
	}
	for i, c := range columns {
		m.index[c.Name] = i
		switch {
		case !c.NotNull:
		case c.Type == "bit":
			m.template[i] = false
		case c.Type == "int" || c.Type == "bigint":
			m.template[i] = int64(0)
		}
	}
	m.reset()
	return m
}

// reset starts a row: NULL everywhere, or 0 where NULL is not allowed.
func (m *maker) reset() {
	copy(m.row, m.template)
	m.at = 0
}

// set sets a column. A name that is no column is a mistake in this package, which
// the tests find: the program must not go on with half a row.
func (m *maker) set(name string, v any) {
	if m.at < len(m.trace) && m.trace[m.at].name == name {
		m.row[m.trace[m.at].i] = v
		m.at++
		return
	}
	m.setNew(name, v)
}

func (m *maker) setNew(name string, v any) {
	i, ok := m.index[name]
	if !ok {
		panic("sample: no column " + name)
	}
	m.row[i] = v
	m.trace = append(m.trace[:m.at], traced{name, i})
	m.at++
}

// setAll sets columns from a list of names and values in turn.
func (m *maker) setAll(pairs ...any) *maker {
	for i := 0; i < len(pairs); i += 2 {
		m.set(pairs[i].(string), pairs[i+1])
	}
	return m
}

// list makes a table of the rows which fill gives to put, one call of put a row.
func list(name string, columns []Column, fill func(put func(pairs ...any) bool)) Table {
	return Table{Name: name, Columns: columns, Rows: func(yield func([]any) bool) {
		m := newMaker(columns)
		open := true
		fill(func(pairs ...any) bool {
			if !open {
				return false
			}
			m.reset()
			open = yield(m.setAll(pairs...).row)
			return open
		})
	}}
}
