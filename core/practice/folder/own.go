package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lockName is the file in a folder by which its owner holds it. The lock ends with
// the process, however that ends.
const lockName = "owner.lock"

// New makes a folder with a name of its own under dir (empty for that of the system's
// temporary files) and holds it until release is called or the process ends. Remove
// it after release.
func New(dir, prefix string) (path string, release func(), err error) {
	if path, err = os.MkdirTemp(dir, prefix); err != nil {
		return "", nil, err
	}
	if release, err = hold(filepath.Join(path, lockName)); err != nil {
		return "", nil, errors.Join(fmt.Errorf("hold the folder %s: %w", path, err), Remove(path))
	}
	return path, release, nil
}

// youngFor is how long a folder without a lock may be one that is just being made.
const youngFor = time.Hour

// Sweep removes the folders under dir (as New) of that prefix that nobody holds any
// more, as a process that was killed leaves them. What it may not remove stays: the
// next one tries again.
func Sweep(dir, prefix string, now time.Time) {
	if dir == "" {
		dir = os.TempDir()
	}
	paths, err := filepath.Glob(filepath.Join(dir, prefix+"*"))
	if err != nil { // the name of the folder is no pattern
		return
	}
	for _, path := range paths {
		lock := filepath.Join(path, lockName)
		info, err := os.Lstat(lock)
		if errors.Is(err, os.ErrNotExist) {
			sweepUnheld(path, now)
		}
		if err != nil || !info.Mode().IsRegular() || held(lock) {
			continue
		}
		_ = Remove(path) // of another user, or one that another program of ours removes now
	}
}

// sweepUnheld removes an old folder that is empty: its owner was killed before it
// could hold it. Anything else without a lock is not ours to remove.
func sweepUnheld(path string, now time.Time) {
	info, err := os.Lstat(path)
	if err == nil && info.IsDir() && now.Sub(info.ModTime()) > youngFor {
		_ = os.Remove(path) // refuses a folder that holds something
	}
}
