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

// entraMeanings are the errors that Entra ID gives for an exported object, as
// linkEntra spells them; QuarantinedAttributeValueMustBeUnique is on
// https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-health-diagnose-sync-errors,
// AccessDenied in no list of Microsoft's.
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
	"identitydatavalidationfailed": {
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
	"exceededallowedlength": {
		What: "A value or the number of values is more than Entra ID takes, mostly in userCertificate, thumbnailPhoto or proxyAddresses.",
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
	"accessdenied": {
		What: "The sync identity may not make this change in the tenant.",
		Fix:  "Check the role of the sync identity and Conditional Access.",
	},
}

// MeaningOf gives an error code in words. A code that nobody knows is said to be
// unknown, with where to look.
func MeaningOf(code string, imported bool) Meaning {
	key := strings.ToLower(strings.TrimSpace(code))
	for _, k := range []string{key, "identity" + key} {
		if m, ok := entraMeanings[k]; ok && !imported {
			m.Known, m.Link = true, linkEntra
			return m
		}
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
