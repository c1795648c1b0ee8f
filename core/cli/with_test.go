package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

func TestParseArgs_with(t *testing.T) {
	for _, c := range []struct {
		args    []string
		want    setup.ReportParts
		against string
	}{
		{[]string{"/with:pending"}, setup.ReportParts{Pending: true}, ""},
		{[]string{"/with:Pending-All"}, setup.ReportParts{Pending: true, All: true}, ""},
		{[]string{`/with:compare=C:\a, b=c`}, setup.ReportParts{Compare: true}, `C:\a, b=c`},
		{[]string{`/with:pending,compare=D:\x`}, setup.ReportParts{Pending: true, Compare: true}, `D:\x`},
		{[]string{"/with:pending", "/with:compare=x.zip"}, setup.ReportParts{Pending: true, Compare: true}, "x.zip"},
	} {
		o, err := ParseArgs(append([]string{"/review", "/practice", "/report:r.html"}, c.args...))
		if err != nil || o.With != c.want || o.Against != c.against {
			t.Errorf("%q: %+v %q %v", c.args, o.With, o.Against, err)
		}
	}
	for args, want := range map[string]string{
		"/review /practice /report:r.html /with:everything": `not "everything"`,
		"/review /practice /report:r.html /with:compare=":   "needs the exported folder",
		"/review /practice /report:r.html /with:compare":    "needs the exported folder",
		"/review /practice /with:pending":                   "/with goes with",
		"/check /practice /report:r.html /with:pending":     "/with goes with",
		"/review /practice /report:r.html /with:":           "/with needs a value",
	} {
		if _, err := ParseArgs(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// What was asked for is in the report, in the page and in JSON, and nothing that was not.
func TestRunReview_with(t *testing.T) {
	dir := t.TempDir()
	read := func(name string, with setup.ReportParts) string {
		t.Helper()
		path := filepath.Join(dir, name)
		o := Options{Review: true, Report: path, With: with}
		if with.Compare {
			o.Against = setup.PracticeExport
		}
		if text, code := reviewOf(t, "two-forests", o); code != ExitClean {
			t.Fatalf("exit code %d: %s", code, text)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	if page := read("a.html", setup.ReportParts{}); strings.Contains(page, "<h2>Comparison") || strings.Contains(page, "Objects: ") || !strings.Contains(page, "<h2>Pending exports") || !strings.Contains(page, "<h2>What the database holds") {
		t.Error("nothing was asked for")
	}
	page := read("b.html", setup.ReportParts{Pending: true, Compare: true})
	for _, want := range []string{"<h2>Comparison with another server", "Objects: contoso.local", "All 4 objects.", "<td>delete</td>", "<h2>Conditions for leaving staging mode"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	var r Review
	if err := json.Unmarshal([]byte(read("c.json", setup.ReportParts{Pending: true, All: true, Compare: true})), &r); err != nil {
		t.Fatal(err)
	}
	if r.Comparison == nil || len(r.Lists) == 0 {
		t.Fatalf("%+v", r)
	}
	for i, l := range r.Lists {
		if l.Total == 0 || int64(len(l.Rows)) != l.Total || l.Total > report.RowsMost {
			t.Errorf("%d: %s: %d rows of %d", i, l.Name, len(l.Rows), l.Total)
		}
	}
	// A comparison that can't be made is said, and the rest is there.
	path := filepath.Join(dir, "d.html")
	text, code := reviewOf(t, "healthy", Options{Review: true, Report: path, With: setup.ReportParts{Compare: true}, Against: filepath.Join(dir, "none")})
	data, _ := os.ReadFile(path)
	if code != ExitWarnings || !strings.Contains(text, "none") || !strings.Contains(string(data), "What could not be read or done") {
		t.Errorf("exit code %d: %s", code, text)
	}
}

// The switch's report holds them too, as they were before it.
func TestRunStaging_with(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.json")
	site, err := practice.Open(t.Context(), "two-forests", practice.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Staging: "enter", Report: path, With: setup.ReportParts{Pending: true, Compare: true}, Against: setup.PracticeExport}
	var out bytes.Buffer
	if err := RunStaging(t.Context(), setup.Params{Site: site, Program: "1.0"}, o, &out, &out); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r report.Record
	if err := json.Unmarshal(data, &r); err != nil || r.PendingExports == nil || len(r.PendingExports.Lists) == 0 || r.Comparison == nil || r.Outcome == nil {
		t.Errorf("%v: %.300s", err, data)
	}
}
