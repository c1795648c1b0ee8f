package sample

import (
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

func TestStandardRules(t *testing.T) {
	in, out := 0, 0
	next := int64(100)
	for _, r := range New(Options{}).Truth().Rules {
		switch r.Direction {
		case "Inbound":
			in++
		case "Outbound":
			out++
		}
		if r.Precedence != next || !strings.HasPrefix(r.Tag, "Microsoft.") || len(r.Tag)-strings.LastIndexByte(r.Tag, '.') != 4 {
			t.Errorf("%s: precedence %d, tag %s", r.Name, r.Precedence, r.Tag)
		}
		next++
	}
	if in != 28 || out != 34 || next != 162 {
		t.Errorf("%d inbound, %d outbound, next precedence %d", in, out, next)
	}
}

// TestRulesOfSeveralForests checks that each forest has its own rules and the
// tenant one set.
func TestRulesOfSeveralForests(t *testing.T) {
	d := New(Options{CustomRules: 6, DanglingRule: true, Forests: []ForestSpec{{Name: "a.example"}, {Name: "b.example"}, {Name: "c.example"}}})
	perConnector := map[string]int{}
	precedences := map[int64]bool{}
	known := map[string]bool{}
	for _, c := range d.Truth().Connectors {
		known[c.ID] = true
	}
	dangling := 0
	for _, r := range d.Truth().Rules {
		if precedences[r.Precedence] {
			t.Errorf("precedence %d is given twice", r.Precedence)
		}
		precedences[r.Precedence] = true
		if r.Standard() != (r.Precedence >= 100) {
			t.Errorf("%s: tag %q at precedence %d", r.Name, r.Tag, r.Precedence)
		}
		switch {
		case !known[r.Connector]:
			dangling++
		case r.Standard():
			perConnector[r.Connector]++
		}
	}
	templates := map[bool]int{}
	for _, t := range ruleTemplates() {
		templates[t.ad]++
	}
	for _, c := range d.Truth().Connectors {
		if want := templates[c.Kind == facts.KindAD]; perConnector[c.ID] != want {
			t.Errorf("%s has %d rules, not %d", c.Name, perConnector[c.ID], want)
		}
	}
	if dangling != 1 || d.Truth().CustomRules() != 7 {
		t.Errorf("%d dangling, %d custom rules", dangling, d.Truth().CustomRules())
	}
}

// TestMappingsNameAttributes holds the flows of standard rules against the
// schemas: what a rule writes or reads in the metaverse and in Entra ID is there.
func TestMappingsNameAttributes(t *testing.T) {
	mv, entra, ad := map[string]bool{}, map[string]bool{"dn": true}, map[string]bool{"dn": true}
	for _, a := range mvAttributes() {
		mv[a.name] = true
	}
	for _, a := range entraAttributes() {
		entra[a.name] = true
	}
	for _, a := range adAttributes() {
		ad[a.name] = true
	}
	for _, r := range ruleTemplates() {
		space := entra
		if r.ad {
			space = ad
		}
		from, to := space, mv
		if r.Direction == "Outbound" {
			from, to = mv, space
		}
		for _, m := range r.Mappings {
			if !to[m.Dest] {
				t.Errorf("%s: writes %s", r.Name, m.Dest)
			}
			for _, source := range m.Sources {
				if !from[source] {
					t.Errorf("%s: reads %s", r.Name, source)
				}
			}
		}
		for _, j := range slices.Concat(r.Joins...) {
			if !space[j.CSAttribute] || !mv[j.MVAttribute] {
				t.Errorf("%s: joins %s with %s", r.Name, j.CSAttribute, j.MVAttribute)
			}
		}
		for _, s := range slices.Concat(r.Scope...) {
			if !from[s.Attribute] {
				t.Errorf("%s: scope on %s", r.Name, s.Attribute)
			}
		}
	}
}

// TestRuleForms reads the rules back from both forms and compares with the truth.
func TestRuleForms(t *testing.T) {
	for _, form := range []RuleForm{RuleXML, RuleColumns} {
		d := New(Options{RuleForm: form, CustomRules: 5})
		rows := records(t, d, "mms_synchronization_rule")
		if len(rows) != 67 || len(d.Truth().Rules) != 67 {
			t.Fatalf("%d rows, %d in the truth", len(rows), len(d.Truth().Rules))
		}
		for _, r := range rows {
			id, whole := r["sync_rule_id"], node{}
			if form == RuleColumns {
				id = r["id"]
				for _, part := range []string{"attribute_mappings", "relationship_criteria", "synchronization_criteria"} {
					whole.Children = append(whole.Children, parseXML(t, r[part].(string)))
				}
			} else {
				whole = parseXML(t, r["sync_rule_xml"].(string))
			}
			i := slices.IndexFunc(d.Truth().Rules, func(f facts.Rule) bool { return f.ID == id.(GUID).String() })
			if i < 0 {
				t.Fatalf("rule %v is not in the truth", id)
			}
			compareRule(t, whole, d.Truth().Rules[i])
		}
	}
}

func compareRule(t *testing.T, x node, want facts.Rule) {
	t.Helper()
	mappings := x.find("attribute-mappings").Children
	if len(mappings) != len(want.Mappings) || len(x.find("relationshipCriteria").Children) != len(want.Joins) ||
		len(x.find("synchronizationCriteria").Children) != len(want.Scope) {
		t.Errorf("%s: %d mappings", want.Name, len(mappings))
		return
	}
	for i, m := range mappings {
		w := want.Mappings[i]
		if m.find("dest").Text != w.Dest || m.find("expression").Text != w.Expression || len(m.find("src").Children) != len(w.Sources) ||
			strings.TrimSpace(m.find("src").Text) != w.Literal {
			t.Errorf("%s: mapping %+v is written as %+v", want.Name, w, m)
		}
	}
	if name := x.find("name"); name.XMLName.Local != "" && name.Text != want.Name {
		t.Errorf("%q is written as %q", want.Name, name.Text)
	}
}
