package review

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// Who can do a task.
const (
	whoHybrid   = "Hybrid Identity Administrator and local administrator of this server"
	whoServer   = "Local administrator of this server (member of ADSyncAdmins)"
	whoDomain   = "Domain administrator"
	whoDatabase = "Database administrator"
	whoPolicy   = "Conditional Access Administrator"
	whoUsers    = "User Administrator"
)

// wizard is the first step of everything that is done in the product's wizard.
const wizard = "On this server start Microsoft Entra Connect and press Configure."

// after is what the tasks are worked out from.
type after struct {
	set     facts.Set
	plan    plan.Plan
	tenant  *facts.Tenant
	forests []facts.ForestAccount
}

// Tasks gives what is left to do after Install, in the order in which to do it:
// first what has to be done before this server leaves staging mode, then leaving
// it, then what comes with a living server. tenant is nil when nobody signed in.
func Tasks(set facts.Set, p plan.Plan, tenant *facts.Tenant, forests []facts.ForestAccount) []Task {
	a := after{set: set, plan: p, tenant: tenant, forests: forests}
	var out []Task
	for _, task := range []func(after) []Task{
		groupsTask, schedulerTask, conditionalTask, cycleTask, connectorsTask, exportsTask, deletesTask,
		thresholdTask, signInTasks, optionsTask, writebackTask, deviceTask, previousTask, leaveTask,
		verifyTask, oldAccountsTask, oldIdentitiesTask, upgradeTask, backupTask, healthTask,
	} {
		out = append(out, task(a)...)
	}
	return out
}

// oldVersion tells whether the database was last used by a version whose
// sign-in method and options are not kept.
func (a after) oldVersion() bool {
	last, _ := a.set.ADSync.VersionLastUsed()
	return product.Below(last, product.SettingsKept)
}

// full tells whether the plan asks for a full import or a full synchronization.
func (a after) full() (imports, syncs bool) {
	if h := a.plan.HandOver; h != nil {
		return h.FullImport, h.FullSync
	}
	for _, c := range a.plan.Writes.Connectors {
		imports, syncs = imports || c.FullImport, syncs || c.FullSync
	}
	return imports, syncs
}

func (a after) previous() string {
	name, _ := a.set.ADSync.Previous.Get()
	return name
}

// groupsTask is about the four local groups that may use the synchronization
// service: the database names them by the previous server's ids.
func groupsTask(a after) []Task {
	t := Task{
		ID: "sync-groups", Title: "See that you can open Synchronization Service Manager", First: true, Who: whoServer, Link: product.LinkPostInstall,
		Text: "Members of the local group ADSyncAdmins may use it. Group memberships count from the next sign-in on.",
		Steps: []string{
			"Open lusrmgr.msc, Groups, ADSyncAdmins, and add yourself.",
			"Sign out, sign in again, and open Synchronization Service Manager.",
		},
	}
	if c := a.plan.Computer; c != nil && c.Member != "" {
		t.Steps[0] = c.Member + " is in " + c.Groups[0].Name + " now; add others in lusrmgr.msc, Groups."
		if c.Service == nil {
			t.Steps = append([]string{"Install the synchronization engine with Microsoft's setup, started with AzureADConnect.exe /useexistingdatabase: it is not on this computer yet."}, t.Steps...)
		}
	}
	if groups, ok := a.set.ADSync.Server.Groups.Get(); ok && len(groups) > 0 && len(a.plan.Writes.Groups) == 0 && a.plan.HandOver == nil {
		t.Text += " The database still names the groups of the previous server by their ids, which mean nothing on this one."
		t.Steps = append(t.Steps, "If it refuses you, let the setup of Microsoft Entra Connect attach the database (AzureADConnect.exe /useexistingdatabase): it writes the ids of this server's groups.")
	}
	return []Task{t}
}

func schedulerTask(a after) []Task {
	t := Task{
		ID: "scheduler", Title: "Start imports and synchronizations", First: true, Who: whoServer, Link: product.LinkScheduler,
		Text: "Install left the scheduler off, as you chose. In staging mode a cycle imports and synchronizes, and exports nothing.",
		Steps: []string{
			"Open Windows PowerShell as administrator on this server and run: Import-Module ADSync",
			"Set-ADSyncScheduler -SyncCycleEnabled $true",
			"Start-ADSyncSyncCycle -PolicyType " + a.policy(),
			"Get-ADSyncScheduler has to show StagingModeEnabled : True.",
		},
	}
	if a.plan.StartSync {
		t.Title = "See that imports and synchronizations run"
		t.Text = "The scheduler is on: the first cycle starts by itself as soon as the synchronization service runs. In staging mode it exports nothing."
		t.Steps = []string{
			"Open Windows PowerShell on this server and run: Import-Module ADSync; Get-ADSyncScheduler",
			"It has to show StagingModeEnabled : True and SyncCycleEnabled : True.",
			"Get-ADSyncConnectorRunStatus shows what runs now; Synchronization Service Manager, Operations, shows what has run.",
		}
	}
	return []Task{t}
}

func (a after) policy() string {
	if imports, syncs := a.full(); imports || syncs {
		return "Initial"
	}
	return "Delta"
}

func cycleTask(a after) []Task {
	imports, syncs := a.full()
	t := Task{
		ID: "full-cycle", First: true, Who: whoServer, Link: product.LinkExistingDatabase,
		Steps: []string{
			"Open Synchronization Service Manager, Operations.",
			"Wait until Full Import and Full Synchronization of every connector have ended with success.",
			"Don't leave staging mode before: what is not imported yet would look deleted.",
		},
	}
	estimate := preflight.EstimateFull(a.set.ADSync).Text()
	switch {
	case imports && syncs:
		t.Title = "Wait for the full import and the full synchronization"
		t.Text = "The last synchronization is too long ago, and the installed version is higher than the one before; " + estimate + "."
	case imports:
		t.Title = "Wait for the full import from Microsoft Entra ID"
		t.Text = "The last synchronization is more than three weeks ago, or nobody knows; " + estimate + " for a full cycle."
	case syncs:
		t.Title = "Wait for the full synchronization"
		t.Text = "The installed version is higher than the one before, so schema or standard rules may have changed; " + estimate + "."
	default:
		t.Title = "Wait for the first imports and synchronizations"
		t.Text = "They bring what has changed since the previous server stopped."
		t.Steps[1] = "Wait until Delta Import and Delta Synchronization of every connector have ended with success."
		t.Steps = t.Steps[:2]
	}
	for _, line := range preflight.CycleTimes(a.set.ADSync) {
		t.Steps = append(t.Steps, "As this database's history has it: "+line+".")
	}
	return []Task{t}
}

func conditionalTask(a after) []Task {
	name := a.plan.Identity.Name
	if name == "" {
		name = "the sync identity that Microsoft's setup made"
	}
	t := Task{
		ID: "conditional-access", Title: "Exclude the new sync identity from Conditional Access", First: true,
		Text: "A policy that asks " + name + " for multifactor authentication, a device or a place stops every import and export.",
		Who:  whoPolicy, Link: product.LinkConditional,
		Steps: []string{
			"Open the Entra admin center, Entra ID, Conditional Access, Policies.",
			"In every policy for all users exclude the role Directory Synchronization Accounts, or " + name + " itself.",
			"Sign-in logs, User sign-ins (non-interactive), show whether it gets in.",
		},
	}
	if a.plan.Identity.Kind == plan.IdentityApplication {
		t.Steps[1] = "Look for policies for workload identities that include all service principals, and exclude " + name + "."
		t.Steps[2] = "Sign-in logs, Service principal sign-ins, show whether it gets in."
		t.Link = product.LinkAppIdentity
	}
	return []Task{t}
}

func connectorsTask(a after) []Task {
	var names []string
	for _, c := range a.set.ADSync.Connectors.Or(nil) {
		if c.Kind == facts.KindOther {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []Task{{
		ID: "other-connectors", Title: "Type the passwords of the other connectors again", First: true,
		Text: "Their passwords can be read by the previous server only: " + strings.Join(names, ", ") + ".",
		Who:  whoServer, Link: product.LinkExistingDatabase,
		Steps: []string{
			"Open Synchronization Service Manager, Connectors.",
			"Open the properties of each, go to its connectivity page and type the password.",
			"Remove connectors that nobody needs.",
		},
	}}
}

// exported adds the pending exports of all connectors.
func (a after) exported() (all, deletes int64, known bool) {
	known = true
	for _, c := range a.set.ADSync.Connectors.Or(nil) {
		n, ok := c.Counts.Get()
		known = known && ok
		all += n.Exports()
		deletes += n.ExportDelete + n.ExportDeleteAdd
	}
	return all, deletes, known
}

func exportsTask(a after) []Task {
	n, deletes, known := a.exported()
	t := Task{
		ID: "pending-exports", First: true, Who: whoServer, Link: product.LinkStaging,
		Title: fmt.Sprintf("Review %d pending exports", n),
		Text:  fmt.Sprintf("As counted before Install; the first cycle changes the number. %d of them are deletions. They are carried out as soon as this server leaves staging mode.", deletes),
		Steps: []string{
			"When the first cycle has ended, open a command prompt in %ProgramFiles%\\Microsoft Azure AD Sync\\Bin.",
		},
	}
	if n == 0 {
		t.Title = "Review the pending exports"
		t.Text = "There were none before Install; the first cycle can make some. They are carried out as soon as this server leaves staging mode."
	}
	if !known {
		t.Title = "Review the pending exports"
		t.Text = "They could not be counted before Install. They are carried out as soon as this server leaves staging mode."
	}
	for i, c := range a.set.ADSync.Connectors.Or(nil) {
		file := fmt.Sprintf("%%temp%%\\export%d", i+1)
		t.Steps = append(t.Steps, fmt.Sprintf(`csexport "%s" %s.xml /f:x`, oneLine(c.Name), file),
			fmt.Sprintf("CSExportAnalyzer %s.xml > %s.csv", file, file))
	}
	t.Steps = append(t.Steps, "Open the CSV files: OMODT says what happens to the object (add, delete, modify), AMODT to the attribute. Look at adds, deletes and changes of the source anchor or the user principal name first.")
	return []Task{t}
}

// oneLine keeps a name from the database from breaking a command line.
func oneLine(name string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(name), " "), `"`, "")
}

func deletesTask(a after) []Task {
	_, deletes, known := a.exported()
	if !known || deletes == 0 {
		return nil
	}
	return []Task{{
		ID: "pending-deletes", First: true, Who: whoServer, Link: product.LinkAccidentalDelete,
		Title: fmt.Sprintf("Look at the %d pending deletions one by one", deletes),
		Text:  "A deletion that should not be is the costliest mistake after such an installation. The threshold is a count: it does not stop a few wrong ones.",
		Steps: []string{
			"In the CSV files of the pending exports keep the rows with OMODT = delete.",
			"Ask the owner of each object whether it is to go. If not, find out which filter or rule dropped it.",
			"Make sure that the AD Recycle Bin is enabled and that you know how to restore users in the Entra admin center, Deleted users.",
		},
	}}
}
