// Package tds is the wire side of the practice SQL Server: TDS 7.4 and the
// TDS 8.0 "strict" handshake, login, tokens, types, cancelling and bulk load,
// over any net.Listener or net.Conn. It knows no SQL: a Backend answers.
// Sources: the [MS-TDS] open specification and [MC-SQLR] for the browser.
package tds

import "context"

// Backend accepts logins. Login returns a *ServerError (18456 for a refused
// login, 4060 for a database that cannot be opened) or a session.
type Backend interface {
	Login(ctx context.Context, l LoginRequest) (Session, error)
}

// LoginRequest is what a client says when it signs in. Password is in the clear
// here, inside this process only; it is never logged.
type LoginRequest struct {
	Host, User, Password, App, Server, Library, Language, Database string
	PID                                                            int // the client's process id, as it says itself
	ReadOnlyIntent                                                 bool
	Encrypted                                                      bool
	Transport                                                      string // "TCP"
}

// Session is one connection's state on the backend. Calls come one at a time;
// ctx ends when the client cancels (attention) or goes away. An error that is a
// *ServerError is sent as an ERROR token with its number, class and state; any
// other error is sent as 50000 class 16. Results go to w as they are made, so
// that large results stream.
type Session interface {
	// Batch runs a SQL batch. A batch may give several results.
	Batch(ctx context.Context, text string, w ResultWriter) error
	// ExecuteSQL runs sp_executesql: a text with named parameters ("@p1").
	ExecuteSQL(ctx context.Context, text string, params []Param, w ResultWriter) error
	// Call runs a procedure by name, with positional (Name "") or named parameters,
	// and gives its return status. Values for output parameters are set in params.
	Call(ctx context.Context, procedure string, params []Param, w ResultWriter) (status int32, err error)
	// Begin, Commit and Rollback are the transaction manager's requests.
	Begin(ctx context.Context) error
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
	// BulkLoad takes the rows of an INSERT BULK, whose text was run by Batch just
	// before. next gives false at the end.
	BulkLoad(ctx context.Context, columns []Column, next func() ([]any, bool, error)) (rows int64, err error)
	// Reset puts the session back to how it was after login (sp_reset_connection).
	Reset(ctx context.Context) error
	// InTransaction tells whether a transaction is open, for the ENVCHANGE tokens
	// when Batch text begins or ends one, and its id.
	InTransaction() (id uint64, open bool)
	// Database is the current database, for the ENVCHANGE token after USE.
	Database() string
	Close() error
}

// ResultWriter takes the results of one request, in order: for each result
// Columns then Row for each row then Done; for a statement without rows Done
// alone. Info sends an informational message. Row returns an error when the
// client cancelled or went away: stop then and return it. The slice given to
// Row is valid only during the call.
type ResultWriter interface {
	Columns(columns []Column) error
	Row(values []any) error
	Done(rows int64, counted bool) error
	Info(e ServerError)
}

// Kind is a SQL Server type.
type Kind uint8

// The types of the documented subset.
const (
	KindNull Kind = iota
	Bit
	TinyInt
	SmallInt
	Int
	BigInt
	Real
	Float
	Decimal // also numeric
	Money
	SmallMoney
	Char
	VarChar
	Text
	NChar
	NVarChar
	NText
	Binary
	VarBinary
	Image
	DateTime
	SmallDateTime
	Date
	Time
	DateTime2
	DateTimeOffset
	UniqueIdentifier
	XML
	SQLVariant
)

// Type is a SQL Server type with its facets. Length counts characters for
// character types and bytes for binary ones; -1 means max.
type Type struct {
	Kind      Kind
	Length    int
	Precision uint8
	Scale     uint8
}

// Column describes one column of a result or of a bulk load.
type Column struct {
	Name     string
	Type     Type
	Nullable bool
	Identity bool
}

// Param is a parameter of a call. Value is one of the Go types that Row takes:
// nil, bool, int64, float64, string, []byte, time.Time, GUID, Number. The same
// types stand for column values: bool for bit, int64 for the integers, float64
// for real and float, Number for decimal and money, string for character types
// and XML, []byte for binary ones, time.Time for all dates and times, GUID for
// uniqueidentifier, and for SQLVariant a Variant.
type Param struct {
	Name   string // with its "@", empty for a positional one
	Type   Type
	Value  any
	Output bool
}

// GUID is a uniqueidentifier in the order in which its text is written.
type GUID [16]byte

// Number is a decimal as text: "-12.50".
type Number string

// Variant is the value of a sql_variant column, with the type inside it.
type Variant struct {
	Type  Type
	Value any
}

// ServerError is an error or message with SQL Server's own number, class
// (severity) and state.
type ServerError struct {
	Number    int32
	Class     uint8
	State     uint8
	Message   string
	Procedure string
	Line      int32
}

// Error gives the message.
func (e *ServerError) Error() string { return e.Message }
