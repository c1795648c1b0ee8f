package install_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

func handingOver(s *setup.Site) { s.Answers.Options.HandOver = true }

func kinds(p plan.Plan) (out []plan.Kind) {
	for _, s := range p.Steps {
		out = append(out, s.Kind)
	}
	return out
}

// until waits until the state is as wanted.
func (b *bench) until(t *testing.T, what string, is func(setup.State) bool) setup.State {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		if s := b.s.State(); is(s) {
			return s
		}
		select {
		case <-deadline:
			t.Fatalf("%s does not come: %+v", what, b.s.State().Install)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ready goes to Ready to configure as a person does.
func (b *bench) ready(t *testing.T) setup.State {
	t.Helper()
	b.press(t, setup.LicenceToggled{On: true})
	b.press(t, setup.NextPressed{})
	b.press(t, setup.NextPressed{})
	b.press(t, setup.NextPressed{})
	b.press(t, setup.EntraPressed{})
	state := b.press(t, setup.NextPressed{})
	for _, f := range state.Forests {
		b.press(t, setup.ForestGiven{Forest: state.ForestAnswer(f.Name), Password: b.site.Secrets[answers.SecretForest(f.Name)]})
	}
	state = b.press(t, setup.NextPressed{})
	if state.Page != setup.PageReady || state.Plan == nil {
		t.Fatalf("page %s, %v", state.Page, state.Problems)
	}
	return state
}

func TestHandOver_wholeAndWhatUndoLeaves(t *testing.T) {
	b := open(t, "two-forests", handingOver)
	before := b.facts(t)
	state, err := b.install(t)
	if err != nil {
		t.Fatalf("page %s: %v\n%+v", state.Page, err, state.Install)
	}
	if got, want := kinds(*state.Plan), []plan.Kind{plan.KindRecheck, plan.KindClaim, plan.KindAccount, plan.KindAccount, plan.KindHandOver, plan.KindVerify, plan.KindReport}; !slices.Equal(got, want) {
		t.Fatalf("steps %v", got)
	}
	after := b.facts(t)
	if after.ADSync.Server.KeysetID.Value == before.ADSync.Server.KeysetID.Value || !after.ADSync.On(facts.SettingStagingMode) {
		t.Errorf("key set %d, staging %t", after.ADSync.Server.KeysetID.Value, after.ADSync.On(facts.SettingStagingMode))
	}
	if claim := after.ADSync.Claim.Value; claim == nil || claim.Installation != state.Plan.ID {
		t.Errorf("claim %+v", claim)
	}
	vault, err := secret.OpenVault(install.VaultDir(b.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := vault.Names(); err != nil || len(names) != 0 {
		t.Errorf("the vault still holds %v (%v)", names, err)
	}
	seen := state.Install.Outcome.Steps[4].Seen
	if seen == nil || !seen.Over() || !seen.Done(handover.StepFinished) || !strings.Contains(seen.File, "trace-") {
		t.Errorf("seen %+v", seen)
	}
	for _, task := range state.Tasks {
		if text := task.Title + task.Text + strings.Join(task.Steps, ""); strings.Contains(text, "asks  for") || strings.Contains(text, "exclude .") {
			t.Errorf("the task %s speaks of an identity without a name: %s", task.ID, text)
		}
	}
	state = b.press(t, setup.UndoPressed{})
	o := state.Install.Outcome
	if o.Ending != apply.PartLeft || len(o.Left) != 1 || !strings.Contains(o.Left[0], "What Microsoft's setup did stays: Key set") {
		t.Fatalf("undo: %+v", o)
	}
	if set := b.facts(t); set.ADSync.Claim.Value != nil {
		t.Errorf("the claim is still there: %+v", set.ADSync.Claim.Value)
	}
	for _, a := range state.Plan.Accounts {
		admin := apply.Credential{User: a.Admin, Password: b.site.Secrets[answers.SecretForest(a.Forest)]}
		if there, err := b.site.Directory.(apply.Directory).HasAccount(t.Context(), a, admin); a.Option != answers.ExistingAccount && (err != nil || there) {
			t.Errorf("the account %s is there: %v, %v", a.User, there, err)
		}
	}
}

// Nobody is there to press anything: a failure of the setup ends the run with its
// fix, and going on starts the setup again.
func TestHandOver_aloneEndsWithTheFailure(t *testing.T) {
	b := open(t, "setup-fails")
	for _, want := range []problem.Code{handover.CodeTLS, handover.CodeAlter} {
		var state setup.State
		var err error
		if want == handover.CodeTLS {
			state, err = b.install(t)
		} else {
			state = b.press(t, setup.RetryPressed{})
			err = state.Install.Outcome.Problem
		}
		if p := problem.As(err); p == nil || p.Code != want || p.Fix == "" {
			t.Fatalf("%v, want %s\n%+v", err, want, state.Install)
		}
	}
	if state := b.press(t, setup.RetryPressed{}); state.Install.Outcome.Ending != apply.Completed {
		t.Fatalf("the third start: %+v", state.Install.Outcome)
	}
}

// A person sees the failures, says too early that it is finished, and starts it again.
func TestHandOver_watchedByAPerson(t *testing.T) {
	b := open(t, "setup-fails")
	b.ready(t)
	b.s.Dispatch(setup.NextPressed{})
	failed := func(c problem.Code) func(setup.State) bool {
		return func(s setup.State) bool {
			seen, ok := s.HandingOver()
			return ok && seen.Failed && !seen.Running && len(seen.Failures) == 1 && seen.Failures[0].Code == c
		}
	}
	b.until(t, "the first failure", failed(handover.CodeTLS))
	b.s.Dispatch(setup.HandOverPressed{Press: setup.HandOverFinished})
	b.until(t, "the answer that nothing has changed", func(s setup.State) bool {
		seen, _ := s.HandingOver()
		return seen.Said != nil && seen.Said.Code == install.CodeNotFinished
	})
	b.s.Dispatch(setup.HandOverPressed{Press: setup.HandOverAgain})
	b.until(t, "the second failure", failed(handover.CodeAlter))
	b.s.Dispatch(setup.HandOverPressed{Press: setup.HandOverAgain})
	state := b.until(t, "the end", func(s setup.State) bool { return s.Install.Outcome != nil })
	if state.Install.Outcome.Ending != apply.Completed || state.Page != setup.PageComplete {
		t.Fatalf("%+v", state.Install.Outcome)
	}
}

// Stopped while the setup waits, the installation goes on with what the setup did
// meanwhile, without starting it again.
func TestHandOver_stoppedAndGoneOn(t *testing.T) {
	b := openWith(t, "two-forests", practice.Options{Pause: 150 * time.Millisecond}, handingOver)
	b.ready(t)
	b.s.Dispatch(setup.NextPressed{})
	b.until(t, "the setup at work", func(s setup.State) bool { seen, _ := s.HandingOver(); return seen.Done(handover.StepStarted) })
	state := b.press(t, setup.StopPressed{})
	if state.Install.Outcome.Ending != apply.Stopped {
		t.Fatalf("stopped: %+v", state.Install.Outcome)
	}
	state = b.press(t, setup.RetryPressed{})
	if state.Install.Outcome == nil || state.Install.Outcome.Ending != apply.Completed {
		t.Fatalf("gone on: %+v", state.Install.Outcome)
	}
	logs, err := handover.TraceFiles(b.dir + "/" + handover.TraceFolder)
	if err != nil || len(logs) != 1 {
		t.Errorf("the setup was started %d times (%v)", len(logs), err)
	}
}

// board is a clipboard.
type board struct {
	mu   sync.Mutex
	text string
}

func (b *board) Content() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text
}

func (b *board) SetContent(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = text
}

// The password of the account that was made is copied on demand, shows nowhere
// else, and is gone from the clipboard after its time unless something else is there.
func TestHandOver_copiesThePassword(t *testing.T) {
	b := open(t, "setup-fails")
	clip := &board{}
	b.session(t, func(p *setup.Params) { p.Clipboard, p.ClipboardLife = clip, 300*time.Millisecond })
	b.ready(t)
	b.s.Dispatch(setup.NextPressed{})
	b.until(t, "the failure", func(s setup.State) bool { seen, _ := s.HandingOver(); return seen.Failed && !seen.Running })
	b.s.Dispatch(setup.NewPasswordAsked{Forest: "CONTOSO.local"})
	state := b.until(t, "the copy", func(s setup.State) bool { return s.Install.Copied != nil })
	password := clip.Content()
	if state.Install.Copied.Problem != nil || len(password) < 12 {
		t.Fatalf("copied %+v, %d characters", state.Install.Copied, len(password))
	}
	text, err := json.Marshal(b.s.State())
	if err != nil || strings.Contains(string(text), password) {
		t.Errorf("the state holds the password (%v)", err)
	}
	b.until(t, "the end of its time", func(s setup.State) bool { return s.Install.Copied == nil })
	if clip.Content() != "" {
		t.Error("the password is still on the clipboard")
	}
	b.s.Dispatch(setup.NewPasswordAsked{Forest: "contoso.local"})
	b.until(t, "the second copy", func(s setup.State) bool { return s.Install.Copied != nil })
	clip.SetContent("something else")
	b.until(t, "the end of its time", func(s setup.State) bool { return s.Install.Copied == nil })
	if clip.Content() != "something else" {
		t.Errorf("the clipboard holds %q", clip.Content())
	}
	b.s.Dispatch(setup.NewPasswordAsked{Forest: "nowhere.local"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_ = b.s.Wait(ctx) // the installation waits for a press; nothing else may come
	if b.s.State().Install.Copied != nil {
		t.Error("a forest without a new account gives a password")
	}
}

// Whoever closes the program takes the password from the clipboard, however long it
// could have stayed there.
func TestHandOver_closingTakesThePasswordAway(t *testing.T) {
	b := open(t, "setup-fails")
	clip := &board{}
	p := setup.Params{Site: b.site, Program: "1.0", Clipboard: clip, ClipboardLife: time.Hour}
	p.Site.Close = nil // the first session closes the site
	b.s, b.first = setup.NewSession(p), b.s
	defer func() { b.s = b.first }()
	b.ready(t)
	b.s.Dispatch(setup.NextPressed{})
	b.until(t, "the failure", func(s setup.State) bool { seen, _ := s.HandingOver(); return seen.Failed && !seen.Running })
	b.s.Dispatch(setup.NewPasswordAsked{Forest: "contoso.local"})
	b.until(t, "the copy", func(s setup.State) bool { return s.Install.Copied != nil })
	if len(clip.Content()) < 12 {
		t.Fatalf("the clipboard holds %d characters", len(clip.Content()))
	}
	if err := b.s.Close(); err != nil {
		t.Fatal(err)
	}
	if clip.Content() != "" {
		t.Error("the password outlives the program on the clipboard")
	}
}
