package compare

import (
	"strconv"
	"strings"
)

// feature makes the entry of an optional feature.
func feature(name, title, on, off string) entry {
	return entry{
		kind: KindSettings, pattern: "parameter:microsoft.optionalfeature." + name, severity: Dangerous, area: AreaFeatures, title: title,
		on: on, off: off, text: "The feature is set differently, which changes what is synchronized.",
	}
}

// in puts an entry into another area.
func (e entry) in(a Area) entry { e.area = a; return e }

// setting makes the entry of another global setting.
func setting(name string, s Severity, a Area, title, text string) entry {
	return entry{kind: KindSettings, pattern: "parameter:microsoft." + name, severity: s, area: a, title: title, text: text}
}

// settingEntries are the global settings. Names and meanings:
// https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-adsync
// and public dumps of Get-ADSyncGlobalSettings.
func settingEntries() []entry {
	list := []entry{
		{kind: KindSettings, pattern: "@server", severity: Expected, area: AreaServer, title: "Name of the server", text: "Two servers have two names.", elsewhere: true},
		{kind: KindSettings, pattern: "@export-date", severity: Expected, area: AreaServer, title: "Time of the export", text: "The exports were made at different times."},
		{kind: KindSettings, pattern: "version", severity: Expected, area: AreaServer, title: "Counter of changes", text: "Each server counts its own changes."},
		{kind: KindSettings, pattern: "format-version", severity: Attention, area: AreaServer, title: "Version of the export's form", text: "The exports have different forms; something may have another name in one of them."},
		{kind: KindSettings, pattern: "password-change-history-size", severity: Attention, area: AreaPassword, title: "Remembered password changes", text: "The servers remember a different number of password changes."},
		stagingEntry(),
		setting("synchronize.serverconfigurationversion", Expected, AreaServer, "Version of Entra Connect", "The servers run different versions. After an upgrade Microsoft's rules may differ and a full synchronization may follow."),
		setting("synchronize.nextstarttime", Expected, AreaScheduler, "Next start", "Each server starts at its own times."),
		setting("systeminformation.machinerole", Expected, AreaServer, "Role of the computer", "It describes the computer, not the synchronization."),
		setting("synchronize.synchronizationschedule", Attention, AreaScheduler, "Scheduler", "The scheduler runs on one server only: without it nothing is synchronized by itself."),
		setting("synchronize.schedulersuspended", Attention, AreaScheduler, "Scheduler suspended", "The scheduler is suspended on one server, as while its wizard is open or after it was cut off."),
		setting("synchronize.timeinterval", Attention, AreaScheduler, "Time between cycles", "Changes reach Microsoft Entra ID sooner or later than before."),
		setting("synchronize.synchronizationpolicy", Attention, AreaScheduler, "Kind of the next cycle", "The next cycle is full (Initial) on one server and reads and evaluates everything, which can take hours."),
		setting("synchronize.maintenanceenabled", Attention, AreaScheduler, "Maintenance", "Maintenance (renewing keys and certificates, purging the run history) is done on one server only."),
		setting("synchronize.runhistorypurgeinterval", Attention, AreaScheduler, "Run history is kept for", "The run history reaches back a different time."),
		setting("optionalfeature.autoupgradestate", Attention, AreaScheduler, "Automatic upgrade", "The servers are not upgraded at the same time; with full SQL Server the upgrade is yours to do."),
		setting("optionalfeature.autoupgradesuspensionreason", Attention, AreaScheduler, "Why automatic upgrade is suspended", "One of the servers is not upgraded by itself, for the reason shown."),
		setting("optionalfeature.exportdeletionthreshold", Dangerous, AreaProtection, "Protection against accidental deletes", "The protection against accidental deletes is set differently."),
		setting("optionalfeature.exportdeletionthresholdvalue", Attention, AreaProtection, "Accidental-delete threshold", "The new server stops at another number of deletions."),
		setting("synchronizationoption.anchorattribute", Dangerous, AreaIdentity, "Source anchor", "Objects get another identity: they are not recognised in Microsoft Entra ID and are deleted and made anew, or fail."),
		setting("synchronizationoption.upnattribute", Dangerous, AreaIdentity, "Attribute of the user principal name", "People get another sign-in name in Microsoft Entra ID."),
		setting("synchronizationoption.joincriteria", Dangerous, AreaIdentity, "How people are matched across forests", "People who stand in several directories are joined differently, which splits or merges accounts."),
		setting("synchronizationoption.customattribute", Dangerous, AreaIdentity, "Attribute that joins people across forests", "People who stand in several directories are joined differently, which splits or merges accounts."),
		setting("version.synchronizationruleimmutabletag", Attention, AreaRules, "Generation of Microsoft's rules", "The servers have different generations of Microsoft's rules."),
		setting("connectdirectories.wizarddirectorymode", Attention, AreaConnector, "Kind of directories", "The servers were set up for different kinds of directories."),
		setting("usersignin.signonmethod", Attention, AreaPassword, "Sign-in method", "The wizard of the new server holds another sign-in method; running it there changes how people sign in."),
		setting("usersignin.desktopssoenabled", Attention, AreaPassword, "Seamless single sign-on", "The wizard of the new server holds another setting; running it there changes how people sign in."),
		setting("aadfilter.applicationlist", Dangerous, AreaFilter, "Applications that attributes are limited to", "Attributes of other applications are no longer, or newly, synchronized."),
		setting("aadfilter.attributeexclusionlist", Dangerous, AreaFilter, "Attributes that are left out", "The listed attributes are no longer, or newly, synchronized."),
		setting("optionalfeature.directoryextensionattributes", Dangerous, AreaFeatures, "Directory extension attributes", "Other extension attributes are synchronized; applications that read them see old or no values."),
		setting("directoryextension.sourcetargetattributesmap", Dangerous, AreaFeatures, "Targets of directory extensions", "Extension attributes flow to other targets in Microsoft Entra ID."),
	}
	for _, w := range []string{"group", "user", "device"} {
		list = append(list,
			setting(w+"writeback.forest", Dangerous, AreaWriteback, "Forest for "+w+" writeback", "Objects are written back to another forest."),
			setting(w+"writeback.container", Dangerous, AreaWriteback, "Container for "+w+" writeback", "Objects are written back to another container: the old ones are left behind or deleted."))
	}
	list = append(list, featureEntries()...)
	for i := range list {
		switch {
		case strings.HasSuffix(list[i].pattern, ".exportdeletionthreshold"):
			list[i].on = "The new server protects against accidental deletes and the active one does not."
			list[i].off = "The new server exports any number of deletions without stopping."
		case strings.HasSuffix(list[i].pattern, ".exportdeletionthresholdvalue"):
			list[i].weigh = thresholdWeight
		}
	}
	return list
}

// featureEntries are the optional features.
func featureEntries() []entry {
	return []entry{
		feature("passwordhashsync", "Password hash synchronization", "The new server sends password hashes to Microsoft Entra ID, the active one does not.",
			"The new server sends no password hashes: new and changed passwords no longer reach Microsoft Entra ID.").in(AreaPassword),
		feature("passwordwriteback", "Password writeback", "Passwords that are reset in the cloud are written back to Active Directory by the new server.",
			"Passwords that are reset in the cloud no longer reach Active Directory.").in(AreaWriteback),
		feature("devicewriteback", "Device writeback", "Devices are written back to Active Directory by the new server.", "Devices are no longer written back to Active Directory.").in(AreaWriteback),
		feature("groupwriteback", "Group writeback", "Groups are written back to Active Directory by the new server.", "Groups are no longer written back, and those that were may be deleted in Active Directory.").in(AreaWriteback),
		feature("userwriteback", "User writeback", "Users are written back to Active Directory by the new server.", "Users are no longer written back to Active Directory.").in(AreaWriteback),
		feature("devicewriteup", "Device synchronization", "Computers are synchronized to Microsoft Entra ID by the new server.", "Computers are no longer synchronized: hybrid join breaks for those that disappear."),
		feature("groupfiltering", "Filtering by group", "Only members of one group stay synchronized: everybody else is deleted from Microsoft Entra ID.", "The limit to one group is gone: all objects in scope are synchronized.").in(AreaFilter),
		feature("filteraad", "Filtering of applications and attributes", "Fewer attributes are synchronized.", "More attributes are synchronized.").in(AreaFilter),
		feature("hybridexchange", "Exchange hybrid", "Exchange attributes are written back to Active Directory by the new server.", "Exchange attributes are no longer written back, which breaks mail flow and hybrid mailboxes."),
		feature("exchangemailpublicfolder", "Exchange mail public folders", "Mail-enabled public folders are synchronized by the new server.", "Mail-enabled public folders are no longer synchronized."),
		feature("directoryextension", "Directory extensions", "Extension attributes are synchronized by the new server.", "Extension attributes are no longer synchronized; applications that read them see old or no values."),
	}
}

// stagingEntry is about staging mode: one of two servers is in it.
func stagingEntry() entry {
	e := setting("synchronize.stagingmode", Expected, AreaServer, "Staging mode", "One of the two servers is to be in staging mode.")
	e.on = "The new server imports and synchronizes but exports nothing, as a staging server should."
	e.off = "The first configuration is that of a staging server and the second one exports: make sure that only one server is active."
	return e
}

// thresholdWeight makes a weaker protection dangerous.
func thresholdWeight(_ *differ, _ scopeOf, c change, x *Difference) {
	before, errA := strconv.Atoi(strings.Join(c.before, ""))
	after, errB := strconv.Atoi(strings.Join(c.after, ""))
	if errA == nil && errB == nil && after > before {
		x.Severity = Dangerous
		x.Effect = "The new server exports " + strconv.Itoa(after-before) + " more deletions before it stops."
	}
}
