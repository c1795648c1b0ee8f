package entra_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

func TestSignInByBrowser(t *testing.T) {
	_, c := standIn(t, tenant.Options{})
	got, prompts, err := signIn(t, c, answers.Entra{User: "admin@" + database})
	if err != nil {
		t.Fatal(text(err))
	}
	if len(prompts) != 1 || !strings.HasPrefix(prompts[0].URL, "https://login.microsoftonline.com/"+tenant.TenantID+"/oauth2/v2.0/authorize?") {
		t.Errorf("prompts %v, want one with the sign-in page", prompts)
	}
	if !strings.Contains(prompts[0].URL, "login_hint=admin%40contoso.onmicrosoft.com") || !strings.Contains(prompts[0].URL, "code_challenge_method=S256") {
		t.Errorf("the sign-in page is opened without user name or PKCE: %s", prompts[0].URL)
	}
	if got.ID != tenant.TenantID || got.Name != "Contoso" || got.InitialDomain != database || got.Cloud != "global" {
		t.Errorf("tenant %+v", got)
	}
	if got.User != "admin@"+database || got.UserKind != facts.UserMember {
		t.Errorf("user %s, a %s", got.User, got.UserKind)
	}
	if d := got.Domains.Or(nil); !slices.Equal(d, []string{"contoso.com", database}) {
		t.Errorf("domains %v", d)
	}
	if on, ok := got.SyncEnabled.Get(); !ok || !on {
		t.Errorf("synchronization %+v, want on", got.SyncEnabled)
	}
	if last, ok := got.LastSync.Get(); !ok || time.Since(last) > time.Hour {
		t.Errorf("last synchronization %+v", got.LastSync)
	}
	if got.Role(facts.RoleHybridAdmin) != facts.RoleActive || got.Role(facts.RoleGlobalAdmin) != facts.RoleMissing {
		t.Errorf("roles %+v", got.Roles)
	}
	want := []facts.SyncIdentity{
		{Name: "Sync_SYNC01_0123456789ab@" + database, Kind: "user", Server: "SYNC01"},
		{Name: "ConnectSyncProvisioning_SYNC10_000000000001", Kind: "application", Server: "SYNC10"},
	}
	if ids := got.Identities.Or(nil); !slices.Equal(ids, want) {
		t.Errorf("identities %+v, want %+v", got.Identities, want)
	}
	if got.Threshold.State != facts.IsUnknown || !strings.Contains(got.Threshold.Why, "Global Administrator") {
		t.Errorf("threshold %+v, want unknown as the account is no Global Administrator", got.Threshold)
	}
	if got.Features.State != facts.IsUnknown || !strings.Contains(got.Features.Why, "Global Administrator") {
		t.Errorf("synchronization settings %+v, want unknown", got.Features)
	}
}

func TestSignInAsGlobalAdministrator(t *testing.T) {
	_, c := standIn(t, tenant.Options{})
	got := mustSignIn(t, c, answers.Entra{User: "global@" + database})
	if n, ok := got.Threshold.Get(); !ok || n != 500 {
		t.Errorf("threshold %+v, want 500", got.Threshold)
	}
	if on, ok := got.Features.Get(); !ok || !slices.Equal(on, []string{"passwordSync", "softMatchOnUpn"}) {
		t.Errorf("synchronization settings %+v", got.Features)
	}
	if got.Role(facts.RoleGlobalAdmin) != facts.RoleActive {
		t.Errorf("roles %+v", got.Roles)
	}
}

// The default client may not read everything; what it may not is unknown, with
// the permission that would be needed.
func TestDefaultClient(t *testing.T) {
	_, c := standIn(t, tenant.Options{}, func(p *entra.Params) { p.Client = "" })
	got := mustSignIn(t, c, answers.Entra{User: "helpdesk@" + database})
	if got.Role(facts.RoleHybridAdmin) != facts.RoleUnknown {
		t.Errorf("roles %+v, want unknown: eligible ones could not be read", got.Roles)
	}
	if got.Threshold.State != facts.IsUnknown || !strings.Contains(got.Threshold.Why, "OnPremDirectorySynchronization.Read.All") {
		t.Errorf("threshold %+v", got.Threshold)
	}
	if on, ok := got.SyncEnabled.Get(); !ok || !on {
		t.Errorf("synchronization %+v", got.SyncEnabled)
	}
}

func TestSignInByDeviceCode(t *testing.T) {
	_, c := standIn(t, tenant.Options{Pending: 2}, func(p *entra.Params) {
		p.OpenURL = func(string) error { return errors.New("no browser may open for a device code") }
	})
	got, prompts, err := signIn(t, c, answers.Entra{Flow: answers.FlowDevice})
	if err != nil {
		t.Fatal(text(err))
	}
	if len(prompts) != 1 || prompts[0].Code != "PRACTICE1" || prompts[0].URL != "https://microsoft.com/devicelogin" || prompts[0].Expires.IsZero() {
		t.Errorf("prompts %+v", prompts)
	}
	if got.User != "admin@"+database {
		t.Errorf("user %s", got.User)
	}
}

func TestSignInAsServicePrincipal(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "run"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	cases := []struct {
		name, client, secret string
		trusted              bool
		want                 problem.Code
	}{
		{"secret", tenant.Unattended, tenant.UnattendedSecret, false, ""},
		{"certificate", tenant.Unattended, file, true, ""},
		{"wrong secret", tenant.Unattended, "not this one", false, entra.CodeServiceSecret},
		{"unknown certificate", tenant.Unattended, file, false, entra.CodeCertificate},
		{"unknown client", "c0ffee00-0000-4000-8000-00000000ffff", "any", false, entra.CodeClient},
		{"no client", "", "any", false, entra.CodeClient},
		{"damaged certificate", tenant.Unattended, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", false, entra.CodeServiceSecret},
		{"nothing", tenant.Unattended, "", false, entra.CodeServiceSecret},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			s, c := standIn(t, tenant.Options{})
			if x.trusted {
				s.Trusted(cert)
			}
			got, err := c.SignIn(t.Context(), setup.CloudRequest{
				Answer: answers.Entra{Flow: answers.FlowService, Client: x.client}, Tenant: database, Secret: secret.New(x.secret),
			}, func(setup.Prompt) { t.Error("nobody is there to be asked") })
			if x.want != "" {
				p := problemOf(t, err, x.want)
				if x.secret != "" && strings.Contains(p.Text(), x.secret) {
					t.Error("the problem tells the secret")
				}
				return
			}
			if err != nil {
				t.Fatal(text(err))
			}
			if got.UserKind != facts.UserService || got.User != "ADSync Reconnect unattended" || got.Role(facts.RoleHybridAdmin) != facts.RoleActive {
				t.Errorf("tenant %+v", got)
			}
		})
	}
}

func TestScenarios(t *testing.T) {
	user := answers.Entra{User: "admin@" + database}
	cases := []struct {
		scenario tenant.Scenario
		answer   answers.Entra
		code     problem.Code
		hybrid   facts.RoleState
	}{
		{tenant.Healthy, user, "", facts.RoleActive},
		{tenant.WrongTenant, user, entra.CodeUserTenant, ""},
		{tenant.WrongTenant, answers.Entra{Flow: answers.FlowDevice}, entra.CodeUserTenant, ""},
		{tenant.NoRole, user, "", facts.RoleMissing},
		{tenant.RoleNotActivated, user, "", facts.RoleEligible},
		{tenant.ConsentMissing, user, entra.CodeConsent, ""},
		{tenant.ConsentMissing, answers.Entra{Flow: answers.FlowDevice}, entra.CodeConsent, ""},
		{tenant.ConditionalAccess, user, "", facts.RoleActive},
		{tenant.ConditionalAccess, answers.Entra{Flow: answers.FlowDevice}, "", facts.RoleActive},
		{tenant.Throttled, user, "", facts.RoleActive},
		{tenant.Throttled, answers.Entra{Flow: answers.FlowDevice}, "", facts.RoleActive},
		{tenant.IdentityLimit, user, "", facts.RoleActive},
	}
	for _, x := range cases {
		t.Run(string(x.scenario)+" "+string(x.answer.Flow), func(t *testing.T) {
			_, c := standIn(t, tenant.Options{Scenario: x.scenario})
			got, prompts, err := signIn(t, c, x.answer)
			if x.code != "" {
				wantCode(t, err, x.code)
				return
			}
			if err != nil {
				t.Fatal(text(err))
			}
			if got.Role(facts.RoleHybridAdmin) != x.hybrid {
				t.Errorf("roles %+v, want %s", got.Roles, x.hybrid)
			}
			if want := map[bool]int{false: 1, true: 2}[x.scenario == tenant.ConditionalAccess]; len(prompts) != want {
				t.Errorf("the person was asked %d times, want %d", len(prompts), want)
			}
			if ids := got.Identities.Or(nil); x.scenario == tenant.IdentityLimit && len(ids) != 20 {
				t.Errorf("%d identities, want 20", len(ids))
			}
		})
	}
}

func TestKindsOfAccounts(t *testing.T) {
	cases := []struct{ person, kind string }{
		{"admin@" + database, facts.UserMember},
		{"partner@fabrikam.com", facts.UserGuest},
		{"someone@outlook.com", facts.UserMicrosoft},
	}
	for _, x := range cases {
		t.Run(x.kind, func(t *testing.T) {
			var s *tenant.Server
			s, c := standIn(t, tenant.Options{}, func(p *entra.Params) {
				p.OpenURL = func(address string) error { s.Browse(t.Context(), address, x.person, nil); return nil }
			})
			if got := mustSignIn(t, c, answers.Entra{}); got.UserKind != x.kind {
				t.Errorf("kind %s, want %s", got.UserKind, x.kind)
			}
		})
	}
}

func TestFields(t *testing.T) {
	cases := []struct {
		name, user, tenant string
		code               problem.Code
	}{
		{"no domain", "admin", database, entra.CodeUserForm},
		{"strange domain", "admin@con toso", database, entra.CodeUserForm},
		{"another tenant", "admin@fabrikam.onmicrosoft.com", database, entra.CodeUserTenant},
		{"second domain of the tenant", "admin@contoso.com", database, ""},
		{"unknown tenant", "", "gone.onmicrosoft.com", entra.CodeTenantUnknown},
		{"no tenant", "", "", entra.CodeTenantMissing},
		{"strange tenant", "", "../common", entra.CodeTenantUnknown},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			opened := false
			_, c := standIn(t, tenant.Options{}, func(p *entra.Params) {
				p.OpenURL = func(string) error { opened = true; return nil }
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := c.SignIn(ctx, setup.CloudRequest{Answer: answers.Entra{User: x.user}, Tenant: x.tenant}, func(setup.Prompt) { cancel() })
			if x.code == "" {
				wantCode(t, err, problem.CodeCancelled)
				return
			}
			wantCode(t, err, x.code)
			if opened {
				t.Error("a browser was opened although the answer is known to be wrong")
			}
		})
	}
}

func TestClouds(t *testing.T) {
	cases := []struct {
		cloud tenant.Cloud
		want  answers.CloudName
	}{
		{tenant.Global(), answers.CloudGlobal},
		{tenant.USGovL4(), answers.CloudUSGovL4},
		{tenant.USGovL5(), answers.CloudUSGovL5},
		{tenant.China(), answers.CloudChina},
	}
	for _, x := range cases {
		for _, chosen := range []answers.CloudName{answers.CloudFromTenant, x.want} {
			t.Run(string(x.want)+" chosen "+string(chosen), func(t *testing.T) {
				s, c := standIn(t, tenant.Options{Cloud: x.cloud})
				got := mustSignIn(t, c, answers.Entra{User: "admin@" + database, Cloud: chosen})
				if got.Cloud != string(x.want) {
					t.Errorf("cloud %s", got.Cloud)
				}
				for _, r := range s.Requests() {
					if strings.Contains(r, "/oauth2/") && !strings.Contains(r, " "+x.cloud.Login+"/") {
						t.Errorf("a sign-in went elsewhere: %s", r)
					}
				}
			})
		}
	}
}

func TestCancel(t *testing.T) {
	for _, flow := range []answers.EntraFlow{answers.FlowBrowser, answers.FlowDevice} {
		t.Run(string(flow), func(t *testing.T) {
			_, c := standIn(t, tenant.Options{Pending: 1 << 20}, func(p *entra.Params) { p.OpenURL = func(string) error { return nil } })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err := c.SignIn(ctx, setup.CloudRequest{Answer: answers.Entra{Flow: flow}, Tenant: database}, func(setup.Prompt) { cancel() })
			wantCode(t, err, problem.CodeCancelled)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v does not tell that it was cancelled", err)
			}
		})
	}
}

// What the sign-in service says about the person reaches the page.
func TestSignInRefused(t *testing.T) {
	cases := []struct {
		says string
		want problem.Code
	}{
		{"AADSTS70019: Verification code expired.", entra.CodeExpired},
		{"AADSTS50076: You must use multi-factor authentication.", entra.CodeMFA},
		{"AADSTS50079: You must enroll in multi-factor authentication.", entra.CodeMFAEnrol},
		{"AADSTS53003: Access has been blocked by Conditional Access policies.", entra.CodeCA},
		{"AADSTS50057: The user account is disabled.", entra.CodeUserDisabled},
		{"AADSTS90033: A transient error has occurred.", entra.CodeService},
	}
	for _, flow := range []answers.EntraFlow{answers.FlowBrowser, answers.FlowDevice} {
		for _, x := range cases {
			t.Run(string(flow)+" "+string(x.want), func(t *testing.T) {
				s, c := standIn(t, tenant.Options{})
				s.FailSignIn(0, "invalid_grant", x.says)
				_, _, err := signIn(t, c, answers.Entra{User: "admin@" + database, Flow: flow})
				if p := problemOf(t, err, x.want); !strings.HasPrefix(p.Detail, x.says) {
					t.Errorf("the service's own words are lost: %s", p.Detail)
				}
			})
		}
	}
}

// A workload identity signs in with the token that its platform puts into a file,
// as long as the registration trusts issuer and subject.
func TestWorkloadIdentity(t *testing.T) {
	const issuer, subject = "https://oidc.practice.example", "system:serviceaccount:reconnect:runner"
	part := func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }
	file := filepath.Join(t.TempDir(), "token")
	token := part(`{"alg":"RS256","typ":"JWT"}`) + "." + part(`{"aud":"api://AzureADTokenExchange","iss":"`+issuer+`","sub":"`+subject+`"}`) + "." + part("signature")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AZURE_FEDERATED_TOKEN_FILE", file)
	for _, x := range []struct {
		name, issuer, subject string
		want                  problem.Code
	}{
		{"trusted", issuer, subject, ""},
		{"another subject", issuer, "system:serviceaccount:other", entra.CodeFederated},
		{"another issuer", "https://elsewhere.example", subject, entra.CodeFederated},
		{"no trust at all", "", "", entra.CodeFederated},
	} {
		t.Run(x.name, func(t *testing.T) {
			s, c := standIn(t, tenant.Options{})
			s.Federate(x.issuer, x.subject)
			got, err := c.SignIn(t.Context(), setup.CloudRequest{Answer: answers.Entra{Flow: answers.FlowService, Client: tenant.Unattended}, Tenant: database}, func(setup.Prompt) {})
			if x.want != "" {
				if p := problemOf(t, err, x.want); strings.Contains(p.Text(), token) {
					t.Error("the problem tells the token")
				}
				return
			}
			if err != nil {
				t.Fatal(text(err))
			}
			if got.UserKind != facts.UserService || got.Role(facts.RoleHybridAdmin) != facts.RoleActive {
				t.Errorf("tenant %+v", got)
			}
		})
	}
}
