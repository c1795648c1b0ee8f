package adsync

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const (
	adID = "11111111-2222-3333-4444-555555555555"

	adPrivate = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<adma-configuration>\r\n <!-- keep --><forest-name>contoso.com</forest-name>" +
		`<forest-login-domain>contoso.com</forest-login-domain><forest-login-user>MSOL_old</forest-login-user><unknown z="1" a='2'/>` +
		`<parameter-values><parameter name="forest-login-user" type="string">MSOL_old</parameter><parameter name="password" type="encrypted-string" encrypted="1" />` +
		`<parameter name="forest-login-domain">contoso.com</parameter><parameter name="Own &amp; unknown"><![CDATA[<x>]]></parameter></parameter-values></adma-configuration>`
	entraPrivate = `<MAConfig><parameter-definitions><parameter><name>UserName</name></parameter></parameter-definitions>` +
		`<parameter-values><parameter name="UserName" type="string">Sync_OLD_0123456789ab@t.onmicrosoft.com</parameter></parameter-values></MAConfig>`
	settingsText = "<parameter-values>\n <parameter name=\"Microsoft.Synchronize.StagingMode\" type=\"string\">False</parameter>\n" +
		" <parameter name=\"Admin.Own\" type=\"string\" /> <parameter name=\"Microsoft.Synchronize.NextStartTime\">x</parameter>\n</parameter-values>"
	groupBefore = "S-1-5-21-1-2-3-1001"
	groupAfter  = "S-1-5-21-4-5-6-1001"
)

func ptr[T any](v T) *T { return &v }

// example gives rows, a plan of writes for them and the credentials.
func example() (Snapshot, plan.Writes, map[string]Credential) {
	w := plan.Writes{
		Settings: []plan.SettingWrite{
			{Name: "Microsoft.Synchronize.StagingMode", Existed: true, Before: "False", After: "True"},
			{Name: "Microsoft.Synchronize.ServerConfigurationVersion", After: "2.5.79.0"},
		},
		Connectors: []plan.ConnectorWrite{
			{
				ID: adID, Name: "contoso.com", Kind: facts.KindAD, AccountBefore: facts.Account{Domain: "contoso.com", User: "MSOL_old"},
				AccountAfter: facts.Account{Domain: "CONTOSO", User: "svc <&> sync"}, VersionBefore: 7, VersionAfter: 8, KeyBefore: 2, KeyAfter: 1, FullImport: true,
			},
			{
				ID: facts.EntraConnectorID, Name: "t - AAD", Kind: facts.KindEntra, AccountBefore: facts.Account{User: "Sync_OLD_0123456789ab@t.onmicrosoft.com"},
				AccountAfter: facts.Account{User: "ConnectSyncProvisioning_NEW_0123456789ab"}, VersionBefore: 3, VersionAfter: 4, KeyBefore: 1, KeyAfter: 1, FullSync: true,
			},
		},
		KeysetBefore: 1, KeysetAfter: 100001, EntropyBefore: "aaaaaaaa-0000-0000-0000-000000000000", EntropyAfter: "bbbbbbbb-0000-0000-0000-000000000000",
		ConfigBefore: 41, ConfigAfter: 42,
		Groups: []plan.GroupWrite{
			{Column: "administrators_sid", Group: "ADSyncAdmins", Before: groupBefore, After: groupAfter},
			{Column: "not_here_sid", Group: "x", After: groupAfter},
		},
	}
	before := Snapshot{
		Writes: w,
		Server: ServerRow{
			Parameters: ptr(settingsText), KeysetID: ptr(int64(1)), Entropy: ptr(w.EntropyBefore), ConfigVersion: ptr(int64(41)),
			Groups: map[string]string{"administrators_sid": groupBefore, "browse_sid": ""},
		},
		Connectors: []ConnectorRow{
			{ID: adID, Private: ptr(adPrivate), Sealed: ptr("AAAA"), KeyID: ptr(int64(2)), Version: ptr(int64(7)), FullImport: ptr(false), FullSync: ptr(false)},
			{ID: facts.EntraConnectorID, Private: ptr(entraPrivate), Sealed: nil, KeyID: ptr(int64(1)), Version: ptr(int64(3))},
		},
	}
	creds := map[string]Credential{adID: {secret.New("P&<>ä")}, strings.ToUpper(facts.EntraConnectorID): {}}
	return before, w, creds
}

func TestChangedChangesWhatThePlanNames(t *testing.T) {
	before, w, creds := example()
	was := before.clone()
	key := NewKey()
	after, err := changed(before, w, creds, key)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, was) {
		t.Error("the rows before were changed in place")
	}
	wantAD := strings.NewReplacer(">MSOL_old<", ">svc &lt;&amp;&gt; sync<", "domain>contoso.com<", "domain>CONTOSO<",
		`"forest-login-domain">contoso.com`, `"forest-login-domain">CONTOSO`).Replace(adPrivate)
	if got := *after.Connectors[0].Private; got != wantAD {
		t.Errorf("AD:\n%s\nwant\n%s", got, wantAD)
	}
	wantEntra := strings.Replace(entraPrivate, "Sync_OLD_0123456789ab@t.onmicrosoft.com", "ConnectSyncProvisioning_NEW_0123456789ab", 1)
	if got := *after.Connectors[1].Private; got != wantEntra {
		t.Errorf("Entra: %s", got)
	}
	wantSettings := strings.Replace(settingsText, "False", "True", 1)
	wantSettings = strings.Replace(wantSettings, ">x</parameter>\n", ">x</parameter>\n"+
		` <parameter name="Microsoft.Synchronize.ServerConfigurationVersion" type="string" use="SynchronizationGlobal" dataType="String">2.5.79.0</parameter>`+"\n", 1)
	wantSettings = strings.Replace(wantSettings, ">x</parameter>\n <param", ">x</parameter> <param", 1)
	if got := *after.Server.Parameters; got != wantSettings {
		t.Errorf("settings:\n%q\nwant\n%q", got, wantSettings)
	}
	s, a, e := after.Server, after.Connectors[0], after.Connectors[1]
	if *s.KeysetID != 100001 || *s.Entropy != w.EntropyAfter || *s.ConfigVersion != 42 || s.Groups["administrators_sid"] != groupAfter || len(s.Groups) != 2 {
		t.Errorf("server %+v", s)
	}
	if *a.KeyID != 1 || *a.Version != 8 || !*a.FullImport || *a.FullSync || *e.Version != 4 || e.FullImport != nil || !*e.FullSync {
		t.Errorf("connectors %+v %+v", a, e)
	}
	got, err := Open(*a.Sealed, key)
	if err != nil || len(got) != 1 || got[0].Name != "password" || got[0].Value.Reveal() != "P&<>ä" {
		t.Errorf("sealed for AD: %v %v", got, err)
	}
	if got, err = Open(*e.Sealed, key); err != nil || len(got) != 1 || got[0].Name != "Password" || !got[0].Value.IsEmpty() {
		t.Errorf("sealed for Entra: %v %v", got, err)
	}
}

func TestChangedRefusesWhatIsNotAsPlanned(t *testing.T) {
	cases := []struct {
		name string
		do   func(*Snapshot, *plan.Writes, map[string]Credential)
		code problem.Code
		says string
	}{
		{"counter", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) { s.Server.ConfigVersion = ptr(int64(42)) }, CodeChanged, "counter"},
		{"key set", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) { s.Server.KeysetID = nil }, CodeChanged, "key set"},
		{"entropy", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) { s.Server.Entropy = ptr("x") }, CodeChanged, "entropy"},
		{"group", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) {
			s.Server.Groups["administrators_sid"] = groupAfter
		}, CodeChanged, "administrators_sid"},
		{"bad group", func(_ *Snapshot, w *plan.Writes, _ map[string]Credential) { w.Groups[0].After = "S-x" }, CodeUneditable, "ADSyncAdmins"},
		{"setting's value", func(_ *Snapshot, w *plan.Writes, _ map[string]Credential) { w.Settings[0].Before = "True" }, CodeChanged, "StagingMode"},
		{"setting is there", func(_ *Snapshot, w *plan.Writes, _ map[string]Credential) { w.Settings[1].Name = "Admin.Own" }, CodeChanged, "Admin.Own"},
		{"setting is gone", func(_ *Snapshot, w *plan.Writes, _ map[string]Credential) { w.Settings[0].Name = "Nobody" }, CodeChanged, "Nobody"},
		{"settings broken", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) { s.Server.Parameters = ptr("<a>") }, CodeUneditable, "settings"},
		{"version", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) { s.Connectors[0].Version = ptr(int64(9)) }, CodeChanged, "contoso.com"},
		{"key", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) { s.Connectors[0].KeyID = ptr(int64(9)) }, CodeChanged, "key id"},
		{"account", func(_ *Snapshot, w *plan.Writes, _ map[string]Credential) {
			w.Connectors[0].AccountBefore.User = "other"
		}, CodeChanged, "account"},
		{"connector is gone", func(s *Snapshot, _ *plan.Writes, _ map[string]Credential) { s.Connectors = s.Connectors[:1] }, CodeChanged, "AAD"},
		{"no account element", func(s *Snapshot, w *plan.Writes, _ map[string]Credential) {
			s.Connectors[0].Private, w.Connectors[0].AccountBefore = ptr("<adma-configuration/>"), facts.Account{}
		}, CodeUneditable, "contoso.com"},
		{"kind", func(_ *Snapshot, w *plan.Writes, _ map[string]Credential) {
			w.Connectors[0].Kind, w.Connectors[0].AccountBefore = facts.KindOther, facts.Account{}
		}, CodeUneditable, "contoso.com"},
		{"no credential", func(_ *Snapshot, _ *plan.Writes, c map[string]Credential) { delete(c, adID) }, CodeNoCredential, "contoso.com"},
		{"empty password", func(_ *Snapshot, _ *plan.Writes, c map[string]Credential) { c[adID] = Credential{} }, CodeNoCredential, "contoso.com"},
		{"password with a control character", func(_ *Snapshot, _ *plan.Writes, c map[string]Credential) {
			c[adID] = Credential{secret.New("geheim\x02")}
		}, CodeUneditable, "credentials"},
	}
	for _, c := range cases {
		before, w, creds := example()
		c.do(&before, &w, creds)
		_, err := changed(before, w, creds, NewKey())
		p := problem.As(err)
		if p == nil || p.Code != c.code || !strings.Contains(p.What, c.says) || p.Fix == "" {
			t.Errorf("%s: %v", c.name, err)
		} else if strings.Contains(p.Text(), "geheim") {
			t.Errorf("%s: the problem tells the password", c.name)
		}
	}
}

func TestUndoneGivesTheRowsBackByteForByte(t *testing.T) {
	before, w, creds := example()
	after, err := changed(before, w, creds, NewKey())
	if err != nil {
		t.Fatal(err)
	}
	j, err := json.Marshal(before)
	if err != nil || strings.Contains(string(j), "P&<>") {
		t.Fatalf("%v", err)
	}
	var kept Snapshot
	if err := json.Unmarshal(j, &kept); err != nil {
		t.Fatal(err)
	}
	back, left := undone(after, kept)
	if !reflect.DeepEqual(back, before) || left != nil {
		t.Errorf("left %v\n%+v\nwant\n%+v", left, back, before)
	}
	again, left := undone(back, kept)
	if !reflect.DeepEqual(again, before) || left != nil {
		t.Errorf("a second time: left %v", left)
	}
}

func TestUndoneLeavesWhatOthersChanged(t *testing.T) {
	cases := []struct {
		name string
		do   func(after *Snapshot)
		left []string // parts of what is named
		same bool     // everything of ours is taken back
	}{
		{"another setting", func(a *Snapshot) {
			a.Server.Parameters = ptr(strings.Replace(*a.Server.Parameters, ">x<", ">y<", 1))
		}, nil, true},
		{"our setting", func(a *Snapshot) {
			a.Server.Parameters = ptr(strings.Replace(*a.Server.Parameters, ">True<", ">Maybe<", 1))
		}, []string{"StagingMode"}, false},
		{"our added setting is gone", func(a *Snapshot) {
			text, _, _ := RemoveParameter(*a.Server.Parameters, "Microsoft.Synchronize.ServerConfigurationVersion")
			a.Server.Parameters = ptr(strings.Replace(text, ">x<", ">y<", 1))
		}, nil, true},
		{"another part of the connector", func(a *Snapshot) {
			a.Connectors[0].Private = ptr(strings.Replace(*a.Connectors[0].Private, "keep", "kept", 1))
		}, nil, true},
		{"the account", func(a *Snapshot) {
			a.Connectors[1].Private = ptr(strings.Replace(*a.Connectors[1].Private, "_NEW_", "_THIRD_", 1))
		}, []string{"sealed credentials of connector t - AAD", "account of connector t - AAD"}, false},
		{"a counter", func(a *Snapshot) { a.Connectors[0].Version = ptr(int64(99)) }, nil, true},
		{"the key set", func(a *Snapshot) { a.Server.KeysetID = ptr(int64(5)) }, []string{"key set", "sealed", "sealed"}, false},
		{"the group", func(a *Snapshot) { a.Server.Groups["administrators_sid"] = "S-1-5-32-544" }, []string{"administrators_sid"}, false},
		{"a flag", func(a *Snapshot) { a.Connectors[0].FullImport = nil }, []string{"full import"}, false},
		{"a connector", func(a *Snapshot) { a.Connectors = a.Connectors[1:] }, []string{"gone"}, false},
	}
	for _, c := range cases {
		before, w, creds := example()
		after, err := changed(before, w, creds, NewKey())
		if err != nil {
			t.Fatal(err)
		}
		c.do(&after)
		back, left := undone(after, before)
		if len(left) != len(c.left) {
			t.Errorf("%s: left %q, want %q", c.name, left, c.left)
			continue
		}
		for i := range left {
			if !strings.Contains(left[i], c.left[i]) {
				t.Errorf("%s: left %q, want %q", c.name, left, c.left)
			}
		}
		if !c.same {
			continue
		}
		settings, err := ParseSettings(*back.Server.Parameters)
		staging := slices.ContainsFunc(settings, func(s facts.Setting) bool { return s.Name == facts.SettingStagingMode && s.Value == "False" })
		p, err2 := parsePrivate(*back.Connectors[0].Private, facts.KindAD)
		if err != nil || err2 != nil || len(settings) != 3 || !staging || p.account.User != "MSOL_old" || *back.Connectors[0].Sealed != "AAAA" {
			t.Errorf("%s: %v, account %v", c.name, settings, p.account)
		}
	}
}
