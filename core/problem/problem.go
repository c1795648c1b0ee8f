// Package problem holds the one kind of error that is meant for a person: what
// is wrong, why it matters and what to do about it. Every package of core that
// can fail in front of an admin returns one; From turns anything else into one.
package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Code names a kind of problem for programs and for tests: "area.subject.rule",
// in lower case, never reused for something else. Examples: "sql.login.refused",
// "ad.account.locked".
type Code string

// Field names the input a problem belongs to, so that a page can show it beside
// that input. The values are those of the answers file, for example "sql.server".
// Empty means that the problem belongs to the page as a whole.
type Field string

// Problem is an error for a person. What is one sentence about what is wrong,
// Why says why it matters or how it comes about, Fix is the instruction to follow.
// Detail is technical text for the details pane and the log (driver text, error
// numbers); it never holds a secret. Cause is the error underneath, if any.
type Problem struct {
	Code   Code   `json:"code"`
	What   string `json:"what"`
	Why    string `json:"why,omitempty"`
	Fix    string `json:"fix,omitempty"`
	Detail string `json:"detail,omitempty"`
	Field  Field  `json:"field,omitempty"`
	Cause  error  `json:"-"`
}

// Error gives the problem on one line: what, then the fix.
func (p *Problem) Error() string {
	if p.Fix == "" {
		return p.What
	}
	return strings.TrimSuffix(p.What, ".") + ". " + p.Fix
}

// Unwrap gives the error underneath to errors.Is and errors.As.
func (p *Problem) Unwrap() error { return p.Cause }

// On returns a copy of the problem that belongs to field.
func (p *Problem) On(field Field) *Problem {
	c := *p
	c.Field = field
	return &c
}

// Text gives the whole problem as plain lines for the clipboard and the console.
func (p *Problem) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, p.What)
	for _, l := range []struct{ name, text string }{
		{"Why", p.Why}, {"What to do", p.Fix}, {"Details", p.Detail}, {"Code", string(p.Code)},
	} {
		if l.text != "" {
			fmt.Fprintf(&b, "%s: %s\n", l.name, l.text)
		}
	}
	return b.String()
}

// As gives the first Problem in err's chain, or nil.
func As(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return nil
}
