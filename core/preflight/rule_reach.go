package preflight

import (
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// layer names what a layer's finding is called.
type layer struct {
	id   string
	area Area
	what string
}

func layers() map[facts.LayerName]layer {
	return map[facts.LayerName]layer{
		facts.LayerHost:    {"sql.name", AreaServer, "The name of the SQL Server was not found"},
		facts.LayerBrowser: {"sql.browser", AreaServer, "SQL Server Browser did not give the instance's port"},
		facts.LayerPort:    {"sql.port", AreaServer, "The port of SQL Server does not answer"},
		facts.LayerAnswer:  {"sql.answer", AreaServer, "What answers is not SQL Server"},
		facts.LayerTLS:     {"sql.tls", AreaServer, "The encrypted connection was not accepted"},
		facts.LayerLogin:   {"sql.login", AreaServer, "SQL Server refused the login"},
		facts.LayerDB:      {"database.open", AreaDatabase, "The database could not be opened"},
	}
}

// judgeReach gives one finding for the layer that failed, else one that says
// that the database was reached and how.
func judgeReach(s site) []Finding {
	if namedLocalDB(s) {
		return nil // the finding on LocalDB says it all
	}
	var seen []Evidence
	for _, l := range s.set.SQL.Layers {
		if l.Outcome == facts.Failed {
			return []Finding{failedLayer(s, l)}
		}
		if l.Outcome == facts.Passed {
			seen = append(seen, Evidence{Value: string(l.Name) + ": " + text(l.Detail), Source: "connection", At: s.set.At})
		}
	}
	if !s.set.SQL.Reached(facts.LayerDB) {
		return []Finding{unknown("sql.reach", AreaServer, "The way to the database",
			"the connection was not tried to its end", "Check again.", product.LinkSQLConnectivity, seen...)}
	}
	return []Finding{{
		ID: "sql.reach", Area: AreaServer, Severity: Pass,
		Title:   "The database was reached",
		Summary: s.set.Database.Name + " on " + s.set.SQL.Typed + ", every layer by itself",
		Link:    product.LinkSQLConnectivity, Evidence: seen,
	}}
}

func failedLayer(s site, l facts.Layer) Finding {
	about, ok := layers()[l.Name]
	if !ok {
		about = layer{"sql.reach", AreaServer, "The database was not reached"}
	}
	f := Finding{
		ID: about.id, Area: about.area, Severity: Blocked, Title: about.what,
		Consequence: "Nothing behind this point could be read, so nothing behind it was judged.",
		Fix:         "Correct it and check again.",
		Link:        product.LinkSQLConnectivity,
		Evidence:    []Evidence{{Value: failedDetail(l), Source: "layer " + string(l.Name), At: s.set.At}},
	}
	if l.Problem == nil {
		return f
	}
	f.Summary = l.Problem.What
	if l.Problem.Why != "" {
		f.Consequence = l.Problem.Why
	}
	if l.Problem.Fix != "" {
		f.Fix = l.Problem.Fix
	}
	f.Evidence = append(f.Evidence, problemEvidence(l.Problem, s.set.At)...)
	return f
}

func problemEvidence(p *problem.Problem, at time.Time) []Evidence {
	out := []Evidence{{Value: string(p.Code), Source: "code", At: at}}
	if p.Detail != "" {
		out = append(out, Evidence{Value: p.Detail, Source: "answer", At: at})
	}
	return out
}

// namedLocalDB tells whether the server was typed as LocalDB or as its pipe.
func namedLocalDB(s site) bool {
	for _, name := range []string{s.set.SQL.Typed, s.ans.SQL.Server, s.ans.SQL.Instance} {
		name = strings.ToLower(name)
		if strings.Contains(name, "(localdb)") || strings.Contains(name, `pipe\localdb#`) {
			return true
		}
	}
	return false
}

// judgeLocalDB recognises LocalDB by its name and by the server's property.
func judgeLocalDB(s site) []Finding {
	local := s.set.SQL.IsLocalDB
	seen := []Evidence{evidence(local, yesNo)}
	byProperty, known := local.Get()
	byName := namedLocalDB(s)
	if byName {
		seen = append([]Evidence{{Value: text(s.ans.SQL.Server), Source: "server name as typed", At: s.set.At}}, seen...)
	}
	switch {
	case byName || byProperty:
		return []Finding{{
			ID: "sql.localdb", Area: AreaServer, Severity: Blocked,
			Title:       "The database is in SQL Server LocalDB",
			Summary:     "This mode needs a full SQL Server",
			Consequence: "LocalDB serves one computer only and ends at 10 GB. An existing ADSync database can be reused on a full SQL Server only.",
			Fix: "Move the data: stop the service ADSync, copy ADSync.mdf and ADSync_log.ldf from its Data folder " +
				"(or back the database up), attach or restore them on a full SQL Server, then enter that server here.",
			Link: product.LinkMoveDatabase, Evidence: seen,
		}}
	case !known:
		if !s.meets(needLogin) {
			return nil
		}
		return []Finding{unknown("sql.localdb", AreaServer, "LocalDB", local.Reason(),
			"Make sure that the server is a full SQL Server.", product.LinkMoveDatabase, seen...)}
	default:
		return []Finding{{
			ID: "sql.localdb", Area: AreaServer, Severity: Pass,
			Title: "A full SQL Server, not LocalDB", Link: product.LinkMoveDatabase, Evidence: seen,
		}}
	}
}

// failedDetail is what a failed layer showed, which is often nothing at all.
func failedDetail(l facts.Layer) string {
	if l.Detail == "" {
		return "failed"
	}
	return "failed: " + l.Detail
}
