package preflight

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// release472 is the Release value of .NET Framework 4.7.2
// (https://learn.microsoft.com/dotnet/framework/migration-guide/how-to-determine-which-versions-are-installed).
const release472 = 461808

func judgeDotNet(s site) Finding {
	show := func(n int64) string { return "Release " + strconv.FormatInt(n, 10) }
	return about("computer.dotnet", ".NET Framework", product.LinkPrerequisites, s.set.Computer.DotNet, show, func(n int64) Finding {
		if n >= release472 {
			return Finding{Severity: Pass, Title: ".NET Framework is 4.7.2 or later", Summary: show(n) + "."}
		}
		return Finding{
			Severity: Blocked, Title: ".NET Framework is older than 4.7.2",
			Summary:     fmt.Sprintf("Release %d; 4.7.2 is %d.", n, release472),
			Consequence: "Microsoft Entra Connect does not start.",
			Fix:         "Install .NET Framework 4.8 and restart. In PowerShell, to see the release: (Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full').Release",
		}
	})
}

func judgePowerShell(s site) Finding {
	show := func(p facts.PowerShell) string { return or(p.Version, "none") + ", " + policyText(p) }
	return about("computer.powershell", "PowerShell", product.LinkPrerequisites, s.set.Computer.PowerShell, show, func(p facts.PowerShell) Finding {
		major, err := strconv.Atoi(strings.SplitN(p.Version, ".", 2)[0])
		switch {
		case err != nil || major < 5:
			return Finding{
				Severity: Blocked, Title: "PowerShell is older than 5.0", Summary: "Version " + or(p.Version, "not found") + ".",
				Consequence: "Microsoft Entra Connect configures itself through PowerShell modules that need 5.0.",
				Fix:         "Install Windows Management Framework 5.1. In PowerShell, to see the version: $PSVersionTable.PSVersion",
			}
		case strings.EqualFold(p.Policy, "Restricted") || strings.EqualFold(p.Policy, "AllSigned"):
			f := Finding{
				Severity: Warning, Title: "PowerShell's execution policy is " + p.Policy, Summary: sentence(policyText(p)),
				Consequence: "Scripts of the product may be refused; RemoteSigned is what Microsoft advises.",
				Fix:         "In PowerShell, as administrator: Set-ExecutionPolicy RemoteSigned -Scope LocalMachine",
			}
			if p.ByGroupPolicy {
				f.Fix = "Change the group policy Turn on Script Execution to \"Allow local scripts and remote signed scripts\", then: gpupdate /force"
			}
			return f
		case p.Transcription:
			return Finding{
				Severity: Warning, Title: "Group policy writes PowerShell transcripts", Summary: sentence(policyText(p)),
				Consequence: "Managing AD FS from the product fails while it is on.",
				Fix:         "If this server manages AD FS, take it out of the policy Turn on PowerShell Transcription, then: gpupdate /force",
			}
		}
		return Finding{Severity: Pass, Title: "PowerShell " + p.Version, Summary: sentence(policyText(p))}
	})
}

func policyText(p facts.PowerShell) string {
	t := "execution policy " + or(p.Policy, "as by default (RemoteSigned)")
	if p.ByGroupPolicy {
		t += ", by group policy"
	}
	return t
}

func judgeProducts(s site) Finding {
	show := func(list []facts.Product) string {
		var t []string
		for _, p := range list {
			t = append(t, productText(p))
		}
		return or(strings.Join(t, "; "), "none")
	}
	return about("computer.products", "Installed products", product.LinkInstallIssues, s.set.Computer.Products, show, func(list []facts.Product) Finding {
		var left, legacy []string
		var engine, wizard string
		for _, p := range list {
			switch {
			case p.Leftover && (p.Component == facts.ComponentEngine || p.Component == facts.ComponentWizard):
				left = append(left, p.Code)
			case p.Component == facts.ComponentDirSync:
				legacy = append(legacy, productText(p))
			case p.Component == facts.ComponentEngine:
				engine = p.Version
			case p.Component == facts.ComponentWizard:
				wizard = p.Version
			}
		}
		switch {
		case len(left) > 0:
			return Finding{
				Severity: Warning, Title: "An earlier installation left " + plural(int64(len(left)), "trace") + " behind", Summary: sentence(strings.Join(left, ", ")),
				Consequence: "Microsoft's setup takes it for an installed version and ends with error 1603 or \"Service ADSync was not found\".",
				Fix:         "In PowerShell, as administrator: msiexec /x \"" + left[0] + "\" EXECUTE_UNINSTALL=1",
			}
		case len(legacy) > 0:
			return Finding{
				Severity: Warning, Title: "The old Directory Synchronization tool is installed", Summary: sentence(strings.Join(legacy, ", ")),
				Consequence: "Two synchronization engines on one computer are not supported.",
				Fix:         "Uninstall it. In PowerShell: Get-Package *DirSync*, *Directory*Sync* | Uninstall-Package",
			}
		case engine == "":
			return Finding{
				Severity: Note, Title: "The synchronization service is not installed on this computer yet",
				Consequence: "Install prepares the database and this computer; the service itself comes with Microsoft's setup afterwards.",
				Fix:         "Download Microsoft Entra Connect Sync from the Entra admin center, and do not run its express setup.",
			}
		}
		return Finding{
			Severity: Pass, Title: "Microsoft Entra Connect " + or(wizard, engine) + " is installed",
			Summary: "Synchronization engine " + engine + "; no leftovers of older versions.",
		}
	})
}

func productText(p facts.Product) string {
	if p.Leftover {
		return p.Component + " " + p.Code + ", leftover"
	}
	return p.Component + " " + p.Version
}

func judgeService(s site) Finding {
	show := func(v facts.SyncService) string {
		if !v.Installed {
			return "not installed"
		}
		return fmt.Sprintf("%s, %s, as %s, database %s", v.State, v.Start, v.Account, serviceDatabase(v))
	}
	return about("computer.service", "The synchronization service", product.LinkServiceAccount, s.set.Computer.Service, show, func(v facts.SyncService) Finding {
		switch {
		case !v.Installed:
			return Finding{Severity: Note, Title: "The service ADSync is not on this computer", Consequence: "Install cannot start it; Microsoft's setup brings it."}
		case v.Start == "disabled":
			return Finding{
				Severity: Warning, Title: "The service ADSync is disabled", Consequence: "It cannot be started at the end of Install.",
				Fix: "In PowerShell, as administrator: Set-Service ADSync -StartupType Automatic",
			}
		case v.Running() && !v.UsesLocalDB() && !sameDatabase(v, s):
			return Finding{
				Severity: Warning, Title: "This computer synchronizes with another database now", Summary: sentence(serviceDatabase(v)),
				Consequence: "Install points the service at the database of this wizard; what it synchronizes now stands still from then on.",
				Fix:         "Make sure that this is wanted. In PowerShell: Get-ADSyncScheduler; Get-ADSyncConnectorRunStatus",
			}
		case sameDatabase(v, s):
			return Finding{Severity: Pass, Title: "The service ADSync uses this database already", Summary: sentence(serviceDatabase(v))}
		}
		return Finding{
			Severity: Note, Title: "The service ADSync is here and uses " + serviceDatabase(v),
			Summary: sentence(v.State + ", runs as " + v.Account), Consequence: "Install points it at " + or(s.set.Database.Name, "the database") + " on " + s.set.SQL.Typed + ".",
		}
	})
}

func serviceDatabase(v facts.SyncService) string {
	t := or(v.Server, "an unnamed server")
	if v.Instance != "" {
		t += `\` + strings.TrimPrefix(v.Instance, `.\`)
	}
	return or(v.Database, "ADSync") + " on " + t
}

// sameDatabase tells whether the service's parameters name the database of the
// answers. The names are compared as they are written, so that a false "no" is
// possible where a server has several names.
func sameDatabase(v facts.SyncService, s site) bool {
	instance, _, _ := strings.Cut(v.Instance, ",")
	name := v.Server
	if instance != "" {
		name += `\` + instance
	}
	return strings.EqualFold(or(v.Database, "ADSync"), s.set.Database.Name) &&
		(strings.EqualFold(name, s.set.SQL.Typed) || strings.EqualFold(name, s.set.SQL.ServerName.Or("")))
}

// localDBLimit is where LocalDB stops, and localDBFull where it is time to move.
const (
	localDBLimit = 10 << 10
	localDBFull  = 8 << 10
)

func judgeOwnLocalDB(s site) Finding {
	show := func(list []facts.LocalDB) string {
		var t []string
		for _, l := range list {
			if l.File != "" {
				t = append(t, l.File+", "+megabytes(l.SizeMB)+", "+or(l.State, "state not read"))
			} else {
				t = append(t, "instance "+l.Instance)
			}
		}
		return or(strings.Join(t, "; "), "none")
	}
	return about("computer.localdb", "LocalDB", product.LinkMoveDatabase, s.set.Computer.LocalDB, show, func(list []facts.LocalDB) Finding {
		var most facts.LocalDB
		for _, l := range list {
			if l.File != "" && l.SizeMB >= most.SizeMB {
				most = l
			}
		}
		switch {
		case most.File == "" && len(list) == 0:
			return Finding{Severity: Pass, Title: "There is no LocalDB on this computer"}
		case most.File == "":
			return Finding{Severity: Pass, Title: "LocalDB holds no database of the service"}
		case most.SizeMB >= localDBFull:
			return Finding{
				Severity: Warning, Title: "The LocalDB database on this computer has " + megabytes(most.SizeMB), Summary: "Its limit is " + megabytes(localDBLimit) + inUse(most) + ".",
				Consequence: "At the limit the service stops. This wizard needs the data on a full SQL Server.",
				Fix:         "If this is the data to keep: Stop-Service ADSync, copy \"" + most.File + "\" and its log to the SQL Server, attach them there, and check that database.",
			}
		}
		return Finding{
			Severity: Note, Title: "There is a LocalDB database on this computer too", Summary: sentence(most.File + ", " + megabytes(most.SizeMB) + inUse(most)),
			Consequence: "It stays as it is; the service no longer uses it after Install.",
		}
	})
}

// inUse says of a database file whether its instance runs, where that was seen.
func inUse(l facts.LocalDB) string {
	switch l.State {
	case facts.FileOpen:
		return "; its instance runs"
	case facts.FileClosed:
		return "; its instance does not run"
	}
	return ""
}

// GroupNames gives the four local groups that may use the service, custom names
// where they are given: administrators, operators, browse, password reset.
func GroupNames(g answers.Groups) [4]string {
	return [4]string{
		or(strings.TrimSpace(g.Administrators), "ADSyncAdmins"), or(strings.TrimSpace(g.Operators), "ADSyncOperators"),
		or(strings.TrimSpace(g.Browse), "ADSyncBrowse"), or(strings.TrimSpace(g.PasswordReset), "ADSyncPasswordSet"),
	}
}

func judgeGroups(s site) Finding {
	show := func(list []facts.LocalGroup) string { return plural(int64(len(list)), "local group") }
	return about("computer.groups", "Local groups", product.LinkCustomInstall, s.set.Computer.Groups, show, func(list []facts.LocalGroup) Finding {
		there := map[string]bool{}
		for _, g := range list {
			there[strings.ToLower(g.Name)] = true
		}
		var missing []string
		names := GroupNames(s.ans.Components.Groups)
		for _, n := range names {
			if !there[strings.ToLower(n)] {
				missing = append(missing, n)
			}
		}
		if len(missing) == 0 {
			return Finding{Severity: Pass, Title: "The local groups of the service are there", Summary: sentence(strings.Join(names[:], ", "))}
		}
		return Finding{
			Severity: Note, Title: "Install will make " + plural(int64(len(missing)), "local group"), Summary: sentence(strings.Join(missing, ", ")),
			Consequence: "Their members may use the synchronization service; you become a member of the first one.",
		}
	})
}
