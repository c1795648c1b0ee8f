package facts

import "time"

// Computer is what was seen of the computer that the program runs on. From
// Windows on, the facts exist on Windows only: elsewhere they are absent.
type Computer struct {
	Name      Read[string] `json:"name"`      // host name, upper case, without domain
	Installed Read[string] `json:"installed"` // version of Microsoft Entra Connect on this computer: "2.6.92.0"
	User      Read[string] `json:"user"`      // DOMAIN\user, as the program runs
	OS        Read[string] `json:"os"`
	Domain    Read[string] `json:"domain"` // DNS name of the domain it belongs to, empty for none
	Admin     Read[bool]   `json:"admin"`
	Now       time.Time    `json:"now"`

	Windows        Read[Windows]         `json:"windows"`
	Membership     Read[Membership]      `json:"membership"`
	DotNet         Read[int64]           `json:"dotNet"` // Release of the .NET Framework 4, 0 for none; 461808 is 4.7.2
	TLS            Read[[]RegistryValue] `json:"tls"`    // the values that switch TLS 1.2 on
	PowerShell     Read[PowerShell]      `json:"powerShell"`
	DCOM           Read[[]RegistryValue] `json:"dcom"` // the three values under SOFTWARE\Microsoft\Ole
	EventLog       Read[EventLog]        `json:"eventLog"`
	Proxy          Read[Proxy]           `json:"proxy"`
	Rights         Read[[]UserRight]     `json:"rights"`
	Groups         Read[[]LocalGroup]    `json:"groups"` // all local groups of this computer
	MemoryMB       Read[int64]           `json:"memoryMb"`
	Cores          Read[int64]           `json:"cores"`    // logical processors
	ClockMHz       Read[int64]           `json:"clockMhz"` // of the first processor, as Windows measured it at its start
	TPM            Read[TPM]             `json:"tpm"`
	BrowserGuard   Read[BrowserGuard]    `json:"browserGuard"`
	Disk           Read[Disk]            `json:"disk"`
	Reboot         Read[[]string]        `json:"reboot"` // what waits for a restart, empty for nothing
	Time           Read[TimeService]     `json:"time"`
	CodePage       Read[string]          `json:"codePage"` // ANSI code page; 65001 is UTF-8
	Products       Read[[]Product]       `json:"products"`
	Service        Read[SyncService]     `json:"service"`
	LocalDB        Read[[]LocalDB]       `json:"localDb"`
	SecondaryLogon Read[Service]         `json:"secondaryLogon"` // the service seclogon
}
