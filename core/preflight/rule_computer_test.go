package preflight_test

import (
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/pretend"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// pc bends the computer of a healthy site.
func pc(f func(*facts.Computer)) func(*facts.Set, *answers.Answers) {
	return func(s *facts.Set, _ *answers.Answers) { f(&s.Computer) }
}

// windows bends its Windows.
func windows(f func(*facts.Windows)) func(*facts.Set, *answers.Answers) {
	return pc(func(c *facts.Computer) { f(&c.Windows.Value) })
}

func TestComputer_windows(t *testing.T) {
	const id = "computer.windows"
	runCases(t, []ruleCase{
		{name: "2022", id: id, want: preflight.Pass, texts: []string{"Windows Server 2022"}},
		{name: "2016", bend: windows(func(w *facts.Windows) { w.Build = 14393 }), id: id, want: preflight.Pass},
		{name: "2012 R2", bend: windows(func(w *facts.Windows) { w.Build = 9600 }), id: id, want: preflight.Blocked, texts: []string{"too old"}},
		{name: "client", bend: windows(func(w *facts.Windows) { w.Installation = "Client" }), id: id, want: preflight.Blocked, texts: []string{"not a server"}},
		{name: "core", bend: windows(func(w *facts.Windows) { w.Installation = "Server Core" }), id: id, want: preflight.Blocked, texts: []string{"Server Core"}},
		{name: "Essentials 2016", bend: windows(func(w *facts.Windows) { w.Build, w.Edition = 14393, "ServerSolution" }), id: id, want: preflight.Blocked},
		{name: "Essentials 2019", bend: windows(func(w *facts.Windows) { w.Build, w.Edition = 17763, "ServerEssentials" }), id: id, want: preflight.Pass},
		{name: "2025 old", bend: windows(func(w *facts.Windows) { w.Build, w.Revision = 26100, 6584 }), id: id, want: preflight.Blocked, texts: []string{"KB5070773"}},
		{name: "2025", bend: windows(func(w *facts.Windows) { w.Build, w.Revision = 26100, 6901 }), id: id, want: preflight.Warning},
		{name: "controller", bend: windows(func(w *facts.Windows) { w.Controller = true }), id: id, want: preflight.Warning, texts: []string{"domain controller"}},
	})
}

func TestComputer_membershipAndUser(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "in a domain", id: "computer.domain", want: preflight.Pass, texts: []string{"contoso.local"}},
		{name: "in none", bend: pc(func(c *facts.Computer) { c.Domain = ft.Known("") }), id: "computer.domain", want: preflight.Blocked},
		{name: "workgroup", bend: pc(func(c *facts.Computer) { c.Membership = ft.Known(facts.Membership{Name: "WORKGROUP"}) }), id: "computer.domain", want: preflight.Blocked, texts: []string{"Add-Computer"}},
		{name: "dot", bend: pc(func(c *facts.Computer) { c.Membership.Value.Name = "CON.TOSO" }), id: "computer.domain", want: preflight.Blocked, texts: []string{"dot"}},
		{name: "one not given", bend: pc(func(c *facts.Computer) { c.Domain = ft.Unknown[string]() }), id: "computer.domain", want: preflight.Pass, texts: []string{"CONTOSO"}},
		{name: "not given", bend: pc(func(c *facts.Computer) {
			c.Domain, c.Membership = ft.Unknown[string](), ft.Unknown[facts.Membership]()
		}), id: "computer.domain", want: preflight.Unknown},
		{name: "administrator", id: "computer.admin", want: preflight.Pass},
		{name: "no administrator", bend: pc(func(c *facts.Computer) { c.Admin = ft.Known(false) }), id: "computer.admin", want: preflight.Blocked, texts: []string{"RunAs"}},
		{name: "domain user", id: "computer.user", want: preflight.Pass},
		{name: "local user", bend: pc(func(c *facts.Computer) { c.User = ft.Known(`sync02\bob`) }), id: "computer.user", want: preflight.Blocked},
	})
}

func TestComputer_software(t *testing.T) {
	shell := func(p facts.PowerShell) func(*facts.Set, *answers.Answers) {
		return pc(func(c *facts.Computer) { c.PowerShell = ft.Known(p) })
	}
	products := func(list ...facts.Product) func(*facts.Set, *answers.Answers) {
		return pc(func(c *facts.Computer) { c.Products = ft.Known(list) })
	}
	service := func(v facts.SyncService) func(*facts.Set, *answers.Answers) {
		return pc(func(c *facts.Computer) { c.Service = ft.Known(v) })
	}
	running := facts.Service{Installed: true, State: "running", Start: "automatic"}
	runCases(t, []ruleCase{
		{name: ".NET", id: "computer.dotnet", want: preflight.Pass},
		{name: ".NET 4.7.1", bend: pc(func(c *facts.Computer) { c.DotNet = ft.Known(int64(461310)) }), id: "computer.dotnet", want: preflight.Blocked, texts: []string{"461310", "461808"}},
		{name: ".NET 4.7.2", bend: pc(func(c *facts.Computer) { c.DotNet = ft.Known(int64(461808)) }), id: "computer.dotnet", want: preflight.Pass},
		{name: "PowerShell", id: "computer.powershell", want: preflight.Pass},
		{name: "PowerShell 4", bend: shell(facts.PowerShell{Version: "4.0"}), id: "computer.powershell", want: preflight.Blocked},
		{name: "no PowerShell", bend: shell(facts.PowerShell{}), id: "computer.powershell", want: preflight.Blocked},
		{name: "Restricted", bend: shell(facts.PowerShell{Version: "5.1", Policy: "Restricted"}), id: "computer.powershell", want: preflight.Warning, texts: []string{"Set-ExecutionPolicy RemoteSigned"}},
		{name: "by policy", bend: shell(facts.PowerShell{Version: "5.1", Policy: "AllSigned", ByGroupPolicy: true}), id: "computer.powershell", want: preflight.Warning, texts: []string{"gpupdate"}},
		{name: "transcripts", bend: shell(facts.PowerShell{Version: "5.1", Transcription: true}), id: "computer.powershell", want: preflight.Warning, texts: []string{"AD FS"}},
		{name: "installed", id: "computer.products", want: preflight.Pass},
		{name: "no engine", bend: products(), id: "computer.products", want: preflight.Note},
		{name: "leftover", bend: products(facts.Product{Component: facts.ComponentEngine, Code: "{X}", Leftover: true}), id: "computer.products", want: preflight.Warning, texts: []string{`msiexec /x "{X}" EXECUTE_UNINSTALL=1`}},
		{name: "DirSync", bend: products(facts.Product{Component: facts.ComponentDirSync, Version: "1.0"}), id: "computer.products", want: preflight.Warning},
		{name: "service elsewhere", id: "computer.service", want: preflight.Note, texts: []string{"(localdb)"}},
		{name: "no service", bend: service(facts.SyncService{}), id: "computer.service", want: preflight.Note},
		{name: "disabled", bend: service(facts.SyncService{Service: facts.Service{Installed: true, Start: "disabled"}}), id: "computer.service", want: preflight.Warning, texts: []string{"Set-Service ADSync"}},
		{name: "other database", bend: service(facts.SyncService{Service: running, Server: "SQL09", Database: "ADSync"}), id: "computer.service", want: preflight.Warning, texts: []string{"SQL09"}},
		{name: "this database", bend: service(facts.SyncService{Service: running, Server: "sql01", Instance: "HYBRID,51433", Database: "adsync"}), id: "computer.service", want: preflight.Pass},
		{name: "no LocalDB", id: "computer.localdb", want: preflight.Pass},
		{name: "LocalDB", bend: pc(func(c *facts.Computer) {
			c.LocalDB = ft.Known([]facts.LocalDB{{File: "x.mdf", SizeMB: 900, State: facts.FileOpen}})
		}), id: "computer.localdb", want: preflight.Note, texts: []string{"its instance runs"}},
		{name: "full LocalDB", bend: pc(func(c *facts.Computer) { c.LocalDB = ft.Known([]facts.LocalDB{{File: "x.mdf", SizeMB: 9000}}) }), id: "computer.localdb", want: preflight.Warning, texts: []string{"8.8 GB"}},
		{name: "groups missing", id: "computer.groups", want: preflight.Note, texts: []string{"4 local groups", "ADSyncPasswordSet"}},
		{name: "groups", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.Groups.Administrators = "Sync Admins"
			s.Computer.Groups = ft.Known([]facts.LocalGroup{{Name: "sync admins"}, {Name: "ADSyncOperators"}, {Name: "ADSyncBrowse"}, {Name: "ADSyncPasswordSet"}})
		}, id: "computer.groups", want: preflight.Pass},
	})
}

func TestComputer_security(t *testing.T) {
	tlsOff := func(c *facts.Computer) { c.TLS.Value[1].Value, c.TLS.Value[7].Present = "0", false }
	rights := func(list ...facts.UserRight) func(*facts.Set, *answers.Answers) {
		return pc(func(c *facts.Computer) { c.Rights = ft.Known(list) })
	}
	proxy := func(p facts.Proxy) func(*facts.Set, *answers.Answers) {
		return pc(func(c *facts.Computer) { c.Proxy = ft.Known(p) })
	}
	guard := func(handOver bool) func(*facts.Set, *answers.Answers) {
		return func(s *facts.Set, a *answers.Answers) {
			a.Options.HandOver = handOver
			s.Computer.BrowserGuard = ft.Known(facts.BrowserGuard{Admins: true})
		}
	}
	domain := answers.ServiceAccount{Kind: answers.AccountDomain, Name: `CONTOSO\svc`}
	runCases(t, []ruleCase{
		{name: "TLS", id: "computer.tls", want: preflight.Pass},
		{name: "TLS off", bend: pc(tlsOff), id: "computer.tls", want: preflight.Warning, texts: []string{"2 of 8", `reg add "HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319" /v SchUseStrongCrypto /t REG_DWORD /d 1 /f`, "/d 0 /f"}},
		{name: "TLS off, enforced", bend: pc(func(c *facts.Computer) { tlsOff(c); c.Installed = ft.Known("2.4.21.0") }), id: "computer.tls", want: preflight.Blocked},
		{name: "DCOM", id: "computer.dcom", want: preflight.Pass},
		{name: "no DCOM", bend: pc(func(c *facts.Computer) { c.DCOM.Value[2].Present = false }), id: "computer.dcom", want: preflight.Warning, texts: []string{"DefaultLaunchPermission"}},
		{name: "seclogon", id: "computer.seclogon", want: preflight.Pass},
		{name: "no seclogon", bend: pc(func(c *facts.Computer) { c.SecondaryLogon.Value.Start = "disabled" }), id: "computer.seclogon", want: preflight.Warning},
		{name: "event log", id: "computer.eventlog", want: preflight.Pass},
		{name: "event log stopped", bend: pc(func(c *facts.Computer) { c.EventLog.Value.Service.State = "stopped" }), id: "computer.eventlog", want: preflight.Blocked},
		{name: "event log closed", bend: pc(func(c *facts.Computer) { c.EventLog.Value.Writable = false }), id: "computer.eventlog", want: preflight.Blocked},
		{name: "no proxy", id: "computer.proxy", want: preflight.Pass},
		{name: "proxy of .NET", bend: proxy(facts.Proxy{Machine: "http://p:8080/"}), id: "computer.proxy", want: preflight.Note},
		{name: "the same proxy", bend: proxy(facts.Proxy{Machine: "http://P:8080/", WinHTTP: "p:8080"}), id: "computer.proxy", want: preflight.Note},
		{name: "two proxies", bend: proxy(facts.Proxy{Machine: "http://a:80", WinHTTP: "b:80"}), id: "computer.proxy", want: preflight.Warning},
		{name: "Windows' proxy only", bend: proxy(facts.Proxy{WinHTTP: "b:80"}), id: "computer.proxy", want: preflight.Warning, texts: []string{`proxyaddress="http://b:80"`}},
		{name: "locale", id: "computer.locale", want: preflight.Pass},
		{name: "UTF-8", bend: pc(func(c *facts.Computer) { c.CodePage = ft.Known("65001") }), id: "computer.locale", want: preflight.Warning, texts: []string{"6301"}},
		{name: "virtual account", id: "computer.rights", want: preflight.Pass},
		{name: "right taken away", bend: rights(), id: "computer.rights", want: preflight.Warning, texts: []string{"ALL SERVICES"}},
		{name: "denied", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.ServiceAccount = domain
			s.Computer.Rights = ft.Known([]facts.UserRight{{Name: facts.RightDenyService, Holders: []facts.Principal{{Name: `contoso\SVC`}}}})
		}, id: "computer.rights", want: preflight.Blocked, texts: []string{"7041"}},
		{name: "denied by a local group", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.ServiceAccount = domain
			s.Computer.Rights = ft.Known([]facts.UserRight{{Name: facts.RightDenyService, Holders: []facts.Principal{{Name: `SYNC02\Nobody here`, Members: []string{`CONTOSO\SVC`}}}}})
		}, id: "computer.rights", want: preflight.Blocked, texts: []string{`SYNC02\Nobody here`}},
		{name: "perhaps denied by a domain's group", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.ServiceAccount = domain
			s.Computer.Rights = ft.Known([]facts.UserRight{{Name: facts.RightDenyService, Holders: []facts.Principal{{Name: `CONTOSO\Tier 0`, Unread: true}}}})
		}, id: "computer.rights", want: preflight.Warning, texts: []string{`CONTOSO\Tier 0`, "not read"}},
		{name: "a virtual account is in no group of a domain", bend: rights(
			facts.UserRight{Name: facts.RightDenyService, Holders: []facts.Principal{{Name: `CONTOSO\Tier 0`, Unread: true}}},
			facts.UserRight{Name: facts.RightService, Holders: []facts.Principal{{SID: facts.AllServices}}},
		), id: "computer.rights", want: preflight.Pass},
		{name: "allowed through a local group", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.ServiceAccount = domain
			s.Computer.Rights = ft.Known([]facts.UserRight{{Name: facts.RightService, Holders: []facts.Principal{{Name: `BUILTIN\Services`, Members: []string{`contoso\svc`}}}}})
		}, id: "computer.rights", want: preflight.Pass, texts: []string{`BUILTIN\Services`}},
		{name: "everybody may", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.ServiceAccount = domain
			s.Computer.Rights = ft.Known([]facts.UserRight{{Name: facts.RightService, Holders: []facts.Principal{{SID: facts.Everyone}}}})
		}, id: "computer.rights", want: preflight.Pass},
		{name: "perhaps allowed through a domain's group", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.ServiceAccount = domain
			s.Computer.Rights = ft.Known([]facts.UserRight{{Name: facts.RightService, Holders: []facts.Principal{{Name: `CONTOSO\Sync`, Unread: true}}}})
		}, id: "computer.rights", want: preflight.Note, texts: []string{`CONTOSO\Sync`}},
		{name: "an account that is not named yet", bend: func(s *facts.Set, a *answers.Answers) {
			a.Components.ServiceAccount = answers.ServiceAccount{Kind: answers.AccountDomain}
			s.Computer.Rights = ft.Known([]facts.UserRight{{Name: facts.RightDenyService, Holders: []facts.Principal{{SID: "S-1-5-21-9"}}}})
		}, id: "computer.rights", want: preflight.Note, texts: []string{"the service account"}},
		{name: "no guard", id: "computer.ieesc", want: preflight.Pass},
		{name: "guard", bend: guard(false), id: "computer.ieesc", want: preflight.Note, texts: []string{"aadcdn.msftauth.net"}},
		{name: "guard before Microsoft's setup", bend: guard(true), id: "computer.ieesc", want: preflight.Warning, texts: []string{"blank"}},
		{name: "TPM", id: "computer.tpm", want: preflight.Pass, texts: []string{"2.0"}},
		{name: "no TPM", bend: pc(func(c *facts.Computer) { c.TPM = ft.Known(facts.TPM{}) }), id: "computer.tpm", want: preflight.Note, texts: []string{"1014"}},
		{name: "domain account", bend: func(_ *facts.Set, a *answers.Answers) { a.Components.ServiceAccount = domain }, id: "computer.rights", want: preflight.Note},
	})
}

func TestComputer_size(t *testing.T) {
	memory := func(mb, objects int64) func(*facts.Set, *answers.Answers) {
		return set(func(s *facts.Set) { s.Computer.MemoryMB, s.ADSync.Objects = ft.Known(mb), ft.Known(objects) })
	}
	runCases(t, []ruleCase{
		{name: "a 6 GB machine", bend: memory(6143, 49_999), id: "computer.memory", want: preflight.Pass},
		{name: "4 GB", bend: memory(4095, 10), id: "computer.memory", want: preflight.Warning, texts: []string{"6 GB", "Set-VMMemory"}},
		{name: "8 GB for many", bend: memory(8191, 50_000), id: "computer.memory", want: preflight.Warning, texts: []string{"16 GB", "50,000 objects"}},
		{name: "16 GB for very many", bend: memory(16383, 100_000), id: "computer.memory", want: preflight.Warning, texts: []string{"32 GB"}},
		{name: "32 GB for any number", bend: memory(32767, 5_000_000), id: "computer.memory", want: preflight.Pass},
		{name: "number not known", bend: set(func(s *facts.Set) { s.ADSync.Objects = ft.Unknown[int64]() }), id: "computer.memory", want: preflight.Pass, texts: []string{"not known"}},
		{name: "processor", id: "computer.processor", want: preflight.Pass, texts: []string{"2.6 GHz"}},
		{name: "1.6 GHz as Windows measures it", bend: pc(func(c *facts.Computer) { c.ClockMHz = ft.Known(int64(1596)) }), id: "computer.processor", want: preflight.Pass},
		{name: "slow processor", bend: pc(func(c *facts.Computer) { c.ClockMHz = ft.Known(int64(1400)) }), id: "computer.processor", want: preflight.Warning, texts: []string{"1.4 GHz"}},
		{name: "disk", id: "computer.disk", want: preflight.Pass},
		{name: "full disk", bend: pc(func(c *facts.Computer) { c.Disk.Value.FreeMB = 900 }), id: "computer.disk", want: preflight.Warning, texts: []string{"900 MB"}},
		{name: "small disk", bend: set(func(s *facts.Set) { s.ADSync.Objects = ft.Known(int64(200_000)) }), id: "computer.disk", want: preflight.Warning, texts: []string{"300 GB"}},
		{name: "no restart", id: "computer.reboot", want: preflight.Pass},
		{name: "restart", bend: pc(func(c *facts.Computer) { c.Reboot = ft.Known([]string{"Windows Update"}) }), id: "computer.reboot", want: preflight.Warning, texts: []string{"Restart-Computer"}},
		{name: "clock", id: "computer.time", want: preflight.Pass},
		{name: "clock stopped", bend: pc(func(c *facts.Computer) { c.Time.Value.Service.State = "stopped" }), id: "computer.time", want: preflight.Warning, texts: []string{"w32tm"}},
		{name: "clock alone", bend: pc(func(c *facts.Computer) { c.Time.Value.Type = "NoSync" }), id: "computer.time", want: preflight.Warning, texts: []string{"domhier"}},
	})
}

// Off Windows one finding names all checks that could not run.
func TestComputer_notWindows(t *testing.T) {
	s := ft.Set()
	s.Computer.NotWindows("this can only be read on Windows", time.Now())
	var found []preflight.Finding
	for _, f := range preflight.Judge(s, answers.Answers{}) {
		if f.Area == preflight.AreaComputer && strings.HasPrefix(f.ID, "computer.") {
			found = append(found, f)
		}
	}
	if len(found) != 1 || found[0].Severity != preflight.Unknown || !strings.Contains(found[0].Title, "This is not Windows: 24 checks") ||
		!strings.Contains(found[0].Summary, "TLS 1.2") {
		t.Errorf("findings %+v", found)
	}
}

// A computer of which single facts could not be read says so for each.
func TestComputer_unread(t *testing.T) {
	s := ft.Set()
	s.Computer = facts.Computer{Windows: s.Computer.Windows, Now: ft.Now()}
	n := 0
	for _, f := range preflight.Judge(s, answers.Answers{}) {
		if strings.HasPrefix(f.ID, "computer.") && f.Severity == preflight.Unknown {
			n++
		}
	}
	if n != 24 { // 23 checks and the installed version
		t.Errorf("%d findings are unknown, want 24", n)
	}
}

func TestComputer_old(t *testing.T) {
	s := ft.Set()
	s.Computer = pretend.Old(s.Computer)
	list := preflight.Judge(s, answers.Answers{})
	for id, want := range map[string]preflight.Severity{
		"computer.dotnet": preflight.Blocked, "computer.tls": preflight.Warning, "computer.memory": preflight.Warning, "computer.disk": preflight.Warning,
		"computer.reboot": preflight.Warning, "computer.products": preflight.Warning, "computer.proxy": preflight.Warning, "computer.localdb": preflight.Warning,
	} {
		if f, _ := find(list, id); f.Severity != want {
			t.Errorf("%s is %s, want %s", id, f.Severity, want)
		}
	}
}
