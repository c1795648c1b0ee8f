// Package wholefile replaces a file as a whole: whoever reads it, also after a
// crash or a loss of power, sees the old content or the new one, never half of
// either.
package wholefile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// half ends the name of a file that is not yet in its place. It says whose it is,
// so that Sweep touches nobody else's.
const half = ".reconnect-half"

// Write puts data into the file at path, in place of what was there. It is on
// disk under its name when Write returns. The file is readable and writable by
// its owner alone (mode 0600; on Windows it takes the access list of its folder).
// The folder must exist. With an error the old file is still there, unchanged,
// and nothing is left beside it; the error is that of the system, and wraps it.
func Write(path string, data []byte) error { return replace(path, data, create) }

// Stream is Write for content that is too large to be held: write makes it. When
// write gives an error the old file stays, and its error is given.
func Stream(path string, write func(io.Writer) error) error {
	return replaceBy(path, func(f file) error {
		buffered := bufio.NewWriterSize(f, 1<<16)
		return errors.Join(write(buffered), buffered.Flush())
	}, create)
}

// file is what Write needs of *os.File.
type file interface {
	Write(p []byte) (int, error)
	Sync() error
	Close() error
}

// create makes a new file beside the one to be replaced.
func create(path string) (f file, name string, err error) {
	made, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*"+half)
	if err != nil {
		return nil, "", named(err, path)
	}
	return made, made.Name(), nil
}

// named names in an error the file that was meant, not the half-written one that
// nobody knows of.
func named(err error, path string) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return &fs.PathError{Op: p.Op, Path: path, Err: p.Err}
	}
	return err
}

// replace is Write with the way to make the new file.
func replace(path string, data []byte, create func(path string) (file, string, error)) error {
	return replaceBy(path, func(f file) error {
		_, err := f.Write(data)
		return err
	}, create)
}

// replaceBy is replace for whoever writes by himself.
func replaceBy(path string, write func(file) error, create func(path string) (file, string, error)) error {
	f, name, err := create(path)
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = rename(name, path)
	}
	if err != nil {
		return errors.Join(err, gone(os.Remove(name)))
	}
	return SyncDir(filepath.Dir(path))
}

// gone drops the error of removing a file that is not there.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Sweep removes the half-written files that a program which was killed in Write
// left in dir. Nobody may be writing there. A folder that does not exist has none.
func Sweep(dir string) error {
	list, err := os.ReadDir(dir)
	if err != nil {
		return gone(err)
	}
	var failed []error
	for _, e := range list {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), ".") && strings.HasSuffix(e.Name(), half) {
			failed = append(failed, gone(os.Remove(filepath.Join(dir, e.Name()))))
		}
	}
	return errors.Join(failed...)
}
