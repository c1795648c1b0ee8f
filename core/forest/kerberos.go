package forest

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// krbConfig is Kerberos for the realms at hand: TCP only, AES only, no DNS, as
// gokrb5 would ask the system's and not ours.
const krbConfig = `[libdefaults]
 default_realm = %[1]s
 dns_lookup_realm = false
 dns_lookup_kdc = false
 udp_preference_limit = 1
 rdns = false
 noaddresses = true
 default_tkt_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96
 default_tgs_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96
 permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96
[realms]
%[2]s
[domain_realm]
 %[3]s = %[4]s
`

// ticket is what Kerberos gave: the right to speak to one domain controller's LDAP.
type ticket struct {
	client *client.Client
	ticket messages.Ticket
	key    types.EncryptionKey
}

// sealed signs in by Kerberos on port 389 and seals everything after. The password
// itself is never sent. A problem means that the sign-in was refused; any other
// error that Kerberos could not be tried or did not work.
func (d *Directory) sealed(ctx context.Context, c controller, cred credentials) (*session, error) {
	realm, err := d.userRealm(c, cred.login)
	if err != nil {
		return nil, err
	}
	host, addresses, err := d.provenName(ctx, c)
	if err != nil {
		return nil, err
	}
	t, err := d.ticket(ctx, c, cred, realm, host, addresses)
	if err != nil {
		return nil, err
	}
	defer t.client.Destroy()
	conn, err := d.dial(ctx, addresses[0], portLDAP)
	if err != nil {
		return nil, err
	}
	wrapped, err := d.saslBind(ctx, conn, conn, &ticketContext{ticket: t}, false)
	if err != nil {
		_ = conn.Close() // the bind failed, nothing else was sent
		return nil, err
	}
	s := newSession(wrapped, conn, false, c.host, d.timeout())
	s.protection = bySealing
	return s, nil
}

// userRealm gives the Kerberos realm of an account: its domain's DNS name.
func (d *Directory) userRealm(c controller, l login) (string, error) {
	own := domainDNS(c.root.domain)
	switch {
	case l.dn != "":
		return "", nameHint(`Kerberos takes no distinguished name`, c, "user")
	case strings.Contains(l.domain, "."):
		return strings.ToUpper(l.domain), nil
	case c.pinged && strings.EqualFold(c.ping.netbios, l.domain), strings.EqualFold(firstLabel(own), l.domain):
		return strings.ToUpper(own), nil
	}
	return "", fmt.Errorf("the DNS name of the domain %s is not known before signing in; write the user as user@domain.name", l.domain)
}

func firstLabel(dns string) string {
	label, _, _ := strings.Cut(dns, ".")
	return label
}

// provenName gives the name under which Kerberos knows the domain controller, and
// its addresses. What the server says about itself counts only if DNS leads from
// that name to where we are.
func (d *Directory) provenName(ctx context.Context, c controller) (string, []string, error) {
	addresses, err := d.addresses(ctx, c.host)
	if err != nil {
		return "", nil, err
	}
	name := trimDot(c.root.host)
	if strings.EqualFold(name, c.host) || name == "" {
		return c.host, addresses, nil
	}
	back, err := d.addresses(ctx, name)
	if err != nil {
		return "", nil, err
	}
	if !slices.ContainsFunc(back, func(a string) bool { return slices.Contains(addresses, a) }) {
		return "", nil, fmt.Errorf("it calls itself %s, but DNS says that this is another computer", name)
	}
	return name, addresses, nil
}

func (d *Directory) addresses(ctx context.Context, host string) ([]string, error) {
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{host}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	found, err := d.resolver().LookupHost(ctx, host)
	if err == nil && len(found) == 0 {
		err = &net.DNSError{Err: "no addresses", Name: host, IsNotFound: true}
	}
	return found, err
}

// ticket signs in at the key distribution center, which is tried once, and asks
// for a ticket to the domain controller.
func (d *Directory) ticket(ctx context.Context, c controller, cred credentials, realm, host string, addresses []string) (ticket, error) {
	serviceRealm := strings.ToUpper(domainDNS(c.root.domain))
	realms := realmText(serviceRealm, addresses)
	if realm != serviceRealm {
		hosts, err := d.lookup(ctx, "_kerberos._tcp.dc._msdcs."+strings.ToLower(realm))
		if err != nil && cred.login.upn != "" {
			return ticket{}, nameHint("DNS knows no domain "+strings.ToLower(realm)+", which is a UPN suffix only", c, cred.login.user)
		}
		if err != nil {
			return ticket{}, err
		}
		other, err := d.addresses(ctx, hosts[0])
		if err != nil {
			return ticket{}, err
		}
		realms += realmText(realm, other)
	}
	conf, err := config.NewFromString(fmt.Sprintf(krbConfig, realm, realms, strings.ToLower(host), serviceRealm))
	if err != nil {
		return ticket{}, err
	}
	t := ticket{client: client.NewWithPassword(cred.login.user, realm, cred.password.Reveal(), conf)}
	type result struct {
		ticket ticket
		err    error
	}
	done := make(chan result, 1)
	go func() { // gokrb5 takes no context; each of its answers has 5 s
		err := guarded(func() (err error) {
			if err = t.client.Login(); err == nil {
				t.ticket, t.key, err = t.client.GetServiceTicket("ldap/" + strings.ToLower(host))
			}
			return err
		})
		if err != nil || ctx.Err() != nil {
			t.client.Destroy() // ends its renewal of tickets too
		}
		done <- result{t, err}
	}()
	select {
	case <-ctx.Done():
		return ticket{}, ctx.Err()
	case r := <-done:
		if r.err != nil {
			return ticket{}, kerberosError(r.err, cred.typed)
		}
		if err := ctx.Err(); err != nil {
			r.ticket.client.Destroy()
			return ticket{}, err
		}
		return r.ticket, nil
	}
}

// guarded makes an error of a panic: gokrb5 cuts what a key distribution center
// sent without looking at its length, and whoever answers on its port could end
// the program so.
func guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the key distribution center's answer can't be understood: %v", r)
		}
	}()
	return do()
}

func realmText(realm string, addresses []string) string {
	text := " " + realm + " = {\n"
	for _, a := range addresses[:min(len(addresses), 2)] {
		text += "  kdc = " + hostPort(a, portKerberos) + "\n"
	}
	return text + " }\n"
}

// krbNumber finds the error number (RFC 4120 7.5.9) in gokrb5's text, which is all
// that it gives.
var krbNumber = regexp.MustCompile(`KRB Error: \((\d+)\)`)

// kerberosError makes a problem of what is about the account or the clock; the
// rest means that Kerberos does not work here.
func kerberosError(err error, user string) error {
	m := krbNumber.FindStringSubmatch(err.Error())
	number := ""
	if m != nil {
		number = m[1]
	}
	if number == "37" || strings.Contains(err.Error(), "clock skew") {
		return &problem.Problem{
			Code: CodeClock, What: "The clocks of this computer and of the domain controller differ too much.",
			Why: "Kerberos refuses sign-ins beyond 5 minutes, whatever the password.",
			Fix: "Set this computer to the time of the domain (w32tm /resync), then try again.", Detail: err.Error(),
		}
	}
	if r, ok := krbRefusals[number]; ok {
		return r.problem(user, err.Error())
	}
	return fmt.Errorf("no ticket: %w", err)
}
