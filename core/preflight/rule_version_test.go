package preflight_test

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// versions sets the version on this computer and the one that last used the database.
func versions(installed, lastUsed string) func(*facts.Set) {
	return func(s *facts.Set) {
		s.Computer.Installed = ft.Known(installed)
		s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingVersion, lastUsed))
		list := []facts.Connector{ft.AD(ft.Contoso, "contoso.local"), ft.Entra()}
		list[1].AssemblyVersion = lastUsed
		s.ADSync.Connectors = ft.Known(list)
	}
}

// at moves the time of the check.
func at(when time.Time, f func(*facts.Set)) func(*facts.Set, *answers.Answers) {
	return set(func(s *facts.Set) {
		f(s)
		s.At, s.SQL.ServerTime = when, facts.Known(when, "test", when)
	})
}

func TestInstalledVersion(t *testing.T) {
	typed := func(v string) func(*facts.Set, *answers.Answers) {
		return func(s *facts.Set, a *answers.Answers) {
			s.Computer.Installed = ft.Unknown[string]()
			a.Components.Installed = v
		}
	}
	runCases(t, []ruleCase{
		{name: "floor", id: "version.floor", want: preflight.Pass},
		{name: "at the floor", bend: set(versions("1.1.613.0", "1.1.500.0")), id: "version.floor", want: preflight.Pass},
		{name: "below the floor", bend: set(versions("1.1.561.0", "1.1.500.0")), id: "version.floor", want: preflight.Blocked, texts: []string{"2.5.79.0"}},
		{name: "unread", bend: typed(""), id: "computer.installed", want: preflight.Unknown, texts: []string{"components.installedVersion"}},
		{name: "unread says it once", bend: typed(""), id: "version.floor"},
		{name: "typed", bend: typed(" 2.6.92.0 "), id: "version.floor", want: preflight.Pass, texts: []string{"2.6.92.0", "typed"}},
		{name: "not installed", bend: set(func(s *facts.Set) { s.Computer.Installed = ft.Known("") }), id: "computer.installed", want: preflight.Unknown, texts: []string{"No version of it was found"}},
		{name: "typed nonsense", bend: typed("newest"), id: "computer.installed", want: preflight.Unknown},
		{name: "what was read goes before what was typed", bend: func(_ *facts.Set, a *answers.Answers) {
			a.Components.Installed = "1.0.0.0"
		}, id: "version.floor", want: preflight.Pass, texts: []string{ft.Installed}},
	})
}

func TestCutOff(t *testing.T) {
	old := versions("2.5.3.0", "2.4.27.0")
	runCases(t, []ruleCase{
		{name: "new enough", id: "version.cutoff", want: preflight.Pass},
		{name: "at the cut-off", bend: set(versions("2.5.79.0", "2.4.27.0")), id: "version.cutoff", want: preflight.Pass},
		{name: "before the day", bend: at(time.Date(2026, 9, 29, 12, 0, 0, 0, time.UTC), old), id: "version.cutoff", want: preflight.Warning},
		{name: "on the day", bend: at(time.Date(2026, 9, 30, 23, 0, 0, 0, time.UTC), old), id: "version.cutoff", want: preflight.Warning},
		{name: "after the day", bend: at(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), old), id: "version.cutoff", want: preflight.Blocked, texts: []string{"2.5.79.0", "30 September 2026"}},
	})
}

func TestSupport(t *testing.T) {
	const id = "version.support"
	runCases(t, []ruleCase{
		{name: "in support", id: id, want: preflight.Note, texts: []string{"2 February 2027"}},
		{name: "over", bend: set(versions("2.5.79.0", "2.4.27.0")), id: id, want: preflight.Note, texts: []string{"23 October 2026", "has ended"}},
		{name: "older than the table", bend: set(versions("2.0.25.1", "1.6.4.0")), id: id, want: preflight.Note, texts: []string{"older than every version"}},
		{name: "newest", bend: set(versions("2.6.92.0", "2.4.27.0")), id: id, want: preflight.Pass},
		{name: "not in the table", bend: set(versions("2.7.1.0", "2.4.27.0")), id: id, want: preflight.Note, texts: []string{"not known here"}},
		{name: "withdrawn", bend: set(versions("2.6.79.0", "2.4.27.0")), id: id, want: preflight.Warning, texts: []string{"2.6.84.0"}},
	})
}

func TestVersionsCompared(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "equal", id: "version.used", want: preflight.Pass},
		{name: "equal needs no full cycle", id: "version.higher"},
		{name: "numbers, not text", bend: set(versions("2.5.190.0", "2.5.79.0")), id: "version.used", want: preflight.Pass},
		{name: "higher", bend: set(versions("2.6.92.0", "2.4.131.0")), id: "version.higher", want: preflight.Warning, texts: []string{"2.6.92.0", "2.4.131.0", "20,000"}},
		{name: "lower", bend: set(versions("2.5.190.0", "2.6.84.0")), id: "version.used", want: preflight.Blocked, texts: []string{"lowest that would do is 2.6.84.0"}},
		{name: "lower, both below the cut-off", bend: set(versions("2.0.25.1", "2.4.131.0")), id: "version.used", want: preflight.Blocked, texts: []string{"lowest that would do is 2.5.79.0"}},
		{name: "last used from the assembly", bend: set(func(s *facts.Set) {
			s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingVersion, ""))
		}), id: "version.used", want: preflight.Pass, texts: []string{"assembly"}},
		{name: "last used unread", bend: set(versions("2.6.92.0", "")), id: "version.used", want: preflight.Unknown},
		{name: "last used nonsense", bend: set(versions("2.6.92.0", "x.y")), id: "version.used", want: preflight.Unknown},
	})
}

func TestSignIn(t *testing.T) {
	method := func(word string) func(*facts.Set, *answers.Answers) {
		return set(func(s *facts.Set) {
			s.ADSync.Settings = ft.Known(ft.WithSetting(ft.Settings(), facts.SettingSignOnMethod, word))
		})
	}
	const id = "signin.method"
	runCases(t, []ruleCase{
		{name: "hash", id: id, want: preflight.Pass},
		{name: "pass-through", bend: method("PassthroughAuthentication"), id: id, want: preflight.Warning, texts: []string{"Change user sign-in", "agent"}},
		{name: "pass-through, other spelling", bend: method("Pass-Through"), id: id, want: preflight.Warning},
		{name: "AD FS", bend: method("Federation"), id: id, want: preflight.Note, texts: []string{"AD FS"}},
		{name: "Ping", bend: method("PingFederate"), id: id, want: preflight.Note, texts: []string{"PingFederate"}},
		{name: "Ping federation", bend: method("FederationWithPing"), id: id, want: preflight.Note, texts: []string{"PingFederate"}},
		{name: "none", bend: method("NotConfigured"), id: id, want: preflight.Note},
		{name: "not there", bend: method(""), id: id, want: preflight.Unknown},
		{name: "new word", bend: method("Telepathy"), id: id, want: preflight.Unknown, texts: []string{"Telepathy"}},
		{name: "settings unread", bend: set(func(s *facts.Set) { s.ADSync.Settings = ft.Unknown[[]facts.Setting]() }), id: id, want: preflight.Unknown},
		{name: "not old", id: "signin.old"},
		{name: "just not old", bend: set(versions("2.6.92.0", "1.2.65.0")), id: "signin.old"},
		{name: "old", bend: set(versions("2.6.92.0", "1.2.60.0")), id: "signin.old", want: preflight.Warning, texts: []string{"1.2.60.0", "1.2.65.0"}},
	})
}
