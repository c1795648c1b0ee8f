package forest

import (
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// ticketContext is the security context of a sign-in with a password, by gokrb5.
type ticketContext struct {
	ticket  ticket
	request *spnego.KRB5Token // nil before the first token
	seal    *sealer           // nil before the context stands
}

// next gives the request for a context, and then checks the answer to it.
func (c *ticketContext) next(token []byte) (answer []byte, done bool, err error) {
	if c.request != nil {
		c.seal, err = mutual(c.request, c.ticket, token)
		return nil, true, err
	}
	wish := []int{gssapi.ContextFlagMutual, gssapi.ContextFlagReplay, gssapi.ContextFlagSequence, gssapi.ContextFlagConf, gssapi.ContextFlagInteg}
	request, err := spnego.NewKRB5TokenAPREQ(c.ticket.client, c.ticket.ticket, c.ticket.key, wish, []int{flags.APOptionMutualRequired})
	if err != nil {
		return nil, false, err
	}
	c.request = &request
	answer, err = request.Marshal()
	return answer, false, err
}

func (c *ticketContext) wrap(message []byte, sealed bool) ([]byte, error) {
	if sealed {
		return c.seal.seal(message)
	}
	return c.seal.sign(message)
}

func (c *ticketContext) unwrap(token []byte, sealed bool) ([]byte, error) {
	if sealed {
		return c.seal.open(token)
	}
	return c.seal.signed(token)
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
