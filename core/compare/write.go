package compare

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
	"time"
)

// WriteJSON writes the report as one JSON object with its Format.
func WriteJSON(w io.Writer, r Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return nil
}

// Word gives a severity as pages and reports show it.
func (s Severity) Word() string {
	switch s {
	case Dangerous:
		return "Dangerous"
	case Attention:
		return "Needs attention"
	default:
		return "Expected between two servers"
	}
}

// Mark gives the sign that stands before the word, so that nothing is said by
// colour alone.
func (s Severity) Mark() string {
	switch s {
	case Dangerous:
		return "✕"
	case Attention:
		return "▲"
	default:
		return "✓"
	}
}

// Name names a side by its server, or by where it was read from.
func (s Side) Name() string {
	if s.Server != "" {
		return s.Server
	}
	return s.Label
}

// About says in one line what a side is, beside its Name.
func (s Side) About() string {
	var parts []string
	if s.Label != s.Name() {
		parts = append(parts, s.Label)
	}
	if s.Version != "" {
		parts = append(parts, "version "+s.Version)
	}
	if s.Staging != nil {
		parts = append(parts, map[bool]string{true: "in staging mode", false: "not in staging mode"}[*s.Staging])
	}
	if !s.Exported.IsZero() {
		parts = append(parts, "exported "+stamp(s.Exported))
	}
	parts = append(parts, fmt.Sprintf("%s, %s (%d custom), %s", count(s.Size.Connectors, "connector", "connectors"),
		count(s.Size.Rules, "rule", "rules"), s.Size.Custom, count(s.Size.Mappings, "transformation", "transformations")))
	return strings.Join(parts, "; ")
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// WriteText writes the report for a console.
func WriteText(w io.Writer, r Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Comparison of two configurations\n\nActive server: %s\n               %s\nNew server:    %s\n               %s\n\n%s\n",
		plain(r.Active.Name()), plain(r.Active.About()), plain(r.New.Name()), plain(r.New.About()), r.Verdict())
	for _, s := range Severities() {
		fmt.Fprintf(&b, "  %-30s %d\n", s.Word(), r.Counts.Of(s))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\nNote: %s\n", plain(n))
	}
	for _, s := range Severities() {
		textGroups(&b, r, s)
	}
	b.WriteString("\nNot compared\n")
	for _, g := range r.NotCompared {
		fmt.Fprintf(&b, "  %s: %s\n", plain(g.What), plain(g.Why))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	return nil
}

// textGroups writes the differences of one severity.
func textGroups(b *strings.Builder, r Report, s Severity) {
	groups := r.Groups(s)
	if len(groups) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s %s (%d)\n", s.Mark(), strings.ToUpper(s.Word()), r.Counts.Of(s))
	for _, g := range groups {
		fmt.Fprintf(b, "\n  %s\n", g.Area)
		for _, d := range g.Differences {
			fmt.Fprintf(b, "  - %s: %s (%s)\n", plain(d.Object), plain(d.Title), d.Change)
			for _, l := range []struct{ name, text string }{{"active", d.Before}, {"new", d.After}, {"effect", d.Effect}} {
				if l.text != "" {
					fmt.Fprintf(b, "      %-7s %s\n", l.name+":", strings.ReplaceAll(plain(l.text), "\n", "\n              "))
				}
			}
			for _, x := range d.Details {
				fmt.Fprintf(b, "      %s\n", plain(x))
			}
		}
	}
}

// plain takes control characters out of what comes from outside: a console obeys them.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\ufffd'
		}
		return r
	}, s)
}

//go:embed compare.gohtml
var page string

var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("compare").Funcs(template.FuncMap{
		// Functions instead of methods: the programs for Windows are linked without
		// what looks methods up by name, see the painter's test.
		"verdict": Report.Verdict, "mark": Severity.Mark, "word": Severity.Word, "sideName": Side.Name, "sideAbout": Side.About,
		"stamp": stamp, "plain": plain, "areaText": func(a Area) string { return string(a) },
		"spansA": func(d Difference) []Span { a, _ := Emphasis(plain(d.Before), plain(d.After)); return a },
		"spansB": func(d Difference) []Span { _, b := Emphasis(plain(d.Before), plain(d.After)); return b },
	}).Parse(page)
})

// severityView is one part of the page.
type severityView struct {
	Severity Severity
	Count    int
	Open     bool
	Groups   []Group
}

// WriteHTML writes the report as one self-contained page: no script, nothing
// loaded from elsewhere, readable in light and dark and on paper. Everything that
// comes from a configuration is escaped.
func WriteHTML(w io.Writer, r Report) error {
	t, err := pageTemplate()
	if err != nil {
		return fmt.Errorf("read the comparison's template: %w", err)
	}
	var parts []severityView
	for _, s := range Severities() {
		parts = append(parts, severityView{s, r.Counts.Of(s), s != Expected, r.Groups(s)})
	}
	var b strings.Builder
	if err := t.Execute(&b, map[string]any{"R": r, "Parts": parts}); err != nil {
		return fmt.Errorf("make the comparison's page: %w", err)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the comparison's page: %w", err)
	}
	return nil
}
