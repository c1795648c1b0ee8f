package ui

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
)

func TestAccountDialogGrantsWhatIsMissing(t *testing.T) {
	w := open(t, fixture.Lacking(), false)
	w.shell.ShowAccount("contoso.local")
	w.wants("dsacls", "Grant them now…", "Close")
	w.tap("Grant them now…")
	w.wants("An Enterprise Admin grants them at Install", "Enterprise Admin user name")
	e := w.entries()
	e[1].SetText("C0nnector!")
	e[3].SetText(`CONTOSO\ea`)
	w.tap("OK")
	w.wants("The password is missing.")
	e[4].SetText("Ent3rprise!")
	w.tap("OK")
	g, ok := last[setup.ForestGiven](w.session)
	if !ok || g.Forest.Grant.User != `CONTOSO\ea` || g.GrantPassword.Reveal() != "Ent3rprise!" {
		t.Fatalf("gave %+v", g.Forest)
	}
	proof := *fixture.Proof("contoso.local", facts.RightGranted)
	proof.Grantor = `CONTOSO\ea`
	w.session.Dispatch(setup.ForestVerified{Token: w.session.state.Busy.Token, Forest: "contoso.local", Account: proof})
	if len(w.shell.dialogs) != 0 {
		t.Error("the dialog stays open though nothing is missing any more")
	}
	w.wants("Install grants 1 missing right.")
}

// TestAccountDialogStaysWhileSomethingIsMissing shows what lacks before it goes on.
func TestAccountDialogStaysWhileSomethingIsMissing(t *testing.T) {
	w := open(t, fixture.Lacking(), false)
	w.shell.ShowAccount("contoso.local")
	w.entries()[1].SetText("C0nnector!")
	w.tap("OK")
	w.session.Dispatch(setup.ForestVerified{Token: w.session.state.Busy.Token, Forest: "contoso.local", Account: *fixture.Proof("contoso.local", facts.RightLacks)})
	w.wants("The account works, but it lacks rights", "Grant them now…")
	w.tap("Close")
	if len(w.shell.dialogs) != 0 || w.session.state.Forests[0].Account == nil {
		t.Error("closing takes the account away")
	}
}

func TestAccountDialogRefusedGrantStaysVisible(t *testing.T) {
	w := open(t, fixture.GrantRefused(), true)
	w.shell.ShowAccount("contoso.local")
	w.wants("may not change the rights on DC=contoso,DC=local", "dsacls", "Enterprise Admin user name")
}

func TestAccountDialogAcceptsACertificate(t *testing.T) {
	w := open(t, fixture.DCUntrusted(), false)
	w.shell.ShowAccount("fabrikam.local")
	w.wants("does not trust the domain controller's certificate", "CN=dc1.fabrikam.local", "Fabrikam Issuing CA 2", "3f9a 0c41", "FABRIKAM", "2025-03-09 to 2027-03-09")
	w.tap("Accept this certificate")
	g, ok := last[setup.ForestGiven](w.session)
	if !ok || g.Forest.PinSHA256 != strings.Repeat("3f9a0c41d2e8b765", 4) || !g.Password.IsEmpty() {
		t.Fatalf("gave %+v", g.Forest)
	}
	w.session.Dispatch(setup.CancelPressed{})
	w.wants("accepted beside trusted ones")
	w.tap("Check certificates again")
	w.tap("OK")
	if g, _ := last[setup.ForestGiven](w.session); g.Forest.PinSHA256 != "" {
		t.Errorf("the pin stays: %+v", g.Forest)
	}
}

// TestAccountDialogCurrentUser lets the current Windows user create an account and
// grant rights, without fields for a password.
func TestAccountDialogCurrentUser(t *testing.T) {
	w := open(t, fixture.CurrentUser(), false)
	w.shell.ShowAccount("fabrikam.local")
	// The field that the problem belongs to is not there, so that it is told above.
	w.wants("Sign in as the current Windows user (CONTOSO\\wolfgang", "is not a member of Enterprise Admins")
	if n := len(w.entries()); n != 1 {
		t.Fatalf("%d fields to type, only the domain controller's was wanted", n)
	}
	w.tap("OK")
	g, ok := last[setup.ForestGiven](w.session)
	if !ok || g.Forest.SignIn != answers.ForestWindows || !g.Forest.AsCurrent() {
		t.Fatalf("gave %+v", g.Forest)
	}
	w.session.Dispatch(setup.CancelPressed{})
	w.tap("Cancel")

	existing := fixture.CurrentUser()
	existing.Answers.Forests[1].Option = answers.ExistingAccount
	w.show(existing)
	w.shell.ShowAccount("fabrikam.local")
	w.lacks("current Windows user")
	w.tap("OK")
	if g, _ = last[setup.ForestGiven](w.session); g.Forest.SignIn != "" || len(w.entries()) != 3 {
		t.Errorf("an existing account can't be the current user: %+v", g.Forest)
	}
	w.tap("Cancel")

	w.shell.ShowAccount("contoso.local")
	if n := len(w.entries()); n != 3 {
		t.Errorf("%d fields while the current user grants", n)
	}
	w.entries()[1].SetText("C0nnector!")
	w.tap("OK")
	if g, _ = last[setup.ForestGiven](w.session); !g.Forest.Grant.AsCurrent() || g.Forest.Grant.User != "" {
		t.Errorf("gave %+v", g.Forest)
	}
}

// TestAccountDialogNobodyIsSignedIn offers no current user where there is none.
func TestAccountDialogNobodyIsSignedIn(t *testing.T) {
	w := open(t, fixture.DCUntrusted(), false)
	w.shell.ShowAccount("fabrikam.local")
	w.lacks("current Windows user")
}
