package tsql

import (
	"context"
	"fmt"
	"strings"

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
