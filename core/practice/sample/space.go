package sample

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// spacePlan says which rows a connector space has. Rows 0 to linked-1 are joined
// to the metaverse; then come objects to be deleted by an export, new imports,
// objects that the filter left out, and containers.
type spacePlan struct {
	linked, filtered int
	exports, imports Pending
	exportErrors     int
	importErrors     int
	transients       int // rows after all others which are not counted
	tree             []container
	leaves           map[*partition][]*container
}

// rows counts the rows of the space.
func (p *spacePlan) rows() int {
	return p.linked + p.exports.Deletes + p.imports.Adds + p.filtered + len(p.tree)
}

// operation codes, as FIM's specification has them.
const (
	opNone      = 0
	opAdd       = 1
	opModify    = 2
	opDeleteAdd = 3
	opDelete    = 4
)

// rowState is what is pending on a row.
type rowState struct {
	linked, filtered         bool
	rename                   bool
	export, imported         int
	exportError, importError bool
	container                int // index in the tree, or -1
}

// state gives the state of row r.
func (p *spacePlan) state(r int) rowState {
	st := rowState{container: -1}
	if r >= p.linked {
		return p.unlinked(r - p.linked)
	}
	st.linked = true
	if from := p.linked - p.exports.Adds; r >= from {
		st.export = opAdd
		st.exportError = r-from+p.exports.Updates+p.exports.DeleteAdds < p.exportErrors
		return st
	}
	at := r
	if at < p.exports.Updates+p.exports.DeleteAdds {
		st.export = opModify
		st.rename = at >= p.exports.Updates-p.exports.Renames
		if at >= p.exports.Updates {
			st.export, st.rename = opDeleteAdd, false
		}
		st.exportError = at < p.exportErrors
		return st
	}
	at -= p.exports.Updates + p.exports.DeleteAdds
	switch i := p.imports; {
	case at < i.Updates:
		st.imported = opModify
	case at < i.Updates+i.Deletes:
		st.imported = opDelete
	case at < i.Updates+i.Deletes+i.DeleteAdds:
		st.imported = opDeleteAdd
	default:
		return st
	}
	st.importError = at < p.importErrors
	return st
}

// unlinked gives the state of the k-th row that is joined to nothing.
func (p *spacePlan) unlinked(k int) rowState {
	st := rowState{container: -1}
	if k < p.exports.Deletes {
		st.export = opDelete
		st.exportError = k+p.exports.Adds+p.exports.Updates+p.exports.DeleteAdds < p.exportErrors
		return st
	}
	k -= p.exports.Deletes
	if k < p.imports.Adds {
		st.imported = opAdd
		st.importError = k+p.imports.Updates+p.imports.Deletes+p.imports.DeleteAdds < p.importErrors
		return st
	}
	k -= p.imports.Adds
	if k < p.filtered {
		st.filtered = true
		return st
	}
	st.container = k - p.filtered
	return st
}

// counts gives the space in numbers, as a reader has to find them.
func (p *spacePlan) counts() facts.Counts {
	return facts.Counts{
		Objects: int64(p.rows()), Connectors: int64(p.linked),
		ImportAdd: int64(p.imports.Adds), ImportUpdate: int64(p.imports.Updates),
		ImportDelete: int64(p.imports.Deletes), ImportDeleteAdd: int64(p.imports.DeleteAdds),
		ExportAdd: int64(p.exports.Adds), ExportUpdate: int64(p.exports.Updates),
		ExportDelete: int64(p.exports.Deletes), ExportDeleteAdd: int64(p.exports.DeleteAdds),
		ImportErrors: int64(p.importErrors), ExportErrors: int64(p.exportErrors),
	}
}

// planSpaces works out each connector's space.
func (s *site) planSpaces() {
	for i, c := range s.connectors {
		if c.absent {
			continue
		}
		if c.forest == nil {
			c.space = spacePlan{
				linked: s.people.total, exports: s.Exports, imports: s.Imports,
				exportErrors: s.ExportErrors, importErrors: s.ImportErrors, transients: s.Transients,
			}
			continue
		}
		c.space.linked = s.people.inForest(i)
		c.space.filtered = c.space.linked / 20
		c.space.tree = s.containers(c)
		c.space.leaves = leavesOf(c.space.tree)
		if i == 0 {
			c.space.exports = s.ADExports
		}
	}
}

// objectAt gives the metaverse object that row r of a connector is joined to. A
// row beyond the joined ones gives the number of an object that is not there.
func (s *site) objectAt(c *connector, r int) int {
	if c.forest == nil {
		return r
	}
	return r*s.people.forests + c.number
}

// spaceID gives the id of row r.
func (s *site) spaceID(c *connector, r int) GUID {
	return s.seed.guid(kindSpace+kind(c.number), uint64(r))
}

// leaf gives the OU of row r of an AD connector.
func (s *site) leaf(c *connector, p *partition, r int) *container {
	leaves := c.space.leaves[p]
	if len(leaves) == 0 {
		return nil
	}
	return leaves[s.seed.below(kindContainer, uint64(r), len(leaves))]
}

// spaceDN gives the DN of a joined row.
func (s *site) spaceDN(c *connector, r int) string {
	if c.forest == nil {
		return s.cloudRDN(r)
	}
	i := s.objectAt(c, r)
	_, p := s.place(i)
	dn := "CN=" + s.names(i, p).cn
	if up := s.leaf(c, p, r); up != nil {
		return dn + "," + up.dn
	}
	return dn + "," + p.name
}

// spaceTable makes mms_connectorspace.
func (s *site) spaceTable(columns []Column) Table {
	return Table{Name: "mms_connectorspace", Columns: columns, Rows: func(yield func([]any) bool) {
		m := newMaker(columns)
		for _, c := range s.present() {
			for r := range c.space.rows() + c.space.transients {
				m.reset()
				if r < c.space.rows() {
					s.spaceRow(m, c, r)
				} else {
					s.transientRow(m, c, r)
				}
				if !yield(m.row) {
					return
				}
			}
		}
	}}
}

func (s *site) spaceRow(m *maker, c *connector, r int) {
	st := c.space.state(r)
	m.set("ma_id", c.id)
	m.set("object_id", s.spaceID(c, r))
	m.set("key_id", int64(c.keyID))
	m.set("is_connector", st.linked)
	m.set("is_provisioned", c.forest == nil && st.linked)
	m.set("is_seen_by_import", st.export != opAdd)
	m.set("creation_date", s.moment(uint64(r)))
	m.set("last_import_modification_date", s.moment(uint64(r)+7))
	m.set("count_import_modications", int64(1+r%5))
	switch {
	case st.container >= 0:
		s.containerRow(m, &c.space.tree[st.container])
	case c.forest != nil:
		s.adRow(m, c, r, st)
	default:
		s.entraRow(m, c, r, st)
	}
	s.pendingRow(m, r, st)
}

// transientRow makes a row that stands for an object nobody has seen yet; its
// parent is the id that the engine keeps for such rows.
func (s *site) transientRow(m *maker, c *connector, r int) {
	transient := GUID{15: 1}
	m.setAll("object_id", s.spaceID(c, r), "ma_id", c.id, "partition_id", c.partitions[0].id, "pobject_id", transient,
		"rdn", s.cloudRDN(r), "key_id", int64(c.keyID), "object_type", "user", "creation_date", s.lastCycle,
		"export_operation", int64(opAdd), "is_phantom_link", true, "transient_dn", s.cloudRDN(r))
}

func (s *site) containerRow(m *maker, n *container) {
	m.set("object_id", n.id)
	m.set("partition_id", n.part.id)
	m.set("pobject_id", n.parent)
	m.set("rdn", n.rdn)
	if len(n.ancestors) > 0 {
		m.set("ancestors", n.ancestors)
	}
	m.set("depth", int64(n.depth))
	m.set("object_type", n.class)
	m.set("anchor", anchorBytes(n.id.wire()))
}

func (s *site) adRow(m *maker, c *connector, r int, st rowState) {
	i := s.objectAt(c, r)
	_, p := s.place(i)
	name := "CN=" + s.names(i, p).cn
	m.set("partition_id", p.id)
	m.set("rdn", name)
	m.set("pobject_id", GUID{})
	m.set("depth", int64(1))
	if up := s.leaf(c, p, r); up != nil {
		m.set("pobject_id", up.id)
		m.set("ancestors", append(append(make([]byte, 0, 16*up.depth), up.ancestors...), up.id.wire()...))
		m.set("depth", int64(up.depth+1))
	}
	class := "user"
	switch s.people.class(i) {
	case 'g':
		class = "group"
	case 'd':
		class = "computer"
	}
	if !st.linked {
		class = "user"
		m.set("connector_state", int64(2*b2i(st.filtered)))
	}
	m.set("object_type", class)
	m.set("anchor", anchorBytes(s.seed.guid(kindDirectory, uint64(i)).wire()))
	m.set("hologram", s.image(r, name))
	m.set("password_sync_target", st.linked && class == "user" && s.PasswordHashSync)
	if class == "user" && s.PasswordHashSync {
		m.set("password_outgoing_timestamp", s.moment(uint64(r)+3))
	}
}

func (s *site) entraRow(m *maker, c *connector, r int, st rowState) {
	name := s.cloudRDN(r)
	m.set("partition_id", c.partitions[0].id)
	m.set("pobject_id", GUID{})
	m.set("rdn", name)
	m.set("depth", int64(1))
	class := "user"
	switch {
	case !st.linked:
	case s.people.class(r) == 'g':
		class = "group"
	case s.people.class(r) == 'd':
		class = "device"
	}
	m.set("object_type", class)
	if st.export != opAdd { // not in Entra ID yet, so without an anchor
		anchor := s.cloudAnchor(r)
		if !st.linked {
			anchor = "User_" + s.seed.guid(kindCloud, uint64(r)).String()
		}
		m.set("anchor", anchorBytes(append(utf16LE(anchor), 0, 0)))
		m.set("last_export_modification_date", s.moment(uint64(r)+5))
	}
	m.set("hologram", s.image(r, name))
	m.set("count_export_modications", int64(1+r%3))
}

// pendingRow sets what is pending or failed on a row.
func (s *site) pendingRow(m *maker, r int, st rowState) {
	if st.export != opNone {
		m.set("export_operation", int64(st.export))
		m.set("deltas", s.image(r+1, "delta"))
		m.set("unapplied_export_batch_number", int64(1))
		if st.rename {
			m.set("pending_moveop", int64(2))
		}
	}
	if st.imported != opNone {
		m.set("pending", true)
		m.set("import_operation", int64(st.imported))
		m.set("deltas", s.image(r+2, "delta"))
	}
	last := s.lastCycle.Add(time.Minute).Truncate(time.Second)
	first := last.Add(-time.Duration(1+r%40) * 12 * time.Hour)
	if st.exportError {
		e := exportErrors[r%len(exportErrors)]
		m.setAll("is_export_error", true, "count_export_error_retries", int64(2+r%40*24), "initial_export_error_date", first,
			"last_export_error_date", last, "export_error_code", e[0], "export_error_detail", e[1])
	}
	if st.importError {
		e := importErrors[r%len(importErrors)]
		m.setAll("is_import_error", true, "count_import_error_retries", int64(1+r%9), "initial_import_error_date", first,
			"last_import_error_date", last, "import_error_code", e[0], "import_error_detail", e[1])
	}
}

// exportErrors are codes that the product documents, with texts of our own.
var exportErrors = [][2]string{
	{"AttributeValueMustBeUnique", "Another object in the directory has the same value in proxyAddresses."},
	{"InvalidSoftMatch", "An object with this address is already tied to another source anchor."},
	{"DataValidationFailed", "The value of userPrincipalName does not follow the rules for names."},
	{"FederatedDomainChangeError", "The suffix of userPrincipalName went from one federated domain to another."},
}

// importErrors are codes of the engine's documented import errors.
var importErrors = [][2]string{
	{"staging-error", "The object could not be staged."},
	{"exported-change-not-reimported", "The value of telephoneNumber came back changed."},
}

// anchorBytes makes an anchor: DWORD length and the value. The form is known for
// Entra ID; for AD it is assumed.
func anchorBytes(value []byte) []byte {
	b := make([]byte, 4, 4+len(value))
	binary.LittleEndian.PutUint32(b, uint32(len(value)))
	return append(b, value...)
}

// image makes something of the outer form of a hologram: its magic, a length, an
// offset and bytes. Its inside is not meant to be decoded.
func (s *site) image(i int, text string) []byte {
	n := 16
	if !s.Lean {
		n = 40 + i%24
	}
	text, _, _ = strings.Cut(text, ",")
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 16+n+len(text)), 0xFFFFFFFE)
	b = binary.LittleEndian.AppendUint32(b, uint32(16+n+len(text)))
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	b = append(b, text...)
	return append(b, s.seed.bytes(kindImage, uint64(i), n)...)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
