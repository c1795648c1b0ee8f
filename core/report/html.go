package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

//go:embed report.gohtml
var page string

//go:embed extras.gohtml
var extras string

// HTML writes the record as one self-contained page: no script, nothing loaded
// from elsewhere, readable in light and dark and on paper. Everything that comes
// from outside is escaped. Errors are those of w.
func HTML(w io.Writer, r Record) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"clean":  clean,
		"stamp":  stamp,
		"word":   severityWord,
		"mark":   severityMark,
		"class":  severityClass,
		"right":  rightText,
		"link":   webLink,
		"passed": func(s preflight.Severity) bool { return s == preflight.Pass },
		"light": func(l review.Light) string {
			return map[review.Light]string{review.Green: "pass", review.Red: "blocked"}[l] // else the colour of what is not known
		},
		"lightword": lightWord,
	}).Parse(page + extras)
	if err != nil {
		return fmt.Errorf("reading the report's template: %w", err)
	}
	// The page is made in memory first: a file is either whole or not written.
	var b strings.Builder
	if err := t.Execute(&b, newView(r)); err != nil {
		return fmt.Errorf("making the report: %w", err)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// lightWord gives sign and word of a condition.
func lightWord(l review.Light) string {
	switch l {
	case review.Green:
		return "✓ Fulfilled"
	case review.Red:
		return "✕ Not fulfilled"
	default:
		return "? Unknown"
	}
}

// webLink gives an address of the web, and nothing for any other text.
func webLink(address string) string {
	if !strings.HasPrefix(address, "https://") {
		return ""
	}
	return address
}

// severityWord gives a severity as pages and reports show it.
func severityWord(s preflight.Severity) string {
	switch s {
	case preflight.Blocked:
		return "Blocked"
	case preflight.Warning:
		return "Warning"
	case preflight.Note:
		return "Note"
	case preflight.Pass:
		return "Pass"
	default:
		return "Unknown" // never good by mistake
	}
}

// severityClass gives the class of the page's style sheet for a severity.
func severityClass(s preflight.Severity) string { return strings.ToLower(severityWord(s)) }

// severityMark gives the sign that stands before the word, so that nothing is
// said by colour alone.
func severityMark(s preflight.Severity) string {
	switch s {
	case preflight.Blocked:
		return "✕"
	case preflight.Warning:
		return "▲"
	case preflight.Note:
		return "i"
	case preflight.Pass:
		return "✓"
	default:
		return "?"
	}
}

func rightText(r facts.Right) string {
	state := map[facts.RightState]string{
		facts.RightHas: "has", facts.RightLacks: "lacks", facts.RightGranted: "is granted by Install",
	}[r.State]
	if state == "" {
		state = "not known"
	}
	return r.Text + ": " + state
}
