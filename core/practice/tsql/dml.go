package tsql

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// target resolves the table which a statement changes.
func (b *binder) target(n objName, perm string) (*Database, *table, error) {
	d, t, err := b.resolve(n)
	if err != nil {
		return nil, nil, err
	}
	if t == nil {
		return nil, nil, errf(259, 16, 1, "Ad hoc updates to system catalogs are not allowed.")
	}
	return d, t, b.s.permit(d, t, perm)
}

// store converts a value as an assignment to a column does.
func (b *binder) store(e bx, d *Database, t *table, c *column) (string, error) {
	if e.pred {
		return "", errSyntax(")")
	}
	if err := checkConversion(e.t, c.t, false); err != nil {
		return "", err
	}
	return b.convStyle(e, c.t, convSpec{store: d.full(t) + "\x00" + c.name}).sql, nil
}

// insertPlan is how an INSERT fills a table: every column gets a text.
type insertPlan struct {
	d        *Database
	t        *table
	cols     []*column // those with given values
	rest     []string  // texts of the others
	restCols []*column
	ident    *column // the identity column when it counts by itself
}

func (b *binder) insertPlan(v *insertStmt) (*insertPlan, error) { //nolint:gocyclo // the rules of the language, case by case
	d, t, err := b.target(v.target, "INSERT")
	if err != nil {
		return nil, err
	}
	p := &insertPlan{d: d, t: t}
	given := map[*column]bool{}
	explicit := b.s.identityOn == d.full(t)
	for _, name := range v.cols {
		c := d.column(t, name)
		if c == nil {
			return nil, errNoColumn(name)
		}
		if given[c] {
			return nil, errf(264, 16, 1, "The column name '%s' is specified more than once in the SET clause or column list of an INSERT. "+
				"A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. "+
				"If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.", c.name)
		}
		if c.identity != 0 && !explicit {
			return nil, errf(544, 16, 1, "Cannot insert explicit value for identity column in table '%s' when IDENTITY_INSERT is set to OFF.", t.name)
		}
		given[c] = true
		p.cols = append(p.cols, c)
	}
	for _, c := range t.cols {
		switch {
		case given[c]:
		case c.identity != 0 && explicit && len(v.cols) > 0:
			return nil, errf(545, 16, 1, "Explicit value must be specified for identity column in table '%s' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.", t.name)
		case c.identity != 0 && explicit:
			return nil, errf(8101, 16, 1, "An explicit value for the identity column in table '%s' can only be specified when a column list is used and IDENTITY_INSERT is ON.", t.name)
		case c.identity != 0:
			p.ident = c
			p.restCols = append(p.restCols, c)
			p.rest = append(p.rest, fmt.Sprintf("tsql_ident(%d)", c.identity))
		case len(v.cols) == 0 && !v.defaults:
			p.cols = append(p.cols, c)
		default:
			text, err := b.defaultOf(d, t, c)
			if err != nil {
				return nil, err
			}
			p.restCols = append(p.restCols, c)
			p.rest = append(p.rest, text)
		}
	}
	return p, nil
}

// defaultOf is the text of a column's default, NULL when it has none.
func (b *binder) defaultOf(d *Database, t *table, c *column) (string, error) {
	if c.def == nil {
		return "NULL", nil
	}
	e, err := b.value(c.def, nil)
	if err != nil {
		return "", err
	}
	return b.store(e, d, t, c)
}

func (p *insertPlan) into() string {
	return "INSERT INTO " + p.d.physName(p.t) + " (" + physNames(append(append([]*column(nil), p.cols...), p.restCols...)) + ") "
}

func (s *Session) insert(f *frame, v *insertStmt) error {
	b := newBinder(s, f)
	if err := b.bindCTEs(v.ctes, nil); err != nil {
		return err
	}
	p, err := b.insertPlan(v)
	if err != nil {
		return err
	}
	var text string
	switch {
	case v.defaults:
		text = p.into() + "VALUES (" + strings.Join(p.rest, ", ") + ")"
	case v.sel != nil:
		text, err = b.insertSelect(v, p)
	default:
		text, err = b.insertValues(v, p)
	}
	if err != nil {
		return err
	}
	if v.top != nil && v.sel == nil {
		return errUnsupported("INSERT TOP … VALUES")
	}
	b.uses[p.d] = true
	if err := s.change1(f, b, p.d, text, v.output, p.t, "inserted"); err != nil {
		return err
	}
	if p.ident != nil && s.rowcount > 0 {
		s.identity = lastIdentity(p.ident)
	}
	return nil
}

func lastIdentity(c *column) *int64 {
	v, _ := identities.Load(c.identity)
	st, ok := v.(*identityState)
	if !ok {
		return nil
	}
	n := st.last.Load()
	return &n
}

func (b *binder) insertValues(v *insertStmt, p *insertPlan) (string, error) {
	rows := make([]string, len(v.rows))
	for i, row := range v.rows {
		if len(row) != len(p.cols) {
			return "", countMismatch(len(row), len(p.cols), len(v.cols) > 0)
		}
		parts := make([]string, 0, len(p.cols)+len(p.rest))
		for j, x := range row {
			if _, ok := x.(*defaultExpr); ok {
				text, err := b.defaultOf(p.d, p.t, p.cols[j])
				if err != nil {
					return "", err
				}
				parts = append(parts, text)
				continue
			}
			e, err := b.value(x, nil)
			if err != nil {
				var se *tds.ServerError
				if n, ok := x.(*nameExpr); ok && errors.As(err, &se) && se.Number == 207 {
					err = errf(128, 15, 1, "The name \"%s\" is not permitted in this context. Valid expressions are constants, constant expressions, and (in some contexts) variables. "+
						"Column names are not permitted.", n.parts[0])
				}
				return "", err
			}
			text, err := b.store(e, p.d, p.t, p.cols[j])
			if err != nil {
				return "", err
			}
			parts = append(parts, text)
		}
		rows[i] = "(" + strings.Join(append(parts, p.rest...), ", ") + ")"
	}
	return p.into() + "VALUES " + strings.Join(rows, ", "), nil
}

func countMismatch(values, cols int, listed bool) error {
	switch {
	case !listed:
		return errf(213, 16, 1, "Column name or number of supplied values does not match table definition.")
	case values < cols:
		return errf(109, 15, 1, "There are more columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.")
	}
	return errf(110, 15, 1, "There are fewer columns in the INSERT statement than values specified in the VALUES clause. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement.")
}

func (b *binder) insertSelect(v *insertStmt, p *insertPlan) (string, error) {
	q, err := b.query(v.sel, nil)
	if err != nil {
		return "", err
	}
	if len(q.cols) != len(p.cols) {
		switch {
		case len(v.cols) == 0:
			return "", countMismatch(0, 0, false)
		case len(q.cols) < len(p.cols):
			return "", errf(120, 15, 1, "The select list for the INSERT statement contains fewer items than the insert list. The number of SELECT values must match the number of INSERT columns.")
		}
		return "", errf(121, 15, 1, "The select list for the INSERT statement contains more items than the insert list. The number of SELECT values must match the number of INSERT columns.")
	}
	parts := make([]string, len(p.cols))
	for i, c := range p.cols {
		e := bx{sql: colName(i), t: q.cols[i].t, null: q.cols[i].null, c: q.cols[i].c}
		if parts[i], err = b.store(e, p.d, p.t, c); err != nil {
			return "", err
		}
	}
	limit, err := b.limit(v.top, &selectStmt{})
	if err != nil {
		return "", err
	}
	return p.into() + "SELECT " + strings.Join(append(parts, p.rest...), ", ") + " FROM (" + q.sql + ") WHERE true" + limit, nil
}

// change1 runs one changing statement, with RETURNING for OUTPUT.
func (s *Session) change1(f *frame, b *binder, d *Database, text string, output []selectItem, t *table, alias string) error {
	if s.opts.rowcount > 0 {
		return errUnsupported("SET ROWCOUNT for INSERT, UPDATE and DELETE")
	}
	var q boundQuery
	if len(output) > 0 {
		sc := &scope{sources: []*source{{alias: alias, aliased: true, cols: tableCols(d, t), db: d}}}
		items, err := b.items(&selectCore{items: output}, sc, &q, nil)
		if err != nil {
			var se *tds.ServerError
			if errors.As(err, &se) && se.Number == 4104 && alias == "inserted" {
				return errUnsupported("OUTPUT deleted")
			}
			return err
		}
		text += " RETURNING " + strings.Join(items, ", ")
	}
	for o := range b.uses {
		if err := s.attach(f.ctx, o); err != nil {
			return err
		}
	}
	n := int64(0)
	err := s.write(f.ctx, d, func() (err error) {
		if len(output) == 0 {
			n, err = s.conn.exec(f.ctx, b.text2(text), b.args...)
			return err
		}
		rows, err := s.conn.query(f.ctx, b.text2(text), b.args)
		if err != nil {
			return err
		}
		n, err = s.sendRows(f, q.cols, rows)
		return errors.Join(err, rows.Close())
	})
	if err != nil {
		err = s.translate(f.ctx, err)
		var se *tds.ServerError
		if errors.As(err, &se) && se.Number == 515 && strings.HasPrefix(text, "UPDATE") {
			se.Message = strings.Replace(se.Message, "INSERT fails", "UPDATE fails", 1)
		}
		return err
	}
	s.rowcount = n
	return f.w.Done(n, !s.opts.nocount)
}

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
			return nil, nil, errf(264, 16, 1, "The column name '%s' is specified more than once in the SET clause or column list of an INSERT. "+
				"A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. "+
				"If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code.", c.name)
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

// selectInto runs a SELECT: rows to the client, into variables, or into a new table.
func (s *Session) selectInto(f *frame, v *queryStmt) error {
	b := newBinder(s, f)
	q, err := b.query(v.sel, nil)
	if err != nil {
		return atLine(err, v.line)
	}
	switch {
	case q.into != nil:
		return s.intoTable(f, b, q)
	case len(q.assign) > 0:
		return s.assign(f, b, q)
	}
	return s.stream(f, b, q)
}

// assign runs SELECT @x = …: the last row's values stay.
func (s *Session) assign(f *frame, b *binder, q boundQuery) error {
	if err := s.prepare(f.ctx, b); err != nil {
		return err
	}
	rows, err := s.conn.query(f.ctx, b.text2(q.sql), b.args)
	if err != nil {
		return err
	}
	keep := &keeper{}
	n, err := s.sendRows(&frame{ctx: f.ctx, w: keep}, rawCols(len(q.cols)), rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return err
	}
	if n > 0 {
		for i, name := range q.assign {
			f.vars[name].value = keep.last[i]
		}
	}
	s.rowcount = n
	return nil
}

// rawCols make sendRows pass physical values on.
func rawCols(n int) []outCol {
	out := make([]outCol, n)
	for i := range out {
		out[i].t = typeBigInt
	}
	return out
}

// keeper keeps the last row.
type keeper struct{ last []any }

func (k *keeper) Columns([]tds.Column) error { return nil }
func (k *keeper) Row(v []any) error          { k.last = append(k.last[:0], v...); return nil }
func (k *keeper) Done(int64, bool) error     { return nil }
func (k *keeper) Info(tds.ServerError)       {}

// intoTable runs SELECT … INTO.
func (s *Session) intoTable(f *frame, b *binder, q boundQuery) error {
	def := &createTableStmt{name: *q.into}
	names := make([]string, len(q.cols))
	for i, c := range q.cols {
		if c.name == "" {
			return errf(1038, 15, 5, "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. "+
				"For other statements, look for empty alias names. Aliases defined as \"\" or [] are not allowed. Change the alias to a valid name.")
		}
		t := c.t
		if t.Kind == tds.KindNull {
			t = typeInt
		}
		def.cols = append(def.cols, columnDef{name: c.name, t: t, hasNull: true, null: c.null})
		names[i] = colName(i)
	}
	d, err := s.createTable(f, def)
	if err != nil {
		return err
	}
	t := d.find(s.catalog(d), q.into.schema, q.into.name)
	text := "INSERT INTO " + d.physName(t) + " (" + physNames(t.cols) + ") SELECT " + strings.Join(names, ", ") + " FROM (" + q.sql + ") WHERE true"
	b.uses[d] = true
	return s.change1(f, b, d, text, nil, t, "")
}

func (s *Session) identityInsert(f *frame, name string, on bool) error {
	b := newBinder(s, f)
	d, t, err := b.target(nameOf(name), "INSERT")
	if err != nil {
		return err
	}
	full := d.full(t)
	if on && s.identityOn != "" && s.identityOn != full {
		return errf(8107, 16, 1, "IDENTITY_INSERT is already ON for table '%s'. Cannot perform SET operation for table '%s'.", s.identityOn, t.name)
	}
	s.identityOn = ""
	if on {
		s.identityOn = full
	}
	return nil
}
