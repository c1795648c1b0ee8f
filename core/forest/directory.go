// Package forest is Active Directory, for real: it finds a domain controller,
// signs in over a protected connection, reads the forest's domains, tells what an
// account may do on each of them, and makes and removes the connector account.
//
// Nothing is changed but by CreateAccount and RemoveAccount. A password is sent
// over TLS only, or not at all (Kerberos), and a refused one is not tried again.
package forest

import (
	"context"
	"crypto/x509"
	"net"
	"time"
)

// Defaults of Directory's deadlines.
const (
	defaultTimeout  = 15 * time.Second
	defaultPortWait = 3 * time.Second
)

// Directory reaches real forests. The zero value uses the system's DNS, trusted
// certificates and clock. It keeps no connection and no password between calls,
// and may be used by several goroutines at once.
type Directory struct {
	// Resolver looks names up; nil for the system's.
	Resolver *net.Resolver
	// Roots are the authorities whose certificates are trusted; nil for the system's.
	Roots *x509.CertPool
	// Now is the clock; nil for time.Now.
	Now func() time.Time
	// Timeout is how long one answer may take; 0 for 15 s.
	Timeout time.Duration
	// PortWait is how long a port may take to open; 0 for 3 s.
	PortWait time.Duration

	trust *trust                             // of one visit; nil outside
	wrap  func(net.Conn) net.Conn            // for tests: what becomes of a connection
	route func(host string, port int) string // for tests: the address of a domain controller's port
	// For tests: who the current user is, and how to sign in as such.
	currentName string
	current     currentContext
}

func (d *Directory) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

func (d *Directory) timeout() time.Duration {
	if d.Timeout > 0 {
		return d.Timeout
	}
	return defaultTimeout
}

func (d *Directory) portWait() time.Duration {
	if d.PortWait > 0 {
		return d.PortWait
	}
	return defaultPortWait
}

func (d *Directory) resolver() *net.Resolver {
	if d.Resolver != nil {
		return d.Resolver
	}
	return net.DefaultResolver
}

// dial opens a TCP connection within PortWait.
func (d *Directory) dial(ctx context.Context, host string, port int) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.portWait())
	defer cancel()
	dialer := net.Dialer{Resolver: d.Resolver}
	address := hostPort(host, port)
	if d.route != nil {
		address = d.route(host, port)
	}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil && d.wrap != nil {
		conn = d.wrap(conn)
	}
	return conn, err
}
