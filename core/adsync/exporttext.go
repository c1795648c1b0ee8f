package adsync

import (
	"html"
	"strconv"
	"strings"
	"time"
)

// exportText writes XML in the form of the product's export.
type exportText struct{ strings.Builder }

func (x *exportText) open(name string) { x.WriteString("<" + name + ">") }
func (x *exportText) shut(name string) { x.WriteString("</" + name + ">") }

// element writes an element with a text.
func (x *exportText) element(name, text string) {
	x.open(name)
	x.WriteString(html.EscapeString(text))
	x.shut(name)
}

// inside writes a column's XML below the element called name, unless one of the
// wrappers is its root already.
func (x *exportText) inside(name, text string, wrappers ...string) {
	text = bare(text)
	for _, w := range wrappers {
		rest, ok := strings.CutPrefix(text, "<"+w)
		if ok && rest != "" && strings.ContainsRune(" >/\r\n\t", rune(rest[0])) {
			x.WriteString(text)
			return
		}
	}
	x.open(name)
	x.WriteString(text)
	x.shut(name)
}

// times writes when something was made and changed, and its counter.
func (x *exportText) times(row record, counter string) {
	for _, c := range [][2]string{{"creation-time", "creation_date"}, {"last-modification-time", "modification_date"}} {
		if t := row.time(c[1]); !t.IsZero() {
			x.element(c[0], t.Format(time.DateTime))
		}
	}
	if v, has := row.raw(counter); has && v != nil {
		if n, ok := intValue(v); ok {
			x.element("version", strconv.FormatInt(n, 10))
		}
	}
}

// bare gives a column's XML without byte order mark and declaration, so that it
// can stand inside a document.
func bare(text string) string {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "\ufeff"))
	if strings.HasPrefix(text, "<?xml") {
		_, text, _ = strings.Cut(text, "?>")
	}
	return strings.TrimSpace(text)
}
