package preflight

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// check is one check of this computer: its name in the list of those that could
// not run, and its verdict.
type check struct {
	name  string
	judge func(site) Finding
}

// computerChecks gives the checks of this computer, in the order of Microsoft's
// list of prerequisites.
func computerChecks() []check {
	return []check{
		{"Windows edition and build", judgeWindows},
		{"domain", judgeDomain},
		{"administrator rights", judgeAdmin},
		{"domain user", judgeUser},
		{"installed products", judgeProducts},
		{"synchronization service", judgeService},
		{"LocalDB", judgeOwnLocalDB},
		{".NET Framework", judgeDotNet},
		{"PowerShell", judgePowerShell},
		{"TLS 1.2", judgeTLS},
		{"DCOM", judgeDCOM},
		{"Secondary Logon", judgeSecondaryLogon},
		{"event log", judgeEventLog},
		{"proxy", judgeProxy},
		{"system locale", judgeCodePage},
		{"user rights of the service account", judgeUserRights},
		{"local groups", judgeGroups},
		{"memory", judgeMemory},
		{"processor", judgeProcessor},
		{"disk", judgeDisk},
		{"pending restart", judgeReboot},
		{"clock service", judgeTime},
		{"TPM", judgeTPM},
		{"Enhanced Security Configuration", judgeBrowserGuard},
	}
}

// judgeComputer looks at this computer. Where there is no Windows to look at, one
// finding names the checks that could not run instead of one for each.
func judgeComputer(s site) []Finding {
	checks := computerChecks()
	if w := s.set.Computer.Windows; w.State == facts.IsAbsent || w.State == facts.NotRead {
		var names []string
		for _, c := range checks {
			names = append(names, c.name)
		}
		title := fmt.Sprintf("%d checks of this computer could not run", len(names))
		if w.State == facts.IsAbsent {
			title = "This is not Windows: " + title
		}
		f := unknown("computer.windows", AreaComputer, "", "Not checked: "+strings.Join(names, ", "),
			"Run the program on the new synchronization server.", product.LinkPrerequisites, evidence(w, windowsText))
		f.Title = title
		return []Finding{f}
	}
	var out []Finding
	for _, c := range checks {
		if f := c.judge(s); f.ID != "" {
			out = append(out, f)
		}
	}
	return out
}

// about makes the finding of one fact of this computer: unknown when it could not
// be read, else what judge says, with the reading as evidence.
func about[T any](id, subject, link string, r facts.Read[T], show func(T) string, judge func(T) Finding) Finding {
	v, ok := r.Get()
	if !ok {
		return unknown(id, AreaComputer, subject, r.Reason(), "Start the program as administrator on the new synchronization server, then check again.",
			link, evidence(r, show))
	}
	f := judge(v)
	f.ID, f.Area, f.Link = id, AreaComputer, link
	f.Evidence = append([]Evidence{evidence(r, func(v T) string { return text(show(v)) })}, f.Evidence...)
	return f
}

func windowsText(w facts.Windows) string {
	t := fmt.Sprintf("%s, build %d.%d", w.Product, w.Build, w.Revision)
	if w.Installation != "" {
		t += ", " + w.Installation
	}
	return t
}

// Builds of Windows Server (https://learn.microsoft.com/windows/release-health/windows-server-release-info).
const (
	buildServer2016 = 14393
	buildServer2019 = 17763
	buildServer2025 = 26100
	update2025      = 6901 // the revision of KB5070773
)

func judgeWindows(s site) Finding {
	return about("computer.windows", "Windows", product.LinkPrerequisites, s.set.Computer.Windows, windowsText, func(w facts.Windows) Finding {
		edition := strings.ToLower(w.Edition)
		essentials := strings.Contains(edition, "essential") || strings.Contains(edition, "solution") || strings.Contains(edition, "sbs")
		const move = "Use a server with Windows Server 2022 Standard or Datacenter and Desktop Experience."
		switch {
		case w.Client():
			return Finding{
				Severity: Blocked, Title: "This Windows is not a server", Summary: sentence(w.Product),
				Consequence: "Microsoft Entra Connect runs on Windows Server only.", Fix: move,
			}
		case w.Build < buildServer2016:
			return Finding{
				Severity: Blocked, Title: "This Windows Server is too old", Summary: sentence(w.Product),
				Consequence: "Microsoft Entra Connect needs Windows Server 2016 or later.", Fix: move,
			}
		case w.Core():
			return Finding{
				Severity: Blocked, Title: "This is a Server Core installation", Summary: "There is no desktop.",
				Consequence: "Microsoft Entra Connect needs Desktop Experience; it cannot be added to Server Core later.", Fix: move,
			}
		case essentials && w.Build < buildServer2019:
			return Finding{
				Severity: Blocked, Title: "This edition is not supported", Summary: sentence(w.Product),
				Consequence: "Small Business Server and Essentials before 2019 are refused.", Fix: move,
			}
		case w.Build == buildServer2025 && w.Revision < update2025:
			return Finding{
				Severity: Blocked, Title: "Windows Server 2025 lacks an update",
				Summary:     fmt.Sprintf("Revision %d; KB5070773 is revision %d.", w.Revision, update2025),
				Consequence: "Without it synchronization with Active Directory has known faults on Windows Server 2025.",
				Fix:         "Install KB5070773 or a later update and restart. In PowerShell: Get-HotFix | Sort-Object InstalledOn | Select-Object -Last 5",
			}
		case w.Build >= buildServer2025:
			return Finding{
				Severity: Warning, Title: "This Windows Server is newer than the supported ones", Summary: sentence(w.Product),
				Consequence: "Microsoft's list of supported servers ends at Windows Server 2022.", Fix: "Read the current list of prerequisites before you go live, or use Windows Server 2022.",
			}
		case w.Controller:
			return Finding{
				Severity: Warning, Title: "This computer is a domain controller", Summary: sentence(w.Product),
				Consequence: "The virtual account NT SERVICE\\ADSync cannot be used here, and local groups are groups of the domain.",
				Fix:         "Use a member server, or choose a managed service account on the page Install required components.",
			}
		}
		return Finding{Severity: Pass, Title: w.Product, Summary: fmt.Sprintf("Build %d.%d.", w.Build, w.Revision)}
	})
}

func judgeDomain(s site) Finding {
	c := s.set.Computer
	link := product.LinkPrerequisites
	domain, known := c.Domain.Get()
	member, asked := c.Membership.Get()
	out := known && strings.TrimSpace(domain) == "" || asked && !member.Domain
	seen := []Evidence{evidence(c.Domain, text), evidence(c.Membership, func(m facts.Membership) string { return text(m.Name) })}
	f := Finding{ID: "computer.domain", Area: AreaComputer, Link: link, Evidence: seen}
	switch {
	case !known && !asked:
		return unknown(f.ID, AreaComputer, "The domain of this computer", c.Domain.Reason(), "Check again as administrator.", link, seen...)
	case out:
		f.Severity, f.Title = Blocked, "This computer is not in a domain"
		f.Consequence = "Microsoft Entra Connect runs on domain members only."
		f.Fix = "Join the domain and restart. In PowerShell: Add-Computer -DomainName contoso.local -Restart (with your domain's name)"
	case strings.Contains(member.Name, "."):
		f.Severity, f.Title = Blocked, "The NetBIOS name of the domain has a dot: "+member.Name
		f.Consequence, f.Fix = "Microsoft Entra Connect does not support such names.", "Use a server in a domain whose NetBIOS name has no dot."
	default:
		f.Severity, f.Title = Pass, "This computer is in the domain "+or(domain, member.Name)
	}
	return f
}

// or gives a unless it is empty.
func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func judgeAdmin(s site) Finding {
	c := s.set.Computer
	return about("computer.admin", "Administrator rights", product.LinkPrerequisites, c.Admin, yesNo, func(admin bool) Finding {
		if admin {
			return Finding{Severity: Pass, Title: "The program runs as administrator"}
		}
		return Finding{
			Severity: Blocked, Title: "The program does not run as administrator", Summary: sentence(c.User.Or("")),
			Consequence: "The database could be configured, but nothing on this computer.",
			Fix:         "Close it and start it with Run as administrator. In PowerShell: Start-Process .\\adsync-reconnect.exe -Verb RunAs",
			Evidence:    []Evidence{evidence(c.User, text)},
		}
	})
}

func judgeUser(s site) Finding {
	c := s.set.Computer
	return about("computer.user", "The user", product.LinkPrerequisites, c.User, text, func(user string) Finding {
		prefix, _, found := strings.Cut(user, `\`)
		if found && strings.EqualFold(prefix, c.Name.Or("")) {
			return Finding{
				Severity: Blocked, Title: "You are signed in as a local user", Summary: sentence(user),
				Consequence: "A local user cannot find the domain; the product's own wizard fails under one.",
				Fix:         "Sign in as a domain user who is a local administrator. In PowerShell, as administrator: Add-LocalGroupMember -Group Administrators -Member 'CONTOSO\\you'",
			}
		}
		return Finding{Severity: Pass, Title: "You are signed in as " + user}
	})
}
