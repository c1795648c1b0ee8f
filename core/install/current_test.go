package install_test

import (
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// byCurrentUser lets the current Windows user make the account, or grant to an
// existing one; no password of an Enterprise Admin is known.
func byCurrentUser(grants bool) func(*setup.Site) {
	return func(site *setup.Site) {
		f := answers.Forest{Forest: grantForest, Option: answers.CreateAccount, SignIn: answers.ForestWindows}
		if grants {
			f = answers.Forest{Forest: grantForest, Option: answers.ExistingAccount, User: `CONTOSO\svc-poor`, Grant: answers.Grant{SignIn: answers.ForestWindows}}
		} else {
			delete(site.Secrets, answers.SecretForest(grantForest))
		}
		site.Answers.Forests[0] = f
	}
}

// TestInstall_asTheCurrentUser installs and takes back with an Enterprise Admin who
// is signed in to Windows.
func TestInstall_asTheCurrentUser(t *testing.T) {
	for name, grants := range map[string]bool{"create": false, "grant": true} {
		t.Run(name, func(t *testing.T) {
			b := open(t, "healthy", byCurrentUser(grants))
			state, err := b.install(t)
			if err != nil {
				t.Fatal(err)
			}
			a := state.Plan.Accounts[0]
			if who := a.Admin + a.Grantor; !a.Current || who != b.site.CurrentUser {
				t.Errorf("the plan says %+v", a)
			}
			if state = b.press(t, setup.UndoPressed{}); state.Install.Outcome.Ending != apply.TakenBack {
				t.Fatalf("undo: %+v", state.Install.Outcome)
			}
			if grants {
				if lacks(t, b) == 0 {
					t.Error("undo left the rights")
				}
				return
			}
			if there, err := b.site.Directory.(apply.Directory).HasAccount(t.Context(), a, apply.Credential{Current: true}); there || err != nil {
				t.Errorf("undo left the account: %v", err)
			}
		})
	}
}
