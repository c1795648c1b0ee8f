package sample

import (
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// fits tells whether a value may stand in a column.
func fits(v any, c Column) error {
	if v == nil {
		if c.NotNull {
			return errors.New("NULL in a column that is NOT NULL")
		}
		return nil
	}
	name, length, _ := strings.Cut(strings.TrimSuffix(c.Type, ")"), "(")
	limit := 1 << 30
	if n, err := strconv.Atoi(length); err == nil {
		limit = n
	}
	switch x := v.(type) {
	case string:
		if n := len(utf16.Encode([]rune(x))); name != "nvarchar" || n > limit {
			return fmt.Errorf("%d characters in %s: %.60q", n, c.Type, x)
		}
	case []byte:
		if x == nil || name != "varbinary" || len(x) > limit {
			return fmt.Errorf("%d bytes in %s (nil: %v)", len(x), c.Type, x == nil)
		}
	case int64:
		if name != "bigint" && (name != "int" || x != int64(int32(x))) {
			return fmt.Errorf("%d in %s", x, c.Type)
		}
	case bool:
		return wantType(name, "bit")
	case GUID:
		return wantType(name, "uniqueidentifier")
	case time.Time:
		if x.Location() != time.UTC || x.Year() < 2000 || x.Nanosecond()%int(10*time.Millisecond) != 0 {
			return fmt.Errorf("datetime cannot hold %v", x)
		}
		return wantType(name, "datetime")
	default:
		return fmt.Errorf("a %T", v)
	}
	return nil
}

func wantType(got, want string) error {
	if got != want {
		return fmt.Errorf("a value of type %s in %s", want, got)
	}
	return nil
}

// fingerprint hashes all tables: names, columns and values.
func fingerprint(d *Database) uint64 {
	h := fnv.New64a()
	for t := range d.Tables() {
		_, _ = io.WriteString(h, t.CreateStatement())
		for row := range t.All() {
			for _, v := range row {
				_, _ = fmt.Fprintf(h, "%T=%v|", v, v)
			}
		}
	}
	return h.Sum64()
}

// records gives all rows of a table as maps by column; for small tables.
func records(t *testing.T, d *Database, table string) []map[string]any {
	t.Helper()
	tab, ok := d.Table(table)
	if !ok {
		t.Fatalf("no table %s", table)
	}
	var out []map[string]any
	for row := range tab.All() {
		r := map[string]any{}
		for i, c := range tab.Columns {
			r[c.Name] = row[i]
		}
		out = append(out, r)
	}
	return out
}

// node is any XML element.
type node struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []node     `xml:",any"`
}

func parseXML(t *testing.T, text string) node {
	t.Helper()
	var n node
	if err := xml.Unmarshal([]byte(text), &n); err != nil {
		t.Fatalf("not well-formed: %v\n%.300s", err, text)
	}
	return n
}

// find walks down by element names and gives the first match, or an empty node.
func (n node) find(path ...string) node {
	if len(path) == 0 {
		return n
	}
	for _, c := range n.Children {
		if c.XMLName.Local == path[0] {
			return c.find(path[1:]...)
		}
	}
	return node{}
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// parameters gives name and value of the <parameter> children.
func (n node) parameters() map[string]string {
	out := map[string]string{}
	for _, c := range n.Children {
		if c.XMLName.Local == "parameter" {
			out[c.attr("name")] = c.Text
		}
	}
	return out
}

// cookieTime reads the FILETIME of a DirSync cookie.
func cookieTime(b []byte) (time.Time, error) {
	if len(b) < 28 || string(b[:4]) != "MSDS" || binary.LittleEndian.Uint32(b[4:]) != 3 {
		return time.Time{}, errors.New("no DirSync cookie of version 3")
	}
	ticks := int64(binary.LittleEndian.Uint64(b[8:]))
	return time.Unix(ticks/10_000_000-11_644_473_600, ticks%10_000_000*100).UTC(), nil
}
