package sample

import (
	"bytes"
	"compress/flate"
	"strings"
)

// linkTable makes mms_csmv_link: which connector-space object belongs to which
// metaverse object.
func (s *site) linkTable(columns []Column) Table {
	return Table{Name: "mms_csmv_link", Columns: columns, Rows: func(yield func([]any) bool) {
		m := newMaker(columns)
		for _, c := range s.present() {
			for r := range c.space.linked {
				i := s.objectAt(c, r)
				m.reset()
				m.set("mv_object_id", s.metaverseID(i))
				m.set("cs_object_id", s.spaceID(c, r))
				m.set("lineage_id", s.lineage(c, s.people.class(i), true))
				m.set("lineage_date", s.moment(uint64(i)))
				if !yield(m.row) {
					return
				}
			}
		}
	}}
}

// multivalueTable makes mms_metaverse_multivalue: the mail addresses of people
// and mail-enabled groups.
func (s *site) multivalueTable(columns []Column) Table {
	const name = "mms_metaverse_multivalue"
	if s.Lean {
		return Table{Name: name, Columns: columns}
	}
	return list(name, columns, func(put func(...any) bool) {
		for i := range s.people.people + s.people.groups {
			c, p := s.place(i)
			class := s.people.class(i)
			if class == 'g' && i%3 != 0 {
				continue
			}
			mail := s.names(i, p).mail
			local, _, _ := strings.Cut(mail, "@")
			for _, address := range [...]string{"SMTP:" + mail, "smtp:" + local + "@" + s.Tenant} {
				ok := put("object_id", s.metaverseID(i), "attribute_name", "proxyAddresses",
					"lineage_id", s.lineage(c, class, false), "lineage_date", s.moment(uint64(i)),
					"string_value_indexable", address)
				if !ok {
					return
				}
			}
		}
	})
}

// reference is one object pointing to another, both by metaverse number.
type reference struct {
	from, to  int
	attribute string
}

// references calls put for every reference between objects, until it says stop.
func (s *site) references(put func(reference) bool) {
	for i := range s.people.total {
		for _, r := range s.referencesOf(i) {
			if !put(r) {
				return
			}
		}
	}
}

func (s *site) referencesOf(i int) []reference {
	switch s.people.class(i) {
	case 'p':
		if to, ok := s.people.manager(i); ok {
			return []reference{{i, to, "manager"}}
		}
		return nil
	case 'g':
		return s.pointing(i, "member", 3+i%5)
	default:
		return s.pointing(i, "registeredOwnerReference", 1)
	}
}

func (s *site) pointing(i int, attribute string, most int) []reference {
	var out []reference
	seen := map[int]bool{}
	for k := range most {
		if to, ok := s.person(i, k); ok && !seen[to] {
			seen[to] = true
			out = append(out, reference{i, to, attribute})
		}
	}
	return out
}

// mvLinkTable makes mms_mv_link.
func (s *site) mvLinkTable(columns []Column) Table {
	const name = "mms_mv_link"
	if s.Lean {
		return Table{Name: name, Columns: columns}
	}
	return list(name, columns, func(put func(...any) bool) {
		s.references(func(r reference) bool {
			c, _ := s.place(r.from)
			return put("object_id", s.metaverseID(r.from), "attribute_name", r.attribute,
				"lineage_id", s.lineage(c, s.people.class(r.from), false), "lineage_date", s.moment(uint64(r.from)),
				"reference_id", s.metaverseID(r.to))
		})
	})
}

// csLinkTable makes mms_cs_link: the same references in each connector space.
func (s *site) csLinkTable(columns []Column) Table {
	const name = "mms_cs_link"
	if s.Lean {
		return Table{Name: name, Columns: columns}
	}
	return list(name, columns, func(put func(...any) bool) {
		for _, c := range s.present() {
			if c.space.linked > 0 && !s.csLinks(c, put) {
				return
			}
		}
	})
}

// csLinks writes one connector's references and tells whether to go on.
func (s *site) csLinks(c *connector, put func(...any) bool) bool {
	open := true
	s.references(func(r reference) bool {
		from, to := r.from, r.to
		if c.forest != nil {
			if r.from%s.people.forests != c.number {
				return true
			}
			from, to = from/s.people.forests, to/s.people.forests
		}
		open = put("object_id", s.spaceID(c, from), "attribute_name", r.attribute, "state", int64(0),
			"reference_id", s.spaceID(c, to))
		if st := c.space.state(from); open && st.export == opModify && !st.rename {
			// an export will write another value
			open = put("object_id", s.spaceID(c, from), "attribute_name", r.attribute, "state", int64(2),
				"reference_id", s.spaceID(c, 0))
		}
		return open
	})
	return open
}

// deflated compresses bytes. Writing to memory cannot fail.
func deflated(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}
