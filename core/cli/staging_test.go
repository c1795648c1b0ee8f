package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestStaging switches a practice database there and back: entering asks for
// nothing, leaving is blocked until every condition is answered for.
func TestStaging(t *testing.T) {
	s, err := practice.New(t.Context(), "two-forests", practice.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	site := s.Setup()
	end := site.Close
	site.Close = nil // it outlives the sessions
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(t.TempDir(), "report.html")
	run := func(how string) (Switch, int) {
		var out, progress bytes.Buffer
		err := RunStaging(t.Context(), setup.Params{Site: site, Program: "1.0"}, Options{Staging: how, JSON: true, Report: path}, &out, &progress)
		var code Exit
		if err != nil && !errors.As(err, &code) {
			t.Fatal(err)
		}
		var r Switch
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		return r, int(code)
	}
	r, code := run("enter")
	if code != ExitClean || r.Outcome == nil || r.Outcome.Ending != apply.Completed || r.Plan.Purpose != plan.Enters {
		t.Fatalf("entering: %d %+v", code, r)
	}
	r, code = run("enter")
	said := bytes.Buffer{}
	if err := r.writeText(&said); err != nil || code != ExitClean || r.Result != ResultDone || len(r.Problems) != 0 || r.Outcome != nil || len(r.Next) != 0 ||
		!strings.Contains(said.String(), "The server is in staging mode already. Nothing was changed.") {
		t.Errorf("entering twice: %d %+v\n%s", code, r, said.String())
	}
	r, code = run("leave")
	if code != ExitBlocked || r.Outcome != nil || len(r.Gate) != len(review.ConditionIDs()) || r.Problems[0].Code != setup.CodeGateClosed {
		t.Fatalf("leaving with closed conditions: %d %+v", code, r)
	}
	const why = "agreed in CHG0012345"
	site.Answers.Staging.Overrides = answers.Overrides{Owner: why, OtherServer: why, SignIn: why, Cycles: why, Runs: why, Deletes: why, Looked: why, Writeback: why}
	r, code = run("leave")
	if code != ExitWarnings || r.Outcome == nil || r.Outcome.Ending != apply.Completed || len(r.Plan.Answered) == 0 || len(r.Next) < 3 {
		t.Fatalf("leaving: %d %+v", code, r)
	}
	page, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(page), why) || !strings.Contains(string(page), "Staging mode is off") {
		t.Errorf("the report does not say why (%v)", err)
	}
	text := bytes.Buffer{}
	if err := r.writeText(&text); err != nil || !strings.Contains(text.String(), "answered for: "+why) || !strings.Contains(text.String(), "Restart-Service") && !strings.Contains(text.String(), "restart the service") {
		t.Errorf("text %v:\n%s", err, text.String())
	}
}

// The answers know every condition, and no other.
func TestOverrides_areTheConditions(t *testing.T) {
	reasons := answers.Overrides{}.Reasons()
	for _, id := range review.ConditionIDs() {
		if _, ok := reasons[id]; !ok {
			t.Errorf("%s can't be answered for", id)
		}
		if _, err := answers.Parse([]byte(`{"staging":{"overrides":{"` + id + `":"agreed in CHG0012345"}}}`)); err != nil {
			t.Error(err)
		}
	}
	if len(reasons) != len(review.ConditionIDs()) {
		t.Errorf("%d reasons", len(reasons))
	}
}

func TestStagingArgs(t *testing.T) {
	for _, args := range [][]string{{"/staging:leave"}, {"/staging:sideways", "/practice"}, {"/staging"}, {"/staging:enter", "/practice", "/install"}, {"/staging:enter", "/practice", "/review"}} {
		if _, err := ParseArgs(args); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
	if o, err := ParseArgs([]string{"/staging:Leave", "/practice", "/json"}); err != nil || !o.Headless() {
		t.Errorf("%+v, %v", o, err)
	}
}

// A device code is shown where nobody has a browser, without a user's name in the answers.
func TestStaging_deviceCode(t *testing.T) {
	site, err := practice.Open(t.Context(), "staging-clone", practice.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	site.Answers.Entra = answers.Entra{Flow: answers.FlowDevice}
	var out, progress bytes.Buffer
	err = RunStaging(t.Context(), setup.Params{Site: site, Program: "1.0"}, Options{Staging: "leave", JSON: true}, &out, &progress)
	if !errors.Is(err, Exit(ExitBlocked)) {
		t.Fatalf("%v: %s", err, out.String())
	}
	if text := progress.String(); !strings.Contains(text, "Code: PRACTICE1") || !strings.Contains(text, "https://microsoft.com/devicelogin") {
		t.Errorf("nobody could sign in: %q", text)
	}
	if strings.Contains(out.String(), "only the tenant knows") {
		t.Errorf("the tenant was not read: %s", out.String())
	}
}
