package chart

import "testing"

func TestAxesEndAtRoundNumbers(t *testing.T) {
	for _, c := range []struct {
		most float64
		n    int
		want float64
	}{{0, 2, 2}, {1, 3, 3}, {46, 2, 50}, {99, 2, 100}, {287, 3, 300}, {12_840, 2, 16_000}, {1_060_000, 2, 1_200_000}, {5, 2, 6}} {
		if got := top(c.most, c.n); got != c.want {
			t.Errorf("up to %v in %d steps: %v, want %v", c.most, c.n, got, c.want)
		}
	}
}
