package sample

import (
	"slices"
	"strings"
	"time"
)

// Empty makes a database without any table, as a DBA hands it over.
func Empty() *Database { return &Database{truth: Truth{Rows: map[string]int64{}}} }

// EmptyADSync makes the 18 tables without a single row: an installation that was
// broken off before it configured anything.
func EmptyADSync(o Options) *Database {
	d := New(o)
	for i := range d.tables {
		d.tables[i].Rows = nil
	}
	d.truth = Truth{Rows: map[string]int64{}}
	return d
}

// Other makes the database of something else: a small shop.
func Other(o Options) *Database {
	o = o.completed()
	s := seed(o.Seed)
	customers := []Column{
		{Name: "customer_id", Type: "int", Key: true, NotNull: true},
		{Name: "name", Type: "nvarchar(200)", NotNull: true},
		{Name: "city", Type: "nvarchar(100)"},
		{Name: "since", Type: "datetime"},
	}
	products := []Column{
		{Name: "sku", Type: "nvarchar(20)", Key: true, NotNull: true},
		{Name: "title", Type: "nvarchar(200)", NotNull: true},
		{Name: "price_cents", Type: "bigint", NotNull: true},
		{Name: "discontinued", Type: "bit", NotNull: true},
	}
	orders := []Column{
		{Name: "order_id", Type: "uniqueidentifier", Key: true, NotNull: true},
		{Name: "customer_id", Type: "int", NotNull: true},
		{Name: "sku", Type: "nvarchar(20)", NotNull: true},
		{Name: "pieces", Type: "int", NotNull: true},
		{Name: "ordered", Type: "datetime", NotNull: true},
	}
	const shops, goods, sales = 40, 12, 150
	v := words()
	return &Database{truth: Truth{Rows: map[string]int64{"customers": shops, "products": goods, "orders": sales}}, tables: []Table{
		list("customers", customers, func(put func(...any) bool) {
			for i := range shops {
				city, _, _ := strings.Cut(v.lists["cities"][s.below(kindPerson, uint64(i), 12)], ",")
				put("customer_id", int64(i+1), "name", v.surnames[i]+" & Co.", "city", city, "since", o.Now.AddDate(0, -i, 0))
			}
		}),
		list("orders", orders, func(put func(...any) bool) {
			for i := range sales {
				put("order_id", s.guid(kindRun, uint64(i)), "customer_id", int64(1+s.below(kindRun, uint64(i), shops)),
					"sku", "SKU-"+itoa(100+s.below(kindStep, uint64(i), goods)), "pieces", int64(1+i%6),
					"ordered", o.Now.Add(-time.Duration(i)*7*time.Hour))
			}
		}),
		list("products", products, func(put func(...any) bool) {
			for i := range goods {
				put("sku", "SKU-"+itoa(100+i), "title", v.lists["groups"][i]+" kit", "price_cents", int64(990+250*i), "discontinued", i%5 == 4)
			}
		}),
	}}
}

// Columns that FIM and MIM have and ADSync lacks, and tables of which only one
// has them (public specification of the FIM synchronization database).
var (
	fimServerColumns = []Column{
		{Name: "account_joiners_sid", Type: "varbinary(85)"},
		{Name: "password_change_history_size", Type: "int"},
		{Name: "computer_id", Type: "nvarchar(255)"},
		{Name: "mms_timestamp_current", Type: "datetime"},
		{Name: "import_attribute_flow_xml", Type: "nvarchar(max)"},
		{Name: "provisioning_configuration_xml", Type: "nvarchar(max)"},
		{Name: "mv_deletion_rule_xml", Type: "nvarchar(max)"},
		{Name: "mv_extension_dll_xml", Type: "nvarchar(max)"},
		{Name: "passwordsync_xml", Type: "nvarchar(max)"},
	}
	fimAgentColumns = []Column{
		{Name: "stay_disconnector_xml", Type: "nvarchar(max)"},
		{Name: "join_rule_xml", Type: "nvarchar(max)"},
		{Name: "projection_rule_xml", Type: "nvarchar(max)"},
		{Name: "export_attribute_flow_xml", Type: "nvarchar(max)"},
		{Name: "provisioning_cleanup_xml", Type: "nvarchar(max)"},
		{Name: "is_password_sync_allowed", Type: "bit"},
		{Name: "passwordsync_xml", Type: "nvarchar(max)"},
	}
	fimExtensionColumns = []Column{
		{Name: "extension_name", Type: "nvarchar(255)", NotNull: true},
		{Name: "modification_date", Type: "datetime"},
		{Name: "assembly", Type: "varbinary(max)"},
	}
	fimCrossReferenceColumns = []Column{
		{Name: "lineage_id", Type: "uniqueidentifier", Key: true, NotNull: true},
		{Name: "ma_id", Type: "uniqueidentifier"},
		{Name: "rule_name", Type: "nvarchar(255)"},
	}
	adsyncOnlyTables = []string{"mms_cs_object_log", "mms_synchronization_rule", "mms_watermark_history"}
	adsyncOnlyFlags  = []string{"full_import_required", "full_sync_required"}
)

// FIM makes the database of a Forefront or Microsoft Identity Manager
// synchronization service: the same family of tables, with its own ones and
// without those that only ADSync has.
func FIM(o Options) *Database {
	o.NoEntraConnector = true
	s := newSite(o.completed())
	d := New(o)
	var tables []Table
	for _, t := range d.tables {
		switch {
		case slices.Contains(adsyncOnlyTables, t.Name):
			continue
		case t.Name == "mms_server_configuration":
			t = s.fimServer(t)
		case t.Name == "mms_management_agent":
			t = t.without(func(column string) bool { return slices.Contains(adsyncOnlyFlags, column) })
			t = t.with(fimAgentColumns, func(put func(string, any)) { put("join_rule_xml", "<join />") })
		}
		tables = append(tables, t)
	}
	tables = append(tables,
		list("mms_extensions", fimExtensionColumns, func(put func(...any) bool) {
			put("extension_name", "MVExtension.dll", "modification_date", s.installed, "assembly", s.seed.bytes(kindImage, 1, 64))
		}),
		list("mms_lineage_cross_reference", fimCrossReferenceColumns, func(put func(...any) bool) {
			put("lineage_id", s.seed.guid(kindRule, 1), "ma_id", s.connectors[0].id, "rule_name", "cd.user:mail->mv.person:mail")
		}))
	slices.SortFunc(tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	d.tables = tables
	delete(d.truth.Rows, "mms_synchronization_rule")
	d.truth.Rules, d.truth.Settings, d.truth.PreviousServer = nil, nil, ""
	return d
}

func (s *site) fimServer(t Table) Table {
	t = t.without(func(column string) bool { return column == "parameters" })
	return t.with(fimServerColumns, func(put func(string, any)) {
		put("computer_id", s.Server)
		put("password_change_history_size", int64(24))
		put("mms_timestamp_current", s.Now.Add(-20*time.Second))
		put("import_attribute_flow_xml", "<import-attribute-flow />")
	})
}

// with gives the table with more columns, whose values are the same in each row.
func (t Table) with(more []Column, fill func(put func(name string, v any))) Table {
	all := t.All()
	n := len(t.Columns)
	t.Columns = append(t.Columns[:n:n], more...)
	values := newMaker(more)
	fill(values.set)
	t.Rows = func(yield func([]any) bool) {
		long := append(make([]any, n, n+len(more)), values.row...)
		for row := range all {
			copy(long, row)
			if !yield(long) {
				return
			}
		}
	}
	return t
}
