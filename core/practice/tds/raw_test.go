package tds

import (
	"encoding/binary"
	"net"
	"testing"
	"time"
)

// rawClient speaks TDS byte by byte, for what no driver would do.
type rawClient struct {
	t testing.TB
	c net.Conn
}

type rawLoginOptions struct {
	version    uint32
	packetSize uint32
	features   []byte
}

// rawLogin connects in memory without encryption and logs in.
func (s *site) rawLogin(t testing.TB, o rawLoginOptions) *rawClient {
	t.Helper()
	r := s.rawConnect(t)
	r.send(packetPrelogin, statusEnd, preloginAnswer(Version{}, encryptNotSupported))
	r.receive()
	r.send(packetLogin, statusEnd, loginBody(o))
	return r
}

func (s *site) rawConnect(t testing.TB) *rawClient {
	t.Helper()
	c, err := s.network.DialContext(t.Context(), "tcp", testHost+":1433")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &rawClient{t: t, c: c}
}

func (r *rawClient) close() { _ = r.c.Close() }

func (r *rawClient) send(kind, status byte, data []byte) {
	r.t.Helper()
	if _, err := r.c.Write(framed(kind, status, data)); err != nil {
		r.t.Fatal(err)
	}
}

// receive gives one whole answer.
func (r *rawClient) receive() []byte {
	r.t.Helper()
	data, err := readMessage(r.c, r.c, packetReply, 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}

func framed(kind, status byte, data []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{kind, status}, uint16(headerSize+len(data)))
	return append(append(b, 0, 0, 1, 0), data...)
}

// headers is an ALL_HEADERS block with the transaction descriptor.
func headers() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 22)
	b = binary.LittleEndian.AppendUint32(b, 18)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint64(b, 0)
	return binary.LittleEndian.AppendUint32(b, 1)
}

func batchBody(text string) []byte { return appendUTF16(headers(), text) }

// loginBody is a LOGIN7 message for sa.
func loginBody(o rawLoginOptions) []byte {
	if o.version == 0 {
		o.version = version74
	}
	b := make([]byte, loginFixed)
	binary.LittleEndian.PutUint32(b[4:], o.version)
	binary.LittleEndian.PutUint32(b[8:], o.packetSize)
	put := func(at int, data []byte, length int) {
		binary.LittleEndian.PutUint16(b[at:], uint16(len(b)))
		binary.LittleEndian.PutUint16(b[at+2:], uint16(length))
		b = append(b, data...)
	}
	text := func(at int, value string) { put(at, appendUTF16(nil, value), utf16Len(value)) }
	text(36, "client")
	text(40, "sa")
	mangled := appendUTF16(nil, testPassword)
	for i, c := range mangled {
		mangled[i] = (c<<4 | c>>4) ^ 0xA5
	}
	put(44, mangled, utf16Len(testPassword))
	text(48, "raw")
	text(68, "ADSync")
	if o.features != nil {
		b[27] |= flagExtension
		put(56, binary.LittleEndian.AppendUint32(nil, uint32(len(b)+4)), 4)
		b = append(b, o.features...)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	return b
}
