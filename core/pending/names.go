package pending

import (
	"context"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
)

// node is a container: its own component, and its parent.
type node struct{ rdn, parent string }

// Bounds of the tree's cache and of its depth.
const (
	cachedNodes = 50_000
	maxDepth    = 64
)

// decorate completes rows: the whole DN, and the names in the metaverse.
func (r *Reader) decorate(ctx context.Context, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	parents := make([]string, len(rows))
	for i := range rows {
		parents[i] = rows[i].parent
	}
	if err := r.climb(ctx, parents); err != nil {
		return err
	}
	for i := range rows {
		rows[i].DN = r.dn(rows[i].DN, rows[i].parent)
	}
	return r.nameRows(ctx, rows)
}

// climb reads the containers above, level by level, as far as they are not known.
func (r *Reader) climb(ctx context.Context, parents []string) error {
	if len(r.tree) > cachedNodes {
		r.tree = map[string]node{}
	}
	for range maxDepth {
		var unknown []string
		asked := map[string]bool{}
		for _, p := range parents {
			for range maxDepth {
				n, ok := r.tree[p]
				if p == "" || p == rootParent || p == transientParent {
					break
				}
				if !ok {
					if !asked[p] && len(unknown) < 1000 {
						asked[p] = true
						unknown = append(unknown, p)
					}
					break
				}
				p = n.parent
			}
		}
		if len(unknown) == 0 {
			return nil
		}
		if err := r.readNodes(ctx, unknown); err != nil {
			return err
		}
	}
	return nil
}

// readNodes reads containers by id. One that is not there ends the way up.
func (r *Reader) readNodes(ctx context.Context, ids []string) error {
	in, args := marks(ids)
	rows, err := adsync.Rows(ctx, r.q, "SELECT c.[object_id] AS [object_id], c.[rdn] AS [rdn], c.[pobject_id] AS [pobject_id] FROM "+
		r.layout.From(tObject)+" c WHERE c.[object_id] IN ("+in+")", args...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		r.tree[id] = node{}
	}
	for _, row := range rows {
		r.tree[row.GUID("object_id")] = node{row.Text("rdn"), row.GUID("pobject_id")}
	}
	return nil
}

// dn puts a component and the containers above it together.
func (r *Reader) dn(rdn, parent string) string {
	parts := []string{rdn}
	for range maxDepth {
		n, ok := r.tree[parent]
		if !ok || n.rdn == "" {
			break
		}
		parts = append(parts, n.rdn)
		parent = n.parent
	}
	return strings.Join(parts, ",")
}

// nameRows reads the names of the metaverse objects that rows are joined to.
func (r *Reader) nameRows(ctx context.Context, rows []Row) error {
	var names []string
	for _, n := range []string{"displayName", "userPrincipalName"} {
		if col := r.layout.Quote(tMetaverse, n); col != "" {
			names = append(names, "m."+col+" AS ["+n+"]")
		}
	}
	if !r.joined() || len(names) == 0 {
		return nil
	}
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	in, args := marks(ids)
	found, err := adsync.Rows(ctx, r.q, "SELECT l.[cs_object_id] AS [cs_object_id], "+strings.Join(names, ", ")+" FROM "+r.layout.From(tLink)+
		" l JOIN "+r.layout.From(tMetaverse)+" m ON m.[object_id] = l.[mv_object_id] WHERE l.[cs_object_id] IN ("+in+")", args...)
	if err != nil {
		return err
	}
	byID := make(map[string]adsync.Row, len(found))
	for _, f := range found {
		byID[f.GUID("cs_object_id")] = f
	}
	for i := range rows {
		if f, ok := byID[rows[i].ID]; ok {
			rows[i].Name, rows[i].Sign = f.Text("displayname"), f.Text("userprincipalname")
		}
	}
	return nil
}
