package facts

import (
	"strings"
	"time"
)

// Windows is the edition and build of Windows.
type Windows struct {
	Product      string `json:"product"`      // "Windows Server 2022 Standard"
	Edition      string `json:"edition"`      // EditionID: "ServerStandard", "ServerSolution" (Essentials), "Professional"
	Installation string `json:"installation"` // InstallationType: "Server", "Server Core", "Client"
	Build        int64  `json:"build"`        // 20348
	Revision     int64  `json:"revision"`     // the update within the build
	Controller   bool   `json:"controller"`   // it is a domain controller
}

// Core tells whether it is a server without the desktop.
func (w Windows) Core() bool { return strings.Contains(strings.ToLower(w.Installation), "core") }

// Client tells whether it is no server.
func (w Windows) Client() bool { return strings.EqualFold(w.Installation, "Client") }

// Membership is what the computer belongs to.
type Membership struct {
	Name   string `json:"name"`   // NetBIOS name of the domain, or the workgroup
	Domain bool   `json:"domain"` // it is a domain
}

// RegistryValue is one value below HKEY_LOCAL_MACHINE as it should be and as it is.
type RegistryValue struct {
	Path    string `json:"path"`
	Name    string `json:"name"`
	Want    string `json:"want,omitempty"` // empty: it has to exist
	Value   string `json:"value"`          // as text; of binary data its length
	Present bool   `json:"present"`
}

// Good tells whether the value is as it should be.
func (v RegistryValue) Good() bool { return v.Present && (v.Want == "" || v.Value == v.Want) }

// PowerShell is Windows PowerShell and what its scripts are allowed.
type PowerShell struct {
	Version       string `json:"version"`       // "5.1.20348.1", empty for none
	Policy        string `json:"policy"`        // execution policy that counts: "RemoteSigned", empty for the default
	ByGroupPolicy bool   `json:"byGroupPolicy"` // group policy sets it
	Transcription bool   `json:"transcription"` // group policy writes transcripts
}

// Service is one Windows service.
type Service struct {
	Installed bool   `json:"installed"`
	State     string `json:"state,omitempty"`   // "running", "stopped", …
	Start     string `json:"start,omitempty"`   // "automatic", "manual", "disabled", …
	Account   string `json:"account,omitempty"` // as it signs in
}

// Running tells whether the service runs.
func (s Service) Running() bool { return s.State == "running" }

// SyncService is the synchronization service and the database it uses.
type SyncService struct {
	Service
	Server   string `json:"server,omitempty"`   // HKLM\SYSTEM\CurrentControlSet\Services\ADSync\Parameters
	Instance string `json:"instance,omitempty"` // empty for the default one
	Database string `json:"database,omitempty"`
	Path     string `json:"path,omitempty"` // installation folder
}

// UsesLocalDB tells whether the service stores its data in LocalDB.
func (s SyncService) UsesLocalDB() bool {
	return strings.EqualFold(strings.TrimSpace(s.Server), "(localdb)")
}

// EventLog is the event log service and whether the program may add a source to it.
type EventLog struct {
	Service  Service `json:"service"`
	Writable bool    `json:"writable"`
	Why      string  `json:"why,omitempty"` // why it is not writable
}

// Proxy is the proxy of .NET programs and of Windows' own services.
type Proxy struct {
	Machine string `json:"machine"` // proxyaddress of machine.config, empty for none
	Default string `json:"default"` // usesystemdefault and the like, as written, empty for none
	WinHTTP string `json:"winHttp"` // netsh winhttp, empty for direct access
}

// UserRight is one user right and who holds it.
type UserRight struct {
	Name    string      `json:"name"` // "SeServiceLogonRight"
	Holders []Principal `json:"holders"`
}

// Principal is an account or group.
type Principal struct {
	SID  string `json:"sid"`
	Name string `json:"name,omitempty"` // DOMAIN\name, empty when it can't be found
	// Members of a local group, DOMAIN\name. Unread: it is a domain's group, whose
	// members are not read.
	Members []string `json:"members,omitempty"`
	Unread  bool     `json:"unread,omitempty"`
}

// The rights that are read.
const (
	RightService     = "SeServiceLogonRight"
	RightBatch       = "SeBatchLogonRight"
	RightDenyService = "SeDenyServiceLogonRight"
)

// AllServices is the id of NT SERVICE\ALL SERVICES, which holds virtual accounts
// such as NT SERVICE\ADSync.
const AllServices = "S-1-5-80-0"

// LocalGroup is a local group of this computer.
type LocalGroup struct {
	Name    string   `json:"name"`
	SID     string   `json:"sid"`
	Members []string `json:"members,omitempty"` // DOMAIN\name
}

// Disk is the drive that the service's data goes to.
type Disk struct {
	Drive   string `json:"drive"` // "C:"
	FreeMB  int64  `json:"freeMb"`
	TotalMB int64  `json:"totalMb"`
}

// TimeService is Windows' clock service.
type TimeService struct {
	Service Service `json:"service"`
	Type    string  `json:"type"`             // "NT5DS" (from the domain), "NTP", "AllSync", "NoSync"
	Source  string  `json:"source,omitempty"` // NtpServer, for NTP
}

// Product is one installed product of the family, found by its upgrade code.
type Product struct {
	Component string `json:"component"`         // "Sync engine"
	Code      string `json:"code"`              // product code {GUID}
	Name      string `json:"name,omitempty"`    // DisplayName, empty for a leftover
	Version   string `json:"version,omitempty"` // DisplayVersion
	Leftover  bool   `json:"leftover"`          // registered for upgrades, but not installed any more
}

// Components of products that rules ask for.
const (
	ComponentWizard  = "Microsoft Entra Connect"
	ComponentEngine  = "Synchronization engine"
	ComponentDirSync = "Directory Synchronization tool (legacy)"
)

// LocalDB is a shared LocalDB instance, or a database file of one.
type LocalDB struct {
	Instance string `json:"instance,omitempty"` // "ADSync2019"
	File     string `json:"file,omitempty"`     // of ADSync.mdf
	SizeMB   int64  `json:"sizeMb,omitempty"`
	// State of a file: "open" (its instance runs), "closed", or why that can't be seen.
	State string `json:"state,omitempty"`
}

// FileOpen and FileClosed are states of a LocalDB database file.
const (
	FileOpen   = "open"
	FileClosed = "closed"
)

// NotWindows marks every fact that only Windows has as absent.
func (c *Computer) NotWindows(why string, at time.Time) {
	const source = "the program itself"
	c.Windows = Absent[Windows](source, why, at)
	c.Membership = Absent[Membership](source, why, at)
	for _, n := range []*Read[int64]{&c.DotNet, &c.MemoryMB, &c.Cores, &c.ClockMHz} {
		*n = Absent[int64](source, why, at)
	}
	c.TPM = Absent[TPM](source, why, at)
	c.BrowserGuard = Absent[BrowserGuard](source, why, at)
	c.TLS, c.DCOM = Absent[[]RegistryValue](source, why, at), Absent[[]RegistryValue](source, why, at)
	c.PowerShell = Absent[PowerShell](source, why, at)
	c.EventLog = Absent[EventLog](source, why, at)
	c.Proxy = Absent[Proxy](source, why, at)
	c.Rights = Absent[[]UserRight](source, why, at)
	c.Groups = Absent[[]LocalGroup](source, why, at)
	c.Disk = Absent[Disk](source, why, at)
	c.Reboot = Absent[[]string](source, why, at)
	c.Time = Absent[TimeService](source, why, at)
	c.CodePage = Absent[string](source, why, at)
	c.Products = Absent[[]Product](source, why, at)
	c.Service = Absent[SyncService](source, why, at)
	c.LocalDB = Absent[[]LocalDB](source, why, at)
	c.SecondaryLogon = Absent[Service](source, why, at)
}
