package setup

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

func code(err error) problem.Code {
	if p := problem.As(err); p != nil {
		return p.Code
	}
	return ""
}

func TestRun_install(t *testing.T) {
	f := newFake()
	state, err := Run(t.Context(), newTestSession(t, f, nil), RunOptions{Install: true})
	if err != nil || state.Page != PageComplete || state.Install.Outcome.Ending != apply.Completed {
		t.Fatalf("page %s, %v", state.Page, err)
	}
	if f.calls("forest") != 2 || f.calls("inspect") != 1 {
		t.Errorf("calls %v", f.seen)
	}
}

func TestRun_check(t *testing.T) {
	boom := &problem.Problem{Code: "test.boom", What: "Boom."}
	for _, c := range []struct {
		name    string
		arrange func(*fake, *answers.Answers)
		calls   []string
		want    problem.Code
	}{
		{"an account is named", nil, []string{"inspect", "entra", "forest", "forest"}, ""},
		{"an application is named", func(_ *fake, a *answers.Answers) { a.Entra = answers.Entra{Client: "id"} }, []string{"inspect", "entra", "forest", "forest"}, ""},
		{"nobody is named", func(_ *fake, a *answers.Answers) { a.Entra, a.Forests = answers.Entra{}, nil }, []string{"inspect"}, ""},
		{"the database names no tenant", func(f *fake, _ *answers.Answers) { f.set.ADSync.Connectors = factstest.Unknown[[]facts.Connector]() }, []string{"inspect"}, ""},
		{"the sign-in fails", func(f *fake, _ *answers.Answers) { f.fails["entra"] = boom }, []string{"inspect", "entra", "forest", "forest"}, "test.boom"},
		{"a forest fails", func(f *fake, _ *answers.Answers) { f.fails["forest"] = boom }, []string{"inspect", "entra", "forest", "forest"}, "test.boom"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake()
			state, err := Run(t.Context(), newTestSession(t, f, func(p *Params) {
				p.Site.Answers.Acknowledge.Licence = false
				if c.arrange != nil {
					c.arrange(f, &p.Site.Answers)
				}
			}), RunOptions{})
			if code(err) != c.want {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if state.Facts == nil || len(state.Findings) == 0 {
				t.Fatalf("%d findings", len(state.Findings))
			}
			if !slices.Equal(f.seen, c.calls) {
				t.Errorf("a check called %v, want %v", f.seen, c.calls)
			}
			if signedIn := slices.Contains(c.calls, "entra") && state.Entra.Problem == nil; signedIn != (len(state.Entra.Findings) > 0) {
				t.Errorf("%d findings on the tenant", len(state.Entra.Findings))
			}
		})
	}
}

func TestRun_endsEarly(t *testing.T) {
	boom := &problem.Problem{Code: "test.boom", What: "Boom."}
	cases := []struct {
		name    string
		arrange func(*fake, *Params)
		want    problem.Code
		page    Page
	}{
		{"licence", func(_ *fake, p *Params) { p.Site.Answers.Acknowledge.Licence = false }, CodeLicence, PageWelcome},
		{"no server", func(_ *fake, p *Params) { p.Site.Answers.SQL.Server = "" }, CodeMissing, PageComponents},
		{"no password", func(_ *fake, p *Params) { delete(p.Site.Secrets, "sql") }, CodeMissing, PageComponents},
		{"not reached", func(f *fake, _ *Params) { f.fails["inspect"] = boom; f.set = facts.Set{} }, "test.boom", PageComponents},
		{"blocked", func(f *fake, _ *Params) { f.set.Database.ReadOnly.Value = true }, CodeBlocked, PageCheck},
		{"sign-in", func(f *fake, _ *Params) { f.fails["entra"] = boom }, "test.boom", PageEntra},
		{"no forest", func(_ *fake, p *Params) { p.Site.Answers.Forests = p.Site.Answers.Forests[:1] }, CodeForestAnswer, PageDirectories},
		{"forest", func(f *fake, _ *Params) { f.fails["forest"] = boom }, "test.boom", PageDirectories},
		{"forest without password", func(_ *fake, p *Params) { delete(p.Site.Secrets, "forest:contoso.local") }, CodePasswordMissing, PageDirectories},
		{"install", func(f *fake, _ *Params) { f.endings = []apply.Ending{apply.Broken} }, CodeStopped, PageInstalling},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFake()
			s := newTestSession(t, f, func(p *Params) { c.arrange(f, p) })
			state, err := Run(t.Context(), s, RunOptions{Install: true})
			if code(err) != c.want || state.Page != c.page {
				t.Errorf("page %s, error %v (%s)", state.Page, err, code(err))
			}
		})
	}
}

func TestRun_cancelled(t *testing.T) {
	f := newFake()
	defer f.block("entra")()
	s := newTestSession(t, f, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	state, err := Run(ctx, s, RunOptions{Install: true})
	if !errors.Is(err, context.DeadlineExceeded) || state.Busy != nil {
		t.Errorf("busy %+v, %v", state.Busy, err)
	}
}

func TestRun_cancelledInInstallStopsAfterTheStep(t *testing.T) {
	f := newFake()
	release := f.block("install")
	s := newTestSession(t, f, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for !s.State().Install.Running {
			time.Sleep(time.Millisecond)
		}
		cancel()
		for !s.State().Install.Stopping {
			time.Sleep(time.Millisecond)
		}
		release()
	}()
	state, err := Run(ctx, s, RunOptions{Install: true})
	if err == nil || state.Install.Outcome == nil || state.Install.Outcome.Ending != apply.Stopped {
		t.Errorf("outcome %+v, %v", state.Install.Outcome, err)
	}
}
