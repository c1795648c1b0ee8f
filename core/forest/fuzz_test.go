package forest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// fuzzKey is the key of a security context.
func fuzzKey() types.EncryptionKey {
	return types.EncryptionKey{KeyType: etypeID.AES256_CTS_HMAC_SHA1_96, KeyValue: bytes.Repeat([]byte{7}, 32)}
}

func fuzzSealer(tb testing.TB) *sealer {
	tb.Helper()
	s, err := newSealer(fuzzKey(), 0, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// theirs seals a message as a domain controller does, rotated or not.
func theirs(tb testing.TB, s *sealer, message string, number uint64, rrc uint16) []byte {
	tb.Helper()
	h := header(isSealed|acceptorSubkey|fromAcceptor, 0, number)
	_, sealed, err := s.etype.EncryptMessage(s.key.KeyValue, append([]byte(message), h...), keyusage.GSSAPI_ACCEPTOR_SEAL)
	if err != nil {
		tb.Fatal(err)
	}
	binary.BigEndian.PutUint16(h[6:], rrc)
	n := len(sealed) - int(rrc)%len(sealed)
	return append(h, append(bytes.Clone(sealed[n:]), sealed[:n]...)...)
}

// answersConn is a connection that gives a fixed text.
type answersConn struct {
	net.Conn
	io.Reader
}

func (c answersConn) Read(b []byte) (int, error) { return c.Reader.Read(b) }
func (answersConn) Write(b []byte) (int, error)  { return len(b), nil }

// FuzzSealed reads any bytes as a sealed connection: what was not sealed with its
// key never comes through, and nothing panics.
func FuzzSealed(f *testing.F) {
	s := fuzzSealer(f)
	framed := func(token []byte) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(token))), token...)
	}
	one := theirs(f, s, "hello", 0, 28)
	f.Add(framed(one))
	f.Add(append(framed(one), framed(theirs(f, s, "again", 1, 0))...))
	f.Add(framed(one[:wrapHeader]))
	f.Add(framed(one[:wrapHeader+11]))
	f.Add(framed(one[:wrapHeader+20]))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &sealedConn{Conn: answersConn{Reader: bytes.NewReader(data)}, seal: &ticketContext{seal: fuzzSealer(t)}, most: 1 << 16}
		got, err := io.ReadAll(c)
		if err != nil && !errors.Is(err, errSeal) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v", err)
		}
		if text := string(got); text != "" && text != "hello" && text != "helloagain" {
			t.Errorf("%q came through", text)
		}
		if _, err := fuzzSealer(t).signed(data); err == nil {
			t.Errorf("%x was taken for signed", data)
		}
	})
}

// TestSealed_short: a sealed message that is too short for any is refused. The
// library below panics at it, in the goroutine that reads, which ends the program.
func TestSealed_short(t *testing.T) {
	whole := theirs(t, fuzzSealer(t), "hello", 0, 0)
	for n := range whole {
		if _, err := fuzzSealer(t).open(whole[:n]); !errors.Is(err, errSeal) {
			t.Errorf("%d bytes of %d: %v", n, len(whole), err)
		}
	}
	if got, err := fuzzSealer(t).open(whole); err != nil || string(got) != "hello" {
		t.Errorf("the whole message: %q, %v", got, err)
	}
}

// FuzzBindAnswer lets a server answer anything to a step of the bind and to the
// ticket: it is refused, and nothing panics.
func FuzzBindAnswer(f *testing.F) {
	for _, result := range []int64{ldap.LDAPResultSaslBindInProgress, ldap.LDAPResultSuccess, ldap.LDAPResultInvalidCredentials} {
		f.Add(bindAnswer(result, []byte{1, 2, 3}))
	}
	f.Add(bindAnswer(14, append([]byte("\x60\x1a\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x02\x00"), make([]byte, 13)...)))
	f.Add([]byte("0\x80\x00\x00"))
	f.Add([]byte("0\x84\x7f\xff\xff\xff\x02\x01\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		token, err := saslStep(answersConn{Reader: bytes.NewReader(data)}, 1, nil)
		if err == nil && len(token) > len(data) {
			t.Errorf("a token of %d bytes out of %d", len(token), len(data))
		}
		for _, b := range [][]byte{token, data} {
			if part, err := readReply(b, fuzzKey()); err == nil {
				t.Errorf("%x proved a key: %v", b, part.Subkey.KeyType)
			}
			if offer, err := (&ticketContext{seal: fuzzSealer(t)}).unwrap(b, false); err == nil {
				t.Errorf("%x was taken for an offer of %x", b, offer)
			}
		}
	})
}

func bindAnswer(result int64, token []byte) []byte {
	msg := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	msg.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""))
	bind := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindResponse, nil, "")
	bind.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, result, ""))
	bind.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	bind.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "80090308: LdapErr: data 52e, v4563", ""))
	bind.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 7, string(token), ""))
	msg.AppendChild(bind)
	return msg.Bytes()
}

// FuzzNames reads what a directory and a person give as names, times and refusals.
func FuzzNames(f *testing.F) {
	f.Add(`CONTOSO\svc`)
	f.Add("svc@contoso.test")
	f.Add(`CN=a\,b,OU=x,DC=contoso,DC=test`)
	f.Add("20261122170718.0Z")
	f.Add("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 775, v4563\x00")
	f.Add("Account created with installation identifier '1' running on computer 'SYNC01'")
	f.Add("DC=" + strings.Repeat("x", 300) + ",DC=")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseLogin(text, "contoso.test")
		switch {
		case err != nil && problem.As(err) == nil:
			t.Errorf("%q: no problem: %v", text, err)
		case err == nil && l.bindName() == "":
			t.Errorf("%q binds as nobody", text)
		case err == nil:
			if _, err := ldap.CompileFilter(l.filter()); err != nil {
				t.Errorf("%q makes a filter that is none: %s", text, l.filter())
			}
		}
		if at, err := parseTime(text); err == nil && at.Location() != time.UTC {
			t.Errorf("%q is %s", text, at)
		}
		if d := domainDNS(text); d != "" && !strings.Contains(strings.ToUpper(text), "DC=") {
			t.Errorf("%q is the domain %q", text, d)
		}
		_ = domainOf(text)
		if q := quoted(text, "running on "); !strings.Contains(text, q) {
			t.Errorf("%q is not in %q", q, text)
		}
		refused := signInProblem(&ldap.Error{ResultCode: ldap.LDAPResultInvalidCredentials, Err: errors.New(text)}, "u")
		if p := problem.As(refused); p == nil || p.What == "" || p.Fix == "" {
			t.Errorf("%q: %v", text, refused)
		}
		_, _ = levelName(text)
	})
}

// TestGuarded: an answer that is too short for the library below is an error.
func TestGuarded(t *testing.T) {
	s := fuzzSealer(t)
	err := guarded(func() error {
		_, err := s.etype.DecryptMessage(s.key.KeyValue, []byte("short"), keyusage.AS_REP_ENCPART)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "can't be understood") {
		t.Errorf("got %v", err)
	}
	if err := guarded(func() error { return errSeal }); !errors.Is(err, errSeal) {
		t.Errorf("got %v", err)
	}
}
