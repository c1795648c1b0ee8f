// Package compare finds out how the configuration of two Microsoft Entra Connect
// servers differs, and what each difference means. It is pure: it takes the texts
// of two configurations in the form of the product's export and gives a Report.
//
// Nothing is compared by a list of known fields. Every element of the export
// becomes a property of an object; tables then say which properties are expected
// to differ, which are dangerous, and what follows. A property that no table knows
// is compared all the same and needs attention. What is deliberately not compared
// stands in NotCompared, with the reason.
//
// Form of the export: Get-ADSyncServerConfiguration, as described by
// https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-staging-server
// and by the public exports that its readers are tested with.
package compare

import (
	"sort"
	"strings"
	"time"
)

// SourceKind says where a configuration was read from.
type SourceKind string

// The kinds of sources.
const (
	FromExport   SourceKind = "export"   // a folder or .zip that Get-ADSyncServerConfiguration wrote
	FromDatabase SourceKind = "database" // an ADSync database
)

// Source says what a configuration was read from.
type Source struct {
	Kind     SourceKind `json:"kind"`
	Label    string     `json:"label"`            // folder, or server and database, for a person
	Server   string     `json:"server,omitempty"` // name of the synchronization server, where it is known
	Version  string     `json:"version,omitempty"`
	Exported time.Time  `json:"exported,omitzero"` // UTC; zero when it is not known
	Staging  *bool      `json:"staging,omitempty"` // nil when it is not known
	Notes    []string   `json:"notes,omitempty"`   // what was odd about the source
}

// Config is the configuration of one server.
type Config struct {
	Source     Source
	Settings   *Object // global settings
	Metaverse  *Schema
	Connectors []*Connector
	Rules      []*Rule

	lacks []lack // what this kind of source never says
}

// Kind is the kind of an object.
type Kind string

// The kinds of objects.
const (
	KindSettings  Kind = "settings"
	KindMetaverse Kind = "metaverse"
	KindConnector Kind = "connector"
	KindPartition Kind = "partition"
	KindProfile   Kind = "run profile"
	KindRule      Kind = "rule"
)

// Object is one thing of a configuration with all its properties.
type Object struct {
	Kind  Kind
	ID    string // GUID, lower case, without braces; may be empty
	Name  string
	Props []Prop // sorted by Key; empty values are left out
}

// Prop is one property: an element or attribute of the export.
type Prop struct {
	Key    string   // Path in lower case, by which two sides are matched
	Path   string   // "private-configuration/adma-configuration/forest-name"
	Values []string // one, or those of a list
	Order  bool     // of Values counts
	Secret bool     // the values are masked already
}

// Value gives the value of a property by its path, or "".
func (o *Object) Value(path string) string {
	if p := o.prop(path); p != nil {
		return strings.Join(p.Values, ", ")
	}
	return ""
}

// prop finds a property, or gives nil.
func (o *Object) prop(path string) *Prop {
	key := strings.ToLower(path)
	i := sort.Search(len(o.Props), func(i int) bool { return o.Props[i].Key >= key })
	if i < len(o.Props) && o.Props[i].Key == key {
		return &o.Props[i]
	}
	return nil
}

// Connector is one connector with what belongs to it.
type Connector struct {
	Object
	Schema     *Schema
	Partitions []*Object
	Profiles   []*Object
}

// Entra tells whether this is the connector to Microsoft Entra ID, whose id is
// the same on every server.
func (c *Connector) Entra() bool {
	return c.ID == entraConnector || strings.EqualFold(c.Value("subtype"), entraSubtype)
}

const (
	entraConnector = "b891884f-051e-4a83-95af-2544101c9083"
	entraSubtype   = "Windows Azure Active Directory (Microsoft)"
)

// Rule is one synchronization rule.
type Rule struct {
	Object
	Connector  string // GUID of its connector
	Tag        string // of Microsoft's own rules; empty for custom ones
	Inbound    bool
	Disabled   bool
	Precedence int
	Source     string // type of the objects it reads
	Target     string // type of the objects it writes
	Scope      [][]Condition
	Joins      [][]Join
	Mappings   []Mapping

	file string
}

// Condition is one clause of a scoping filter. The clauses of a group hold all
// together, of the groups one is enough.
type Condition struct{ Attribute, Operator, Value, Extra string }

// Join is one condition of a join rule.
type Join struct {
	CS, MV    string
	Sensitive bool
	Extra     string
}

// Mapping is one attribute flow (transformation).
type Mapping struct {
	Dest       string
	Sources    []string
	Literal    string // a constant
	Expression string
	Merge      string
	Once       bool
	Extra      string // what is not known of it, as name=value
}

// Schema is a schema of the metaverse or of a connector.
type Schema struct {
	Classes    map[string]*Class     // by name in lower case
	Attributes map[string]*Attribute // by name in lower case
}

// Class is one object type of a schema.
type Class struct {
	Name       string
	Attributes []string // names, "!" behind those that are required; sorted without case
	Extra      string
}

// Attribute is one attribute of a schema.
type Attribute struct{ Name, Text string }

// lack is a property that a kind of source never says, and why.
type lack struct {
	kind   Kind
	prefix string // of the key
	why    string
}

// lacking tells why a source does not say a property, or "".
func (c *Config) lacking(kind Kind, key string) string {
	for _, l := range c.lacks {
		if l.kind == kind && (key == l.prefix || strings.HasPrefix(key, l.prefix+"/") || strings.HasPrefix(key, l.prefix+"@")) {
			return l.why
		}
	}
	return ""
}
