package preflight

import (
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeShape tells an ADSync database from an empty one, from that of Forefront
// or Microsoft Identity Manager and from any other, each with its own reason.
func judgeShape(s site) []Finding {
	const id = "database.shape"
	r := s.set.ADSync.Shape
	f := Finding{ID: id, Area: AreaDatabase, Severity: Blocked, Link: product.LinkExistingDatabase}
	f.Evidence = []Evidence{
		evidence(r, func(v facts.Shape) string { return string(v) }),
		{Value: fmt.Sprintf("%d tables: %s", len(s.set.ADSync.Tables), text(list(s.set.ADSync.Tables, 20))), Source: "INFORMATION_SCHEMA.TABLES", At: r.At},
	}
	shape, known := r.Get()
	if !known {
		return []Finding{unknown(id, AreaDatabase, "What the database holds", r.Reason(),
			"Check again; make sure that the login may see the tables.", product.LinkExistingDatabase, f.Evidence...)}
	}
	switch shape {
	case facts.ShapeADSync:
		f.Severity, f.Title = Pass, "The database holds an earlier installation"
		if n := len(s.set.ADSync.MissingTables); n > 0 {
			f.Severity, f.Title = Warning, "Some tables of an ADSync database are missing"
			f.Summary = list(s.set.ADSync.MissingTables, 6)
			f.Consequence = "The database may be damaged or of a version that is not known here."
			f.Fix = "Compare with a backup. If the tables were dropped, restore the backup."
		}
	case facts.ShapeEmpty:
		f.Title = "The database is empty"
		f.Consequence = "There is nothing to take over: the product gets stuck at Connect your directories, without a forest and without a way to add one."
		f.Fix = "Choose the database of the earlier installation, or restore its backup. For a new installation run Microsoft Entra Connect without an existing database."
	case facts.ShapeFIM:
		f.Title = "The database belongs to Identity Manager"
		f.Summary = "Forefront or Microsoft Identity Manager, not Microsoft Entra Connect"
		f.Consequence = "Its tables look alike, but setup fails on them, and the identity manager would lose its data."
		f.Fix = "Choose the ADSync database. Its usual name is ADSync."
	default:
		f.Title = "The database is not an ADSync database"
		f.Summary = "None of the tables of Microsoft Entra Connect are in it"
		f.Consequence = "There is nothing in it that could be taken over."
		f.Fix = "Choose the database of the earlier installation; the list on the page Install required components shows which ones look like it."
	}
	return []Finding{f}
}

// judgeReadable says what was in the database and could not be understood, and
// which columns this version lacks.
func judgeReadable(s site) []Finding {
	var out []Finding
	if n := len(s.set.ADSync.Unreadable); n > 0 {
		f := unknown("database.readable", AreaDatabase, "Part of the database",
			plural(int64(n), "thing")+" could not be understood: "+list(s.set.ADSync.Unreadable, 3),
			"Install leaves it as it is. Report it with the version of Microsoft Entra Connect.", product.LinkExistingDatabase)
		for _, u := range s.set.ADSync.Unreadable {
			f.Evidence = append(f.Evidence, Evidence{Value: u, Source: "database", At: s.set.ADSync.Shape.At})
		}
		out = append(out, f)
	}
	if n := len(s.set.ADSync.MissingColumns); n > 0 {
		f := Finding{
			ID: "database.columns", Area: AreaDatabase, Severity: Note,
			Title:       plural(int64(n), "column") + " not available in this version",
			Summary:     list(s.set.ADSync.MissingColumns, 4),
			Consequence: "What they would say is shown as not available.",
			Link:        product.LinkExistingDatabase,
		}
		for _, c := range s.set.ADSync.MissingColumns {
			f.Evidence = append(f.Evidence, Evidence{Value: c, Source: "INFORMATION_SCHEMA.COLUMNS", At: s.set.ADSync.Shape.At})
		}
		out = append(out, f)
	}
	return out
}

// judgeConnectors wants the Entra connector and at least one AD connector.
func judgeConnectors(s site) []Finding {
	const id = "database.connectors"
	r := s.set.ADSync.Connectors
	seen := []Evidence{evidence(r, func(list []facts.Connector) string { return plural(int64(len(list)), "connector") })}
	connectors, known := r.Get()
	if !known {
		return []Finding{unknown(id, AreaDatabase, "The connectors", r.Reason(),
			"Check again; make sure that the login may read mms_management_agent.", product.LinkExistingDatabase, seen...)}
	}
	for _, c := range connectors {
		seen = append(seen, Evidence{Value: fmt.Sprintf("%s (%s)", c.Name, c.Kind), Source: r.Source, At: r.At})
	}
	f := Finding{
		ID: id, Area: AreaDatabase, Severity: Blocked, Link: product.LinkExistingDatabase, Evidence: seen,
		Fix: "Restore a backup in which both connectors are, or install without an existing database.",
	}
	forests := s.set.ADSync.Forests()
	switch entra := s.set.ADSync.Entra(); {
	case entra == nil && len(forests) == 0:
		f.Title = "The database has neither an Entra connector nor an AD connector"
		f.Consequence = "The earlier installation was never completed; there is nothing to take over."
	case entra == nil:
		f.Title = "The Entra connector is missing"
		f.Consequence = "Without it there is no tenant to synchronize to, and this mode cannot add one."
	case len(forests) == 0:
		f.Title = "There is no AD connector"
		f.Consequence = "Without one there is no forest to synchronize from, and this mode cannot add one."
	default:
		names := make([]string, 0, len(forests))
		for _, c := range forests {
			names = append(names, forestName(c))
		}
		f.Severity, f.Fix = Pass, ""
		f.Title = "The Entra connector and " + plural(int64(len(forests)), "AD connector") + " are there"
		f.Summary = strings.TrimPrefix(entra.Tenant+" and ", " and ") + list(names, 4)
	}
	return []Finding{f}
}

// forestName gives the forest of an AD connector, else the connector's name.
func forestName(c facts.Connector) string {
	if c.Forest != "" {
		return c.Forest
	}
	return c.Name
}

// judgeOtherConnectors warns of connectors whose credentials this mode does not renew.
func judgeOtherConnectors(s site) []Finding {
	r := s.set.ADSync.Connectors
	var names []string
	f := Finding{
		ID: "database.connectors.other", Area: AreaDatabase, Severity: Warning,
		Consequence: "Only the credentials of Active Directory and Microsoft Entra ID are renewed here; those of other connectors cannot be read on this server.",
		Fix:         "After the installation type their passwords again in Synchronization Service Manager, or remove the connectors if nobody needs them.",
		Link:        product.LinkExistingDatabase,
	}
	for _, c := range r.Or(nil) {
		if c.Kind == facts.KindOther {
			names = append(names, c.Name)
			f.Evidence = append(f.Evidence, Evidence{Value: fmt.Sprintf("%s, type %s %s", c.Name, c.Type, c.Subtype), Source: r.Source, At: r.At})
		}
	}
	if len(names) == 0 {
		return nil
	}
	f.Title = plural(int64(len(names)), "unusual connector")
	f.Summary = list(names, 4)
	return []Finding{f}
}

// judgeCredentials notes sealed credentials that are missing or damaged: Install
// seals new ones, so it stops nothing, but it tells what state the server was in.
func judgeCredentials(s site) []Finding {
	var names []string
	f := Finding{
		ID: "database.credentials", Area: AreaDatabase, Severity: Note, Link: product.LinkExistingDatabase,
		Consequence: "The previous server could not have signed in with them. Install seals new ones in their place.",
		Fix:         "Nothing to do, unless the database is older than you think: compare with a backup.",
	}
	for _, c := range s.set.ADSync.Connectors.Or(nil) {
		sealed, known := c.Credentials.Get()
		if !known || c.Kind == facts.KindOther || (sealed.Present && sealed.WellMade) {
			continue
		}
		why := sealed.Wrong
		if why == "" {
			why = "empty"
		}
		names = append(names, c.Name)
		f.Evidence = append(f.Evidence, Evidence{Value: c.Name + ": " + why, Source: c.Credentials.Source, At: c.Credentials.At})
	}
	if len(names) == 0 {
		return nil
	}
	f.Title = "The sealed credentials of " + plural(int64(len(names)), "connector") + " are not whole"
	f.Summary = list(names, 4)
	return []Finding{f}
}

// judgeRules looks for rules that point to connectors which are not there.
func judgeRules(s site) []Finding {
	const id = "rules.dangling"
	r := s.set.ADSync.Rules
	rules, known := r.Get()
	connectors, both := s.set.ADSync.Connectors.Get()
	if !known || !both {
		why := r.Reason()
		if known {
			why = s.set.ADSync.Connectors.Reason()
		}
		return []Finding{unknown(id, AreaHistory, "The synchronization rules", why,
			"Open the Synchronization Rules Editor after the installation and look for rules without a connector.",
			product.LinkRules, evidence(r, func([]facts.Rule) string { return "" }))}
	}
	there := map[string]bool{}
	for _, c := range connectors {
		there[strings.ToLower(c.ID)] = true
	}
	var names []string
	var seen []Evidence
	custom := 0
	for _, rule := range rules {
		if !rule.Standard() {
			custom++
		}
		if !there[strings.ToLower(rule.Connector)] {
			names = append(names, rule.Name)
			seen = append(seen, Evidence{Value: rule.Name + " -> connector " + text(rule.Connector), Source: r.Source, At: r.At})
		}
	}
	if len(names) > 0 {
		return []Finding{{
			ID: id, Area: AreaHistory, Severity: Warning,
			Title:       plural(int64(len(names)), "rule") + " without a connector",
			Summary:     list(names, 4),
			Consequence: "These rules point to connectors that are not in the database; they do nothing, and the rules editor may fail on them.",
			Fix:         "Remove them with Remove-ADSyncRule after the installation.",
			Link:        product.LinkRules, Evidence: seen,
		}}
	}
	return []Finding{{
		ID: id, Area: AreaHistory, Severity: Pass, Title: "Every rule has its connector",
		Summary: fmt.Sprintf("%d standard, %d custom", len(rules)-custom, custom), Link: product.LinkRules,
		Evidence: []Evidence{{Value: plural(int64(len(rules)), "rule"), Source: r.Source, At: r.At}},
	}}
}
