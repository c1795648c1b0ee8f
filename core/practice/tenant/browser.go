package tenant

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

var (
	formTo    = regexp.MustCompile(`<form method="POST"[^>]* action="([^"]+)"`)
	formField = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// Browse is the pretend browser: it opens the sign-in page at address as the
// person (empty for who sits there, see Sit) and follows it back to the program, which listens on localhost. It
// returns at once, as opening a browser does; done gets the end, if not nil.
func (s *Server) Browse(ctx context.Context, address, person string, done func(error)) {
	go func() {
		err := s.browse(ctx, address, person)
		if done != nil {
			done(err)
		}
	}()
}

func (s *Server) browse(ctx context.Context, address, person string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if person == "" {
		s.mu.Lock()
		person = s.sits(s.o)
		s.mu.Unlock()
	}
	if q := u.Query(); q.Get("login_hint") == "" {
		q.Set("login_hint", person)
		u.RawQuery = q.Encode()
	}
	transport := &http.Transport{DialContext: s.Dial, TLSClientConfig: &tls.Config{RootCAs: s.trust, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	page, err := fetch(ctx, client, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	to := formTo.FindStringSubmatch(page)
	if to == nil {
		return errors.New("the sign-in page shows no way back: " + page)
	}
	fields := url.Values{}
	for _, f := range formField.FindAllStringSubmatch(page, -1) {
		fields.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	back := &http.Client{Timeout: 30 * time.Second}
	defer back.CloseIdleConnections()
	_, err = fetch(ctx, back, http.MethodPost, html.UnescapeString(to[1]), fields)
	return err
}

func fetch(ctx context.Context, c *http.Client, method, address string, form url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, b)
	}
	return string(b), err
}
