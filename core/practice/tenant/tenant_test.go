package tenant

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// bench is a stand-in with a client that trusts it and tokens for its accounts.
type bench struct {
	*Server
	client *http.Client
}

func newBench(t *testing.T, o Options) bench {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	tr := &http.Transport{DialContext: s.Dial, TLSClientConfig: &tls.Config{RootCAs: s.Trust(), MinVersion: tls.VersionTLS12}}
	t.Cleanup(tr.CloseIdleConnections)
	return bench{s, &http.Client{Transport: tr}}
}

// token gives a token for a person with some scopes.
func (b bench) token(person string, scopes ...string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := newID()
	b.tokens[t] = access{audience: "graph.microsoft.com", user: b.person(person), app: b.app(OwnClient), scopes: scopes, expires: time.Now().Add(time.Hour)}
	return t
}

func (b bench) send(t *testing.T, method, address, token, body string, header ...string) (int, string, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Error json.RawMessage `json:"error"`
	}
	var graph struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(text, &answer) == nil && answer.Error != nil && json.Unmarshal(answer.Error, &graph) != nil {
		_ = json.Unmarshal(answer.Error, &graph.Code)
	}
	return resp.StatusCode, graph.Code, string(text)
}

const base = "https://graph.microsoft.com/v1.0"

// What the documentation does not allow is refused as Graph refuses it.
func TestGraphIsStrict(t *testing.T) {
	b := newBench(t, Options{Lag: -1})
	all := b.token("admin@contoso.onmicrosoft.com", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "User.ReadWrite.All")
	weak := b.token("admin@contoso.onmicrosoft.com", "User.Read")
	helpdesk := b.token("helpdesk@contoso.onmicrosoft.com", "Application.ReadWrite.All")
	cases := []struct {
		name, method, path, token, body string
		header                          []string
		status                          int
		code                            string
	}{
		{"no token", "GET", "/organization", "", "", nil, 401, "InvalidAuthenticationToken"},
		{"unknown token", "GET", "/organization", "nonsense", "", nil, 401, "InvalidAuthenticationToken"},
		{"in order", "GET", "/organization?$select=id", weak, "", nil, 200, ""},
		{"unknown path", "GET", "/organisation", all, "", nil, 400, "BadRequest"},
		{"wrong method", "PUT", "/applications", all, "{}", nil, 405, "Request_BadRequest"},
		{"unknown query option", "GET", "/organization?$expand=x", all, "", nil, 400, "Request_UnsupportedQuery"},
		{"permission missing", "GET", "/applications", weak, "", nil, 403, "Authorization_RequestDenied"},
		{"role missing", "POST", "/applications", helpdesk, `{"displayName":"a","signInAudience":"AzureADMyOrg"}`, nil, 403, "Authorization_RequestDenied"},
		{"cast without count", "GET", "/me/transitiveMemberOf/microsoft.graph.directoryRole", all, "", nil, 400, "Request_UnsupportedQuery"},
		{"cast with count", "GET", "/me/transitiveMemberOf/microsoft.graph.directoryRole?$count=true", all, "", []string{"ConsistencyLevel", "eventual"}, 200, ""},
		{"unknown filter", "GET", "/applications?$filter=" + url.QueryEscape("endswith(displayName,'x')"), all, "", nil, 400, "Request_UnsupportedQuery"},
		{"unknown field in a filter", "GET", "/applications?$filter=" + url.QueryEscape("notes eq 'x'"), all, "", nil, 400, "Request_UnsupportedQuery"},
		{"unknown property", "POST", "/applications", all, `{"displayName":"a","signInAudience":"AzureADMyOrg","colour":"red"}`, nil, 400, "Request_BadRequest"},
		{"wrong audience", "POST", "/applications", all, `{"displayName":"a","signInAudience":"Everybody"}`, nil, 400, "Request_BadRequest"},
		{"bad key", "POST", "/applications", all, `{"displayName":"a","signInAudience":"AzureADMyOrg","keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","key":"AAAA"}]}`, nil, 400, "Request_BadRequest"},
		{"wrong content type", "POST", "/applications", all, `{"displayName":"a"}`, []string{"Content-Type", "text/plain"}, 400, "Request_BadRequest"},
		{"body where none belongs", "GET", "/organization", all, "{}", nil, 400, "BadRequest"},
		{"not there", "DELETE", "/applications/00000000-0000-4000-8000-000000000000", all, "", nil, 404, "Request_ResourceNotFound"},
		{"no such application", "POST", "/servicePrincipals", all, `{"appId":"00000000-0000-4000-8000-000000000000"}`, nil, 400, "NoBackingApplicationObject"},
		{"there already", "POST", "/servicePrincipals", all, `{"appId":"` + syncService + `"}`, nil, 409, "Request_MultipleObjectsWithSameKeyValue"},
		{"another host's token", "GET", "/organization", all, "", []string{"Host", "graph.microsoft.us"}, 200, ""}, // the address names the host, not the header
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			status, code, text := b.send(t, x.method, base+x.path, x.token, x.body, x.header...)
			if status != x.status || code != x.code {
				t.Errorf("%d %s, want %d %s: %s", status, code, x.status, x.code, text)
			}
		})
	}
}

func TestWeakUserPasswords(t *testing.T) {
	b := newBench(t, Options{})
	token := b.token("global@contoso.onmicrosoft.com", "User.ReadWrite.All")
	body := func(upn, password string) string {
		return `{"accountEnabled":true,"displayName":"a","mailNickname":"a","userPrincipalName":"` + upn + `","passwordProfile":{"password":"` + password + `"}}`
	}
	for _, x := range []struct {
		upn, password string
		status        int
	}{
		{"a@contoso.onmicrosoft.com", "short", 400},
		{"a@contoso.onmicrosoft.com", "alllowercaseletters", 400},
		{"a@elsewhere.com", "Good-Enough-1", 400},
		{"a@contoso.onmicrosoft.com", "Good-Enough-1", 201},
		{"a@contoso.onmicrosoft.com", "Good-Enough-1", 400}, // it is there by now
	} {
		if status, _, text := b.send(t, http.MethodPost, base+"/users", token, body(x.upn, x.password)); status != x.status {
			t.Errorf("%s with %q: %d, want %d: %s", x.upn, x.password, status, x.status, text)
		}
	}
}

// Lists come in pages, and every entry stands on one of them.
func TestPages(t *testing.T) {
	b := newBench(t, Options{Scenario: IdentityLimit})
	token := b.token("admin@contoso.onmicrosoft.com", "Application.Read.All")
	seen := map[string]bool{}
	next := base + "/applications?$filter=" + url.QueryEscape("startswith(displayName,'ConnectSyncProvisioning_')")
	for pages := 0; next != "" && pages < 50; pages++ {
		_, _, text := b.send(t, http.MethodGet, next, token, "")
		var page struct {
			Value []struct{ ID string }
			Next  string `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal([]byte(text), &page); err != nil || len(page.Value) > pageSize {
			t.Fatalf("%v: %s", err, text)
		}
		for _, v := range page.Value {
			seen[v.ID] = true
		}
		next = page.Next
	}
	if len(seen) != 19 || next != "" {
		t.Errorf("%d applications, want 19", len(seen))
	}
}

// The sign-in refuses what the documentation does not allow.
func TestSignInIsStrict(t *testing.T) {
	b := newBench(t, Options{})
	const login = "https://login.microsoftonline.com/" + TenantID + "/oauth2/v2.0/"
	scope := "https://graph.microsoft.com/.default openid profile offline_access"
	form := func(v ...string) string {
		f := url.Values{}
		for i := 0; i+1 < len(v); i += 2 {
			f.Set(v[i], v[i+1])
		}
		return f.Encode()
	}
	cases := []struct{ name, path, body, want string }{
		{"unknown client", "devicecode", form("client_id", "nobody", "scope", scope), "AADSTS700016"},
		{"confidential client", "devicecode", form("client_id", Unattended, "scope", scope), "AADSTS7000218"},
		{"unknown scope", "devicecode", form("client_id", OwnClient, "scope", "https://management.azure.com/.default"), "AADSTS70011"},
		{"unknown grant", "token", form("client_id", OwnClient, "grant_type", "magic"), "AADSTS70003"},
		{"unknown code", "token", form("client_id", OwnClient, "grant_type", "authorization_code", "code", "x"), "AADSTS70008"},
		{"unknown device code", "token", form("client_id", OwnClient, "grant_type", "device_code", "device_code", "x"), "AADSTS70018"},
		{"unknown refresh token", "token", form("client_id", OwnClient, "grant_type", "refresh_token", "refresh_token", "x", "scope", scope), "AADSTS70043"},
		{"wrong secret", "token", form("client_id", Unattended, "grant_type", "client_credentials", "client_secret", "x", "scope", "https://graph.microsoft.com/.default"), "AADSTS7000215"},
		{"scope of a client", "token", form("client_id", Unattended, "grant_type", "client_credentials", "client_secret", UnattendedSecret, "scope", "User.Read"), "AADSTS1002012"},
		{"unknown resource", "token", form("client_id", Unattended, "grant_type", "client_credentials", "client_secret", UnattendedSecret, "scope", "nothing/.default"), "AADSTS500011"},
		{"malformed assertion", "token", form("client_id", Unattended, "grant_type", "client_credentials", "client_assertion", "x", "scope", "x"), "AADSTS50027"},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			status, _, text := b.send(t, http.MethodPost, login+x.path, "", x.body, "Content-Type", "application/x-www-form-urlencoded")
			if status == http.StatusOK || !strings.Contains(text, x.want+":") {
				t.Errorf("%d %s, want %s", status, text, x.want)
			}
		})
	}
}

// PKCE is no ornament: a code without its verifier is worth nothing.
func TestVerifier(t *testing.T) {
	b := newBench(t, Options{})
	b.mu.Lock()
	b.codes["code"] = pending{client: b.app(OwnClient), user: b.people[0], challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", redirect: "http://localhost:1", expires: time.Now().Add(time.Minute), scope: "https://graph.microsoft.com/.default"}
	b.mu.Unlock()
	body := url.Values{"client_id": {OwnClient}, "grant_type": {"authorization_code"}, "code": {"code"}, "redirect_uri": {"http://localhost:1"}, "code_verifier": {"wrong"}}
	_, _, text := b.send(t, http.MethodPost, "https://login.microsoftonline.com/"+TenantID+"/oauth2/v2.0/token", "", body.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if !strings.Contains(text, "AADSTS501481") {
		t.Errorf("a wrong verifier was accepted: %s", text)
	}
	// The example of RFC 7636, appendix B.
	if !verifier("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") {
		t.Error("the right verifier was refused")
	}
}

func TestDialGoesNowhereElse(t *testing.T) {
	b := newBench(t, Options{})
	for _, address := range []string{"example.com:443", "graph.microsoft.com:80", "nonsense"} {
		if conn, err := b.Dial(t.Context(), "tcp", address); err == nil {
			_ = conn.Close()
			t.Errorf("%s was dialled", address)
		}
	}
}
