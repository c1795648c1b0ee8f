package forest

import (
	"encoding/binary"
	"errors"
	"strings"
)

// ping is a domain controller's answer to the anonymous question "netlogon" of
// rootDSE (MS-ADTS 6.3.1.9, NETLOGON_SAM_LOGON_RESPONSE_EX).
type ping struct {
	forest, domain, host, netbios string
	site, clientSite              string // of the domain controller, and of this computer
	writable                      bool
}

// pingFilter asks for the extended answer about a domain.
const pingFilter = `(&(DnsDomain=%s)(NtVer=\06\00\00\00))`

const (
	pingExtended   = 23    // LOGON_SAM_LOGON_RESPONSE_EX
	pingNoUser     = 25    // LOGON_SAM_USER_UNKNOWN_EX, which is as good
	pingNames      = 24    // where the names begin
	pingWritable   = 0x100 // DS_WRITABLE_FLAG
	pingMaxPointer = 16    // names point at earlier names; this ends a circle
)

var errPing = errors.New("the answer to the netlogon question can't be understood")

// parsePing reads the answer.
func parsePing(b []byte) (ping, error) {
	if len(b) < pingNames {
		return ping{}, errPing
	}
	if op := binary.LittleEndian.Uint16(b); op != pingExtended && op != pingNoUser {
		return ping{}, errPing
	}
	p := ping{writable: binary.LittleEndian.Uint32(b[4:])&pingWritable != 0}
	at := pingNames
	var computer, user string
	for _, to := range []*string{&p.forest, &p.domain, &p.host, &p.netbios, &computer, &user, &p.site, &p.clientSite} {
		name, next, err := readName(b, at)
		if err != nil {
			return ping{}, err
		}
		*to, at = name, next
	}
	return p, nil
}

// readName reads a name in the compressed form of DNS (RFC 1035 4.1.4) and gives
// where the next one begins.
func readName(b []byte, at int) (name string, next int, err error) {
	var labels []string
	next = -1
	for jumps := 0; ; {
		if at >= len(b) {
			return "", 0, errPing
		}
		n := int(b[at])
		switch {
		case n == 0:
			if next < 0 {
				next = at + 1
			}
			return strings.Join(labels, "."), next, nil
		case n&0xC0 == 0xC0:
			jumps++
			if at+1 >= len(b) || jumps > pingMaxPointer {
				return "", 0, errPing
			}
			if next < 0 {
				next = at + 2
			}
			at = (n&0x3F)<<8 | int(b[at+1])
		default:
			if n > 63 || at+1+n > len(b) || len(labels) > 127 {
				return "", 0, errPing
			}
			labels = append(labels, string(b[at+1:at+1+n]))
			at += 1 + n
		}
	}
}
