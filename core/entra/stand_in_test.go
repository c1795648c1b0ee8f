package entra_test

import (
	"context"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

const database = "contoso.onmicrosoft.com"

// standIn starts a tenant and a client that reaches it, with a browser that a
// pretend person sits at. No pause is really waited for.
func standIn(t *testing.T, o tenant.Options, change ...func(*entra.Params)) (*tenant.Server, *entra.Client) {
	t.Helper()
	s, err := tenant.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	ctx := t.Context()
	p := entra.Params{
		Trust: s.Trust(), Dial: s.Dial, Client: tenant.OwnClient,
		OpenURL: func(address string) error {
			s.Browse(ctx, address, "admin@"+database, nil)
			return nil
		},
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	for _, f := range change {
		f(&p)
	}
	c := entra.New(p)
	t.Cleanup(c.SignOut)
	return s, c
}

func signIn(t *testing.T, c *entra.Client, a answers.Entra) (facts.Tenant, []setup.Prompt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var prompts []setup.Prompt
	got, err := c.SignIn(ctx, setup.CloudRequest{Answer: a, Tenant: database}, func(p setup.Prompt) { prompts = append(prompts, p) })
	return got, prompts, err
}

func mustSignIn(t *testing.T, c *entra.Client, a answers.Entra) facts.Tenant {
	t.Helper()
	got, _, err := signIn(t, c, a)
	if err != nil {
		t.Fatal(text(err))
	}
	return got
}

// text gives all that a problem says.
func text(err error) string {
	if p := problem.As(err); p != nil {
		return p.Text()
	}
	return err.Error()
}

func problemOf(t *testing.T, err error, code problem.Code) *problem.Problem {
	t.Helper()
	p := problem.As(err)
	if p == nil {
		t.Fatalf("got %v, want a problem %s", err, code)
	}
	if p.Code != code {
		t.Fatalf("code %s, want %s:\n%s", p.Code, code, p.Text())
	}
	if p.What == "" || p.Fix == "" {
		t.Errorf("a problem needs What and Fix: %s", p.Text())
	}
	return p
}

func wantCode(t *testing.T, err error, code problem.Code) {
	t.Helper()
	_ = problemOf(t, err, code)
}
