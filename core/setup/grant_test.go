package setup

import (
	"slices"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// TestNeeds_whoGrants asks for the password of who grants as long as the entries
// are to be added or taken away, and no longer.
func TestNeeds_whoGrants(t *testing.T) {
	const forest = "contoso.local"
	account := plan.Account{Forest: forest, Option: answers.ExistingAccount, User: "svc", Grantor: `CONTOSO\ea`, Grants: []facts.Right{{Domain: forest}}}
	for name, c := range map[string]struct {
		undo  bool
		step  apply.StepState
		given bool
		want  bool
	}{
		"to go on, not begun":  {false, apply.Waiting, false, true},
		"to go on, broken off": {false, apply.Failed, false, true},
		"to go on, done":       {false, apply.Done, false, false},
		"given already":        {false, apply.Failed, true, false},
		"undo, not begun":      {true, apply.Waiting, false, false},
		"undo, broken off":     {true, apply.Failed, false, true},
		"undo, done":           {true, apply.Done, false, true},
		"undo, taken back":     {true, apply.Undone, false, false},
		"undo, could not be":   {true, apply.Left, false, true},
		"undo, given":          {true, apply.Done, true, false},
	} {
		s := State{
			Plan: &plan.Plan{
				Accounts: []plan.Account{account},
				Steps:    []plan.Step{{ID: "account:" + forest, Kind: plan.KindAccount, Forest: forest, Undo: "x"}, {ID: "secrets", Kind: plan.KindSecrets}},
			},
			Install:  Install{Steps: []apply.Progress{{Step: "account:" + forest, State: c.step}, {Step: "secrets"}}},
			Reopened: &Reopened{Undo: c.undo},
			Given:    Given{SQL: true},
		}
		if c.given {
			s.Given = s.Given.with(answers.SecretGrant(forest))
		}
		got := slices.ContainsFunc(s.Needs(), func(n Need) bool {
			return n.Key == "grant:"+forest && n.Forest == forest && n.User == account.Grantor
		})
		if got != c.want {
			t.Errorf("%s: %v, needs %+v", name, got, s.Needs())
		}
		as := account
		as.Current = true
		s.Plan = &plan.Plan{Accounts: []plan.Account{as}, Steps: s.Plan.Steps}
		if slices.ContainsFunc(s.Needs(), func(n Need) bool { return n.Key == "grant:"+forest }) {
			t.Errorf("%s: the current user is asked for a password: %+v", name, s.Needs())
		}
		as.Option = answers.CreateAccount
		s.Plan = &plan.Plan{Accounts: []plan.Account{as}, Steps: s.Plan.Steps}
		if needs := s.Needs(); len(needs) != 0 {
			t.Errorf("%s: the current user is asked for a password: %+v", name, needs)
		}
	}
}
