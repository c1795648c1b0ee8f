package sample

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// GUID is a uniqueidentifier in the order in which its text is written.
type GUID [16]byte

// String gives the GUID in lower case, without braces.
func (g GUID) String() string {
	var b [36]byte
	hex.Encode(b[0:8], g[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], g[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], g[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], g[8:10])
	b[23] = '-'
	hex.Encode(b[24:36], g[10:16])
	return string(b[:])
}

// braces gives the GUID as the product writes it in XML.
func (g GUID) braces() string { return "{" + g.String() + "}" }

// upper gives the GUID in braces and upper case, as steps name partitions.
func (g GUID) upper() string { return strings.ToUpper(g.braces()) }

// wire gives the bytes as SQL Server and Active Directory store them: the first
// three groups little-endian.
func (g GUID) wire() []byte {
	return []byte{
		g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6],
		g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15],
	}
}

// kind keeps random values of different purposes apart.
type kind uint64

const (
	kindServer kind = iota + 1
	kindConnector
	kindPartition
	kindProfile
	kindRun
	kindStep
	kindDetail
	kindRule
	kindMetaverse
	kindDirectory // objectGUID in the forest
	kindCloud     // object id in Entra ID
	kindPerson
	kindDomain
	kindContainer
	kindSealed
	kindCookie
	kindCounter
	kindImage
	kindSpace // plus the connector's number
)

// seed is the source of all values. It has no state: any value can be asked for
// at any time, which lets a link name a row that is not made yet.
type seed uint64

// number gives the i-th random number of a kind (the splitmix64 mixer).
func (s seed) number(k kind, i uint64) uint64 {
	return mix(mix(mix(uint64(s))^uint64(k)) ^ i)
}

// below gives a number from 0 to n-1.
func (s seed) below(k kind, i uint64, n int) int {
	return int(s.number(k, i) % uint64(n))
}

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// guid gives the i-th GUID of a kind, of version 4.
func (s seed) guid(k kind, i uint64) GUID {
	var g GUID
	a := s.number(k, i)
	binary.BigEndian.PutUint64(g[:8], a)
	binary.BigEndian.PutUint64(g[8:], mix(a^uint64(k)))
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	return g
}

// bytes gives n random bytes.
func (s seed) bytes(k kind, i uint64, n int) []byte {
	out := make([]byte, 0, n+8)
	for z := s.number(k, i); len(out) < n; z = mix(z) {
		out = binary.LittleEndian.AppendUint64(out, z)
	}
	return out[:n]
}

// hexText gives 2n hex digits.
func (s seed) hexText(k kind, i uint64, n int) string {
	return hex.EncodeToString(s.bytes(k, i, n))
}

// sealed makes what encrypted_configuration looks like from outside: Base64 of
// DWORD 16+n, DWORD 8, a 16-byte IV and n bytes of AES-256-CBC. Nobody holds
// the key, and no plain text was there.
func (s seed) sealed(i uint64, n int) string {
	b := binary.LittleEndian.AppendUint32(nil, uint32(16+n))
	b = binary.LittleEndian.AppendUint32(b, 8)
	b = append(b, s.bytes(kindSealed, i, 16+n)...)
	return base64.StdEncoding.EncodeToString(b)
}

// sid is a domain's security identifier without the last part.
type sid [3]uint32

func (s seed) domainSID(i uint64) sid {
	a, b := s.number(kindDomain, 2*i), s.number(kindDomain, 2*i+1)
	return sid{uint32(a), uint32(a >> 32), uint32(b)}
}

// binary gives the SID S-1-5-21-a-b-c-rid as bytes.
func (d sid) binary(rid uint32) []byte {
	b := []byte{1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0}
	for _, part := range [...]uint32{d[0], d[1], d[2], rid} {
		b = binary.LittleEndian.AppendUint32(b, part)
	}
	return b
}

// text gives the same SID as text.
func (d sid) text(rid uint32) string {
	var b strings.Builder
	b.WriteString("S-1-5-21")
	for _, part := range [...]uint32{d[0], d[1], d[2], rid} {
		b.WriteByte('-')
		b.WriteString(itoa(int(part)))
	}
	return b.String()
}
