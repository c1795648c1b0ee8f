package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// The same site, read again later, has the same basis.
func TestBasisDoesNotDependOnTime(t *testing.T) {
	a, b := ft.Set(), ft.Set()
	b.At = b.At.AddDate(0, 0, 1)
	b.SQL.ServerTime = ft.Known(b.At)
	b.ADSync.Shape.At = b.At
	if d := plan.Differences(plan.BasisOf(a), plan.BasisOf(b)); d != nil {
		t.Error(d)
	}
	names := map[string]bool{}
	for _, x := range plan.BasisOf(a) {
		if names[x.Name] {
			t.Errorf("%s comes twice", x.Name)
		}
		names[x.Name] = true
	}
}

// Whatever another server or administrator does in between is found.
func TestDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(*facts.Set)
		want string
	}{
		"run history": {func(s *facts.Set) { s.ADSync.Server.Timestamp = ft.Known(int64(9002)) }, "Timestamp"},
		"new run":     {func(s *facts.Set) { s.ADSync.Runs.Value[0].Number = 105 }, "Last run"},
		"claim":       {func(s *facts.Set) { s.ADSync.Claim = ft.Known(&facts.Claim{Server: "SYNC07"}) }, "SYNC07"},
		"setting":     {func(s *facts.Set) { s.ADSync.Settings.Value[1].Value = "True" }, "StagingMode"},
		"setting added": {func(s *facts.Set) {
			s.ADSync.Settings = ft.Known(append(ft.Settings(), facts.Setting{Name: "New", Value: "1"}))
		}, "Setting New is new"},
		"setting gone": {func(s *facts.Set) { s.ADSync.Settings = ft.Known(ft.Settings()[1:]) }, "is gone"},
		"connector":    {func(s *facts.Set) { s.ADSync.Connectors.Value[0].Version++ }, "contoso.local"},
		"account":      {func(s *facts.Set) { s.ADSync.Connectors.Value[1].Account.User = "x" }, "fabrikam.local"},
		"key set":      {func(s *facts.Set) { s.ADSync.Server.KeysetID = ft.Known(int64(7)) }, "Key set"},
		"database":     {func(s *facts.Set) { s.Database.Name = "ADSync2" }, "ADSync2"},
		"server":       {func(s *facts.Set) { s.SQL.ServerName = ft.Known("SQL02") }, "SQL02"},
		"read-only":    {func(s *facts.Set) { s.Database.ReadOnly = ft.Known(true) }, "read-only"},
		"permission":   {func(s *facts.Set) { s.Database.Grant = ft.Known(facts.GrantNone) }, "Permission"},
		"session": {func(s *facts.Set) {
			s.ADSync.Sessions = ft.Known([]facts.Session{{Host: "SYNC01", Program: "ADSync"}})
		}, "SYNC01"},
		"no longer readable": {func(s *facts.Set) { s.ADSync.Server.InstanceID = ft.Unknown[string]() }, "(unknown)"},
		"version":            {func(s *facts.Set) { s.Computer.Installed = ft.Known("2.6.92.0") }, "Installed version"},
	} {
		t.Run(name, func(t *testing.T) {
			s := ft.Set()
			c.bend(&s)
			d := plan.Differences(plan.BasisOf(ft.Set()), plan.BasisOf(s))
			if len(d) == 0 || !slices.ContainsFunc(d, func(l string) bool { return strings.Contains(l, c.want) }) {
				t.Errorf("differences %v, want one that says %q", d, c.want)
			}
		})
	}
}

// An administrator's tool that comes or goes is no reason to stop.
func TestToolsAreNoDifference(t *testing.T) {
	s := ft.Set()
	s.ADSync.Sessions = ft.Known([]facts.Session{{Host: "ADMINPC", Program: "Microsoft SQL Server Management Studio"}})
	if d := plan.Differences(plan.BasisOf(ft.Set()), plan.BasisOf(s)); d != nil {
		t.Error(d)
	}
}
