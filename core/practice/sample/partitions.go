package sample

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// partitionTable makes mms_partition.
func (s *site) partitionTable(columns []Column) Table {
	return list("mms_partition", columns, func(put func(...any) bool) {
		for _, c := range s.present() {
			for i := range c.partitions {
				put(s.partitionRow(c, &c.partitions[i])...)
			}
		}
	})
}

func (s *site) partitionRow(c *connector, p *partition) []any {
	display := p.name
	if p.domain != nil {
		display = p.domain.Name
	}
	batch := int64(s.runCount(c) / 4)
	row := []any{
		"partition_id", p.id, "ma_id", c.id, "version_number", int64(17), "creation_date", s.installed.Add(2 * time.Minute),
		"modification_date", s.modified(), "partition_name", p.name, "partition_display_name", display,
		"is_selected", p.selected, "current_export_batch_number", batch, "current_export_sequence_number", int64(1),
		"last_successful_export_batch_number", batch, "allowed_operations_flag", int64(1),
		"filter_xml", s.filterXML(c, p), "filter_hints_xml", "<filter-hints />",
		"ma_custom_data_xml", s.customDataXML(c, p), "passwordsync_xml", "",
	}
	if p.hashTime.IsZero() {
		return row
	}
	start := p.hashTime.Add(-8 * time.Second)
	return append(row, "password_hash_custom_data", s.cookie(p, p.hashTime),
		"passwordsync_last_successful_cycle_start_date", start, "passwordsync_last_successful_cycle_end_date", p.hashTime,
		"passwordsync_last_cycle_start_date", start, "passwordsync_last_cycle_end_date", p.hashTime,
		"passwordsync_last_cycle_status", "Successful")
}

// inclusions and exclusions give the OU filter as it is stored: with OUs chosen,
// the domain head is excluded.
func (p *partition) inclusions() []string {
	if p.domain == nil || len(p.domain.Include) == 0 {
		return []string{p.name}
	}
	return fullNames(p.domain.Include, p.name)
}

func (p *partition) exclusions() []string {
	if p.domain == nil || len(p.domain.Include) == 0 {
		return nil
	}
	return append([]string{p.name}, fullNames(p.domain.Exclude, p.name)...)
}

func fullNames(names []string, base string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n
		if !strings.HasSuffix(strings.ToLower(n), strings.ToLower(base)) {
			out[i] = n + "," + base
		}
	}
	return out
}

func (s *site) filterXML(c *connector, p *partition) string {
	classes := entraClasses
	if c.forest != nil {
		classes = slices.Concat(adClasses, adContainers)
	}
	var x xmlText
	x.open("filter")
	x.open("object-classes")
	for _, class := range classes {
		x.text("object-class", class)
	}
	x.close("object-classes")
	x.open("containers")
	x.list("exclusions", "exclusion", p.exclusions())
	if c.isEntra() {
		x.list("inclusions", "inclusion", []string{""})
	} else {
		x.list("inclusions", "inclusion", p.inclusions())
	}
	x.close("containers", "filter")
	return x.String()
}

func (x *xmlText) list(name, item string, values []string) {
	if len(values) == 0 {
		x.text(name, "")
		return
	}
	x.open(name)
	for _, v := range values {
		x.text(item, v)
	}
	x.close(name)
}

// customDataXML writes ma_custom_data_xml: the partition's own data with the
// watermark. For AD the parameters repeat it.
func (s *site) customDataXML(c *connector, p *partition) string {
	var x xmlText
	if c.forest == nil {
		x.open("custom-data")
		x.open("ecma-partition-data")
		x.pairs("dn", p.name, "name", p.name, "is-domain", "1")
		x.close("ecma-partition-data")
		x.text("water-mark", s.watermark())
		x.close("custom-data")
		return x.String()
	}
	cookie := ""
	if !p.cookie.IsZero() && p.selected {
		cookie = base64.StdEncoding.EncodeToString(s.cookie(p, p.cookie))
	}
	guid := strings.ToUpper(p.guid.braces())
	x.open("custom-data")
	x.open("adma-partition-data")
	x.pairs("dn", p.name, "name", p.domain.Name, "guid", guid, "sign-and-seal", "1", "is-domain", "1",
		"last-dc", p.dc, "dc-failover", "1")
	if len(p.domain.PreferredDCs) > 0 {
		x.list("preferred-dcs", "preferred-dc", p.domain.PreferredDCs)
	}
	x.text("ssl-bind", "0", "crl-check", "0")
	x.pairs("simple-bind", "0", "cookie", cookie)
	x.close("adma-partition-data")
	x.open("parameter-values")
	for _, v := range [][2]string{{"guid", guid}, {"sign-and-seal", "1"}, {"last-dc", p.dc}, {"dc-failover", "1"}, {"crl-check", "0"}, {"ssl-bind", "0"}, {"simple-bind", "0"}, {"cookie", cookie}} {
		use := "partition"
		if v[0] == "crl-check" { // the one that the product files elsewhere
			use = "connectivity"
		}
		x.parameter(v[0], use, v[1])
	}
	x.parameter("Domain.FQDN", "partition", p.domain.Name, "intrinsic", "1")
	x.parameter("Domain.LDAP", "partition", p.name, "intrinsic", "1")
	x.parameter("Domain.Netbios", "partition", p.domain.NetBIOS, "intrinsic", "1")
	x.close("parameter-values", "custom-data")
	return x.String()
}

// cookie makes a DirSync cookie as a domain controller does: "MSDS", version 3,
// a FILETIME, the high watermark, the invocation id and an up-to-date vector of
// version 1 with 24 bytes a domain controller (Samba's description of the control).
func (s *site) cookie(p *partition, at time.Time) []byte {
	const controllers = 4
	le := binary.LittleEndian
	n := binary.BigEndian.Uint64(p.guid[:8])
	usn := s.seed.number(kindCookie, n)%5_000_000 + 100_000
	b := append([]byte("MSDS"), 3, 0, 0, 0)
	b = le.AppendUint64(b, uint64(at.Unix()+11_644_473_600)*10_000_000+uint64(at.Nanosecond()/100))
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, 16+24*controllers)
	b = le.AppendUint64(b, usn)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, usn)
	b = append(b, s.seed.bytes(kindCookie, n+1, 16)...)
	for _, word := range [...]uint32{1, 0, controllers, 0} {
		b = le.AppendUint32(b, word)
	}
	for i := range uint64(controllers) {
		b = append(b, s.seed.bytes(kindCookie, n+1+i, 16)...)
		b = le.AppendUint64(b, usn-i*977)
	}
	return b
}

// watermark makes an Entra water-mark: Base64 of UTF-16LE text that is Base64 of
// some 3,200 bytes in which nobody outside can read anything.
func (s *site) watermark() string {
	inner := base64.StdEncoding.EncodeToString(append([]byte{1, 0, 0, 0}, s.seed.bytes(kindCookie, 1, 3204)...))
	return base64.StdEncoding.EncodeToString(utf16LE(inner))
}

// utf16LE encodes ASCII text.
func utf16LE(text string) []byte {
	out := make([]byte, 0, 2*len(text))
	for i := range len(text) {
		out = append(out, text[i], 0)
	}
	return out
}
