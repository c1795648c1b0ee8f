package adsync

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// shapeOf makes a table's shape from column names.
func shapeOf(names ...string) *tableShape {
	t := &tableShape{columns: map[string]column{}}
	for _, n := range names {
		key := strings.ToLower(n)
		t.columns[key] = column{name: n}
		t.order = append(t.order, key)
	}
	return t
}

// rowOf makes a row of a shape.
func rowOf(t *tableShape, values ...any) record {
	index := map[string]int{}
	for i, key := range t.order {
		index[key] = i
	}
	return record{index, values}
}

func TestRuleTableInTheLikelyShapes(t *testing.T) {
	const (
		id       = "039dcc3a-1513-4c08-b296-0973691e644a"
		mappings = `<attribute-mappings><mapping><dest>cn</dest><src><attr>a</attr><attr>b</attr></src><expression>[a] &amp; [b]</expression><valueMergeType>Update</valueMergeType></mapping>` +
			`<mapping><dest>d</dest><src>True</src><valueMergeType>Update</valueMergeType></mapping></attribute-mappings>`
		scope = `<synchronizationCriteria><conditions><scope><csAttribute>c</csAttribute><csOperator>EQUAL</csOperator><csValue>x y</csValue></scope></conditions></synchronizationCriteria>`
		join  = `<relationshipCriteria><conditions><condition><csAttribute>c</csAttribute><ilmAttribute>m</ilmAttribute><caseSensitive>True</caseSensitive></condition></conditions></relationshipCriteria>`
		text  = `<?xml version="1.0" encoding="utf-16"?><synchronizationRule><id>{` + id + `}</id><version>3</version><name>In - User</name><direction>Inbound</direction>` +
			`<disabled>False</disabled><connector>{` + id + `}</connector><linkType>Join</linkType><precedence>17</precedence><EnablePasswordSync>true</EnablePasswordSync>` +
			mappings + join + scope + `</synchronizationRule>`
	)
	inner := func(s string) string { return s[strings.Index(s, ">")+1 : strings.LastIndex(s, "<")] }
	pascal := shapeOf("Identifier", "Name", "Version", "Direction", "Disabled", "Connector", "LinkType", "Precedence", "EnablePasswordSync", "AttributeFlowMappings", "JoinFilter", "ScopeFilter")
	kebab := shapeOf("id", "name", "version", "direction", "disabled", "connector", "link-type", "precedence", "enable-password-sync", "attribute-mappings-xml", "relationship-criteria", "synchronization_criteria")
	values := []any{id, "In - User", int64(3), "Inbound", false, "{" + strings.ToUpper(id) + "}", "Join", int64(17), true, mappings, join, scope}
	cut := append([]any(nil), values...)
	cut[9], cut[10], cut[11] = inner(mappings), inner(join), inner(scope)
	one := shapeOf("key", "changed", "blob")
	cases := []struct {
		name string
		row  record
		t    *tableShape
		form string
	}{
		{"one XML column of any name", rowOf(one, int64(1), nil, text), one, RuleFormXML},
		{"one binary column", rowOf(one, int64(1), nil, utf16Bytes("\ufeff"+text)), one, RuleFormXML},
		{"Pascal", rowOf(pascal, values...), pascal, RuleFormColumns},
		{"kebab, lists without their element", rowOf(kebab, cut...), kebab, RuleFormColumns},
	}
	want := facts.Rule{
		ID: id, Name: "In - User", Direction: "Inbound", Connector: id, LinkType: "Join", Precedence: 17, PasswordSync: true,
		Scope: [][]facts.Scope{{{Attribute: "c", Operator: "EQUAL", Value: "x y"}}},
		Joins: [][]facts.Join{{{CSAttribute: "c", MVAttribute: "m", CaseSensitive: true}}},
		Mappings: []facts.Mapping{
			{Dest: "cn", Sources: []string{"a", "b"}, Expression: "[a] & [b]", Merge: "Update"},
			{Dest: "d", Literal: "True", Merge: "Update"},
		},
		Version: facts.Known(int64(3), tRule, time.Time{}),
	}
	for _, c := range cases {
		got, form, err := parseRuleRow(c.row, c.t, ruleColumns(c.t), time.Time{})
		if err != nil || form != c.form || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q %v\n%+v\nwant\n%+v", c.name, form, err, got, want)
		}
	}
	for name, shape := range map[string]*tableShape{"unknown columns": shapeOf("a", "b"), "no direction": shapeOf("id", "name")} {
		if got, _, err := parseRuleRow(rowOf(shape, id, "<x/>"), shape, ruleColumns(shape), time.Time{}); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	broken := shapeOf("id", "direction", "attribute_mappings")
	for _, row := range []record{rowOf(broken, id, "Inbound", "<a>"), rowOf(broken, "no id", "Inbound", ""), rowOf(broken, id, "Inbound", "<synchronizationRule>")} {
		if got, _, err := parseRuleRow(row, broken, ruleColumns(broken), time.Time{}); err == nil {
			t.Errorf("%v: %+v", row.values, got)
		}
	}
}

func TestPartitionColumnsByTheirLikelyNames(t *testing.T) {
	for _, names := range [][]string{{"ma_custom_data_xml", "filter_xml"}, {"CUSTOM_DATA", "Filter"}, {"password_hash_custom_data", "adma_custom_data_2", "partition_filter_xml"}} {
		r := &reader{s: &schema{tables: map[string]*tableShape{tPartition: shapeOf(append(names, "partition_id")...)}}}
		sel := r.s.choose(tPartition, r.partitionFields())
		custom, filter := sel.names["ma_custom_data_xml"].name, sel.names["filter_xml"].name
		if custom != names[len(names)-2] || filter != names[len(names)-1] {
			t.Errorf("%q: custom data in %q, filter in %q", names, custom, filter)
		}
	}
	r := &reader{s: &schema{tables: map[string]*tableShape{tPartition: shapeOf("partition_id", "password_hash_custom_data")}}}
	if c, ok := r.s.choose(tPartition, r.partitionFields()).names["ma_custom_data_xml"]; ok {
		t.Errorf("password hash synchronization's own data was taken for the cookie: %v", c)
	}
}

func TestCustomDataInTheLikelyForms(t *testing.T) {
	const cookie = "TVNEUwMAAABEZn1iRaXRAQAAAAAAAAAAuAAAAMGNEwAAAAAA"
	at := time.Date(2016, 5, 3, 14, 9, 19, 0, time.UTC)
	r := &reader{s: &schema{tables: map[string]*tableShape{tPartition: shapeOf("ma_custom_data_xml")}}}
	cases := []struct {
		name, text string
		kind       facts.ConnectorKind
		mark       bool
		state      facts.ReadState
		dcs        int
	}{
		{"element", "<adma-partition-data><last-dc>dc</last-dc><cookie>" + cookie + "</cookie></adma-partition-data>", facts.KindAD, true, facts.IsKnown, 0},
		{"parameter", `<parameter-values><parameter name="cookie">` + cookie + `</parameter></parameter-values>`, facts.KindAD, true, facts.IsKnown, 0},
		{"bare", cookie, facts.KindAD, true, facts.IsKnown, 0},
		{"never imported", "<adma-partition-data><cookie /></adma-partition-data>", facts.KindAD, false, facts.IsUnknown, 0},
		{"no cookie", "<cookie>AAAA</cookie>", facts.KindAD, true, facts.IsUnknown, 0},
		{"water-mark", "<ecma-partition-data/><water-mark>WgBR</water-mark>", facts.KindEntra, true, facts.IsAbsent, 0},
		{"nothing", "", facts.KindEntra, false, facts.IsAbsent, 0},
		{"controllers as elements", "<x><preferred-dcs><dc>a</dc><dc>b</dc></preferred-dcs></x>", facts.KindAD, false, facts.IsUnknown, 2},
		{"controllers as a list", "<x><preferred-dcs>a; b,c</preferred-dcs></x>", facts.KindAD, false, facts.IsUnknown, 3},
	}
	for _, c := range cases {
		p := r.partition(record{map[string]int{"ma_custom_data_xml": 0}, []any{c.text}}, c.kind, at)
		if p.HasWatermark.Value != c.mark || p.Cookie.State != c.state || len(p.PreferredDCs) != c.dcs {
			t.Errorf("%s: %+v", c.name, p)
		}
		if c.state == facts.IsKnown && !p.Cookie.Value.Truncate(time.Second).Equal(at) {
			t.Errorf("%s: %v", c.name, p.Cookie.Value)
		}
		if c.state != facts.IsKnown && p.Cookie.Why == "" {
			t.Errorf("%s: no reason", c.name)
		}
	}
}

func TestSettingsInAnyWrapper(t *testing.T) {
	for _, text := range []string{
		`<parameter-values><parameter name="A">1</parameter><parameter name="B" /></parameter-values>`,
		`<parameter name="A">1</parameter><parameter name="B" />`,
		`<?xml version="1.0" encoding="utf-16"?><x:q xmlns:x="u"><x:deep><x:parameter name="A">1</x:parameter></x:deep><x:parameter name="B"></x:parameter></x:q>`,
	} {
		got, err := ParseSettings(text)
		if want := []facts.Setting{{Name: "A", Value: "1"}, {Name: "B"}}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	if got, err := ParseSettings(strings.Repeat("<a>", 500) + strings.Repeat("</a>", 500)); err == nil {
		t.Errorf("500 levels: %v", got)
	}
}

func TestEvidenceFromTheFutureIsNotBelieved(t *testing.T) {
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	r := &reader{opt: Options{Now: func() time.Time { return now }}}
	for ahead, want := range map[time.Duration]facts.ReadState{time.Minute: facts.IsKnown, time.Hour: facts.IsUnknown, -time.Hour: facts.IsKnown} {
		f := facts.Known(now.Add(ahead), "x", now)
		if r.believe(&f); f.State != want {
			t.Errorf("%v ahead: %+v", ahead, f)
		}
	}
}

func TestNewestEvidenceWins(t *testing.T) {
	day := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	known := func(n int) facts.Read[time.Time] { return facts.Known(day.AddDate(0, 0, n), "k", day) }
	why, gone := facts.Unknown[time.Time]("u", "why", day), facts.Absent[time.Time]("a", absentHere, day)
	none := facts.Unknown[time.Time]("n", "none", day)
	cases := []struct {
		name string
		list []facts.Read[time.Time]
		want facts.Read[time.Time]
	}{
		{"nothing", nil, none},
		{"newest", []facts.Read[time.Time]{known(1), known(3), known(2)}, known(3)},
		{"known before unknown", []facts.Read[time.Time]{why, known(1), why}, known(1)},
		{"the reason", []facts.Read[time.Time]{why}, why},
		{"not in this version", []facts.Read[time.Time]{gone}, gone},
	}
	for _, c := range cases {
		got := none
		for _, f := range c.list {
			got = newer(got, f)
		}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
