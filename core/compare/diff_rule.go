package compare

import (
	"fmt"
	"slices"
	"strings"
)

// rule compares one synchronization rule.
func (d *differ) rule(p pair[Rule]) {
	if !p.both() {
		d.oneRule(p)
		return
	}
	label := d.ruleLabel(p.b, d.refs.b)
	before := len(d.report.Differences)
	d.object(scopeOf{kind: KindRule, label: label, rule: p.b}, &p.a.Object, &p.b.Object)
	d.scope(label, p)
	d.joins(label, p)
	d.mappings(label, p)
	d.byHand(p, before)
}

// ruleLabel names a rule with its connector.
func (d *differ) ruleLabel(r *Rule, side map[string]string) string {
	kind := "Custom rule"
	if r.Tag != "" {
		kind = "Rule"
	}
	return fmt.Sprintf("%s (%s)", quote(kind, r.Name), shown(side, r.Connector))
}

// byHand says of what differs in a rule of Microsoft whether it was edited by
// hand or comes from another revision.
func (d *differ) byHand(p pair[Rule], from int) {
	if p.a.Tag == "" || p.b.Tag == "" {
		return
	}
	other := !strings.EqualFold(p.a.Tag, p.b.Tag)
	for i := from; i < len(d.report.Differences); i++ {
		x := &d.report.Differences[i]
		if x.Severity != Dangerous || x.Path == "disabled" {
			continue
		}
		if other {
			x.Details = append(x.Details, "The servers have different revisions of this rule of Microsoft; the difference may come from an upgrade.")
			continue
		}
		x.Details = append(x.Details, "It is a rule of Microsoft in the same revision, so it was edited by hand on one server; an upgrade takes that back.")
	}
}

// oneRule reports a rule of one server, unless all of its connector is.
func (d *differ) oneRule(p pair[Rule]) {
	r, side, other, change := p.a, d.refs.a, d.refs.inB, OnlyA
	if r == nil {
		r, side, other, change = p.b, d.refs.b, d.refs.inA, OnlyB
	}
	if token := side[r.Connector]; token != "" && !other[token] {
		return // told with its connector
	}
	x := Difference{Severity: Dangerous, Area: AreaRules, Object: d.ruleLabel(r, side), Title: "Synchronization rule"}
	switch {
	case r.Disabled:
		x.Severity, x.Effect = Attention, "The rule is disabled where it is, so it does nothing there either."
	case change == OnlyA:
		x.Effect = "The new server does not apply the rule: " + r.work() + " are missing."
	default:
		x.Effect = "The new server applies a rule that the active one does not have: " + r.work() + " are added."
	}
	if r.Tag != "" && d.versionsDiffer() {
		x.Details = []string{"It is a rule of Microsoft, and the versions of Entra Connect differ: an upgrade may have added or removed it."}
	}
	d.add(oneSided(x, change, r.summary()))
}

// summary says in short what a rule is.
func (r *Rule) summary() string {
	direction := "Outbound"
	if r.Inbound {
		direction = "Inbound"
	}
	return fmt.Sprintf("%s, %s to %s, %s, precedence %d", direction, r.Source, r.Target, r.Value("linkType"), r.Precedence)
}

// scope compares the scoping filters: groups are a set of sets.
func (d *differ) scope(label string, p pair[Rule]) {
	a, b := scopeKeys(p.a.Scope), scopeKeys(p.b.Scope)
	if slices.Equal(a, b) {
		return
	}
	x := Difference{
		Severity: Dangerous, Area: AreaRules, Object: label, Title: "Scope", Change: Changed, Path: "synchronizationCriteria",
		Before: scopeText(p.a.Scope), After: scopeText(p.b.Scope), Effect: "The rule applies to other objects: some gain its values, others lose them.",
	}
	link := strings.EqualFold(p.b.Value("linkType"), "Provision")
	switch {
	case len(a) == 0:
		x.Effect = "The rule applied to all objects of its type and applies only to some of them now: the others lose its values."
	case len(b) == 0:
		x.Effect = "The rule applied to some objects and applies to all of its type now."
	}
	if link {
		x.Effect += " It also decides which objects exist at all."
	}
	d.add(x)
}

// scopeKeys gives the groups of a scope as comparable texts, sorted.
func scopeKeys(groups [][]Condition) []string {
	out := make([]string, len(groups))
	for i, g := range groups {
		parts := make([]string, len(g))
		for k, c := range g {
			parts[k] = strings.ToLower(c.Attribute) + "\x01" + strings.ToUpper(c.Operator) + "\x01" + c.Value + "\x01" + c.Extra
		}
		slices.Sort(parts)
		out[i] = strings.Join(slices.Compact(parts), "\x02")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// scopeText gives a scope as people read it.
func scopeText(groups [][]Condition) string {
	if len(groups) == 0 {
		return "all objects"
	}
	out := make([]string, len(groups))
	for i, g := range groups {
		parts := make([]string, len(g))
		for k, c := range g {
			parts[k] = strings.TrimSpace(c.Attribute + " " + c.Operator + " " + c.Value + " " + c.Extra)
		}
		out[i] = strings.Join(parts, " and ")
	}
	return strings.Join(out, "\nor ")
}

// joins compares the join rules: groups in their order, as the product tries
// them, conditions of a group as a set.
func (d *differ) joins(label string, p pair[Rule]) {
	a, b := joinKeys(p.a.Joins), joinKeys(p.b.Joins)
	if slices.Equal(a, b) {
		return
	}
	x := Difference{
		Severity: Dangerous, Area: AreaRules, Object: label, Title: "Join rules", Change: Changed, Path: "relationshipCriteria",
		Before: joinText(p.a.Joins), After: joinText(p.b.Joins), Effect: "Objects find other counterparts, or none: accounts are joined wrongly or made twice.",
	}
	sortedA, sortedB := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	if slices.Equal(sortedA, sortedB) {
		x.Change = Moved
		x.Effect = "The join rules are tried in another order: where several match, another counterpart is taken."
	}
	d.add(x)
}

// joinKeys gives the groups of join rules as comparable texts, in their order.
func joinKeys(groups [][]Join) []string {
	out := make([]string, len(groups))
	for i, g := range groups {
		parts := make([]string, len(g))
		for k, j := range g {
			parts[k] = fmt.Sprintf("%s\x01%s\x01%t\x01%s", strings.ToLower(j.CS), strings.ToLower(j.MV), j.Sensitive, j.Extra)
		}
		slices.Sort(parts)
		out[i] = strings.Join(parts, "\x02")
	}
	return out
}

// joinText gives join rules as people read them.
func joinText(groups [][]Join) string {
	if len(groups) == 0 {
		return "none"
	}
	out := make([]string, len(groups))
	for i, g := range groups {
		parts := make([]string, len(g))
		for k, j := range g {
			parts[k] = strings.TrimSpace(j.CS + " = " + j.MV + " " + j.Extra)
			if j.Sensitive {
				parts[k] += " (case counts)"
			}
		}
		out[i] = strings.Join(parts, " and ")
	}
	return strings.Join(out, "\nelse ")
}

// mappings compares the transformations, target by target. Several to one target
// are compared in their order.
func (d *differ) mappings(label string, p pair[Rule]) {
	if slices.EqualFunc(p.a.Mappings, p.b.Mappings, sameMapping) {
		return
	}
	a, b := byTarget(p.a.Mappings), byTarget(p.b.Mappings)
	for _, key := range keysOf(a, b) {
		x, y := a[key], b[key]
		if slices.EqualFunc(x, y, sameMapping) {
			continue
		}
		d.mapping(label, x, y, p.b)
	}
}

// mapping reports what fills one target.
func (d *differ) mapping(label string, a, b []Mapping, r *Rule) {
	some := a
	if len(b) > 0 {
		some = b
	}
	target := some[0].Dest
	x := Difference{
		Severity: Dangerous, Area: AreaRules, Object: label, Title: "Transformation to " + target, Change: Changed, Path: "attribute-mappings/" + target,
		Before: mappingText(a), After: mappingText(b), Effect: target + " gets another value.",
	}
	switch {
	case len(b) == 0:
		x.Change = OnlyA
		x.Effect = "The rule no longer fills " + target + ": the next rule that does counts, or the value is cleared."
	case len(a) == 0:
		x.Change = OnlyB
		x.Effect = "The rule fills " + target + " on the new server, where it did not."
	case len(a) == len(b) && len(a) == 1 && a[0].how() != b[0].how():
		x.Effect = mappingEffect(a[0], b[0])
	}
	if r.Disabled {
		x.Severity = Attention
		x.Effect += " The rule is disabled, so nothing changes yet."
	}
	d.add(x)
}

// mappingEffect says what a changed transformation does.
func mappingEffect(a, b Mapping) string {
	switch {
	case a.value() != b.value():
		return b.Dest + " gets another value."
	case a.Merge != b.Merge:
		return fmt.Sprintf("Values of %s are combined with those of other rules differently (%s instead of %s).", b.Dest, b.Merge, a.Merge)
	case b.Once && !a.Once:
		return b.Dest + " is set once, when the object is made, and does not follow later changes."
	case a.Once && !b.Once:
		return b.Dest + " follows every change, where it was set only once."
	default:
		return b.Dest + " is filled in a way that this program does not know."
	}
}

// byTarget puts transformations together by their target.
func byTarget(list []Mapping) map[string][]Mapping {
	out := make(map[string][]Mapping, len(list))
	for _, m := range list {
		key := strings.ToLower(m.Dest)
		out[key] = append(out[key], m)
	}
	return out
}

// sameMapping tells whether two transformations do the same.
func sameMapping(a, b Mapping) bool {
	if a.Dest == b.Dest && a.Expression == b.Expression && a.Literal == b.Literal && a.Merge == b.Merge && a.Once == b.Once &&
		a.Extra == b.Extra && slices.Equal(a.Sources, b.Sources) {
		return true
	}
	return strings.EqualFold(a.Dest, b.Dest) && a.how() == b.how()
}

// how gives all of a transformation but its target as a comparable text.
func (m Mapping) how() string {
	return fmt.Sprintf("%s\x01%s\x01%t\x01%s", m.value(), strings.ToLower(m.Merge), m.Once, m.Extra)
}

// value gives where a transformation takes its value from, as a comparable text.
func (m Mapping) value() string {
	if m.Expression != "" {
		// Sources are named in the expression; newer versions name them only there.
		return "=" + code(m.Expression)
	}
	return strings.ToLower(strings.Join(m.Sources, ",")) + "\x01" + m.Literal
}

// mappingText gives transformations as people read them.
func mappingText(list []Mapping) string {
	out := make([]string, len(list))
	for i, m := range list {
		text := m.Expression
		switch {
		case text != "":
		case len(m.Sources) > 0:
			text = strings.Join(m.Sources, ", ")
		default:
			text = `constant "` + m.Literal + `"`
		}
		if !strings.EqualFold(m.Merge, "Update") && m.Merge != "" {
			text += "  (" + m.Merge + ")"
		}
		if m.Once {
			text += "  (once)"
		}
		if m.Extra != "" {
			text += "  (" + m.Extra + ")"
		}
		out[i] = text
	}
	return strings.Join(out, "\n")
}
