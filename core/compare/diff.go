package compare

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// differ is one comparison.
type differ struct {
	a, b   *Config
	refs   *references
	report *Report
	gaps   map[Gap]bool
}

// Compare compares the configuration of the active server with that of the new
// one. at goes into the report. The time it takes grows with the size of the
// configurations, not with its square.
func Compare(active, fresh *Config, at time.Time) Report {
	d := &differ{a: active, b: fresh, gaps: map[Gap]bool{}}
	d.report = &Report{
		Format: Format, At: at.UTC(), Differences: []Difference{}, Notes: []string{}, NotCompared: []Gap{},
		Active: Side{active.Source, sizeOf(active)}, New: Side{fresh.Source, sizeOf(fresh)},
	}
	connectors := matchConnectors(active.Connectors, fresh.Connectors)
	d.refs = newReferences(connectors)
	rules := matchRules(active, fresh, d.refs)
	d.refs.rules(rules)
	d.sources()
	d.object(scopeOf{kind: KindSettings, label: "Global settings"}, active.Settings, fresh.Settings)
	d.metaverse()
	for _, p := range connectors {
		d.connector(p, rules)
	}
	for _, p := range rules {
		d.rule(p)
	}
	d.precedence(rules)
	d.report.order()
	d.notes()
	return *d.report
}

// sources tells of the servers themselves.
func (d *differ) sources() {
	a, b := d.a.Source, d.b.Source
	if a.Server != "" && b.Server != "" && !strings.EqualFold(a.Server, b.Server) {
		d.add(Difference{
			Severity: Expected, Area: AreaServer, Object: "Server", Title: "Name of the server", Change: Changed,
			Before: a.Server, After: b.Server, Effect: "Two servers have two names.",
		})
	}
}

// notes says what is worth knowing beside the differences.
func (d *differ) notes() {
	r, a, b := d.report, d.a.Source, d.b.Source
	r.Notes = append(append(r.Notes, a.Notes...), b.Notes...)
	if a.Kind == FromExport && b.Kind == FromExport && a.Server != "" && a.Server == b.Server && a.Exported.Equal(b.Exported) && !a.Exported.IsZero() {
		r.Notes = append(r.Notes, "Both sides say that they were exported from "+a.Server+" at the same moment: this may be one export, compared with itself.")
	}
	if off(a.Staging) && off(b.Staging) {
		r.Notes = append(r.Notes, "Neither server is in staging mode in these configurations. Two active servers export against each other.")
	}
	if on(a.Staging) && on(b.Staging) {
		r.Notes = append(r.Notes, "Both servers are in staging mode: neither of them exports anything.")
	}
	r.NotCompared = append(r.NotCompared, NeverCompared()...)
	var found []Gap
	for g := range d.gaps {
		found = append(found, g)
	}
	slices.SortFunc(found, func(x, y Gap) int { return strings.Compare(x.What, y.What) })
	r.NotCompared = append(r.NotCompared, found...)
}

func on(b *bool) bool  { return b != nil && *b }
func off(b *bool) bool { return b != nil && !*b }

// add takes one difference.
func (d *differ) add(x Difference) { d.report.Differences = append(d.report.Differences, x) }

// scopeOf says which object is compared.
type scopeOf struct {
	kind  Kind
	label string // how the object is called in the report
	entra bool   // belongs to the connector to Entra ID
	rule  *Rule  // of the new server, for rules
}

// object compares all properties of an object that is on both sides.
func (d *differ) object(s scopeOf, a, b *Object) {
	var changes []change
	i, j := 0, 0
	for i < len(a.Props) || j < len(b.Props) {
		switch order := keyOrder(a.Props, i, b.Props, j); {
		case order < 0:
			changes = d.changed(changes, s, &a.Props[i], nil)
			i++
		case order > 0:
			changes = d.changed(changes, s, nil, &b.Props[j])
			j++
		default:
			changes = d.changed(changes, s, &a.Props[i], &b.Props[j])
			i++
			j++
		}
	}
	for _, c := range d.withoutCopies(changes) {
		d.property(s, c)
	}
}

// keyOrder compares the keys at two positions; an ended list comes last.
func keyOrder(a []Prop, i int, b []Prop, j int) int {
	switch {
	case i >= len(a):
		return 1
	case j >= len(b):
		return -1
	default:
		return strings.Compare(a[i].Key, b[j].Key)
	}
}

// change is a property that differs.
type change struct {
	key, path     string
	before, after []string
	set           bool // order of the values does not count
	entry         *entry
}

// changed adds a property if it differs, and can differ.
func (d *differ) changed(list []change, s scopeOf, a, b *Prop) []change {
	some := a
	if some == nil {
		some = b
	}
	if a != nil && b != nil && d.equal(a, b) {
		return list
	}
	for _, side := range []struct {
		missing bool
		c       *Config
	}{{a == nil, d.a}, {b == nil, d.b}} {
		if why := side.c.lacking(s.kind, some.Key); side.missing && why != "" {
			d.gaps[Gap{string(s.kind) + ": " + some.Path, why}] = true
			return list
		}
	}
	c := change{key: some.Key, path: some.Path, set: !some.Order, entry: lookup(s, some.Key)}
	if c.entry.elsewhere {
		return list
	}
	if a != nil {
		c.before = a.Values
	}
	if b != nil {
		c.after = b.Values
	}
	return append(list, c)
}

// equal tells whether two properties mean the same.
func (d *differ) equal(a, b *Prop) bool {
	if !a.Order || !b.Order {
		return slices.Equal(a.Values, b.Values) || len(without(a.Values, b.Values)) == 0 && len(without(b.Values, a.Values)) == 0
	}
	if len(a.Values) != len(b.Values) {
		return false
	}
	names := nameKey(a.Key)
	for i, x := range a.Values {
		y := b.Values[i]
		if x != y && !d.refs.equal(x, y) && (!names || dn(x) != dn(y)) {
			return false
		}
	}
	return true
}

// nameKeys are the ends of paths whose value is a name without regard to case: of
// servers, domains, directories, attributes and object types.
var nameKeys = []string{
	"forest-name", "forest-login-domain", "forest-login-user", "login-domain", "login-user", "last-dc", "preferred-dc", "display-name",
	"sourceobjecttype", "targetobjecttype", "direction", "linktype", "/dn", "/name", "category", "filename",
	":forest-name", ":forest-login-domain", ":forest-login-user", ":forest.fqdn", ":forest.ldap", ":forest.netbios",
	":domain.fqdn", ":domain.ldap", ":domain.netbios", ":last-dc", "groupfilteringgroupdn", "writeback.forest", "writeback.container",
	"anchorattribute", "upnattribute", "customattribute", "username",
}

// nameKey tells whether a property's value is such a name.
func nameKey(key string) bool {
	if key == "name" {
		return true
	}
	for _, n := range nameKeys {
		if strings.HasSuffix(key, n) {
			return true
		}
	}
	return false
}

// withoutCopies leaves out the parameters that say once more what an element
// says: the same change is told once.
func (d *differ) withoutCopies(list []change) []change {
	first := map[string]bool{}
	for _, c := range list {
		if !strings.Contains(c.key, "parameter:") {
			first[lastName(c.key)+"\x00"+strings.Join(c.before, "\x01")+"\x00"+strings.Join(c.after, "\x01")] = true
		}
	}
	return slices.DeleteFunc(list, func(c change) bool {
		return strings.Contains(c.key, "parameter:") &&
			first[lastName(c.key)+"\x00"+strings.Join(c.before, "\x01")+"\x00"+strings.Join(c.after, "\x01")]
	})
}

// lastName gives the last name of a path. A parameter and an element of one name
// say the same.
func lastName(key string) string {
	name := key[strings.LastIndexAny(key, "/:@")+1:]
	return name
}

// property reports one property that differs.
func (d *differ) property(s scopeOf, c change) {
	e := c.entry
	x := Difference{
		Severity: e.severity, Area: e.area, Object: s.label, Title: e.titleOf(c.path), Change: Changed, Path: c.path,
		Before: d.show(d.refs.a, c.before, c.set), After: d.show(d.refs.b, c.after, c.set),
	}
	switch {
	case len(c.before) == 0:
		x.Change = OnlyB
	case len(c.after) == 0:
		x.Change = OnlyA
	}
	if c.key == "name" {
		x.Change = Renamed
	}
	if c.set {
		d.setDifference(&x, c)
	}
	x.Effect = e.effectOf(c)
	if e.weigh != nil {
		e.weigh(d, s, c, &x)
	}
	d.add(x)
}

// show gives the values of a property for a person.
func (d *differ) show(side map[string]string, values []string, set bool) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = shown(side, v)
		if v == "" && set {
			out[i] = "(everything)"
		}
	}
	return strings.Join(out, "\n")
}

// setDifference shows of two sets only what one of them lacks.
func (d *differ) setDifference(x *Difference, c change) {
	onlyA, onlyB := without(c.before, c.after), without(c.after, c.before)
	x.Before, x.After = d.show(d.refs.a, onlyA, true), d.show(d.refs.b, onlyB, true)
	x.Details = append(x.Details, fmt.Sprintf("%d on the active server, %d on the new one; only what differs is shown", len(c.before), len(c.after)))
}

// without gives what a has and b has not, compared as names.
func without(a, b []string) []string {
	have := map[string]bool{}
	for _, v := range b {
		have[dn(v)] = true
	}
	var out []string
	for _, v := range a {
		if !have[dn(v)] {
			out = append(out, v)
		}
	}
	return out
}
