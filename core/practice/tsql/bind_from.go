package tsql

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// from binds FROM and adds its sources to the scope.
func (b *binder) from(list []tableExpr, sc *scope) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	parts := make([]string, len(list))
	for i, t := range list {
		s, err := b.tableExpr(t, sc)
		if err != nil {
			return "", err
		}
		parts[i] = s
	}
	if err := b.uniqueNames(sc); err != nil {
		return "", err
	}
	return " FROM " + strings.Join(parts, " JOIN "), nil
}

func (b *binder) uniqueNames(sc *scope) error {
	for i, s := range sc.sources {
		for _, o := range sc.sources[:i] {
			if !b.coll().sameName(s.alias, o.alias) || s.aliased != o.aliased {
				continue
			}
			if s.aliased {
				return errf(1011, 16, 1, "The correlation name '%s' is specified multiple times in a FROM clause.", s.alias)
			}
			if s.db == o.db && s.schema == o.schema {
				return errf(1013, 16, 1, "The objects \"%s\" and \"%s\" in the FROM clause have the same exposed names. Use correlation names to distinguish them.", s.alias, o.alias)
			}
		}
	}
	return nil
}

func (b *binder) tableExpr(t tableExpr, sc *scope) (string, error) {
	switch v := t.(type) {
	case *tableRef:
		s, text, err := b.table(v)
		if err != nil {
			return "", atLine(err, v.line)
		}
		sc.sources = append(sc.sources, s)
		return text, nil
	case *derivedTable:
		return b.derived(v, sc)
	case *joinExpr:
		return b.join(v, sc)
	case *tableFunc:
		return b.tableFunc(v, sc)
	}
	return "", errSyntax("FROM")
}

func (b *binder) join(v *joinExpr, sc *scope) (string, error) {
	first := len(sc.sources)
	l, err := b.tableExpr(v.l, sc)
	if err != nil {
		return "", err
	}
	mid := len(sc.sources)
	r, err := b.tableExpr(v.r, sc)
	if err != nil {
		return "", err
	}
	if v.kind == "LEFT" || v.kind == "FULL" {
		for _, s := range sc.sources[mid:] {
			s.outer = true
		}
	}
	if v.kind == "RIGHT" || v.kind == "FULL" {
		for _, s := range sc.sources[first:mid] {
			s.outer = true
		}
	}
	if v.kind == "CROSS" {
		return "(" + l + " JOIN " + r + ")", nil
	}
	on := &scope{parent: sc.parent, sources: sc.sources[first:], noAgg: "ON"}
	c, err := b.condition(v.on, on)
	if err != nil {
		return "", err
	}
	return "(" + l + " " + v.kind + " JOIN " + r + " ON " + c + ")", nil
}

func (b *binder) derived(v *derivedTable, sc *scope) (string, error) {
	var q boundQuery
	var err error
	if v.sel != nil {
		q, err = b.subselect(v.sel, sc.parent, false)
	} else {
		q, err = b.values(v.rows, sc.parent)
	}
	if err != nil {
		return "", err
	}
	cols, err := derivedCols(b, q.cols, v.cols, v.alias)
	if err != nil {
		return "", err
	}
	s := &source{alias: v.alias, aliased: true, sql: b.alias(), cols: cols}
	for i := range s.cols {
		s.cols[i].sql = s.sql + "." + s.cols[i].sql
	}
	sc.sources = append(sc.sources, s)
	return "(" + q.sql + ") AS " + s.sql, nil
}

// values binds a table value constructor.
func (b *binder) values(rows [][]expr, parent *scope) (boundQuery, error) {
	var q boundQuery
	bound := make([][]bx, len(rows))
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return q, errf(10709, 16, 1, "The number of columns for each row in a table value constructor must be the same.")
		}
		for j, x := range row {
			e, err := b.value(x, parent)
			if err != nil {
				return q, err
			}
			bound[i] = append(bound[i], e)
			if i == 0 {
				q.cols = append(q.cols, outCol{t: e.t, null: e.null, c: e.c})
				continue
			}
			q.cols[j].t = unify(q.cols[j].t, e.t)
			q.cols[j].null = q.cols[j].null || e.null
		}
	}
	parts := make([]string, len(bound))
	for i, row := range bound {
		items := make([]string, len(row))
		for j, e := range row {
			e, err := b.conv(e, q.cols[j].t, false)
			if err != nil {
				return q, err
			}
			items[j] = e.sql + " AS " + colName(j)
		}
		parts[i] = "SELECT " + strings.Join(items, ", ")
	}
	q.sql = strings.Join(parts, " UNION ALL ")
	return q, nil
}

var lockingHints = words("UPDLOCK XLOCK TABLOCKX HOLDLOCK SERIALIZABLE REPEATABLEREAD")

// table binds a table, view or CTE.
func (b *binder) table(v *tableRef) (*source, string, error) {
	for _, h := range v.hints {
		b.lock = b.lock || lockingHints[h]
	}
	s := &source{alias: v.name.name, table: v.name.name, schema: v.name.schema, sql: b.alias()}
	if v.alias != "" {
		s.alias, s.aliased = v.alias, true
	}
	if v.name.server != "" {
		return nil, "", errf(7202, 11, 2, "Could not find server '%s' in sys.servers. Verify that the correct server name was specified. "+
			"If necessary, execute the stored procedure sp_addlinkedserver to add the server to sys.servers.", v.name.server)
	}
	if v.name.db == "" && v.name.schema == "" {
		if c := b.cte(v.name.name); c != nil {
			c.recursive = c.recursive || c.inUse
			s.cols = append([]srcCol(nil), c.cols...)
			qualify(s)
			return s, c.sql + " AS " + s.sql, nil
		}
	}
	db, t, err := b.resolve(v.name)
	if err != nil {
		return nil, "", err
	}
	s.db = db
	if t == nil {
		text, err := b.systemView(v.name, db, s, nil)
		return s, text, err
	}
	if err := b.s.permit(db, t, "SELECT"); err != nil {
		return nil, "", err
	}
	b.uses[db] = true
	s.schema, s.tab, s.table = t.schema, t, t.name
	if !s.aliased {
		s.alias = t.name
	}
	s.cols = tableCols(db, t)
	qualify(s)
	return s, db.physName(t) + " AS " + s.sql, nil
}

func qualify(s *source) {
	for i := range s.cols {
		s.cols[i].sql = s.sql + "." + s.cols[i].sql
	}
}

func tableCols(_ *Database, t *table) []srcCol {
	out := make([]srcCol, len(t.cols))
	for i, c := range t.cols {
		out[i] = srcCol{name: c.name, sql: c.phys, t: c.t, null: c.null, c: c.c, ident: c.identity != 0}
	}
	return out
}

func (b *binder) cte(name string) *boundCTE {
	for i := len(b.ctes) - 1; i >= 0; i-- {
		if b.coll().sameName(b.ctes[i].name, name) {
			return b.ctes[i]
		}
	}
	return nil
}

// resolve finds the database and table of a name. The table is nil for a name
// in sys or INFORMATION_SCHEMA, or one of msdb's history tables.
func (b *binder) resolve(n objName) (*Database, *table, error) {
	if strings.HasPrefix(n.name, "#") {
		db := b.s.temp
		if db == nil {
			return nil, nil, errNoObject(n.name)
		}
		t := db.find(b.s.catalog(db), "dbo", n.name)
		if t == nil {
			return nil, nil, errNoObject(n.name)
		}
		return db, t, nil
	}
	if n.db != "" && b.s.srv.Database(n.db) == nil {
		return nil, nil, errNoObject(n.String())
	}
	db, err := b.s.database(n.db)
	if err != nil {
		return nil, nil, err
	}
	if systemSchema(n.schema) || strings.EqualFold(db.conf().Name, "msdb") {
		if systemViewOf(n) != nil {
			return db, nil, nil
		}
		if systemSchema(n.schema) {
			return nil, nil, errNoObject(n.String())
		}
	}
	t := db.find(b.s.catalog(db), n.schema, n.name)
	if t == nil {
		return nil, nil, errNoObject(n.String())
	}
	return db, t, nil
}

func systemSchema(s string) bool {
	return strings.EqualFold(s, "sys") || strings.EqualFold(s, "INFORMATION_SCHEMA")
}

// systemView adds a catalogue view: its rows come as one JSON argument.
func (b *binder) systemView(n objName, db *Database, s *source, args []any) (string, error) {
	v := systemViewOf(n)
	if v == nil {
		return "", errNoObject(n.String())
	}
	if contains(b.s.srv.cfg.HiddenViews, n.name) && !b.s.sysadmin() {
		return "", errf(297, 16, 1, "The user does not have permission to perform this action.")
	}
	rows, err := v.rows(b.s, db, args)
	if err != nil {
		return "", err
	}
	names := make([]string, len(v.cols))
	picks := make([]string, len(v.cols))
	s.cols = make([]srcCol, len(v.cols))
	for i, c := range v.cols {
		names[i] = colName(i)
		picks[i] = fmt.Sprintf("json_extract(value, '$[%d]')", i)
		if isBlob(c.t.Kind) {
			picks[i] = "unhex(" + picks[i] + ")"
		}
		s.cols[i] = srcCol{name: c.name, sql: colName(i), t: c.t, null: true, c: db.coll}
	}
	qualify(s)
	text, err := viewJSON(v, rows)
	if err != nil {
		return "", err
	}
	name := b.alias()
	b.with = append(b.with, fmt.Sprintf("%s(%s) AS MATERIALIZED (SELECT %s FROM json_each(%s))", name, strings.Join(names, ", "), strings.Join(picks, ", "), b.arg(text)))
	return name + " AS " + s.sql, nil
}

func isBlob(k tds.Kind) bool {
	return isBinary(k) || k == tds.UniqueIdentifier || k == tds.SQLVariant || k == tds.DateTimeOffset
}

func viewJSON(v *sysView, rows [][]any) (string, error) {
	out := make([][]any, len(rows))
	for i, row := range rows {
		out[i] = make([]any, len(v.cols))
		for j, x := range row {
			p := pack(v.cols[j].t, x)
			if blob, ok := p.([]byte); ok {
				p = hex.EncodeToString(blob)
			}
			out[i][j] = p
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("rows of a catalogue view: %w", err)
	}
	return string(text), nil
}

func (b *binder) tableFunc(v *tableFunc, sc *scope) (string, error) {
	if !systemFunction(v.name) {
		return "", atLine(errNoObject(v.name.String()), v.line)
	}
	args := make([]any, len(v.args))
	for i, a := range v.args {
		if _, ok := a.(*defaultExpr); ok {
			continue
		}
		if n, ok := a.(*nameExpr); ok && strings.EqualFold(n.parts[0], "default") {
			continue
		}
		x, err := b.s.eval(b.f, a)
		if err != nil {
			return "", err
		}
		args[i] = x.value
	}
	s := &source{alias: v.name.name, table: v.name.name, schema: v.name.schema, sql: b.alias(), db: b.s.db}
	if v.alias != "" {
		s.alias, s.aliased = v.alias, true
	}
	n := v.name
	n.schema = "sys"
	text, err := b.systemView(n, b.s.db, s, args)
	if err != nil {
		return "", err
	}
	for i, c := range v.cols {
		if i < len(s.cols) {
			s.cols[i].name = c
		}
	}
	sc.sources = append(sc.sources, s)
	return text, nil
}
