package pending

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
)

// engineColumns of mms_metaverse are the engine's own, not attributes.
var engineColumns = []string{
	"object_id", "object_type", "object_type_lineage_id", "object_type_lineage_date", "last_modification_date",
	"is_ref_retry", "is_provisioning_retry", "ma_guids_for_reference",
}

// metaverseOf reads the metaverse object that an object is joined to.
func (r *Reader) metaverseOf(ctx context.Context, o *Object) error {
	if !r.joined() {
		return fmt.Errorf("table %s or %s is not available in this version", tLink, tMetaverse)
	}
	rows, err := adsync.Rows(ctx, r.q, "SELECT m.* FROM "+r.layout.From(tLink)+" l JOIN "+r.layout.From(tMetaverse)+
		" m ON m.[object_id] = l.[mv_object_id] WHERE l.[cs_object_id] = @p1", o.Row.ID)
	if err != nil || len(rows) == 0 {
		return err
	}
	m := &Metaverse{ID: rows[0].GUID("object_id"), Type: rows[0].Text("object_type")}
	for _, name := range r.layout.Columns(tMetaverse) {
		if slices.Contains(engineColumns, strings.ToLower(name)) {
			continue
		}
		if text := valueText(rows[0].Value(name)); text != "" {
			m.Attributes = append(m.Attributes, Attribute{Name: name, Values: []string{text}})
		}
	}
	o.Metaverse = m
	if err := r.multivalues(ctx, m); err != nil {
		return err
	}
	if err := r.mvReferences(ctx, m); err != nil {
		return err
	}
	slices.SortStableFunc(m.Attributes, func(a, b Attribute) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return r.joins(ctx, m)
}

// put adds a value to an attribute.
func (m *Metaverse) put(name, value string) {
	for i := range m.Attributes {
		if m.Attributes[i].Name == name {
			m.Attributes[i].Values = append(m.Attributes[i].Values, value)
			return
		}
	}
	m.Attributes = append(m.Attributes, Attribute{Name: name, Values: []string{value}})
}

func (r *Reader) multivalues(ctx context.Context, m *Metaverse) error {
	values := []string{"string_value_indexable", "string_value_not_indexable", "numeric_value", "binary_value_indexable"}
	list := []string{"v.[attribute_name] AS [attribute_name]"}
	for _, c := range values {
		if col := r.layout.Quote(tMultivalue, c); col != "" {
			list = append(list, "v."+col+" AS ["+c+"]")
		}
	}
	if !r.layout.Has(tMultivalue, "object_id", "attribute_name") {
		return nil
	}
	rows, err := adsync.Rows(ctx, r.q, fmt.Sprintf("SELECT TOP (%d) %s FROM %s v WHERE v.[object_id] = @p1 ORDER BY v.[attribute_name]",
		manyValues, strings.Join(list, ", "), r.layout.From(tMultivalue)), m.ID)
	for _, row := range rows {
		for _, c := range values {
			if text := valueText(row.Value(c)); text != "" {
				m.put(row.Text("attribute_name"), text)
				break
			}
		}
	}
	return err
}

// mvReferences reads what the object points to in the metaverse, by display name.
func (r *Reader) mvReferences(ctx context.Context, m *Metaverse) error {
	name := r.layout.Quote(tMetaverse, "displayName")
	if name == "" || !r.layout.Has(tMVLink, "object_id", "attribute_name", "reference_id") {
		return nil
	}
	rows, err := adsync.Rows(ctx, r.q, fmt.Sprintf("SELECT TOP (%d) k.[attribute_name] AS [attribute_name], k.[reference_id] AS [reference_id], m.%s AS [name] "+
		"FROM %s k LEFT JOIN %s m ON m.[object_id] = k.[reference_id] WHERE k.[object_id] = @p1 ORDER BY k.[attribute_name]",
		manyValues, name, r.layout.From(tMVLink), r.layout.From(tMetaverse)), m.ID)
	for _, row := range rows {
		m.put(row.Text("attribute_name"), cmp.Or(row.Text("name"), row.GUID("reference_id")))
	}
	return err
}

// joins reads the objects of all connectors that are joined to a metaverse object.
func (r *Reader) joins(ctx context.Context, m *Metaverse) error {
	rows, err := adsync.Rows(ctx, r.q, fmt.Sprintf("SELECT TOP (%d) c.[object_id] AS [object_id], c.[ma_id] AS [ma_id], c.[rdn] AS [rdn], c.[pobject_id] AS [pobject_id] "+
		"FROM %s l JOIN %s c ON c.[object_id] = l.[cs_object_id] WHERE l.[mv_object_id] = @p1", manyValues, r.layout.From(tLink), r.layout.From(tObject)), m.ID)
	if err != nil {
		return err
	}
	parents := make([]string, len(rows))
	for i, row := range rows {
		parents[i] = row.GUID("pobject_id")
	}
	if err := r.climb(ctx, parents); err != nil {
		return err
	}
	for i, row := range rows {
		m.Joined = append(m.Joined, Join{row.GUID("object_id"), r.connectorName(row.GUID("ma_id")), r.dn(row.Text("rdn"), parents[i])})
	}
	return nil
}

// longest is how many characters of a value are shown.
const longest = 400

// valueText writes a value of the metaverse; "" for NULL.
func valueText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return cut(x)
	case []byte:
		if len(x) > 64 {
			return fmt.Sprintf("%s… (%d bytes)", hex.EncodeToString(x[:64]), len(x))
		}
		return hex.EncodeToString(x)
	case time.Time:
		return x.Format("2006-01-02 15:04:05") + " UTC"
	default:
		return fmt.Sprint(x)
	}
}

func cut(s string) string {
	r := []rune(s)
	if len(r) <= longest {
		return s
	}
	return string(r[:longest]) + fmt.Sprintf("… (%d characters)", utf8.RuneCountInString(s))
}

// anchorText reads an anchor: a DWORD length, then UTF-16 text with a NUL as Entra
// ID has it, or bytes, which are a GUID when there are 16.
func anchorText(b []byte) string {
	if len(b) < 4 {
		return hex.EncodeToString(b)
	}
	value := b[4:]
	if len(value) == 16 {
		return fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", value[3], value[2], value[1], value[0], value[5], value[4], value[7], value[6], value[8:10], value[10:])
	}
	var units []uint16
	for i := 0; i+1 < len(value); i += 2 {
		units = append(units, uint16(value[i])|uint16(value[i+1])<<8)
	}
	text := strings.TrimRight(string(utf16.Decode(units)), "\x00")
	if len(value)%2 != 0 || !printable(text) {
		return hex.EncodeToString(value)
	}
	return text
}

func printable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > 0x2fff })
}
