package entra

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/browse"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// DefaultClient is the application that signs in when the answers name none: the
// default of azidentity (its developerSignOnClientID). It is known in every
// tenant, but it may not read everything: what it may not read is told as
// unknown, with the permission. A registration of one's own, with the
// permissions of the table in this package's documentation, reads all.
const DefaultClient = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

// signInLimit is how long a sign-in may take; the page of Microsoft's own gives up no later.
const signInLimit = 15 * time.Minute

// Params are what a Client can be given. The zero value is the real world.
type Params struct {
	// Client is the client id for people when the answers name none; empty for DefaultClient.
	Client string
	// OpenURL opens the system's browser; nil for the way of this system.
	OpenURL func(address string) error
	// Trust are the certificate authorities to trust; nil for the system's.
	Trust *x509.CertPool
	// Dial connects; nil for the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Proxy gives the proxy of a request; nil for the system's: HTTPS_PROXY and
	// NO_PROXY, and on Windows the Internet settings of the user who runs the
	// program. Proxy scripts (PAC) are not run.
	Proxy func(*http.Request) (*url.URL, error)
	// RequestLimit is how long one request may take, its answer included; 0 for a minute.
	RequestLimit time.Duration
	// Now tells the time; nil for this computer's clock.
	Now func() time.Time
	// Pause waits until the time is up or ctx ends; nil to really wait.
	Pause func(ctx context.Context, d time.Duration) error
}

// Client signs in to Microsoft Entra ID, reads the tenant and makes the sync
// identity. Its methods may be called from any goroutine. Tokens live in its
// memory only, until SignOut.
type Client struct {
	wire   *wire
	client string
	open   func(string) error
	now    func() time.Time
	pause  func(context.Context, time.Duration) error

	mu      sync.Mutex
	session *session // nil when nobody is signed in
}

var (
	_ setup.Cloud = (*Client)(nil)
	_ apply.Cloud = (*Client)(nil)
)

// session is one sign-in.
type session struct {
	place
	graph  *graph
	tenant facts.Tenant
}

// New makes a client. Nothing is connected yet.
func New(p Params) *Client {
	if p.Client == "" {
		p.Client = DefaultClient
	}
	if p.OpenURL == nil {
		p.OpenURL = browse.Open
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Pause == nil {
		p.Pause = wait
	}
	return &Client{wire: newWire(p), client: p.Client, open: p.OpenURL, now: p.Now, pause: p.Pause}
}

// SignIn signs in and reads the tenant, as setup.Cloud describes. The tenant is
// the one of the request (the database's), else the one of the user name. Errors
// are *problem.Problem.
func (c *Client) SignIn(ctx context.Context, r setup.CloudRequest, prompt func(setup.Prompt)) (facts.Tenant, error) {
	c.SignOut()
	c.wire.throttled.Store(0)
	c.wire.challenged.Store(0)
	ctx, cancel := context.WithTimeout(ctx, signInLimit)
	defer cancel()
	asked := &prompts{show: prompt}
	c.wire.tell(asked.note)
	defer c.wire.tell(nil)
	at, err := c.find(ctx, r)
	if err != nil {
		return facts.Tenant{}, err
	}
	s, err := c.enter(ctx, at, r, asked.ask)
	if err != nil {
		return facts.Tenant{}, c.translate(ctx, err)
	}
	if s.tenant, err = c.read(ctx, s); err != nil {
		return facts.Tenant{}, c.translate(ctx, err)
	}
	s.graph.tokens.tell(nil)
	c.mu.Lock()
	c.session = s
	c.mu.Unlock()
	return s.tenant, nil
}

// SignOut drops the tokens.
func (c *Client) SignOut() {
	c.mu.Lock()
	c.session = nil
	c.mu.Unlock()
	c.wire.CloseIdleConnections()
}

// signedIn gives the sign-in that there is.
func (c *Client) signedIn() (*session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == nil {
		return nil, signedOut()
	}
	return c.session, nil
}

// find finds the tenant, and makes sure that the account belongs to it as far as
// its name tells. A domain that no tenant has verified can be a guest's or a
// Microsoft account's; the sign-in will tell.
func (c *Client) find(ctx context.Context, r setup.CloudRequest) (place, error) {
	user := strings.TrimSpace(r.Answer.User)
	_, domain, ok := strings.Cut(user, "@")
	if user != "" && (!ok || !domainName.MatchString(domain)) {
		return place{}, &problem.Problem{
			Code: CodeUserForm, Field: answers.FieldEntraUser, What: "The user name has another form than name@domain.",
			Fix: "Give it as name@contoso.onmicrosoft.com or name@contoso.com, or leave it empty.",
		}
	}
	tenant := strings.TrimSpace(r.Tenant)
	if tenant == "" {
		tenant = domain
	}
	if tenant == "" {
		return place{}, &problem.Problem{
			Code: CodeTenantMissing, Field: answers.FieldEntraUser, What: "Which tenant it is is not known.",
			Why: "The database does not name it.", Fix: "Give the user name of the administrator; its domain names the tenant.",
		}
	}
	at, err := c.discover(ctx, tenant, r.Answer.Cloud)
	if err != nil || user == "" || strings.EqualFold(domain, tenant) {
		return at, err
	}
	theirs, err := c.document(ctx, at.login, domain)
	if p := problem.As(err); p != nil && p.Code == CodeTenantUnknown {
		return at, nil
	}
	if err != nil {
		return place{}, err
	}
	if theirs.tenant() != at.id {
		return place{}, otherTenant(user, tenant)
	}
	return at, nil
}
