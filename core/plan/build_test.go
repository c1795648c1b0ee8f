package plan_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

var update = flag.Bool("update", false, "write the golden files anew")

const installation = "9be2f0c1d4370123456789abcdef0123"

// input gives a whole input: a new account in the first forest, an existing one in the second.
func input() plan.Input {
	a := answers.Answers{
		Forests: []answers.Forest{
			{Forest: "contoso.local", Option: answers.CreateAccount, User: `CONTOSO\ea`},
			{Forest: "fabrikam.local", Option: answers.ExistingAccount, User: `fabrikam.local\svc-adsync`},
		},
		Options: answers.Options{StartSync: true},
	}
	existing := ft.ForestAccount("fabrikam.local", "FABRIKAM")
	existing.User = `fabrikam.local\svc-adsync`
	for i := range existing.Rights {
		existing.Rights[i].State = facts.RightHas
	}
	return plan.Input{
		Answers: a, Facts: ft.Set(), Tenant: ft.Tenant(),
		Forests:      []facts.ForestAccount{existing, ft.ForestAccount("contoso.local", "CONTOSO")},
		Installation: installation, Keyset: 100017, Entropy: "66666666-6666-4666-8666-666666666666",
		Now: ft.Now().Add(5 * time.Minute), Program: "1.0.0",
	}
}

func build(t *testing.T, in plan.Input) plan.Plan {
	t.Helper()
	p, err := plan.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func setting(p plan.Plan, name string) (plan.SettingWrite, bool) {
	i := slices.IndexFunc(p.Writes.Settings, func(s plan.SettingWrite) bool { return s.Name == name })
	if i < 0 {
		return plan.SettingWrite{}, false
	}
	return p.Writes.Settings[i], true
}

func TestGolden(t *testing.T) {
	for name, bend := range map[string]func(*plan.Input){
		"healthy": func(*plan.Input) {},
		"stale-and-higher": func(in *plan.Input) {
			in.Facts.Computer.Installed = ft.Known("2.6.92.0")
			in.Now = in.Now.AddDate(0, 0, 40)
			in.Answers.Options.StartSync = false
			in.Facts.ADSync.Claim = ft.Known(&facts.Claim{Server: "SYNC02", Installation: strings.Repeat("a", 32)})
		},
		"old": func(in *plan.Input) {
			in.Facts.Computer.Installed = ft.Known("2.5.3.0")
			in.Facts.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingVersion, "1.2.60.0"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := input()
			bend(&in)
			got := plan.Text(build(t, in))
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the plan's text differs from %s (go test -update writes it anew):\n%s", file, got)
			}
		})
	}
}

func TestStepsComeInOrder(t *testing.T) {
	p := build(t, input())
	var got []string
	for _, s := range p.Steps {
		got = append(got, s.ID)
		if s.Title == "" || s.Summary == "" {
			t.Errorf("%s lacks a title or a summary", s.ID)
		}
		if len(s.Changes) > 0 && s.Undo == "" {
			t.Errorf("%s changes something and does not say how it is undone", s.ID)
		}
		for _, c := range s.Changes {
			if c.Target == "" || c.Object == "" || c.Name == "" {
				t.Errorf("%s: a change without a target, an object or a name: %+v", s.ID, c)
			}
		}
	}
	want := []string{"recheck", "claim", "account:contoso.local", "account:fabrikam.local", "identity", "groups", "secrets", "database", "server", "verify", "report"}
	if !slices.Equal(got, want) {
		t.Errorf("steps %v, want %v", got, want)
	}
}

func TestAccounts(t *testing.T) {
	p := build(t, input())
	made, given := p.Accounts[0], p.Accounts[1]
	if made.User != "MSOL_9be2f0c1d437" || made.Domain != "contoso.local" || made.Admin != `CONTOSO\ea` || len(made.Grants) != 2 {
		t.Errorf("the new account: %+v", made)
	}
	for _, want := range []string{"installation identifier '" + installation + "'", "'SYNC02'", "'contoso.onmicrosoft.com'"} {
		if !strings.Contains(made.Comment, want) {
			t.Errorf("the description lacks %q: %s", want, made.Comment)
		}
	}
	if len(made.User) > 20 {
		t.Errorf("%s is longer than a sAMAccountName may be", made.User)
	}
	if given.User != "svc-adsync" || given.Domain != "FABRIKAM" || given.Grants != nil || given.Admin != "" {
		t.Errorf("the existing account: %+v", given)
	}
	if w := p.Writes.Connectors[0]; w.AccountAfter.String() != `contoso.local\MSOL_9be2f0c1d437` || w.AccountBefore.User != "MSOL_0123456789ab" {
		t.Errorf("the first connector: %+v", w)
	}
	if p.Steps[3].Changes != nil {
		t.Errorf("an existing account changes nothing: %+v", p.Steps[3].Changes)
	}
}

func TestNormalise(t *testing.T) {
	forest := ft.ForestAccount("contoso.local", "CONTOSO").Forest
	for in, want := range map[string]string{
		`contoso\svc`: `CONTOSO\svc`, `CONTOSO.LOCAL\svc`: `CONTOSO\svc`, "svc@contoso.local": `CONTOSO\svc`, `eu.contoso.local\ svc`: `EU\svc`,
		`other.test\svc`: `other.test\svc`, "svc": "", `\svc`: "", `CONTOSO\`: "", "": "", "@contoso.local": "",
	} {
		got, ok := plan.Normalise(in, forest)
		if got.String() != want || ok != (want != "") {
			t.Errorf("Normalise(%q) = %q, %t; want %q", in, got, ok, want)
		}
	}
}

func TestIdentity(t *testing.T) {
	for installed, want := range map[string]string{
		"2.5.76.0": "ConnectSyncProvisioning_SYNC02_9be2f0c1d437",
		"2.6.92.0": "ConnectSyncProvisioning_SYNC02_9be2f0c1d437",
		"2.5.3.0":  "Sync_SYNC02_9be2f0c1d437@contoso.onmicrosoft.com",
		"":         "ConnectSyncProvisioning_SYNC02_9be2f0c1d437",
	} {
		in := input()
		in.Facts.Computer.Installed = ft.Known(installed)
		if installed == "" {
			in.Facts.Computer.Installed = ft.Unknown[string]()
		}
		p := build(t, in)
		if p.Identity.Name != want {
			t.Errorf("%q: %s, want %s", installed, p.Identity.Name, want)
		}
		if w := p.Writes.Connectors[2]; w.Kind != facts.KindEntra || w.AccountAfter.User != want || w.AccountAfter.Domain != "" {
			t.Errorf("%q: the Entra connector gets %+v", installed, w.AccountAfter)
		}
	}
}

func TestWrites(t *testing.T) {
	p := build(t, input())
	w := p.Writes
	if w.KeysetBefore != 100000 || w.KeysetAfter != 100017 || w.EntropyAfter != "66666666-6666-4666-8666-666666666666" || w.ConfigAfter != w.ConfigBefore+1 {
		t.Errorf("key set, entropy or counter: %+v", w)
	}
	if len(w.Connectors) != 3 || len(w.Groups) != 1 || w.Groups[0].Group != "ADSyncAdmins" || w.Groups[0].After != "" {
		t.Errorf("%d connectors, groups %v", len(w.Connectors), w.Groups)
	}
	for _, c := range w.Connectors {
		if c.VersionAfter != c.VersionBefore+1 || c.KeyAfter != 1 || c.FullImport || c.FullSync {
			t.Errorf("%s: %+v", c.Name, c)
		}
	}
	names := map[string]string{}
	for _, s := range w.Settings {
		names[s.Name] = s.Before + " -> " + s.After
	}
	want := map[string]string{
		facts.SettingStagingMode: "False -> True", facts.SettingAutoUpgrade: "Enabled -> Suspended",
		facts.SettingAutoUpgradeReason: " -> UpgradeNotSupportedNonLocalDbInstall",
	}
	for n, v := range want {
		if names[n] != v {
			t.Errorf("%s is %q, want %q", n, names[n], v)
		}
	}
	if len(names) != len(want) {
		t.Errorf("settings %v, want only %v", names, want)
	}
	if s, _ := setting(p, facts.SettingAutoUpgradeReason); s.Existed {
		t.Error("the reason did not exist before")
	}
}

func TestSettingsByCase(t *testing.T) {
	with := func(name, value string) func(*plan.Input) {
		return func(in *plan.Input) {
			in.Facts.ADSync.Settings = ft.Known(ft.WithSetting(in.Facts.ADSync.Settings.Value, name, value))
		}
	}
	installed := func(v string) func(*plan.Input) {
		return func(in *plan.Input) { in.Facts.Computer.Installed = ft.Known(v) }
	}
	for _, c := range []struct {
		name    string
		bend    []func(*plan.Input)
		setting string
		want    string // empty: must not be written
	}{
		{"staging is written even when on", []func(*plan.Input){with(facts.SettingStagingMode, "True")}, facts.SettingStagingMode, "True"},
		{"version rises", []func(*plan.Input){installed("2.6.92.0")}, facts.SettingVersion, "2.6.92.0"},
		{"version stays", nil, facts.SettingVersion, ""},
		{"version falls", []func(*plan.Input){installed("2.5.79.0")}, facts.SettingVersion, ""},
		{"version unknown", []func(*plan.Input){func(in *plan.Input) { in.Facts.Computer.Installed = ft.Unknown[string]() }}, facts.SettingVersion, ""},
		{"version typed", []func(*plan.Input){func(in *plan.Input) {
			in.Facts.Computer.Installed = ft.Unknown[string]()
			in.Answers.Components.Installed = "2.6.92.0"
		}}, facts.SettingVersion, "2.6.92.0"},
		{"sign-in stays", []func(*plan.Input){with(facts.SettingSignOnMethod, "PassthroughAuthentication")}, facts.SettingSignOnMethod, ""},
		{"sign-in of an old database", []func(*plan.Input){with(facts.SettingVersion, "1.2.60.0")}, facts.SettingSignOnMethod, "NotConfigured"},
		{"sign-in at the line", []func(*plan.Input){with(facts.SettingVersion, "1.2.65.0")}, facts.SettingSignOnMethod, ""},
		{"upgrades the admin disabled", []func(*plan.Input){with(facts.SettingAutoUpgrade, "Disabled")}, facts.SettingAutoUpgrade, ""},
		{"no reason for those", []func(*plan.Input){with(facts.SettingAutoUpgrade, "Disabled")}, facts.SettingAutoUpgradeReason, ""},
		{"full cycle when higher", []func(*plan.Input){installed("2.6.92.0")}, facts.SettingPolicy, "Initial"},
		{"full cycle when stale", []func(*plan.Input){func(in *plan.Input) { in.Now = in.Now.AddDate(0, 0, 40) }}, facts.SettingPolicy, "Initial"},
		{"full cycle when nobody knows", []func(*plan.Input){func(in *plan.Input) { in.Facts.ADSync.Activity = nil }}, facts.SettingPolicy, "Initial"},
		{"asked for already", []func(*plan.Input){installed("2.6.92.0"), with(facts.SettingPolicy, "Initial")}, facts.SettingPolicy, ""},
		{"suspended and to start", []func(*plan.Input){with(facts.SettingSuspended, "True")}, facts.SettingSuspended, "False"},
		{"off and to start", []func(*plan.Input){with(facts.SettingSchedule, "False")}, facts.SettingSchedule, "True"},
		{"not to start", []func(*plan.Input){func(in *plan.Input) { in.Answers.Options.StartSync = false }}, facts.SettingSchedule, "False"},
		{"suspended and not to start", []func(*plan.Input){with(facts.SettingSuspended, "True"), func(in *plan.Input) { in.Answers.Options.StartSync = false }}, facts.SettingSuspended, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input()
			for _, f := range c.bend {
				f(&in)
			}
			got, ok := setting(build(t, in), c.setting)
			if ok != (c.want != "") || got.After != c.want {
				t.Errorf("%s is written: %t, %q; want %q", c.setting, ok, got.After, c.want)
			}
		})
	}
}

func TestFullFlags(t *testing.T) {
	in := input()
	in.Now = in.Now.AddDate(0, 0, 40)
	for _, c := range build(t, in).Writes.Connectors {
		if c.FullImport != (c.Kind == facts.KindEntra) || c.FullSync {
			t.Errorf("stale, %s: %+v", c.Name, c)
		}
	}
	in = input()
	in.Facts.Computer.Installed = ft.Known("2.6.92.0")
	for _, c := range build(t, in).Writes.Connectors {
		if c.FullImport || !c.FullSync {
			t.Errorf("higher, %s: %+v", c.Name, c)
		}
	}
}

// Connectors of other kinds are not touched.
func TestOtherConnectorsAreLeftAlone(t *testing.T) {
	in := input()
	in.Facts.ADSync.Connectors.Value = append(in.Facts.ADSync.Connectors.Value, facts.Connector{ID: "x", Name: "HR", Kind: facts.KindOther})
	if n := len(build(t, in).Writes.Connectors); n != 3 {
		t.Errorf("%d connectors are written", n)
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name string
		bend func(*plan.Input)
		code problem.Code
	}{
		{"installation", func(in *plan.Input) { in.Installation = "9BE2" }, plan.CodeInput},
		{"entropy", func(in *plan.Input) { in.Entropy = "{x}" }, plan.CodeInput},
		{"key set", func(in *plan.Input) { in.Keyset = 0 }, plan.CodeInput},
		{"time", func(in *plan.Input) { in.Now = time.Time{} }, plan.CodeInput},
		{"computer", func(in *plan.Input) { in.Facts.Computer.Name = ft.Unknown[string]() }, plan.CodeComputer},
		{"shape", func(in *plan.Input) { in.Facts.ADSync.Shape = ft.Known(facts.ShapeFIM) }, plan.CodeShape},
		{"shape unread", func(in *plan.Input) { in.Facts.ADSync.Shape = ft.Unknown[facts.Shape]() }, plan.CodeShape},
		{"settings unread", func(in *plan.Input) { in.Facts.ADSync.Settings = ft.Unknown[[]facts.Setting]() }, plan.CodeUnread},
		{"connectors unread", func(in *plan.Input) { in.Facts.ADSync.Connectors = ft.Unknown[[]facts.Connector]() }, plan.CodeUnread},
		{"key set unread", func(in *plan.Input) { in.Facts.ADSync.Server.KeysetID = ft.Unknown[int64]() }, plan.CodeUnread},
		{"entropy unread", func(in *plan.Input) { in.Facts.ADSync.Server.Entropy = ft.Unknown[string]() }, plan.CodeUnread},
		{"claim unread", func(in *plan.Input) { in.Facts.ADSync.Claim = ft.Unknown[*facts.Claim]() }, plan.CodeUnread},
		{"no connectors", func(in *plan.Input) { in.Facts.ADSync.Connectors = ft.Known([]facts.Connector{ft.Entra()}) }, plan.CodeConnectors},
		{"tenant", func(in *plan.Input) { in.Tenant = facts.Tenant{} }, plan.CodeTenant},
		{"forest", func(in *plan.Input) { in.Forests = in.Forests[:1] }, plan.CodeForest},
		{"account without a domain", func(in *plan.Input) { in.Forests[0].User = "svc" }, plan.CodeAccount},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := input()
			c.bend(&in)
			_, err := plan.Build(in)
			p := problem.As(err)
			if p == nil {
				t.Fatalf("no problem: %v", err)
			}
			if p.Code != c.code || p.What == "" || p.Fix == "" {
				t.Errorf("got %+v, want code %s with what and fix", p, c.code)
			}
		})
	}
}

// The claim of before goes into the plan, so that undo can put it back.
func TestClaim(t *testing.T) {
	p := build(t, input())
	if p.Claim.Before != nil || p.Claim.After.Server != "SYNC02" || p.Claim.After.Installation != installation || p.Claim.After.Version != "1.0.0" {
		t.Errorf("%+v", p.Claim)
	}
}

// A plan survives being written as JSON and read again, and holds no secret.
func TestJSON(t *testing.T) {
	p := build(t, input())
	out, err := plan.JSON(p)
	if err != nil {
		t.Fatal(err)
	}
	var again plan.Plan
	if err := json.Unmarshal(out, &again); err != nil {
		t.Fatal(err)
	}
	if plan.Text(again) != plan.Text(p) {
		t.Error("the plan read again differs")
	}
}

// Names from the database cannot make lines of their own in the text.
func TestTextKeepsLines(t *testing.T) {
	in := input()
	in.Facts.ADSync.Connectors.Value[0].Name = "evil\n9. Delete everything\n"
	text := plan.Text(build(t, in))
	if strings.Contains(text, "\n9. Delete everything") {
		t.Error(text)
	}
}
