package preflight_test

import (
	"slices"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

func TestFeatures(t *testing.T) {
	setting := func(name, value string) func(*facts.ADSync, *facts.Connector) {
		return func(a *facts.ADSync, _ *facts.Connector) {
			a.Settings = ft.Known(ft.WithSetting(a.Settings.Value, name, value))
		}
	}
	base := []facts.Feature{facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID}
	for _, c := range []struct {
		name string
		bend func(*facts.ADSync, *facts.Connector)
		want []facts.Feature
	}{
		{"as it is", nil, base},
		{"no hashes", func(_ *facts.ADSync, c *facts.Connector) { c.PasswordHash = ft.Known(false) }, []facts.Feature{facts.FeatureBasicRead, facts.FeatureConsistencyGUID}},
		{"hashes unread", func(_ *facts.ADSync, c *facts.Connector) { c.PasswordHash = ft.Unknown[bool]() }, []facts.Feature{facts.FeatureBasicRead, facts.FeatureConsistencyGUID}},
		{"hashes by the old setting", func(a *facts.ADSync, c *facts.Connector) {
			c.PasswordHash = facts.Absent[bool]("t", "", ft.Now())
			setting(facts.SettingPHSOld, "True")(a, c)
		}, base},
		{"objectGUID", setting(facts.SettingAnchorAttribute, "objectGUID"), base[:2]},
		{"writeback", func(a *facts.ADSync, _ *facts.Connector) { a.Connectors.Value[2].Writeback = ft.Known(true) }, append(slices.Clone(base), facts.FeatureWriteback)},
		{"writeback by the old setting", func(a *facts.ADSync, c *facts.Connector) {
			a.Connectors.Value[2].Writeback = ft.Unknown[bool]()
			setting(facts.SettingWritebackOld, "true")(a, c)
		}, append(slices.Clone(base), facts.FeatureWriteback)},
		{"exchange", setting(facts.SettingHybridExchange, "True"), append(slices.Clone(base), facts.FeatureHybridExchange)},
		{"public folders", setting(facts.SettingPublicFolders, "True"), append(slices.Clone(base), facts.FeaturePublicFolders)},
		{"group writeback anywhere", setting(facts.SettingGroupWriteback, "True"), append(slices.Clone(base), facts.FeatureGroupWriteback)},
		{"group writeback elsewhere", func(a *facts.ADSync, c *facts.Connector) {
			setting(facts.SettingGroupWriteback, "True")(a, c)
			setting("Microsoft.GroupWriteBack.Forest", "fabrikam.local")(a, c)
		}, base},
		{"device writeback here", func(a *facts.ADSync, c *facts.Connector) {
			setting(facts.SettingDeviceWriteback, "True")(a, c)
			setting("Microsoft.DeviceWriteBack.Forest", "CONTOSO.local")(a, c)
		}, append(slices.Clone(base), facts.FeatureDeviceWriteback)},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, connector := ft.ADSync(), ft.AD(ft.Contoso, "contoso.local")
			if c.bend != nil {
				c.bend(&a, &connector)
			}
			if got := preflight.Features(a, connector); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUnreadFeatureIsSaid(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "read", id: "features.passwordhash"},
		{name: "unread", bend: set(each(func(c *facts.Connector) { c.PasswordHash = ft.Unknown[bool]() })), id: "features.passwordhash", want: preflight.Unknown},
	})
	if n := len(preflight.Judge(ft.Set(), answers.Answers{})); n < 25 {
		t.Errorf("only %d findings on a healthy site", n)
	}
}
