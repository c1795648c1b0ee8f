package compare

import (
	"path"
	"strings"
	"sync"
)

// entry says of one property, or of several by a pattern, how much a difference
// in it matters and what follows. Of the texts the first that fits is used: on
// and off for truth values, less and more when it is on one side only, and text.
type entry struct {
	kind     Kind
	pattern  string // path in lower case; * stands for anything within one name
	severity Severity
	area     Area
	title    string

	text, on, off, less, more string

	// weigh changes a difference where the values decide how much it matters.
	weigh func(d *differ, s scopeOf, c change, x *Difference)
	// elsewhere leaves the property to a comparison of its own.
	elsewhere bool
}

// titleOf gives the title of a difference in a property.
func (e *entry) titleOf(p string) string {
	if e.title != "" {
		return e.title
	}
	p = strings.ReplaceAll(p, "parameter:", "")
	return strings.TrimPrefix(p[strings.LastIndexByte(p, '/')+1:], "@")
}

// effectOf gives the sentence that says what follows.
func (e *entry) effectOf(c change) string {
	switch on, off := c.switched(); {
	case on && e.on != "":
		return e.on
	case off && e.off != "":
		return e.off
	case len(c.after) == 0 && e.less != "":
		return e.less
	case len(c.before) == 0 && e.more != "":
		return e.more
	}
	return e.text
}

// switched tells whether a truth value went on or off. What is not there is off.
func (c change) switched() (on, off bool) {
	after, okAfter := truth(strings.Join(c.after, ""))
	before, okBefore := truth(strings.Join(c.before, ""))
	if !okAfter && len(c.after) > 0 || !okBefore && len(c.before) > 0 {
		return false, false
	}
	return after && !before, before && !after
}

// unknownEntry is for what no table knows.
var unknownEntry = entry{
	severity: Attention, area: AreaUnknown,
	text: "This setting is not known to the program, so its effect is not either: make the two servers equal, or find out why they differ.",
}

// exact and globs are the tables, by kind and path.
var tables = sync.OnceValue(func() (t struct {
	exact map[string]*entry
	globs []*entry
},
) {
	t.exact = map[string]*entry{}
	for _, list := range [][]entry{settingEntries(), connectorEntries(), partitionEntries(), profileEntries(), ruleEntries()} {
		for i := range list {
			e := &list[i]
			if strings.Contains(e.pattern, "*") {
				t.globs = append(t.globs, e)
				continue
			}
			t.exact[string(e.kind)+"|"+e.pattern] = e
		}
	}
	return t
})

// lookup gives the entry of a property.
func lookup(s scopeOf, key string) *entry {
	t := tables()
	if e, ok := t.exact[string(s.kind)+"|"+key]; ok {
		return e
	}
	for _, e := range t.globs {
		if e.kind != s.kind {
			continue
		}
		if ok, err := path.Match(e.pattern, globSafe(key)); err == nil && ok {
			return e
		}
	}
	return &unknownEntry
}

// globSafe is a key as path.Match takes it: brackets belong to the text.
func globSafe(key string) string { return strings.NewReplacer("[", "(", "]", ")").Replace(key) }

// databaseLacks is what an ADSync database, as it is read, never says though
// exports do.
var databaseLacks = []lack{
	{KindSettings, "mv-data@server", whyExportOnly},
	{KindSettings, "@server", whyExportOnly},
	{KindSettings, "@export-date", whyExportOnly},
	{KindSettings, "format-version", whyExportOnly},
	{KindSettings, "version", whyExportOnly},
	{KindSettings, "password-change-history-size", whyExportOnly},
	{KindSettings, "password-sync", whyExportOnly},
	{KindConnector, "format-version", whyExportOnly},
	{KindConnector, "password-sync-allowed", whyExportOnly},
	{KindConnector, "password-sync", whyNotThere},
	{KindConnector, "join", whyNotThere},
	{KindConnector, "projection", whyNotThere},
	{KindConnector, "export-attribute-flow", whyNotThere},
	{KindConnector, "encrypted-attributes", whySecret},
	{KindConnector, "extension", whyNotThere},
	{KindConnector, "controller-configuration", whyNotThere},
	{KindConnector, "dn-construction", whyNotThere},
	{KindPartition, "parameter:", whyNotThere},
	{KindPartition, "display-name", whyNotThere},
	{KindRule, "softdeleteexpiryinterval", whyNotThere},
	{KindRule, "precedence-after", whyNotThere},
	{KindRule, "precedence-before", whyNotThere},
	{KindRule, "internal-id", whyNotThere},
	{KindRule, "version", whyNotThere},
	{KindRule, "description", whyNotThere},
}

const (
	whyExportOnly = "It is part of the export file, not of the database."
	whyNotThere   = "The database of one server has no column with it."
	whySecret     = "Secrets are never read for a comparison."
)

// NeverCompared is what is left out on purpose, with the reasons. Nothing else is.
func NeverCompared() []Gap {
	return []Gap{
		{"Passwords, keys and other encrypted values", "They are sealed for each server; they are neither read nor shown."},
		{"XML comments, prefixes, order of attributes, white space between elements", "They say nothing about the configuration."},
		{"Order within sets (attributes, object types, containers, clauses of a scope, settings, parameters)", "The order means nothing there. Join rules, transformations to one target and precedence are compared in their order."},
		{"Order of transformations that fill different targets", "Each fills its own attribute, whichever comes first."},
		{"White space in expressions outside quotes", "It does not change what an expression gives."},
		{"Upper and lower case in names of rules, connectors, attributes, object types, servers, DNs and GUIDs", "Neither the product nor Active Directory tells them apart."},
		{"How truth values are written (True, true, 1)", "They mean the same."},
		{"Elements without a value where the other server has none", "An empty element and a missing one mean the same."},
		{"GUIDs of connectors, partitions and rules that stand for the same thing on both servers", "Each server makes its own; they are compared as what they stand for."},
		{"Parameters that repeat an element with the same two values", "One difference is told once."},
	}
}
