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

// rareKeys is up to how many rows of one operation its keys are fetched with
// the count. Above, at least every hundredth row of a million is one of them, so
// that a page is found after some 10,000 rows.
const rareKeys = 10_000

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
	r.groups, r.list, r.tree = nil, nil, map[string]node{}
}

// open counts a query and fetches the keys of its rare operations.
func (r *Reader) open(ctx context.Context, q Query) error {
	if r.list != nil && r.list.query == q {
		return nil
	}
	l := &list{query: q}
	for _, o := range r.operations(q) {
		l.segments = append(l.segments, segment{operation: o})
	}
	if err := r.countList(ctx, l); err != nil {
		return err
	}
	l.segments = slices.DeleteFunc(l.segments, func(s segment) bool { return s.n == 0 })
	if err := r.fetchKeys(ctx, l); err != nil {
		return err
	}
	for _, s := range l.segments {
		l.total += s.n
	}
	r.list = l
	return nil
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

// countList counts the segments: from the groups when these tell, else by one statement.
func (r *Reader) countList(ctx context.Context, l *list) error {
	if l.query.plain() && len(r.groups) > 0 {
		for i, s := range l.segments {
			for _, g := range r.groups {
				if g.in(l.query, s.operation) {
					l.segments[i].n += g.n
				}
			}
		}
		return nil
	}
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

// in tells whether the rows of a group belong to a segment of a plain query.
func (g group) in(q Query, o Operation) bool {
	switch {
	case q.Connector != "" && g.connector != q.Connector, q.Type != "" && !strings.EqualFold(g.kind, q.Type):
		return false
	case q.Show == ShowExportErrors && !g.exportError, q.Show == ShowImportErrors && !g.importError:
		return false
	}
	return o == Any || g.export == o
}

// fetchKeys reads the keys of the rare segments in one statement.
func (r *Reader) fetchKeys(ctx context.Context, l *list) error {
	var rare []string
	for _, s := range l.segments {
		if s.n <= r.rare {
			rare = append(rare, r.condition(s.operation))
		}
	}
	if len(rare) == 0 {
		return nil
	}
	w := r.where(l.query)
	w.add("(" + strings.Join(rare, " OR ") + ")")
	move := ""
	if col := r.layout.Quote(tObject, "pending_moveop"); col != "" {
		move = ", c." + col + " AS [pending_moveop]"
	}
	text := fmt.Sprintf("SELECT TOP (%d) c.[object_id] AS [object_id], c.[export_operation] AS [export_operation]%s FROM %s c%s ORDER BY c.[object_id]",
		2*r.rare*int64(len(l.segments)), move, r.layout.From(tObject), w.text())
	rows, err := adsync.Rows(ctx, r.q, text, w.args...)
	if err != nil {
		return err
	}
	keys := map[Operation][]string{}
	for _, row := range rows {
		o := operation(row)
		if l.query.Show == ShowImportErrors {
			o = Any
		}
		keys[o] = append(keys[o], row.GUID("object_id"))
	}
	for i, s := range l.segments {
		if s.n <= r.rare {
			// What came or went since the count is what there is now.
			l.segments[i].keys, l.segments[i].n = keys[s.operation], int64(len(keys[s.operation]))
		}
	}
	return nil
}
