package sample

import (
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
