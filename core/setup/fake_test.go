package setup

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const canary = "C4nary-5ecret"

// fake is a site whose every answer the test can hold back and choose.
type fake struct {
	mu      sync.Mutex
	hold    map[string]chan struct{} // a call of this name waits for it, or for its context
	fails   map[string]error
	panics  map[string]any
	seen    []string
	set     facts.Set
	tenant  facts.Tenant
	endings []apply.Ending // of the calls of Install, in order; then Completed
	jobs    []Job
	closed  int
}

func newFake() *fake {
	return &fake{
		hold: map[string]chan struct{}{}, fails: map[string]error{}, panics: map[string]any{},
		set: factstest.Set(), tenant: factstest.Tenant(),
	}
}

// call is what every call of the site goes through.
func (f *fake) call(ctx context.Context, name string) error {
	f.mu.Lock()
	f.seen = append(f.seen, name)
	hold, err, p := f.hold[name], f.fails[name], f.panics[name]
	f.mu.Unlock()
	if p != nil {
		panic(p)
	}
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// block makes calls of a name wait; the function it gives lets them go on.
func (f *fake) block(name string) func() {
	ch := make(chan struct{})
	f.mu.Lock()
	f.hold[name] = ch
	f.mu.Unlock()
	return sync.OnceFunc(func() {
		f.mu.Lock()
		delete(f.hold, name)
		f.mu.Unlock()
		close(ch)
	})
}

func (f *fake) calls(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, s := range f.seen {
		if s == name {
			n++
		}
	}
	return n
}

func (f *fake) Instances(ctx context.Context, host string) ([]facts.Instance, error) {
	return []facts.Instance{{Server: host, Name: "HYBRID"}}, f.call(ctx, "instances")
}

func (f *fake) Databases(ctx context.Context, _ answers.SQL, _ secret.Value) ([]facts.DatabaseInfo, error) {
	return []facts.DatabaseInfo{{Name: "ADSync"}}, f.call(ctx, "databases")
}

func (f *fake) Inspect(ctx context.Context, _ answers.Answers, password secret.Value, say func(string)) (facts.Set, error) {
	say("reading")
	err := f.call(ctx, "inspect")
	if err == nil && !password.Same(secret.New(canary)) {
		panic("the password did not arrive")
	}
	return f.set, err
}

func (f *fake) Verify(ctx context.Context, r ForestRequest, _ func(string)) (facts.ForestAccount, error) {
	err := f.call(ctx, "forest")
	if err == nil && r.Password.IsEmpty() {
		panic("the password did not arrive")
	}
	netbios := map[string]string{"contoso.local": "CONTOSO", "fabrikam.local": "FABRIKAM"}[r.Answer.Forest]
	return factstest.ForestAccount(r.Answer.Forest, netbios), err
}

func (f *fake) SignIn(ctx context.Context, _ CloudRequest, prompt func(Prompt)) (facts.Tenant, error) {
	prompt(Prompt{Text: "Sign in.", Code: "ABC"})
	return f.tenant, f.call(ctx, "entra")
}

func (f *fake) SignOut() { _ = f.call(context.Background(), "signout") }

func (f *fake) Install(ctx context.Context, job Job, stop <-chan struct{}, say func(apply.Progress)) apply.Outcome {
	f.mu.Lock()
	f.jobs = append(f.jobs, job)
	ending := apply.Completed
	if len(f.endings) > 0 {
		ending, f.endings = f.endings[0], f.endings[1:]
	}
	f.mu.Unlock()
	o := apply.Outcome{Ending: ending, Started: factstest.Now()}
	for i, s := range job.Plan.Steps {
		p := apply.Progress{Step: s.ID, State: apply.Running}
		say(p)
		if i == 1 {
			_ = f.call(ctx, "install")
		}
		p.State = apply.Done
		if ending == apply.Broken && i == 2 {
			p.State = apply.Failed
		}
		say(p)
		o.Steps = append(o.Steps, p)
		select {
		case <-stop:
			o.Ending = apply.Stopped
			return o
		default:
		}
		if p.State == apply.Failed {
			return o
		}
	}
	return o
}

func (f *fake) Undo(ctx context.Context, job Job, say func(apply.Progress)) apply.Outcome {
	_ = f.call(ctx, "undo")
	o := apply.Outcome{Ending: apply.TakenBack}
	for _, s := range job.Plan.Steps {
		p := apply.Progress{Step: s.ID, State: apply.Undone}
		say(p)
		o.Steps = append(o.Steps, p)
	}
	return o
}

// fakeAnswers are complete: what is left to do is pressing the buttons.
func fakeAnswers() answers.Answers {
	return answers.Answers{
		SQL:         answers.SQL{Server: `SQL01\HYBRID`, SignIn: answers.SignInSQL, User: "setup"},
		Entra:       answers.Entra{User: "admin@contoso.onmicrosoft.com"},
		Acknowledge: answers.Acknowledge{Licence: true},
		Forests: []answers.Forest{
			{Forest: "contoso.local", Option: answers.CreateAccount, User: `CONTOSO\ea`},
			{Forest: "fabrikam.local", Option: answers.CreateAccount, User: `FABRIKAM\ea`},
		},
	}
}

func (f *fake) site() Site {
	return Site{
		Prober: f, Directory: f, Cloud: f, Installer: f, Computer: "SYNC02", Answers: fakeAnswers(),
		Secrets: map[string]secret.Value{
			answers.SecretSQL:                      secret.New(canary),
			answers.SecretForest("contoso.local"):  secret.New(canary),
			answers.SecretForest("fabrikam.local"): secret.New(canary),
		},
		Close: func() error { f.mu.Lock(); defer f.mu.Unlock(); f.closed++; return nil },
	}
}

func newTestSession(t *testing.T, f *fake, change func(*Params)) *Session {
	t.Helper()
	p := Params{Site: f.site(), Clock: factstest.Now, Program: "1.2.3"}
	if change != nil {
		change(&p)
	}
	s := NewSession(p)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// settle waits until the session is idle.
func settle(t *testing.T, s *Session) State {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Wait(ctx); err != nil {
		t.Fatalf("the session stays busy with %+v", s.State().Busy)
	}
	return s.State()
}

// press dispatches events, each after the session has settled.
func press(t *testing.T, s *Session, events ...Event) State {
	t.Helper()
	for _, e := range events {
		s.Dispatch(e)
		settle(t, s)
	}
	return s.State()
}

// toPage walks a session with complete answers to a page before Install.
func toPage(t *testing.T, s *Session, p Page) State {
	t.Helper()
	press(t, s, LicenceToggled{On: true})
	for range Pages() {
		state := s.State()
		if state.Page == p {
			return state
		}
		switch state.Page {
		case PageEntra:
			press(t, s, EntraPressed{})
		case PageDirectories:
			for _, f := range state.Forests {
				press(t, s, ForestGiven{Forest: state.ForestAnswer(f.Name)})
			}
		default: // nothing to give
		}
		press(t, s, NextPressed{})
	}
	state := s.State()
	_, why := state.CanNext()
	t.Fatalf("stuck on %s instead of %s: %q, problems %v, findings %+v", state.Page, p, why, state.Problems, state.Findings)
	return State{}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
