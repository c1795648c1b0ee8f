package cli

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

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
		err = wholefile.Write(path, []byte(b.String()))
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
		fmt.Fprintf(&b, "%s, read %s\n\n%s\n", r.Database, r.ReadAt.UTC().Format(time.RFC3339), review.OverviewText(r.Overview))
		pendingText(&b, r.Pending)
	}
	if r.List != nil {
		fmt.Fprintf(&b, "\nList of pending exports: %s, %s\n", r.List.Path, counted(int(r.List.Rows), "row", "rows"))
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
	b.WriteString(gateText(r.Gate))
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

// box is the box of a task.
func box(t review.Task) string {
	if t.Done {
		return "x"
	}
	return " "
}

// reviewPage is the review as a page of its own, to print or to keep with a change.
var reviewPage = template.Must(template.New("review").Funcs(template.FuncMap{"box": box, "readAt": readAt, "total": pending.Counts.Total, "gone": pending.Counts.Gone, "errorTitle": errorTitle, "typeTotal": typeTotal}).Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Review of {{.Database}}</title>
<style>
body{font:14px/1.45 "Segoe UI",system-ui,sans-serif;color:#1b1a19;background:#fff;max-width:900px;margin:32px auto;padding:0 24px}
h1{font-weight:300;font-size:30px;margin:0 0 4px}h2{font-size:17px;margin:26px 0 8px}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #d2d0ce;padding:5px 9px;text-align:left;vertical-align:top}
td:first-child{width:34%;color:#605e5c}td.n,th.n{text-align:right;width:auto;font-variant-numeric:tabular-nums}.pending td:first-child{width:auto}ul{margin:0;padding-left:18px}.note{background:#fdf3ec;border-left:4px solid #bc4b09;padding:8px 14px}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}
</style></head><body>
<h1>Review of {{or .Database "a database that was not read"}}</h1>
{{if .Practice}}<p class="note">PRACTICE ({{.Practice}}): a pretend site. Nothing real was read or changed.</p>{{end}}
{{with readAt .ReadAt}}<p>Read {{.}} UTC. Nothing was changed.</p>{{end}}
{{range .Problems}}<p class="note"><b>{{.What}}</b> {{.Why}} {{.Fix}}</p>{{end}}
{{template "pending" .Pending}}{{with .List}}<p>The list of {{.Rows}} rows: {{.Path}}</p>{{end}}
<h2>Tasks</h2><table>{{range .Tasks}}<tr><td>[{{box .}}] {{.Title}}</td><td>{{.Text}}{{with .Seen}}<br><i>{{.Sight}}: {{.Evidence}}</i>{{end}}</td></tr>{{end}}</table>
<h2>Conditions for leaving staging mode</h2><table>{{range .Gate}}<tr><td>{{.Title}}</td><td>{{.Light}}: {{.Evidence}}</td></tr>{{end}}</table>
{{range .Overview}}<h2>{{.Title}}</h2><table>{{range .Rows}}<tr><td>{{.Name}}</td><td>{{range $i, $v := .Values}}{{if $i}}<br>{{end}}{{$v}}{{end}}</td></tr>{{end}}</table>{{end}}
</body></html>
` + pendingPage))

// readAt gives a time for the page, "" for none.
func readAt(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}
