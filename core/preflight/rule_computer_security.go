package preflight

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// Between these versions the product's setup refuses to go on without TLS 1.2.
const (
	tlsEnforcedFrom = "2.3.20.0"
	tlsEnforcedTo   = "2.4.131.0" // no longer from this one on
)

func judgeTLS(s site) Finding {
	show := func(list []facts.RegistryValue) string {
		var t []string
		for _, v := range list {
			if !v.Good() {
				t = append(t, v.Path+`\`+v.Name+" = "+or(v.Value, "(missing)"))
			}
		}
		return or(strings.Join(t, "; "), fmt.Sprintf("all %d values are set", len(list)))
	}
	return about("computer.tls", "TLS 1.2", product.LinkTLS, s.set.Computer.TLS, show, func(list []facts.RegistryValue) Finding {
		var fix []string
		for _, v := range list {
			if !v.Good() {
				fix = append(fix, fmt.Sprintf(`reg add "HKLM\%s" /v %s /t REG_DWORD /d %s /f`, v.Path, v.Name, v.Want))
			}
		}
		if len(fix) == 0 {
			return Finding{Severity: Pass, Title: "TLS 1.2 is switched on", Summary: fmt.Sprintf("All %d registry values are set.", len(list))}
		}
		f := Finding{
			Severity: Warning, Title: "TLS 1.2 is not switched on everywhere",
			Summary:     fmt.Sprintf("%d of %d registry values are missing or wrong.", len(fix), len(list)),
			Consequence: "The product may not reach Microsoft Entra ID: \"An error occurred while sending the request\".",
			Fix:         "In PowerShell, as administrator, then restart: " + strings.Join(fix, "; "),
		}
		if s.installed != "" && !product.Below(s.installed, tlsEnforcedFrom) && product.Below(s.installed, tlsEnforcedTo) {
			f.Severity = Blocked
			f.Consequence = "The setup of version " + s.installed + " refuses to go on without it."
		}
		return f
	})
}

func judgeDCOM(s site) Finding {
	show := func(list []facts.RegistryValue) string { return or(strings.Join(missing(list), ", "), "all there") }
	return about("computer.dcom", "DCOM", product.LinkPrerequisites, s.set.Computer.DCOM, show, func(list []facts.RegistryValue) Finding {
		gone := missing(list)
		if len(gone) == 0 {
			return Finding{Severity: Pass, Title: "The DCOM permissions are set"}
		}
		return Finding{
			Severity: Warning, Title: plural(int64(len(gone)), "DCOM permission") + " of this computer cannot be found", Summary: sentence(strings.Join(gone, ", ")),
			Consequence: "Synchronization Service Manager and the product's setup reach the service through DCOM.",
			Fix:         "Open dcomcnfg, Component Services, My Computer, Properties, COM Security, and save the defaults. To see the values: Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Ole",
		}
	})
}

func missing(list []facts.RegistryValue) []string {
	var out []string
	for _, v := range list {
		if !v.Present {
			out = append(out, v.Name)
		}
	}
	return out
}

func serviceText(v facts.Service) string {
	if !v.Installed {
		return "not installed"
	}
	return v.State + ", " + v.Start
}

func judgeSecondaryLogon(s site) Finding {
	return about("computer.seclogon", "Secondary Logon", product.LinkPrerequisites, s.set.Computer.SecondaryLogon, serviceText, func(v facts.Service) Finding {
		if v.Installed && v.Start != "disabled" {
			return Finding{Severity: Pass, Title: "The service Secondary Logon can be started"}
		}
		return Finding{
			Severity: Warning, Title: "The service Secondary Logon cannot be started",
			Consequence: "The product's setup runs parts of itself as the service account through it.",
			Fix:         "In PowerShell, as administrator: Set-Service seclogon -StartupType Manual",
		}
	})
}

func judgeEventLog(s site) Finding {
	show := func(e facts.EventLog) string { return serviceText(e.Service) + ", writable: " + yesNo(e.Writable) }
	return about("computer.eventlog", "The event log", product.LinkPrerequisites, s.set.Computer.EventLog, show, func(e facts.EventLog) Finding {
		switch {
		case !e.Service.Running():
			return Finding{
				Severity: Blocked, Title: "The event log service does not run", Summary: sentence(serviceText(e.Service)),
				Consequence: "The product's setup ends when it cannot write events.",
				Fix:         "In PowerShell, as administrator: Set-Service EventLog -StartupType Automatic; Start-Service EventLog",
			}
		case !e.Writable:
			return Finding{
				Severity: Blocked, Title: "You may not add sources to the event log", Summary: sentence(e.Why),
				Consequence: "The product's setup ends when it cannot write events.",
				Fix:         "Start the program as administrator. To see the permissions: Get-Acl 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application' | Format-List",
			}
		}
		return Finding{Severity: Pass, Title: "The event log can be written"}
	})
}

func judgeProxy(s site) Finding {
	show := func(p facts.Proxy) string {
		return "machine.config: " + or(p.Machine, or(p.Default, "none")) + "; WinHTTP: " + or(p.WinHTTP, "direct")
	}
	return about("computer.proxy", "The proxy", product.LinkConnectivity, s.set.Computer.Proxy, show, func(p facts.Proxy) Finding {
		machine := strings.TrimSuffix(strings.ToLower(p.Machine), "/")
		switch {
		case p.WinHTTP != "" && machine == "":
			return Finding{
				Severity: Warning, Title: "Windows uses a proxy that .NET does not know", Summary: sentence(show(p)),
				Consequence: "The synchronization service is a .NET program and asks machine.config only: it may not reach Microsoft Entra ID.",
				Fix: "Add to system.net in C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\Config\\machine.config: " +
					`<defaultProxy><proxy usesystemdefault="true" proxyaddress="http://` + p.WinHTTP + `" bypassonlocal="true"/></defaultProxy>. To see Windows' own: netsh winhttp show proxy`,
			}
		case p.WinHTTP != "" && !strings.HasSuffix(machine, strings.ToLower(p.WinHTTP)):
			return Finding{
				Severity: Warning, Title: "Windows and .NET use different proxies", Summary: sentence(show(p)),
				Consequence: "Pages run as you, the service as its account: both have to reach Microsoft Entra ID.",
				Fix:         "Make them the same, or see that both let the product's addresses pass. netsh winhttp show proxy",
			}
		case machine != "":
			return Finding{
				Severity: Note, Title: ".NET programs use the proxy " + p.Machine,
				Consequence: "It must let the addresses of Microsoft Entra ID pass without looking into TLS, and keep idle connections for 6 minutes.",
			}
		}
		return Finding{Severity: Pass, Title: "No proxy is set", Summary: sentence(show(p))}
	})
}

const utf8CodePage = "65001"

func judgeCodePage(s site) Finding {
	return about("computer.locale", "The system locale", product.LinkInstallIssues, s.set.Computer.CodePage, text, func(page string) Finding {
		if page != utf8CodePage {
			return Finding{Severity: Pass, Title: "The system locale is fit for the service"}
		}
		return Finding{
			Severity: Warning, Title: "The system locale is \"Beta: UTF-8\"", Summary: "ANSI code page 65001.",
			Consequence: "The synchronization service ends runs with event 6301 and errors about table-valued parameters.",
			Fix:         "Open intl.cpl, Administrative, Change system locale, untick Beta: Use Unicode UTF-8, and restart.",
		}
	})
}
