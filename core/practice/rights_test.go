package practice

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestRightsHoldForOneDomain grants in one domain of a forest and looks at the other.
func TestRightsHoldForOneDomain(t *testing.T) {
	d := newDirectory(twoForests(t), Options{Now: time.Now})
	const root, child = "fabrikam.local", "europe.fabrikam.local"
	lacks := func() map[string]bool {
		t.Helper()
		a, err := d.Verify(t.Context(), setup.ForestRequest{
			Answer:   answers.Forest{Forest: root, Option: answers.ExistingAccount, User: `FABRIKAM\svc-poor`},
			Password: secret.New(sitePassword), Features: []facts.Feature{facts.FeaturePasswordHash},
		}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, r := range a.Rights {
			out[r.Domain] = r.State == facts.RightLacks
		}
		return out
	}
	if got := lacks(); !got[root] || !got[child] {
		t.Fatalf("at first it lacks %v", got)
	}
	ea := apply.Credential{User: `FABRIKAM\ea`, Password: secret.New(sitePassword)}
	a := plan.Account{Forest: root, User: "svc-poor", Grants: []facts.Right{
		{Feature: facts.FeaturePasswordHash, Domain: root}, {Feature: facts.FeaturePasswordHash, Domain: child},
	}}
	missing, err := d.Ungranted(t.Context(), a, ea)
	if err != nil || len(missing) != 2 {
		t.Fatalf("%+v %v", missing, err)
	}
	if err := d.Grant(t.Context(), a, ea, missing[:1]); err != nil {
		t.Fatal(err)
	}
	if got := lacks(); got[root] || !got[child] {
		t.Errorf("granted on the root alone it lacks %v", got)
	}
	if rest, err := d.Ungranted(t.Context(), a, ea); err != nil || len(rest) != 1 || rest[0].Domain != child {
		t.Errorf("left are %+v %v", rest, err)
	}
	if err := d.Revoke(t.Context(), a, ea, missing); err != nil {
		t.Fatal(err)
	}
	if got := lacks(); !got[root] || !got[child] {
		t.Errorf("after undo it lacks %v", got)
	}
}

func twoForests(t *testing.T) recipe {
	t.Helper()
	for _, s := range Scenarios() {
		if s.Name == "two-forests" {
			r := baseline(time.Now())
			s.change(&r)
			return r
		}
	}
	t.Fatal("there is no scenario with two forests")
	return recipe{}
}
