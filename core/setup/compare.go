package setup

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// Comparer reads two configurations and compares them. It never writes.
type Comparer interface {
	// Compare compares the active server's configuration with the new one's. The
	// error is a *problem.Problem; its Detail or What names the side at fault.
	Compare(ctx context.Context, active, fresh CompareSide, say func(string)) (compare.Report, error)
}

// CompareSide says where one configuration is: in an exported folder or .zip when
// Path is set, else in a database.
type CompareSide struct {
	Path     string
	SQL      answers.SQL
	Password secret.Value
	// Input is what the inputs of this side are called, "" where there are none; see Blame.
	Input problem.Field
}

// Blame makes the problem of reading a side belong to its inputs: Input.path, or
// Input and the field of the connection, such as Input.sql.server.
func (c CompareSide) Blame(err error) error {
	p := problem.As(err)
	switch {
	case p == nil || c.Input == "":
		return err
	case c.Path != "":
		return p.On(c.Input + ".path")
	case p.Field == "":
		return err
	default:
		return p.On(c.Input + "." + p.Field)
	}
}

// PracticeExport as a path stands for the sample export of the active server that
// a practice site has.
const PracticeExport = "practice"
