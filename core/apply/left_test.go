package apply_test

import (
	"context"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// wholePlan is a plan with every kind of step.
func wholePlan(t *testing.T) plan.Plan {
	t.Helper()
	set := factstest.Set()
	set.Database.BackupWay = facts.BackupWay{
		Folder: factstest.Known(`D:\Backup`), Allowed: factstest.Known(true), Verify: factstest.Known(true),
	}
	p, err := plan.Build(plan.Input{
		Answers: answers.Answers{
			Forests: []answers.Forest{
				{Forest: "contoso.local", Option: answers.CreateAccount, User: `CONTOSO\ea`},
				{Forest: "fabrikam.local", Option: answers.CreateAccount, User: `FABRIKAM\ea`},
			},
			Options: answers.Options{Backup: answers.Backup{On: true}},
		},
		Facts: set, Tenant: factstest.Tenant(),
		Forests:      []facts.ForestAccount{factstest.ForestAccount("contoso.local", "CONTOSO"), factstest.ForestAccount("fabrikam.local", "FABRIKAM")},
		Installation: "0123456789abcdef0123456789abcdef", Keyset: 42, Entropy: "11111111-2222-4333-8444-555555555555",
		Now: factstest.Now(), Program: "1.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Whatever kind of step can't be undone: undo names the step, what is left and where,
// what it would have done and what to do by hand; and it goes on with the others.
func TestUndo_saysWhatEachKindOfStepLeaves(t *testing.T) {
	p := wholePlan(t)
	where := map[plan.Kind]string{
		plan.KindBackup: `D:\Backup`, plan.KindClaim: "ADSyncReconnect.Claim", plan.KindAccount: "contoso.local", plan.KindIdentity: "Connect",
		plan.KindSecrets: "vault", plan.KindDatabase: "mms_", plan.KindGroups: "ADSyncAdmins", plan.KindServer: "service ADSync", plan.KindReport: "report",
	}
	j, err := apply.CreateJournal(t.TempDir(), apply.Begin{Program: "1.0", Plan: p}, factstest.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}()
	actions, kinds := map[string]apply.Action{}, map[plan.Kind]bool{}
	for _, s := range p.Steps {
		kinds[s.Kind] = true
		a := apply.Action{Apply: func(context.Context, *apply.Work) error { return nil }}
		if _, changes := where[s.Kind]; changes {
			a.Undo = func(context.Context, *apply.Work) error {
				return &problem.Problem{What: "It is stuck.", Why: "Somebody holds it.", Fix: "By hand: pull at " + s.ID + "."}
			}
		}
		actions[s.ID] = a
	}
	e := apply.Engine{Journal: j, Actions: actions, Now: factstest.Now, ByHand: p.ByHand}
	if o := e.Run(t.Context(), p.Steps, nil, nil); o.Ending != apply.Completed {
		t.Fatal(o.Problem)
	}
	o := e.Undo(t.Context(), p.Steps, nil)
	all := strings.Join(o.Left, "\n")
	for kind, place := range where {
		if !kinds[kind] {
			t.Errorf("the plan has no step %s", kind)
		}
		for _, s := range p.Steps {
			if s.Kind != kind {
				continue
			}
			said := ""
			for _, l := range o.Left {
				if strings.HasPrefix(l, s.Title+" could not be undone: It is stuck. Somebody holds it.") && strings.Contains(l, "pull at "+s.ID+".") {
					said = l
				}
			}
			if said == "" || s.Undo == "" || !strings.Contains(said, s.Undo) {
				t.Errorf("%s: nothing says how to undo %q by hand:\n%s", kind, s.Title, all)
				continue
			}
			if by := p.ByHand(s); by == "" || !strings.HasSuffix(said, " By hand: "+by) {
				t.Errorf("%s: it is not said how to do it by hand: %s", kind, said)
			}
			if kind != plan.KindAccount && !strings.Contains(strings.ToLower(said), strings.ToLower(place)) {
				t.Errorf("%s: nothing says where: %s", kind, said)
			}
			for _, c := range s.Changes {
				if !strings.Contains(said, c.Target+": "+c.Object) {
					t.Errorf("%s: %s on %s is not named: %s", kind, c.Object, c.Target, said)
				}
			}
		}
	}
}
