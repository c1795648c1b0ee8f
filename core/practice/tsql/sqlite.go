package tsql

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"modernc.org/sqlite"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// scalar is a function that the translation calls. NULL arguments are its own
// business; errors should be *tds.ServerError.
type scalar func(args []driver.Value) (driver.Value, error)

// sqliteDriver has our functions and collations; the package-level driver of
// modernc.org/sqlite stays as it is.
var sqliteDriver = sync.OnceValue(func() *sqlite.Driver {
	d := new(sqlite.Driver)
	for _, c := range allCollations {
		must(d.RegisterCollationUtf8(c.sqlName(), c.compare))
	}
	must(d.RegisterCollationUtf8("tsql_dec", compareDecimals))
	for name, f := range scalars {
		must(d.RegisterFunction(name, &sqlite.FunctionImpl{
			NArgs: -1, Deterministic: !volatileScalars[name], VolatileArgs: true,
			Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
				v, err := f(args)
				if err == nil {
					return v, nil
				}
				return nil, callbackError{asServerError(err)}
			},
		}))
	}
	must(d.RegisterFunction("tsql_sumdec", &sqlite.FunctionImpl{
		NArgs: -1, Deterministic: true, VolatileArgs: true,
		MakeAggregate: func(sqlite.FunctionContext) (sqlite.AggregateFunction, error) { return &decimalSum{}, nil },
	}))
	return d
})

// must panics on an error which can only be a mistake in this package.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// volatileScalars give another result at each call.
var volatileScalars = words("tsql_newid tsql_ident tsql_sess tsql_rand")

// convSpec is a conversion which the translation refers to by number.
type convSpec struct {
	from, to tds.Type
	style    int
	try      bool
	store    string // "db.schema.table\x00column" of an assignment: truncation is an error then
}

var (
	convMu    sync.RWMutex
	convByID  []convSpec
	convIndex = map[convSpec]int{}
)

func convID(c convSpec) int {
	convMu.Lock()
	defer convMu.Unlock()
	if id, ok := convIndex[c]; ok {
		return id
	}
	convByID = append(convByID, c)
	convIndex[c] = len(convByID) - 1
	return len(convByID) - 1
}

func convSpecOf(id int64) convSpec {
	convMu.RLock()
	defer convMu.RUnlock()
	return convByID[id]
}

// identityState counts an identity column. As in SQL Server, a rollback does
// not give numbers back.
type identityState struct {
	next, incr atomic.Int64
	last       atomic.Int64
}

var (
	identities  sync.Map // int64 -> *identityState
	identityIDs atomic.Int64
	sessions    sync.Map // int64 -> *Session
	sessionIDs  atomic.Int64
)

// sqliteConn is one connection of the embedded engine.
type sqliteConn struct{ c driver.Conn }

func openSQLite() (*sqliteConn, error) {
	// Without a busy time-out a commit that meets another connection's checkpoint
	// fails at once, which no SQL Server would do.
	c, err := sqliteDriver().Open(":memory:?_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("opening the embedded engine: %w", err)
	}
	return &sqliteConn{c}, nil
}

func (c *sqliteConn) close() error { return c.c.Close() }

func named(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}

func (c *sqliteConn) exec(ctx context.Context, text string, args ...driver.Value) (int64, error) {
	x, ok := c.c.(driver.ExecerContext)
	if !ok {
		return 0, errors.New("the embedded engine cannot execute")
	}
	r, err := x.ExecContext(ctx, text, named(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c *sqliteConn) query(ctx context.Context, text string, args []driver.Value) (driver.Rows, error) {
	x, ok := c.c.(driver.QueryerContext)
	if !ok {
		return nil, errors.New("the embedded engine cannot query")
	}
	return x.QueryContext(ctx, text, named(args))
}

func newGUID() (g tds.GUID) {
	_, err := rand.Read(g[:])
	must(err)
	g[6] = g[6]&0x0f | 0x40
	g[8] = g[8]&0x3f | 0x80
	return g
}
