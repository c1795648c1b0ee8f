package pending_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// every is a sample with pending exports of every kind.
func every(o *sample.Options) {
	o.Objects = 400
	o.Exports = sample.Pending{Adds: 40, Updates: 130, Renames: 7, Deletes: 25, DeleteAdds: 3}
	o.ADExports = sample.Pending{Updates: 9, Deletes: 2, Renames: 2}
	o.Imports = sample.Pending{Updates: 6, Adds: 2}
	o.ExportErrors, o.ImportErrors = 30, 4
}

// open opens a practice site and reads it over the wire.
func open(t testing.TB, scenario string, change func(*sample.Options)) (*pending.Reader, *practice.Site) {
	t.Helper()
	site, err := practice.New(t.Context(), scenario, practice.Options{
		DataDir: t.TempDir(), Change: change, Wait: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := site.Close(); err != nil {
			t.Error(err)
		}
	})
	s := site.Setup()
	set, err := s.Prober.Inspect(t.Context(), s.Answers, s.Secrets[answers.SecretSQL], func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	db, _, err := sqlserver.Connect(t.Context(), s.Prober.(*probe.Probe).Config(s.Answers.SQL, s.Secrets[answers.SecretSQL]))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pending.Open(t.Context(), db, set.ADSync, pending.Options{Close: db.Close})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, site
}

func quiet(string) {}

func TestSummaryCountsWhatIsThere(t *testing.T) {
	r, _ := open(t, "healthy", every)
	s, err := r.Summary(t.Context(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Connectors) != 2 || len(s.Lacks) != 0 || len(s.Notes) != 0 || !s.Threshold.On || s.Threshold.Limit != 500 {
		t.Fatalf("%+v", s)
	}
	e := s.Connectors[slices.IndexFunc(s.Connectors, func(c pending.Connector) bool { return c.Kind == facts.KindEntra })]
	want := pending.Counts{Adds: 40, Updates: 123, Renames: 7, Deletes: 25, DeleteAdds: 3}
	if e.Exports != want || e.ExportErrors != 30 || e.ImportErrors != 4 || e.Imports.Total() != 8 {
		t.Errorf("Entra: %+v", e)
	}
	var byType int64
	for _, k := range e.Types {
		byType += k.Exports.Total()
	}
	if byType != want.Total() {
		t.Errorf("the types come to %d exports, want %d", byType, want.Total())
	}
	ad := s.Connectors[slices.IndexFunc(s.Connectors, func(c pending.Connector) bool { return c.Kind == facts.KindAD })]
	if ad.Exports != (pending.Counts{Updates: 7, Renames: 2, Deletes: 2}) {
		t.Errorf("AD: %+v", ad.Exports)
	}
	var failed int64
	for _, g := range s.Errors {
		if !g.Import {
			failed += g.Objects
		}
		if !g.Meaning.Known || g.Since.IsZero() {
			t.Errorf("error %+v", g)
		}
	}
	if failed != 30 || len(s.Days) != 30 {
		t.Errorf("%d failed exports in groups, %d days", failed, len(s.Days))
	}
	var runs int64
	for _, d := range s.Days {
		runs += d.Good + d.Problems + d.Failed
	}
	if runs < 1000 {
		t.Errorf("%d runs in 30 days", runs)
	}
}

// all walks over a list and checks numbers and that nothing comes twice.
func all(t *testing.T, r *pending.Reader, q pending.Query, size int) []pending.Row {
	t.Helper()
	var rows []pending.Row
	seen := map[string]bool{}
	for at := (&pending.Cursor{}); at != nil; {
		p, err := r.Page(t.Context(), q, *at, size)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Rows) > 0 && p.First != int64(len(rows)+1) {
			t.Fatalf("page begins with row %d, want %d", p.First, len(rows)+1)
		}
		for _, row := range p.Rows {
			if seen[row.ID] {
				t.Fatalf("%s comes twice", row.ID)
			}
			seen[row.ID] = true
		}
		rows = append(rows, p.Rows...)
		at = p.Next
		if at == nil && int64(len(rows)) != p.Total {
			t.Fatalf("%d rows, the total says %d", len(rows), p.Total)
		}
	}
	return rows
}

func TestPagesForwardAndBack(t *testing.T) {
	for name, rare := range map[string]int64{"by keys": 10_000, "by keyset": 0, "mixed": 30} {
		t.Run(name, func(t *testing.T) {
			r, _ := open(t, "two-forests", every)
			r.SetRare(rare)
			forward := all(t, r, pending.Query{}, 23)
			if len(forward) != 40+130+25+3+9+2 {
				t.Fatalf("%d rows", len(forward))
			}
			if forward[0].Operation != pending.Delete || forward[len(forward)-1].Operation != pending.Update {
				t.Errorf("first %s, last %s", forward[0].Operation, forward[len(forward)-1].Operation)
			}
			var back []pending.Row
			for at := (&pending.Cursor{End: true}); at != nil; {
				p, err := r.Page(t.Context(), pending.Query{}, *at, 23)
				if err != nil {
					t.Fatal(err)
				}
				if want := len(forward) - len(back) - len(p.Rows) + 1; p.First != int64(want) {
					t.Fatalf("page back begins with row %d, want %d", p.First, want)
				}
				back = append(slices.Clone(p.Rows), back...)
				at = p.Prev
			}
			if !slices.EqualFunc(forward, back, func(a, b pending.Row) bool { return a.ID == b.ID }) {
				t.Error("back and forward give different lists")
			}
		})
	}
}

func TestFilters(t *testing.T) {
	r, _ := open(t, "two-forests", every)
	if _, err := r.Summary(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
	everything := all(t, r, pending.Query{}, 100)
	one := everything[slices.IndexFunc(everything, func(r pending.Row) bool { return r.Name != "" && strings.Contains(r.DN, "OU=") })]
	cloud := everything[slices.IndexFunc(everything, func(r pending.Row) bool { return r.Connector == sample.EntraConnectorID && r.Name != "" })]
	for name, x := range map[string]struct {
		q    pending.Query
		want int
	}{
		"deletions":         {pending.Query{Operation: pending.Delete}, 27},
		"renames of Entra":  {pending.Query{Operation: pending.Rename, Connector: sample.EntraConnectorID}, 7},
		"failed exports":    {pending.Query{Show: pending.ShowExportErrors}, 30},
		"failed imports":    {pending.Query{Show: pending.ShowImportErrors}, 4},
		"nobody":            {pending.Query{Search: "no%body_[at] all's"}, 0},
		"id":                {pending.Query{Search: one.ID}, 1},
		"DN":                {pending.Query{Search: one.DN, Connector: one.Connector}, 1},
		"Entra by sign-in":  {pending.Query{Search: cloud.Sign, Connector: cloud.Connector}, 1},
		"a type not there":  {pending.Query{Type: "contact"}, 0},
		"deletions of user": {pending.Query{Operation: pending.Delete, Type: "user"}, 27},
	} {
		if got := all(t, r, x.q, 50); len(got) != x.want {
			t.Errorf("%s: %d rows, want %d", name, len(got), x.want)
		}
	}
	o, err := r.Object(t.Context(), cloud.ID)
	if err != nil || !strings.HasPrefix(o.Anchor, "User_") && cloud.Operation != pending.Add {
		t.Fatalf("%+v, %v", o, err)
	}
	if o.Anchor != "" {
		if got := all(t, r, pending.Query{Search: o.Anchor}, 50); len(got) != 1 {
			t.Errorf("anchor %s: %d rows", o.Anchor, len(got))
		}
	}
}

func TestContainersComeToAllExports(t *testing.T) {
	r, _ := open(t, "healthy", every)
	s, err := r.Summary(t.Context(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Connectors {
		list, err := r.Containers(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		var sum pending.Counts
		for i, n := range list {
			if n.DN == "" && i != len(list)-1 || n.DN != "" && !strings.HasSuffix(n.DN, "DC=contoso,DC=local") {
				t.Errorf("%s: container %q", c.Name, n.DN)
			}
			sum.Adds, sum.Updates, sum.Renames = sum.Adds+n.Exports.Adds, sum.Updates+n.Exports.Updates, sum.Renames+n.Exports.Renames
			sum.Deletes, sum.DeleteAdds = sum.Deletes+n.Exports.Deletes, sum.DeleteAdds+n.Exports.DeleteAdds
			if n.ID == "" {
				continue
			}
			if got := all(t, r, pending.Query{Connector: c.ID, Container: n.ID}, 100); int64(len(got)) != n.Exports.Total() {
				t.Errorf("%s %s: %d rows, counted %d", c.Name, n.DN, len(got), n.Exports.Total())
			}
		}
		if sum != c.Exports {
			t.Errorf("%s: OUs come to %+v, want %+v", c.Name, sum, c.Exports)
		}
	}
}

func TestObjectTellsWhatColumnsTell(t *testing.T) {
	r, _ := open(t, "healthy", every)
	rows := all(t, r, pending.Query{Show: pending.ShowExportErrors, Operation: pending.Update, Connector: sample.EntraConnectorID}, 100)
	refs := 0
	for _, row := range rows {
		o, err := r.Object(t.Context(), row.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Failures) != 1 || o.Failures[0].Import || !o.Failures[0].Meaning.Known || o.Failures[0].Detail == "" || len(o.Notes) > 0 || !strings.Contains(o.Images, "cannot be read") || o.Metaverse == nil {
			t.Fatalf("%+v", o)
		}
		refs += len(o.Refs)
		m := o.Metaverse
		if len(m.Joined) != 2 || !slices.ContainsFunc(m.Attributes, func(a pending.Attribute) bool {
			return a.Name == "displayName" && a.Values[0] == row.Name
		}) || !slices.ContainsFunc(m.Attributes, func(a pending.Attribute) bool { return a.Name == "proxyAddresses" && len(a.Values) == 2 }) {
			t.Fatalf("%+v", m)
		}
	}
	if refs == 0 {
		t.Error("no pending reference was found")
	}
	if _, err := r.Object(t.Context(), "11111111-2222-3333-4444-555555555555"); err == nil {
		t.Error("an object that is not there was read")
	}
}

func TestCSV(t *testing.T) {
	r, _ := open(t, "healthy", every)
	var b bytes.Buffer
	calls := 0
	n, err := r.CSV(t.Context(), pending.Query{}, &b, func(_, _ int64) { calls++ })
	if err != nil || n != 209 || calls == 0 {
		t.Fatal(n, calls, err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok || !strings.Contains(text, "\r\n") {
		t.Error("no byte order mark, or lines that Excel does not know")
	}
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(lines) != 210 || lines[1][1] != "delete" {
		t.Fatal(len(lines), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.CSV(ctx, pending.Query{Operation: pending.Add}, &b, func(int64, int64) {}); err == nil {
		t.Error("a cancelled export went on")
	}
}

func TestFormulasAreHarmless(t *testing.T) {
	for _, formula := range []string{"=1+1", "+1", "-1", "@SUM(A1)", " =x", "\t=x"} {
		if got := pending.Harmless(formula); got != "'"+formula {
			t.Errorf("%q becomes %q", formula, got)
		}
	}
	for _, text := range []string{"CN=x", "", "a-b"} {
		if got := pending.Harmless(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestOldDatabaseTellsWhatItLacks(t *testing.T) {
	r, _ := open(t, "healthy", func(o *sample.Options) {
		every(o)
		o.MissingColumns = []string{
			"mms_connectorspace.pending_moveop", "mms_connectorspace.is_import_error", "mms_connectorspace.import_error_code",
			"mms_metaverse.displayName", "mms_connectorspace.anchor",
		}
	})
	s, err := r.Summary(t.Context(), quiet)
	if err != nil || len(s.Lacks) != 2 {
		t.Fatalf("%v, lacks %q", err, s.Lacks)
	}
	if got := all(t, r, pending.Query{}, 100); len(got) != 209 {
		t.Errorf("%d rows", len(got))
	}
	if got := all(t, r, pending.Query{Operation: pending.Rename}, 100); len(got) != 0 {
		t.Errorf("%d renames in a database that does not tell them", len(got))
	}
	if _, err := r.Page(t.Context(), pending.Query{Search: "anna"}, pending.Cursor{}, 10); err != nil {
		t.Error(err)
	}
}

func TestJudge(t *testing.T) {
	on := pending.Threshold{Known: true, On: true, Limit: 500}
	for name, x := range map[string]struct {
		c    pending.Connector
		t    pending.Threshold
		want preflight.Severity
	}{
		"nothing":           {pending.Connector{Objects: 10}, on, preflight.Pass},
		"updates":           {pending.Connector{Objects: 10, Exports: pending.Counts{Updates: 5}}, on, preflight.Note},
		"under":             {pending.Connector{Kind: facts.KindEntra, Objects: 100_000, Exports: pending.Counts{Deletes: 499}}, on, preflight.Warning},
		"at the limit":      {pending.Connector{Kind: facts.KindEntra, Objects: 100_000, Exports: pending.Counts{Deletes: 499, DeleteAdds: 1}}, on, preflight.Blocked},
		"a large share":     {pending.Connector{Kind: facts.KindEntra, Objects: 500, Exports: pending.Counts{Deletes: 400}}, on, preflight.Blocked},
		"threshold off":     {pending.Connector{Kind: facts.KindEntra, Objects: 100_000, Exports: pending.Counts{Deletes: 1}}, pending.Threshold{Known: true}, preflight.Warning},
		"threshold unknown": {pending.Connector{Kind: facts.KindEntra, Objects: 100_000, Exports: pending.Counts{Deletes: 1}}, pending.Threshold{}, preflight.Warning},
		"AD":                {pending.Connector{Kind: facts.KindAD, Objects: 100_000, Exports: pending.Counts{Deletes: 600}}, on, preflight.Warning},
		"errors":            {pending.Connector{Objects: 10, ExportErrors: 1, Exports: pending.Counts{Updates: 5}}, on, preflight.Warning},
	} {
		if got, says := pending.Judge(x.c, x.t); got != x.want || says == "" {
			t.Errorf("%s: %s (%s), want %s", name, got, says, x.want)
		}
	}
}
