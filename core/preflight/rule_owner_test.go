package preflight_test

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

func sessions(list ...facts.Session) func(*facts.Set) {
	return func(s *facts.Set) { s.ADSync.Sessions = ft.Known(list) }
}

// lastRun gives the newest run an age; it is unfinished when done is false.
func lastRun(age time.Duration, done bool) func(*facts.Set) {
	return func(s *facts.Set) {
		runs := ft.Runs(ft.Now().Add(-age))
		if !done {
			runs[0].Complete, runs[0].Result, runs[0].End = false, "in-progress", time.Time{}
			runs[0].Start = ft.Now().Add(-age)
			runs = append(runs[:1:1], ft.Runs(ft.Now().Add(-72*time.Hour))...)
		}
		s.ADSync.Runs = ft.Known(runs)
	}
}

func both(list ...func(*facts.Set)) func(*facts.Set, *answers.Answers) {
	return set(func(s *facts.Set) {
		for _, f := range list {
			f(s)
		}
	})
}

func TestLive(t *testing.T) {
	engine := facts.Session{Host: "SYNC01", Program: ".Net SqlClient Data Provider", Login: `CONTOSO\gmsa-adsync$`}
	blind := func(s *facts.Set) { s.ADSync.Sessions = ft.Unknown[[]facts.Session]() }
	const id = "owner.live"
	runCases(t, []ruleCase{
		{name: "nobody", id: id, want: preflight.Pass},
		{name: "engine sessions", bend: both(sessions(engine, engine, engine)), id: id, want: preflight.Blocked, texts: []string{"SYNC01 has 3 open sessions", "Stop the service", "program .Net SqlClient"}},
		{name: "two servers", bend: both(sessions(engine, facts.Session{Host: "SYNC03", Program: "miiserver"})), id: id, want: preflight.Blocked, texts: []string{"SYNC01 has 1 open session", "SYNC03 has 1"}},
		{name: "no host name", bend: both(sessions(facts.Session{Program: "ADSync"})), id: id, want: preflight.Blocked, texts: []string{"1 open session"}},
		{name: "engine on this computer's name in another domain", bend: both(sessions(facts.Session{Host: "SYNC02.contoso.local", Program: "ADSync"})), id: id, want: preflight.Warning},
		{name: "administrator's tool", bend: both(sessions(facts.Session{Host: "ADMINPC", Program: "Microsoft SQL Server Management Studio - Query"})), id: id, want: preflight.Warning, texts: []string{"Management Studio", "ADMINPC"}},
		{name: "this program elsewhere", bend: both(sessions(facts.Session{Host: "ADMINPC", Program: "ADSync Reconnect", Login: "sa"})), id: id, want: preflight.Warning, texts: []string{"ADMINPC"}},
		{name: "service account in a tool's name", bend: both(sessions(facts.Session{Host: "SYNC01", Program: "sqlcmd", Login: `NT SERVICE\ADSync`})), id: id, want: preflight.Blocked},
		{name: "timestamp moves", bend: set(func(s *facts.Set) { s.ADSync.Moving = ft.Known(true) }), id: id, want: preflight.Blocked, texts: []string{"moved"}},
		{name: "run begun", bend: both(lastRun(4*time.Minute, false)), id: id, want: preflight.Blocked, texts: []string{"started 4 minutes ago"}},
		{name: "run begun five hours ago, no session", bend: both(lastRun(5*time.Hour, false)), id: id, want: preflight.Pass},
		{name: "run begun five hours ago, blind", bend: both(lastRun(5*time.Hour, false), blind), id: id, want: preflight.Blocked},
		{name: "run begun two days ago, blind", bend: both(lastRun(48*time.Hour, false), blind), id: id, want: preflight.Unknown},
		{name: "run ended, nobody there", bend: both(lastRun(40*time.Minute, true)), id: id, want: preflight.Warning, texts: []string{"ended 40 minutes ago"}},
		{name: "run ended, blind", bend: both(lastRun(40*time.Minute, true), blind), id: id, want: preflight.Blocked},
		{name: "run ended an hour ago", bend: both(lastRun(time.Hour, true)), id: id, want: preflight.Pass},
		{name: "blind", bend: both(blind), id: id, want: preflight.Unknown, texts: []string{"VIEW SERVER STATE"}},
		{name: "timestamp unread", bend: set(func(s *facts.Set) { s.ADSync.Moving = ft.Unknown[bool]() }), id: id, want: preflight.Unknown},
		{name: "runs unread", bend: set(func(s *facts.Set) { s.ADSync.Runs = ft.Unknown[[]facts.Run]() }), id: id, want: preflight.Unknown},
		{name: "staging clone is told to take a copy", bend: func(s *facts.Set, a *answers.Answers) {
			sessions(engine)(s)
			a.Situation = answers.SituationStaging
		}, id: id, want: preflight.Blocked, texts: []string{"own copy"}},
	})
}

func TestClaimAndPrevious(t *testing.T) {
	claim := func(server string) func(*facts.Set) {
		return func(s *facts.Set) {
			s.ADSync.Claim = ft.Known(&facts.Claim{Server: server, Installation: "abc", At: ft.Now().Add(-time.Hour)})
		}
	}
	runCases(t, []ruleCase{
		{name: "no claim", id: "owner.claim", want: preflight.Pass},
		{name: "of another", bend: both(claim("SYNC07")), id: "owner.claim", want: preflight.Blocked, texts: []string{"SYNC07", "take the database over: type its name"}},
		{name: "of this server", bend: both(claim("sync02")), id: "owner.claim", want: preflight.Note},
		{name: "of a server, this one's name unread", bend: both(claim("SYNC02"), func(s *facts.Set) {
			s.Computer.Name = ft.Unknown[string]()
		}), id: "owner.claim", want: preflight.Blocked},
		{name: "unread", bend: set(func(s *facts.Set) { s.ADSync.Claim = ft.Unknown[*facts.Claim]() }), id: "owner.claim", want: preflight.Unknown},
		{name: "previous", id: "owner.previous", want: preflight.Note, texts: []string{"SYNC01"}},
		{name: "previous had this name", bend: set(func(s *facts.Set) { s.ADSync.Previous = ft.Known("SYNC02") }), id: "owner.previous", want: preflight.Note, texts: []string{"this computer's name"}},
		{name: "previous unread", bend: set(func(s *facts.Set) { s.ADSync.Previous = ft.Unknown[string]() }), id: "owner.previous", want: preflight.Unknown},
	})
}
