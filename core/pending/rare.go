package pending

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
)

// rareKeys is up to how many rows something is rare. Above, at least every tenth row
// of a million is one of them, so that a page is found after some 1,000 rows; below, a
// page would be searched for through a large part of the table.
const rareKeys = 100_000

// mostKeys is how many keys are kept in all: some 12 MB of them.
const mostKeys = 2 * rareKeys

// rare is the keys of the rows that are rare, in one order: with them
// neither the list nor one for a connector, a type or an operation needs another
// way through the table.
type rare struct {
	cells []cell
	kinds []kind
	rows  []rareRow
}

// rareRow is one row; of is the index of its kind.
type rareRow struct {
	id string
	of int32
}

// cell is a choice of kinds that together are rare. What is empty does not choose.
type cell struct {
	operation         Operation
	connector, object string
	failed            Show // an error
	n                 int64
}

// has tells whether a kind is of the cell.
func (c cell) has(k kind) bool {
	if c.failed == ShowImportErrors && c.operation == Any {
		return k.importError && (c.connector == "" || k.connector == c.connector)
	}
	q := Query{Show: c.failed, Connector: c.connector}
	return k.in(q, c.operation) && (c.operation != Any || k.export != Any) && (c.object == "" || k.object == c.object)
}

// cells finds what is rare: whole operations first, else those of a connector, else
// those of one of its types; and errors. The smallest come first, as long as there
// is room for their keys.
func (r *Reader) cells() []cell {
	var out []cell
	add := func(c cell) bool {
		for _, g := range r.groups {
			if c.has(g.kind) {
				c.n += g.n
			}
		}
		if c.n > 0 && c.n <= r.rareMost {
			out = append(out, c)
		}
		return c.n <= r.rareMost
	}
	types, connectors := r.parts()
	for _, o := range Operations() {
		if add(cell{operation: o}) {
			continue
		}
		for _, c := range connectors {
			if add(cell{operation: o, connector: c}) {
				continue
			}
			for _, t := range types[c] {
				add(cell{operation: o, connector: c, object: t})
			}
		}
	}
	for _, e := range []Show{ShowExportErrors, ShowImportErrors} {
		if add(cell{failed: e}) {
			continue
		}
		for _, c := range connectors {
			add(cell{failed: e, connector: c})
		}
	}
	slices.SortStableFunc(out, func(a, b cell) int { return cmp.Compare(a.n, b.n) })
	room := r.rareMost * (mostKeys / rareKeys)
	for i, c := range out {
		if room -= c.n; room < 0 {
			return out[:i]
		}
	}
	return out
}

// parts gives the connectors that were counted, and the object types of each.
func (r *Reader) parts() (types map[string][]string, connectors []string) {
	types = map[string][]string{}
	for _, g := range r.groups {
		if !slices.Contains(connectors, g.connector) {
			connectors = append(connectors, g.connector)
		}
		if !slices.Contains(types[g.connector], g.object) {
			types[g.connector] = append(types[g.connector], g.object)
		}
	}
	return types, connectors
}

// readRare reads the keys of what is rare: one statement, bounded by mostKeys.
func (r *Reader) readRare(ctx context.Context) error {
	found := &rare{cells: r.cells()}
	if len(found.cells) == 0 {
		r.rare = found
		return nil
	}
	w := r.where(Query{})
	either := make([]string, len(found.cells))
	most := int64(0)
	for i, c := range found.cells {
		either[i] = r.cellSQL(c, w)
		most += c.n
	}
	w.add("(" + strings.Join(either, " OR ") + ")")
	list, _ := r.kindList()
	rows, err := adsync.Rows(ctx, r.q, fmt.Sprintf("SELECT TOP (%d) c.[object_id] AS [object_id], %s FROM %s c%s",
		2*most, strings.Join(list, ", "), r.layout.From(tObject), w.text()), w.args...)
	if err != nil {
		return err
	}
	at := map[kind]int32{}
	for _, row := range rows {
		k := kindOf(row)
		i, ok := at[k]
		if !ok {
			i = int32(len(found.kinds))
			at[k], found.kinds = i, append(found.kinds, k)
		}
		found.rows = append(found.rows, rareRow{row.GUID("object_id"), i})
	}
	// Any order will do where pages are looked up by key. Sorting here lets the server
	// go through the table as it lies.
	slices.SortFunc(found.rows, func(a, b rareRow) int { return strings.Compare(a.id, b.id) })
	r.rare = found
	return nil
}

// cellSQL is the condition of a cell.
func (r *Reader) cellSQL(c cell, w *sqlWhere) string {
	var and []string
	switch c.failed {
	case ShowExportErrors:
		and = append(and, "c.[is_export_error] = 1", "c.[export_operation] IN (1, 2, 3, 4)")
	case ShowImportErrors:
		and = append(and, "c.[is_import_error] = 1")
	case ShowExports:
		and = append(and, r.condition(c.operation))
	}
	if c.connector != "" {
		and = append(and, "c.[ma_id] = "+w.arg(c.connector))
	}
	if c.object != "" {
		and = append(and, "c.[object_type] = "+w.arg(c.object))
	}
	return "(" + strings.Join(and, " AND ") + ")"
}

// rareKeysOf gives the keys of the rows of some kinds, in the order of the list. ok
// is false when some of those rows are not rare, so that not all keys are known.
// What came or went since the count is what there is now.
func (r *Reader) rareKeysOf(in func(kind) bool) (keys []string, ok bool) {
	for _, g := range r.groups {
		if in(g.kind) && !slices.ContainsFunc(r.rare.cells, func(c cell) bool { return c.has(g.kind) }) {
			return nil, false
		}
	}
	wanted := make([]bool, len(r.rare.kinds))
	for i, k := range r.rare.kinds {
		wanted[i] = in(k)
	}
	keys = []string{}
	for _, row := range r.rare.rows {
		if wanted[row.of] {
			keys = append(keys, row.id)
		}
	}
	return keys, true
}
