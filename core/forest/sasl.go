package forest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// layerSeal is confidentiality among SASL's security layers (RFC 4752 3.1).
const layerSeal = 4

// saslBind does the three steps of a GSSAPI bind (RFC 4752) by hand, as go-ldap
// knows no security layer, and gives the connection that seals what follows.
func (d *Directory) saslBind(ctx context.Context, conn net.Conn, t ticket) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout())
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // so that the steps come back
	defer stop()
	sealed, err := saslSteps(conn, t)
	if err != nil {
		return nil, errors.Join(ctx.Err(), err)
	}
	return sealed, nil
}

func saslSteps(conn net.Conn, t ticket) (net.Conn, error) {
	wish := []int{gssapi.ContextFlagMutual, gssapi.ContextFlagReplay, gssapi.ContextFlagSequence, gssapi.ContextFlagConf, gssapi.ContextFlagInteg}
	request, err := spnego.NewKRB5TokenAPREQ(t.client, t.ticket, t.key, wish, []int{flags.APOptionMutualRequired})
	if err != nil {
		return nil, err
	}
	first, err := request.Marshal()
	if err != nil {
		return nil, err
	}
	answer, err := saslStep(conn, 1, first)
	if err != nil {
		return nil, err
	}
	s, err := mutual(&request, t, answer)
	if err != nil {
		return nil, err
	}
	offer, err := saslStep(conn, 2, nil)
	if err != nil {
		return nil, err
	}
	most, err := readOffer(s, offer)
	if err != nil {
		return nil, err
	}
	choice, err := s.sign([]byte{layerSeal, 0xff, 0xff, 0xff})
	if err != nil {
		return nil, err
	}
	if _, err := saslStep(conn, 3, choice); err != nil {
		return nil, err
	}
	return &sealedConn{Conn: conn, seal: s, most: most}, nil
}

// mutual checks that the domain controller answered our very request, which only
// it can, and gives the context with the key and the numbers that it chose.
func mutual(request *spnego.KRB5Token, t ticket, answer []byte) (*sealer, error) {
	if err := request.APReq.DecryptAuthenticator(t.key); err != nil {
		return nil, err
	}
	part, err := readReply(answer, t.key)
	if err != nil {
		return nil, err
	}
	sent := request.APReq.Authenticator
	if !part.CTime.Equal(sent.CTime) || part.Cusec != sent.Cusec {
		return nil, errors.New("the domain controller answered another request than ours")
	}
	if len(part.Subkey.KeyValue) == 0 {
		return nil, errors.New("the domain controller chose no key")
	}
	return newSealer(part.Subkey, uint64(sent.SeqNumber), uint64(part.SequenceNumber))
}

// readReply opens the domain controller's answer to a ticket with the ticket's key.
func readReply(answer []byte, key types.EncryptionKey) (part messages.EncAPRepPart, err error) {
	var reply spnego.KRB5Token
	if err := reply.Unmarshal(answer); err != nil {
		return part, err
	}
	if reply.IsKRBError() {
		return part, fmt.Errorf("the domain controller refused the ticket: %w", reply.KRBError)
	}
	if !reply.IsAPRep() {
		return part, errors.New("the domain controller did not prove who it is")
	}
	if e, err := crypto.GetEtype(key.KeyType); err != nil || !longEnough(e, reply.APRep.EncPart.Cipher) {
		return part, errSeal
	}
	plain, err := crypto.DecryptEncPart(reply.APRep.EncPart, key, keyusage.AP_REP_ENCPART)
	if err != nil {
		return part, err
	}
	err = part.Unmarshal(plain)
	return part, err
}

// readOffer reads which layers the server offers and how long a message may be.
func readOffer(s *sealer, token []byte) (most int, err error) {
	offer, err := s.signed(token)
	if err != nil {
		return 0, err
	}
	if len(offer) != 4 {
		return 0, errSeal
	}
	if offer[0]&layerSeal == 0 {
		return 0, errors.New("the domain controller does not offer sealing")
	}
	most = int(binary.BigEndian.Uint32(offer)&0xFFFFFF) - sealExtra
	if most < sealExtra {
		return 0, errSeal
	}
	return most, nil
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
