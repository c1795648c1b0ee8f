package tsql

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
