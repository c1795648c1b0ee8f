package descriptor

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// GUID is a GUID as it lies in descriptors, schemaIDGUID and objectGUID: the
// first three groups little-endian (MS-DTYP 2.3.4.2). The zero value means none.
type GUID [16]byte

var errGUID = errors.New("not a GUID")

// ParseGUID reads the text form, with or without braces.
func ParseGUID(text string) (GUID, error) {
	var g GUID
	plain := strings.Trim(strings.TrimSpace(text), "{}")
	if len(plain) != 36 || plain[8] != '-' || plain[13] != '-' || plain[18] != '-' || plain[23] != '-' {
		return g, fmt.Errorf("%w: %q", errGUID, text)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(plain, "-", ""))
	if err != nil || len(b) != len(g) {
		return g, fmt.Errorf("%w: %q", errGUID, text)
	}
	return swap(GUID(b)), nil
}

// MustGUID is ParseGUID for constants; it panics when text is no GUID.
func MustGUID(text string) GUID {
	g, err := ParseGUID(text)
	if err != nil {
		panic(err)
	}
	return g
}

// GUIDFromBytes reads the 16 bytes of an attribute.
func GUIDFromBytes(b []byte) (GUID, error) {
	if len(b) != 16 {
		return GUID{}, errGUID
	}
	return GUID(b), nil
}

// String gives the text form in lower case.
func (g GUID) String() string {
	s := swap(g)
	return fmt.Sprintf("%x-%x-%x-%x-%x", s[0:4], s[4:6], s[6:8], s[8:10], s[10:])
}

// swap turns the wire's order into that of the text, and back.
func swap(g GUID) GUID {
	out := g
	binary.BigEndian.PutUint32(out[0:], binary.LittleEndian.Uint32(g[0:]))
	binary.BigEndian.PutUint16(out[4:], binary.LittleEndian.Uint16(g[4:]))
	binary.BigEndian.PutUint16(out[6:], binary.LittleEndian.Uint16(g[6:]))
	return out
}
