package practice

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// Every account that the hints name does what they say.
func TestCloud_accountsOfTheHints(t *testing.T) {
	_, site := open(t, Default)
	hints := strings.Join(site.hints(), "\n")
	for _, x := range []struct {
		name, user string
		flow       answers.EntraFlow
		kind       string
		hybrid     facts.RoleState
		code       problem.Code
	}{
		{"admin@", "admin@" + siteTenant, answers.FlowBrowser, facts.UserMember, facts.RoleActive, ""},
		{"admin@", "admin@" + siteTenant, answers.FlowDevice, facts.UserMember, facts.RoleActive, ""},
		{"admin@", "", answers.FlowBrowser, facts.UserMember, facts.RoleActive, ""},
		{"global@", "global@contoso.com", answers.FlowDevice, facts.UserMember, facts.RoleMissing, ""},
		{"eligible@", "eligible@" + siteTenant, answers.FlowBrowser, facts.UserMember, facts.RoleEligible, ""},
		{"helpdesk@", "helpdesk@" + siteTenant, answers.FlowDevice, facts.UserMember, facts.RoleMissing, ""},
		{"partner@partner.example", "partner@partner.example", answers.FlowBrowser, facts.UserGuest, facts.RoleActive, ""},
		{"someone@outlook.com", "someone@outlook.com", answers.FlowDevice, facts.UserMicrosoft, facts.RoleActive, ""},
		{"admin@fabrikam.com", "admin@fabrikam.com", answers.FlowBrowser, "", "", entra.CodeUserTenant},
		{"", "nobody@" + siteTenant, answers.FlowBrowser, "", "", entra.CodeUserUnknown},
	} {
		t.Run(x.user+" "+string(x.flow), func(t *testing.T) {
			if !strings.Contains(hints, x.name) {
				t.Errorf("the hints do not name %s: %s", x.name, hints)
			}
			var prompts []setup.Prompt
			got, err := site.cloud.SignIn(t.Context(), setup.CloudRequest{
				Answer: answers.Entra{User: x.user, Flow: x.flow}, Tenant: siteTenant,
			}, func(p setup.Prompt) { prompts = append(prompts, p) })
			if x.code != "" {
				if p := problem.As(err); p == nil || p.Code != x.code {
					t.Fatalf("got %v, want %s", err, x.code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.UserKind != x.kind || got.Role(facts.RoleHybridAdmin) != x.hybrid {
				t.Errorf("a %s, %s", got.UserKind, got.Role(facts.RoleHybridAdmin))
			}
			if len(prompts) != 1 || !strings.HasPrefix(prompts[0].Text, "PRACTICE") || prompts[0].URL != "" {
				t.Errorf("prompts %+v", prompts)
			}
		})
	}
}

// An unattended run can practise its service principal; a client id of its own
// is refused where the real page would show it.
func TestCloud_clients(t *testing.T) {
	_, site := open(t, Default)
	signIn := func(a answers.Entra, s string) (facts.Tenant, error) {
		return site.cloud.SignIn(t.Context(), setup.CloudRequest{Answer: a, Tenant: siteTenant, Secret: secret.New(s)}, func(setup.Prompt) {})
	}
	got, err := signIn(answers.Entra{Flow: answers.FlowService, Client: tenant.Unattended}, tenant.UnattendedSecret)
	if err != nil || got.UserKind != facts.UserService {
		t.Errorf("service principal: %v, %v", got.UserKind, err)
	}
	if all := strings.Join(site.hints(), "\n"); !strings.Contains(all, tenant.Unattended) || !strings.Contains(all, tenant.UnattendedSecret) {
		t.Error("the hints do not tell the service principal")
	}
	_, err = signIn(answers.Entra{Client: "c0ffee00-0000-4000-8000-0000000000ff"}, "")
	if p := problem.As(err); p == nil || p.Code != codePage || !strings.Contains(p.Why, "AADSTS700016") {
		t.Errorf("a client id of one's own: %v", err)
	}
}

// Install makes the identity in the tenant, as the product does, and undo removes
// it and nothing else.
func TestCloud_installAndUndo(t *testing.T) {
	for _, scenario := range []string{Default, string(tenant.Throttled)} {
		t.Run(scenario, func(t *testing.T) {
			session, site := open(t, scenario)
			before := site.Tenant().Names()
			state, err := setup.Run(t.Context(), session, setup.RunOptions{Install: true})
			if err != nil {
				t.Fatal(err)
			}
			name := state.Plan.Identity.Name
			if got := site.Tenant().Names(); len(got) != len(before)+1 || !slices.Contains(got, name) {
				t.Fatalf("the tenant has %v, want %s too", got, name)
			}
			if _, err := site.cloud.HasIdentity(t.Context(), state.Plan.Identity); problem.As(err) == nil || problem.As(err).Code != entra.CodeSignedOut {
				t.Errorf("the sign-in outlives the installation: %v", err)
			}
			session.Dispatch(setup.UndoPressed{})
			if err := session.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if o := session.State().Install.Outcome; o == nil || o.Ending != apply.TakenBack {
				t.Fatalf("undo: %+v", o)
			}
			if got := site.Tenant().Names(); !slices.Equal(got, before) {
				t.Errorf("the tenant has %v, want %v", got, before)
			}
		})
	}
}

// A policy that blocks the new identity stops Install with what to exclude;
// nothing is left, and trying again goes on.
func TestCloud_conditionalAccess(t *testing.T) {
	session, site := open(t, string(tenant.ConditionalAccess))
	before := site.Tenant().Names()
	state, err := setup.Run(t.Context(), session, setup.RunOptions{Install: true})
	if p := problem.As(err); p == nil || p.Code != entra.CodeCA || !strings.Contains(p.Fix, state.Plan.Identity.Name) {
		t.Fatalf("got %v, want the identity that has to be excluded", err)
	}
	if got := site.Tenant().Names(); !slices.Equal(got, before) {
		t.Errorf("left behind: %v", got)
	}
	session.Dispatch(setup.RetryPressed{})
	if err := session.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := session.State().Install.Outcome; o == nil || o.Ending != apply.Completed {
		t.Errorf("after trying again: %+v", o)
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		c, err := newCloud(baseline(time.Now()), Options{Now: time.Now}, sample.Truth{})
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
