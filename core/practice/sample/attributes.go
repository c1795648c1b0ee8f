package sample

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/mv-attributes.txt
var mvAttributesText string

// mvAttribute is one attribute of the metaverse.
type mvAttribute struct {
	name    string
	classes string // "pgd"
	kind    byte   // s, t, b, n, x, r
	multi   bool
}

// column tells whether the attribute is a column of mms_metaverse.
func (a mvAttribute) column() bool { return !a.multi && a.kind != 'r' }

var mvAttributes = sync.OnceValue(func() []mvAttribute {
	var out []mvAttribute
	for line := range lines(mvAttributesText) {
		f := strings.Fields(line)
		out = append(out, mvAttribute{name: f[0], classes: f[1], kind: f[2][0], multi: strings.HasSuffix(f[2], "*")})
	}
	return out
})

// mvTypes are the column types of the kinds of attributes.
var mvTypes = map[byte]string{
	's': "nvarchar(448)", 't': "nvarchar(max)", 'b': "bit", 'n': "bigint", 'x': "varbinary(max)",
}

// markedColumns gives the columns that stand for a mark of tables.txt.
func markedColumns(mark string) []Column {
	var out []Column
	for _, a := range mvAttributes() {
		if !a.column() {
			continue
		}
		switch mark {
		case "@values":
			out = append(out, Column{Name: a.name, Type: mvTypes[a.kind]})
		case "@dates":
			out = append(out, Column{Name: a.name, Type: "datetime"})
		case "@guids":
			out = append(out, Column{Name: a.name, Type: "uniqueidentifier"})
		}
	}
	return out
}
