package preflight

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// ByApplication tells whether a version of Entra Connect gets an application as
// its sync identity, and not a user. A version that is not known is taken for a
// new one, as the service accepts no other any more.
func ByApplication(installed string) bool {
	return installed == "" || !product.Below(installed, product.ApplicationIdentity)
}

// needed gives the role that Install needs, by name, and its state. An
// application can be made by a Hybrid Identity Administrator (docs:
// authenticate-application-id, Prerequisites). A user with its role can not:
// creating users takes a User Administrator and giving a role a Privileged Role
// Administrator (docs: graph user-post-users and
// rbacapplication-post-roleassignments), which a Global Administrator is both.
func (t tenantSite) needed() (name string, state facts.RoleState) {
	hybrid, global := t.tenant.Role(facts.RoleHybridAdmin), t.tenant.Role(facts.RoleGlobalAdmin)
	if !ByApplication(t.installed) {
		return "Global Administrator", global
	}
	for _, s := range []facts.RoleState{facts.RoleActive, facts.RoleEligible, facts.RoleUnknown} {
		if hybrid == s || global == s {
			return "Hybrid Identity Administrator", s
		}
	}
	return "Hybrid Identity Administrator", facts.RoleMissing
}

func judgeRole(t tenantSite) []Finding {
	const id = "tenant.role"
	name, state := t.needed()
	f := Finding{
		ID: id, Area: AreaTenant, Severity: Pass, Link: product.LinkPrerequisites,
		Title: "The account may create the sync identity", Summary: t.tenant.User,
		Evidence: []Evidence{
			t.seen("Hybrid Identity Administrator: "+string(t.tenant.Role(facts.RoleHybridAdmin)), t.tenant.Roles.Source),
			t.seen("Global Administrator: "+string(t.tenant.Role(facts.RoleGlobalAdmin)), t.tenant.Roles.Source),
		},
	}
	also, why := " or Global Administrator", ""
	if !ByApplication(t.installed) {
		also = ", or install " + product.ApplicationIdentity + " or later, whose sync identity a Hybrid Identity Administrator can create"
		why = " Version " + t.installed + " signs in as a user with a role of its own, which only a Global Administrator can create."
	}
	switch state {
	case facts.RoleActive:
	case facts.RoleEligible:
		f.Severity, f.Title = Blocked, "The role "+name+" is not activated"
		f.Consequence = "The account may become " + name + ", but is not at this moment." + why
		f.Fix = "Activate the role " + name + " in Privileged Identity Management, wait until it is active, then sign in again."
		f.Link = product.LinkActivateRole
	case facts.RoleUnknown:
		reason := t.tenant.Roles.Reason()
		if reason == "" {
			reason = "the tenant did not say whether the role is active"
		}
		return []Finding{unknown(id, AreaTenant, "The roles of the account", reason,
			"Make sure that "+t.tenant.User+" is "+name+", assigned directly and active."+why, product.LinkPrerequisites, f.Evidence...)}
	default:
		f.Severity, f.Title = Blocked, "The account is not "+name
		f.Consequence = "It cannot create the sync identity of this server." + why
		f.Fix = "Sign in as a " + name + also + ". The role has to be assigned directly, not through a group."
	}
	return []Finding{f}
}
