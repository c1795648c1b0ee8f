package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// names lists what is in a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	must(t, err)
	var out []string
	for _, e := range list {
		out = append(out, e.Name())
	}
	return out
}

// holds checks that a folder has one file, with this content.
func holds(t *testing.T, path, want string) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	if string(data) != want {
		t.Errorf("the file holds %q, want %q", data, want)
	}
	if list := names(t, filepath.Dir(path)); len(list) != 1 {
		t.Errorf("beside the file there is more: %q", list)
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a report.html")
	must(t, Write(path, []byte("first")))
	holds(t, path, "first")
	must(t, os.Chmod(path, 0o644))
	must(t, Write(path, []byte("second, longer")))
	holds(t, path, "second, longer")
	must(t, Write(path, nil))
	holds(t, path, "")
	info, err := os.Stat(path)
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("the mode is %v", info.Mode())
	}
}

func TestWrite_whereItCannot(t *testing.T) {
	dir := t.TempDir()
	if err := Write(filepath.Join(dir, "missing", "a"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder gives %v", err)
	}
	must(t, os.MkdirAll(filepath.Join(dir, "folder", "full"), 0o700))
	if err := Write(filepath.Join(dir, "folder"), []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	if list := names(t, dir); len(list) != 1 || list[0] != "folder" {
		t.Errorf("left behind: %q", list)
	}
}

func TestWrite_readOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("root writes into every folder, and Windows knows no read-only ones; the tiny disk covers read-only for root")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	must(t, Write(path, []byte("old")))
	must(t, os.Chmod(dir, 0o500))
	t.Cleanup(func() { must(t, os.Chmod(dir, 0o700)) })
	if err := Write(path, []byte("new")); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
	holds(t, path, "old")
}

// broken is a file that fails at one of its three calls.
type broken struct {
	*os.File
	at string
}

var errDisk = errors.New("no space left on device")

func (b broken) Write(p []byte) (int, error) {
	if b.at == "write" {
		n, err := b.File.Write(p[:len(p)/2])
		return n, errors.Join(errDisk, err)
	}
	return b.File.Write(p)
}

func (b broken) Sync() error {
	if b.at == "sync" {
		return errDisk
	}
	return b.File.Sync()
}

func (b broken) Close() error {
	err := b.File.Close()
	if b.at == "close" {
		return errors.Join(errDisk, err)
	}
	return err
}

func TestWrite_diskFailsAtEveryCall(t *testing.T) {
	for _, at := range []string{"create", "write", "sync", "close"} {
		t.Run(at, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "vault.json")
			must(t, Write(path, []byte("old")))
			err := replace(path, []byte("something new"), func(path string) (file, string, error) {
				if at == "create" {
					return nil, "", errDisk
				}
				f, name, err := create(path)
				must(t, err)
				return broken{f.(*os.File), at}, name, nil
			})
			if !errors.Is(err, errDisk) {
				t.Errorf("got %v", err)
			}
			holds(t, path, "old")
		})
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	f, left, err := create(filepath.Join(dir, "vault.json"))
	must(t, err)
	must(t, f.Close())
	if !strings.HasPrefix(filepath.Base(left), ".vault.json.") {
		t.Errorf("half-written files are called %s", left)
	}
	for _, name := range []string{"vault.json", ".reconnect-half-of-somebody", "x" + half} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	must(t, os.Mkdir(filepath.Join(dir, ".folder"+half), 0o700))
	must(t, Sweep(dir))
	if list := names(t, dir); len(list) != 4 {
		t.Errorf("left: %q", list)
	}
	must(t, Sweep(filepath.Join(dir, "missing")))
}

func TestStream(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	must(t, Stream(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return err
	}))
	holds(t, path, "new")
	stopped := errors.New("stopped")
	if err := Stream(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, stopped)
	}); !errors.Is(err, stopped) {
		t.Errorf("got %v", err)
	}
	holds(t, path, "new")
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("%d files, %v", len(list), err)
	}
}
