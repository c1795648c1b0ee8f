package adsync

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// samplePlan makes writes for everything that was read, and the credentials.
func samplePlan(a facts.ADSync) (plan.Writes, map[string]Credential) {
	w := plan.Writes{
		KeysetBefore: a.Server.KeysetID.Value, KeysetAfter: a.Server.KeysetID.Value + 1,
		EntropyBefore: a.Server.Entropy.Value, EntropyAfter: "0f0e0d0c-0b0a-0908-0706-050403020100",
		ConfigBefore: a.Server.ConfigVersion.Value, ConfigAfter: a.Server.ConfigVersion.Value + 1,
		Groups: []plan.GroupWrite{{Column: "administrators_sid", Group: "ADSyncAdmins", Before: a.Server.Groups.Value["administrators_sid"], After: groupAfter}},
		Settings: []plan.SettingWrite{
			{Name: facts.SettingStagingMode, Existed: true, Before: "False", After: "True"},
			{Name: "Our.New <Setting>", After: "a & b"},
		},
	}
	creds := map[string]Credential{}
	for i, c := range a.Connectors.Value {
		if c.Kind == facts.KindOther {
			continue
		}
		after := facts.Account{Domain: "NEWDOM", User: fmt.Sprintf("svc&%d", i)}
		if c.Kind == facts.KindEntra {
			after = facts.Account{User: "ConnectSyncProvisioning_SYNC02_0123456789ab"}
		}
		w.Connectors = append(w.Connectors, plan.ConnectorWrite{
			ID: c.ID, Name: c.Name, Kind: c.Kind, AccountBefore: c.Account, AccountAfter: after,
			VersionBefore: c.Version, VersionAfter: c.Version + 1, KeyBefore: c.KeyID.Value, KeyAfter: c.KeyID.Value + 1,
			FullImport: c.Kind == facts.KindEntra, FullSync: true,
		})
		creds[c.ID] = Credential{secret.New(fmt.Sprintf("Pa$$<%d>ö", i))}
	}
	return w, creds
}

// twoForests gives a database with everything that Configure touches.
func twoForests() sample.Options {
	o := sample.Default()
	o.Now, o.Objects, o.HistoryDays = testNow, 30, 2
	o.Forests = []sample.ForestSpec{{Name: "contoso.com"}, {Name: "fabrikam.local"}}
	o.OtherConnectors = 1
	return o
}

// pinned gives one connection of the pool.
func pinned(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestInstallThereAndBack(t *testing.T) {
	application := twoForests()
	application.Identity = sample.Application
	early := twoForests()
	early.MissingColumns = append([]string{"mms_management_agent.key_id"}, sample.OlderColumns...)
	cases := map[string]sample.Options{"two forests": twoForests(), "application": application, "early version": early}
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		for name, o := range cases {
			t.Run(name, func(t *testing.T) { thereAndBack(t, create(t, tablesOf(sample.New(o))...)) })
		}
	})
}

// thereAndBack configures, verifies, restores, and compares every row.
func thereAndBack(t *testing.T, s *site) {
	read := func() facts.ADSync {
		a, err := Read(t.Context(), s.db, quick())
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	conn, was, key := pinned(t, s.db), dump(t, s.db), NewKey()
	before := read()
	w, creds := samplePlan(before)
	snapshot, err := TakeSnapshot(t.Context(), s.db, w)
	if err != nil {
		t.Fatal(err)
	}
	if len(snapshot.Connectors) != 3 || dump(t, s.db) != was {
		t.Errorf("snapshot of %d connectors, or it changed something", len(snapshot.Connectors))
	}
	if bad, err := Verify(t.Context(), s.db, w, key, creds); err != nil || len(bad) < 10 {
		t.Errorf("before: %v %v", bad, err)
	}
	if err := Configure(t.Context(), conn, w, creds, key); err != nil {
		t.Fatal(err)
	}
	if bad, err := Verify(t.Context(), s.db, w, key, creds); err != nil || len(bad) != 0 {
		t.Errorf("after: %v %v", bad, err)
	}
	if bad, err := Verify(t.Context(), s.db, w, NewKey(), creds); err != nil || len(bad) != 3 {
		t.Errorf("with another key: %v %v", bad, err)
	}
	checkConfigured(t, before, read(), w)
	if err := Configure(t.Context(), conn, w, creds, key); problem.As(err) == nil || problem.As(err).Code != CodeChanged {
		t.Errorf("a second time: %v", err)
	}
	kept := throughJSON(t, snapshot)
	if err := Restore(t.Context(), conn, kept); err != nil {
		t.Error(err)
	}
	if now := dump(t, s.db); now != was {
		t.Errorf("restored:\n%s", firstDifference(was, now))
	}
	if err := Restore(t.Context(), conn, kept); err != nil || dump(t, s.db) != was {
		t.Errorf("restored a second time: %v", err)
	}
}

// throughJSON gives the snapshot as the journal gives it back.
func throughJSON(t *testing.T, s Snapshot) (out Snapshot) {
	t.Helper()
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil || strings.Contains(string(b), "Pa$$") {
		t.Fatalf("%v", err)
	}
	return out
}

// checkConfigured compares what is read after Configure with what was before.
func checkConfigured(t *testing.T, before, now facts.ADSync, w plan.Writes) {
	t.Helper()
	if !now.On(facts.SettingStagingMode) || len(now.Settings.Value) != len(before.Settings.Value)+1 {
		t.Errorf("settings %v", now.Settings.Value)
	}
	if v, _ := now.Setting("Our.New <Setting>"); v != "a & b" {
		t.Errorf("added setting %q", v)
	}
	if now.Server.KeysetID.Value != w.KeysetAfter || now.Server.Entropy.Value != w.EntropyAfter || now.Server.ConfigVersion.Value != w.ConfigAfter ||
		now.Server.Groups.Value["administrators_sid"] != groupAfter || now.Server.InstanceID.Value != before.Server.InstanceID.Value {
		t.Errorf("server %+v", now.Server)
	}
	if now.Previous.Value != "SYNC02" {
		t.Errorf("the next one would see previous server %+v", now.Previous)
	}
	for _, c := range w.Connectors {
		n, b := connectorByID(now.Connectors.Value, c.ID), connectorByID(before.Connectors.Value, c.ID)
		if n.Account != c.AccountAfter || n.Version != c.VersionAfter || n.Forest != b.Forest || !n.Credentials.Value.WellMade {
			t.Errorf("connector %+v", n)
		}
		if n.FullSync.State == facts.IsKnown && (!n.FullSync.Value || n.FullImport.Value != c.FullImport) {
			t.Errorf("flags of %s: %+v %+v", c.Name, n.FullImport, n.FullSync)
		}
	}
}

// firstDifference gives the first line in which two dumps differ, around the spot.
func firstDifference(a, b string) string {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(la), len(lb)) {
		x, y := la[i], lb[i]
		if x == y {
			continue
		}
		at := 0
		for at < min(len(x), len(y)) && x[at] == y[at] {
			at++
		}
		cut := func(s string) string { return s[max(0, at-80):min(len(s), at+120)] }
		return fmt.Sprintf("%s…\nwas …%s…\nis  …%s…", x[:min(40, len(x))], cut(x), cut(y))
	}
	return fmt.Sprintf("%d rows, now %d", len(la), len(lb))
}

func TestConfigureRefusesWhatChangedMeanwhile(t *testing.T) {
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		s := create(t, tablesOf(sample.New(twoForests()))...)
		a, err := Read(t.Context(), s.db, quick())
		if err != nil {
			t.Fatal(err)
		}
		w, creds := samplePlan(a)
		if _, err := s.db.ExecContext(t.Context(), "UPDATE dbo.mms_management_agent SET version_number = version_number + 1 WHERE ma_id = @p1", w.Connectors[1].ID); err != nil {
			t.Fatal(err)
		}
		was := dump(t, s.db)
		err = Configure(t.Context(), pinned(t, s.db), w, creds, NewKey())
		if p := problem.As(err); p == nil || p.Code != CodeChanged || !strings.Contains(p.What, w.Connectors[1].Name) {
			t.Errorf("%v", err)
		}
		if dump(t, s.db) != was {
			t.Error("refused and changed")
		}
	})
}

func TestRestoreLeavesWhatOthersChanged(t *testing.T) {
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		s := create(t, tablesOf(sample.New(twoForests()))...)
		a, err := Read(t.Context(), s.db, quick())
		if err != nil {
			t.Fatal(err)
		}
		w, creds := samplePlan(a)
		snapshot, err := TakeSnapshot(t.Context(), s.db, w)
		if err != nil {
			t.Fatal(err)
		}
		conn := pinned(t, s.db)
		if err := Configure(t.Context(), conn, w, creds, NewKey()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.db.ExecContext(t.Context(), "UPDATE dbo.mms_server_configuration SET keyset_id = 77, parameters = REPLACE(parameters, '>00:30:00<', '>01:00:00<')"); err != nil {
			t.Fatal(err)
		}
		err = Restore(t.Context(), conn, snapshot)
		p := problem.As(err)
		if p == nil || p.Code != CodeUndoLeft || !strings.Contains(p.What, "key set") {
			t.Fatalf("%v", err)
		}
		now, err := Read(t.Context(), s.db, quick())
		if err != nil {
			t.Fatal(err)
		}
		every, _ := now.Setting(facts.SettingInterval)
		if now.On(facts.SettingStagingMode) || now.Server.KeysetID.Value != 77 || every != "01:00:00" || now.Server.Entropy.Value != a.Server.Entropy.Value {
			t.Errorf("staging %v, key set %v, interval %q", now.On(facts.SettingStagingMode), now.Server.KeysetID.Value, every)
		}
	})
}

// Parameters may lie in an xml, a text or a binary column.
func TestConfigureInColumnsOfOtherTypes(t *testing.T) {
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		for _, dataType := range []string{"xml", "ntext", "varchar(max)", "varbinary(max)"} {
			t.Run(dataType, func(t *testing.T) {
				tables := tablesOf(sample.New(twoForests()))
				for i := range tables {
					if tables[i].Name == tServer {
						tables[i] = retyped(tables[i], "parameters", dataType)
					}
				}
				s := create(t, tables...)
				a, err := Read(t.Context(), s.db, quick())
				if err != nil || len(a.Settings.Value) < 20 {
					t.Fatalf("%d settings, %v", len(a.Settings.Value), err)
				}
				w, creds := samplePlan(a)
				was, key, conn := dump(t, s.db), NewKey(), pinned(t, s.db)
				snapshot, err := TakeSnapshot(t.Context(), s.db, w)
				if err != nil {
					t.Fatal(err)
				}
				if err := Configure(t.Context(), conn, w, creds, key); err != nil {
					t.Fatal(err)
				}
				if bad, err := Verify(t.Context(), s.db, w, key, creds); err != nil || len(bad) != 0 {
					t.Errorf("%v %v", bad, err)
				}
				if err := Restore(t.Context(), conn, snapshot); err != nil || dump(t, s.db) != was {
					t.Errorf("%v %s", err, firstDifference(was, dump(t, s.db)))
				}
			})
		}
	})
}

// retyped gives a table whose text column has another type.
func retyped(t sample.Table, column, dataType string) sample.Table {
	columns := append([]sample.Column(nil), t.Columns...)
	at := -1
	for i := range columns {
		if columns[i].Name == column {
			columns[i].Type, at = dataType, i
		}
	}
	rows := t.All()
	t.Columns = columns
	t.Rows = func(yield func([]any) bool) {
		for row := range rows {
			row = append([]any(nil), row...)
			if text, ok := row[at].(string); ok && strings.HasPrefix(dataType, "varbinary") {
				row[at] = utf16Bytes(text)
			}
			if !yield(row) {
				return
			}
		}
	}
	return t
}

// The number of SQL Server's own error stays to be found under the problem.
func TestWriteProblemsKeepTheirCause(t *testing.T) {
	s := practiceSite(t, tsql.Config{}, sample.Table{Name: tServer, Columns: []sample.Column{{Name: "keyset_id", Type: "int"}}})
	err := Configure(t.Context(), pinned(t, s.db), plan.Writes{}, nil, NewKey())
	if code(err) != CodeWrite {
		t.Errorf("%v", err)
	}
	if _, err := TakeSnapshot(t.Context(), s.db, plan.Writes{}); code(err) != CodeRead {
		t.Errorf("%v", err)
	}
	if _, err := Verify(t.Context(), s.db, plan.Writes{}, NewKey(), nil); code(err) != CodeRead {
		t.Errorf("%v", err)
	}
	err = call(t.Context(), pinned(t, s.db), "sp_dropextendedproperty", sql.Named("name", "nobody"))
	var se mssql.Error
	if !errors.As(err, &se) || se.Number != 15217 || code(err) != CodeWrite {
		t.Errorf("%v", err)
	}
}
