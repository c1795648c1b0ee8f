package preflight_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// TestTakeOver: never by age alone, never against a sign of life, never blindly,
// and only with the name typed.
func TestTakeOver(t *testing.T) {
	engine := facts.Session{Host: "SYNC09", Program: ".Net SqlClient Data Provider"}
	moves := func(s *facts.Set) { s.ADSync.Moving = ft.Known(true) }
	for name, c := range map[string]struct {
		typed    string
		age      time.Duration
		change   func(*facts.Set)
		possible bool
		severity preflight.Severity
	}{
		"not typed":                {"", time.Hour, nil, true, preflight.Blocked},
		"another name":             {"SYNC08", time.Hour, nil, true, preflight.Blocked},
		"half the name":            {"SYNC0", time.Hour, nil, true, preflight.Blocked},
		"typed":                    {" sync09 ", time.Hour, nil, true, preflight.Warning},
		"young claim":              {"SYNC09", time.Second, nil, true, preflight.Warning},
		"ten years old, alive":     {"SYNC09", 87600 * time.Hour, sessions(engine), false, preflight.Blocked},
		"timestamp moves":          {"SYNC09", time.Hour, moves, false, preflight.Blocked},
		"a run goes on":            {"SYNC09", time.Hour, lastRun(10*time.Minute, false), false, preflight.Blocked},
		"sessions can't be seen":   {"SYNC09", time.Hour, func(s *facts.Set) { s.ADSync.Sessions = ft.Unknown[[]facts.Session]() }, false, preflight.Blocked},
		"timestamp not read twice": {"SYNC09", time.Hour, func(s *facts.Set) { s.ADSync.Moving = ft.Unknown[bool]() }, false, preflight.Blocked},
	} {
		set := ft.Set()
		set.ADSync.Claim = ft.Known(&facts.Claim{Server: "SYNC09", Installation: strings.Repeat("9", 32), At: ft.Now().Add(-c.age)})
		if c.change != nil {
			c.change(&set)
		}
		a := answers.Answers{TakeOver: c.typed}
		if got := preflight.TakeOverOf(set, a); got == nil || got.Possible() != c.possible || got.Agreed() != (c.severity == preflight.Warning) {
			t.Errorf("%s: %+v", name, got)
		}
		list := preflight.Judge(set, a)
		i := slices.IndexFunc(list, func(f preflight.Finding) bool { return f.ID == "owner.claim" })
		if i < 0 || list[i].Severity != c.severity {
			t.Errorf("%s: %+v", name, list)
		}
	}
	set := ft.Set()
	set.ADSync.Claim = ft.Known(&facts.Claim{Server: "sync02"})
	if preflight.TakeOverOf(set, answers.Answers{TakeOver: "SYNC02"}) != nil {
		t.Error("this server's own claim is taken over")
	}
}
