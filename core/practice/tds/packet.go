package tds

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Packet types, [MS-TDS] 2.2.3.1.1.
const (
	packetBatch       byte = 0x01
	packetRPC         byte = 0x03
	packetReply       byte = 0x04
	packetAttention   byte = 0x06
	packetBulk        byte = 0x07
	packetTransaction byte = 0x0E
	packetLogin       byte = 0x10
	packetSSPI        byte = 0x11
	packetPrelogin    byte = 0x12
)

// Packet status bits, [MS-TDS] 2.2.3.1.2.
const (
	statusEnd           byte = 0x01
	statusIgnore        byte = 0x02
	statusReset         byte = 0x08
	statusResetKeepTran byte = 0x10
)

const (
	headerSize        = 8
	minPacketSize     = 512
	defaultPacketSize = 4096
	maxPacketSize     = 32767
	// maxSecurePacketSize keeps a packet within one TLS record, as SQL Server does.
	maxSecurePacketSize = 16383
)

var (
	errMalformed = errors.New("tds: malformed data from the client")
	errTooLarge  = errors.New("tds: the request is larger than this server takes")
	errFatal     = errors.New("tds: an error of class 20 or more ended the connection")
)

// packet is one packet without its header.
type packet struct {
	kind   byte
	status byte
	data   []byte
}

func (p packet) last() bool { return p.status&statusEnd != 0 }

// readPacket reads one packet. The length is a 16-bit field, so a packet never
// costs more than 64 KiB whatever the client says.
func readPacket(r io.Reader) (packet, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return packet{}, err
	}
	size := int(binary.BigEndian.Uint16(header[2:4]))
	if size < headerSize || size > maxPacketSize+1 {
		return packet{}, fmt.Errorf("%w: packet length %d", errMalformed, size)
	}
	p := packet{kind: header[0], status: header[1], data: make([]byte, size-headerSize)}
	if _, err := io.ReadFull(r, p.data); err != nil {
		return packet{}, noEOF(err)
	}
	return p, nil
}

// noEOF turns the end of the stream in the middle of something into an error
// that is told apart from a client that hung up between two requests.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readMessage reads the packets of one message of the given kind into memory, up
// to limit bytes: the first packet from one reader, the others from another
// (which differ where only the first is encrypted). It is for the time before
// the login; afterwards message does this work.
func readMessage(first, others io.Reader, kind byte, limit int) ([]byte, error) {
	var data []byte
	for r := first; ; r = others {
		p, err := readPacket(r)
		if err != nil {
			return nil, err
		}
		if p.kind != kind {
			return nil, fmt.Errorf("%w: packet type %#02x where %#02x was due", errMalformed, p.kind, kind)
		}
		if len(data)+len(p.data) > limit {
			return nil, errTooLarge
		}
		data = append(data, p.data...)
		if p.last() {
			return data, nil
		}
	}
}

// packetWriter cuts an answer into packets and sends each as soon as it is full,
// so that an answer of any length needs the memory of one packet.
type packetWriter struct {
	w    io.Writer
	kind byte
	size int
	seq  byte
	buf  []byte
	err  error
}

func newPacketWriter(w io.Writer, kind byte, size int) *packetWriter {
	return &packetWriter{w: w, kind: kind, size: size, buf: make([]byte, headerSize, size)}
}

// Write adds data to the message. After the first error nothing is sent any more.
func (p *packetWriter) Write(data []byte) (int, error) {
	total := len(data)
	for len(data) > 0 && p.err == nil {
		if len(p.buf) == p.size {
			p.send(0)
			continue
		}
		n := min(len(data), p.size-len(p.buf))
		p.buf = append(p.buf, data[:n]...)
		data = data[n:]
	}
	return total - len(data), p.err
}

// flush sends what is there as a packet that others follow.
func (p *packetWriter) flush() {
	if p.err == nil && len(p.buf) > headerSize {
		p.send(0)
	}
}

// finish sends what is left as the last packet of the message.
func (p *packetWriter) finish() error {
	if p.err == nil {
		p.send(statusEnd)
	}
	p.seq = 0
	return p.err
}

// resize changes the packet size for the messages that follow.
func (p *packetWriter) resize(size int) {
	p.size = size
	p.buf = make([]byte, headerSize, size)
}

func (p *packetWriter) send(status byte) {
	p.seq++
	p.buf[0], p.buf[1] = p.kind, status
	binary.BigEndian.PutUint16(p.buf[2:], uint16(len(p.buf)))
	p.buf[4], p.buf[5] = 0, 0
	p.buf[6], p.buf[7] = p.seq, 0
	_, p.err = p.w.Write(p.buf)
	p.buf = p.buf[:headerSize]
}
