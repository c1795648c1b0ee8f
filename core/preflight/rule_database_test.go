package preflight_test

import (
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

func TestState(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "online", id: "database.state", want: preflight.Pass},
		{name: "restoring", bend: set(func(s *facts.Set) { s.Database.State = ft.Known("RESTORING") }), id: "database.state", want: preflight.Blocked, texts: []string{"RESTORING", "WITH RECOVERY"}},
		{name: "restoring, database not opened", bend: set(func(s *facts.Set) {
			failAt(facts.LayerDB)(s)
			s.Database.State = ft.Known("RESTORING")
		}), id: "database.state", want: preflight.Blocked},
		{name: "state unread", bend: set(func(s *facts.Set) { s.Database.State = ft.Unknown[string]() }), id: "database.state", want: preflight.Unknown},
		{name: "writable", id: "database.readonly", want: preflight.Pass},
		{name: "read-only", bend: set(func(s *facts.Set) { s.Database.ReadOnly = ft.Known(true) }), id: "database.readonly", want: preflight.Blocked},
		{name: "read-only unread", bend: set(func(s *facts.Set) { s.Database.ReadOnly = ft.Unknown[bool]() }), id: "database.readonly", want: preflight.Unknown},
		{name: "multi user", id: "database.access", want: preflight.Pass},
		{name: "single user", bend: set(func(s *facts.Set) { s.Database.UserAccess = ft.Known("SINGLE_USER") }), id: "database.access", want: preflight.Blocked},
		{name: "restricted user", bend: set(func(s *facts.Set) { s.Database.UserAccess = ft.Known("RESTRICTED_USER") }), id: "database.access", want: preflight.Warning},
		{name: "access unread", bend: set(func(s *facts.Set) { s.Database.UserAccess = ft.Unknown[string]() }), id: "database.access", want: preflight.Unknown},
	})
}

func TestCollation(t *testing.T) {
	const id = "database.collation"
	runCases(t, []ruleCase{
		{name: "insensitive", id: id, want: preflight.Pass},
		{name: "old name", bend: set(func(s *facts.Set) { s.Database.Collation = ft.Known("SQL_Latin1_General_CP1_CI_AS") }), id: id, want: preflight.Pass},
		{name: "sensitive", bend: set(func(s *facts.Set) { s.Database.Collation = ft.Known("Latin1_General_CS_AS") }), id: id, want: preflight.Blocked, texts: []string{"rebuild"}},
		{name: "binary", bend: set(func(s *facts.Set) { s.Database.Collation = ft.Known("Latin1_General_100_BIN2") }), id: id, want: preflight.Blocked},
		{name: "instance sensitive", bend: set(func(s *facts.Set) { s.SQL.Collation = ft.Known("Latin1_General_CS_AS") }), id: id, want: preflight.Warning},
		{name: "no clue in the name", bend: set(func(s *facts.Set) { s.Database.Collation = ft.Known("Something") }), id: id, want: preflight.Unknown},
		{name: "unread", bend: set(func(s *facts.Set) { s.Database.Collation = ft.Unknown[string]() }), id: id, want: preflight.Unknown},
	})
}

func TestAvailabilityAndOtherEngines(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "no group", id: "database.availability", want: preflight.Pass},
		{name: "group", bend: set(func(s *facts.Set) { s.Database.AvailabilityGroup = ft.Known("AG1") }), id: "database.availability", want: preflight.Blocked, texts: []string{"AG1", "25009"}},
		{name: "group unread", bend: set(func(s *facts.Set) { s.Database.AvailabilityGroup = ft.Unknown[string]() }), id: "database.availability", want: preflight.Unknown},
		{name: "alone", id: "sql.other-engine", want: preflight.Pass},
		{name: "another engine", bend: set(func(s *facts.Set) { s.Database.OtherEngines = ft.Known([]string{"FIMSynchronizationService"}) }), id: "sql.other-engine", want: preflight.Warning, texts: []string{"FIMSynchronizationService"}},
		{name: "engines unread", bend: set(func(s *facts.Set) { s.Database.OtherEngines = ft.Unknown[[]string]() }), id: "sql.other-engine", want: preflight.Unknown},
	})
}

func TestPermission(t *testing.T) {
	const id = "database.permission"
	grant := func(g facts.Grant) ruleCase {
		return ruleCase{name: string(g), id: id, bend: set(func(s *facts.Set) { s.Database.Grant = ft.Known(g) })}
	}
	with := func(c ruleCase, want preflight.Severity, texts ...string) ruleCase {
		c.want, c.texts = want, texts
		return c
	}
	runCases(t, []ruleCase{
		with(grant(facts.GrantDirect), preflight.Pass),
		with(grant(facts.GrantDBO), preflight.Pass),
		with(grant(facts.GrantSysAdmin), preflight.Pass),
		with(grant(facts.GrantNone), preflight.Blocked, `CONTOSO\admin`),
		{name: "nested group", bend: set(func(s *facts.Set) {
			s.Database.Grant, s.Database.Groups = ft.Known(facts.GrantGroup), ft.Known([]string{`CONTOSO\SQL Admins`})
		}), id: id, want: preflight.Blocked, texts: []string{`CONTOSO\SQL Admins`, "ADD MEMBER"}},
		{name: "sysadmin whatever the grant", bend: set(func(s *facts.Set) {
			s.SQL.SysAdmin, s.Database.Grant = ft.Known(true), ft.Unknown[facts.Grant]()
		}), id: id, want: preflight.Pass},
		{name: "unread", bend: set(func(s *facts.Set) { s.Database.Grant = ft.Unknown[facts.Grant]() }), id: id, want: preflight.Unknown},
	})
}

func TestBackupAndSize(t *testing.T) {
	runCases(t, []ruleCase{
		{name: "fresh", id: "database.backup", want: preflight.Pass, texts: []string{"10 hours ago"}},
		{name: "exactly seven days", bend: set(func(s *facts.Set) {
			s.Database.LastBackup = ft.Known(facts.Backup{Finished: ft.Now().AddDate(0, 0, -7), Kind: "full"})
		}), id: "database.backup", want: preflight.Pass},
		{name: "old", bend: set(func(s *facts.Set) {
			s.Database.LastBackup = ft.Known(facts.Backup{Finished: ft.Now().AddDate(0, 0, -30), Kind: "full"})
		}), id: "database.backup", want: preflight.Warning, texts: []string{"30 days ago"}},
		{name: "none", bend: set(func(s *facts.Set) { s.Database.LastBackup = ft.Known(facts.Backup{}) }), id: "database.backup", want: preflight.Warning, texts: []string{"none"}},
		{name: "unread", bend: set(func(s *facts.Set) { s.Database.LastBackup = ft.Unknown[facts.Backup]() }), id: "database.backup", want: preflight.Unknown},
		{name: "no limit", id: "database.size", want: preflight.Pass},
		{name: "near the limit", bend: set(func(s *facts.Set) { s.Database.MaxMB = ft.Known(int64(3200)) }), id: "database.size", want: preflight.Warning, texts: []string{"3.1 GB"}},
		{name: "far from the limit", bend: set(func(s *facts.Set) { s.Database.MaxMB = ft.Known(int64(10240)) }), id: "database.size", want: preflight.Pass},
		{name: "big log", bend: set(func(s *facts.Set) { s.Database.LogMB = ft.Known(int64(9000)) }), id: "database.size", want: preflight.Note, texts: []string{"SIMPLE"}},
		{name: "size unread", bend: set(func(s *facts.Set) { s.Database.DataMB = ft.Unknown[int64]() }), id: "database.size", want: preflight.Unknown},
		{name: "limit unread", bend: set(func(s *facts.Set) { s.Database.MaxMB = ft.Unknown[int64]() }), id: "database.size", want: preflight.Unknown},
	})
}

func TestShape(t *testing.T) {
	shape := func(v facts.Shape) func(*facts.Set) {
		return func(s *facts.Set) { s.ADSync = facts.ADSync{Shape: ft.Known(v)} }
	}
	const id = "database.shape"
	runCases(t, []ruleCase{
		{name: "adsync", id: id, want: preflight.Pass},
		{name: "tables missing", bend: set(func(s *facts.Set) { s.ADSync.MissingTables = []string{"mms_cs_link"} }), id: id, want: preflight.Warning, texts: []string{"mms_cs_link"}},
		{name: "empty", bend: set(shape(facts.ShapeEmpty)), id: id, want: preflight.Blocked, texts: []string{"stuck"}},
		{name: "fim", bend: set(shape(facts.ShapeFIM)), id: id, want: preflight.Blocked, texts: []string{"Identity Manager"}},
		{name: "other", bend: set(shape(facts.ShapeOther)), id: id, want: preflight.Blocked, texts: []string{"not an ADSync database"}},
		{name: "unread", bend: set(func(s *facts.Set) { s.ADSync = facts.ADSync{Shape: ft.Unknown[facts.Shape]()} }), id: id, want: preflight.Unknown},
		{name: "unreadable parts", bend: set(func(s *facts.Set) { s.ADSync.Unreadable = []string{"rule 7: no XML"} }), id: "database.readable", want: preflight.Unknown, texts: []string{"rule 7"}},
		{name: "all readable", id: "database.readable"},
		{name: "columns", bend: set(func(s *facts.Set) { s.ADSync.MissingColumns = []string{"mms_partition.filter_xml"} }), id: "database.columns", want: preflight.Note, texts: []string{"mms_partition.filter_xml"}},
	})
}

func TestConnectors(t *testing.T) {
	const id = "database.connectors"
	with := func(list ...facts.Connector) func(*facts.Set) {
		return func(s *facts.Set) { s.ADSync.Connectors = ft.Known(list) }
	}
	other := facts.Connector{ID: "x", Name: "HR", Kind: facts.KindOther, Type: "Extensible2", Subtype: "Generic SQL"}
	runCases(t, []ruleCase{
		{name: "both", id: id, want: preflight.Pass, texts: []string{"contoso.local", "fabrikam.local", "contoso.onmicrosoft.com"}},
		{name: "no Entra", bend: set(with(ft.AD(ft.Contoso, "contoso.local"))), id: id, want: preflight.Blocked, texts: []string{"Entra connector is missing"}},
		{name: "no AD", bend: set(with(ft.Entra())), id: id, want: preflight.Blocked, texts: []string{"no AD connector"}},
		{name: "neither", bend: set(with()), id: id, want: preflight.Blocked, texts: []string{"neither"}},
		{name: "unread", bend: set(func(s *facts.Set) { s.ADSync.Connectors = ft.Unknown[[]facts.Connector]() }), id: id, want: preflight.Unknown},
		{name: "other kind", bend: set(with(ft.AD(ft.Contoso, "contoso.local"), ft.Entra(), other)), id: "database.connectors.other", want: preflight.Warning, texts: []string{"HR", "Generic SQL"}},
		{name: "no other kind", id: "database.connectors.other"},
		{name: "credentials whole", id: "database.credentials"},
		{name: "credentials empty", bend: set(each(func(c *facts.Connector) { c.Credentials = ft.Known(facts.Sealed{}) })), id: "database.credentials", want: preflight.Note, texts: []string{"3 connectors", "empty"}},
		{name: "credentials damaged", bend: set(each(func(c *facts.Connector) {
			c.Credentials = ft.Known(facts.Sealed{Present: true, WellMade: c.Kind == facts.KindAD, Wrong: "no Base64"})
		})), id: "database.credentials", want: preflight.Note, texts: []string{"1 connector", "no Base64"}},
		{name: "credentials unread", bend: set(each(func(c *facts.Connector) { c.Credentials = ft.Unknown[facts.Sealed]() })), id: "database.credentials"},
	})
}

func TestRules(t *testing.T) {
	const id = "rules.dangling"
	runCases(t, []ruleCase{
		{name: "whole", id: id, want: preflight.Pass, texts: []string{"2 standard, 1 custom"}},
		{name: "case of the id does not matter", bend: set(func(s *facts.Set) {
			s.ADSync.Rules = ft.Known([]facts.Rule{{Name: "r", Connector: "B891884F-051E-4A83-95AF-2544101C9083"}})
		}), id: id, want: preflight.Pass},
		{name: "dangling", bend: set(func(s *facts.Set) {
			s.ADSync.Rules = ft.Known([]facts.Rule{{Name: "Old rule", Connector: "gone"}})
		}), id: id, want: preflight.Warning, texts: []string{"Old rule", "gone"}},
		{name: "rules unread", bend: set(func(s *facts.Set) { s.ADSync.Rules = ft.Unknown[[]facts.Rule]() }), id: id, want: preflight.Unknown},
		{name: "connectors unread", bend: set(func(s *facts.Set) { s.ADSync.Connectors = ft.Unknown[[]facts.Connector]() }), id: id, want: preflight.Unknown},
	})
}

// The clock that ages are counted by is SQL Server's, where it is known.
func TestAgesGoByTheServersClock(t *testing.T) {
	runCases(t, []ruleCase{{
		name: "server a day behind", bend: set(func(s *facts.Set) {
			s.SQL.ServerTime = ft.Known(ft.Now().Add(-24 * time.Hour))
			s.Database.LastBackup = ft.Known(facts.Backup{Finished: ft.Now().Add(-25 * time.Hour), Kind: "full"})
		}), id: "database.backup", want: preflight.Pass, texts: []string{"1 hour ago"},
	}})
}
