package plan_test

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// restartable is a server whose service can be restarted.
func restartable(purpose plan.Purpose, staging string) plan.StagingInput {
	in := stagingInput(purpose, staging)
	in.Restart = true
	in.Facts.Computer.Name = ft.Known("SYNC02")
	in.Facts.Computer.Service = ft.Known(facts.SyncService{Service: facts.Service{Installed: true, State: "running"}, Database: "adsync"})
	in.Facts.Database.Name = "ADSync"
	in.Facts.ADSync.Claim = ft.Known(&facts.Claim{Server: "sync02"})
	return in
}

func TestCanRestart(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(*facts.Set)
		why  string // empty when it can
	}{
		"claimed here": {func(*facts.Set) {}, ""},
		"unclaimed, connected from here": {func(s *facts.Set) {
			s.ADSync.Claim = ft.Known[*facts.Claim](nil)
			s.ADSync.Sessions = ft.Known([]facts.Session{{Host: "SYNC02", Program: "miiserver", Login: "x"}})
		}, ""},
		"unclaimed":        {func(s *facts.Set) { s.ADSync.Claim = ft.Known[*facts.Claim](nil) }, "Nothing shows"},
		"another server's": {func(s *facts.Set) { s.ADSync.Claim.Value = &facts.Claim{Server: "SYNC09"} }, "belongs to SYNC09"},
		"another database": {func(s *facts.Set) {
			s.Computer.Service = ft.Known(facts.SyncService{Service: facts.Service{Installed: true}, Database: "Other"})
		}, "another database"},
		"no service": {func(s *facts.Set) { s.Computer.Service = ft.Known(facts.SyncService{}) }, "not on this computer"},
		"unknown":    {func(s *facts.Set) { s.Computer.Service = ft.Unknown[facts.SyncService]() }, "can't be seen"},
	} {
		in := restartable(plan.Leaves, "True")
		c.bend(&in.Facts)
		ok, why := plan.CanRestart(in.Facts)
		if ok != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: %t %q", name, ok, why)
		}
		_, err := plan.BuildStaging(in)
		if p := problem.As(err); ok != (err == nil) || !ok && p.Code != plan.CodeStagingService {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBuildStaging_restart(t *testing.T) {
	p, err := plan.BuildStaging(restartable(plan.Enters, "False"))
	if err != nil || !p.Restarts() || len(p.Steps) != 5 || p.Steps[2].Kind != plan.KindRestart || p.Steps[2].Alters() || !strings.HasSuffix(p.Steps[1].Undo, "restarted again.") {
		t.Fatalf("%v %+v", err, p.Steps)
	}
	if text := plan.Text(p); !strings.Contains(text, "Restart the service ADSync") {
		t.Error(text)
	}
	in := stagingInput(plan.Enters, "False")
	if p, err = plan.BuildStaging(in); err != nil || p.Restarts() {
		t.Errorf("restarted though nobody asked: %v", err)
	}
}

// What is left to do by hand fits what was done and how the scheduler stands.
func TestAfterSwitch(t *testing.T) {
	in := restartable(plan.Leaves, "True")
	p, err := plan.BuildStaging(in)
	if err != nil {
		t.Fatal(err)
	}
	after := func(settings ...string) facts.Set {
		set := in.Facts
		list := ft.Settings()
		for i := 0; i < len(settings); i += 2 {
			list = ft.WithSetting(list, settings[i], settings[i+1])
		}
		set.ADSync.Settings = ft.Known(list)
		return set
	}
	byHand := p
	byHand.Steps = p.Steps[:2]
	for _, c := range []struct {
		plan  plan.Plan
		now   facts.Set
		says  []string
		never []string
	}{
		{p, after(facts.SettingStagingMode, "False"), []string{"On sync02", "StagingModeEnabled : False", "Start-ADSyncSyncCycle"}, []string{"Restart-Service", "suspended", "-SyncCycleEnabled"}},
		{byHand, after(facts.SettingStagingMode, "True"), []string{"Restart-Service ADSync", "Stop-ADSyncSyncCycle", "not documented", "StagingModeEnabled : True"}, nil},
		{p, after(facts.SettingSuspended, "True", facts.SettingSchedule, "False"), []string{"-SchedulerSuspended $false", "-SyncCycleEnabled $true"}, nil},
	} {
		text := strings.Join(plan.AfterSwitch(c.plan, c.now), "\n")
		for _, want := range c.says {
			if !strings.Contains(text, want) {
				t.Errorf("lacks %q: %s", want, text)
			}
		}
		for _, never := range c.never {
			if strings.Contains(text, never) {
				t.Errorf("says %q: %s", never, text)
			}
		}
	}
}
