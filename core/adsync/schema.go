package adsync

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Names of the tables that are read.
const (
	tServer    = "mms_server_configuration"
	tConnector = "mms_management_agent"
	tPartition = "mms_partition"
	tProfile   = "mms_run_profile"
	tRun       = "mms_run_history"
	tStep      = "mms_step_history"
	tRule      = "mms_synchronization_rule"
	tObject    = "mms_connectorspace"
	tMetaverse = "mms_metaverse"
)

// knownTables are the 18 tables of an ADSync database, sorted.
var knownTables = []string{
	"mms_connectorspace", "mms_cs_link", "mms_cs_object_log", "mms_csmv_link", "mms_management_agent",
	"mms_metaverse", "mms_metaverse_lineagedate", "mms_metaverse_lineageguid", "mms_metaverse_multivalue",
	"mms_mv_link", "mms_partition", "mms_run_history", "mms_run_profile", "mms_server_configuration",
	"mms_step_history", "mms_step_object_details", "mms_synchronization_rule", "mms_watermark_history",
}

// fimTables exist in FIM and MIM databases only.
var fimTables = []string{"mms_extensions", "mms_lineage_cross_reference"}

// fimColumns of mms_server_configuration exist in FIM and MIM databases only.
var fimColumns = []string{"computer_id", "mms_timestamp_current", "provisioning_configuration_xml"}

// absentHere is the reason of every fact whose table or column is not there.
const absentHere = "not available in this version"

// column is one column as INFORMATION_SCHEMA gives it.
type column struct {
	name     string // as the database spells it
	dataType string // lower case
}

// tableShape is one table of schema dbo with its columns.
type tableShape struct {
	name    string // as the database spells it
	columns map[string]column
	order   []string // keys of columns, in the table's order
}

// schema is what the database has, keyed by lower-case names.
type schema struct {
	user   []string // all user tables, lower case, sorted
	tables map[string]*tableShape
}

// sql texts of the schema. Only tables of the product are asked for their columns.
const (
	tablesSQL = `SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'`

	columnsSQL = `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS
WHERE LOWER(TABLE_NAME) IN (` + columnTables + `) ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`

	columnTables = `'mms_server_configuration', 'mms_management_agent', 'mms_partition', 'mms_run_profile', ` +
		`'mms_run_history', 'mms_step_history', 'mms_synchronization_rule', 'mms_connectorspace'`
)

// readSchema asks INFORMATION_SCHEMA which tables and columns there are. It
// takes two statements, whatever the database holds.
func readSchema(ctx context.Context, q Querier) (*schema, error) {
	tables, err := queryAll(ctx, q, tablesSQL)
	if err != nil {
		return nil, fmt.Errorf("list of tables: %w", err)
	}
	s := &schema{tables: map[string]*tableShape{}}
	for _, r := range tables.rows {
		owner, name := fmt.Sprint(r[0]), fmt.Sprint(r[1])
		s.user = append(s.user, strings.ToLower(name))
		if strings.EqualFold(owner, "dbo") {
			s.tables[strings.ToLower(name)] = &tableShape{name: name, columns: map[string]column{}}
		}
	}
	slices.Sort(s.user)
	s.user = slices.Compact(s.user)
	if !slices.ContainsFunc(s.user, func(n string) bool { return strings.HasPrefix(n, "mms_") }) {
		return s, nil
	}
	columns, err := queryAll(ctx, q, columnsSQL)
	if err != nil {
		return nil, fmt.Errorf("list of columns: %w", err)
	}
	for _, r := range columns.rows {
		t := s.tables[strings.ToLower(fmt.Sprint(r[1]))]
		if t == nil || !strings.EqualFold(fmt.Sprint(r[0]), "dbo") {
			continue
		}
		name := fmt.Sprint(r[2])
		key := strings.ToLower(name)
		t.columns[key] = column{name: name, dataType: strings.ToLower(fmt.Sprint(r[3]))}
		t.order = append(t.order, key)
	}
	return s, nil
}

// has tells whether there is such a table in schema dbo.
func (s *schema) has(table string) bool { return s.tables[table] != nil }

// column gives the first of the named columns that the table has.
func (s *schema) column(table string, names ...string) (column, bool) {
	t := s.tables[table]
	if t == nil {
		return column{}, false
	}
	for _, n := range names {
		if c, ok := t.columns[strings.ToLower(n)]; ok {
			return c, true
		}
	}
	return column{}, false
}

// missingTables gives those of the 18 that are not there, sorted.
func (s *schema) missingTables() []string {
	var out []string
	for _, t := range knownTables {
		if !s.has(t) {
			out = append(out, t)
		}
	}
	return out
}

// shape tells from the names alone what kind of database it is. An ADSync
// database without a configuration is found out later, from its rows.
func (s *schema) shape() facts.Shape {
	if len(s.user) == 0 {
		return facts.ShapeEmpty
	}
	if !s.has(tServer) || !s.has(tConnector) {
		return facts.ShapeOther
	}
	for _, t := range fimTables {
		if s.has(t) {
			return facts.ShapeFIM
		}
	}
	for _, c := range fimColumns {
		if _, ok := s.column(tServer, c); ok && !s.has(tRule) {
			return facts.ShapeFIM
		}
	}
	return facts.ShapeADSync
}

// quoted gives a name in brackets, as T-SQL wants it.
func quoted(name string) string { return "[" + strings.ReplaceAll(name, "]", "]]") + "]" }

// from gives the table's name in a FROM clause.
func (s *schema) from(table string) string { return "dbo." + quoted(s.tables[table].name) }
