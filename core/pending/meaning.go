package pending

import (
	"fmt"
	"strconv"
	"strings"
)

// Meaning is an error code in words.
type Meaning struct {
	Known bool   `json:"known"`
	What  string `json:"what"`
	Fix   string `json:"fix,omitempty"`
	Link  string `json:"link,omitempty"`
}

// Microsoft's pages about the errors.
const (
	linkEntra  = "https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-sync-errors"
	linkEngine = "https://learn.microsoft.com/microsoft-identity-manager/reference/maerrorcodes"
)

// entraMeanings are the errors that Entra ID gives for an exported object (linkEntra).
var entraMeanings = map[string]Meaning{
	"invalidsoftmatch": {
		What: "Another object in Entra ID has the same address or sign-in name and already belongs to another source object.",
		Fix:  "Find the two objects, decide which one is right, and remove the shared proxyAddresses or userPrincipalName value from the other in Active Directory.",
	},
	"objecttypemismatch": {
		What: "An object of another type in Entra ID has the same address, for example a group and a contact.",
		Fix:  "Remove the shared address from one of the two.",
	},
	"invalidhardmatch": {
		What: "The object matches a cloud object by its source anchor, which the tenant does not allow to be taken over.",
		Fix:  "Check whether the cloud object is the same person; then allow the hard match in the tenant, or clear the cloud object's onPremisesImmutableId.",
	},
	"attributevaluemustbeunique": {
		What: "A value that may exist once in the tenant is used by another object, mostly in proxyAddresses or userPrincipalName.",
		Fix:  "Remove the value from the object that should not have it, in Active Directory or in Entra ID.",
	},
	"quarantinedattributevaluemustbeunique": {
		What: "A value that may exist once is used by another object; Entra ID took the rest of the object and left this value out.",
		Fix:  "Remove the value from the object that should not have it.",
	},
	"datavalidationfailed": {
		What: "A value does not follow Entra ID's rules, for example a character in userPrincipalName that is not allowed.",
		Fix:  "Correct the value in Active Directory; IdFix finds such values.",
	},
	"federateddomainchangeerror": {
		What: "The suffix of userPrincipalName went from one federated domain to another.",
		Fix:  "Set the name in Entra ID to the onmicrosoft.com domain first, then let it synchronize.",
	},
	"largeobject": {
		What: "A value or the object is larger than Entra ID takes, mostly userCertificate, thumbnailPhoto or proxyAddresses.",
		Fix:  "Remove expired certificates or surplus values, or do not let that attribute flow.",
	},
	"existingadminroleconflict": {
		What: "The object would be matched with a cloud account that has an administrator role, which Entra ID refuses.",
		Fix:  "Remove the role from the cloud account, let it synchronize, and give the role back.",
	},
	"deletingcloudonlyobjectnotallowed": {
		What: "The object to delete is mastered in the cloud, so that synchronization may not delete it.",
		Fix:  "Delete the object in Entra ID, or bring the on-premises object back into scope.",
	},
	"insufficientpermissions": {
		What: "The sync identity may not make this change in the tenant.",
		Fix:  "Check the role of the sync identity and whether the object is protected by an administrative unit.",
	},
	"accessdenied": {
		What: "The sync identity may not make this change in the tenant.",
		Fix:  "Check the role of the sync identity and Conditional Access.",
	},
	"quotaexceeded": {What: "The tenant has no room for more objects.", Fix: "Verify a domain or ask Microsoft support for a higher quota."},
}

// exportMeanings are the engine's own export errors (linkEngine).
var exportMeanings = map[string]Meaning{
	"permission-issue":           {What: "The connector account may not make this change in Active Directory.", Fix: "Give the connector account the right on the object; protected accounts (AdminSDHolder) do not inherit."},
	"insufficient-rights":        {What: "The connector account may not make this change in Active Directory.", Fix: "Give the connector account the right on the object; protected accounts (AdminSDHolder) do not inherit."},
	"cd-missing-object":          {What: "The object to change is not in the connected directory any more.", Fix: "Run a full import of this connector, then a synchronization."},
	"cd-existing-object":         {What: "The object to add is already in the connected directory.", Fix: "Run a full import of this connector, so that the two are joined."},
	"cd-error":                   {What: "The connected directory refused the change.", Fix: "Read the detail; it holds the directory's own error."},
	"constraint-violation":       {What: "A value breaks a rule of the directory's schema.", Fix: "Correct the value in its source."},
	"schema-violation":           {What: "The object would break the directory's schema.", Fix: "Check the rule that makes the object: a required attribute is missing or one is not allowed."},
	"invalid-attribute-value":    {What: "A value has a form that the directory does not take.", Fix: "Correct the value in its source."},
	"invalid-dn":                 {What: "The name made for the object is no distinguished name.", Fix: "Correct the rule that makes the name."},
	"dn-attributes-failure":      {What: "An object that this one points to could not be found, for example a member.", Fix: "Mostly it goes away with the next cycle; else check whether that object is in scope."},
	"non-existent-parent":        {What: "The container in which the object should be is not there.", Fix: "Make the container, or correct the rule."},
	"password-policy-violation":  {What: "The password does not follow the domain's policy.", Fix: "Choose a password that does, or change the policy."},
	"connection-failure":         {What: "The connected directory could not be reached for this object.", Fix: "Check network and domain controllers, then export again."},
	"server-error":               {What: "The connected directory failed.", Fix: "Try again; if it stays, look into the directory's event log."},
	"unexpected-error":           {What: "The synchronization service failed on this object.", Fix: "Look into the application event log of the server of that time."},
	"extension-dll-exception":    {What: "The connector's own code failed on this object.", Fix: "Look into the application event log of that time."},
	"ma-extension-error":         {What: "The connector's own code failed on this object.", Fix: "Look into the application event log of that time."},
	"modify-naming-attribute":    {What: "A change of the naming attribute was sent as a change of a value.", Fix: "Correct the rule: the name changes by a rename."},
	"ambiguous-update":           {What: "The change fits more than one object of the directory.", Fix: "Make the anchor unique in the directory."},
	"duplicate-anchor":           {What: "Another object has the same anchor.", Fix: "Remove one of the two."},
	"locking-error-needs-retry":  {What: "The object was locked; it is tried again.", Fix: "Wait for the next export."},
	"missing-provisioning-entry": {What: "The object to add has no entry made by a rule.", Fix: "Check the rules that provision it."},
}

// importMeanings are the engine's import errors (linkEngine).
var importMeanings = map[string]Meaning{
	"staging-error":                       {What: "The object could not be taken into the connector space.", Fix: "Run a full import; if it stays, look into the application event log of that time."},
	"duplicate-object":                    {What: "Two objects with the same name or anchor came from the directory.", Fix: "Remove one of them there."},
	"missing-anchor-value":                {What: "The object has no value for its anchor.", Fix: "Fill the anchor attribute in the directory."},
	"anchor-too-long":                     {What: "The anchor is longer than the service takes.", Fix: "Shorten the value of the anchor attribute."},
	"invalid-attribute-value":             {What: "A value has a form that the service does not take.", Fix: "Correct the value in the directory."},
	"invalid-dn":                          {What: "The object's distinguished name is not well formed.", Fix: "Correct the name in the directory."},
	"missing-change-type":                 {What: "The directory did not say what changed.", Fix: "Run a full import."},
	"missing-object-class":                {What: "The object came without its object class, mostly for want of rights.", Fix: "Give the connector account the right to read the object."},
	"parse-error":                         {What: "The data of the object could not be read.", Fix: "Read the detail and correct the object."},
	"read-error":                          {What: "The object could not be read from the directory.", Fix: "Check the rights of the connector account."},
	"exported-change-not-reimported":      {What: "A change that was exported did not come back with the import: something in the directory changed it again or refused it.", Fix: "Compare the attribute with what another program or a rule of the directory makes of it."},
	"rename-to-existing":                  {What: "The object was renamed to a name that another one has.", Fix: "Run a full import."},
	"unexpected-error":                    {What: "The synchronization service failed on this object.", Fix: "Look into the application event log of that time."},
	"locking-error-needs-retry":           {What: "The object was locked; it is tried again.", Fix: "Wait for the next import."},
	"dn-index-out-of-bounds":              {What: "A rule asked for a part of the name that is not there.", Fix: "Correct the rule."},
	"required-import-attribute-not-found": {What: "An attribute that is needed did not come with the object.", Fix: "Give the connector account the right to read it."},
}

// MeaningOf gives an error code in words. A code that nobody knows is said to be
// unknown, with where to look.
func MeaningOf(code string, imported bool) Meaning {
	key := strings.ToLower(strings.TrimSpace(code))
	if m, ok := entraMeanings[strings.TrimPrefix(key, "identity")]; ok && !imported {
		m.Known, m.Link = true, linkEntra
		return m
	}
	list := exportMeanings
	if imported {
		list = importMeanings
	}
	if m, ok := list[key]; ok {
		m.Known, m.Link = true, linkEngine
		return m
	}
	what := "This program does not know what this error means."
	if n, err := strconv.ParseInt(key, 10, 64); err == nil {
		what = fmt.Sprintf("The database holds the number %d (0x%08X), whose meaning is not public.", n, uint32(n))
	}
	return Meaning{What: what, Fix: "Open the object's details; the stored detail and the Synchronization Service Manager tell more.", Link: linkEngine}
}
