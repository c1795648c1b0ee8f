package adsync

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// result is all rows of a small result: configuration, groups, the newest runs.
// Nothing that grows with the number of objects is ever fetched.
type result struct {
	index map[string]int // lower-case column name or alias -> position
	rows  [][]any
}

// queryAll runs one statement and takes all its rows.
func queryAll(ctx context.Context, q Querier, text string, args ...any) (res *result, err error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() {
		if e := rows.Close(); err == nil && e != nil {
			res, err = nil, e
		}
	}()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	res = &result{index: make(map[string]int, len(names))}
	for i, n := range names {
		res.index[strings.ToLower(n)] = i
	}
	for rows.Next() {
		values := make([]any, len(names))
		targets := make([]any, len(names))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		res.rows = append(res.rows, values)
	}
	return res, rows.Err()
}

// field is one column to read: under which key its value is asked for, and the
// names that it may have in the database, most likely first.
type field struct {
	key   string
	names []string
}

// fields makes fields whose key is their only name.
func fields(names ...string) []field {
	out := make([]field, len(names))
	for i, n := range names {
		out[i] = field{n, []string{n}}
	}
	return out
}

// selection is a SELECT list made of the columns that the table has.
type selection struct {
	list    []string // "[name] AS [key]"
	missing []string // keys without a column
	names   map[string]column
}

// choose makes the selection of fields of a table.
func (s *schema) choose(table string, want []field) selection {
	sel := selection{names: map[string]column{}}
	for _, f := range want {
		c, ok := s.column(table, f.names...)
		if !ok {
			sel.missing = append(sel.missing, f.key)
			continue
		}
		sel.names[f.key] = c
		sel.list = append(sel.list, quoted(c.name)+" AS "+quoted(f.key))
	}
	return sel
}

// record is one row, asked by key.
type record struct {
	index  map[string]int
	values []any
}

// records gives the rows for asking by key.
func (r *result) records() []record {
	out := make([]record, len(r.rows))
	for i, v := range r.rows {
		out[i] = record{r.index, v}
	}
	return out
}

// raw gives the value as the driver gave it; has is false for a column that the
// version lacks. NULL is nil with has true.
func (r record) raw(key string) (v any, has bool) {
	i, has := r.index[key]
	if !has {
		return nil, false
	}
	return r.values[i], true
}

// text gives a text, empty for NULL, for a missing column and for what is no text.
func (r record) text(key string) string {
	v, _ := r.raw(key)
	s, _, _ := textValue(v)
	return s
}

// guid gives a GUID, empty when there is none.
func (r record) guid(key string) string {
	v, _ := r.raw(key)
	g, _ := guidText(v)
	return g
}

// number gives a whole number, 0 when there is none.
func (r record) number(key string) int64 {
	v, _ := r.raw(key)
	n, _ := intValue(v)
	return n
}

// truth gives a truth value, false when there is none.
func (r record) truth(key string) bool {
	v, _ := r.raw(key)
	b, _ := boolValue(v)
	return b
}

// time gives a time, zero when there is none. The product keeps UTC.
func (r record) time(key string) time.Time {
	v, _ := r.raw(key)
	t, _ := v.(time.Time)
	if t.IsZero() {
		return time.Time{}
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// plural gives "1 row" or "n rows" for a message.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
