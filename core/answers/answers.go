// Package answers holds what the admin typed and chose, as plain values without
// secrets, and reads them from an answers file. Where a secret belongs, there is
// only a reference to one.
package answers

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Answers is everything the wizard asks, page by page.
type Answers struct {
	Situation   Situation   `json:"situation,omitempty"`
	SQL         SQL         `json:"sql"`
	Components  Components  `json:"components"`
	Entra       Entra       `json:"entra"`
	Forests     []Forest    `json:"forests,omitempty"`
	Options     Options     `json:"options"`
	Acknowledge Acknowledge `json:"acknowledge"`
	// TakeOver names the dead server from which the database is taken over; see
	// preflight.TakeOver.
	TakeOver string `json:"takeOver,omitempty"`
	// Staging is for leaving and entering staging mode.
	Staging Staging `json:"staging,omitzero"`
}

// Staging is what is answered for leaving and entering staging mode.
type Staging struct {
	// Restart has the service ADSync of this computer restarted afterwards.
	Restart   bool      `json:"restart,omitempty"`
	Overrides Overrides `json:"overrides,omitzero"`
}

// Overrides are the reasons to leave staging mode in spite of conditions that are
// not fulfilled, by the condition's id.
type Overrides struct {
	Owner       string `json:"owner,omitempty"`
	OtherServer string `json:"other-server,omitempty"`
	SignIn      string `json:"sign-in,omitempty"`
	Cycles      string `json:"cycles,omitempty"`
	Runs        string `json:"runs,omitempty"`
	Deletes     string `json:"deletes,omitempty"`
	Looked      string `json:"looked,omitempty"`
	Writeback   string `json:"writeback,omitempty"`
}

// Reasons gives the overrides by the ids of their conditions.
func (o Overrides) Reasons() map[string]string {
	return map[string]string{
		"owner": o.Owner, "other-server": o.OtherServer, "sign-in": o.SignIn, "cycles": o.Cycles,
		"runs": o.Runs, "deletes": o.Deletes, "looked": o.Looked, "writeback": o.Writeback,
	}
}

// Situation is which of the four situations brought the admin here. It changes
// advice, never what is done.
type Situation string

// The four situations.
const (
	SituationServerDied Situation = "server-died"  // the server died, SQL Server lives
	SituationRestored   Situation = "sql-restored" // SQL Server died, a backup was restored
	SituationLocalDB    Situation = "localdb-full" // LocalDB reached 10 GB, the data was moved
	SituationStaging    Situation = "staging"      // a staging server is to match the active one
)

// SignIn is how to sign in to SQL Server.
type SignIn string

// The ways to sign in to SQL Server.
const (
	SignInWindows SignIn = "windows" // the current Windows user
	SignInAccount SignIn = "account" // another Windows account, DOMAIN\user with a password
	SignInSQL     SignIn = "sql"     // a SQL Server login
)

// Encryption is how the connection to SQL Server is protected.
type Encryption string

// The ways to protect the connection.
const (
	EncryptMandatory Encryption = "mandatory" // TLS inside TDS 7.4, the default
	EncryptStrict    Encryption = "strict"    // TDS 8.0, SQL Server 2022 and later
	EncryptOff       Encryption = "off"       // nothing is protected; the admin has to choose it seeing what it means
)

// SQL is where the database is and how to reach it.
type SQL struct {
	Server     string     `json:"server"`                // as pasted: SQL01, SQL01\HYBRID, SQL01,14330, [::1]:1433
	Instance   string     `json:"instance,omitempty"`    // INSTANCE or INSTANCE,PORT
	Database   string     `json:"database,omitempty"`    // default ADSync
	SignIn     SignIn     `json:"signIn,omitempty"`      // default windows on Windows, sql elsewhere
	User       string     `json:"user,omitempty"`        // DOMAIN\user or a login name
	Password   SecretRef  `json:"password,omitzero"`     //
	Encryption Encryption `json:"encryption,omitempty"`  // default mandatory
	PinSHA256  string     `json:"pinSha256,omitempty"`   // accept exactly this certificate, 64 hex digits
	TrustFile  string     `json:"trustFile,omitempty"`   // a CA certificate, .pem .cer .crt .der
	HostInCert string     `json:"hostInCert,omitempty"`  // the name to expect in the certificate, if it differs
	Timeout    int        `json:"timeoutSecs,omitempty"` // deadline of each layer, default 15
}

// SecretRef says where a secret is to be had: exactly one of the two. A secret
// itself never stands in answers.
type SecretRef struct {
	Env  string `json:"env,omitempty"`  // name of an environment variable
	File string `json:"file,omitempty"` // path of a file; one trailing line end is dropped
}

// IsZero tells whether there is no reference.
func (r SecretRef) IsZero() bool { return r == SecretRef{} }

// Components are the optional parts of the page Install required components.
type Components struct {
	Location       string         `json:"location,omitempty"` // installation folder, empty for the default
	ServiceAccount ServiceAccount `json:"serviceAccount,omitzero"`
	Groups         Groups         `json:"groups,omitzero"`
	Installed      string         `json:"installedVersion,omitempty"` // version of Entra Connect on this computer, where it can't be read
}

// AccountKind is the kind of the service account.
type AccountKind string

// The kinds of service accounts.
const (
	AccountVirtual AccountKind = ""        // NT SERVICE\ADSync
	AccountManaged AccountKind = "managed" // gMSA, name ends with $
	AccountDomain  AccountKind = "domain"
)

// ServiceAccount is the account the synchronization service runs as.
type ServiceAccount struct {
	Kind     AccountKind `json:"kind,omitempty"`
	Name     string      `json:"name,omitempty"` // DOMAIN\sam
	Password SecretRef   `json:"password,omitzero"`
}

// Groups are the custom sync groups, local groups that must exist. Empty means
// the default names.
type Groups struct {
	Administrators string `json:"administrators,omitempty"`
	Operators      string `json:"operators,omitempty"`
	Browse         string `json:"browse,omitempty"`
	PasswordReset  string `json:"passwordReset,omitempty"`
}

// CloudName names a Microsoft cloud.
type CloudName string

// The clouds (docs: reference-connect-instances).
const (
	CloudFromTenant CloudName = "" // taken from the tenant's discovery document
	CloudGlobal     CloudName = "global"
	CloudUSGovL4    CloudName = "usgov-l4"
	CloudUSGovL5    CloudName = "usgov-l5"
	CloudChina      CloudName = "china"
)

// EntraFlow is how to sign in to Microsoft Entra ID.
type EntraFlow string

// The ways to sign in to Entra ID.
const (
	FlowBrowser EntraFlow = "browser" // system browser, the default
	FlowDevice  EntraFlow = "device"  // device code, where no browser can open
	FlowService EntraFlow = "service" // a service principal, for unattended runs
)

// Entra is how to sign in to Microsoft Entra ID.
type Entra struct {
	User   string    `json:"user,omitempty"` // pre-fills the sign-in
	Flow   EntraFlow `json:"flow,omitempty"`
	Cloud  CloudName `json:"cloud,omitempty"`
	Client string    `json:"clientId,omitempty"` // application (client) id, empty for the default
	Secret SecretRef `json:"secret,omitzero"`    // FlowService: client secret or certificate file
}

// AccountOption is the choice of the AD forest account dialog.
type AccountOption string

// The two options of the AD forest account dialog.
const (
	CreateAccount   AccountOption = "create"   // an Enterprise Admin signs in once and a new account is made at Install
	ExistingAccount AccountOption = "existing" // an account that is there already
)

// ForestSignIn is how an Enterprise Admin signs in to a forest.
type ForestSignIn string

// The ways to sign in to a forest. A connector account signs in with its password.
const (
	ForestPassword ForestSignIn = "password" // a user name and its password, the default
	ForestWindows  ForestSignIn = "windows"  // whoever runs this program, on Windows only
)

// Forest is the answer for one forest.
type Forest struct {
	Forest   string        `json:"forest"`           // DNS name, as in the database
	Option   AccountOption `json:"option,omitempty"` // default create
	SignIn   ForestSignIn  `json:"signIn,omitempty"` // for CreateAccount; default password
	User     string        `json:"user,omitempty"`
	Password SecretRef     `json:"password,omitzero"`
	DC       string        `json:"dc,omitempty"` // a domain controller to use instead of a found one
	// PinSHA256 accepts the domain controller's certificate with this fingerprint,
	// 64 hex digits, beside those that are trusted.
	PinSHA256 string `json:"pinSha256,omitempty"`
	TrustFile string `json:"trustFile,omitempty"` // a CA certificate, .pem .cer .crt .der
	// Grant is who gives an existing account the rights that it lacks, at Install.
	Grant Grant `json:"grant,omitzero"`
}

// Grant is a sign-in that may change the rights on the domains of a forest, used
// once and never stored.
type Grant struct {
	SignIn   ForestSignIn `json:"signIn,omitempty"` // default password
	User     string       `json:"user,omitempty"`   // an Enterprise Admin
	Password SecretRef    `json:"password,omitzero"`
}

// AsCurrent tells whether the current Windows user signs in, to make an account.
func (f Forest) AsCurrent() bool { return f.SignIn == ForestWindows && f.Option != ExistingAccount }

// Given tells whether there is an answer who signs in.
func (f Forest) Given() bool { return f.AsCurrent() || strings.TrimSpace(f.User) != "" }

// AsCurrent tells whether the current Windows user grants.
func (g Grant) AsCurrent() bool { return g.SignIn == ForestWindows }

// Given tells whether rights are to be granted.
func (g Grant) Given() bool { return g.AsCurrent() || strings.TrimSpace(g.User) != "" }

// Options are the choices of Ready to configure.
type Options struct {
	StartSync bool   `json:"startSync,omitempty"` // start the synchronization afterwards
	Backup    Backup `json:"backup,omitzero"`     // back the database up before the first change
	// HandOver lets Microsoft's own setup, where it is installed, finish what this
	// program prepares.
	HandOver bool `json:"handOver,omitempty"`
}

// Backup is the choice to back the database up first.
type Backup struct {
	On bool `json:"on,omitempty"`
	// Path is a folder of SQL Server's computer as that computer sees it, or a
	// file that ends with .bak; empty for SQL Server's default folder.
	Path string `json:"path,omitempty"`
}

// Acknowledge holds what an unattended run accepts by name.
type Acknowledge struct {
	Licence bool `json:"licence,omitempty"` // the licence terms and the privacy notice
}

// Fields of the inputs, as problems name them.
const (
	FieldServer      problem.Field = "sql.server"
	FieldInstance    problem.Field = "sql.instance"
	FieldDatabase    problem.Field = "sql.database"
	FieldSQLUser     problem.Field = "sql.user"
	FieldSQLPass     problem.Field = "sql.password"
	FieldCert        problem.Field = "sql.pinSha256"
	FieldTrustFile   problem.Field = "sql.trustFile"
	FieldEncryption  problem.Field = "sql.encryption"
	FieldSvcAccount  problem.Field = "components.serviceAccount.name"
	FieldInstalled   problem.Field = "components.installedVersion"
	FieldEntraUser   problem.Field = "entra.user"
	FieldForestUser  problem.Field = "forests.user"
	FieldForestPass  problem.Field = "forests.password"
	FieldForestDC    problem.Field = "forests.dc"
	FieldForestPin   problem.Field = "forests.pinSha256"
	FieldForestTrust problem.Field = "forests.trustFile"
	FieldGrantUser   problem.Field = "forests.grant.user"
	FieldGrantPass   problem.Field = "forests.grant.password"
	FieldBackupPath  problem.Field = "options.backup.path"
	FieldHandOver    problem.Field = "options.handOver"
)

// Clone gives a copy that shares nothing with a.
func (a Answers) Clone() Answers {
	a.Forests = append([]Forest(nil), a.Forests...)
	return a
}
