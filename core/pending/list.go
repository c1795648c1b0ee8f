package pending

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
)

// PageSize is how many rows a page for a person has.
const PageSize = 100

// Cursor says where a page begins or ends. The zero value is the first page.
type Cursor struct {
	Segment int    `json:"segment"`
	Key     string `json:"key,omitempty"` // object_id; the page lies behind it, or before it when Back is set
	At      int64  `json:"at"`            // rows of the list before the page; with Back, before its end
	Back    bool   `json:"back,omitempty"`
	End     bool   `json:"end,omitempty"` // the last page, whatever else is set
}

// Page is some rows of a list in its order.
type Page struct {
	Query Query   `json:"query"`
	Rows  []Row   `json:"rows"`
	First int64   `json:"first"` // number of the first row, from 1; 0 on an empty page
	Total int64   `json:"total"` // rows of the whole list when it was counted
	Next  *Cursor `json:"next,omitempty"`
	Prev  *Cursor `json:"prev,omitempty"`
}

// list is a query that was counted.
type list struct {
	query    Query
	segments []segment
	total    int64
}

// segment is the rows of one operation. An operation with few rows has keys.
type segment struct {
	operation Operation
	n         int64
	keys      []string
}

// Page gives the page at a cursor of at most size rows. A query that is not the
// last one is counted first.
func (r *Reader) Page(ctx context.Context, q Query, at Cursor, size int) (Page, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.open(ctx, q); err != nil {
		return Page{}, err
	}
	p, err := r.page(ctx, at, size)
	if err != nil {
		return Page{}, err
	}
	if err := r.decorate(ctx, p.Rows); err != nil {
		return Page{}, err
	}
	return p, nil
}

// Refresh forgets what was counted, so that it is counted anew.
func (r *Reader) Refresh() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.groups, r.errors, r.rare, r.list, r.tree = nil, nil, nil, nil, map[string]node{}
}

// open makes the list of a query. One that the count tells all about, as it only
// chooses among kinds, costs no statement; another one goes through the table.
func (r *Reader) open(ctx context.Context, q Query) error {
	if r.list != nil && r.list.query == q {
		return nil
	}
	l := &list{query: q}
	for _, o := range r.operations(q) {
		l.segments = append(l.segments, segment{operation: o})
	}
	fill := r.search
	if q.plain() {
		fill = r.choose
	}
	if err := fill(ctx, l); err != nil {
		return err
	}
	l.segments = slices.DeleteFunc(l.segments, func(s segment) bool { return s.n == 0 })
	for _, s := range l.segments {
		l.total += s.n
	}
	r.list = l
	return nil
}

// choose makes a list of kinds that were counted.
func (r *Reader) choose(ctx context.Context, l *list) error {
	if r.groups == nil {
		if err := r.count(ctx); err != nil {
			return err
		}
	}
	if r.rare == nil {
		if err := r.readRare(ctx); err != nil {
			return err
		}
	}
	for i, s := range l.segments {
		in := func(k kind) bool { return k.in(l.query, s.operation) }
		for _, g := range r.groups {
			if in(g.kind) {
				l.segments[i].n += g.n
			}
		}
		if keys, ok := r.rareKeysOf(in); ok {
			l.segments[i].n, l.segments[i].keys = int64(len(keys)), keys
		}
	}
	return nil
}

// search makes a list of rows that a condition has to be asked for. What it finds
// is mostly little: then its keys are all there is to read.
func (r *Reader) search(ctx context.Context, l *list) error {
	keys, all, err := r.matching(ctx, l)
	if err != nil {
		return err
	}
	for i, s := range l.segments {
		l.segments[i].n, l.segments[i].keys = int64(len(keys[s.operation])), keys[s.operation]
	}
	if all {
		return nil
	}
	return r.countList(ctx, l)
}

// matching reads the keys of a list by operation, up to rareMost. all is false when
// there are more.
func (r *Reader) matching(ctx context.Context, l *list) (keys map[Operation][]string, all bool, err error) {
	w := r.where(l.query)
	either := make([]string, len(l.segments))
	for i, s := range l.segments {
		either[i] = r.condition(s.operation)
	}
	w.add("(" + strings.Join(either, " OR ") + ")")
	move := ""
	if col := r.layout.Quote(tObject, "pending_moveop"); col != "" {
		move = ", c." + col + " AS [pending_moveop]"
	}
	rows, err := adsync.Rows(ctx, r.q, fmt.Sprintf("SELECT TOP (%d) c.[object_id] AS [object_id], c.[export_operation] AS [export_operation]%s FROM %s c%s",
		r.rareMost+1, move, r.layout.From(tObject), w.text()), w.args...)
	if err != nil || int64(len(rows)) > r.rareMost {
		return nil, false, err
	}
	keys = map[Operation][]string{}
	for _, row := range rows {
		o := operation(row)
		if l.query.Show == ShowImportErrors {
			o = Any
		}
		keys[o] = append(keys[o], row.GUID("object_id"))
	}
	for _, list := range keys {
		slices.Sort(list)
	}
	return keys, true, nil
}

// operations gives the segments of a query. Objects whose import failed need no
// pending export: they are one segment.
func (r *Reader) operations(q Query) []Operation {
	switch {
	case q.Show == ShowImportErrors:
		return []Operation{Any}
	case q.Operation != Any:
		return []Operation{q.Operation}
	}
	return Operations()
}

// condition gives the SQL of a segment.
func (r *Reader) condition(o Operation) string {
	moving := ""
	if r.renames() {
		moving = "c.[pending_moveop] IN (2, 3)"
	}
	switch {
	case o == Any:
		return "1 = 1"
	case o == Rename && moving == "":
		return "1 = 0"
	case o == Rename:
		return "(c.[export_operation] = 2 AND " + moving + ")"
	case o == Update && moving != "":
		return "(c.[export_operation] = 2 AND NOT (" + moving + "))"
	}
	return fmt.Sprintf("c.[export_operation] = %d", int(o))
}

// countList counts the segments of a list that is too long for its keys.
func (r *Reader) countList(ctx context.Context, l *list) error {
	sums := make([]string, len(l.segments))
	for i, s := range l.segments {
		sums[i] = fmt.Sprintf("SUM(CASE WHEN %s THEN 1 ELSE 0 END) AS [s%d]", r.condition(s.operation), i)
	}
	w := r.where(l.query)
	rows, err := adsync.Rows(ctx, r.q, "SELECT "+strings.Join(sums, ", ")+" FROM "+r.layout.From(tObject)+" c"+w.text(), w.args...)
	if err != nil {
		return err
	}
	for i := range l.segments {
		l.segments[i].n = rows[0].Number(fmt.Sprintf("s%d", i))
	}
	return nil
}

// in tells whether rows of a kind belong to a segment of a plain query.
func (k kind) in(q Query, o Operation) bool {
	switch {
	case q.Connector != "" && k.connector != q.Connector, q.Type != "" && !strings.EqualFold(k.object, q.Type):
		return false
	case q.Show == ShowExportErrors && !k.exportError, q.Show == ShowImportErrors && !k.importError:
		return false
	}
	return o == Any || k.export == o
}
