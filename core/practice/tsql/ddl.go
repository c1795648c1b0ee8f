package tsql

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// ddl runs the statements that create, alter and drop.
func (s *Session) ddl(f *frame, st stmt) error {
	switch v := st.(type) {
	case *createTableStmt:
		_, err := s.createTable(f, v)
		return err
	case *alterTableStmt:
		return s.alterTable(f, v)
	case *createIndexStmt:
		return s.createIndex(f, v)
	case *dropIndexStmt:
		return s.dropIndex(f, v)
	case *dropStmt:
		return s.drop(f, v)
	case *createDatabaseStmt:
		return s.createDatabase(v)
	case *alterDatabaseStmt:
		return s.alterDatabase(v)
	case *createSchemaStmt:
		return s.createSchema(f, v)
	}
	return errUnsupported("this statement")
}

// place is the database and schema where a new object goes.
func (s *Session) place(n *objName) (*Database, error) {
	if strings.HasPrefix(n.name, "#") {
		n.schema = "dbo"
		return s.tempDatabase(), nil
	}
	d, err := s.database(n.db)
	if err != nil {
		return nil, err
	}
	if n.schema == "" {
		n.schema = "dbo"
	}
	if err := s.permitDDL(d, "CREATE TABLE"); err != nil {
		return nil, err
	}
	for name := range s.catalog(d).schemas {
		if d.coll.sameName(name, n.schema) && !systemSchema(name) {
			n.schema = name
			return d, nil
		}
	}
	return nil, errf(2760, 16, 1, "The specified schema name \"%s\" either does not exist or you do not have permission to use it.", n.schema)
}

// tempDatabase is the session's own, for #tables.
func (s *Session) tempDatabase() *Database {
	if s.temp == nil {
		main := s.srv.Database("tempdb")
		cfg := *main.conf()
		cfg.Collation = s.db.conf().Collation
		s.temp = newDatabase(s.srv, main.id, cfg)
		s.temp.temp, s.temp.alias = true, "temp"
	}
	return s.temp
}

func (s *Session) dropTemp(ctx context.Context) error {
	if s.temp == nil {
		return nil
	}
	for _, t := range s.temp.cat.Load().tables {
		if _, err := s.conn.exec(ctx, "DROP TABLE "+s.temp.physName(t)); err != nil {
			return err
		}
	}
	s.temp = nil
	return nil
}

func (s *Session) createTable(f *frame, v *createTableStmt) (*Database, error) {
	n := v.name
	d, err := s.place(&n)
	if err != nil {
		return nil, err
	}
	return d, s.write(f.ctx, d, func() error {
		if d.find(s.catalog(d), n.schema, n.name) != nil {
			return errf(2714, 16, 6, "There is already an object named '%s' in the database.", n.name)
		}
		id := d.newID()
		t := &table{id: id, schema: n.schema, name: n.name, phys: fmt.Sprintf("t%d", id), created: s.srv.cfg.Now().UTC(), nextCol: 1}
		if len(v.cols) == 0 {
			return errf(173, 15, 1, "The definition for column '%s' must include a data type.", n.name)
		}
		cons := append([]constraintDef(nil), v.constraints...)
		for _, def := range v.cols {
			if d.column(t, def.name) != nil {
				return errf(2705, 16, 3, "Column names in each table must be unique. Column name '%s' in table '%s' is specified more than once.", def.name, n.name)
			}
			c, err := s.newColumn(d, t, def)
			if err != nil {
				return err
			}
			t.cols = append(t.cols, c)
			for _, k := range def.cons {
				k.cols = []string{def.name}
				cons = append(cons, k)
			}
		}
		return s.storeTable(f, d, t, v, cons)
	})
}

func (s *Session) storeTable(f *frame, d *Database, t *table, v *createTableStmt, cons []constraintDef) error {
	primary := 0
	for _, k := range cons {
		if k.kind != "PRIMARY KEY" {
			continue
		}
		if primary++; primary > 1 {
			return errf(8110, 16, 0, "Cannot add multiple PRIMARY KEY constraints to table '%s'.", t.name)
		}
		if err := primaryNotNull(d, t, v.cols, k); err != nil {
			return err
		}
	}
	parts := make([]string, len(t.cols))
	for i, c := range t.cols {
		parts[i] = c.storage()
	}
	if _, err := s.conn.exec(f.ctx, "CREATE TABLE "+d.physName(t)+" ("+strings.Join(parts, ", ")+")"); err != nil {
		return err
	}
	for _, k := range cons {
		if err := s.addConstraint(f, d, t, k); err != nil {
			return err
		}
	}
	s.change(d).tables[d.key(t.schema, t.name)] = t
	return nil
}

// primaryNotNull makes the columns of a primary key NOT NULL.
func primaryNotNull(d *Database, t *table, defs []columnDef, k constraintDef) error {
	for _, name := range k.cols {
		c := d.column(t, name)
		if c == nil {
			return errf(1911, 16, 1, "Column name '%s' does not exist in the target table or view.", name)
		}
		for _, def := range defs {
			if def.name == c.name && def.hasNull && def.null {
				return errf(8111, 16, 1, "Cannot define PRIMARY KEY constraint on nullable column in table '%s'.", t.name)
			}
		}
		c.null = false
	}
	return nil
}

func (s *Session) newColumn(d *Database, t *table, def columnDef) (*column, error) {
	c := &column{
		id: t.nextCol, name: def.name, phys: fmt.Sprintf("c%d", t.nextCol), t: def.t, null: !def.hasNull || def.null,
		def: def.def, defText: def.defText, defName: def.defName, rowGUID: def.rowGUID,
	}
	t.nextCol++
	if isString(def.t.Kind) {
		c.coll, c.c = d.conf().Collation, d.coll
		if def.collate != "" && !strings.EqualFold(def.collate, "database_default") {
			k, ok := collationOf(def.collate)
			if !ok {
				return nil, errf(448, 16, 3, "Invalid collation '%s'.", def.collate)
			}
			c.coll, c.c = def.collate, k
		}
	}
	if def.def != nil && c.defName == "" {
		c.defName = autoName("DF", t.name, d.newID())
	}
	if def.identity != nil {
		for _, o := range t.cols {
			if o.identity != 0 {
				return nil, errf(2744, 16, 2, "Multiple identity columns specified for table '%s'. Only one identity column per table is allowed.", t.name)
			}
		}
		if !isInt(def.t.Kind) || def.t.Kind == tds.Bit {
			if def.t.Kind != tds.Decimal || def.t.Scale != 0 {
				return nil, errf(2749, 16, 2, "Identity column '%s' must be of data type int, bigint, smallint, tinyint, or decimal or numeric with a scale of 0, unencrypted, and constrained to be nonnullable.", def.name)
			}
			return nil, errUnsupported("IDENTITY on numeric")
		}
		st := &identityState{}
		st.next.Store(def.identity.seed)
		st.incr.Store(def.identity.incr)
		st.last.Store(def.identity.seed)
		c.identity, c.seed, c.incr, c.null = identityIDs.Add(1), def.identity.seed, def.identity.incr, false
		identities.Store(c.identity, st)
	}
	return c, nil
}

func autoName(prefix, table string, id int32) string {
	return fmt.Sprintf("%s__%s__%08X", prefix, clip(table, 9), uint32(id)*2654435761)
}

// addConstraint makes a key of a table that is being created or altered.
func (s *Session) addConstraint(f *frame, d *Database, t *table, k constraintDef) error {
	ix := &index{id: len(t.indexes) + 1, name: k.name, unique: true, constraint: true, primary: k.kind == "PRIMARY KEY", objectID: d.newID()}
	if ix.name == "" {
		ix.name = autoName(map[bool]string{true: "PK", false: "UQ"}[ix.primary], t.name, ix.objectID)
	}
	for _, name := range k.cols {
		c := d.column(t, name)
		if c == nil {
			return errf(1911, 16, 1, "Column name '%s' does not exist in the target table or view.", name)
		}
		ix.cols = append(ix.cols, c)
	}
	return s.storeIndex(f, d, t, ix)
}

// storeIndex creates an index. In SQL Server a unique index takes one NULL only,
// which SQLite needs expressions for.
func (s *Session) storeIndex(f *frame, d *Database, t *table, ix *index) error {
	ix.phys = fmt.Sprintf("ix%d", d.newID())
	keys := make([]string, 0, len(ix.cols))
	null := false
	for _, c := range ix.cols {
		if isLOB(c.t.Kind) || c.t.Kind == tds.XML || c.t.Length == -1 {
			return errf(1919, 16, 1, "Column '%s' in table '%s' is of a type that is invalid for use as a key column in an index.", c.name, t.name)
		}
		null = null || c.null
		keys = append(keys, c.phys)
	}
	if ix.unique && null {
		for i, c := range ix.cols {
			if c.null {
				keys[i] = "(" + c.phys + " IS NULL), ifnull(" + c.phys + ", 0)" + collateSuffix(c.t, c.c)
			}
		}
	}
	unique := ""
	if ix.unique {
		unique = "UNIQUE "
	}
	_, err := s.conn.exec(f.ctx, "CREATE "+unique+"INDEX "+d.alias+"."+ix.phys+" ON "+t.phys+" ("+strings.Join(keys, ", ")+")")
	if err != nil {
		if strings.Contains(err.Error(), "UNIQUE constraint failed") {
			return errf(1505, 16, 1, "The CREATE UNIQUE INDEX statement terminated because a duplicate key was found for the object name '%s.%s' and the index name '%s'.", t.schema, t.name, ix.name)
		}
		return err
	}
	t.indexes = append(t.indexes, ix)
	return nil
}

// alter runs a change of an existing table on a copy of its description.
func (s *Session) alter(f *frame, n objName, fn func(d *Database, t *table) error) error {
	b := newBinder(s, f)
	d, t, err := b.resolve(n)
	if err != nil || t == nil || !s.allowed(d, "ALTER") {
		return errf(4902, 16, 1, "Cannot find the object \"%s\" because it does not exist or you do not have permissions.", n.String())
	}
	return s.write(f.ctx, d, func() error {
		x := *t
		x.cols = append([]*column(nil), t.cols...)
		x.indexes = append([]*index(nil), t.indexes...)
		if err := fn(d, &x); err != nil {
			return err
		}
		s.change(d).tables[d.key(x.schema, x.name)] = &x
		return nil
	})
}

func (s *Session) alterTable(f *frame, v *alterTableStmt) error {
	return s.alter(f, v.name, func(d *Database, t *table) error {
		for _, def := range v.add {
			if err := s.addColumn(f, d, t, def); err != nil {
				return err
			}
		}
		for _, k := range v.constraints {
			if err := s.addLater(f, d, t, k); err != nil {
				return err
			}
		}
		for _, name := range v.dropCols {
			if err := s.dropColumn(f, d, t, name, v.ifExists); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Session) addLater(f *frame, d *Database, t *table, k constraintDef) error {
	if k.kind == "DEFAULT" {
		c := d.column(t, k.cols[0])
		if c == nil {
			return errf(1752, 16, 0, "Column '%s' in table '%s' is invalid for creating a default constraint.", k.cols[0], t.name)
		}
		x := *c
		x.def, x.defText, x.defName = k.def, k.text, k.name
		for i := range t.cols {
			if t.cols[i] == c {
				t.cols[i] = &x
			}
		}
		return nil
	}
	if k.kind == "PRIMARY KEY" {
		if t.primary() != nil {
			return errf(1779, 16, 0, "Table '%s' already has a primary key defined on it.", t.name)
		}
		for _, name := range k.cols {
			if c := d.column(t, name); c != nil && c.null {
				return errf(8111, 16, 1, "Cannot define PRIMARY KEY constraint on nullable column in table '%s'.", t.name)
			}
		}
	}
	return s.addConstraint(f, d, t, k)
}

func (s *Session) addColumn(f *frame, d *Database, t *table, def columnDef) error {
	if d.column(t, def.name) != nil {
		return errf(2705, 16, 4, "Column names in each table must be unique. Column name '%s' in table '%s' is specified more than once.", def.name, t.name)
	}
	if def.identity != nil || len(def.cons) > 0 {
		return errUnsupported("ALTER TABLE ADD of an identity or key column")
	}
	c, err := s.newColumn(d, t, def)
	if err != nil {
		return err
	}
	text := c.storage()
	if !c.null {
		empty, err := s.conn.query(f.ctx, "SELECT 1 FROM "+d.physName(t)+" LIMIT 1", nil)
		if err != nil {
			return err
		}
		row := make([]any, 0)
		n, err := s.sendRows(&frame{ctx: f.ctx, w: &keeper{last: row}}, rawCols(1), empty)
		if err != nil {
			return err
		}
		if err := empty.Close(); err != nil {
			return err
		}
		if n > 0 && c.def == nil {
			return errf(4901, 16, 1, "ALTER TABLE only allows columns to be added that can contain nulls, or have a DEFAULT definition specified, or the column being added is an identity or timestamp column, "+
				"or alternatively if none of the previous conditions are satisfied the table must be empty to allow addition of this column. Column '%s' cannot be added to non-empty table '%s' because it does not satisfy these conditions.", c.name, t.name)
		}
		text += " DEFAULT 0"
	}
	if _, err := s.conn.exec(f.ctx, "ALTER TABLE "+d.physName(t)+" ADD COLUMN "+text); err != nil {
		return err
	}
	t.cols = append(t.cols, c)
	if c.null || c.def == nil {
		return nil
	}
	value, err := s.evalAs(f, c.def, c.t)
	if err != nil {
		return err
	}
	_, err = s.conn.exec(f.ctx, "UPDATE "+d.physName(t)+" SET "+c.phys+" = ?1", value)
	return err
}

func (s *Session) dropColumn(f *frame, d *Database, t *table, name string, ifExists bool) error {
	c := d.column(t, name)
	if c == nil {
		if ifExists {
			return nil
		}
		return errf(4924, 16, 1, "ALTER TABLE DROP COLUMN failed because column '%s' does not exist in table '%s'.", name, t.name)
	}
	for _, ix := range t.indexes {
		for _, k := range ix.cols {
			if k.phys == c.phys {
				return errf(5074, 16, 1, "The object '%s' is dependent on column '%s'.", ix.name, c.name)
			}
		}
	}
	if _, err := s.conn.exec(f.ctx, "ALTER TABLE "+d.physName(t)+" DROP COLUMN "+c.phys); err != nil {
		return err
	}
	for i := range t.cols {
		if t.cols[i] == c {
			t.cols = append(t.cols[:i:i], t.cols[i+1:]...)
			return nil
		}
	}
	return nil
}

func (s *Session) createIndex(f *frame, v *createIndexStmt) error {
	b := newBinder(s, f)
	if d, t, err := b.resolve(v.table); err != nil || t == nil || !s.allowed(d, "ALTER") {
		return errf(1088, 16, 12, "Cannot find the object \"%s\" because it does not exist or you do not have permissions.", v.table.String())
	}
	return s.alter(f, v.table, func(d *Database, t *table) error {
		for _, ix := range t.indexes {
			if d.coll.sameName(ix.name, v.name) {
				return errf(1913, 16, 1, "The operation failed because an index or statistics with name '%s' already exists on table '%s.%s'.", v.name, t.schema, t.name)
			}
		}
		ix := &index{id: len(t.indexes) + 2, name: v.name, unique: v.unique}
		for _, name := range append(append([]string(nil), v.cols...), v.include...) {
			c := d.column(t, name)
			if c == nil {
				return errf(1911, 16, 1, "Column name '%s' does not exist in the target table or view.", name)
			}
			if len(ix.cols) < len(v.cols) {
				ix.cols = append(ix.cols, c)
			}
		}
		return s.storeIndex(f, d, t, ix)
	})
}

func (s *Session) dropIndex(f *frame, v *dropIndexStmt) error {
	return s.alter(f, v.table, func(d *Database, t *table) error {
		for i, ix := range t.indexes {
			if !d.coll.sameName(ix.name, v.name) {
				continue
			}
			if ix.constraint {
				return errf(3723, 16, 4, "An explicit DROP INDEX is not allowed on index '%s.%s'. It is being used for constraint enforcement.", t.name, ix.name)
			}
			t.indexes = append(t.indexes[:i:i], t.indexes[i+1:]...)
			_, err := s.conn.exec(f.ctx, "DROP INDEX "+d.alias+"."+ix.phys)
			return err
		}
		if v.ifExists {
			return nil
		}
		return errf(3701, 11, 7, "Cannot drop the index '%s.%s', because it does not exist or you do not have permission.", t.name, v.name)
	})
}

func (s *Session) drop(f *frame, v *dropStmt) error {
	for _, n := range v.names {
		var err error
		switch v.kind {
		case "TABLE":
			err = s.dropTable(f, n, v.ifExists)
		case "DATABASE":
			err = s.dropDatabase(n.name, v.ifExists)
		default:
			err = s.dropSchema(f, n.name, v.ifExists)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) dropTable(f *frame, n objName, ifExists bool) error {
	b := newBinder(s, f)
	d, t, err := b.resolve(n)
	if err != nil || t == nil || !s.allowed(d, "ALTER") {
		if ifExists {
			return nil
		}
		return errf(3701, 11, 5, "Cannot drop the table '%s', because it does not exist or you do not have permission.", n.String())
	}
	return s.write(f.ctx, d, func() error {
		if _, err := s.conn.exec(f.ctx, "DROP TABLE "+d.physName(t)); err != nil {
			return err
		}
		c := s.change(d)
		delete(c.tables, d.key(t.schema, t.name))
		c.props = dropProps(c.props, t.id)
		return nil
	})
}

func dropProps(list []property, id int32) []property {
	out := list[:0:0]
	for _, p := range list {
		if p.class != 1 || p.major != id {
			out = append(out, p)
		}
	}
	return out
}

func (s *Session) mayCreateDatabase() error {
	if s.sysadmin() || contains(s.login.ServerRoles, "dbcreator") {
		return nil
	}
	return errf(262, 14, 1, "CREATE DATABASE permission denied in database 'master'.")
}

func (s *Session) createDatabase(v *createDatabaseStmt) error {
	if err := s.mayCreateDatabase(); err != nil {
		return err
	}
	if s.tx.count > 0 {
		return errf(226, 16, 5, "CREATE DATABASE statement not allowed within multi-statement transaction.")
	}
	_, err := s.srv.AddDatabase(DatabaseConfig{Name: v.name, Collation: v.collate, Owner: s.login.Name, Created: time.Time{}})
	return err
}

func (s *Session) dropDatabase(name string, ifExists bool) error {
	d := s.srv.Database(name)
	switch {
	case d == nil && ifExists:
		return nil
	case d == nil, !s.sysadmin() && !s.owner(d):
		return errf(3701, 11, 1, "Cannot drop the database '%s', because it does not exist or you do not have permission.", name)
	case s.tx.count > 0:
		return errf(226, 16, 6, "DROP DATABASE statement not allowed within multi-statement transaction.")
	case systemDatabases[strings.ToLower(d.conf().Name)]:
		return errf(3708, 16, 1, "Cannot drop the database '%s' because it is a system database.", name)
	}
	for _, o := range s.srv.open() {
		if o.db == d {
			return errf(3702, 16, 3, "Cannot drop database \"%s\" because it is currently in use.", name)
		}
	}
	s.srv.remove(d)
	return nil
}

func (s *Server) remove(d *Database) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.databases {
		if s.databases[i] == d {
			s.databases = append(s.databases[:i:i], s.databases[i+1:]...)
			break
		}
	}
	d.dropped.Store(true)
}

func (s *Session) alterDatabase(v *alterDatabaseStmt) error {
	name := v.name
	if name == "" {
		name = s.db.conf().Name
	}
	d := s.srv.Database(name)
	if d == nil || !s.owner(d) {
		return errf(5011, 14, 7, "User does not have permission to alter database '%s', the database does not exist, or the database is not in a state that allows access checks.", name)
	}
	var change func(*DatabaseConfig)
	switch v.option {
	case "READ_ONLY", "READ_WRITE":
		change = func(c *DatabaseConfig) { c.ReadOnly = v.option == "READ_ONLY" }
	case "SINGLE_USER", "MULTI_USER", "RESTRICTED_USER":
		change = func(c *DatabaseConfig) { c.UserAccess = v.option }
	case "ONLINE", "OFFLINE", "EMERGENCY":
		change = func(c *DatabaseConfig) { c.State = v.option }
	case "RECOVERY":
		change = func(c *DatabaseConfig) { c.Recovery = v.value }
	case "COMPATIBILITY_LEVEL":
		change = func(c *DatabaseConfig) { c.Compatibility = num(v.value) }
	default:
		return errUnsupported("ALTER DATABASE SET " + v.option)
	}
	return s.srv.SetDatabase(name, change)
}

func (s *Session) createSchema(f *frame, v *createSchemaStmt) error {
	d := s.db
	if err := s.permitDDL(d, "ALTER ANY SCHEMA"); err != nil {
		return err
	}
	return s.write(f.ctx, d, func() error {
		c := s.change(d)
		for name := range c.schemas {
			if d.coll.sameName(name, v.name) {
				return errf(2714, 16, 6, "There is already an object named '%s' in the database.", v.name)
			}
		}
		c.schemas[v.name] = len(c.schemas) + 1
		return nil
	})
}

func (s *Session) dropSchema(f *frame, name string, ifExists bool) error {
	d := s.db
	return s.write(f.ctx, d, func() error {
		c := s.change(d)
		for have := range c.schemas {
			if !d.coll.sameName(have, name) || c.schemas[have] <= 4 {
				continue
			}
			for _, t := range c.tables {
				if t.schema == have {
					return errf(3729, 16, 1, "Cannot drop schema '%s' because it is being referenced by object '%s'.", have, t.name)
				}
			}
			delete(c.schemas, have)
			return nil
		}
		if ifExists {
			return nil
		}
		return errf(15151, 16, 1, "Cannot drop the schema '%s', because it does not exist or you do not have permission.", name)
	})
}
