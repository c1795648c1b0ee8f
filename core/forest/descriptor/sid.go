package descriptor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// errSID says that bytes or text are no SID.
var errSID = errors.New("not a security identifier")

// SID is a security identifier in its binary form (MS-DTYP 2.4.2.2), kept as a
// string so that SIDs can be compared and be keys of maps. The zero value is no
// SID at all.
type SID string

// Well-known SIDs (MS-DTYP 2.4.2.4).
const (
	Everyone           SID = "\x01\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00"                 // S-1-1-0
	AuthenticatedUsers SID = "\x01\x01\x00\x00\x00\x00\x00\x05\x0b\x00\x00\x00"                 // S-1-5-11
	EnterpriseDCs      SID = "\x01\x01\x00\x00\x00\x00\x00\x05\x09\x00\x00\x00"                 // S-1-5-9
	LocalSystem        SID = "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00"                 // S-1-5-18
	Administrators     SID = "\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x20\x02\x00\x00" // S-1-5-32-544
	PreWindows2000     SID = "\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x2a\x02\x00\x00" // S-1-5-32-554
)

// Relative identifiers of a domain's own groups (MS-DTYP 2.4.2.4).
const (
	DomainAdmins     = 512
	EnterpriseAdmins = 519 // in the forest's root domain only
)

// sidSize gives how many bytes the SID at the front of b takes.
func sidSize(b []byte) (int, error) {
	if len(b) < 8 || b[1] > 15 {
		return 0, errSID
	}
	n := 8 + 4*int(b[1])
	if len(b) < n {
		return 0, errSID
	}
	return n, nil
}

// SIDFromBytes reads a SID that takes all of b, as objectSid and tokenGroups hold it.
func SIDFromBytes(b []byte) (SID, error) {
	n, err := sidSize(b)
	if err != nil {
		return "", err
	}
	if n != len(b) {
		return "", fmt.Errorf("%w: %d bytes too many", errSID, len(b)-n)
	}
	return SID(b), nil
}

// ParseSID reads the text form: S-1-5-21-….
func ParseSID(text string) (SID, error) {
	parts := strings.Split(strings.TrimSpace(text), "-")
	if len(parts) < 3 || len(parts) > 18 || !strings.EqualFold(parts[0], "S") {
		return "", fmt.Errorf("%w: %q", errSID, text)
	}
	revision, err := strconv.ParseUint(parts[1], 10, 8)
	if err != nil {
		return "", fmt.Errorf("%w: %q", errSID, text)
	}
	authority, err := strconv.ParseUint(parts[2], 0, 48)
	if err != nil {
		return "", fmt.Errorf("%w: %q", errSID, text)
	}
	b := make([]byte, 8, 8+4*(len(parts)-3))
	binary.BigEndian.PutUint64(b, authority)
	b[0], b[1] = byte(revision), byte(len(parts)-3)
	for _, p := range parts[3:] {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return "", fmt.Errorf("%w: %q", errSID, text)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return SID(b), nil
}

// Relative gives the SID with one more number at its end: a domain's SID and 519
// is that of its Enterprise Admins.
func (s SID) Relative(rid uint32) SID {
	b := append([]byte(nil), s...)
	if len(b) < 8 {
		return ""
	}
	b[1]++
	return SID(binary.LittleEndian.AppendUint32(b, rid))
}

// Domain gives the SID without its last number: that of the domain an account
// belongs to. It is empty for a SID without numbers.
func (s SID) Domain() SID {
	if len(s) < 12 || s[1] == 0 {
		return ""
	}
	b := []byte(s[:len(s)-4])
	b[1]--
	return SID(b)
}

// String gives the text form, S-1-5-21-…, or nothing for the zero value.
func (s SID) String() string {
	b := []byte(s)
	if n, err := sidSize(b); err != nil || n != len(b) {
		return ""
	}
	authority := binary.BigEndian.Uint64(append([]byte{0, 0}, b[2:8]...))
	out := fmt.Sprintf("S-%d-%d", b[0], authority)
	if authority >= 1<<32 {
		out = fmt.Sprintf("S-%d-0x%012x", b[0], authority)
	}
	for i := 8; i < len(b); i += 4 {
		out += "-" + strconv.FormatUint(uint64(binary.LittleEndian.Uint32(b[i:])), 10)
	}
	return out
}

// OfDomain tells whether the SID belongs to a domain (S-1-5-21-…).
func (s SID) OfDomain() bool {
	return len(s) >= 16 && s[7] == 5 && s[8] == 21 && s[9] == 0 && s[10] == 0 && s[11] == 0
}

// Last gives the last number of the SID, 0 if it has none.
func (s SID) Last() uint32 {
	if len(s) < 12 {
		return 0
	}
	return binary.LittleEndian.Uint32([]byte(s[len(s)-4:]))
}
