package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare/xmltree"
)

// sets are the elements whose children are a set of texts: their order means
// nothing. Everything else that occurs several times is compared in its order.
var sets = map[string]bool{
	"attribute-inclusion": true, "object-classes": true, "inclusions": true, "exclusions": true,
}

// listSettings are settings that hold a list in one text, separated by commas,
// in which order means nothing.
var listSettings = map[string]bool{
	"microsoft.optionalfeature.directoryextensionattributes": true,
	"microsoft.directoryextension.sourcetargetattributesmap": true,
	"microsoft.aadfilter.applicationlist":                    true,
	"microsoft.aadfilter.attributeexclusionlist":             true,
}

// flattener makes properties of the elements below one element.
type flattener struct {
	b    *Builder
	t    *xmltree.Tree
	o    *Object
	skip map[string]bool // children of the first level that are read elsewhere
}

// element takes an element's attributes and everything below it. leave names one
// child that is left out.
func (f *flattener) element(id xmltree.ID, path, leave string) {
	for _, a := range f.t.Attrs(id) {
		f.add(path+"@"+a.Name, a.Value)
	}
	if path != "" {
		if text := strings.TrimSpace(f.t.Node(id).Text); text != "" {
			f.add(path, text)
		}
	}
	if f.set(id, path) {
		return
	}
	seen := map[string]int{}
	f.t.Kids(id, func(k xmltree.ID) {
		name := f.t.Node(k).Name
		if path == "" && (f.skip[strings.ToLower(name)] || strings.EqualFold(name, leave)) {
			return
		}
		f.child(k, name, path, seen)
	})
}

// child takes one child element of path.
func (f *flattener) child(k xmltree.ID, name, path string, seen map[string]int) {
	if strings.EqualFold(name, "parameter-values") {
		f.parameters(k, path)
		return
	}
	below := name
	if path != "" {
		below = path + "/" + name
	}
	if key := f.keyOf(k, name); key != "" {
		f.element(k, below+"["+key+"]", "")
		return
	}
	if !f.t.HasKids(k) && len(f.t.Attrs(k)) == 0 {
		if text := strings.TrimSpace(f.t.Node(k).Text); text != "" {
			f.add(below, text) // several of a name become one list
		}
		return
	}
	seen[strings.ToLower(name)]++
	if n := seen[strings.ToLower(name)]; n > 1 {
		below = fmt.Sprintf("%s[%d]", below, n)
	}
	f.element(k, below, "")
}

// keyOf gives by what an element among several of its name is known, or "".
func (f *flattener) keyOf(k xmltree.ID, name string) string {
	switch strings.ToLower(name) {
	case "class", "parameter":
		if v := f.t.Attr(k, "name"); v != "" {
			return v
		}
		return f.t.Value(k, "name")
	case "mapping":
		return f.t.Value(k, "primary_class")
	case "attribute":
		return f.t.Attr(k, "object_class")
	}
	return ""
}

// set takes an element whose children are a set of texts.
func (f *flattener) set(id xmltree.ID, path string) bool {
	name := path[strings.LastIndexByte(path, '/')+1:]
	if !sets[strings.ToLower(name)] {
		return false
	}
	plain := true
	values := []string{}
	f.t.Kids(id, func(k xmltree.ID) {
		plain = plain && !f.t.HasKids(k) && len(f.t.Attrs(k)) == 0
		values = append(values, f.b.text(strings.TrimSpace(f.t.Node(k).Text)))
	})
	if !plain {
		return false
	}
	if len(values) > 0 {
		slices.SortFunc(values, compareFold)
		values = slices.CompactFunc(values, strings.EqualFold)
		f.o.Props = append(f.o.Props, Prop{Key: f.b.key(path), Path: f.b.text(path), Values: values})
	}
	return true
}

// parameters takes <parameter name="…">, which are known by name.
func (f *flattener) parameters(id xmltree.ID, path string) {
	f.t.Kids(id, func(k xmltree.ID) {
		name := f.t.Attr(k, "name")
		if name == "" {
			name = f.t.Node(k).Name
		}
		below := "parameter:" + name
		if path != "" {
			below = path + "/" + below
		}
		sealed, _ := truth(f.t.Attr(k, "encrypted"))
		secret := sealed || strings.EqualFold(f.t.Attr(k, "type"), "encrypted-string") || secretName(name)
		for _, a := range f.t.Attrs(k) {
			if !strings.EqualFold(a.Name, "name") {
				f.add(below+"@"+a.Name, a.Value)
			}
		}
		text := strings.TrimSpace(f.t.Node(k).Text)
		switch {
		case secret:
			f.secret(below)
		case listSettings[strings.ToLower(name)]:
			f.list(below, text)
		case text != "":
			f.add(below, text)
		}
		f.t.Kids(k, func(deep xmltree.ID) { f.child(deep, f.t.Node(deep).Name, below, map[string]int{}) })
	})
}

// list takes a text that holds a list.
func (f *flattener) list(path, text string) {
	var values []string
	for v := range strings.SplitSeq(text, ",") {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, f.b.text(v))
		}
	}
	if len(values) > 0 {
		slices.SortFunc(values, compareFold)
		f.o.Props = append(f.o.Props, Prop{Key: f.b.key(path), Path: f.b.text(path), Values: values})
	}
}

// masked stands for every secret: neither its value nor whether two are equal is told.
const masked = "***"

// secret takes a property whose value is not even looked at.
func (f *flattener) secret(path string) {
	f.o.Props = append(f.o.Props, Prop{Key: f.b.key(path), Path: f.b.text(path), Values: []string{masked}, Secret: true})
}

// add takes one value.
func (f *flattener) add(path, value string) {
	name := path[strings.LastIndexAny(path, "/:@")+1:]
	if secretName(name) || strings.Contains(strings.ToLower(path), "encrypted-attributes") {
		f.secret(path)
		return
	}
	if g := guid(value); g != "" {
		value = g
	}
	f.o.Props = append(f.o.Props, Prop{Key: f.b.key(path), Path: f.b.text(path), Values: f.b.oneMore(nil, f.b.text(shortened(name, lines(value)))), Order: true})
}

// secretName tells whether what is called so is a secret.
func secretName(name string) bool {
	n := strings.ToLower(name)
	return strings.HasSuffix(n, "password") || strings.HasSuffix(n, "secret") || strings.HasSuffix(n, "passphrase") ||
		n == "encrypted_configuration" || n == "passwordresetconfiguration" || strings.HasSuffix(n, "privatekey")
}

// shortened keeps of the long cookies only enough to tell them apart.
func shortened(name, value string) string {
	n := strings.ToLower(name)
	if n != "cookie" && n != "water-mark" || len(value) < 80 {
		return value
	}
	return fmt.Sprintf("%s…%s (%d characters)", value[:24], value[len(value)-12:], len(value))
}

// finish sorts the properties and joins those of one path to a list.
func (o *Object) finish() {
	slices.SortStableFunc(o.Props, func(a, b Prop) int { return strings.Compare(a.Key, b.Key) })
	out := o.Props[:0]
	for _, p := range o.Props {
		if n := len(out); n > 0 && out[n-1].Key == p.Key {
			out[n-1].Values = append(slices.Clip(out[n-1].Values), p.Values...)
			continue
		}
		out = append(out, p)
	}
	o.Props = slices.Clip(out)
}
