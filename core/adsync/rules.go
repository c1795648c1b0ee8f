package adsync

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// The forms of the rule table that are understood. Nothing public names its
// columns, so the shape is discovered from the rows.
const (
	RuleFormXML     = "xml column" // one column holds the exported form, <synchronizationRule>
	RuleFormColumns = "columns"    // a column for each element of the exported form
)

// ruleNames gives, for each element of the exported form, the column names that
// are taken for it, in lower case without "-" and "_" and without a trailing "xml".
var ruleNames = map[string][]string{
	"id":                       {"id", "identifier", "ruleid", "syncruleid", "synchronizationruleid"},
	"internal-id":              {"internalid"},
	"version":                  {"version", "versionnumber", "ruleversion"},
	"name":                     {"name", "rulename", "synchronizationrulename", "displayname"},
	"description":              {"description", "ruledescription"},
	"immutable-tag":            {"immutabletag", "tag"},
	"direction":                {"direction", "ruledirection"},
	"disabled":                 {"disabled", "isdisabled"},
	"connector":                {"connector", "connectorid", "maid"},
	"sourceObjectType":         {"sourceobjecttype"},
	"targetObjectType":         {"targetobjecttype"},
	"linkType":                 {"linktype"},
	"precedence":               {"precedence"},
	"precedence-after":         {"precedenceafter"},
	"precedence-before":        {"precedencebefore"},
	"softDeleteExpiryInterval": {"softdeleteexpiryinterval"},
	"EnablePasswordSync":       {"enablepasswordsync", "passwordsync", "ispasswordsyncenabled"},
	"attribute-mappings":       {"attributemappings", "attributeflowmappings", "mappings"},
	"relationshipCriteria":     {"relationshipcriteria", "joinfilter", "joincriteria"},
	"synchronizationCriteria":  {"synchronizationcriteria", "scopefilter", "scopecriteria"},
}

// readRules reads all synchronization rules in one statement.
func (r *reader) readRules(ctx context.Context) {
	if !r.s.has(tRule) {
		r.out.Rules = facts.Absent[[]facts.Rule](tRule, absentHere, r.now())
		return
	}
	res, err := queryAll(ctx, r.q, "SELECT * FROM "+r.s.from(tRule))
	at := r.now()
	if err != nil {
		r.unreadable("%s: %v", tRule, err)
		r.out.Rules = notRead[[]facts.Rule](tRule, at, err)
		return
	}
	columns := ruleColumns(r.s.tables[tRule])
	rules, bad := []facts.Rule{}, 0
	for i, row := range res.records() {
		rule, form, err := parseRuleRow(row, r.s.tables[tRule], columns, at)
		if err != nil {
			bad++
			r.unreadable("%s, row %d: %v", tRule, i+1, err)
			continue
		}
		r.out.RuleForm = form
		rules = append(rules, rule)
	}
	if bad > 0 && len(rules) == 0 {
		r.out.Rules = facts.Unknown[[]facts.Rule](tRule, "its columns have none of the forms that are known", at)
		return
	}
	slices.SortStableFunc(rules, func(a, b facts.Rule) int {
		if d := a.Precedence - b.Precedence; d != 0 {
			return int(max(-1, min(1, d)))
		}
		return strings.Compare(a.ID, b.ID)
	})
	r.out.Rules = facts.Known(rules, tRule, at)
}

// ruleColumns finds for each element of the exported form the table's column, if any.
func ruleColumns(t *tableShape) map[string]string {
	plain := map[string]string{}
	for _, key := range t.order {
		p := strings.NewReplacer("-", "", "_", "", " ", "").Replace(key)
		if p != "xml" {
			p = strings.TrimSuffix(p, "xml")
		}
		if _, taken := plain[p]; !taken {
			plain[p] = key
		}
	}
	out := map[string]string{}
	for element, names := range ruleNames {
		for _, n := range names {
			if key, ok := plain[n]; ok {
				out[element] = key
				break
			}
		}
	}
	return out
}

// parseRuleRow reads one row in whichever form it has.
func parseRuleRow(row record, t *tableShape, columns map[string]string, at time.Time) (facts.Rule, string, error) {
	for _, key := range t.order {
		text := row.text(key)
		if !looksLikeRule(text) {
			continue
		}
		root, err := parseXML(text)
		if err != nil {
			return facts.Rule{}, "", fmt.Errorf("column %s: %w", key, err)
		}
		rule, err := ruleFrom(root.find("synchronizationRule"), at)
		return rule, RuleFormXML, err
	}
	if columns["direction"] == "" || columns["id"] == "" && columns["name"] == "" {
		return facts.Rule{}, "", fmt.Errorf("no column holds a rule, and there are none for its name and direction")
	}
	root := &node{}
	for element, key := range columns {
		kid, err := ruleElement(element, row, key)
		if err != nil {
			return facts.Rule{}, "", fmt.Errorf("column %s: %w", key, err)
		}
		root.kids = append(root.kids, kid)
	}
	rule, err := ruleFrom(root, at)
	return rule, RuleFormColumns, err
}

// looksLikeRule tells whether a text is a rule in the exported form.
func looksLikeRule(text string) bool {
	text = strings.TrimLeft(text, "\ufeff \t\r\n")
	if strings.HasPrefix(text, "<?xml") {
		_, text, _ = strings.Cut(text, "?>")
		text = strings.TrimSpace(text)
	}
	const tag = "<synchronizationRule"
	return len(text) >= len(tag) && strings.EqualFold(text[:len(tag)], tag)
}

// ruleElement makes of a column's value the element of the exported form.
func ruleElement(element string, row record, key string) (*node, error) {
	n := &node{name: element}
	if ruleGUIDs[element] {
		n.text = row.guid(key)
		return n, nil
	}
	v, _ := row.raw(key)
	if b, isBool := boolOnly(v); isBool {
		n.text = fmt.Sprint(b)
		return n, nil
	}
	if num, isNumber := v.(int64); isNumber {
		n.text = fmt.Sprint(num)
		return n, nil
	}
	text := row.text(key)
	if !strings.HasPrefix(strings.TrimLeft(text, "\ufeff \t\r\n"), "<") {
		n.text = text
		return n, nil
	}
	root, err := parseXML(text)
	if err != nil {
		return nil, err
	}
	n.kids = root.kids
	return n, nil
}

// ruleGUIDs are the elements of a rule that hold GUIDs.
var ruleGUIDs = map[string]bool{"id": true, "internal-id": true, "connector": true, "precedence-after": true, "precedence-before": true}

// boolOnly tells whether v is a bit.
func boolOnly(v any) (value, ok bool) { value, ok = v.(bool); return }

// ruleFrom makes a rule of the children of n, in the exported form.
func ruleFrom(n *node, at time.Time) (facts.Rule, error) {
	if n == nil {
		return facts.Rule{}, fmt.Errorf("the element synchronizationRule is missing")
	}
	text := func(name string) string { return n.child(name).value() }
	rule := facts.Rule{
		Name: text("name"), Description: text("description"), Tag: text("immutable-tag"), Direction: text("direction"),
		SourceType: text("sourceObjectType"), TargetType: text("targetObjectType"), LinkType: text("linkType"),
	}
	rule.ID, _ = guidFromText(text("id"))
	rule.InternalID, _ = guidFromText(text("internal-id"))
	rule.Connector, _ = guidFromText(text("connector"))
	rule.Disabled, _ = truth(text("disabled"))
	rule.PasswordSync, _ = truth(text("EnablePasswordSync"))
	rule.Precedence, _ = intValue(text("precedence"))
	if v, ok := intValue(text("version")); ok {
		rule.Version = facts.Known(v, tRule, at)
	} else {
		rule.Version = facts.Absent[int64](tRule, "the rule has no version", at)
	}
	if rule.ID == "" && rule.Name == "" {
		return facts.Rule{}, fmt.Errorf("it has neither an id nor a name")
	}
	rule.Scope = scopes(n.child("synchronizationCriteria"))
	rule.Joins = joins(n.child("relationshipCriteria"))
	rule.Mappings = mappings(n.child("attribute-mappings"))
	return rule, nil
}

// child gives the first direct child of that name, or nil.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if strings.EqualFold(k.name, name) {
			return k
		}
	}
	return nil
}

// scopes reads the scoping filter: groups of clauses.
func scopes(n *node) [][]facts.Scope {
	var out [][]facts.Scope
	for _, g := range n.all("conditions") {
		var group []facts.Scope
		for _, s := range g.all("scope") {
			group = append(group, facts.Scope{
				Attribute: s.child("csAttribute").value(), Operator: s.child("csOperator").value(), Value: s.child("csValue").value(),
			})
		}
		if group != nil {
			out = append(out, group)
		}
	}
	return out
}

// joins reads the join rules: groups of conditions.
func joins(n *node) [][]facts.Join {
	var out [][]facts.Join
	for _, g := range n.all("conditions") {
		var group []facts.Join
		for _, c := range g.all("condition") {
			sensitive, _ := truth(c.child("caseSensitive").value())
			group = append(group, facts.Join{
				CSAttribute: c.child("csAttribute").value(), MVAttribute: c.child("ilmAttribute").value(), CaseSensitive: sensitive,
			})
		}
		if group != nil {
			out = append(out, group)
		}
	}
	return out
}

// mappings reads the attribute flows.
func mappings(n *node) []facts.Mapping {
	var out []facts.Mapping
	for _, m := range n.all("mapping") {
		src := m.child("src")
		out = append(out, facts.Mapping{
			Dest: m.child("dest").value(), Sources: src.values("attr"), Literal: src.value(),
			Expression: m.child("expression").value(), Merge: m.child("valueMergeType").value(),
		})
	}
	return out
}
