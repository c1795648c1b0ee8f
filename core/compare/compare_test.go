package compare

import (
	"strings"
	"testing"
	"time"
)

func TestEmphasis(t *testing.T) {
	for _, c := range []struct{ before, after, a, b string }{
		{"", "", "", ""},
		{"same", "same", "same", "same"},
		{"IIF([a], 1, 2)", "IIF([a], 3, 2)", "IIF([a], -1-, 2)", "IIF([a], +3+, 2)"},
		{"", "new", "", "+new+"},
		{"one two three", "one three", "one -two -three", "one three"},
		{"a b c d", "x b c y", "-a- b c -d-", "+x+ b c +y+"},
	} {
		a, b := Emphasis(c.before, c.after)
		if got := marked(a, "-"); got != c.a {
			t.Errorf("%q: %q, want %q", c.before, got, c.a)
		}
		if got := marked(b, "+"); got != c.b {
			t.Errorf("%q: %q, want %q", c.after, got, c.b)
		}
	}
	long := strings.Repeat("word ", 5000)
	a, b := Emphasis("x "+long+"y", "z other "+strings.Repeat("else ", 5000))
	if marked(a, "") != "x "+long+"y" || !strings.HasPrefix(marked(b, ""), "z other else") {
		t.Error("a long text lost something")
	}
}

func marked(spans []Span, mark string) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Same {
			b.WriteString(s.Text)
			continue
		}
		b.WriteString(mark + s.Text + mark)
	}
	return b.String()
}

func TestInScope(t *testing.T) {
	const root, corp, sales = "dc=a,dc=b", "ou=corp,dc=a,dc=b", "ou=sales,ou=corp,dc=a,dc=b"
	set := func(names ...string) map[string]string {
		m := map[string]string{}
		for _, n := range names {
			m[n] = n
		}
		return m
	}
	for _, c := range []struct {
		key    string
		in, ex map[string]string
		want   bool
	}{
		{sales, set(corp), set(root), true},
		{sales, set(corp), set(root, sales), false},
		{root, set(corp), set(root), false},
		{corp, set(), set(), true},
		{corp, set(sales), set(), false},
		{corp, set(""), set(), true},
		{`ou=x\,corp,dc=a,dc=b`, set(corp), set(root), false},
	} {
		if got := inScope(c.key, c.in, c.ex); got != c.want {
			t.Errorf("%s in %v without %v: %v", c.key, c.in, c.ex, got)
		}
	}
}

// hostile is a report full of texts that want to be markup.
func hostile() Report {
	const bad = `<script>alert(1)</script>&"'` + "\x1b[31m\u202e"
	r := Report{
		Format: Format, At: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), Notes: []string{bad}, NotCompared: []Gap{{bad, bad}},
		Active: Side{Source: Source{Label: bad, Server: bad}}, New: Side{Source: Source{Label: bad}},
		Differences: []Difference{{Severity: Dangerous, Area: AreaRules, Object: bad, Title: bad, Change: Changed, Before: bad, After: bad + "x", Effect: bad, Details: []string{bad}}},
	}
	r.order()
	return r
}

func TestNothingBecomesMarkup(t *testing.T) {
	var page, text strings.Builder
	if err := WriteHTML(&page, hostile()); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "\x1b", "\u202e", "http://", "https://"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(page.String(), "&lt;script&gt;alert(1)&lt;/script&gt;&amp;") {
		t.Error("the text was lost")
	}
	if err := WriteText(&text, hostile()); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(text.String(), "\x1b\u202e") {
		t.Error("the console gets control characters")
	}
}

// TestTables holds every entry to what people need of it.
func TestTables(t *testing.T) {
	seen := map[string]bool{}
	for _, list := range [][]entry{settingEntries(), connectorEntries(), partitionEntries(), profileEntries(), ruleEntries()} {
		for _, e := range list {
			key := string(e.kind) + "|" + e.pattern
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
			if e.severity.rank() < 0 || e.area == "" || e.pattern != strings.ToLower(e.pattern) {
				t.Errorf("%s: %+v", key, e)
			}
			if e.text == "" && !e.elsewhere && (e.on == "" || e.off == "") {
				t.Errorf("%s has no effect", key)
			}
		}
	}
	for _, g := range NeverCompared() {
		if g.What == "" || g.Why == "" {
			t.Errorf("%+v", g)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		counts Counts
		worst  Severity
		part   string
	}{
		{Counts{}, "", "the same"},
		{Counts{Expected: 2}, Expected, "only in what is expected"},
		{Counts{Attention: 1, Expected: 2}, Attention, "1 difference needs attention"},
		{Counts{Dangerous: 2, Attention: 1}, Dangerous, "2 differences change what is synchronized, and 1 more needs"},
	} {
		r := Report{Counts: c.counts}
		if r.Worst() != c.worst || !strings.Contains(r.Verdict(), c.part) {
			t.Errorf("%+v: %q, %q", c.counts, r.Worst(), r.Verdict())
		}
	}
}
