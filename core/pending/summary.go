package pending

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// kind is what rows have in common that are counted together.
type kind struct {
	connector, object        string
	export, imported         Operation
	exportError, importError bool
}

// group is how many rows are of a kind.
type group struct {
	kind
	n int64
}

// kindColumns are the columns that make the kind of a row. Those behind the first
// three may be missing.
var kindColumns = []string{"ma_id", "object_type", "export_operation", "import_operation", "pending_moveop", "is_export_error", "is_import_error"}

// Summary counts everything. say is told what is being done, for a person.
func (r *Reader) Summary(ctx context.Context, say func(string)) (Summary, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := Summary{At: r.now().UTC(), Threshold: r.threshold}
	say("Counting what waits in the connector spaces…")
	if err := r.count(ctx); err != nil {
		return out, err
	}
	say("Reading the keys of what is rare…")
	if err := r.readRare(ctx); err != nil {
		return out, err
	}
	for _, c := range kindColumns {
		if !r.layout.Has(tObject, c) {
			out.Lacks = append(out.Lacks, tObject+"."+c)
		}
	}
	out.Connectors = r.sums()
	out.Errors = slices.Clone(r.errors)
	say("Reading the run history…")
	out.note(r.days(ctx, &out), "The run history could not be read")
	return out, context.Cause(ctx)
}

// note keeps what could not be read; the rest of the summary stands without it.
func (s *Summary) note(err error, what string) {
	if err != nil {
		s.Notes = append(s.Notes, what+": "+err.Error())
	}
}

// count reads the groups and the errors: one statement, as many rows as there are
// combinations. Codes of errors are the engine's vocabulary, so that they are few.
func (r *Reader) count(ctx context.Context) error {
	list, by := r.kindList()
	for _, e := range []string{"export", "import"} {
		if !r.layout.Has(tObject, "is_"+e+"_error", e+"_error_code") {
			continue
		}
		code := "CASE WHEN c.[is_" + e + "_error] = 1 THEN c.[" + e + "_error_code] END"
		list, by = append(list, code+" AS ["+e+"_error_code]"), append(by, code)
		if r.layout.Has(tObject, "initial_"+e+"_error_date") {
			list = append(list, "MIN(CASE WHEN c.[is_"+e+"_error] = 1 THEN c.[initial_"+e+"_error_date] END) AS [initial_"+e+"_error_date]")
		}
	}
	w := r.where(Query{})
	rows, err := adsync.Rows(ctx, r.q, "SELECT "+strings.Join(list, ", ")+", COUNT_BIG(*) AS [n] FROM "+r.layout.From(tObject)+" c"+
		w.text()+" GROUP BY "+strings.Join(by, ", "), w.args...)
	if err != nil {
		return err
	}
	r.groups, r.errors = []group{}, nil
	at := map[kind]int{}
	for _, row := range rows {
		k, n := kindOf(row), row.Number("n")
		i, ok := at[k]
		if !ok {
			i, at[k] = len(r.groups), len(r.groups)
			r.groups = append(r.groups, group{kind: k})
		}
		r.groups[i].n += n
		for _, imported := range []bool{false, true} {
			r.addError(row, k, imported, n)
		}
	}
	slices.SortStableFunc(r.errors, func(a, b ErrorGroup) int {
		return cmp.Or(cmp.Compare(b.Objects, a.Objects), cmp.Compare(a.Code, b.Code))
	})
	return nil
}

// kindList gives what to select, and to group by, for kinds.
func (r *Reader) kindList() (list, by []string) {
	for _, c := range kindColumns {
		if col := r.layout.Quote(tObject, c); col != "" {
			list, by = append(list, "c."+col+" AS ["+c+"]"), append(by, "c."+col)
		}
	}
	return list, by
}

// kindOf gives the kind of a row.
func kindOf(row adsync.Row) kind {
	return kind{
		connector: row.GUID("ma_id"), object: row.Text("object_type"),
		export: operation(row), imported: Operation(row.Number("import_operation")),
		exportError: row.Truth("is_export_error"), importError: row.Truth("is_import_error"),
	}
}

// addError adds n objects to the error that they have, if any.
func (r *Reader) addError(row adsync.Row, k kind, imported bool, n int64) {
	e, has := "export", k.exportError
	if imported {
		e, has = "import", k.importError
	}
	if !has || !r.layout.Has(tObject, e+"_error_code") {
		return
	}
	code, since := cmp.Or(row.Text(e+"_error_code"), noCode), row.Time("initial_"+e+"_error_date")
	i := slices.IndexFunc(r.errors, func(g ErrorGroup) bool {
		return g.Connector == k.connector && g.Import == imported && g.Code == code
	})
	if i < 0 {
		i = len(r.errors)
		r.errors = append(r.errors, ErrorGroup{Connector: k.connector, Import: imported, Code: code, Since: since, Meaning: MeaningOf(code, imported)})
	}
	g := &r.errors[i]
	g.Objects += n
	if !since.IsZero() && (g.Since.IsZero() || since.Before(g.Since)) {
		g.Since = since
	}
}

// operation gives the pending export of a row: Any for none and for a code that
// is not known.
func operation(row adsync.Row) Operation {
	o := Operation(row.Number("export_operation"))
	switch move := row.Number("pending_moveop"); {
	case o == Update && (move == 2 || move == 3): // export, provisioning
		return Rename
	case o < Add || o > Delete:
		return Any
	}
	return o
}

// sums makes the connectors' numbers of the groups.
func (r *Reader) sums() []Connector {
	var out []Connector
	for _, c := range r.connectors {
		out = append(out, Connector{ID: c.ID, Name: c.Name, Kind: c.Kind})
	}
	for _, g := range r.groups {
		i := slices.IndexFunc(out, func(c Connector) bool { return c.ID == g.connector })
		if i < 0 {
			out = append(out, Connector{ID: g.connector, Name: g.connector, Kind: facts.KindOther})
			i = len(out) - 1
		}
		out[i].add(g)
	}
	for i := range out {
		slices.SortStableFunc(out[i].Types, func(a, b TypeCount) int {
			return cmp.Or(cmp.Compare(b.Exports.Total(), a.Exports.Total()), cmp.Compare(b.Objects, a.Objects), cmp.Compare(a.Type, b.Type))
		})
		out[i].Severity, out[i].Says = judge(out[i], r.threshold)
	}
	slices.SortStableFunc(out, func(a, b Connector) int { return a.Severity.Rank() - b.Severity.Rank() })
	return out
}

// add puts one group into the numbers.
func (c *Connector) add(g group) {
	c.Objects += g.n
	if g.exportError {
		c.ExportErrors += g.n
	}
	if g.importError {
		c.ImportErrors += g.n
	}
	if g.imported >= Add && g.imported <= Delete {
		*c.Imports.at(g.imported) += g.n
	}
	i := slices.IndexFunc(c.Types, func(t TypeCount) bool { return t.Type == g.object })
	if i < 0 {
		c.Types = append(c.Types, TypeCount{Type: g.object})
		i = len(c.Types) - 1
	}
	c.Types[i].Objects += g.n
	if g.export != Any {
		*c.Exports.at(g.export) += g.n
		*c.Types[i].Exports.at(g.export) += g.n
	}
}

// historyDays is how many days of the run history are shown.
const historyDays = 30

// days reads the run history by day and result. The server counts, so that a
// history that nobody ever purged costs no more.
func (r *Reader) days(ctx context.Context, out *Summary) error {
	if !r.layout.Has(tRun, "start_date", "run_result", "is_run_complete") {
		return fmt.Errorf("table %s or a column of it is not available in this version", tRun)
	}
	newest, err := adsync.Rows(ctx, r.q, "SELECT MAX([start_date]) AS [newest] FROM "+r.layout.From(tRun))
	if err != nil || len(newest) == 0 {
		return err
	}
	last := newest[0].Time("newest").Truncate(24 * time.Hour)
	first := last.AddDate(0, 0, 1-historyDays)
	rows, err := adsync.Rows(ctx, r.q, "SELECT CAST([start_date] AS date) AS [day], [run_result] AS [result], [is_run_complete] AS [complete], COUNT_BIG(*) AS [n] FROM "+
		r.layout.From(tRun)+" WHERE [start_date] >= @p1 GROUP BY CAST([start_date] AS date), [run_result], [is_run_complete]", first)
	if err != nil || len(rows) == 0 {
		return err
	}
	for d := first; !d.After(last); d = d.AddDate(0, 0, 1) {
		out.Days = append(out.Days, Day{Date: d})
	}
	for _, row := range rows {
		i := int(row.Time("day").Sub(first) / (24 * time.Hour))
		if i < 0 || i >= len(out.Days) {
			continue
		}
		out.Days[i].add(row.Text("result"), row.Truth("complete"), row.Number("n"))
	}
	return nil
}

func (d *Day) add(result string, complete bool, n int64) {
	switch {
	case !complete:
		d.Running += n
	case result == "success":
		d.Good += n
	case strings.HasPrefix(result, "completed-"):
		d.Problems += n
	default:
		d.Failed += n
	}
}
