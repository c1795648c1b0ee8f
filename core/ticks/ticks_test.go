package ticks_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/ticks"
)

func TestStore_remembers(t *testing.T) {
	s := ticks.Store{Dir: filepath.Join(t.TempDir(), "new", "folder")}
	if got, err := s.Load("abc"); err != nil || len(got) != 0 {
		t.Fatalf("%v, %v", got, err)
	}
	at := time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	for _, want := range []map[string]time.Time{{"a": at, "b": at.Add(time.Hour)}, {"b": at}, {}} {
		if err := s.Save("abc", want); err != nil {
			t.Fatal(err)
		}
		got, err := s.Load("abc")
		if err != nil || len(got) != len(want) || !got["b"].Equal(want["b"]) || !got["a"].Equal(want["a"]) {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
	}
	if got, err := s.Load("other"); err != nil || len(got) != 0 {
		t.Errorf("another database has the ticks of this one: %v, %v", got, err)
	}
}

func TestStore_keysAreFilesOfTheFolder(t *testing.T) {
	dir := t.TempDir()
	s := ticks.Store{Dir: filepath.Join(dir, "in")}
	if err := s.Save("../../x y", map[string]time.Time{"a": time.Now()}); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "in", "tasks-*.json")); len(files) != 1 {
		t.Errorf("files %v", files)
	}
}

// A damaged file is said and kept, never overwritten.
func TestStore_damaged(t *testing.T) {
	s := ticks.Store{Dir: t.TempDir()}
	path := filepath.Join(s.Dir, "tasks-abc.json")
	for i, bad := range []string{"", "{", `{"format": 99, "key": "abc"}`, `{"format": 1, "key": "other"}`} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load("abc"); problem.As(err) == nil || problem.As(err).Code != ticks.CodeDamaged {
			t.Errorf("%q: %v", bad, err)
		}
		if err := s.Save("abc", map[string]time.Time{"a": time.Now()}); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Load("abc"); err != nil || len(got) != 1 {
			t.Errorf("afterwards: %v, %v", got, err)
		}
		if kept, _ := filepath.Glob(path + ".damaged-*"); len(kept) != i+1 {
			t.Errorf("%d damaged files are kept, want %d", len(kept), i+1)
		}
	}
}

func TestStore_folderCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := ticks.Store{Dir: filepath.Join(file, "below")}.Save("abc", nil)
	if p := problem.As(err); p == nil || p.Code != ticks.CodeUnsaved {
		t.Errorf("%v", err)
	}
}
