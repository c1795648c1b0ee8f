package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// start runs an effect in a goroutine of its own. The caller holds the lock;
// site and secrets are those of this moment.
func (s *Session) start(effect Effect) {
	site, secrets := s.site, maps.Clone(s.secrets)
	switch e := effect.(type) {
	case SignOutTenant:
		if site.Cloud != nil {
			// At once: it must not be a sign-in that follows that is dropped.
			failed := outcome(0, func() (Event, error) { site.Cloud.SignOut(); return nil, nil })
			if failed != nil {
				s.work.Go(func() { s.Dispatch(failed) })
			}
		}
	case StopInstall:
		if r := s.running[e.Token]; r != nil {
			r.stopNow()
		}
	case FindInstances:
		s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
			list, err := site.Prober.Instances(ctx, e.Host)
			return InstancesFound{Token: e.Token, Instances: list}, err
		})
	case ListDatabases:
		s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
			list, err := site.Prober.Databases(ctx, e.SQL, secrets[answers.SecretSQL])
			return DatabasesFound{Token: e.Token, Databases: list}, err
		})
	case Inspect:
		s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
			set, err := site.Prober.Inspect(ctx, e.Answers, secrets[answers.SecretSQL], s.sayer(e.Token))
			return Inspected{Token: e.Token, Facts: set, Problem: problem.From(err)}, nil
		})
	case SignInTenant:
		s.startSignIn(e, site, secrets[answers.SecretEntra])
	case VerifyForest:
		s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
			a, err := site.Directory.Verify(ctx, ForestRequest{
				Answer: e.Answer, Password: secrets[answers.SecretForest(e.Answer.Forest)],
				GrantPassword: secrets[answers.SecretGrant(e.Answer.Forest)],
				Connector:     e.Connector, Features: e.Features,
			}, s.sayer(e.Token))
			return ForestVerified{Token: e.Token, Forest: e.Answer.Forest, Account: a, Problem: problem.From(err)}, nil
		})
	case RunInstall:
		s.run(e.Token, true, func(ctx context.Context, r *running) (Event, error) {
			job := s.job(e.Plan, e.Answers, secrets)
			job.From, job.Presses = e.From, s.pressesOf(r)
			o := site.Installer.Install(ctx, job, r.stop, s.stepper(e.Token))
			s.tellEnded(site, e.Plan, o)
			return InstallEnded{Token: e.Token, Outcome: o}, nil
		})
	case RunUndo:
		s.run(e.Token, true, func(ctx context.Context, _ *running) (Event, error) {
			o := site.Installer.Undo(ctx, s.job(e.Plan, e.Answers, secrets), s.stepper(e.Token))
			s.tellEnded(site, e.Plan, o)
			return InstallEnded{Token: e.Token, Outcome: o}, nil
		})
	case SaveRecord, SaveBundle, SaveLog:
		s.startSave(e)
	case afterEffect:
		e.start(s, site, secrets)
	}
}

// startSignIn signs in to the tenant and feeds the prompts back on the way.
func (s *Session) startSignIn(e SignInTenant, site Site, password secret.Value) {
	s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
		tenant, err := site.Cloud.SignIn(ctx, CloudRequest{Answer: e.Answer, Tenant: e.Tenant, Secret: password},
			func(p Prompt) { s.Dispatch(EntraPrompted{Token: e.Token, Prompt: p}) })
		return EntraSignedIn{Token: e.Token, Tenant: tenant}, err
	})
}

// run starts work under a token and feeds its outcome back: the event, or its
// error as TaskFailed. keep is for Install and undo, which are asked to stop and
// never cancelled by the state. The work outlives whoever dispatched the event:
// its context is that of the session.
func (s *Session) run(token int, keep bool, work func(context.Context, *running) (Event, error)) {
	ctx, cancel := s.child()
	r := &running{cancel: cancel, stop: make(chan struct{}), presses: make(chan HandOverPress, 1), keep: keep}
	s.running[token] = r
	s.work.Go(func() {
		defer s.forget(token, cancel)
		s.Dispatch(outcome(token, func() (Event, error) { return work(ctx, r) }))
	})
}

// outcome runs work and makes an event of whatever comes out of it, a panic
// included: a fault of one part must not take the journal's keeper down.
func outcome(token int, work func() (Event, error)) (e Event) {
	defer func() {
		if v := recover(); v != nil {
			e = TaskFailed{Token: token, Problem: panicProblem(v)}
		}
	}()
	e, err := work()
	if err != nil {
		return TaskFailed{Token: token, Problem: problem.From(err)}
	}
	return e
}

// panicProblem puts a panic into words. The value of a panic that is not the Go
// run time's own may hold anything, a secret too, so that only its type is told.
func panicProblem(v any) *problem.Problem {
	text := fmt.Sprintf("panic with a value of type %T", v)
	if err, ok := v.(runtime.Error); ok {
		text = err.Error()
	}
	return &problem.Problem{
		Code: CodePanic, What: "The program has a fault and could not finish this.",
		Why:    "It is not something that you did.",
		Fix:    "Try again. If it happens again, report it with the details below.",
		Detail: text + "\n" + string(debug.Stack()),
	}
}

func (s *Session) forget(token int, cancel context.CancelFunc) {
	cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, token)
}

// sayer gives what an effect calls to say what it is doing.
func (s *Session) sayer(token int) func(string) {
	return func(text string) { s.Dispatch(Progressed{Token: token, Text: text}) }
}

// stepper gives what Install calls about its steps.
func (s *Session) stepper(token int) func(apply.Progress) {
	return func(p apply.Progress) { s.Dispatch(StepProgressed{Token: token, Progress: p}) }
}

// job makes the job of an installation.
func (s *Session) job(p plan.Plan, a answers.Answers, secrets map[string]secret.Value) Job {
	return Job{
		Plan: p, Answers: a, Secrets: secrets, Known: s.known(),
		Report: func(o apply.Outcome) report.Record {
			state := s.State()
			state.Now = s.p.Clock().UTC()
			state.Install.Outcome = &o
			state.Tasks = state.tasks()
			return Record(state)
		},
	}
}

func (e OpenSite) start(s *Session, _ Site, _ map[string]secret.Value) { s.openSite(e) }

// openSite opens another site and changes over to it when it is still wanted.
func (s *Session) openSite(e OpenSite) {
	s.run(e.Token, false, func(ctx context.Context, _ *running) (Event, error) {
		site, err := s.siteFor(ctx, e.Scenario)
		if err != nil {
			return nil, err
		}
		secrets := maps.Clone(site.Secrets)
		if secrets == nil {
			secrets = map[string]secret.Value{}
		}
		opened := PracticeOpened{
			Token: e.Token, Practice: site.Practice, Answers: site.Answers.Clone(),
			Computer: site.Computer, CurrentUser: site.CurrentUser, Given: givenBy(secrets), Found: find(site), Staging: findSwitch(site),
		}
		var old Site
		taken := s.apply(opened, func() { old, s.site, s.secrets = s.site, site, secrets })
		if !taken {
			old = site // nobody wants it any more
		} else {
			s.p.OnChange()
		}
		return nil, errors.Join(s.reader.close(), closeSite(old))
	})
}

// siteFor opens the practice site of a scenario, or the real site.
func (s *Session) siteFor(ctx context.Context, scenario string) (Site, error) {
	switch {
	case scenario == "" && s.p.RealSite != nil:
		return s.p.RealSite(), nil
	case scenario != "" && s.p.OpenPractice != nil:
		return s.p.OpenPractice(ctx, scenario)
	}
	return Site{}, &problem.Problem{
		Code: CodeSite, What: "This site can't be opened here.", Fix: "Start the program again without practice, or with it.",
	}
}

// render writes a record in the form that the file's name asks for.
func render(path string, r report.Record) ([]byte, error) {
	var b bytes.Buffer
	var err error
	if strings.EqualFold(filepath.Ext(path), ".json") {
		err = report.JSON(&b, r)
	} else {
		err = report.HTML(&b, r)
	}
	return b.Bytes(), err
}
