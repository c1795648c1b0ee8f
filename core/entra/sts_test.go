package entra

import (
	"fmt"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Every number of the table gives its problem, in the form that the libraries give it.
func TestSTSTable(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range stsTable() {
		for _, n := range e.numbers {
			if seen[n] {
				t.Errorf("AADSTS%s stands in the table twice", n)
			}
			seen[n] = true
			text := fmt.Sprintf(`{"error":"invalid_grant","error_description":"AADSTS%s: Words of the service. Trace ID: 1\r\nCorrelation ID: 2"}`, n)
			p := fromSTS(text)
			if p == nil || p.Code != e.code || p.What == "" || p.Fix == "" || p.Field != e.field {
				t.Errorf("AADSTS%s gives %+v", n, p)
				continue
			}
			if !strings.HasPrefix(p.Detail, "AADSTS"+n+": Words of the service.") || strings.Contains(p.Detail, "Correlation") {
				t.Errorf("AADSTS%s: detail %q", n, p.Detail)
			}
		}
	}
}

func TestSTSKnown(t *testing.T) {
	cases := []struct {
		text string
		want problem.Code
	}{
		{"AADSTS65001: The user or administrator has not consented", CodeConsent},
		{"access_denied: AADSTS65004: User declined to consent", CodeDeclined},
		{"AADSTS50076: you must use multi-factor authentication", CodeMFA},
		{"AADSTS50079: you must enroll", CodeMFAEnrol},
		{"AADSTS53003: Access has been blocked by Conditional Access policies", CodeCA},
		{"AADSTS53000: Device is not in required device state", CodeDevice},
		{"AADSTS50020: User account from identity provider", CodeUserTenant},
		{"AADSTS7000215: Invalid client secret", CodeServiceSecret},
		{"AADSTS7000222: The provided client secret keys are expired", CodeSecretExpired},
		{"AADSTS700027: Client assertion contains an invalid signature", CodeCertificate},
		{"AADSTS700024: Client assertion is not within its valid time range", CodeClock},
		{"AADSTS90002: Tenant not found", CodeTenantUnknown},
		{"AADSTS70019: Verification code expired", CodeExpired},
		{"AADSTS9999999: something new", "entra.signin"},
		{"AADSTS70002: Error validating credentials. AADSTS50126: Invalid username or password", CodePassword},
		{"AADSTS70002: Error validating credentials. AADSTS9999999: something new", CodeServiceSecret},
		{"AADSTS50013: Assertion failed signature validation. [Reason - The key was not found.]", CodeCertificate},
		{"AADSTS80002: OnPremisePasswordValidatorRequestTimedout", CodePassThrough},
		{"AADSTS500021: Access to 'Contoso' tenant is denied", CodeRestricted},
		{"AADSTS90055: TenantThrottlingError", CodeThrottled},
	}
	for _, x := range cases {
		if p := fromSTS(x.text); p == nil || p.Code != x.want {
			t.Errorf("%s gives %+v, want %s", x.text, p, x.want)
		}
	}
	if p := fromSTS("access_denied: AADSTS50020: User &#39;a&#39; &amp; tenant"); p == nil || !strings.Contains(p.Detail, "User 'a' & tenant") {
		t.Errorf("the browser's escapes are shown: %+v", p)
	}
	if p := fromSTS(`{"error_description":"AADSTS70002: Error validating credentials. AADSTS50126: Wrong password.\r\nTrace ID: 1"}`); p == nil || p.Detail != "AADSTS50126: Wrong password." {
		t.Errorf("the narrower of two numbers: %+v", p)
	}
	if p := fromSTS("nothing of the kind"); p != nil {
		t.Errorf("a text without a number gives %+v", p)
	}
}

func TestServerOfIdentity(t *testing.T) {
	cases := []struct{ name, user, application string }{
		{"Sync_SYNC01_0123456789ab@contoso.onmicrosoft.com", "SYNC01", ""},
		{"Sync_SYNC_01_0123456789AB@contoso.onmicrosoft.com", "SYNC_01", ""},
		{"Sync_Team@contoso.com", "", ""},
		{"ConnectSyncProvisioning_SYNC01_0123456789ab", "", "SYNC01"},
		{"ConnectSyncProvisioning_test", "", ""},
	}
	for _, x := range cases {
		if got := server(syncUser, x.name); got != x.user {
			t.Errorf("%s as a user: %q", x.name, got)
		}
		if got := server(syncApplication, x.name); got != x.application {
			t.Errorf("%s as an application: %q", x.name, got)
		}
	}
}

func TestPasswords(t *testing.T) {
	seen := map[string]bool{}
	for range 50 {
		v, err := randomPassword()
		if err != nil {
			t.Fatal(err)
		}
		p := v.Reveal()
		if len(p) != passwordLength || seen[p] {
			t.Fatal("a password is too short, or comes twice")
		}
		seen[p] = true
		for _, set := range []string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!#%+-.=?@_"} {
			if !strings.ContainsAny(p, set) {
				t.Errorf("a password lacks one of %s", set)
			}
		}
	}
}
