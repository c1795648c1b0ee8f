package adsync

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// recorder is a Querier that remembers what was asked.
type recorder struct {
	db    *sql.DB
	texts []string
	args  [][]any
}

func (r *recorder) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.texts, r.args = append(r.texts, query), append(r.args, args)
	return r.db.QueryContext(ctx, query, args...)
}

// bare sends the same statements through the driver alone and scans their rows raw.
func (r *recorder) bare(ctx context.Context) error {
	for i, text := range r.texts {
		if err := scanRaw(ctx, r.db, text, r.args[i]); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

func scanRaw(ctx context.Context, db *sql.DB, text string, args []any) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(names))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// BenchmarkRead measures the whole inspection beside the same statements through
// the bare driver, in the same run. The sizes are 10,000 and 100,000 objects, and
// 1,000,000 when RECONNECT_BENCH_LARGE is set. "x-bare" is the time against the
// bare driver's; "bytes-held" is what is still held after the reading.
func BenchmarkRead(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("RECONNECT_BENCH_LARGE") != "" && !testing.Short() {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			o := sample.Default()
			o.Now, o.Objects, o.Lean = testNow, n, true
			s := practiceSite(b, tsql.Config{}, tablesOf(sample.New(o))...)
			measure(b, s.db)
		})
	}
}

// measure reads and replays by turns.
func measure(b *testing.B, db *sql.DB) {
	opt := quick()
	opt.Wait = time.Nanosecond
	var ours, bare time.Duration
	var held, peak uint64
	var once sync.Once
	for b.Loop() {
		rec := &recorder{db: db}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		from := time.Now()
		a, err := Read(b.Context(), rec, opt)
		ours += time.Since(from)
		if err != nil {
			b.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		peak = after.TotalAlloc - before.TotalAlloc
		runtime.GC()
		runtime.ReadMemStats(&after)
		held = after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)
		from = time.Now()
		if err := rec.bare(b.Context()); err != nil {
			b.Fatal(err)
		}
		bare += time.Since(from)
		once.Do(func() {
			b.Logf("%d objects in the metaverse, %d statements", a.Objects.Value, len(rec.texts))
		})
		runtime.KeepAlive(a)
	}
	b.ReportMetric(float64(ours)/float64(bare), "x-bare")
	b.ReportMetric(float64(held), "bytes-held")
	b.ReportMetric(float64(peak), "bytes-allocated")
}
