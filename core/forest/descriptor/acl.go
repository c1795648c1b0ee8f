package descriptor

import (
	"encoding/binary"
	"fmt"
)

// aclHeader is the size of a list's header.
const aclHeader = 8

// Revisions of lists: the higher one as soon as an object entry is in it.
const (
	revisionPlain  = 2
	revisionObject = 4
)

// ACL is a list of entries. Revision, the reserved bytes and what lies unused
// behind the entries are kept as they came.
type ACL struct {
	ACEs []ACE

	revision byte
	pad1     byte
	pad2     uint16
	slack    []byte // between the last entry and the list's end
}

// parseACL reads the list at the front of b; size tells how many bytes it takes.
func parseACL(b []byte) (l *ACL, size int, err error) {
	if len(b) < aclHeader {
		return nil, 0, errShort
	}
	size = int(binary.LittleEndian.Uint16(b[2:]))
	if size < aclHeader || size > len(b) {
		return nil, 0, fmt.Errorf("%w: a list of %d bytes where %d are left", errShort, size, len(b))
	}
	l = &ACL{revision: b[0], pad1: b[1], pad2: binary.LittleEndian.Uint16(b[6:])}
	rest := b[aclHeader:size]
	for range binary.LittleEndian.Uint16(b[4:]) {
		var a ACE
		if a, rest, err = parseACE(rest); err != nil {
			return nil, 0, err
		}
		l.ACEs = append(l.ACEs, a)
	}
	l.slack = rest
	return l, size, nil
}

// bytes gives the list as it lies in a descriptor.
func (l *ACL) bytes() ([]byte, error) {
	b := make([]byte, aclHeader, 512)
	for _, a := range l.ACEs {
		b = append(b, a.Bytes()...)
	}
	b = append(b, l.slack...)
	if len(b) > 0xFFFF || len(l.ACEs) > 0xFFFF {
		return nil, fmt.Errorf("the access control list would have %d bytes, and 65535 are the most", len(b))
	}
	b[0], b[1] = l.revision, l.pad1
	binary.LittleEndian.PutUint16(b[2:], uint16(len(b)))
	binary.LittleEndian.PutUint16(b[4:], uint16(len(l.ACEs)))
	binary.LittleEndian.PutUint16(b[6:], l.pad2)
	return b, nil
}

// Has tells whether an entry that says the same is in the list.
func (l *ACL) Has(a ACE) bool {
	for _, have := range l.ACEs {
		if have.Same(a) {
			return true
		}
	}
	return false
}

// Add puts an allowing entry behind the last explicit one, in front of the
// inherited ones, and leaves every other entry where it is: lists of real domains
// are in the canonical order of explicit before inherited, but not in the stricter
// one of plain before object entries, so that sorting them would change them. An
// entry that is there already is not added; the answer tells.
func (l *ACL) Add(a ACE) bool {
	if l.Has(a) {
		return false
	}
	at := 0
	for i, have := range l.ACEs {
		if !have.IsInherited() {
			at = i + 1
		}
	}
	aces := make([]ACE, 0, len(l.ACEs)+1)
	aces = append(append(append(aces, l.ACEs[:at]...), a), l.ACEs[at:]...)
	l.ACEs = aces
	if a.IsObject() && l.revision < revisionObject {
		l.revision = revisionObject
	}
	return true
}

// Remove takes out one entry that says the same, and tells whether there was one.
func (l *ACL) Remove(a ACE) bool {
	for i, have := range l.ACEs {
		if have.Same(a) {
			l.ACEs = append(append([]ACE(nil), l.ACEs[:i]...), l.ACEs[i+1:]...)
			return true
		}
	}
	return false
}

// RemoveOf takes out every explicit entry of one account, and tells how many.
func (l *ACL) RemoveOf(sid SID) int {
	var kept []ACE
	for _, a := range l.ACEs {
		if !a.Known || a.SID != sid || a.IsInherited() {
			kept = append(kept, a)
		}
	}
	n := len(l.ACEs) - len(kept)
	l.ACEs = kept
	return n
}

// newACL makes a list of entries in the order given, which is to be canonical.
func newACL(aces []ACE) *ACL {
	l := &ACL{revision: revisionPlain, ACEs: aces}
	for _, a := range aces {
		if a.IsObject() {
			l.revision = revisionObject
		}
	}
	return l
}
