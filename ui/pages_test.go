package ui

import (
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/ui/internal/fixture"
	"github.com/adsync-reconnect/adsync-reconnect/ui/kit"
)

func TestWelcomeGate(t *testing.T) {
	w := open(t, fixture.Welcome(), false)
	w.wants("Welcome to ADSync Reconnect", "Run this on the new server,", "Accept the licence terms first.")
	if !w.button("Continue").Disabled() {
		t.Error("Continue works without the licence")
	}
	w.tap("Licence terms")
	w.wants("MIT License", "WITHOUT WARRANTY")
	w.tap("Close")
	w.tap("Privacy notice")
	w.wants("nothing but to your own servers")
	w.tap("Close")
	for _, o := range w.objects() {
		if c, ok := o.(*kit.Check); ok {
			test.Tap(c)
		}
	}
	w.tap("Continue")
	if w.session.state.Page != setup.PageComponents {
		t.Errorf("page %s", w.session.state.Page)
	}
}

func TestPracticeIsChosenAndSaidEverywhere(t *testing.T) {
	w := open(t, fixture.Welcome(), true)
	w.lacks("PRACTICE")
	w.tap("Practice…")
	w.wants("A healthy database", "Nothing stands against it.")
	w.tap("Start practice")
	if e, ok := last[setup.PracticeChosen](w.session); !ok || e.Scenario != "healthy" {
		t.Errorf("chose %+v", e)
	}
	for _, s := range []setup.State{fixture.Welcome(), fixture.Components(), fixture.Check(), fixture.Entra(), fixture.Directories(), fixture.Ready(), fixture.Installing(), fixture.Complete()} {
		w.show(fixture.Practice(s))
		w.wants("PRACTICE – a pretend site")
	}
	w.tap("What to type")
	w.wants("Practice-1!")
}

func TestComponentsDispatchesWhatIsTyped(t *testing.T) {
	w := open(t, fixture.Components(), false)
	e := w.entries()
	if len(e) != 5 || e[0].Text != "SQL01.contoso.local" || e[1].Text != "HYBRID" {
		t.Fatalf("%d entries", len(e))
	}
	test.Type(e[1], ",14330")
	if got := w.session.state.Answers.SQL.Instance; got != ",14330HYBRID" && got != "HYBRID,14330" {
		t.Errorf("instance %q", got)
	}
	e[4].SetText("secret")
	if p, ok := last[setup.SQLPasswordTyped](w.session); !ok || p.Password.Reveal() != "secret" {
		t.Error("the password does not reach the session")
	}
	if w.session.state.Answers.SQL.Password != (answers.SecretRef{}) {
		t.Error("the password stands in the answers")
	}
	e[0].SetText("")
	w.wants("Give the name of the SQL Server.")
	if !w.button("Next").Disabled() || !w.button("Browse instances").Disabled() {
		t.Error("Next or Browse works without a server")
	}
}

func TestComponentsFollowsTheState(t *testing.T) {
	w := open(t, fixture.Untrusted(), true)
	w.wants("How far the connection to", "SQL Server Browser", "Failed", "Not tried", "Accept this certificate", "3f9a 0c41 d2e8 b765",
		"ADSync, looks like ADSync · 3.1 GB", "HYBRID, port 14330", "OLDPIPE, TCP is off", "does not trust the certificate of SQL01")
	w.tap("Accept this certificate")
	if e, ok := last[setup.CertificatePinned](w.session); !ok || len(e.SHA256) != 64 {
		t.Errorf("pinned %+v", e)
	}
	w.tap("Copy SHA-256")
	if len(w.copied) != 64 {
		t.Errorf("copied %q", w.copied)
	}
	w.tap("HYBRID, port 14330")
	if e, ok := last[setup.SQLEdited](w.session); !ok || e.SQL.Instance != "HYBRID,14330" {
		t.Errorf("picked %+v", e.SQL)
	}
	w.show(fixture.WrongPassword())
	w.wants("SQL Server refused the login sync_setup.", "DNS knows no SQL01.contoso.local.", "Nothing on this connection is protected.")
	w.lacks("How far the connection")
	s := fixture.Components()
	s.Answers.SQL.SignIn = answers.SignInWindows
	w.show(s)
	w.lacks("User name", "refused")
	s.Answers.SQL.PinSHA256 = strings.Repeat("ab", 32)
	w.show(s)
	w.tap("Check certificates again")
	if e, _ := last[setup.SQLEdited](w.session); e.SQL.PinSHA256 != "" {
		t.Error("the pin stays")
	}
}

func TestOptionalParts(t *testing.T) {
	w := open(t, fixture.Components(), false)
	for _, o := range w.objects() {
		if x, ok := o.(*kit.Expander); ok {
			x.Open(true)
		}
	}
	w.wants("Virtual account NT SERVICE\\ADSync", "Administrators", "Not with an existing database")
	w.lacks("Account name")
	p := w.shell.page.(*components)
	p.options.kind.Choose(string(answers.AccountDomain))
	w.wants("Account name", "Give the name of the service account.")
	for _, e := range w.entries() {
		switch e.PlaceHolder {
		case `CONTOSO\svc-adsync$`:
			e.SetText(`CONTOSO\svc-sync`)
		case "ADSyncOperators":
			e.SetText("Betreiber")
		case "2.6.92.0":
			e.SetText("2.6.3.0 ")
		}
	}
	c := w.session.state.Answers.Components
	if c.ServiceAccount.Name != `CONTOSO\svc-sync` || c.Groups.Operators != "Betreiber" || c.Installed != "2.6.3.0" {
		t.Errorf("components %+v", c)
	}
	w.wants("Custom")
}

func TestEntriesAreNotWrittenBack(t *testing.T) {
	w := open(t, fixture.Components(), true)
	e := w.entries()[0]
	e.SetText("typed meanwhile")
	s := fixture.Components()
	s.Answers.SQL.Server = "older snapshot"
	w.show(s)
	if e.Text != "typed meanwhile" {
		t.Errorf("the entry was overwritten with %q", e.Text)
	}
	s.Practice = fixture.Practice(s).Practice
	w.show(s)
	if got := w.entries()[0].Text; got != "older snapshot" {
		t.Errorf("a practice site fills nothing in: %q", got)
	}
}

func TestCheckPage(t *testing.T) {
	w := open(t, fixture.Check(), true)
	w.wants("2 forests", "48,211 objects", "62 + 4 rules", "3 days ago", "contoso.onmicrosoft.com", "2.4.131.0", "SYNC01", "Pass-through",
		"Blocked", "Warning", "Unknown", "Note", "Passed", "Why it matters", "sys.dm_exec_sessions: host SYNC01", "1 finding blocks the installation.")
	if !w.button("Next").Disabled() {
		t.Error("Next works with a blocked finding")
	}
	w.tap("Microsoft's page on it")
	if len(w.opened) != 1 {
		t.Errorf("opened %v", w.opened)
	}
	w.tap("Copy as text")
	for _, want := range []string{"[Blocked] Another server", "What to do: Stop the service", "48,211 objects", "[Passed]"} {
		if !strings.Contains(w.copied, want) {
			t.Errorf("the copied text lacks %q", want)
		}
	}
	w.shell.page.(*check).filter.Choose("only")
	w.lacks("Passed", "Note")
	w.tap("Check again")
	if _, ok := last[setup.CheckPressed](w.session); !ok {
		t.Error("Check again does nothing")
	}
	w.show(fixture.Busy(fixture.Check(), false))
	w.wants("Reading the synchronization rules…", "Cancel")
	w.tap("Cancel")
	if _, ok := last[setup.CancelPressed](w.session); !ok {
		t.Error("Cancel does nothing")
	}
	w.show(fixture.Busy(fixture.Check(), true))
	if !w.button("Cancelling…").Disabled() {
		t.Error("Cancelling… can be pressed")
	}
	w.show(fixture.Clean())
	if w.button("Next").Disabled() {
		t.Error("Next is off with warnings only")
	}
}

func TestEntraPage(t *testing.T) {
	w := open(t, fixture.Entra(), true)
	w.wants("Sign in to Microsoft Entra ID first.", "The database belongs to the tenant contoso.onmicrosoft.com.")
	w.tap("Sign in…")
	if _, ok := last[setup.EntraPressed](w.session); !ok {
		t.Error("Sign in does nothing")
	}
	w.entries()[0].SetText(" anna@contoso.com ")
	w.shell.page.(*entra).flow.Choose(string(answers.FlowDevice))
	w.shell.page.(*entra).cloud.Choose(string(answers.CloudChina))
	if e, ok := last[setup.EntraEdited](w.session); !ok || e.Entra.Cloud != answers.CloudChina {
		t.Errorf("edited %+v", e)
	}
	w.show(fixture.EntraPrompt())
	w.wants("F7QX2KLPD", "https://microsoft.com/devicelogin", "Waiting for the sign-in…")
	w.tap("Copy code")
	if w.copied != "F7QX2KLPD" {
		t.Errorf("copied %q", w.copied)
	}
	w.tap("Open in the browser")
	w.show(fixture.EntraFailed())
	w.wants("The sign-in was cancelled in the browser.", "AADSTS65004")
	w.lacks("F7QX2KLPD")
	w.show(fixture.SignedIn())
	w.wants("Contoso Deutschland GmbH & Co. KG", "Hybrid Identity Administrator – active", "Global Administrator – missing", "The same tenant as in the database")
	w.lacks("Sign in…", "AADSTS")
	w.tap("Use another account")
	if _, ok := last[setup.EntraForgotten](w.session); !ok || len(w.opened) != 1 {
		t.Error("Use another account or Open does nothing")
	}
}

func TestOpenURLFallsBackToShowingIt(t *testing.T) {
	w := open(t, fixture.Welcome(), true)
	w.shell.hooks.OpenURL = func(string) error { return errors.New("no browser") }
	w.shell.openURL("https://example.test/page")
	w.wants("https://example.test/page")
	w.tap("Copy")
	if w.copied != "https://example.test/page" {
		t.Errorf("copied %q", w.copied)
	}
}

func TestDirectoriesPage(t *testing.T) {
	w := open(t, fixture.Directories(), true)
	w.wants("2 of 3 forests still need credentials.", "Verified: CONTOSO\\svc-adsync on DC1.contoso.local, LDAPS.",
		"Credentials needed. Before: FABRIKAM\\MSOL_4f1c09ab77d1", "Wrong password for RESEARCH\\svc-sync.")
	w.show(fixture.Lacking())
	w.wants("1 right is missing.", "lacks rights on contoso.local")
	w.show(fixture.Directories(fixture.Forests(40)...))
	w.wants("39 of 40 forests still need credentials.", "beispielgesellschaft.local")
	w.show(fixture.Green("contoso.local"))
	if w.button("Next").Disabled() {
		t.Error("Next is off though all are green")
	}
}

func TestAccountDialog(t *testing.T) {
	w := open(t, fixture.Directories(), false)
	w.shell.ShowAccount("fabrikam.local")
	w.wants("AD forest account", "Create new AD account", "Enterprise Admin user name")
	e := w.entries()
	if e[0].Text != `FABRIKAM.LOCAL\` || w.win.Canvas().Focused() == nil {
		t.Errorf("the user name starts with %q", e[0].Text)
	}
	w.tap("OK")
	w.wants("The password is missing.")
	test.Type(e[0], "administrator")
	e[1].SetText("Practice-1!")
	w.tap("OK")
	g, ok := last[setup.ForestGiven](w.session)
	if !ok || g.Forest.User != `FABRIKAM.LOCAL\administrator` || g.Password.Reveal() != "Practice-1!" || g.Forest.Option != answers.CreateAccount {
		t.Fatalf("gave %+v", g.Forest)
	}
	w.wants("Checking the account for fabrikam.local…")
	if !w.button("OK").Disabled() {
		t.Error("OK works while it checks")
	}
	w.session.Dispatch(setup.TaskFailed{Token: w.session.state.Busy.Token, Problem: fixture.Locked().Forests[1].Problem})
	w.wants("The account is locked out.")
	w.tap("OK")
	proof := *fixture.Proof("fabrikam.local", "has")
	w.session.Dispatch(setup.ForestVerified{Token: w.session.state.Busy.Token, Forest: "fabrikam.local", Account: proof})
	if len(w.shell.dialogs) != 0 {
		t.Error("the dialog stays open though the forest is green")
	}
	w.wants("1 of 3 forests still needs credentials.")
}

func TestAccountDialogShowsRightsAndCancels(t *testing.T) {
	w := open(t, fixture.Lacking(), false)
	w.shell.ShowAccount("contoso.local")
	w.wants("Domain user name", "Rights of the account", "Missing", "dsacls", "Unknown")
	w.tap("Copy")
	if !strings.Contains(w.copied, "dsacls") {
		t.Errorf("copied %q", w.copied)
	}
	w.entries()[1].SetText("x")
	w.tap("OK")
	if w.session.state.Busy == nil {
		t.Fatal("nothing is checked")
	}
	w.tap("Cancel")
	if w.session.state.Busy != nil || len(w.shell.dialogs) != 0 {
		t.Error("Cancel does not end the proof")
	}
}

func TestReadyPage(t *testing.T) {
	w := open(t, fixture.Ready(), true)
	w.wants("These 8 steps are all that happens.", "Claim the database for SYNC02", "changes nothing", "4 changes")
	for _, o := range w.objects() {
		if x, ok := o.(*kit.Expander); ok {
			x.Open(true)
		}
	}
	w.wants("Microsoft.Synchronize.StagingMode", "False  →  True", "sealed with the new key", "Undo: the rows are put back as they were")
	w.tap("Copy as text")
	if !strings.Contains(w.copied, "6. Configure the database") || !strings.Contains(w.copied, "False  →  True") {
		t.Error("the copied plan lacks steps or values")
	}
	for _, o := range w.objects() {
		if c, ok := o.(*kit.Check); ok {
			test.Tap(c)
		}
	}
	if e, ok := last[setup.OptionsEdited](w.session); !ok || !e.Options.StartSync {
		t.Errorf("options %+v", e)
	}
	w.tap("Save plan…")
	w.entries()[len(w.entries())-1].SetText("plan.json")
	w.tap("Save")
	if e, ok := last[setup.SavePressed](w.session); !ok || e.Path != "plan.json" {
		t.Errorf("saved %+v", e)
	}
	s := fixture.Ready()
	s.Plan = nil
	w.show(s)
	w.wants("There is no plan yet.")
}

func TestInstallingPage(t *testing.T) {
	w := open(t, fixture.Installing(), true)
	w.wants("Installing", "Done", "Running", "Waiting", "Granting rights on europe.fabrikam.local, 5 of 8", "0:03", "Step 3 of 8")
	w.lacks("Next", "Previous")
	w.tap("Stop after this step")
	if _, ok := last[setup.StopPressed](w.session); !ok {
		t.Error("Stop does nothing")
	}
	s := fixture.Installing()
	s.Install.Stopping = true
	w.show(s)
	if !w.button("Stopping…").Disabled() {
		t.Error("Stop can be pressed twice")
	}
	w.show(fixture.Broken())
	w.wants("The installation did not finish", "Another session holds a lock", "5 of 8 steps are done", "Try again", "Failed", "Not run")
	w.tap("Undo…")
	w.tap("Undo…")
	if _, ok := last[setup.UndoPressed](w.session); !ok {
		t.Error("Undo does nothing")
	}
	w.show(fixture.Undone())
	w.wants("Everything that was done is taken back.", "Exit")
	w.tap("Exit")
	if !w.closed {
		t.Error("Exit does not close")
	}
}

func TestCompletePage(t *testing.T) {
	w := open(t, fixture.Complete(), false)
	w.wants("SYNC02 now owns ADSync and is in staging mode.", "Before it goes live, 2 tasks", "Review 512 pending exports", "Afterwards, 2 tasks", "What comes next")
	for _, o := range w.objects() {
		if c, ok := o.(*kit.Check); ok && c.Label() == "Plan upgrades by hand" {
			test.Tap(c)
		}
	}
	w.wants("Afterwards, 1 task")
	w.shell.ShowTask(w.session.state.Tasks[0])
	w.wants("Compare them with what you expect.", "Who can do it")
	w.tap("Close")
	w.tap("Leave staging mode")
	w.tap("Save report…")
	w.tap("Save")
	if e, ok := last[setup.SavePressed](w.session); !ok || !strings.HasSuffix(e.Path, "report.html") || len(w.opened) != 1 {
		t.Errorf("saved %+v, opened %v", e, w.opened)
	}
}
