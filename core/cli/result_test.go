package cli

import (
	"errors"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

func TestJudge(t *testing.T) {
	found := func(list ...preflight.Severity) setup.State {
		s := setup.State{Facts: &facts.Set{}}
		for _, sev := range list {
			s.Findings = append(s.Findings, preflight.Finding{ID: "x", Severity: sev})
		}
		return s
	}
	ended := func(e apply.Ending, list ...preflight.Severity) setup.State {
		s := found(list...)
		s.Install.Outcome = &apply.Outcome{Ending: e}
		return s
	}
	broken := errors.New("something broke")
	for name, c := range map[string]struct {
		command string
		state   setup.State
		err     error
		result  string
		code    int
	}{
		"clean check":             {"check", found(preflight.Pass, preflight.Note), nil, ResultClean, 0},
		"warning":                 {"check", found(preflight.Pass, preflight.Warning), nil, ResultWarnings, 1},
		"unknown is not fine":     {"check", found(preflight.Unknown), nil, ResultWarnings, 1},
		"blocked":                 {"check", found(preflight.Blocked, preflight.Warning), nil, ResultBlocked, 2},
		"blocked beats its error": {"install", found(preflight.Blocked), broken, ResultBlocked, 2},
		"never reached":           {"check", setup.State{}, broken, ResultFailed, 3},
		"an answer is missing":    {"check", setup.State{}, &problem.Problem{Code: setup.CodeMissing}, ResultFailed, 64},
		"a forest has no answer":  {"install", found(preflight.Pass), &problem.Problem{Code: setup.CodeForestAnswer}, ResultFailed, 64},
		"a malformed server name": {"check", setup.State{}, &problem.Problem{Code: sqlserver.CodeAddressPort}, ResultFailed, 64},
		"one of two is ours": {
			"check", found(preflight.Pass), errors.Join(&problem.Problem{Code: forest.CodeUserForm}, &problem.Problem{Code: "ad.forest.unreachable"}), ResultFailed, 3,
		},
		"answers wrong, but begun": {"resume", ended(apply.Broken), &problem.Problem{Code: setup.CodeMissing}, ResultFailed, 3},
		"error without finding":    {"check", found(preflight.Pass), broken, ResultFailed, 3},
		"install done":             {"install", ended(apply.Completed, preflight.Pass), nil, ResultDone, 0},
		"install with warnings":    {"install", ended(apply.Completed, preflight.Warning), nil, ResultWarnings, 1},
		"install broke":            {"install", ended(apply.Broken, preflight.Warning), nil, ResultFailed, 3},
		"install taken back":       {"install", ended(apply.TakenBack), nil, ResultFailed, 3},
		"install stopped":          {"install", ended(apply.Stopped), broken, ResultFailed, 3},
		"install never began":      {"install", found(preflight.Pass), nil, ResultFailed, 3},
	} {
		t.Run(name, func(t *testing.T) {
			r := Judge(c.command, c.state, c.err)
			if r.Result != c.result || r.ExitCode != c.code {
				t.Errorf("got %s, exit code %d; want %s, %d", r.Result, r.ExitCode, c.result, c.code)
			}
			if c.err != nil && len(r.Problems) == 0 {
				t.Error("the error is not among the problems")
			}
		})
	}
}

func TestJudge_undo(t *testing.T) {
	state := func(e apply.Ending) setup.State {
		return setup.State{Install: setup.Install{Outcome: &apply.Outcome{Ending: e}}}
	}
	for name, c := range map[string]struct {
		s    setup.State
		err  error
		want string
	}{
		"taken back":   {state(apply.TakenBack), nil, ResultDone},
		"a rest stays": {state(apply.PartLeft), errors.New("x"), ResultFailed},
		"never begun":  {setup.State{}, errors.New("x"), ResultFailed},
	} {
		r := Judge(CommandUndo, c.s, c.err)
		if r.Result != c.want || (r.ExitCode == ExitClean) != (c.want == ResultDone) {
			t.Errorf("%s: %s, exit code %d", name, r.Result, r.ExitCode)
		}
		if c.want == ResultDone && r.closing() != "Done: the installation is taken back." {
			t.Errorf("%s: %q", name, r.closing())
		}
	}
	if r := Judge(CommandResume, state(apply.Broken), nil); r.Result != ResultFailed || r.Command != "resume" {
		t.Errorf("a broken resume is %s", r.Result)
	}
}
