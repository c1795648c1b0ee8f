package setup

import (
	"encoding/json"
	"io"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// reviewTasks, reportHTML and reportJSON give way to core/review and core/report.
func reviewTasks(facts.Set, plan.Plan, facts.Tenant, []facts.ForestAccount) []review.Task { return nil }

func reportJSON(w io.Writer, r report.Record) error { return json.NewEncoder(w).Encode(r) }

func reportHTML(io.Writer, report.Record) error {
	return &problem.Problem{Code: CodeSaveName, What: "A report in HTML is not available.", Fix: "Save it as .json."}
}
