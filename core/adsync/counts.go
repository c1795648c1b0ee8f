package adsync

import (
	"context"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// counter is one number of facts.Counts: how many rows have value in column.
type counter struct {
	alias, column string
	value         int
	into          func(*facts.Counts) *int64
}

// counters are the numbers that are counted for each connector. The codes of
// operations are 1 add, 2 modify, 3 delete and add, 4 delete.
var counters = []counter{
	{"connectors", "is_connector", 1, func(c *facts.Counts) *int64 { return &c.Connectors }},
	{"import_add", "import_operation", 1, func(c *facts.Counts) *int64 { return &c.ImportAdd }},
	{"import_update", "import_operation", 2, func(c *facts.Counts) *int64 { return &c.ImportUpdate }},
	{"import_delete_add", "import_operation", 3, func(c *facts.Counts) *int64 { return &c.ImportDeleteAdd }},
	{"import_delete", "import_operation", 4, func(c *facts.Counts) *int64 { return &c.ImportDelete }},
	{"export_add", "export_operation", 1, func(c *facts.Counts) *int64 { return &c.ExportAdd }},
	{"export_update", "export_operation", 2, func(c *facts.Counts) *int64 { return &c.ExportUpdate }},
	{"export_delete_add", "export_operation", 3, func(c *facts.Counts) *int64 { return &c.ExportDeleteAdd }},
	{"export_delete", "export_operation", 4, func(c *facts.Counts) *int64 { return &c.ExportDelete }},
	{"import_errors", "is_import_error", 1, func(c *facts.Counts) *int64 { return &c.ImportErrors }},
	{"export_errors", "is_export_error", 1, func(c *facts.Counts) *int64 { return &c.ExportErrors }},
}

// transientParent is the parent of rows that exist only while a run goes on.
const transientParent = "00000000-0000-0000-0000-000000000001"

// readCounts counts the connector spaces of all connectors in one statement. The
// server counts; as many rows come back as there are connectors.
func (r *reader) readCounts(ctx context.Context) {
	text, lacks, args := r.countsSQL()
	at := r.now()
	if text == "" {
		r.setCounts(facts.Absent[facts.Counts](tObject, absentHere, at))
		return
	}
	res, err := queryAll(ctx, r.q, text, args...)
	if err != nil {
		r.unreadable("%s: %v", tObject, err)
		r.setCounts(facts.Unknown[facts.Counts](tObject, err.Error(), at))
		return
	}
	r.setCounts(facts.Known(facts.Counts{Lacks: lacks}, tObject, at)) // a connector without objects has no row
	for _, row := range res.records() {
		c := connectorByID(r.out.Connectors.Value, row.guid("ma_id"))
		if c == nil {
			r.unreadable("%s: %d objects belong to no connector", tObject, row.number("objects"))
			continue
		}
		n := facts.Counts{Objects: row.number("objects"), Lacks: lacks}
		for _, k := range counters {
			*k.into(&n) = row.number(k.alias)
		}
		c.Counts = facts.Known(n, tObject, at)
	}
}

// setCounts gives every connector the same counts.
func (r *reader) setCounts(c facts.Read[facts.Counts]) {
	for i := range r.out.Connectors.Value {
		r.out.Connectors.Value[i].Counts = c
	}
}

// countsSQL gives the statement that counts, the columns that this version
// lacks for it, and the arguments. text is empty when nothing can be counted.
func (r *reader) countsSQL() (text, lacks string, args []any) {
	id, ok := r.s.column(tObject, "ma_id")
	if !ok {
		return "", "", nil
	}
	list := []string{quoted(id.name) + " AS [ma_id]", "COUNT_BIG(*) AS [objects]"}
	var missing []string
	for _, k := range counters {
		col, ok := r.s.column(tObject, k.column)
		if !ok {
			if len(missing) == 0 || missing[len(missing)-1] != k.column {
				missing = append(missing, k.column)
				r.out.MissingColumns = append(r.out.MissingColumns, tObject+"."+k.column)
			}
			continue
		}
		list = append(list, "SUM(CASE WHEN "+quoted(col.name)+" = "+string(rune('0'+k.value))+" THEN 1 ELSE 0 END) AS "+quoted(k.alias))
	}
	text = "SELECT " + strings.Join(list, ", ") + " FROM " + r.s.from(tObject)
	if parent, ok := r.s.column(tObject, "pobject_id"); ok {
		text += " WHERE (" + quoted(parent.name) + " IS NULL OR " + quoted(parent.name) + " <> @p1)"
		args = append(args, transientParent)
	}
	return text + " GROUP BY " + quoted(id.name), strings.Join(missing, ", "), args
}

// readMetaverse counts the objects of the metaverse.
func (r *reader) readMetaverse(ctx context.Context) {
	at := r.now()
	if !r.s.has(tMetaverse) {
		r.out.Objects = facts.Absent[int64](tMetaverse, absentHere, at)
		return
	}
	res, err := queryAll(ctx, r.q, "SELECT COUNT_BIG(*) AS n FROM "+r.s.from(tMetaverse))
	if err != nil || len(res.rows) != 1 {
		r.out.Objects = unknownRow[int64](tMetaverse, at, err)
		return
	}
	r.out.Objects = facts.Known(res.records()[0].number("n"), tMetaverse, at)
}

// unknownRow is the fact of a statement that should have given one row.
func unknownRow[T any](source string, at time.Time, err error) facts.Read[T] {
	if err == nil {
		return facts.Unknown[T](source, "the server gave no answer to it", at)
	}
	return facts.Unknown[T](source, err.Error(), at)
}
