package tsql

func rowsProperties(s *Session, d *Database, _ []any) ([][]any, error) {
	desc := map[int]string{0: "DATABASE", 1: "OBJECT_OR_COLUMN", 3: "SCHEMA"}
	var out [][]any
	for _, p := range s.catalog(d).props {
		out = append(out, []any{p.class, desc[p.class], int(p.major), p.minor, p.name, variantOf(p.value)})
	}
	return out, nil
}

// variantOf turns a physical sql_variant into a value for a view.
func variantOf(v any) any {
	if v == nil {
		return nil
	}
	return unpack(typeVariant, v)
}

// propertyLevel is what fn_listextendedproperty lists: properties of a class,
// with the level at which their owner's name stands (-1 for the database).
type propertyLevel struct {
	class, level int
	kind         string
}

// levelAsked is the deepest level whose type is given.
func levelAsked(given []bool) propertyLevel {
	switch {
	case given[5]:
		return propertyLevel{1, 2, "COLUMN"}
	case given[3]:
		return propertyLevel{1, 1, "TABLE"}
	case given[1]:
		return propertyLevel{3, 0, "SCHEMA"}
	}
	return propertyLevel{0, -1, ""}
}

// rowsListProperties is fn_listextendedproperty(name, l0type, l0name, l1type,
// l1name, l2type, l2name).
func rowsListProperties(s *Session, d *Database, args []any) ([][]any, error) {
	if len(args) != 7 {
		return nil, errf(313, 16, 3, "An insufficient number of arguments were supplied for the procedure or function fn_listextendedproperty.")
	}
	text := make([]string, 7)
	given := make([]bool, 7)
	for i, a := range args {
		text[i], given[i] = a.(string)
	}
	asked := levelAsked(given)
	if asked.level >= 0 && !given[1] {
		return nil, nil // a level without the one above it names nothing
	}
	var out [][]any
	for _, p := range s.catalog(d).props {
		if p.class != asked.class || given[5] != (p.column != "") {
			continue
		}
		names := []string{p.schema, p.object, p.column}
		ok := !given[0] || d.coll.sameName(p.name, text[0])
		for i, name := range names {
			ok = ok && (!given[2*i+2] || d.coll.sameName(text[2*i+2], name))
		}
		if !ok {
			continue
		}
		var kind, name any
		if asked.level >= 0 {
			kind, name = asked.kind, names[asked.level]
		}
		out = append(out, []any{kind, name, p.name, variantOf(p.value)})
	}
	return out, nil
}
