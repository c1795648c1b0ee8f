package entra

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// fixed is a sign-in that is there already.
type fixed struct{ claims []string }

func (f *fixed) token(_ context.Context, claims string) (string, error) {
	f.claims = append(f.claims, claims)
	return "token", nil
}

func (*fixed) tell(func(setup.Prompt)) {}

// against gives a client and a session that speak to a handler over HTTPS.
func against(t *testing.T, h http.HandlerFunc) (*Client, *session, *fixed) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.StartTLS()
	t.Cleanup(s.Close)
	c := New(Params{
		Trust: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
		},
		Pause: func(context.Context, time.Duration) error { return nil },
	})
	who := &fixed{}
	at := place{cloud: cloud{name: "global", login: "example.com", graph: "example.com"}, id: "t"}
	return c, &session{place: at, graph: newGraph(c, at, who)}, who
}

// The token goes to no address that an answer names.
func TestNextPageElsewhere(t *testing.T) {
	for _, next := range []string{"https://evil.example/v1.0/users", "http://example.com/v1.0/users", "https://example.com.evil.example/v1.0/"} {
		requests := 0
		_, s, _ := against(t, func(w http.ResponseWriter, _ *http.Request) {
			requests++
			_, _ = w.Write([]byte(`{"value":[],"@odata.nextLink":"` + next + `"}`))
		})
		_, err := list[user](t.Context(), s.graph, call{method: http.MethodGet, path: "/users"})
		if p := problem.As(err); p == nil || p.Code != CodeAnswer || requests != 1 {
			t.Errorf("%s: %v after %d requests", next, err, requests)
		}
	}
}

func TestListWithoutEnd(t *testing.T) {
	_, s, _ := against(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"value":[],"@odata.nextLink":"https://example.com/v1.0/users?$skiptoken=x"}`))
	})
	_, err := list[user](t.Context(), s.graph, call{method: http.MethodGet, path: "/users"})
	if p := problem.As(err); p == nil || p.Code != CodeAnswer {
		t.Errorf("got %v", err)
	}
}

// A redirect is not followed: the token would go along.
func TestRedirect(t *testing.T) {
	requests := 0
	_, s, _ := against(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, "https://example.com/elsewhere", http.StatusFound)
	})
	err := s.graph.do(t.Context(), call{method: http.MethodGet, path: "/me"}, nil)
	if p := problem.As(err); p == nil || p.Code != CodeAnswer || requests != 1 {
		t.Errorf("%v after %d requests", err, requests)
	}
}

// A challenge is met once; a second one is an error and no loop.
func TestChallenge(t *testing.T) {
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1600000000"}}}`
	requests := 0
	_, s, who := against(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.Header().Set("WWW-Authenticate", `Bearer realm="", error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":{"code":"InvalidAuthenticationToken","message":"challenge"}}`))
	})
	err := s.graph.do(t.Context(), call{method: http.MethodGet, path: "/me"}, nil)
	if refusal(err) == nil || requests != 2 || len(who.claims) != 2 || who.claims[1] != claims {
		t.Errorf("%v after %d requests with claims %q", err, requests, who.claims)
	}
}

func TestThreshold(t *testing.T) {
	const inner = `{"configuration":{"accidentalDeletionPrevention":{"synchronizationPreventionType":"KIND","alertThreshold":250}}}`
	cases := []struct {
		name, answer string
		status       int
		want         facts.Read[int64]
	}{
		{"one object, as documented", strings.Replace(inner, "KIND", "enabledForCount", 1), 200, facts.Read[int64]{State: facts.IsKnown, Value: 250}},
		{"a list of one", `{"value":[` + strings.Replace(inner, "KIND", "enabledForCount", 1) + `]}`, 200, facts.Read[int64]{State: facts.IsKnown, Value: 250}},
		{"off", strings.Replace(inner, "KIND", "disabled", 1), 200, facts.Read[int64]{State: facts.IsKnown}},
		{"by percentage", strings.Replace(inner, "KIND", "enabledForPercentage", 1), 200, facts.Read[int64]{State: facts.IsUnknown, Why: "percent"}},
		{"empty", `{}`, 200, facts.Read[int64]{State: facts.IsUnknown, Why: "no threshold"}},
		{"no JSON", `<html>`, 200, facts.Read[int64]{State: facts.IsUnknown, Why: "could not be read"}},
		{"refused", `{"error":{"code":"Authorization_RequestDenied","message":"no"}}`, 403, facts.Read[int64]{State: facts.IsUnknown, Why: "Global Administrator"}},
		{"another error", `{"error":{"code":"Request_BadRequest","message":"odd"}}`, 400, facts.Read[int64]{State: facts.IsUnknown, Why: "odd"}},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			c, s, _ := against(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(x.status)
				_, _ = w.Write([]byte(x.answer))
			})
			var all facts.Tenant
			c.settings(t.Context(), s, &all)
			got := all.Threshold
			if got.State != x.want.State || got.Value != x.want.Value || !strings.Contains(got.Why, x.want.Why) {
				t.Errorf("got %+v, want %+v", got, x.want)
			}
		})
	}
}

// A tenant without the licence for eligible roles has none; roles without their
// names are unknown; eligible roles that can't be read leave the others unknown.
func TestRoles(t *testing.T) {
	const hybrid = `{"value":[{"roleTemplateId":"` + facts.RoleHybridAdmin + `"}]}`
	cases := []struct {
		name, active, eligible string
		status                 int
		hybrid, global         facts.RoleState
	}{
		{"active, the rest readable", hybrid, `{"value":[]}`, 200, facts.RoleActive, facts.RoleMissing},
		{"eligible", `{"value":[]}`, `{"value":[{"roleDefinitionId":"` + facts.RoleGlobalAdmin + `"}]}`, 200, facts.RoleMissing, facts.RoleEligible},
		{"no licence", `{"value":[]}`, `{"error":{"code":"AadPremiumLicenseRequired","message":"x"}}`, 400, facts.RoleMissing, facts.RoleMissing},
		{"eligible ones not readable", hybrid, `{"error":{"code":"UnauthorizedAccess","message":"x"}}`, 403, facts.RoleActive, facts.RoleUnknown},
		{"roles without names", `{"value":[{"id":"x","roleTemplateId":null}]}`, `{"value":[]}`, 200, facts.RoleUnknown, facts.RoleUnknown},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			c, s, _ := against(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "roleEligibility") {
					w.WriteHeader(x.status)
					_, _ = w.Write([]byte(x.eligible))
					return
				}
				_, _ = w.Write([]byte(x.active))
			})
			got := facts.Tenant{Roles: c.roles(t.Context(), s, time.Now())}
			if got.Role(facts.RoleHybridAdmin) != x.hybrid || got.Role(facts.RoleGlobalAdmin) != x.global {
				t.Errorf("got %+v, want %s and %s", got.Roles, x.hybrid, x.global)
			}
		})
	}
}

// With User.Read alone Graph gives null for what may not be seen: that is not "off".
func TestSyncStateHidden(t *testing.T) {
	now := time.Now()
	on, last := syncState(organization{}, &person{granted: []string{"https://graph.microsoft.com/User.Read"}}, now)
	if on.State != facts.IsUnknown || last.State != facts.IsUnknown || !strings.Contains(on.Why, "Organization.Read.All") {
		t.Errorf("%+v, %+v", on, last)
	}
	on, last = syncState(organization{}, &person{granted: []string{"https://graph.microsoft.com/Directory.Read.All"}}, now)
	if off, ok := on.Get(); !ok || off || last.State != facts.IsAbsent {
		t.Errorf("%+v, %+v, want off and never", on, last)
	}
}
