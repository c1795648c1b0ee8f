package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

var errRefused = errors.New("invalid function")

func refuse(string) error { return errRefused }

func fill(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	for _, f := range []string{"a.db", "a.db-wal", "deep/er/b.db", "deep/c.db"} {
		path := filepath.Join(dir, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRemove(t *testing.T) {
	for name, all := range map[string]func(string) error{"at once": os.RemoveAll, "one by one": refuse} {
		t.Run(name, func(t *testing.T) {
			dir := fill(t)
			for range 2 { // the second time there is nothing left, which is no error
				if err := remove(dir, all, os.Remove); err != nil {
					t.Fatal(err)
				}
				if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
					t.Fatalf("the folder is still there: %v", err)
				}
			}
		})
	}
}

func TestRemove_leavesWhatALinkPointsTo(t *testing.T) {
	dir := fill(t)
	other := filepath.Join(t.TempDir(), "other")
	if err := os.MkdirAll(other, 0o700); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(other, "kept")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, filepath.Join(dir, "link")); err != nil {
		t.Skip("no links here:", err)
	}
	if err := remove(dir, refuse, os.Remove); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error("what the link pointed to is gone:", err)
	}
}

func TestRemove_saysWhatStays(t *testing.T) {
	dir := fill(t)
	held := filepath.Join(dir, "deep", "c.db")
	err := remove(dir, refuse, func(path string) error {
		if path == held {
			return &fs.PathError{Op: "remove", Path: path, Err: fs.ErrPermission}
		}
		return os.Remove(path)
	})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want that it was not permitted", err)
	}
	if _, err := os.Stat(held); err != nil {
		t.Error("what could not be removed is not there:", err)
	}
	for _, gone := range []string{"a.db", "deep/er"} {
		if _, err := os.Stat(filepath.Join(dir, gone)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s could be removed and is still there", gone)
		}
	}
}

func TestRemove_noFolder(t *testing.T) {
	nothing := func(string) error { t.Error("nothing may be removed"); return nil }
	if err := remove("", nothing, nothing); err != nil {
		t.Error(err)
	}
}
