package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// BasisOf gives the facts that a plan rests on, as text that can be compared:
// the same database, unchanged, gives the same list however often it is read.
// Install reads it again as its first step and goes on only if nothing differs.
func BasisOf(set facts.Set) []Basis {
	var l basisList
	l.server(set)
	l.database(set)
	l.adsync(set)
	for _, c := range set.ADSync.Connectors.Or(nil) {
		l.connector(c)
	}
	return l.all
}

type basisList struct{ all []Basis }

func (l *basisList) add(name, value string) {
	l.all = append(l.all, Basis{Name: name, Value: value})
}

// fact writes a reading; why one is unknown is left out, as error texts vary.
func fact[T any](r facts.Read[T], show func(T) string) string {
	switch r.State {
	case facts.IsKnown:
		return show(r.Value)
	case facts.IsAbsent:
		return "(not available)"
	default:
		return "(unknown)"
	}
}

func str(v string) string     { return v }
func num(v int64) string      { return strconv.FormatInt(v, 10) }
func boolean(v bool) string   { return strconv.FormatBool(v) }
func names(v []string) string { return strings.Join(v, ", ") }

func (l *basisList) server(set facts.Set) {
	s := set.SQL
	l.add("SQL Server", fact(s.ServerName, str))
	l.add("SQL Server version", fact(s.Version, str))
	l.add("SQL Server login", fact(s.Login, str))
	l.add("This computer", fact(set.Computer.Name, str))
	l.add("Installed version", fact(set.Computer.Installed, str))
	l.add("Synchronization service", fact(set.Computer.Service, func(v facts.SyncService) string {
		return strings.Join([]string{v.Account, v.Server, v.Instance, v.Database}, ", ")
	}))
}

func (l *basisList) database(set facts.Set) {
	d := set.Database
	l.add("Database", d.Name)
	l.add("Database state", fact(d.State, str))
	l.add("Database read-only", fact(d.ReadOnly, boolean))
	l.add("Database user access", fact(d.UserAccess, str))
	l.add("Database collation", fact(d.Collation, str))
	l.add("Availability group", fact(d.AvailabilityGroup, str))
	l.add("Permission", fact(d.Grant, func(g facts.Grant) string { return string(g) }))
	l.add("Permission through", fact(d.Groups, names))
}

func (l *basisList) adsync(set facts.Set) {
	a := set.ADSync
	l.add("Content", fact(a.Shape, func(s facts.Shape) string { return string(s) }))
	l.add("Instance id", fact(a.Server.InstanceID, str))
	l.add("Schema version", fact(a.Server.SchemaVersion, num))
	l.add("Version counter of the settings", fact(a.Server.ConfigVersion, num))
	l.add("Key set id", fact(a.Server.KeysetID, num))
	l.add("Entropy", fact(a.Server.Entropy, str))
	l.add("Timestamp of the run history", fact(a.Server.Timestamp, num))
	l.add("Claim", fact(a.Claim, func(c *facts.Claim) string {
		if c == nil {
			return "none"
		}
		return c.Server + " " + c.Installation
	}))
	for _, s := range a.Settings.Or(nil) {
		l.add("Setting "+s.Name, s.Value)
	}
	l.add("Settings", fact(a.Settings, func(s []facts.Setting) string { return strconv.Itoa(len(s)) }))
	l.add("Rules", fact(a.Rules, func(r []facts.Rule) string { return strconv.Itoa(len(r)) }))
	l.add("Last run", fact(a.Runs, func(r []facts.Run) string {
		if len(r) == 0 {
			return "none"
		}
		return fmt.Sprintf("%s %s %d %t", r[0].Connector, r[0].Profile, r[0].Number, r[0].Complete)
	}))
	l.add("Servers with sessions", fact(a.Sessions, func(list []facts.Session) string {
		var hosts []string
		for _, s := range list {
			if preflight.KindOf(s, set.Computer.Name.Or("")) == preflight.SessionEngine && !slices.Contains(hosts, s.Host) {
				hosts = append(hosts, s.Host)
			}
		}
		slices.Sort(hosts)
		return names(hosts)
	}))
}

func (l *basisList) connector(c facts.Connector) {
	l.add("Connector "+c.ID, fmt.Sprintf("%s, %s, version %d, account %s, key %s, full import %s, full sync %s",
		c.Name, c.Kind, c.Version, c.Account, fact(c.KeyID, num), fact(c.FullImport, boolean), fact(c.FullSync, boolean)))
}

// Differences compares two bases and gives one line for a person for each thing
// that differs, in the order of a and then of what is new in b. It is empty when
// nothing differs.
func Differences(a, b []Basis) []string {
	now := map[string]string{}
	for _, x := range b {
		now[x.Name] = x.Value
	}
	before := map[string]bool{}
	var out []string
	for _, x := range a {
		before[x.Name] = true
		value, there := now[x.Name]
		switch {
		case !there:
			out = append(out, fmt.Sprintf("%s was %q and is gone.", x.Name, x.Value))
		case value != x.Value:
			out = append(out, fmt.Sprintf("%s was %q and is now %q.", x.Name, x.Value, value))
		}
	}
	for _, x := range b {
		if !before[x.Name] {
			out = append(out, fmt.Sprintf("%s is new: %q.", x.Name, x.Value))
		}
	}
	return out
}
