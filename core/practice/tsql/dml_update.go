package tsql

import (
	"strconv"
	"strings"
)

// sets binds the assignments of an UPDATE: texts by physical column.
func (b *binder) sets(v *updateStmt, d *Database, t *table, sc *scope) ([]*column, []string, error) {
	var cols []*column
	var texts []string
	seen := map[*column]bool{}
	for _, set := range v.sets {
		if set.assign != "" {
			return nil, nil, errUnsupported("UPDATE … SET @variable")
		}
		name := set.col[len(set.col)-1]
		c := d.column(t, name)
		switch {
		case c == nil:
			return nil, nil, errNoColumn(name)
		case seen[c]:
			return nil, nil, errSetTwice(c)
		case c.identity != 0:
			return nil, nil, errf(8102, 16, 1, "Cannot update identity column '%s'.", c.name)
		}
		seen[c] = true
		text, err := b.setText(set, d, t, c, sc)
		if err != nil {
			return nil, nil, err
		}
		cols, texts = append(cols, c), append(texts, text)
	}
	return cols, texts, nil
}

func (b *binder) setText(set setClause, d *Database, t *table, c *column, sc *scope) (string, error) {
	x := set.x
	if _, ok := x.(*defaultExpr); ok {
		return b.defaultOf(d, t, c)
	}
	if op := strings.TrimSuffix(set.op, "="); op != "" {
		x = &binaryExpr{op, &nameExpr{parts: []string{c.name}}, x}
		if len(set.col) > 1 {
			x = &binaryExpr{op, &nameExpr{parts: set.col}, set.x}
		}
	}
	e, err := b.value(x, sc)
	if err != nil {
		return "", err
	}
	return b.store(e, d, t, c)
}

// fromTarget finds the table that UPDATE or DELETE names among its FROM.
func (b *binder) fromTarget(n objName, sc *scope) *source {
	for _, s := range sc.sources {
		if s.tab != nil && s.aliased && n.schema == "" && b.coll().sameName(s.alias, n.name) {
			return s
		}
	}
	for _, s := range sc.sources {
		if s.tab != nil && b.same(s, s.tab.name, n.name) && (n.schema == "" || b.same(s, s.tab.schema, n.schema)) {
			return s
		}
	}
	return nil
}

// changeScope binds what UPDATE and DELETE work on. from is empty for the
// simple form, where the table itself has the alias.
func (b *binder) changeScope(n objName, from []tableExpr, top expr, perm string) (*source, *scope, string, error) {
	sc := &scope{}
	if len(from) == 0 && top == nil {
		if _, _, err := b.target(n, perm); err != nil {
			return nil, nil, "", err
		}
		src, _, err := b.table(&tableRef{name: n})
		if err != nil {
			return nil, nil, "", err
		}
		sc.sources = []*source{src}
		return src, sc, "", nil
	}
	if len(from) == 0 {
		from = []tableExpr{&tableRef{name: n}}
	}
	text, err := b.from(from, sc)
	if err != nil {
		return nil, nil, "", err
	}
	src := b.fromTarget(n, sc)
	if src == nil {
		d, t, err := b.target(n, perm)
		if err != nil {
			return nil, nil, "", err
		}
		return nil, nil, "", errUnsupported("UPDATE or DELETE of " + d.full(t) + " which its FROM does not name")
	}
	return src, sc, text, b.s.permit(src.db, src.tab, perm)
}

func (b *binder) whereText(x expr, sc *scope) (string, error) {
	if x == nil {
		return "", nil
	}
	sc.noAgg = "WHERE"
	c, err := b.condition(x, sc)
	sc.noAgg = ""
	return " WHERE " + c, err
}

func (s *Session) update(f *frame, v *updateStmt) error {
	b := newBinder(s, f)
	if err := b.bindCTEs(v.ctes, nil); err != nil {
		return err
	}
	src, sc, from, err := b.changeScope(v.target, v.from, v.top, "UPDATE")
	if err != nil {
		return err
	}
	sc.noAgg = "SET"
	cols, texts, err := b.sets(v, src.db, src.tab, sc)
	if err != nil {
		return err
	}
	where, err := b.whereText(v.where, sc)
	if err != nil {
		return err
	}
	parts := make([]string, len(cols))
	text := "UPDATE " + src.db.physName(src.tab)
	if from == "" {
		for i, c := range cols {
			parts[i] = c.phys + " = " + texts[i]
		}
		text += " AS " + src.sql + " SET " + strings.Join(parts, ", ") + where
		return s.change1(f, b, src.db, text, v.output, src.tab, "inserted")
	}
	limit, err := b.limit(v.top, &selectStmt{})
	if err != nil {
		return err
	}
	items := ""
	for i, c := range cols {
		parts[i] = c.phys + " = u.v" + strconv.Itoa(i)
		items += ", " + texts[i] + " AS v" + strconv.Itoa(i)
	}
	text += " SET " + strings.Join(parts, ", ") + " FROM (SELECT " + src.sql + ".rowid AS rid" + items + from + where + limit + ") AS u WHERE " +
		src.tab.phys + ".rowid = u.rid"
	return s.change1(f, b, src.db, text, v.output, src.tab, "inserted")
}

func (s *Session) delete(f *frame, v *deleteStmt) error {
	b := newBinder(s, f)
	if err := b.bindCTEs(v.ctes, nil); err != nil {
		return err
	}
	src, sc, from, err := b.changeScope(v.target, v.from, v.top, "DELETE")
	if err != nil {
		return err
	}
	where, err := b.whereText(v.where, sc)
	if err != nil {
		return err
	}
	text := "DELETE FROM " + src.db.physName(src.tab)
	if from == "" {
		text += " AS " + src.sql + where
	} else {
		limit, err := b.limit(v.top, &selectStmt{})
		if err != nil {
			return err
		}
		text += " WHERE rowid IN (SELECT " + src.sql + ".rowid" + from + where + limit + ")"
	}
	return s.change1(f, b, src.db, text, v.output, src.tab, "deleted")
}

func (s *Session) truncate(f *frame, v *truncateStmt) error {
	b := newBinder(s, f)
	d, t, err := b.resolve(v.target)
	if err != nil || t == nil {
		return errf(4701, 16, 1, "Cannot find the object \"%s\" because it does not exist or you do not have permissions.", v.target.name)
	}
	if !s.allowed(d, "ALTER") {
		return errf(1088, 16, 7, "Cannot find the object \"%s\" because it does not exist or you do not have permissions.", v.target.name)
	}
	return s.write(f.ctx, d, func() error {
		_, err := s.conn.exec(f.ctx, "DELETE FROM "+d.physName(t))
		for _, c := range t.cols {
			if v, ok := identities.Load(c.identity); ok && err == nil {
				if st, ok := v.(*identityState); ok {
					st.next.Store(c.seed)
				}
			}
		}
		return err
	})
}
