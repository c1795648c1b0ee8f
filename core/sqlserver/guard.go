package sqlserver

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// guarded makes connections through the driver that always end in time. The
// driver's login handshake knows neither a context nor a deadline (upstream
// issue 254), so that a port which accepts and stays silent would hang forever:
// here Connect runs beside, and its socket is closed when the time is up.
type guarded struct {
	cfg     msdsn.Config // without the password
	secret  secret.Value
	hosts   []string // the addresses of cfg.Host
	net     network
	trust   trust
	strict  bool
	encrypt bool
	timeout time.Duration
}

var _ driver.Connector = (*guarded)(nil)

// attempt is one connection being made: its sockets and what came to light.
type attempt struct {
	g  *guarded
	mu sync.Mutex
	// conns are the sockets, to be closed when the attempt is given up.
	conns   []net.Conn
	over    bool
	verdict *problem.Problem // what was wrong with the certificate
}

// Connect makes one connection. It returns when the connection stands, when it
// failed, when the time is up or when ctx ends, whichever is first.
func (g *guarded) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	a := &attempt{g: g}
	type result struct {
		conn driver.Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, err := a.connect(ctx)
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		if r.err == nil {
			return r.conn, nil
		}
		a.close()
		return nil, a.explain(ctx, r.err)
	case <-ctx.Done():
		a.close()
		go func() { // whatever still comes is thrown away
			if r := <-done; r.err == nil {
				_ = r.conn.Close()
			}
		}()
		return nil, a.explain(ctx, context.Cause(ctx))
	}
}

// Driver gives the driver, as database/sql asks for it.
func (g *guarded) Driver() driver.Driver { return &mssql.Driver{} }

// connect runs the driver. The driver panics on some answers of foreign
// servers, which must not end the program.
func (a *attempt) connect(ctx context.Context) (conn driver.Conn, err error) {
	defer func() {
		if r := recover(); r != nil {
			conn, err = nil, fmt.Errorf("the server's answer upset the driver: %v", r)
		}
	}()
	cfg := a.g.cfg
	cfg.Password = a.g.secret.Reveal()
	if a.g.encrypt {
		cfg.TLSConfig = a.g.trust.clientTLS(a.g.strict, a.saw)
	}
	c := mssql.NewConnectorConfig(cfg)
	c.Dialer = a
	conn, err = c.Connect(ctx)
	if err != nil {
		return nil, err // conn is then a nil pointer in a non-nil interface
	}
	return conn, nil
}

// saw keeps the verdict on the certificate: outside strict mode the driver
// passes it on as text only.
func (a *attempt) saw(_ facts.Certificate, p *problem.Problem) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.verdict = p
}

// HostName makes the driver leave names to DialContext, so that they are looked
// up where the dialer's network is.
func (a *attempt) HostName() string { return a.g.cfg.Host }

// DialContext dials and remembers the socket.
func (a *attempt) DialContext(ctx context.Context, networkName, addr string) (net.Conn, error) {
	if networkName != "tcp" {
		return nil, errors.New("only TCP connections are made here")
	}
	conn, err := a.dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	a.conns = append(a.conns, conn)
	return conn, nil
}

// dial goes to the addresses that were found for the server, or to where the
// server sent the driver (read-only routing of an availability group).
func (a *attempt) dial(ctx context.Context, addr string) (net.Conn, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil, err
	}
	hosts := a.g.hosts
	if host != a.g.cfg.Host {
		if hosts, err = a.g.net.lookup(ctx, host); err != nil {
			return nil, err
		}
	}
	return a.g.net.first(ctx, hosts, port)
}

// close closes the sockets and lets no new ones be made.
func (a *attempt) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	for _, c := range a.conns {
		_ = c.Close()
	}
}

// explain prefers what is known over what the driver says.
func (a *attempt) explain(ctx context.Context, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return fmt.Errorf("while signing in: %w", context.Cause(ctx))
	}
	if a.verdict != nil {
		return a.verdict
	}
	return err
}

// tlsOver runs the client side of a TLS handshake over conn.
func tlsOver(ctx context.Context, conn net.Conn, cfg *tls.Config) (*tls.Conn, error) {
	c := tls.Client(conn, cfg)
	if err := c.HandshakeContext(ctx); err != nil {
		return nil, ended(ctx, err)
	}
	return c, nil
}
