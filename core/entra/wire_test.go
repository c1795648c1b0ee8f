package entra_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// proxyPassword is that of the proxies, which no error may hold.
const proxyPassword = "C4nary-pr0xy-5ecret"

// proxy is a proxy that refuses to connect anybody.
func proxy(t *testing.T, status int) func(*http.Request) (*url.URL, error) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy got %s, want CONNECT", r.Method)
		}
		w.Header().Set("Proxy-Authenticate", "Negotiate")
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("proxyuser", proxyPassword)
	return http.ProxyURL(u)
}

func failing(err error) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
}

func TestNoConnection(t *testing.T) {
	cases := []struct {
		name   string
		change func(*entra.Params)
		want   problem.Code
		says   string
	}{
		{"no such name", func(p *entra.Params) {
			p.Dial = failing(&net.DNSError{Err: "no such host", Name: "login.microsoftonline.com", IsNotFound: true})
		}, problem.CodeNameUnknown, "login.microsoftonline.com"},
		{"no network", func(p *entra.Params) { p.Dial = failing(syscall.ENETUNREACH) }, problem.CodeUnreachable, "can't be reached"},
		{"refused", func(p *entra.Params) { p.Dial = failing(syscall.ECONNREFUSED) }, problem.CodeRefused, "can't be reached"},
		{"proxy wants authentication", func(p *entra.Params) { p.Dial, p.Proxy = nil, proxy(t, http.StatusProxyAuthRequired) }, entra.CodeProxyAuth, "Negotiate"},
		{"proxy is gone", func(p *entra.Params) {
			p.Dial, p.Proxy = nil, http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:9", User: url.UserPassword("proxyuser", proxyPassword)})
		}, problem.CodeRefused, "can't be reached"},
		{"proxy refuses", func(p *entra.Params) { p.Dial, p.Proxy = nil, proxy(t, http.StatusForbidden) }, entra.CodeProxyRefused, "403"},
		{"TLS inspection", func(p *entra.Params) { p.Trust = x509.NewCertPool() }, entra.CodeInspection, "ADSync Reconnect practice authority"},
	}
	for _, x := range cases {
		for _, flow := range []answers.EntraFlow{answers.FlowBrowser, answers.FlowDevice} {
			t.Run(x.name+" "+string(flow), func(t *testing.T) {
				_, c := standIn(t, tenant.Options{}, x.change)
				_, _, err := signIn(t, c, answers.Entra{Flow: flow})
				if p := problemOf(t, err, x.want); !strings.Contains(p.Text(), x.says) {
					t.Errorf("it does not say %q: %s", x.says, p.Text())
				} else if all := fmt.Sprintf("%+v %+v %s", *p, err, p.Text()); strings.Contains(all, proxyPassword) {
					t.Errorf("it holds the proxy's password: %s", all)
				}
			})
		}
	}
}

// The connection breaks when the token is asked for: azidentity turns errors into
// text, and the problem is known nevertheless.
func TestConnectionBreaksLater(t *testing.T) {
	for _, a := range []answers.Entra{{Flow: answers.FlowService, Client: tenant.Unattended}, {Flow: answers.FlowDevice}} {
		t.Run(string(a.Flow), func(t *testing.T) {
			var s *tenant.Server
			pauses := 0
			s, c := standIn(t, tenant.Options{Scenario: tenant.Throttled, Pending: 1 << 20}, func(p *entra.Params) {
				p.Pause = func(ctx context.Context, _ time.Duration) error {
					if pauses++; pauses == 2 { // the first is the discovery's
						_ = s.Close()
					}
					return ctx.Err()
				}
			})
			_, err := c.SignIn(t.Context(), setup.CloudRequest{Answer: a, Tenant: database, Secret: secret.New(tenant.UnattendedSecret)}, func(setup.Prompt) {})
			// Broken in the middle or refused after: what the system says of it differs.
			if p := problem.As(err); p == nil || !strings.HasPrefix(p.What, "Microsoft Entra ID (login.microsoftonline.com) can't be reached.") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Throttled requests wait as long as the service says, and longer each time it does not.
func TestPauses(t *testing.T) {
	var waited []time.Duration
	_, c := standIn(t, tenant.Options{Scenario: tenant.Throttled}, func(p *entra.Params) {
		p.Pause = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	})
	mustSignIn(t, c, answers.Entra{User: "admin@" + database})
	if len(waited) < 5 || slices.Max(waited) != time.Second {
		t.Errorf("waited %v, want a second at each address", waited)
	}
}

// While the service makes the program wait, this is said where the admin looks, and
// no longer when it goes on. A device code stays to be seen.
func TestPauses_said(t *testing.T) {
	for _, a := range []answers.Entra{{User: "admin@" + database}, {Flow: answers.FlowDevice}} {
		t.Run(string(a.Flow), func(t *testing.T) {
			var shown []setup.Prompt
			_, c := standIn(t, tenant.Options{Scenario: tenant.Throttled, RetryAfter: 20}, func(p *entra.Params) {
				p.Pause = func(context.Context, time.Duration) error {
					if n := len(shown); n == 0 || shown[n-1].Note != "Microsoft Entra ID is busy and asks to wait. The request is sent again in 20 s (try 2 of 5)." {
						t.Errorf("paused without a word; shown so far: %+v", shown)
					}
					return nil
				}
			})
			if _, err := c.SignIn(t.Context(), setup.CloudRequest{Answer: a, Tenant: database}, func(p setup.Prompt) { shown = append(shown, p) }); err != nil {
				t.Fatal(err)
			}
			if n := len(shown); n < 5 || shown[n-1].Note != "" {
				t.Errorf("at the end it still says to wait: %+v", shown)
			}
			for i, p := range shown {
				if i > 0 && shown[i-1].Code != "" && p.Code == "" {
					t.Errorf("the device code is gone while the program waits: %+v", p)
				}
			}
		})
	}
}

// A cancelled pause ends the sign-in.
func TestCancelledPause(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, c := standIn(t, tenant.Options{Scenario: tenant.Throttled}, func(p *entra.Params) {
		p.Pause = func(ctx context.Context, _ time.Duration) error { cancel(); <-ctx.Done(); return ctx.Err() }
	})
	_, err := c.SignIn(ctx, setup.CloudRequest{Tenant: database}, func(setup.Prompt) {})
	wantCode(t, err, problem.CodeCancelled)
}

// A service that fails for good ends with a problem, after a handful of tries.
func TestServiceFails(t *testing.T) {
	s, c := standIn(t, tenant.Options{})
	for _, what := range []string{"GET /o", "GET /or", "GET /org", "GET /orga", "GET /organ", "GET /organi"} {
		s.Fail(what, http.StatusServiceUnavailable, "ServiceUnavailable", "practice")
	}
	_, _, err := signIn(t, c, answers.Entra{User: "admin@" + database})
	wantCode(t, err, entra.CodeService)
	n := 0
	for _, r := range s.Requests() {
		if strings.HasSuffix(r, "/v1.0/organization") {
			n++
		}
	}
	if n != 5 {
		t.Errorf("%d tries, want 5", n)
	}
}

// What was made must not be made twice: a POST that may have been carried out is not sent again.
func TestPostIsNotRepeated(t *testing.T) {
	s, c := signedIn(t, tenant.Options{Lag: -1})
	s.Fail("POST /applications", http.StatusBadGateway, "BadGateway", "practice")
	_, err := c.CreateIdentity(t.Context(), planApplication, nil)
	wantCode(t, err, entra.CodeService)
	n := 0
	for _, r := range s.Requests() {
		if r == "POST graph.microsoft.com/v1.0/applications" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d tries, want 1", n)
	}
}

func TestClockDiffers(t *testing.T) {
	s, c := standIn(t, tenant.Options{Now: func() time.Time { return time.Now().Add(26 * time.Hour) }})
	mustSignIn(t, c, answers.Entra{User: "global@" + database})
	before := s.Names()
	_, err := c.CreateIdentity(t.Context(), planApplication, nil)
	if p := problemOf(t, err, entra.CodeClock); !strings.Contains(p.Detail, "26h") {
		t.Errorf("the difference is not told: %s", p.Detail)
	}
	if got := s.Names(); !slices.Equal(got, before) {
		t.Errorf("left behind: %v", got)
	}
}

// A token that ran out is refreshed without asking the person again.
func TestRefresh(t *testing.T) {
	s, c := standIn(t, tenant.Options{TokenLife: time.Minute, Lag: -1})
	asked := 0
	_, err := c.SignIn(t.Context(), setup.CloudRequest{Answer: answers.Entra{User: "admin@" + database}, Tenant: database}, func(setup.Prompt) { asked++ })
	if err != nil {
		t.Fatal(text(err))
	}
	if _, err := c.CreateIdentity(t.Context(), planApplication, nil); err != nil {
		t.Fatal(text(err))
	}
	if asked != 1 {
		t.Errorf("the person was asked %d times, want once", asked)
	}
	refreshed := 0
	for _, r := range s.Requests() {
		if strings.HasSuffix(r, "/oauth2/v2.0/token") {
			refreshed++
		}
	}
	if refreshed < 3 { // MSAL takes a token that ends within five minutes for ended
		t.Errorf("%d tokens were asked for, want one for each request", refreshed)
	}
}

// When no browser opens, the address is shown for opening it by hand.
func TestNoBrowser(t *testing.T) {
	_, c := standIn(t, tenant.Options{}, func(p *entra.Params) { p.OpenURL = func(string) error { return errors.New("no browser here") } })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last setup.Prompt
	_, err := c.SignIn(ctx, setup.CloudRequest{Tenant: database}, func(p setup.Prompt) {
		if last = p; strings.HasPrefix(p.Text, "No browser") {
			cancel()
		}
	})
	wantCode(t, err, problem.CodeCancelled)
	if !strings.HasPrefix(last.URL, "https://login.microsoftonline.com/") {
		t.Errorf("the address is not shown: %+v", last)
	}
}
