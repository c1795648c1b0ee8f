package export

import (
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare/comparetest"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare/xmltree"
)

// sizes are the numbers of rules that are measured.
var sizes = []int{comparetest.DefaultRules, 10 * comparetest.DefaultRules, 50 * comparetest.DefaultRules}

// BenchmarkParse only parses the documents of two sides: what comparing cannot be below.
func BenchmarkParse(b *testing.B) {
	for _, n := range sizes {
		files := comparetest.New(n).FS()
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range 2 {
					parseAll(b, files)
				}
			}
		})
	}
}

func parseAll(b *testing.B, files fs.FS) {
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := readFile(files, name)
		if err != nil {
			return err
		}
		text, err := xmltree.Decode(data)
		if err != nil {
			return err
		}
		_, err = xmltree.Parse(text)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkCompareSame reads two equal sides and compares them.
func BenchmarkCompareSame(b *testing.B) {
	for _, n := range sizes {
		files := comparetest.New(n).FS()
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) { compareAll(b, files, files, 0) })
	}
}

// BenchmarkCompareChanged reads a side and one in which every tenth rule differs.
func BenchmarkCompareChanged(b *testing.B) {
	for _, n := range sizes {
		base := comparetest.New(n)
		other := base.Clone()
		changed := 0
		for k := 0; k < n; k += 10 {
			other = other.Edit(comparetest.Rule(k), "<csValue>User_</csValue>", "<csValue>Person_</csValue>")
			changed++
		}
		x, y := base.FS(), other.FS()
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) { compareAll(b, x, y, changed) })
	}
}

func compareAll(b *testing.B, x, y fs.FS, want int) {
	b.ReportAllocs()
	for b.Loop() {
		left, err := Read(b.Context(), x, "a")
		if err != nil {
			b.Fatal(err)
		}
		right, err := Read(b.Context(), y, "b")
		if err != nil {
			b.Fatal(err)
		}
		if r := compare.Compare(left, right, time.Now()); len(r.Differences) != want {
			b.Fatalf("%d differences, want %d: %+v", len(r.Differences), want, r.Differences[:min(2, len(r.Differences))])
		}
	}
}
