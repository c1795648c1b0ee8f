package report_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// withParts is a record with everything that somebody can ask for.
func withParts(t *testing.T) report.Record {
	t.Helper()
	r := record(t, ft.Set())
	r.Gate = []review.Condition{
		{ID: "looked", Title: "The pending exports were looked at", Light: review.Red, Evidence: "518 exports wait", Why: "They happen.", Fix: "Look.", Override: "agreed in CHG0012345"},
		{ID: "runs", Title: "No run is unfinished", Light: review.Green, Evidence: "All have ended", Why: "not said", Fix: "not said"},
	}
	r.Overview = []review.Section{{ID: "database", Title: "Database", Rows: []review.Row{{Name: "Collation", Values: []string{"Latin1_General_CI_AS", "case-insensitive"}}}}}
	r.Problems = []*problem.Problem{{Code: "x", What: "The list could not be read.", Why: "No right.", Fix: "Ask."}}
	list := pending.Connector{
		ID: ft.Contoso, Name: "contoso.local", Kind: facts.KindAD, Objects: 100, Exports: pending.Counts{Adds: 1, Updates: 2, Renames: 3, Deletes: 4, DeleteAdds: 5},
		Severity: preflight.Warning, Says: "9 deletions", Types: []pending.TypeCount{{Type: "user", Objects: 90, Exports: pending.Counts{Deletes: 4}}, {Objects: 1, Exports: pending.Counts{Adds: 1}}},
		Containers: []pending.Container{{ID: "1", DN: "OU=Sales,DC=contoso,DC=local", Exports: pending.Counts{Deletes: 4}}, {Exports: pending.Counts{Deletes: 1}}},
	}
	r.PendingExports = &report.PendingExports{
		Summary: pending.Summary{
			At: ft.Now(), Threshold: pending.Threshold{Known: true, On: true, Limit: 500}, Connectors: []pending.Connector{list},
			Errors: []pending.ErrorGroup{{Connector: ft.Contoso, Code: "permission-issue", Objects: 2, Since: ft.Now(), Meaning: pending.Meaning{What: "It may not write.", Fix: "Grant it."}}},
			Lacks:  []string{"pending_moveop"}, Notes: []string{"The runs could not be read."},
		},
		Lists: []report.PendingList{{Connector: ft.Contoso, Name: "contoso.local", Total: 15, Rows: []pending.Row{
			{ID: "1", Operation: pending.Delete, DN: "CN=Adele Vance,OU=Sales,DC=contoso,DC=local", Type: "user", Name: "Adele Vance", Sign: "adele@contoso.com", Error: "permission-issue", Since: time.Now()},
		}}},
	}
	r.Comparison = &compare.Report{
		Format: 1, At: ft.Now(), Active: compare.Side{Source: compare.Source{Server: "SYNC01", Label: `C:\Export`}}, New: compare.Side{Source: compare.Source{Server: "SYNC02", Label: "ADSync"}},
		Counts: compare.Counts{Dangerous: 1, Expected: 1}, Notes: []string{"One side is old."}, NotCompared: []compare.Gap{{What: "Passwords", Why: "They are sealed."}},
		Differences: []compare.Difference{
			{Severity: compare.Dangerous, Area: compare.AreaRules, Object: `Rule "In from AD"`, Title: "Scoping filter", Change: compare.Changed, Before: "department EQUAL a", After: "department EQUAL b", Effect: "Others are in scope.", Details: []string{"1 clause"}},
			{Severity: compare.Expected, Area: compare.AreaServer, Object: "Server", Title: "Name", Change: compare.OnlyB, After: "SYNC02", Effect: "Expected."},
		},
	}
	return r
}

func TestParts(t *testing.T) {
	page := pageOf(t, withParts(t))
	for _, want := range []string{
		"<h2>Pending exports</h2>", "An export with 500 deletions or more is stopped.", "▲ 9 deletions", "user: 4 of 90", "(no type): 1 of 1", "OU=Sales,DC=contoso,DC=local", "in no OU any more",
		"contoso.local: permission-issue at export, objects: 2", "It may not write. Grant it.", "no column pending_moveop", "The runs could not be read.",
		"The first 1 of 15 objects, deletions first", "<td>delete</td>", "Adele Vance adele@contoso.com", "✕ permission-issue",
		"<h2>Comparison with another server</h2>", "1 difference changes what is synchronized.", "department EQUAL <mark>a</mark>", "department EQUAL <mark>b</mark>", "✕ Dangerous (1)", "Not compared, and why", "They are sealed.", "<i>not there</i>",
		"agreed in CHG0012345", "They happen. Look.", "<h2>What the database holds</h2>", "Latin1_General_CI_AS<br>case-insensitive", "The list could not be read.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, never := range []string{"not said", "<h2>What the database held</h2>"} {
		if strings.Contains(page, never) {
			t.Errorf("the page says %q", never)
		}
	}
	r := withParts(t)
	r.PendingExports, r.Comparison, r.Overview = nil, nil, nil
	page = pageOf(t, r)
	for _, never := range []string{"<h2>Pending exports</h2>", "<h2>Comparison", "<h2>What the database holds</h2>"} {
		if strings.Contains(page, never) {
			t.Errorf("nobody asked for it: %q", never)
		}
	}
	var b bytes.Buffer
	var again report.Record
	if err := report.JSON(&b, withParts(t)); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &again); err != nil || again.PendingExports.Lists[0].Rows[0].Name != "Adele Vance" || again.Comparison.Counts.Dangerous != 1 || again.Gate[0].Override != "agreed in CHG0012345" {
		t.Errorf("%v: %+v", err, again.PendingExports)
	}
}

func TestReviewHeadline(t *testing.T) {
	for _, c := range []struct {
		bend func(*report.Record)
		want string
	}{
		{func(*report.Record) {}, "not in staging mode: it exports. Exports that wait: 15, of them deletions: 9."},
		{func(r *report.Record) {
			r.Facts.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingStagingMode, "True"))
			r.PendingExports = nil
		}, "in staging mode: it exports nothing.</p>"},
		{func(r *report.Record) { r.Facts.ADSync.Settings = facts.Read[[]facts.Setting]{} }, "staging mode can&#39;t be read"},
	} {
		r := withParts(t)
		r.Plan, r.Outcome, r.Findings = nil, nil, nil
		c.bend(&r)
		page := pageOf(t, r)
		if !strings.Contains(page, c.want) || !strings.Contains(page, "<h1>Review of ADSync on") {
			t.Errorf("does not say %q: %s", c.want, regexp.MustCompile(`(?s)<h1>.*?<dl>`).FindString(page))
		}
	}
}

// poison puts a hostile text into every text that can be reached from v, whatever it
// is for, but for those that say whether something is known at all. It counts them.
func poison(v reflect.Value) int {
	n := 0
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			n = poison(v.Elem())
		}
	case reflect.Struct:
		if _, is := v.Interface().(time.Time); is {
			return 0
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				n += poison(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.Len() == 0 && v.CanSet() && v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			n += poison(v.Index(i))
		}
	case reflect.String:
		if v.CanSet() && v.Type() != reflect.TypeFor[facts.ReadState]() {
			v.SetString(hostile)
			n++
		}
	default: // numbers and truths
	}
	return n
}

// Whatever text of a record is hostile, in any state that it can be written in,
// nothing of it becomes markup, loads something or draws lines of its own.
func TestHostileEverywhere(t *testing.T) {
	known := map[string]bool{"<i": true, "</i": true, "<mark": true, "</mark": true}
	for _, tag := range regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9]*`).FindAllString(pageOf(t, withParts(t))+pageOf(t, record(t, ft.Set())), -1) {
		known[tag] = true
	}
	for name, bend := range map[string]func(*report.Record){
		"as it is":     func(*report.Record) {},
		"installed":    func(r *report.Record) { r.Plan.Purpose, r.Outcome.Ending = plan.Installs, apply.Completed },
		"undone":       func(r *report.Record) { r.Plan.Purpose, r.Outcome.Ending = plan.Installs, apply.PartLeft },
		"left staging": func(r *report.Record) { r.Plan.Purpose, r.Outcome.Ending = plan.Leaves, apply.Completed },
		"entered":      func(r *report.Record) { r.Plan.Purpose, r.Outcome.Ending = plan.Enters, apply.Broken },
		"review":       func(r *report.Record) { r.Plan, r.Outcome = nil, nil },
		"check":        func(r *report.Record) { r.Plan, r.Outcome, r.Overview = nil, nil, nil },
		"red and dangerous": func(r *report.Record) {
			r.Gate[0].Light, r.Comparison.Differences[0].Severity, r.Comparison.Differences[1].Severity = review.Red, compare.Dangerous, compare.Expected
			r.PendingExports.Summary.Connectors[0].ID = r.PendingExports.Summary.Errors[0].Connector
		},
	} {
		r := withParts(t)
		r.Plan.Answered = []plan.Answered{{At: ft.Now()}}
		r.Outcome.Problem, r.Outcome.Steps[0].Problem = &problem.Problem{}, &problem.Problem{}
		if n := poison(reflect.ValueOf(&r)); n < 300 {
			t.Fatalf("only %d texts were changed", n)
		}
		bend(&r)
		page := pageOf(t, r)
		for _, never := range []string{"<script", "<img", "javascript:", "\x1b", "\x00", "\x07", "\u202e", "\u2066"} {
			if strings.Contains(strings.ToLower(strings.ReplaceAll(page, "javascript:alert(3)", "")), never) {
				t.Errorf("%s: the page holds %q", name, never)
			}
		}
		for _, tag := range regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9]*`).FindAllString(page, -1) {
			if !known[tag] {
				t.Errorf("%s: a tag from data: %s", name, tag)
			}
		}
		for _, href := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			t.Fatalf("%s: a link to %s", name, href[1]) // no text is an address of the web any more
		}
		if n := strings.Count(page, "</style>"); n != 1 {
			t.Errorf("%s: %d ends of the style", name, n)
		}
		for line := range strings.Lines(text(t, r)) {
			if strings.HasPrefix(line, "FINDINGS") || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x1b\x00\x07\r\u202e\u2066") {
				t.Fatalf("%s: a line from data: %q", name, line)
			}
		}
		var b bytes.Buffer
		if err := report.JSON(&b, r); err != nil || !json.Valid(b.Bytes()) || strings.Contains(b.String(), "<script") {
			t.Errorf("%s: JSON: %v", name, err)
		}
	}
}
