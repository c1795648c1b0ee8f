package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

func previousTask(a after) []Task {
	name := a.previous()
	t := Task{
		ID: "previous-server", Title: "Keep the previous server off", First: true, Who: whoServer, Link: product.LinkStaging,
		Text: "Its name is not known. If it starts again with this database, both damage its state; if it is active with another, both export.",
	}
	if name != "" {
		t.Title = "Keep " + name + " off"
		t.Text = "If " + name + " starts again with this database, both servers damage its state."
	}
	if name != "" && strings.EqualFold(name, a.plan.Server) {
		t.Title = "Make sure that the previous " + name + " is gone"
		t.Text = "The previous server had the name of this one. If a copy of it starts again with this database, both damage its state."
	}
	who := name
	if who == "" {
		who = "the previous server"
	}
	t.Steps = []string{
		"If " + who + " still runs: Stop-Service ADSync; Set-Service ADSync -StartupType Disabled",
		"Then uninstall Microsoft Entra Connect there; that does not drop the database.",
	}
	if a.set.ADSync.On(facts.SettingStagingMode) {
		t.Steps = append(t.Steps, "The database comes from a staging server. Find the active server and set it to staging mode before this one leaves it.")
		t.Text += " Another server is or was the active one."
	}
	return []Task{t}
}

func leaveTask(a after) []Task {
	return []Task{{
		ID: "leave-staging", Title: "Leave staging mode", Who: whoHybrid, Link: product.LinkStaging,
		Text: "When everything above is done and the pending exports are what you expect, " + a.plan.Server + " may take over. From then on it exports.",
		Steps: []string{
			"Make sure once more that no other server is active: at most one may be.",
			wizard, "Choose Configure staging mode, sign in, and clear Enable staging mode.",
			"Let the synchronization start when the configuration completes, then verify with Get-ADSyncScheduler: StagingModeEnabled : False.",
		},
	}}
}

func verifyTask(after) []Task {
	return []Task{{
		ID: "verify-licences", Title: "Verify, and assign licences", Who: whoUsers, Link: product.LinkPostInstall,
		Text: "After the first export see that users, groups and sign-in are right.",
		Steps: []string{
			"Entra admin center, Entra Connect, Connect Sync: Last sync has to be less than an hour ago.",
			"Create a test user on the network, wait for a cycle or run Start-ADSyncSyncCycle -PolicyType Delta, and find it in the cloud.",
			"Sign in as the test user.",
			"Assign licences to users who have none: Microsoft 365 admin center, Billing, Licenses.",
		},
	}}
}

func oldAccountsTask(a after) []Task {
	var out []Task
	for _, f := range a.forests {
		for _, old := range f.Forest.OldAccounts.Or(nil) {
			if a.made(old.Name) {
				continue
			}
			t := Task{
				ID: "old-account:" + strings.ToLower(f.Forest.Name+":"+old.Name), Title: "Remove the old account " + old.Name,
				Who: whoDomain, Link: product.LinkAccounts,
				Text: "Connector accounts may mostly read every password hash of their forest, for as long as they exist.",
				Steps: []string{
					"Make sure that no server uses it any more: its last sign-in has to be older than this installation.",
					"Disable it first: Disable-ADAccount " + afterSlash(old.Name),
					"A week later remove it: Remove-ADUser " + afterSlash(old.Name),
					"Remove its rights from the domain heads (dsacls shows them as an unknown SID).",
				},
			}
			if old.Server != "" {
				t.Title += " of " + old.Server
			}
			if !old.Created.IsZero() {
				t.Text += " Created " + old.Created.UTC().Format("2006-01-02") + "."
			}
			out = append(out, t)
		}
	}
	return out
}

// made tells whether an account is one that this plan makes or uses.
func (a after) made(account string) bool {
	return slices.ContainsFunc(a.plan.Accounts, func(x plan.Account) bool { return strings.EqualFold(x.User, afterSlash(account)) })
}

func afterSlash(account string) string {
	if _, user, ok := strings.Cut(account, `\`); ok {
		return user
	}
	return account
}

// oldIdentities names the sync identities of the previous server in the tenant.
func (a after) oldIdentities() (names []string, byApplication bool) {
	previous := a.previous()
	if a.tenant == nil || previous == "" {
		return nil, false
	}
	for _, i := range a.tenant.Identities.Or(nil) {
		if strings.EqualFold(i.Server, previous) && !strings.EqualFold(i.Name, a.plan.Identity.Name) {
			names = append(names, i.Name)
			byApplication = byApplication || i.Kind == string(plan.IdentityApplication)
		}
	}
	return names, byApplication
}

// oldIdentitiesTask has the sync identities of the previous server removed.
func oldIdentitiesTask(a after) []Task {
	names, byApplication := a.oldIdentities()
	if len(names) == 0 {
		return nil
	}
	previous := a.previous()
	t := Task{
		ID: "old-identities", Title: "Remove the sync identity of " + previous, Who: "Hybrid Identity Administrator", Link: product.LinkAppIdentity,
		Text: "It may still write to the whole tenant: " + strings.Join(names, ", ") + ". A tenant may have 20 sync identities.",
		Steps: []string{
			"Wait until this server has been live for a few days and " + previous + " is gone for good.",
			"Entra admin center, Users: delete the user whose name begins with Sync_" + previous + "_.",
		},
	}
	if byApplication {
		t.Steps[1] = "Entra admin center, App registrations, All applications: delete the one whose name begins with ConnectSyncProvisioning_" + previous + "_."
	}
	return []Task{t}
}

func thresholdTask(a after) []Task {
	on := a.set.ADSync.On(facts.SettingDeletionThreshold)
	limit, _ := a.set.ADSync.Setting(facts.SettingDeletionLimit)
	t := Task{
		ID: "accidental-deletes", Title: "Protect against accidental deletes", Who: whoHybrid, Link: product.LinkAccidentalDelete,
		Text: "The protection is off: nothing stops an export that deletes thousands of objects.", First: !on,
		Steps: []string{
			"Open Windows PowerShell on this server: Import-Module ADSync",
			"Enable-ADSyncExportDeletionThreshold -DeletionThreshold 500",
			"Get-ADSyncExportDeletionThreshold shows what is set; an export that is stopped ends with stopped-deletion-threshold-exceeded.",
		},
	}
	if on {
		t.Title = "Look at the threshold against accidental deletes"
		t.Text = "An export with more than " + limit + " deletions stops. It is a count: choose one that fits the size of your directory."
		t.Steps[1] = "Enable-ADSyncExportDeletionThreshold -DeletionThreshold <number> changes it."
	}
	return []Task{t}
}

func upgradeTask(a after) []Task {
	t := Task{
		ID: "manual-upgrades", Title: "Plan upgrades by hand", Who: whoServer, Link: product.LinkAutoUpgrade,
		Text: "Automatic upgrade is off on a full SQL Server, and every version leaves support twelve months after the next one.",
		Steps: []string{
			"Put the end of support into your calendar; the version history names it.",
			"Get-ADSyncAutoUpgrade -Detail shows Suspended with the reason UpgradeNotSupportedNonLocalDbInstall; that is right.",
		},
	}
	installed := ""
	for _, s := range a.plan.Writes.Settings {
		if strings.EqualFold(s.Name, facts.SettingVersion) {
			installed = s.After
		}
	}
	if installed == "" {
		installed = a.set.Computer.Installed.Or("")
	}
	for _, b := range product.Builds() {
		if order, ok := product.Compare(b.Version, installed); ok && order == 0 {
			t.Text += fmt.Sprintf(" %s is supported until %s.", installed, b.Ends.Format("2 January 2006"))
		}
	}
	return []Task{t}
}

func backupTask(a after) []Task {
	return []Task{{
		ID: "backup-job", Title: "Set up a backup job for the database", Who: whoDatabase, Link: product.LinkBackup,
		Text: "A backup that is younger than three weeks makes the next reconnection a matter of minutes.",
		Steps: []string{
			"Back up " + a.plan.Database + " every day, with CHECKSUM, and keep it off the SQL Server.",
			"With the recovery model FULL back up the log too, or it grows without end.",
			"Restore one on a test server once, and run the check of this program on it.",
		},
	}}
}

func healthTask(after) []Task {
	return []Task{{
		ID: "health", Title: "See to health and alerts", Who: whoHybrid, Link: product.LinkHealth,
		Text: "Somebody should learn of it when synchronization stops.",
		Steps: []string{
			"Entra admin center, Entra Connect, Connect Health, Sync services: this server has to appear; remove the previous one.",
			"Sync errors: review them once.",
			"Microsoft 365 admin center, Org settings: see who gets the technical notifications.",
		},
	}}
}
