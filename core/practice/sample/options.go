package sample

import (
	"strings"
	"time"
)

// EntraConnectorID is the id of the Entra connector in every ADSync database.
const EntraConnectorID = "b891884f-051e-4a83-95af-2544101c9083"

// Options say what the database holds. New fills in what is missing: the zero
// value is a small but whole database with the optional features off.
type Options struct {
	Seed    int64     // another seed gives other names, ids and keys
	Now     time.Time // "today" of the database; zero is 2026-06-01 08:00 UTC
	Objects int       // people, groups and devices in the metaverse; 0 is 500

	Forests []ForestSpec // at least one; none is contoso.com
	Tenant  string       // "contoso.onmicrosoft.com"
	Server  string       // the server that used the database: "SYNC01"
	Version string       // of Entra Connect, last used with the database: "2.4.131.0"

	LastSyncAge time.Duration // from the start of the last cycle to Now; 0 is three hours
	HistoryDays int           // days of run history; 0 is 30, below 0 none

	SignOnMethod     string // UserSignIn.SignOnMethod; empty is "PasswordHashSync"
	DesktopSSO       bool
	StagingMode      bool
	PasswordHashSync bool // in every AD connector
	Writebacks       Writebacks
	HybridExchange   bool
	Extensions       []string // directory extension attributes of users: "employeeNumber"

	Exports      Pending // pending exports to Entra ID
	ADExports    Pending // pending exports to the first forest; its Adds are 0: nothing provisions there
	Imports      Pending // pending imports from Entra ID
	ExportErrors int     // of the pending exports to Entra ID, how many failed; raises Exports.Updates when there are too few
	ImportErrors int     // the same for pending imports
	Transients   int     // rows that a run left half done in the Entra space: no reader may count them
	DeletionOff  bool    // the accidental-delete threshold is switched off
	DeletionMax  int     // its value; 0 is 500

	FailedRuns    int    // how many of the newest runs failed
	FailedResult  string // with which result; empty is "no-start-credentials"
	UnfinishedRun bool   // a delta import from Entra ID is still running since the last cycle

	FullImport []string // names of connectors whose full import flag is set; "*" for all
	FullSync   []string // the same for full synchronization

	CustomRules  int  // precedence 0 to 99, at most 100
	DanglingRule bool // one more custom rule that points to a connector that is gone
	RuleForm     RuleForm

	Identity         Identity
	AutoUpgrade      string // AutoUpgradeState; empty is "Suspended", with the reason of a full SQL Server
	Suspended        bool   // the scheduler is suspended, as the wizard leaves it when it is cut off
	ScheduleOff      bool   // SynchronizationSchedule is False
	InitialDue       bool   // SynchronizationPolicy is Initial
	OtherConnectors  int    // generic LDAP connectors besides
	BadCredentials   bool   // encrypted_configuration of the first forest is not what it should be
	NoEntraConnector bool   // an installation that was broken off
	NoADConnectors   bool   // the same on the other side

	// MissingColumns leaves out columns, as an older version would: "table.column".
	MissingColumns []string
	// Lean leaves the lineage, multi-value and reference tables empty: for
	// benchmarks which do not read them.
	Lean bool
}

// Writebacks are the features that write to Active Directory.
type Writebacks struct {
	Password, Groups, Devices, PublicFolders bool
}

// Pending counts pending operations of one connector space.
type Pending struct {
	Adds, Updates, Deletes, DeleteAdds int
	Renames                            int // of the Updates, how many are renames or moves; of exports only
}

func (p Pending) total() int { return p.Adds + p.Updates + p.Deletes + p.DeleteAdds }

// ForestSpec is one Active Directory forest with its connector.
type ForestSpec struct {
	Name    string // DNS name, which is the connector's name too
	NetBIOS string // of the forest's root domain; made from Name when empty
	Domains []DomainSpec
	Account string // user name of the connector account; empty is MSOL_ and 12 hex digits
	Login   string // its domain as stored; empty is Name
}

// DomainSpec is one domain with its OU filter. Without Include the whole domain
// is synchronized; otherwise the domain head is excluded and these OUs are
// included, as the wizard writes it.
type DomainSpec struct {
	Name         string
	NetBIOS      string
	Include      []string // "OU=Corp" or whole DNs
	Exclude      []string // OUs inside the included ones
	PreferredDCs []string
	Unselected   bool
}

// RuleForm is an assumed form of mms_synchronization_rule, whose columns no
// public source names.
type RuleForm int

// The assumed forms.
const (
	RuleXML     RuleForm = iota // one XML column in the exported form
	RuleColumns                 // a column per element, lists as XML
)

// Identity is how the server signs in to Entra ID.
type Identity int

// The identities.
const (
	ServiceAccount Identity = iota // Sync_SERVER_hex@tenant
	Application                    // an application with a certificate, from 2.5.3.0 on
)

// Default gives the options of a healthy server: password hash sync, hybrid
// Exchange, a few pending exports and custom rules, one export error.
func Default() Options {
	return Options{
		PasswordHashSync: true, HybridExchange: true, CustomRules: 4,
		Exports:      Pending{Adds: 6, Updates: 21, Deletes: 3},
		ADExports:    Pending{Updates: 4},
		Imports:      Pending{Updates: 2},
		ExportErrors: 1, Transients: 2, Extensions: []string{"employeeNumber", "employeeID"},
	}
}

// completed gives the options with everything missing filled in.
func (o Options) completed() Options {
	o.Now = o.Now.UTC().Truncate(time.Second)
	if o.Now.IsZero() {
		o.Now = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	}
	setDefault(&o.Objects, 500)
	setDefault(&o.Tenant, "contoso.onmicrosoft.com")
	setDefault(&o.Server, "SYNC01")
	setDefault(&o.Version, "2.4.131.0")
	setDefault(&o.LastSyncAge, 3*time.Hour)
	setDefault(&o.HistoryDays, 30)
	setDefault(&o.SignOnMethod, "PasswordHashSync")
	setDefault(&o.DeletionMax, 500)
	setDefault(&o.FailedResult, "no-start-credentials")
	setDefault(&o.AutoUpgrade, "Suspended")
	o.CustomRules = min(o.CustomRules, 100)
	o.ADExports.Adds = 0
	o.Exports.Updates += max(0, o.ExportErrors-o.Exports.total())
	o.Imports.Updates += max(0, o.ImportErrors-o.Imports.total())
	o.Exports.Renames, o.ADExports.Renames = min(o.Exports.Renames, o.Exports.Updates), min(o.ADExports.Renames, o.ADExports.Updates)
	o.Forests = completedForests(o.Forests)
	// Every pending change needs an object of its own to be on.
	busy := o.Exports.total() + o.Imports.total() + o.ADExports.total()*len(o.Forests)
	if !o.Lean {
		busy *= 2 // and some room beside them
	}
	o.Objects = max(o.Objects, busy)
	return o
}

func completedForests(in []ForestSpec) []ForestSpec {
	if len(in) == 0 {
		in = []ForestSpec{{Name: "contoso.com", Domains: []DomainSpec{{
			Name: "contoso.com", Include: []string{"OU=Corp", "OU=Partners"}, Exclude: []string{"OU=Retired,OU=Corp"},
		}}}}
	}
	out := make([]ForestSpec, len(in))
	for i, f := range in {
		if len(f.Domains) == 0 {
			f.Domains = []DomainSpec{{Name: f.Name}}
		}
		setDefault(&f.NetBIOS, netbios(f.Name))
		setDefault(&f.Login, f.Name)
		domains := make([]DomainSpec, len(f.Domains))
		for j, d := range f.Domains {
			setDefault(&d.NetBIOS, netbios(d.Name))
			domains[j] = d
		}
		f.Domains = domains
		out[i] = f
	}
	return out
}

func setDefault[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// netbios makes a NetBIOS name from a DNS name: its first label, 15 characters.
func netbios(dns string) string {
	label, _, _ := strings.Cut(dns, ".")
	return strings.ToUpper(label[:min(len(label), 15)])
}

// dnOf makes the distinguished name of a DNS name.
func dnOf(dns string) string {
	return "DC=" + strings.ReplaceAll(dns, ".", ",DC=")
}
