package forest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// maxControllers is how many domain controllers are looked at; a large forest has
// hundreds, and one is enough.
const maxControllers = 5

// wanted tells which domain controller is looked for.
type wanted struct {
	domain string   // DNS name of the domain
	forest string   // DNS name of the forest root, if the domain controller is to prove it; may be empty
	typed  string   // the one to use and no other, if not empty
	known  []string // those used before, tried beside those that DNS names
}

// controller is one domain controller that was looked at.
type controller struct {
	host   string // as it was given
	root   rootDSE
	ping   ping
	pinged bool
	closed []int
	err    error // why it can't be used
}

// name gives the domain controller's own name, where it is known.
func (c controller) name() string {
	if c.root.host != "" {
		return c.root.host
	}
	return c.host
}

// find looks for domain controllers of a domain and gives those that answered,
// the one to use first, and all that were looked at, as facts.
func (d *Directory) find(ctx context.Context, w wanted) ([]controller, []facts.Controller, error) {
	hosts, source := d.candidates(ctx, w)
	all := d.look(ctx, w.domain, hosts)
	if err := ctx.Err(); err != nil {
		return nil, nil, problem.From(err)
	}
	if more := d.nearer(ctx, w, all); len(more) > 0 {
		all = append(d.look(ctx, w.domain, more), all...)
	}
	var usable []controller
	var seen []facts.Controller
	var detail []string
	readOnly, foreign := "", ""
	for _, c := range all {
		switch {
		case c.err != nil:
			detail = append(detail, fmt.Sprintf("%s: %s", c.host, reason(c.err)))
			seen = append(seen, facts.Controller{Host: c.host, Closed: c.closed})
			continue
		case w.forest != "" && !strings.EqualFold(domainDNS(c.root.forest), w.forest):
			foreign = fmt.Sprintf("%s belongs to the forest %s.", c.name(), domainDNS(c.root.forest))
			continue
		}
		seen = append(seen, facts.Controller{Host: c.name(), Writable: !c.root.readOnly, Closed: c.closed})
		if c.root.readOnly {
			readOnly = c.name()
			continue
		}
		usable = append(usable, c)
	}
	if len(usable) > 0 {
		return usable, seen, nil
	}
	return nil, seen, notFound(w, source, detail, readOnly, foreign)
}

// notFound says why no domain controller can be used.
func notFound(w wanted, source string, detail []string, readOnly, foreign string) *problem.Problem {
	field := problem.Field("")
	if w.typed != "" {
		field = answers.FieldForestDC
	}
	switch {
	case foreign != "":
		return &problem.Problem{
			Code: CodeOtherForest, Field: field, What: foreign, Why: "The connector in the database is for " + w.forest + ".",
			Fix: "Name a domain controller of " + w.forest + ", or leave the field empty to have one found.",
		}
	case readOnly != "":
		return &problem.Problem{
			Code: CodeReadOnly, Field: field, What: readOnly + " is a read-only domain controller, and no other one of " + w.domain + " answers.",
			Why: "The connector needs a writable one.", Fix: "Open the way to a writable domain controller, or name one.",
		}
	}
	p := &problem.Problem{
		Code: CodeUnreachable, Field: field, What: "No domain controller of " + w.domain + " answers.", Why: source,
		Fix:    "Check the DNS settings of this computer and that ports 53, 88 and 389 are open to the domain controllers, then try again.",
		Detail: strings.Join(detail, "\n"),
	}
	if w.typed != "" {
		p.What = w.typed + " does not answer as a domain controller."
		p.Fix = "Check its name and that ports 88 and 389 are open to it, or leave the field empty to have one found."
	}
	return p
}

// candidates lists hosts to look at, and says where they come from.
func (d *Directory) candidates(ctx context.Context, w wanted) (hosts []string, source string) {
	if w.typed != "" {
		return []string{trimDot(w.typed)}, ""
	}
	found, err := d.lookup(ctx, "_ldap._tcp.dc._msdcs."+w.domain)
	source = fmt.Sprintf("DNS named %d, and the database %d.", len(found), len(w.known))
	if err != nil {
		source = "DNS names none: " + reason(err)
	}
	hosts = unique(append(append([]string(nil), w.known...), found...))
	if len(hosts) == 0 {
		// A domain's own name leads to its domain controllers too.
		hosts = []string{w.domain}
	}
	return hosts[:min(len(hosts), maxControllers)], source
}

// nearer gives domain controllers of this computer's own site, if those looked at
// are all of other sites.
func (d *Directory) nearer(ctx context.Context, w wanted, all []controller) []string {
	if w.typed != "" {
		return nil
	}
	site := ""
	looked := map[string]bool{}
	for _, c := range all {
		looked[strings.ToLower(c.host)] = true
		if c.err != nil || !c.pinged {
			continue
		}
		if strings.EqualFold(c.ping.site, c.ping.clientSite) {
			return nil
		}
		site = c.ping.clientSite
	}
	if site == "" {
		return nil
	}
	found, err := d.lookup(ctx, "_ldap._tcp."+site+"._sites.dc._msdcs."+w.domain)
	if err != nil {
		return nil // those found before do as well
	}
	var out []string
	for _, h := range found {
		if !looked[strings.ToLower(h)] && len(out) < 2 {
			out = append(out, h)
		}
	}
	return out
}

// lookup asks DNS for the hosts of a service, best first.
func (d *Directory) lookup(ctx context.Context, service string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	_, records, err := d.resolver().LookupSRV(ctx, "", "", service)
	var out []string
	for _, r := range records {
		out = append(out, trimDot(r.Target))
	}
	if len(out) > 0 {
		return out, nil // Go gives the good records beside an error about bad ones
	}
	return nil, err
}

// look asks all hosts at once who they are and which ports they have open.
func (d *Directory) look(ctx context.Context, domain string, hosts []string) []controller {
	out := make([]controller, len(hosts))
	var wait sync.WaitGroup
	for i, host := range hosts {
		out[i].host = host
		wait.Go(func() { out[i].closed = d.closedPorts(ctx, host) })
		wait.Go(func() {
			root, answer, pinged, err := d.ask(ctx, domain, host)
			out[i].root, out[i].ping, out[i].pinged, out[i].err = root, answer, pinged, err
		})
	}
	wait.Wait()
	return out
}

// ask asks one host who it is, without a sign-in: on port 389, or over TLS where
// only that is open.
func (d *Directory) ask(ctx context.Context, domain, host string) (rootDSE, ping, bool, error) {
	s, err := d.plain(ctx, host)
	if err != nil {
		tls, tlsErr := d.unchecked(ctx, host)
		if tlsErr != nil {
			return rootDSE{}, ping{}, false, err
		}
		s = tls
	}
	defer s.close()
	root, err := s.readRoot(ctx, d.now)
	if err != nil {
		return rootDSE{}, ping{}, false, err
	}
	if own := domainDNS(root.domain); own != "" {
		domain = own
	}
	p, ok := s.readPing(ctx, domain)
	return root, p, ok, nil
}

// plain opens port 389 without protection. No password ever goes over it.
func (d *Directory) plain(ctx context.Context, host string) (*session, error) {
	conn, err := d.dial(ctx, host, portLDAP)
	if err != nil {
		return nil, err
	}
	return newSession(conn, conn, false, host, d.timeout()), nil
}

// reason gives an error's meaning in a few words. The text of Go's DNS errors
// names the wrong server when a resolver of our own is asked, so it is not shown.
func reason(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return "DNS knows no " + dns.Name
	}
	p := problem.From(err)
	if p.Code == problem.CodeUnknown {
		return p.Detail
	}
	return p.What
}

// unique takes repeated names out, without regard to case.
func unique(names []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, n := range names {
		n = trimDot(n)
		if key := strings.ToLower(n); n != "" && !seen[key] {
			seen[key] = true
			out = append(out, n)
		}
	}
	return out
}
