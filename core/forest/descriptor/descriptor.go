// Package descriptor reads and writes Windows security descriptors, as
// nTSecurityDescriptor holds them (MS-DTYP 2.4.6), so that what is not changed
// comes out byte for byte as it went in: domain heads of real forests hold
// entries that nobody here may reorder, merge or lose. It does no I/O.
package descriptor

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// headerSize is the size of a self-relative descriptor's header.
const headerSize = 20

// Control bits (MS-DTYP 2.4.6).
const (
	DACLPresent   = 0x0004
	DACLProtected = 0x1000 // nothing is inherited from above
	SelfRelative  = 0x8000
)

// Parts of a descriptor in the order of its header.
const (
	partOwner = iota
	partGroup
	partSACL
	partDACL
	parts
)

// Descriptor is one security descriptor. A part that is absent is nil or empty.
type Descriptor struct {
	Control uint16
	Owner   SID
	Group   SID
	SACL    *ACL
	DACL    *ACL

	revision, pad byte
	order         []int // the parts as they lay in the input
	gaps          [parts][]byte
	tail          []byte
}

// New makes a descriptor that holds a DACL only.
func New(control uint16, dacl ...ACE) *Descriptor {
	return &Descriptor{
		Control: control | DACLPresent | SelfRelative, revision: 1,
		DACL: newACL(dacl), order: []int{partDACL},
	}
}

// Parse reads a self-relative descriptor. Input whose parts overlap, or that is
// cut off, is an error.
func Parse(b []byte) (*Descriptor, error) {
	if len(b) < headerSize {
		return nil, errShort
	}
	b = slices.Clone(b)
	d := &Descriptor{revision: b[0], pad: b[1], Control: binary.LittleEndian.Uint16(b[2:])}
	if d.revision != 1 || d.Control&SelfRelative == 0 {
		return nil, fmt.Errorf("%w: revision %d, control %#x", errShort, d.revision, d.Control)
	}
	var at [parts]int
	for p := range at {
		at[p] = int(binary.LittleEndian.Uint32(b[4+4*p:]))
		if at[p] != 0 {
			d.order = append(d.order, p)
		}
	}
	slices.SortStableFunc(d.order, func(x, y int) int { return cmp.Compare(at[x], at[y]) })
	end := headerSize
	for _, p := range d.order {
		if at[p] < end || at[p] > len(b) {
			return nil, fmt.Errorf("%w: its parts overlap", errShort)
		}
		d.gaps[p] = b[end:at[p]]
		size, err := d.parsePart(p, b[at[p]:])
		if err != nil {
			return nil, err
		}
		end = at[p] + size
	}
	d.tail = b[end:]
	return d, nil
}

func (d *Descriptor) parsePart(p int, b []byte) (size int, err error) {
	switch p {
	case partSACL:
		d.SACL, size, err = parseACL(b)
	case partDACL:
		d.DACL, size, err = parseACL(b)
	default:
		if size, err = sidSize(b); err != nil {
			return 0, err
		}
		if p == partOwner {
			d.Owner = SID(b[:size])
		} else {
			d.Group = SID(b[:size])
		}
	}
	return size, err
}

// Bytes gives the descriptor in its self-relative form, its parts in the order in
// which they came.
func (d *Descriptor) Bytes() ([]byte, error) {
	b := make([]byte, headerSize, 1024)
	b[0], b[1] = d.revision, d.pad
	binary.LittleEndian.PutUint16(b[2:], d.Control)
	for _, p := range d.order {
		b = append(b, d.gaps[p]...)
		part, err := d.part(p)
		if err != nil {
			return nil, err
		}
		binary.LittleEndian.PutUint32(b[4+4*p:], uint32(len(b)))
		b = append(b, part...)
	}
	return append(b, d.tail...), nil
}

func (d *Descriptor) part(p int) ([]byte, error) {
	switch p {
	case partOwner:
		return []byte(d.Owner), nil
	case partGroup:
		return []byte(d.Group), nil
	case partSACL:
		return d.SACL.bytes()
	default:
		return d.DACL.bytes()
	}
}
