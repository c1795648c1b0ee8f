package adsync

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// exportDir finds the public configuration export beside the repository, or
// skips the test: it is not part of the repository.
func exportDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", "adsync-exports", "AADConnectConfigDocumenter-Contoso")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the public export is not here: %v", err)
	}
	return dir
}

// exportPart gives the text of one element of an export file, tags included.
func exportPart(t *testing.T, file, element string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	from, to := strings.Index(text, "<"+element+">"), strings.Index(text, "</"+element+">")
	if from < 0 || to < 0 {
		t.Fatalf("%s has no %s", file, element)
	}
	return text[from : to+len(element)+3]
}

func TestRealConnectors(t *testing.T) {
	dir := filepath.Join(exportDir(t), "Connectors")
	ad := filepath.Join(dir, "Connector_{ae4db4cc-b16b-4eb2-acf5-837ca84e4d7d}.xml")
	p, err := parsePrivate(exportPart(t, ad, "private-configuration"), facts.KindAD)
	if err != nil || p.forest != "contoso.com" || p.account.String() != `contoso.com\MSOL_d1edb676ca03` || p.passwordHash == nil || *p.passwordHash {
		t.Errorf("AD: %+v %v", p, err)
	}
	if n := len(p.parameters) - len(openSettings(p.parameters)); n != 1 || len(p.parameters) != 21 {
		t.Errorf("AD: %d parameters, %d of them encrypted", len(p.parameters), n)
	}
	entra := filepath.Join(dir, "Connector_{b891884f-051e-4a83-95af-2544101c9083}.xml")
	p, err = parsePrivate(exportPart(t, entra, "private-configuration"), facts.KindEntra)
	if err != nil || p.tenant != "contoso.onmicrosoft.com" || p.assemblyVersion != "1.1.130.0" || p.writeback == nil || *p.writeback {
		t.Errorf("Entra: %+v %v", p, err)
	}
	for file, want := range map[string]int{ad: 132, entra: 161} {
		root, err := parseXML(exportPart(t, file, "attribute-inclusion"))
		if err != nil || len(root.values("attribute")) != want {
			t.Errorf("%s: %d attributes, want %d, %v", filepath.Base(file), len(root.values("attribute")), want, err)
		}
	}
}

func TestRealPartitionsAndProfiles(t *testing.T) {
	dir := filepath.Join(exportDir(t), "Connectors")
	ad := filepath.Join(dir, "Connector_{ae4db4cc-b16b-4eb2-acf5-837ca84e4d7d}.xml")
	r := &reader{s: &schema{tables: map[string]*tableShape{}}}
	at := time.Now()
	index := map[string]int{"filter_xml": 0, "ma_custom_data_xml": 1}
	part := exportPart(t, ad, "ma-partition-data")
	cut := func(element string) string {
		return part[strings.Index(part, "<"+element+">") : strings.Index(part, "</"+element+">")+len(element)+3]
	}
	p := r.partition(record{index, []any{cut("filter"), cut("custom-data")}}, facts.KindAD, at)
	want := time.Date(2016, 5, 3, 14, 9, 19, 0, time.UTC)
	if len(p.ObjectClasses) != 10 || len(p.Inclusions) != 1 || p.Inclusions[0] != "OU=CORP,DC=contoso,DC=com" || len(p.Exclusions) != 1 ||
		p.LastDC != "CONTOSO-DC01.contoso.com" || !p.Cookie.Value.Truncate(time.Second).Equal(want) || !p.HasWatermark.Value {
		t.Errorf("AD: %+v", p)
	}
	entra := filepath.Join(dir, "Connector_{b891884f-051e-4a83-95af-2544101c9083}.xml")
	part = exportPart(t, entra, "ma-partition-data")
	p = r.partition(record{index, []any{cut("filter"), cut("custom-data")}}, facts.KindEntra, at)
	if len(p.ObjectClasses) != 4 || len(p.Inclusions) != 0 || p.Cookie.State != facts.IsAbsent || !p.HasWatermark.Value {
		t.Errorf("Entra: %+v", p)
	}
	root, err := parseXML(exportPart(t, ad, "ma-run-data"))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(steps(root), " ")
	if got != "full-import apply-rules/reevaluate-flow-connectors delta-import apply-rules/apply-pending export" {
		t.Errorf("steps: %s", got)
	}
}

func TestRealSettingsAreEditedByteForByte(t *testing.T) {
	text := exportPart(t, filepath.Join(exportDir(t), "GlobalSettings", "MV.xml"), "parameter-values")
	list, err := ParseSettings(text)
	if err != nil || len(list) != 37 {
		t.Fatalf("%d settings, %v", len(list), err)
	}
	a := facts.ADSync{Settings: facts.Known(list, "", time.Now())}
	if v, _ := a.VersionLastUsed(); v != "1.1.130.0" {
		t.Errorf("version %q", v)
	}
	on, found, err := SetParameter(text, facts.SettingStagingMode, "True")
	if err != nil || !found || len(on) != len(text)-1 {
		t.Fatalf("%v %v, %d characters of %d", found, err, len(on), len(text))
	}
	back, _, err := SetParameter(on, facts.SettingStagingMode, "False")
	if err != nil || back != text {
		t.Errorf("setting it back does not give the same text: %v", err)
	}
	added, err := AddParameter(text, "Our.Own", useGlobalSetting, "1")
	if err != nil {
		t.Fatal(err)
	}
	if gone, found, err := RemoveParameter(added, "Our.Own"); gone != text || !found || err != nil {
		t.Errorf("adding and removing does not give the same text: %v", err)
	}
}

func TestRealRules(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(exportDir(t), "SynchronizationRules", "*.xml"))
	if err != nil || len(files) != 62 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	shape := &tableShape{order: []string{"anything"}, columns: map[string]column{"anything": {name: "anything"}}}
	directions, literals, sensitive := map[string]int{}, 0, 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		rule, form, err := parseRuleRow(record{map[string]int{"anything": 0}, []any{string(b)}}, shape, ruleColumns(shape), time.Now())
		if err != nil || form != RuleFormXML || rule.ID == "" || rule.Connector == "" || !rule.Standard() || rule.Precedence < 100 || rule.Version.Value < 1 {
			t.Errorf("%s: %+v %v", filepath.Base(f), rule, err)
		}
		directions[rule.Direction]++
		for _, m := range rule.Mappings {
			if m.Dest == "" || m.Merge == "" || m.Literal != "" && len(m.Sources) > 0 {
				t.Errorf("%s: mapping %+v", rule.Name, m)
			}
			if m.Literal != "" {
				literals++
			}
		}
		for _, g := range rule.Joins {
			for _, j := range g {
				if j.CaseSensitive {
					sensitive++
				}
			}
		}
	}
	if directions["Inbound"] != 28 || directions["Outbound"] != 34 || literals == 0 || sensitive == 0 {
		t.Errorf("%v, %d literals, %d case-sensitive joins", directions, literals, sensitive)
	}
}
