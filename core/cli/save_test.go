package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
)

// A report takes the place of an older one as a whole: whoever has that one open, or
// a second name for it, still sees it unchanged.
func TestSave_replacesTheWholeFile(t *testing.T) {
	for name, save := range map[string]func(path string) error{
		"report":  func(path string) error { return writeReport(path, report.Record{}) },
		"compare": func(path string) error { return saveComparison(path, &compare.Report{}) },
		"review":  func(path string) error { return Review{}.save(path) },
	} {
		dir := t.TempDir()
		path, old := filepath.Join(dir, "r.json"), filepath.Join(dir, "old.json")
		if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(path, old); err != nil {
			t.Skipf("this file system has no second names: %v", err)
		}
		if err := save(path); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		now, err := os.ReadFile(path)
		before, errOld := os.ReadFile(old)
		if err != nil || errOld != nil || len(now) == 0 || string(now) == "before" || string(before) != "before" {
			t.Errorf("%s: now %.40q (%v), before %.40q (%v)", name, now, err, before, errOld)
		}
	}
}
