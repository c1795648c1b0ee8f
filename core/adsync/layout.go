package adsync

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Layout is which of some tables and columns a database has, for readers of
// parts that Read leaves out. Names do not mind case.
type Layout struct{ s *schema }

// ReadLayout asks INFORMATION_SCHEMA for the columns of tables, in one statement.
func ReadLayout(ctx context.Context, q Querier, tables ...string) (Layout, error) {
	args := make([]any, len(tables))
	marks := make([]string, len(tables))
	for i, t := range tables {
		args[i], marks[i] = t, fmt.Sprintf("@p%d", i+1)
	}
	text := "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME IN (" +
		strings.Join(marks, ", ") + ") ORDER BY TABLE_NAME, ORDINAL_POSITION"
	res, err := queryAll(ctx, q, text, args...)
	if err != nil {
		return Layout{}, fmt.Errorf("list of columns: %w", err)
	}
	s := &schema{tables: map[string]*tableShape{}}
	for _, r := range res.rows {
		table, name := fmt.Sprint(r[0]), fmt.Sprint(r[1])
		t := s.tables[strings.ToLower(table)]
		if t == nil {
			t = &tableShape{name: table, columns: map[string]column{}}
			s.tables[strings.ToLower(table)] = t
		}
		key := strings.ToLower(name)
		t.columns[key] = column{name: name, dataType: strings.ToLower(fmt.Sprint(r[2]))}
		t.order = append(t.order, key)
	}
	return Layout{s}, nil
}

// Has tells whether there is the table with all the columns.
func (l Layout) Has(table string, columns ...string) bool {
	for _, c := range columns {
		if _, ok := l.s.column(table, c); !ok {
			return false
		}
	}
	return l.s.has(table)
}

// Columns gives the names of a table's columns as the database spells them.
func (l Layout) Columns(table string) []string {
	t := l.s.tables[table]
	if t == nil {
		return nil
	}
	out := make([]string, len(t.order))
	for i, key := range t.order {
		out[i] = t.columns[key].name
	}
	return out
}

// Quote gives a column's name in brackets, "" when the table lacks it.
func (l Layout) Quote(table, name string) string {
	c, ok := l.s.column(table, name)
	if !ok {
		return ""
	}
	return quoted(c.name)
}

// Type gives a column's type in lower case, without its length.
func (l Layout) Type(table, name string) string {
	c, _ := l.s.column(table, name)
	return c.dataType
}

// From gives a table as a FROM clause names it. Ask Has first.
func (l Layout) From(table string) string { return l.s.from(table) }

// Row is one row, asked by the names of its columns. Every answer is the zero
// value for NULL and for a column that was not selected.
type Row struct{ r record }

// Rows runs one statement and takes all its rows: for results that are small
// whatever the database holds.
func Rows(ctx context.Context, q Querier, text string, args ...any) ([]Row, error) {
	res, err := queryAll(ctx, q, text, args...)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(res.rows))
	for i, r := range res.records() {
		out[i] = Row{r}
	}
	return out, nil
}

// GUID gives 36 characters in lower case.
func (r Row) GUID(name string) string { return r.r.guid(name) }

// Text gives a text; a number in decimal.
func (r Row) Text(name string) string {
	v, _ := r.r.raw(name)
	if n, ok := v.(int64); ok {
		return fmt.Sprint(n)
	}
	return r.r.text(name)
}

// Number gives a whole number.
func (r Row) Number(name string) int64 { return r.r.number(name) }

// Truth gives a truth value.
func (r Row) Truth(name string) bool { return r.r.truth(name) }

// Time gives a moment in UTC.
func (r Row) Time(name string) time.Time { return r.r.time(name) }

// Value gives the value as the driver gave it, nil for NULL.
func (r Row) Value(name string) any {
	v, _ := r.r.raw(strings.ToLower(name))
	return v
}
