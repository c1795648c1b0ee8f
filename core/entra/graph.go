package entra

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// pages is how many pages of one list are read at most.
const pages = 200

// call is one kind of request to Graph.
type call struct {
	method  string
	path    string     // below /v1.0
	query   url.Values // may be nil
	body    any        // may be nil
	count   bool       // an advanced query: $count=true with eventual consistency
	need    string     // the least permission, as the documentation names it
	purpose string     // "read the roles of the account"
	who     string     // the role that may, if not the usual one
}

func (c call) role() string {
	if c.who != "" {
		return c.who
	}
	return "Hybrid Identity Administrator or Global Administrator"
}

// graph speaks to Microsoft Graph v1.0 of one cloud as one sign-in.
type graph struct {
	base   string // https://graph.microsoft.com/v1.0
	wire   *wire
	tokens tokens
}

func newGraph(c *Client, at place, t tokens) *graph {
	return &graph{base: "https://" + at.graph + "/v1.0", wire: c.wire, tokens: t}
}

// do sends a request and decodes the answer into out (nil for none). A claims
// challenge signs in again with the claims, once. What Graph refuses is a
// *graphError.
func (g *graph) do(ctx context.Context, c call, out any) error {
	address := g.base + c.path
	query := url.Values{}
	for k, v := range c.query {
		query[k] = v
	}
	if c.count {
		query.Set("$count", "true")
	}
	if len(query) > 0 {
		address += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return g.send(ctx, c, address, out)
}

func (g *graph) send(ctx context.Context, c call, address string, out any) error {
	claims := ""
	for {
		token, err := g.tokens.token(ctx, claims)
		if err != nil {
			return err
		}
		resp, err := g.once(ctx, c, address, token)
		if err != nil {
			return err
		}
		body, err := readAll(resp)
		_ = resp.Body.Close()
		if err != nil {
			return fromWire(resp.Request.URL.Hostname(), err)
		}
		if resp.StatusCode < http.StatusMultipleChoices {
			if out == nil || len(body) == 0 {
				return nil
			}
			if err := decode(body, out); err != nil {
				return badAnswer(resp.Request.URL.Hostname(), c.method+" "+c.path+": "+err.Error())
			}
			return nil
		}
		if wanted := challenge(resp); wanted != "" && claims == "" {
			claims = wanted
			g.wire.challenged.Add(1)
			continue
		}
		return refused(c, resp, body)
	}
}

func (g *graph) once(ctx context.Context, c call, address, token string) (*http.Response, error) {
	var body io.Reader
	if c.body != nil {
		b, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, c.method, address, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", "application/json")
	if c.body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.count {
		r.Header.Set("ConsistencyLevel", "eventual")
	}
	return g.wire.Do(r)
}

var challengeClaims = regexp.MustCompile(`claims="([A-Za-z0-9+/=_-]+)"`)

// challenge gives the claims of a Conditional Access or continuous access
// evaluation challenge (docs: identity-platform/claims-challenge).
func challenge(resp *http.Response) string {
	if resp.StatusCode != http.StatusUnauthorized {
		return ""
	}
	for _, h := range resp.Header.Values("WWW-Authenticate") {
		m := challengeClaims.FindStringSubmatch(h)
		if m == nil || !strings.Contains(h, "insufficient_claims") {
			continue
		}
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			if b, err := enc.DecodeString(m[1]); err == nil && json.Valid(b) {
				return string(b)
			}
		}
	}
	return ""
}

// refused reads Graph's error object (docs: graph/errors).
func refused(c call, resp *http.Response, body []byte) error {
	var answer struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := decode(body, &answer); err != nil || answer.Error.Code == "" {
		if resp.StatusCode < http.StatusInternalServerError && resp.StatusCode != http.StatusTooManyRequests {
			return badAnswer(resp.Request.URL.Hostname(), resp.Status)
		}
	}
	return &graphError{
		status: resp.StatusCode, code: answer.Error.Code, text: answer.Error.Message,
		id: resp.Header.Get("request-id"), call: c,
	}
}

// list reads a whole list, page by page.
func list[T any](ctx context.Context, g *graph, c call) ([]T, error) {
	type page struct {
		Value []T    `json:"value"`
		Next  string `json:"@odata.nextLink"`
	}
	var all []T
	var p page
	if err := g.do(ctx, c, &p); err != nil {
		return nil, err
	}
	for range pages {
		all = append(all, p.Value...)
		if p.Next == "" {
			return all, nil
		}
		// The token goes to Graph and to nobody else that an answer names.
		if !strings.HasPrefix(p.Next, g.base+"/") {
			return nil, badAnswer(strings.TrimPrefix(g.base, "https://"), "the next page is elsewhere")
		}
		next := p.Next
		p = page{}
		if err := g.send(ctx, c, next, &p); err != nil {
			return nil, err
		}
	}
	return nil, badAnswer(strings.TrimPrefix(g.base, "https://"), "the list has no end")
}

// refusal gives what Graph said, or nil when it is another kind of error.
func refusal(err error) *graphError {
	var e *graphError
	if errors.As(err, &e) {
		return e
	}
	return nil
}
