package tds

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
)

// alpnStrict is the protocol name of TDS 8.0 in the TLS handshake.
const alpnStrict = "tds/8.0"

// tlsRecordHandshake is the first byte of a TLS connection, by which a TDS 8.0
// client is told from an older one, whose first byte is PRELOGIN's type.
const tlsRecordHandshake = 0x16

// switchConn is a net.Conn whose data goes either through PRELOGIN packets
// (during the TLS handshake) or straight to the connection (afterwards).
// Afterwards it gives one TLS record at a time: crypto/tls takes all that is
// there, and with login-only encryption plain packets may follow on the first
// encrypted one.
type switchConn struct {
	net.Conn
	wrapped bool
	header  []byte        // unread part of the record header that came last
	record  int           // bytes of that record that are still to come
	rest    []byte        // unread part of the packet that came last
	out     *packetWriter // the handshake packet being built
	pending bool
}

// newSwitchConn uses the smallest packets: a client that asked for them has no
// room for others, and none has told its wish yet.
func newSwitchConn(c net.Conn) *switchConn {
	return &switchConn{Conn: c, wrapped: true, out: newPacketWriter(c, packetPrelogin, minPacketSize)}
}

// Read gives handshake bytes. What the server wrote goes out first: a flight of
// several TLS records must be one message, and the client answers only then.
func (s *switchConn) Read(b []byte) (int, error) {
	if !s.wrapped {
		return s.readRecord(b)
	}
	if err := s.flush(); err != nil {
		return 0, err
	}
	for len(s.rest) == 0 {
		p, err := readPacket(s.Conn)
		if err != nil {
			return 0, err
		}
		if p.kind != packetPrelogin {
			return 0, fmt.Errorf("%w: packet type %#02x in the TLS handshake", errMalformed, p.kind)
		}
		s.rest = p.data
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// readRecord gives bytes of the current TLS record and never of the next.
func (s *switchConn) readRecord(b []byte) (int, error) {
	if len(s.header) == 0 && s.record == 0 {
		header := make([]byte, 5) // type, version, length: RFC 5246, 6.2.1
		if _, err := io.ReadFull(s.Conn, header); err != nil {
			return 0, err
		}
		s.header, s.record = header, int(header[3])<<8|int(header[4])
	}
	if len(s.header) > 0 {
		n := copy(b, s.header)
		s.header = s.header[n:]
		return n, nil
	}
	n, err := s.Conn.Read(b[:min(len(b), s.record)])
	s.record -= n
	return n, err
}

func (s *switchConn) Write(b []byte) (int, error) {
	if !s.wrapped {
		return s.Conn.Write(b)
	}
	s.pending = true
	return s.out.Write(b)
}

func (s *switchConn) flush() error {
	if !s.pending {
		return nil
	}
	s.pending = false
	return s.out.finish()
}

// straight ends the wrapping, after sending the handshake's last record.
func (s *switchConn) straight() error {
	err := s.flush()
	s.wrapped = false
	return err
}

// startTLS does the TLS handshake inside PRELOGIN packets. TLS 1.3 is left out
// and tickets are off: both would send handshake data after the switch to plain
// packets, where clients do not look for it.
func startTLS(ctx context.Context, c net.Conn, cert *tls.Certificate) (*tls.Conn, error) {
	s := newSwitchConn(c)
	secure := tls.Server(s, &tls.Config{
		Certificates:                []tls.Certificate{*cert},
		MinVersion:                  tls.VersionTLS12,
		MaxVersion:                  tls.VersionTLS12,
		SessionTicketsDisabled:      true,
		DynamicRecordSizingDisabled: true,
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = s.flush() // the TLS alert that says why; the client may be gone already
		return nil, fmt.Errorf("tds: TLS handshake: %w", err)
	}
	return secure, s.straight()
}

// startStrict does the handshake of TDS 8.0, where TLS comes before everything.
func startStrict(ctx context.Context, c net.Conn, cert *tls.Certificate) (*tls.Conn, error) {
	secure := tls.Server(c, &tls.Config{
		Certificates:           []tls.Certificate{*cert},
		MinVersion:             tls.VersionTLS12,
		NextProtos:             []string{alpnStrict},
		SessionTicketsDisabled: true,
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("tds: TLS handshake: %w", err)
	}
	if got := secure.ConnectionState().NegotiatedProtocol; got != alpnStrict {
		return nil, fmt.Errorf("tds: TLS without %s", alpnStrict)
	}
	return secure, nil
}

// peekConn gives back a first byte that was looked at.
type peekConn struct {
	net.Conn
	first []byte
}

// peekByte reads the first byte of a connection and gives a connection that
// still has it.
func peekByte(c net.Conn) (byte, net.Conn, error) {
	var b [1]byte
	if _, err := io.ReadFull(c, b[:]); err != nil {
		return 0, nil, err
	}
	return b[0], &peekConn{Conn: c, first: b[:]}, nil
}

func (p *peekConn) Read(b []byte) (int, error) {
	if len(p.first) > 0 && len(b) > 0 {
		n := copy(b, p.first)
		p.first = p.first[n:]
		return n, nil
	}
	return p.Conn.Read(b)
}
