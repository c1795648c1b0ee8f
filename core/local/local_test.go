package local_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/local"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

const folder = `C:\ProgramData\ADSync Reconnect`

const typed = "Service-1!"

// server is a plan for the healthy computer: the service runs, gets a domain account
// and another database; one of the groups is there already.
func server(t *testing.T, engine bool) (plan.ThisServer, *standin.Computer) {
	t.Helper()
	set := factstest.Set()
	c := &set.Computer
	c.Service.Value.State = "running"
	if !engine {
		c.Service = factstest.Known(facts.SyncService{})
	}
	c.Groups = factstest.Known([]facts.LocalGroup{{Name: "ADSyncOperators", SID: "S-1-5-21-1-2-3-1001"}})
	a := answers.Answers{
		Forests: []answers.Forest{
			{Forest: "contoso.local", Option: answers.CreateAccount, User: `CONTOSO\ea`},
			{Forest: "fabrikam.local", Option: answers.CreateAccount, User: `FABRIKAM\ea`},
		},
		Components: answers.Components{
			ServiceAccount: answers.ServiceAccount{Kind: answers.AccountDomain, Name: "svc-sync@contoso.local"},
			Groups:         answers.Groups{Browse: "Sync Browsers"},
		},
	}
	p, err := plan.Build(plan.Input{
		Answers: a, Facts: set, Tenant: factstest.Tenant(),
		Forests:      []facts.ForestAccount{factstest.ForestAccount("contoso.local", "CONTOSO"), factstest.ForestAccount("fabrikam.local", "FABRIKAM")},
		Installation: "0123456789abcdef0123456789abcdef", Keyset: 42, Entropy: "11111111-2222-4333-8444-555555555555",
		Now: factstest.Now(), Program: "1.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	w := standin.New(*c)
	w.Passwords = map[string]string{`contoso\svc-sync`: typed}
	return *p.Computer, w
}

func world(t *testing.T, w *standin.Computer) string {
	t.Helper()
	text, err := w.World()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func quiet(string)                     {}
func quietly(string, int, int)         {}
func password() secret.Value           { return secret.New(typed) }
func everything(c local.Computer) both { return both{c} }

// both is groups and server in one, as Install does them.
type both struct{ c local.Computer }

// before is how the server was and what was made, as the journal keeps it.
type before struct {
	server local.ServerBefore
	marks  map[string]bool
}

func (b *before) ours() *local.Ours {
	return local.NewOurs(b.marks, func(m map[string]bool) error { b.marks = m; return nil })
}

func (b both) look(t *testing.T, s plan.ThisServer) *before {
	t.Helper()
	v, err := b.c.LookServer(t.Context(), s, folder)
	if err != nil {
		t.Fatal(err)
	}
	return &before{server: v}
}

func (b both) do(t *testing.T, s plan.ThisServer, was *before) error {
	t.Helper()
	if err := b.c.MakeGroups(t.Context(), s, was.ours(), quietly); err != nil {
		return err
	}
	return b.c.SetServer(t.Context(), s, folder, was.ours(), password(), quiet)
}

// undo goes on past an error, as the engine does.
func (b both) undo(t *testing.T, s plan.ThisServer, was *before) error {
	t.Helper()
	err := b.c.RestoreServer(t.Context(), s, folder, was.server, was.ours(), quiet)
	return errors.Join(err, b.c.DropGroups(t.Context(), s, was.ours()))
}

func TestServer_wholeAndBack(t *testing.T) {
	for _, engine := range []bool{true, false} {
		s, w := server(t, engine)
		start := world(t, w)
		b := everything(w.Local())
		was := b.look(t, s)
		if err := b.do(t, s, was); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Local().Differs(t.Context(), s); err != nil || got != "" {
			t.Errorf("engine %t: %q, %v", engine, got, err)
		}
		ids, err := w.Local().GroupIDs(t.Context(), s)
		if err != nil || len(ids) != 4 || ids["operators_sid"] != "S-1-5-21-1-2-3-1001" || ids["browse_sid"] == "" {
			t.Errorf("ids = %v, %v", ids, err)
		}
		done := world(t, w)
		for _, text := range []string{"sync browsers", "ADSync Reconnect", "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", `CONTOSO\\ea`, `contoso\\svc-sync`} {
			if !strings.Contains(strings.ToLower(done), strings.ToLower(text)) {
				t.Errorf("engine %t: %s is not there: %s", engine, text, done)
			}
		}
		if v, err := w.Service(t.Context(), "ADSync"); engine && (err != nil || v.Account != `CONTOSO\svc-sync` || !v.Running()) {
			t.Errorf("service %+v, %v", v, err)
		}
		if err := b.undo(t, s, was); err != nil {
			t.Fatal(err)
		}
		if end := world(t, w); end != start {
			t.Errorf("engine %t: undo left\n%s\nwant\n%s", engine, end, start)
		}
	}
}

var errBroken = errors.New("it broke")

// Whichever change fails, before or after it took effect: going on completes, and
// undo puts everything back.
func TestServer_failureOfEveryCall(t *testing.T) {
	s, w := server(t, true)
	calls := 0
	w.Fault = func(call string, after bool) error {
		if !after && !ofMenu(call) {
			calls++
		}
		return nil
	}
	b := everything(w.Local())
	start := world(t, w)
	was := b.look(t, s)
	if err := b.do(t, s, was); err != nil {
		t.Fatal(err)
	}
	done := world(t, w)
	if calls < 12 {
		t.Fatalf("only %d changes", calls)
	}
	for n := 1; n <= calls; n++ {
		for _, after := range []bool{false, true} {
			for _, undo := range []bool{false, true} {
				t.Run(fmt.Sprintf("call %d after %t undo %t", n, after, undo), func(t *testing.T) {
					failure(t, n, after, undo, start, done)
				})
			}
		}
	}
}

// ofMenu tells of the calls over which Install does not fail.
func ofMenu(call string) bool { return strings.HasPrefix(call, "Menu") }

func failure(t *testing.T, n int, after, undo bool, start, done string) {
	t.Helper()
	s, w := server(t, true)
	b := everything(w.Local())
	was := b.look(t, s)
	count := 0
	w.Fault = func(call string, now bool) error {
		if ofMenu(call) {
			return nil
		}
		if !now {
			count++
		}
		if count == n && now == after {
			return errBroken
		}
		return nil
	}
	err := b.do(t, s, was)
	if !errors.Is(err, errBroken) || problem.As(err) == nil || problem.As(err).Fix == "" {
		t.Fatalf("the failure is told as %v", err)
	}
	w.Fault = nil
	want := done
	if undo {
		want, err = start, b.undo(t, s, was)
	} else {
		err = b.do(t, s, was)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := world(t, w); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Undo that fails half-way can be done again.
func TestServer_undoFailsAtEveryCall(t *testing.T) {
	for n := 1; n < 40; n++ {
		s, w := server(t, true)
		b := everything(w.Local())
		start := world(t, w)
		was := b.look(t, s)
		if err := b.do(t, s, was); err != nil {
			t.Fatal(err)
		}
		count := 0
		w.Fault = func(_ string, after bool) error {
			if !after {
				count++
			}
			if count == n {
				return errBroken
			}
			return nil
		}
		err := b.undo(t, s, was)
		w.Fault = nil
		if err == nil {
			if n < 8 {
				t.Errorf("undo made only %d changes", n-1)
			}
			return
		}
		if err := b.undo(t, s, was); err != nil {
			t.Fatalf("call %d: %v", n, err)
		}
		if got := world(t, w); got != start {
			t.Errorf("call %d: left\n%s\nwant\n%s", n, got, start)
		}
	}
	t.Error("undo never ended")
}

func TestServer_whatStartingRefuses(t *testing.T) {
	s, w := server(t, true)
	was := everything(w.Local()).look(t, s)
	err := w.Local().SetServer(t.Context(), s, folder, was.ours(), secret.New("wrong"), quiet)
	if p := problem.As(err); p == nil || p.Code != local.CodeStart || !strings.Contains(p.Why, "7038") || !strings.Contains(p.Fix, "Get-WinEvent") {
		t.Errorf("a wrong password: %v", err)
	}
	if problem.As(err).Field != answers.FieldSvcAccount {
		t.Errorf("the password is not asked for again: %+v", err)
	}
	if strings.Contains(fmt.Sprint(err), "wrong") {
		t.Errorf("the password stands in %v", err)
	}
	err = w.Local().SetServer(t.Context(), s, folder, was.ours(), secret.Value{}, quiet)
	if p := problem.As(err); p == nil || p.Code != local.CodeSecret {
		t.Errorf("no password: %v", err)
	}
}
