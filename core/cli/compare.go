package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// CommandCompare is the word of /compare.
const CommandCompare = "compare"

// sideDatabase as a side of /compare is the database of the answers file, or of
// the practice site.
const sideDatabase = "db"

// compared is what /compare /json prints.
type compared struct {
	Format   int                `json:"format"`
	Command  string             `json:"command"`
	Result   string             `json:"result"` // "same", "expected", "attention", "dangerous" or "failed"
	ExitCode int                `json:"exitCode"`
	Problems []*problem.Problem `json:"problems"`
	Report   *compare.Report    `json:"comparison,omitempty"`
}

// sides splits the value of /compare: "A,B", or "A|B" where a path holds a comma.
func sides(value string) (a, b string, err error) {
	separator := ","
	if strings.Contains(value, "|") {
		separator = "|"
	}
	parts := strings.Split(value, separator)
	if len(parts) != 2 || strings.TrimSpace(parts[0]) == "" || strings.TrimSpace(parts[1]) == "" {
		return "", "", usagef("/compare needs two sides, /compare:ACTIVE,NEW; each is a folder or .zip of an export, %q, or another answers file. "+
			"Write ACTIVE|NEW where a path holds a comma.", sideDatabase)
	}
	return strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), nil
}

// compareRules refuse combinations of /compare that make no sense.
func (o *Options) compareRules() []rule {
	a, b, err := sides(o.Compare)
	database := o.Compare != "" && err == nil && (strings.EqualFold(a, sideDatabase) || strings.EqualFold(b, sideDatabase))
	return []rule{
		{o.Compare != "" && (o.works() || o.Tour != ""), "/compare stands alone: it does not go with /check, /install, /resume, /undo or /tour."},
		{database && o.Answers == "" && !o.Practice, "/compare with db needs /answers:FILE, or /practice."},
	}
}

// Compare is /compare: it reads both sides, compares them, prints the result and
// writes the report. The error is an Exit with the exit code, a *UsageError, or
// what kept the output from being written.
func Compare(ctx context.Context, site setup.Site, o Options, source answers.Source, stdout, stderr io.Writer) error {
	say := func(text string) {
		if !o.JSON {
			_, _ = fmt.Fprintln(stderr, text) // the console is a courtesy
		}
	}
	active, fresh, err := compareSides(site, o, source)
	if err != nil {
		return err
	}
	r, err := site.Comparer.Compare(ctx, active, fresh, say)
	out := compared{Format: Format, Command: CommandCompare, Problems: []*problem.Problem{}}
	if err != nil {
		out.Result, out.ExitCode, out.Problems = ResultFailed, ExitFailed, []*problem.Problem{problem.From(err)}
	} else {
		out.Report = &r
		out.Result, out.ExitCode = compareResult(r)
	}
	if err := errors.Join(writeCompared(stdout, stderr, out, o.JSON), saveComparison(o.Report, out.Report)); err != nil {
		return err
	}
	if out.ExitCode != ExitClean {
		return Exit(out.ExitCode)
	}
	return nil
}

// compareResult gives the word and the exit code of a comparison.
func compareResult(r compare.Report) (string, int) {
	switch r.Worst() {
	case compare.Dangerous:
		return "dangerous", ExitBlocked
	case compare.Attention:
		return "attention", ExitWarnings
	case compare.Expected:
		return "expected", ExitClean
	default:
		return "same", ExitClean
	}
}

// writeCompared prints the result.
func writeCompared(stdout, stderr io.Writer, out compared, asJSON bool) error {
	switch {
	case asJSON:
		return printJSON(stdout, out)
	case out.Report != nil:
		return compare.WriteText(stdout, *out.Report)
	default:
		_, err := io.WriteString(stderr, out.Problems[0].Text())
		return err
	}
}

// saveComparison writes the report as HTML or JSON, by the file's ending. A
// comparison that failed leaves no file that could be taken for a result.
func saveComparison(name string, r *compare.Report) error {
	if name == "" || r == nil {
		return nil
	}
	write := compare.WriteHTML
	if strings.EqualFold(filepath.Ext(name), ".json") {
		write = compare.WriteJSON
	}
	var b bytes.Buffer
	if err := write(&b, *r); err != nil {
		return err
	}
	if err := wholefile.Write(name, b.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// compareSides makes the two sides of the command line.
func compareSides(site setup.Site, o Options, source answers.Source) (active, fresh setup.CompareSide, err error) {
	a, b, err := sides(o.Compare)
	if err != nil {
		return active, fresh, err
	}
	if active, err = compareSide(site, a, source); err != nil {
		return active, fresh, err
	}
	fresh, err = compareSide(site, b, source)
	return active, fresh, err
}

// compareSide understands one side.
func compareSide(site setup.Site, text string, source answers.Source) (setup.CompareSide, error) {
	switch {
	case strings.EqualFold(text, sideDatabase):
		return setup.CompareSide{SQL: site.Answers.SQL, Password: site.Secrets[answers.SecretSQL]}, nil
	case strings.EqualFold(filepath.Ext(text), ".json"):
		other, err := FillIn(setup.Site{}, text, source)
		if err != nil {
			return setup.CompareSide{}, err
		}
		return setup.CompareSide{SQL: other.Answers.SQL, Password: other.Secrets[answers.SecretSQL]}, nil
	default:
		return setup.CompareSide{Path: text}, nil
	}
}
