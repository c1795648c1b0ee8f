package sqlserver_test

import (
	"context"
	"database/sql"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// line is what a scripted server answers to statements that hold has.
type line struct {
	has  string
	rows [][]any // strings, numbers, times, nil
	err  *tds.ServerError
}

// script answers statements from a list, the first line that fits counts;
// everything else is error 208.
func script(lines ...line) func(context.Context, string, tds.ResultWriter) error {
	return func(_ context.Context, text string, w tds.ResultWriter) error {
		if strings.EqualFold(strings.TrimRight(strings.TrimSpace(text), ";"), "select 1") {
			return answerRows([][]any{{int64(1)}}, w) // the driver's ping
		}
		for _, l := range lines {
			if !strings.Contains(text, l.has) {
				continue
			}
			if l.err != nil {
				return l.err
			}
			return answerRows(l.rows, w)
		}
		return &tds.ServerError{Number: 208, Class: 16, State: 1, Message: "Invalid object name."}
	}
}

func answerRows(rows [][]any, w tds.ResultWriter) error {
	if len(rows) > 0 {
		columns := make([]tds.Column, len(rows[0]))
		for i := range columns {
			columns[i] = tds.Column{Name: "c", Nullable: true, Type: tds.Type{Kind: tds.NVarChar, Length: 400}}
			for _, r := range rows {
				switch r[i].(type) {
				case int64:
					columns[i].Type = tds.Type{Kind: tds.BigInt}
				case time.Time:
					columns[i].Type = tds.Type{Kind: tds.DateTime}
				case bool:
					columns[i].Type = tds.Type{Kind: tds.Bit}
				}
			}
		}
		if err := w.Columns(columns); err != nil {
			return err
		}
	} else if err := w.Columns([]tds.Column{{Name: "c", Type: tds.Type{Kind: tds.Int}}}); err != nil {
		return err
	}
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			return err
		}
	}
	return w.Done(int64(len(rows)), true)
}

var denied = &tds.ServerError{Number: 300, Class: 14, State: 1, Message: "VIEW SERVER STATE permission was denied."}

// scripted connects to a server that answers by script.
func scripted(t *testing.T, lines ...line) (*sql.DB, facts.SQLServer) {
	t.Helper()
	s := newStage(t, tds.Config{})
	s.door.batch = script(lines...)
	db, f, err := sqlserver.Connect(t.Context(), s.config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db, f
}

func TestServerFacts(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	_, f := scripted(t,
		line{has: "SERVERPROPERTY('ProductVersion') AS nvarchar(256)), CAST", rows: [][]any{{
			"16.0.4135.4", "Standard Edition (64-bit)", "2", "0", `SQL01\HYBRID`, "SQL01", "HYBRID", "Latin1_General_CI_AS", nil, `CONTOSO\ann`, "1",
		}}},
		line{has: "GETUTCDATE()", rows: [][]any{{now}}},
		line{has: "HAS_DBACCESS", rows: [][]any{{"master", "ONLINE", int64(1)}, {"ADSync", "ONLINE", int64(1)}}},
		line{has: "].sys.tables", rows: [][]any{{int64(0), int64(18), int64(1), int64(1), int64(0), int64(0)}}},
	)
	got := []any{
		f.Version.Value, f.Edition.Value, f.EngineEdition.Value, f.IsLocalDB.Value, f.ServerName.Value, f.MachineName.Value, f.InstanceName.Value,
		f.Collation.Value, f.HADR.State, f.Login.Value, f.SysAdmin.Value, f.ServerTime.Value, f.Transport.Value, f.Encrypted.Value,
	}
	want := []any{
		"16.0.4135.4", "Standard Edition (64-bit)", int64(2), false, `SQL01\HYBRID`, "SQL01", "HYBRID",
		"Latin1_General_CI_AS", facts.IsAbsent, `CONTOSO\ann`, true, now, "TCP", true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if d := f.Databases.Value; len(d) != 1 || d[0].Name != "ADSync" || d[0].Looks != facts.LooksLikeADSync {
		t.Errorf("databases %+v", f.Databases)
	}
}

// A server that refuses one property costs that one only; one that refuses all
// leaves everything unknown with a reason, and never fails.
func TestServerFactsAreTolerant(t *testing.T) {
	_, f := scripted(t,
		line{has: "AS nvarchar(256)), CAST", err: denied},
		line{has: "IsHadrEnabled", err: denied},
		line{has: "SERVERPROPERTY", rows: [][]any{{"5"}}},
	)
	if v, ok := f.Version.Get(); !ok || v != "5" {
		t.Errorf("version %+v", f.Version)
	}
	if f.HADR.State != facts.IsUnknown || f.HADR.Why == "" {
		t.Errorf("HADR %+v", f.HADR)
	}
	_, f = scripted(t)
	for name, r := range map[string]facts.ReadState{
		"version": f.Version.State, "login": f.Login.State, "sysadmin": f.SysAdmin.State, "time": f.ServerTime.State,
		"databases": f.Databases.State, "LocalDB": f.IsLocalDB.State, "engine": f.EngineEdition.State,
	} {
		if r != facts.IsUnknown {
			t.Errorf("%s: %q", name, r)
		}
	}
	if f.Version.Reason() == "" || f.Databases.Reason() == "" {
		t.Error("no reasons")
	}
}

func TestDatabasesLikeness(t *testing.T) {
	n := func(v ...int64) []any {
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
		}
		return out
	}
	s := newStage(t, tds.Config{})
	s.door.batch = script(
		line{has: "HAS_DBACCESS", rows: [][]any{
			{"Alpha", "ONLINE", int64(1)},
			{"Bare", "ONLINE", int64(1)},
			{"Closed", "ONLINE", int64(0)},
			{"FIM", "ONLINE", int64(1)},
			{"Old ]x", "RESTORING", int64(0)},
			{"tempdb", "ONLINE", int64(1)},
			{"ZSync", "ONLINE", int64(1)},
		}},
		line{has: "sys.master_files", rows: [][]any{{"ZSync", int64(128)}, {"ZSync", int64(1)}}},
		line{has: "[ZSync].sys.tables", rows: [][]any{n(0, 7, 0, 0, 0, 0), n(1, 0, 0, 0, 0, 0), n(3, 30, 1, 1, 1, 0), n(5, 18, 1, 1, 0, 0)}},
	)
	cfg := s.config()
	list, f, err := sqlserver.List(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list {
		got = append(got, d.Name+"="+string(d.Looks))
		if (d.Looks == facts.LikenessUnknown) != (d.Why != "") {
			t.Errorf("%+v", d)
		}
	}
	want := "ZSync=adsync|Closed=|Old ]x=|Bare=empty|Alpha=other|FIM=fim"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	if list[0].SizeMB != 2 {
		t.Errorf("size %d", list[0].SizeMB)
	}
	if f.Layer(facts.LayerLogin).Outcome != facts.Passed || f.Layer(facts.LayerDB).Outcome != facts.NotTried {
		t.Errorf("layers %+v", f.Layers)
	}
	if l := s.door.logins(); len(l) != 1 || l[0].Database != "master" {
		t.Errorf("%d logins", len(l))
	}
}

// When the one statement for all databases fails, each is asked by itself.
func TestDatabasesOneByOne(t *testing.T) {
	_, f := scripted(t,
		line{has: "HAS_DBACCESS", rows: [][]any{{"A", "ONLINE", int64(1)}, {"B", "ONLINE", int64(1)}}},
		line{has: "UNION ALL", err: &tds.ServerError{Number: 916, Class: 14, Message: "not able to access"}},
		line{has: "[A].sys.tables", err: &tds.ServerError{Number: 916, Class: 14, Message: "not able to access"}},
		line{has: "[B].sys.tables", rows: [][]any{{int64(1), int64(18), int64(1), int64(1), int64(0), int64(0)}}},
	)
	d := f.Databases.Value
	if len(d) != 2 || d[0].Name != "B" || d[0].Looks != facts.LooksLikeADSync || d[1].Why == "" {
		t.Errorf("%+v", d)
	}
}

func TestDatabaseFacts(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	db, _ := scripted(t,
		line{has: "user_access_desc", rows: [][]any{{"ADSync", "ONLINE", "0", "MULTI_USER", "Latin1_General_CI_AS", "FULL", "160"}}},
		line{has: "FROM sys.availability_groups", rows: [][]any{{"AG1"}}},
		line{has: "group_database_id", rows: [][]any{{"6F9619FF-8B86-D011-B42D-00C04FC964FF"}}},
		line{has: "sys.database_files", rows: [][]any{
			{int64(0), int64(1280), int64(-1), int64(8192)},
			{int64(0), int64(128), int64(12800), int64(10)},
			{int64(1), int64(256), int64(268435456), int64(8192)},
		}},
		line{has: "IS_SRVROLEMEMBER", rows: [][]any{{"dbo", int64(0), int64(0)}}},
		line{has: "backupset", rows: [][]any{{at.Add(2 * time.Hour), "D", true, int64(120)}}},
	)
	others := facts.Known([]facts.DatabaseInfo{
		{Name: "adsync", Looks: facts.LooksLikeADSync}, {Name: "Copy", Looks: facts.LooksLikeADSync}, {Name: "Shop", Looks: facts.LooksOther},
	}, "x", at)
	d := sqlserver.ReadDatabase(t.Context(), db, others, at)
	got := []any{
		d.Name, d.State.Value, d.ReadOnly.Value, d.UserAccess.Value, d.Collation.Value, d.RecoveryModel.Value, d.Compatibility.Value,
		d.AvailabilityGroup.Value, d.Grant.Value, d.DataMB.Value, d.LogMB.Value, d.MaxMB.Value, d.LastBackup.Value, d.OtherEngines.Value,
	}
	want := []any{
		"ADSync", "ONLINE", false, "MULTI_USER", "Latin1_General_CI_AS", "FULL", int64(160),
		"AG1", facts.GrantDBO, int64(11), int64(2), int64(100),
		facts.Backup{Finished: at, Kind: "full", CopyOnly: true},
		[]string{"Copy"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestDatabaseFactsAreTolerant(t *testing.T) {
	db, f := scripted(t, line{has: "SELECT DB_NAME()", rows: [][]any{{"ADSync"}}})
	d := sqlserver.ReadDatabase(t.Context(), db, f.Databases, time.Now())
	for name, state := range map[string]facts.ReadState{
		"state": d.State.State, "files": d.DataMB.State, "limit": d.MaxMB.State, "grant": d.Grant.State, "groups": d.Groups.State,
		"backup": d.LastBackup.State, "others": d.OtherEngines.State,
	} {
		if state != facts.IsUnknown {
			t.Errorf("%s: %q", name, state)
		}
	}
	if d.Name != "ADSync" {
		t.Errorf("name %q", d.Name)
	}
}

func TestOtherEnginesUnseen(t *testing.T) {
	db, _ := scripted(t)
	list := facts.Known([]facts.DatabaseInfo{{Name: "Closed", Why: "this login may not use it"}, {Name: "Shop", Looks: facts.LooksOther}}, "x", time.Now())
	d := sqlserver.ReadDatabase(t.Context(), db, list, time.Now())
	if d.OtherEngines.State != facts.IsUnknown || !strings.Contains(d.OtherEngines.Why, "Closed") {
		t.Errorf("%+v", d.OtherEngines)
	}
}

func TestGrants(t *testing.T) {
	owners := func(rows ...[]any) line { return line{has: "sys.database_role_members", rows: rows} }
	me := func(user string, admin, owner any) line {
		return line{has: "IS_SRVROLEMEMBER('sysadmin'), IS_MEMBER", rows: [][]any{{user, admin, owner}}}
	}
	token := func(names ...string) line {
		l := line{has: "sys.login_token"}
		for _, n := range names {
			l.rows = append(l.rows, []any{n})
		}
		return l
	}
	cases := []struct {
		name   string
		lines  []line
		grant  facts.Grant
		state  facts.ReadState
		groups string
	}{
		{"sysadmin", []line{me("dbo", int64(1), int64(1))}, facts.GrantSysAdmin, facts.IsKnown, ""},
		{"owner, whom IS_MEMBER denies", []line{me("dbo", int64(0), int64(0))}, facts.GrantDBO, facts.IsKnown, ""},
		{"direct", []line{me("sync", int64(0), int64(1)), owners([]any{"db_owner", "Sync", "S "})}, facts.GrantDirect, facts.IsKnown, ""},
		{"through a database role", []line{me("sync", int64(0), int64(1)), owners([]any{"admins", "sync", "S"}, []any{"DB_OWNER", "admins", "R"}, []any{"admins", "db_owner", "R"})}, facts.GrantDirect, facts.IsKnown, ""},
		{"through a group", []line{
			me(`CONTOSO\ann`, int64(0), int64(1)), owners([]any{"db_owner", `CONTOSO\DBAs`, "G"}, []any{"db_owner", `CONTOSO\Others`, "G"}),
			token(`CONTOSO\dbas`, `CONTOSO\Staff`),
		}, facts.GrantGroup, facts.IsKnown, `CONTOSO\DBAs`},
		{"through a group, as IS_MEMBER says", []line{
			me(`CONTOSO\ann`, int64(0), int64(1)), owners([]any{"db_owner", `CONTOSO\DBAs`, "G"}, []any{"db_owner", `CONTOSO\Others`, "G"}),
			{has: "SELECT IS_MEMBER(@p1), IS_MEMBER(@p2)", rows: [][]any{{int64(0), int64(1)}}},
		}, facts.GrantGroup, facts.IsKnown, `CONTOSO\Others`},
		{"through a group that can't be seen", []line{me(`CONTOSO\ann`, int64(0), int64(1)), owners([]any{"db_owner", `CONTOSO\DBAs`, "G"})}, facts.GrantGroup, facts.IsUnknown, ""},
		{"not at all", []line{me("guest", int64(0), int64(0)), owners([]any{"db_owner", "dbo", "S"}, []any{"db_datareader", "guest", "S"})}, facts.GrantNone, facts.IsKnown, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			db, f := scripted(t, c.lines...)
			d := sqlserver.ReadDatabase(t.Context(), db, f.Databases, time.Now())
			if g, ok := d.Grant.Get(); !ok || g != c.grant {
				t.Errorf("grant %+v", d.Grant)
			}
			if d.Groups.State != c.state || strings.Join(d.Groups.Value, ",") != c.groups {
				t.Errorf("groups %+v", d.Groups)
			}
		})
	}
}

// The number of statements does not follow the number of databases.
func TestRoundTripsAreBounded(t *testing.T) {
	s := newStage(t, tds.Config{})
	list, looks := line{has: "HAS_DBACCESS"}, line{has: "].sys.tables"}
	for i := range 120 {
		list.rows = append(list.rows, []any{"DB" + strconv.Itoa(i), "ONLINE", int64(1)})
	}
	looks.rows = [][]any{{int64(0), int64(18), int64(1), int64(1), int64(0), int64(0)}}
	inner := script(list, looks)
	var mu sync.Mutex
	var texts []string
	s.door.batch = func(ctx context.Context, text string, w tds.ResultWriter) error {
		mu.Lock()
		texts = append(texts, text)
		mu.Unlock()
		return inner(ctx, text, w)
	}
	db, f, err := sqlserver.Connect(t.Context(), s.config())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if n := len(f.Databases.Value); n != 120 {
		t.Errorf("%d databases", n)
	}
	sqlserver.ReadDatabase(t.Context(), db, f.Databases, time.Now())
	mu.Lock()
	defer mu.Unlock()
	if len(texts) > 45 { // all properties refused here, so each was asked by itself
		t.Errorf("%d statements", len(texts))
	}
	for _, text := range texts {
		if first := strings.Fields(text); !strings.EqualFold(first[0], "select") {
			t.Errorf("this is more than reading: %s", text)
		}
	}
}
