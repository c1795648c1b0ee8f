package pending

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Object is one object in detail, as far as columns tell.
type Object struct {
	Row       Row         `json:"row"`
	Connector string      `json:"connector"` // its name
	Anchor    string      `json:"anchor,omitempty"`
	Facts     []Field     `json:"facts"`                // what other columns hold, in order
	Failures  []Failure   `json:"failures,omitempty"`   // of its export, of its import
	Refs      []Reference `json:"references,omitempty"` // pending references: group members, manager
	Images    string      `json:"images"`               // what can be said of the pending attributes
	Metaverse *Metaverse  `json:"metaverse,omitempty"`  // nil when it is joined to nothing
	Notes     []string    `json:"notes,omitempty"`      // what could not be read
}

// Failure is an error of an object. Its times and attempts are among Object.Facts.
type Failure struct {
	Import  bool    `json:"import"` // else export
	Code    string  `json:"code"`
	Detail  string  `json:"detail,omitempty"` // as stored
	Meaning Meaning `json:"meaning"`
}

// Field is a name and a value.
type Field struct{ Name, Value string }

// Reference is one value of a reference attribute that an export will write.
type Reference struct {
	Attribute string `json:"attribute"`
	Removed   bool   `json:"removed"`
	DN        string `json:"dn"`
}

// Metaverse is the metaverse object that an object is joined to.
type Metaverse struct {
	ID         string      `json:"id"`
	Type       string      `json:"type"`
	Attributes []Attribute `json:"attributes"`
	Joined     []Join      `json:"joined"` // the objects of all connectors that are joined to it
}

// Attribute is an attribute with its values; More counts those that are left out.
type Attribute struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
	More   int64    `json:"more,omitempty"`
}

// Join is an object of a connector.
type Join struct {
	ID, Connector, DN string
}

// manyValues is how many values of one kind are read of one object.
const manyValues = 200

// Object reads one object. The problem is CodeGone when it is not there any more.
func (r *Reader) Object(ctx context.Context, id string) (Object, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rows, err := r.byKeys(ctx, []string{id})
	if err != nil {
		return Object{}, err
	}
	if len(rows) == 0 {
		return Object{}, &problem.Problem{
			Code: CodeGone, What: "This object is not in the connector space any more.",
			Why: "A run has changed the database since the list was read.", Fix: "Read the list again.",
		}
	}
	if err := r.decorate(ctx, rows); err != nil {
		return Object{}, err
	}
	o := Object{Row: rows[0], Connector: r.connectorName(rows[0].Connector)}
	if err := r.columnsOf(ctx, &o); err != nil {
		return o, err
	}
	o.note(r.references(ctx, &o), "pending references")
	o.note(r.metaverseOf(ctx, &o), "metaverse object")
	return o, context.Cause(ctx)
}

func (o *Object) note(err error, what string) {
	if err != nil {
		o.Notes = append(o.Notes, "The "+what+" could not be read: "+err.Error())
	}
}

func (r *Reader) connectorName(id string) string {
	for _, c := range r.connectors {
		if c.ID == id {
			return c.Name
		}
	}
	return id
}

// factColumns are the columns that tell something to a person, with their names.
var factColumns = []Field{
	{"is_connector", "Joined to the metaverse"},
	{"connector_state", "Connector state"},
	{"import_operation", "Pending import"},
	{"creation_date", "In the connector space since"},
	{"last_import_modification_date", "Last changed by an import"},
	{"last_export_modification_date", "Last changed by an export"},
	{"count_export_error_retries", "Failed exports"},
	{"initial_export_error_date", "First failed export"},
	{"last_export_error_date", "Last failed export"},
	{"count_import_error_retries", "Failed imports"},
	{"initial_import_error_date", "First failed import"},
	{"last_import_error_date", "Last failed import"},
	{"is_pending_reference_delete", "Waits for the deletion of a reference"},
	{"is_reference_retry", "A reference is tried again"},
	{"is_phantom_delete", "Stands for a deleted object"},
}

// failureColumns tell about errors.
var failureColumns = []Field{
	{Name: "anchor"},
	{Name: "is_export_error"},
	{Name: "export_error_code"},
	{Name: "export_error_detail"},
	{Name: "is_import_error"},
	{Name: "import_error_code"},
	{Name: "import_error_detail"},
}

// columnsOf reads the columns of an object that the list does not show.
func (r *Reader) columnsOf(ctx context.Context, o *Object) error {
	list := []string{"c.[object_id] AS [object_id]"}
	for _, f := range slices.Concat(failureColumns, factColumns) {
		if col := r.layout.Quote(tObject, f.Name); col != "" {
			list = append(list, "c."+col+" AS ["+f.Name+"]")
		}
	}
	for _, image := range []string{"hologram", "deltas"} {
		if col := r.layout.Quote(tObject, image); col != "" {
			list = append(list, "DATALENGTH(c."+col+") AS ["+image+"]")
		}
	}
	rows, err := adsync.Rows(ctx, r.q, "SELECT "+strings.Join(list, ", ")+" FROM "+r.layout.From(tObject)+" c WHERE c.[object_id] = @p1", o.Row.ID)
	if err != nil || len(rows) == 0 {
		return err
	}
	row := rows[0]
	if b, ok := row.Value("anchor").([]byte); ok {
		o.Anchor = anchorText(b)
	}
	for _, f := range factColumns {
		if v := factText(f.Name, row.Value(f.Name)); v != "" {
			o.Facts = append(o.Facts, Field{f.Value, v})
		}
	}
	for _, e := range []string{"export", "import"} {
		if !row.Truth("is_" + e + "_error") {
			continue
		}
		imported := e == "import"
		code, _, _ := failure(row, imported)
		o.Failures = append(o.Failures, Failure{Import: imported, Code: code, Detail: row.Text(e + "_error_detail"), Meaning: MeaningOf(code, imported)})
	}
	o.Images = imagesText(row.Number("hologram"), row.Number("deltas"))
	return nil
}

// imagesText says what is known of the pending attributes.
func imagesText(hologram, deltas int64) string {
	const why = " in a binary form that Microsoft does not document. Which attributes change cannot be read from the database: on the server, csexport \"CONNECTOR\" FILE /f:x tells."
	switch {
	case deltas > 0:
		return fmt.Sprintf("The pending changes are stored (%d bytes)", deltas) + why
	case hologram > 0:
		return fmt.Sprintf("The object is stored (%d bytes)", hologram) + why
	}
	return "No pending changes are stored with the object."
}

// factText writes a value for a person; what is 0, false or NULL says nothing.
func factText(name string, v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return "yes"
		}
	case int64:
		switch {
		case name == "connector_state":
			return map[int64]string{1: "explicit", 2: "filtered"}[x]
		case x != 0 && name == "import_operation":
			return Operation(x).String()
		case x != 0:
			return fmt.Sprint(x)
		}
	case time.Time:
		if !x.IsZero() {
			return x.Format("2006-01-02 15:04:05") + " UTC"
		}
	}
	return ""
}

// references reads the reference values that wait for an export: their attribute
// is in a column, unlike that of other values (state 2, [MS-UPSDBDAP]).
func (r *Reader) references(ctx context.Context, o *Object) error {
	if !r.layout.Has(tReference, "object_id", "attribute_name", "state", "reference_id", "is_deleted") {
		return nil
	}
	rows, err := adsync.Rows(ctx, r.q, fmt.Sprintf("SELECT TOP (%d) k.[attribute_name] AS [attribute_name], k.[is_deleted] AS [is_deleted], "+
		"c.[rdn] AS [rdn], c.[pobject_id] AS [pobject_id] FROM %s k LEFT JOIN %s c ON c.[object_id] = k.[reference_id] "+
		"WHERE k.[object_id] = @p1 AND k.[state] = 2 ORDER BY k.[attribute_name]", manyValues, r.layout.From(tReference), r.layout.From(tObject)), o.Row.ID)
	if err != nil {
		return err
	}
	var parents []string
	for _, row := range rows {
		parents = append(parents, row.GUID("pobject_id"))
	}
	if err := r.climb(ctx, parents); err != nil {
		return err
	}
	for i, row := range rows {
		o.Refs = append(o.Refs, Reference{row.Text("attribute_name"), row.Truth("is_deleted"), r.dn(row.Text("rdn"), parents[i])})
	}
	return nil
}
