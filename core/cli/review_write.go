package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// save writes the review as the page of the report, or as JSON, by the file's ending.
func (r Review) save(path string) error {
	if !strings.EqualFold(filepath.Ext(path), ".json") {
		return writeReport(path, r.record)
	}
	var b strings.Builder
	err := r.writeJSON(&b)
	if err == nil {
		err = wholefile.Write(path, []byte(b.String()))
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (r Review) writeJSON(w io.Writer) error { return printJSON(w, r) }

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
