package forest

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/crypto/etype"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Flags of a wrap token (RFC 4121 4.2.2).
const (
	fromAcceptor   = 0x01
	isSealed       = 0x02
	acceptorSubkey = 0x04
)

const (
	wrapHeader = gssapi.HdrLen
	maxToken   = 16 << 20 // no answer of a domain controller is longer
	sealExtra  = 128      // what sealing adds to a message at most: header twice, confounder, checksum
)

var errSeal = errors.New("a sealed message of the domain controller is damaged or forged")

// sealer seals and opens messages of one security context (RFC 4121 4.2.4).
type sealer struct {
	key      types.EncryptionKey
	etype    etype.EType
	sent     uint64 // number of the next message of ours
	received uint64 // number of the next message of theirs
}

func newSealer(key types.EncryptionKey, ours, theirs uint64) (*sealer, error) {
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, err
	}
	return &sealer{key: key, etype: e, sent: ours, received: theirs}, nil
}

// header makes a token's header with no rotation.
func header(flags byte, ec uint16, number uint64) []byte {
	h := make([]byte, wrapHeader)
	copy(h, []byte{0x05, 0x04, flags, gssapi.FillerByte})
	binary.BigEndian.PutUint16(h[4:], ec)
	binary.BigEndian.PutUint64(h[8:], number)
	return h
}

// seal encrypts a message: header ‖ E(message ‖ header).
func (s *sealer) seal(message []byte) ([]byte, error) {
	h := header(isSealed|acceptorSubkey, 0, s.sent)
	s.sent++
	_, sealed, err := s.etype.EncryptMessage(s.key.KeyValue, append(bytes.Clone(message), h...), keyusage.GSSAPI_INITIATOR_SEAL)
	if err != nil {
		return nil, err
	}
	return append(h, sealed...), nil
}

// open decrypts a message and checks that it is the next one of the acceptor.
func (s *sealer) open(token []byte) ([]byte, error) {
	ec, rrc, err := s.check(token, isSealed)
	if err != nil {
		return nil, err
	}
	body := unrotate(token[wrapHeader:], rrc)
	if !longEnough(s.etype, body) {
		return nil, errSeal
	}
	plain, err := s.etype.DecryptMessage(s.key.KeyValue, body, keyusage.GSSAPI_ACCEPTOR_SEAL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSeal, err)
	}
	tail := len(plain) - wrapHeader
	if tail < ec {
		return nil, errSeal
	}
	// The copy inside was made before the rotation was known.
	if !hmac.Equal(plain[tail:], header(token[2], uint16(ec), binary.BigEndian.Uint64(token[8:]))) {
		return nil, errSeal
	}
	return plain[:tail-ec], nil
}

// longEnough tells whether an encrypted message has room for what each begins and
// ends with; gokrb5 takes that for granted and panics where it has not.
func longEnough(e etype.EType, message []byte) bool {
	return len(message) >= e.GetConfounderByteSize()+e.GetHMACBitLength()/8
}

// check reads a token's header: it must be of the acceptor, sealed or not as
// wanted, and the next in number.
func (s *sealer) check(token []byte, sealed byte) (ec, rrc int, err error) {
	if len(token) < wrapHeader || token[0] != 5 || token[1] != 4 || token[3] != gssapi.FillerByte ||
		token[2]&fromAcceptor == 0 || token[2]&isSealed != sealed || token[2]&acceptorSubkey == 0 {
		return 0, 0, errSeal
	}
	if n := binary.BigEndian.Uint64(token[8:]); n != s.received {
		return 0, 0, fmt.Errorf("%w: number %d where %d was due", errSeal, n, s.received)
	}
	s.received++
	return int(binary.BigEndian.Uint16(token[4:])), int(binary.BigEndian.Uint16(token[6:])), nil
}

// unrotate takes the right rotation of a body back.
func unrotate(b []byte, rrc int) []byte {
	if len(b) == 0 {
		return b
	}
	rrc %= len(b)
	return append(bytes.Clone(b[rrc:]), b[:rrc]...)
}

// signed reads a token that is signed only, as the last steps of the bind are.
func (s *sealer) signed(token []byte) ([]byte, error) {
	ec, rrc, err := s.check(token, 0)
	if err != nil {
		return nil, err
	}
	body := unrotate(token[wrapHeader:], rrc)
	if len(body) < ec {
		return nil, errSeal
	}
	payload, sum := body[:len(body)-ec], body[len(body)-ec:]
	over := append(bytes.Clone(payload), header(token[2], 0, binary.BigEndian.Uint64(token[8:]))...)
	if !s.etype.VerifyChecksum(s.key.KeyValue, over, sum, keyusage.GSSAPI_ACCEPTOR_SEAL) {
		return nil, errSeal
	}
	return payload, nil
}

// sign makes a token that is signed only.
func (s *sealer) sign(payload []byte) ([]byte, error) {
	h := header(acceptorSubkey, 0, s.sent)
	s.sent++
	sum, err := s.etype.GetChecksumHash(s.key.KeyValue, append(bytes.Clone(payload), h...), keyusage.GSSAPI_INITIATOR_SEAL)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint16(h[4:], uint16(len(sum)))
	return append(append(h, payload...), sum...), nil
}

// sealedConn is a connection whose every message is sealed: four bytes of length,
// then a wrap token (RFC 4422 3.7).
type sealedConn struct {
	net.Conn
	seal securityContext
	most int // bytes of a message that the other side takes

	writing sync.Mutex
	rest    []byte // opened, not yet read
}

// Read gives opened bytes. Only LDAP's one reader calls it.
func (c *sealedConn) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		var size [4]byte
		if _, err := io.ReadFull(c.Conn, size[:]); err != nil {
			return 0, err
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > maxToken {
			return 0, errSeal
		}
		token := make([]byte, n)
		if _, err := io.ReadFull(c.Conn, token); err != nil {
			return 0, err
		}
		var err error
		if c.rest, err = c.seal.unwrap(token, true); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// Write seals and sends, in pieces that the other side takes.
func (c *sealedConn) Write(p []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	done := 0
	for done < len(p) {
		piece := p[done:min(len(p), done+c.most)]
		token, err := c.seal.wrap(piece, true)
		if err != nil {
			return done, err
		}
		if _, err := c.Conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(token))), token...)); err != nil {
			return done, err
		}
		done += len(piece)
	}
	return done, nil
}
