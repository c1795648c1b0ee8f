//go:build linux

package sambatest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// Resolver asks the DNS of the forest that a name belongs to, as a computer does
// whose DNS server has conditional forwarders to several forests. A name of no
// forest goes to the first.
func Resolver(forests ...*DC) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return &forwarder{ctx: ctx, forests: forests}, nil
	}}
}

// forwarder is a connection to a DNS server over a stream: it looks at the
// question before it chooses whom to ask.
type forwarder struct {
	ctx     context.Context //nolint:containedctx // a connection lives as long as one look-up
	forests []*DC
	until   time.Time
	net.Conn
}

func (f *forwarder) Write(b []byte) (int, error) {
	if f.Conn == nil {
		var d net.Dialer
		conn, err := d.DialContext(f.ctx, "tcp", net.JoinHostPort(f.choose(question(b)).IP, "53"))
		if err != nil {
			return 0, err
		}
		if err := conn.SetDeadline(f.until); err != nil {
			return 0, errors.Join(err, conn.Close())
		}
		f.Conn = conn
	}
	return f.Conn.Write(b)
}

func (f *forwarder) Read(b []byte) (int, error) {
	if f.Conn == nil {
		return 0, io.ErrUnexpectedEOF
	}
	return f.Conn.Read(b)
}

func (f *forwarder) Close() error {
	if f.Conn == nil {
		return nil
	}
	return f.Conn.Close()
}

func (f *forwarder) SetDeadline(t time.Time) error {
	f.until = t
	return nil
}

func (f *forwarder) choose(name string) *DC {
	for _, dc := range f.forests {
		if strings.HasSuffix("."+name, "."+dc.Domain) {
			return dc
		}
	}
	return f.forests[0]
}

// question reads the first name out of a DNS message behind its two bytes of length.
func question(b []byte) string {
	const header = 2 + 12
	if len(b) < header || int(binary.BigEndian.Uint16(b)) > len(b)-2 {
		return ""
	}
	var labels []string
	for b = b[header:]; len(b) > 0 && b[0] > 0 && int(b[0]) < len(b); b = b[1+int(b[0]):] {
		labels = append(labels, strings.ToLower(string(b[1:1+int(b[0])])))
	}
	return strings.Join(labels, ".")
}
