package compare

import (
	"fmt"
	"slices"
	"strings"
)

// connector compares one connector with all that belongs to it.
func (d *differ) connector(p pair[Connector], rules []pair[Rule]) {
	if !p.both() {
		d.oneConnector(p, rules)
		return
	}
	label := quote("Connector", p.b.Name)
	d.object(scopeOf{kind: KindConnector, label: label, entra: p.b.Entra()}, &p.a.Object, &p.b.Object)
	d.connectorSchema(label, p)
	for _, q := range matchObjects(p.a.Partitions, p.b.Partitions) {
		d.partition(p.b, q)
	}
	for _, q := range matchObjects(p.a.Profiles, p.b.Profiles) {
		d.profile(p.b, q)
	}
}

// quote names an object.
func quote(kind, name string) string { return fmt.Sprintf("%s \"%s\"", kind, name) }

// oneConnector reports a connector of one server, with all behind it as one line.
func (d *differ) oneConnector(p pair[Connector], rules []pair[Rule]) {
	c, change, effect := p.a, OnlyA, "Nothing of this system is synchronized by the new server: its objects are deleted from Microsoft Entra ID when the new server goes live."
	if c == nil {
		c, change, effect = p.b, OnlyB, "The new server synchronizes a system that the active one does not know."
	}
	n := 0
	for _, r := range rules {
		if change == OnlyA && r.a != nil && r.b == nil && r.a.Connector == c.ID || change == OnlyB && r.b != nil && r.a == nil && r.b.Connector == c.ID {
			n++
		}
	}
	d.add(oneSided(Difference{
		Severity: Dangerous, Area: AreaConnector, Object: quote("Connector", c.Name), Title: "Connector", Effect: effect,
		Details: []string{fmt.Sprintf("with %s, %s and %s of its own", count(len(c.Partitions), "partition", "partitions"),
			count(len(c.Profiles), "run profile", "run profiles"), count(n, "synchronization rule", "synchronization rules"))},
	}, change, c.Name))
}

// oneSided fills in on which side a thing is.
func oneSided(x Difference, change Change, what string) Difference {
	x.Change = change
	if change == OnlyA {
		x.Before = what
	} else {
		x.After = what
	}
	return x
}

// profile compares one run profile.
func (d *differ) profile(c *Connector, p pair[Object]) {
	label := func(o *Object) string { return quote("Run profile", o.Name) + " of " + c.Name }
	switch {
	case p.both():
		d.object(scopeOf{kind: KindProfile, label: label(p.b)}, p.a, p.b)
	case p.a != nil:
		d.add(oneSided(Difference{
			Severity: Attention, Area: AreaProfiles, Object: label(p.a), Title: "Run profile",
			Effect: "The scheduler and scripts that start it fail on the new server.",
		}, OnlyA, p.a.Name))
	default:
		d.add(oneSided(Difference{
			Severity: Attention, Area: AreaProfiles, Object: label(p.b), Title: "Run profile",
			Effect: "The new server has one more run profile; nothing starts it by itself.",
		}, OnlyB, p.b.Name))
	}
}

// partition compares one domain or naming context.
func (d *differ) partition(c *Connector, p pair[Object]) {
	label := func(o *Object) string {
		if o.Name == "default" {
			return "Partition of " + c.Name
		}
		return quote("Domain", o.Name)
	}
	if p.both() {
		d.object(scopeOf{kind: KindPartition, label: label(p.b), entra: c.Entra()}, p.a, p.b)
		d.containers(label(p.b), p.a, p.b)
		return
	}
	o, change := p.a, OnlyA
	if o == nil {
		o, change = p.b, OnlyB
	}
	x := Difference{Severity: Attention, Area: AreaFilter, Object: label(o), Title: "Domain", Effect: "The domain is known to one server only, and not synchronized there either."}
	if on, _ := truth(o.Value("selected")); on {
		x.Severity = Dangerous
		x.Effect = "The whole domain leaves the scope: its objects are deleted from Microsoft Entra ID."
		if change == OnlyB {
			x.Effect = "The whole domain comes into scope: its objects are made in Microsoft Entra ID."
		}
	}
	d.add(oneSided(x, change, o.Name))
}

// containers compares the filter by containers, by what it does to each
// container that either side lists.
func (d *differ) containers(label string, a, b *Object) {
	inA, exA := setOf(a, "filter/containers/inclusions"), setOf(a, "filter/containers/exclusions")
	inB, exB := setOf(b, "filter/containers/inclusions"), setOf(b, "filter/containers/exclusions")
	names := map[string]string{}
	for _, m := range []map[string]string{inA, exA, inB, exB} {
		for key, name := range m {
			names[key] = name
		}
	}
	keys := make([]string, 0, len(names))
	for k := range names {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, key := range keys {
		listedA, listedB := listed(key, inA, exA), listed(key, inB, exB)
		if listedA == listedB {
			continue
		}
		d.container(label, names[key], inScope(key, inA, exA), inScope(key, inB, exB), listedA, listedB)
	}
}

// container reports one container that is listed differently.
func (d *differ) container(label, name string, was, is bool, listedA, listedB string) {
	x := Difference{
		Severity: Dangerous, Area: AreaFilter, Object: label, Title: name, Change: Changed, Path: "filter/containers",
		Before: scopeWord(was) + listedA, After: scopeWord(is) + listedB,
	}
	if name == "" {
		x.Title = "All containers"
	}
	switch {
	case was && !is:
		x.Effect = "It was in scope and is out of it now: the objects there are deleted from Microsoft Entra ID when the new server exports."
	case !was && is:
		x.Effect = "It was out of scope and is in it now: the objects there are made in Microsoft Entra ID when the new server exports."
	default:
		x.Severity = Attention
		x.Effect = "It is listed on one server only, with the same result today; containers below it, or made later, may be treated differently."
	}
	d.add(x)
}

// scopeWord says whether a container is in scope.
func scopeWord(in bool) string {
	if in {
		return "in scope"
	}
	return "not in scope"
}

// setOf gives a set of DNs by their comparable form.
func setOf(o *Object, path string) map[string]string {
	out := map[string]string{}
	if p := o.prop(path); p != nil {
		for _, v := range p.Values {
			out[dn(v)] = v
		}
	}
	return out
}

// listed says how a container is listed.
func listed(key string, in, ex map[string]string) string {
	_, included := in[key]
	_, excluded := ex[key]
	switch {
	case included && excluded:
		return " (included and excluded)"
	case included:
		return " (included)"
	case excluded:
		return " (excluded)"
	default:
		return " (not listed)"
	}
}

// inScope tells whether a container is in scope: the nearest of its ancestors
// that is listed, itself included, decides. Without any it is in scope unless
// something else is included.
func inScope(key string, in, ex map[string]string) bool {
	parts := splitDN(key)
	for i := range parts {
		at := strings.Join(parts[i:], ",")
		if _, ok := in[at]; ok {
			return true
		}
		if _, ok := ex[at]; ok {
			return false
		}
	}
	if _, all := in[""]; all {
		return true
	}
	return len(in) == 0
}
