package adsync

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// node is one element of an XML text. Names are local names, without namespace:
// exports of the same configuration differ in prefixes and order, never in names.
type node struct {
	name  string
	attrs []xml.Attr
	text  string // all character data directly inside, joined
	kids  []*node
}

// maxDepth bounds the nesting that is read; real documents have less than ten levels.
const maxDepth = 200

// newDecoder gives a decoder over text. The text is already decoded, so what an
// XML declaration says about its encoding is of no account.
func newDecoder(text string) *xml.Decoder {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return d
}

// parseXML reads a document or a row of sibling elements under one nameless node.
func parseXML(text string) (*node, error) {
	root := &node{}
	stack := []*node{root}
	texts := [][]byte{nil} // of the nodes of stack: text in many pieces must not take the square of their number
	d := newDecoder(text)
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			root.text = string(texts[0])
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("XML: %w", err)
		}
		last := len(stack) - 1
		top := stack[last]
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > maxDepth {
				return nil, fmt.Errorf("XML: more than %d levels", maxDepth)
			}
			kid := &node{name: t.Name.Local, attrs: append([]xml.Attr(nil), t.Attr...)}
			top.kids = append(top.kids, kid)
			stack, texts = append(stack, kid), append(texts, nil)
		case xml.EndElement:
			top.text = string(texts[last])
			stack, texts = stack[:last], texts[:last]
		case xml.CharData:
			texts[last] = append(texts[last], t...)
		}
	}
}

// value gives the element's text without the white space around it; a nil node
// has none.
func (n *node) value() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(n.text)
}

// attr gives an attribute by local name.
func (n *node) attr(name string) (string, bool) {
	for _, a := range n.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return a.Value, true
		}
	}
	return "", false
}

// walk visits the elements below n in document order until visit says false.
func (n *node) walk(visit func(*node) bool) bool {
	for _, k := range n.kids {
		if !visit(k) || !k.walk(visit) {
			return false
		}
	}
	return true
}

// find gives the first element of that name at any depth, or nil.
func (n *node) find(name string) *node {
	if n == nil {
		return nil
	}
	var found *node
	n.walk(func(k *node) bool {
		if strings.EqualFold(k.name, name) {
			found = k
		}
		return found == nil
	})
	return found
}

// all gives the elements of that name at any depth.
func (n *node) all(name string) []*node {
	var out []*node
	if n == nil {
		return out
	}
	n.walk(func(k *node) bool {
		if strings.EqualFold(k.name, name) {
			out = append(out, k)
		}
		return true
	})
	return out
}

// values gives the texts, without the empty ones, of the elements of that name.
func (n *node) values(name string) []string {
	var out []string
	for _, k := range n.all(name) {
		if v := k.value(); v != "" {
			out = append(out, v)
		}
	}
	return out
}
