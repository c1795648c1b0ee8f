package preflight_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// Of a tenant or a forest of which nothing was read nothing passes.
func TestNothingReadOfTenantAndForest(t *testing.T) {
	for name, list := range map[string][]preflight.Finding{
		"tenant":              preflight.JudgeTenant(facts.Set{}, answers.Answers{}, facts.Tenant{}),
		"tenant, set known":   preflight.JudgeTenant(ft.Set(), answers.Answers{}, facts.Tenant{}),
		"forest":              preflight.JudgeForest(facts.Set{}, facts.Connector{}, facts.ForestAccount{}),
		"forest, named by id": preflight.JudgeForest(ft.Set(), ft.AD(ft.Contoso, "contoso.local"), facts.ForestAccount{}),
	} {
		if len(list) < 4 {
			t.Errorf("%s: only %s", name, ids(list))
		}
		for _, f := range list {
			if f.Severity != preflight.Unknown {
				t.Errorf("%s: %s is %s: %s", name, f.ID, f.Severity, f.Title)
			}
		}
	}
}
