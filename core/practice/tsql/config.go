package tsql

import (
	"time"
)

// Config describes a practice SQL Server: what it says about itself, who may
// sign in, and its databases. The zero value of a field takes the default that
// NewServer names.
type Config struct {
	ProductVersion string // default 16.0.4135.4
	ProductLevel   string // default RTM
	Edition        string // default Developer Edition (64-bit)
	EngineEdition  int    // SERVERPROPERTY('EngineEdition'); default 3 (Enterprise, Developer)
	LocalDB        bool   // IsLocalDB
	HADR           bool   // IsHadrEnabled
	Collation      string // default SQL_Latin1_General_CP1_CI_AS
	Machine        string // default SQL01
	Instance       string // named instance; empty for the default one
	Dir            string // where the storage is made; default the system's temporary directory

	Disk      Disk // what there is to back up to
	Logins    []Login
	Databases []DatabaseConfig
	// Sessions are connections of other programs, which
	// sys.dm_exec_sessions shows.
	Sessions []ForeignSession

	// HiddenViews names views of sys which only sysadmin may read; others get
	// error 297. For example dm_exec_sessions.
	HiddenViews []string

	// OnStatement is told each request's text before it runs: the statement log.
	OnStatement func(SessionInfo, string)
	// Fault is asked before each statement (not: each batch) that is about to run;
	// n counts from 1 over all sessions. A *tds.ServerError makes the statement
	// fail with it; any other error ends the batch with that error.
	Fault func(n int, text string) error
	// FaultAfter is the same after the statement has done its work.
	FaultAfter func(n int, text string) error
	// Now gives the time; default time.Now.
	Now func() time.Time
}

// SessionInfo says whose statement OnStatement is told.
type SessionInfo struct {
	ID                         int // @@SPID
	Login, Host, App, Database string
}

// Login is one who may sign in.
type Login struct {
	Name       string
	Password   string
	Disabled   bool // the login is disabled: 18470
	MustChange bool // the password must be changed: 18488
	Expired    bool // the password has expired: 18487
	Windows    bool // a Windows account (DOMAIN\name); it signs in with a password here, as practice has no domain
	Sysadmin   bool
	// ViewServerState lets a login that is no sysadmin read the sys.dm_* views.
	ViewServerState bool
	// ServerRoles are further fixed server roles, such as dbcreator.
	ServerRoles []string
	// DefaultDatabase is used when the client names none; default master.
	DefaultDatabase string
	// Users maps the login into databases, by database name. A login without an
	// entry may not open a database (4060, 916), unless it is sysadmin.
	Users map[string]User
}

// User is a login's identity inside a database.
type User struct {
	Name  string   // default the login's name; dbo owns the database
	Roles []string // database roles it is a member of, such as db_owner
	// Group names the Windows group through which the login gets in: the group is
	// then the database principal that is a member of Roles, not the login itself.
	Group string
	// Denied lists permissions that are denied: SELECT, INSERT, UPDATE, DELETE, CONNECT.
	Denied []string
	// Granted lists permissions of a user without roles: SELECT, INSERT, UPDATE,
	// DELETE, ALTER, VIEW DATABASE STATE, VIEW DEFINITION.
	Granted []string
}

// DatabaseConfig is one database.
type DatabaseConfig struct {
	Name              string
	Collation         string // default the server's
	State             string // ONLINE (default), RESTORING, RECOVERING, RECOVERY_PENDING, SUSPECT, EMERGENCY, OFFLINE
	ReadOnly          bool
	UserAccess        string // MULTI_USER (default), SINGLE_USER, RESTRICTED_USER
	Recovery          string // FULL (default), SIMPLE, BULK_LOGGED
	Compatibility     int    // default the version's own (160 for 16.x)
	AvailabilityGroup string
	Created           time.Time
	SizeMB, MaxSizeMB int64 // of the data file; MaxSizeMB 0 is unlimited
	LogSizeMB         int64
	GrowthPercent     int // 0: the file grows by 64 MB
	Owner             string
	Backups           []Backup
	Restores          []Restore
}

// Backup is a row of msdb.dbo.backupset.
type Backup struct {
	Start, Finish time.Time
	Type          string // D full, I differential, L log
	CopyOnly      bool
	SizeBytes     int64
	Server        string // where it was made
	Device        string
}

// Restore is a row of msdb.dbo.restorehistory.
type Restore struct {
	When         time.Time
	User         string
	SourceServer string
	SourceDB     string
}

// ForeignSession is a connection of another program.
type ForeignSession struct {
	Host, App, Login, Database string
	LoginTime, LastRequest     time.Time
	Status                     string // sleeping (default), running
}
