package tsql

import (
	"sort"
	"strconv"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func fmtInt(n int64) string { return strconv.FormatInt(n, 10) }

// objectViews are the views about what a database holds.
func objectViews() map[string]*sysView {
	return map[string]*sysView{
		"sys.tables":  {cols: columns("name:n object_id:i principal_id:i schema_id:i parent_object_id:i type:c2 type_desc:s create_date:d modify_date:d is_ms_shipped:b max_column_id_used:i temporal_type:t is_external:b"), rows: rowsTables},
		"sys.objects": {cols: columns("name:n object_id:i principal_id:i schema_id:i parent_object_id:i type:c2 type_desc:s create_date:d modify_date:d is_ms_shipped:b"), rows: rowsObjects},
		"sys.columns": {
			cols: columns("object_id:i name:n column_id:i system_type_id:t user_type_id:i max_length:h precision:t scale:t collation_name:n is_nullable:b is_rowguidcol:b is_identity:b is_computed:b default_object_id:i"),
			rows: rowsColumns,
		},
		"sys.types":                   {cols: columns("name:n system_type_id:t user_type_id:i schema_id:i max_length:h precision:t scale:t collation_name:n is_nullable:b is_user_defined:b is_table_type:b"), rows: rowsTypes},
		"sys.schemas":                 {cols: columns("name:n schema_id:i principal_id:i"), rows: rowsSchemas},
		"sys.indexes":                 {cols: columns("object_id:i name:n index_id:i type:t type_desc:s is_unique:b is_primary_key:b is_unique_constraint:b is_disabled:b"), rows: rowsIndexes},
		"sys.index_columns":           {cols: columns("object_id:i index_id:i index_column_id:i column_id:i key_ordinal:t is_descending_key:b is_included_column:b"), rows: rowsIndexColumns},
		"sys.key_constraints":         {cols: columns("name:n object_id:i schema_id:i parent_object_id:i type:c2 type_desc:s unique_index_id:i"), rows: rowsKeys},
		"sys.identity_columns":        {cols: columns("object_id:i name:n column_id:i seed_value:v increment_value:v last_value:v"), rows: rowsIdentities},
		"sys.default_constraints":     {cols: columns("name:n object_id:i schema_id:i parent_object_id:i parent_column_id:i definition:m"), rows: rowsDefaults},
		"sys.procedures":              {cols: columns("name:n object_id:i schema_id:i type:c2 type_desc:s"), rows: noRows},
		"sys.views":                   {cols: columns("name:n object_id:i schema_id:i type:c2 type_desc:s"), rows: noRows},
		"sys.partitions":              {cols: columns("partition_id:I object_id:i index_id:i partition_number:i rows:I"), rows: rowsPartitions},
		"sys.extended_properties":     {cols: columns("class:t class_desc:s major_id:i minor_id:i name:n value:v"), rows: rowsProperties},
		"sys.fn_listextendedproperty": {cols: columns("objtype:n objname:n name:n value:v"), rows: rowsListProperties},
		"information_schema.tables":   {cols: columns("TABLE_CATALOG:n TABLE_SCHEMA:n TABLE_NAME:n TABLE_TYPE:v10"), rows: rowsISTables},
		"information_schema.columns": {cols: columns(`TABLE_CATALOG:n TABLE_SCHEMA:n TABLE_NAME:n COLUMN_NAME:n ORDINAL_POSITION:i COLUMN_DEFAULT:l IS_NULLABLE:v3 DATA_TYPE:n
			CHARACTER_MAXIMUM_LENGTH:i CHARACTER_OCTET_LENGTH:i NUMERIC_PRECISION:t NUMERIC_PRECISION_RADIX:h NUMERIC_SCALE:i DATETIME_PRECISION:h CHARACTER_SET_NAME:n COLLATION_NAME:n`), rows: rowsISColumns},
		"information_schema.schemata": {cols: columns("CATALOG_NAME:n SCHEMA_NAME:n SCHEMA_OWNER:n"), rows: rowsISSchemata},
		"information_schema.views":    {cols: columns("TABLE_CATALOG:n TABLE_SCHEMA:n TABLE_NAME:n"), rows: noRows},
		"information_schema.routines": {cols: columns("SPECIFIC_CATALOG:n SPECIFIC_SCHEMA:n SPECIFIC_NAME:n ROUTINE_SCHEMA:n ROUTINE_NAME:n ROUTINE_TYPE:n"), rows: noRows},
	}
}

func noRows(*Session, *Database, []any) ([][]any, error) { return nil, nil }

// tables are those of a database that the session may see.
func (s *Session) tables(d *Database) []*table {
	if u, ok := s.userIn(d); !ok || !s.owner(d) && len(u.Roles) == 0 && len(u.Granted) == 0 {
		return nil
	}
	return s.catalog(d).sorted()
}

func rowsTables(s *Session, d *Database, _ []any) ([][]any, error) {
	c := s.catalog(d)
	var out [][]any
	for _, t := range s.tables(d) {
		out = append(out, []any{t.name, t.id2(), nil, c.schemas[t.schema], 0, "U ", "USER_TABLE", t.created, t.created, false, t.nextCol - 1, 0, false})
	}
	return out, nil
}

func (t *table) id2() int { return int(t.id) }

func rowsObjects(s *Session, d *Database, _ []any) ([][]any, error) {
	c := s.catalog(d)
	var out [][]any
	for _, t := range s.tables(d) {
		out = append(out, []any{t.name, t.id2(), nil, c.schemas[t.schema], 0, "U ", "USER_TABLE", t.created, t.created, false})
		for _, ix := range t.indexes {
			if ix.constraint {
				kind, desc := "UQ", "UNIQUE_CONSTRAINT"
				if ix.primary {
					kind, desc = "PK", "PRIMARY_KEY_CONSTRAINT"
				}
				out = append(out, []any{ix.name, int(ix.objectID), nil, c.schemas[t.schema], t.id2(), kind, desc, t.created, t.created, false})
			}
		}
	}
	return out, nil
}

func nullIf(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func rowsColumns(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, t := range s.tables(d) {
		for _, c := range t.cols {
			p, sc := numericFacets(c.t)
			n := systemTypeIDs[c.t.Kind]
			out = append(out, []any{t.id2(), c.name, c.id, n, n, maxLength(c.t), p, sc, nullIf(c.coll), c.null, c.rowGUID, c.identity != 0, false, 0})
		}
	}
	return out, nil
}

func rowsTypes(_ *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	kinds := make([]tds.Kind, 0, len(systemTypeIDs))
	for k := range systemTypeIDs {
		kinds = append(kinds, k)
	}
	sort.Slice(kinds, func(i, j int) bool { return systemTypeIDs[kinds[i]] < systemTypeIDs[kinds[j]] })
	for _, k := range kinds {
		t := tds.Type{Kind: k, Length: 8000, Scale: 7}
		if isUnicode(k) {
			t.Length = 4000
		}
		if k == tds.Decimal {
			t.Precision, t.Scale = 38, 38
		}
		normalFacets(&t)
		p, sc := numericFacets(t)
		var coll any
		if isString(k) {
			coll = d.conf().Collation
		}
		out = append(out, []any{catalogTypeName(k), systemTypeIDs[k], systemTypeIDs[k], 4, maxLength(t), p, sc, coll, true, false, false})
	}
	return append(out, []any{"sysname", 231, 256, 4, 256, 0, 0, d.conf().Collation, false, false, false}), nil
}

func rowsSchemas(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for name, id := range s.catalog(d).schemas {
		out = append(out, []any{name, id, min(id, 4)})
	}
	sort.Slice(out, func(i, j int) bool { a, _ := out[i][1].(int); b, _ := out[j][1].(int); return a < b })
	return out, nil
}

func rowsIndexes(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, t := range s.tables(d) {
		if t.primary() == nil {
			out = append(out, []any{t.id2(), nil, 0, 0, "HEAP", false, false, false, false})
		}
		for _, ix := range t.indexes {
			kind, desc := 2, "NONCLUSTERED"
			if ix.primary {
				kind, desc = 1, "CLUSTERED"
			}
			out = append(out, []any{t.id2(), ix.name, t.indexID(ix), kind, desc, ix.unique, ix.primary, ix.constraint && !ix.primary, false})
		}
	}
	return out, nil
}

// indexID is 1 for the primary key, and counts from 2 for the others.
func (t *table) indexID(ix *index) int {
	if ix.primary {
		return 1
	}
	n := 2
	for _, o := range t.indexes {
		if o == ix {
			return n
		}
		if !o.primary {
			n++
		}
	}
	return n
}

func rowsIndexColumns(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, t := range s.tables(d) {
		for _, ix := range t.indexes {
			for i, c := range ix.cols {
				out = append(out, []any{t.id2(), t.indexID(ix), i + 1, c.id, i + 1, false, false})
			}
		}
	}
	return out, nil
}

func rowsKeys(s *Session, d *Database, _ []any) ([][]any, error) {
	c := s.catalog(d)
	var out [][]any
	for _, t := range s.tables(d) {
		for _, ix := range t.indexes {
			if !ix.constraint {
				continue
			}
			kind, desc := "UQ", "UNIQUE_CONSTRAINT"
			if ix.primary {
				kind, desc = "PK", "PRIMARY_KEY_CONSTRAINT"
			}
			out = append(out, []any{ix.name, int(ix.objectID), c.schemas[t.schema], t.id2(), kind, desc, t.indexID(ix)})
		}
	}
	return out, nil
}

func rowsIdentities(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, t := range s.tables(d) {
		for _, c := range t.cols {
			if c.identity != 0 {
				out = append(out, []any{t.id2(), c.name, c.id, variantInt(int(c.seed)), variantInt(int(c.incr)), variantInt(int(*lastIdentity(c)))})
			}
		}
	}
	return out, nil
}

func rowsDefaults(s *Session, d *Database, _ []any) ([][]any, error) {
	cat := s.catalog(d)
	var out [][]any
	for _, t := range s.tables(d) {
		for _, c := range t.cols {
			if c.def != nil {
				out = append(out, []any{c.defName, t.id2() + c.id, cat.schemas[t.schema], t.id2(), c.id, "(" + c.defText + ")"})
			}
		}
	}
	return out, nil
}

// rowsPartitions gives row counts, which it has to count.
func rowsPartitions(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, t := range s.tables(d) {
		n, err := s.countRows(d, t)
		if err != nil {
			return nil, err
		}
		id := 0
		if t.primary() != nil {
			id = 1
		}
		out = append(out, []any{int64(t.id)<<16 | int64(id), t.id2(), id, 1, n})
		for _, ix := range t.indexes {
			if !ix.primary {
				out = append(out, []any{int64(t.id)<<16 | int64(t.indexID(ix)), t.id2(), t.indexID(ix), 1, n})
			}
		}
	}
	return out, nil
}
