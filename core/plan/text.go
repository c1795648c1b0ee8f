package plan

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Text writes the plan as plain lines, for the clipboard and for a change ticket.
// It holds no secrets: none is in a plan.
func Text(p Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Plan of installation %s\n", p.ID)
	fmt.Fprintf(&b, "Made %s for %s and %s\n", p.Built.UTC().Format("2006-01-02 15:04 UTC"), p.Server, p.Database)
	fmt.Fprintf(&b, "Result: staging mode. %s\n", startText(p.StartSync))
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "\n%s. %s\n", strconv.Itoa(i+1), s.Title)
		line(&b, "   ", s.Summary)
		for _, c := range s.Changes {
			line(&b, "   - ", c.Line())
		}
		if s.Undo != "" {
			line(&b, "   Undo: ", s.Undo)
		}
	}
	return b.String()
}

func startText(on bool) string {
	if on {
		return "The scheduler is on: imports and synchronizations start by themselves."
	}
	return "The scheduler is off: nothing starts by itself."
}

// line writes text on one line, so that what comes from a database cannot
// pretend to be lines of the plan.
func line(b *strings.Builder, lead, text string) {
	if text == "" {
		return
	}
	b.WriteString(lead)
	b.WriteString(strings.Join(strings.Fields(text), " "))
	b.WriteByte('\n')
}

// Line writes the change for a person: "ADSync on SQL01, connector contoso.local,
// account: OLD → NEW".
func (c Change) Line() string {
	where := strings.Join([]string{c.Target, c.Object, c.Name}, ", ")
	switch {
	case c.Before == "" && c.After == "":
		return where
	case c.Before == "":
		return where + ": " + c.After
	case c.After == "":
		return where + ": " + c.Before + " → (removed)"
	case c.Before == c.After:
		return where + ": " + c.After + " (stays)"
	default:
		return where + ": " + c.Before + " → " + c.After
	}
}

// JSON writes the plan as indented JSON, with the field names of Plan.
func JSON(p Plan) ([]byte, error) {
	out, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the plan as JSON: %w", err)
	}
	return append(out, '\n'), nil
}
