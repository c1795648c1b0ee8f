package tenant

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Scenario is what goes wrong in the tenant.
type Scenario string

// The scenarios. What is not named here goes well.
const (
	Healthy           Scenario = ""
	WrongTenant       Scenario = "wrong-tenant"       // the account belongs to another tenant
	NoRole            Scenario = "no-role"            // the account has no role
	RoleNotActivated  Scenario = "role-not-activated" // it is eligible for the role only
	ConsentMissing    Scenario = "consent-missing"    // nobody consented to the application
	ConditionalAccess Scenario = "conditional-access" // Graph wants a stronger sign-in (claims challenge), and a new sync application is blocked once
	Throttled         Scenario = "throttled"          // every address but the page that a person sees answers 429 the first time
	IdentityLimit     Scenario = "identity-limit"     // 20 sync identities are there already
)

// Scenarios gives all of them.
func Scenarios() []Scenario {
	return []Scenario{Healthy, WrongTenant, NoRole, RoleNotActivated, ConsentMissing, ConditionalAccess, Throttled, IdentityLimit}
}

// Cloud is the pretend tenant's cloud: what its discovery document says.
type Cloud struct {
	Instance string // cloud_instance_name
	SubScope string // tenant_region_sub_scope
	Login    string // host of the sign-in
	Graph    string // host of Graph
}

// Global is the cloud of most tenants.
func Global() Cloud {
	return Cloud{"microsoftonline.com", "", "login.microsoftonline.com", "graph.microsoft.com"}
}

// USGovL4 is GCC High.
func USGovL4() Cloud {
	return Cloud{"microsoftonline.us", "DODCON", "login.microsoftonline.us", "graph.microsoft.us"}
}

// USGovL5 is DoD.
func USGovL5() Cloud {
	return Cloud{"microsoftonline.us", "DOD", "login.microsoftonline.us", "dod-graph.microsoft.us"}
}

// China is the cloud of 21Vianet.
func China() Cloud {
	return Cloud{"partner.microsoftonline.cn", "", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"}
}

// Options are what a stand-in can be given. The zero value is a healthy tenant
// contoso.onmicrosoft.com in the global cloud.
type Options struct {
	Scenario Scenario
	Cloud    Cloud  // zero for Global
	Initial  string // initial domain; empty for contoso.onmicrosoft.com
	Domain   string // a second verified domain; empty for contoso.com
	Now      func() time.Time
	// Lag is how many times something new is not known yet; default 1, negative for never.
	Lag int
	// RetryAfter is for how many seconds the scenario Throttled asks to wait; default 1.
	RetryAfter int
	// Pending is how many times a device code is still waiting; default 1.
	Pending int
	// DeviceUser is who types in the device code, and sits at the pretend browser
	// when nobody is named; empty for admin@ the initial domain.
	DeviceUser string
	// LastSync is when the tenant was synchronized last; zero for 40 minutes ago.
	LastSync time.Time
	// Fault is asked before each request is carried out, and again after it was,
	// before the answer goes out. n counts from 1. It may be nil.
	Fault func(n int, r *http.Request, after bool) Fault
	// TokenLife is how long an access token holds; zero for an hour.
	TokenLife time.Duration
}

// Server is a stand-in for Microsoft Entra ID and Microsoft Graph that listens on
// 127.0.0.1 and answers for their host names, with certificates of its own
// authority. Reach it with Dial and Trust.
type Server struct {
	o        Options
	listener net.Listener
	http     *http.Server
	trust    *x509.CertPool
	sign     *ecdsa.PrivateKey // signs tokens
	leaf     *x509.Certificate

	asked atomic.Int64 // requests so far, for Options.Fault

	mu sync.Mutex // guards everything below
	*state
}

// New starts a stand-in.
func New(o Options) (*Server, error) {
	if o.Cloud == (Cloud{}) {
		o.Cloud = Global()
	}
	if o.Initial == "" {
		o.Initial = "contoso.onmicrosoft.com"
	}
	if o.Domain == "" {
		o.Domain = "contoso.com"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lag == 0 {
		o.Lag = 1
	}
	if o.Pending == 0 {
		o.Pending = 1
	}
	if o.DeviceUser == "" {
		o.DeviceUser = "admin@" + o.Initial
	}
	if o.TokenLife == 0 {
		o.TokenLife = time.Hour
	}
	s := &Server{o: o, state: newState(o)}
	var err error
	if s.sign, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	certificate, err := s.authority()
	if err != nil {
		return nil, err
	}
	if s.listener, err = tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}); err != nil {
		return nil, err
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = s.http.Serve(s.listener) }() // ends with Close
	return s, nil
}

// hosts are the names that the stand-in answers for.
func hosts() []string {
	var out []string
	for _, c := range []Cloud{Global(), USGovL4(), USGovL5(), China()} {
		for _, h := range []string{c.Login, c.Graph} {
			if !slices.Contains(out, h) {
				out = append(out, h)
			}
		}
	}
	return append(out, "microsoft.com")
}

// authority makes a certificate authority and the server's certificate.
func (s *Server) authority() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	form := func(serial int64, name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
			NotBefore: now.Add(-time.Hour), NotAfter: now.Add(48 * time.Hour), BasicConstraintsValid: true,
		}
	}
	ca := form(1, "ADSync Reconnect practice authority")
	ca.IsCA, ca.KeyUsage = true, x509.KeyUsageCertSign
	root, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf := form(2, s.o.Cloud.Login)
	leaf.DNSNames, leaf.KeyUsage = hosts(), x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	parsed, err := x509.ParseCertificate(root)
	if err != nil {
		return tls.Certificate{}, err
	}
	s.trust = x509.NewCertPool()
	s.trust.AddCert(parsed)
	s.leaf, err = x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der, root}, PrivateKey: key}, err
}

// Address is where the stand-in listens, 127.0.0.1 and a port.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Trust gives the authority that the stand-in's certificate comes from.
func (s *Server) Trust() *x509.CertPool { return s.trust }

// Certificate gives the server's certificate, for a browser that is told to accept it.
func (s *Server) Certificate() *x509.Certificate { return s.leaf }

// Dial connects to the stand-in in place of Microsoft's hosts. Any other host is
// refused: nothing of a practice site goes to the network.
func (s *Server) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if port != "443" || !slices.Contains(hosts(), host) {
		return nil, fmt.Errorf("the practice tenant does not stand in for %s", address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", s.Address())
}

// Close stops the stand-in.
func (s *Server) Close() error { return s.http.Close() }

// ServeHTTP answers one request by its host name, unless Options.Fault lets it go wrong.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.o.Fault == nil {
		s.serve(w, r)
		return
	}
	s.faulty(w, r)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.Host+r.URL.Path)
	w.Header().Set("Date", s.o.Now().UTC().Format(http.TimeFormat))
	if s.o.Scenario == Throttled && !s.seen[r.Method+r.Host+r.URL.Path] && !strings.HasSuffix(r.URL.Path, "/authorize") {
		s.seen[r.Method+r.Host+r.URL.Path] = true
		w.Header().Set("Retry-After", strconv.Itoa(max(1, s.o.RetryAfter)))
		if r.Host == s.o.Cloud.Graph {
			refuse(w, http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
			return
		}
		s.oauthError(w, http.StatusTooManyRequests, "temporarily_unavailable", "AADSTS90055: The server terminated an operation because there are too many requests.")
		return
	}
	switch {
	case r.Host == s.o.Cloud.Graph:
		s.serveGraph(w, r)
	case slices.ContainsFunc([]Cloud{Global(), USGovL4(), China()}, func(c Cloud) bool { return c.Login == r.Host }):
		s.serveLogin(w, r)
	default:
		http.NotFound(w, r)
	}
}

// Requests gives every request so far: method, host and path.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}
