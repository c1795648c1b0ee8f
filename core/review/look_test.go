package review_test

import (
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// basis is a database a day after its installation, on which nothing has run yet.
func basis() review.Basis {
	now := factstest.Set()
	return review.Basis{Before: factstest.Set(), Now: now, Plan: review.PlanOf(now), Installed: factstest.Now().Add(-24 * time.Hour)}
}

func setting(b *review.Basis, name, value string) {
	for i, s := range b.Now.ADSync.Settings.Value {
		if s.Name == name {
			b.Now.ADSync.Settings.Value[i].Value = value
		}
	}
}

// ran adds runs of every connector that ended well after the installation.
func ran(b *review.Basis, profiles ...string) {
	for _, c := range b.Now.ADSync.Connectors.Value {
		for _, p := range profiles {
			b.Now.ADSync.Runs.Value = append(b.Now.ADSync.Runs.Value, facts.Run{
				Connector: strings.ToUpper(c.ID), Profile: p, Complete: true, Result: "success",
				Start: b.Installed.Add(time.Hour), End: b.Installed.Add(2 * time.Hour),
			})
		}
	}
}

func TestLook(t *testing.T) {
	for _, c := range []struct {
		name, id string
		change   func(*review.Basis)
		want     review.Sight
		evidence string
	}{
		{"nothing ran", "scheduler", func(*review.Basis) {}, review.SeenOpen, "no run ended well"},
		{"scheduler off", "scheduler", func(b *review.Basis) { setting(b, facts.SettingSchedule, "False") }, review.SeenOpen, "is off"},
		{"suspended", "scheduler", func(b *review.Basis) { setting(b, facts.SettingSuspended, "True") }, review.SeenOpen, "suspended"},
		{"ran", "scheduler", func(b *review.Basis) { ran(b, "Delta Import") }, review.SeenDone, "is on"},
		{"settings unread", "scheduler", func(b *review.Basis) { b.Now.ADSync.Settings = factstest.Unknown[[]facts.Setting]() }, review.SeenBlind, "may not see it"},
		{"cycle half", "full-cycle", func(b *review.Basis) { ran(b, "Delta Import") }, review.SeenOpen, "contoso.local: sync"},
		{"cycle whole", "full-cycle", func(b *review.Basis) { ran(b, "Delta Import", "Delta Synchronization") }, review.SeenDone, "fabrikam.local: import"},
		{"delta where full is asked for", "full-cycle", func(b *review.Basis) {
			b.Plan.Writes.Connectors[0].FullImport = true
			ran(b, "Delta Import", "Delta Synchronization")
		}, review.SeenOpen, "contoso.local: full import"},
		{"runs unread", "full-cycle", func(b *review.Basis) { b.Now.ADSync.Runs = factstest.Unknown[[]facts.Run]() }, review.SeenBlind, "may not see it"},
		{"no installation known", "full-cycle", func(b *review.Basis) { b.Installed = time.Time{} }, review.SeenBlind, "No installation"},
		{"import from Entra ID", "conditional-access", func(b *review.Basis) { ran(b, "Delta Import") }, review.SeenDone, "nothing kept the identity out"},
		{"no exports", "pending-exports", func(*review.Basis) {}, review.SeenDone, "No export waits"},
		{"exports", "pending-exports", func(b *review.Basis) {
			b.Now.ADSync.Connectors.Value[0].Counts = factstest.Known(facts.Counts{ExportAdd: 3, ExportDelete: 2})
		}, review.SeenOpen, "5 exports wait now, 2 of them deletions"},
		{"exports unread", "pending-exports", func(b *review.Basis) {
			b.Now.ADSync.Connectors.Value[0].Counts = factstest.Unknown[facts.Counts]()
		}, review.SeenBlind, "can't be counted"},
		{"threshold off", "accidental-deletes", func(b *review.Basis) { setting(b, facts.SettingDeletionThreshold, "False") }, review.SeenOpen, "off"},
		{"threshold on", "accidental-deletes", func(*review.Basis) {}, review.SeenBlind, "500"},
		{"previous connected", "previous-server", func(b *review.Basis) {
			b.Now.ADSync.Sessions = factstest.Known([]facts.Session{{Host: "sync01", Program: "ADSync"}})
		}, review.SeenOpen, "SYNC01 has a connection"},
		{"previous not seen", "previous-server", func(*review.Basis) {}, review.SeenBlind, "at this moment"},
		{"staging off", "leave-staging", func(*review.Basis) {}, review.SeenDone, "exports"},
		{"staging on", "leave-staging", func(b *review.Basis) { setting(b, facts.SettingStagingMode, "True") }, review.SeenOpen, "on"},
		{"auto-upgrade on", "manual-upgrades", func(*review.Basis) {}, review.SeenOpen, "never happens"},
		{"auto-upgrade off", "manual-upgrades", func(b *review.Basis) { setting(b, facts.SettingAutoUpgrade, "Suspended") }, review.SeenBlind, "suspended"},
		{"backup since", "backup-job", func(*review.Basis) {}, review.SeenDone, "full"},
		{"backup before", "backup-job", func(b *review.Basis) { b.Installed = factstest.Now() }, review.SeenOpen, "before the installation"},
		{"backup unread", "backup-job", func(b *review.Basis) { b.Now.Database.LastBackup = factstest.Unknown[facts.Backup]() }, review.SeenBlind, "may not see it"},
		{"same groups", "sync-groups", func(*review.Basis) {}, review.SeenOpen, "same groups"},
		{"other groups", "sync-groups", func(b *review.Basis) {
			b.Now.ADSync.Server.Groups = factstest.Known(map[string]string{"administrators_sid": "S-1-5-21-9"})
		}, review.SeenDone, "other groups"},
		{"nothing to look at", "health", func(*review.Basis) {}, review.SeenBlind, "does not show it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := basis()
			c.change(&b)
			for _, task := range review.Look(b) {
				if task.ID != c.id {
					continue
				}
				if task.Seen.Sight != c.want || !strings.Contains(task.Seen.Evidence, c.evidence) || task.Done != (c.want == review.SeenDone) {
					t.Errorf("%+v, done %t; want %s %q", *task.Seen, task.Done, c.want, c.evidence)
				}
				return
			}
			t.Errorf("there is no task %s", c.id)
		})
	}
}

func TestTicks(t *testing.T) {
	at := factstest.Now()
	list := []review.Task{{ID: "a"}, {ID: "b", Seen: &review.Seen{Sight: review.SeenDone}}, {ID: "c", Done: true}}
	got := review.Ticked(list, map[string]time.Time{"a": at})
	if !got[0].Done || !got[1].Done || got[2].Done || list[0].Done {
		t.Errorf("%+v", got)
	}
	if got = review.SetDone(got, "b", false); !got[1].Done {
		t.Error("what the program sees done can be unticked")
	}
	ticks := review.WithTick(nil, "a", true, at)
	if next := review.WithTick(ticks, "a", false, at); len(next) != 0 || len(ticks) != 1 {
		t.Errorf("%v, %v", ticks, next)
	}
}
