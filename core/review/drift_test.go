package review_test

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

func TestDrift(t *testing.T) {
	set := factstest.Set()
	c := set.ADSync.Connectors.Value[0]
	c.KeyID = factstest.Known(int64(7))
	set.ADSync.Connectors.Value[0] = c
	set.ADSync.Claim = factstest.Known(&facts.Claim{Server: "SYNC02", Installation: "abc", At: factstest.Now()})
	p := plan.Plan{ID: "abc", Writes: plan.Writes{
		Settings:   []plan.SettingWrite{{Name: facts.SettingStagingMode, After: "False"}},
		Connectors: []plan.ConnectorWrite{{ID: strings.ToUpper(c.ID), Name: c.Name, AccountAfter: c.Account, KeyAfter: 7}},
	}}
	if got := review.Drift(p, set); len(got) != 0 {
		t.Errorf("nothing was changed, but: %q", got)
	}
	p.Writes.Settings = append(p.Writes.Settings, plan.SettingWrite{Name: "gone", After: "x"}, plan.SettingWrite{Name: facts.SettingPolicy, After: "Initial"})
	p.Writes.Connectors = append(p.Writes.Connectors,
		plan.ConnectorWrite{ID: "none", Name: "removed.local"},
		plan.ConnectorWrite{ID: c.ID, Name: "other account", AccountAfter: facts.Account{User: "x"}},
		plan.ConnectorWrite{ID: c.ID, Name: "other key", AccountAfter: c.Account, KeyAfter: 8})
	set.ADSync.Claim.Value.Installation = "def"
	got := strings.Join(review.Drift(p, set), "\n")
	for _, want := range []string{"claimed by SYNC02", "gone was removed", "“Delta”; the installation wrote “Initial”", "removed.local was removed", "the account", "other key were written anew"} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	got = strings.Join(review.Drift(p, facts.Set{}), "\n")
	if !strings.Contains(got, "settings can't be read") || !strings.Contains(got, "connectors can't be read") {
		t.Errorf("what can't be read is passed over: %s", got)
	}
}
