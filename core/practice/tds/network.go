package tds

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Network is a pretend network inside this process: hosts with addresses and
// ports, and SQL Server Browser. It implements go-mssqldb's Dialer and HostDialer,
// so that a connector reaches a practice server without any real port, and every
// layer can be made to fail as it does in the field. The zero value is not ready;
// use NewNetwork. Host names are compared without case.
type Network struct {
	mu    sync.Mutex
	hosts map[string]*host // by name and by address
	next  int              // for client ports
}

// host is one machine of the network.
type host struct {
	name      string
	addresses []string
	ports     map[int]Handler
	silent    map[int]bool
	instances []Instance
	browser   Browser
}

// Handler serves one connection and closes it.
type Handler func(net.Conn)

// Browser says what becomes of a request to a host's SQL Server Browser.
type Browser uint8

// What a browser does.
const (
	BrowserAnswers Browser = iota // as described by AddInstance
	BrowserSilent                 // no answer: stopped, or a firewall in between
	BrowserRefuses                // the host says that nothing listens
)

// NewNetwork gives a network without hosts.
func NewNetwork() *Network { return &Network{hosts: map[string]*host{}, next: 49152} }

// AddHost adds a host with its addresses; without any it gets one from 192.0.2.0/24,
// which is reserved for documentation. Its ports are closed until Listen.
// Adding a name again adds the addresses to it.
func (n *Network) AddHost(name string, addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addHost(name, addresses)
}

func (n *Network) addHost(name string, addresses []string) *host {
	key := strings.ToLower(name)
	h := n.hosts[key]
	if h == nil {
		h = &host{name: name, ports: map[int]Handler{}, silent: map[int]bool{}}
		n.hosts[key] = h
		if len(addresses) == 0 {
			addresses = []string{fmt.Sprintf("192.0.2.%d", len(n.hosts)%250+1)}
		}
	}
	for _, a := range addresses {
		h.addresses = append(h.addresses, a)
		n.hosts[strings.ToLower(a)] = h
	}
	return h
}

// Alias lets a host answer to another name as well, for example its FQDN or
// "localhost".
func (n *Network) Alias(alias, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[strings.ToLower(alias)] = n.addHost(name, nil)
}

// Listen opens a port on a host, which is added when it is new. Server.Handle is
// a Handler; so is any function that plays a foreign service.
func (n *Network) Listen(name string, port int, h Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addHost(name, nil).ports[port] = h
}

// Silence makes a port swallow connection attempts until their time is up, as a
// firewall does that drops packets.
func (n *Network) Silence(name string, port int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addHost(name, nil).silent[port] = true
}

// AddInstance makes an instance known to the host's browser. It opens no port.
func (n *Network) AddInstance(name string, i Instance) {
	n.mu.Lock()
	defer n.mu.Unlock()
	h := n.addHost(name, nil)
	h.instances = append(h.instances, i)
}

// SetBrowser says what the host's browser does.
func (n *Network) SetBrowser(name string, b Browser) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addHost(name, nil).browser = b
}

// Handle serves a connection and logs why it ended: a Handler for Network.
func (s *Server) Handle(c net.Conn) {
	if err := s.ServeConn(c); err != nil {
		s.config.Logger.Debug("connection ended", "error", err)
	}
}

// HostName makes go-mssqldb leave the resolving of names to this network.
func (n *Network) HostName() string { return "practice" }

// LookupHost gives the addresses of a host. The error for an unknown one is a
// *net.DNSError with IsNotFound; an address is its own answer.
func (n *Network) LookupHost(ctx context.Context, name string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if net.ParseIP(name) != nil {
		return []string{name}, nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if h := n.hosts[strings.ToLower(name)]; h != nil {
		return slices.Clone(h.addresses), nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// DialContext connects to "host:port" by "tcp", or by "udp" to the host's browser.
// Errors are those of the net package: *net.OpError around a *net.DNSError for an
// unknown name, around syscall.ECONNREFUSED for a closed port, and around the
// context's error where nothing answers.
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	fail := func(err error) error {
		return &net.OpError{Op: "dial", Net: network, Addr: pipeAddr(address), Err: err}
	}
	if err := ctx.Err(); err != nil {
		return nil, fail(err)
	}
	name, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fail(err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fail(err)
	}
	n.mu.Lock()
	h := n.hosts[strings.ToLower(name)]
	n.mu.Unlock()
	switch {
	case h == nil && net.ParseIP(name) != nil: // an address that nobody has
		<-ctx.Done()
		return nil, fail(ctx.Err())
	case h == nil:
		return nil, fail(&net.DNSError{Err: "no such host", Name: name, IsNotFound: true})
	case strings.HasPrefix(network, "udp"):
		return n.dialBrowser(h, port, address)
	}
	handler, silent, local := n.port(h, port)
	switch {
	case silent:
		<-ctx.Done()
		return nil, fail(ctx.Err())
	case handler == nil:
		return nil, fail(syscall.ECONNREFUSED)
	}
	client, server := newPipe(local, address)
	go handler(server)
	return client, nil
}

func (n *Network) port(h *host, port int) (handler Handler, silent bool, local string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next++
	return h.ports[port], h.silent[port], net.JoinHostPort("127.0.0.1", strconv.Itoa(49152+n.next%16384))
}

// dialBrowser never fails: UDP knows no connection. A refusal shows in Read.
func (n *Network) dialBrowser(h *host, port int, address string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name, instances, browser := h.name, slices.Clone(h.instances), h.browser
	if port != BrowserPort {
		browser = BrowserRefuses
	}
	d := newDatagramConn(address, func(request []byte) []byte {
		if browser != BrowserAnswers {
			return nil
		}
		return AnswerBrowser(name, instances, request)
	})
	d.refuse = browser == BrowserRefuses
	return d, nil
}
