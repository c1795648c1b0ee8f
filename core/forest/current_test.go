package forest

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// playedContext is a security context that marks tokens instead of sealing them:
// "s:" for encrypted, "i:" for signed. next gives each of its answers once.
type playedContext struct {
	answers []string
	fails   error
	heard   []string
}

func (c *playedContext) next(token []byte) ([]byte, bool, error) {
	c.heard = append(c.heard, string(token))
	if c.fails != nil {
		return nil, false, c.fails
	}
	answer := c.answers[0]
	if len(c.answers) > 1 {
		c.answers = c.answers[1:]
	}
	return []byte(answer), answer == "", nil
}

func (c *playedContext) wrap(message []byte, sealed bool) ([]byte, error) {
	return append([]byte(mark(sealed)), message...), nil
}

func (c *playedContext) unwrap(token []byte, sealed bool) ([]byte, error) {
	message, ok := bytes.CutPrefix(token, []byte(mark(sealed)))
	if !ok {
		return nil, errSeal
	}
	return message, nil
}

func mark(sealed bool) string {
	if sealed {
		return "s:"
	}
	return "i:"
}

// answering is a domain controller that gives these tokens to a bind, the last one
// with success, and keeps the tokens that it got.
func answering(t *testing.T, tokens ...string) (net.Conn, func() []string) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = ours.Close() })
	var got []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = theirs.Close() }()
		for i, token := range tokens {
			request, err := ber.ReadPacket(theirs)
			if err != nil {
				return // the client gave up
			}
			auth := request.Children[1].Children[2]
			sent := ""
			if len(auth.Children) > 1 {
				sent = auth.Children[1].Data.String()
			}
			got = append(got, sent)
			code := int64(ldap.LDAPResultSaslBindInProgress)
			if i == len(tokens)-1 {
				code = ldap.LDAPResultSuccess
			}
			if _, err := theirs.Write(bindResponse(int64(i+1), code, token)); err != nil {
				return
			}
		}
	}()
	return ours, func() []string { _ = ours.Close(); <-done; return got }
}

func bindResponse(id, code int64, token string) []byte {
	msg := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	msg.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	bind := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindResponse, nil, "")
	bind.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	for range 2 {
		bind.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	}
	bind.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 7, token, ""))
	msg.AppendChild(bind)
	return msg.Bytes()
}

func TestSASLSteps(t *testing.T) {
	const all = "i:\x07\x01\x00\x00" // every layer, 64 KiB
	for name, c := range map[string]struct {
		context *playedContext
		tls     bool
		server  []string
		sent    []string // what the domain controller got
		err     string
	}{
		"sealed":            {context: &playedContext{answers: []string{"one", ""}}, server: []string{"two", all, ""}, sent: []string{"one", "", "i:\x04\xff\xff\xff"}},
		"over TLS no layer": {context: &playedContext{answers: []string{"one", ""}}, tls: true, server: []string{"two", all, ""}, sent: []string{"one", "", "i:\x01\x00\x00\x00"}},
		"three tokens":      {context: &playedContext{answers: []string{"one", "three", ""}}, server: []string{"two", "four", all, ""}, sent: []string{"one", "three", "", "i:\x04\xff\xff\xff"}},
		"no ticket":         {context: &playedContext{fails: errors.New("no credentials")}, server: []string{""}, err: "no credentials"},
		"without an end":    {context: &playedContext{answers: []string{"again"}}, server: slices.Repeat([]string{"x"}, 20), err: "comes to no end"},
		"no sealing offered": {
			context: &playedContext{answers: []string{"one", ""}}, server: []string{"two", "i:\x03\x01\x00\x00", ""}, err: "does not offer sealing",
		},
		"TLS not taken":         {context: &playedContext{answers: []string{"one", ""}}, tls: true, server: []string{"two", "i:\x06\x01\x00\x00", ""}, err: "takes no Kerberos over TLS"},
		"an offer of nothing":   {context: &playedContext{answers: []string{"one", ""}}, server: []string{"two", "i:", ""}, err: errSeal.Error()},
		"an offer not signed":   {context: &playedContext{answers: []string{"one", ""}}, server: []string{"two", "\x07\x01\x00\x00", ""}, err: errSeal.Error()},
		"room for no message":   {context: &playedContext{answers: []string{"one", ""}}, server: []string{"two", "i:\x07\x00\x00\x40", ""}, err: errSeal.Error()},
		"an end before the end": {context: &playedContext{answers: []string{"one", ""}}, server: []string{"two"}, err: "closed pipe"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, got := answering(t, c.server...)
			bound, err := saslSteps(conn, c.context, c.tls)
			sent := got()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(sent, c.sent) {
				t.Errorf("sent %q", sent)
			}
			if _, sealed := bound.(*sealedConn); sealed == c.tls {
				t.Errorf("over TLS %v the connection is %T", c.tls, bound)
			}
		})
	}
}

// TestSealedConn takes what is encrypted and refuses what is only signed.
func TestSealedConn(t *testing.T) {
	for wire, want := range map[string]string{
		"\x00\x00\x00\x04s:ab\x00\x00\x00\x03s:c": "abc",
		"\x00\x00\x00\x04i:ab":                    "",
		"\xff\x00\x00\x00s:ab":                    "",
		"\x00\x00\x00\x09s:ab":                    "",
	} {
		ours, theirs := net.Pipe()
		go func() {
			_, _ = theirs.Write([]byte(wire)) // the reader may have gone
			_ = theirs.Close()
		}()
		c := &sealedConn{Conn: ours, seal: &playedContext{}, most: 10}
		var got []byte
		var err error
		for err == nil {
			p := make([]byte, 2)
			var n int
			n, err = c.Read(p)
			got = append(got, p[:n]...)
		}
		_ = ours.Close()
		if string(got) != want {
			t.Errorf("%q came out as %q", wire, got)
		}
	}
}

// TestChannelBindings holds the structure against Windows' layout and RFC 5929.
func TestChannelBindings(t *testing.T) {
	leaf := &x509.Certificate{Raw: []byte("certificate"), SignatureAlgorithm: x509.SHA256WithRSA}
	got := channelBindings(leaf)
	sum := crypto.SHA256.New()
	sum.Write(leaf.Raw)
	want := strings.Repeat("00", 24) + "35000000" + "20000000" + hex.EncodeToString([]byte("tls-server-end-point:")) + hex.EncodeToString(sum.Sum(nil))
	if hex.EncodeToString(got) != want {
		t.Errorf("got %x\nwant %s", got, want)
	}
	for a, want := range map[x509.SignatureAlgorithm]crypto.Hash{
		x509.MD5WithRSA: crypto.SHA256, x509.SHA1WithRSA: crypto.SHA256, x509.ECDSAWithSHA256: crypto.SHA256, x509.PureEd25519: crypto.SHA256,
		x509.ECDSAWithSHA384: crypto.SHA384, x509.SHA384WithRSAPSS: crypto.SHA384, x509.SHA512WithRSA: crypto.SHA512,
	} {
		if got := bindingHash(a); got != want {
			t.Errorf("%v is bound by %v", a, got)
		}
	}
}
