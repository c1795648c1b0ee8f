package sample

import (
	"runtime"
	"testing"
	"time"
)

// BenchmarkMillion makes all rows of a database of a million objects.
func BenchmarkMillion(b *testing.B) {
	for _, lean := range []bool{true, false} {
		name := "whole"
		if lean {
			name = "lean"
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rows := 0
				began := time.Now()
				for table := range New(Options{Objects: 1_000_000, Lean: lean}).Tables() {
					for range table.All() {
						rows++
					}
				}
				b.ReportMetric(float64(rows), "rows")
				b.ReportMetric(float64(rows)/time.Since(began).Seconds(), "rows/s")
			}
		})
	}
}

// TestMemoryStaysFlat ranges over a large table and looks at what is alive in the
// middle of it.
func TestMemoryStaysFlat(t *testing.T) {
	alive := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const objects = 150_000
	d := New(Options{Objects: objects, HistoryDays: 1})
	before := alive()
	for _, name := range []string{"mms_connectorspace", "mms_metaverse", "mms_metaverse_lineageguid", "mms_cs_link"} {
		table, _ := d.Table(name)
		n := 0
		for range table.All() {
			if n++; n != objects/2 {
				continue
			}
			if after := alive(); after > before+8<<20 {
				t.Errorf("%s: %d bytes more are alive after %d rows", name, after-before, n)
			}
		}
	}
	runtime.KeepAlive(d)
}
