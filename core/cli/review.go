package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// CommandReview is /review in Review.Command.
const CommandReview = "review"

// Review is what /review says, as /json prints it.
type Review struct {
	Format   int                `json:"format"`
	Command  string             `json:"command"`
	Result   string             `json:"result"` // "clean", "warnings" or "failed"
	ExitCode int                `json:"exitCode"`
	Problems []*problem.Problem `json:"problems"`
	Practice string             `json:"practice,omitempty"` // scenario; everything is pretended
	Database string             `json:"database"`           // "ADSync on SQL01\HYBRID"
	ReadAt   time.Time          `json:"readAt,omitzero"`
	Overview []review.Section   `json:"overview"`
	Exports  []review.Waiting   `json:"pendingExports"`
	Tasks    []review.Task      `json:"tasks"`
}

// reviewRules are about /review.
func (o *Options) reviewRules() []rule {
	return []rule{
		{o.Review && (o.works() || o.Compare != "" || o.Tour != "" || o.Support != ""), "/review stands alone: it goes with /answers, /practice, /json and /report only."},
		{o.Review && o.Answers == "" && !o.Practice, "/review needs /answers:FILE, or /practice."},
	}
}

// RunReview is /review: it reads a database as Additional tasks do, prints its
// configuration, the pending exports of each connector and the tasks, and changes
// nothing. The error is an Exit with the exit code.
func RunReview(ctx context.Context, p setup.Params, o Options, stdout, stderr io.Writer) error {
	progress := &progressPrinter{w: stderr, quiet: o.JSON}
	var session *setup.Session
	p.OnChange = func() { progress.show(session) }
	session = setup.NewSession(p) //nolint:contextcheck // a session has a life of its own, which Close ends
	state, err := setup.Run(ctx, session, setup.RunOptions{Review: true})
	r := judgeReview(state, err)
	err = session.Close()
	if o.Report != "" {
		err = errors.Join(err, r.save(o.Report))
	}
	write := r.writeText
	if o.JSON {
		write = r.writeJSON
	}
	if err := errors.Join(err, write(stdout)); err != nil {
		return err
	}
	if r.ExitCode != ExitClean {
		return Exit(r.ExitCode)
	}
	return nil
}

// judgeReview makes the result of a review that ended in state s; err is what ended
// it early, or nil. More deletions than the threshold and exports that could not be
// counted are warnings.
func judgeReview(s setup.State, err error) Review {
	r := Review{Format: Format, Command: CommandReview, Problems: problems(s, err), Result: ResultFailed, ExitCode: ExitFailed}
	if s.Practice != nil {
		r.Practice = s.Practice.Scenario
	}
	if s.After == nil || s.After.Facts == nil {
		return r
	}
	f := s.After.Facts
	r.Database, r.ReadAt = f.Database.Name+" on "+f.SQL.Typed, f.At
	r.Overview, r.Exports, r.Tasks = review.Overview(*f), review.WaitingExports(f.ADSync), s.After.Tasks
	r.Result, r.ExitCode = ResultClean, ExitClean
	warn := len(r.Problems) > 0 || len(r.Exports) == 0
	for _, w := range r.Exports {
		warn = warn || w.Over || !w.Known
	}
	if warn {
		r.Result, r.ExitCode = ResultWarnings, ExitWarnings
	}
	return r
}

// save writes the review as a page or as JSON, by the file's ending.
func (r Review) save(path string) error {
	var b strings.Builder
	var err error
	if strings.EqualFold(filepath.Ext(path), ".json") {
		err = r.writeJSON(&b)
	} else {
		err = reviewPage.Execute(&b, r)
	}
	if err == nil {
		err = os.WriteFile(path, []byte(b.String()), 0o600)
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (r Review) writeJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

func (r Review) writeText(w io.Writer) error {
	var b strings.Builder
	if r.Practice != "" {
		fmt.Fprintf(&b, "PRACTICE (%s): a pretend site. Nothing real was read or changed.\n\n", r.Practice)
	}
	if r.Database != "" {
		fmt.Fprintf(&b, "%s, read %s\n\n%s\nPending exports\n", r.Database, r.ReadAt.UTC().Format(time.RFC3339), review.OverviewText(r.Overview))
	}
	for _, x := range r.Exports {
		fmt.Fprintf(&b, "  %s: %s\n", x.Connector, waiting(x))
	}
	for i, t := range r.Tasks {
		if i == 0 {
			b.WriteString("\nTasks\n")
		}
		fmt.Fprintf(&b, "  [%s] %s\n", box(t), t.Title)
		if t.Seen != nil {
			fmt.Fprintf(&b, "      %s: %s\n", t.Seen.Sight, t.Seen.Evidence)
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n%s", p.Text())
	}
	fmt.Fprintf(&b, "\n%s\n", map[string]string{
		ResultClean: "Read; nothing was changed.", ResultWarnings: "Read, with warnings; nothing was changed.", ResultFailed: "Failed.",
	}[r.Result])
	if _, err := io.WriteString(w, control.Replace(b.String())); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

// control keeps a name from the database from moving the console's cursor.
var control = strings.NewReplacer("\x1b", "", "\r", "", "\b", "", "\x9b", "")

// waiting puts the pending exports of a connector into words.
func waiting(x review.Waiting) string {
	if !x.Known {
		return "unknown: " + x.Why
	}
	text := fmt.Sprintf("%d adds, %d updates, %d deletes of %d objects, %d errors", x.Adds, x.Updates, x.Deletes, x.Objects, x.Errors)
	switch {
	case x.Over:
		text += fmt.Sprintf("; MORE DELETES THAN THE THRESHOLD OF %d", x.Threshold)
	case x.Threshold == 0:
		text += "; the protection against accidental deletes is off"
	}
	return text
}

// box is the box of a task.
func box(t review.Task) string {
	if t.Done {
		return "x"
	}
	return " "
}

// reviewPage is the review as a page of its own, to print or to keep with a change.
var reviewPage = template.Must(template.New("review").Funcs(template.FuncMap{"waiting": waiting, "box": box}).Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Review of {{.Database}}</title>
<style>
body{font:14px/1.45 "Segoe UI",system-ui,sans-serif;color:#1b1a19;background:#fff;max-width:900px;margin:32px auto;padding:0 24px}
h1{font-weight:300;font-size:30px;margin:0 0 4px}h2{font-size:17px;margin:26px 0 8px}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #d2d0ce;padding:5px 9px;text-align:left;vertical-align:top}
td:first-child{width:34%;color:#605e5c}ul{margin:0;padding-left:18px}.note{background:#fdf3ec;border-left:4px solid #bc4b09;padding:8px 14px}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
</style></head><body>
<h1>Review of {{or .Database "a database that was not read"}}</h1>
{{if .Practice}}<p class="note">PRACTICE ({{.Practice}}): a pretend site. Nothing real was read or changed.</p>{{end}}
{{if not .ReadAt.IsZero}}<p>Read {{.ReadAt.UTC.Format "2006-01-02 15:04"}} UTC. Nothing was changed.</p>{{end}}
{{range .Problems}}<p class="note"><b>{{.What}}</b> {{.Why}} {{.Fix}}</p>{{end}}
<h2>Pending exports</h2><table>{{range .Exports}}<tr><td>{{.Connector}}</td><td>{{waiting .}}</td></tr>{{end}}</table>
<h2>Tasks</h2><table>{{range .Tasks}}<tr><td>[{{box .}}] {{.Title}}</td><td>{{.Text}}{{with .Seen}}<br><i>{{.Sight}}: {{.Evidence}}</i>{{end}}</td></tr>{{end}}</table>
{{range .Overview}}<h2>{{.Title}}</h2><table>{{range .Rows}}<tr><td>{{.Name}}</td><td>{{range $i, $v := .Values}}{{if $i}}<br>{{end}}{{$v}}{{end}}</td></tr>{{end}}</table>{{end}}
</body></html>
`))
