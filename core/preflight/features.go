package preflight

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Global settings that name the forest of a writeback feature; empty means every forest.
const (
	settingGroupForest  = "Microsoft.GroupWriteBack.Forest"
	settingDeviceForest = "Microsoft.DeviceWriteBack.Forest"
)

// Features gives the features of the recovered configuration whose rights the
// account of an AD connector needs, basic read first. A feature that could not
// be read is left out, so that nobody grants a right that nobody needs; the
// finding features.passwordhash says so.
func Features(a facts.ADSync, c facts.Connector) []facts.Feature {
	out := []facts.Feature{facts.FeatureBasicRead}
	add := func(on bool, f facts.Feature) {
		if on {
			out = append(out, f)
		}
	}
	hash, known := c.PasswordHash.Get()
	add((known && hash) || (!known && a.On(facts.SettingPHSOld)), facts.FeaturePasswordHash)
	anchor, _ := a.Setting(facts.SettingAnchorAttribute)
	add(strings.EqualFold(strings.TrimSpace(anchor), "mS-DS-ConsistencyGuid"), facts.FeatureConsistencyGUID)
	add(writeback(a), facts.FeatureWriteback)
	add(a.On(facts.SettingHybridExchange), facts.FeatureHybridExchange)
	add(a.On(facts.SettingPublicFolders), facts.FeaturePublicFolders)
	add(a.On(facts.SettingGroupWriteback) && inForest(a, settingGroupForest, c), facts.FeatureGroupWriteback)
	add(a.On(facts.SettingDeviceWriteback) && inForest(a, settingDeviceForest, c), facts.FeatureDeviceWriteback)
	return out
}

// writeback tells whether passwords are written back, by the Entra connector or,
// in versions 1.1, by a global setting.
func writeback(a facts.ADSync) bool {
	if e := a.Entra(); e != nil {
		if on, known := e.Writeback.Get(); known {
			return on
		}
	}
	return a.On(facts.SettingWritebackOld)
}

// inForest tells whether a feature that is bound to one forest is bound to that
// of the connector.
func inForest(a facts.ADSync, setting string, c facts.Connector) bool {
	forest, ok := a.Setting(setting)
	forest = strings.TrimSpace(forest)
	return !ok || forest == "" || strings.EqualFold(forest, c.Forest)
}
