package tenant

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"strings"
	"time"
)

// Ids that the stand-in shares with the real world (docs: permissions-reference,
// authenticate-application-id).
const (
	hybridAdmin  = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"
	globalAdmin  = "62e90394-69f5-4237-9190-012177145e10"
	syncAccounts = "d29b2b05-8046-44ba-8758-1e26182fcf32"
	microsoft    = "9188040d-6c67-4c5b-b112-36a304b66dad"
	azureClient  = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	syncService  = "6bf85cfa-ac8a-4be5-b5de-425a0d0dc016"
	passwordApp  = "93625bc8-bfe2-437a-97e0-3d0060024faa"
	passwordUS   = "2e5ecfc8-ea79-48bd-8140-c19324acb278"
)

// Ids of the pretend tenant.
const (
	// TenantID is the tenant.
	TenantID = "5f1cf0f4-7d8c-4a56-9d2f-3f1a5f3c9e01"
	// OtherTenantID is the tenant of fabrikam.onmicrosoft.com.
	OtherTenantID = "7b0de4a2-1c33-4e0f-8a7d-92f5a3b7c402"
	// OwnClient is a registration that has all permissions that the program can use.
	OwnClient = "c0ffee00-0000-4000-8000-000000000001"
	// Unattended is a service principal with UnattendedSecret.
	Unattended = "c0ffee00-0000-4000-8000-000000000002"
	// UnattendedSecret is its client secret, a pretend one.
	UnattendedSecret = "practice~secret~of~the~unattended~run"
)

// account is a person who can sign in, or a user of the tenant.
type account struct {
	id, upn, name string
	kind          string // Member or Guest
	home          string // tenant that the account comes from
	active        []string
	eligible      []string
	password      string
	asked         int // how often a user just made was asked for
}

// registration is an application with its service principal.
type registration struct {
	object, appID, name, notes string
	keys                       []*x509.Certificate
	secret                     string
	trusts                     federation // whose tokens it takes for its own; zero for nobody's
	principal                  string     // id of the service principal, or empty
	scopes                     []string
	roles                      []string // application permissions for Graph
	directory                  []string // directory roles, by template id
	public                     bool
	appRoles                   map[string]string // id -> value
	asked                      map[string]int
}

// access is what a token stands for.
type access struct {
	audience string
	user     *account
	app      *registration // who signs in: the client, for a person; itself, for an application
	scopes   []string
	roles    []string
	strong   bool // issued for the claims of Conditional Access
	expires  time.Time
}

type assignment struct{ id, principal, resource, role string }

// state is what the tenant holds. Server.mu guards it.
type state struct {
	tokens      map[string]access
	refresh     map[string]access
	codes       map[string]pending
	devices     map[string]*pending
	people      []*account
	apps        []*registration
	assignments []assignment // app roles
	given       []assignment // directory roles: principal, role
	seen        map[string]bool
	requests    []string
	fail        map[string]failure
	failToken   *tokenFailure // nil for none
	sitting     string        // who is at the browser and the phone; empty for the one of the options
}

// tokenFailure is an answer that a request for a token gets after some others.
type tokenFailure struct {
	after      int
	code, text string
}

// failure is an answer that the next request of a kind gets.
type failure struct {
	status     int
	code, text string
}

// Fail makes the next request to Graph whose method and path start with what
// answer with an error, for example "POST /servicePrincipals".
func (s *Server) Fail(what string, status int, code, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail[what] = failure{status, code, text}
}

// FailSignIn makes the next request for a token after some others answer with an
// error of the sign-in service, for example "AADSTS53003: Blocked by policy.".
func (s *Server) FailSignIn(after int, code, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failToken = &tokenFailure{after, code, text}
}

// Sit says who sits at the pretend browser and types in device codes; empty for
// the one of the options.
func (s *Server) Sit(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sitting = person
}

// sits gives who is there.
func (s *state) sits(o Options) string {
	if s.sitting != "" {
		return s.sitting
	}
	return o.DeviceUser
}

// Names gives the names of all sync identities, applications first.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, a := range s.apps {
		if isApplication(a.name) {
			out = append(out, a.name)
		}
	}
	for _, u := range s.people {
		if strings.HasPrefix(u.upn, "Sync_") {
			out = append(out, u.upn)
		}
	}
	return out
}

// federation is a federated identity credential (docs: graph/api/resources/federatedidentitycredential).
type federation struct{ issuer, subject string }

// exchange is the audience that a token has to have to be exchanged (docs:
// workload-identity-federation-create-trust).
const exchange = "api://AzureADTokenExchange"

// Federate lets the unattended service principal sign in with tokens that an
// issuer makes out to a subject. Their signature is not checked.
func (s *Server) Federate(issuer, subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app(Unattended).trusts = federation{issuer, subject}
}

// Trusted sets the certificate of the unattended service principal.
func (s *Server) Trusted(c *x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app(Unattended).keys = []*x509.Certificate{c}
}

// Granted gives the app roles that the service principal of an application has, by value.
func (s *Server) Granted(appID string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	app := s.app(appID)
	for _, a := range s.assignments {
		if app != nil && a.principal == app.principal {
			out = append(out, s.principal(a.resource).appRoles[a.role])
		}
	}
	return out
}

// isApplication tells whether an application's name is a sync identity's.
func isApplication(name string) bool { return strings.HasPrefix(name, "ConnectSyncProvisioning_") }

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func newState(o Options) *state {
	member := func(name string, active, eligible []string) *account {
		return &account{id: newID(), upn: name + "@" + o.Initial, name: strings.ToUpper(name[:1]) + name[1:], kind: "Member", home: TenantID, active: active, eligible: eligible}
	}
	active, eligible := []string{hybridAdmin}, []string(nil)
	switch o.Scenario {
	case NoRole:
		active = nil
	case RoleNotActivated:
		active, eligible = nil, []string{hybridAdmin}
	default: // the account is as it should be
	}
	st := &state{
		tokens: map[string]access{}, refresh: map[string]access{}, codes: map[string]pending{}, devices: map[string]*pending{},
		seen: map[string]bool{}, fail: map[string]failure{},
		people: []*account{
			member("admin", active, eligible), member("global", []string{globalAdmin}, nil),
			member("eligible", nil, []string{hybridAdmin}), member("helpdesk", nil, nil),
			{id: newID(), upn: "global@" + o.Domain, name: "Global", kind: "Member", home: TenantID, active: []string{globalAdmin}},
			{id: newID(), upn: "partner_partner.example#EXT#@" + o.Initial, name: "Partner of no tenant", kind: "Guest", home: OtherTenantID, active: []string{hybridAdmin}},
			{id: newID(), upn: "partner_fabrikam.com#EXT#@" + o.Initial, name: "Partner", kind: "Guest", home: OtherTenantID, active: []string{hybridAdmin}},
			{id: newID(), upn: "someone_outlook.com#EXT#@" + o.Initial, name: "Someone", kind: "Guest", home: microsoft, active: []string{hybridAdmin}},
		},
	}
	st.apps = registrations(o)
	n := 1
	if o.Scenario == IdentityLimit {
		n = 19
	}
	for i := range n {
		st.apps = append(st.apps, &registration{object: newID(), appID: newID(), name: fmt.Sprintf("ConnectSyncProvisioning_SYNC%02d_%012x", i+10, i+1)})
	}
	st.people = append(st.people, member("Sync_SYNC01_0123456789ab", nil, nil))
	st.people[len(st.people)-1].name = "On-Premises Directory Synchronization Service Account"
	return st
}

func registrations(o Options) []*registration {
	service := func(appID, name string, values ...string) *registration {
		r := &registration{object: "", appID: appID, name: name, principal: newID(), appRoles: map[string]string{}}
		for _, v := range values {
			r.appRoles[newID()] = v
		}
		return r
	}
	password := passwordApp
	if strings.HasSuffix(o.Cloud.Login, ".us") {
		password = passwordUS
	}
	out := []*registration{service(syncService, "Microsoft Entra AD Synchronization Service", "ADSynchronization.ReadWrite.All")}
	if o.Cloud != China() { // a cloud without password writeback, to see what is done about it
		out = append(out, service(password, "Microsoft password reset service", "PasswordWriteback.OffboardClient.All", "PasswordWriteback.RefreshClient.All", "PasswordWriteback.RegisterClientVersion.All"))
	}
	return append(out, []*registration{
		{appID: azureClient, name: "Azure developer client", principal: newID(), public: true, scopes: []string{
			"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.AccessAsUser.All", "User.ReadWrite.All",
		}},
		{object: newID(), appID: OwnClient, name: "ADSync Reconnect", principal: newID(), public: true, scopes: []string{
			"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "OnPremDirectorySynchronization.Read.All",
			"Organization.Read.All", "RoleEligibilitySchedule.Read.Directory", "RoleManagement.ReadWrite.Directory", "User.Read", "User.ReadWrite.All",
		}},
		{object: newID(), appID: Unattended, name: "ADSync Reconnect unattended", principal: newID(), secret: UnattendedSecret, roles: []string{
			"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "Organization.Read.All",
			"RoleEligibilitySchedule.Read.Directory", "RoleManagement.ReadWrite.Directory", "User.ReadWrite.All",
		}, directory: []string{hybridAdmin}},
	}...)
}

func (s *state) app(appID string) *registration {
	for _, a := range s.apps {
		if strings.EqualFold(a.appID, appID) {
			return a
		}
	}
	return nil
}

func (s *state) principal(id string) *registration {
	for _, a := range s.apps {
		if a.principal != "" && strings.EqualFold(a.principal, id) {
			return a
		}
	}
	return nil
}

// person finds who signs in by the name that they type: a guest types the
// address of home.
func (s *state) person(name string) *account {
	for _, p := range s.people {
		local, _, _ := strings.Cut(p.upn, "#EXT#")
		if strings.EqualFold(p.upn, name) || (strings.Contains(p.upn, "#EXT#") && strings.EqualFold(strings.Replace(local, "_", "@", 1), name)) {
			return p
		}
	}
	return nil
}
