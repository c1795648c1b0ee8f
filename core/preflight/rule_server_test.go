package preflight_test

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// failAt makes a layer fail with a problem, and everything behind it untried.
func failAt(name facts.LayerName) func(*facts.Set) {
	return func(s *facts.Set) {
		var layers []facts.Layer
		for _, l := range s.SQL.Layers {
			if l.Name == name {
				layers = append(layers, facts.Layer{Name: name, Outcome: facts.Failed, Problem: &problem.Problem{
					Code: "test.layer", What: "It went wrong.", Why: "For a reason.", Fix: "Do this.", Detail: "driver text",
				}})
				break
			}
			layers = append(layers, l)
		}
		*s = facts.Set{At: s.At, SQL: facts.SQLServer{Typed: s.SQL.Typed, Layers: layers}}
	}
}

func TestReach(t *testing.T) {
	says := []string{"It went wrong.", "For a reason.", "Do this.", "driver text", "test.layer"}
	runCases(t, []ruleCase{
		{name: "reached", id: "sql.reach", want: preflight.Pass, texts: []string{`SQL01\HYBRID`}},
		{name: "name", bend: set(failAt(facts.LayerHost)), id: "sql.name", want: preflight.Blocked, texts: says},
		{name: "browser", bend: set(failAt(facts.LayerBrowser)), id: "sql.browser", want: preflight.Blocked, texts: says},
		{name: "port", bend: set(failAt(facts.LayerPort)), id: "sql.port", want: preflight.Blocked, texts: says},
		{name: "answer", bend: set(failAt(facts.LayerAnswer)), id: "sql.answer", want: preflight.Blocked, texts: says},
		{name: "tls", bend: set(failAt(facts.LayerTLS)), id: "sql.tls", want: preflight.Blocked, texts: says},
		{name: "login", bend: set(failAt(facts.LayerLogin)), id: "sql.login", want: preflight.Blocked, texts: says},
		{name: "database", bend: set(failAt(facts.LayerDB)), id: "database.open", want: preflight.Blocked, texts: says},
		{name: "no pass when failed", bend: set(failAt(facts.LayerPort)), id: "sql.reach"},
		{name: "skipped browser", bend: set(func(s *facts.Set) { s.SQL.Layers[1].Outcome = facts.Skipped }), id: "sql.reach", want: preflight.Pass},
		{name: "never tried", bend: set(func(s *facts.Set) { s.SQL.Layers = nil }), id: "sql.reach", want: preflight.Unknown},
		{name: "half tried", bend: set(func(s *facts.Set) { s.SQL.Layers = s.SQL.Layers[:3] }), id: "sql.reach", want: preflight.Unknown},
		{name: "failed without a problem", bend: set(func(s *facts.Set) {
			s.SQL.Layers[2] = facts.Layer{Name: facts.LayerPort, Outcome: facts.Failed, Detail: "closed"}
		}), id: "sql.port", want: preflight.Blocked, texts: []string{"closed"}},
	})
}

func TestLocalDB(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "full server", id: "sql.localdb", want: preflight.Pass},
		{name: "by property", bend: set(func(s *facts.Set) { s.SQL.IsLocalDB = ft.Known(true) }), id: "sql.localdb", want: preflight.Blocked, texts: []string{"ADSync.mdf"}},
		{name: "by name", bend: func(s *facts.Set, a *answers.Answers) {
			*s = facts.Set{At: s.At}
			a.SQL.Server = `(LocalDB)\.\ADSync2019`
		}, id: "sql.localdb", want: preflight.Blocked, texts: []string{"ADSync2019"}},
		{name: "by name, no other reach finding", bend: func(s *facts.Set, a *answers.Answers) {
			failAt(facts.LayerHost)(s)
			a.SQL.Server = `(localdb)\.\ADSync`
		}, id: "sql.name"},
		{name: "by pipe", bend: set(func(s *facts.Set) { s.SQL.Typed = `np:\\.\pipe\LOCALDB#A1B2\tsql\query` }), id: "sql.localdb", want: preflight.Blocked},
		{name: "unknown", bend: set(func(s *facts.Set) { s.SQL.IsLocalDB = ft.Unknown[bool]() }), id: "sql.localdb", want: preflight.Unknown},
	})
}

func TestSQLVersion(t *testing.T) {
	version := func(v string) func(*facts.Set, *answers.Answers) {
		return set(func(s *facts.Set) { s.SQL.Version = ft.Known(v) })
	}
	const id = "sql.version"
	runCases(t, []ruleCase{
		{name: "2008 R2", bend: version("10.50.6000.34"), id: id, want: preflight.Blocked, texts: []string{"2008 R2"}},
		{name: "2012", bend: version("11.0.7001.0"), id: id, want: preflight.Warning, texts: []string{"SQL Server 2012 is no longer supported"}},
		{name: "2014", bend: version("12.0.6024.0"), id: id, want: preflight.Warning},
		{name: "2016", bend: version("13.0.6300.2"), id: id, want: preflight.Warning, texts: []string{"SQL Server 2016"}},
		{name: "2017", bend: version("14.0.3456.2"), id: id, want: preflight.Pass},
		{name: "2019", bend: version("15.0.4355.3"), id: id, want: preflight.Pass},
		{name: "2022", bend: version("16.0.1000.6"), id: id, want: preflight.Pass},
		{name: "2025", bend: version("17.0.1000.7"), id: id, want: preflight.Warning, texts: []string{"newer than what is tested"}},
		{name: "future", bend: version("18.0.1"), id: id, want: preflight.Warning, texts: []string{"version 18"}},
		{name: "garbage", bend: version("sixteen"), id: id, want: preflight.Unknown, texts: []string{"sixteen"}},
		{name: "unread", bend: set(func(s *facts.Set) { s.SQL.Version = ft.Unknown[string]() }), id: id, want: preflight.Unknown},
	})
}

func TestEdition(t *testing.T) {
	engine := func(n int64) func(*facts.Set, *answers.Answers) {
		return set(func(s *facts.Set) { s.SQL.EngineEdition = ft.Known(n) })
	}
	const id = "sql.edition"
	runCases(t, []ruleCase{
		{name: "standard", id: id, want: preflight.Pass},
		{name: "enterprise", bend: engine(3), id: id, want: preflight.Pass},
		{name: "express", bend: engine(4), id: id, want: preflight.Warning, texts: []string{"10 GB", "3.0 GB", "30 %"}},
		{name: "express of unknown size", bend: set(func(s *facts.Set) {
			s.SQL.EngineEdition, s.Database.DataMB = ft.Known(int64(4)), ft.Unknown[int64]()
		}), id: id, want: preflight.Warning, texts: []string{"not known"}},
		{name: "LocalDB has its own finding", bend: set(func(s *facts.Set) {
			s.SQL.EngineEdition, s.SQL.IsLocalDB = ft.Known(int64(4)), ft.Known(true)
		}), id: id},
		{name: "Azure SQL Database", bend: engine(5), id: id, want: preflight.Blocked, texts: []string{"Azure SQL Database"}},
		{name: "Managed Instance", bend: engine(8), id: id, want: preflight.Blocked, texts: []string{"Managed Instance"}},
		{name: "Synapse", bend: engine(6), id: id, want: preflight.Blocked},
		{name: "Fabric", bend: engine(12), id: id, want: preflight.Blocked},
		{name: "unread", bend: set(func(s *facts.Set) { s.SQL.EngineEdition = ft.Unknown[int64]() }), id: id, want: preflight.Unknown},
	})
}

func TestTransportEncryptionClock(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "tcp", id: "sql.transport", want: preflight.Pass},
		{name: "pipe", bend: set(func(s *facts.Set) { s.SQL.Transport = ft.Known("Named pipe") }), id: "sql.transport", want: preflight.Warning, texts: []string{"Named pipe"}},
		{name: "shared memory", bend: set(func(s *facts.Set) { s.SQL.Transport = ft.Known("Shared memory") }), id: "sql.transport", want: preflight.Warning},
		{name: "transport unread", bend: set(func(s *facts.Set) { s.SQL.Transport = ft.Unknown[string]() }), id: "sql.transport", want: preflight.Unknown},
		{name: "encrypted", id: "sql.encryption", want: preflight.Pass},
		{name: "in the clear", bend: set(func(s *facts.Set) { s.SQL.Encrypted = ft.Known(false) }), id: "sql.encryption", want: preflight.Warning},
		{name: "pinned", bend: set(func(s *facts.Set) {
			s.SQL.Certificate = &facts.Certificate{Pinned: true, SHA256: "abcd", Reason: "issuer not trusted"}
		}), id: "sql.encryption", want: preflight.Note, texts: []string{"abcd", "issuer not trusted"}},
		{name: "encryption unread", bend: set(func(s *facts.Set) { s.SQL.Encrypted = ft.Unknown[bool]() }), id: "sql.encryption", want: preflight.Unknown},
		{name: "clocks agree", bend: set(func(s *facts.Set) { s.SQL.ServerTime = ft.Known(ft.Now().Add(-4 * time.Minute)) }), id: "sql.clock", want: preflight.Pass},
		{name: "clock slow", bend: set(func(s *facts.Set) { s.SQL.ServerTime = ft.Known(ft.Now().Add(-9 * time.Minute)) }), id: "sql.clock", want: preflight.Warning, texts: []string{"9 minutes"}},
		{name: "clock fast", bend: set(func(s *facts.Set) { s.SQL.ServerTime = ft.Known(ft.Now().Add(3 * time.Hour)) }), id: "sql.clock", want: preflight.Warning, texts: []string{"3 hours"}},
		{name: "clock unread", bend: set(func(s *facts.Set) { s.SQL.ServerTime = ft.Unknown[time.Time]() }), id: "sql.clock", want: preflight.Unknown},
	})
}
