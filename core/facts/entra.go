package facts

import "time"

// RoleState tells whether the signed-in admin has a role.
type RoleState string

// The states of a role.
const (
	RoleActive   RoleState = "active"
	RoleEligible RoleState = "eligible" // assigned through PIM and not activated
	RoleMissing  RoleState = "missing"
	RoleUnknown  RoleState = "unknown"
)

// Role is one Entra role that matters here.
type Role struct {
	Name  string    `json:"name"` // "Hybrid Identity Administrator"
	ID    string    `json:"id"`   // role template id
	State RoleState `json:"state"`
}

// Role template ids (Microsoft Graph documentation, permissions reference of built-in roles).
const (
	RoleGlobalAdmin = "62e90394-69f5-4237-9190-012177145e10"
	RoleHybridAdmin = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"
)

// Tenant is what was seen of the tenant after the admin signed in.
type Tenant struct {
	ID            string               `json:"id"`
	Name          string               `json:"name"`
	InitialDomain string               `json:"initialDomain"` // contoso.onmicrosoft.com
	Domains       Read[[]string]       `json:"verifiedDomains"`
	Cloud         string               `json:"cloud"` // "global", ...
	SyncEnabled   Read[bool]           `json:"syncEnabled"`
	LastSync      Read[time.Time]      `json:"lastSync"`
	User          string               `json:"user"` // who signed in
	UserKind      string               `json:"userKind"`
	Roles         Read[[]Role]         `json:"roles"`
	Identities    Read[[]SyncIdentity] `json:"identities"`
	Threshold     Read[int64]          `json:"deletionThreshold"`
	// Features are the on-premises synchronization settings that the tenant has on,
	// by Graph's names without "Enabled": "passwordSync", "blockSoftMatch".
	Features Read[[]string] `json:"syncFeatures"`
	// Challenged tells that a policy asked for a stronger sign-in in the middle
	// (a claims challenge), and Throttled how often the tenant asked to wait (429).
	Challenged bool      `json:"claimsChallenge,omitempty"`
	Throttled  int       `json:"throttled,omitempty"`
	At         time.Time `json:"at"`
}

// Kinds of the account that signed in (Tenant.UserKind).
const (
	UserMember    = "member"
	UserGuest     = "guest"
	UserMicrosoft = "microsoft-account"
	UserService   = "service-principal" // an unattended run; Tenant.User is its display name
)

// SyncIdentity is a sync identity that the tenant already has.
type SyncIdentity struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`   // "application" or "user"
	Server string `json:"server"` // whose it is, from its name
}

// Role gives the state of a role by its template id.
func (t Tenant) Role(id string) RoleState {
	roles, ok := t.Roles.Get()
	if !ok {
		return RoleUnknown
	}
	for _, r := range roles {
		if r.ID == id {
			return r.State
		}
	}
	return RoleMissing
}
