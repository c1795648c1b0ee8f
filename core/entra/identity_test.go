package entra_test

import (
	"context"
	"crypto/rsa"
	"crypto/sha1" // Windows names certificates by their SHA-1
	"crypto/x509"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

var (
	planApplication = plan.Identity{Kind: plan.IdentityApplication, Name: "ConnectSyncProvisioning_SYNC02_a1b2c3d4e5f6", Tenant: database}
	planUser        = plan.Identity{Kind: plan.IdentityUser, Name: "Sync_SYNC02_a1b2c3d4e5f6@" + database, Tenant: database}
)

func identityPlans() map[string]plan.Identity {
	return map[string]plan.Identity{"application": planApplication, "user": planUser}
}

func signedIn(t *testing.T, o tenant.Options) (*tenant.Server, *entra.Client) {
	t.Helper()
	s, c := standIn(t, o)
	mustSignIn(t, c, answers.Entra{User: "global@" + database})
	return s, c
}

func TestCreateApplication(t *testing.T) {
	s, c := signedIn(t, tenant.Options{Lag: 3})
	var said []string
	got, err := c.CreateIdentity(t.Context(), planApplication, func(text string) { said = append(said, text) })
	if err != nil {
		t.Fatal(text(err))
	}
	certs, key, err := azidentity.ParseCertificates(got.Secret.Bytes(), nil)
	if err != nil || len(certs) != 1 {
		t.Fatalf("the secret holds %d certificates: %v", len(certs), err)
	}
	cert := certs[0]
	sum := sha1.Sum(cert.Raw)
	if want := strings.ToUpper(hex.EncodeToString(sum[:])); got.Thumbprint != want {
		t.Errorf("thumbprint %s, want %s", got.Thumbprint, want)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok || private.N.BitLen() != 2048 || !private.PublicKey.Equal(cert.PublicKey) {
		t.Error("the key is not the certificate's RSA key of 2048 bits")
	}
	if cert.Subject.CommonName != "Entra Connect Sync Provisioning" || cert.SignatureAlgorithm != x509.SHA256WithRSA {
		t.Errorf("certificate of %s, signed with %s", cert.Subject, cert.SignatureAlgorithm)
	}
	roles := s.Granted(got.Login)
	slices.Sort(roles)
	want := []string{"ADSynchronization.ReadWrite.All", "PasswordWriteback.OffboardClient.All", "PasswordWriteback.RefreshClient.All", "PasswordWriteback.RegisterClientVersion.All"}
	if !slices.Equal(roles, want) {
		t.Errorf("app roles %v, want %v", roles, want)
	}
	if !slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, "next look in 4s") }) {
		t.Errorf("the growing pauses are not shown: %q", said)
	}
}

func TestCreateApplicationInClouds(t *testing.T) {
	cases := []struct {
		name  string
		cloud tenant.Cloud
		roles int
	}{{"global", tenant.Global(), 4}, {"usgov-l4", tenant.USGovL4(), 4}, {"usgov-l5", tenant.USGovL5(), 4}, {"china", tenant.China(), 1}}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			s, c := signedIn(t, tenant.Options{Cloud: x.cloud})
			var said strings.Builder
			got, err := c.CreateIdentity(t.Context(), planApplication, func(text string) { said.WriteString(text + "\n") })
			if err != nil {
				t.Fatal(text(err))
			}
			if roles := s.Granted(got.Login); len(roles) != x.roles {
				t.Errorf("app roles %v, want %d", roles, x.roles)
			}
			if told := strings.Contains(said.String(), "has no service of password writeback"); told != (x.roles == 1) {
				t.Errorf("the missing service is told: %v\n%s", told, said.String())
			}
		})
	}
}

func TestCreateUser(t *testing.T) {
	s, c := signedIn(t, tenant.Options{Lag: 2})
	got, err := c.CreateIdentity(t.Context(), planUser, func(string) {})
	if err != nil {
		t.Fatal(text(err))
	}
	if got.Login != planUser.Name || len(got.Secret.Reveal()) < 32 || got.Thumbprint != "" {
		t.Errorf("login %s, %d characters of password", got.Login, len(got.Secret.Reveal()))
	}
	if !slices.Contains(s.Names(), planUser.Name) {
		t.Errorf("the tenant has %v", s.Names())
	}
}

// Creating again takes over what is there, and removing removes it and nothing else.
func TestIdentityAgainAndAway(t *testing.T) {
	for name, i := range identityPlans() {
		t.Run(name, func(t *testing.T) {
			s, c := signedIn(t, tenant.Options{})
			before := s.Names()
			has := func(want bool) {
				t.Helper()
				if got, err := c.HasIdentity(t.Context(), i); err != nil || got != want {
					t.Errorf("there: %v, %v, want %v", got, err, want)
				}
			}
			has(false)
			var made [2]apply.IdentityCredential
			for n := range made {
				var err error
				if made[n], err = c.CreateIdentity(t.Context(), i, nil); err != nil {
					t.Fatal(text(err))
				}
				has(true)
			}
			if made[0].Login != made[1].Login || made[0].Secret.Same(made[1].Secret) {
				t.Error("the second try has to keep the identity and renew its secret")
			}
			if got := s.Names(); len(got) != len(before)+1 {
				t.Errorf("the tenant has %v", got)
			}
			for range 2 { // the second time there is nothing left, which is fine
				if err := c.RemoveIdentity(t.Context(), i); err != nil {
					t.Fatal(text(err))
				}
				has(false)
			}
			if got := s.Names(); !slices.Equal(got, before) {
				t.Errorf("the tenant has %v, want %v", got, before)
			}
		})
	}
}

// A failure at any request undoes what was created.
func TestIdentityFails(t *testing.T) {
	cases := []struct {
		plan plan.Identity
		at   string
	}{
		{planApplication, "GET /applications"},
		{planApplication, "POST /applications"},
		{planApplication, "GET /servicePrincipals?"},
		{planApplication, "POST /servicePrincipals"},
		{planApplication, "GET /servicePrincipals"},
		{planUser, "GET /users"},
		{planUser, "POST /users"},
		{planUser, "GET /roleManagement"},
		{planUser, "POST /roleManagement"},
	}
	answersGiven := []struct {
		status int
		code   string
		want   problem.Code
	}{
		{http.StatusForbidden, "Authorization_RequestDenied", entra.CodePermission},
		{http.StatusForbidden, "Directory_QuotaExceeded", entra.CodeIdentityLimit},
		{http.StatusConflict, "Request_Conflict", entra.CodeAnswer},
		{http.StatusUnauthorized, "InvalidAuthenticationToken", entra.CodeSignedOut},
	}
	for _, x := range cases {
		for _, a := range answersGiven {
			t.Run(x.at+" "+a.code, func(t *testing.T) {
				s, c := signedIn(t, tenant.Options{Lag: -1})
				before := s.Names()
				s.Fail(strings.TrimSuffix(x.at, "?"), a.status, a.code, "practice")
				_, err := c.CreateIdentity(t.Context(), x.plan, nil)
				wantCode(t, err, a.want)
				if got := s.Names(); !slices.Equal(got, before) {
					t.Errorf("left behind: %v", got)
				}
			})
		}
	}
}

func TestIdentityTakenOver(t *testing.T) {
	s, c := signedIn(t, tenant.Options{Lag: -1})
	s.Fail("POST /servicePrincipals", http.StatusForbidden, "Authorization_RequestDenied", "practice")
	s.Fail("DELETE /applications", http.StatusForbidden, "Authorization_RequestDenied", "practice")
	_, err := c.CreateIdentity(t.Context(), planApplication, nil)
	if p := problemOf(t, err, entra.CodePermission); !strings.Contains(p.Text(), "not taken back") {
		t.Errorf("it does not tell that the application is left: %s", p.Text())
	}
	if _, err := c.CreateIdentity(t.Context(), planApplication, nil); err != nil {
		t.Fatal(text(err))
	}
	if n := len(s.Names()); n != 3 {
		t.Errorf("the tenant has %v", s.Names())
	}
}

func TestIdentityOfSomebodyElse(t *testing.T) {
	_, c := signedIn(t, tenant.Options{})
	theirs := plan.Identity{Kind: plan.IdentityApplication, Name: "ConnectSyncProvisioning_SYNC10_000000000001", Tenant: database}
	_, err := c.CreateIdentity(t.Context(), theirs, nil)
	wantCode(t, err, entra.CodeIdentityTaken)
	if there, err := c.HasIdentity(t.Context(), theirs); err != nil || there {
		t.Errorf("somebody else's application is taken for ours: %v, %v", there, err)
	}
	if err := c.RemoveIdentity(t.Context(), theirs); err != nil {
		t.Error(text(err))
	}
	if _, err := c.CreateIdentity(t.Context(), theirs, nil); problem.As(err) == nil {
		t.Error("removing took somebody else's application")
	}
}

func TestIdentityLimit(t *testing.T) {
	for name, i := range identityPlans() {
		t.Run(name, func(t *testing.T) {
			_, c := signedIn(t, tenant.Options{Scenario: tenant.IdentityLimit})
			_, err := c.CreateIdentity(t.Context(), i, nil)
			wantCode(t, err, entra.CodeIdentityLimit)
		})
	}
}

func TestIdentityUnderScenarios(t *testing.T) {
	for _, scenario := range []tenant.Scenario{tenant.Throttled, tenant.ConditionalAccess} {
		for name, i := range identityPlans() {
			t.Run(string(scenario)+" "+name, func(t *testing.T) {
				s, c := signedIn(t, tenant.Options{Scenario: scenario})
				before := s.Names()
				_, err := c.CreateIdentity(t.Context(), i, nil)
				if scenario == tenant.ConditionalAccess && name == "application" {
					wantCode(t, err, entra.CodeCA)
					if got := s.Names(); !slices.Equal(got, before) {
						t.Errorf("left behind: %v", got)
					}
					_, err = c.CreateIdentity(t.Context(), i, nil) // somebody has excluded it
				}
				if err != nil {
					t.Fatal(text(err))
				}
			})
		}
	}
}

// A Hybrid Identity Administrator may make the application; a user takes more.
func TestIdentityByHybridAdministrator(t *testing.T) {
	s, c := standIn(t, tenant.Options{})
	mustSignIn(t, c, answers.Entra{User: "admin@" + database})
	if _, err := c.CreateIdentity(t.Context(), planApplication, nil); err != nil {
		t.Fatal(text(err))
	}
	before := s.Names()
	_, err := c.CreateIdentity(t.Context(), planUser, nil)
	if p := problemOf(t, err, entra.CodePermission); !strings.Contains(p.Fix, "as Global Administrator") {
		t.Errorf("it does not name the role: %s", p.Text())
	}
	if got := s.Names(); !slices.Equal(got, before) {
		t.Errorf("left behind: %v", got)
	}
}

func TestIdentityNeedsTheSignIn(t *testing.T) {
	_, c := signedIn(t, tenant.Options{})
	other := planApplication
	other.Tenant = "fabrikam.onmicrosoft.com"
	_, err := c.CreateIdentity(t.Context(), other, nil)
	wantCode(t, err, entra.CodeIdentityTenant)
	c.SignOut()
	_, err = c.CreateIdentity(t.Context(), planApplication, nil)
	wantCode(t, err, entra.CodeSignedOut)
	wantCode(t, c.RemoveIdentity(t.Context(), planApplication), entra.CodeSignedOut)
	_, err = c.HasIdentity(t.Context(), planApplication)
	wantCode(t, err, entra.CodeSignedOut)
}

// Cancelling in the middle leaves nothing behind.
func TestIdentityCancelled(t *testing.T) {
	s, c := signedIn(t, tenant.Options{Lag: 1 << 20})
	before := s.Names()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := c.CreateIdentity(ctx, planApplication, func(text string) {
		if strings.HasPrefix(text, "Waiting") {
			cancel()
		}
	})
	wantCode(t, err, problem.CodeCancelled)
	if got := s.Names(); !slices.Equal(got, before) {
		t.Errorf("left behind: %v", got)
	}
}

// What never arrives ends with a problem, and leaves nothing behind.
func TestIdentityNeverArrives(t *testing.T) {
	s, c := signedIn(t, tenant.Options{Lag: 1 << 20})
	before := s.Names()
	for name, i := range identityPlans() {
		_, err := c.CreateIdentity(t.Context(), i, nil)
		wantCode(t, err, entra.CodeIdentityWait)
		if got := s.Names(); !slices.Equal(got, before) {
			t.Errorf("%s: left behind: %v", name, got)
		}
	}
}

// A policy that blocks the sync identity is told with what to except, and
// nothing is left behind.
func TestIdentityBlocked(t *testing.T) {
	s, c := signedIn(t, tenant.Options{Lag: -1})
	before := s.Names()
	s.FailSignIn(0, "access_denied", "AADSTS53003: Access has been blocked by Conditional Access policies.")
	_, err := c.CreateIdentity(t.Context(), planApplication, nil)
	if p := problemOf(t, err, entra.CodeCA); !strings.Contains(p.Fix, "Except the workload identity "+planApplication.Name) {
		t.Errorf("it does not tell what to except: %s", p.Text())
	}
	if got := s.Names(); !slices.Equal(got, before) {
		t.Errorf("left behind: %v", got)
	}
}
