package install_test

import (
	"os"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

const grantForest = "contoso.local"

// poor gives the forest an account that lacks rights, and an Enterprise Admin who
// grants them.
func poor(site *setup.Site) {
	site.Answers.Forests[0] = answers.Forest{
		Forest: grantForest, Option: answers.ExistingAccount, User: `CONTOSO\svc-poor`, Grant: answers.Grant{User: `CONTOSO\ea`},
	}
	site.Secrets[answers.SecretGrant(grantForest)] = site.Secrets[answers.SecretForest(grantForest)]
}

// TestInstall_grantsAndTakesBack lets Install grant what an account lacks: each
// entry stands in the plan, the journal knows it, undo takes it away, and the
// Enterprise Admin's password is kept nowhere.
func TestInstall_grantsAndTakesBack(t *testing.T) {
	b := open(t, "healthy", poor)
	before := lacks(t, b)
	if before == 0 {
		t.Fatal("the account lacks nothing from the start")
	}
	state, err := b.install(t)
	if err != nil {
		t.Fatal(err)
	}
	var step plan.Step
	for _, s := range state.Plan.Steps {
		if s.Kind == plan.KindAccount {
			step = s
		}
	}
	if len(step.Changes) < before || step.Undo == "" || !strings.Contains(step.Title, `CONTOSO\svc-poor`) || !strings.Contains(step.Summary, `CONTOSO\ea`) {
		t.Errorf("the plan says %+v", step)
	}
	if n := lacks(t, b); n != 0 {
		t.Errorf("%d rights are still missing", n)
	}
	vault, err := secret.OpenVault(install.VaultDir(b.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	names, err := vault.Names()
	for _, name := range names {
		if strings.Contains(name, "grant") || strings.Contains(name, "admin") {
			t.Errorf("the vault holds %s", name)
		}
	}
	if err != nil || len(names) == 0 {
		t.Errorf("the vault holds %v, %v", names, err)
	}
	journal, err := os.ReadFile(state.Install.Outcome.Journal)
	if err != nil || !strings.Contains(string(journal), `"granted"`) || strings.Contains(string(journal), b.site.Secrets[answers.SecretGrant(grantForest)].Reveal()) {
		t.Errorf("the journal lacks what was granted, or holds a password (%v)", err)
	}
	if state = b.press(t, setup.UndoPressed{}); state.Install.Outcome.Ending != apply.TakenBack {
		t.Fatalf("undo: %+v", state.Install.Outcome)
	}
	if n := lacks(t, b); n != before {
		t.Errorf("after undo %d rights are missing, %d before", n, before)
	}
}

// lacks counts what the account lacks.
func lacks(t *testing.T, b *bench) int {
	t.Helper()
	a, err := b.site.Directory.Verify(t.Context(), setup.ForestRequest{
		Answer:   answers.Forest{Forest: grantForest, Option: answers.ExistingAccount, User: `CONTOSO\svc-poor`},
		Password: b.site.Secrets[answers.SecretForest(grantForest)],
		Features: []facts.Feature{facts.FeatureBasicRead, facts.FeaturePasswordHash, facts.FeatureConsistencyGUID},
	}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return len(a.Lacking())
}

// TestInstall_grantWithoutPassword asks for it before anything is changed.
func TestInstall_grantWithoutPassword(t *testing.T) {
	b := open(t, "healthy", poor, func(site *setup.Site) { delete(site.Secrets, answers.SecretGrant(grantForest)) })
	state, err := b.install(t)
	if err == nil || state.Page != setup.PageDirectories || !strings.Contains(err.Error(), "password") {
		t.Errorf("page %s, %v", state.Page, err)
	}
}
