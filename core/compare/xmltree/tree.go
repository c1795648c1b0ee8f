// Package xmltree reads the XML of configuration exports into a flat tree. It is
// made for many megabytes of small elements: names and texts are parts of the
// document's own text, nothing is copied but what holds an entity, and nodes lie
// in one slice. Namespaces, prefixes, comments and processing instructions are
// left out: exports of the same configuration differ in them and in nothing else.
package xmltree

import (
	"fmt"
	"strings"
)

// Attr is one attribute, by its name without prefix. Declarations of namespaces
// are left out.
type Attr struct{ Name, Value string }

// Node is one element.
type Node struct {
	Name  string // without prefix
	Text  string // all character data directly inside, joined; not trimmed
	Line  int    // where it begins, from 1
	attrs [2]int32
	first int32 // of its children; 0 for none
	next  int32 // sibling; 0 for none
}

// Tree is one document. Names, texts and attributes share memory with the text
// that was parsed: clone what outlives it.
type Tree struct {
	nodes []Node // nodes[0] stands above the root
	attrs []Attr
}

// ID names a node of its tree; 0 is none.
type ID int32

// Error says that a text is no XML, and where.
type Error struct {
	Line int
	Text string
}

// Error gives the text with the line.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Limits of what is read. Real exports nest less than 15 levels deep.
const maxDepth = 200

// Root gives the root element.
func (t *Tree) Root() ID { return ID(t.nodes[0].first) }

// Node gives a node's name, text and line. The zero ID has none of them.
func (t *Tree) Node(id ID) Node {
	if id == 0 {
		return Node{}
	}
	return t.nodes[id]
}

// Attrs gives the attributes of a node.
func (t *Tree) Attrs(id ID) []Attr {
	if id == 0 {
		return nil
	}
	n := &t.nodes[id]
	return t.attrs[n.attrs[0]:n.attrs[1]]
}

// Attr gives an attribute by name without regard to case, or "".
func (t *Tree) Attr(id ID, name string) string {
	for _, a := range t.Attrs(id) {
		if strings.EqualFold(a.Name, name) {
			return a.Value
		}
	}
	return ""
}

// Kids visits the children of a node in order.
func (t *Tree) Kids(id ID, visit func(ID)) {
	if id == 0 {
		return
	}
	for k := t.nodes[id].first; k != 0; k = t.nodes[k].next {
		visit(ID(k))
	}
}

// HasKids tells whether the node has child elements.
func (t *Tree) HasKids(id ID) bool { return id != 0 && t.nodes[id].first != 0 }

// Find gives the first node along a path of names below id, or 0.
func (t *Tree) Find(id ID, path ...string) ID {
	for _, name := range path {
		if id == 0 {
			return 0
		}
		k := t.nodes[id].first
		for k != 0 && !strings.EqualFold(t.nodes[k].Name, name) {
			k = t.nodes[k].next
		}
		id = ID(k)
	}
	return id
}

// Value gives the text of the node along a path below id, without the white
// space around it.
func (t *Tree) Value(id ID, path ...string) string {
	return strings.TrimSpace(t.Node(t.Find(id, path...)).Text)
}

// Search gives the first node of that name at any depth below id, in document
// order, or 0. Exports made by the console wrap the root.
func (t *Tree) Search(id ID, name string) ID {
	if strings.EqualFold(t.Node(id).Name, name) {
		return id
	}
	var found ID
	t.Kids(id, func(k ID) {
		if found == 0 {
			found = t.Search(k, name)
		}
	})
	return found
}
