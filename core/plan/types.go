// Package plan turns answers and facts into the ordered steps of Install, each
// listing every change with its value before and after. It is pure: what the
// admin is shown is this value, and core/apply does exactly what it says.
package plan

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Kind is what a step does.
type Kind string

// The kinds of steps, in the order in which they run.
const (
	KindRecheck  Kind = "recheck"  // read the facts again and compare with the plan's basis
	KindBackup   Kind = "backup"   // a copy-only backup, if the admin wants one
	KindClaim    Kind = "claim"    // application lock and the claim
	KindAccount  Kind = "account"  // a connector account in one forest
	KindIdentity Kind = "identity" // the sync identity in the tenant
	KindGroups   Kind = "groups"   // the local groups of the service
	KindSecrets  Kind = "secrets"  // this server's vault
	KindDatabase Kind = "database" // the database, in one transaction
	KindServer   Kind = "server"   // this server: service account, rights, service
	KindSwitch   Kind = "switch"   // staging mode on or off, in one transaction
	KindRestart  Kind = "restart"  // the synchronization service, after staging mode was switched
	KindVerify   Kind = "verify"   // read everything back
	KindReport   Kind = "report"   // write the report
)

// Change is one thing that a step alters. Before is empty for something new,
// After for something removed. A secret's values are never given: Secret is set
// and After says "sealed with the new key" or the like.
type Change struct {
	Target string `json:"target"` // "ADSync on SQL01\HYBRID", "fabrikam.local", "contoso.onmicrosoft.com", "this server's vault"
	Object string `json:"object"` // "mms_server_configuration", "CN=MSOL_…,CN=Users,…"
	Name   string `json:"name"`   // "Microsoft.Synchronize.StagingMode"
	Before string `json:"before"`
	After  string `json:"after"`
	Secret bool   `json:"secret,omitempty"`
}

// Step is one unit of Install that can be done, verified and undone.
type Step struct {
	ID      string   `json:"id"` // "claim", "account:fabrikam.local", "database"
	Kind    Kind     `json:"kind"`
	Title   string   `json:"title"`
	Summary string   `json:"summary"` // one line under the title
	Changes []Change `json:"changes,omitempty"`
	Undo    string   `json:"undo,omitempty"`   // how it is undone, in words; empty when it changes nothing
	Forest  string   `json:"forest,omitempty"` // for KindAccount
}

// Alters tells whether the step changes something that undo has to put back:
// files that are made to stay are no such thing.
func (s Step) Alters() bool { return s.Undo != "" && s.Kind != KindReport && s.Kind != KindBackup }

// Purpose tells what a plan is for. Installing is the zero value, so that journals
// that knew nothing else mean it.
type Purpose string

// The purposes.
const (
	Installs Purpose = ""
	Leaves   Purpose = "leave-staging" // the server goes live
	Enters   Purpose = "enter-staging" // the server exports nothing any more
)

// Plan is everything that Install, or leaving or entering staging mode, will do.
type Plan struct {
	Purpose   Purpose   `json:"purpose,omitempty"`
	ID        string    `json:"id"` // installation id, 32 hex digits
	Built     time.Time `json:"built"`
	Server    string    `json:"server"`   // this computer
	Database  string    `json:"database"` // ADSync on SQL01\HYBRID
	Basis     []Basis   `json:"basis"`
	Steps     []Step    `json:"steps"`
	Backup    *Backup   `json:"backup,omitempty"`
	Claim     Claim     `json:"claim"`
	Accounts  []Account `json:"accounts"`
	Identity  Identity  `json:"identity"`
	Writes    Writes    `json:"writes"`
	StartSync bool      `json:"startSync"`
	// Computer is what changes on this computer, nil where it is not Windows.
	Computer *ThisServer `json:"computer,omitempty"`
	// Program is the version that made the plan, where no claim is written to say it.
	Program string `json:"program,omitempty"`
	// Answered are the conditions for leaving staging mode that were not fulfilled,
	// and that somebody answered for in writing.
	Answered []Answered `json:"answered,omitempty"`
	// HandOver is set when Microsoft's setup finishes the installation: Writes is then
	// empty, and Identity has no name.
	HandOver *HandOver `json:"handOver,omitempty"`
}

// Basis is one fact that the plan rests on, as text that can be compared.
type Basis struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Claim is the claim before and after.
type Claim struct {
	Before *facts.Claim `json:"before"`
	After  facts.Claim  `json:"after"`
	// Override is set when Before is another server's.
	Override *Override `json:"override,omitempty"`
}

// Account is the connector account of one forest after Install.
type Account struct {
	Forest     string                `json:"forest"`    // DNS name
	Connector  string                `json:"connector"` // id of the connector
	Option     answers.AccountOption `json:"option"`
	Domain     string                `json:"domain"`              // as it is written into the connector
	User       string                `json:"user"`                // sAMAccountName
	Admin      string                `json:"admin,omitempty"`     // who signs in to create it
	Current    bool                  `json:"current,omitempty"`   // who creates or grants signs in as the current Windows user
	Container  string                `json:"container,omitempty"` // DN
	Comment    string                `json:"comment,omitempty"`   // the new account's description
	Controller string                `json:"controller"`
	PinSHA256  string                `json:"pinSha256,omitempty"` // a domain controller's certificate to accept
	TrustFile  string                `json:"trustFile,omitempty"` // an authority's certificate
	// Grants are the rights that Install gives: to a new account all that it needs,
	// to an existing one those that it lacks.
	Grants  []facts.Right `json:"grants,omitempty"`
	SID     string        `json:"sid,omitempty"`     // of an existing account, to grant to exactly this one
	Grantor string        `json:"grantor,omitempty"` // who signs in to grant to an existing account
}

// IdentityKind is the kind of the sync identity.
type IdentityKind string

// The kinds of sync identities.
const (
	IdentityApplication IdentityKind = "application" // from 2.5.76.0
	IdentityUser        IdentityKind = "user"        // before
)

// Identity is the sync identity in the tenant.
type Identity struct {
	Kind   IdentityKind `json:"kind"`
	Name   string       `json:"name"` // ConnectSyncProvisioning_SYNC02_… or Sync_SYNC02_…@tenant
	Tenant string       `json:"tenant"`
}

// Writes are the changes of the database in one transaction. The names, columns
// and documents that are not named here stay byte for byte as they are.
type Writes struct {
	Settings      []SettingWrite   `json:"settings"`
	Connectors    []ConnectorWrite `json:"connectors"`
	KeysetBefore  int64            `json:"keysetBefore"`
	KeysetAfter   int64            `json:"keysetAfter"`
	EntropyBefore string           `json:"entropyBefore"`
	EntropyAfter  string           `json:"entropyAfter"` // GUID, lower case
	Groups        []GroupWrite     `json:"groups,omitempty"`
	ConfigBefore  int64            `json:"configVersionBefore"`
	ConfigAfter   int64            `json:"configVersionAfter"`
	// SettingsOnly leaves everything alone but Settings and the counter, which goes
	// up by one from whatever it is: key set and connectors are then not looked at.
	SettingsOnly bool `json:"settingsOnly,omitempty"`
}

// SettingWrite is one global setting. Existed is false when it is added.
type SettingWrite struct {
	Name    string `json:"name"`
	Existed bool   `json:"existed"`
	Before  string `json:"before"`
	After   string `json:"after"`
}

// ConnectorWrite is what changes in one row of mms_management_agent. The
// version counter goes up by one; credentials are sealed with the new key.
type ConnectorWrite struct {
	ID            string              `json:"id"`
	Name          string              `json:"name"`
	Kind          facts.ConnectorKind `json:"kind"`
	AccountBefore facts.Account       `json:"accountBefore"`
	AccountAfter  facts.Account       `json:"accountAfter"`
	VersionBefore int64               `json:"versionBefore"`
	VersionAfter  int64               `json:"versionAfter"`
	KeyBefore     int64               `json:"keyBefore"`
	KeyAfter      int64               `json:"keyAfter"`
	FullImport    bool                `json:"fullImport"` // set full_import_required
	FullSync      bool                `json:"fullSync"`   // set full_sync_required
}

// GroupWrite is one group's SID in mms_server_configuration, as SID text. After is
// empty in a plan: the group may have to be made first.
type GroupWrite struct {
	Column string `json:"column"`
	Group  string `json:"group"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Input is all that Build needs. The three made-up values come from outside,
// so that Build stays pure.
type Input struct {
	Answers      answers.Answers
	Facts        facts.Set
	Tenant       facts.Tenant
	Forests      []facts.ForestAccount
	Installation string // 32 hex digits, new
	Keyset       int64  // new key set id
	Entropy      string // new GUID, lower case
	Now          time.Time
	Program      string // version of this program
}
