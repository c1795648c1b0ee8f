package sqlserver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Packet types and prelogin options, [MS-TDS] 2.2.3.1 and 2.2.6.5.
const (
	packetReply    = 0x04
	packetPrelogin = 0x12
	statusEOM      = 0x01
	headerSize     = 8
	packetPayload  = 4096 - headerSize

	optionVersion    = 0x00
	optionEncryption = 0x01
	optionInstance   = 0x02
	optionThread     = 0x03
	optionMARS       = 0x04
	optionEnd        = 0xff

	encryptOff = 0x00 // the login packet only
	encryptOn  = 0x01
	encryptNot = 0x02 // not supported
	encryptReq = 0x03 // required
)

// maxPrelogin is more than any prelogin answer needs; what is longer is no SQL Server.
const maxPrelogin = 16 * 1024

// hello is what a server says in answer to prelogin.
type hello struct {
	version    string // "16.0.4135"
	encryption byte
}

// foreign is the error for something that answers, but not as SQL Server does.
type foreign struct {
	looks string // "an HTTP server", or empty
	bytes []byte // the first bytes, for Detail
}

func (f *foreign) Error() string {
	b := f.bytes
	if len(b) > 32 {
		b = b[:32]
	}
	return fmt.Sprintf("the answer begins with %q", b)
}

// askPrelogin sends PRELOGIN and reads the answer. encryption is what this side wants.
func askPrelogin(conn io.ReadWriter, encryption byte) (hello, error) {
	if _, err := conn.Write(preloginPacket(encryption)); err != nil {
		return hello{}, err
	}
	body, err := readMessage(conn)
	if err != nil {
		return hello{}, err
	}
	return parsePrelogin(body)
}

// preloginPacket makes the PRELOGIN message: version, encryption, no instance
// (so that the server does not compare its name), thread and no MARS.
func preloginPacket(encryption byte) []byte {
	options := []struct {
		token byte
		data  []byte
	}{
		{optionVersion, []byte{1, 0, 0, 0, 0, 0}},
		{optionEncryption, []byte{encryption}},
		{optionInstance, []byte{0}},
		{optionThread, []byte{0, 0, 0, 0}},
		{optionMARS, []byte{0}},
	}
	var head, data bytes.Buffer
	offset := 5*len(options) + 1
	for _, o := range options {
		head.WriteByte(o.token)
		head.Write(binary.BigEndian.AppendUint16(nil, uint16(offset+data.Len()))) // a few dozen bytes
		head.Write(binary.BigEndian.AppendUint16(nil, uint16(len(o.data))))       // six bytes at most
		data.Write(o.data)
	}
	head.WriteByte(optionEnd)
	head.Write(data.Bytes())
	return packet(packetPrelogin, statusEOM, 1, head.Bytes())
}

// packet puts the header before payload.
func packet(kind, status, id byte, payload []byte) []byte {
	out := make([]byte, headerSize, headerSize+len(payload))
	out[0], out[1], out[6] = kind, status, id
	binary.BigEndian.PutUint16(out[2:], uint16(headerSize+len(payload))) // callers cut at packetPayload
	return append(out, payload...)
}

// readMessage reads packets of a reply until the last. Anything that is no reply
// is a *foreign error with the bytes that came.
func readMessage(r io.Reader) ([]byte, error) {
	var body []byte
	for len(body) < maxPrelogin {
		var head [headerSize]byte
		n, err := io.ReadFull(r, head[:])
		if n > 0 && (head[0] != packetReply || err != nil) {
			return nil, foreignOf(r, head[:n])
		}
		if err != nil {
			return nil, err
		}
		size := int(binary.BigEndian.Uint16(head[2:]))
		last := head[1]&statusEOM != 0
		if size < headerSize || size > maxPrelogin || (size == headerSize && !last) {
			return nil, foreignOf(r, head[:])
		}
		part := make([]byte, size-headerSize)
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, err
		}
		body = append(body, part...)
		if last {
			return body, nil
		}
	}
	return nil, &foreign{bytes: body}
}

// foreignOf reads what has already come of a foreign answer and guesses whose it
// is. It waits for no more than one read.
func foreignOf(r io.Reader, seen []byte) error {
	if d, ok := r.(interface{ SetReadDeadline(t time.Time) error }); ok && len(seen) == headerSize {
		_ = d.SetReadDeadline(time.Now().Add(300 * time.Millisecond)) // a guess is not worth a long wait
		more := make([]byte, 256)
		if n, err := r.Read(more); n > 0 && (err == nil || errors.Is(err, io.EOF)) {
			seen = append(seen, more[:n]...)
		}
	}
	return &foreign{looks: guess(seen), bytes: bytes.Clone(seen)}
}

// greetings are how servers that are often met begin what they say.
var greetings = []struct{ begin, looks string }{
	{"HTTP/", "a web server"},
	{"<html", "a web server"},
	{"<!DOC", "a web server"},
	{"SSH-", "an SSH server"},
	{"220 ", "a mail or FTP server"},
	{"220-", "a mail or FTP server"},
	{"* OK", "a mail server"},
	{"+OK", "a mail server"},
	{"\x15\x03", looksTLS},
	{"\x16\x03", looksTLS},
	{"\x12", "a server that sends back what it gets"},
}

// looksTLS is for what speaks TLS at once, as web servers do and a strict SQL Server.
const looksTLS = "a server that speaks TLS from the first byte"

// guess names the kind of server that begins an answer like this.
func guess(b []byte) string {
	text := string(b)
	for _, g := range greetings {
		if strings.HasPrefix(text, g.begin) {
			return g.looks
		}
	}
	switch {
	case len(b) > 4 && b[3] == 0 && b[4] == 0x0a, strings.Contains(text, "mysql"), strings.Contains(text, "MariaDB"):
		return "a MySQL server"
	case len(b) > 1 && b[0] == 0x30 && (b[1] < 0x80 || b[1] == 0x84):
		return "a directory (LDAP) server"
	}
	return ""
}

// parsePrelogin reads the options of a prelogin answer. Options that it does not
// know are passed over.
func parsePrelogin(body []byte) (hello, error) {
	out, encrypted := hello{}, false
	for at := 0; ; at += 5 {
		if at >= len(body) {
			return hello{}, &foreign{bytes: body}
		}
		if body[at] == optionEnd {
			break
		}
		if at+5 > len(body) {
			return hello{}, &foreign{bytes: body}
		}
		offset := int(binary.BigEndian.Uint16(body[at+1:]))
		length := int(binary.BigEndian.Uint16(body[at+3:]))
		if offset+length > len(body) {
			return hello{}, &foreign{bytes: body}
		}
		data := body[offset : offset+length]
		switch body[at] {
		case optionVersion:
			if len(data) >= 4 {
				out.version = fmt.Sprintf("%d.%d.%d", data[0], data[1], binary.BigEndian.Uint16(data[2:]))
			}
		case optionEncryption:
			if len(data) == 1 {
				out.encryption, encrypted = data[0], true
			}
		}
	}
	if !encrypted {
		return hello{}, &foreign{bytes: body}
	}
	return out, nil
}

// wrapped is a connection whose bytes travel inside prelogin packets, as the TLS
// handshake of TDS 7.4 does ([MS-TDS] 3.2.5.2). Writes are collected until the
// other side has to answer, so that one flight is one message.
type wrapped struct {
	net.Conn
	out  bytes.Buffer
	in   []byte
	sent byte // packet number
}

// Write collects.
func (w *wrapped) Write(b []byte) (int, error) { return w.out.Write(b) }

// Read flushes what was written and reads the payload of the next packet.
func (w *wrapped) Read(b []byte) (int, error) {
	if err := w.flush(); err != nil {
		return 0, err
	}
	for len(w.in) == 0 {
		var head [headerSize]byte
		if _, err := io.ReadFull(w.Conn, head[:]); err != nil {
			return 0, err
		}
		size := int(binary.BigEndian.Uint16(head[2:]))
		if (head[0] != packetPrelogin && head[0] != packetReply) || size < headerSize {
			return 0, &foreign{bytes: bytes.Clone(head[:])}
		}
		w.in = make([]byte, size-headerSize)
		if _, err := io.ReadFull(w.Conn, w.in); err != nil {
			return 0, err
		}
	}
	n := copy(b, w.in)
	w.in = w.in[n:]
	return n, nil
}

// flush sends what was collected as one message.
func (w *wrapped) flush() error {
	for w.out.Len() > 0 {
		part := w.out.Next(packetPayload)
		status := byte(0)
		if w.out.Len() == 0 {
			status = statusEOM
		}
		w.sent++
		if _, err := w.Conn.Write(packet(packetPrelogin, status, w.sent, part)); err != nil {
			return err
		}
	}
	return nil
}
