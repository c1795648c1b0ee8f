package compare

import (
	"fmt"
	"hash/fnv"
	"strings"
)

// pair is one thing of both sides; one of them is nil when it is on one side only.
type pair[T any] struct{ a, b *T }

// both tells whether the thing is on both sides.
func (p pair[T]) both() bool { return p.a != nil && p.b != nil }

// matcher pairs the things of two sides, key by key, the surest key first.
type matcher[T any] struct {
	a, b  []*T
	usedA map[*T]*T
	usedB map[*T]bool
}

func newMatcher[T any](a, b []*T) *matcher[T] {
	return &matcher[T]{a: a, b: b, usedA: make(map[*T]*T, len(a)), usedB: make(map[*T]bool, len(b))}
}

// by pairs what is left by a key; "" is no key. Several of one key are paired in
// their order: first those that same says are equal, then the others.
func (m *matcher[T]) by(keyA, keyB func(*T) string, same func(a, b *T) bool) {
	left := map[string][]*T{}
	for _, b := range m.b {
		if m.usedB[b] {
			continue
		}
		if k := keyB(b); k != "" {
			left[k] = append(left[k], b)
		}
	}
	m.take(left, keyA, func(a, b *T) bool { return same == nil || same(a, b) })
	m.take(left, keyA, func(*T, *T) bool { return true })
}

// take pairs each of a that is left with the first of its key that fits.
func (m *matcher[T]) take(left map[string][]*T, keyA func(*T) string, fits func(a, b *T) bool) {
	for _, a := range m.a {
		if m.usedA[a] != nil {
			continue
		}
		list := left[keyA(a)]
		for i, b := range list {
			if alone := len(list) == 1; m.usedB[b] || !alone && !fits(a, b) {
				continue
			}
			m.usedA[a], m.usedB[b] = b, true
			if i == 0 {
				left[keyA(a)] = list[1:] // so that many of one key do not cost the square
			}
			break
		}
	}
}

// pairs gives what was paired in the order of a, then what b has alone.
func (m *matcher[T]) pairs() []pair[T] {
	out := make([]pair[T], 0, len(m.a))
	for _, a := range m.a {
		out = append(out, pair[T]{a, m.usedA[a]})
	}
	for _, b := range m.b {
		if !m.usedB[b] {
			out = append(out, pair[T]{nil, b})
		}
	}
	return out
}

// matchConnectors pairs connectors by id, then by name. The connector to Entra ID
// has the same id everywhere.
func matchConnectors(a, b []*Connector) []pair[Connector] {
	m := newMatcher(a, b)
	id := func(c *Connector) string { return c.ID }
	name := func(c *Connector) string { return strings.ToLower(c.Value("category") + "\x00" + c.Name) }
	m.by(id, id, nil)
	m.by(name, name, nil)
	return m.pairs()
}

// matchObjects pairs partitions or run profiles by id, then by name.
func matchObjects(a, b []*Object) []pair[Object] {
	m := newMatcher(a, b)
	id := func(o *Object) string { return o.ID }
	name := func(o *Object) string { return dn(o.Name) }
	m.by(id, id, nil)
	m.by(name, name, nil)
	return m.pairs()
}

// matchRules pairs rules: by id, by Microsoft's tag without its revision, by name
// in their connector, and what is left by what they do: that is a rule made anew
// under another name.
func matchRules(a, b *Config, refs *references) []pair[Rule] {
	m := newMatcher(a.Rules, b.Rules)
	id := func(r *Rule) string { return r.ID }
	m.by(id, id, nil)
	keyed := func(key func(*Rule) string) {
		m.by(func(r *Rule) string { return prefixed(refs.a[r.Connector], r, key(r)) },
			func(r *Rule) string { return prefixed(refs.b[r.Connector], r, key(r)) },
			func(x, y *Rule) bool { return content(x) == content(y) })
	}
	keyed(func(r *Rule) string {
		base, _ := tagParts(r.Tag)
		return base
	})
	keyed(func(r *Rule) string { return strings.ToLower(r.Name) })
	keyed(func(r *Rule) string {
		if len(r.Mappings)+len(r.Scope)+len(r.Joins) == 0 {
			return ""
		}
		return fmt.Sprintf("%s|%s|%d", strings.ToLower(r.Source), strings.ToLower(r.Target), content(r))
	})
	return m.pairs()
}

// prefixed makes a key that holds within one connector and direction. A missing
// connector is one of its own.
func prefixed(connector string, r *Rule, key string) string {
	if key == "" {
		return ""
	}
	return fmt.Sprintf("%s|%t|%s", connector, r.Inbound, key)
}

// tagParts splits Microsoft's tag, "Microsoft.InfromADUserJoin.005", into what
// names the rule, in lower case, and its revision.
func tagParts(tag string) (base, revision string) {
	i := strings.LastIndexByte(tag, '.')
	if i <= 0 {
		return strings.ToLower(tag), ""
	}
	return strings.ToLower(tag[:i]), tag[i+1:]
}

// content is a number of what a rule does, by which equal rules are found.
func content(r *Rule) uint64 {
	h := fnv.New64a()
	put := func(parts ...string) {
		for _, p := range parts {
			_, _ = h.Write([]byte(p)) // a hash takes everything
			_, _ = h.Write([]byte{0})
		}
	}
	put(scopeKeys(r.Scope)...)
	put("|")
	put(joinKeys(r.Joins)...)
	for _, m := range r.Mappings {
		put(strings.ToLower(m.Dest), m.how())
	}
	return h.Sum64()
}

// references tell which GUIDs of the two sides mean the same thing.
type references struct {
	a, b     map[string]string // GUID -> what it stands for
	inA, inB map[string]bool   // what the connectors and partitions of a side stand for
}

// newReferences numbers the connectors and partitions of both sides.
func newReferences(pairs []pair[Connector]) *references {
	r := &references{a: map[string]string{}, b: map[string]string{}}
	for _, p := range pairs {
		switch {
		case p.both():
			r.same(&p.a.Object, &p.b.Object, p.a.Name)
			for _, q := range matchObjects(p.a.Partitions, p.b.Partitions) {
				r.pairOf(q)
			}
			for _, q := range matchObjects(p.a.Profiles, p.b.Profiles) {
				r.pairOf(q)
			}
		case p.a != nil:
			r.put(r.a, &p.a.Object, p.a.Partitions)
		default:
			r.put(r.b, &p.b.Object, p.b.Partitions)
		}
	}
	r.inA, r.inB = tokensOf(r.a), tokensOf(r.b)
	return r
}

// tokensOf gives what GUIDs stand for.
func tokensOf(side map[string]string) map[string]bool {
	out := make(map[string]bool, len(side))
	for _, v := range side {
		out[v] = true
	}
	return out
}

// same makes the GUIDs of two objects mean one thing.
func (r *references) same(a, b *Object, name string) {
	token := fmt.Sprintf("%s\x00%d", name, len(r.a))
	if a.ID != "" {
		r.a[a.ID] = token
	}
	if b.ID != "" {
		r.b[b.ID] = token
	}
}

func (r *references) pairOf(q pair[Object]) {
	switch {
	case q.both():
		r.same(q.a, q.b, q.a.Name)
	case q.a != nil:
		r.put(r.a, q.a, nil)
	default:
		r.put(r.b, q.b, nil)
	}
}

// put gives names to the GUIDs of what is on one side only.
func (r *references) put(side map[string]string, o *Object, parts []*Object) {
	side[o.ID] = o.Name + "\x00" + o.ID
	for _, p := range parts {
		side[p.ID] = p.Name + "\x00" + p.ID
	}
}

// rules makes the GUIDs of paired rules mean one thing.
func (r *references) rules(pairs []pair[Rule]) {
	for _, p := range pairs {
		switch {
		case p.both():
			r.same(&p.a.Object, &p.b.Object, p.a.Name)
		case p.a != nil:
			r.put(r.a, &p.a.Object, nil)
		default:
			r.put(r.b, &p.b.Object, nil)
		}
	}
}

// equal tells whether a value of each side means the same.
func (r *references) equal(a, b string) bool {
	if sameText(a, b) {
		return true
	}
	return r.a[a] != "" && r.a[a] == r.b[b]
}

// shown gives what a value means: the name of what a GUID stands for.
func shown(side map[string]string, v string) string {
	if name, _, ok := strings.Cut(side[v], "\x00"); ok {
		return name
	}
	return v
}
