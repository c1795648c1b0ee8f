package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// schemaDiff is how two schemas differ, by names as they are shown.
type schemaDiff struct {
	attributes, classes []namedChange
}

// namedChange is one class or attribute that differs.
type namedChange struct{ name, before, after string }

// diffSchemas compares two schemas.
func diffSchemas(a, b *Schema) schemaDiff {
	var out schemaDiff
	for _, key := range keysOf(a.Attributes, b.Attributes) {
		x, y := a.Attributes[key], b.Attributes[key]
		switch {
		case y == nil:
			out.attributes = append(out.attributes, namedChange{x.Name, describe(x.Text), ""})
		case x == nil:
			out.attributes = append(out.attributes, namedChange{y.Name, "", describe(y.Text)})
		case x.Text != y.Text:
			out.attributes = append(out.attributes, namedChange{y.Name, describe(x.Text), describe(y.Text)})
		}
	}
	for _, key := range keysOf(a.Classes, b.Classes) {
		x, y := a.Classes[key], b.Classes[key]
		switch {
		case y == nil:
			out.classes = append(out.classes, namedChange{x.Name, x.Name, ""})
		case x == nil:
			out.classes = append(out.classes, namedChange{y.Name, "", y.Name})
		case x.Extra != y.Extra || !slices.EqualFunc(x.Attributes, y.Attributes, strings.EqualFold):
			before := append(missing(x.Attributes, y.Attributes), extra(x, y)...)
			after := append(missing(y.Attributes, x.Attributes), extra(y, x)...)
			out.classes = append(out.classes, namedChange{y.Name, strings.Join(before, "\n"), strings.Join(after, "\n")})
		}
	}
	return out
}

// describe gives an attribute's properties, or a word for none.
func describe(text string) string {
	if text == "" {
		return "present"
	}
	return text
}

// extra gives what is special of a class where the other's differs.
func extra(x, y *Class) []string {
	if x.Extra == y.Extra || x.Extra == "" {
		return nil
	}
	return []string{x.Extra}
}

// missing gives what a has and b has not, without regard to case.
func missing(a, b []string) []string {
	have := map[string]bool{}
	for _, v := range b {
		have[strings.ToLower(v)] = true
	}
	var out []string
	for _, v := range a {
		if !have[strings.ToLower(v)] {
			out = append(out, v)
		}
	}
	return out
}

// keysOf gives the keys of both maps, sorted.
func keysOf[V any](a, b map[string]V) []string {
	out := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

// change gives what happened to it.
func (n namedChange) change() Change {
	switch {
	case n.after == "" && n.before != "":
		return OnlyA
	case n.before == "" && n.after != "":
		return OnlyB
	default:
		return Changed
	}
}

// metaverse compares the schema of the metaverse.
func (d *differ) metaverse() {
	diff := diffSchemas(d.a.Metaverse, d.b.Metaverse)
	uses := d.usedInMetaverse()
	for _, c := range diff.classes {
		x := Difference{
			Severity: Attention, Area: AreaSchema, Object: "Metaverse", Title: "Object type " + c.name, Change: Changed,
			Before: c.before, After: c.after, Effect: "Objects of the type can hold other attributes; a rule that fills a missing one fails.",
		}
		if c.before == c.name && c.after == "" || c.after == c.name && c.before == "" {
			x.Severity, x.Change = Dangerous, c.change()
			x.Effect = "Objects of the type exist on one server only."
		}
		d.add(x)
	}
	for _, c := range diff.attributes {
		x := Difference{
			Severity: Attention, Area: AreaSchema, Object: "Metaverse", Title: "Attribute " + c.name, Change: c.change(),
			Before: c.before, After: c.after, Effect: "No rule uses the attribute, so nothing flows through it yet.",
		}
		if n := uses[strings.ToLower(c.name)]; n > 0 {
			x.Effect = fmt.Sprintf("%s the attribute and may fail or keep fewer values on the new server.", count(n, "transformation fills", "transformations fill"))
		}
		d.add(x)
	}
}

// usedInMetaverse counts, by attribute of the metaverse, the transformations that fill it.
func (d *differ) usedInMetaverse() map[string]int {
	out := map[string]int{}
	for _, r := range d.b.Rules {
		if r.Inbound {
			for _, m := range r.Mappings {
				out[strings.ToLower(m.Dest)]++
			}
		}
	}
	return out
}

// connectorSchema compares a connector's schema. What is not selected there
// cannot flow, so differences in it are told in one line.
func (d *differ) connectorSchema(label string, p pair[Connector]) {
	diff := diffSchemas(p.a.Schema, p.b.Schema)
	selected := selectedNames(p.a, p.b)
	var rest []string
	for _, c := range diff.attributes {
		if !selected[strings.ToLower(c.name)] {
			rest = append(rest, c.name)
			continue
		}
		d.add(Difference{
			Severity: Attention, Area: AreaSchema, Object: label, Title: "Attribute " + c.name + " in the schema", Change: c.change(),
			Before: c.before, After: c.after, Effect: "The attribute is selected and the servers know it differently; refresh the schema on the one that is behind.",
		})
	}
	for _, c := range diff.classes {
		if !selected["type:"+strings.ToLower(c.name)] {
			rest = append(rest, c.name)
			continue
		}
		d.add(Difference{
			Severity: Attention, Area: AreaSchema, Object: label, Title: "Object type " + c.name + " in the schema", Change: Changed,
			Before: c.before, After: c.after, Effect: "The type is selected and the servers know it differently; refresh the schema on the one that is behind.",
		})
	}
	if len(rest) > 0 {
		d.add(Difference{
			Severity: Expected, Area: AreaSchema, Object: label, Title: "Schema of what is not selected", Change: Changed,
			Before: "", After: count(len(rest), "attribute or type differs", "attributes and types differ"),
			Effect: "None of it is selected, so nothing of it is synchronized; the schema was read at different times.", Details: []string{strings.Join(rest, ", ")},
		})
	}
}

// selectedNames are the attributes and, as "type:name", the object types that
// either side of a connector has selected.
func selectedNames(sides ...*Connector) map[string]bool {
	out := map[string]bool{}
	for _, c := range sides {
		if p := c.prop("attribute-inclusion"); p != nil {
			for _, v := range p.Values {
				out[strings.ToLower(v)] = true
			}
		}
		for _, q := range c.Partitions {
			if p := q.prop("filter/object-classes"); p != nil {
				for _, v := range p.Values {
					out["type:"+strings.ToLower(v)] = true
				}
			}
		}
	}
	return out
}

// attributeWeight makes a selected attribute that rules use dangerous.
func attributeWeight(d *differ, _ scopeOf, c change, x *Difference) {
	used := map[string]bool{}
	for _, side := range []*Config{d.a, d.b} {
		for _, r := range side.Rules {
			r.connectorAttributes(func(name string) { used[strings.ToLower(name)] = true })
		}
	}
	var names []string
	for _, v := range append(without(c.before, c.after), without(c.after, c.before)...) {
		if used[strings.ToLower(v)] {
			names = append(names, v)
		}
	}
	if len(names) == 0 {
		x.Effect = "No rule uses these attributes, so nothing of them flows."
		return
	}
	x.Severity = Dangerous
	x.Effect = "Rules use " + strings.Join(names, ", ") + ": where an attribute is not selected, its value is missing and is cleared in what depends on it."
}

// connectorAttributes visits the attributes of the connector that a rule uses.
func (r *Rule) connectorAttributes(visit func(string)) {
	for _, g := range r.Joins {
		for _, j := range g {
			visit(j.CS)
		}
	}
	if r.Inbound {
		for _, g := range r.Scope {
			for _, c := range g {
				visit(c.Attribute)
			}
		}
	}
	for _, m := range r.Mappings {
		if !r.Inbound {
			visit(m.Dest)
			continue
		}
		for _, s := range m.Sources {
			visit(s)
		}
		tokens(m.Expression, visit)
	}
}

// tokens visits the [attribute] names of an expression: newer versions of the
// product name sources only there.
func tokens(expression string, visit func(string)) {
	for {
		begin := strings.IndexByte(expression, '[')
		if begin < 0 {
			return
		}
		end := strings.IndexByte(expression[begin:], ']')
		if end < 0 {
			return
		}
		visit(expression[begin+1 : begin+end])
		expression = expression[begin+end+1:]
	}
}
