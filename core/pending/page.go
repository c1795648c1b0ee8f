package pending

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
)

// rowColumns are the columns of a row; those that a version lacks are left out.
var rowColumns = []string{
	"object_id", "ma_id", "rdn", "pobject_id", "object_type", "export_operation", "pending_moveop",
	"is_export_error", "export_error_code", "initial_export_error_date", "count_export_error_retries",
	"is_import_error", "import_error_code", "initial_import_error_date", "count_import_error_retries",
}

// selectRows gives the SELECT list of rows.
func (r *Reader) selectRows() string {
	var list []string
	for _, c := range rowColumns {
		if col := r.layout.Quote(tObject, c); col != "" {
			list = append(list, "c."+col+" AS ["+c+"]")
		}
	}
	return strings.Join(list, ", ")
}

// show gives what the open list shows.
func (r *Reader) show() Show {
	if r.list == nil {
		return ShowExports
	}
	return r.list.query.Show
}

// page walks over the segments from the cursor until the page is full.
func (r *Reader) page(ctx context.Context, at Cursor, size int) (Page, error) {
	l := r.list
	p := Page{Query: l.query, Total: l.total}
	if at.End {
		at = Cursor{Segment: len(l.segments) - 1, At: l.total, Back: true}
		if rest := int(l.total % int64(size)); rest > 0 {
			size = rest // the last page is what the pages before it leave
		}
	}
	if l.total == 0 || at.Segment < 0 || at.Segment >= len(l.segments) {
		return p, nil
	}
	first, last := at, at
	for s := at.Segment; s >= 0 && s < len(l.segments) && len(p.Rows) < size; {
		key := at.Key
		if s != at.Segment {
			key = ""
		}
		rows, err := r.stretch(ctx, s, key, at.Back, size-len(p.Rows))
		if err != nil {
			return p, err
		}
		if len(rows) > 0 {
			if at.Back {
				p.Rows = append(rows, p.Rows...)
			} else {
				p.Rows = append(p.Rows, rows...)
			}
			first, last = r.ends(s, rows, first, last, len(p.Rows) == len(rows), at.Back)
		}
		if at.Back {
			s--
		} else {
			s++
		}
	}
	p.place(at, first, last)
	return p, nil
}

// ends remembers the first and last row of a page that grows at one end.
func (r *Reader) ends(s int, rows []Row, first, last Cursor, begins, back bool) (head, tail Cursor) {
	low, high := Cursor{Segment: s, Key: rows[0].ID}, Cursor{Segment: s, Key: rows[len(rows)-1].ID}
	if begins {
		return low, high
	}
	if back {
		return low, last
	}
	return first, high
}

// place numbers the rows and makes the cursors of the pages beside this one.
func (p *Page) place(at, first, last Cursor) {
	n := int64(len(p.Rows))
	if n == 0 {
		return
	}
	begin := at.At
	if at.Back {
		begin = max(0, at.At-n)
	}
	p.First = begin + 1
	if begin > 0 {
		first.At, first.Back = begin, true
		p.Prev = &first
	}
	if begin+n < p.Total {
		last.At, last.Back = begin+n, false
		p.Next = &last
	}
}

// stretch reads up to n rows of one segment behind a key, or before it, in order.
// Without a key it begins at the segment's end on that side.
func (r *Reader) stretch(ctx context.Context, s int, key string, back bool, n int) ([]Row, error) {
	seg := r.list.segments[s]
	if seg.keys != nil {
		return r.byKeys(ctx, near(seg.keys, key, back, n))
	}
	w := r.where(r.list.query).clone()
	w.add(r.condition(seg.operation))
	order := ""
	if back {
		order = " DESC"
	}
	if key != "" {
		sign := ">"
		if back {
			sign = "<"
		}
		w.add("c.[object_id] " + sign + " " + w.arg(key))
	}
	rows, err := adsync.Rows(ctx, r.q, fmt.Sprintf("SELECT TOP (%d) %s FROM %s c%s ORDER BY c.[object_id]%s",
		n, r.selectRows(), r.layout.From(tObject), w.text(), order), w.args...)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(rows))
	for i, row := range rows {
		out[i] = rowOf(row, r.show())
	}
	if back {
		slices.Reverse(out)
	}
	return out, nil
}

// near gives up to n keys behind key, or before it.
func near(keys []string, key string, back bool, n int) []string {
	i := slices.Index(keys, key)
	switch {
	case back && key == "":
		return keys[max(0, len(keys)-n):]
	case back:
		return keys[max(0, i-n):max(0, i)]
	default: // without a key i is -1
		return keys[i+1 : min(len(keys), i+1+n)]
	}
}

// marks gives "@p1, @p2, …" and the arguments for an IN list.
func marks(keys []string) (text string, args []any) {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = fmt.Sprintf("@p%d", i+1)
		args = append(args, k)
	}
	return strings.Join(list, ", "), args
}

// byKeys reads rows by their ids, in their order. What is gone is left out.
func (r *Reader) byKeys(ctx context.Context, keys []string) ([]Row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	in, args := marks(keys)
	rows, err := adsync.Rows(ctx, r.q, "SELECT "+r.selectRows()+" FROM "+r.layout.From(tObject)+" c WHERE c.[object_id] IN ("+in+")", args...)
	if err != nil {
		return nil, err
	}
	found := make(map[string]Row, len(rows))
	for _, row := range rows {
		found[row.GUID("object_id")] = rowOf(row, r.show())
	}
	out := make([]Row, 0, len(keys))
	for _, k := range keys {
		if row, ok := found[k]; ok {
			out = append(out, row)
		}
	}
	return out, nil
}

// noCode stands for the code of an error that has none.
const noCode = "(no code)"

// rowOf makes a row of the columns for a list. DN holds the object's own component
// and parent its parent until decorate has been there. Of an object with both
// errors the list of failed imports shows that of the import.
func rowOf(row adsync.Row, show Show) Row {
	out := Row{
		ID: row.GUID("object_id"), Connector: row.GUID("ma_id"), Operation: operation(row), DN: row.Text("rdn"),
		Type: row.Text("object_type"), parent: row.GUID("pobject_id"),
	}
	exported, imported := row.Truth("is_export_error"), row.Truth("is_import_error")
	out.Import = imported && (!exported || show == ShowImportErrors)
	if exported || imported {
		out.Error, out.Since, out.Retries = failure(row, out.Import)
	}
	return out
}

// failure gives the export or import error of a row.
func failure(row adsync.Row, imported bool) (code string, since time.Time, retries int64) {
	e := "export"
	if imported {
		e = "import"
	}
	return cmp.Or(row.Text(e+"_error_code"), noCode), row.Time("initial_" + e + "_error_date"), row.Number("count_" + e + "_error_retries")
}
