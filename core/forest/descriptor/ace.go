package descriptor

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Types of entries that decide on access (MS-DTYP 2.4.4.1).
const (
	Allow       = 0x00
	Deny        = 0x01
	AllowObject = 0x05
	DenyObject  = 0x06
)

// Flags of an entry (MS-DTYP 2.4.4.1).
const (
	ContainerInherit = 0x02 // objects below inherit it
	NoPropagate      = 0x04 // only the objects directly below
	InheritOnly      = 0x08 // not for the object itself
	Inherited        = 0x10 // came from above
)

// Rights in a mask (MS-ADTS 5.1.3.2).
const (
	CreateChild   = 0x00000001
	DeleteChild   = 0x00000002
	List          = 0x00000004
	ReadProperty  = 0x00000010
	WriteProperty = 0x00000020
	DeleteTree    = 0x00000040
	ListObject    = 0x00000080
	ControlAccess = 0x00000100 // an extended right, named by the entry's object type
	Delete        = 0x00010000
	ReadControl   = 0x00020000
	WriteDAC      = 0x00040000
	WriteOwner    = 0x00080000
	FullControl   = 0x000F01FF
	GenericAll    = 0x10000000
	GenericRun    = 0x20000000
	GenericWrite  = 0x40000000
	GenericRead   = 0x80000000
)

// Bits of the flags inside an object entry.
const (
	hasObject    = 0x1
	hasInherited = 0x2
)

// errShort says that a descriptor ends in the middle of a part.
var errShort = errors.New("the security descriptor is cut off or damaged")

// ACE is one access control entry. An entry of a kind that is not about simple or
// object access, or that is made in an unusual way, is kept as it came and known
// by Type and Flags alone (Known is false).
type ACE struct {
	Type      byte
	Flags     byte
	Known     bool
	Mask      uint32
	Object    GUID // attribute, property set, extended right or class; zero for all
	Inherited GUID // class of the objects that inherit it; zero for all
	SID       SID

	raw []byte // the whole entry as it came; nil for one made here
}

// NewAllow makes an entry that allows mask to sid. Object and inherited may be zero.
func NewAllow(sid SID, mask uint32, flags byte, object, inherited GUID) ACE {
	a := ACE{Type: Allow, Flags: flags, Known: true, Mask: mask, Object: object, Inherited: inherited, SID: sid}
	if object != (GUID{}) || inherited != (GUID{}) {
		a.Type = AllowObject
	}
	return a
}

// IsObject tells whether the entry has the form with object types.
func (a ACE) IsObject() bool { return a.Type == AllowObject || a.Type == DenyObject }

// IsInherited tells whether the entry came from the object above.
func (a ACE) IsInherited() bool { return a.Flags&Inherited != 0 }

// Same tells whether two entries say the same, however they lie in memory.
func (a ACE) Same(b ACE) bool {
	return a.Known && b.Known && a.Type == b.Type && a.Flags == b.Flags && a.Mask == b.Mask &&
		a.Object == b.Object && a.Inherited == b.Inherited && a.SID == b.SID
}

// parseACE reads the entry at the front of b and gives the rest.
func parseACE(b []byte) (ACE, []byte, error) {
	if len(b) < 4 {
		return ACE{}, nil, errShort
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	if size < 4 || size > len(b) {
		return ACE{}, nil, fmt.Errorf("%w: an entry of %d bytes where %d are left", errShort, size, len(b))
	}
	a := ACE{Type: b[0], Flags: b[1], raw: b[:size:size]}
	a.readBody(b[4:size])
	return a, b[size:], nil
}

// readBody understands the simple and the object form; anything else stays raw.
func (a *ACE) readBody(b []byte) {
	switch a.Type {
	case Allow, Deny, AllowObject, DenyObject:
	default:
		return
	}
	if len(b) < 4 {
		return
	}
	mask := binary.LittleEndian.Uint32(b)
	b = b[4:]
	var object, inherited GUID
	if a.IsObject() {
		if len(b) < 4 {
			return
		}
		flags := binary.LittleEndian.Uint32(b)
		b = b[4:]
		for _, g := range []struct {
			bit uint32
			to  *GUID
		}{{hasObject, &object}, {hasInherited, &inherited}} {
			if flags&g.bit == 0 {
				continue
			}
			if len(b) < 16 {
				return
			}
			*g.to = GUID(b[:16])
			b = b[16:]
		}
	}
	n, err := sidSize(b)
	if err != nil {
		return
	}
	a.Mask, a.Object, a.Inherited, a.SID, a.Known = mask, object, inherited, SID(b[:n]), true
}

// Bytes gives the entry as it lies in a list (MS-DTYP 2.4.4).
func (a ACE) Bytes() []byte {
	if a.raw != nil {
		return a.raw
	}
	b := binary.LittleEndian.AppendUint32([]byte{a.Type, a.Flags, 0, 0}, a.Mask)
	if a.IsObject() {
		var flags uint32
		var guids []byte
		if a.Object != (GUID{}) {
			flags |= hasObject
			guids = append(guids, a.Object[:]...)
		}
		if a.Inherited != (GUID{}) {
			flags |= hasInherited
			guids = append(guids, a.Inherited[:]...)
		}
		b = append(binary.LittleEndian.AppendUint32(b, flags), guids...)
	}
	b = append(b, a.SID...)
	binary.LittleEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

// ParseACE reads one entry that takes all of b, as Bytes gives it.
func ParseACE(b []byte) (ACE, error) {
	a, rest, err := parseACE(b)
	if err == nil && (len(rest) > 0 || !a.Known) {
		err = fmt.Errorf("%w: not one entry of a known form", errShort)
	}
	return a, err
}
