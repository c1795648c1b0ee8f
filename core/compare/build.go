package compare

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare/xmltree"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of reading a configuration.
const (
	CodeDamaged    problem.Code = "compare.file.damaged"      // a file is no XML, or not the XML that belongs there
	CodeIncomplete problem.Code = "compare.export.incomplete" // a part of the export is missing
)

// Builder makes a Config of the documents of an export, one after the other. It
// keeps nothing of a document but names and values, each of them once.
type Builder struct {
	config Config
	texts  map[string]string
	keys   map[string]string
	ones   map[string][]string
	tree   xmltree.Tree // used again for every document
}

// NewBuilder begins a configuration.
func NewBuilder(s Source) *Builder {
	b := &Builder{texts: map[string]string{}, keys: map[string]string{}, ones: map[string][]string{}}
	b.config.Source = s
	if s.Kind == FromDatabase {
		b.config.lacks = databaseLacks
	}
	return b
}

// Add reads one document; name is how it is called in problems. The error is a
// *problem.Problem that names the document and the line.
func (b *Builder) Add(name string, data []byte) error {
	text, err := xmltree.Decode(data)
	if err != nil {
		return damaged(name, 0, err.Error())
	}
	t := &b.tree
	err = t.Parse(text)
	var bad *xmltree.Error
	if errors.As(err, &bad) {
		return damaged(name, bad.Line, bad.Text)
	}
	if err != nil {
		return damaged(name, 0, err.Error())
	}
	root := t.Root()
	for _, form := range []struct {
		element string
		read    func(*xmltree.Tree, xmltree.ID, string) error
	}{
		{"synchronizationRule", b.rule}, {"ma-data", b.connector}, {"saved-mv-configuration", b.globals}, {"mv-data", b.globals},
	} {
		if id := t.Search(root, form.element); id != 0 {
			return form.read(t, id, name)
		}
	}
	return damaged(name, t.Node(root).Line, fmt.Sprintf(
		"it begins with %q, where synchronizationRule, ma-data or saved-mv-configuration was expected", t.Node(root).Name))
}

// Done gives the configuration. The error is a *problem.Problem when a part of
// it is missing: a partial export is never compared silently.
func (b *Builder) Done() (*Config, error) {
	c := &b.config
	var missing []string
	if c.Settings == nil {
		missing = append(missing, "the global settings (GlobalSettings/MV.xml)")
	}
	if len(c.Connectors) == 0 {
		missing = append(missing, "the connectors (Connectors/Connector_….xml)")
	}
	if len(c.Rules) == 0 {
		missing = append(missing, "the synchronization rules (SynchronizationRules/SynchronizationRule_….xml)")
	}
	if len(missing) > 0 {
		return nil, &problem.Problem{
			Code: CodeIncomplete, What: "The configuration " + c.Source.Label + " is incomplete.",
			Why: "It lacks " + strings.Join(missing, ", ") + ". A comparison with a part would show as removed what was only not exported.",
			Fix: "Export the configuration again with Get-ADSyncServerConfiguration into an empty folder, and choose that folder.",
		}
	}
	slices.SortStableFunc(c.Connectors, func(x, y *Connector) int {
		return cmp.Or(strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)), strings.Compare(x.ID, y.ID))
	})
	slices.SortStableFunc(c.Rules, func(x, y *Rule) int {
		return cmp.Or(cmp.Compare(x.Precedence, y.Precedence), strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)), strings.Compare(x.ID, y.ID))
	})
	b.dangling()
	return c, nil
}

// dangling notes rules whose connector is not there.
func (b *Builder) dangling() {
	c := &b.config
	known := map[string]bool{}
	for _, k := range c.Connectors {
		known[k.ID] = true
	}
	n, first := 0, ""
	for _, r := range c.Rules {
		if !known[r.Connector] {
			n++
			first = cmp.Or(first, r.Name)
		}
	}
	if n > 0 {
		c.Source.Notes = append(c.Source.Notes, fmt.Sprintf(
			"%s to a connector that is not in %s (the first: %s). Either the export is incomplete or the rules are left over.",
			count(n, "rule belongs", "rules belong"), c.Source.Label, first))
	}
}

// damaged makes the problem of a document that could not be read.
func damaged(name string, line int, why string) error {
	where := name
	if line > 0 {
		where = fmt.Sprintf("%s, line %d", name, line)
	}
	return &problem.Problem{
		Code: CodeDamaged, What: "The file " + name + " could not be read.",
		Why: "It is damaged, cut off or not a part of a configuration export: " + why + ".",
		Fix: "Copy the whole export folder again, or export the configuration again on its server.", Detail: where + ": " + why,
	}
}

// globals reads MV.xml: global settings and the metaverse's schema.
func (b *Builder) globals(t *xmltree.Tree, id xmltree.ID, name string) error {
	if b.config.Settings != nil {
		return damaged(name, t.Node(id).Line, "the global settings are there twice")
	}
	s := &b.config.Source
	for _, a := range t.Attrs(id) {
		switch strings.ToLower(a.Name) {
		case "server":
			s.Server = b.text(a.Value)
		case "export-date":
			s.Exported = timeOf(a.Value)
		}
	}
	data := id
	if d := t.Find(id, "mv-data"); d != 0 {
		data = d
	}
	o := &Object{Kind: KindSettings, Name: "Global settings"}
	f := flattener{b: b, t: t, o: o, skip: map[string]bool{"schema": true}}
	f.element(id, "", "mv-data")
	if data != id {
		f.element(data, "", "")
	}
	o.finish()
	schema, err := b.schema(t, t.Find(data, "schema"))
	if err != nil {
		return damaged(name, t.Node(data).Line, err.Error())
	}
	b.config.Settings, b.config.Metaverse = o, schema
	s.Version = cmp.Or(s.Version, o.setting("Microsoft.Synchronize.ServerConfigurationVersion"))
	if on, ok := truth(o.setting("Microsoft.Synchronize.StagingMode")); ok {
		s.Staging = &on
	}
	return nil
}

// setting gives a global setting, or "".
func (o *Object) setting(name string) string { return o.Value("parameter:" + name) }

// connector reads one connector.
func (b *Builder) connector(t *xmltree.Tree, id xmltree.ID, name string) error {
	c := &Connector{Object: Object{Kind: KindConnector, ID: guid(t.Value(id, "id")), Name: b.text(t.Value(id, "name"))}}
	if c.Name == "" && c.ID == "" {
		return damaged(name, t.Node(id).Line, "the connector has neither a name nor an id")
	}
	for _, other := range b.config.Connectors {
		if other.ID == c.ID && c.ID != "" {
			return damaged(name, t.Node(id).Line, "the connector "+c.ID+" is there twice")
		}
	}
	f := flattener{b: b, t: t, o: &c.Object, skip: map[string]bool{"schema": true, "ma-partition-data": true, "ma-run-data": true}}
	f.element(id, "", "")
	c.finish()
	var err error
	if c.Schema, err = b.schema(t, t.Find(id, "schema")); err != nil {
		return damaged(name, t.Node(id).Line, err.Error())
	}
	c.Partitions = b.parts(t, t.Find(id, "ma-partition-data"), "partition", KindPartition)
	c.Profiles = b.parts(t, t.Find(id, "ma-run-data"), "run-configuration", KindProfile)
	b.config.Connectors = append(b.config.Connectors, c)
	return nil
}

// parts reads the partitions or run profiles below parent.
func (b *Builder) parts(t *xmltree.Tree, parent xmltree.ID, element string, kind Kind) []*Object {
	var out []*Object
	t.Kids(parent, func(id xmltree.ID) {
		o := &Object{Kind: kind, ID: guid(t.Value(id, "id")), Name: b.text(t.Value(id, "name"))}
		if !strings.EqualFold(t.Node(id).Name, element) {
			o.Name = cmp.Or(o.Name, b.text(t.Node(id).Name)) // not known: compared under its own name
		}
		f := flattener{b: b, t: t, o: o}
		f.element(id, "", "")
		o.finish()
		out = append(out, o)
	})
	slices.SortStableFunc(out, func(x, y *Object) int { return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	return out
}

// text gives one copy of a text, so that the document can be let go.
func (b *Builder) text(s string) string {
	if s == "" {
		return ""
	}
	if have, ok := b.texts[s]; ok {
		return have
	}
	s = strings.Clone(s)
	b.texts[s] = s
	return s
}

// key gives one copy of a path in lower case.
func (b *Builder) key(path string) string {
	if k, ok := b.keys[path]; ok {
		return k
	}
	k := b.text(strings.ToLower(path))
	b.keys[b.text(path)] = k
	return k
}
