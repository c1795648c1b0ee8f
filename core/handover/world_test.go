package handover

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

func theHandOver(a facts.ADSync) plan.HandOver {
	h := plan.HandOver{Version: "2.6.92.0", Database: "ADSync"}
	for _, c := range a.Connectors.Value {
		x := plan.HandOverConnector{ID: c.ID, Name: c.Name, Kind: c.Kind}
		if c.Kind == facts.KindAD {
			x.Account = facts.Account{Domain: "NEW", User: "MSOL_1"}
		}
		h.Connectors = append(h.Connectors, x)
	}
	return h
}

func seals(a facts.ADSync, text string) map[string]string {
	out := map[string]string{}
	for _, c := range a.Connectors.Value {
		out[c.ID] = text
	}
	return out
}

// finished gives the database as Microsoft's setup leaves it.
func finished() facts.ADSync {
	a := ft.Set().ADSync
	a.Server.KeysetID = ft.Known(int64(777))
	list := ft.WithSetting(ft.Settings(), facts.SettingStagingMode, "True")
	a.Settings = ft.Known(ft.WithSetting(list, facts.SettingVersion, "2.6.92.0"))
	connectors := append([]facts.Connector(nil), a.Connectors.Value...)
	for i := range connectors {
		connectors[i].Credentials = ft.Known(facts.Sealed{Present: true, WellMade: true, Bytes: 200})
		if connectors[i].Kind == facts.KindAD {
			connectors[i].Account = facts.Account{Domain: "new.local", User: "msol_1"}
		}
	}
	a.Connectors = ft.Known(connectors)
	return a
}

func running() facts.Read[facts.SyncService] {
	return ft.Known(facts.SyncService{Service: facts.Service{Installed: true, State: "running"}, Server: "SQL01", Database: "ADSync"})
}

func TestJudge(t *testing.T) {
	before := ft.Set().ADSync
	h, b := theHandOver(before), BeforeOf(before, seals(before, "old"))
	untouched := Judge(h, b, before, seals(before, "old"), ft.Known(facts.SyncService{}))
	if untouched.Touched() || untouched.Complete() {
		t.Errorf("nothing has happened: %+v", untouched)
	}
	for _, i := range untouched.Items {
		if i.State == ItemWrong {
			t.Errorf("%s is wrong before anything has happened: %s", i.Title, i.Now)
		}
	}
	if w := Judge(h, b, finished(), seals(before, "new"), running()); !w.Complete() || w.Fault() != nil {
		t.Errorf("at the end: %+v, %v", w, w.Fault())
	}
	for name, c := range map[string]struct {
		bend    func(*facts.ADSync)
		service facts.Read[facts.SyncService]
		seal    string
		want    string
		code    string
	}{
		"staging off": {bend: func(a *facts.ADSync) {
			a.Settings = ft.Known(ft.WithSetting(a.Settings.Value, facts.SettingStagingMode, "False"))
		}, want: "Staging mode is off", code: string(CodeStagingOff)},
		"same keys":     {bend: func(a *facts.ADSync) { a.Server.KeysetID = before.Server.KeysetID }, want: "Key set"},
		"same seals":    {seal: "old", want: "only the previous server can open"},
		"bad form":      {bend: func(a *facts.ADSync) { a.Connectors.Value[0].Credentials = ft.Known(facts.Sealed{Present: true}) }, want: "not in the form"},
		"other account": {bend: func(a *facts.ADSync) { a.Connectors.Value[0].Account.User = "MSOL_2" }, want: "instead of"},
		"lower version": {bend: func(a *facts.ADSync) {
			a.Settings = ft.Known(ft.WithSetting(a.Settings.Value, facts.SettingVersion, "2.5.190.0"))
		}, want: "2.6.92.0"},
		"connector gone":    {bend: func(a *facts.ADSync) { a.Connectors = ft.Known(a.Connectors.Value[1:]) }, want: "gone"},
		"service stopped":   {service: ft.Known(facts.SyncService{Service: facts.Service{Installed: true, State: "stopped"}}), want: "stopped"},
		"service elsewhere": {service: ft.Known(facts.SyncService{Service: facts.Service{Installed: true, State: "running"}, Server: "(localdb)", Database: "ADSync"}), want: "another database"},
	} {
		a, seal, service := finished(), "new", running()
		if c.bend != nil {
			c.bend(&a)
		}
		if c.seal != "" {
			seal = c.seal
		}
		if c.service.State != "" {
			service = c.service
		}
		w := Judge(h, b, a, seals(before, seal), service)
		p := w.Fault()
		if w.Complete() || p == nil || !strings.Contains(p.What+p.Detail, c.want) || p.Fix == "" || c.code != "" && string(p.Code) != c.code {
			t.Errorf("%s: complete %t, %v", name, w.Complete(), p)
		}
	}
	// What can't be read does not stand against the end.
	if w := Judge(h, b, finished(), seals(before, "new"), ft.Unknown[facts.SyncService]()); !w.Complete() || w.Fault() != nil {
		t.Errorf("without the service: %+v", w)
	}
}

func TestValues(t *testing.T) {
	p := plan.Plan{
		HandOver: &plan.HandOver{Database: "ADSync"}, Identity: plan.Identity{Tenant: "contoso.onmicrosoft.com"},
		Accounts: []plan.Account{
			{Forest: "contoso.local", Option: answers.CreateAccount, Domain: "contoso.local", User: "MSOL_1"},
			{Forest: "fabrikam.local", Option: answers.ExistingAccount, Domain: "FABRIKAM", User: "svc"},
		},
	}
	for typed, want := range map[[2]string][2]string{
		{`SQL01\HYBRID`, ""}:     {"SQL01", "HYBRID"},
		{`SQL01`, "HYBRID,1433"}: {"SQL01", "HYBRID,1433"},
		{`SQL01,14330`, ""}:      {"SQL01", "MSSQLSERVER,14330"},
		{`SQL01,14330`, "X"}:     {"SQL01", "X,14330"},
		{` tcp:SQL01 `, ""}:      {"SQL01", ""},
	} {
		pages := Values(p, answers.Answers{SQL: answers.SQL{Server: typed[0], Instance: typed[1]}})
		if v := pages[1].Values; v[0].Text != want[0] || v[1].Text != want[1] || v[2].Text != "ADSync" {
			t.Errorf("%v gives %+v, want %v", typed, v, want)
		}
	}
	pages := Values(p, answers.Answers{Entra: answers.Entra{User: "admin@contoso.onmicrosoft.com"}})
	passwords := 0
	for _, page := range pages {
		for _, v := range page.Values {
			if strings.Contains(v.Field, "PASSWORD") && v.Text != "" {
				t.Errorf("%s holds %q", v.Field, v.Text)
			}
			if v.Password != "" {
				passwords++
			}
		}
	}
	if passwords != 1 {
		t.Errorf("%d passwords can be copied, want that of the account made here", passwords)
	}
	text := Text(pages)
	for _, want := range []string{`fabrikam.local · DOMAIN USERNAME: FABRIKAM\svc`, "USERNAME: admin@contoso.onmicrosoft.com", "Use existing AD account"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if Values(plan.Plan{}, answers.Answers{}) != nil {
		t.Error("there are values without a hand-over")
	}
	if _, err := json.Marshal(pages); err != nil {
		t.Error(err)
	}
}
