package pending

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// Show says which rows a list holds.
type Show string

// What a list can hold.
const (
	ShowExports      Show = ""              // every pending export
	ShowExportErrors Show = "export-errors" // pending exports that failed
	ShowImportErrors Show = "import-errors" // objects that could not be imported
)

// Query says which rows are listed. It is a plain value: two equal ones list the same.
type Query struct {
	Show      Show      `json:"show,omitempty"`
	Connector string    `json:"connector,omitempty"` // id, empty for all
	Operation Operation `json:"operation,omitempty"`
	Type      string    `json:"type,omitempty"`
	Container string    `json:"container,omitempty"` // object_id of an OU
	// Search is part of a name: of the object's own component of its DN, or of its
	// display name, account or sign-in name in the metaverse. A GUID, a source
	// anchor and an anchor such as User_<guid> find exactly that object.
	Search string `json:"search,omitempty"`
}

// plain tells whether the summary's groups tell how many rows there are.
func (q Query) plain() bool { return q.Container == "" && strings.TrimSpace(q.Search) == "" }

// sqlWhere gathers conditions and their arguments.
type sqlWhere struct {
	conditions []string
	args       []any
}

// arg adds an argument and gives its mark.
func (w *sqlWhere) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("@p%d", len(w.args))
}

func (w *sqlWhere) add(condition string) { w.conditions = append(w.conditions, condition) }

func (w *sqlWhere) text() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// clone gives a copy to go on with.
func (w *sqlWhere) clone() *sqlWhere {
	return &sqlWhere{append([]string(nil), w.conditions...), append([]any(nil), w.args...)}
}

// where gives the conditions of a query, except for the operation.
func (r *Reader) where(q Query) *sqlWhere {
	w := &sqlWhere{}
	if col := r.layout.Quote(tObject, "pobject_id"); col != "" {
		w.add("c." + col + " <> " + w.arg(transientParent))
	}
	if q.Connector != "" {
		w.add("c.[ma_id] = " + w.arg(q.Connector))
	}
	if q.Type != "" {
		w.add("c.[object_type] = " + w.arg(q.Type))
	}
	switch q.Show {
	case ShowExportErrors:
		w.add("c.[is_export_error] = 1")
	case ShowImportErrors:
		w.add("c.[is_import_error] = 1")
	case ShowExports:
	}
	if q.Container != "" {
		w.add(r.inContainer(w.arg(q.Container)))
	}
	if text := strings.TrimSpace(q.Search); text != "" {
		w.add(r.matches(w, text))
	}
	return w
}

// inContainer is the condition that an object, or the directory's object that is
// joined to the same metaverse object, lies directly in a container.
func (r *Reader) inContainer(mark string) string {
	own := "c.[pobject_id] = " + mark
	if !r.joined() {
		return own
	}
	return "(" + own + " OR EXISTS (SELECT 1 FROM " + r.layout.From(tLink) + " a JOIN " + r.layout.From(tLink) +
		" b ON b.[mv_object_id] = a.[mv_object_id] JOIN " + r.layout.From(tObject) +
		" o ON o.[object_id] = b.[cs_object_id] WHERE a.[cs_object_id] = c.[object_id] AND o.[pobject_id] = " + mark + "))"
}

// nameColumns are the metaverse attributes that a search looks through.
var nameColumns = []string{"displayName", "accountName", "userPrincipalName", "mail"}

// matches is the condition that an object is what somebody searches for.
func (r *Reader) matches(w *sqlWhere, text string) string {
	var or []string
	if guid.MatchString(text) {
		or = append(or, "c.[object_id] = "+w.arg(strings.Trim(text, "{}")))
	}
	for _, a := range anchors(text) {
		if r.layout.Has(tObject, "anchor") {
			or = append(or, "c.[anchor] = "+w.arg(a))
		}
	}
	for _, part := range rdnParts(text) {
		or = append(or, "c.[rdn] LIKE "+w.arg("%"+escapeLike(part)+"%")+` ESCAPE '\'`)
	}
	if r.joined() {
		like := w.arg("%" + escapeLike(text) + "%")
		var names []string
		for _, n := range nameColumns {
			if col := r.layout.Quote(tMetaverse, n); col != "" {
				names = append(names, "m."+col+" LIKE "+like+` ESCAPE '\'`)
			}
		}
		if len(names) > 0 {
			or = append(or, "EXISTS (SELECT 1 FROM "+r.layout.From(tLink)+" l JOIN "+r.layout.From(tMetaverse)+
				" m ON m.[object_id] = l.[mv_object_id] WHERE l.[cs_object_id] = c.[object_id] AND ("+strings.Join(names, " OR ")+"))")
		}
	}
	return "(" + strings.Join(or, " OR ") + ")"
}

var guid = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?$`)

var cloudAnchor = regexp.MustCompile(`^[A-Za-z]+_[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// anchors gives what the column anchor would hold for a text: for User_<guid> the
// form of Entra ID (DWORD length, UTF-16, NUL), for a GUID the assumed form of AD.
func anchors(text string) [][]byte {
	var value []byte
	switch {
	case cloudAnchor.MatchString(text):
		for _, u := range utf16.Encode([]rune(text + "\x00")) {
			value = binary.LittleEndian.AppendUint16(value, u)
		}
	case guid.MatchString(text):
		value = guidBytes(text)
	default:
		return nil
	}
	return [][]byte{append(binary.LittleEndian.AppendUint32(nil, uint32(len(value))), value...)}
}

// guidBytes gives a GUID as Windows lays it in memory.
func guidBytes(text string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(text, "{}"), "-", ""))
	if err != nil || len(b) != 16 {
		return nil
	}
	for _, swap := range [][2]int{{0, 3}, {1, 2}, {4, 5}, {6, 7}} {
		b[swap[0]], b[swap[1]] = b[swap[1]], b[swap[0]]
	}
	return b
}

// rdnParts gives what to look for in the column rdn: the text, of a DN its first
// component, of a source anchor the hex of its characters, which is the name in
// the space of Entra ID.
func rdnParts(text string) []string {
	out := []string{FirstComponent(text)}
	if raw, err := base64.StdEncoding.DecodeString(text); err == nil && len(raw) == 16 {
		out = append(out, hex.EncodeToString([]byte(text)))
	}
	return out
}

// FirstComponent gives the first component of a DN, up to its first comma that is
// not escaped; a text that is no DN comes back whole.
func FirstComponent(dn string) string {
	if !strings.Contains(dn, "=") {
		return dn
	}
	for i := 1; i < len(dn); i++ {
		if dn[i] == ',' && dn[i-1] != '\\' {
			return dn[:i]
		}
	}
	return dn
}

// escapeLike makes a text stand for itself in LIKE … ESCAPE '\'.
func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `[`, `\[`).Replace(s)
}
