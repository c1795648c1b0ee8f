package forest

import (
	"context"
	"encoding/binary"
	"errors"
	"net"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// SASL's security layers (RFC 4752 3.1).
const (
	layerNone = 1 // for a connection that TLS protects already
	layerSeal = 4 // confidentiality
)

// maxSteps is how many tokens of ours a sign-in may take; Kerberos takes one or two.
const maxSteps = 8

// securityContext is our side of a Kerberos context with a domain controller: by
// gokrb5 with a password, or by Windows for the current user (RFC 2743).
type securityContext interface {
	// next takes the other side's token, nil at first, and gives ours. done tells
	// that the context stands and that both sides have proven who they are.
	next(token []byte) (answer []byte, done bool, err error)
	// wrap makes a token of a message, encrypted or only signed.
	wrap(message []byte, sealed bool) ([]byte, error)
	// unwrap opens a token, which must be encrypted, or only signed, as told.
	unwrap(token []byte, sealed bool) ([]byte, error)
}

// saslBind does the steps of a GSSAPI bind (RFC 4752) by hand, as go-ldap knows no
// security layer, and gives the connection that seals what follows; over TLS, the
// connection as it is.
func (d *Directory) saslBind(ctx context.Context, conn, raw net.Conn, c securityContext, overTLS bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() }) // so that the steps come back
	defer stop()
	bound, err := saslSteps(conn, c, overTLS)
	if err != nil {
		return nil, errors.Join(ctx.Err(), err)
	}
	return bound, nil
}

func saslSteps(conn net.Conn, c securityContext, overTLS bool) (net.Conn, error) {
	id, offer, err := saslContext(conn, c)
	if err != nil {
		return nil, err
	}
	plain, err := c.unwrap(offer, false)
	if err != nil {
		return nil, err
	}
	layer, most, err := chooseLayer(plain, overTLS)
	if err != nil {
		return nil, err
	}
	choice := []byte{layer, 0xff, 0xff, 0xff}
	if layer == layerNone {
		choice = []byte{layer, 0, 0, 0} // RFC 4752 3.1: no size without a layer
	}
	token, err := c.wrap(choice, false)
	if err != nil {
		return nil, err
	}
	if _, err := saslStep(conn, id, token); err != nil {
		return nil, err
	}
	if layer == layerNone {
		return conn, nil
	}
	return &sealedConn{Conn: conn, seal: c, most: most}, nil
}

// saslContext exchanges tokens until the context stands, and gives the server's
// offer of layers with the number of the message to answer it by.
func saslContext(conn net.Conn, c securityContext) (id int64, offer []byte, err error) {
	var answer []byte
	for id = 1; id <= maxSteps; id++ {
		token, done, err := c.next(answer)
		if err != nil {
			return 0, nil, err
		}
		if answer, err = saslStep(conn, id, token); err != nil {
			return 0, nil, err
		}
		if done {
			return id + 1, answer, nil
		}
	}
	return 0, nil, errors.New("the sign-in by Kerberos comes to no end")
}

// chooseLayer reads which layers the server offers and how long a message may be,
// and chooses: none over TLS, where Windows takes no other (MS-ADTS 5.1.1.1.2), else
// encryption.
func chooseLayer(offer []byte, overTLS bool) (layer byte, most int, err error) {
	if len(offer) != 4 {
		return 0, 0, errSeal
	}
	if overTLS {
		if offer[0]&layerNone == 0 {
			return 0, 0, errors.New("the domain controller takes no Kerberos over TLS")
		}
		return layerNone, 0, nil
	}
	if offer[0]&layerSeal == 0 {
		return 0, 0, errors.New("the domain controller does not offer sealing")
	}
	most = int(binary.BigEndian.Uint32(offer)&0xFFFFFF) - sealExtra
	if most < sealExtra {
		return 0, 0, errSeal
	}
	return layerSeal, most, nil
}

// saslStep sends one bind request with a token and gives the answer's.
func saslStep(conn net.Conn, id int64, token []byte) ([]byte, error) {
	msg := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "LDAP Request")
	msg.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, "MessageID"))
	bind := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationBindRequest, nil, "Bind Request")
	bind.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 3, "Version"))
	bind.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", "Name"))
	auth := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, "", "authentication")
	auth.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "GSSAPI", "SASL Mech"))
	if token != nil {
		auth.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, string(token), "Credentials"))
	}
	bind.AppendChild(auth)
	msg.AppendChild(bind)
	if _, err := conn.Write(msg.Bytes()); err != nil {
		return nil, err
	}
	answer, err := ber.ReadPacket(conn)
	if err != nil {
		return nil, err
	}
	if len(answer.Children) < 2 || len(answer.Children[1].Children) < 3 {
		return nil, errors.New("the answer to the bind can't be understood")
	}
	if err := ldap.GetLDAPError(answer); err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultSaslBindInProgress) {
		return nil, err
	}
	for _, c := range answer.Children[1].Children[3:] {
		if c.ClassType == ber.ClassContext && c.Tag == 7 {
			return c.Data.Bytes(), nil
		}
	}
	return nil, nil
}
