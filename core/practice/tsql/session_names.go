package tsql

import (
	"strings"
)

// byID finds a database by number.
func (s *Server) byID(id int64) *Database {
	for _, d := range s.all() {
		if int64(d.id) == id {
			return d
		}
	}
	return nil
}

func fnDBName(s *Session, a []any) (any, error) {
	if len(a) == 0 {
		return s.db.conf().Name, nil
	}
	id, ok := intAt(a, 0)
	if id == 0 && ok {
		return s.db.conf().Name, nil
	}
	if d := s.srv.byID(id); ok && d != nil {
		return d.conf().Name, nil
	}
	return nil, nil
}

func fnDBID(s *Session, a []any) (any, error) {
	if len(a) == 0 {
		return int64(s.db.id), nil
	}
	name, ok := argAt(a, 0)
	if d := s.srv.Database(name); ok && d != nil {
		return int64(d.id), nil
	}
	return nil, nil
}

// findObject resolves a name as OBJECT_ID does.
func (s *Session) findObject(name string) (*Database, *table, *sysView) {
	n := nameOf(name)
	if strings.HasPrefix(n.name, "#") {
		if s.temp == nil {
			return nil, nil, nil
		}
		return s.temp, s.temp.find(s.catalog(s.temp), "dbo", n.name), nil
	}
	d, err := s.database(n.db)
	if err != nil {
		return nil, nil, nil
	}
	if systemSchema(n.schema) {
		return d, nil, systemViewOf(n)
	}
	return d, d.find(s.catalog(d), n.schema, n.name), nil
}

func fnObjectID(s *Session, a []any) (any, error) {
	name, ok := argAt(a, 0)
	if !ok {
		return nil, nil
	}
	kind, has := argAt(a, 1)
	kind = strings.ToUpper(strings.TrimSpace(kind))
	_, t, v := s.findObject(name)
	switch {
	case t != nil && (!has || kind == "U"):
		return int64(t.id), nil
	case v != nil && (!has || kind == "V"):
		return -int64(v.id), nil
	}
	return nil, nil
}

func (s *Session) objectByID(a []any) *table {
	id, ok := intAt(a, 0)
	d := s.db
	if n, has := intAt(a, 1); has && len(a) > 1 {
		d = s.srv.byID(n)
	}
	if !ok || d == nil {
		return nil
	}
	for _, t := range s.catalog(d).tables {
		if int64(t.id) == id {
			return t
		}
	}
	return nil
}

func fnObjectName(s *Session, a []any) (any, error) {
	if t := s.objectByID(a); t != nil {
		return t.name, nil
	}
	return nil, nil
}

func fnObjectSchema(s *Session, a []any) (any, error) {
	if t := s.objectByID(a); t != nil {
		return t.schema, nil
	}
	return nil, nil
}

func fnSchemaName(s *Session, a []any) (any, error) {
	if len(a) == 0 {
		return "dbo", nil
	}
	id, ok := intAt(a, 0)
	for name, n := range s.catalog(s.db).schemas {
		if ok && int64(n) == id {
			return name, nil
		}
	}
	return nil, nil
}

func fnSchemaID(s *Session, a []any) (any, error) {
	name, ok := argAt(a, 0)
	if len(a) == 0 {
		name, ok = "dbo", true
	}
	for have, n := range s.catalog(s.db).schemas {
		if ok && s.db.coll.sameName(have, name) {
			return int64(n), nil
		}
	}
	return nil, nil
}

func fnTypeName(_ *Session, a []any) (any, error) {
	id, ok := intAt(a, 0)
	for k, n := range systemTypeIDs {
		if ok && int64(n) == id {
			return catalogTypeName(k), nil
		}
	}
	return nil, nil
}

func fnColName(s *Session, a []any) (any, error) {
	t := s.objectByID(a[:1])
	id, ok := intAt(a, 1)
	if t == nil || !ok {
		return nil, nil
	}
	for _, c := range t.cols {
		if int64(c.id) == id {
			return c.name, nil
		}
	}
	return nil, nil
}

func fnColLength(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	col, _ := argAt(a, 1)
	d, t, _ := s.findObject(name)
	if t == nil {
		return nil, nil
	}
	if c := d.column(t, col); c != nil {
		return int64(maxLength(c.t)), nil
	}
	return nil, nil
}

func fnObjectProperty(s *Session, a []any) (any, error) {
	t := s.objectByID(a[:1])
	name, _ := argAt(a, 1)
	if t == nil {
		return nil, nil
	}
	switch strings.ToUpper(name) {
	case "ISUSERTABLE", "ISTABLE":
		return int64(1), nil
	case "ISVIEW", "ISPROCEDURE", "ISMSSHIPPED", "ISTRIGGER":
		return int64(0), nil
	case "TABLEHASPRIMARYKEY":
		return boolInt(t.primary() != nil), nil
	case "TABLEHASIDENTITY":
		for _, c := range t.cols {
			if c.identity != 0 {
				return int64(1), nil
			}
		}
		return int64(0), nil
	}
	return nil, nil
}
