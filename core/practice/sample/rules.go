package sample

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

//go:embed data/rules.txt
var rulesText string

// ruleTemplate is a standard rule before it is tied to a connector.
type ruleTemplate struct {
	facts.Rule
	ad      bool // one for every forest; otherwise for Entra ID
	version string
	once    map[string]bool // dest of flows that run once only
}

var ruleTemplates = sync.OnceValue(parseRules)

// parseRules reads rules.txt, whose head explains the form.
func parseRules() []ruleTemplate {
	sets := map[string]string{}
	var out []ruleTemplate
	for line := range lines(rulesText) {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "set":
			name, attributes, _ := strings.Cut(rest, " ")
			sets["@"+name] = attributes
		case "=":
			out = append(out, newTemplate(rest))
		default:
			out[len(out)-1].add(word, rest, sets)
		}
	}
	return out
}

func newTemplate(head string) ruleTemplate {
	parts := strings.Split(head, " | ")
	f := strings.Fields(parts[2])
	t := ruleTemplate{ad: f[1] == "ad", version: parts[1], once: map[string]bool{}}
	t.Name, t.Direction, t.SourceType, t.TargetType, t.LinkType = parts[0], f[0], f[2], f[3], f[4]
	return t
}

// add adds one line of a rule.
func (t *ruleTemplate) add(word, rest string, sets map[string]string) {
	f := strings.Fields(rest)
	switch word {
	case "scope":
		if len(t.Scope) == 0 {
			t.Scope = [][]facts.Scope{nil}
		}
		s := facts.Scope{Attribute: f[0], Operator: f[1]}
		if len(f) > 2 {
			s.Value = f[2]
		}
		t.Scope[0] = append(t.Scope[0], s)
	case "join":
		t.Joins = append(t.Joins, []facts.Join{{CSAttribute: f[0], MVAttribute: f[1]}})
	case "copy", "merge":
		merge := "Update"
		if word == "merge" {
			merge = "MergeCaseInsensitive"
		}
		t.flows(f, merge, sets)
	case "const", "once":
		m := facts.Mapping{Dest: f[0], Literal: f[1], Merge: "Update"}
		if f[1] == "<-" {
			m.Literal, m.Sources = "", f[2:]
		}
		t.Mappings = append(t.Mappings, m)
		t.once[f[0]] = word == "once"
	case "calc":
		head, expression, _ := strings.Cut(rest, " : ")
		dest, sources, _ := strings.Cut(head, " <- ")
		t.Mappings = append(t.Mappings, facts.Mapping{
			Dest: dest, Sources: strings.Fields(sources), Expression: expression, Merge: "Update",
		})
	case "password":
		t.PasswordSync = true
	default:
		panic("sample: rules.txt: " + word)
	}
}

func (t *ruleTemplate) flows(names []string, merge string, sets map[string]string) {
	for _, n := range names {
		if strings.HasPrefix(n, "@") {
			t.flows(strings.Fields(sets[n]), merge, sets)
			continue
		}
		dest, source, renamed := strings.Cut(n, "=")
		if !renamed {
			source = dest
		}
		t.Mappings = append(t.Mappings, facts.Mapping{Dest: dest, Sources: []string{source}, Merge: merge})
	}
}

// rule is one row of mms_synchronization_rule before it is written.
type rule struct {
	facts.Rule
	once map[string]bool
}

// makeRules makes the standard rules, from precedence 100 on, those of AD once for
// every forest, and the custom ones below 100.
func (s *site) makeRules() []rule {
	var out []rule
	for i := range s.CustomRules {
		out = append(out, s.customRule(i, min(s.CustomRules, 100)-1-i))
	}
	if s.DanglingRule {
		out = append(out, s.danglingRule())
	}
	precedence := int64(100)
	for _, t := range ruleTemplates() {
		targets := s.connectors[len(s.connectors)-1:]
		if t.ad {
			targets = s.connectors[:len(s.connectors)-1]
		}
		for _, c := range targets {
			r := rule{Rule: t.Rule, once: t.once}
			r.Connector = c.id.String()
			r.Precedence = precedence
			r.Tag = "Microsoft." + tagName(t.Name) + "." + t.version
			s.numberRule(&r)
			out = append(out, r)
			precedence++
		}
	}
	return out
}

// numberRule gives a rule its ids, which come from its name and connector.
func (s *site) numberRule(r *rule) {
	i := uint64(0)
	for _, b := range []byte(r.Connector + r.Name) {
		i = mix(i ^ uint64(b))
	}
	r.ID = s.seed.guid(kindRule, i).String()
	r.InternalID = s.seed.guid(kindRule, i+1).String()
	r.Version = facts.Known[int64](1, "version", s.Now)
}

// tagName makes the middle of an immutable tag: the name without spaces and
// dashes. One rule's tag is known to leave a word out.
func tagName(name string) string {
	if name == "Out to AAD - Device Join SOAInAD" {
		return "OuttoAADJoinSOAInAD"
	}
	return strings.NewReplacer(" ", "", "-", "").Replace(name)
}

// customRule makes the i-th custom rule: filters, flows and joins as admins make
// them, every fifth one switched off.
func (s *site) customRule(i, precedence int) rule {
	c := s.connectors[i%max(1, len(s.connectors)-1)]
	r := rule{Rule: facts.Rule{
		Direction: "Inbound", SourceType: "user", TargetType: "person", LinkType: "Join",
		Connector: c.id.String(), Precedence: int64(precedence), Disabled: i%5 == 4,
	}}
	switch i % 4 {
	case 0:
		r.Name = "In from AD - User Filter Service Accounts"
		r.Scope = [][]facts.Scope{{{Attribute: "sAMAccountName", Operator: "STARTSWITH", Value: "svc-"}}, {{Attribute: "employeeType", Operator: "EQUAL", Value: "service"}}}
		r.Mappings = []facts.Mapping{{Dest: "cloudFiltered", Literal: "True", Merge: "Update"}}
	case 1:
		r.Name = "In from AD - User Cost Centre & Location"
		r.Mappings = []facts.Mapping{
			{Dest: "extensionAttribute10", Sources: []string{"departmentNumber"}, Merge: "Update"},
			{Dest: "usageLocation", Sources: []string{"c", "co"}, Merge: "Update", Expression: `IIF(IsPresent([c]), [c], IIF([co] = "Norway", "NO", "DE"))`},
		}
	case 2:
		r.Name, r.Direction, r.SourceType, r.TargetType = "Out to AAD - User Display Name", "Outbound", "person", "user"
		r.Connector = s.connectors[len(s.connectors)-1].id.String()
		r.Joins = [][]facts.Join{{{CSAttribute: "sourceAnchor", MVAttribute: "sourceAnchor", CaseSensitive: true}}}
		r.Mappings = []facts.Mapping{{Dest: "displayName", Sources: []string{"sn", "givenName"}, Merge: "Update", Expression: `[sn] & ", " & [givenName]`}}
	default:
		r.Name, r.SourceType, r.TargetType = "In from AD - Group Cloud Only Name <legacy>", "group", "group"
		r.Scope = [][]facts.Scope{{{Attribute: "cn", Operator: "ENDSWITH", Value: "-LOCAL"}, {Attribute: "mail", Operator: "ISNULL"}}}
		r.Mappings = []facts.Mapping{{Dest: "cloudFiltered", Literal: "True", Merge: "Update"}}
	}
	if i >= 4 {
		r.Name += " " + itoa(i/4+1)
	}
	r.Description = "Added by the identity team"
	s.numberRule(&r)
	return r
}

// danglingRule makes a custom rule whose connector was deleted.
func (s *site) danglingRule() rule {
	r := rule{Rule: facts.Rule{
		Name: "In from AD - User Join (acquired company)", Direction: "Inbound", SourceType: "user", TargetType: "person",
		LinkType: "Join", Connector: s.seed.guid(kindConnector, 9999).String(), Precedence: int64(min(s.CustomRules, 99)),
		Joins: [][]facts.Join{{{CSAttribute: "mail", MVAttribute: "mail"}}},
	}}
	s.numberRule(&r)
	return r
}

// joinRule gives the internal id of the rule that made a link or an attribute:
// lineage points to it.
func joinRule(rules []rule, name, connector string) GUID {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.Name == name && r.Connector == connector })
	if i < 0 {
		return GUID{}
	}
	return parseGUID(rules[i].InternalID)
}
