package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare/xmltree"
)

// schema reads DSML. Attributes and classes are numbered at will by the server
// that wrote it, so all references are turned into names. 0 is an empty schema.
func (b *Builder) schema(t *xmltree.Tree, id xmltree.ID) (*Schema, error) {
	s := &Schema{Classes: map[string]*Class{}, Attributes: map[string]*Attribute{}}
	dir := t.Search(id, "directory-schema")
	if id == 0 || dir == 0 {
		return s, nil
	}
	names := map[string]string{}
	t.Kids(dir, func(k xmltree.ID) {
		if key := t.Attr(k, "id"); key != "" && t.Find(k, "name") != 0 {
			names["#"+key] = b.text(t.Value(k, "name"))
		}
	})
	var err error
	t.Kids(dir, func(k xmltree.ID) {
		switch strings.ToLower(t.Node(k).Name) {
		case "attribute-type":
			b.schemaAttribute(s, t, k)
		case "class", "dit-content-rule":
			if e := b.schemaClass(s, t, k, names); e != nil && err == nil {
				err = e
			}
		default:
			s.Attributes[strings.ToLower(t.Node(k).Name)+"?"] = &Attribute{b.text(t.Node(k).Name), b.unknown("", t, k)}
		}
	})
	for _, c := range s.Classes {
		slices.SortFunc(c.Attributes, compareFold)
		c.Attributes = slices.Compact(c.Attributes)
	}
	return s, err
}

// schemaAttribute reads one attribute: everything but its number.
func (b *Builder) schemaAttribute(s *Schema, t *xmltree.Tree, id xmltree.ID) {
	name := t.Value(id, "name")
	if name == "" {
		name = t.Attr(id, "id")
	}
	var text []string
	t.Kids(id, func(k xmltree.ID) {
		if strings.EqualFold(t.Node(k).Name, "name") {
			return
		}
		text = append(text, t.Node(k).Name+" "+syntaxName(strings.TrimSpace(t.Node(k).Text)))
	})
	for _, a := range t.Attrs(id) {
		if strings.EqualFold(a.Name, "id") {
			continue
		}
		if off, ok := truth(a.Value); ok && !off && !strings.HasPrefix(a.Name, "range") {
			continue // false is what an attribute is without it
		}
		text = append(text, a.Name+" "+strings.ToLower(a.Value))
	}
	slices.Sort(text)
	s.Attributes[b.key(name)] = &Attribute{b.text(name), b.text(strings.Join(text, ", "))}
}

// syntaxes are the syntaxes of LDAP by what they are called
// (https://www.rfc-editor.org/rfc/rfc4517#appendix-A).
var syntaxes = map[string]string{
	"1.3.6.1.4.1.1466.115.121.1.5": "binary", "1.3.6.1.4.1.1466.115.121.1.7": "boolean",
	"1.3.6.1.4.1.1466.115.121.1.12": "reference", "1.3.6.1.4.1.1466.115.121.1.15": "text",
	"1.3.6.1.4.1.1466.115.121.1.27": "number", "1.3.6.1.4.1.1466.115.121.1.40": "octets",
}

// syntaxName gives a syntax as people call it.
func syntaxName(oid string) string {
	if n, ok := syntaxes[oid]; ok {
		return n
	}
	return oid
}

// schemaClass reads an object type, or what a content rule adds to one.
func (b *Builder) schemaClass(s *Schema, t *xmltree.Tree, id xmltree.ID, names map[string]string) error {
	name := t.Value(id, "name")
	if name == "" {
		name = names["#"+t.Attr(id, "id")]
	}
	if name == "" {
		name = t.Attr(id, "id")
	}
	c := s.Classes[b.key(name)]
	if c == nil {
		c = &Class{Name: b.text(name)}
		s.Classes[b.key(name)] = c
	}
	var err error
	t.Kids(id, func(k xmltree.ID) {
		n := t.Node(k)
		if strings.EqualFold(n.Name, "name") {
			return
		}
		ref := t.Attr(k, "ref")
		if ref == "" {
			c.Extra = b.unknown(c.Extra, t, k)
			return
		}
		to, ok := names[ref]
		if !ok && err == nil {
			err = fmt.Errorf("line %d of the schema refers to %q, which is not there", n.Line, ref)
		}
		if !strings.EqualFold(n.Name, "attribute") {
			to = n.Name + ":" + to
		}
		if on, _ := truth(t.Attr(k, "required")); on {
			to += "!"
		}
		c.Attributes = append(c.Attributes, b.text(to))
	})
	for _, a := range t.Attrs(id) {
		if !strings.EqualFold(a.Name, "id") && !strings.EqualFold(a.Name, "superior") {
			c.Extra = b.text(strings.TrimSpace(c.Extra + " " + a.Name + "=" + a.Value))
		}
		if strings.EqualFold(a.Name, "superior") {
			c.Attributes = append(c.Attributes, b.text("superior:"+names[a.Value]))
		}
	}
	return err
}
