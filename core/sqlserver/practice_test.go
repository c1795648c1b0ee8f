package sqlserver_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// practiceStage is a stage whose SQL Server runs the practice engine.
func practiceStage(t *testing.T, finished time.Time) *stage {
	t.Helper()
	user := func(u tsql.User) map[string]tsql.User {
		return map[string]tsql.User{"ADSync": u}
	}
	engine, err := tsql.NewServer(tsql.Config{
		Machine: "SQL01", Instance: "HYBRID", Edition: "Standard Edition (64-bit)", EngineEdition: 2, Dir: t.TempDir(),
		Logins: []tsql.Login{
			{Name: "sa", Password: password, Sysadmin: true},
			{Name: "boss", Password: password, Users: user(tsql.User{Name: "dbo"})},
			{Name: "direct", Password: password, Users: user(tsql.User{Roles: []string{"db_owner"}})},
			{Name: `CONTOSO\ann`, Password: password, Windows: true, Users: user(tsql.User{Roles: []string{"db_owner"}, Group: `CONTOSO\DBAs`})},
			{Name: "viagroup", Password: password, Users: user(tsql.User{Roles: []string{"db_owner"}, Group: `CONTOSO\DBAs`})},
			{Name: "reader", Password: password, Users: user(tsql.User{Roles: []string{"db_datareader"}})},
			{Name: "nobody", Password: password},
			{Name: "old", Password: password, Expired: true},
			{Name: "off", Password: password, Disabled: true},
			{Name: "new", Password: password, MustChange: true},
		},
		Databases: []tsql.DatabaseConfig{
			{
				Name: "ADSync", SizeMB: 100, LogSizeMB: 20, MaxSizeMB: 10240, AvailabilityGroup: "AG1", Recovery: "SIMPLE", Collation: "Latin1_General_CI_AS",
				Backups: []tsql.Backup{{Start: finished.Add(-time.Minute), Finish: finished, Type: "D", CopyOnly: true}},
			},
			{Name: "Shop"},
			{Name: "Bare"},
			{Name: "FIMSynchronizationService"},
			{Name: "Half", State: "RESTORING"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	s := newStage(t, tds.Config{Backend: engine, AllowStrict: true})
	for db, tables := range map[string][]string{
		"ADSync":                    {"mms_synchronization_rule", "mms_watermark_history", "mms_metaverse"},
		"Shop":                      {"orders"},
		"FIMSynchronizationService": {"mms_extensions", "mms_lineage_cross_reference", "mms_metaverse"},
	} {
		pool, _, err := sqlserver.Connect(t.Context(), s.signedIn("sa", db))
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if _, err := pool.ExecContext(t.Context(), "CREATE TABLE dbo."+table+" (id int NOT NULL)"); err != nil {
				t.Fatal(err)
			}
		}
		if err := pool.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// signedIn is a configuration for one login and database.
func (s *stage) signedIn(user, db string) sqlserver.Config {
	c := s.config()
	c.Answers.Instance, c.Answers.User, c.Answers.Database = "HYBRID", user, db
	c.Answers.Timeout = 15
	return c
}

func TestPracticeServer(t *testing.T) {
	s := practiceStage(t, time.Now())
	for _, mode := range []answers.Encryption{answers.EncryptMandatory, answers.EncryptStrict, answers.EncryptOff} {
		t.Run(string(mode), func(t *testing.T) {
			c := s.signedIn("sa", "ADSync")
			c.Answers.Encryption = mode
			wholeServer(t, c)
		})
	}
}

func TestPracticeFacts(t *testing.T) {
	finished := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	s := practiceStage(t, finished)
	db, f, err := sqlserver.Connect(t.Context(), s.signedIn("sa", "adsync"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var looks []string
	for _, d := range f.Databases.Value {
		looks = append(looks, d.Name+"="+string(d.Looks))
	}
	if got := strings.Join(looks, " "); got != "ADSync=adsync Half= Bare=empty FIMSynchronizationService=fim Shop=other" {
		t.Errorf("databases %s", got)
	}
	if f.ServerName.Value != `SQL01\HYBRID` || f.InstanceName.Value != "HYBRID" || f.EngineEdition.Value != 2 || f.IsLocalDB.Or(true) || !f.SysAdmin.Value || f.Login.Value != "sa" {
		t.Errorf("server %+v", f)
	}
	d := sqlserver.ReadDatabase(t.Context(), db, f.Databases, time.Now())
	if d.Name != "ADSync" || d.Collation.Value != "Latin1_General_CI_AS" || d.RecoveryModel.Value != "SIMPLE" || d.Compatibility.Value != 160 {
		t.Errorf("database %+v", d)
	}
	if d.AvailabilityGroup.Value != "AG1" || d.DataMB.Value != 100 || d.LogMB.Value != 20 || d.MaxMB.Value != 10240 {
		t.Errorf("group %+v, data %+v, log %+v, limit %+v", d.AvailabilityGroup, d.DataMB, d.LogMB, d.MaxMB)
	}
	if b := d.LastBackup.Value; b.Finished.Sub(finished).Abs() > 2*time.Second || b.Kind != "full" || !b.CopyOnly {
		t.Errorf("backup %+v, want %v", d.LastBackup, finished)
	}
	if got := strings.Join(d.OtherEngines.Value, " "); got != "FIMSynchronizationService" {
		t.Errorf("other engines %+v", d.OtherEngines)
	}
}

func TestPracticeGrants(t *testing.T) {
	s := practiceStage(t, time.Now())
	for user, want := range map[string]facts.Grant{
		"sa": facts.GrantSysAdmin, "boss": facts.GrantDBO, "direct": facts.GrantDirect, "viagroup": facts.GrantGroup, "reader": facts.GrantNone,
	} {
		db, f, err := sqlserver.Connect(t.Context(), s.signedIn(user, "ADSync"))
		if err != nil {
			t.Fatalf("%s: %v", user, err)
		}
		d := sqlserver.ReadDatabase(t.Context(), db, f.Databases, time.Now())
		if g, ok := d.Grant.Get(); !ok || g != want {
			t.Errorf("%s: %+v", user, d.Grant)
		}
		if want == facts.GrantGroup && strings.Join(d.Groups.Value, " ") != `CONTOSO\DBAs` {
			t.Errorf("%s: groups %+v", user, d.Groups)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestPracticeRefusals(t *testing.T) {
	s := practiceStage(t, time.Now())
	cases := []struct {
		user, db, password string
		layer              facts.LayerName
		code               string
	}{
		{"sa", "ADSync", "wrong", facts.LayerLogin, "sql.login.refused"},
		{"unknown", "ADSync", password, facts.LayerLogin, "sql.login.refused"},
		{"old", "ADSync", password, facts.LayerLogin, "sql.login.expired"},
		{"off", "ADSync", password, facts.LayerLogin, "sql.login.disabled"},
		{"off", "ADSync", "Wrong-1", facts.LayerLogin, "sql.login.refused"},
		{"new", "ADSync", password, facts.LayerLogin, "sql.login.must-change"},
		{"nobody", "ADSync", password, facts.LayerDB, "sql.database.missing"},
		{"sa", "Nowhere", password, facts.LayerDB, "sql.database.missing"},
		{"sa", "Half", password, facts.LayerDB, "sql.database.missing"},
	}
	for _, c := range cases {
		t.Run(c.user+" "+c.db, func(t *testing.T) {
			cfg := s.signedIn(c.user, c.db)
			cfg.Password = secret.New(c.password)
			f, p := reach(t, cfg)
			if p == nil || string(p.Code) != c.code {
				t.Fatalf("got %v", p)
			}
			failedAt(t, f, c.layer, p.Code)
			if list, ok := f.Databases.Get(); c.layer == facts.LayerDB && (!ok || len(list) == 0) {
				t.Errorf("no list to choose from: %+v", f.Databases)
			}
		})
	}
}

// A query ends within a second of its cancel, over the same guarded pool.
func TestPracticeQueryCancel(t *testing.T) {
	s := practiceStage(t, time.Now())
	db, _, err := sqlserver.Connect(t.Context(), s.signedIn("sa", "ADSync"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	_, err = db.ExecContext(ctx, "WAITFOR DELAY '00:00:20'")
	if err == nil || time.Since(start) > 1500*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	if p := sqlserver.Problem(ctx, err); p == nil || p.Code != "cancelled" {
		t.Errorf("got %v", err)
	}
	var one int
	if err := db.QueryRowContext(t.Context(), "SELECT 1").Scan(&one); err != nil || one != 1 {
		t.Errorf("afterwards: %v", err)
	}
}
