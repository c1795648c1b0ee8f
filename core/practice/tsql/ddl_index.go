package tsql

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

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
