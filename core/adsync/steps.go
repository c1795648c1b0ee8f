package adsync

import (
	"context"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// readSteps reads how long the steps of runs took, over the whole history: one
// grouped statement, whose rows are as many as there are profiles, steps and results.
func (r *reader) readSteps(ctx context.Context) {
	at := r.now()
	r.out.Steps = facts.Absent[[]facts.StepTime](tStep, absentHere, at)
	names := map[string]string{}
	for _, c := range []struct{ table, column string }{
		{tStep, "run_history_id"},
		{tStep, "step_number"},
		{tStep, "step_result"},
		{tStep, "start_date"},
		{tStep, "end_date"},
		{tRun, "run_history_id"},
		{tRun, "ma_id"},
		{tRun, "run_profile_id"},
		{tRun, "run_profile_name"},
	} {
		col, ok := r.s.column(c.table, c.column)
		if !ok {
			r.out.Steps = facts.Absent[[]facts.StepTime](tStep, c.table+"."+c.column+" is "+absentHere, at)
			return
		}
		names[c.table+c.column] = map[string]string{tStep: "s.", tRun: "h."}[c.table] + quoted(col.name)
	}
	s := func(c string) string { return names[tStep+c] }
	h := func(c string) string { return names[tRun+c] }
	group := strings.Join([]string{h("ma_id"), h("run_profile_id"), h("run_profile_name"), s("step_number"), s("step_result")}, ", ")
	res, err := queryAll(ctx, r.q, "SELECT "+h("ma_id")+" AS ma_id, "+h("run_profile_id")+" AS run_profile_id, "+h("run_profile_name")+" AS run_profile_name, "+
		s("step_number")+" AS step_number, "+s("step_result")+" AS step_result, COUNT(*) AS runs, MAX(DATEDIFF(second, "+s("start_date")+", "+s("end_date")+")) AS longest, MAX("+s("end_date")+") AS newest"+
		" FROM "+r.s.from(tStep)+" s JOIN "+r.s.from(tRun)+" h ON "+h("run_history_id")+" = "+s("run_history_id")+
		" WHERE "+s("end_date")+" >= "+s("start_date")+" GROUP BY "+group)
	if err != nil {
		r.out.Steps = notRead[[]facts.StepTime](tStep, at, err)
		return
	}
	r.out.Steps = facts.Known(r.stepTimes(res.records()), tStep, at)
}

// stepTimes adds what belongs together: a kind of step of one connector. A run has a
// step for each partition, whose times add up.
func (r *reader) stepTimes(rows []record) []facts.StepTime {
	type key struct{ connector, profile, kind string }
	sums, order := map[key]*facts.StepTime{}, []key{}
	for _, row := range rows {
		if !(facts.Run{Complete: true, Result: row.text("step_result")}).Good() {
			continue
		}
		kind := r.stepKind(row)
		if kind == "" {
			continue
		}
		k := key{row.guid("ma_id"), row.guid("run_profile_id"), kind}
		t := sums[k]
		if t == nil {
			t = &facts.StepTime{Connector: k.connector, Kind: kind}
			sums[k] = t
			order = append(order, k)
		}
		t.Longest += time.Duration(row.number("longest")) * time.Second
		t.Runs = max(t.Runs, row.number("runs"))
		if newest := row.time("newest"); newest.After(t.Newest) {
			t.Newest = newest
		}
	}
	best, keys := map[key]facts.StepTime{}, []key{}
	for _, k := range order {
		one := key{connector: k.connector, kind: k.kind}
		old, seen := best[one]
		if !seen {
			keys = append(keys, one)
		}
		t := *sums[k]
		t.Runs += old.Runs
		t.Longest = max(t.Longest, old.Longest)
		if old.Newest.After(t.Newest) {
			t.Newest = old.Newest
		}
		best[one] = t
	}
	out := make([]facts.StepTime, len(keys))
	for i, k := range keys {
		out[i] = best[k]
	}
	return out
}

// stepKind tells what a step does: by the profile's steps, or by the profile's name
// when the profile is gone. Empty when neither says it.
func (r *reader) stepKind(row record) string {
	id, n := row.guid("run_profile_id"), int(row.number("step_number"))-1
	for _, c := range r.out.Connectors.Value {
		for _, p := range c.Profiles {
			if p.ID == id && id != "" && n >= 0 && len(p.Steps) > 0 {
				return stepWord(p.Steps[min(n, len(p.Steps)-1)])
			}
		}
	}
	return stepWord(strings.ReplaceAll(strings.ToLower(row.text("run_profile_name")), " ", "-"))
}

// stepWord gives the kind of a step of a run profile's document, or of a profile that
// has a standard name.
func stepWord(text string) string {
	switch {
	case strings.Contains(text, "full-import"):
		return facts.StepFullImport
	case strings.Contains(text, "reevaluate") || strings.Contains(text, "full-sync"):
		return facts.StepFullSync
	case strings.Contains(text, "delta-import"):
		return facts.StepDeltaImport
	case strings.Contains(text, "apply") || strings.Contains(text, "delta-sync"):
		return facts.StepDeltaSync
	case strings.Contains(text, "export"):
		return facts.StepExport
	}
	return ""
}
