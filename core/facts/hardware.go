package facts

import "strings"

// TPM is the chip that can keep the key of the sync identity's certificate.
type TPM struct {
	Present bool   `json:"present"`
	Version string `json:"version,omitempty"` // "2.0"
}

// BrowserGuard is Internet Explorer Enhanced Security Configuration, which also holds
// for the sign-in window of Microsoft's setup.
type BrowserGuard struct {
	Admins bool `json:"admins"` // on for administrators
	Users  bool `json:"users"`  // on for everybody else
}

// Ids of the groups that hold every account
// (https://learn.microsoft.com/windows/win32/secauthz/well-known-sids).
const (
	Everyone           = "S-1-1-0"
	AuthenticatedUsers = "S-1-5-11"
)

// Holds tells whether account, as DOMAIN\name, is p itself or a member of p that is
// known; through says of a member by which group.
func (p Principal) Holds(account string) (through string, ok bool) {
	if account == "" {
		return "", false // nobody
	}
	if strings.EqualFold(p.Name, account) {
		return "", true
	}
	for _, m := range p.Members {
		if strings.EqualFold(m, account) {
			return p.Name, true
		}
	}
	return "", false
}
