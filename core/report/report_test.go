package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// record gives the record of a whole installation of a site.
func record(t *testing.T, set facts.Set) report.Record {
	t.Helper()
	tenant := ft.Tenant()
	forests := []facts.ForestAccount{ft.ForestAccount("contoso.local", "CONTOSO"), ft.ForestAccount("fabrikam.local", "FABRIKAM")}
	p, err := plan.Build(plan.Input{
		Answers: answers.Answers{Options: answers.Options{StartSync: true}}, Facts: set, Tenant: tenant, Forests: forests,
		Installation: "9be2f0c1d4370123456789abcdef0123", Keyset: 100017, Entropy: "66666666-6666-4666-8666-666666666666",
		Now: ft.Now(), Program: "1.0.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	o := apply.Outcome{Ending: apply.Completed, Started: ft.Now(), Finished: ft.Now().Add(time.Minute)}
	for _, s := range p.Steps {
		o.Steps = append(o.Steps, apply.Progress{Step: s.ID, State: apply.Done, Text: "last words of " + s.ID})
	}
	r := report.Record{
		Format: report.Format, Program: "ADSync Reconnect 1.0.0", Made: ft.Now(), Computer: "SYNC02", Facts: &set,
		Findings: append(preflight.Judge(set, answers.Answers{}), preflight.JudgeTenant(set, answers.Answers{}, tenant)...),
		Tenant:   &tenant, Plan: &p, Outcome: &o, Tasks: review.Tasks(set, p, &tenant, forests),
	}
	for i := range forests {
		r.Forests = append(r.Forests, report.ForestRecord{Name: forests[i].Forest.Name, Green: true, Account: &forests[i]})
	}
	return r
}

func pageOf(t *testing.T, r report.Record) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func text(t *testing.T, r report.Record) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Text(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWholeRecord(t *testing.T) {
	r := record(t, ft.Set())
	for name, got := range map[string]string{"html": pageOf(t, r), "text": text(t, r)} {
		for _, want := range []string{
			"SYNC02 now owns the database and is in staging mode.", "contoso.local", "Claim the database for SYNC02",
			"Leave staging mode", "The collation is case-insensitive", "ConnectSyncProvisioning_SYNC02_9be2f0c1d437", "last words of recheck",
			"Password hash synchronization", "2 standard, 1 custom",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		for _, never := range []string{"PRACTICE", "last words of identity"} {
			if strings.Contains(got, never) {
				t.Errorf("%s says %q", name, never)
			}
		}
	}
}

// The page says what the database held, so that the ticket tells the state before.
func TestRecoveredConfiguration(t *testing.T) {
	s := ft.Set()
	s.ADSync.Connectors.Value[0].Partitions = []facts.Partition{
		{Name: "DC=contoso,DC=local", Selected: ft.Known(true), Inclusions: []string{"OU=Corp,DC=contoso,DC=local"}, Exclusions: []string{"OU=Old,DC=contoso,DC=local"}},
		{Name: "DC=child", Selected: ft.Known(false)},
		{Name: "DC=open", Selected: ft.Unknown[bool](), Inclusions: []string{""}},
	}
	s.ADSync.Connectors.Value[1].Counts = ft.Unknown[facts.Counts]()
	s.ADSync.Connectors.Value[2].Writeback = ft.Known(true)
	s.ADSync.Rules = ft.Known([]facts.Rule{{Name: "In from AD - Contractors", Precedence: 50, Direction: "Inbound", Disabled: true, Connector: ft.Contoso}})
	page := pageOf(t, record(t, s))
	for _, want := range []string{
		"DC=contoso,DC=local: selected; in: OU=Corp,DC=contoso,DC=local; out: OU=Old,DC=contoso,DC=local", "DC=child: not selected<",
		"DC=open: selection not known<", "password writeback", "not counted: the login may not see it",
		"50 In from AD - Contractors (Inbound), disabled", "20000 objects; pending exports: 0 adds", `contoso.local\MSOL_0123456789ab`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// Every tag that is opened is closed, whatever the record holds.
func TestHTMLIsBalanced(t *testing.T) {
	for name, r := range map[string]report.Record{"whole": record(t, ft.Set()), "hostile": hostileRecord(t), "empty": {}} {
		var open []string
		for _, m := range regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)\b[^>]*>`).FindAllStringSubmatch(pageOf(t, r), -1) {
			switch {
			case m[2] == "meta" || m[2] == "br":
			case m[1] == "":
				open = append(open, m[2])
			case len(open) == 0 || open[len(open)-1] != m[2]:
				t.Fatalf("%s: </%s> closes %v", name, m[2], open)
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) != 0 {
			t.Errorf("%s: %v stay open", name, open)
		}
	}
}

func TestPracticeIsSaid(t *testing.T) {
	r := record(t, ft.Set())
	r.Practice = "healthy"
	for name, got := range map[string]string{"html": pageOf(t, r), "text": text(t, r)} {
		if n := strings.Count(got, "PRACTICE"); n < 2 {
			t.Errorf("%s says PRACTICE %d times, want it at the head and at the end", name, n)
		}
		if !strings.Contains(got, "healthy") {
			t.Errorf("%s does not name the scenario", name)
		}
	}
	if !strings.Contains(pageOf(t, r), "<title>PRACTICE") {
		t.Error("the title does not say it")
	}
}

// hostile is what a name in a database, a directory or a tenant can hold.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>' {{.}} javascript:alert(3)` +
	"\x1b[31m\x07\u202Eevil\u2066\r\nFINDINGS\x00 & </style></title>"

func hostileSet() facts.Set {
	s := ft.Set()
	s.Computer.Name = ft.Known("SYNC02")
	s.SQL.Typed, s.Database.Name = "SQL"+hostile, "DB"+hostile
	s.SQL.Edition = ft.Known(hostile)
	s.SQL.Version = ft.Known(hostile)
	s.Database.AvailabilityGroup = ft.Known(hostile)
	s.ADSync.Previous = ft.Known(hostile)
	list := []facts.Connector{ft.AD(ft.Contoso, "contoso.local"), ft.AD(ft.Fabrikam, "fabrikam.local"), ft.Entra()}
	for i := range list {
		list[i].Name += hostile
		list[i].Account.User = hostile
	}
	s.ADSync.Connectors = ft.Known(list)
	s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingSignOnMethod, hostile))
	s.ADSync.Rules = ft.Known([]facts.Rule{{Name: hostile, Connector: hostile}})
	s.ADSync.Unreadable = []string{hostile}
	s.ADSync.Sessions = ft.Known([]facts.Session{{Host: hostile, Program: hostile, Login: hostile}})
	s.ADSync.Activity[0].Name = hostile
	return s
}

func hostileRecord(t *testing.T) report.Record {
	t.Helper()
	r := record(t, hostileSet())
	r.Computer, r.Program, r.Practice = hostile, hostile, hostile
	r.Tenant.User, r.Tenant.InitialDomain = hostile, hostile
	r.Forests[0].Name, r.Forests[0].Account.User = hostile, hostile
	r.Forests[0].Account.Rights[0].Text = hostile
	r.Findings = append(r.Findings, preflight.Finding{
		ID: hostile, Area: hostile, Severity: hostile, Title: hostile, Summary: hostile, Consequence: hostile, Fix: hostile,
		Link: "javascript:alert(4)", Evidence: []preflight.Evidence{{Value: hostile, Source: hostile}},
	})
	r.Tasks = append(r.Tasks, review.Task{ID: hostile, Title: hostile, Text: hostile, Steps: []string{hostile}, Who: hostile, Link: "javascript:alert(5)"})
	r.Outcome.Problem = &problem.Problem{Code: hostile, What: hostile, Why: hostile, Fix: hostile, Detail: hostile}
	r.Outcome.Left = []string{hostile}
	r.Outcome.Steps[0].Text, r.Outcome.Steps[0].State = hostile, hostile
	r.Outcome.Steps[1].Problem = r.Outcome.Problem
	return r
}

// Nothing that comes from outside becomes markup.
func TestHTMLHasNoMarkupFromData(t *testing.T) {
	clean, bad := pageOf(t, record(t, ft.Set())), pageOf(t, hostileRecord(t))
	for _, never := range []string{"<script", "<img", "onerror=alert(2)>", "javascript:alert(4)", "javascript:alert(5)", "\x1b", "\x00", "\u202e", "\u2066"} {
		if strings.Contains(strings.ToLower(bad), never) {
			t.Errorf("the page holds %q", never)
		}
	}
	// Apart from attribute values the page has no other tags than a harmless one has.
	tags := regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9]*`)
	known := map[string]bool{"<ul": true, "</ul": true, "<li": true, "</li": true, "<span": true, "</span": true}
	for _, tag := range tags.FindAllString(clean, -1) {
		known[tag] = true
	}
	for _, tag := range tags.FindAllString(bad, -1) {
		if !known[tag] {
			t.Errorf("a tag from data: %s", tag)
		}
	}
	if n := strings.Count(bad, "</style>"); n != 1 {
		t.Errorf("%d ends of the style", n)
	}
}

// The page loads nothing from anywhere and runs nothing.
func TestHTMLStandsAlone(t *testing.T) {
	page := pageOf(t, record(t, ft.Set()))
	for _, never := range []string{"<script", "<link", "<img", "<iframe", "@import", "url(", "src="} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q", never)
		}
	}
	for _, href := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(href[1], "https://learn.microsoft.com/") {
			t.Errorf("a link to %s", href[1])
		}
	}
	for _, want := range []string{"prefers-color-scheme: dark", "@media print", "size: A4", `lang="en"`, `charset="utf-8"`, "default-src 'none'"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// What comes from outside cannot drive a terminal nor make lines of its own.
func TestTextIsPlain(t *testing.T) {
	got := text(t, hostileRecord(t))
	for _, r := range got {
		if r == '\u202e' || r == '\u2066' || (r < ' ' && r != '\n') {
			t.Fatalf("the text holds %U", r)
		}
	}
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "FINDINGS") {
			t.Errorf("a line from data: %q", line)
		}
	}
}

func TestJSON(t *testing.T) {
	r := hostileRecord(t)
	r.Format = 0
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	var again report.Record
	if err := json.Unmarshal(b.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	if again.Format != report.Format {
		t.Errorf("format %d", again.Format)
	}
	if len(again.Findings) != len(r.Findings) || again.Plan.ID != r.Plan.ID || again.Facts.Database.Name != strings.ToValidUTF8(r.Facts.Database.Name, "") {
		t.Error("the record read again differs")
	}
	if strings.Contains(b.String(), "<script") {
		t.Error("markup is not escaped")
	}
}

func TestHeadlines(t *testing.T) {
	whole := record(t, ft.Set())
	for _, c := range []struct {
		name string
		bend func(*report.Record)
		want string
	}{
		{"completed", func(*report.Record) {}, "now owns the database"},
		{"stopped", func(r *report.Record) { r.Outcome.Ending = apply.Stopped }, "was stopped"},
		{"broken", func(r *report.Record) { r.Outcome.Ending = apply.Broken }, "failed"},
		{"undone", func(r *report.Record) { r.Outcome.Ending = apply.TakenBack }, "was undone."},
		{"part left", func(r *report.Record) { r.Outcome.Ending = apply.PartLeft; r.Outcome.Left = []string{"an account"} }, "except"},
		{"check", func(r *report.Record) { r.Outcome, r.Plan = nil, nil }, "Nothing stands in the way."},
		{"check with findings", func(r *report.Record) {
			r.Outcome, r.Plan = nil, nil
			r.Findings = []preflight.Finding{{Severity: preflight.Blocked}, {Severity: preflight.Warning}, {Severity: preflight.Warning}, {Severity: preflight.Unknown}}
		}, "1 finding blocks the installation, 2 warnings, 1 check could not run."},
		{"nothing", func(r *report.Record) { *r = report.Record{} }, "Nothing was checked."},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := whole
			o := *whole.Outcome
			r.Outcome = &o
			c.bend(&r)
			for name, got := range map[string]string{"html": pageOf(t, r), "text": text(t, r)} {
				if !strings.Contains(got, c.want) {
					t.Errorf("%s does not say %q", name, c.want)
				}
			}
		})
	}
}

func TestFindingsText(t *testing.T) {
	got := report.FindingsText([]preflight.Finding{
		{
			ID: "owner.live", Area: preflight.AreaOwner, Severity: preflight.Blocked, Title: "Another server is using this database",
			Summary: "SYNC01 has 3 open sessions", Consequence: strings.Repeat("word ", 40), Fix: "Stop it.", Link: "https://learn.microsoft.com/x",
			Evidence: []preflight.Evidence{{Value: "host SYNC01", Source: "sys.dm_exec_sessions", At: ft.Now()}},
		},
		{ID: "sql.reach", Severity: preflight.Pass, Title: "The database was reached", Fix: "not said"},
	})
	for _, want := range []string{
		"1 finding blocks the installation.", "Blocked  Another server is using this database [owner.live]", "What to do: Stop it.",
		"Seen: sys.dm_exec_sessions: host SYNC01, read 2026-11-22 10:00:00 UTC", "Pass     The database was reached [sql.reach]",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "not said") {
		t.Error("what passed needs no fix")
	}
	for line := range strings.Lines(got) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 96 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}

// A disk that is full is an error, not half a report that says it is whole.
func TestWriterFails(t *testing.T) {
	r := record(t, ft.Set())
	full := errors.New("disk full")
	for name, write := range map[string]func(io.Writer, report.Record) error{"html": report.HTML, "json": report.JSON, "text": report.Text} {
		if err := write(failing{full}, r); !errors.Is(err, full) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
