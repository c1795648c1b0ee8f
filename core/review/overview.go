package review

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Section is one part of the configuration in words: a connector, the scheduler.
// ID is stable.
type Section struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Rows  []Row  `json:"rows"`
}

// Row is one line of a section: what it is about and one value or several. What
// could not be read says so and why.
type Row struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// Overview puts the configuration into words, as it was recovered from the
// database, for "View the current configuration".
func Overview(set facts.Set) []Section {
	out := []Section{databaseSection(set), schedulerSection(set.ADSync), signInSection(set.ADSync), featuresSection(set.ADSync)}
	connectors, ok := set.ADSync.Connectors.Get()
	if !ok {
		s := Section{ID: "connectors", Title: "Connectors"}
		s.add("Connectors", unread(set.ADSync.Connectors))
		out = append(out, s)
	}
	for _, c := range connectors {
		out = append(out, connectorSection(c))
	}
	return append(out, rulesSection(set.ADSync))
}

// add appends a line, unless there is nothing to say.
func (s *Section) add(name string, values ...string) {
	if len(values) > 0 {
		s.Rows = append(s.Rows, Row{Name: name, Values: values})
	}
}

func databaseSection(set facts.Set) Section {
	a, d := set.ADSync, set.Database
	s := Section{ID: "database", Title: "Database and server"}
	place := d.Name
	if set.SQL.Typed != "" {
		place += " on " + set.SQL.Typed
	}
	s.add("Database", place)
	s.add("Staging mode", onOff(a, facts.SettingStagingMode))
	s.add("Owner", owner(a))
	s.add("Used before by", read(a.Previous, plain))
	version, source := a.VersionLastUsed()
	if version == "" {
		version, source = "Unknown", "the database does not say"
	}
	s.add("Version last used", version+" ("+source+")")
	s.add("Version on this computer", read(set.Computer.Installed, plain))
	s.add("Schema of the database", read(a.Server.SchemaVersion, number))
	s.add("Last synchronization", lastActivity(a)...)
	s.add("Objects in the metaverse", read(a.Objects, number))
	s.add("Size", read(d.DataMB, func(n int64) string { return strconv.FormatInt(n, 10) + " MB of data" }))
	s.add("Last backup", read(d.LastBackup, func(b facts.Backup) string { return date(b.Finished) + ", " + b.Kind }))
	s.add("Recovery model", read(d.RecoveryModel, plain))
	return s
}

// owner is who claims the database.
func owner(a facts.ADSync) string {
	c, ok := a.Claim.Get()
	switch {
	case !ok:
		return unread(a.Claim)
	case c == nil:
		return "Nobody: no server has left its claim"
	}
	return c.Server + ", since " + date(c.At) + " (installation " + c.Installation + ")"
}

func lastActivity(a facts.ADSync) []string {
	var out []string
	for _, e := range a.Activity {
		if t, ok := e.When.Get(); ok {
			out = append(out, date(t)+", "+e.Name)
		}
	}
	if len(out) == 0 {
		return []string{"Unknown: there is no evidence of one"}
	}
	return out
}

func schedulerSection(a facts.ADSync) Section {
	s := Section{ID: "scheduler", Title: "Scheduler and protection"}
	s.add("Synchronization cycle", onOff(a, facts.SettingSchedule))
	if a.On(facts.SettingSuspended) {
		s.add("Suspended", "Yes: a wizard or an administrator suspended the scheduler")
	}
	for _, r := range []struct{ name, setting string }{
		{"Interval", facts.SettingInterval}, {"Next start", facts.SettingNextStart}, {"Policy of the next cycle", facts.SettingPolicy},
	} {
		s.add(r.name, setting(a, r.setting))
	}
	threshold := onOff(a, facts.SettingDeletionThreshold)
	if limit, ok := a.Setting(facts.SettingDeletionLimit); ok && a.On(facts.SettingDeletionThreshold) {
		threshold = "On, more than " + limit + " deletions stop an export"
	}
	s.add("Protection against accidental deletes", threshold)
	s.add("Automatic upgrade", setting(a, facts.SettingAutoUpgrade))
	if why, ok := a.Setting(facts.SettingAutoUpgradeReason); ok && strings.TrimSpace(why) != "" {
		s.add("Why it is suspended", why)
	}
	return s
}

func signInSection(a facts.ADSync) Section {
	s := Section{ID: "signin", Title: "Sign-in and identity"}
	method, word := a.SignIn()
	text := method.Title()
	if method == facts.MethodUnknown && word != "" {
		text = word
	}
	s.add("Sign-in method", text)
	s.add("Seamless single sign-on", onOff(a, facts.SettingDesktopSSO))
	s.add("Source anchor", setting(a, facts.SettingAnchorAttribute))
	s.add("User principal name", setting(a, facts.SettingUPNAttribute))
	return s
}

func featuresSection(a facts.ADSync) Section {
	s := Section{ID: "features", Title: "Optional features"}
	var hash []string
	for _, c := range a.Forests() {
		hash = append(hash, c.Forest+": "+read(c.PasswordHash, yesNo))
	}
	s.add("Password hash synchronization", hash...)
	if c := a.Entra(); c != nil {
		s.add("Password writeback", read(c.Writeback, yesNo))
	}
	for _, r := range []struct{ name, setting string }{
		{"Device writeback", facts.SettingDeviceWriteback},
		{"Group writeback", facts.SettingGroupWriteback},
		{"User writeback", facts.SettingUserWriteback},
		{"Exchange hybrid deployment", facts.SettingHybridExchange},
		{"Exchange mail public folders", facts.SettingPublicFolders},
		{"Directory extensions", facts.SettingDirectoryExtension},
		{"Filtering by group", facts.SettingGroupFiltering},
		{"Entra ID app and attribute filtering", facts.SettingFilterAAD},
	} {
		s.add(r.name, onOff(a, r.setting))
	}
	return s
}

func rulesSection(a facts.ADSync) Section {
	s := Section{ID: "rules", Title: "Synchronization rules"}
	rules, ok := a.Rules.Get()
	if !ok {
		s.add("Rules", unread(a.Rules))
		return s
	}
	standard, custom := 0, []string{}
	var off []string
	for _, r := range rules {
		line := fmt.Sprintf("%d  %s", r.Precedence, r.Name)
		if r.Direction != "" {
			line += " (" + strings.ToLower(r.Direction) + ")"
		}
		switch {
		case !r.Standard() && r.Disabled:
			custom = append(custom, line+", disabled")
		case !r.Standard():
			custom = append(custom, line)
		default:
			standard++
			if r.Disabled {
				off = append(off, line)
			}
		}
	}
	s.add("Standard rules", strconv.Itoa(standard))
	s.add("Custom rules", append([]string{strconv.Itoa(len(custom))}, custom...)...)
	s.add("Standard rules that are disabled", off...)
	return s
}

// unread says why there is no value.
func unread[T any](r facts.Read[T]) string { return "Unknown: " + r.Reason() }

// read gives a reading in words.
func read[T any](r facts.Read[T], words func(T) string) string {
	v, ok := r.Get()
	if !ok {
		return unread(r)
	}
	return words(v)
}

func plain(s string) string {
	if strings.TrimSpace(s) == "" {
		return "Unknown"
	}
	return s
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func yesNo(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }

// onOff gives a setting that is True or False.
func onOff(a facts.ADSync, name string) string {
	v, ok := a.Setting(name)
	switch {
	case a.Settings.State != facts.IsKnown:
		return unread(a.Settings)
	case !ok || strings.TrimSpace(v) == "":
		return "Not set"
	case strings.EqualFold(strings.TrimSpace(v), "true"):
		return "On"
	case strings.EqualFold(strings.TrimSpace(v), "false"):
		return "Off"
	}
	return v
}

// setting gives a setting as it stands there.
func setting(a facts.ADSync, name string) string {
	v, ok := a.Setting(name)
	switch {
	case a.Settings.State != facts.IsKnown:
		return unread(a.Settings)
	case !ok || strings.TrimSpace(v) == "":
		return "Not set"
	}
	return v
}

// OverviewText gives the configuration as plain lines.
func OverviewText(sections []Section) string {
	var b strings.Builder
	for i, s := range sections {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.Title + "\n")
		for _, r := range s.Rows {
			fmt.Fprintf(&b, "  %s: %s\n", r.Name, strings.Join(r.Values, "\n      "))
		}
	}
	return b.String()
}
