package tds

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Instance is what SQL Server Browser tells about one instance of a host.
type Instance struct {
	Name      string // "MSSQLSERVER" for the default instance
	Port      int    // TCP port; 0 when TCP is off
	Version   string // empty: 16.0.1000.6
	Clustered bool
	Pipe      string // named pipe, empty when pipes are off
}

// Requests and the answer of the browser, [MC-SQLR] 2.2.
const (
	browserBroadcast byte = 0x02
	browserAll       byte = 0x03
	browserOne       byte = 0x04
	browserAnswer    byte = 0x05

	// BrowserPort is the UDP port of SQL Server Browser.
	BrowserPort = 1434

	maxInstanceAnswer = 1024 // of one instance, in bytes
)

// AnswerBrowser gives SQL Server Browser's answer to a request for the instances
// of host, or nil where a real browser stays silent: for a request that it does
// not know and for an instance that does not exist.
func AnswerBrowser(host string, instances []Instance, request []byte) []byte {
	if len(request) == 0 {
		return nil
	}
	var text strings.Builder
	switch request[0] {
	case browserBroadcast, browserAll:
		for _, instance := range instances {
			text.WriteString(instance.describe(host))
		}
	case browserOne:
		wanted, _, _ := bytes.Cut(request[1:], []byte{0})
		for _, instance := range instances {
			if strings.EqualFold(instance.Name, string(wanted)) && text.Len() == 0 {
				text.WriteString(instance.describe(host))
			}
		}
	}
	if text.Len() == 0 || text.Len() > 0xFFFF {
		return nil
	}
	answer := binary.LittleEndian.AppendUint16([]byte{browserAnswer}, uint16(text.Len()))
	return append(answer, text.String()...)
}

func (i Instance) describe(host string) string {
	version, clustered := i.Version, "No"
	if version == "" {
		version = "16.0.1000.6"
	}
	if i.Clustered {
		clustered = "Yes"
	}
	parts := []string{"ServerName", strings.ToUpper(host), "InstanceName", i.Name, "IsClustered", clustered, "Version", version}
	if i.Port > 0 {
		parts = append(parts, "tcp", strconv.Itoa(i.Port))
	}
	if i.Pipe != "" {
		parts = append(parts, "np", i.Pipe)
	}
	text := strings.Join(parts, ";") + ";;"
	if len(text) > maxInstanceAnswer {
		return ""
	}
	return text
}

// datagramConn is a "udp" connection to a browser: each Write is a request, each
// Read gives one whole answer.
type datagramConn struct {
	remote pipeAddr
	answer func(request []byte) []byte
	refuse bool // the host answers "port unreachable"

	mu      sync.Mutex
	changed *sync.Cond
	queue   [][]byte
	closed  bool
	readBy  time.Time
	timer   *time.Timer
}

func newDatagramConn(remote string, answer func([]byte) []byte) *datagramConn {
	d := &datagramConn{remote: pipeAddr(remote), answer: answer}
	d.changed = sync.NewCond(&d.mu)
	return d
}

func (d *datagramConn) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, d.wrap("write", net.ErrClosed)
	}
	if answer := d.answer(b); answer != nil {
		d.queue = append(d.queue, answer)
		d.changed.Broadcast()
	}
	return len(b), nil
}

// Read waits for the next answer. As with UDP, what does not fit b is lost.
func (d *datagramConn) Read(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		switch {
		case d.closed:
			return 0, d.wrap("read", net.ErrClosed)
		case passed(d.readBy):
			return 0, d.wrap("read", os.ErrDeadlineExceeded)
		case d.refuse:
			return 0, d.wrap("read", syscall.ECONNREFUSED)
		case len(d.queue) > 0:
			n := copy(b, d.queue[0])
			d.queue = d.queue[1:]
			return n, nil
		}
		d.changed.Wait()
	}
}

func (d *datagramConn) wrap(op string, err error) error {
	return &net.OpError{Op: op, Net: "udp", Addr: d.remote, Err: err}
}

func (d *datagramConn) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return d.wrap("close", net.ErrClosed)
	}
	d.closed = true
	if d.timer != nil {
		d.timer.Stop()
	}
	d.changed.Broadcast()
	return nil
}

func (d *datagramConn) LocalAddr() net.Addr  { return pipeAddr("practice:0") }
func (d *datagramConn) RemoteAddr() net.Addr { return d.remote }

func (d *datagramConn) SetDeadline(t time.Time) error {
	return errors.Join(d.SetReadDeadline(t), d.SetWriteDeadline(t))
}

func (d *datagramConn) SetReadDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readBy = t
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if !t.IsZero() {
		d.timer = time.AfterFunc(time.Until(t), func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.changed.Broadcast()
		})
	}
	d.changed.Broadcast()
	return nil
}

// SetWriteDeadline does nothing: a datagram is always taken at once.
func (d *datagramConn) SetWriteDeadline(time.Time) error { return nil }
