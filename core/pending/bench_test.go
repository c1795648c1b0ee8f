package pending_test

import (
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
)

// BenchmarkMillion reads 1,000,000 pending exports over the wire. Making them
// takes minutes, so that it runs only when RECONNECT_BENCH_LARGE is set:
//
//	RECONNECT_BENCH_LARGE=1 go test -tags ci -run - -bench Million -benchtime 20x ./core/pending
func BenchmarkMillion(b *testing.B) {
	if os.Getenv("RECONNECT_BENCH_LARGE") == "" {
		b.Skip("RECONNECT_BENCH_LARGE is not set")
	}
	r, site := open(b, "healthy", func(o *sample.Options) {
		o.Lean, o.HistoryDays, o.ADExports = true, 1, sample.Pending{}
		o.Exports = sample.Pending{Adds: 300_000, Updates: 640_000, Renames: 5_000, Deletes: 60_000}
		o.ExportErrors = 2_000
	})
	once := func(b *testing.B, work func() error) {
		b.Helper()
		for b.Loop() {
			if err := work(); err != nil {
				b.Fatal(err)
			}
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		statements := 0 // which the practice server writes down, for its tests
		for _, text := range site.Statements() {
			statements += len(text)
		}
		b.ReportMetric((float64(m.HeapAlloc)-float64(statements))/(1<<20), "heapMB")
	}
	b.Run("count", func(b *testing.B) {
		once(b, func() error {
			r.Refresh()
			_, err := r.Summary(b.Context(), quiet)
			return err
		})
	})
	b.Run("open", func(b *testing.B) { // two lists that the count tells all about
		once(b, func() error {
			_, err := r.Page(b.Context(), pending.Query{Type: "group"}, pending.Cursor{}, 1)
			if err == nil {
				_, err = r.Page(b.Context(), pending.Query{}, pending.Cursor{}, 1)
			}
			return err
		})
	})
	page := func(name string, at pending.Cursor) {
		b.Run(name, func(b *testing.B) {
			once(b, func() error {
				_, err := r.Page(b.Context(), pending.Query{}, at, pending.PageSize)
				return err
			})
		})
	}
	page("page1", pending.Cursor{})
	far := pending.Cursor{}
	for n := range 9_000 {
		if n == 5_000 {
			page("page5001", far)
		}
		p, err := r.Page(b.Context(), pending.Query{}, far, pending.PageSize)
		if err != nil {
			b.Fatal(err)
		}
		far = *p.Next
	}
	page("page9001", far)
	page("lastPage", pending.Cursor{End: true})
	b.Run("csv", func(b *testing.B) { // one file, whatever -benchtime says: it reads everything
		begin := time.Now()
		if _, err := r.CSV(b.Context(), pending.Query{}, io.Discard, func(int64, int64) {}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(begin).Seconds(), "s/file")
		b.ReportMetric(0, "ns/op")
	})
}
