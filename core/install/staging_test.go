package install_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// staging gives the job of leaving or entering staging mode as the database is now.
func (b *bench) staging(t *testing.T, purpose plan.Purpose, id string) setup.Job {
	t.Helper()
	p, err := plan.BuildStaging(plan.StagingInput{
		Facts: b.facts(t), Purpose: purpose, ID: strings.Repeat(id, 32), Now: time.Now(), Program: "1.0",
		Answered: []plan.Answered{{Condition: "looked", Title: "Looked at", Light: "red", Evidence: "none", Reason: "a reason for the test"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return setup.Job{Plan: p, Answers: b.site.Answers, Secrets: b.site.Secrets, Report: func(o apply.Outcome) report.Record {
		return report.Record{Plan: &p, Outcome: &o}
	}}
}

// switchTo leaves or enters staging mode.
func (b *bench) switchTo(t *testing.T, purpose plan.Purpose, id string) (setup.Job, apply.Outcome) {
	t.Helper()
	job := b.staging(t, purpose, id)
	return job, b.site.Installer.Install(t.Context(), job, nil, func(apply.Progress) {})
}

// counterless gives the database but for the counter of settings writes, which goes
// up with each write and never down.
func (b *bench) counterless(t *testing.T) map[string]string {
	t.Helper()
	out := b.dump(t)
	row := b.rows(t, "SELECT server_configuration_version_number FROM mms_server_configuration")[0]
	out["mms_server_configuration"] = strings.Replace(out["mms_server_configuration"], " "+strings.TrimSpace(row)+" ", " COUNTER ", 1)
	if !strings.Contains(out["mms_server_configuration"], "COUNTER") {
		t.Fatal("the counter was not found")
	}
	return out
}

func (b *bench) isStaging(t *testing.T) bool {
	t.Helper()
	return b.facts(t).ADSync.On(facts.SettingStagingMode)
}

func (b *bench) counter(t *testing.T) int64 {
	t.Helper()
	return b.facts(t).ADSync.Server.ConfigVersion.Value
}

func TestStaging_thereAndBack(t *testing.T) {
	b := open(t, "healthy")
	live := b.counterless(t)
	counter := b.counter(t)
	job, o := b.switchTo(t, plan.Enters, "a")
	if o.Ending != apply.Completed || !b.isStaging(t) || b.counter(t) != counter+1 {
		t.Fatalf("entering: %+v", o)
	}
	staging := b.counterless(t)
	for name := range live {
		if (live[name] != staging[name]) != (name == "mms_server_configuration") {
			t.Errorf("entering staging mode changes %s", name)
		}
	}
	o = b.site.Installer.Undo(t.Context(), job, func(apply.Progress) {})
	if o.Ending != apply.TakenBack || b.counter(t) != counter+2 {
		t.Fatalf("undo: %+v, counter %d", o, b.counter(t))
	}
	same(t, "after undo", live, b.counterless(t))

	if _, o = b.switchTo(t, plan.Enters, "b"); o.Ending != apply.Completed {
		t.Fatalf("entering again: %+v", o)
	}
	job, o = b.switchTo(t, plan.Leaves, "c")
	if o.Ending != apply.Completed || b.isStaging(t) {
		t.Fatalf("leaving: %+v", o)
	}
	same(t, "left", live, b.counterless(t))
	b.checkReport(t, o, "a reason for the test")
	o = b.site.Installer.Undo(t.Context(), job, func(apply.Progress) {})
	if o.Ending != apply.TakenBack || !b.isStaging(t) {
		t.Fatalf("undo of leaving: %+v", o)
	}
	same(t, "back in staging mode", staging, b.counterless(t))
	if _, err := os.Stat(install.VaultDir(b.dir)); !os.IsNotExist(err) {
		t.Errorf("a vault was made: %v", err)
	}
}

func (b *bench) checkReport(t *testing.T, o apply.Outcome, want string) {
	t.Helper()
	if len(o.Reports) != 2 {
		t.Fatalf("reports %v", o.Reports)
	}
	for _, path := range append(o.Reports, o.Journal) {
		data, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s does not say why (%v)", path, err)
		}
		for _, key := range b.site.Secrets {
			if strings.Contains(string(data), key.Reveal()) {
				t.Errorf("%s holds a password", path)
			}
		}
	}
}

func TestStaging_claimStays(t *testing.T) {
	b := open(t, "healthy")
	if _, err := b.install(t); err != nil {
		t.Fatal(err)
	}
	before := b.dump(t)["extended properties"]
	if _, o := b.switchTo(t, plan.Leaves, "a"); o.Ending != apply.Completed {
		t.Fatalf("%+v", o)
	}
	if after := b.dump(t)["extended properties"]; before != after || !strings.Contains(after, facts.ClaimProperty) {
		t.Errorf("the claim was rewritten:\n%s\n%s", before, after)
	}
	// The installation is still what can be taken back, not the switch.
	finder := b.site.Installer.(hooked)
	if u, err := finder.Find(); err != nil || u == nil || u.Begin.Plan.Purpose != plan.Installs {
		t.Errorf("found %+v, %v", u, err)
	}
	if u, err := finder.FindSwitch(); err != nil || u == nil || u.Begin.Plan.Purpose != plan.Leaves || u.Ending != apply.Completed {
		t.Errorf("found %+v, %v", u, err)
	}
}

func TestStaging_refusals(t *testing.T) {
	b := open(t, "healthy")
	if _, o := b.switchTo(t, plan.Enters, "a"); o.Ending != apply.Completed {
		t.Fatalf("%+v", o)
	}
	bump := func() {
		if _, err := b.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET server_configuration_version_number = server_configuration_version_number + 1"); err != nil {
			t.Error(err)
		}
	}
	other, err := b.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	foreign := plan.Claim{After: facts.Claim{Server: "SYNC09", Installation: strings.Repeat("9", 32), Version: "1", At: time.Now().UTC()}}
	var release func(context.Context) error
	for i, c := range []struct {
		name string
		do   func()
		code problem.Code
	}{
		{"settings written since", bump, install.CodeDiffers},
		{"somebody installs", func() {
			if release, err = adsync.Claim(t.Context(), other, foreign); err != nil {
				t.Error(err)
			}
		}, adsync.CodeLocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			hook := []string{"recheck running", "switch running"}[i]
			b.hooks[hook] = c.do
			before := b.counterless(t)["mms_server_configuration"]
			job, o := b.switchTo(t, plan.Leaves, fmt.Sprint(i))
			if o.Ending != apply.Broken || o.Problem == nil || o.Problem.Code != c.code {
				t.Fatalf("%+v", o)
			}
			if b.counterless(t)["mms_server_configuration"] != before {
				t.Error("something was changed")
			}
			if release != nil {
				if err := release(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if i == 0 { // it can't be gone on with, as what it rests on is gone
				if o = b.site.Installer.Install(t.Context(), job, nil, func(apply.Progress) {}); o.Problem == nil || o.Problem.Code != install.CodeDiffers {
					t.Errorf("going on: %+v", o)
				}
			}
		})
	}
	t.Run("another claim by now", func(t *testing.T) {
		job := b.staging(t, plan.Leaves, "c") // SYNC09 claims it now
		if _, err := b.db.ExecContext(t.Context(), "sp_dropextendedproperty '"+facts.ClaimProperty+"'"); err != nil {
			t.Fatal(err)
		}
		job.Plan.Basis = plan.StagingBasis(plan.Leaves, b.facts(t)) // as if it went between the two looks
		o := b.site.Installer.Install(t.Context(), job, nil, func(apply.Progress) {})
		if o.Problem == nil || o.Problem.Code != adsync.CodeClaimChanged || !b.isStaging(t) {
			t.Errorf("%+v", o)
		}
	})
}

// Somebody leaves staging mode with the product's own wizard after it was entered
// here: undo leaves that alone, and says so.
func TestStaging_undoLeavesWhatOthersChanged(t *testing.T) {
	b := open(t, "healthy")
	job, o := b.switchTo(t, plan.Enters, "a")
	if o.Ending != apply.Completed {
		t.Fatalf("%+v", o)
	}
	text := strings.TrimSpace(b.rows(t, "SELECT parameters FROM mms_server_configuration")[0])
	changed, _, err := adsync.SetParameter(text, facts.SettingStagingMode, "Perhaps")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET parameters = @p1", changed); err != nil {
		t.Fatal(err)
	}
	o = b.site.Installer.Undo(t.Context(), job, func(apply.Progress) {})
	if o.Ending != apply.PartLeft || len(o.Left) != 1 || !strings.Contains(o.Left[0], "StagingMode") {
		t.Errorf("undo: %+v", o)
	}
	if v, _ := b.facts(t).ADSync.Setting(facts.SettingStagingMode); v != "Perhaps" {
		t.Errorf("what somebody else wrote became %q", v)
	}
}

// TestStaging_lostRequest cuts the connection at each request of the switch in turn;
// going on or back must come to the end or to the beginning.
func TestStaging_lostRequest(t *testing.T) {
	b := open(t, "healthy")
	var total atomic.Int64
	b.wire.watch(func() bool { total.Add(1); return false })
	job := b.staging(t, plan.Enters, "e")
	looked := total.Load()
	if o := b.site.Installer.Install(t.Context(), job, nil, func(apply.Progress) {}); o.Ending != apply.Completed {
		t.Fatalf("%+v", o)
	}
	b.wire.watch(nil)
	requests := total.Load() - looked
	if requests < 20 {
		t.Fatalf("only %d requests", requests)
	}
	t.Log(requests, "requests")
	step := int64(7) // every seventh; all of them with RECONNECT_KILL_RUNS
	if os.Getenv("RECONNECT_KILL_RUNS") != "" {
		step = 1
	}
	for n := requests; n >= 1; n -= step {
		t.Run(fmt.Sprint(n), func(t *testing.T) { lostRequest(t, n) })
	}
}

func lostRequest(t *testing.T, n int64) {
	b := open(t, "healthy")
	before := b.counterless(t)
	job := b.staging(t, plan.Enters, "a")
	var i atomic.Int64
	b.wire.watch(func() bool { return i.Add(1) == n })
	o := b.site.Installer.Install(t.Context(), job, nil, func(apply.Progress) {})
	b.wire.watch(nil)
	if o.Ending == apply.Completed { // it was one that nothing hung on
		return
	}
	if n%2 == 0 {
		o = b.site.Installer.Install(t.Context(), job, nil, func(apply.Progress) {})
		if o.Ending != apply.Completed || !b.isStaging(t) {
			t.Errorf("going on after request %d: %+v", n, o)
		}
		return
	}
	if o = b.site.Installer.Undo(t.Context(), job, func(apply.Progress) {}); o.Ending != apply.TakenBack {
		t.Errorf("back after request %d: %+v", n, o)
	}
	same(t, "taken back", before, b.counterless(t))
}

// A journal of a switch says what it is for, and who answered for what.
func TestStaging_journal(t *testing.T) {
	b := open(t, "healthy")
	_, o := b.switchTo(t, plan.Enters, "a")
	records, _, err := apply.ReadJournal(o.Journal)
	if err != nil {
		t.Fatal(err)
	}
	p := records[0].Begin.Plan
	if p.Purpose != plan.Enters || len(p.Answered) != 1 || p.Answered[0].Reason != "a reason for the test" || records[0].Begin.Program != "1.0" {
		data, _ := json.Marshal(records[0])
		t.Errorf("the journal begins with %s", data)
	}
}
