package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// Exit is an exit code other than ExitClean, as an error of which everything
// has been said already.
type Exit int

// Error names the code.
func (e Exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// PrintVersion prints the version of the program.
func PrintVersion(w io.Writer, version string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(map[string]any{"format": Format, "program": setup.ProgramName, "version": version})
	}
	_, err := fmt.Fprintf(w, "%s %s\n", setup.ProgramName, version)
	return err
}

// FillIn puts an answers file over what a site has filled in already, and the
// secrets that it refers to. Errors are *UsageError.
func FillIn(site setup.Site, path string, source answers.Source) (setup.Site, error) {
	data, err := source.ReadFile(path)
	if err != nil {
		return site, usagef("The answers file cannot be read: %v", err)
	}
	a, err := answers.Parse(data)
	if err != nil {
		return site, usagef("%s: %v", path, err)
	}
	secrets, err := source.Secrets(a)
	if err != nil {
		return site, usagef("%s: %v", path, err)
	}
	site.Answers = merged(site.Answers, a)
	all := map[string]secret.Value{}
	for _, m := range []map[string]secret.Value{site.Secrets, secrets} {
		for k, v := range m {
			all[k] = v
		}
	}
	site.Secrets = all
	return site, nil
}

// merged takes each part from the file if the file says anything there.
func merged(base, file answers.Answers) answers.Answers {
	out := base.Clone()
	if file.Situation != "" {
		out.Situation = file.Situation
	}
	if file.SQL != (answers.SQL{}) {
		out.SQL = file.SQL
	}
	if file.Components != (answers.Components{}) {
		out.Components = file.Components
	}
	if file.Entra != (answers.Entra{}) {
		out.Entra = file.Entra
	}
	if len(file.Forests) > 0 {
		out.Forests = file.Forests
	}
	if file.Options != (answers.Options{}) {
		out.Options = file.Options
	}
	if file.Acknowledge != (answers.Acknowledge{}) {
		out.Acknowledge = file.Acknowledge
	}
	if file.Staging != (answers.Staging{}) {
		out.Staging = file.Staging
	}
	if file.TakeOver != "" {
		out.TakeOver = file.TakeOver
	}
	return out
}

// Run is /check, /install, /resume and /undo: it makes a session, drives it to the end, prints
// the result and writes the report. The error is an Exit with the exit code.
func Run(ctx context.Context, p setup.Params, o Options, stdout, stderr io.Writer) error {
	if o.UndoID != "" {
		finder, err := choose(p.Site.Finder, o.UndoID)
		if err != nil {
			return err
		}
		p.Site.Finder = finder
	}
	progress := &progressPrinter{w: stderr, quiet: o.JSON}
	var session *setup.Session
	p.OnChange = func() { progress.show(session) }
	session = setup.NewSession(p) //nolint:contextcheck // a session has a life of its own, which Close ends
	var others []setup.OtherFound
	if found := session.State().Found; found != nil && o.Undo {
		others = found.Others
	}
	state, err := setup.Run(ctx, session, setup.RunOptions{Install: o.Install, Resume: o.Resume, Undo: o.Undo})
	result := Judge(o.Command(), state, err)
	result.Others = others
	var unsaved []error // what is not there is said behind the result, not in its place
	if o.Report != "" {
		unsaved = append(unsaved, writeReport(o.Report, result.Record))
	}
	if o.Support != "" {
		unsaved = append(unsaved, writeSupport(ctx, session, o.Support))
	}
	write := result.WriteText
	if o.JSON {
		write = result.WriteJSON
	}
	if err := errors.Join(write(stdout), session.Close(), errors.Join(unsaved...)); err != nil {
		return err
	}
	if result.ExitCode != ExitClean {
		return Exit(result.ExitCode)
	}
	return nil
}

// writeReport writes the record as HTML or JSON, by the file's ending.
func writeReport(path string, r report.Record) error {
	var b bytes.Buffer
	write := report.HTML
	if strings.EqualFold(filepath.Ext(path), ".json") {
		write = report.JSON
	}
	if err := write(&b, r); err != nil {
		return fmt.Errorf("make the report: %w", err)
	}
	if err := wholefile.Write(path, b.Bytes()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// writeSupport packs the support bundle, by the session as the window does.
func writeSupport(ctx context.Context, s *setup.Session, path string) error {
	s.Dispatch(setup.BundlePressed{Path: path})
	if err := s.Wait(ctx); err != nil {
		return fmt.Errorf("pack the support bundle: %w", err)
	}
	st := s.State()
	switch {
	case st.Saved == path:
		return nil
	case len(st.Problems) > 0:
		return st.Problems[0]
	default:
		return fmt.Errorf("the support bundle %s was not written", path)
	}
}

// progressPrinter says on the console what the session is doing, each thing once.
type progressPrinter struct {
	w     io.Writer
	quiet bool

	mu   sync.Mutex
	last string
}

func (p *progressPrinter) show(s *setup.Session) {
	if s == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	state := s.State()
	line := promptLine(cmp.Or(state.Entra.Prompt, state.Staging.Prompt))
	if line == "" && !p.quiet {
		line = progressLine(state)
	}
	if line != "" && line != p.last {
		p.last = line
		_, _ = fmt.Fprintln(p.w, line) // the console is a courtesy
	}
}

// promptLine says what somebody has to do to sign in. It is said with /json too:
// without it nobody could.
func promptLine(p *setup.Prompt) string {
	if p == nil {
		return ""
	}
	line := p.Text
	if p.Note != "" {
		line = strings.TrimPrefix(line+"\n  "+p.Note, "\n  ")
	}
	if p.URL != "" {
		line += "\n  Address: " + p.URL
	}
	if p.Code != "" {
		line += "\n  Code: " + p.Code
	}
	if !p.Expires.IsZero() {
		line += "\n  Good until " + p.Expires.Local().Format("15:04")
	}
	return line
}

// progressLine is the newest thing to say about a state.
func progressLine(s setup.State) string {
	for _, step := range s.Install.Steps {
		if step.State != apply.Running && step.State != apply.Undoing && step.State != apply.Failed {
			continue
		}
		title := step.Step
		if s.Plan != nil {
			for _, planned := range s.Plan.Steps {
				if planned.ID == step.Step {
					title = planned.Title
				}
			}
		}
		return strings.TrimSuffix(fmt.Sprintf("%s: %s: %s", step.State, title, step.Text), ": ")
	}
	if s.Busy != nil {
		return s.Busy.Text
	}
	return ""
}
