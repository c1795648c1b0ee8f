// Package folder removes the temporary folders of a practice site.
package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Remove removes a folder and everything in it. It is os.RemoveAll, but goes file
// by file where that is refused: Go removes folders on Windows with a call that
// Wine and some file systems do not have (FileDispositionInformationEx,
// https://learn.microsoft.com/windows-hardware/drivers/ddi/ntddk/ns-ntddk-_file_disposition_information_ex).
// A folder that is not there is no error.
func Remove(dir string) error { return remove(dir, os.RemoveAll, os.Remove) }

// remove tries all first. The error is that of going file by file.
func remove(dir string, all, one func(string) error) error {
	if dir == "" || all(dir) == nil {
		return nil
	}
	return oneByOne(dir, one)
}

// oneByOne removes files first, then the folders that held them, deepest first.
// Links are removed, never followed. It goes on after an error, so that as little
// as possible stays.
func oneByOne(dir string, one func(string) error) error {
	var paths []string
	var errs []error
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
			return nil
		}
		paths = append(paths, path)
		return nil
	})
	errs = append(errs, err)
	for _, path := range slices.Backward(paths) {
		if err := one(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
