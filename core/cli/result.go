package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// Format is the version of the JSON shape of a Result. It goes up when a field
// is renamed, removed or changes its meaning; new fields don't raise it.
const Format = 1

// The words of Result.Result.
const (
	ResultClean    = "clean"    // /check: nothing to complain about
	ResultDone     = "done"     // /install, /resume, /undo: done, nothing to complain about
	ResultWarnings = "warnings" // done or clean, with warnings or checks that could not run
	ResultBlocked  = "blocked"  // a finding blocks the installation; nothing was changed
	ResultFailed   = "failed"
)

// The words of Result.Command.
const (
	CommandCheck   = "check"
	CommandInstall = "install"
	CommandResume  = "resume"
	CommandUndo    = "undo"
)

// Result is what /check, /install, /resume and /undo say, as /json prints it.
type Result struct {
	Format   int                `json:"format"`
	Command  string             `json:"command"` // "check", "install", "resume" or "undo"
	Result   string             `json:"result"`
	ExitCode int                `json:"exitCode"`
	Problems []*problem.Problem `json:"problems"`
	Record   report.Record      `json:"record"`
	// Others are, for /undo, the installations of this computer that it did not take back.
	Others []setup.OtherFound `json:"others,omitempty"`
}

// Judge makes the result of a run that ended in state s. err is what ended it
// early, or nil.
func Judge(command string, s setup.State, err error) Result {
	r := Result{Format: Format, Command: command, Problems: problems(s, err), Record: setup.Record(s)}
	r.Result = verdict(command, r.Record, len(r.Problems) > 0)
	switch r.Result {
	case ResultClean, ResultDone:
		r.ExitCode = ExitClean
	case ResultWarnings:
		r.ExitCode = ExitWarnings
	case ResultBlocked:
		r.ExitCode = ExitBlocked
	default:
		r.ExitCode = failure(r.Problems)
		if r.Record.Outcome != nil {
			r.ExitCode = ExitFailed // it got further than the answers
		}
	}
	return r
}

// verdict weighs a record. A blocking finding outweighs the problem that it
// comes from; a broken installation outweighs everything.
func verdict(command string, rec report.Record, broken bool) string {
	installed := rec.Outcome != nil && rec.Outcome.Ending == apply.Completed
	if command == CommandUndo {
		return undone(rec, broken)
	}
	installs := command == CommandInstall || command == CommandResume
	switch {
	case rec.Outcome != nil && !installed:
		return ResultFailed
	case !installed && preflight.Count(rec.Findings, preflight.Blocked) > 0:
		return ResultBlocked
	case broken || rec.Facts == nil:
		return ResultFailed
	case installs && !installed:
		return ResultFailed
	case preflight.Worst(rec.Findings).Rank() <= preflight.Unknown.Rank():
		return ResultWarnings
	case installs:
		return ResultDone
	default:
		return ResultClean
	}
}

// undone is the verdict on /undo: all of it, or failed.
func undone(rec report.Record, broken bool) string {
	if rec.Outcome != nil && rec.Outcome.Ending == apply.TakenBack && !broken {
		return ResultDone
	}
	return ResultFailed
}

// problems gathers what went wrong, each once.
func problems(s setup.State, err error) []*problem.Problem {
	out := []*problem.Problem{}
	add := func(p *problem.Problem) {
		if p == nil {
			return
		}
		for _, o := range out {
			if o.Code == p.Code && o.What == p.What {
				return
			}
		}
		out = append(out, p)
	}
	var several interface{ Unwrap() []error }
	switch {
	case errors.As(err, &several):
		for _, e := range several.Unwrap() {
			add(problem.From(e))
		}
	case err != nil:
		add(problem.From(err))
	}
	for _, p := range s.Problems {
		add(p)
	}
	add(s.Entra.Problem)
	for _, f := range s.Forests {
		add(f.Problem)
	}
	if s.Install.Outcome != nil {
		add(s.Install.Outcome.Problem)
	}
	return out
}

// WriteJSON prints the result as indented JSON.
func (r Result) WriteJSON(w io.Writer) error { return printJSON(w, r) }

// WriteText prints the result for a person.
func (r Result) WriteText(w io.Writer) error {
	if err := report.Text(w, r.Record); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	for _, p := range r.Problems {
		if _, err := fmt.Fprintf(w, "\n%s", p.Text()); err != nil {
			return fmt.Errorf("write text: %w", err)
		}
	}
	closing := "\n" + r.closing() + "\n"
	if r.Record.Outcome != nil {
		for _, path := range r.Record.Outcome.Reports {
			closing += "Report: " + path + "\n"
		}
	}
	closing += othersText(r.Others)
	if _, err := io.WriteString(w, closing); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

// closing is the last line for a person.
func (r Result) closing() string {
	n := preflight.Count(r.Record.Findings, preflight.Warning)
	u := preflight.Count(r.Record.Findings, preflight.Unknown)
	installs := r.Command == CommandInstall || r.Command == CommandResume
	switch r.Result {
	case ResultClean:
		return "Clean: nothing stands against the installation."
	case ResultDone:
		if r.Command == CommandUndo {
			return "Done: the installation is taken back."
		}
		return "Done: the server is in staging mode."
	case ResultBlocked:
		return fmt.Sprintf("Blocked: %s. Nothing was changed.", counted(preflight.Count(r.Record.Findings, preflight.Blocked), "finding stands", "findings stand")+" against the installation")
	case ResultWarnings:
		begin := "Possible"
		if installs {
			begin = "Done: the server is in staging mode"
		}
		return fmt.Sprintf("%s, with %s and %s.", begin, counted(n, "warning", "warnings"), counted(u, "check that could not run", "checks that could not run"))
	default:
		return "Failed."
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
