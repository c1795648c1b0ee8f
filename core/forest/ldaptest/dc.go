package ldaptest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// DC is a domain controller. Its fields are changed before the first question only.
type DC struct {
	Host     string
	ReadOnly bool
	// MaxPageSize is how many entries an answer has at most; 1000 as Windows.
	MaxPageSize int
	// Refuse, if not nil, may answer a request instead of the directory.
	Refuse func(Request) *Result

	ip            string // in the forest's DNS
	domain        *Domain
	plain, secure net.Listener
}

// Result is how a request ended (RFC 4511 4.1.9).
type Result struct {
	Code     uint16
	Text     string
	Referral []string
}

// AddDC starts a domain controller of the domain under a name, which need not lie in
// the domain. It ends with the test.
func (d *Domain) AddDC(t testing.TB, host string) *DC {
	t.Helper()
	dc := &DC{Host: host, MaxPageSize: 1000, domain: d, ip: fmt.Sprintf("192.0.2.%d", 1+len(d.forest.dcs()))}
	certificate, err := d.forest.authority.issue(host)
	if err != nil {
		t.Fatal(err)
	}
	var listen net.ListenConfig
	dc.plain, err = listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	under, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dc.secure = tls.NewListener(under, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	t.Cleanup(func() {
		_ = dc.plain.Close() // the test is over
		_ = dc.secure.Close()
	})
	go dc.serve(dc.plain, false)
	go dc.serve(dc.secure, true)
	d.DCs = append(d.DCs, dc)
	return dc
}

func (dc *DC) serve(l net.Listener, protected bool) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go (&client{dc: dc, conn: conn, protected: protected}).run()
	}
}

// client is one connection.
type client struct {
	dc        *DC
	conn      net.Conn
	protected bool
	who       *Account
}

func (c *client) run() {
	defer func() { _ = c.conn.Close() }()
	for {
		_ = c.conn.SetReadDeadline(time.Now().Add(time.Minute)) // a reading that fails ends it as well
		packet, err := ber.ReadPacket(c.conn)
		if err != nil || len(packet.Children) < 2 {
			return
		}
		id, ok := packet.Children[0].Value.(int64)
		if !ok {
			return
		}
		op := packet.Children[1]
		if op.Tag == ldap.ApplicationUnbindRequest {
			return
		}
		var controls []*ber.Packet
		if len(packet.Children) > 2 {
			controls = packet.Children[2].Children
		}
		if err := c.answer(id, op, controls); err != nil {
			return
		}
	}
}

// answer answers one request; an error ends the connection.
func (c *client) answer(id int64, op *ber.Packet, controls []*ber.Packet) error {
	r := Request{Host: c.dc.Host, Op: uint8(op.Tag), Protected: c.protected}
	if c.who != nil {
		r.User = c.who.Name
	}
	switch op.Tag {
	case ldap.ApplicationBindRequest:
		if len(op.Children) < 3 {
			return errors.New("a bind without its parts")
		}
		r.Base, _ = op.Children[1].Value.(string)
		c.dc.domain.forest.note(r)
		result := c.refused(r)
		if result == nil {
			result = c.bind(r.Base, op.Children[2])
		}
		return c.send(id, ldap.ApplicationBindResponse, *result)
	case ldap.ApplicationSearchRequest:
		q, err := parseSearch(op, controls)
		if err != nil {
			return err
		}
		r.Base, r.Filter, r.Attrs = q.base, q.text, q.attrs
		c.dc.domain.forest.note(r)
		if result := c.refused(r); result != nil {
			return c.send(id, ldap.ApplicationSearchResultDone, *result)
		}
		return c.search(id, q)
	case ldap.ApplicationExtendedRequest:
		c.dc.domain.forest.note(r)
		return c.send(id, ldap.ApplicationExtendedResponse, Result{Code: ldap.LDAPResultUnavailable, Text: "00000000: LdapErr: DSID-0C09112D, comment: Error initializing SSL/TLS, data 0, v4563"})
	default:
		c.dc.domain.forest.note(r)
		return c.send(id, op.Tag+1, Result{Code: ldap.LDAPResultUnwillingToPerform, Text: "this directory is read-only"})
	}
}

func (c *client) refused(r Request) *Result {
	if c.dc.Refuse == nil {
		return nil
	}
	return c.dc.Refuse(r)
}

// refusal is what Windows says about a refused bind, with the reason's number.
const refusal = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data %s, v4563\x00"

func (c *client) bind(name string, auth *ber.Packet) *Result {
	const simple = 0
	if !c.protected || auth.Tag != simple {
		return &Result{Code: ldap.LDAPResultStrongAuthRequired, Text: "00002028: LdapErr: DSID-0C090254, comment: The server requires binds to turn on integrity checking, data 0, v4563"}
	}
	a := c.dc.domain.forest.account(name)
	code := ""
	switch {
	case a == nil:
		code = "52e"
	case a.Password != auth.Data.String():
		if code = a.WrongCode; code == "" {
			code = "52e"
		}
	case a.SubCode != "":
		code = a.SubCode
	default:
		c.who = a
		return &Result{}
	}
	if code == "none" {
		return &Result{Code: ldap.LDAPResultInvalidCredentials, Text: "Invalid credentials"}
	}
	return &Result{Code: ldap.LDAPResultInvalidCredentials, Text: fmt.Sprintf(refusal, code)}
}

// account finds an account by any of its names.
func (f *Forest) account(name string) *Account {
	for _, d := range f.Domains {
		for _, a := range d.accounts {
			for _, known := range []string{d.NetBIOS + `\` + a.Name, a.Name + "@" + d.DNS, a.DN()} {
				if strings.EqualFold(known, name) {
					return a
				}
			}
		}
	}
	return nil
}

// token gives the SIDs of who signed in.
func (c *client) token() []string {
	out := []string{string(c.who.sid), string(c.who.domain.SID.Relative(513)), string(descriptor.Everyone), string(descriptor.AuthenticatedUsers)}
	for _, g := range c.who.Groups {
		out = append(out, string(g))
	}
	return out
}

// send sends how a request ended, with the controls that go with it.
func (c *client) send(id int64, tag ber.Tag, r Result, controls ...*ber.Packet) error {
	body := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	body.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(r.Code), ""))
	body.AppendChild(octets(""))
	body.AppendChild(octets(r.Text))
	if len(r.Referral) > 0 {
		to := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "")
		for _, u := range r.Referral {
			to.AppendChild(octets(u))
		}
		body.AppendChild(to)
	}
	return c.write(id, body, controls...)
}

func (c *client) write(id int64, body *ber.Packet, controls ...*ber.Packet) error {
	message := ber.NewSequence("")
	message.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	message.AppendChild(body)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, x := range controls {
			list.AppendChild(x)
		}
		message.AppendChild(list)
	}
	_, err := c.conn.Write(message.Bytes())
	return err
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}
