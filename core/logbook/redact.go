package logbook

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Mask is what stands in place of a secret.
const Mask = "***"

// shortest is the length in bytes below which a known secret is not looked for in
// texts: a password of two letters would mask half of every sentence.
const shortest = 4

// Redactor masks secrets in texts: the ones that it was told of, in each form in
// which files write them, and whatever has the shape of one. It counts what it
// masked. Its methods may be called from any goroutine.
type Redactor struct {
	mu     sync.Mutex
	known  map[string]string // what to look for -> whose it is
	order  []string          // of known, longest first
	counts map[string]int
}

// NewRedactor makes a redactor that knows no secret yet.
func NewRedactor() *Redactor {
	return &Redactor{known: map[string]string{}, counts: map[string]int{}}
}

// Hide masks a secret from now on wherever it appears. name says whose it is, in
// words or as a key; it appears in Masked.
func (r *Redactor) Hide(name string, v secret.Value) {
	text := v.Reveal()
	if len(text) < shortest {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[text] == name {
		return
	}
	for _, form := range forms(text) {
		if _, ok := r.known[form]; !ok {
			r.order = append(r.order, form)
		}
		r.known[form] = name
	}
	slices.SortStableFunc(r.order, func(a, b string) int { return len(b) - len(a) })
}

// forms gives a text as JSON, HTML, addresses and base64 write it.
func forms(text string) []string {
	escaped := html.EscapeString(text)
	list := []string{
		text, escaped, strings.ReplaceAll(escaped, "+", "&#43;"), // as html/template writes it
		url.QueryEscape(text), url.PathEscape(text), base64.StdEncoding.EncodeToString([]byte(text)),
	}
	for _, forHTML := range []bool{false, true} {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(forHTML)
		if e.Encode(text) == nil {
			quoted := strings.TrimSuffix(b.String(), "\n")
			list = append(list, quoted[1:len(quoted)-1])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// shape is what a secret looks like that nobody told of. The first group of find
// is kept, the rest of the match is masked.
type shape struct {
	name string
	find *regexp.Regexp
}

var shapes = []shape{
	{"private keys", regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:[^-]|-[^-])*`)},
	{"authorization headers", regexp.MustCompile(`(?i)(\b(?:bearer|basic|negotiate)\s+)[A-Za-z0-9._~+/=-]{16,}`)},
	{"tokens", regexp.MustCompile(`()\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?`)},
	{"passwords in connection strings", regexp.MustCompile(`(?i)(\b(?:password|pwd)\s*=\s*)[^;&\s"]+`)},
	{"secrets in addresses and forms", regexp.MustCompile(`(?i)(\b(?:client_secret|client_assertion|refresh_token|access_token|id_token|device_code|code_verifier)=)[^&\s"]+`)},
	{"passwords in addresses", regexp.MustCompile(`(?i)(\b[a-z][a-z0-9+.-]*://[^/\s:@]+:)[^/\s@]+`)},
	{"secrets in JSON", regexp.MustCompile(`(?i)("(?:password|pwd|client_secret|secretText|access_token|refresh_token|id_token)"\s*:\s*")(?:[^"\\]|\\.)+`)},
}

// Text gives a text with its secrets masked.
func (r *Redactor) Text(s string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, form := range r.order {
		if n := strings.Count(s, form); n > 0 {
			r.counts[r.known[form]] += n
			s = strings.ReplaceAll(s, form, Mask)
		}
	}
	for _, sh := range shapes {
		s = sh.find.ReplaceAllStringFunc(s, func(found string) string {
			kept := sh.find.FindStringSubmatch(found)[1]
			if found[len(kept):] == Mask {
				return found
			}
			r.counts[sh.name]++
			return kept + Mask
		})
	}
	return s
}

// secretKeys are parts of names under which no value is ever shown.
var secretKeys = []string{"password", "passwd", "pwd", "secret", "token", "authorization", "cookie", "privatekey", "private_key", "assertion", "credential"}

// Value gives the value of a named attribute with its secrets masked, all of it
// when the name says that it is one.
func (r *Redactor) Value(name, s string) string {
	lower := strings.ToLower(name)
	if s != "" && s != Mask && slices.ContainsFunc(secretKeys, func(k string) bool { return strings.Contains(lower, k) }) {
		r.mu.Lock()
		r.counts["values named "+lower]++
		r.mu.Unlock()
		return Mask
	}
	return r.Text(s)
}

// Masked is how often something was masked.
type Masked struct {
	Name  string `json:"name"` // whose secret, or what shape
	Times int    `json:"times"`
}

// Masked tells what was masked so far, by name.
func (r *Redactor) Masked() []Masked {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Masked, 0, len(r.counts))
	for name, n := range r.counts {
		list = append(list, Masked{name, n})
	}
	slices.SortFunc(list, func(a, b Masked) int { return strings.Compare(a.Name, b.Name) })
	return list
}
