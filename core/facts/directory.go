package facts

import "time"

// Forest is what was seen of one Active Directory forest.
type Forest struct {
	Name        string              `json:"name"` // DNS name
	Domains     Read[[]Domain]      `json:"domains"`
	Controllers Read[[]Controller]  `json:"controllers"`
	Level       Read[string]        `json:"level"` // forest functional level: "2016"
	Clock       Read[time.Duration] `json:"clockDifference"`
	OldAccounts Read[[]OldAccount]  `json:"oldAccounts"` // connector accounts that earlier installations left
	// Suffixes are the alternative UPN suffixes of the forest; the names of its
	// domains are suffixes as well, and do not stand here.
	Suffixes   Read[[]string]   `json:"upnSuffixes"`
	Exceptions Read[Exceptions] `json:"exceptions"` // objects that do not inherit the rights of their domain
}

// Exceptions are objects that rights on the head of a domain do not reach.
type Exceptions struct {
	Admins Examples `json:"admins"`           // accounts under AdminSDHolder
	Units  Examples `json:"units"`            // organizational units that block inheritance
	More   bool     `json:"more,omitempty"`   // not all objects were looked at
	Unread []Unread `json:"unread,omitempty"` // domains that could not be looked at, which the numbers leave out
}

// Unread is a domain that could not be looked at.
type Unread struct {
	Domain string `json:"domain"` // DNS name
	Why    string `json:"why"`    // for a person
}

// Examples are a number of objects, of which some are named.
type Examples struct {
	Count int      `json:"count"`
	Named []string `json:"named,omitempty"` // DNs
}

// Add counts an object, and names it unless so many are named already.
func (e *Examples) Add(dn string, most int) {
	e.Count++
	if len(e.Named) < most {
		e.Named = append(e.Named, dn)
	}
}

// Domain is one domain of a forest.
type Domain struct {
	DNS     string `json:"dns"`
	NetBIOS string `json:"netbios"`
	Root    bool   `json:"root"` // the forest root
}

// Controller is one domain controller.
type Controller struct {
	Host     string `json:"host"`
	Writable bool   `json:"writable"`
	Closed   []int  `json:"closed,omitempty"` // TCP ports that do not answer
}

// OldAccount is a connector account that an earlier installation made.
type OldAccount struct {
	Name    string    `json:"name"` // DOMAIN\MSOL_4f1c09ab77d2
	Server  string    `json:"server,omitempty"`
	Tenant  string    `json:"tenant,omitempty"`
	Created time.Time `json:"created,omitzero"`
}

// Feature names a feature of the recovered configuration that needs rights in AD.
type Feature string

// The features that need rights (docs: how-to-connect-configure-ad-ds-connector-account).
const (
	FeatureBasicRead       Feature = "basic-read"
	FeaturePasswordHash    Feature = "password-hash-sync"
	FeatureConsistencyGUID Feature = "ms-ds-consistencyguid"
	FeatureWriteback       Feature = "password-writeback"
	FeatureHybridExchange  Feature = "exchange-hybrid"
	FeaturePublicFolders   Feature = "exchange-public-folders"
	FeatureGroupWriteback  Feature = "group-writeback"
	FeatureDeviceWriteback Feature = "device-writeback"
)

// RightState tells whether an account has what a feature needs.
type RightState string

// The states of a right. The zero value means that it was not looked at.
const (
	RightHas     RightState = "has"
	RightLacks   RightState = "lacks"
	RightUnknown RightState = "unknown"
	RightGranted RightState = "will-be-granted" // by Install, with a new account
)

// Right is what one feature needs in one domain, and whether the account has it.
type Right struct {
	Feature Feature    `json:"feature"`
	Domain  string     `json:"domain"` // DNS name
	State   RightState `json:"state"`
	Text    string     `json:"text"`             // for a person: "Replicating Directory Changes All on contoso.local"
	Why     string     `json:"why,omitempty"`    // when unknown
	Command []string   `json:"dsacls,omitempty"` // lines for a domain admin, when it lacks
	// Missing are the entries that the account lacks, those of Command.
	Missing []Entry `json:"missing,omitempty"`
}

// Entry is one access control entry that an account needs.
type Entry struct {
	Object string `json:"object"` // DN of the object that carries it
	Text   string `json:"text"`   // for a person: "Write lockoutTime of users"
	ACE    string `json:"ace"`    // as dsacls writes it behind the account's name: "WP;lockoutTime;user"
}

// ForestAccount is the proof that a forest's answer works: for an existing
// account its sign-in and rights, for a new one that Install can create it.
type ForestAccount struct {
	Forest     Forest    `json:"forest"`
	User       string    `json:"user"`       // DOMAIN\user that signed in
	Controller string    `json:"controller"` // the DC that was used
	Protection string    `json:"protection"` // "LDAPS", "StartTLS", "Kerberos sealing"
	Container  string    `json:"container"`  // DN where a new account goes
	Rights     []Right   `json:"rights"`
	At         time.Time `json:"at"`
	// Certificate is that of the domain controller, accepted or refused; nil when
	// none was shown.
	Certificate *Certificate `json:"certificate,omitempty"`
	SID         string       `json:"sid,omitempty"` // of User, S-1-5-21-…; empty when it was not found
	// Grantor is who signed in to grant what an existing account lacks, DOMAIN\user;
	// empty when nobody did or nothing lacks.
	Grantor string `json:"grantor,omitempty"`
}

// Lacking gives the rights that the account does not have.
func (f ForestAccount) Lacking() []Right {
	var out []Right
	for _, r := range f.Rights {
		if r.State == RightLacks {
			out = append(out, r)
		}
	}
	return out
}
