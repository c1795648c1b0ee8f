package tenant

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// refuse answers with Graph's error object (docs: graph/errors).
func refuse(w http.ResponseWriter, status int, code, text string) {
	id := newID()
	w.Header().Set("request-id", id)
	writeJSON(w, status, map[string]any{"error": map[string]any{
		"code": code, "message": text,
		"innerError": map[string]any{"request-id": id, "client-request-id": id},
	}})
}

// request is one request to Graph that was found to be in order.
type request struct {
	s    *Server
	w    http.ResponseWriter
	r    *http.Request
	as   access
	args []string // what the path's pattern caught
	q    url.Values
	body []byte
}

// route is one request that the documentation allows: method, path, what may
// stand in the query, the permissions of which one is enough (delegated and
// application alike unless onlyPeople), and the directory roles that a person
// needs for it.
type route struct {
	method     string
	path       *regexp.Regexp
	query      []string
	advanced   bool // needs ConsistencyLevel: eventual and $count=true
	need       []string
	onlyPeople bool
	roles      []string // of a person; empty for none
	answer     func(*request)
}

func path(p string) *regexp.Regexp { return regexp.MustCompile("^/v1\\.0" + p + "$") }

const id = `([0-9a-fA-F-]{36})`

// routes is what the documentation allows, page by page (graph/api/<page>).
func routes() []route {
	readApps := []string{"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"}
	writeApps := []string{"Application.ReadWrite.All"}
	readUsers := []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"}
	writeUsers := []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}
	readRoles := []string{"RoleManagement.Read.Directory", "Directory.Read.All", "RoleManagement.ReadWrite.Directory"}
	members := []string{"Directory.Read.All", "Directory.AccessAsUser.All"}
	admins := []string{hybridAdmin, globalAdmin}
	top := []string{"$filter", "$select", "$top", "$skiptoken"}
	return []route{
		{method: http.MethodGet, path: path(`/organization`), query: []string{"$select"}, need: []string{"User.Read", "Organization.Read.All", "Directory.Read.All", "Directory.AccessAsUser.All"}, answer: (*request).organization},                // organization-list
		{method: http.MethodGet, path: path(`/me`), query: []string{"$select"}, need: []string{"User.Read", "User.Read.All", "User.ReadWrite.All", "Directory.AccessAsUser.All"}, onlyPeople: true, answer: (*request).me},                          // user-get
		{method: http.MethodGet, path: path(`/me/transitiveMemberOf/microsoft\.graph\.directoryRole`), query: []string{"$select", "$count"}, advanced: true, need: members, onlyPeople: true, answer: (*request).roles},                             // user-list-transitivememberof
		{method: http.MethodGet, path: path(`/servicePrincipals\(appId='` + id + `'\)`), query: []string{"$select"}, need: readApps, answer: (*request).principal},                                                                                  // serviceprincipal-get
		{method: http.MethodGet, path: path(`/servicePrincipals\(appId='` + id + `'\)/transitiveMemberOf/microsoft\.graph\.directoryRole`), query: []string{"$select", "$count"}, advanced: true, need: members, answer: (*request).principalRoles}, // serviceprincipal-list-transitivememberof
		{method: http.MethodGet, path: path(`/roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser\(on='principal'\)`), need: []string{"RoleEligibilitySchedule.Read.Directory"}, answer: (*request).eligible},             // unifiedroleeligibilityscheduleinstance-filterbycurrentuser
		{method: http.MethodGet, path: path(`/directory/onPremisesSynchronization`), need: []string{"OnPremDirectorySynchronization.Read.All"}, onlyPeople: true, roles: []string{globalAdmin}, answer: (*request).synchronization},                 // onpremisesdirectorysynchronization-get
		{method: http.MethodGet, path: path(`/users`), query: top, need: readUsers, answer: (*request).users},                                                                                                                                       // user-list
		{method: http.MethodGet, path: path(`/users/([^/]+)`), query: []string{"$select"}, need: readUsers, answer: (*request).user},                                                                                                                // user-get
		{method: http.MethodPost, path: path(`/users`), need: writeUsers, roles: []string{globalAdmin}, answer: (*request).addUser},                                                                                                                 // user-post-users
		{method: http.MethodPatch, path: path(`/users/` + id), need: writeUsers, roles: []string{globalAdmin}, answer: (*request).changeUser},                                                                                                       // user-update
		{method: http.MethodDelete, path: path(`/users/` + id), need: writeUsers, roles: []string{globalAdmin}, answer: (*request).removeUser},                                                                                                      // user-delete
		{method: http.MethodGet, path: path(`/roleManagement/directory/roleAssignments`), query: top, need: readRoles, answer: (*request).givenRoles},                                                                                               // rbacapplication-list-roleassignments
		{method: http.MethodPost, path: path(`/roleManagement/directory/roleAssignments`), need: []string{"RoleManagement.ReadWrite.Directory"}, roles: []string{globalAdmin}, answer: (*request).giveRole},                                         // rbacapplication-post-roleassignments
		{method: http.MethodGet, path: path(`/applications`), query: top, need: readApps, answer: (*request).applications},                                                                                                                          // application-list
		{method: http.MethodPost, path: path(`/applications`), need: writeApps, roles: admins, answer: (*request).addApplication},                                                                                                                   // application-post-applications
		{method: http.MethodPatch, path: path(`/applications/` + id), need: writeApps, roles: admins, answer: (*request).changeApplication},                                                                                                         // application-update
		{method: http.MethodDelete, path: path(`/applications/` + id), need: writeApps, roles: admins, answer: (*request).removeApplication},                                                                                                        // application-delete
		{method: http.MethodGet, path: path(`/servicePrincipals`), query: top, need: readApps, answer: (*request).principals},                                                                                                                       // serviceprincipal-list
		{method: http.MethodPost, path: path(`/servicePrincipals`), need: writeApps, roles: admins, answer: (*request).addPrincipal},                                                                                                                // serviceprincipal-post-serviceprincipals
		{method: http.MethodGet, path: path(`/servicePrincipals/` + id + `/appRoleAssignments`), query: top, need: readApps, answer: (*request).assigned},                                                                                           // serviceprincipal-list-approleassignments
		{method: http.MethodPost, path: path(`/servicePrincipals/` + id + `/appRoleAssignedTo`), need: []string{"AppRoleAssignment.ReadWrite.All"}, roles: admins, answer: (*request).assign},                                                       // serviceprincipal-post-approleassignedto
	}
}

// serveGraph answers for graph.microsoft.com and its sisters.
func (s *Server) serveGraph(w http.ResponseWriter, r *http.Request) {
	for what, f := range s.fail {
		if strings.HasPrefix(r.Method+" "+strings.TrimPrefix(r.URL.Path, "/v1.0"), what) {
			delete(s.fail, what)
			refuse(w, f.status, f.code, f.text)
			return
		}
	}
	as, ok := s.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	switch {
	case r.Header.Get("Authorization") == "":
		refuse(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		return
	case !ok || as.audience != r.Host:
		refuse(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
		return
	case s.o.Now().After(as.expires):
		refuse(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
		return
	case s.o.Scenario == ConditionalAccess && !as.strong && as.user != nil:
		s.challenge(w)
		return
	}
	s.dispatch(w, r, as)
}

// challenge wants a stronger sign-in (docs: identity-platform/claims-challenge).
func (s *Server) challenge(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://`+s.o.Cloud.Login+`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(strongClaim))+`"`)
	refuse(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")
}

func (s *Server) dispatch(w http.ResponseWriter, r *http.Request, as access) {
	known := false
	for _, at := range routes() {
		args := at.path.FindStringSubmatch(r.URL.Path)
		if args == nil {
			continue
		}
		known = true
		if at.method != r.Method {
			continue
		}
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			refuse(w, http.StatusBadRequest, "BadRequest", "Unable to read the body.")
			return
		}
		q := &request{s: s, w: w, r: r, as: as, args: args[1:], q: r.URL.Query(), body: body}
		if q.inOrder(at) {
			at.answer(q)
		}
		return
	}
	if known {
		refuse(w, http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
		return
	}
	refuse(w, http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]+"'.")
}

// inOrder checks a request against its route and refuses it in Graph's words.
func (q *request) inOrder(at route) bool {
	for name := range q.q {
		if !slices.Contains(at.query, name) {
			refuse(q.w, http.StatusBadRequest, "Request_UnsupportedQuery", "The query option '"+name+"' is not supported.")
			return false
		}
	}
	if at.advanced && (q.q.Get("$count") != "true" || q.r.Header.Get("ConsistencyLevel") != "eventual") {
		refuse(q.w, http.StatusBadRequest, "Request_UnsupportedQuery", "The specified filter to the reference property query is currently not supported.")
		return false
	}
	return q.formInOrder(at) && q.allowed(at)
}

// formInOrder checks the body's form.
func (q *request) formInOrder(at route) bool {
	writes := at.method == http.MethodPost || at.method == http.MethodPatch
	if writes && !strings.HasPrefix(q.r.Header.Get("Content-Type"), "application/json") {
		refuse(q.w, http.StatusBadRequest, "Request_BadRequest", "Write requests (excluding DELETE) must contain the Content-Type header declaration.")
		return false
	}
	if !writes && len(q.body) > 0 {
		refuse(q.w, http.StatusBadRequest, "BadRequest", "The request must not have a body.")
		return false
	}
	return true
}

// allowed checks the permission of the token, and the role of a person. A Global
// Administrator may all that other roles may.
func (q *request) allowed(at route) bool {
	if at.onlyPeople && q.as.user == nil {
		refuse(q.w, http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
		return false
	}
	ok := q.as.may(at.need)
	if q.as.user != nil && len(at.roles) > 0 {
		ok = ok && slices.ContainsFunc(q.as.user.active, func(has string) bool {
			return has == globalAdmin || slices.Contains(at.roles, has)
		})
	}
	if !ok {
		refuse(q.w, http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
	return ok
}

// read decodes the body strictly: what the documentation does not name is refused.
func (q *request) read(into any) bool {
	d := json.NewDecoder(bytes.NewReader(q.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		refuse(q.w, http.StatusBadRequest, "Request_BadRequest", "Invalid property or value in the body: "+err.Error())
		return false
	}
	return true
}

// pageSize is small, so that whoever reads lists has to read on.
const pageSize = 2

// list answers with one page of a list, cut down to $select.
func (q *request) list(kind string, all []map[string]any) {
	from := 0
	if token := q.q.Get("$skiptoken"); token != "" {
		for from < len(all) && all[from]["id"] != token {
			from++
		}
	}
	to := min(from+pageSize, len(all))
	page := make([]map[string]any, 0, pageSize)
	for _, o := range all[from:to] {
		page = append(page, q.selected(o))
	}
	out := map[string]any{"@odata.context": "https://" + q.s.o.Cloud.Graph + "/v1.0/$metadata#" + kind, "value": page}
	if to < len(all) {
		next := q.r.URL.Query()
		next.Set("$skiptoken", all[to]["id"].(string))
		out["@odata.nextLink"] = "https://" + q.s.o.Cloud.Graph + q.r.URL.EscapedPath() + "?" + next.Encode()
	}
	writeJSON(q.w, http.StatusOK, out)
}

// one answers with one object, cut down to $select.
func (q *request) one(kind string, o map[string]any) {
	o = q.selected(o)
	o["@odata.context"] = "https://" + q.s.o.Cloud.Graph + "/v1.0/$metadata#" + kind + "/$entity"
	writeJSON(q.w, http.StatusOK, o)
}

func (q *request) selected(o map[string]any) map[string]any {
	names := strings.Split(q.q.Get("$select"), ",")
	if names[0] == "" {
		return o
	}
	out := map[string]any{}
	for _, n := range names {
		if v, ok := o[n]; ok {
			out[n] = v
		}
	}
	return out
}

var (
	startsWith = regexp.MustCompile(`^startswith\((\w+),'((?:[^']|'')*)'\)$`)
	equals     = regexp.MustCompile(`^(\w+) eq '((?:[^']|'')*)'$`)
)

// filtered gives the objects that $filter leaves; each part of a filter is a
// startswith or an eq on a field of allowed. It refuses what it does not know.
func (q *request) filtered(all []map[string]any, allowed ...string) ([]map[string]any, bool) {
	text := q.q.Get("$filter")
	if text == "" {
		return all, true
	}
	out := slices.Clone(all)
	for _, part := range strings.Split(text, " and ") {
		m, same := equals.FindStringSubmatch(part), true
		if m == nil {
			m, same = startsWith.FindStringSubmatch(part), false
		}
		if m == nil || !slices.Contains(allowed, m[1]) {
			refuse(q.w, http.StatusBadRequest, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for property.")
			return nil, false
		}
		want := strings.ToLower(strings.ReplaceAll(m[2], "''", "'"))
		out = slices.DeleteFunc(out, func(o map[string]any) bool {
			has, _ := o[m[1]].(string)
			has = strings.ToLower(has)
			return (same && has != want) || !strings.HasPrefix(has, want)
		})
	}
	return out, true
}
