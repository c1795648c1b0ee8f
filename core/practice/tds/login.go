package tds

import (
	"encoding/binary"
	"fmt"
)

// TDS versions as LOGIN7 gives them.
const (
	version72  uint32 = 0x72090002
	version73B uint32 = 0x730B0003
	version74  uint32 = 0x74000004
	version80  uint32 = 0x08000000
)

const (
	loginFixed = 94
	// maxLogin bounds LOGIN7: thirteen fields of at most 128 characters, SSPI data
	// and extensions. [MS-TDS] gives 128 KiB - 1 for the whole message.
	maxLogin = 128<<10 - 1

	flagIntegrated     = 0x80 // OptionFlags2
	flagChangePassword = 0x01 // OptionFlags3
	flagExtension      = 0x10 // OptionFlags3
	flagReadOnly       = 0x20 // TypeFlags

	featureUTF8 byte = 0x0A
	featureEnd  byte = 0xFF
)

// login is a parsed LOGIN7 message.
type login struct {
	LoginRequest
	version    uint32
	packetSize int
	integrated bool // wants Windows authentication
	newSecret  bool // wants the password changed
	extended   bool // sent feature extensions, so an answer to them is due
	features   []byte
}

// parseLogin reads a LOGIN7 message, [MS-TDS] 2.2.6.4.
func parseLogin(data []byte) (*login, error) {
	if len(data) < loginFixed || int64(binary.LittleEndian.Uint32(data)) > int64(len(data)) {
		return nil, fmt.Errorf("%w: LOGIN7 is cut off", errMalformed)
	}
	f := loginFields{data: data}
	l := &login{
		version:    binary.LittleEndian.Uint32(data[4:]),
		packetSize: packetSizeFor(binary.LittleEndian.Uint32(data[8:])),
		integrated: data[25]&flagIntegrated != 0,
		newSecret:  data[27]&flagChangePassword != 0,
		extended:   data[27]&flagExtension != 0,
	}
	l.ReadOnlyIntent = data[26]&flagReadOnly != 0
	l.Transport = "TCP"
	l.PID = int(binary.LittleEndian.Uint32(data[16:]))
	l.Host = f.text(36)
	l.User = f.text(40)
	l.Password = f.password(44)
	l.App = f.text(48)
	l.Server = f.text(52)
	l.Library = f.text(60)
	l.Language = f.text(64)
	l.Database = f.text(68)
	if l.extended && f.err == nil {
		l.features, f.err = parseFeatures(data, f.bytes(56, 1))
	}
	if f.err != nil {
		return nil, f.err
	}
	return l, nil
}

func packetSizeFor(wish uint32) int {
	if wish == 0 {
		return defaultPacketSize
	}
	return int(min(max(wish, minPacketSize), maxPacketSize))
}

// loginFields reads the (offset, length) pairs of LOGIN7.
type loginFields struct {
	data []byte
	err  error
}

func (f *loginFields) bytes(at, unit int) []byte {
	from := int(binary.LittleEndian.Uint16(f.data[at:]))
	size := int(binary.LittleEndian.Uint16(f.data[at+2:])) * unit
	if size == 0 {
		return nil
	}
	if from+size > len(f.data) {
		f.err = fmt.Errorf("%w: a LOGIN7 field points outside", errMalformed)
		return nil
	}
	return f.data[from : from+size]
}

func (f *loginFields) text(at int) string { return fromUTF16(f.bytes(at, 2)) }

// password undoes the client's obfuscation: each byte xor 0xA5, then its two
// halves swapped ([MS-TDS] 2.2.6.4).
func (f *loginFields) password(at int) string {
	mangled := f.bytes(at, 2)
	plain := make([]byte, len(mangled))
	for i, b := range mangled {
		b ^= 0xA5
		plain[i] = b<<4 | b>>4
	}
	return fromUTF16(plain)
}

// parseFeatures gives the ids of the client's feature extensions. pointer holds
// the offset of the feature list, [MS-TDS] 2.2.6.4 (ibExtension).
func parseFeatures(data, pointer []byte) ([]byte, error) {
	if len(pointer) < 4 {
		return nil, fmt.Errorf("%w: LOGIN7 without its feature list", errMalformed)
	}
	var ids []byte
	for at := uint64(binary.LittleEndian.Uint32(pointer)); ; {
		if at >= uint64(len(data)) {
			return nil, fmt.Errorf("%w: the LOGIN7 feature list has no end", errMalformed)
		}
		if data[at] == featureEnd {
			return ids, nil
		}
		if at+5 > uint64(len(data)) {
			return nil, fmt.Errorf("%w: a LOGIN7 feature is cut off", errMalformed)
		}
		ids = append(ids, data[at])
		at += 5 + uint64(binary.LittleEndian.Uint32(data[at+1:]))
	}
}
