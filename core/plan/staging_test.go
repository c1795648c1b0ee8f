package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

func stagingInput(purpose plan.Purpose, staging string) plan.StagingInput {
	set := ft.Set()
	set.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingStagingMode, staging))
	return plan.StagingInput{Facts: set, Purpose: purpose, ID: strings.Repeat("a", 32), Now: ft.Now(), Program: "1.0"}
}

func TestBuildStaging(t *testing.T) {
	in := stagingInput(plan.Leaves, "True")
	in.Answered = []plan.Answered{{Condition: "looked", Title: "The pending exports were looked at", Light: "red", Evidence: "3 exports wait", Reason: "they are test users", By: `CONTOSO\admin`, At: ft.Now()}}
	p, err := plan.BuildStaging(in)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Steps) != 4 || p.Steps[1].Kind != plan.KindSwitch || !p.Steps[1].Alters() || p.Steps[0].Alters() || p.Steps[3].Alters() {
		t.Errorf("steps %+v", p.Steps)
	}
	w := p.Writes
	if len(w.Settings) != 1 || w.Settings[0].Before != "True" || w.Settings[0].After != "False" || !w.SettingsOnly || w.ConfigAfter != w.ConfigBefore+1 || len(w.Connectors) != 0 {
		t.Errorf("writes %+v", w)
	}
	for _, want := range []string{"Leave staging mode", "StagingMode: True → False", "they are test users", `CONTOSO\admin`, "put back on, unless somebody changed it"} {
		if !strings.Contains(plan.Text(p), want) {
			t.Errorf("the plan does not say %q:\n%s", want, plan.Text(p))
		}
	}
	again, err := plan.BuildStaging(in)
	if a, b := asJSON(t, p), asJSON(t, again); err != nil || a != b {
		t.Error("the same input gives two plans")
	}
	p, err = plan.BuildStaging(stagingInput(plan.Enters, "False"))
	if err != nil || p.Writes.Settings[0].After != "True" || p.Steps[1].Title != "Enter staging mode" {
		t.Errorf("entering: %+v, %v", p, err)
	}
}

// A plan to install is written as before, so that journals of before compare equal.
func TestPurpose_installIsSilent(t *testing.T) {
	if text := asJSON(t, plan.Plan{}); strings.Contains(text, "purpose") || strings.Contains(text, "answered") || strings.Contains(text, "settingsOnly") {
		t.Errorf("an installation's plan has fields of staging mode: %s", text)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBuildStaging_refuses(t *testing.T) {
	for name, c := range map[string]struct {
		purpose plan.Purpose
		staging string
		change  func(*plan.StagingInput)
		want    problem.Code
	}{
		"live already":    {plan.Leaves, "False", nil, plan.CodeStagingAlready},
		"staging already": {plan.Enters, "True", nil, plan.CodeStagingAlready},
		"gate closed":     {plan.Leaves, "True", func(in *plan.StagingInput) { in.Closed = []string{"No run is unfinished"} }, plan.CodeStagingClosed},
		"no id":           {plan.Leaves, "True", func(in *plan.StagingInput) { in.ID = "" }, plan.CodeInput},
		"an installation": {plan.Installs, "True", nil, plan.CodeInput},
		"another database": {plan.Enters, "False", func(in *plan.StagingInput) {
			in.Facts.ADSync.Shape = ft.Known(facts.ShapeFIM)
		}, plan.CodeShape},
		"settings unread": {plan.Enters, "False", func(in *plan.StagingInput) {
			in.Facts.ADSync.Settings = ft.Unknown[[]facts.Setting]()
		}, plan.CodeUnread},
		"claim unread": {plan.Leaves, "True", func(in *plan.StagingInput) {
			in.Facts.ADSync.Claim = ft.Unknown[*facts.Claim]()
		}, plan.CodeUnread},
	} {
		in := stagingInput(c.purpose, c.staging)
		if c.change != nil {
			c.change(&in)
		}
		if _, err := plan.BuildStaging(in); problem.As(err) == nil || problem.As(err).Code != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	in := stagingInput(plan.Enters, "False")
	in.Closed = []string{"No run is unfinished"}
	if _, err := plan.BuildStaging(in); err != nil {
		t.Errorf("entering asks for the gate: %v", err)
	}
}

// Leaving rests on all that the conditions looked at, entering on next to nothing.
func TestStagingBasis(t *testing.T) {
	set := ft.Set()
	leave, enter := plan.StagingBasis(plan.Leaves, set), plan.StagingBasis(plan.Enters, set)
	set.ADSync.Connectors.Value[0].Counts.Value.ExportDelete++
	set.ADSync.Server.Timestamp.Value++
	set.ADSync.Server.ConfigVersion.Value++
	if d := plan.Differences(leave, plan.StagingBasis(plan.Leaves, set)); len(d) != 3 {
		t.Errorf("leaving sees %v", d)
	}
	if d := plan.Differences(enter, plan.StagingBasis(plan.Enters, set)); len(d) != 0 {
		t.Errorf("entering is held up by %v", d)
	}
}
