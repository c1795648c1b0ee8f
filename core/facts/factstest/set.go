// Package factstest makes facts for tests: a healthy site with two forests that
// a test then bends at the place it is about. Nothing but tests imports it.
package factstest

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/pretend"
)

// Ids of the connectors in Set.
const (
	Contoso  = "11111111-1111-4111-8111-111111111111"
	Fabrikam = "22222222-2222-4222-8222-222222222222"
)

// Versions in Set.
const (
	LastUsed  = "2.5.190.0"
	Installed = "2.5.190.0"
)

// Now is the time at which the facts of Set were read.
func Now() time.Time { return time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC) }

// Known makes a reading at Now.
func Known[T any](v T) facts.Read[T] { return facts.Known(v, "test", Now()) }

// Unknown makes a reading that failed at Now.
func Unknown[T any]() facts.Read[T] {
	return facts.Unknown[T]("test", "the login may not see it", Now())
}

// Set gives the facts of a healthy site: SYNC02 is to take over the database
// ADSync on SQL01\HYBRID from SYNC01, which synchronized two forests with
// contoso.onmicrosoft.com until three days ago.
func Set() facts.Set {
	return facts.Set{
		At:       Now(),
		Computer: pretend.Healthy("SYNC02", Installed, Now()),
		SQL:      SQL(),
		Database: Database(),
		ADSync:   ADSync(),
	}
}

// SQL gives a server whose layers were all reached.
func SQL() facts.SQLServer {
	var layers []facts.Layer
	for _, n := range []facts.LayerName{
		facts.LayerHost, facts.LayerBrowser, facts.LayerPort, facts.LayerAnswer, facts.LayerTLS, facts.LayerLogin, facts.LayerDB,
	} {
		layers = append(layers, facts.Layer{Name: n, Outcome: facts.Passed, Detail: "fine"})
	}
	return facts.SQLServer{
		Typed: `SQL01\HYBRID`, Host: "sql01", Port: 51433, Instance: "HYBRID", Layers: layers,
		Version: Known("16.0.4135.4"), Edition: Known("Standard Edition (64-bit)"), EngineEdition: Known(int64(2)),
		IsLocalDB: Known(false), ServerName: Known(`SQL01\HYBRID`), MachineName: Known("SQL01"), InstanceName: Known("HYBRID"),
		Collation: Known("Latin1_General_CI_AS"), HADR: Known(false), Transport: Known("TCP"), Encrypted: Known(true),
		Login: Known(`CONTOSO\admin`), SysAdmin: Known(false), ServerTime: Known(Now()),
		Databases: Known([]facts.DatabaseInfo{{Name: "ADSync", State: "ONLINE", Looks: facts.LooksLikeADSync}}),
	}
}

// Database gives a database that is in order.
func Database() facts.Database {
	return facts.Database{
		Name: "ADSync", State: Known("ONLINE"), ReadOnly: Known(false), UserAccess: Known("MULTI_USER"),
		Collation: Known("Latin1_General_CI_AS"), RecoveryModel: Known("SIMPLE"), Compatibility: Known(int64(160)),
		AvailabilityGroup: Known(""), Grant: Known(facts.GrantDirect), Groups: Known([]string(nil)),
		DataMB: Known(int64(3100)), LogMB: Known(int64(300)), MaxMB: Known(int64(-1)),
		LastBackup:   Known(facts.Backup{Finished: Now().Add(-10 * time.Hour), Kind: "full"}),
		OtherEngines: Known([]string(nil)),
	}
}

// Tables gives the eighteen tables of an ADSync database.
func Tables() []string {
	return []string{
		"mms_connectorspace", "mms_cs_link", "mms_cs_object_log", "mms_csmv_link", "mms_management_agent", "mms_metaverse",
		"mms_metaverse_lineagedate", "mms_metaverse_lineageguid", "mms_metaverse_multivalue", "mms_mv_link", "mms_partition",
		"mms_run_history", "mms_run_profile", "mms_server_configuration", "mms_step_history", "mms_step_object_details",
		"mms_synchronization_rule", "mms_watermark_history",
	}
}

// ADSync gives the content of a database that a healthy server left three days ago.
func ADSync() facts.ADSync {
	last := Now().Add(-72 * time.Hour)
	return facts.ADSync{
		Shape: Known(facts.ShapeADSync), Tables: Tables(),
		Server: facts.Server{
			InstanceID: Known("33333333-3333-4333-8333-333333333333"), SchemaVersion: Known(int64(616)), ConfigVersion: Known(int64(41)),
			KeysetID: Known(int64(100000)), Entropy: Known("44444444-4444-4444-8444-444444444444"), Timestamp: Known(int64(9001)),
			Groups: Known(map[string]string{"administrators_sid": "S-1-5-21-1-2-3-1001"}),
		},
		Settings:   Known(Settings()),
		Connectors: Known([]facts.Connector{AD(Contoso, "contoso.local"), AD(Fabrikam, "fabrikam.local"), Entra()}),
		Rules: Known([]facts.Rule{
			{ID: "r1", Name: "In from AD - User Join", Tag: "Microsoft.InfromADUserJoin.002", Connector: Contoso},
			{ID: "r2", Name: "Out to Entra - User Join", Tag: "Microsoft.OuttoAADUserJoin.009", Connector: facts.EntraConnectorID},
			{ID: "r3", Name: "In from AD - Contractors", Connector: Fabrikam},
		}),
		Runs:    Known(Runs(last)),
		Objects: Known(int64(48211)),
		Activity: []facts.Activity{
			{Letter: "A", Name: "Last import from Entra ID in the run history", When: Known(last)},
			{Letter: "B", Name: "Newest DirSync cookie of a forest", When: Known(last.Add(-time.Minute))},
			{Letter: "C", Name: "Last start of the scheduler", When: Known(last.Add(-2 * time.Minute))},
			{Letter: "D", Name: "Last password hash cycle", When: facts.Absent[time.Time]("mms_partition", "not available in this version", Now())},
		},
		Sessions: Known([]facts.Session(nil)), Moving: Known(false), Claim: Known[*facts.Claim](nil), Previous: Known("SYNC01"),
	}
}

// Settings gives the global settings.
func Settings() []facts.Setting {
	return []facts.Setting{
		{Name: facts.SettingVersion, Value: LastUsed},
		{Name: facts.SettingStagingMode, Value: "False"},
		{Name: facts.SettingSchedule, Value: "True"},
		{Name: facts.SettingSuspended, Value: "False"},
		{Name: facts.SettingPolicy, Value: "Delta"},
		{Name: facts.SettingSignOnMethod, Value: "PasswordHashSync"},
		{Name: facts.SettingDesktopSSO, Value: "False"},
		{Name: facts.SettingAutoUpgrade, Value: "Enabled"},
		{Name: facts.SettingDeletionThreshold, Value: "True"},
		{Name: facts.SettingDeletionLimit, Value: "500"},
		{Name: facts.SettingAnchorAttribute, Value: "mS-DS-ConsistencyGuid"},
		{Name: "Contoso.Operations.Ticket", Value: "CHG-1 & CHG-2"},
	}
}

// AD gives an AD connector.
func AD(id, forest string) facts.Connector {
	return facts.Connector{
		ID: id, Name: forest, Kind: facts.KindAD, Type: "AD", Version: 7, KeyID: Known(int64(1)), Forest: forest,
		Account:      facts.Account{Domain: forest, User: "MSOL_0123456789ab"},
		PasswordHash: Known(true), FullImport: Known(false), FullSync: Known(false),
		Credentials: Known(facts.Sealed{Present: true, WellMade: true, Bytes: 248}),
		Counts:      Known(facts.Counts{Objects: 20000, Connectors: 19000}),
	}
}

// Entra gives the Entra connector.
func Entra() facts.Connector {
	return facts.Connector{
		ID: facts.EntraConnectorID, Name: "contoso.onmicrosoft.com - AAD", Kind: facts.KindEntra, Type: "Extensible2",
		Subtype: "Windows Azure Active Directory (Microsoft)", Version: 9, KeyID: Known(int64(1)), Tenant: "contoso.onmicrosoft.com",
		Account:         facts.Account{User: "Sync_SYNC01_0123456789ab@contoso.onmicrosoft.com"},
		AssemblyVersion: LastUsed, Writeback: Known(false), FullImport: Known(false), FullSync: Known(false),
		Credentials: Known(facts.Sealed{Present: true, WellMade: true, Bytes: 248}),
		Counts:      Known(facts.Counts{Objects: 40000, Connectors: 40000}),
	}
}

// Runs gives one good delta cycle that ended at last, newest first.
func Runs(last time.Time) []facts.Run {
	run := func(n int64, connector, profile string, before time.Duration) facts.Run {
		return facts.Run{
			Connector: connector, Profile: profile, Number: n, User: `NT SERVICE\ADSync`, Complete: true, Result: "success",
			Start: last.Add(-before - time.Minute), End: last.Add(-before),
		}
	}
	return []facts.Run{
		run(104, facts.EntraConnectorID, "Export", 0),
		run(103, Contoso, "Delta Synchronization", 2*time.Minute),
		run(102, facts.EntraConnectorID, "Delta Import", 4*time.Minute),
		run(101, Contoso, "Delta Import", 6*time.Minute),
	}
}

// WithSetting gives the settings with one changed, added, or removed by an empty value.
func WithSetting(list []facts.Setting, name, value string) []facts.Setting {
	var out []facts.Setting
	for _, s := range list {
		if s.Name != name {
			out = append(out, s)
		}
	}
	if value != "" {
		out = append(out, facts.Setting{Name: name, Value: value})
	}
	return out
}

// Tenant gives the tenant of Set with an active Hybrid Identity Administrator.
func Tenant() facts.Tenant {
	return facts.Tenant{
		ID: "55555555-5555-4555-8555-555555555555", Name: "Contoso", InitialDomain: "contoso.onmicrosoft.com",
		Domains: Known([]string{"contoso.onmicrosoft.com", "contoso.com"}), Cloud: "global", SyncEnabled: Known(true),
		LastSync: Known(Now().Add(-72 * time.Hour)), User: "hybrid@contoso.onmicrosoft.com", UserKind: facts.UserMember,
		Roles: Known([]facts.Role{{Name: "Hybrid Identity Administrator", ID: facts.RoleHybridAdmin, State: facts.RoleActive}}),
		Identities: Known([]facts.SyncIdentity{
			{Name: "ConnectSyncProvisioning_SYNC09_0123456789ab", Kind: "application", Server: "SYNC09"},
		}),
		Threshold: Known(int64(500)), At: Now(),
	}
}

// ForestAccount gives the proof for a forest: everything is there.
func ForestAccount(forest, netbios string) facts.ForestAccount {
	return facts.ForestAccount{
		Forest: facts.Forest{
			Name:        forest,
			Domains:     Known([]facts.Domain{{DNS: "eu." + forest, NetBIOS: "EU"}, {DNS: forest, NetBIOS: netbios, Root: true}}),
			Controllers: Known([]facts.Controller{{Host: "dc1." + forest, Writable: true}}),
			Level:       Known("2016"), Clock: Known(2 * time.Second),
			OldAccounts: Known([]facts.OldAccount(nil)),
			Suffixes:    Known([]string{"contoso.com"}),
		},
		User: netbios + `\ea`, Controller: "dc1." + forest, Protection: "LDAPS", Container: "CN=Users," + dn(forest),
		Rights: []facts.Right{
			{Feature: facts.FeatureBasicRead, Domain: forest, State: facts.RightGranted, Text: "Read all properties on " + forest},
			{Feature: facts.FeaturePasswordHash, Domain: forest, State: facts.RightGranted, Text: "Replicating Directory Changes All on " + forest},
		},
		At: Now(),
	}
}

// dn gives the distinguished name of a domain by its DNS name.
func dn(domain string) string {
	out := "DC="
	for _, r := range domain {
		if r == '.' {
			out += ",DC="
			continue
		}
		out += string(r)
	}
	return out
}
