// Package pretend makes the facts of a pretend computer, for the practice site and
// for tests: a healthy member server
// with Windows Server 2022 on which the synchronization engine waits for its database.
package pretend

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

const source = "practice computer"

// Healthy gives the computer called name, with a version of Microsoft Entra
// Connect on it, as it is at that time.
func Healthy(name, installed string, now time.Time) facts.Computer {
	running := facts.Service{Installed: true, State: "running", Start: "automatic", Account: `NT AUTHORITY\LocalService`}
	c := facts.Computer{
		Name: facts.Known(name, source, now), Installed: facts.Known(installed, source, now),
		User: facts.Known(`CONTOSO\ea`, source, now), OS: facts.Known("Windows Server 2022 Standard", source, now),
		Domain: facts.Known("contoso.local", source, now), Admin: facts.Known(true, source, now), Now: now.UTC(),

		Windows: facts.Known(facts.Windows{
			Product: "Windows Server 2022 Standard", Edition: "ServerStandard", Installation: "Server", Build: 20348, Revision: 4294,
		}, source, now),
		Membership: facts.Known(facts.Membership{Name: "CONTOSO", Domain: true}, source, now),
		DotNet:     facts.Known(int64(528449), source, now),
		TLS:        facts.Known(tls(), source, now),
		PowerShell: facts.Known(facts.PowerShell{Version: "5.1.20348.4294", Policy: "RemoteSigned"}, source, now),
		DCOM:       facts.Known(dcom(), source, now),
		EventLog:   facts.Known(facts.EventLog{Service: running, Writable: true}, source, now),
		Proxy:      facts.Known(facts.Proxy{}, source, now),
		Rights:     facts.Known(rights(), source, now),
		Groups:     facts.Known([]facts.LocalGroup{{Name: "Administrators", SID: "S-1-5-32-544"}, {Name: "Users", SID: "S-1-5-32-545"}}, source, now),
		MemoryMB:   facts.Known(int64(16<<10-1), source, now),
		Cores:      facts.Known(int64(4), source, now),
		ClockMHz:   facts.Known(int64(2594), source, now),
		TPM:        facts.Known(facts.TPM{Present: true, Version: "2.0"}, source, now),
		Disk:       facts.Known(facts.Disk{Drive: "C:", FreeMB: 96 << 10, TotalMB: 127 << 10}, source, now),
		Reboot:     facts.Known([]string(nil), source, now),
		Time:       facts.Known(facts.TimeService{Service: running, Type: "NT5DS"}, source, now),
		CodePage:   facts.Known("1252", source, now),
		Products: facts.Known([]facts.Product{
			{Component: facts.ComponentWizard, Code: "{2B6A1E52-7C65-4B3C-9C3F-6B5B7F6C0A11}", Name: "Microsoft Entra Connect Sync", Version: installed},
			{Component: facts.ComponentEngine, Code: "{7E3B7C0D-6E1D-4E1A-8C1A-0D4C2E9C5B22}", Name: "Microsoft Entra Connect synchronization services", Version: installed},
		}, source, now),
		Service: facts.Known(facts.SyncService{
			Service: facts.Service{Installed: true, State: "stopped", Start: "automatic", Account: `NT SERVICE\ADSync`},
			Server:  "(localdb)", Instance: `.\ADSync2019`, Database: "ADSync", Path: `C:\Program Files\Microsoft Azure AD Sync\`,
		}, source, now),
		LocalDB:        facts.Known([]facts.LocalDB(nil), source, now),
		BrowserGuard:   facts.Known(facts.BrowserGuard{}, source, now),
		SecondaryLogon: facts.Known(facts.Service{Installed: true, State: "stopped", Start: "manual", Account: "LocalSystem"}, source, now),
	}
	return c
}

func tls() []facts.RegistryValue {
	var out []facts.RegistryValue
	add := func(path, name, value string) {
		out = append(out, facts.RegistryValue{Path: path, Name: name, Want: value, Value: value, Present: true})
	}
	for _, path := range []string{`SOFTWARE\Microsoft\.NETFramework\v4.0.30319`, `SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319`} {
		add(path, "SystemDefaultTlsVersions", "1")
		add(path, "SchUseStrongCrypto", "1")
	}
	for _, side := range []string{"Server", "Client"} {
		path := `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\` + side
		add(path, "Enabled", "1")
		add(path, "DisabledByDefault", "0")
	}
	return out
}

func dcom() []facts.RegistryValue {
	var out []facts.RegistryValue
	for _, name := range []string{"MachineAccessRestriction", "MachineLaunchRestriction", "DefaultLaunchPermission"} {
		out = append(out, facts.RegistryValue{Path: `SOFTWARE\Microsoft\Ole`, Name: name, Value: "72 bytes", Present: true})
	}
	return out
}

func rights() []facts.UserRight {
	return []facts.UserRight{
		{Name: facts.RightService, Holders: []facts.Principal{{SID: facts.AllServices, Name: `NT SERVICE\ALL SERVICES`}}},
		{Name: facts.RightBatch, Holders: []facts.Principal{{SID: "S-1-5-32-544", Name: `BUILTIN\Administrators`}}},
		{Name: facts.RightDenyService},
	}
}

// Old bends the computer to one that was never prepared: an old .NET, TLS 1.2 half
// switched on, little memory, a restart that waits and a trace of an earlier engine.
func Old(c facts.Computer) facts.Computer {
	now := c.Now
	values := tls()
	for i, v := range values {
		if v.Name == "SchUseStrongCrypto" || v.Name == "DisabledByDefault" {
			values[i].Present, values[i].Value = false, ""
		}
	}
	c.TLS = facts.Known(values, source, now)
	c.DotNet = facts.Known(int64(394802), source, now)
	c.MemoryMB, c.Cores = facts.Known(int64(4<<10-1), source, now), facts.Known(int64(2), source, now)
	c.ClockMHz = facts.Known(int64(1400), source, now)
	c.TPM = facts.Known(facts.TPM{}, source, now)
	c.BrowserGuard = facts.Known(facts.BrowserGuard{Admins: true, Users: true}, source, now)
	c.Disk = facts.Known(facts.Disk{Drive: "C:", FreeMB: 7 << 10, TotalMB: 60 << 10}, source, now)
	c.Reboot = facts.Known([]string{"Windows features or updates (Component Based Servicing)"}, source, now)
	c.Windows = facts.Known(facts.Windows{
		Product: "Windows Server 2016 Standard", Edition: "ServerStandard", Installation: "Server", Build: 14393, Revision: 2724,
	}, source, now)
	c.OS = facts.Known("Windows Server 2016 Standard", source, now)
	c.Proxy = facts.Known(facts.Proxy{WinHTTP: "proxy.contoso.local:8080"}, source, now)
	c.Products = facts.Known([]facts.Product{
		{Component: facts.ComponentWizard, Code: "{2B6A1E52-7C65-4B3C-9C3F-6B5B7F6C0A11}", Name: "Microsoft Entra Connect Sync", Version: c.Installed.Or("")},
		{Component: facts.ComponentEngine, Code: "{1D9E7C4A-53B0-4E0F-9D6B-8A2C5E7F1B33}", Leftover: true},
	}, source, now)
	c.Service = facts.Known(facts.SyncService{}, source, now)
	c.LocalDB = facts.Known([]facts.LocalDB{
		{Instance: "ADSync"}, {File: `C:\Program Files\Microsoft Azure AD Sync\Data\ADSync.mdf`, SizeMB: 9_400, State: facts.FileClosed},
	}, source, now)
	return c
}
