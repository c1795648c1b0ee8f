package facts

import (
	"strings"
	"time"
)

// EntraConnectorID is the id of the Entra connector in every ADSync database,
// in lower case (public exports and write-ups agree on it).
const EntraConnectorID = "b891884f-051e-4a83-95af-2544101c9083"

// Shape tells what kind of database it is, from its tables and rows.
type Shape string

// The shapes. The zero value means "not looked at".
const (
	ShapeADSync Shape = "adsync"
	ShapeFIM    Shape = "fim"   // Forefront/Microsoft Identity Manager
	ShapeEmpty  Shape = "empty" // no tables, or ADSync tables without a configuration
	ShapeOther  Shape = "other"
)

// ADSync is the content of the database, as far as it could be read.
type ADSync struct {
	Shape          Read[Shape] `json:"shape"`
	Tables         []string    `json:"tables"`                   // user tables found, lower case, sorted
	MissingTables  []string    `json:"missingTables,omitempty"`  // of the 18, lower case, sorted
	MissingColumns []string    `json:"missingColumns,omitempty"` // "mms_partition.filter_xml": not available in this version
	Unreadable     []string    `json:"unreadable,omitempty"`     // what was there and could not be understood, for a person

	Server     Server            `json:"server"`
	Settings   Read[[]Setting]   `json:"settings"` // global settings, all of them, in the database's order
	Connectors Read[[]Connector] `json:"connectors"`
	Rules      Read[[]Rule]      `json:"rules"`
	RuleForm   string            `json:"ruleForm,omitempty"` // which form the rule table had: "xml column", "columns"
	Runs       Read[[]Run]       `json:"runs"`               // newest first, the newest 500 at most
	Steps      Read[[]StepTime]  `json:"stepTimes"`          // how long steps took, over the whole run history
	Objects    Read[int64]       `json:"objects"`            // rows of the metaverse

	Activity []Activity      `json:"activity"` // the four evidences of the last synchronization, in order A to D
	Sessions Read[[]Session] `json:"sessions"` // sessions of other computers or programs on this database
	Moving   Read[bool]      `json:"moving"`   // the server's timestamp moved between two reads
	Claim    Read[*Claim]    `json:"claim"`    // nil when nobody claims the database
	Previous Read[string]    `json:"previous"` // name of the server that used it before
}

// Server is the one row of mms_server_configuration, without the settings.
type Server struct {
	InstanceID    Read[string]            `json:"instanceId"` // GUID, lower case
	SchemaVersion Read[int64]             `json:"schemaVersion"`
	ConfigVersion Read[int64]             `json:"configVersion"` // counter of settings writes
	KeysetID      Read[int64]             `json:"keysetId"`
	Entropy       Read[string]            `json:"entropy"` // GUID, lower case
	Timestamp     Read[int64]             `json:"timestamp"`
	Groups        Read[map[string]string] `json:"groups"` // column name -> SID text ("S-1-5-21-…")
}

// Setting is one global setting. Names keep the spelling of the database.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Names of the global settings that the program uses (reference: names seen in
// public dumps of versions 1.1 to 2.2).
const (
	SettingVersion            = "Microsoft.Synchronize.ServerConfigurationVersion"
	SettingStagingMode        = "Microsoft.Synchronize.StagingMode"
	SettingSchedule           = "Microsoft.Synchronize.SynchronizationSchedule"
	SettingSuspended          = "Microsoft.Synchronize.SchedulerSuspended"
	SettingPolicy             = "Microsoft.Synchronize.SynchronizationPolicy"
	SettingInterval           = "Microsoft.Synchronize.TimeInterval"
	SettingNextStart          = "Microsoft.Synchronize.NextStartTime"
	SettingSignOnMethod       = "Microsoft.UserSignIn.SignOnMethod"
	SettingDesktopSSO         = "Microsoft.UserSignIn.DesktopSsoEnabled"
	SettingAutoUpgrade        = "Microsoft.OptionalFeature.AutoUpgradeState"
	SettingAutoUpgradeReason  = "Microsoft.OptionalFeature.AutoUpgradeSuspensionReason"
	SettingDeletionThreshold  = "Microsoft.OptionalFeature.ExportDeletionThreshold"
	SettingDeletionLimit      = "Microsoft.OptionalFeature.ExportDeletionThresholdValue"
	SettingAnchorAttribute    = "Microsoft.SynchronizationOption.AnchorAttribute"
	SettingUPNAttribute       = "Microsoft.SynchronizationOption.UPNAttribute"
	SettingDeviceWriteback    = "Microsoft.OptionalFeature.DeviceWriteBack"
	SettingGroupWriteback     = "Microsoft.OptionalFeature.GroupWriteBack"
	SettingUserWriteback      = "Microsoft.OptionalFeature.UserWriteBack"
	SettingHybridExchange     = "Microsoft.OptionalFeature.HybridExchange"
	SettingPublicFolders      = "Microsoft.OptionalFeature.ExchangeMailPublicFolder"
	SettingDirectoryExtension = "Microsoft.OptionalFeature.DirectoryExtension"
	SettingGroupFiltering     = "Microsoft.OptionalFeature.GroupFiltering"
	SettingFilterAAD          = "Microsoft.OptionalFeature.FilterAAD"
	SettingPHSOld             = "Microsoft.OptionalFeature.PasswordHashSync"  // 1.1.x only
	SettingWritebackOld       = "Microsoft.OptionalFeature.PasswordWriteback" // 1.1.x only
)

// Setting gives the value of a global setting by name, without regard to case.
func (a ADSync) Setting(name string) (string, bool) {
	for _, s := range a.Settings.Value {
		if strings.EqualFold(s.Name, name) {
			return s.Value, true
		}
	}
	return "", false
}

// On tells whether a global setting is there and says True.
func (a ADSync) On(name string) bool {
	v, ok := a.Setting(name)
	return ok && strings.EqualFold(strings.TrimSpace(v), "true")
}

// VersionLastUsed gives the Entra Connect version that last used the database:
// the global setting, else the Entra connector's assembly version.
func (a ADSync) VersionLastUsed() (version, source string) {
	if v, ok := a.Setting(SettingVersion); ok && strings.TrimSpace(v) != "" {
		return strings.TrimSpace(v), "global setting " + SettingVersion
	}
	if c := a.Entra(); c != nil && c.AssemblyVersion != "" {
		return c.AssemblyVersion, "assembly version of the Entra connector"
	}
	return "", ""
}

// Entra gives the Entra connector, or nil.
func (a ADSync) Entra() *Connector {
	for i := range a.Connectors.Value {
		if a.Connectors.Value[i].Kind == KindEntra {
			return &a.Connectors.Value[i]
		}
	}
	return nil
}

// Forests gives the AD connectors, in the database's order.
func (a ADSync) Forests() []Connector {
	var out []Connector
	for _, c := range a.Connectors.Value {
		if c.Kind == KindAD {
			out = append(out, c)
		}
	}
	return out
}

// ConnectorKind tells what a connector connects.
type ConnectorKind string

// The kinds of connectors that matter here.
const (
	KindAD    ConnectorKind = "ad"
	KindEntra ConnectorKind = "entra"
	KindOther ConnectorKind = "other" // generic LDAP, SQL, ECMA and the like
)

// Connector is one row of mms_management_agent with its partitions, profiles and counts.
type Connector struct {
	ID              string          `json:"id"` // GUID, lower case
	Name            string          `json:"name"`
	Kind            ConnectorKind   `json:"kind"`
	Type            string          `json:"type"`    // ma_type: "AD", "Extensible2", ...
	Subtype         string          `json:"subtype"` // "Windows Azure Active Directory (Microsoft)"
	Created         Read[time.Time] `json:"created"`
	Modified        Read[time.Time] `json:"modified"`
	Version         int64           `json:"version"` // version_number
	KeyID           Read[int64]     `json:"keyId"`
	Forest          string          `json:"forest,omitempty"` // AD: DNS name of the forest
	Tenant          string          `json:"tenant,omitempty"` // Entra: "contoso.onmicrosoft.com"
	Account         Account         `json:"account"`
	AssemblyVersion string          `json:"assemblyVersion,omitempty"` // Entra
	Capabilities    Read[int64]     `json:"capabilities"`
	Attributes      Read[[]string]  `json:"attributes"`        // included attributes
	PasswordHash    Read[bool]      `json:"passwordHashSync"`  // AD
	Writeback       Read[bool]      `json:"passwordWriteback"` // Entra
	FullImport      Read[bool]      `json:"fullImportRequired"`
	FullSync        Read[bool]      `json:"fullSyncRequired"`
	Credentials     Read[Sealed]    `json:"credentials"` // what encrypted_configuration looks like from outside
	Partitions      []Partition     `json:"partitions"`
	Profiles        []RunProfile    `json:"runProfiles"`
	Counts          Read[Counts]    `json:"counts"`
	Parameters      Read[[]Setting] `json:"parameters"` // parameter-values of the private configuration, without encrypted ones
}

// Account is the account a connector signs in with. Domain and User for AD;
// User holds the whole user name for Entra.
type Account struct {
	Domain string `json:"domain,omitempty"`
	User   string `json:"user,omitempty"`
}

// String gives DOMAIN\user, or the user alone.
func (a Account) String() string {
	if a.Domain == "" {
		return a.User
	}
	return a.Domain + `\` + a.User
}

// Sealed describes encrypted_configuration without opening it.
type Sealed struct {
	Present  bool   `json:"present"`
	WellMade bool   `json:"wellMade"` // Base64, length field and block size agree
	Bytes    int    `json:"bytes"`
	Wrong    string `json:"wrong,omitempty"` // what is wrong with its form
}

// Partition is one row of mms_partition.
type Partition struct {
	ID              string          `json:"id"`   // GUID, lower case
	Name            string          `json:"name"` // DN, or "default"
	Selected        Read[bool]      `json:"selected"`
	ObjectClasses   []string        `json:"objectClasses"`
	Inclusions      []string        `json:"inclusions"` // DNs
	Exclusions      []string        `json:"exclusions"` // DNs
	LastDC          string          `json:"lastDC,omitempty"`
	PreferredDCs    []string        `json:"preferredDCs,omitempty"`
	Cookie          Read[time.Time] `json:"cookie"`       // AD: time inside the DirSync cookie; Entra: known without a time is IsAbsent
	HasWatermark    Read[bool]      `json:"hasWatermark"` // a cookie or water-mark is there
	HashCycleEnd    Read[time.Time] `json:"hashCycleEnd"` // last successful password hash cycle
	HashCycleStatus Read[string]    `json:"hashCycleStatus"`
}

// RunProfile is one row of mms_run_profile.
type RunProfile struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Steps []string `json:"steps"` // "full-import", "delta-import", "apply-rules/apply-pending", "export", ...
}

// Counts are the connector space in numbers.
type Counts struct {
	Objects         int64 `json:"objects"`
	Connectors      int64 `json:"connectors"` // joined objects
	ImportAdd       int64 `json:"importAdd"`
	ImportUpdate    int64 `json:"importUpdate"`
	ImportDelete    int64 `json:"importDelete"`
	ImportDeleteAdd int64 `json:"importDeleteAdd"`
	ExportAdd       int64 `json:"exportAdd"`
	ExportUpdate    int64 `json:"exportUpdate"`
	ExportDelete    int64 `json:"exportDelete"`
	ExportDeleteAdd int64 `json:"exportDeleteAdd"`
	ImportErrors    int64 `json:"importErrors"`
	ExportErrors    int64 `json:"exportErrors"`
	// Lacks names the columns that this version lacks, comma-separated: what they
	// would count is not 0 but not available.
	Lacks string `json:"lacks,omitempty"`
}

// Exports gives the number of objects with a pending export.
func (c Counts) Exports() int64 {
	return c.ExportAdd + c.ExportUpdate + c.ExportDelete + c.ExportDeleteAdd
}

// Rule is one synchronization rule.
type Rule struct {
	ID           string      `json:"id"` // GUID, lower case
	InternalID   string      `json:"internalId,omitempty"`
	Name         string      `json:"name"`
	Description  string      `json:"description,omitempty"`
	Tag          string      `json:"tag,omitempty"` // immutable tag; empty for custom rules
	Direction    string      `json:"direction"`     // "Inbound", "Outbound"
	Disabled     bool        `json:"disabled"`
	Connector    string      `json:"connector"` // GUID, lower case
	SourceType   string      `json:"sourceObjectType"`
	TargetType   string      `json:"targetObjectType"`
	LinkType     string      `json:"linkType"` // "Join", "Provision", "StickyJoin"
	Precedence   int64       `json:"precedence"`
	PasswordSync bool        `json:"passwordSync"`
	Scope        [][]Scope   `json:"scope,omitempty"` // groups are or-ed, clauses in a group and-ed
	Joins        [][]Join    `json:"joins,omitempty"`
	Mappings     []Mapping   `json:"mappings,omitempty"`
	Version      Read[int64] `json:"version"`
}

// Standard tells whether the rule came with the product: it has an immutable tag.
func (r Rule) Standard() bool { return strings.TrimSpace(r.Tag) != "" }

// Scope is one clause of a scoping filter.
type Scope struct {
	Attribute string `json:"attribute"`
	Operator  string `json:"operator"`
	Value     string `json:"value"`
}

// Join is one condition of a join group.
type Join struct {
	CSAttribute   string `json:"csAttribute"`
	MVAttribute   string `json:"mvAttribute"`
	CaseSensitive bool   `json:"caseSensitive"`
}

// Mapping is one attribute flow.
type Mapping struct {
	Dest       string   `json:"dest"`
	Sources    []string `json:"sources,omitempty"`
	Literal    string   `json:"literal,omitempty"`
	Expression string   `json:"expression,omitempty"`
	Merge      string   `json:"merge,omitempty"` // "Update", "MergeCaseInsensitive", ...
}

// Run is one row of mms_run_history.
type Run struct {
	Connector string    `json:"connector"` // GUID, lower case
	Profile   string    `json:"profile"`
	Number    int64     `json:"number"`
	User      string    `json:"user"`
	Complete  bool      `json:"complete"`
	Result    string    `json:"result"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end,omitzero"` // zero while it runs
}

// Good tells whether the run ended with success or completed with problems.
func (r Run) Good() bool {
	return r.Complete && (r.Result == "success" || strings.HasPrefix(r.Result, "completed-"))
}

// Activity is one evidence of the last synchronization.
type Activity struct {
	Letter string          `json:"letter"` // "A" to "D", as in the README
	Name   string          `json:"name"`   // for a person: "Last import from Entra ID in the run history"
	When   Read[time.Time] `json:"when"`
}

// LastActivity gives the newest evidence, and false if there is none.
func (a ADSync) LastActivity() (Activity, bool) {
	var best Activity
	found := false
	for _, e := range a.Activity {
		if t, ok := e.When.Get(); ok && (!found || t.After(best.When.Value)) {
			best, found = e, true
		}
	}
	return best, found
}

// Session is another connection to the database.
type Session struct {
	Host    string    `json:"host"`
	Program string    `json:"program"`
	Login   string    `json:"login"`
	Since   time.Time `json:"since,omitzero"`
}

// Claim is the mark by which a server owns the database: an extended property
// of the database called ClaimProperty, whose value is this as JSON.
type Claim struct {
	Server       string    `json:"server"`
	Installation string    `json:"installation"` // 32 hex digits
	At           time.Time `json:"at"`
	Version      string    `json:"version"` // of this program
}

// ClaimProperty is the name of the extended property that holds the claim.
const ClaimProperty = "ADSyncReconnect.Claim"
