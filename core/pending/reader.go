package pending

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of this package.
const (
	CodeNotReadable problem.Code = "pending.not-readable" // the table or a needed column is not there
	CodeGone        problem.Code = "pending.object.gone"  // the object is not there any more
)

// Names of the tables that are read.
const (
	tObject     = "mms_connectorspace"
	tLink       = "mms_csmv_link"
	tReference  = "mms_cs_link"
	tMetaverse  = "mms_metaverse"
	tMultivalue = "mms_metaverse_multivalue"
	tMVLink     = "mms_mv_link"
	tRun        = "mms_run_history"
)

// transientParent is the parent of rows that exist only while a run goes on, and
// rootParent that of rows without a parent ([MS-UPSDBDAP]).
const (
	transientParent = "00000000-0000-0000-0000-000000000001"
	rootParent      = "00000000-0000-0000-0000-000000000000"
)

// Reader reads one database. Its methods may be called from any goroutine; calls
// wait for each other.
type Reader struct {
	q          adsync.Querier
	layout     adsync.Layout
	connectors []facts.Connector
	threshold  Threshold
	now        func() time.Time
	close      func() error
	rareMost   int64 // rareKeys

	mu     sync.Mutex
	groups []group      // nil until counted
	errors []ErrorGroup // counted with the groups
	rare   *rare        // read with the groups
	list   *list
	tree   map[string]node // containers by id
}

// Options are what a Reader needs besides the database.
type Options struct {
	Now   func() time.Time // nil for time.Now
	Close func() error     // closes the connection with the reader; may be nil
}

// Open looks at the columns that there are. what is known of the database gives
// the connectors' names and the threshold. The problem is CodeNotReadable when
// there is no connector space to read.
func Open(ctx context.Context, db adsync.Querier, known facts.ADSync, o Options) (*Reader, error) {
	r := &Reader{q: adsync.ReadOnly(db), connectors: known.Connectors.Or(nil), now: o.Now, close: o.Close, tree: map[string]node{}, rareMost: rareKeys}
	if r.now == nil {
		r.now = time.Now
	}
	if r.close == nil {
		r.close = func() error { return nil }
	}
	r.threshold = thresholdOf(known)
	var err error
	r.layout, err = adsync.ReadLayout(ctx, r.q, tObject, tLink, tReference, tMetaverse, tMultivalue, tMVLink, tRun)
	if err != nil {
		return nil, err
	}
	for _, c := range []string{"object_id", "ma_id", "rdn", "object_type", "export_operation"} {
		if !r.layout.Has(tObject, c) {
			return nil, &problem.Problem{
				Code: CodeNotReadable, What: "The pending exports of this database cannot be read.",
				Why: fmt.Sprintf("Its table %s has no column %s, or this login may not see it.", tObject, c),
				Fix: "Check that it is an ADSync database and that the login may read all of it.",
			}
		}
	}
	return r, nil
}

// Close closes the connection.
func (r *Reader) Close() error { return r.close() }

// joined tells whether connector space and metaverse can be put together.
func (r *Reader) joined() bool {
	return r.layout.Has(tLink, "cs_object_id", "mv_object_id") && r.layout.Has(tMetaverse, "object_id")
}

// renames tells whether renames can be told from other updates.
func (r *Reader) renames() bool { return r.layout.Has(tObject, "pending_moveop") }

// thresholdOf reads the threshold from the global settings.
func thresholdOf(a facts.ADSync) Threshold {
	if _, ok := a.Settings.Get(); !ok {
		return Threshold{}
	}
	t := Threshold{Known: true, On: a.On(facts.SettingDeletionThreshold), Limit: 500}
	if v, ok := a.Setting(facts.SettingDeletionLimit); ok {
		var n int64
		if _, err := fmt.Sscan(v, &n); err == nil && n > 0 {
			t.Limit = n
		}
	}
	return t
}
