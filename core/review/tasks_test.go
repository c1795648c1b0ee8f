package review_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// site is all that tasks are worked out from, for a test to bend.
type site struct {
	in plan.Input
}

func newSite() *site {
	return &site{in: plan.Input{
		Answers: answers.Answers{Options: answers.Options{StartSync: true}}, Facts: ft.Set(), Tenant: ft.Tenant(),
		Forests:      []facts.ForestAccount{ft.ForestAccount("contoso.local", "CONTOSO"), ft.ForestAccount("fabrikam.local", "FABRIKAM")},
		Installation: "9be2f0c1d4370123456789abcdef0123", Keyset: 100017, Entropy: "66666666-6666-4666-8666-666666666666",
		Now: ft.Now(), Program: "1.0.0",
	}}
}

func (s *site) set(name, value string) {
	s.in.Facts.ADSync.Settings = ft.Known(ft.WithSetting(s.in.Facts.ADSync.Settings.Value, name, value))
}

func (s *site) tasks(t *testing.T) []review.Task {
	t.Helper()
	p, err := plan.Build(s.in)
	if err != nil {
		t.Fatal(err)
	}
	return review.Tasks(s.in.Facts, p, &s.in.Tenant, s.in.Forests)
}

func find(list []review.Task, id string) (review.Task, bool) {
	i := slices.IndexFunc(list, func(t review.Task) bool { return t.ID == id })
	if i < 0 {
		return review.Task{}, false
	}
	return list[i], true
}

func names(list []review.Task) string {
	var out []string
	for _, t := range list {
		out = append(out, t.ID)
	}
	return strings.Join(out, " ")
}

func TestTasks(t *testing.T) {
	for _, c := range []struct {
		name  string
		bend  func(*site)
		id    string // a task that has to be there, or with - in front must not
		first bool
		texts []string
	}{
		{"hash", nil, "signin-password-hash", false, nil},
		{"AD FS", func(s *site) { s.set(facts.SettingSignOnMethod, "Federation") }, "signin-federation", false, []string{"Configure device options"}},
		{"AD FS device options", func(s *site) { s.set(facts.SettingSignOnMethod, "Federation") }, "device-options", false, nil},
		{"pass-through", func(s *site) { s.set(facts.SettingSignOnMethod, "PassthroughAuthentication") }, "signin-pass-through", true, []string{"locked out", "agent", "Change user sign-in"}},
		{"desktop SSO", func(s *site) {
			s.set(facts.SettingSignOnMethod, "PassthroughAuthentication")
			s.set(facts.SettingDesktopSSO, "True")
		}, "seamless-sso", true, nil},
		{"no desktop SSO", func(s *site) { s.set(facts.SettingSignOnMethod, "PassthroughAuthentication") }, "-seamless-sso", false, nil},
		{"Ping", func(s *site) { s.set(facts.SettingSignOnMethod, "PingFederate") }, "signin-pingfederate", false, []string{"can wait"}},
		{"none", func(s *site) { s.set(facts.SettingSignOnMethod, "NotConfigured") }, "signin-none", false, nil},
		{"method unknown", func(s *site) { s.set(facts.SettingSignOnMethod, "") }, "signin-unknown", true, nil},
		{"method of a later version", func(s *site) { s.set(facts.SettingSignOnMethod, "Telepathy") }, "signin-unknown", true, []string{"Telepathy"}},
		{"old database", func(s *site) { s.set(facts.SettingVersion, "1.2.60.0") }, "signin-old", true, []string{"1.2.60.0", "Password hash"}},
		{"old database, options", func(s *site) { s.set(facts.SettingVersion, "1.2.60.0") }, "optional-features", true, nil},
		{"old database, nothing else on sign-in", func(s *site) { s.set(facts.SettingVersion, "1.2.60.0") }, "-signin-password-hash", false, nil},

		{"delta only", nil, "full-cycle", true, []string{"Delta Import"}},
		{"stale", func(s *site) { s.in.Now = s.in.Now.AddDate(0, 0, 40) }, "full-cycle", true, []string{"full import", "three weeks"}},
		{"higher", func(s *site) { s.in.Facts.Computer.Installed = ft.Known("2.6.92.0") }, "full-cycle", true, []string{"Wait for the full synchronization", "hours"}},
		{"stale and higher", func(s *site) {
			s.in.Now = s.in.Now.AddDate(0, 0, 40)
			s.in.Facts.Computer.Installed = ft.Known("2.6.92.0")
		}, "full-cycle", true, []string{"full import and the full synchronization"}},
		{"scheduler on", nil, "scheduler", true, []string{"StagingModeEnabled : True"}},
		{"scheduler off", func(s *site) { s.in.Answers.Options.StartSync = false }, "scheduler", true, []string{"-PolicyType Delta", "-SyncCycleEnabled $true"}},
		{"scheduler off, full", func(s *site) {
			s.in.Answers.Options.StartSync = false
			s.in.Now = s.in.Now.AddDate(0, 0, 40)
		}, "scheduler", true, []string{"-PolicyType Initial"}},

		{"no exports", nil, "pending-exports", true, []string{`csexport "contoso.local"`, "CSExportAnalyzer"}},
		{"exports", func(s *site) {
			s.in.Facts.ADSync.Connectors.Value[2].Counts = ft.Known(facts.Counts{ExportAdd: 494, ExportDelete: 18})
		}, "pending-exports", true, []string{"Review 512 pending exports", "18 of them"}},
		{"exports unread", func(s *site) { s.in.Facts.ADSync.Connectors.Value[2].Counts = ft.Unknown[facts.Counts]() }, "pending-exports", true, []string{"could not be counted"}},
		{"deletes", func(s *site) {
			s.in.Facts.ADSync.Connectors.Value[2].Counts = ft.Known(facts.Counts{ExportDelete: 18})
		}, "pending-deletes", true, []string{"18"}},
		{"no deletes", nil, "-pending-deletes", false, nil},
		{"a name that would break the command", func(s *site) { s.in.Facts.ADSync.Connectors.Value[0].Name = "a\" & del\nx" }, "pending-exports", true, []string{`csexport "a & del x"`}},

		{"application", nil, "conditional-access", true, []string{"workload identities", "ConnectSyncProvisioning_SYNC02_9be2f0c1d437"}},
		{"user", func(s *site) { s.in.Facts.Computer.Installed = ft.Known("2.5.3.0") }, "conditional-access", true, []string{"Directory Synchronization Accounts"}},
		{"other connectors", func(s *site) {
			s.in.Facts.ADSync.Connectors.Value = append(s.in.Facts.ADSync.Connectors.Value, facts.Connector{ID: "x", Name: "HR", Kind: facts.KindOther})
		}, "other-connectors", true, []string{"HR"}},
		{"no other connectors", nil, "-other-connectors", false, nil},
		{"writeback", func(s *site) { s.in.Facts.ADSync.Connectors.Value[2].Writeback = ft.Known(true) }, "password-writeback", false, []string{"one server only"}},
		{"no writeback", nil, "-password-writeback", false, nil},
		{"device writeback", func(s *site) { s.set(facts.SettingDeviceWriteback, "True") }, "device-options", false, nil},
		{"no device writeback", nil, "-device-options", false, nil},

		{"previous", nil, "previous-server", true, []string{"Keep SYNC01 off"}},
		{"previous unread", func(s *site) { s.in.Facts.ADSync.Previous = ft.Unknown[string]() }, "previous-server", true, []string{"not known"}},
		{"previous had this name", func(s *site) { s.in.Facts.ADSync.Previous = ft.Known("sync02") }, "previous-server", true, []string{"the name of this one"}},
		{"staging clone", func(s *site) { s.set(facts.SettingStagingMode, "True") }, "previous-server", true, []string{"active server"}},
		{"groups of the previous server", func(s *site) { s.in.Facts.Computer.NotWindows("test", ft.Now()) }, "sync-groups", true, []string{"/useexistingdatabase", "previous server by their ids"}},
		{"groups of this server", nil, "sync-groups", true, []string{`CONTOSO\ea is in ADSyncAdmins now`}},
		{"no engine", func(s *site) { s.in.Facts.Computer.Service = ft.Known(facts.SyncService{}) }, "sync-groups", true, []string{"not on this computer yet", "/useexistingdatabase"}},
		{"groups unread", func(s *site) { s.in.Facts.ADSync.Server.Groups = ft.Unknown[map[string]string]() }, "sync-groups", true, []string{"lusrmgr"}},
		{"leave", nil, "leave-staging", false, []string{"Configure staging mode"}},
		{"old account", func(s *site) {
			s.in.Forests[1].Forest.OldAccounts = ft.Known([]facts.OldAccount{{Name: `FABRIKAM\MSOL_4f1c09ab77d2`, Server: "SYNC01", Created: ft.Now()}})
		}, `old-account:fabrikam.local:fabrikam\msol_4f1c09ab77d2`, false, []string{`Remove the old account FABRIKAM\MSOL_4f1c09ab77d2 of SYNC01`, "Disable-ADAccount MSOL_4f1c09ab77d2", "2026-11-22"}},
		{"the account that Install makes is not old", func(s *site) {
			s.in.Forests[1].Forest.OldAccounts = ft.Known([]facts.OldAccount{{Name: `FABRIKAM\MSOL_9be2f0c1d437`}})
		}, `-old-account:fabrikam.local:fabrikam\msol_9be2f0c1d437`, false, nil},
		{"old identity", func(s *site) {
			s.in.Tenant.Identities = ft.Known([]facts.SyncIdentity{{Name: "Sync_SYNC01_1@contoso", Kind: "user", Server: "SYNC01"}})
		}, "old-identities", false, []string{"Sync_SYNC01_1@contoso"}},
		{"old application", func(s *site) {
			s.in.Tenant.Identities = ft.Known([]facts.SyncIdentity{{Name: "ConnectSyncProvisioning_SYNC01_1", Kind: "application", Server: "SYNC01"}})
		}, "old-identities", false, []string{"App registrations"}},
		{"no old identity", nil, "-old-identities", false, nil},
		{"threshold", nil, "accidental-deletes", false, []string{"500"}},
		{"threshold off", func(s *site) { s.set(facts.SettingDeletionThreshold, "False") }, "accidental-deletes", true, []string{"off"}},
		{"upgrades", nil, "manual-upgrades", false, []string{"2 February 2027"}},
		{"backup", nil, "backup-job", false, []string{`ADSync on SQL01\HYBRID`}},
		{"verify", nil, "verify-licences", false, []string{"licences"}},
		{"health", nil, "health", false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite()
			if c.bend != nil {
				c.bend(s)
			}
			list := s.tasks(t)
			task, ok := find(list, strings.TrimPrefix(c.id, "-"))
			if strings.HasPrefix(c.id, "-") {
				if ok {
					t.Fatalf("must not be there: %+v", task)
				}
				return
			}
			if !ok {
				t.Fatalf("no %s among %s", c.id, names(list))
			}
			if task.First != c.first {
				t.Errorf("first is %t", task.First)
			}
			all := task.Title + "|" + task.Text + "|" + strings.Join(task.Steps, "|")
			for _, text := range c.texts {
				if !strings.Contains(all, text) {
					t.Errorf("does not say %q: %s", text, all)
				}
			}
		})
	}
}

// Every task is whole, has an id of its own, and what comes first stands before
// leaving staging mode.
func TestTasksAreComplete(t *testing.T) {
	for _, method := range []string{"PasswordHashSync", "PassthroughAuthentication", "Federation", "PingFederate", "NotConfigured", ""} {
		s := newSite()
		s.set(facts.SettingSignOnMethod, method)
		seen, left := map[string]bool{}, false
		for _, task := range s.tasks(t) {
			if seen[task.ID] {
				t.Errorf("%s: %s comes twice", method, task.ID)
			}
			seen[task.ID] = true
			if task.Title == "" || task.Text == "" || len(task.Steps) == 0 || task.Who == "" || !strings.HasPrefix(task.Link, "https://learn.microsoft.com/") {
				t.Errorf("%s: %s is not whole: %+v", method, task.ID, task)
			}
			if task.First && left {
				t.Errorf("%s: %s is to be done first and stands behind leaving staging mode", method, task.ID)
			}
			left = left || task.ID == "leave-staging"
			if task.Done {
				t.Errorf("%s: %s is done already", method, task.ID)
			}
		}
		if !left {
			t.Errorf("%s: leaving staging mode is missing", method)
		}
	}
}

func TestNobodySignedIn(t *testing.T) {
	s := newSite()
	p, err := plan.Build(s.in)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := find(review.Tasks(s.in.Facts, p, nil, nil), "old-identities"); ok {
		t.Error("without a tenant nothing is known of its identities")
	}
}
