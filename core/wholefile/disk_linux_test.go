package wholefile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// tinyDisk mounts a file system in memory of 64 KiB.
func tinyDisk(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=65536,mode=0700"); err != nil {
		t.Skip("mounting a tiny disk takes root: " + err.Error())
	}
	t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

func TestWrite_diskFull(t *testing.T) {
	path := filepath.Join(tinyDisk(t), "vault.json")
	must(t, Write(path, []byte("old")))
	if err := Write(path, bytes.Repeat([]byte("x"), 1<<20)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	holds(t, path, "old")
	must(t, Write(path, []byte("new, as the half-written file gave its space back")))
}

func TestWrite_readOnlyDisk(t *testing.T) {
	dir := tinyDisk(t)
	path := filepath.Join(dir, "vault.json")
	must(t, os.WriteFile(path, []byte("old"), 0o600))
	must(t, syscall.Mount("none", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	if err := Write(path, []byte("new")); !errors.Is(err, syscall.EROFS) {
		t.Errorf("got %v", err)
	}
	holds(t, path, "old")
}
