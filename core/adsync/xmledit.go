package adsync

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// span is a piece of a text, as byte offsets.
type span struct{ from, to int }

// place is where one element stands in a text.
type place struct {
	path   []string // local names from the root down to the element itself
	attrs  []xml.Attr
	open   span   // the start tag, "<" to ">"
	inner  span   // what lies between the tags; empty for <a/>
	closed bool   // <a/>
	chars  []span // character data directly inside, CDATA sections included
	kids   int    // elements directly inside
	value  string // the character data, decoded
	text   []byte // the same while it is being read, in how many pieces ever
}

// name gives the local name of the element.
func (p *place) name() string { return p.path[len(p.path)-1] }

// scanXML finds every element of text with its offsets, in the order of their
// start tags. It reads the very bytes that an edit leaves alone, so nothing is
// ever written out again by an encoder.
func scanXML(text string) ([]*place, error) {
	var all, stack []*place
	d := newDecoder(text)
	for {
		from := int(d.InputOffset())
		tok, err := d.Token()
		to := int(d.InputOffset())
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("XML: %w", err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if len(stack) > maxDepth {
				return nil, fmt.Errorf("XML: more than %d levels", maxDepth)
			}
			p := &place{attrs: append([]xml.Attr(nil), t.Attr...), open: span{from, to}}
			if n := len(stack); n > 0 {
				stack[n-1].kids++
				p.path = append(p.path, stack[n-1].path...)
			}
			p.path = append(p.path, t.Name.Local)
			p.closed = strings.HasSuffix(text[from:to], "/>")
			p.inner = span{to, to}
			all, stack = append(all, p), append(stack, p)
		case xml.EndElement:
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			top.inner.to, top.value, top.text = from, string(top.text), nil
		case xml.CharData:
			if n := len(stack); n > 0 {
				stack[n-1].chars = append(stack[n-1].chars, span{from, to})
				stack[n-1].text = append(stack[n-1].text, t...)
			}
		}
	}
}

// edit is a replacement of one piece of a text.
type edit struct {
	at   span
	with string
}

// applyEdits makes the edits, which are in ascending order and do not overlap.
func applyEdits(text string, edits []edit) string {
	var b strings.Builder
	last := 0
	for _, e := range edits {
		b.WriteString(text[last:e.at.from])
		b.WriteString(e.with)
		last = e.at.to
	}
	b.WriteString(text[last:])
	return b.String()
}

// errHasElements is an element whose content is not text alone.
var errHasElements = errors.New("it holds further elements, not text alone")

// setValue gives the edits that make value the text of the element and leave
// everything else in it, comments included, as it is.
func (p *place) setValue(text, value string) ([]edit, error) {
	escaped, err := escapeText(value)
	switch {
	case err != nil:
		return nil, err
	case p.kids > 0:
		return nil, fmt.Errorf("element %s: %w", p.name(), errHasElements)
	case strings.TrimSpace(p.value) == value:
		return nil, nil
	case p.closed:
		tag := strings.TrimRight(strings.TrimSuffix(text[p.open.from:p.open.to], "/>"), " \t\r\n")
		return []edit{{p.open, tag + ">" + escaped + "</" + p.rawName(text) + ">"}}, nil
	case len(p.chars) == 0:
		return []edit{{span{p.inner.to, p.inner.to}, escaped}}, nil
	}
	edits := []edit{{p.chars[0], escaped}}
	for _, c := range p.chars[1:] {
		edits = append(edits, edit{at: c})
	}
	return edits, nil
}

// rawName gives the element's name as it is spelled in the text, with its prefix.
func (p *place) rawName(text string) string {
	tag := text[p.open.from+1 : p.open.to]
	if n := strings.IndexAny(tag, " \t\r\n/>"); n >= 0 {
		return tag[:n]
	}
	return tag
}

// prefix gives the namespace prefix of the element's name with its colon, or "".
func (p *place) prefix(text string) string {
	raw := p.rawName(text)
	return raw[:strings.IndexByte(raw, ':')+1]
}

// parameterName gives the name attribute of a <parameter>, or "".
func (p *place) parameterName() string {
	if !strings.EqualFold(p.name(), "parameter") {
		return ""
	}
	for _, a := range p.attrs {
		if strings.EqualFold(a.Name.Local, "name") {
			return a.Value
		}
	}
	return ""
}

// escapeText writes value as XML character data. Only what must be escaped is,
// as the product itself writes it; a carriage return would otherwise be read
// back as a line feed. Characters that XML cannot hold are an error.
func escapeText(value string) (string, error) {
	if !utf8.ValidString(value) {
		return "", errors.New("the value is not valid Unicode text")
	}
	for _, r := range value {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return "", fmt.Errorf("the value holds character U+%04X, which XML cannot hold", r)
		}
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;").Replace(value), nil
}

// escapeAttr writes value as the content of a double-quoted XML attribute.
func escapeAttr(value string) (string, error) {
	s, err := escapeText(value)
	return strings.NewReplacer(`"`, "&quot;", "\n", "&#xA;", "\t", "&#x9;").Replace(s), err
}

// SetElement changes the text of the element called name, wherever the document
// has it: the one directly below the root or, when there is none, the only one
// at any depth. found is false, and text unchanged, when there is no such
// element. Everything outside the element's text stays byte for byte.
func SetElement(text, name, value string) (out string, found bool, err error) {
	places, err := scanXML(text)
	if err != nil {
		return text, false, err
	}
	p, err := elementNamed(places, name)
	if p == nil || err != nil {
		return text, false, err
	}
	edits, err := p.setValue(text, value)
	if err != nil {
		return text, true, err
	}
	return applyEdits(text, edits), true, nil
}

// elementNamed finds the element that SetElement means.
func elementNamed(places []*place, name string) (*place, error) {
	var below, deeper []*place
	for _, p := range places {
		switch {
		case !strings.EqualFold(p.name(), name):
		case len(p.path) <= 2:
			below = append(below, p)
		default:
			deeper = append(deeper, p)
		}
	}
	if len(below) == 0 {
		below = deeper
	}
	switch len(below) {
	case 0:
		return nil, nil
	case 1:
		return below[0], nil
	default:
		return nil, fmt.Errorf("XML: there are %d elements called %s", len(below), name)
	}
}

// SetParameter changes the value of every <parameter name="…"> of that name, in
// any wrapper. found is false, and text unchanged, when there is none.
func SetParameter(text, name, value string) (out string, found bool, err error) {
	places, err := scanXML(text)
	if err != nil {
		return text, false, err
	}
	var edits []edit
	for _, p := range places {
		if !strings.EqualFold(p.parameterName(), name) {
			continue
		}
		found = true
		e, err := p.setValue(text, value)
		if err != nil {
			return text, true, fmt.Errorf("parameter %s: %w", name, err)
		}
		edits = append(edits, e...)
	}
	return applyEdits(text, edits), found, nil
}

// AddParameter adds <parameter name="…" type="string" use="…" dataType="String">
// behind the last parameter of the text, indented like it; without one, into the
// wrapper <parameter-values>; without that, into the root in a wrapper of its
// own; and into an empty text in a wrapper alone.
func AddParameter(text, name, use, value string) (string, error) {
	places, err := scanXML(text)
	if err != nil {
		return text, err
	}
	var last, wrapper *place
	for _, p := range places {
		if p.parameterName() != "" {
			last = p
		}
		if wrapper == nil && strings.EqualFold(p.name(), "parameter-values") {
			wrapper = p
		}
	}
	switch {
	case last != nil:
		markup, err := parameterMarkup(last.prefix(text), name, use, value)
		end := last.end(text)
		return applyEdits(text, []edit{{span{end, end}, leadingSpace(text, last.open.from) + markup}}), err
	case wrapper != nil:
		markup, err := parameterMarkup(wrapper.prefix(text), name, use, value)
		return applyEdits(text, []edit{wrapper.appendMarkup(text, markup)}), err
	}
	markup, err := parameterMarkup("", name, use, value)
	markup = "<parameter-values>" + markup + "</parameter-values>"
	if len(places) == 0 {
		if strings.TrimSpace(text) != "" {
			return text, errors.New("XML: the text holds no element")
		}
		return markup, err
	}
	return applyEdits(text, []edit{places[0].appendMarkup(text, markup)}), err
}

// RemoveParameter takes out every parameter of that name with the white space
// before it: the exact opposite of AddParameter. found tells whether there was one.
func RemoveParameter(text, name string) (out string, found bool, err error) {
	places, err := scanXML(text)
	if err != nil {
		return text, false, err
	}
	var edits []edit
	for _, p := range places {
		if strings.EqualFold(p.parameterName(), name) {
			from := p.open.from - len(leadingSpace(text, p.open.from))
			edits = append(edits, edit{at: span{from, p.end(text)}})
		}
	}
	return applyEdits(text, edits), len(edits) > 0, nil
}

// end gives the offset behind the element's end tag.
func (p *place) end(text string) int {
	if p.closed {
		return p.open.to
	}
	return p.inner.to + strings.IndexByte(text[p.inner.to:], '>') + 1
}

// appendMarkup gives the edit that adds markup as the last thing in the element.
func (p *place) appendMarkup(text, markup string) edit {
	if p.closed {
		tag := strings.TrimRight(strings.TrimSuffix(text[p.open.from:p.open.to], "/>"), " \t\r\n")
		return edit{p.open, tag + ">" + markup + "</" + p.rawName(text) + ">"}
	}
	return edit{span{p.inner.to, p.inner.to}, markup}
}

// leadingSpace gives the white space directly before offset at.
func leadingSpace(text string, at int) string {
	from := at
	for from > 0 && strings.IndexByte(" \t\r\n", text[from-1]) >= 0 {
		from--
	}
	return text[from:at]
}

// parameterMarkup writes one parameter in the form the product writes it.
func parameterMarkup(prefix, name, use, value string) (string, error) {
	n, err1 := escapeAttr(name)
	u, err2 := escapeAttr(use)
	v, err3 := escapeText(value)
	head := "<" + prefix + `parameter name="` + n + `" type="string" use="` + u + `" dataType="String"`
	if v == "" {
		return head + " />", errors.Join(err1, err2, err3)
	}
	return head + ">" + v + "</" + prefix + "parameter>", errors.Join(err1, err2, err3)
}
