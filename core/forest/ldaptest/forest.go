// Package ldaptest plays Active Directory on the wire for tests: what Samba does not
// do as Windows does. Each domain controller is a TCP server that speaks LDAP with
// and without TLS; the forest's DNS is played too, and Route leads from the ports
// that domain controllers have to those that are listened on. Answers can be refused
// one by one (DC.Refuse), sign-ins by account, and the directory behind it is made
// while it is read, so that it may be as large as a test likes. It is read-only, and
// knows neither Kerberos nor StartTLS. Nothing but tests imports it.
package ldaptest

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"iter"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/forest/descriptor"
)

// Forest is a forest with its domains, the root first, and their domain controllers.
// It is changed before the first question only.
type Forest struct {
	// Level is forestFunctionality (MS-ADTS 6.1.4.4).
	Level   string
	Domains []*Domain

	authority *authority
	mu        sync.Mutex
	log       []Request
}

// Domain is one domain of a forest.
type Domain struct {
	DNS, NetBIOS string
	SID          descriptor.SID
	// DACL is that of the domain's head.
	DACL []descriptor.ACE
	// Entries are the objects below the head beside accounts; nil for none.
	Entries iter.Seq[Entry]
	// DCs are its domain controllers; DNS names none if there are none.
	DCs []*DC

	forest   *Forest
	accounts []*Account
}

// Entry is an object with its attributes, by name in lower case.
type Entry struct {
	DN    string
	Attrs map[string][]string
}

// Account is one that may sign in.
type Account struct {
	Name, Password string
	// SubCode refuses the right password, as in "773"; WrongCode refuses a wrong one
	// and is "52e" if empty. "none" leaves the number out of the words.
	SubCode, WrongCode string
	// Groups are the further SIDs of its token.
	Groups []descriptor.SID
	// Class is the last of its object classes; user if empty.
	Class string
	// Writes is allowedAttributesEffective on every user for who signed in.
	Writes []string

	sid    descriptor.SID
	domain *Domain
}

// DN gives the account's distinguished name.
func (a *Account) DN() string { return "CN=" + a.Name + ",CN=Users," + a.domain.Base() }

// SID gives the account's own.
func (a *Account) SID() descriptor.SID { return a.sid }

// New starts a forest of one domain with one domain controller, which ends with the
// test. dns and netbios are those of the root domain.
func New(t testing.TB, dns, netbios string) *Forest {
	t.Helper()
	a, err := newAuthority()
	if err != nil {
		t.Fatal(err)
	}
	f := &Forest{Level: "7", authority: a}
	f.AddDomain(dns, netbios).AddDC(t, "dc1."+dns)
	return f
}

// AddDomain adds a domain without domain controllers. Its head lets everybody who
// signed in read.
func (f *Forest) AddDomain(dns, netbios string) *Domain {
	sid, err := descriptor.ParseSID(fmt.Sprintf("S-1-5-21-1000-2000-%d", 3000+len(f.Domains)))
	if err != nil {
		panic(err) // the text above is one
	}
	d := &Domain{forest: f, DNS: dns, NetBIOS: netbios, SID: sid, DACL: []descriptor.ACE{
		descriptor.NewAllow(descriptor.AuthenticatedUsers, descriptor.ReadProperty|descriptor.List|descriptor.ReadControl, descriptor.ContainerInherit, descriptor.GUID{}, descriptor.GUID{}),
		descriptor.NewAllow(f.root(sid).Relative(descriptor.EnterpriseAdmins), descriptor.FullControl, descriptor.ContainerInherit, descriptor.GUID{}, descriptor.GUID{}),
	}}
	f.Domains = append(f.Domains, d)
	return d
}

func (f *Forest) root(otherwise descriptor.SID) descriptor.SID {
	if len(f.Domains) == 0 {
		return otherwise
	}
	return f.Domains[0].SID
}

// Base gives the distinguished name of the domain's head.
func (d *Domain) Base() string { return "DC=" + strings.ReplaceAll(d.DNS, ".", ",DC=") }

// Add adds an account, whose SID it makes.
func (d *Domain) Add(a Account) *Account {
	a.domain, a.sid = d, d.SID.Relative(uint32(1100+len(d.accounts)))
	d.accounts = append(d.accounts, &a)
	return &a
}

// Admin adds an Enterprise Admin.
func (d *Domain) Admin(name, password string) *Account {
	return d.Add(Account{Name: name, Password: password, Groups: []descriptor.SID{d.forest.Domains[0].SID.Relative(descriptor.EnterpriseAdmins)}})
}

// Roots gives the authority that issued the certificates of all domain controllers.
func (f *Forest) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(f.authority.cert)
	return pool
}

// Route gives the address of a domain controller's port, by its name or its address
// in the forest's DNS. A port that is not played is closed.
func (f *Forest) Route(host string, port int) string {
	for _, dc := range f.dcs() {
		if strings.EqualFold(host, dc.Host) || host == dc.ip {
			switch port {
			case 389:
				return dc.plain.Addr().String()
			case 636:
				return dc.secure.Addr().String()
			}
		}
	}
	return net.JoinHostPort("127.0.0.1", "1") // nothing listens there
}

func (f *Forest) dcs() []*DC {
	var out []*DC
	for _, d := range f.Domains {
		out = append(out, d.DCs...)
	}
	return out
}

// Request is one LDAP request that reached a domain controller.
type Request struct {
	Host      string
	Op        uint8    // its tag, as ldap.ApplicationSearchRequest
	Base      string   // of a search, or the name of a bind
	Filter    string   // of a search
	Attrs     []string // of a search
	Protected bool     // it came over TLS
	User      string   // who signed in on this connection
}

// Requests gives all that was asked so far, but for goodbyes, and forgets it.
func (f *Forest) Requests() []Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.log
	f.log = nil
	return out
}

func (f *Forest) note(r Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, r)
}

// guid makes a GUID of a name, the same each time.
func guid(name string) string {
	sum := sha256.Sum256([]byte(name))
	return string(sum[:16])
}
