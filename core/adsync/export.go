package adsync

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Document is one text of a configuration, in the form of the product's own
// export: Get-ADSyncServerConfiguration writes it as a file of that name.
type Document struct{ Name, Text string }

// exportWants are the columns that are read of each table for Export, with the
// element of the exported form that they become. Secrets and keys are not among
// them: encrypted_configuration, instance_id, keyset_id and entropy are never read.
var (
	exportServer    = []string{"mv_schema_xml", "parameters"}
	exportConnector = []string{
		"ma_id", "ma_name", "ma_type", "ma_description", "subtype", "ma_listname", "company_name", "creation_date", "modification_date",
		"version_number", "internal_version_number", "ma_schema_xml", "private_configuration_xml", "attribute_inclusion_xml", "component_mappings_xml",
	}
	exportPartition = []string{"partition_id", "ma_id", "partition_name", "partition_display_name", "is_selected", "version_number", "creation_date", "modification_date"}
	exportProfile   = []string{"run_profile_id", "ma_id", "run_profile_name", "version_number", "configuration_xml"}
)

// Export gives the configuration in the database as the documents that the
// product would export. It only reads, in seven statements whatever the database
// holds, and never a column with a secret or a key.
//
// The error is set when a part could not be read: half a configuration would
// look like one in which the rest was removed.
func Export(ctx context.Context, db Querier) ([]Document, error) {
	e := &exporter{q: ReadOnly(db)}
	var err error
	if e.s, err = readSchema(ctx, e.q); err != nil {
		return nil, err
	}
	if !e.s.has(tServer) || !e.s.has(tConnector) || !e.s.has(tRule) {
		return nil, errNoConfiguration
	}
	for _, part := range []func(context.Context) error{e.server, e.partitions, e.profiles, e.connectors, e.rules} {
		if err := part(ctx); err != nil {
			return nil, err
		}
	}
	return e.out, nil
}

// errNoConfiguration says that the database is another one.
var errNoConfiguration = errors.New("the database holds no configuration of Entra Connect")

// exporter is one run of Export.
type exporter struct {
	q                    Querier
	s                    *schema
	out                  []Document
	partition, profileOf map[string][]string // by connector
}

// rows reads the wanted columns that a table has.
func (e *exporter) rows(ctx context.Context, table string, want []field) ([]record, error) {
	if !e.s.has(table) {
		return nil, nil
	}
	sel := e.s.choose(table, want)
	if len(sel.list) == 0 {
		return nil, fmt.Errorf("%s has none of the columns that are known", table)
	}
	res, err := queryAll(ctx, e.q, "SELECT "+strings.Join(sel.list, ", ")+" FROM "+e.s.from(table))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", table, err)
	}
	return res.records(), nil
}

// server writes MV.xml.
func (e *exporter) server(ctx context.Context) error {
	rows, err := e.rows(ctx, tServer, fields(exportServer...))
	if err != nil {
		return err
	}
	if len(rows) != 1 {
		return errRows
	}
	var x exportText
	x.open("mv-data")
	x.inside("schema", rows[0].text("mv_schema_xml"), "schema", "mv-data")
	parameters := bare(rows[0].text("parameters"))
	if !strings.HasPrefix(parameters, "<parameter-values") {
		parameters = "<parameter-values>" + parameters + "</parameter-values>"
	}
	x.WriteString(parameters)
	x.shut("mv-data")
	e.out = append(e.out, Document{"GlobalSettings/MV.xml", x.String()})
	return nil
}

// connectors writes one document for each connector.
func (e *exporter) connectors(ctx context.Context) error {
	rows, err := e.rows(ctx, tConnector, fields(exportConnector...))
	if err != nil {
		return err
	}
	for _, row := range rows {
		id := row.guid("ma_id")
		var x exportText
		x.open("ma-data")
		x.element("id", "{"+id+"}")
		for _, c := range [][2]string{
			{"name", "ma_name"},
			{"category", "ma_type"},
			{"description", "ma_description"},
			{"subtype", "subtype"},
			{"ma-listname", "ma_listname"},
			{"ma-companyname", "company_name"},
		} {
			x.element(c[0], row.text(c[1]))
		}
		x.times(row, "version_number")
		x.inside("schema", row.text("ma_schema_xml"), "schema")
		x.inside("private-configuration", row.text("private_configuration_xml"), "private-configuration")
		x.inside("attribute-inclusion", row.text("attribute_inclusion_xml"), "attribute-inclusion")
		x.inside("component_mappings", row.text("component_mappings_xml"), "component_mappings")
		x.open("ma-partition-data")
		x.WriteString(strings.Join(e.partition[id], ""))
		x.shut("ma-partition-data")
		x.open("ma-run-data")
		x.WriteString(strings.Join(e.profileOf[id], ""))
		x.shut("ma-run-data")
		x.shut("ma-data")
		e.out = append(e.out, Document{"Connectors/Connector_{" + id + "}.xml", x.String()})
	}
	return nil
}

// partitions collects the partitions by their connector.
func (e *exporter) partitions(ctx context.Context) error {
	r := &reader{s: e.s}
	var special []field
	for _, f := range r.partitionFields() {
		if f.key == "filter_xml" || f.key == "ma_custom_data_xml" {
			special = append(special, f)
		}
	}
	rows, err := e.rows(ctx, tPartition, append(fields(exportPartition...), special...))
	if err != nil {
		return err
	}
	e.partition = map[string][]string{}
	for _, row := range rows {
		var x exportText
		x.open("partition")
		x.element("id", "{"+row.guid("partition_id")+"}")
		x.element("name", row.text("partition_name"))
		x.element("display-name", row.text("partition_display_name"))
		if v, has := row.raw("is_selected"); has {
			on, _ := boolValue(v)
			x.element("selected", map[bool]string{true: "1", false: "0"}[on])
		}
		x.times(row, "version_number")
		x.inside("filter", row.text("filter_xml"), "filter")
		x.inside("custom-data", row.text("ma_custom_data_xml"), "custom-data")
		x.shut("partition")
		e.partition[row.guid("ma_id")] = append(e.partition[row.guid("ma_id")], x.String())
	}
	return nil
}

// profiles collects the run profiles by their connector.
func (e *exporter) profiles(ctx context.Context) error {
	rows, err := e.rows(ctx, tProfile, fields(exportProfile...))
	if err != nil {
		return err
	}
	e.profileOf = map[string][]string{}
	for _, row := range rows {
		var x exportText
		x.open("run-configuration")
		x.element("id", "{"+row.guid("run_profile_id")+"}")
		x.element("name", row.text("run_profile_name"))
		x.times(row, "version_number")
		x.inside("configuration", row.text("configuration_xml"), "configuration")
		x.shut("run-configuration")
		e.profileOf[row.guid("ma_id")] = append(e.profileOf[row.guid("ma_id")], x.String())
	}
	return nil
}

// rules writes one document for each rule. The table's columns are named one by
// one, as it is not public which there are.
func (e *exporter) rules(ctx context.Context) error {
	shape := e.s.tables[tRule]
	var want []field
	for _, key := range shape.order {
		want = append(want, field{key, []string{key}})
	}
	rows, err := e.rows(ctx, tRule, want)
	if err != nil {
		return err
	}
	columns := ruleColumns(shape)
	for i, row := range rows {
		text, err := ruleText(row, shape, columns)
		if err != nil {
			return fmt.Errorf("%s, row %d: %w", tRule, i+1, err)
		}
		e.out = append(e.out, Document{fmt.Sprintf("SynchronizationRules/%s row %d", tRule, i+1), text})
	}
	return nil
}

// ruleText gives a rule in the exported form, whichever form its row has.
func ruleText(row record, shape *tableShape, columns map[string]string) (string, error) {
	for _, key := range shape.order {
		if text := row.text(key); looksLikeRule(text) {
			return bare(text), nil
		}
	}
	if columns["direction"] == "" || columns["id"] == "" && columns["name"] == "" {
		return "", fmt.Errorf("no column holds a rule, and there are none for its name and direction")
	}
	var x exportText
	x.open("synchronizationRule")
	for element, key := range columns {
		n, err := ruleElement(element, row, key)
		if err != nil {
			return "", fmt.Errorf("column %s: %w", key, err)
		}
		if len(n.kids) > 0 {
			x.inside(element, row.text(key), element)
			continue
		}
		x.element(element, n.text)
	}
	x.shut("synchronizationRule")
	return x.String(), nil
}
