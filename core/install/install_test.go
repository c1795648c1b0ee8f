package install

import (
	"context"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// world is a directory and a tenant that can fail at any call, before or after
// it took effect.
type world struct {
	accounts   map[string]string // user -> password
	identities map[string]bool
	calls      int
	failAt     int  // the call that fails, from 1
	after      bool // it fails after it took effect
	made       int
}

var errWorld = &problem.Problem{Code: "test.world", What: "The world failed."}

func (w *world) do(effect func()) error {
	w.calls++
	fails := w.calls == w.failAt
	if !fails || w.after {
		effect()
	}
	if fails {
		return errWorld
	}
	return nil
}

func (w *world) CreateAccount(_ context.Context, a plan.Account, admin apply.Credential) (secret.Value, error) {
	if admin.Password.IsEmpty() || admin.User == "" {
		return secret.Value{}, errors.New("the admin's credential did not arrive")
	}
	w.made++
	password := strings.Repeat("p", w.made) + "-" + a.User
	err := w.do(func() { w.accounts[a.User] = password })
	if err != nil {
		return secret.Value{}, err
	}
	return secret.New(password), nil
}

func (w *world) RemoveAccount(_ context.Context, a plan.Account, _ apply.Credential) error {
	return w.do(func() { delete(w.accounts, a.User) })
}

func (w *world) HasAccount(_ context.Context, a plan.Account, _ apply.Credential) (bool, error) {
	err := w.do(func() {})
	return w.accounts[a.User] != "", err
}

func (w *world) CreateIdentity(_ context.Context, i plan.Identity, _ func(string)) (apply.IdentityCredential, error) {
	err := w.do(func() { w.identities[i.Name] = true })
	if err != nil {
		return apply.IdentityCredential{}, err
	}
	return apply.IdentityCredential{Login: i.Name, Secret: secret.FromBytes([]byte{0, 1, 0xff})}, nil
}

func (w *world) RemoveIdentity(_ context.Context, i plan.Identity) error {
	return w.do(func() { delete(w.identities, i.Name) })
}

func (w *world) HasIdentity(_ context.Context, i plan.Identity) (bool, error) {
	err := w.do(func() {})
	return w.identities[i.Name], err
}

func newWorld() *world { return &world{accounts: map[string]string{}, identities: map[string]bool{}} }

// testJob is a job for the healthy site: a new account in contoso.local, an
// existing one in fabrikam.local.
func testJob(t *testing.T) setup.Job {
	t.Helper()
	a := answers.Answers{Forests: []answers.Forest{
		{Forest: "contoso.local", Option: answers.CreateAccount, User: `CONTOSO\ea`},
		{Forest: "fabrikam.local", Option: answers.ExistingAccount, User: `FABRIKAM\svc`},
	}}
	existing := factstest.ForestAccount("fabrikam.local", "FABRIKAM")
	existing.User = `FABRIKAM\svc`
	for i := range existing.Rights {
		existing.Rights[i].State = facts.RightHas
	}
	p, err := plan.Build(plan.Input{
		Answers: a, Facts: factstest.Set(), Tenant: factstest.Tenant(),
		Forests:      []facts.ForestAccount{factstest.ForestAccount("contoso.local", "CONTOSO"), existing},
		Installation: "0123456789abcdef0123456789abcdef", Keyset: 42, Entropy: "11111111-2222-4333-8444-555555555555",
		Now: factstest.Now(), Program: "1.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	return setup.Job{Plan: p, Answers: a, Secrets: map[string]secret.Value{
		answers.SecretForest("contoso.local"):  secret.New("admin-password"),
		answers.SecretForest("fabrikam.local"): secret.New("typed-password"),
	}}
}

// run is one call of the installer, with the steps that need no database.
func run(t *testing.T, w *world, job setup.Job, dir string, undo bool) apply.Outcome {
	t.Helper()
	i := New(Params{Probe: &probe.Probe{Now: factstest.Now}, Directory: w, Cloud: w, DataDir: dir})
	return i.with(t.Context(), job, installs, func(_ *work, e *apply.Engine) apply.Outcome {
		steps := offline(job.Plan.Steps)
		if undo {
			return e.Undo(t.Context(), steps, nil)
		}
		return e.Run(t.Context(), steps, nil, nil)
	})
}

func offline(all []plan.Step) []plan.Step {
	var steps []plan.Step
	for _, s := range all {
		switch s.Kind {
		case plan.KindAccount, plan.KindIdentity, plan.KindSecrets:
			steps = append(steps, s)
		default: // needs a database
		}
	}
	return steps
}

func openVault(t *testing.T, dir string) *secret.Vault {
	t.Helper()
	v, err := secret.OpenVault(VaultDir(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// checkKept compares the vault with the world.
func checkKept(t *testing.T, w *world, job setup.Job, dir string) {
	t.Helper()
	v := openVault(t, dir)
	for _, c := range job.Plan.Writes.Connectors {
		got, err := v.Get(VaultConnector(c.ID))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case c.Kind == facts.KindEntra:
			if !strings.Contains(got.Reveal(), job.Plan.Identity.Name) {
				t.Error("the sync identity is not in the vault")
			}
		case c.AccountAfter.User == "svc":
			if got.Reveal() != "typed-password" {
				t.Error("the existing account's password is not in the vault")
			}
		case got.Reveal() != w.accounts[c.AccountAfter.User]:
			t.Errorf("the vault holds another password for %s than the directory", c.AccountAfter.User)
		}
	}
	key, err := v.Get(VaultKeyset(42))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := adsync.KeyFromVault(key.Bytes()); err != nil {
		t.Error(err)
	}
}

func TestSteps_accountsIdentityAndSecrets(t *testing.T) {
	w, job, dir := newWorld(), testJob(t), t.TempDir()
	if o := run(t, w, job, dir, false); o.Ending != apply.Completed {
		t.Fatalf("outcome %+v", o)
	}
	if len(w.accounts) != 1 || len(w.identities) != 1 {
		t.Errorf("accounts %v, identities %v", w.accounts, w.identities)
	}
	checkKept(t, w, job, dir)
	if o := run(t, w, job, dir, true); o.Ending != apply.TakenBack {
		t.Fatalf("undo %+v", o)
	}
	names, err := openVault(t, dir).Names()
	if err != nil || len(names) != 0 || len(w.accounts) != 0 || len(w.identities) != 0 {
		t.Errorf("left: vault %v (%v), accounts %v, identities %v", names, err, w.accounts, w.identities)
	}
}

// TestSteps_failureOfEveryCall lets each call of directory and tenant fail in
// turn, before and after it took effect; going on must come to the same end, and
// undo to the beginning.
func TestSteps_failureOfEveryCall(t *testing.T) {
	for _, after := range []bool{false, true} {
		for failAt := 1; ; failAt++ {
			w, job, dir := newWorld(), testJob(t), t.TempDir()
			w.failAt, w.after = failAt, after
			first := run(t, w, job, dir, false)
			if w.calls < failAt {
				if failAt < 3 {
					t.Fatalf("only %d calls were made", w.calls)
				}
				break
			}
			if first.Ending != apply.Broken {
				t.Fatalf("call %d failed and the outcome is %+v", failAt, first)
			}
			if o := run(t, w, job, dir, false); o.Ending != apply.Completed {
				t.Fatalf("call %d, going on: %+v", failAt, o)
			}
			checkKept(t, w, job, dir)

			w, dir = newWorld(), t.TempDir()
			w.failAt, w.after = failAt, after
			run(t, w, job, dir, false)
			if o := run(t, w, job, dir, true); o.Ending != apply.TakenBack || len(w.accounts)+len(w.identities) != 0 {
				t.Fatalf("call %d, undo: %+v, %v %v", failAt, o, w.accounts, w.identities)
			}
			if names, err := openVault(t, dir).Names(); err != nil || len(names) != 0 {
				t.Fatalf("call %d, undo leaves %v in the vault (%v)", failAt, names, err)
			}
		}
	}
}

func TestSteps_undoPutsTheVaultBack(t *testing.T) {
	w, job, dir := newWorld(), testJob(t), t.TempDir()
	v := openVault(t, dir)
	name := VaultConnector(job.Plan.Writes.Connectors[0].ID)
	if err := v.Put(name, secret.New("of an earlier installation")); err != nil {
		t.Fatal(err)
	}
	run(t, w, job, dir, false)
	checkKept(t, w, job, dir)
	run(t, w, job, dir, true)
	names, err := v.Names()
	if err != nil || !reflect.DeepEqual(names, []string{name}) {
		t.Fatalf("vault %v, %v", names, err)
	}
	if got, err := v.Get(name); err != nil || got.Reveal() != "of an earlier installation" {
		t.Errorf("got %v", err)
	}
}

func TestSteps_existingAccountWithoutPassword(t *testing.T) {
	w, job := newWorld(), testJob(t)
	delete(job.Secrets, answers.SecretForest("fabrikam.local"))
	o := run(t, w, job, t.TempDir(), false)
	if o.Ending != apply.Broken || o.Problem.Code != CodePassword {
		t.Errorf("outcome %+v", o)
	}
}

func TestInstaller_refusesAnotherPlanForTheSameJournal(t *testing.T) {
	w, job, dir := newWorld(), testJob(t), t.TempDir()
	run(t, w, job, dir, false)
	job.Plan.StartSync = !job.Plan.StartSync
	o := run(t, w, job, dir, false)
	if o.Ending != apply.Broken || o.Problem.Code != CodeOtherPlan {
		t.Errorf("outcome %+v", o)
	}
}

func TestInstaller_journalHoldsNoSecret(t *testing.T) {
	w, job, dir := newWorld(), testJob(t), t.TempDir()
	run(t, w, job, dir, false)
	data, err := os.ReadFile(apply.JournalPath(dir, job.Plan.ID))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"admin-password", "typed-password", "pp-", "p-MSOL"} {
		if strings.Contains(string(data), s) {
			t.Errorf("the journal holds %q", s)
		}
	}
}

func TestInstaller_vaultThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(VaultDir(dir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	i := New(Params{Probe: &probe.Probe{}, DataDir: dir})
	job := testJob(t)
	if o := i.Install(t.Context(), job, nil, nil); o.Ending != apply.Broken || o.Problem.Code != secret.CodeVaultFile {
		t.Errorf("install %+v", o)
	}
	if o := i.Undo(t.Context(), job, nil); o.Ending != apply.PartLeft || len(o.Left) != 1 {
		t.Errorf("undo %+v", o)
	}
}
