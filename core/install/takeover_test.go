package install_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

func TestTakeOver_recordedAndPutBack(t *testing.T) {
	t.Parallel()
	b := open(t, "claimed", func(site *setup.Site) { site.Answers.TakeOver = "sync01" })
	before := b.dump(t)
	state, err := b.install(t)
	if err != nil {
		t.Fatal(err)
	}
	checkInstalled(t, b, state)
	if o := state.Plan.Claim.Override; o == nil || o.Server != "SYNC01" || o.Claim.Server != "SYNC01" || o.At.IsZero() {
		t.Fatalf("override %+v", o)
	}
	for _, path := range append(state.Install.Outcome.Reports, state.Install.Outcome.Journal) {
		data, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(data), "Take the database over from SYNC01") {
			t.Errorf("%s does not say it (%v)", path, err)
		}
	}
	state = b.press(t, setup.UndoPressed{})
	if o := state.Install.Outcome; o.Ending != apply.TakenBack {
		t.Fatalf("undo: %+v", o)
	}
	same(t, "after undo", before, b.dump(t))
}

// TestTakeOver_refused: without the name nothing is planned; a sign of life that
// comes after the plan stops Install before its first change.
func TestTakeOver_refused(t *testing.T) {
	t.Parallel()
	b := open(t, "claimed")
	before := b.dump(t)
	if _, err := b.install(t); problem.As(err) == nil || problem.As(err).Code != setup.CodeBlocked {
		t.Errorf("without the name: %v", err)
	}
	same(t, "without the name", before, b.dump(t))

	b = open(t, "claimed", func(site *setup.Site) { site.Answers.TakeOver = "SYNC01" })
	b.hooks["recheck running"] = func() {
		b.sql.SetForeignSessions([]tsql.ForeignSession{{Host: "SYNC01", App: "ADSync", Login: `CONTOSO\svc`, Database: "ADSync", LoginTime: time.Now()}})
	}
	state, err := b.install(t)
	if p := problem.As(err); p == nil || p.Code != "install.facts.changed" || !strings.Contains(p.Why, "SYNC01") {
		t.Errorf("with life: %v", err)
	}
	if stepOf(state, plan.KindClaim).State != apply.Waiting {
		t.Error("it was claimed")
	}
	if p := b.dump(t)["extended properties"]; !strings.Contains(p, "SYNC01") {
		t.Errorf("the properties are %s", p)
	}
}
