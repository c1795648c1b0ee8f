package tsql

import (
	"sort"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func rowsISTables(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, t := range s.tables(d) {
		out = append(out, []any{d.conf().Name, t.schema, t.name, "BASE TABLE"})
	}
	return out, nil
}

func rowsISColumns(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, t := range s.tables(d) {
		for i, c := range t.cols {
			out = append(out, isColumn(d, t, c, i+1))
		}
	}
	return out, nil
}

func isColumn(d *Database, t *table, c *column, at int) []any {
	var length, octets, precision, radix, scale, datetime, charset, def any
	k := c.t.Kind
	switch {
	case isString(k) || isBinary(k):
		length, octets = c.t.Length, maxLength(c.t)
		if k == tds.Text || k == tds.Image {
			length, octets = 2147483647, 2147483647
		}
		if k == tds.NText {
			length, octets = 1073741823, 2147483646
		}
		switch {
		case isUnicode(k):
			charset = "UNICODE"
		case isString(k):
			charset = "iso_1"
		}
	case k == tds.XML:
		length, octets = -1, -1
	case isNumeric(k) && k != tds.Bit:
		p, sc := numericFacets(c.t)
		precision, radix, scale = p, 10, sc
		if isFloat(k) {
			radix, scale = 2, nil
		}
	case isDate(k):
		_, sc := numericFacets(c.t)
		datetime = sc
		if k == tds.Date {
			datetime = 0
		}
	}
	if c.def != nil {
		def = "(" + c.defText + ")"
	}
	return []any{
		d.conf().Name, t.schema, t.name, c.name, at, def, map[bool]string{true: "YES", false: "NO"}[c.null], catalogTypeName(k),
		length, octets, precision, radix, scale, datetime, charset, nullIf(c.coll),
	}
}

func rowsISSchemata(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for name := range s.catalog(d).schemas {
		owner := "dbo"
		if systemSchema(name) || strings.EqualFold(name, "guest") {
			owner = name
		}
		out = append(out, []any{d.conf().Name, name, owner})
	}
	sort.Slice(out, func(i, j int) bool { a, _ := out[i][1].(string); b, _ := out[j][1].(string); return a < b })
	return out, nil
}
