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
	onEachServer(t, func(t *testing.T, _ bool, create func(testing.TB, ...sample.Table) *site) {
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

// compare checks everything that was read against what was made.
func compare(t *testing.T, got facts.ADSync, want sample.Truth) {
	t.Helper()
	if got.Shape.Value != facts.ShapeADSync || len(got.MissingTables) != 0 || len(got.Tables) != 18 {
		t.Errorf("shape %+v, missing %q, %d tables", got.Shape, got.MissingTables, len(got.Tables))
	}
	s := got.Server
	if s.InstanceID.Value != want.Server.InstanceID.String() || s.Entropy.Value != want.Server.Entropy.String() ||
		s.KeysetID.Value != want.Server.KeysetID || s.ConfigVersion.Value != want.Server.ConfigVersion ||
		s.Timestamp.Value != want.Server.Timestamp || !reflect.DeepEqual(s.Groups.Value, want.Server.Groups) {
		t.Errorf("server %+v\nwant %+v", s, want.Server)
	}
	if !reflect.DeepEqual(got.Settings.Value, want.Settings) {
		t.Errorf("settings %v\nwant %v", got.Settings, want.Settings)
	}
	if got.Objects.Value != want.Objects {
		t.Errorf("%d objects in the metaverse, want %d", got.Objects.Value, want.Objects)
	}
	if got.Previous.Or("") != want.PreviousServer {
		t.Errorf("previous server %+v, want %q", got.Previous, want.PreviousServer)
	}
	if len(got.Connectors.Value) != len(want.Connectors) {
		t.Fatalf("%d connectors, want %d", len(got.Connectors.Value), len(want.Connectors))
	}
	for _, w := range want.Connectors {
		c := connectorByID(got.Connectors.Value, w.ID)
		if c == nil {
			t.Errorf("connector %s is missing", w.Name)
			continue
		}
		compareConnector(t, *c, w)
	}
	compareRules(t, got.Rules.Value, want.Rules)
	compareRuns(t, got.Runs.Value, want.Runs)
	for i, w := range []time.Time{want.LastEntraImport, want.LastCookie, want.LastCycle, want.LastHashCycle} {
		e := got.Activity[i].When
		if !e.Value.Truncate(time.Second).Equal(w.Truncate(time.Second)) || (e.State == facts.IsKnown) == w.IsZero() {
			t.Errorf("activity %s: %+v, want %v", got.Activity[i].Letter, e, w)
		}
	}
	if len(got.Sessions.Value) != 0 || got.Sessions.State != facts.IsKnown || got.Moving.Or(true) || got.Claim.State != facts.IsKnown || got.Claim.Value != nil {
		t.Errorf("sessions %+v, moving %+v, claim %+v", got.Sessions, got.Moving, got.Claim)
	}
}

// compareConnector checks one connector.
func compareConnector(t *testing.T, c facts.Connector, w sample.ConnectorTruth) {
	t.Helper()
	if c.Name != w.Name || c.Kind != w.Kind || c.Forest != w.Forest || c.Tenant != w.Tenant {
		t.Errorf("%s: %s %s %q %q", w.Name, c.Name, c.Kind, c.Forest, c.Tenant)
	}
	if w.Kind != facts.KindOther && c.Account != w.Account {
		t.Errorf("%s: account %v, want %v", w.Name, c.Account, w.Account)
	}
	if c.PasswordHash.Or(false) != w.PasswordHash || c.Writeback.Or(false) != w.Writeback ||
		c.FullImport.Or(false) != w.FullImport || c.FullSync.Or(false) != w.FullSync {
		t.Errorf("%s: flags %+v %+v %+v %+v", w.Name, c.PasswordHash, c.Writeback, c.FullImport, c.FullSync)
	}
	if cred := c.Credentials.Value; !cred.Present || cred.WellMade == w.CredentialsWrong {
		t.Errorf("%s: credentials %+v", w.Name, cred)
	}
	if !reflect.DeepEqual(c.Attributes.Value, w.Attributes) {
		t.Errorf("%s: %d attributes, want %d", w.Name, len(c.Attributes.Value), len(w.Attributes))
	}
	if c.Counts.Value != w.Counts {
		t.Errorf("%s: counts %+v\nwant %+v", w.Name, c.Counts.Value, w.Counts)
	}
	var profiles []string
	for _, p := range c.Profiles {
		profiles = append(profiles, p.Name)
		if len(p.Steps) == 0 {
			t.Errorf("%s: run profile %s has no steps", w.Name, p.Name)
		}
	}
	wanted := slices.Sorted(slices.Values(w.Profiles))
	if !reflect.DeepEqual(profiles, wanted) {
		t.Errorf("%s: profiles %q, want %q", w.Name, profiles, wanted)
	}
	if len(c.Partitions) != len(w.Partitions) {
		t.Fatalf("%s: %d partitions, want %d", w.Name, len(c.Partitions), len(w.Partitions))
	}
	for _, wp := range w.Partitions {
		i := slices.IndexFunc(c.Partitions, func(p facts.Partition) bool { return p.ID == wp.ID })
		if i < 0 {
			t.Errorf("%s: partition %s is missing", w.Name, wp.Name)
			continue
		}
		comparePartition(t, c.Partitions[i], wp)
	}
}

// comparePartition checks one partition.
func comparePartition(t *testing.T, p facts.Partition, w sample.PartitionTruth) {
	t.Helper()
	if p.Name != w.Name || p.Selected.Value != w.Selected || !slices.Equal(p.Inclusions, w.Inclusions) || !slices.Equal(p.Exclusions, w.Exclusions) {
		t.Errorf("partition %+v\nwant %+v", p, w)
	}
	if p.LastDC != w.LastDC || !slices.Equal(p.PreferredDCs, w.PreferredDCs) {
		t.Errorf("partition %s: %q %q, want %q %q", w.Name, p.LastDC, p.PreferredDCs, w.LastDC, w.PreferredDCs)
	}
	if w.Selected && !p.Cookie.Value.Truncate(time.Second).Equal(w.Cookie.Truncate(time.Second)) {
		t.Errorf("partition %s: cookie %+v, want %v", w.Name, p.Cookie, w.Cookie)
	}
	if w.Cookie.IsZero() && p.Cookie.State == facts.IsKnown {
		t.Errorf("partition %s: a cookie from nowhere: %+v", w.Name, p.Cookie)
	}
	if got := p.HashCycleEnd.Value; !got.Truncate(time.Second).Equal(w.HashCycleEnd.Truncate(time.Second)) {
		t.Errorf("partition %s: hash cycle %+v, want %v", w.Name, p.HashCycleEnd, w.HashCycleEnd)
	}
}

// compareRules checks the rules, in whatever order they were made.
func compareRules(t *testing.T, got, want []facts.Rule) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rules, want %d", len(got), len(want))
	}
	byID := map[string]facts.Rule{}
	for _, r := range got {
		r.Version = facts.Read[int64]{Value: r.Version.Value}
		byID[r.ID] = r
	}
	for _, w := range want {
		w.Version = facts.Read[int64]{Value: w.Version.Value}
		if !reflect.DeepEqual(byID[w.ID], w) {
			t.Errorf("rule %s:\n%+v\nwant\n%+v", w.Name, byID[w.ID], w)
			return
		}
	}
}

// compareRuns checks the newest runs.
func compareRuns(t *testing.T, got, want []facts.Run) {
	t.Helper()
	if len(got) != min(len(want), newestRuns) {
		t.Fatalf("%d runs, want %d", len(got), min(len(want), newestRuns))
	}
	near := func(a, b time.Time) bool { return a.Sub(b).Abs() < 10*time.Millisecond }
	for i, g := range got {
		w := want[i]
		if !near(g.Start, w.Start) || !near(g.End, w.End) {
			t.Fatalf("run %d: %v to %v, want %v to %v", i, g.Start, g.End, w.Start, w.End)
		}
		g.Start, g.End, w.Start, w.End = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if g != w {
			t.Fatalf("run %d: %+v, want %+v", i, g, w)
		}
	}
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
	onEachServer(t, func(t *testing.T, _ bool, create func(testing.TB, ...sample.Table) *site) {
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
	onEachServer(t, func(t *testing.T, _ bool, create func(testing.TB, ...sample.Table) *site) {
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
	for _, s := range []facts.ReadState{a.Settings.State, a.Connectors.State, a.Rules.State, a.Runs.State, a.Objects.State, a.Sessions.State, a.Moving.State, a.Claim.State} {
		count(s)
	}
	for _, e := range a.Activity {
		count(e.When.State)
	}
	return n
}

var _ Querier = (*sql.DB)(nil)
