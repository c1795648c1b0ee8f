package tenant

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// strongClaim is the authentication context that the scenario conditional-access wants.
const strongClaim = `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`

// token is the token endpoint (docs: v2-oauth2-auth-code-flow, v2-oauth2-device-code,
// v2-oauth2-client-creds-grant-flow).
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		s.oauthError(w, http.StatusBadRequest, "invalid_request", "AADSTS900144: The request body must contain the parameters.")
		return
	}
	if next := s.failToken; next != nil {
		if next.after--; next.after < 0 {
			s.failToken = nil
			s.oauthError(w, http.StatusBadRequest, next.code, next.text)
			return
		}
	}
	f := r.PostForm
	client := s.app(f.Get("client_id"))
	if client == nil || lagging(client, "token", s.o.Lag) {
		s.oauthError(w, http.StatusBadRequest, "unauthorized_client", "AADSTS700016: Application with identifier '"+f.Get("client_id")+"' was not found in the directory 'Contoso'.")
		return
	}
	switch f.Get("grant_type") {
	case "authorization_code":
		s.redeem(w, f, client)
	case "device_code", "urn:ietf:params:oauth:grant-type:device_code":
		s.poll(w, f, client)
	case "refresh_token":
		a, ok := s.refresh[f.Get("refresh_token")]
		if !ok || a.app != client {
			s.oauthError(w, http.StatusBadRequest, "invalid_grant", "AADSTS70043: The refresh token has expired or is invalid.")
			return
		}
		if strings.Contains(f.Get("claims"), `"c1"`) && !a.strong {
			s.moreWanted(w)
			return
		}
		s.issue(w, a, f.Get("scope"))
	case "client_credentials":
		s.credentials(w, f, client)
	default:
		s.oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type '"+f.Get("grant_type")+"'.")
	}
}

// moreWanted says that a refresh token does not do: the person has to sign in
// again with the claims (docs: identity-platform/v2-conditional-access-dev-guide).
func (s *Server) moreWanted(w http.ResponseWriter) {
	id := newID()
	writeJSON(w, http.StatusBadRequest, map[string]any{
		"error": "interaction_required", "suberror": "basic_action", "error_codes": []int{50076}, "claims": strongClaim,
		"error_description": "AADSTS50076: Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
		"timestamp":         s.o.Now().UTC().Format("2006-01-02 15:04:05Z"), "trace_id": id, "correlation_id": id,
	})
}

func (s *Server) redeem(w http.ResponseWriter, f url.Values, client *registration) {
	p, ok := s.codes[f.Get("code")]
	delete(s.codes, f.Get("code")) // a code is good for once
	switch {
	case !ok || p.client != client || s.o.Now().After(p.expires):
		s.oauthError(w, http.StatusBadRequest, "invalid_grant", "AADSTS70008: The provided authorization code or refresh token has expired due to inactivity.")
	case p.redirect != f.Get("redirect_uri"):
		s.oauthError(w, http.StatusBadRequest, "invalid_grant", "AADSTS50011: The redirect URI does not match.")
	case !verifier(p.challenge, f.Get("code_verifier")):
		s.oauthError(w, http.StatusBadRequest, "invalid_grant", "AADSTS501481: The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	default:
		s.issue(w, access{user: p.user, app: client, strong: strings.Contains(p.claims, `"c1"`)}, p.scope)
	}
}

func (s *Server) poll(w http.ResponseWriter, f url.Values, client *registration) {
	p := s.devices[f.Get("device_code")]
	switch {
	case p == nil || p.client != client:
		s.oauthError(w, http.StatusBadRequest, "bad_verification_code", "AADSTS70018: The provided device code is not valid.")
	case s.o.Now().After(p.expires):
		s.oauthError(w, http.StatusBadRequest, "expired_token", "AADSTS70019: The verification code has expired.")
	case p.polls < s.o.Pending:
		p.polls++
		s.oauthError(w, http.StatusBadRequest, "authorization_pending", "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	case p.user == nil || s.o.Scenario == WrongTenant:
		s.oauthError(w, http.StatusBadRequest, "invalid_grant", "AADSTS50020: User account from identity provider does not exist in tenant 'Contoso' and cannot access the application.")
	case s.o.Scenario == ConsentMissing:
		s.oauthError(w, http.StatusBadRequest, "invalid_grant", "AADSTS65001: The user or administrator has not consented to use the application with ID '"+client.appID+"'.")
	default:
		delete(s.devices, f.Get("device_code"))
		s.issue(w, access{user: p.user, app: client, strong: strings.Contains(p.claims, `"c1"`)}, p.scope)
	}
}

// issue answers with the tokens of a person.
func (s *Server) issue(w http.ResponseWriter, a access, scope string) {
	if !s.scopes(scope) {
		s.oauthError(w, http.StatusBadRequest, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid.")
		return
	}
	now := s.o.Now()
	a.audience, a.scopes, a.expires = s.o.Cloud.Graph, a.app.scopes, now.Add(s.o.TokenLife)
	token := s.jwt(map[string]any{"aud": "https://" + a.audience, "oid": a.user.id, "tid": TenantID, "scp": strings.Join(a.scopes, " "), "exp": a.expires.Unix(), "jti": newID()})
	s.tokens[token] = a
	again := newID() + newID()
	s.refresh[again] = a
	name := a.user.upn
	if local, _, guest := strings.Cut(name, "#EXT#"); guest {
		name = strings.Replace(local, "_", "@", 1)
	}
	full := make([]string, 0, len(a.scopes))
	for _, sc := range a.scopes {
		full = append(full, "https://"+s.o.Cloud.Graph+"/"+sc)
	}
	// The service names .default again beside what it stands for; MSAL counts on it.
	full = append(full, "https://"+s.o.Cloud.Graph+"/.default")
	info, _ := json.Marshal(map[string]string{"uid": a.user.id, "utid": a.user.home})
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "scope": strings.Join(full, " "), "expires_in": int(s.o.TokenLife.Seconds()), "ext_expires_in": int(s.o.TokenLife.Seconds()),
		"access_token": token, "refresh_token": again, "client_info": base64.RawURLEncoding.EncodeToString(info),
		"id_token": s.jwt(map[string]any{
			"aud": a.app.appID, "iss": "https://" + s.o.Cloud.Login + "/" + TenantID + "/v2.0", "iat": now.Unix(), "nbf": now.Unix(), "exp": a.expires.Unix(),
			"name": a.user.name, "oid": a.user.id, "preferred_username": name, "sub": a.user.id, "tid": TenantID, "ver": "2.0",
		}),
	})
}

// credentials answers a service principal.
func (s *Server) credentials(w http.ResponseWriter, f url.Values, client *registration) {
	if f.Get("client_assertion") != "" {
		if code, text := s.assertion(f, client); code != "" {
			s.oauthError(w, http.StatusUnauthorized, code, text)
			return
		}
	} else if client.secret == "" || f.Get("client_secret") != client.secret {
		s.oauthError(w, http.StatusUnauthorized, "invalid_client", "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.")
		return
	}
	if s.o.Scenario == ConditionalAccess && isApplication(client.name) && !s.seen[client.name] {
		s.seen[client.name] = true // the second time somebody has excluded it
		s.oauthError(w, http.StatusBadRequest, "access_denied", "AADSTS53003: Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
		return
	}
	a := access{app: client, roles: client.roles, strong: strings.Contains(f.Get("claims"), `"c1"`), expires: s.o.Now().Add(s.o.TokenLife)}
	// MSAL adds the OpenID scopes here as well, and the service lets it.
	wanted := slices.DeleteFunc(strings.Fields(f.Get("scope")), func(sc string) bool {
		return slices.Contains([]string{"openid", "profile", "offline_access"}, sc)
	})
	resource, ok := strings.CutSuffix(strings.Join(wanted, " "), "/.default")
	switch {
	case !ok:
		s.oauthError(w, http.StatusBadRequest, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.")
		return
	case resource == "https://"+s.o.Cloud.Graph:
		a.audience = s.o.Cloud.Graph
	case s.app(resource) != nil && s.app(resource).principal != "":
		a.audience = resource
	default:
		s.oauthError(w, http.StatusBadRequest, "invalid_resource", "AADSTS500011: The resource principal named "+resource+" was not found in the tenant named Contoso.")
		return
	}
	token := s.jwt(map[string]any{"aud": a.audience, "tid": TenantID, "appid": client.appID, "exp": a.expires.Unix(), "jti": newID()})
	s.tokens[token] = a
	writeJSON(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": int(s.o.TokenLife.Seconds()), "ext_expires_in": int(s.o.TokenLife.Seconds()), "access_token": token})
}

// assertion checks a client assertion (docs: certificate-credentials): signed by a
// certificate of the registration, for this endpoint, valid now.
func (s *Server) assertion(f url.Values, client *registration) (code, text string) {
	const bad = "invalid_client"
	parts := strings.Split(f.Get("client_assertion"), ".")
	if len(parts) != 3 || f.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return bad, "AADSTS50027: JWT token is invalid or malformed."
	}
	var head struct {
		Alg   string `json:"alg"`
		Thumb string `json:"x5t#S256"`
	}
	var claims struct {
		Aud, Iss, Sub string
		Exp, Nbf      int64
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if part(parts[0], &head) != nil || part(parts[1], &claims) != nil || err != nil {
		return bad, "AADSTS50027: JWT token is invalid or malformed."
	}
	now := s.o.Now().Unix()
	if claims.Aud == exchange {
		return client.federated(claims.Iss, claims.Sub)
	}
	switch {
	case now < claims.Nbf-300 || now > claims.Exp+300:
		return bad, "AADSTS700024: Client assertion is not within its valid time range."
	case claims.Iss != client.appID || claims.Sub != client.appID:
		return bad, "AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter."
	case claims.Aud != "https://"+s.o.Cloud.Login+"/"+TenantID+"/oauth2/v2.0/token":
		return bad, "AADSTS700023: Client assertion audience claim does not match Realm issuer."
	}
	thumb, _ := base64.StdEncoding.DecodeString(head.Thumb)
	key := client.key(thumb)
	if key == nil || lagging(client, "key", s.o.Lag) {
		return bad, "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application."
	}
	return signed(head.Alg, parts[0]+"."+parts[1], key, signature)
}

// signed checks the signature of an assertion.
func signed(alg, text string, key *rsa.PublicKey, signature []byte) (code, fault string) {
	digest := sha256.Sum256([]byte(text))
	if alg != "PS256" || rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, nil) != nil {
		return "invalid_client", "AADSTS50013: Assertion failed signature validation."
	}
	return "", ""
}

// federated checks the issuer and the subject of another issuer's token.
func (a *registration) federated(issuer, subject string) (code, text string) {
	const bad = "invalid_client"
	switch {
	case a.trusts == federation{}:
		return bad, "AADSTS70025: The client '" + a.appID + "'(" + a.name + ") has no configured federated identity credentials."
	case a.trusts.issuer != issuer:
		return bad, "AADSTS700211: No matching federated identity record found for presented assertion issuer '" + issuer + "'."
	case a.trusts.subject != subject:
		return bad, "AADSTS700213: No matching federated identity record found for presented assertion subject '" + subject + "'."
	}
	return "", ""
}

// key gives the key of the registration's certificate with a SHA-256 thumbprint, or nil.
func (a *registration) key(thumb []byte) *rsa.PublicKey {
	for _, c := range a.keys {
		sum := sha256.Sum256(c.Raw)
		if key, ok := c.PublicKey.(*rsa.PublicKey); ok && bytes.Equal(sum[:], thumb) {
			return key
		}
	}
	return nil
}

// lagging tells whether something just made is not known yet; each question is counted.
func lagging(a *registration, what string, lag int) bool {
	if a.asked == nil {
		return false
	}
	a.asked[what]++
	return a.asked[what] <= lag
}

func part(text string, into any) error {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// jwt signs a token. Nobody but the stand-in checks it: Graph's tokens are opaque to clients.
func (s *Server) jwt(claims map[string]any) string {
	head, _ := json.Marshal(map[string]string{"typ": "JWT", "alg": "ES256", "kid": "practice"})
	body, _ := json.Marshal(claims)
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	a, b, err := ecdsa.Sign(rand.Reader, s.sign, sum[:])
	if err != nil {
		return "" // a P-256 key always signs
	}
	sig := make([]byte, 64) // RFC 7518, 3.4: two numbers of 32 bytes
	a.FillBytes(sig[:32])
	b.FillBytes(sig[32:])
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// may tells whether a token carries one of the permissions.
func (a access) may(permissions []string) bool {
	has := a.scopes
	if a.user == nil {
		has = a.roles
	}
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(has, p) })
}
