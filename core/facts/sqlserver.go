package facts

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// LayerName names one layer on the way to the database, tested and reported by
// itself, in the order of Layers.
type LayerName string

// The layers in the order in which they are tried.
const (
	LayerHost    LayerName = "name"     // the host name is found in DNS
	LayerBrowser LayerName = "browser"  // SQL Server Browser gives the instance's port
	LayerPort    LayerName = "port"     // the TCP port answers
	LayerAnswer  LayerName = "answer"   // what answers speaks TDS
	LayerTLS     LayerName = "tls"      // encryption is set up and the certificate checked
	LayerLogin   LayerName = "login"    // the login is accepted
	LayerDB      LayerName = "database" // the database is opened
)

// Outcome tells how the test of a layer ended.
type Outcome string

// The outcomes of a layer. The zero value means that it was not tried.
const (
	NotTried Outcome = ""
	Passed   Outcome = "passed"
	Failed   Outcome = "failed"
	Skipped  Outcome = "skipped" // not needed here, for example the browser when a port is given
)

// Layer is the result of one layer.
type Layer struct {
	Name    LayerName        `json:"name"`
	Outcome Outcome          `json:"outcome"`
	Detail  string           `json:"detail,omitempty"` // for a person: "10.1.2.3:1433", "TLS 1.3, AES_128_GCM"
	Problem *problem.Problem `json:"problem,omitempty"`
	Took    time.Duration    `json:"tookNanoseconds"`
}

// Certificate is what the server showed for TLS.
type Certificate struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	DNSNames  []string  `json:"dnsNames,omitempty"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	SHA256    string    `json:"sha256"`            // 64 hex digits, lower case, of the DER
	Trusted   bool      `json:"trusted"`           // the chain, the dates and the name were accepted
	Pinned    bool      `json:"pinned"`            // the admin chose to accept exactly this certificate
	Reason    string    `json:"reason,omitempty"`  // why it is not trusted, for a person
	SelfMade  bool      `json:"selfMade"`          // issuer and subject are the same
	Version   string    `json:"version,omitempty"` // "TLS 1.2"
}

// Instance is one instance as SQL Server Browser lists it.
type Instance struct {
	Server  string `json:"server"` // the name the browser gives for the host
	Name    string `json:"name"`   // "MSSQLSERVER", "HYBRID"
	Version string `json:"version,omitempty"`
	Port    int    `json:"port"` // 0 when TCP is off
	Cluster bool   `json:"clustered"`
}

// SQLServer is what was seen of the server itself.
type SQLServer struct {
	Typed       string       `json:"typed"` // as it is shown: SQL01\HYBRID, "SQL01,14330"
	Host        string       `json:"host"`
	Port        int          `json:"port"` // 0 until resolved
	Instance    string       `json:"instance,omitempty"`
	Layers      []Layer      `json:"layers"`
	Certificate *Certificate `json:"certificate,omitempty"`

	Version       Read[string]         `json:"version"`       // ProductVersion: "16.0.4135.4"
	Edition       Read[string]         `json:"edition"`       // "Standard Edition (64-bit)"
	EngineEdition Read[int64]          `json:"engineEdition"` // 2 Standard, 3 Enterprise, 4 Express, 5 Azure SQL Database, 8 Managed Instance
	IsLocalDB     Read[bool]           `json:"isLocalDB"`
	ServerName    Read[string]         `json:"serverName"`   // @@SERVERNAME
	MachineName   Read[string]         `json:"machineName"`  // SERVERPROPERTY('MachineName')
	InstanceName  Read[string]         `json:"instanceName"` // empty for the default instance
	Collation     Read[string]         `json:"collation"`
	HADR          Read[bool]           `json:"hadr"`      // Always On is switched on
	Transport     Read[string]         `json:"transport"` // "TCP", "Shared memory", "Named pipe"
	Encrypted     Read[bool]           `json:"encrypted"`
	Login         Read[string]         `json:"login"`    // the login as the server knows it
	SysAdmin      Read[bool]           `json:"sysAdmin"` // member of sysadmin
	ServerTime    Read[time.Time]      `json:"serverTime"`
	Databases     Read[[]DatabaseInfo] `json:"databases"` // those that this login can see
}

// Layer gives the result of the layer called name.
func (s SQLServer) Layer(name LayerName) Layer {
	for _, l := range s.Layers {
		if l.Name == name {
			return l
		}
	}
	return Layer{Name: name}
}

// Reached tells whether every layer up to and including name passed or was not needed.
func (s SQLServer) Reached(name LayerName) bool {
	for _, l := range s.Layers {
		if l.Outcome != Passed && l.Outcome != Skipped {
			return false
		}
		if l.Name == name {
			return true
		}
	}
	return false
}

// Likeness tells how much a database looks like an ADSync database, from the
// names of its tables.
type Likeness string

// How a database in the list looks. The zero value means that it could not be seen.
const (
	LikenessUnknown Likeness = ""
	LooksLikeADSync Likeness = "adsync"
	LooksLikeFIM    Likeness = "fim"
	LooksEmpty      Likeness = "empty"
	LooksOther      Likeness = "other"
)

// DatabaseInfo is one database of the instance, for the list to choose from.
type DatabaseInfo struct {
	Name   string   `json:"name"`
	State  string   `json:"state"` // "ONLINE", "RESTORING", "OFFLINE"
	Looks  Likeness `json:"looks"`
	SizeMB int64    `json:"sizeMB"` // 0 when not readable
	Why    string   `json:"why,omitempty"`
}

// Grant tells how the login gets its rights in the database.
type Grant string

// How a login comes to be the owner of a database.
const (
	GrantNone     Grant = ""         // it is not an owner
	GrantSysAdmin Grant = "sysadmin" // member of the server role
	GrantDBO      Grant = "dbo"      // it is the database's owner
	GrantDirect   Grant = "direct"   // its own user is a member of db_owner
	GrantGroup    Grant = "group"    // only through a Windows group, which setup does not accept
)

// Backup is one row of the backup history.
type Backup struct {
	Finished time.Time `json:"finished"` // UTC
	Kind     string    `json:"kind"`     // "full", "differential", "log"
	CopyOnly bool      `json:"copyOnly"`
}

// Database is what the server says of the database, whatever is in it.
type Database struct {
	Name              string         `json:"name"`
	State             Read[string]   `json:"databaseState"` // "ONLINE", ...
	ReadOnly          Read[bool]     `json:"readOnly"`
	UserAccess        Read[string]   `json:"userAccess"` // "MULTI_USER", "SINGLE_USER", "RESTRICTED_USER"
	Collation         Read[string]   `json:"collation"`
	RecoveryModel     Read[string]   `json:"recoveryModel"`
	Compatibility     Read[int64]    `json:"compatibility"` // 160, 150, ...
	AvailabilityGroup Read[string]   `json:"availabilityGroup"`
	Grant             Read[Grant]    `json:"grant"`
	Groups            Read[[]string] `json:"groups"` // the groups that give db_owner, for GrantGroup
	DataMB            Read[int64]    `json:"dataMB"`
	LogMB             Read[int64]    `json:"logMB"`
	MaxMB             Read[int64]    `json:"maxMB"` // the smallest growth limit of the data files, -1 for none
	LastBackup        Read[Backup]   `json:"lastBackup"`
	BackupWay         BackupWay      `json:"backupWay"`
	OtherEngines      Read[[]string] `json:"otherEngines"` // other databases of the instance that look like a sync engine's
}
