package tds

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

var (
	errCancelled = errors.New("tds: the client cancelled the request")
	errGone      = errors.New("tds: the client went away")
	errIgnored   = errors.New("tds: the client took the request back")
)

// conn is one client. The fields above the blank line belong to the goroutine of
// serve; the reader goroutine touches only those below it.
type conn struct {
	server   *Server
	raw      net.Conn
	stream   io.ReadWriter // raw, or TLS over it
	out      *packetWriter
	session  Session
	version  uint32
	strict   bool
	database string
	tranID   uint64
	tranOpen bool
	rollback bool // the request speaks of a rollback
	prepared map[int64]statement
	handles  int64

	packets chan packet
	attn    chan struct{} // holds one entry while an attention is unanswered
	stop    chan struct{} // closed when serve ends
	mu      sync.Mutex
	cancel  context.CancelCauseFunc // of the running request, or nil
	gone    error                   // why the reader ended; set before packets is closed
}

// serve does the whole life of a connection.
func (c *conn) serve(ctx context.Context) error {
	if err := c.raw.SetDeadline(time.Now().Add(c.server.config.LoginTimeout)); err != nil {
		return fmt.Errorf("tds: set a deadline: %w", err)
	}
	if err := c.start(ctx); err != nil {
		return err
	}
	defer func() {
		if err := c.session.Close(); err != nil {
			c.server.config.Logger.Debug("session close", "error", err)
		}
	}()
	if err := c.raw.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("tds: clear the deadline: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.read()
	}()
	err := c.requests(ctx)
	close(c.stop)
	_ = c.raw.Close() // lets the reader end
	<-ended
	return err
}

// start does everything up to and including the answer to the login.
func (c *conn) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.server.config.LoginTimeout)
	defer cancel()
	first, peeked, err := peekByte(c.raw)
	if err != nil {
		return err
	}
	c.stream = peeked
	if first == tlsRecordHandshake {
		if !c.server.config.AllowStrict {
			return errors.New("tds: a TDS 8.0 client, which this server does not serve")
		}
		secure, err := startStrict(ctx, peeked, &c.server.config.Certificate)
		if err != nil {
			return err
		}
		c.stream, c.strict = secure, true
	}
	data, secure, err := c.negotiate(ctx, peeked)
	if err != nil {
		return err
	}
	l, err := parseLogin(data)
	if err != nil {
		return err
	}
	l.Encrypted = secure
	return c.login(ctx, l)
}

// negotiate exchanges PRELOGIN messages, starts TLS as agreed and reads LOGIN7.
// secure says that everything after the login is encrypted too.
func (c *conn) negotiate(ctx context.Context, plain net.Conn) (loginData []byte, secure bool, err error) {
	data, err := readMessage(c.stream, c.stream, packetPrelogin, maxPrelogin)
	if err != nil {
		return nil, false, err
	}
	options, err := parsePrelogin(data)
	if err != nil {
		return nil, false, err
	}
	answer, ok := encryptOn, true
	if !c.strict {
		answer, ok = c.server.config.Encryption.agree(options[preloginEncryption])
	}
	c.out = newPacketWriter(c.stream, packetReply, defaultPacketSize)
	_, _ = c.out.Write(preloginAnswer(c.server.config.Version, answer)) // finish reports the error
	if err := c.out.finish(); err != nil {
		return nil, false, err
	}
	if !ok {
		return nil, false, errors.New("tds: client and server cannot agree on encryption")
	}
	if c.strict || answer == encryptNotSupported {
		data, err = readMessage(c.stream, c.stream, packetLogin, maxLogin)
		return data, c.strict, err
	}
	channel, err := startTLS(ctx, plain, &c.server.config.Certificate)
	if err != nil {
		return nil, false, err
	}
	return c.readLogin(channel, plain, answer != encryptOff)
}

// readLogin reads LOGIN7 over TLS. When only the login is encrypted, that means
// its first packet: clients and server go on in the clear right after it.
func (c *conn) readLogin(channel *tls.Conn, plain net.Conn, all bool) ([]byte, bool, error) {
	c.stream = plain
	if all {
		c.stream = channel
	}
	c.out = newPacketWriter(c.stream, packetReply, defaultPacketSize)
	data, err := readMessage(channel, c.stream, packetLogin, maxLogin)
	return data, all, err
}

// login asks the backend and sends the answer.
func (c *conn) login(ctx context.Context, l *login) error {
	size := l.packetSize
	if l.Encrypted {
		size = min(size, maxSecurePacketSize)
	}
	c.out.resize(min(size, defaultPacketSize)) // the client's buffers may be small until it has read the answer
	c.version = min(l.version, version74)
	if c.strict {
		c.version = version80
	}
	if err := c.checkLogin(l); err != nil {
		return c.refuse(err)
	}
	session, err := c.server.config.Backend.Login(ctx, l.LoginRequest)
	if err != nil {
		return c.refuse(err)
	}
	c.session = session
	b := c.appendLoginAnswer(nil, l, size)
	_, _ = c.out.Write(appendDone(b, tokenDone, 0, 0, 0)) // finish reports the error
	if err := c.out.finish(); err != nil {
		_ = session.Close() // the client is gone; its error is the one that counts
		return err
	}
	c.out.resize(size)
	return nil
}

// checkLogin refuses what no backend can accept.
func (c *conn) checkLogin(l *login) error {
	switch {
	case l.integrated:
		return &ServerError{
			Number: 18452, Class: 14, State: 1,
			Message: "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.",
		}
	case l.newSecret:
		return &ServerError{
			Number: 50000, Class: 14, State: 1, Message: "Login failed. This server does not change passwords at login.",
		}
	case c.version < version72 && !c.strict:
		return &ServerError{
			Number: 17832, Class: 20, State: 18,
			Message: "The login packet used to open the connection is structurally invalid: this server speaks TDS 7.2 to 7.4 and 8.0.",
		}
	default:
		return nil
	}
}

func (c *conn) refuse(reason error) error {
	var b []byte
	for _, e := range serverErrors(reason) {
		b = appendMessage(b, tokenError, e, c.server.config.ServerName)
	}
	_, _ = c.out.Write(appendDone(b, tokenDone, doneError, 0, 0)) // finish reports the error
	if err := c.out.finish(); err != nil {
		return err
	}
	return fmt.Errorf("tds: login refused: %w", reason)
}

// read takes packets off the connection so that an attention is seen while a
// request runs. It is at most one packet ahead of the work.
func (c *conn) read() {
	defer close(c.packets)
	r := bufio.NewReader(c.stream)
	for {
		p, err := readPacket(r)
		if err != nil {
			c.mu.Lock()
			c.gone = err
			if c.cancel != nil {
				c.cancel(errGone)
			}
			c.mu.Unlock()
			return
		}
		if p.kind == packetAttention {
			c.interrupt()
			continue
		}
		select {
		case c.packets <- p:
		case <-c.stop:
			return
		}
	}
}

// interrupt notes an attention and ends the running request, if there is one.
func (c *conn) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.attn <- struct{}{}:
	default: // one is waiting already, and two get one answer
	}
	if c.cancel != nil {
		c.cancel(errCancelled)
	}
}

// begin gives the context of a request. end must follow.
func (c *conn) begin(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel = cancel
	switch {
	case len(c.attn) > 0:
		cancel(errCancelled)
	case c.gone != nil:
		cancel(errGone)
	}
	return ctx
}

// end ends a request and tells whether an attention came while it ran. From here
// on an attention is answered by itself.
func (c *conn) end() (attention bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancel(nil)
	c.cancel = nil
	return c.takeAttention()
}

func (c *conn) takeAttention() bool {
	select {
	case <-c.attn:
		return true
	default:
		return false
	}
}
