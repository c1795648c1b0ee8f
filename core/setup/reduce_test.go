package setup

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// eventMakers make every event there is, some of them in several kinds.
func eventMakers() []func(r *rand.Rand, token int) Event {
	pages := append(Pages(), "", "nonsense")
	sql := []answers.SQL{{}, {Server: "SQL01"}, fakeAnswers().SQL, {Server: "SQL01", Instance: "X", Database: "Y"}}
	boom := &problem.Problem{Code: "test.boom", What: "Boom."}
	endings := []apply.Ending{apply.Completed, apply.Stopped, apply.Broken, apply.TakenBack, apply.PartLeft, ""}
	states := []apply.StepState{apply.Waiting, apply.Running, apply.Done, apply.Failed, apply.Undoing, apply.Undone, apply.Left}
	sets := []facts.Set{{}, factstest.Set(), func() facts.Set { s := factstest.Set(); s.Database.ReadOnly.Value = true; return s }()}
	fixed := []Event{
		NextPressed{},
		NextPressed{},
		NextPressed{},
		NextPressed{},
		PreviousPressed{},
		CancelPressed{},
		ProblemClosed{},
		LicenceToggled{},
		LicenceToggled{On: true},
		SituationChosen{Situation: answers.SituationStaging},
		PracticeChosen{Scenario: "healthy"},
		PracticeChosen{},
		SQLPasswordTyped{Password: secret.New("x")},
		SQLPasswordTyped{},
		ServicePasswordTyped{Password: secret.New("x")},
		InstancesAsked{},
		DatabasesAsked{},
		CertificatePinned{SHA256: "AB"},
		CheckPressed{},
		EntraEdited{Entra: answers.Entra{User: "a@b"}},
		EntraEdited{},
		EntraPressed{},
		EntraForgotten{},
		TenantAsked{},
		ComponentsEdited{Components: answers.Components{Installed: "2.5.79.0"}},
		ComponentsEdited{},
		OptionsEdited{Options: answers.Options{StartSync: true}},
		OptionsEdited{},
		StopPressed{},
		RetryPressed{},
		UndoPressed{},
		TaskTicked{ID: "password-hash-sync", On: true},
		SavePressed{Path: "x.html"},
		SavePressed{Path: "x"},
		ForestGiven{Forest: answers.Forest{Forest: "contoso.local", User: `CONTOSO\ea`}, Password: secret.New("x")},
		ForestGiven{Forest: answers.Forest{Forest: "FABRIKAM.local", User: `FABRIKAM\ea`}, Password: secret.New("x")},
		ForestGiven{},
		BundlePressed{Path: "a.zip"},
		LogSavePressed{Path: "a.log"},
	}
	makers := []func(*rand.Rand, int) Event{
		func(r *rand.Rand, _ int) Event { return fixed[r.IntN(len(fixed))] },
		func(r *rand.Rand, _ int) Event { return fixed[r.IntN(len(fixed))] },
		func(r *rand.Rand, _ int) Event { return PageChosen{Page: pages[r.IntN(len(pages))]} },
		func(r *rand.Rand, _ int) Event { return SQLEdited{SQL: sql[r.IntN(len(sql))]} },
		func(_ *rand.Rand, n int) Event { return Progressed{Token: n, Text: "…"} },
		func(_ *rand.Rand, n int) Event {
			return InstancesFound{Token: n, Instances: []facts.Instance{{Name: "A"}}}
		},
		func(_ *rand.Rand, n int) Event { return DatabasesFound{Token: n} },
		func(r *rand.Rand, n int) Event { return Inspected{Token: n, Facts: sets[r.IntN(len(sets))]} },
		func(_ *rand.Rand, n int) Event { return Inspected{Token: n, Facts: sets[1]} },
		func(_ *rand.Rand, n int) Event { return Inspected{Token: n, Problem: boom} },
		func(_ *rand.Rand, n int) Event { return EntraPrompted{Token: n} },
		func(_ *rand.Rand, n int) Event { return EntraSignedIn{Token: n, Tenant: factstest.Tenant()} },
		func(_ *rand.Rand, n int) Event {
			return ForestVerified{Token: n, Forest: "contoso.local", Account: factstest.ForestAccount("contoso.local", "CONTOSO")}
		},
		func(_ *rand.Rand, n int) Event {
			return ForestVerified{Token: n, Forest: "fabrikam.local", Account: factstest.ForestAccount("fabrikam.local", "FABRIKAM")}
		},
		func(r *rand.Rand, n int) Event {
			return StepProgressed{Token: n, Progress: apply.Progress{Step: "claim", State: states[r.IntN(len(states))]}}
		},
		func(r *rand.Rand, n int) Event {
			return InstallEnded{Token: n, Outcome: apply.Outcome{Ending: endings[r.IntN(len(endings))]}}
		},
		func(_ *rand.Rand, n int) Event { return FileSaved{Token: n, Path: "x"} },
		func(r *rand.Rand, n int) Event {
			if r.IntN(4) > 0 {
				return Progressed{Token: n}
			}
			return PracticeOpened{Token: n, Answers: fakeAnswers(), Practice: &Practice{Scenario: "healthy"}}
		},
		func(_ *rand.Rand, n int) Event { return TaskFailed{Token: n, Problem: boom} },
		func(_ *rand.Rand, n int) Event { return TaskFailed{Token: n} },
	}
	return makers
}

func startState() State {
	return State{
		Now: factstest.Now(), Page: PageWelcome, Furthest: PageWelcome, Answers: fakeAnswers(),
		Given: Given{SQL: true, Forests: map[string]bool{"contoso.local": true}},
		IDs:   IDs{Installation: "0123456789abcdef0123456789abcdef", Keyset: 7, Entropy: "11111111-2222-4333-8444-555555555555"},
	}
}

// TestReduce_isTotalAndPure throws every event at every state that random walks
// come to: nothing panics, the state before stays as it was, Rev goes up, the
// effect belongs to the task that the state is busy with.
func TestReduce_isTotalAndPure(t *testing.T) {
	makers := eventMakers()
	reached := map[Page]int{}
	for seed := range uint64(16) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := startState()
		for range 160 {
			token := s.Rev // mostly wrong
			if s.Busy != nil && r.IntN(4) > 0 {
				token = s.Busy.Token
			}
			e := makers[r.IntN(len(makers))](r, token)
			if r.IntN(2) > 0 {
				e = helpful(s)
			}
			before := asJSON(t, s)
			next, effect := Reduce(s, e)
			if after := asJSON(t, s); after != before {
				t.Fatalf("%T changed the state in place:\n%s\n%s", e, before, after)
			}
			again, _ := Reduce(s, e)
			if asJSON(t, again) != asJSON(t, next) {
				t.Fatalf("%T gives different states from the same one", e)
			}
			checkState(t, s, next, e, effect)
			s = next
			if s.IDs.Installation == "" {
				s.IDs = startState().IDs // as the session does
			}
			reached[s.Page]++
		}
	}
	for _, p := range Pages() {
		if reached[p] == 0 {
			t.Errorf("no walk came to %s", p)
		}
	}
}

// helpful gives the event that leads towards the end, so that walks get there.
func helpful(s State) Event {
	if s.Busy != nil {
		n := s.Busy.Token
		switch s.Busy.Task {
		case TaskInspect:
			return Inspected{Token: n, Facts: factstest.Set()}
		case TaskEntra:
			return EntraSignedIn{Token: n, Tenant: factstest.Tenant()}
		case TaskForest:
			name := map[string]string{"contoso.local": "CONTOSO", "fabrikam.local": "FABRIKAM"}[s.Busy.Forest]
			return ForestVerified{Token: n, Forest: s.Busy.Forest, Account: factstest.ForestAccount(s.Busy.Forest, name)}
		case TaskInstall:
			return InstallEnded{Token: n, Outcome: apply.Outcome{Ending: apply.Completed}}
		default:
			return TaskFailed{Token: n}
		}
	}
	if ok, _ := s.CanNext(); ok {
		return NextPressed{}
	}
	switch s.Page {
	case PageWelcome:
		return LicenceToggled{On: true}
	case PageComponents:
		if s.Answers.SQL != fakeAnswers().SQL {
			return SQLEdited{SQL: fakeAnswers().SQL}
		}
		return SQLPasswordTyped{Password: secret.New("x")}
	case PageEntra:
		return EntraPressed{}
	case PageDirectories:
		for _, f := range s.Forests {
			if !f.Green() {
				return ForestGiven{Forest: answers.Forest{Forest: f.Name, User: "x"}, Password: secret.New("x")}
			}
		}
	default: // checking again helps
	}
	return CheckPressed{}
}

func checkState(t *testing.T, before, next State, e Event, effect Effect) {
	t.Helper()
	if next.Rev != before.Rev+1 {
		t.Fatalf("%T: Rev %d after %d", e, next.Rev, before.Rev)
	}
	if index(next.Page) < 0 || index(next.Furthest) < index(next.Page) {
		t.Fatalf("%T: page %q, furthest %q", e, next.Page, next.Furthest)
	}
	if next.installing() != (next.Busy != nil && (next.Busy.Task == TaskInstall || next.Busy.Task == TaskUndo)) {
		t.Fatalf("%T: busy %+v, install %+v", e, next.Busy, next.Install)
	}
	if index(next.Page) > index(PageCheck) && next.Facts == nil {
		t.Fatalf("%T: on %s without facts", e, next.Page)
	}
	if next.Page == PageReady && next.Plan != nil && before.Page == PageReady && before.Busy == nil {
		for _, p := range Pages()[:index(PageReady)] {
			if !next.complete(p) {
				t.Fatalf("%T: a plan though %s lacks: %s", e, p, next.missing(p))
			}
		}
	}
	if ok, why := next.CanNext(); ok == (why != "") {
		t.Fatalf("%T: CanNext %v, %q", e, ok, why)
	}
	for _, p := range append(Pages(), "nonsense") {
		_, _, _ = next.PageDone(p), next.Visited(p), next.CanChoose(p)
	}
	_, _, _, _ = next.NextLabel(), next.Unsaved(), next.CanUndo(), Record(next)
	checkEffect(t, next, e, effect)
}

func checkEffect(t *testing.T, next State, e Event, effect Effect) {
	t.Helper()
	if effect == nil {
		return
	}
	f := reflect.ValueOf(effect).FieldByName("Token")
	if !f.IsValid() {
		return // signing out belongs to no task
	}
	if next.Busy == nil || next.Busy.Token != int(f.Int()) {
		t.Fatalf("%T: effect %T with token %d while busy with %+v", e, effect, f.Int(), next.Busy)
	}
}

func TestState_CanNextSaysWhatIsMissing(t *testing.T) {
	set := factstest.Set()
	blocked := func(n int) []preflight.Finding {
		list := make([]preflight.Finding, n)
		for i := range list {
			list[i].Severity = preflight.Blocked
		}
		return list
	}
	base := startState()
	cases := []struct {
		name   string
		change func(*State)
		want   string
	}{
		{"licence", func(*State) {}, "Accept the licence terms first."},
		{"licence accepted", func(s *State) { s.Licence = true }, ""},
		{"server", func(s *State) { s.Page, s.Answers.SQL.Server = PageComponents, " " }, "Give the name of the SQL Server."},
		{"all in the second field", func(s *State) { s.Page, s.Answers.SQL.Server, s.Answers.SQL.Instance = PageComponents, "", `SQL01\X` }, ""},
		{"user", func(s *State) { s.Page, s.Answers.SQL.User = PageComponents, "" }, "Give the user name for SQL Server."},
		{"password", func(s *State) { s.Page, s.Given.SQL = PageComponents, false }, "Give the password for SQL Server."},
		{"Windows user", func(s *State) {
			s.Page, s.Given.SQL = PageComponents, false
			s.Answers.SQL = answers.SQL{Server: "x", SignIn: answers.SignInWindows}
		}, ""},
		{"managed account", func(s *State) {
			s.Page = PageComponents
			s.Answers.Components.ServiceAccount = answers.ServiceAccount{Kind: answers.AccountManaged, Name: `CONTOSO\svc`}
		}, "The name of a managed service account ends with $."},
		{"domain account", func(s *State) {
			s.Page = PageComponents
			s.Answers.Components.ServiceAccount = answers.ServiceAccount{Kind: answers.AccountDomain, Name: `CONTOSO\svc`}
		}, "Give the password of the service account."},
		{"account name", func(s *State) {
			s.Page = PageComponents
			s.Answers.Components.ServiceAccount = answers.ServiceAccount{Kind: answers.AccountDomain}
		}, "Give the name of the service account."},
		{"background task", func(s *State) { s.Page, s.Busy = PageComponents, &Busy{Task: TaskInstances, Text: "Looking…"} }, ""},
		{"busy", func(s *State) { s.Page, s.Busy = PageComponents, &Busy{Task: TaskInspect, Text: "Connecting…"} }, "Connecting…"},
		{"not checked", func(s *State) { s.Page = PageCheck }, "The database has not been checked yet."},
		{"one blocks", func(s *State) { s.Page, s.Facts, s.Findings = PageCheck, &set, blocked(1) }, "1 finding blocks the installation."},
		{"three block", func(s *State) { s.Page, s.Facts, s.Findings = PageCheck, &set, blocked(3) }, "3 findings block the installation."},
		{"checked", func(s *State) { s.Page, s.Facts = PageCheck, &set }, ""},
		{"not reached", func(s *State) {
			s.Page, s.Facts = PageCheck, &facts.Set{SQL: facts.SQLServer{Layers: []facts.Layer{{Name: facts.LayerHost}}}}
		}, "The database could not be reached."},
		{"sign in", func(s *State) { s.Page = PageEntra }, "Sign in to Microsoft Entra ID first."},
		{"one forest", func(s *State) { s.Page, s.Forests = PageDirectories, make([]Forest, 1) }, "The forest still needs credentials."},
		{"no plan", func(s *State) { s.Page = PageReady }, "There is no plan yet."},
		{"plan refused", func(s *State) { s.Page, s.Problems = PageReady, []*problem.Problem{{What: "No."}} }, "No."},
		{"installing", func(s *State) { s.Page = PageInstalling }, "The installation is running."},
	}
	for _, c := range cases {
		s := base
		c.change(&s)
		if ok, why := s.CanNext(); why != c.want || ok != (c.want == "") {
			t.Errorf("%s: %v, %q, want %q", c.name, ok, why, c.want)
		}
	}
}

func TestReduce_listsToChooseFromGoWithTheirServer(t *testing.T) {
	s := startState()
	s.Page = PageComponents
	s.Instances, s.Databases = []facts.Instance{{Name: "A"}}, []facts.DatabaseInfo{{Name: "B"}}
	edit := func(change func(*answers.SQL)) State {
		sql := s.Answers.SQL
		change(&sql)
		next, _ := Reduce(s, SQLEdited{SQL: sql})
		return next
	}
	if n := edit(func(a *answers.SQL) { a.Database = "X" }); n.Instances == nil || n.Databases == nil {
		t.Error("choosing a database drops the lists")
	}
	if n := edit(func(a *answers.SQL) { a.Instance = "X" }); n.Instances == nil || n.Databases != nil {
		t.Error("choosing an instance must drop the databases alone")
	}
	if n := edit(func(a *answers.SQL) { a.Server = "X" }); n.Instances != nil || n.Databases != nil {
		t.Error("another server keeps lists")
	}
}

func TestReduce_checkAgainKeepsProofsOfTheSameForests(t *testing.T) {
	s := startState()
	s.Page, s.Furthest = PageCheck, PageReady
	set := factstest.Set()
	s.Facts = &set
	s.Forests = s.forestsOf(set, nil)
	account := factstest.ForestAccount("contoso.local", "CONTOSO")
	s.Forests[0].Account = &account
	other := factstest.ForestAccount("fabrikam.local", "FABRIKAM")
	s.Forests[1].Account = &other
	s, _ = Reduce(s, CheckPressed{})
	changed := factstest.Set()
	list := changed.ADSync.Forests()
	for i := range changed.ADSync.Connectors.Value {
		if changed.ADSync.Connectors.Value[i].ID == list[1].ID {
			changed.ADSync.Connectors.Value[i].Account.User = "MSOL_somebodyelse"
		}
	}
	s, _ = Reduce(s, Inspected{Token: s.Busy.Token, Facts: changed})
	if s.Forests[0].Account == nil || s.Forests[1].Account != nil {
		t.Errorf("forests %+v", s.Forests)
	}
}

func TestReduce_failedRecheckLeadsBackToCheck(t *testing.T) {
	s := startState()
	s.Given.SQL = true
	set := factstest.Set()
	tenant := factstest.Tenant()
	s.Facts, s.Entra.Tenant, s.Forests = &set, &tenant, s.forestsOf(set, nil)
	for i, name := range []string{"CONTOSO", "FABRIKAM"} {
		a := factstest.ForestAccount(s.Forests[i].Name, name)
		s.Forests[i].Account = &a
	}
	s.Page, s.Furthest = PageReady, PageReady
	s = s.buildPlan()
	if s.Plan == nil {
		t.Fatalf("no plan: %v", s.Problems)
	}
	s, _ = Reduce(s, NextPressed{})
	s, _ = Reduce(s, InstallEnded{Token: s.Busy.Token, Outcome: apply.Outcome{
		Ending: apply.Broken, Steps: []apply.Progress{{Step: "recheck", State: apply.Failed}},
	}})
	if s.Changed() || !s.CanPrevious() || s.CanUndo() || !s.CanRetry() {
		t.Fatalf("after a failed recheck: changed %v", s.Changed())
	}
	s, effect := Reduce(s, PreviousPressed{})
	if _, ok := effect.(Inspect); !ok || s.Page != PageCheck || s.Plan != nil {
		t.Errorf("page %s, effect %T", s.Page, effect)
	}
}
