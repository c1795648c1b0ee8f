package pending

import (
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// Operation is what an export will do to an object.
type Operation int

// The operations. The first four are the codes of the column export_operation
// ([MS-UPSDBDAP]); Rename is an update of an object that moves, which has no code
// of its own.
const (
	Any       Operation = 0
	Add       Operation = 1
	Update    Operation = 2
	DeleteAdd Operation = 3 // deleted and made anew: the object gets another identity
	Delete    Operation = 4
	Rename    Operation = 5
)

// Operations gives all operations in the order of the list: what is lost first.
func Operations() []Operation { return []Operation{Delete, DeleteAdd, Rename, Add, Update} }

// String gives the word of csexport for the operation.
func (o Operation) String() string {
	switch o {
	case Add:
		return "add"
	case Update:
		return "update"
	case DeleteAdd:
		return "delete-add"
	case Delete:
		return "delete"
	case Rename:
		return "rename"
	case Any:
	}
	return ""
}

// ParseOperation gives the operation of a word, and false for an unknown one.
func ParseOperation(word string) (Operation, bool) {
	for _, o := range Operations() {
		if o.String() == word {
			return o, true
		}
	}
	return Any, word == ""
}

// Counts are numbers by operation. Updates do not hold the renames.
type Counts struct {
	Adds       int64 `json:"adds"`
	Updates    int64 `json:"updates"`
	Renames    int64 `json:"renames"`
	Deletes    int64 `json:"deletes"`
	DeleteAdds int64 `json:"deleteAdds"`
}

// Total gives the sum.
func (c Counts) Total() int64 { return c.Adds + c.Updates + c.Renames + c.Deletes + c.DeleteAdds }

// Gone gives how many objects are deleted, made anew afterwards or not.
func (c Counts) Gone() int64 { return c.Deletes + c.DeleteAdds }

// Of gives the number of one operation; of Any the total.
func (c Counts) Of(o Operation) int64 {
	if o == Any {
		return c.Total()
	}
	return *c.at(o)
}

func (c *Counts) at(o Operation) *int64 {
	switch o {
	case Add:
		return &c.Adds
	case Rename:
		return &c.Renames
	case Delete:
		return &c.Deletes
	case DeleteAdd:
		return &c.DeleteAdds
	default:
		return &c.Updates
	}
}

// Summary is what waits, in numbers.
type Summary struct {
	At         time.Time    `json:"at"` // when it was counted, UTC
	Threshold  Threshold    `json:"threshold"`
	Connectors []Connector  `json:"connectors"`
	Errors     []ErrorGroup `json:"errors"`          // most objects first
	Days       []Day        `json:"days"`            // run history by day, oldest first
	Lacks      []string     `json:"lacks,omitempty"` // columns that this version lacks: what they hold is not known
	Notes      []string     `json:"notes,omitempty"` // what could not be read, for a person
}

// Threshold is the setting against accidental deletes: the number of deletions in
// one export to Entra ID from which on the export is stopped.
// https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-feature-prevent-accidental-deletes
type Threshold struct {
	Known bool  `json:"known"`
	On    bool  `json:"on"`
	Limit int64 `json:"limit"`
}

// Connector is one connector in numbers.
type Connector struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	Kind         facts.ConnectorKind `json:"kind"`
	Objects      int64               `json:"objects"`
	Exports      Counts              `json:"exports"`
	Imports      Counts              `json:"imports"`
	ExportErrors int64               `json:"exportErrors"`
	ImportErrors int64               `json:"importErrors"`
	Types        []TypeCount         `json:"types"` // by object type, most exports first
	// Containers are the pending exports by OU, most first; nil when they were not
	// counted (see Reader.Containers).
	Containers []Container        `json:"containers,omitempty"`
	Severity   preflight.Severity `json:"severity"`
	Says       string             `json:"says"` // the severity in a sentence
}

// TypeCount is one object type of a connector.
type TypeCount struct {
	Type    string `json:"type"`
	Objects int64  `json:"objects"`
	Exports Counts `json:"exports"`
}

// Container is the pending exports of one OU. For Entra ID it is the OU of the
// object in Active Directory that is joined to the same metaverse object.
type Container struct {
	ID      string `json:"id"` // object_id of the OU; empty for objects joined to no directory
	DN      string `json:"dn"`
	Exports Counts `json:"exports"`
}

// ErrorGroup is one error of a connector.
type ErrorGroup struct {
	Connector string    `json:"connector"` // id
	Import    bool      `json:"import"`    // else export
	Code      string    `json:"code"`
	Objects   int64     `json:"objects"`
	Since     time.Time `json:"since,omitzero"` // of the oldest one
	Meaning   Meaning   `json:"meaning"`
}

// Day is the runs that began on one day (UTC), by how they ended.
type Day struct {
	Date     time.Time `json:"date"`
	Good     int64     `json:"good"`     // success
	Problems int64     `json:"problems"` // completed-*
	Failed   int64     `json:"failed"`   // no-start-*, stopped-* and whatever is not known
	Running  int64     `json:"running"`  // not ended
}

// Row is one object of the list.
type Row struct {
	ID        string    `json:"id"` // object_id
	Connector string    `json:"connector"`
	Operation Operation `json:"operation"` // Any when nothing is pending, as with an import error alone
	DN        string    `json:"dn"`
	Type      string    `json:"type"`
	Name      string    `json:"name,omitempty"` // display name in the metaverse
	Sign      string    `json:"signIn,omitempty"`
	Error     string    `json:"error,omitempty"`  // code of its export or import error
	Import    bool      `json:"import,omitempty"` // the error is that of an import
	Since     time.Time `json:"since,omitzero"`   // of the error
	Retries   int64     `json:"retries,omitempty"`

	parent string // object_id of the container
}
