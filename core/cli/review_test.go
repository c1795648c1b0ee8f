package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// reviewOf reviews a practice site and gives what was printed and the exit code.
func reviewOf(t *testing.T, scenario string, o Options) (string, int) {
	t.Helper()
	site, err := practice.Open(t.Context(), scenario, practice.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out, progress bytes.Buffer
	err = RunReview(t.Context(), setup.Params{Site: site}, o, &out, &progress)
	var exit Exit
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), int(exit)
}

func TestRunReview_text(t *testing.T) {
	page := filepath.Join(t.TempDir(), "r.html")
	text, code := reviewOf(t, "two-forests", Options{Review: true, Report: page})
	if code != ExitClean {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"PRACTICE (two-forests)", `ADSync on SQL01\HYBRID`, "fabrikam.local", "19 deletes of 518 objects", "Run profiles:", "Tasks", "[ ] ", "Custom rules:", "nothing was changed"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	html, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(html), "Pending exports") || !strings.Contains(string(html), "fabrikam.local") || strings.Contains(string(html), "<script") {
		t.Errorf("the page is wrong (%v): %.300s", err, html)
	}
}

func TestRunReview_JSON(t *testing.T) {
	text, code := reviewOf(t, "healthy", Options{Review: true, JSON: true})
	var r Review
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if code != ExitClean || r.Command != CommandReview || r.Result != ResultClean || len(r.Overview) < 6 || len(r.Exports) != 2 || len(r.Tasks) == 0 || r.Problems == nil {
		t.Errorf("exit code %d, %+v", code, r)
	}
}

func TestRunReview_connectionMissing(t *testing.T) {
	var out bytes.Buffer
	err := RunReview(t.Context(), setup.Params{}, Options{Review: true}, &out, &out)
	if !errors.Is(err, Exit(ExitFailed)) || !strings.Contains(out.String(), "Give the name of the SQL Server.") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestJudgeReview_warnings(t *testing.T) {
	set := factstest.Set()
	s := setup.State{After: &setup.After{Facts: &set}}
	if r := judgeReview(s, nil); r.ExitCode != ExitClean {
		t.Errorf("%+v", r)
	}
	set.ADSync.Connectors.Value[0].Counts = factstest.Known(facts.Counts{ExportDelete: 501})
	if r := judgeReview(s, nil); r.ExitCode != ExitWarnings || r.Result != ResultWarnings {
		t.Errorf("more deletions than the threshold: %s", r.Result)
	}
	set.ADSync.Connectors.Value[0].Counts = factstest.Unknown[facts.Counts]()
	if r := judgeReview(s, nil); r.ExitCode != ExitWarnings {
		t.Errorf("exports that can't be counted: %s", r.Result)
	}
	set.ADSync.Connectors.Value[0].Name = "<b>\x1b[2Jx"
	var out strings.Builder
	r := judgeReview(s, nil)
	path := filepath.Join(t.TempDir(), "x.html")
	if err := errors.Join(r.writeText(&out), r.save(path)); err != nil {
		t.Fatal(err)
	}
	page, _ := os.ReadFile(path)
	if strings.Contains(out.String(), "\x1b") || strings.Contains(string(page), "<b>\x1b") || !strings.Contains(string(page), "&lt;b&gt;") {
		t.Error("a name from the database reaches the console or the page as it is")
	}
}
