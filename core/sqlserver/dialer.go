package sqlserver

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// Dialer makes network connections: the real network's (nil in a Config) or a
// practice site's in memory. network is "tcp" or "udp", addr is host:port.
type Dialer interface {
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// Resolver looks names up. A Dialer that is a Resolver too is asked instead of
// the system's DNS.
type Resolver interface {
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// network is the way out: a dialer and a resolver.
type network struct {
	dial Dialer
	dns  Resolver
}

// newNetwork takes d, or the real network for nil.
func newNetwork(d Dialer) network {
	if d == nil {
		return network{dial: &net.Dialer{}, dns: net.DefaultResolver}
	}
	if r, ok := d.(Resolver); ok {
		return network{dial: d, dns: r}
	}
	return network{dial: d, dns: net.DefaultResolver}
}

// lookup gives the addresses of host; an IP address is its own.
func (n network) lookup(ctx context.Context, host string) ([]string, error) {
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{host}, nil
	}
	found, err := n.dns.LookupHost(ctx, host)
	if err == nil && len(found) == 0 {
		err = &net.DNSError{Err: "no addresses", Name: host, IsNotFound: true}
	}
	if err != nil {
		return nil, ended(ctx, err)
	}
	return found, nil
}

// first dials port on all hosts at once and gives the connection that is there
// first, as an availability group's listener has one address per subnet, of which
// only one answers. The others are closed.
func (n network) first(ctx context.Context, hosts []string, port int) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result)
	for _, h := range hosts {
		go func() {
			conn, err := n.dial.DialContext(ctx, "tcp", hostPort(h, port))
			select {
			case results <- result{conn, err}:
			case <-ctx.Done():
				if err == nil {
					_ = conn.Close() // too late: nobody takes it
				}
			}
		}()
	}
	var errs []error
	for range hosts {
		select {
		case r := <-results:
			if r.err == nil {
				return r.conn, nil
			}
			errs = append(errs, r.err)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	if len(errs) == 0 {
		return nil, errors.New("there was no address to connect to")
	}
	return nil, ended(ctx, errs[0])
}

// ended gives the context's own error if it has ended, else err: whatever a
// driver says then, the reason is that the time was up or that Cancel was pressed.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// bind closes conn when ctx ends, so that a read or write that knows no context
// returns at once. The function it gives ends the binding.
func bind(ctx context.Context, conn net.Conn) (release func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.Close() })
}
