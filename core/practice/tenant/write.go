package tenant

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// identityLimit is how many sync identities a tenant may have.
const identityLimit = 20

func (q *request) bad(text string) {
	refuse(q.w, http.StatusBadRequest, "Request_BadRequest", text)
}

// full refuses another sync identity when the tenant has 20.
func (q *request) full(name string) bool {
	sync := func(n string) bool {
		return strings.HasPrefix(n, "Sync_") || strings.HasPrefix(n, "ConnectSyncProvisioning_")
	}
	n := 0
	for _, a := range q.s.apps {
		if sync(a.name) {
			n++
		}
	}
	for _, u := range q.s.people {
		if sync(u.upn) {
			n++
		}
	}
	if !sync(name) || n < identityLimit {
		return false
	}
	refuse(q.w, http.StatusForbidden, "Directory_QuotaExceeded", "The directory object quota limit for the Principal has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.")
	return true
}

type passwordProfile struct {
	ChangeNext bool   `json:"forceChangePasswordNextSignIn"`
	Password   string `json:"password"`
}

// strong is the tenant's password rule: 8 to 256 characters, three kinds of four.
func strong(p string) bool {
	kinds := 0
	for _, set := range []string{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", "@#$%^&*-_!+=[]{}|\\:',.?/`~\"();<> "} {
		if strings.ContainsAny(p, set) {
			kinds++
		}
	}
	return len(p) >= 8 && len(p) <= 256 && kinds >= 3
}

func (q *request) addUser() {
	var b struct {
		Enabled  *bool            `json:"accountEnabled"`
		Name     string           `json:"displayName"`
		Nick     string           `json:"mailNickname"`
		UPN      string           `json:"userPrincipalName"`
		Policies string           `json:"passwordPolicies"`
		Password *passwordProfile `json:"passwordProfile"`
	}
	if !q.read(&b) || q.full(b.UPN) {
		return
	}
	_, domain, _ := strings.Cut(b.UPN, "@")
	switch {
	case b.Enabled == nil || b.Name == "" || b.Nick == "" || b.UPN == "" || b.Password == nil:
		q.bad("A value is required for a property of the resource 'User'.")
	case len(b.Nick) > 64 || strings.ContainsAny(b.Nick, `@()\[]";:<>, `):
		q.bad("Invalid value specified for property 'mailNickname' of resource 'User'.")
	case !strings.EqualFold(domain, q.s.o.Initial) && !strings.EqualFold(domain, q.s.o.Domain):
		q.bad("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	case q.s.person(b.UPN) != nil:
		q.bad("Another object with the same value for property userPrincipalName already exists.")
	case !strong(b.Password.Password):
		q.bad("The specified password does not comply with password complexity requirements.")
	default:
		u := &account{id: newID(), upn: b.UPN, name: b.Name, kind: "Member", home: TenantID, password: b.Password.Password}
		q.s.people = append(q.s.people, u)
		writeJSON(q.w, http.StatusCreated, userObject(u))
	}
}

func (q *request) userAt() int {
	return slices.IndexFunc(q.s.people, func(u *account) bool { return strings.EqualFold(u.id, q.args[0]) })
}

func (q *request) changeUser() {
	var b struct {
		Password passwordProfile `json:"passwordProfile"`
	}
	at := q.userAt()
	switch {
	case at < 0:
		q.missing(q.args[0])
	case !q.read(&b):
	case !strong(b.Password.Password):
		q.bad("The specified password does not comply with password complexity requirements.")
	default:
		q.s.people[at].password = b.Password.Password
		q.w.WriteHeader(http.StatusNoContent)
	}
}

func (q *request) removeUser() {
	at := q.userAt()
	if at < 0 {
		q.missing(q.args[0])
		return
	}
	q.s.people = slices.Delete(q.s.people, at, at+1)
	q.w.WriteHeader(http.StatusNoContent)
}

func (q *request) giveRole() {
	var b struct {
		Principal string `json:"principalId"`
		Role      string `json:"roleDefinitionId"`
		Scope     string `json:"directoryScopeId"`
	}
	if !q.read(&b) {
		return
	}
	at := slices.IndexFunc(q.s.people, func(u *account) bool { return u.id == b.Principal })
	switch {
	case at < 0:
		q.missing(b.Principal)
	case b.Scope != "/" || b.Role != syncAccounts:
		q.bad("The value of roleDefinitionId or directoryScopeId is invalid.")
	case q.s.people[at].asked < q.s.o.Lag:
		q.s.people[at].asked++
		q.missing(b.Principal)
	default:
		a := assignment{id: newID(), principal: b.Principal, role: b.Role}
		q.s.given = append(q.s.given, a)
		writeJSON(q.w, http.StatusCreated, map[string]any{"id": a.id, "principalId": a.principal, "roleDefinitionId": a.role, "directoryScopeId": "/"})
	}
}

type keyCredential struct {
	Type  string    `json:"type"`
	Usage string    `json:"usage"`
	Key   string    `json:"key"`
	Name  string    `json:"displayName"`
	From  time.Time `json:"startDateTime"`
	Until time.Time `json:"endDateTime"`
}

// certificates checks key credentials as Graph does.
func (q *request) certificates(keys []keyCredential) ([]*x509.Certificate, bool) {
	var out []*x509.Certificate
	for _, k := range keys {
		der, err := base64.StdEncoding.DecodeString(k.Key)
		if err != nil || k.Type != "AsymmetricX509Cert" || k.Usage != "Verify" {
			q.bad("Key credential is invalid.")
			return nil, false
		}
		c, err := x509.ParseCertificate(der)
		switch {
		case err != nil:
			q.bad("Key credential is not a valid certificate.")
			return nil, false
		case k.From.Before(c.NotBefore) || k.Until.After(c.NotAfter):
			refuse(q.w, http.StatusBadRequest, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.")
			return nil, false
		case q.s.o.Now().After(k.Until):
			refuse(q.w, http.StatusBadRequest, "KeyCredentialsInvalidEndDate", "Key credential end date is in the past.")
			return nil, false
		}
		out = append(out, c)
	}
	return out, true
}

func (q *request) addApplication() {
	var b struct {
		Name     string          `json:"displayName"`
		Audience string          `json:"signInAudience"`
		Notes    string          `json:"notes"`
		Keys     []keyCredential `json:"keyCredentials"`
	}
	if !q.read(&b) || q.full(b.Name) {
		return
	}
	keys, ok := q.certificates(b.Keys)
	switch {
	case !ok:
	case b.Name == "" || len(b.Name) > 256 || len(b.Notes) > 1024:
		q.bad("Invalid value specified for property 'displayName' of resource 'Application'.")
	case b.Audience != "AzureADMyOrg":
		q.bad("Invalid value specified for property 'signInAudience' of resource 'Application'.")
	default:
		a := &registration{object: newID(), appID: newID(), name: b.Name, notes: b.Notes, keys: keys, asked: map[string]int{}}
		q.s.apps = append(q.s.apps, a)
		writeJSON(q.w, http.StatusCreated, map[string]any{"id": a.object, "appId": a.appID, "displayName": a.name, "notes": a.notes, "signInAudience": b.Audience})
	}
}

func (q *request) applicationAt() int {
	return slices.IndexFunc(q.s.apps, func(a *registration) bool { return a.object != "" && strings.EqualFold(a.object, q.args[0]) })
}

func (q *request) changeApplication() {
	var b struct {
		Keys []keyCredential `json:"keyCredentials"`
	}
	at := q.applicationAt()
	if at < 0 {
		q.missing(q.args[0])
		return
	}
	if !q.read(&b) {
		return
	}
	if keys, ok := q.certificates(b.Keys); ok {
		q.s.apps[at].keys = keys
		q.w.WriteHeader(http.StatusNoContent)
	}
}

func (q *request) removeApplication() {
	at := q.applicationAt()
	if at < 0 {
		q.missing(q.args[0])
		return
	}
	principal := q.s.apps[at].principal
	q.s.apps = slices.Delete(q.s.apps, at, at+1)
	q.s.assignments = slices.DeleteFunc(q.s.assignments, func(a assignment) bool { return a.principal == principal })
	q.w.WriteHeader(http.StatusNoContent)
}

func (q *request) addPrincipal() {
	var b struct {
		AppID string `json:"appId"`
	}
	if !q.read(&b) {
		return
	}
	a := q.s.app(b.AppID)
	switch {
	case a == nil || lagging(a, "principal", q.s.o.Lag):
		refuse(q.w, http.StatusBadRequest, "NoBackingApplicationObject", "The appId '"+b.AppID+"' of the service principal does not reference a valid application object.")
	case a.principal != "":
		refuse(q.w, http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "The service principal cannot be created, updated, or restored because the service principal name "+b.AppID+" is already in use.")
	default:
		a.principal = newID()
		writeJSON(q.w, http.StatusCreated, principalObject(a))
	}
}

func (q *request) assign() {
	var b struct {
		Principal string `json:"principalId"`
		Resource  string `json:"resourceId"`
		Role      string `json:"appRoleId"`
	}
	if !q.read(&b) {
		return
	}
	owner, resource := q.s.principal(b.Principal), q.s.principal(b.Resource)
	switch {
	case owner == nil || resource == nil || lagging(owner, "assign", q.s.o.Lag):
		q.missing(b.Principal)
	case !strings.EqualFold(b.Resource, q.args[0]):
		q.bad("The resourceId does not match the service principal of the address.")
	case resource.appRoles[b.Role] == "":
		q.bad("Permission being assigned was not found on application '" + resource.name + "'")
	case slices.ContainsFunc(q.s.assignments, func(a assignment) bool {
		return a.principal == b.Principal && a.resource == b.Resource && a.role == b.Role
	}):
		q.bad("Permission being assigned already exists on the object")
	default:
		a := assignment{id: newID(), principal: b.Principal, resource: b.Resource, role: b.Role}
		q.s.assignments = append(q.s.assignments, a)
		writeJSON(q.w, http.StatusCreated, map[string]any{"id": a.id, "principalId": a.principal, "resourceId": a.resource, "appRoleId": a.role})
	}
}
