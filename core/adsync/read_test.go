package adsync

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// options of a quick reading on "today".
func quick() Options {
	return Options{Now: func() time.Time { return testNow }, Self: "TESTHOST", Wait: time.Millisecond}
}

func TestReadFindsTheTruth(t *testing.T) {
	old := sample.Default()
	old.Version, old.MissingColumns, old.PasswordHashSync = "1.2.60.0", sample.OlderColumns, false
	columns := sample.Default()
	columns.RuleForm, columns.DanglingRule = sample.RuleColumns, true
	forests := sample.Default()
	forests.Forests = []sample.ForestSpec{
		{Name: "contoso.com", Domains: []sample.DomainSpec{{Name: "contoso.com"}, {Name: "eu.contoso.com", PreferredDCs: []string{"dc1.eu.contoso.com", "dc2.eu.contoso.com"}, Unselected: true}}},
		{Name: "fabrikam.local", Login: "FABRIKAM", Account: "svc-sync"},
	}
	forests.OtherConnectors, forests.Writebacks.Password, forests.FullImport, forests.FullSync = 1, true, []string{"fabrikam.local"}, []string{"*"}
	forests.Imports = sample.Pending{Adds: 3, Updates: 2, Deletes: 4, DeleteAdds: 1}
	forests.ImportErrors, forests.BadCredentials, forests.UnfinishedRun = 2, true, true
	app := sample.Default()
	app.Identity, app.HistoryDays, app.LastSyncAge = sample.Application, -1, 40*24*time.Hour
	cases := map[string]sample.Options{"default": sample.Default(), "old": old, "rule columns": columns, "two forests": forests, "application": app}
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		for name, o := range cases {
			t.Run(name, func(t *testing.T) {
				o.Now, o.Objects = testNow, 100
				if o.HistoryDays == 0 {
					o.HistoryDays = 4
				}
				d := sample.New(o)
				s := create(t, tablesOf(d)...)
				got, err := Read(t.Context(), s.db, quick())
				if err != nil {
					t.Fatal(err)
				}
				compare(t, got, d.Truth())
				if len(got.Unreadable) != 0 {
					t.Errorf("unreadable: %q", got.Unreadable)
				}
				if len(o.MissingColumns) == 0 && len(got.MissingColumns) != 0 {
					t.Errorf("missing columns: %q", got.MissingColumns)
				}
				form := map[sample.RuleForm]string{sample.RuleXML: RuleFormXML, sample.RuleColumns: RuleFormColumns}[o.RuleForm]
				if got.RuleForm != form {
					t.Errorf("rule form %q, want %q", got.RuleForm, form)
				}
			})
		}
	})
}

// Reading sends the same number of statements whatever the database holds, and
// the server's own log shows nothing but SELECT.
func TestReadSendsTheSameFewSelects(t *testing.T) {
	small := sample.Options{Now: testNow, Objects: 20, HistoryDays: 1}
	large := sample.Default()
	large.Now, large.Objects, large.CustomRules, large.HistoryDays = testNow, 600, 60, 1
	large.Forests = []sample.ForestSpec{{Name: "a.example"}, {Name: "b.example"}, {Name: "c.example"}, {Name: "d.example"}}
	var counts []int
	for _, o := range []sample.Options{small, large} {
		s := practiceSite(t, tsql.Config{}, tablesOf(sample.New(o))...)
		if _, err := Read(t.Context(), s.db, quick()); err != nil {
			t.Fatal(err)
		}
		log := s.statements()
		for _, text := range log {
			if notReadOnly(text) != "" {
				t.Errorf("reached the server: %s", text)
			}
		}
		counts = append(counts, len(log))
	}
	if counts[0] != counts[1] || counts[0] == 0 || counts[0] > 20 {
		t.Errorf("statements: %v", counts)
	}
}

func TestReadTellsTheShapes(t *testing.T) {
	plain := func(name string, columns ...string) sample.Table {
		table := sample.Table{Name: name}
		for _, c := range columns {
			table.Columns = append(table.Columns, sample.Column{Name: c, Type: "int"})
		}
		return table
	}
	full := sample.New(sample.Options{Now: testNow, Objects: 20, HistoryDays: 1})
	without := func(name string) []sample.Table {
		var out []sample.Table
		for _, table := range tablesOf(full) {
			if table.Name == name {
				table.Rows = nil
			}
			out = append(out, table)
		}
		return out
	}
	cases := []struct {
		name   string
		tables []sample.Table
		want   facts.Shape
	}{
		{"nothing", nil, facts.ShapeEmpty},
		{"a shop", []sample.Table{plain("orders", "id"), plain("mms_like", "id")}, facts.ShapeOther},
		{"FIM by its tables", append(tablesOf(full), plain("mms_extensions", "id")), facts.ShapeFIM},
		{"FIM by its columns", []sample.Table{plain("mms_management_agent", "ma_id"), plain("MMS_Server_Configuration", "Computer_ID", "instance_id")}, facts.ShapeFIM},
		{"no server row", without(tServer), facts.ShapeEmpty},
		{"no connectors", without(tConnector), facts.ShapeEmpty},
		{"ADSync", tablesOf(full), facts.ShapeADSync},
	}
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				got, err := Read(t.Context(), create(t, c.tables...).db, quick())
				if err != nil || got.Shape.Value != c.want || got.Shape.State != facts.IsKnown {
					t.Errorf("%+v %v, want %s", got.Shape, err, c.want)
				}
			})
		}
	})
}

// A damaged database gives reasons, never a crash and never a good answer.
func TestReadSaysWhatItCouldNotRead(t *testing.T) {
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		s := create(t, tablesOf(sample.New(sample.Options{Now: testNow, Objects: 20, HistoryDays: 1}))...)
		for _, text := range []string{
			"UPDATE dbo.mms_server_configuration SET parameters = N'<parameter-values><parameter', entropy = NULL, administrators_sid = 0x0102",
			"UPDATE dbo.mms_management_agent SET private_configuration_xml = N'<a><b></a>', attribute_inclusion_xml = N'<', encrypted_configuration = N''",
			"UPDATE dbo.mms_partition SET filter_xml = N'<x', ma_custom_data_xml = N'</y>'",
			"UPDATE dbo.mms_run_profile SET configuration_xml = N'&'",
			"UPDATE dbo.mms_synchronization_rule SET sync_rule_xml = N'<synchronizationRule><id>'",
			"DROP TABLE dbo.mms_metaverse",
			"DROP TABLE dbo.mms_run_history",
		} {
			if _, err := s.db.ExecContext(t.Context(), text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
		got, err := Read(t.Context(), s.db, quick())
		if err != nil {
			t.Fatal(err)
		}
		states := map[string]facts.ReadState{
			"settings": got.Settings.State, "entropy": got.Server.Entropy.State, "rules": got.Rules.State,
			"parameters": got.Connectors.Value[0].Parameters.State, "attributes": got.Connectors.Value[0].Attributes.State,
			"cookie": got.Connectors.Value[0].Partitions[0].Cookie.State, "C": got.Activity[2].When.State, "B": got.Activity[1].When.State,
		}
		for name, state := range states {
			if state != facts.IsUnknown {
				t.Errorf("%s is %q, want unknown", name, state)
			}
		}
		for name, state := range map[string]facts.ReadState{"objects": got.Objects.State, "runs": got.Runs.State, "A": got.Activity[0].When.State} {
			if state != facts.IsAbsent {
				t.Errorf("%s is %q, want absent", name, state)
			}
		}
		if want := []string{tMetaverse, tRun}; !slices.Equal(got.MissingTables, want) {
			t.Errorf("missing tables %q", got.MissingTables)
		}
		all := strings.Join(got.Unreadable, "\n")
		for _, part := range []string{"parameters", "administrators_sid", "private_configuration_xml", "attribute_inclusion_xml", "filter_xml", "ma_custom_data_xml", "configuration_xml", tRule} {
			if !strings.Contains(all, part) {
				t.Errorf("nothing said about %s:\n%s", part, all)
			}
		}
		if c := got.Connectors.Value[0].Credentials.Value; c.Present || c.WellMade {
			t.Errorf("credentials %+v", c)
		}
	})
}

func TestReadSeesOtherServers(t *testing.T) {
	since := testNow.Add(-time.Hour)
	cfg := tsql.Config{Sessions: []tsql.ForeignSession{
		{Host: "SYNC01", App: "Microsoft Azure AD Sync", Login: `CONTOSO\svc`, Database: "ADSync", LoginTime: since},
		{Host: "OTHER", App: "x", Login: "y", Database: "master", LoginTime: since},
		{Host: "testhost", App: "adsync test", Login: "setup", Database: "ADSync", LoginTime: since},
	}}
	s := practiceSite(t, cfg, tablesOf(sample.New(sample.Options{Now: testNow, Objects: 20, HistoryDays: 1}))...)
	moved := false
	s.setFaults(func(_ int, text string) error { // the other server writes between the two readings
		if !moved && strings.Contains(text, "extended_properties") {
			moved = true
			s.setFaults(nil, nil)
			_, err := s.db.ExecContext(context.WithoutCancel(t.Context()), "UPDATE dbo.mms_server_configuration SET mms_timestamp = mms_timestamp + 1")
			return err
		}
		return nil
	}, nil)
	got, err := Read(t.Context(), s.db, quick())
	if err != nil {
		t.Fatal(err)
	}
	want := []facts.Session{{Host: "SYNC01", Program: "Microsoft Azure AD Sync", Login: `CONTOSO\svc`, Since: since}}
	if !reflect.DeepEqual(got.Sessions.Value, want) {
		t.Errorf("sessions %+v", got.Sessions)
	}
	if !got.Moving.Or(false) {
		t.Errorf("moving %+v", got.Moving)
	}
}

func TestReadWithoutRights(t *testing.T) {
	user := tsql.Login{Name: "reader", Password: "Practice-1", Users: map[string]tsql.User{"ADSync": {Roles: []string{"db_owner"}}}}
	s := practiceSite(t, tsql.Config{Logins: []tsql.Login{user}}, tablesOf(sample.New(sample.Options{Now: testNow, Objects: 20, HistoryDays: 1}))...)
	got, err := Read(t.Context(), s.db, quick())
	if err != nil || got.Shape.Value != facts.ShapeADSync {
		t.Fatalf("%+v %v", got.Shape, err)
	}
	if got.Sessions.State != facts.IsUnknown || got.Sessions.Why == "" {
		t.Errorf("sessions of a login that may not see them: %+v", got.Sessions)
	}
}

// Without any right on the tables none is visible, which must not pass for an
// empty database; without SELECT the tables are visible and nothing is known.
func TestReadDoesNotTakeMissingRightsForAnEmptyDatabase(t *testing.T) {
	cases := []struct {
		name string
		user tsql.User
		want facts.ReadState
	}{
		{"no right at all", tsql.User{}, facts.IsUnknown},
		{"definitions only", tsql.User{Granted: []string{"VIEW DEFINITION"}}, facts.IsKnown},
		{"SELECT denied", tsql.User{Roles: []string{"db_owner"}, Denied: []string{"SELECT"}}, facts.IsKnown},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			owner := tsql.Login{Name: "setup", Password: "Practice-1", Sysadmin: true}
			guest := tsql.Login{Name: "guest", Password: "Practice-1", Users: map[string]tsql.User{"ADSync": c.user}}
			s := practiceSite(t, tsql.Config{Logins: []tsql.Login{owner, guest}}, tablesOf(sample.New(sample.Options{Now: testNow, Objects: 20, HistoryDays: 1}))...)
			got, err := Read(t.Context(), s.as(t, "guest"), quick())
			if err != nil {
				t.Fatal(err)
			}
			if got.Shape.State != c.want || got.Shape.Value == facts.ShapeEmpty {
				t.Errorf("shape %+v", got.Shape)
			}
			if got.Settings.State == facts.IsKnown || got.Connectors.State == facts.IsKnown || got.Objects.State == facts.IsKnown {
				t.Errorf("known: %+v %+v %+v", got.Settings, got.Connectors, got.Objects)
			}
		})
	}
}

// Names of tables and columns count whatever their case, even where the server
// tells cases apart.
func TestReadWhateverTheCase(t *testing.T) {
	for _, collation := range []string{"Latin1_General_CI_AS", "Latin1_General_CS_AS"} {
		t.Run(collation, func(t *testing.T) {
			d := sample.New(sample.Options{Now: testNow, Objects: 100, HistoryDays: 1, PasswordHashSync: true, CustomRules: 2})
			tables := tablesOf(d)
			for i := range tables {
				tables[i].Name = strings.ToUpper(tables[i].Name[:5]) + tables[i].Name[5:]
				tables[i].Columns = slices.Clone(tables[i].Columns)
				for j := range tables[i].Columns {
					tables[i].Columns[j].Name = strings.ToUpper(tables[i].Columns[j].Name)
				}
			}
			cfg := tsql.Config{Databases: []tsql.DatabaseConfig{{Name: "ADSync", Collation: collation}}}
			s := practiceSite(t, cfg, tables...)
			got, err := Read(t.Context(), s.db, quick())
			if err != nil || len(got.MissingColumns) > 0 || len(got.Unreadable) > 0 {
				t.Fatalf("%v, missing %q, unreadable %q", err, got.MissingColumns, got.Unreadable)
			}
			compare(t, got, d.Truth())
			w, creds := samplePlan(got)
			key := NewKey()
			if err := Configure(t.Context(), pinned(t, s.db), w, creds, key); err != nil {
				t.Fatal(err)
			}
			if bad, err := Verify(t.Context(), s.db, w, key, creds); err != nil || len(bad) != 0 {
				t.Errorf("%v %v", bad, err)
			}
		})
	}
}

func TestReadStopsWhenCancelled(t *testing.T) {
	s := practiceSite(t, tsql.Config{}, tablesOf(sample.New(sample.Options{Now: testNow, Objects: 20, HistoryDays: 1}))...)
	ctx, cancel := context.WithCancel(t.Context())
	o := quick()
	o.Wait = time.Hour
	o.Say = func(text string) {
		if strings.HasPrefix(text, "Watching") {
			cancel()
		}
	}
	began := time.Now()
	_, err := Read(ctx, s.db, o)
	if err == nil || !errors.Is(err, context.Canceled) || time.Since(began) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	done, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Read(done, s.db, quick()); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

// Every statement of a reading failing in turn never stops the others, and never
// gives a known fact from the one that failed.
func TestReadWithEachStatementFailing(t *testing.T) {
	s := practiceSite(t, tsql.Config{}, tablesOf(sample.New(sample.Options{Now: testNow, Objects: 20, HistoryDays: 1}))...)
	if _, err := Read(t.Context(), s.db, quick()); err != nil {
		t.Fatal(err)
	}
	total := len(s.statements())
	for i := range total {
		n := 0
		s.setFaults(func(int, string) error {
			n++
			if n == i+1 {
				return errors.New("practice fault")
			}
			return nil
		}, nil)
		got, err := Read(t.Context(), s.db, quick())
		if i < 2 {
			if err == nil || got.Shape.State != facts.IsUnknown {
				t.Errorf("statement %d failed: %v, shape %+v", i+1, err, got.Shape)
			}
			continue
		}
		if err != nil {
			t.Errorf("statement %d failed: %v", i+1, err)
		}
		if unknown(got) == 0 {
			t.Errorf("statement %d failed and everything is known", i+1)
		}
	}
}

// unknown counts the facts that could not be read.
func unknown(a facts.ADSync) int {
	n := len(a.Unreadable)
	count := func(s facts.ReadState) {
		if s == facts.IsUnknown {
			n++
		}
	}
	for _, s := range []facts.ReadState{a.Settings.State, a.Connectors.State, a.Rules.State, a.Runs.State, a.Steps.State, a.Objects.State, a.Sessions.State, a.Moving.State, a.Claim.State} {
		count(s)
	}
	for _, e := range a.Activity {
		count(e.When.State)
	}
	return n
}

var _ Querier = (*sql.DB)(nil)
