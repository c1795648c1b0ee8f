package preflight_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

func TestJudgeTenant(t *testing.T) {
	roles := func(id string, state facts.RoleState) func(*facts.Set, *facts.Tenant) {
		return func(_ *facts.Set, x *facts.Tenant) { x.Roles = ft.Known([]facts.Role{{ID: id, State: state}}) }
	}
	tenant := func(f func(*facts.Tenant)) func(*facts.Set, *facts.Tenant) {
		return func(_ *facts.Set, x *facts.Tenant) { f(x) }
	}
	installs := func(version string) func(*facts.Set, *facts.Tenant) {
		return func(s *facts.Set, _ *facts.Tenant) { s.Computer.Installed = ft.Known(version) }
	}
	identities := func(n int) func(*facts.Set, *facts.Tenant) {
		return tenant(func(x *facts.Tenant) {
			var list []facts.SyncIdentity
			for i := range n {
				list = append(list, facts.SyncIdentity{Name: "Sync_S" + strconv.Itoa(i), Kind: "user", Server: "S" + strconv.Itoa(i)})
			}
			x.Identities = ft.Known(list)
		})
	}
	for _, c := range []struct {
		name  string
		bend  func(*facts.Set, *facts.Tenant)
		id    string
		want  preflight.Severity
		texts []string
	}{
		{"hybrid active", nil, "tenant.role", preflight.Pass, nil},
		{"global active", roles(facts.RoleGlobalAdmin, facts.RoleActive), "tenant.role", preflight.Pass, nil},
		{"eligible", roles(facts.RoleHybridAdmin, facts.RoleEligible), "tenant.role", preflight.Blocked, []string{"Activate the role"}},
		{"missing", tenant(func(x *facts.Tenant) { x.Roles = ft.Known([]facts.Role(nil)) }), "tenant.role", preflight.Blocked, []string{"directly"}},
		{"role unread", tenant(func(x *facts.Tenant) { x.Roles = ft.Unknown[[]facts.Role]() }), "tenant.role", preflight.Unknown, nil},
		{"role not told", roles(facts.RoleHybridAdmin, facts.RoleUnknown), "tenant.role", preflight.Unknown, nil},

		{"hybrid active, but a user has to be made", installs("2.5.3.0"), "tenant.role", preflight.Blocked, []string{"Global Administrator", "2.5.3.0", "2.5.76.0"}},
		{"global active, and a user has to be made", func(s *facts.Set, x *facts.Tenant) {
			installs("2.5.3.0")(s, x)
			roles(facts.RoleGlobalAdmin, facts.RoleActive)(s, x)
		}, "tenant.role", preflight.Pass, nil},
		{"global eligible, and a user has to be made", func(s *facts.Set, x *facts.Tenant) {
			installs("2.5.3.0")(s, x)
			x.Roles = ft.Known([]facts.Role{{ID: facts.RoleHybridAdmin, State: facts.RoleActive}, {ID: facts.RoleGlobalAdmin, State: facts.RoleEligible}})
		}, "tenant.role", preflight.Blocked, []string{"Activate the role Global Administrator"}},
		{"hybrid eligible, but a user has to be made", func(s *facts.Set, x *facts.Tenant) {
			installs("2.5.3.0")(s, x)
			roles(facts.RoleHybridAdmin, facts.RoleEligible)(s, x)
		}, "tenant.role", preflight.Blocked, []string{"not Global Administrator"}},
		{"challenged", tenant(func(x *facts.Tenant) { x.Challenged = true }), "tenant.policy", preflight.Note, []string{"exclude"}},
		{"throttled", tenant(func(x *facts.Tenant) { x.Throttled = 3 }), "tenant.throttled", preflight.Note, []string{"3 requests"}},

		{"same tenant", nil, "tenant.match", preflight.Pass, nil},
		{"same by another domain", tenant(func(x *facts.Tenant) {
			x.InitialDomain, x.Domains = "fabrikam.onmicrosoft.com", ft.Known([]string{"Contoso.OnMicrosoft.com"})
		}), "tenant.match", preflight.Pass, nil},
		{"other tenant", tenant(func(x *facts.Tenant) {
			x.InitialDomain, x.Domains = "fabrikam.onmicrosoft.com", ft.Known([]string{"fabrikam.onmicrosoft.com"})
		}), "tenant.match", preflight.Blocked, []string{"fabrikam.onmicrosoft.com", "contoso.onmicrosoft.com"}},
		{"other name, domains unread", tenant(func(x *facts.Tenant) {
			x.InitialDomain, x.Domains = "fabrikam.onmicrosoft.com", ft.Unknown[[]string]()
		}), "tenant.match", preflight.Unknown, nil},
		{"connector names none", func(s *facts.Set, _ *facts.Tenant) {
			e := ft.Entra()
			e.Tenant = ""
			s.ADSync.Connectors = ft.Known([]facts.Connector{e})
		}, "tenant.match", preflight.Unknown, nil},
		{"no connector", func(s *facts.Set, _ *facts.Tenant) { s.ADSync.Connectors = ft.Unknown[[]facts.Connector]() }, "tenant.match", preflight.Unknown, nil},

		{"member", nil, "tenant.account", preflight.Pass, nil},
		{"guest", tenant(func(x *facts.Tenant) { x.UserKind = facts.UserGuest }), "tenant.account", preflight.Blocked, []string{"guest"}},
		{"microsoft account", tenant(func(x *facts.Tenant) { x.UserKind = facts.UserMicrosoft }), "tenant.account", preflight.Blocked, nil},
		{"service principal", tenant(func(x *facts.Tenant) { x.UserKind = facts.UserService }), "tenant.account", preflight.Pass, []string{"service principal"}},
		{"kind not told", tenant(func(x *facts.Tenant) { x.UserKind = "" }), "tenant.account", preflight.Unknown, nil},

		{"onmicrosoft", nil, "tenant.domain", preflight.Pass, nil},
		{"custom domain", tenant(func(x *facts.Tenant) { x.User = "admin@contoso.com" }), "tenant.domain", preflight.Warning, []string{"contoso.com"}},
		{"look-alike", tenant(func(x *facts.Tenant) { x.User = "admin@notonmicrosoft.com" }), "tenant.domain", preflight.Warning, nil},
		{"china", tenant(func(x *facts.Tenant) { x.User = "admin@contoso.partner.onmschina.cn" }), "tenant.domain", preflight.Pass, nil},
		{"no name", tenant(func(x *facts.Tenant) { x.User = "" }), "tenant.domain", preflight.Unknown, nil},

		{"room", nil, "tenant.identities", preflight.Pass, nil},
		{"17 of 20", identities(17), "tenant.identities", preflight.Pass, nil},
		{"18 of 20", identities(18), "tenant.identities", preflight.Warning, []string{"1 more server"}},
		{"20 of 20", identities(20), "tenant.identities", preflight.Blocked, []string{"20 of 20"}},
		{"previous server's", tenant(func(x *facts.Tenant) {
			x.Identities = ft.Known([]facts.SyncIdentity{{Name: "Sync_SYNC01_0123@c", Kind: "user", Server: "sync01"}})
		}), "tenant.identities", preflight.Note, []string{"Sync_SYNC01_0123"}},
		{"identities unread", tenant(func(x *facts.Tenant) { x.Identities = ft.Unknown[[]facts.SyncIdentity]() }), "tenant.identities", preflight.Unknown, nil},

		{"sync on", nil, "tenant.sync", preflight.Pass, nil},
		{"sync off", tenant(func(x *facts.Tenant) { x.SyncEnabled = ft.Known(false) }), "tenant.sync", preflight.Warning, []string{"72 hours"}},
		{"sync unread", tenant(func(x *facts.Tenant) { x.SyncEnabled = ft.Unknown[bool]() }), "tenant.sync", preflight.Unknown, nil},

		{"other threshold", tenant(func(x *facts.Tenant) { x.Threshold = ft.Known(int64(1000)) }), "tenant.threshold", preflight.Note, []string{"1,000", "500"}},
		{"threshold off in the database", func(s *facts.Set, _ *facts.Tenant) {
			s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingDeletionThreshold, "False"))
		}, "tenant.threshold", preflight.Note, []string{"database off"}},

		{"same last sync", nil, "tenant.lastsync", preflight.Pass, nil},
		{"tenant within the hour", tenant(func(x *facts.Tenant) { x.LastSync = ft.Known(ft.Now().Add(-71*time.Hour - 30*time.Minute)) }), "tenant.lastsync", preflight.Pass, nil},
		{"tenant newer", tenant(func(x *facts.Tenant) { x.LastSync = ft.Known(ft.Now().Add(-20 * time.Minute)) }), "tenant.lastsync", preflight.Warning, []string{"active server"}},
		{"tenant newer than a staging server", func(s *facts.Set, x *facts.Tenant) {
			x.LastSync = ft.Known(ft.Now())
			s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingStagingMode, "True"))
		}, "tenant.lastsync", preflight.Note, nil},
		{"last sync unread", tenant(func(x *facts.Tenant) { x.LastSync = ft.Unknown[time.Time]() }), "tenant.lastsync", preflight.Unknown, nil},
		{"database silent", func(s *facts.Set, _ *facts.Tenant) { s.ADSync.Activity = nil }, "tenant.lastsync", preflight.Unknown, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, x := ft.Set(), ft.Tenant()
			if c.bend != nil {
				c.bend(&s, &x)
			}
			list := preflight.JudgeTenant(s, answers.Answers{}, x)
			f, ok := find(list, c.id)
			if !ok {
				t.Fatalf("no %s among %s", c.id, ids(list))
			}
			check(t, f, c.want, c.texts)
		})
	}
}

// A service principal has no domain that it could be locked out with.
func TestServicePrincipalHasNoDomain(t *testing.T) {
	x := ft.Tenant()
	x.User, x.UserKind = "unattended run", facts.UserService
	if f, ok := find(preflight.JudgeTenant(ft.Set(), answers.Answers{}, x), "tenant.domain"); ok {
		t.Errorf("a service principal is judged by a domain: %+v", f)
	}
}

func TestJudgeForest(t *testing.T) {
	right := func(f facts.Feature, state facts.RightState) func(*facts.ForestAccount) {
		return func(a *facts.ForestAccount) {
			a.Rights = append(a.Rights, facts.Right{Feature: f, State: state, Text: "the right", Domain: "contoso.local", Command: []string{"dsacls it"}})
		}
	}
	forest := func(f func(*facts.Forest)) func(*facts.ForestAccount) {
		return func(a *facts.ForestAccount) { f(&a.Forest) }
	}
	controllers := func(list ...facts.Controller) func(*facts.ForestAccount) {
		return forest(func(f *facts.Forest) { f.Controllers = ft.Known(list) })
	}
	for _, c := range []struct {
		name  string
		bend  func(*facts.ForestAccount)
		id    string
		want  preflight.Severity
		texts []string
	}{
		{"granted", nil, "forest.rights", preflight.Pass, nil},
		{"lacks replication", right(facts.FeaturePasswordHash, facts.RightLacks), "forest.rights", preflight.Warning, []string{"lacks 1 right", "dsacls it"}},
		{"lacks reading", right(facts.FeatureBasicRead, facts.RightLacks), "forest.rights", preflight.Blocked, nil},
		{"right unread", right(facts.FeatureWriteback, facts.RightUnknown), "forest.rights", preflight.Unknown, []string{"the right"}},
		{"right not looked at", right(facts.FeatureWriteback, ""), "forest.rights", preflight.Unknown, nil},
		{"no rights looked at", func(a *facts.ForestAccount) { a.Rights = nil }, "forest.rights", preflight.Unknown, nil},
		{"level", nil, "forest.level", preflight.Pass, nil},
		{"level in words", forest(func(f *facts.Forest) { f.Level = ft.Known("Windows2012R2") }), "forest.level", preflight.Pass, nil},
		{"level too low", forest(func(f *facts.Forest) { f.Level = ft.Known("2000") }), "forest.level", preflight.Blocked, nil},
		{"level nonsense", forest(func(f *facts.Forest) { f.Level = ft.Known("high") }), "forest.level", preflight.Unknown, nil},
		{"level empty", forest(func(f *facts.Forest) { f.Level = ft.Known("") }), "forest.level", preflight.Unknown, nil},
		{"level unread", forest(func(f *facts.Forest) { f.Level = ft.Unknown[string]() }), "forest.level", preflight.Unknown, nil},
		{"clock", nil, "forest.clock", preflight.Pass, nil},
		{"clock slow", forest(func(f *facts.Forest) { f.Clock = ft.Known(-7 * time.Minute) }), "forest.clock", preflight.Warning, []string{"7 minutes"}},
		{"clock unread", forest(func(f *facts.Forest) { f.Clock = ft.Unknown[time.Duration]() }), "forest.clock", preflight.Unknown, nil},
		{"controller", nil, "forest.controllers", preflight.Pass, nil},
		{"read-only controller", controllers(facts.Controller{Host: "rodc"}), "forest.controllers", preflight.Blocked, []string{"read-only"}},
		{"closed ports", controllers(facts.Controller{Host: "dc1", Writable: true, Closed: []int{636}}), "forest.controllers", preflight.Warning, []string{"636"}},
		{"one closed", controllers(facts.Controller{Host: "dc1", Writable: true, Closed: []int{636}}, facts.Controller{Host: "dc2", Writable: true}), "forest.controllers", preflight.Note, nil},
		{"no controller", controllers(), "forest.controllers", preflight.Unknown, nil},
		{"controllers unread", forest(func(f *facts.Forest) { f.Controllers = ft.Unknown[[]facts.Controller]() }), "forest.controllers", preflight.Unknown, nil},
		{"dotted", forest(func(f *facts.Forest) { f.Domains = ft.Known([]facts.Domain{{NetBIOS: "CON.TOSO"}}) }), "forest.netbios", preflight.Blocked, []string{"CON.TOSO"}},
		{"old accounts", forest(func(f *facts.Forest) {
			f.OldAccounts = ft.Known([]facts.OldAccount{{Name: `CONTOSO\MSOL_4f1c`, Server: "SYNC01", Created: ft.Now().AddDate(-5, 0, 0)}})
		}), "forest.accounts", preflight.Note, []string{`CONTOSO\MSOL_4f1c`, "SYNC01", "2021"}},
		{"old accounts unread", forest(func(f *facts.Forest) { f.OldAccounts = ft.Unknown[[]facts.OldAccount]() }), "forest.accounts", preflight.Unknown, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			acc := ft.ForestAccount("contoso.local", "CONTOSO")
			if c.bend != nil {
				c.bend(&acc)
			}
			list := preflight.JudgeForest(ft.Set(), ft.AD(ft.Contoso, "contoso.local"), acc)
			f, ok := find(list, c.id)
			if !ok {
				t.Fatalf("no %s among %s", c.id, ids(list))
			}
			check(t, f, c.want, append(c.texts, "contoso.local"))
		})
	}
}
