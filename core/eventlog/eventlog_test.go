package eventlog

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

func TestEnded(t *testing.T) {
	p := plan.Plan{ID: "0123", Server: "SYNC02", Claim: plan.Claim{After: facts.Claim{Version: "1.0"}}}
	broke := &problem.Problem{What: "It broke.", Fix: "Mend it."}
	for ending, c := range map[apply.Ending]struct {
		id    uint32
		level Level
		says  string
	}{
		apply.Completed: {100, Information, "in staging mode"},
		apply.Stopped:   {101, Warning, "stopped before its end"},
		apply.Broken:    {102, Error, "Mend it."},
		apply.TakenBack: {110, Information, "was taken back."},
		apply.PartLeft:  {111, Warning, "The group is still there."},
	} {
		o := apply.Outcome{Ending: ending, Journal: "j.log", Reports: []string{"r.html"}}
		switch ending {
		case apply.Broken:
			o.Problem = broke
		case apply.PartLeft:
			o.Left = []string{"The group is still there."}
		default:
		}
		e, ok := Ended(p, o)
		if !ok || e.ID != c.id || e.Level != c.level {
			t.Errorf("%s: %t, %+v", ending, ok, e)
		}
		for _, text := range []string{c.says, "SYNC02", "Installation 0123", "version 1.0", "j.log", "r.html"} {
			if !strings.Contains(e.Text, text) {
				t.Errorf("%s: %q lacks %q", ending, e.Text, text)
			}
		}
	}
	if _, ok := Ended(p, apply.Outcome{}); ok {
		t.Error("a run that has not ended is told")
	}
	long, _ := Ended(p, apply.Outcome{Ending: apply.PartLeft, Left: []string{strings.Repeat("ä", 40000)}})
	if n := len([]rune(long.Text)); n > 31839 {
		t.Errorf("%d characters are more than the event log takes", n)
	}
}

func TestStaging(t *testing.T) {
	if e := Staging("SYNC02", `CONTOSO\admin`, false); e.ID != LeftStaging || e.Level != Warning || !strings.Contains(e.Text, `CONTOSO\admin`) {
		t.Errorf("%+v", e)
	}
	if e := Staging("SYNC02", `CONTOSO\admin`, true); e.ID != EnterStaging || !strings.Contains(e.Text, "exports nothing") {
		t.Errorf("%+v", e)
	}
}

// Monitoring is set up by what README says.
func TestIDs_standInReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []uint32{Installed, Stopped, Failed, TakenBack, PartLeft} {
		if !strings.Contains(string(text), "| "+strconv.Itoa(int(id))+" |") {
			t.Errorf("README says nothing of %d", id)
		}
	}
}
