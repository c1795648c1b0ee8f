package tsql

import (
	"strings"
)

// propertyTarget finds what the levels of an extended property name.
func (s *Session) propertyTarget(a map[string]*procArg) (property, error) {
	var p property
	p.name, _ = a["@name"].text()
	l0, has0 := a["@level0type"].text()
	n0, _ := a["@level0name"].text()
	l1, has1 := a["@level1type"].text()
	n1, _ := a["@level1name"].text()
	l2, has2 := a["@level2type"].text()
	n2, _ := a["@level2name"].text()
	bad := errf(15600, 15, 1, "An invalid parameter or option was specified for procedure 'sp_addextendedproperty'.")
	if p.name == "" {
		return p, bad
	}
	if !has0 {
		return p, nil
	}
	if !strings.EqualFold(l0, "SCHEMA") || has2 && !strings.EqualFold(l2, "COLUMN") || has1 && !strings.EqualFold(l1, "TABLE") {
		return p, errUnsupported("extended property of " + strings.Trim(l0+" "+l1+" "+l2, " "))
	}
	cat := s.catalog(s.db)
	missing := func(name string) error {
		return errf(15135, 16, 8, "Object is invalid. Extended properties are not permitted on '%s', or the object does not exist.", name)
	}
	if !has1 {
		for name, id := range cat.schemas {
			if s.db.coll.sameName(name, n0) {
				p.class, p.major, p.schema = 3, int32(id), name
				return p, nil
			}
		}
		return p, missing(n0)
	}
	t := s.db.find(cat, n0, n1)
	if t == nil {
		return p, missing(n0 + "." + n1)
	}
	p.class, p.major, p.schema, p.object = 1, t.id, t.schema, t.name
	if has2 {
		c := s.db.column(t, n2)
		if c == nil {
			return p, missing(n0 + "." + n1 + "." + n2)
		}
		p.minor, p.column = c.id, c.name
	}
	return p, nil
}

func (p property) where() string {
	switch {
	case p.column != "":
		return p.schema + "." + p.object + "." + p.column
	case p.object != "":
		return p.schema + "." + p.object
	case p.schema != "":
		return p.schema
	}
	return "object specified"
}

func (d *Database) findProp(c *catalog, p property) int {
	for i, x := range c.props {
		if x.class == p.class && x.major == p.major && x.minor == p.minor && d.coll.sameName(x.name, p.name) {
			return i
		}
	}
	return -1
}

// changeProperty runs one of the three procedures of extended properties.
func (s *Session) changeProperty(f *frame, a map[string]*procArg, fn func(c *catalog, p property, at int) error) (int32, error) {
	if !s.allowed(s.db, "ALTER") {
		return 1, errf(15247, 16, 1, "User does not have permission to perform this action.")
	}
	p, err := s.propertyTarget(a)
	if err != nil {
		return 1, err
	}
	if v := a["@value"]; v != nil && v.value != nil {
		if err := checkConversion(v.t, typeVariant, false); err != nil && v.t.Length != -1 {
			return 1, err
		}
		if p.value, err = convert(v.value, v.t, typeVariant, 0); err != nil {
			return 1, err
		}
		if b, ok := v.value.(string); ok && 2*utf16Len(b) > 7500 {
			return 1, errf(15097, 16, 1, "The size associated with an extended property cannot be more than 7,500 bytes.")
		}
	}
	err = s.write(f.ctx, s.db, func() error {
		c := s.change(s.db)
		return fn(c, p, s.db.findProp(c, p))
	})
	if err != nil {
		return 1, err
	}
	return 0, nil
}

func (s *Session) addProperty(f *frame, a map[string]*procArg) (int32, error) {
	return s.changeProperty(f, a, func(c *catalog, p property, at int) error {
		if at >= 0 {
			return errf(15233, 16, 1, "Property cannot be added. Property '%s' already exists for '%s'.", p.name, p.where())
		}
		c.props = append(c.props, p)
		return nil
	})
}

func (s *Session) updateProperty(f *frame, a map[string]*procArg) (int32, error) {
	return s.changeProperty(f, a, func(c *catalog, p property, at int) error {
		if at < 0 {
			return errf(15217, 16, 1, "Property cannot be updated or deleted. Property '%s' does not exist for '%s'.", p.name, p.where())
		}
		c.props[at].value = p.value
		return nil
	})
}

func (s *Session) dropProperty(f *frame, a map[string]*procArg) (int32, error) {
	return s.changeProperty(f, a, func(c *catalog, p property, at int) error {
		if at < 0 {
			return errf(15217, 16, 2, "Property cannot be updated or deleted. Property '%s' does not exist for '%s'.", p.name, p.where())
		}
		c.props = append(c.props[:at:at], c.props[at+1:]...)
		return nil
	})
}
