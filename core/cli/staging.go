package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// CommandStaging is /staging in Switch.Command.
const CommandStaging = "staging"

// purposes are the values of /staging.
var purposes = map[string]plan.Purpose{"leave": plan.Leaves, "enter": plan.Enters}

// Switch is what /staging says, as /json prints it.
type Switch struct {
	Format   int                `json:"format"`
	Command  string             `json:"command"`
	Purpose  plan.Purpose       `json:"purpose"`
	Result   string             `json:"result"` // "done", "warnings" with conditions that were answered for, "blocked" by the gate, "failed"
	ExitCode int                `json:"exitCode"`
	Problems []*problem.Problem `json:"problems"`
	Practice string             `json:"practice,omitempty"` // scenario; everything is pretended
	Database string             `json:"database"`           // "ADSync on SQL01\HYBRID"
	Gate     []review.Condition `json:"gate"`
	Plan     *plan.Plan         `json:"plan,omitempty"`
	Outcome  *apply.Outcome     `json:"outcome,omitempty"`
	Next     []string           `json:"next,omitempty"` // what is left to do on the server, in order
	// Already says that there was nothing to change.
	Already string `json:"already,omitempty"`
}

// stagingRules are about /staging.
func (o *Options) stagingRules() []rule {
	_, valid := purposes[strings.ToLower(o.Staging)]
	on := o.Staging != ""
	return []rule{
		{on && !valid, "/staging is /staging:leave or /staging:enter."},
		{on && (o.works() || o.Review || o.Compare != "" || o.Heartbeat || o.Tour != "" || o.Support != ""), "/staging stands alone: it goes with /answers, /practice, /json, /report and /with only."},
		{on && o.Answers == "" && !o.Practice, "/staging needs /answers:FILE, or /practice."},
	}
}

// RunStaging is /staging: it leaves or enters staging mode. The error is an Exit.
func RunStaging(ctx context.Context, p setup.Params, o Options, stdout, stderr io.Writer) error {
	progress := &progressPrinter{w: stderr, quiet: o.JSON}
	var session *setup.Session
	p.OnChange = func() { progress.show(session) }
	session = setup.NewSession(p) //nolint:contextcheck // a session has a life of its own, which Close ends
	purpose := purposes[strings.ToLower(o.Staging)]
	state, err := setup.Run(ctx, session, setup.RunOptions{Staging: purpose, With: o.With, Against: o.Against})
	r := judgeSwitch(purpose, state, err)
	err = session.Close()
	if o.Report != "" {
		err = errors.Join(err, writeReport(o.Report, setup.RecordWith(state, o.With)))
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

// judgeSwitch makes the result of a switch that ended in state s; err is what ended
// it early, or nil.
func judgeSwitch(purpose plan.Purpose, s setup.State, err error) Switch {
	r := Switch{Format: Format, Command: CommandStaging, Purpose: purpose, Problems: problems(s, err), Result: ResultFailed, Gate: []review.Condition{}}
	r.ExitCode = failure(r.Problems)
	if s.Practice != nil {
		r.Practice = s.Practice.Scenario
	}
	if s.After == nil || s.After.Facts == nil {
		return r
	}
	r.Database, r.Gate = s.After.Facts.Database.Name+" on "+s.After.Facts.SQL.Typed, s.Gate()
	if p := problem.As(err); p != nil && p.Code == setup.CodeGateClosed {
		r.Result, r.ExitCode = ResultBlocked, ExitBlocked
		return r
	}
	if p := problem.As(err); p != nil && p.Code == plan.CodeStagingAlready {
		// What was asked for is so: a script that is run twice must not fail.
		r.Result, r.ExitCode, r.Already, r.Problems = ResultDone, ExitClean, p.What, []*problem.Problem{}
		return r
	}
	if s.Staging.Plan == nil || s.Staging.Plan.Purpose != purpose {
		return r
	}
	r.Plan, r.Outcome, r.Gate, r.ExitCode = s.Staging.Plan, s.Staging.Outcome, s.Staging.Gate, ExitFailed
	if err != nil || r.Outcome == nil || r.Outcome.Ending != apply.Completed {
		return r
	}
	r.Result, r.ExitCode, r.Next = ResultDone, ExitClean, plan.AfterSwitch(*r.Plan, *s.After.Facts)
	if len(r.Plan.Answered) > 0 {
		r.Result, r.ExitCode = ResultWarnings, ExitWarnings
	}
	return r
}

func (r Switch) writeJSON(w io.Writer) error { return printJSON(w, r) }

func (r Switch) writeText(w io.Writer) error {
	var b strings.Builder
	if r.Practice != "" {
		fmt.Fprintf(&b, "PRACTICE (%s): a pretend site. Nothing real was read or changed.\n\n", r.Practice)
	}
	if r.Database != "" {
		fmt.Fprintf(&b, "%s\n", r.Database)
	}
	if r.Purpose == plan.Leaves {
		b.WriteString(gateText(r.Gate))
	}
	if r.Outcome != nil && r.Plan != nil {
		b.WriteString("\n")
		for i, p := range r.Outcome.Steps {
			fmt.Fprintf(&b, "  %d. %s [%s] %s\n", i+1, r.Plan.Steps[i].Title, p.State, p.Text)
		}
		for _, path := range r.Outcome.Reports {
			fmt.Fprintf(&b, "Report: %s\n", path)
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\n%s", p.Text())
	}
	said := map[plan.Purpose]string{plan.Leaves: "Done: staging mode is off.", plan.Enters: "Done: staging mode is on."}[r.Purpose]
	if r.Already != "" {
		said = r.Already + " Nothing was changed."
	}
	fmt.Fprintf(&b, "\n%s\n", map[string]string{
		ResultDone: said, ResultWarnings: said + " Conditions were answered for in writing.", ResultBlocked: "Blocked by the conditions. Nothing was changed.", ResultFailed: "Failed.",
	}[r.Result])
	for i, next := range r.Next {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, next)
	}
	if _, err := io.WriteString(w, control.Replace(b.String())); err != nil {
		return fmt.Errorf("write text: %w", err)
	}
	return nil
}

// gateText writes the conditions for leaving staging mode as lines.
func gateText(list []review.Condition) string {
	var b strings.Builder
	for i, c := range list {
		if i == 0 {
			b.WriteString("\nConditions for leaving staging mode\n")
		}
		fmt.Fprintf(&b, "  [%s] %s (%s): %s\n", c.Light, c.Title, c.ID, c.Evidence)
		if c.Override != "" {
			fmt.Fprintf(&b, "      answered for: %s\n", c.Override)
		}
	}
	return b.String()
}
