package tenant

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pending is a sign-in that is under way: an authorization code, or a device code.
type pending struct {
	client    *registration
	user      *account
	scope     string
	redirect  string
	challenge string
	claims    string
	polls     int
	expires   time.Time
	code      string // of the device
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

var stsCode = regexp.MustCompile(`^AADSTS(\d+)`)

// oauthError answers as the sign-in service does (docs: identity-platform/reference-error-codes).
func (s *Server) oauthError(w http.ResponseWriter, status int, code, text string) {
	numbers := []int{}
	if m := stsCode.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		numbers = append(numbers, n)
	}
	id := newID()
	writeJSON(w, status, map[string]any{
		"error": code, "error_description": text + " Trace ID: " + id + " Correlation ID: " + id + " Timestamp: " + s.o.Now().UTC().Format("2006-01-02 15:04:05Z"),
		"error_codes": numbers, "timestamp": s.o.Now().UTC().Format("2006-01-02 15:04:05Z"), "trace_id": id, "correlation_id": id,
	})
}

// serveLogin answers for login.microsoftonline.com and its sisters.
func (s *Server) serveLogin(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/common/discovery/instance" && r.Method == http.MethodGet {
		s.instances(w)
		return
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id, ok := s.tenantOf(r.Host, name)
	if !ok {
		s.oauthError(w, http.StatusBadRequest, "invalid_tenant", "AADSTS90002: Tenant '"+name+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
		return
	}
	if r.Method == http.MethodGet && rest == "v2.0/.well-known/openid-configuration" {
		s.discovery(w, id)
		return
	}
	if id != TenantID || r.Host != s.o.Cloud.Login {
		s.oauthError(w, http.StatusBadRequest, "invalid_request", "AADSTS900382: Confidential Client is not supported in Cross Cloud request.")
		return
	}
	switch r.Method + " " + rest {
	case "GET oauth2/v2.0/authorize":
		s.authorize(w, r)
	case "POST oauth2/v2.0/devicecode":
		s.deviceCode(w, r)
	case "POST oauth2/v2.0/token":
		s.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

// tenantOf gives the tenant of a domain or id as the host of a cloud knows it.
// The global cloud's host knows the tenants of the US government as well; China's are its own.
func (s *Server) tenantOf(host, name string) (string, bool) {
	mine := host == s.o.Cloud.Login || (host == Global().Login && strings.HasSuffix(s.o.Cloud.Login, ".us"))
	switch name = strings.ToLower(name); {
	case mine && slices.Contains([]string{s.o.Initial, s.o.Domain, TenantID}, name):
		return TenantID, true
	case slices.Contains([]string{"fabrikam.onmicrosoft.com", "fabrikam.com", OtherTenantID}, name) && host == s.o.Cloud.Login:
		return OtherTenantID, true
	}
	return "", false
}

func (s *Server) instances(w http.ResponseWriter) {
	login := s.o.Cloud.Login
	writeJSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + login + "/" + TenantID + "/v2.0/.well-known/openid-configuration", "api-version": "1.1",
		"metadata": []any{map[string]any{"preferred_network": login, "preferred_cache": login, "aliases": []string{login}}},
	})
}

func (s *Server) discovery(w http.ResponseWriter, id string) {
	base := "https://" + s.o.Cloud.Login + "/" + id
	doc := map[string]any{
		"token_endpoint": base + "/oauth2/v2.0/token", "issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint": base + "/oauth2/v2.0/devicecode", "jwks_uri": base + "/discovery/v2.0/keys",
		"response_types_supported": []string{"code", "id_token", "code id_token", "id_token token"},
		"tenant_region_scope":      "EU", "cloud_instance_name": s.o.Cloud.Instance, "msgraph_host": s.o.Cloud.Graph,
	}
	if s.o.Cloud.SubScope != "" {
		doc["tenant_region_sub_scope"] = s.o.Cloud.SubScope
	}
	writeJSON(w, http.StatusOK, doc)
}

// scopes tells whether a scope parameter asks for what the program may ask for:
// all that the registration lists, of Graph, with the OpenID ones.
func (s *Server) scopes(text string) bool {
	resource := false
	for _, part := range strings.Fields(text) {
		switch part {
		case "openid", "profile", "offline_access":
		case "https://" + s.o.Cloud.Graph + "/.default":
			resource = true
		default:
			return false
		}
	}
	return resource
}

// authorize is the sign-in page (docs: v2-oauth2-auth-code-flow). The pretend
// person of login_hint signs in at once; without one the page asks for a name.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	client, redirect := s.app(q.Get("client_id")), q.Get("redirect_uri")
	back, err := url.Parse(redirect)
	switch {
	case client == nil:
		s.page(w, "AADSTS700016: Application with identifier '"+q.Get("client_id")+"' was not found in the directory.")
		return
	case err != nil || back.Scheme != "http" || back.Hostname() != "localhost" || !client.public:
		s.page(w, "AADSTS50011: The redirect URI '"+redirect+"' specified in the request does not match the redirect URIs configured for the application.")
		return
	}
	name := q.Get("login_hint")
	if code, text := s.authorizeFault(q, client, name); code != "" {
		formPost(w, redirect, url.Values{"error": {code}, "error_description": {text}, "state": {q.Get("state")}})
		return
	}
	if name == "" {
		askName(w, r.URL)
		return
	}
	code := newID() + newID()
	s.codes[code] = pending{
		client: client, user: s.person(name), scope: q.Get("scope"), redirect: redirect, challenge: q.Get("code_challenge"),
		claims: q.Get("claims"), expires: s.o.Now().Add(10 * time.Minute),
	}
	formPost(w, redirect, url.Values{"code": {code}, "state": {q.Get("state")}, "session_state": {newID()}})
}

// authorizeFault gives what is wrong with a sign-in, in the parameters or with the person.
func (s *Server) authorizeFault(q url.Values, client *registration, name string) (code, text string) {
	switch {
	case q.Get("response_type") != "code" || q.Get("response_mode") != "form_post":
		return "unsupported_response_type", "AADSTS700054: response_type or response_mode is not enabled for the application."
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("state") == "":
		return "invalid_request", "AADSTS501491: Invalid size of Code_Challenge parameter."
	case !s.scopes(q.Get("scope")):
		return "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid."
	case name == "":
		return "", "" // the page asks for it
	case s.person(name) == nil && s.own(name):
		return "access_denied", "AADSTS50034: The user account " + name + " does not exist in the Contoso directory. To sign into this application, the account must be added to the directory."
	case s.person(name) == nil || s.o.Scenario == WrongTenant:
		return "access_denied", "AADSTS50020: User account '" + name + "' from identity provider 'https://sts.windows.net/" + OtherTenantID + "/' does not exist in tenant 'Contoso' and cannot access the application."
	case s.o.Scenario == ConsentMissing:
		return "access_denied", "AADSTS65001: The user or administrator has not consented to use the application with ID '" + client.appID + "'."
	}
	return "", ""
}

// own tells whether a name is of one of the tenant's domains.
func (s *Server) own(name string) bool {
	_, domain, _ := strings.Cut(name, "@")
	return strings.EqualFold(domain, s.o.Initial) || strings.EqualFold(domain, s.o.Domain)
}

// formPost sends the browser back with a form that submits itself.
func formPost(w http.ResponseWriter, to string, v url.Values) {
	var b strings.Builder
	fmt.Fprintf(&b, `<html><head><title>Working...</title></head><body><form method="POST" name="hiddenform" action="%s">`, html.EscapeString(to))
	for k := range v {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s" />`, html.EscapeString(k), html.EscapeString(v.Get(k)))
	}
	b.WriteString(`<noscript><input type="submit" value="Submit" /></noscript></form><script>document.forms[0].submit();</script></body></html>`)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(b.String()))
}

func askName(w http.ResponseWriter, at *url.URL) {
	var b strings.Builder
	b.WriteString(`<html><head><title>Sign in (practice)</title></head><body><h1>Practice tenant</h1><form method="GET" action="` + html.EscapeString(at.Path) + `">`)
	for k, v := range at.Query() {
		fmt.Fprintf(&b, `<input type="hidden" name="%s" value="%s" />`, html.EscapeString(k), html.EscapeString(v[0]))
	}
	b.WriteString(`<label>User name <input name="login_hint" autofocus /></label><button>Sign in</button></form></body></html>`)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(b.String()))
}

// page shows an error that never goes back to the program, as the real page does.
func (s *Server) page(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, "<html><body><h1>Sorry, but we're having trouble signing you in.</h1><p>%s</p></body></html>", html.EscapeString(text))
}

// deviceCode starts a sign-in by device code (docs: v2-oauth2-device-code).
func (s *Server) deviceCode(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.oauthError(w, http.StatusBadRequest, "invalid_request", "AADSTS900144: The request body must contain the parameters.")
		return
	}
	client := s.app(r.PostForm.Get("client_id"))
	switch {
	case client == nil:
		s.oauthError(w, http.StatusBadRequest, "unauthorized_client", "AADSTS700016: Application with identifier '"+r.PostForm.Get("client_id")+"' was not found in the directory.")
		return
	case !client.public:
		s.oauthError(w, http.StatusUnauthorized, "invalid_client", "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
		return
	case !s.scopes(r.PostForm.Get("scope")):
		s.oauthError(w, http.StatusBadRequest, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid.")
		return
	}
	device := newID() + newID()
	s.devices[device] = &pending{
		client: client, user: s.person(s.sits(s.o)), scope: r.PostForm.Get("scope"), claims: r.PostForm.Get("claims"),
		expires: s.o.Now().Add(15 * time.Minute), code: "PRACTICE1",
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"user_code": "PRACTICE1", "device_code": device, "verification_uri": "https://microsoft.com/devicelogin", "expires_in": 900, "interval": 1,
		"message": "To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code PRACTICE1 to authenticate.",
	})
}

// verifier tells whether a PKCE verifier belongs to a challenge (RFC 7636).
func verifier(challenge, text string) bool {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}
