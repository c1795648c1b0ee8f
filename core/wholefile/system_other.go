//go:build !windows

package wholefile

import (
	"errors"
	"os"
)

// rename puts a file in the place of another one. SyncDir makes it durable.
func rename(from, to string) error { return os.Rename(from, to) }

// SyncDir waits until the names in a folder are on disk: after a file in it was
// made, renamed or removed.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
