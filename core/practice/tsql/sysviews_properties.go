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

// rowsListProperties is fn_listextendedproperty(name, l0type, l0name, l1type, l1name, l2type, l2name).
func rowsListProperties(s *Session, d *Database, args []any) ([][]any, error) { //nolint:gocyclo // the rules of the language, case by case
	if len(args) != 7 {
		return nil, errf(313, 16, 3, "An insufficient number of arguments were supplied for the procedure or function fn_listextendedproperty.")
	}
	text := make([]string, 7)
	given := make([]bool, 7)
	for i, a := range args {
		text[i], given[i] = a.(string)
	}
	var out [][]any
	for _, p := range s.catalog(d).props {
		if given[0] && !d.coll.sameName(p.name, text[0]) {
			continue
		}
		var kind, name any
		want, has := 0, ""
		switch {
		case given[5]:
			want, has, kind, name = 1, p.column, "COLUMN", p.column
		case given[3]:
			want, has, kind, name = 1, p.object, "TABLE", p.object
		case given[1]:
			want, has, kind, name = 3, p.schema, "SCHEMA", p.schema
		}
		levels := []string{p.schema, p.object, p.column}
		ok := p.class == want && (given[1] || p.class == 0) && (given[5] == (p.column != ""))
		for i, l := range levels {
			ok = ok && (!given[2*i+2] || d.coll.sameName(text[2*i+2], l))
		}
		_ = has
		if ok {
			out = append(out, []any{kind, name, p.name, variantOf(p.value)})
		}
	}
	return out, nil
}
