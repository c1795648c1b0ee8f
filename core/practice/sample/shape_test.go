package sample

import (
	"encoding/xml"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// export1130 finds a public export of a real server beside the repository; the test
// is skipped where there is none.
func export1130(t *testing.T, pattern string) []node {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "adsync-exports", "AADConnectConfigDocumenter-Contoso")
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) == 0 {
		t.Skip("there is no public export beside the repository to compare with")
	}
	var out []node
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var n node
		if err := xml.Unmarshal(b, &n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	return out
}

// paths gives the paths of elements below n, parameters with their names.
func (n node) paths(prefix string, into map[string]bool) {
	for _, c := range n.Children {
		p := prefix + "/" + c.XMLName.Local
		if c.XMLName.Local == "parameter" {
			p += "[" + c.attr("name") + " " + c.attr("type") + " " + c.attr("use") + "]"
		}
		for _, a := range c.Attrs {
			p += "@" + a.Name.Local
		}
		into[p] = true
		c.paths(p, into)
	}
}

func pathsOf(nodes ...node) map[string]bool {
	out := map[string]bool{}
	for _, n := range nodes {
		n.paths("", out)
	}
	return out
}

// lacking gives what is in want and not in got.
func lacking(got, want map[string]bool) []string {
	var out []string
	for p := range want {
		if !got[p] {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// column parses one XML column of a row.
func column(t *testing.T, row map[string]any, name string) node {
	t.Helper()
	return parseXML(t, row[name].(string))
}

// rowOf gives the first row in which a column has a value.
func rowOf(t *testing.T, d *Database, table, name string, value any) map[string]any {
	t.Helper()
	for _, r := range records(t, d, table) {
		if r[name] == value {
			return r
		}
	}
	t.Fatalf("%s has no %s = %v", table, name, value)
	return nil
}

// TestShapeOfConnectors holds the connectors' XML against a real export: every
// element, attribute and parameter that is there has to be here.
func TestShapeOfConnectors(t *testing.T) {
	d := New(Options{Version: "1.1.130.0"})
	for _, their := range export1130(t, "Connectors/*.xml") {
		kind := their.find("category").Text
		agent := rowOf(t, d, "mms_management_agent", "ma_type", kind)
		part := rowOf(t, d, "mms_partition", "ma_id", agent["ma_id"])
		realPart := their.find("ma-partition-data", "partition")
		compare := map[string][2]map[string]bool{
			"private configuration": {pathsOf(node{Children: []node{column(t, agent, "private_configuration_xml")}}), pathsOf(their.find("private-configuration"))},
			"attribute inclusion":   {pathsOf(column(t, agent, "attribute_inclusion_xml")), pathsOf(their.find("attribute-inclusion"))},
			"filter":                {pathsOf(column(t, part, "filter_xml")), pathsOf(realPart.find("filter"))},
			"custom data":           {pathsOf(column(t, part, "ma_custom_data_xml")), pathsOf(realPart.find("custom-data"))},
			"partition parameters":  {pathsOf(column(t, part, "ma_custom_data_xml").find("parameter-values")), pathsOf(realPart.find("parameter-values"))},
			"schema":                {schemaPaths(column(t, agent, "ma_schema_xml")), schemaPaths(their.find("schema", "dsml"))},
		}
		for _, realProfile := range their.find("ma-run-data").Children {
			name := realProfile.find("name").Text
			for _, r := range records(t, d, "mms_run_profile") {
				if r["ma_id"] == agent["ma_id"] && r["run_profile_name"] == name {
					compare["profile "+name] = [2]map[string]bool{pathsOf(column(t, r, "configuration_xml")), pathsOf(realProfile.find("configuration"))}
				}
			}
		}
		if len(compare) != 11 {
			t.Errorf("%s: compared only %v", kind, slices.Sorted(maps.Keys(compare)))
		}
		for what, c := range compare {
			if len(c[1]) == 0 && what != "partition parameters" {
				t.Errorf("%s: the export has no %s", kind, what)
			}
			if l := lacking(c[0], c[1]); len(l) > 0 {
				t.Errorf("%s, %s: lacking\n%s", kind, what, strings.Join(l, "\n"))
			}
		}
	}
}

// schemaPaths leaves out attributes of single attribute types, of which a real
// schema of thousands has more kinds.
func schemaPaths(n node) map[string]bool {
	out := map[string]bool{}
	for p := range pathsOf(n) {
		var parts []string
		for part := range strings.SplitSeq(p, "/") {
			name, _, _ := strings.Cut(part, "@")
			parts = append(parts, name)
		}
		out[strings.Join(parts, "/")] = true
	}
	return out
}

// TestShapeOfSettings compares the names of the settings and how they are written.
func TestShapeOfSettings(t *testing.T) {
	d := New(Options{Version: "1.1.130.0"})
	ours := pathsOf(column(t, records(t, d, "mms_server_configuration")[0], "parameters"))
	for _, their := range export1130(t, "GlobalSettings/MV.xml") {
		if l := lacking(ours, pathsOf(their.find("mv-data", "parameter-values"))); len(l) > 0 {
			t.Errorf("lacking %v", l)
		}
	}
}

// TestShapeOfRules compares the rules' names, order, connectors' kinds, types and
// the elements they are written with.
func TestShapeOfRules(t *testing.T) {
	d := New(Options{CustomRules: 4})
	ours, theirs := map[string]string{}, map[string]string{}
	elements, realElements := map[string]bool{}, map[string]bool{}
	gist := func(n node) (string, string) {
		side := "ad"
		if strings.Contains(n.find("connector").Text, EntraConnectorID) {
			side = "aad"
		}
		tag, _, _ := strings.Cut(n.find("immutable-tag").Text, ".0")
		return n.find("precedence").Text, strings.Join([]string{
			n.find("name").Text, tag, n.find("direction").Text, side, n.find("sourceObjectType").Text,
			n.find("targetObjectType").Text, n.find("linkType").Text,
		}, "|")
	}
	for _, r := range records(t, d, "mms_synchronization_rule") {
		n := column(t, r, "sync_rule_xml")
		n.paths("", elements)
		if precedence, text := gist(n); len(precedence) == 3 {
			ours[precedence] = text
		}
	}
	for _, n := range export1130(t, "SynchronizationRules/*.xml") {
		n.paths("", realElements)
		precedence, text := gist(n)
		theirs[precedence] = text
	}
	if !maps.Equal(ours, theirs) {
		for p, text := range theirs {
			if ours[p] != text {
				t.Errorf("%s is %s, in the export %s", p, ours[p], text)
			}
		}
	}
	if l := lacking(elements, realElements); len(l) > 0 {
		t.Errorf("lacking %v", l)
	}
}
