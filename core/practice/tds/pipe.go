package tds

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipeBuffer is how much one side may send before the other reads: enough that
// neither waits while both write, as on a real socket.
const pipeBuffer = 128 << 10

// pipeAddr is the address of an end of an in-memory connection.
type pipeAddr string

func (pipeAddr) Network() string  { return "tcp" }
func (a pipeAddr) String() string { return string(a) }

// stream is one direction of an in-memory connection.
type stream struct {
	mu         sync.Mutex
	changed    *sync.Cond
	buf        []byte // what is on its way starts at off
	off        int
	ended      bool // the writer closed: what is buffered can still be read
	dropped    bool // the reader closed
	readTimer  *time.Timer
	writeTimer *time.Timer
	readBy     time.Time
	writeBy    time.Time
}

func newStream() *stream {
	s := &stream{}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) waiting() int { return len(s.buf) - s.off }

func passed(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.dropped:
			return 0, net.ErrClosed
		case passed(s.readBy):
			return 0, os.ErrDeadlineExceeded
		case s.waiting() > 0 || len(b) == 0:
			n := copy(b, s.buf[s.off:])
			s.off += n
			s.changed.Broadcast()
			return n, nil
		case s.ended:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	written := 0
	for {
		switch {
		case s.ended:
			return written, net.ErrClosed
		case s.dropped:
			return written, io.ErrClosedPipe
		case passed(s.writeBy):
			return written, os.ErrDeadlineExceeded
		case len(b) == 0:
			return written, nil
		}
		if n := min(len(b), pipeBuffer-s.waiting()); n > 0 {
			if len(s.buf)+n > pipeBuffer { // no room behind: move to the front
				s.buf = s.buf[:copy(s.buf, s.buf[s.off:])]
				s.off = 0
			}
			s.buf = append(s.buf, b[:n]...)
			b = b[n:]
			written += n
			s.changed.Broadcast()
			continue
		}
		s.changed.Wait()
	}
}

// setDeadline wakes whoever waits when the time has come.
func (s *stream) setDeadline(at *time.Time, timer **time.Timer, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*at = t
	if *timer != nil {
		(*timer).Stop()
		*timer = nil
	}
	if !t.IsZero() {
		*timer = time.AfterFunc(time.Until(t), func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.changed.Broadcast()
		})
	}
	s.changed.Broadcast()
}

func (s *stream) close(flag *bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*flag = true
	for _, timer := range []*time.Timer{s.readTimer, s.writeTimer} {
		if timer != nil {
			timer.Stop()
		}
	}
	s.changed.Broadcast()
}

// pipeConn is one end of an in-memory connection.
type pipeConn struct {
	in, out       *stream
	local, remote pipeAddr
}

// newPipe gives the two ends of a connection that works like a TCP connection
// within one process: each direction holds some data, unlike net.Pipe, where two
// sides that write at the same time wait for each other for ever.
func newPipe(client, server string) (clientEnd, serverEnd net.Conn) {
	up, down := newStream(), newStream()
	return &pipeConn{in: down, out: up, local: pipeAddr(client), remote: pipeAddr(server)},
		&pipeConn{in: up, out: down, local: pipeAddr(server), remote: pipeAddr(client)}
}

func (p *pipeConn) Read(b []byte) (int, error) {
	n, err := p.in.read(b)
	return n, p.wrap("read", err)
}

func (p *pipeConn) Write(b []byte) (int, error) {
	n, err := p.out.write(b)
	return n, p.wrap("write", err)
}

// wrap gives errors the form they have on a socket; io.EOF stays bare there too.
func (p *pipeConn) wrap(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return &net.OpError{Op: op, Net: "tcp", Source: p.local, Addr: p.remote, Err: err}
}

// Close ends both directions. What was sent before can still be read by the peer.
func (p *pipeConn) Close() error {
	p.out.close(&p.out.ended)
	p.in.close(&p.in.dropped)
	return nil
}

func (p *pipeConn) LocalAddr() net.Addr  { return p.local }
func (p *pipeConn) RemoteAddr() net.Addr { return p.remote }

func (p *pipeConn) SetDeadline(t time.Time) error {
	return errors.Join(p.SetReadDeadline(t), p.SetWriteDeadline(t))
}

func (p *pipeConn) SetReadDeadline(t time.Time) error {
	p.in.setDeadline(&p.in.readBy, &p.in.readTimer, t)
	return nil
}

func (p *pipeConn) SetWriteDeadline(t time.Time) error {
	p.out.setDeadline(&p.out.writeBy, &p.out.writeTimer, t)
	return nil
}
