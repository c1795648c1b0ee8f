package sample

import (
	"strconv"
	"strings"
)

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// xmlText writes XML the way the product does: no declaration, empty elements
// with a blank before the slash where the reader left one.
type xmlText struct{ strings.Builder }

// open writes a start tag with attributes as name and value in turn.
func (x *xmlText) open(name string, attributes ...string) {
	x.start(name, attributes)
	x.WriteByte('>')
}

func (x *xmlText) start(name string, attributes []string) {
	x.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		x.WriteString(" " + attributes[i] + `="` + xmlEscaper.Replace(attributes[i+1]) + `"`)
	}
}

func (x *xmlText) close(names ...string) {
	for _, name := range names {
		x.WriteString("</" + name + ">")
	}
}

// text writes an element with text; without text it is an empty element.
func (x *xmlText) text(name, value string, attributes ...string) {
	x.start(name, attributes)
	if value == "" {
		x.WriteString(" />")
		return
	}
	x.WriteString(">" + xmlEscaper.Replace(value) + "</" + name + ">")
}

// pairs writes elements with text from names and values in turn.
func (x *xmlText) pairs(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		x.text(pairs[i], pairs[i+1])
	}
}

// parameter writes one <parameter> of <parameter-values>.
func (x *xmlText) parameter(name, use, value string, attributes ...string) {
	x.text("parameter", value, append([]string{"name", name, "type", "string", "use", use, "dataType", "String"}, attributes...)...)
}

func itoa(n int) string { return strconv.Itoa(n) }

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// trueFalse writes a Boolean as settings do.
func trueFalse(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
