package setup

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// withService is an installation that was broken off before the step of kind and
// gives the service a domain account.
func withService(t *testing.T, kind plan.Kind) *apply.Unfinished {
	t.Helper()
	u := left(t, kind)
	u.Begin.Plan.Computer = &plan.ThisServer{Service: &plan.ServiceWrite{AccountAfter: `CONTOSO\svc`, NeedsPassword: true}}
	server := plan.Step{ID: string(plan.KindServer), Kind: plan.KindServer}
	if !slices.ContainsFunc(u.Begin.Plan.Steps, func(s plan.Step) bool { return s.Kind == plan.KindServer }) {
		u.Begin.Plan.Steps = append(u.Begin.Plan.Steps, server)
	}
	return u
}

func hasNeed(s State, key string) bool {
	return slices.ContainsFunc(s.Needs(), func(n Need) bool { return n.Key == key && n.User != "" })
}

// The password of the service's new account is asked for as long as the account is
// not set, and never to take the installation back.
func TestFound_servicePassword(t *testing.T) {
	for name, c := range map[string]struct {
		e    Event
		done bool
		want bool
	}{
		"to go on":             {ResumePressed{}, false, true},
		"the account is there": {ResumePressed{}, true, false},
		"to take back":         {UndoFoundPressed{}, false, false},
	} {
		u := withService(t, plan.KindSecrets)
		if c.done {
			u.Steps[string(plan.KindServer)] = apply.RecordDone
		}
		s, f := found(t, u, true)
		state := press(t, s, c.e)
		if got := hasNeed(state, answers.SecretService); got != c.want || len(f.seen) != 0 {
			t.Errorf("%s: asked %t, needs %+v", name, got, state.Needs())
		}
		state = press(t, s, PasswordsGiven{Passwords: map[string]secret.Value{answers.SecretService: secret.New(canary)}})
		if hasNeed(state, answers.SecretService) {
			t.Errorf("%s: asked again though it was given", name)
		}
	}
}

// A wrong one shows when Windows starts the service: it is asked for again in the run
// that began the installation too, and nothing else is.
func TestInstall_wrongServicePassword(t *testing.T) {
	u := withService(t, plan.KindReport)
	var k Known
	if err := json.Unmarshal(u.Begin.Known, &k); err != nil {
		t.Fatal(err)
	}
	s := State{Page: PageInstalling, Plan: &u.Begin.Plan, Answers: k.Answers, Entra: k.Entra, Given: Given{
		SQL: true, Service: true, Forests: map[string]bool{"contoso.local": true, "fabrikam.local": true},
	}}
	for _, step := range u.Begin.Plan.Steps {
		s.Install.Steps = append(s.Install.Steps, apply.Progress{Step: step.ID})
	}
	s = s.installEnded(apply.Outcome{Ending: apply.Broken, Problem: &problem.Problem{Field: answers.FieldSvcAccount}})
	if needs := s.Needs(); len(needs) != 1 || needs[0].Key != answers.SecretService {
		t.Fatalf("needs %+v", needs)
	}
	next, effect := s.retry()
	if effect != nil || !next.Reopened.Asking {
		t.Errorf("it goes on without the password: %T", effect)
	}
	next, effect = Reduce(next, PasswordsGiven{Passwords: map[string]secret.Value{answers.SecretService: secret.New("x")}})
	if _, runs := effect.(RunInstall); !runs {
		t.Errorf("it does not go on: %T, %+v", effect, next.Reopened)
	}
}
