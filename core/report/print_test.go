package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
)

// browser gives the path of a Chromium, or skips.
func browser(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time, and the race detector sees nothing in it")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if strings.Contains(os.Getenv("RECONNECT_TEST_REQUIRE"), "chromium") {
		t.Fatal("Chromium is required here, and is not installed: scripts/setup-chromium")
	}
	t.Skip("no Chromium here: scripts/setup-chromium installs it")
	return ""
}

// crowded is a record whose names are as long as names can be, without a blank.
func crowded(t *testing.T) report.Record {
	t.Helper()
	r := withParts(t)
	long := "CN=" + strings.Repeat("Llanfairpwllgwyngyll", 8) + strings.Repeat(",OU=Donaudampfschifffahrtsgesellschaft", 5) + ",DC=contoso,DC=local"
	rows := r.PendingExports.Lists[0].Rows
	for i := range 80 {
		rows = append(rows, pending.Row{ID: strconv.Itoa(i), Operation: pending.Update, Type: "foreignSecurityPrincipal", Name: strings.Repeat("Anna", 30), DN: long})
	}
	r.PendingExports.Lists[0].Rows = rows
	r.PendingExports.Summary.Connectors[0].Containers[0].DN = long
	r.PendingExports.Summary.Connectors[0].Name, r.Computer, r.Gate[0].Override = strings.Repeat("n", 120), strings.Repeat("S", 60), strings.Repeat("w", 300)
	r.Overview[0].Rows[0].Values = []string{long, long}
	r.Findings[0].Evidence[0].Value, r.Forests[0].Account.Rights[0].Text, r.Tasks[0].Steps[0] = long, long, long
	for i := range r.Plan.Steps {
		r.Plan.Steps[i].Changes = append(r.Plan.Steps[i].Changes, plan.Change{Target: long, Object: long, Name: strings.Repeat("x", 90), Before: long, After: long})
	}
	r.Plan.Answered = []plan.Answered{{Title: "Looked", Light: "red", Evidence: long, Reason: strings.Repeat("r", 200), By: `CONTOSO\` + strings.Repeat("a", 60)}}
	r.Comparison.Differences[0].Before, r.Comparison.Differences[0].After = long, "\t"+strings.Repeat("IIF(IsPresent([mail]),", 40)
	r.Comparison.Differences[0].Object, r.Comparison.Active.Server = long, strings.Repeat("S", 90)
	return r
}

// comparisonPage is the page of a comparison by itself.
func comparisonPage(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := compare.WriteHTML(&b, *crowded(t).Comparison); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Both pages print on A4.
func TestPrintsToA4(t *testing.T) {
	chromium := browser(t)
	for name, page := range map[string]string{"report": pageOf(t, crowded(t)), "comparison": comparisonPage(t)} {
		dir := t.TempDir()
		pdf := filepath.Join(dir, "page.pdf")
		run(t, chromium, dir, page, "--no-pdf-header-footer", "--print-to-pdf="+pdf)
		data, err := os.ReadFile(pdf)
		if err != nil {
			t.Fatal(err)
		}
		boxes := regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`).FindAllStringSubmatch(string(data), -1)
		if len(boxes) == 0 {
			t.Fatalf("%s: no page in the file of %d bytes", name, len(data))
		}
		for _, b := range boxes {
			w, errW := strconv.ParseFloat(b[1], 64)
			h, errH := strconv.ParseFloat(b[2], 64)
			if errW != nil || errH != nil || w < 594 || w > 596 || h < 841 || h > 843 {
				t.Errorf("%s: a page of %s x %s points; A4 has 595 x 842", name, b[1], b[2])
			}
		}
	}
}

// measured is what the browser says of a page that it lays out as for paper.
type measured struct {
	Width  float64  `json:"width"`
	Wider  []string `json:"wider"` // what stands out at the right
	Ground string   `json:"ground"`
	Ink    string   `json:"ink"`
	Hidden []string `json:"hidden"` // what is shut in a closed part, and would not be printed
}

const measure = `<script>addEventListener("load", () => {
const wider = [], width = document.documentElement.clientWidth;
for (const e of document.body.querySelectorAll("*")) {
  if (e.getBoundingClientRect().right > width + 0.5) wider.push(e.tagName + "." + e.className + " " + e.textContent.slice(0, 40));
}
const style = getComputedStyle(document.body), hidden = [];
for (const e of document.querySelectorAll("details *")) if (e.getClientRects().length === 0) hidden.push(e.tagName);
const out = document.createElement("pre");
out.id = "measured";
out.textContent = JSON.stringify({width: width, wider: wider, ground: style.backgroundColor, ink: style.color, hidden: hidden});
document.body.append(out);
})</script>`

// Nothing is wider than the paper, and a dark screen makes no dark paper: the page is
// laid out with the rules for paper, and with those for dark screens beside them.
func TestNothingIsWiderThanThePaper(t *testing.T) {
	chromium := browser(t)
	for name, page := range map[string]string{"report": pageOf(t, crowded(t)), "comparison": comparisonPage(t)} {
		for old, with := range map[string]string{"@media print": "@media all", "(prefers-color-scheme: dark)": "all", "</body>": measure + "</body>"} {
			if !strings.Contains(page, old) {
				t.Fatalf("%s: no %s", name, old)
			}
			page = strings.ReplaceAll(page, old, with)
		}
		page = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`).ReplaceAllString(page, "") // it forbids the measuring
		dir := t.TempDir()
		// 182 mm, which the margins leave of 210, are 688 px of CSS.
		out := run(t, chromium, dir, page, "--dump-dom", "--hide-scrollbars", "--window-size=688,1000")
		text := regexp.MustCompile(`(?s)<pre id="measured">(.*?)</pre>`).FindSubmatch(out)
		if text == nil {
			t.Fatalf("%s: nothing was measured: %.500s", name, out)
		}
		var m measured
		if err := json.Unmarshal([]byte(html.UnescapeString(string(text[1]))), &m); err != nil {
			t.Fatal(err)
		}
		if m.Width < 600 || m.Width > 700 {
			t.Fatalf("%s: laid out %v px wide", name, m.Width)
		}
		if len(m.Wider) > 0 {
			t.Errorf("%s: wider than the paper: %d, the first %q", name, len(m.Wider), m.Wider[0])
		}
		if m.Ground != "rgb(255, 255, 255)" || m.Ink != "rgb(0, 0, 0)" {
			t.Errorf("%s: printed in %s on %s", name, m.Ink, m.Ground)
		}
		if len(m.Hidden) > 0 {
			t.Errorf("%s: not printed: %v", name, m.Hidden)
		}
	}
}

// run shows a page to a browser without a window, and gives its output.
func run(t *testing.T, chromium, dir, page string, args ...string) []byte {
	t.Helper()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args = append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + filepath.Join(dir, "profile"), "--host-resolver-rules=MAP * ~NOTFOUND",
	}, args...)
	out, err := exec.CommandContext(ctx, chromium, append(args, "file://"+file)...).Output()
	if err != nil {
		t.Fatalf("%v: %.500s", err, out)
	}
	return out
}
