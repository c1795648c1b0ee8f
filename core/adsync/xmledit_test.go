package adsync

import (
	"strings"
	"testing"
)

func TestSetElementKeepsTheRestByteForByte(t *testing.T) {
	cases := []struct{ name, in, value, want string }{
		{"plain", `<r><a>x</a><u>old</u></r>`, "new", `<r><a>x</a><u>new</u></r>`},
		{"self-closed", `<r><u /><b/></r>`, "new", `<r><u>new</u><b/></r>`},
		{"self-closed with attributes", "<r><u q='1'\n z=\"2\"/></r>", "new", "<r><u q='1'\n z=\"2\">new</u></r>"},
		{"self-closed stays when empty", `<r><u /></r>`, "", `<r><u /></r>`},
		{"emptied", `<r><u>old</u></r>`, "", `<r><u></u></r>`},
		{"open and empty", `<r><u></u></r>`, "new", `<r><u>new</u></r>`},
		{"same stays", `<r><u> same </u></r>`, "same", `<r><u> same </u></r>`},
		{"entities out", `<r><u>old</u></r>`, `a&b<c>"d"'`, `<r><u>a&amp;b&lt;c&gt;"d"'</u></r>`},
		{"entities in", `<r><u>a&amp;b&#x41;</u></r>`, "n", `<r><u>n</u></r>`},
		{"CDATA", `<r><u><![CDATA[a<b]]></u><v><![CDATA[k]]></v></r>`, "n", `<r><u>n</u><v><![CDATA[k]]></v></r>`},
		{"CDATA between texts", `<r><u>a<![CDATA[b]]>c</u></r>`, "n", `<r><u>n</u></r>`},
		{"comment stays", `<r><u>a<!--k-->b</u></r>`, "n", `<r><u>n<!--k--></u></r>`},
		{"comment alone", `<r><u><!--k--></u></r>`, "n", `<r><u><!--k-->n</u></r>`},
		{"namespace", `<p:r xmlns:p="urn:x"><p:u/></p:r>`, "n", `<p:r xmlns:p="urn:x"><p:u>n</p:u></p:r>`},
		{"declaration and CRLF", "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<r>\r\n  <u>ö</u>\r\n</r>\r\n", "ü", "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<r>\r\n  <u>ü</u>\r\n</r>\r\n"},
		{"byte order mark", "\ufeff<r><u>a</u></r>", "b", "\ufeff<r><u>b</u></r>"},
		{"below the root wins", `<r><x><u>deep</u></x><u>old</u></r>`, "n", `<r><x><u>deep</u></x><u>n</u></r>`},
		{"deeper alone", `<r><x><u>deep</u></x></r>`, "n", `<r><x><u>n</u></x></r>`},
		{"case", `<R><U>o</U></R>`, "n", `<R><U>n</U></R>`},
		{"text like a tag", `<r><v><![CDATA[<u>no</u>]]></v><!-- <u>no</u> --><u>o</u></r>`, "n", `<r><v><![CDATA[<u>no</u>]]></v><!-- <u>no</u> --><u>n</u></r>`},
		{"carriage return", `<r><u>o</u></r>`, "a\r\nb", "<r><u>a&#xD;\nb</u></r>"},
		{"end tag with space", `<r><u>o</u ></r >`, "n", `<r><u>n</u ></r >`},
	}
	for _, c := range cases {
		got, found, err := SetElement(c.in, "u", c.value)
		if err != nil || !found || got != c.want {
			t.Errorf("%s: %q, found %v, err %v\nwant %q", c.name, got, found, err, c.want)
		}
	}
}

func TestSetElementRefuses(t *testing.T) {
	cases := []struct{ name, in, value string }{
		{"elements inside", `<r><u><k/></u></r>`, "n"},
		{"two of them", `<r><u>a</u><u>b</u></r>`, "n"},
		{"broken", `<r><u>a</r>`, "n"},
		{"no such character", `<r><u>a</u></r>`, "a\x00b"},
		{"not Unicode", `<r><u>a</u></r>`, "a\xff"},
	}
	for _, c := range cases {
		if got, _, err := SetElement(c.in, "u", c.value); err == nil || got != c.in {
			t.Errorf("%s: got %q, err %v; want the text as it was and an error", c.name, got, err)
		}
	}
	if got, found, err := SetElement(`<r><v/></r>`, "u", "n"); found || err != nil || got != `<r><v/></r>` {
		t.Errorf("missing element: %q %v %v", got, found, err)
	}
}

func TestSetParameter(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{
			"in a wrapper", `<parameter-values><parameter name="a" type="string">1</parameter><parameter name="N">o</parameter></parameter-values>`,
			`<parameter-values><parameter name="a" type="string">1</parameter><parameter name="N">x</parameter></parameter-values>`,
		},
		{"bare list", `<parameter name="a">1</parameter><parameter type='s' name='n'/>`, `<parameter name="a">1</parameter><parameter type='s' name='n'>x</parameter>`},
		{"any root", `<q><z><parameter name="n"></parameter></z></q>`, `<q><z><parameter name="n">x</parameter></z></q>`},
		{"every copy", `<q><parameter name="n">1</parameter><parameter name="n">2</parameter></q>`, `<q><parameter name="n">x</parameter><parameter name="n">x</parameter></q>`},
		{"a definition is none", `<q><parameter><name>n</name></parameter><parameter name="n">1</parameter></q>`, `<q><parameter><name>n</name></parameter><parameter name="n">x</parameter></q>`},
	}
	for _, c := range cases {
		got, found, err := SetParameter(c.in, "n", "x")
		if err != nil || !found || got != c.want {
			t.Errorf("%s: %q %v %v\nwant %q", c.name, got, found, err, c.want)
		}
	}
	if got, found, err := SetParameter(`<q/>`, "n", "x"); found || err != nil || got != `<q/>` {
		t.Errorf("missing parameter: %q %v %v", got, found, err)
	}
}

func TestAddAndRemoveParameter(t *testing.T) {
	const p = `<parameter name="n&quot;" type="string" use="g" dataType="String">a&amp;b</parameter>`
	cases := []struct{ name, in, want string }{
		{"behind the last", "<r>\r\n  <parameter name=\"a\" />\r\n</r>", "<r>\r\n  <parameter name=\"a\" />\r\n  " + p + "\r\n</r>"},
		{"bare list", `<parameter name="a">1</parameter>`, `<parameter name="a">1</parameter>` + p},
		{"empty wrapper", `<c><parameter-values/></c>`, `<c><parameter-values>` + p + `</parameter-values></c>`},
		{"open wrapper", `<c><parameter-values></parameter-values></c>`, `<c><parameter-values>` + p + `</parameter-values></c>`},
		{"no wrapper", `<c><d/></c>`, `<c><d/><parameter-values>` + p + `</parameter-values></c>`},
		{"empty text", ``, `<parameter-values>` + p + `</parameter-values>`},
	}
	for _, c := range cases {
		got, err := AddParameter(c.in, `n"`, "g", "a&b")
		if err != nil || got != c.want {
			t.Errorf("%s: %q %v\nwant %q", c.name, got, err, c.want)
		}
	}
	for _, c := range cases[:2] {
		if back, found, err := RemoveParameter(c.want, `n"`); back != c.in || !found || err != nil {
			t.Errorf("%s: taken out again: %q %v %v", c.name, back, found, err)
		}
	}
	const pre = `<x:v xmlns:x="u"><x:parameter name="a"/></x:v>`
	got, err := AddParameter(pre, "n", "g", "")
	if want := strings.Replace(pre, "</x:v>", `<x:parameter name="n" type="string" use="g" dataType="String" /></x:v>`, 1); got != want || err != nil {
		t.Errorf("prefix: %q %v\nwant %q", got, err, want)
	}
	if _, err := AddParameter("just text", "n", "g", "v"); err == nil {
		t.Error("a text without an element took a parameter")
	}
}

// FuzzSetElement: whatever the document, an edit reads back as the value, keeps
// every other element's text, and setting the old value again gives the old text
// when the old text was plain.
func FuzzSetElement(f *testing.F) {
	f.Add(`<r><a>x</a><u>old</u></r>`, "new")
	f.Add(`<r><u/></r>`, "a&<b")
	f.Add(`<p:r xmlns:p="x"><!--c--><p:u q='1'><![CDATA[z]]></p:u></p:r>`, "")
	f.Add("<?xml version=\"1.0\"?>\r\n<u>a</u>", "b\rc")
	f.Fuzz(func(t *testing.T, in, value string) {
		before, err := scanXML(in)
		if err != nil {
			return
		}
		out, found, err := SetElement(in, "u", value)
		if err != nil || !found {
			if out != in {
				t.Fatalf("refused and changed: %q -> %q", in, out)
			}
			return
		}
		after, err := scanXML(out)
		if err != nil || len(after) != len(before) {
			t.Fatalf("%q -> %q: %v, %d elements, want %d", in, out, err, len(after), len(before))
		}
		target, _ := elementNamed(after, "u")
		for i := range after {
			switch {
			case after[i] != target && strings.TrimSpace(after[i].value) != strings.TrimSpace(before[i].value):
				t.Fatalf("%q -> %q: %v changed", in, out, after[i].path)
			case after[i] == target && strings.TrimSpace(after[i].value) != strings.TrimSpace(value):
				t.Fatalf("%q -> %q: reads %q, want %q", in, out, after[i].value, value)
			}
		}
	})
}
