package entra

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

const (
	requestLimit = 60 * time.Second // how long one request may take
	connectLimit = 20 * time.Second
	answerLimit  = 8 << 20         // bytes of one answer
	tries        = 5               // of one request that is throttled or fails at the service
	longestPause = 2 * time.Minute // a longer Retry-After is told instead of waited for
	notableSkew  = time.Minute     // by how much the clocks may differ unnoticed
)

// wire sends requests: by TLS 1.2 or later, through the system's proxy, and
// again when the service asks for it. MSAL, azidentity and Graph all use it.
type wire struct {
	client *http.Client
	pause  func(context.Context, time.Duration) error
	now    func() time.Time
	skew   atomic.Int64 // the service's clock minus this computer's
	// throttled counts the answers 429, and challenged the claims challenges, since
	// the last sign-in began.
	throttled, challenged atomic.Int64
	// fault is the last request that got no answer. azidentity turns errors into
	// text; this keeps what they were.
	fault atomic.Pointer[problem.Problem]
	note  atomic.Pointer[func(string)] // who is told that a request waits
}

func newWire(p Params) *wire {
	dial := p.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: connectLimit, KeepAlive: 30 * time.Second}).DialContext
	}
	proxy := p.Proxy
	if proxy == nil {
		proxy = systemProxy
	}
	limit := p.RequestLimit
	if limit <= 0 {
		limit = requestLimit
	}
	return &wire{
		client: &http.Client{
			Timeout: limit,
			Transport: &http.Transport{
				Proxy: proxy, DialContext: dial, ForceAttemptHTTP2: true,
				TLSClientConfig:     &tls.Config{RootCAs: p.Trust, MinVersion: tls.VersionTLS12},
				TLSHandshakeTimeout: connectLimit, IdleConnTimeout: 90 * time.Second, MaxIdleConns: 10,
				OnProxyConnectResponse: proxyAnswer,
			},
			// Tokens and codes go to the hosts of the table in cloud.go, and to no
			// other that an answer names.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pause: p.Pause, now: p.Now,
	}
}

// proxyAnswer tells what a proxy has against the connection.
func proxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	switch answer.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusProxyAuthRequired:
		return proxyWantsAuthentication(proxy.Host, answer.Header.Get("Proxy-Authenticate"))
	default:
		return proxyRefuses(proxy.Host, answer.Status)
	}
}

// CloseIdleConnections is part of what MSAL wants from an HTTP client.
func (w *wire) CloseIdleConnections() { w.client.CloseIdleConnections() }

// Do sends a request and, when it was throttled or the service failed, sends it
// again after the pause that the service asks for. What may have been carried
// out already (a POST that ended in 500, 502 or 504) is not sent again.
func (w *wire) Do(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		resp, err := w.client.Do(r)
		if err != nil {
			p := fromWire(r.URL.Hostname(), err)
			w.fault.Store(p)
			return nil, p
		}
		w.fault.Store(nil)
		w.readClock(resp)
		if resp.StatusCode == http.StatusTooManyRequests {
			w.throttled.Add(1)
		}
		wait, again := retryAfter(r, resp, try, w.now())
		if !again || try == tries {
			return resp, nil
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, answerLimit))
		_ = resp.Body.Close()
		if err := w.rest(r, resp.StatusCode, wait, try); err != nil {
			return nil, err
		}
		if r.GetBody != nil {
			if r.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// rest pauses before a request is sent again, and says so when it takes a while.
func (w *wire) rest(r *http.Request, status int, pause time.Duration, try int) error {
	if pause >= shortPause {
		w.say(waitingText(status, pause, try))
		defer w.say("")
	}
	return w.pause(r.Context(), pause)
}

// retryAfter tells whether a request is to be sent again, and when.
func retryAfter(r *http.Request, resp *http.Response, try int, now time.Time) (time.Duration, bool) {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		if r.Method == http.MethodPost {
			return 0, false
		}
	default:
		return 0, false
	}
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return 0, false
	}
	wait := time.Second << (try - 1)
	text := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		// More than the longest pause is as good as any: 1<<63 seconds would count as less than none.
		wait = time.Duration(min(seconds, int(longestPause/time.Second)+1)) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = max(0, at.Sub(now))
	}
	return wait, wait <= longestPause
}

// readClock compares the service's clock with ours.
func (w *wire) readClock(resp *http.Response) {
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		w.skew.Store(int64(at.Sub(w.now())))
	}
}

// clock gives the time as the service sees it: this computer's, unless they differ notably.
func (w *wire) clock() time.Time {
	if skew := time.Duration(w.skew.Load()); skew.Abs() > notableSkew {
		return w.now().Add(skew)
	}
	return w.now()
}

func (w *wire) get(ctx context.Context, address string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	return w.Do(r)
}

// readAll reads an answer of sane size.
func readAll(resp *http.Response) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit+1))
	if err == nil && len(b) > answerLimit {
		err = fmt.Errorf("an answer of more than %d bytes", answerLimit)
	}
	return b, err
}

func decode(b []byte, into any) error { return json.Unmarshal(b, into) }

// wait pauses until the time is up or ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// issuer names who issued the certificate that was not trusted.
func issuer(err error) (string, bool) {
	cert := unverified(err)
	if cert == nil {
		return "", false
	}
	name := cert.Issuer.CommonName
	if name == "" && len(cert.Issuer.Organization) > 0 {
		name = cert.Issuer.Organization[0]
	}
	if name == "" {
		name = cert.Issuer.String()
	}
	return name, true
}

var _ interface{ CloseIdleConnections() } = (*wire)(nil)

// certificate gives the first certificate of a chain, or nil.
func certificate(chain []*x509.Certificate) *x509.Certificate {
	if len(chain) == 0 {
		return nil
	}
	return chain[0]
}
