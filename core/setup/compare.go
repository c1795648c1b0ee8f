package setup

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
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
}

// PracticeExport as a path stands for the sample export of the active server that
// a practice site has.
const PracticeExport = "practice"
