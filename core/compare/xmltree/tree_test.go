package xmltree

import (
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// dump writes a tree in a form that ignores everything that the tree ignores.
func dump(t *Tree, id ID, b *strings.Builder) {
	n := t.Node(id)
	b.WriteString("(" + n.Name)
	for _, a := range t.Attrs(id) {
		b.WriteString(" " + a.Name + "=" + a.Value)
	}
	if s := strings.TrimSpace(n.Text); s != "" {
		b.WriteString(" |" + s + "|")
	}
	t.Kids(id, func(k ID) { dump(t, k, b) })
	b.WriteString(")")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "<a><b>x</b><c/></a>", "(a(b |x|)(c))"},
		{"prefixes and namespaces", `<d:a xmlns:d="u" d:x="1"><d:b/></d:a>`, "(a x=1(b))"},
		{"declaration, comments, white space", "<?xml version='1.0'?>\n<!-- <no> -->\n<a >\n <b > x <!-- - --> y </b >\n</a>\n", "(a(b |x  y|))"},
		{"entities", `<a x="&lt;&quot;&#65;">&amp;&#x42;&apos;&gt;</a>`, `(a x=<"A |&B'>|)`},
		{"cdata", "<a><![CDATA[<x>&amp;]]></a>", "(a |<x>&amp;|)"},
		{"quotes", `<a x='"' y="'"/>`, `(a x=" y=')`},
		{"text around children", "<a>one<b/>two</a>", "(a |onetwo|(b))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree, err := Parse(c.in)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			dump(tree, tree.Root(), &b)
			if b.String() != c.want {
				t.Errorf("got %s, want %s", b.String(), c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct {
		name, in string
		line     int
		part     string
	}{
		{"empty", "", 1, "no element"},
		{"cut off", "<a>\n<b>x", 2, `ends inside the element "b"`},
		{"cut off in a tag", "<a>\n<b x=\"1", 2, "has no end"},
		{"crossed", "<a>\n<b>\n</a></b>", 3, `"a" ends where "b"`},
		{"two roots", "<a/>\n<b/>", 2, "more than one root"},
		{"text outside", "<a/>\nx", 1, "outside"},
		{"entity", "<a>&nbsp;</a>", 1, "no entity"},
		{"ampersand", "<a>a & b</a>", 1, "begins no entity"},
		{"document type", "<!DOCTYPE a []><a/>", 1, "document type"},
		{"attribute", "<a x=1/>", 1, "not quoted"},
		{"twice", `<a x="1" x="2"/>`, 1, "twice"},
		{"deep", strings.Repeat("<a>", 300), 1, "levels"},
		{"comment", "<a><!-- x</a>", 1, "no end"},
		{"text in pieces", "<a>" + strings.Repeat("x<b/>", maxPieces+2) + "</a>", 1, "pieces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(c.in)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if e.Line != c.line || !strings.Contains(e.Text, c.part) {
				t.Errorf("got %v, want line %d and %q", e, c.line, c.part)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	const text = "<a>Zürich 😀</a>"
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with mark": []byte("\ufeff" + text),
		"UTF-16LE with mark": utf16Of("\ufeff"+text, binary.LittleEndian), "UTF-16BE with mark": utf16Of("\ufeff"+text, binary.BigEndian),
		"UTF-16LE": utf16Of(text, binary.LittleEndian), "UTF-16BE": utf16Of(text, binary.BigEndian),
	} {
		if got, err := Decode(data); err != nil || got != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, data := range map[string][]byte{
		"Latin-1": []byte("<a>Z\xfcrich</a>"), "odd": append(utf16Of("\ufeff"+text, binary.LittleEndian), 0x3c), "zeros": []byte("<a>\x00</a>"),
	} {
		if got, err := Decode(data); err == nil {
			t.Errorf("%s was read as %q", name, got)
		}
	}
}

func utf16Of(s string, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = order.AppendUint16(out, u)
	}
	return out
}

// FuzzParse holds the parser against encoding/xml: whatever is accepted here has
// the same elements and texts there.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"<a/>", "<a x='1'>t<b/></a>", "<?xml version=\"1.0\"?><a>&lt;</a>", "<a><![CDATA[x]]></a>", "<a>\r\n</a>", "<a", "&", "<p:a xmlns:p='u'/>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tree, err := Parse(s)
		if err != nil {
			return
		}
		want, ok := reference(s)
		if !ok {
			return // encoding/xml is stricter about characters and names
		}
		var got []string
		collect(tree, tree.Root(), &got)
		if strings.Join(got, "\x01") != strings.Join(want, "\x01") {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	})
}

func collect(t *Tree, id ID, out *[]string) {
	*out = append(*out, t.Node(id).Name)
	t.Kids(id, func(k ID) { collect(t, k, out) })
}

// reference gives the names of the elements as encoding/xml reads them.
func reference(s string) (names []string, ok bool) {
	d := xml.NewDecoder(strings.NewReader(s))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return names, true
		}
		if err != nil {
			return nil, false
		}
		if e, isStart := tok.(xml.StartElement); isStart {
			names = append(names, local(strings.TrimPrefix(e.Name.Space+":"+e.Name.Local, ":")))
		}
	}
}
