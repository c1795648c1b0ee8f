package compare

import "strings"

// about makes an entry of a connector.
func about(pattern string, s Severity, a Area, title, text string) entry {
	return entry{kind: KindConnector, pattern: pattern, severity: s, area: a, title: title, text: text}
}

const (
	adma    = "private-configuration/adma-configuration/"
	cloudMA = "private-configuration/maconfig/"

	textAccount = "Each server has its own account; what counts is that it has the same rights."
	textOwn     = "Each server makes its own."
	textSafe    = "The connection to the directory is protected differently."
)

// connectorEntries are the properties of connectors.
func connectorEntries() []entry {
	list := []entry{
		about("id", Expected, AreaConnector, "Id of the connector", textOwn),
		about("creation-time", Expected, AreaConnector, "Created", "The servers were set up at different times."),
		about("last-modification-time", Expected, AreaConnector, "Last changed", "The connectors were changed, or exported, at different times."),
		about("version", Expected, AreaConnector, "Counter of changes", "Each server counts its own changes."),
		about("internal-version", Expected, AreaConnector, "Counter of changes", "Each server counts its own changes."),
		about("format-version", Attention, AreaConnector, "Version of the export's form", "The exports have different forms; something may have another name in one of them."),
		nameEntry(),
		about("category", Dangerous, AreaConnector, "Kind of connector", "Under the same name another kind of system is connected."),
		about("subtype", Dangerous, AreaConnector, "Kind of connector", "Under the same name another kind of system is connected."),
		about("ma-listname", Attention, AreaConnector, "Kind of connector as shown", "The connector is of another make."),
		about("ma-companyname", Attention, AreaConnector, "Maker", "The connector is of another make."),
		about("description", Attention, AreaConnector, "Description", "It changes nothing; somebody wrote it for a reason."),
		about("password-sync-allowed", Dangerous, AreaPassword, "Password management allowed", "Passwords are managed through this connector on one server only."),
		about("attribute-inclusion", Attention, AreaSchema, "Selected attributes", "An attribute that is not selected is not read and not written, whatever the rules say."),
		about("component_mappings/*/*", Attention, AreaConnector, "Provisioning hierarchy", "New parent objects are made with other types."),
		about("component_mappings", Attention, AreaConnector, "Provisioning hierarchy", "New parent objects are made with other types."),
		about("password-sync/allow-low-security", Attention, AreaPassword, "Unprotected password changes", "Passwords may be set over an unprotected connection on one server."),
		about("password-sync/unlock-account", Attention, AreaPassword, "Unlock when a password is set", "Accounts are unlocked together with a new password on one server only."),
		about("password-sync/*", Attention, AreaPassword, "", "A failed password change is repeated differently."),
		about("encrypted-attributes*", Expected, AreaConnector, "Sealed values", "Secrets are sealed for each server and never compared."),
		about(adma+"forest-name", Dangerous, AreaConnector, "Forest", "Another forest is read."),
		about(adma+"forest-login-user", Expected, AreaConnector, "Connector account", textAccount),
		about(adma+"forest-login-domain", Expected, AreaConnector, "Domain of the connector account", textAccount),
		about(adma+"forest-guid", Attention, AreaConnector, "Id of the forest", "The connector may point at another forest of the same name."),
		about(adma+"forest-port", Attention, AreaConnector, "Port", "The directory is reached through another port."),
		about(adma+"sign-and-seal", Attention, AreaConnector, "Signing and sealing", textSafe),
		about(adma+"default-ssl-strength", Attention, AreaConnector, "Strength of TLS", textSafe),
		about(adma+"ssl-bind", Attention, AreaConnector, "TLS", textSafe),
		about(adma+"ssl-bind@crl-check", Attention, AreaConnector, "Check for revoked certificates", textSafe),
		about(adma+"simple-bind", Attention, AreaConnector, "Simple bind", textSafe),
		about(adma+"password-hash-sync-config/target", Dangerous, AreaPassword, "Target of password hashes", "Password hashes go to another connector."),
		about(adma+"parameter:connector.groupfilteringgroupdn", Dangerous, AreaFilter, "Group that limits who is synchronized", "Only members of this group are synchronized: whoever is in one group and not in the other appears or is deleted."),
		about(adma+"parameter:forest.*", Dangerous, AreaConnector, "", "Rules build values from the name of the forest, which differs."),
		about(adma+"parameter:ads_*", Attention, AreaConnector, "", "A constant that rules may use has another value."),
		about(cloudMA+"parameter:username", Expected, AreaConnector, "Sync identity", textAccount),
		about(cloudMA+"parameter:applicationid", Expected, AreaConnector, "Application of the sync identity", textAccount),
		about(cloudMA+"parameter:certificatethumbprint", Expected, AreaConnector, "Certificate of the sync identity", textAccount),
		about(cloudMA+"extension-config/assembly-version", Expected, AreaServer, "Version of the connector", "It follows the version of Entra Connect."),
		about(cloudMA+"extension-config/capability-bits", Attention, AreaConnector, "Abilities of the connector", "The connector can do other things; it is so after an upgrade."),
		about(cloudMA+"extension-config/export-type", Attention, AreaConnector, "Kind of export", "Changes are sent in another form; it is so after an upgrade."),
		about(cloudMA+"extension-config/*", Attention, AreaConnector, "", "The connector works differently."),
		about(cloudMA+"importing/*", Dangerous, AreaIdentity, "Anchor of objects", "Objects are recognised by another attribute: existing ones may be made anew."),
		about(cloudMA+"importing/*/*", Dangerous, AreaIdentity, "Anchor of objects", "Objects are recognised by another attribute: existing ones may be made anew."),
		about(cloudMA+"importing/*/*/*/*", Dangerous, AreaIdentity, "Anchor of objects", "Objects are recognised by another attribute: existing ones may be made anew."),
		about(cloudMA+"aad-password-reset-config/modified-timestamp", Expected, AreaWriteback, "Password writeback last changed", "It was switched at different times."),
		about(cloudMA+"aad-password-reset-config/adal-authority", Attention, AreaWriteback, "Authority of password writeback", "Password writeback signs in elsewhere."),
	}
	list = append(list, toggle(adma+"password-hash-sync-config/enabled", AreaPassword, "Password hash synchronization",
		"The new server sends password hashes of this forest to Microsoft Entra ID, the active one does not.",
		"The new server sends no password hashes of this forest: new and changed passwords no longer reach Microsoft Entra ID."))
	list = append(list, toggle(cloudMA+"aad-password-reset-config/enabled", AreaWriteback, "Password writeback",
		"Passwords that are reset in the cloud are written back to Active Directory by the new server.",
		"Passwords that are reset in the cloud no longer reach Active Directory."))
	for i := range list {
		switch list[i].pattern {
		case "attribute-inclusion":
			list[i].weigh = attributeWeight
		case cloudMA + "extension-config/capability-bits", cloudMA + "extension-config/export-type":
			list[i].weigh = versionWeight
		}
	}
	return list
}

// toggle makes the entry of a dangerous switch of a connector.
func toggle(pattern string, a Area, title, on, off string) entry {
	return entry{kind: KindConnector, pattern: pattern, severity: Dangerous, area: a, title: title, on: on, off: off, text: title + " is set differently."}
}

// nameEntry is about a connector's name, which for the one to Entra ID holds the tenant.
func nameEntry() entry {
	e := about("name", Attention, AreaConnector, "Name of the connector", "It is the same connector under another name; scripts that name it fail.")
	e.weigh = func(_ *differ, s scopeOf, _ change, x *Difference) {
		if s.entra {
			x.Severity, x.Area, x.Title, x.Change = Dangerous, AreaIdentity, "Tenant", Changed
			x.Effect = "The servers synchronize to different tenants."
		}
	}
	return e
}

// versionWeight makes a difference expected when the product's versions differ.
func versionWeight(d *differ, _ scopeOf, _ change, x *Difference) {
	if d.versionsDiffer() {
		x.Severity, x.Effect = Expected, "It follows the version of Entra Connect, which differs."
	}
}

// versionsDiffer tells whether the servers run different versions of the product.
func (d *differ) versionsDiffer() bool {
	return d.a.Source.Version != "" && d.b.Source.Version != "" && d.a.Source.Version != d.b.Source.Version
}

// partitionEntries are the properties of partitions: domains and naming contexts.
func partitionEntries() []entry {
	part := func(pattern string, s Severity, a Area, title, text string) entry {
		return entry{kind: KindPartition, pattern: pattern, severity: s, area: a, title: title, text: text}
	}
	const data = "custom-data/adma-partition-data/"
	list := []entry{
		part("id", Expected, AreaConnector, "Id of the partition", textOwn),
		part("creation-time", Expected, AreaConnector, "Created", "The servers were set up at different times."),
		part("last-modification-time", Expected, AreaConnector, "Last changed", "The partitions were changed, or exported, at different times."),
		part("version", Expected, AreaConnector, "Counter of changes", "Each server counts its own changes."),
		part("name", Dangerous, AreaFilter, "Name of the partition", "The partition is called otherwise in the directory: the domain was renamed or is another one."),
		part("display-name", Attention, AreaConnector, "Name as shown", "It is the same partition under another name."),
		part("filter/object-classes", Dangerous, AreaFilter, "Selected object types", "Objects of these types are no longer, or newly, read: those that are missing on the new server are deleted from Microsoft Entra ID."),
		part(data+"last-dc", Expected, AreaConnector, "Last domain controller", "Each server uses the domain controller that it found."),
		part("parameter:last-dc", Expected, AreaConnector, "Last domain controller", "Each server uses the domain controller that it found."),
		part(data+"cookie", Expected, AreaServer, "Cookie of the last import", "Each server remembers its own last import."),
		part("parameter:cookie", Expected, AreaServer, "Cookie of the last import", "Each server remembers its own last import."),
		part("custom-data/water-mark", Expected, AreaServer, "Watermark of the last import", "Each server remembers its own last import."),
		part(data+"login-user", Expected, AreaConnector, "Connector account", textAccount),
		part(data+"login-domain", Expected, AreaConnector, "Domain of the connector account", textAccount),
		part(data+"preferred-dcs*", Attention, AreaConnector, "Preferred domain controllers", "The new server reads from other domain controllers; far ones are slower, old ones less up to date."),
		part(data+"preferred-dcs/*", Attention, AreaConnector, "Preferred domain controllers", "The new server reads from other domain controllers; far ones are slower, old ones less up to date."),
		part(data+"dc-failover", Attention, AreaConnector, "Other domain controllers when the preferred ones fail", "Without it, synchronization of the domain stops when its preferred domain controllers do not answer."),
		part(data+"guid", Attention, AreaConnector, "Id of the domain", "The partition may point at another domain of the same name."),
		part(data+"sign-and-seal", Attention, AreaConnector, "Signing and sealing", textSafe),
		part(data+"ssl-bind", Attention, AreaConnector, "TLS", textSafe),
		part(data+"ssl-bind@crl-check", Attention, AreaConnector, "Check for revoked certificates", textSafe),
		part(data+"simple-bind", Attention, AreaConnector, "Simple bind", textSafe),
		part("parameter:domain.*", Dangerous, AreaConnector, "", "Rules build values from the name of the domain, which differs."),
	}
	selected := part("selected", Dangerous, AreaFilter, "Domain is synchronized", "The domain is synchronized on one server only.")
	selected.on = "The whole domain comes into scope: its objects are made in Microsoft Entra ID."
	selected.off = "The whole domain leaves the scope: its objects are deleted from Microsoft Entra ID."
	list = append(list, selected)
	for _, p := range []string{"filter/containers/inclusions", "filter/containers/exclusions"} {
		e := part(p, Dangerous, AreaFilter, "Containers", "Other containers are in scope.")
		e.elsewhere = true
		list = append(list, e)
	}
	return list
}

// profileEntries are the properties of run profiles.
func profileEntries() []entry {
	profile := func(pattern string, s Severity, title, text string) entry {
		return entry{kind: KindProfile, pattern: pattern, severity: s, area: AreaProfiles, title: title, text: text}
	}
	const step = "configuration/step*"
	list := []entry{
		profile("id", Expected, "Id of the run profile", textOwn),
		profile("version", Expected, "Counter of changes", "Each server counts its own changes."),
		profile("name", Attention, "Name of the run profile", "Scripts and the scheduler start run profiles by name."),
	}
	for _, p := range []struct{ pattern, title, text string }{
		{"/step-type@type", "Kind of step", "The run profile does something else."},
		{"/step-type/*", "Kind of step", "The run profile does something else."},
		{"/partition", "Partition of the step", "The run profile works on another partition."},
		{"/threshold/delete", "Deletions before the run stops", "A run stops at another number of deletions."},
		{"/threshold/object", "Objects before the run stops", "A run stops at another number of objects."},
		{"/threshold/batch-size", "Objects in one batch", "A run handles its objects in other portions."},
		{"/custom-data/*/batch-size", "Objects in one batch", "A run handles its objects in other portions."},
		{"/custom-data/*/page-size", "Objects in one page of an answer", "A run asks for its objects in other portions."},
		{"/custom-data/*/time-limit", "Seconds to wait for an answer", "A run waits another time for an answer."},
		{"/threshold/*", "", "A run handles its objects in other portions."},
		{"/custom-data/*/*", "", "A run handles its objects in other portions, or waits another time."},
	} {
		list = append(list, profile(step+p.pattern, Attention, p.title, p.text))
	}
	for i := range list {
		if strings.HasSuffix(list[i].pattern, "/step-type@type") || strings.HasSuffix(list[i].pattern, "/partition") {
			list[i].less = "The run profile has fewer steps: a part of its work is not done."
			list[i].more = "The run profile has more steps."
		}
	}
	return list
}
