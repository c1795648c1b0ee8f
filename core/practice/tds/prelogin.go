package tds

import (
	"encoding/binary"
	"fmt"
)

// Encryption says what the server does about encryption outside TDS 8.0.
type Encryption uint8

// The three ways a server can be set up.
const (
	// EncryptionOptional encrypts everything for a client that wants it and the
	// login alone for one that does not: SQL Server's own default.
	EncryptionOptional Encryption = iota
	// EncryptionRequired is "force encryption": everything is encrypted, and a
	// client that cannot is turned away.
	EncryptionRequired
	// EncryptionUnsupported never encrypts, as very old servers did.
	EncryptionUnsupported
)

// PRELOGIN options and encryption values, [MS-TDS] 2.2.6.5.
const (
	preloginVersion    byte = 0x00
	preloginEncryption byte = 0x01
	preloginInstance   byte = 0x02
	preloginThread     byte = 0x03
	preloginMARS       byte = 0x04
	preloginEnd        byte = 0xFF

	encryptOff          byte = 0x00
	encryptOn           byte = 0x01
	encryptNotSupported byte = 0x02
	encryptRequired     byte = 0x03

	maxPrelogin = 4096
)

// parsePrelogin gives the options of a PRELOGIN message.
func parsePrelogin(data []byte) (map[byte][]byte, error) {
	options := map[byte][]byte{}
	for at := 0; ; at += 5 {
		if at >= len(data) {
			return nil, fmt.Errorf("%w: PRELOGIN without an end", errMalformed)
		}
		if data[at] == preloginEnd {
			return options, nil
		}
		if at+5 > len(data) {
			return nil, fmt.Errorf("%w: PRELOGIN option is cut off", errMalformed)
		}
		from := int(binary.BigEndian.Uint16(data[at+1:]))
		size := int(binary.BigEndian.Uint16(data[at+3:]))
		if from+size > len(data) {
			return nil, fmt.Errorf("%w: PRELOGIN option points outside", errMalformed)
		}
		options[data[at]] = data[from : from+size]
	}
}

// preloginAnswer builds the server's PRELOGIN message. The instance named by the
// client is always accepted: the browser, not this answer, tells instances apart.
func preloginAnswer(v Version, encryption byte) []byte {
	values := []struct {
		option byte
		data   []byte
	}{
		{preloginVersion, []byte{v.Major, v.Minor, byte(v.Build >> 8), byte(v.Build), 0, 0}},
		{preloginEncryption, []byte{encryption}},
		{preloginInstance, []byte{0}},
		{preloginThread, nil},
		{preloginMARS, []byte{0}},
	}
	var head, body []byte
	offset := 5*len(values) + 1
	for _, v := range values {
		head = append(head, v.option)
		head = binary.BigEndian.AppendUint16(head, uint16(offset))
		head = binary.BigEndian.AppendUint16(head, uint16(len(v.data)))
		body = append(body, v.data...)
		offset += len(v.data)
	}
	return append(append(head, preloginEnd), body...)
}

// agree gives the server's encryption answer to the client's wish, and whether
// the two can go on together. A client's missing option counts as "not supported".
func (e Encryption) agree(client []byte) (answer byte, ok bool) {
	wish := encryptNotSupported
	if len(client) > 0 {
		wish = client[0] & 0x0F // the high bits speak of client certificates
	}
	switch {
	case e == EncryptionUnsupported:
		return encryptNotSupported, wish == encryptOff || wish == encryptNotSupported
	case wish == encryptOn || wish == encryptRequired:
		return encryptOn, true
	case e == EncryptionRequired:
		return encryptRequired, wish == encryptOff
	case wish == encryptOff:
		return encryptOff, true
	default:
		return encryptNotSupported, true
	}
}
