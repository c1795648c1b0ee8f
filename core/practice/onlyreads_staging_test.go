package practice

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestOnlyReads_staging does everything on the page Staging mode but confirm: the
// server's statement log holds nothing that could write until the switch is pressed,
// and then that it was.
func TestOnlyReads_staging(t *testing.T) {
	session, site := open(t, "staging-clone")
	events := []setup.Event{
		setup.AfterOpened{Page: setup.PageStaging},
		setup.SwitchPressed{Purpose: plan.Leaves}, // its conditions are not fulfilled
		setup.SwitchPressed{Purpose: plan.Enters}, // it is in staging mode already
		setup.SwitchAgainPressed{},
		setup.SwitchUndoPressed{},
		setup.GateSignInPressed{},
		setup.PageChosen{Page: setup.PagePending},
		setup.ExportsLookedAt{},
		setup.PageChosen{Page: setup.PageStaging},
		setup.SavePressed{Path: filepath.Join(t.TempDir(), "r.html"), With: setup.ReportParts{Pending: true, All: true}},
		setup.ReadAgainPressed{},
	}
	for _, id := range review.ConditionIDs() {
		events = append(events, setup.ReasonTyped{ID: id, Reason: "agreed in CHG0012345"})
	}
	for _, e := range events {
		session.Dispatch(e)
		if err := session.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	st := session.State()
	if ok, why := st.CanSwitch(plan.Leaves); !ok || st.Staging.Tenant == nil || st.Staging.Plan != nil {
		t.Fatalf("%s %+v %v", why, st.Staging, st.Problems)
	}
	sentOnlyReads(t, site)
	before := len(site.Statements())
	session.Dispatch(setup.SwitchPressed{Purpose: plan.Leaves})
	if err := session.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	writes := 0
	for _, s := range site.Statements()[before:] {
		if containsWord(strings.ToLower(literals.ReplaceAllString(s, "''")), "update") {
			writes++
		}
	}
	if on, known := session.State().InStaging(); on || !known || writes == 0 {
		t.Errorf("staging mode %t, %d writing statements: %+v", on, writes, session.State().Staging.Outcome)
	}
}
