package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare/xmltree"
)

// ruleParts are the elements of a rule that are read into fields of Rule.
var ruleParts = map[string]bool{"attribute-mappings": true, "relationshipcriteria": true, "synchronizationcriteria": true}

// rule reads one synchronization rule.
func (b *Builder) rule(t *xmltree.Tree, id xmltree.ID, name string) error {
	r := &Rule{
		Object:    Object{Kind: KindRule, ID: guid(t.Value(id, "id")), Name: b.text(t.Value(id, "name"))},
		Connector: b.text(guid(t.Value(id, "connector"))), Tag: b.text(t.Value(id, "immutable-tag")),
		Inbound: strings.EqualFold(t.Value(id, "direction"), "Inbound"),
		Source:  b.text(t.Value(id, "sourceObjectType")), Target: b.text(t.Value(id, "targetObjectType")), file: b.text(name),
	}
	if r.Name == "" && r.ID == "" {
		return damaged(name, t.Node(id).Line, "the rule has neither a name nor an id")
	}
	r.Disabled, _ = truth(t.Value(id, "disabled"))
	precedence, err := strconv.Atoi(t.Value(id, "precedence"))
	if err != nil {
		return damaged(name, t.Node(t.Find(id, "precedence")).Line, fmt.Sprintf("the precedence %q is no number", t.Value(id, "precedence")))
	}
	r.Precedence = precedence
	r.Props = make([]Prop, 0, 18)
	f := flattener{b: b, t: t, o: &r.Object, skip: ruleParts}
	f.element(id, "", "")
	r.finish()
	r.Scope = groups(t, t.Find(id, "synchronizationCriteria"), "scope", b.condition)
	r.Joins = groups(t, t.Find(id, "relationshipCriteria"), "condition", b.join)
	r.Mappings = b.mappings(t, t.Find(id, "attribute-mappings"))
	b.config.Rules = append(b.config.Rules, r)
	return nil
}

// groups reads the groups of a scoping filter or of join rules.
func groups[T any](t *xmltree.Tree, parent xmltree.ID, element string, read func(*xmltree.Tree, xmltree.ID) T) [][]T {
	var out [][]T
	t.Kids(parent, func(g xmltree.ID) {
		var group []T
		t.Kids(g, func(c xmltree.ID) { group = append(group, read(t, c)) })
		if !t.HasKids(g) && !strings.EqualFold(t.Node(g).Name, "conditions") && !strings.EqualFold(t.Node(g).Name, element) {
			group = append(group, read(t, g)) // not known, but there
		}
		if group != nil {
			out = append(out, group)
		}
	})
	return out
}

// condition reads one clause of a scoping filter.
func (b *Builder) condition(t *xmltree.Tree, id xmltree.ID) Condition {
	var c Condition
	t.Kids(id, func(k xmltree.ID) {
		text := b.text(strings.TrimSpace(t.Node(k).Text))
		switch strings.ToLower(t.Node(k).Name) {
		case "csattribute":
			c.Attribute = text
		case "csoperator":
			c.Operator = text
		case "csvalue":
			c.Value = text
		default:
			c.Extra = b.unknown(c.Extra, t, k)
		}
	})
	c.Extra = b.oddities(c.Extra, t, id, "scope")
	return c
}

// join reads one condition of a join rule.
func (b *Builder) join(t *xmltree.Tree, id xmltree.ID) Join {
	var j Join
	t.Kids(id, func(k xmltree.ID) {
		text := b.text(strings.TrimSpace(t.Node(k).Text))
		switch strings.ToLower(t.Node(k).Name) {
		case "csattribute":
			j.CS = text
		case "ilmattribute":
			j.MV = text
		case "casesensitive":
			j.Sensitive, _ = truth(text)
		default:
			j.Extra = b.unknown(j.Extra, t, k)
		}
	})
	j.Extra = b.oddities(j.Extra, t, id, "condition")
	return j
}

// mappings reads the attribute flows.
func (b *Builder) mappings(t *xmltree.Tree, parent xmltree.ID) []Mapping {
	n := 0
	t.Kids(parent, func(xmltree.ID) { n++ })
	out := make([]Mapping, 0, n)
	t.Kids(parent, func(id xmltree.ID) {
		var m Mapping
		t.Kids(id, func(k xmltree.ID) {
			switch strings.ToLower(t.Node(k).Name) {
			case "dest":
				m.Dest = b.text(strings.TrimSpace(t.Node(k).Text))
			case "src":
				b.sources(&m, t, k)
			case "expression":
				m.Expression = b.text(lines(strings.TrimSpace(t.Node(k).Text)))
			case "valuemergetype":
				m.Merge = b.text(strings.TrimSpace(t.Node(k).Text))
			default:
				m.Extra = b.unknown(m.Extra, t, k)
			}
		})
		for _, a := range t.Attrs(id) {
			if strings.EqualFold(a.Name, "execute-once") {
				m.Once, _ = truth(a.Value)
				continue
			}
			m.Extra = b.text(strings.TrimSpace(m.Extra + " " + a.Name + "=" + a.Value))
		}
		out = append(out, m)
	})
	return out
}

// sources reads what a mapping reads: attributes, or a constant.
func (b *Builder) sources(m *Mapping, t *xmltree.Tree, src xmltree.ID) {
	t.Kids(src, func(k xmltree.ID) {
		if strings.EqualFold(t.Node(k).Name, "attr") {
			m.Sources = b.oneMore(m.Sources, b.text(strings.TrimSpace(t.Node(k).Text)))
			return
		}
		m.Extra = b.unknown(m.Extra, t, k)
	})
	m.Literal = b.text(strings.TrimSpace(lines(t.Node(src).Text)))
	m.Extra = b.attributesOf(m.Extra, t, src)
}

// oneMore appends a text. Lists of one text are shared.
func (b *Builder) oneMore(list []string, text string) []string {
	if len(list) > 0 {
		return append(slices.Clip(list), text)
	}
	one, ok := b.ones[text]
	if !ok {
		one = []string{text}
		b.ones[text] = one
	}
	return one
}

// unknown adds an element that nothing is known of, with all that is in it.
func (b *Builder) unknown(so string, t *xmltree.Tree, id xmltree.ID) string {
	text := strings.TrimSpace(t.Node(id).Text)
	so = strings.TrimSpace(so + " " + t.Node(id).Name + "=" + text)
	t.Kids(id, func(k xmltree.ID) { so = b.unknown(so, t, k) })
	return b.attributesOf(b.text(so), t, id)
}

// attributesOf adds the attributes of an element that nothing is known of.
func (b *Builder) attributesOf(so string, t *xmltree.Tree, id xmltree.ID) string {
	attrs := slices.Clone(t.Attrs(id))
	slices.SortFunc(attrs, func(x, y xmltree.Attr) int { return strings.Compare(x.Name, y.Name) })
	for _, a := range attrs {
		so = strings.TrimSpace(so + " " + t.Node(id).Name + "@" + a.Name + "=" + a.Value)
	}
	return b.text(so)
}

// oddities adds the attributes of an element, and its name when another was expected.
func (b *Builder) oddities(so string, t *xmltree.Tree, id xmltree.ID, expected string) string {
	if n := t.Node(id); !strings.EqualFold(n.Name, expected) {
		so = strings.TrimSpace(so + " " + n.Name + "=" + strings.TrimSpace(n.Text))
	}
	return b.attributesOf(so, t, id)
}
