package tsql

import (
	"strings"
)

// name resolves a column.
func (b *binder) name(v *nameExpr, sc *scope) (bx, error) {
	for at := sc; at != nil; at = at.parent {
		src, col, err := b.lookup(v, at)
		if err != nil {
			return bx{}, atLine(err, v.line)
		}
		if col == nil {
			continue
		}
		if at.grouped && !at.inAgg {
			if !at.groups[col.sql] {
				full := col.name
				if src.alias != "" {
					full = src.alias + "." + full
				}
				return bx{}, atLine(errGrouped(full, at), v.line)
			}
		}
		e := bx{sql: col.sql, t: col.t, null: col.null || src.outer, c: col.c, ident: col.ident, name: col.name}
		if isString(col.t.Kind) {
			e.label = implicitColl
		}
		return e, nil
	}
	if len(v.parts) > 1 {
		return bx{}, atLine(errf(4104, 16, 1, "The multi-part identifier \"%s\" could not be bound.", strings.Join(v.parts, ".")), v.line)
	}
	return bx{}, atLine(errNoColumn(v.parts[0]), v.line)
}

// errGrouped refuses a column that is neither grouped nor aggregated, with the
// number of the clause in which it stands.
func errGrouped(full string, sc *scope) error {
	const why = "because it is not contained in either an aggregate function or the GROUP BY clause."
	switch sc.clause {
	case "HAVING":
		return errf(8121, 16, 1, "Column '%s' is invalid in the HAVING clause %s", full, why)
	case "ORDER BY":
		return errf(8127, 16, 1, "Column \"%s\" is invalid in the ORDER BY clause %s", full, why)
	}
	return errf(8120, 16, 1, "Column '%s' is invalid in the select list %s", full, why)
}

func (b *binder) lookup(v *nameExpr, sc *scope) (*source, *srcCol, error) {
	name := v.parts[len(v.parts)-1]
	qual := v.parts[:len(v.parts)-1]
	var src *source
	var col *srcCol
	for _, s := range sc.sources {
		if len(qual) > 0 && !b.matches(s, qual) {
			continue
		}
		for i := range s.cols {
			if !b.same(s, s.cols[i].name, name) {
				continue
			}
			if col != nil {
				return nil, nil, errf(209, 16, 1, "Ambiguous column name '%s'.", name)
			}
			src, col = s, &s.cols[i]
		}
		if col == nil && len(qual) > 0 {
			return nil, nil, errNoColumn(name)
		}
	}
	return src, col, nil
}

func (b *binder) same(s *source, x, y string) bool {
	if s.db != nil {
		return s.db.coll.sameName(x, y)
	}
	return b.coll().sameName(x, y)
}

// matches tells whether qualifiers name a source.
func (b *binder) matches(s *source, qual []string) bool {
	last := qual[len(qual)-1]
	if s.aliased {
		return len(qual) == 1 && b.coll().sameName(s.alias, last)
	}
	if !b.same(s, s.table, last) {
		return false
	}
	if len(qual) > 1 && qual[len(qual)-2] != "" && !b.same(s, s.schema, qual[len(qual)-2]) {
		return false
	}
	return len(qual) < 3 || s.db != nil && b.s.srv.coll.sameName(s.db.conf().Name, qual[len(qual)-3])
}
