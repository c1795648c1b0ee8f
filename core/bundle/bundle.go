// Package bundle packs what a support case needs into one zip file: the report,
// the journals and the log, each masked, with a list of what was masked.
package bundle

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
)

// Content is what a bundle is made from.
type Content struct {
	Record report.Record   // facts, findings, plan, outcome and tasks
	Log    []logbook.Entry // newest entries, oldest first
	// Data is the folder with the program's data, of which the journals and the logs of
	// earlier runs are packed, never the vault; nil for none.
	Data fs.FS
	// Redactor masks what goes into the bundle.
	Redactor *logbook.Redactor
}

// The folders of Data that are packed, and how many of the newest files of each.
const (
	journals = "journals"
	logs     = "logs"
	newest   = 5
)

// fileLimit is how much of a file is packed at most, in bytes. Of a longer one the
// end is taken, as what went wrong stands there.
const fileLimit = 8 << 20

// part is one file of the bundle.
type part struct {
	name string
	data []byte
}

// Write writes the bundle as a zip file. A file that can't be read is named in the
// bundle's own list and stops nothing; errors are those of w.
func Write(w io.Writer, c Content) error {
	if c.Redactor == nil {
		c.Redactor = logbook.NewRedactor()
	}
	parts, missing := collect(c)
	for i := range parts {
		parts[i].data = []byte(c.Redactor.Text(string(parts[i].data)))
	}
	masked := maskedText(c.Redactor.Masked())
	parts = append(parts, part{"masked.txt", []byte(masked)})
	parts = slices.Insert(parts, 0, part{"READ-ME.txt", []byte(readMe(c, parts, missing))})
	z := zip.NewWriter(w)
	for _, p := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: safeName(c.Redactor.Text(p.name)), Method: zip.Deflate, Modified: c.Record.Made.UTC()})
		if err == nil {
			_, err = f.Write(p.data)
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", p.name, err)
		}
	}
	return z.Close()
}

// outOfNames is what a name in the bundle does not hold: it is unpacked on other
// systems, where a backslash or a colon leads out of the folder.
var outOfNames = regexp.MustCompile(`[^A-Za-z0-9._/ -]|\.\.+`)

// safeName gives a file's name as it stands in the bundle.
func safeName(name string) string { return outOfNames.ReplaceAllString(name, "_") }

// collect gives the parts, unmasked, and what could not be made or read.
func collect(c Content) (parts []part, missing []string) {
	add := func(name string, write func(io.Writer) error) {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			missing = append(missing, name+": "+explain(err))
			return
		}
		parts = append(parts, part{name, b.Bytes()})
	}
	add("versions.txt", func(w io.Writer) error { return versions(w, c.Record) })
	add("report.html", func(w io.Writer) error { return report.HTML(w, c.Record) })
	add("record.json", func(w io.Writer) error { return report.JSON(w, c.Record) })
	add("log.txt", func(w io.Writer) error {
		for _, e := range c.Log {
			if _, err := fmt.Fprintln(w, e); err != nil {
				return err
			}
		}
		return nil
	})
	if c.Data == nil {
		return parts, missing
	}
	for _, folder := range []string{journals, logs} {
		names, err := newestFiles(c.Data, folder)
		if err != nil {
			missing = append(missing, folder+": "+explain(err))
		}
		for _, name := range names {
			add(name, func(w io.Writer) error { return copyTail(w, c.Data, name) })
		}
	}
	return parts, missing
}

// newestFiles gives the paths of the newest files of a folder, newest first. A
// folder that is not there has none.
func newestFiles(data fs.FS, folder string) ([]string, error) {
	entries, err := fs.ReadDir(data, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	type file struct {
		path string
		at   time.Time
	}
	var files []file
	for _, e := range entries {
		if info, infoErr := e.Info(); infoErr == nil && info.Mode().IsRegular() {
			files = append(files, file{folder + "/" + e.Name(), info.ModTime()})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return b.at.Compare(a.at) })
	var paths []string
	for _, f := range files[:min(len(files), newest)] {
		paths = append(paths, f.path)
	}
	return paths, err
}

// copyTail copies a file, or its end if it is longer than fileLimit.
func copyTail(w io.Writer, data fs.FS, name string) error {
	b, err := fs.ReadFile(data, name)
	if err != nil {
		return err
	}
	if cut := len(b) - fileLimit; cut > 0 {
		b = append(fmt.Appendf(nil, "(the first %d bytes are left out)\n", cut), b[cut:]...)
	}
	_, err = w.Write(b)
	return err
}

// versions writes which program this is, what it was built from and where it runs.
func versions(w io.Writer, r report.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s %s/%s\n", r.Program, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-tags" || strings.HasPrefix(s.Key, "vcs.") {
				fmt.Fprintf(&b, "%s %s\n", s.Key, s.Value)
			}
		}
		for _, m := range info.Deps {
			fmt.Fprintf(&b, "%s %s\n", m.Path, m.Version)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func maskedText(list []logbook.Masked) string {
	if len(list) == 0 {
		return "Nothing had to be masked: no secret was found in any of the files.\n"
	}
	var b strings.Builder
	b.WriteString("These secrets stood in the log or in one of the files and were replaced by ***:\n\n")
	for _, m := range list {
		fmt.Fprintf(&b, "%5d x  %s\n", m.Times, m.Name)
	}
	return b.String()
}

// readMe says what is in the bundle, and what is not.
func readMe(c Content, parts []part, missing []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Support bundle of %s, made %s on %s.\n", c.Record.Program, c.Record.Made.UTC().Format(time.RFC3339), c.Record.Computer)
	if c.Record.Practice != "" {
		fmt.Fprintf(&b, "PRACTICE (%s): everything in it is pretended.\n", c.Record.Practice)
	}
	b.WriteString("\nIt names servers, domains, accounts and findings. It holds no password, key or token;\nmasked.txt lists what was masked. The vault is never packed.\n\n")
	for _, p := range parts {
		fmt.Fprintf(&b, "%10d bytes  %s\n", len(p.data), p.name)
	}
	if len(missing) > 0 {
		b.WriteString("\nCould not be packed:\n")
		for _, m := range missing {
			b.WriteString("  " + c.Redactor.Text(m) + "\n")
		}
	}
	return b.String()
}

func explain(err error) string {
	if p := problem.From(err); p != nil {
		return p.Error()
	}
	return err.Error()
}
