package cli

import (
	"errors"
	"strings"
	"testing"
)

// FuzzArgs takes any command line: it is understood, or refused as wrong usage with
// words, and what is understood has sides and values that can be used.
func FuzzArgs(f *testing.F) {
	for _, line := range []string{
		"/check /practice", "--install\n-answers=a.json", "/compare:a|b", "/compare:,", "/staging:LEAVE\n/practice", "/csv:x\n/review", "/", "--", "/:", "/chek", "-?", "/report:a.html\n/check\n/practice:healthy+1433",
		"/undo:0123456789abcdef", "/json:1", "/tour",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		o, err := ParseArgs(strings.Split(line, "\n"))
		if err != nil {
			var usage *UsageError
			if !errors.As(err, &usage) || usage.Text == "" {
				t.Errorf("%q: %v", line, err)
			}
			return
		}
		if o.Compare != "" {
			if a, b, err := sides(o.Compare); err != nil || a == "" || b == "" {
				t.Errorf("%q: sides %q and %q, %v", line, a, b, err)
			}
		}
		if o.Report != "" && !isReport(o.Report) || o.JSON && !o.Headless() || o.Command() == "" {
			t.Errorf("%q: %+v", line, o)
		}
	})
}
