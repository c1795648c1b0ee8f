package sample

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// variants are databases that between them use every option.
func variants() map[string]*Database {
	forests := []ForestSpec{
		{Name: "contoso.local", Domains: []DomainSpec{
			{Name: "contoso.local", Include: []string{"OU=People,OU=Europe", "OU=Groups,DC=contoso,DC=local"}},
			{Name: "asia.contoso.local", PreferredDCs: []string{"DC7.asia.contoso.local", "DC8.asia.contoso.local"}},
			{Name: "lab.contoso.local", Unselected: true},
		}},
		{Name: "fabrikam.local", Account: "svc-sync", Login: "FABRIKAM"},
		{Name: "empty.example", Domains: []DomainSpec{{Name: "empty.example", Unselected: true}}},
	}
	now := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
	many := Default()
	many.Forests, many.Now, many.Seed, many.RuleForm = forests, now, 7, RuleColumns
	many.Exports = Pending{Adds: 5, Updates: 2, Deletes: 4, DeleteAdds: 3}
	many.Imports = Pending{Adds: 4, Updates: 3, Deletes: 2, DeleteAdds: 1}
	many.ADExports = Pending{Updates: 2, Deletes: 1, DeleteAdds: 1}
	many.ExportErrors, many.ImportErrors, many.FailedRuns = 13, 9, 5
	many.UnfinishedRun, many.DanglingRule, many.CustomRules, many.OtherConnectors = true, true, 9, 2
	many.Writebacks = Writebacks{Password: true, Groups: true, Devices: true, PublicFolders: true}
	many.FullImport, many.FullSync, many.HistoryDays = []string{"fabrikam.local"}, []string{"*"}, 3
	staging := Options{Now: now, StagingMode: true, Objects: 90, HistoryDays: 2, Identity: Application, LastSyncAge: 2 * time.Minute}
	old := Options{Now: now, Version: "1.1.130.0", Objects: 40, HistoryDays: -1, MissingColumns: OlderColumns}
	return map[string]*Database{
		"default": New(Default()), "zero": New(Options{}), "many": New(many), "staging": New(staging), "old": New(old),
		"lean":     New(Options{Lean: true, Objects: 200, HistoryDays: 1}),
		"no-entra": New(Options{NoEntraConnector: true, HistoryDays: 1}), "no-ad": New(Options{NoADConnectors: true, HistoryDays: 1}),
		"fim": FIM(Options{HistoryDays: 1}), "other": Other(Options{}), "empty-adsync": EmptyADSync(Options{}),
	}
}

func TestRowsAgreeWithColumns(t *testing.T) {
	for name, d := range variants() {
		t.Run(name, func(t *testing.T) {
			for table := range d.Tables() {
				n := checkRows(t, table)
				if want, ok := d.Truth().Rows[table.Name]; ok && want != n {
					t.Errorf("%s: %d rows, the truth says %d", table.Name, n, want)
				}
				if n == 0 && name == "default" {
					t.Errorf("%s is empty", table.Name)
				}
			}
		})
	}
}

// checkRows checks every value against its column, keys for being unique, and
// counts the rows.
func checkRows(t *testing.T, table Table) int64 {
	t.Helper()
	n := int64(0)
	keys := map[any]bool{}
	for row := range table.All() {
		n++
		if len(row) != len(table.Columns) {
			t.Fatalf("%s: row of %d values for %d columns", table.Name, len(row), len(table.Columns))
		}
		for i, c := range table.Columns {
			if err := fits(row[i], c); err != nil {
				t.Fatalf("%s.%s, row %d: %v", table.Name, c.Name, n, err)
			}
			if c.Key && keys[row[i]] {
				t.Fatalf("%s.%s, row %d: key %v again", table.Name, c.Name, n, row[i])
			}
			if c.Key {
				keys[row[i]] = true
			}
		}
	}
	return n
}

func TestSameSeedSameRows(t *testing.T) {
	many := func(seed int64) uint64 {
		return fingerprint(New(Options{Seed: seed, Objects: 300, HistoryDays: 2, CustomRules: 3}))
	}
	first := many(3)
	if again := many(3); again != first {
		t.Errorf("the same options gave %x and %x", first, again)
	}
	if other := many(4); other == first {
		t.Error("another seed gave the same rows")
	}
	d := New(Default())
	if a, b := fingerprint(d), fingerprint(d); a != b {
		t.Error("ranging twice over the same database gave different rows")
	}
}

func TestTables(t *testing.T) {
	want := strings.Fields(`mms_cs_link mms_cs_object_log mms_connectorspace mms_csmv_link mms_management_agent mms_metaverse
		mms_metaverse_lineagedate mms_metaverse_lineageguid mms_metaverse_multivalue mms_mv_link mms_partition mms_run_history
		mms_run_profile mms_server_configuration mms_step_history mms_step_object_details mms_synchronization_rule mms_watermark_history`)
	slices.Sort(want)
	if got := tableNames(New(Options{})); !slices.Equal(got, want) {
		t.Errorf("ADSync has %v", got)
	}
	fim := tableNames(FIM(Options{}))
	if !slices.Contains(fim, "mms_extensions") || !slices.Contains(fim, "mms_lineage_cross_reference") || slices.Contains(fim, "mms_synchronization_rule") {
		t.Errorf("FIM has %v", fim)
	}
	if got := tableNames(Empty()); len(got) != 0 {
		t.Errorf("an empty database has %v", got)
	}
	for table := range New(Options{}).Tables() {
		seen := map[string]bool{}
		for _, c := range table.Columns {
			if seen[strings.ToLower(c.Name)] {
				t.Errorf("%s.%s is there twice for a server that ignores case", table.Name, c.Name)
			}
			seen[strings.ToLower(c.Name)] = true
		}
	}
	server, _ := New(Options{}).Table("MMS_Server_Configuration")
	agent, _ := New(Options{}).Table("mms_management_agent")
	if len(server.Columns) != 13 || len(agent.Columns) != 27 {
		t.Errorf("%d and %d columns, public lists have 13 and 27", len(server.Columns), len(agent.Columns))
	}
}

func tableNames(d *Database) []string {
	var out []string
	for t := range d.Tables() {
		out = append(out, t.Name)
	}
	slices.Sort(out)
	return out
}

// TestCountsAreTrue counts the connector-space rows the way a reader does.
func TestCountsAreTrue(t *testing.T) {
	for name, d := range variants() {
		got := map[string]facts.Counts{}
		table, ok := d.Table("mms_connectorspace")
		if !ok {
			continue
		}
		index := map[string]int{}
		for i, c := range table.Columns {
			index[c.Name] = i
		}
		for row := range table.All() {
			if row[index["pobject_id"]] == (GUID{15: 1}) {
				continue
			}
			id := row[index["ma_id"]].(GUID).String()
			got[id] = counted(got[id], row, index)
		}
		for _, c := range d.Truth().Connectors {
			if got[c.ID] != c.Counts {
				t.Errorf("%s: %s has %+v, the truth says %+v", name, c.Name, got[c.ID], c.Counts)
			}
		}
	}
}

func counted(c facts.Counts, row []any, index map[string]int) facts.Counts {
	one := func(into *int64, yes bool) {
		if yes {
			*into++
		}
	}
	is := func(column string, v any) bool { return row[index[column]] == v }
	c.Objects++
	one(&c.Connectors, is("is_connector", true))
	one(&c.ImportErrors, is("is_import_error", true))
	one(&c.ExportErrors, is("is_export_error", true))
	for code, into := range []*int64{nil, &c.ExportAdd, &c.ExportUpdate, &c.ExportDeleteAdd, &c.ExportDelete} {
		one(into, code > 0 && is("export_operation", int64(code)))
	}
	for code, into := range []*int64{nil, &c.ImportAdd, &c.ImportUpdate, &c.ImportDeleteAdd, &c.ImportDelete} {
		one(into, code > 0 && is("import_operation", int64(code)))
	}
	return c
}

// TestReferencesLeadSomewhere follows every id from one table to another.
func TestReferencesLeadSomewhere(t *testing.T) {
	for name, d := range variants() {
		if name == "other" || name == "no-ad" || name == "no-entra" || name == "fim" {
			continue
		}
		ids := map[string]map[any]bool{}
		for _, at := range []string{
			"mms_management_agent.ma_id", "mms_partition.partition_id", "mms_run_profile.run_profile_id", "mms_run_history.run_history_id",
			"mms_step_history.step_history_id", "mms_connectorspace.object_id", "mms_metaverse.object_id",
		} {
			ids[at] = columnValues(t, d, at)
		}
		ids["rules"] = map[any]bool{}
		for _, r := range d.Truth().Rules {
			ids["rules"][parseGUID(r.InternalID)] = true
		}
		for from, to := range map[string]string{
			"mms_partition.ma_id": "mms_management_agent.ma_id", "mms_run_profile.ma_id": "mms_management_agent.ma_id",
			"mms_run_history.ma_id": "mms_management_agent.ma_id", "mms_run_history.run_profile_id": "mms_run_profile.run_profile_id",
			"mms_step_history.run_history_id": "mms_run_history.run_history_id", "mms_connectorspace.partition_id": "mms_partition.partition_id",
			"mms_step_object_details.step_history_id": "mms_step_history.step_history_id", "mms_step_object_details.cs_object_id": "mms_connectorspace.object_id",
			"mms_csmv_link.mv_object_id": "mms_metaverse.object_id", "mms_csmv_link.cs_object_id": "mms_connectorspace.object_id",
			"mms_csmv_link.lineage_id": "rules", "mms_mv_link.lineage_id": "rules", "mms_metaverse.object_type_lineage_id": "rules",
			"mms_metaverse_lineageguid.cloudAnchor": "rules", "mms_metaverse_lineageguid.cn": "rules",
			"mms_mv_link.object_id": "mms_metaverse.object_id", "mms_mv_link.reference_id": "mms_metaverse.object_id",
			"mms_cs_link.object_id": "mms_connectorspace.object_id", "mms_cs_link.reference_id": "mms_connectorspace.object_id",
			"mms_metaverse_multivalue.object_id": "mms_metaverse.object_id", "mms_metaverse_lineagedate.object_id": "mms_metaverse.object_id",
			"mms_cs_object_log.cs_object_id": "mms_connectorspace.object_id", "mms_watermark_history.partition_id": "mms_partition.partition_id",
		} {
			for id := range columnValues(t, d, from) {
				if !ids[to][id] {
					t.Errorf("%s: %s has %v, which is no %s", name, from, id, to)
					break
				}
			}
		}
	}
}

// columnValues gives the values of "table.column" except NULL.
func columnValues(t *testing.T, d *Database, at string) map[any]bool {
	t.Helper()
	name, column, _ := strings.Cut(at, ".")
	table, ok := d.Table(name)
	i := slices.IndexFunc(table.Columns, func(c Column) bool { return c.Name == column })
	if !ok || i < 0 {
		t.Fatalf("no column %s", at)
	}
	out := map[any]bool{}
	for row := range table.All() {
		if row[i] != nil {
			out[row[i]] = true
		}
	}
	return out
}

// TestObjectIDsAreUnique looks at the tables whose primary key is not declared.
func TestObjectIDsAreUnique(t *testing.T) {
	d := variants()["many"]
	for table, want := range map[string]int64{"mms_connectorspace": d.Truth().Rows["mms_connectorspace"], "mms_metaverse": d.Truth().Objects} {
		if got := int64(len(columnValues(t, d, table+".object_id"))); got != want {
			t.Errorf("%s: %d ids for %d rows", table, got, want)
		}
	}
}

// TestAncestors checks the path of ids above each AD object.
func TestAncestors(t *testing.T) {
	rows := records(t, variants()["many"], "mms_connectorspace")
	byID := map[GUID]map[string]any{}
	for _, r := range rows {
		byID[r["object_id"].(GUID)] = r
	}
	for _, r := range rows {
		var path []byte
		for up := r["pobject_id"].(GUID); up != (GUID{}) && up != (GUID{15: 1}); up = byID[up]["pobject_id"].(GUID) {
			path = append(up.wire(), path...)
		}
		got, _ := r["ancestors"].([]byte)
		if !bytes.Equal(got, path) || r["depth"] != int64(len(path)/16+1) && r["pobject_id"] != (GUID{15: 1}) {
			t.Fatalf("%v: ancestors %x at depth %v, its parents are %x", r["rdn"], got, r["depth"], path)
		}
	}
}

func TestColumnsCanBeMissing(t *testing.T) {
	d := New(Options{MissingColumns: []string{"mms_partition.FILTER_XML", "mms_synchronization_rule.sync_rule_xml"}})
	for at, want := range map[string]int{"mms_partition": 21, "mms_synchronization_rule": 3} {
		table, _ := d.Table(at)
		if len(table.Columns) != want {
			t.Errorf("%s has %d columns: %v", at, len(table.Columns), table.Columns)
		}
	}
	for _, r := range records(t, d, "mms_partition") {
		if r["passwordsync_xml"] != "" || slices.Contains(slices.Collect(maps.Keys(r)), "filter_xml") {
			t.Errorf("values moved: %v", r)
		}
	}
}
