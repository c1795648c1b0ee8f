package install_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

func TestInstall_wholeAndBack(t *testing.T) {
	for _, scenario := range []string{"two-forests", "stale"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			b := open(t, scenario)
			before := b.dump(t)
			state, err := b.install(t)
			if err != nil {
				t.Fatalf("page %s: %v\n%+v", state.Page, err, state.Install)
			}
			checkInstalled(t, b, state)
			state = b.press(t, setup.UndoPressed{})
			if o := state.Install.Outcome; o.Ending != apply.TakenBack {
				t.Fatalf("undo: %+v", o)
			}
			same(t, "after undo", before, b.dump(t))
			checkTakenBack(t, b, state)
		})
	}
}

// checkTakenBack looks at what is outside the database.
func checkTakenBack(t *testing.T, b *bench, state setup.State) {
	t.Helper()
	vault, err := secret.OpenVault(install.VaultDir(b.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := vault.Names(); err != nil || len(names) != 0 {
		t.Errorf("the vault still holds %v (%v)", names, err)
	}
	if list, err := apply.FindUnfinished(b.dir); err != nil || len(list) != 0 {
		t.Errorf("unfinished %v, %v", list, err)
	}
	for _, a := range state.Plan.Accounts {
		if a.Option == answers.ExistingAccount {
			continue
		}
		admin := apply.Credential{User: a.Admin, Password: b.site.Secrets[answers.SecretForest(a.Forest)]}
		if there, err := b.site.Directory.(apply.Directory).HasAccount(t.Context(), a, admin); err != nil || there {
			t.Errorf("the account %s is there: %v, %v", a.User, there, err)
		}
	}
	// The sign-in of the installation is dropped by then.
	if _, err := b.site.Cloud.SignIn(t.Context(), setup.CloudRequest{Answer: b.site.Answers.Entra}, func(setup.Prompt) {}); err != nil {
		t.Fatal(err)
	}
	if there, err := b.site.Cloud.(apply.Cloud).HasIdentity(t.Context(), state.Plan.Identity); err != nil || there {
		t.Errorf("the sync identity is there: %v, %v", there, err)
	}
	reports := state.Install.Outcome.Reports
	if len(reports) != 2 {
		t.Fatalf("reports %v", reports)
	}
	if data, err := os.ReadFile(reports[1]); err != nil || !strings.Contains(string(data), `"ending": "undone"`) {
		t.Errorf("the report does not say that it was undone (%v)", err)
	}
}

func checkInstalled(t *testing.T, b *bench, state setup.State) {
	t.Helper()
	o := state.Install.Outcome
	for _, p := range o.Steps {
		if p.State != apply.Done {
			t.Errorf("step %s is %q", p.Step, p.State)
		}
	}
	set := b.facts(t)
	if !set.ADSync.On(facts.SettingStagingMode) || set.ADSync.Server.KeysetID.Value != state.Plan.Writes.KeysetAfter {
		t.Error("the database is not in staging mode, or has another key set")
	}
	if c := set.ADSync.Claim.Value; c == nil || c.Server != state.Plan.Server || c.Installation != state.Plan.ID {
		t.Errorf("claim %+v", c)
	}
	list, err := apply.FindUnfinished(b.dir)
	if err != nil || len(list) != 0 {
		t.Errorf("unfinished %v, %v", list, err)
	}
	if len(o.Reports) != 2 {
		t.Fatalf("reports %v", o.Reports)
	}
	var record struct {
		Outcome apply.Outcome `json:"outcome"`
		Plan    plan.Plan     `json:"plan"`
	}
	data, err := os.ReadFile(o.Reports[1])
	if err == nil {
		err = json.Unmarshal(data, &record)
	}
	if err != nil || record.Outcome.Ending != apply.Completed || record.Plan.ID != state.Plan.ID {
		t.Errorf("report: %v, ending %q", err, record.Outcome.Ending)
	}
	for _, key := range b.site.Secrets {
		for _, path := range append(o.Reports, o.Journal) {
			data, err := os.ReadFile(path)
			if err != nil || strings.Contains(string(data), key.Reveal()) {
				t.Errorf("%s holds a password (%v)", path, err)
			}
		}
	}
}

// TestInstall_stopAfterEachStep stops after each step in turn; in one series
// undo must come to the beginning, in the other going on to the end.
func TestInstall_stopAfterEachStep(t *testing.T) {
	for _, kind := range []plan.Kind{plan.KindRecheck, plan.KindClaim, plan.KindAccount, plan.KindIdentity, plan.KindSecrets, plan.KindDatabase, plan.KindVerify} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := open(t, "healthy")
			before := b.dump(t)
			b.hooks[string(kind)+" running"] = func() { b.s.Dispatch(setup.StopPressed{}) }
			state, err := b.install(t)
			if err == nil || state.Install.Outcome.Ending != apply.Stopped {
				t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
			}
			if state.CanUndo() {
				state = b.press(t, setup.UndoPressed{})
				if o := state.Install.Outcome; o.Ending != apply.TakenBack {
					t.Fatalf("undo: %+v", o)
				}
			} else if kind != plan.KindRecheck {
				t.Error("there is no way back")
			}
			same(t, "after undo", before, b.dump(t))

			b = open(t, "healthy")
			b.hooks[string(kind)+" running"] = func() { b.s.Dispatch(setup.StopPressed{}) }
			if state, err = b.install(t); err == nil {
				t.Fatal("not stopped")
			}
			state = b.press(t, setup.RetryPressed{})
			if state.Page != setup.PageComplete {
				t.Fatalf("going on: %+v", state.Install.Outcome)
			}
			checkInstalled(t, b, state)
		})
	}
}

// TestInstall_lostConnection cuts every connection after each step in turn.
func TestInstall_lostConnection(t *testing.T) {
	for _, kind := range []plan.Kind{plan.KindClaim, plan.KindAccount, plan.KindIdentity, plan.KindSecrets, plan.KindDatabase} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := open(t, "healthy")
			before := b.dump(t)
			b.hooks[string(kind)+" done"] = b.wire.cut
			state, err := b.install(t)
			if p := problem.As(err); p == nil || p.Code != install.CodeLostLock {
				t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
			}
			if kind != plan.KindDatabase {
				after := b.dump(t)
				delete(after, "extended properties")
				delete(before, "extended properties")
				same(t, "after the connection was lost", before, after)
			}
			state = b.press(t, setup.RetryPressed{})
			if state.Page != setup.PageComplete {
				t.Fatalf("going on: %+v", state.Install.Outcome)
			}
			checkInstalled(t, b, state)
		})
	}
}

// TestInstall_diesAfterEachStep ends the run in the middle, without a word to
// the journal: what comes next has the journal and the world to go by.
func TestInstall_diesAfterEachStep(t *testing.T) {
	for _, kind := range []plan.Kind{plan.KindClaim, plan.KindAccount, plan.KindIdentity, plan.KindSecrets, plan.KindDatabase, plan.KindReport} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			for _, next := range []setup.Event{setup.RetryPressed{}, setup.UndoPressed{}} {
				b := open(t, "healthy")
				before := b.dump(t)
				b.hooks[string(kind)+" done"] = func() { panic("killed") }
				state, err := b.install(t)
				if p := problem.As(err); p == nil || p.Code != setup.CodePanic || !state.CanUndo() {
					t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
				}
				state = b.press(t, next)
				if next == (setup.RetryPressed{}) {
					checkInstalled(t, b, state)
					continue
				}
				if o := state.Install.Outcome; o.Ending != apply.TakenBack {
					t.Fatalf("undo: %+v", o)
				}
				same(t, "after undo", before, b.dump(t))
			}
		})
	}
}

func TestInstall_factsThatChangedStopIt(t *testing.T) {
	b := open(t, "healthy")
	b.hooks["recheck running"] = func() {
		if _, err := b.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET server_configuration_version_number = server_configuration_version_number + 1"); err != nil {
			t.Error(err)
		}
	}
	state, err := b.install(t)
	p := problem.As(err)
	if p == nil || p.Code != install.CodeDiffers || !strings.Contains(p.Why, "counter of the settings") {
		t.Fatalf("got %v", err)
	}
	if state.Changed() || b.facts(t).ADSync.Claim.Value != nil {
		t.Error("something was changed")
	}
	state = b.press(t, setup.PreviousPressed{})
	if state.Page != setup.PageCheck || state.Plan != nil {
		t.Fatalf("page %s", state.Page)
	}
	for _, e := range []setup.Event{setup.NextPressed{}, setup.NextPressed{}, setup.NextPressed{}, setup.NextPressed{}} {
		state = b.press(t, e)
	}
	if state.Page != setup.PageComplete {
		t.Errorf("with a new plan: page %s, %+v", state.Page, state.Install.Outcome)
	}
}

func TestInstall_anotherInstallationAtTheSameTime(t *testing.T) {
	b := open(t, "healthy")
	other, err := b.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	foreign := plan.Claim{After: facts.Claim{Server: "SYNC09", Installation: strings.Repeat("9", 32), Version: "1", At: time.Now().UTC()}}
	var release func(context.Context) error
	b.hooks["claim running"] = func() {
		if release, err = adsync.Claim(t.Context(), other, foreign); err != nil {
			t.Error(err)
		}
	}
	_, err = b.install(t)
	if p := problem.As(err); p == nil || p.Code != adsync.CodeLocked {
		t.Fatalf("got %v", err)
	}
	state := b.press(t, setup.UndoPressed{})
	if o := state.Install.Outcome; o.Ending != apply.TakenBack {
		t.Errorf("there was nothing to take back, and undo says %+v", o)
	}
	if c := b.facts(t).ADSync.Claim.Value; c == nil || c.Server != "SYNC09" {
		t.Errorf("the other's claim is gone: %+v", c)
	}
	if err := release(t.Context()); err != nil {
		t.Error(err)
	}
	_ = other.Close()
}

func TestInstall_undoLeavesWhatOthersChanged(t *testing.T) {
	b := open(t, "healthy")
	if _, err := b.install(t); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET keyset_id = 4711"); err != nil {
		t.Fatal(err)
	}
	state := b.press(t, setup.UndoPressed{})
	o := state.Install.Outcome
	if o.Ending != apply.PartLeft || len(o.Left) != 1 || !strings.Contains(o.Left[0], "key set id") {
		t.Fatalf("undo %+v", o)
	}
	if set := b.facts(t); set.ADSync.Server.KeysetID.Value != 4711 || set.ADSync.Claim.Value != nil {
		t.Error("what somebody else changed was overwritten, or the claim stayed")
	}
}

// TestInstall_reportThatCannotBeWritten leaves everything installed, says so, and
// goes on when there is room again.
func TestInstall_reportThatCannotBeWritten(t *testing.T) {
	b := open(t, "healthy")
	dir := install.ReportDir(b.dir)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	state, err := b.install(t)
	if err == nil || state.Install.Outcome.Ending != apply.Broken || len(state.Install.Outcome.Reports) != 0 {
		t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	checkInstalled(t, b, b.press(t, setup.RetryPressed{}))
}
