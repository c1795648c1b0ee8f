package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
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
	for _, want := range []string{"PRACTICE (two-forests)", `ADSync on SQL01\HYBRID`, "fabrikam.local", "19 deletions, 3.7 %", "objects 518", "deletes 18", "user: ", "OU=", "Errors", "at export of ", "Run profiles:", "Tasks", "[ ] ", "Custom rules:", "nothing was changed"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	html, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(html), "<h2>Pending exports") || !strings.Contains(string(html), "<th>OU</th>") || !strings.Contains(string(html), "fabrikam.local") || strings.Contains(string(html), "<script") {
		t.Errorf("the page is wrong (%v): %.300s", err, html)
	}
}

func TestRunReview_JSON(t *testing.T) {
	text, code := reviewOf(t, "healthy", Options{Review: true, JSON: true})
	var r Review
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	if code != ExitClean || r.Command != CommandReview || r.Result != ResultClean || len(r.Overview) < 6 || r.Pending == nil || len(r.Pending.Connectors) != 2 || len(r.Pending.Connectors[0].Types) == 0 || len(r.Tasks) == 0 || r.Problems == nil {
		t.Errorf("exit code %d, %+v", code, r)
	}
}

func TestRunReview_connectionMissing(t *testing.T) {
	var out bytes.Buffer
	err := RunReview(t.Context(), setup.Params{}, Options{Review: true}, &out, &out)
	if !errors.Is(err, Exit(ExitUsage)) || !strings.Contains(out.String(), "Give the name of the SQL Server.") {
		t.Errorf("%v: %s", err, out.String())
	}
}

// TestRunReview_list writes the list, as a whole and of one connector.
func TestRunReview_list(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	rows := map[string]int{}
	for _, connector := range []string{"", "CONTOSO.LOCAL"} {
		text, code := reviewOf(t, "two-forests", Options{Review: true, CSV: path, Connector: connector, JSON: true})
		var r Review
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil || code != ExitClean || r.List == nil || r.List.Path != path {
			t.Fatalf("%v, exit code %d: %s", err, code, text)
		}
		rows[connector] = strings.Count(string(data), "\r\n") - 1
		if int64(rows[connector]) != r.List.Rows {
			t.Errorf("%d rows, the result says %d", rows[connector], r.List.Rows)
		}
		if got := strings.Contains(string(data), "onmicrosoft.com - AAD"); got != (connector == "") {
			t.Errorf("connector %q: rows of Entra ID: %v", connector, got)
		}
	}
	if rows[""] <= rows["CONTOSO.LOCAL"] || rows["CONTOSO.LOCAL"] == 0 {
		t.Errorf("%v", rows)
	}
}

func TestRunReview_listFails(t *testing.T) {
	for name, o := range map[string]struct {
		o    Options
		want string
		code int
	}{
		"connector": {Options{Review: true, CSV: filepath.Join(t.TempDir(), "x.csv"), Connector: "contoso.lokal"}, "Did you mean contoso.local?", ExitUsage},
		"folder":    {Options{Review: true, CSV: filepath.Join(t.TempDir(), "no", "x.csv")}, "could not be written", ExitFailed},
	} {
		text, code := reviewOf(t, "healthy", o.o)
		if code != o.code || !strings.Contains(text, o.want) || !strings.Contains(text, "Tasks") {
			t.Errorf("%s: exit code %d: %s", name, code, text)
		}
	}
}

func TestJudgeReview_warnings(t *testing.T) {
	set := factstest.Set()
	state := func(change func(*pending.Summary)) setup.State {
		p := pending.Summary{Connectors: []pending.Connector{{Name: "x", Severity: preflight.Warning}}}
		change(&p)
		return setup.State{After: &setup.After{Facts: &set, Pending: &setup.Pending{Summary: &p}}}
	}
	if r := judgeReview(state(func(*pending.Summary) {}), nil); r.ExitCode != ExitClean {
		t.Errorf("%+v", r)
	}
	for name, s := range map[string]setup.State{
		"too many deletions": state(func(p *pending.Summary) { p.Connectors[0].Severity = preflight.Blocked }),
		"a part not read":    state(func(p *pending.Summary) { p.Notes = []string{"x"} }),
		"a column lacks":     state(func(p *pending.Summary) { p.Lacks = []string{"x"} }),
		"not counted":        {After: &setup.After{Facts: &set}},
	} {
		if r := judgeReview(s, nil); r.ExitCode != ExitWarnings || r.Result != ResultWarnings {
			t.Errorf("%s: %s", name, r.Result)
		}
	}
	s := state(func(p *pending.Summary) {
		p.Connectors[0].Name = "<b>\x1b[2Jx"
		p.Errors = []pending.ErrorGroup{{Code: "<i>"}}
	})
	var out strings.Builder
	r := judgeReview(s, errors.Join(&problem.Problem{What: "One."}, &problem.Problem{What: "Two."}))
	if len(r.Problems) != 2 {
		t.Errorf("%d problems of two", len(r.Problems))
	}
	path := filepath.Join(t.TempDir(), "x.html")
	if err := errors.Join(r.writeText(&out), r.save(path)); err != nil {
		t.Fatal(err)
	}
	page, _ := os.ReadFile(path)
	if strings.Contains(out.String(), "\x1b") || strings.Contains(string(page), "<b>\x1b") || strings.Contains(string(page), "<i>") || !strings.Contains(string(page), "&lt;b&gt;") {
		t.Error("a name from the database reaches the console or the page as it is")
	}
}
