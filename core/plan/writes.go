package plan

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// Values that the plan writes into global settings.
const (
	settingTrue     = "True"
	settingFalse    = "False"
	notConfigured   = "NotConfigured"
	suspended       = "Suspended"
	disabled        = "Disabled"
	suspendedReason = "UpgradeNotSupportedNonLocalDbInstall" // why upgrades are off on a full SQL Server
	initialPolicy   = "Initial"                              // a full cycle; Delta is the usual one
)

// firstKey is the id of the only key in a new key set.
const firstKey = 1

// writes works out what changes in the database.
func (b *builder) writes(p Plan) Writes {
	server := b.set.ADSync.Server
	w := Writes{
		Settings:     b.settings(),
		KeysetBefore: server.KeysetID.Value, KeysetAfter: b.in.Keyset,
		EntropyBefore: server.Entropy.Or(""), EntropyAfter: b.in.Entropy,
		Groups:       b.groupWrites(p.Computer),
		ConfigBefore: server.ConfigVersion.Value, ConfigAfter: server.ConfigVersion.Value + 1,
	}
	for _, c := range b.set.ADSync.Connectors.Value {
		switch c.Kind {
		case facts.KindAD:
			for _, a := range p.Accounts {
				if strings.EqualFold(a.Connector, c.ID) {
					w.Connectors = append(w.Connectors, b.connector(c, facts.Account{Domain: a.Domain, User: a.User}))
				}
			}
		case facts.KindEntra:
			w.Connectors = append(w.Connectors, b.connector(c, facts.Account{User: p.Identity.Name}))
		default: // the credentials of other connectors are not ours to make
		}
	}
	return w
}

// connector gives the changes of one connector. A full import is asked for where
// the water-mark of Microsoft Entra ID is stale, a full synchronization wherever
// a higher version may have changed the schema or the rules.
func (b *builder) connector(c facts.Connector, after facts.Account) ConnectorWrite {
	return ConnectorWrite{
		ID: c.ID, Name: c.Name, Kind: c.Kind,
		AccountBefore: c.Account, AccountAfter: after,
		VersionBefore: c.Version, VersionAfter: c.Version + 1,
		KeyBefore: c.KeyID.Or(0), KeyAfter: firstKey,
		FullImport: b.stale && c.Kind == facts.KindEntra,
		FullSync:   b.higher,
	}
}

// settings gives the global settings that change. Staging mode is always among
// them, even where it is on already, so that it is written and read back. The
// sign-in method stays as it is: this mode cannot set it, the setting only tells
// the product's own wizard what was chosen, and the task Change user sign-in needs
// it; below 1.2.65.0 the product's rule makes it Do Not Configure.
func (b *builder) settings() []SettingWrite {
	list := settingList{a: b.set.ADSync}
	list.always(facts.SettingStagingMode, settingTrue)
	// A lower version is blocked by a finding; it must never be written whatever happens.
	if b.installed != "" && !product.Below(b.installed, b.lastUsed) {
		list.set(facts.SettingVersion, b.installed)
	}
	if b.lastUsed != "" && product.Below(b.lastUsed, product.SettingsKept) {
		list.set(facts.SettingSignOnMethod, notConfigured)
	}
	if state, _ := b.set.ADSync.Setting(facts.SettingAutoUpgrade); !strings.EqualFold(state, disabled) {
		list.set(facts.SettingAutoUpgrade, suspended)
		list.set(facts.SettingAutoUpgradeReason, suspendedReason)
	}
	if b.higher || b.stale {
		list.set(facts.SettingPolicy, initialPolicy)
	}
	b.scheduler(&list)
	return list.writes
}

// scheduler lets the first cycle start by itself, or keeps it from doing so, as
// the admin chose on the page Ready to configure.
func (b *builder) scheduler(list *settingList) {
	if !b.in.Answers.Options.StartSync {
		list.set(facts.SettingSchedule, settingFalse)
		return
	}
	list.set(facts.SettingSchedule, settingTrue)
	if b.set.ADSync.On(facts.SettingSuspended) {
		list.set(facts.SettingSuspended, settingFalse)
	}
}

// settingList collects settings with the names and values of the database.
type settingList struct {
	a      facts.ADSync
	writes []SettingWrite
}

// set adds a setting unless it has that value already.
func (l *settingList) set(name, after string) {
	if before, existed := l.a.Setting(name); !existed || !strings.EqualFold(strings.TrimSpace(before), after) {
		l.always(name, after)
	}
}

// always adds a setting whatever its value is. The name keeps the database's spelling.
func (l *settingList) always(name, after string) {
	w := SettingWrite{Name: name, After: after}
	for _, s := range l.a.Settings.Value {
		if strings.EqualFold(s.Name, name) {
			w.Name, w.Existed, w.Before = s.Name, true, s.Value
			break
		}
	}
	l.writes = append(l.writes, w)
}
