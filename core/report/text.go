package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// wrapAt is the width of lines on the console.
const wrapAt = 96

// Text writes the record as plain lines for the console. Errors are those of w.
func Text(w io.Writer, r Record) error {
	v := newView(r)
	var b strings.Builder
	if v.Practice != "" {
		fmt.Fprintf(&b, "PRACTICE (%s): a pretend site. Nothing real was read or changed.\n\n", clean(v.Practice))
	}
	fmt.Fprintf(&b, "%s, %s\n%s\n", clean(v.Program), v.MadeText, clean(v.Headline))
	section(&b, "At a glance")
	for _, p := range v.Glance {
		fmt.Fprintf(&b, "  %-24s %s\n", p.Name, clean(p.Value))
	}
	if len(v.Findings) > 0 {
		section(&b, "Findings")
		b.WriteString(FindingsText(v.Findings))
	}
	writeForests(&b, v)
	writeSteps(&b, v)
	writeTasks(&b, v)
	if v.Practice != "" {
		b.WriteString("\nPRACTICE: nothing real was read or changed.\n")
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

func section(b *strings.Builder, title string) {
	fmt.Fprintf(b, "\n%s\n%s\n", title, strings.Repeat("-", len(title)))
}

func writeForests(b *strings.Builder, v view) {
	if len(v.Forests) == 0 {
		return
	}
	section(b, "Directories")
	for _, f := range v.Forests {
		state := "no account yet"
		if f.Green && f.Account != nil {
			state = "verified as " + f.Account.User + " at " + f.Account.Controller
		}
		fmt.Fprintf(b, "  %s: %s\n", clean(f.Name), clean(state))
	}
}

func writeSteps(b *strings.Builder, v view) {
	if len(v.Done) == 0 {
		return
	}
	title := "Plan"
	if v.Outcome != nil {
		title = "Installation"
	}
	section(b, title)
	for _, s := range v.Done {
		state := ""
		if s.State != "" {
			state = " [" + s.State + "]"
		}
		fmt.Fprintf(b, "  %d. %s%s\n", s.Number, clean(s.Step.Title), state)
		if s.Text != "" {
			wrap(b, "     ", "", clean(s.Text))
		} else {
			wrap(b, "     ", "", clean(s.Step.Summary))
		}
		if s.Problem != "" {
			wrap(b, "     ", "Problem: ", clean(s.Problem))
		}
	}
	for _, l := range v.Left {
		wrap(b, "  ", "Left: ", clean(l))
	}
	if v.Outcome != nil && v.Outcome.Problem != nil {
		wrap(b, "  ", "Problem: ", clean(v.Outcome.Problem.Error()))
	}
}

func writeTasks(b *strings.Builder, v view) {
	if len(v.Tasks) == 0 {
		return
	}
	section(b, "What is left to do")
	for _, t := range v.Tasks {
		box, first := "[ ]", ""
		if t.Done {
			box = "[x]"
		}
		if t.First {
			first = " (before leaving staging mode)"
		}
		fmt.Fprintf(b, "  %s %s%s\n", box, clean(t.Title), first)
		wrap(b, "      ", "", clean(t.Text))
	}
}

// FindingsText writes findings as plain lines, for the clipboard and the
// console: worst first as they are given, those that passed on one line each.
func FindingsText(list []preflight.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", verdictText(list))
	for _, f := range list {
		fmt.Fprintf(&b, "\n%-8s %s [%s]\n", severityWord(f.Severity), clean(f.Title), clean(f.ID))
		if f.Summary != "" {
			wrap(&b, "         ", "", clean(f.Summary))
		}
		if f.Severity == preflight.Pass {
			continue
		}
		for _, p := range []pair{{"Why it matters: ", f.Consequence}, {"What to do: ", f.Fix}} {
			if p.Value != "" {
				wrap(&b, "         ", p.Name, clean(p.Value))
			}
		}
		for _, e := range f.Evidence {
			wrap(&b, "         ", "Seen: ", clean(evidenceText(e)))
		}
		if f.Link != "" {
			fmt.Fprintf(&b, "         More: %s\n", clean(f.Link))
		}
	}
	return b.String()
}

func evidenceText(e preflight.Evidence) string {
	out := e.Value
	if e.Source != "" {
		out = e.Source + ": " + out
	}
	if !e.At.IsZero() {
		out += ", read " + stamp(e.At)
	}
	return out
}

// wrap writes lead, name and text over as many lines as it takes; the lines
// after the first stand under the text.
func wrap(b *strings.Builder, lead, name, text string) {
	b.WriteString(lead + name)
	under := lead + strings.Repeat(" ", len(name))
	column := len(lead) + len(name)
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		if i > 0 && column+1+n > wrapAt {
			b.WriteString("\n" + under)
			column = len(under)
		} else if i > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteByte('\n')
}
