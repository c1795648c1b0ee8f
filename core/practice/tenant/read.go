package tenant

import (
	"net/http"
	"strings"
	"time"
)

// lastSync is how long ago the pretend tenant was synchronized last, unless the options say it.
const lastSync = 40 * time.Minute

func (q *request) organization() {
	full := q.as.may([]string{"Organization.Read.All", "Directory.Read.All", "Directory.AccessAsUser.All"})
	o := map[string]any{
		"id": TenantID, "displayName": "Contoso", "onPremisesSyncEnabled": nil, "onPremisesLastSyncDateTime": nil,
		"verifiedDomains": []any{
			map[string]any{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": false, "name": q.s.o.Domain, "type": "Managed"},
			map[string]any{"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": false, "isInitial": true, "name": q.s.o.Initial, "type": "Managed"},
		},
	}
	if full {
		o["onPremisesSyncEnabled"] = true
		last := q.s.o.LastSync
		if last.IsZero() {
			last = q.s.o.Now().Add(-lastSync)
		}
		o["onPremisesLastSyncDateTime"] = last.UTC().Format(time.RFC3339)
	}
	q.list("organization", []map[string]any{o})
}

func userObject(u *account) map[string]any {
	return map[string]any{"id": u.id, "displayName": u.name, "userPrincipalName": u.upn, "userType": u.kind}
}

func (q *request) me() { q.one("users", userObject(q.as.user)) }

func roleObjects(ids []string) []map[string]any {
	names := map[string]string{hybridAdmin: "Hybrid Identity Administrator", globalAdmin: "Global Administrator"}
	var out []map[string]any
	for _, r := range ids {
		out = append(out, map[string]any{"@odata.type": "#microsoft.graph.directoryRole", "id": newID(), "displayName": names[r], "roleTemplateId": r})
	}
	return out
}

func (q *request) roles() { q.list("directoryObjects", roleObjects(q.as.user.active)) }

func (q *request) principalRoles() {
	if app := q.s.app(q.args[0]); app != nil {
		q.list("directoryObjects", roleObjects(app.directory))
		return
	}
	q.missing(q.args[0])
}

func (q *request) missing(what string) {
	refuse(q.w, http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+what+"' does not exist or one of its queried reference-property objects are not present.")
}

func (q *request) eligible() {
	var out []map[string]any
	if q.as.user != nil {
		for _, r := range q.as.user.eligible {
			out = append(out, map[string]any{"id": newID(), "principalId": q.as.user.id, "roleDefinitionId": r, "directoryScopeId": "/", "memberType": "Direct"})
		}
	}
	q.list("Collection(unifiedRoleEligibilityScheduleInstance)", out)
}

func (q *request) synchronization() {
	q.list("directory/onPremisesSynchronization", []map[string]any{{
		"id": TenantID,
		"configuration": map[string]any{"accidentalDeletionPrevention": map[string]any{
			"synchronizationPreventionType": "enabledForCount", "alertThreshold": 500,
		}},
		"features": map[string]any{"passwordSyncEnabled": true, "softMatchOnUpnEnabled": true, "blockSoftMatchEnabled": false},
	}})
}

func (q *request) users() {
	var all []map[string]any
	for _, u := range q.s.people {
		all = append(all, userObject(u))
	}
	if found, ok := q.filtered(all, "userPrincipalName", "displayName"); ok {
		q.list("users", found)
	}
}

func (q *request) user() {
	for _, u := range q.s.people {
		if strings.EqualFold(u.id, q.args[0]) || strings.EqualFold(u.upn, q.args[0]) {
			q.one("users", userObject(u))
			return
		}
	}
	q.missing(q.args[0])
}

func (q *request) givenRoles() {
	var all []map[string]any
	for _, a := range q.s.given {
		all = append(all, map[string]any{"id": a.id, "principalId": a.principal, "roleDefinitionId": a.role, "directoryScopeId": "/"})
	}
	if found, ok := q.filtered(all, "principalId", "roleDefinitionId"); ok {
		q.list("roleManagement/directory/roleAssignments", found)
	}
}

func (q *request) applications() {
	var all []map[string]any
	for _, a := range q.s.apps {
		if a.object != "" {
			all = append(all, map[string]any{"id": a.object, "appId": a.appID, "displayName": a.name, "notes": a.notes})
		}
	}
	if found, ok := q.filtered(all, "displayName", "appId"); ok {
		q.list("applications", found)
	}
}

func principalObject(a *registration) map[string]any {
	roles := []any{}
	for id, value := range a.appRoles {
		roles = append(roles, map[string]any{"allowedMemberTypes": []string{"Application"}, "id": id, "isEnabled": true, "value": value, "displayName": value, "description": value})
	}
	return map[string]any{"id": a.principal, "appId": a.appID, "displayName": a.name, "appRoles": roles}
}

func (q *request) principals() {
	var all []map[string]any
	for _, a := range q.s.apps {
		if a.principal != "" {
			all = append(all, principalObject(a))
		}
	}
	if found, ok := q.filtered(all, "appId", "displayName"); ok {
		q.list("servicePrincipals", found)
	}
}

func (q *request) principal() {
	if a := q.s.app(q.args[0]); a != nil && a.principal != "" {
		q.one("servicePrincipals", principalObject(a))
		return
	}
	q.missing(q.args[0])
}

func (q *request) assigned() {
	owner := q.s.principal(q.args[0])
	if owner == nil || lagging(owner, "assigned", q.s.o.Lag) {
		q.missing(q.args[0])
		return
	}
	var all []map[string]any
	for _, a := range q.s.assignments {
		if a.principal == owner.principal {
			all = append(all, map[string]any{"id": a.id, "principalId": a.principal, "resourceId": a.resource, "appRoleId": a.role, "principalType": "ServicePrincipal"})
		}
	}
	q.list("servicePrincipals('"+owner.principal+"')/appRoleAssignments", all)
}
