package compare

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// precedence compares the order of the rules. The numbers say nothing by
// themselves; what counts is which of two rules that fill the same comes first.
func (d *differ) precedence(rules []pair[Rule]) {
	type key struct {
		inbound bool
		place   string
	}
	groups := map[key][]pair[Rule]{}
	oneSided, renumbered := false, 0
	for _, p := range rules {
		if !p.both() {
			oneSided = true
			continue
		}
		if p.a.Precedence != p.b.Precedence {
			renumbered++
		}
		k := key{p.b.Inbound, strings.ToLower(p.b.Target)}
		if !p.b.Inbound {
			k.place += "\x00" + d.refs.b[p.b.Connector]
		}
		groups[k] = append(groups[k], p)
	}
	if renumbered == 0 {
		return
	}
	moved := map[*Rule]bool{}
	for _, g := range groups {
		for _, m := range movedRules(g) {
			moved[m.p.b] = true
			d.movedRule(m)
		}
	}
	d.renumbered(rules, moved, oneSided)
}

// movedOne is a rule that changed its place, with one that it passed.
type movedOne struct {
	p      pair[Rule]
	passed *Rule
	shared []string // attributes that both fill
}

// movedRules gives the fewest rules of a group whose move explains the other order.
func movedRules(g []pair[Rule]) []movedOne {
	slices.SortStableFunc(g, func(x, y pair[Rule]) int {
		return cmp.Or(cmp.Compare(x.a.Precedence, y.a.Precedence), cmp.Compare(x.b.Precedence, y.b.Precedence))
	})
	keep := increasing(g)
	var out []movedOne
	for i, p := range g {
		if keep[i] {
			continue
		}
		m := movedOne{p: p}
		// Looking at all others for every rule would cost the square.
		if len(out) < 50 {
			m.passed, m.shared = passedBy(g, i)
		}
		out = append(out, m)
	}
	return out
}

// increasing gives which members of a longest part of g stand in the same order
// on both sides.
func increasing(g []pair[Rule]) []bool {
	tails, before := []int{}, make([]int, len(g))
	for i, p := range g {
		at := sort.Search(len(tails), func(k int) bool { return g[tails[k]].b.Precedence > p.b.Precedence })
		before[i] = -1
		if at > 0 {
			before[i] = tails[at-1]
		}
		if at == len(tails) {
			tails = append(tails, i)
		} else {
			tails[at] = i
		}
	}
	keep := make([]bool, len(g))
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = before[i] {
			keep[i] = true
		}
	}
	return keep
}

// passedBy gives a rule that member i of g passed, best one that fills the same.
func passedBy(g []pair[Rule], i int) (passed *Rule, shared []string) {
	mine := byTarget(g[i].b.Mappings)
	for k, q := range g {
		a, b := cmp.Compare(g[i].a.Precedence, q.a.Precedence), cmp.Compare(g[i].b.Precedence, q.b.Precedence)
		if k == i || a == b {
			continue
		}
		var both []string
		for _, m := range q.b.Mappings {
			if _, ok := mine[strings.ToLower(m.Dest)]; ok {
				both = append(both, m.Dest)
			}
		}
		if passed == nil || len(both) > len(shared) {
			passed, shared = q.b, both
		}
	}
	return passed, shared
}

// movedRule reports a rule in another place.
func (d *differ) movedRule(m movedOne) {
	x := Difference{
		Severity: Dangerous, Area: AreaRules, Object: d.ruleLabel(m.p.b, d.refs.b), Title: "Precedence", Change: Moved, Path: "precedence",
		Before: fmt.Sprint(m.p.a.Precedence), After: fmt.Sprint(m.p.b.Precedence),
		Effect: "The rule stands in another place among the rules that fill the same objects: where several fill one attribute, another one wins.",
	}
	switch {
	case m.passed == nil:
	case len(m.shared) > 0:
		x.Effect = fmt.Sprintf("Its place relative to \"%s\" is the other way round: another of the two wins for %s.", m.passed.Name, someOf(m.shared))
	default:
		x.Severity = Attention
		x.Effect = fmt.Sprintf("Its place relative to \"%s\" is the other way round; the two fill no attribute in common.", m.passed.Name)
	}
	d.add(x)
}

// someOf lists a few names.
func someOf(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more attributes", strings.Join(names[:most], ", "), len(names)-most)
}

// renumbered tells in one line of numbers that differ while the order is the same.
func (d *differ) renumbered(rules []pair[Rule], moved map[*Rule]bool, explained bool) {
	var names []string
	var one pair[Rule]
	for _, p := range rules {
		if p.both() && p.a.Precedence != p.b.Precedence && !moved[p.b] {
			names = append(names, fmt.Sprintf("%s: %d, %d", p.b.Name, p.a.Precedence, p.b.Precedence))
			one = p
		}
	}
	if len(names) == 0 {
		return
	}
	x := Difference{
		Severity: Attention, Area: AreaRules, Object: count(len(names), "rule", "rules"), Title: "Precedence numbers", Change: Changed, Path: "precedence",
		Effect: "The rules stand in the same order, so the result is the same; a rule that is put between them later may land elsewhere.", Details: names,
	}
	x.Before, x.After = "see below", "other numbers, same order"
	if len(names) == 1 {
		x.Object, x.Before, x.After, x.Details = d.ruleLabel(one.b, d.refs.b), fmt.Sprint(one.a.Precedence), fmt.Sprint(one.b.Precedence), nil
	}
	if explained {
		x.Severity = Expected
		x.Effect = "The rules stand in the same order; the numbers are shifted by rules that only one server has."
	}
	d.add(x)
}
