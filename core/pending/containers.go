package pending

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
)

// mostContainers is how many OUs are listed, those with the most exports.
const mostContainers = 200

// Containers counts the pending exports of a connector by OU. For a connector
// whose objects lie in no OU, as those of Entra ID, the OU is that of the
// directory's object which is joined to the same metaverse object: three tables
// are joined for it, which takes time in proportion to the pending exports. The
// objects that no directory knows any more come last, with an empty DN: that is
// where most deletions are, as what is deleted there is joined to nothing.
func (r *Reader) Containers(ctx context.Context, c Connector) ([]Container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.layout.Has(tObject, "pobject_id") {
		return nil, fmt.Errorf("column %s.pobject_id is not available in this version", tObject)
	}
	text, args := r.containersSQL(c)
	if text == "" {
		return nil, fmt.Errorf("table %s or %s is not available in this version", tLink, tMetaverse)
	}
	rows, err := adsync.Rows(ctx, r.q, text, args...)
	if err != nil {
		return nil, err
	}
	var out []Container
	var ids []string
	left := c.Exports
	for _, row := range rows {
		n := Container{ID: row.GUID("id"), Exports: Counts{
			Adds: row.Number("adds"), Updates: row.Number("updates"), DeleteAdds: row.Number("deleteadds"), Deletes: row.Number("deletes"), Renames: row.Number("renames"),
		}}
		left = left.minus(n.Exports)
		if len(out) < mostContainers {
			out, ids = append(out, n), append(ids, n.ID)
		}
	}
	if err := r.climb(ctx, ids); err != nil {
		return nil, err
	}
	for i := range out {
		if n, ok := r.tree[out[i].ID]; ok {
			out[i].DN = r.dn(n.rdn, n.parent)
		}
	}
	slices.SortStableFunc(out, func(a, b Container) int {
		return cmp.Or(cmp.Compare(b.Exports.Gone(), a.Exports.Gone()), cmp.Compare(b.Exports.Total(), a.Exports.Total()), cmp.Compare(a.DN, b.DN))
	})
	if left.Total() > 0 {
		out = append(out, Container{Exports: left})
	}
	return out, nil
}

// minus takes away; an object joined to two directories is counted in both, so
// that nothing goes below 0.
func (c Counts) minus(o Counts) Counts {
	return Counts{
		max(0, c.Adds-o.Adds), max(0, c.Updates-o.Updates), max(0, c.Renames-o.Renames),
		max(0, c.Deletes-o.Deletes), max(0, c.DeleteAdds-o.DeleteAdds),
	}
}

func (r *Reader) containersSQL(c Connector) (text string, args []any) {
	sum := func(o Operation) string {
		return "SUM(CASE WHEN " + r.condition(o) + " THEN 1 ELSE 0 END)"
	}
	sums := fmt.Sprintf("%s AS [adds], %s AS [updates], %s AS [renames], %s AS [deletes], %s AS [deleteadds]",
		sum(Add), sum(Update), sum(Rename), sum(Delete), sum(DeleteAdd))
	w := r.where(Query{Connector: c.ID})
	w.add("c.[export_operation] IN (1, 2, 3, 4)")
	if c.Kind == "ad" {
		return "SELECT c.[pobject_id] AS [id], " + sums + " FROM " + r.layout.From(tObject) + " c" + w.text() + " GROUP BY c.[pobject_id]", w.args
	}
	if !r.joined() {
		return "", nil
	}
	link := r.layout.From(tLink)
	w.add("o.[ma_id] <> c.[ma_id]")
	return strings.Join([]string{
		"SELECT o.[pobject_id] AS [id], " + sums, "FROM " + r.layout.From(tObject) + " c",
		"JOIN " + link + " a ON a.[cs_object_id] = c.[object_id]", "JOIN " + link + " b ON b.[mv_object_id] = a.[mv_object_id]",
		"JOIN " + r.layout.From(tObject) + " o ON o.[object_id] = b.[cs_object_id]" + w.text(), "GROUP BY o.[pobject_id]",
	}, " "), w.args
}
