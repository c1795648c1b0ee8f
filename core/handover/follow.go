package handover

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxRead is how much of a trace log one look takes in, in bytes; a longer one is
// taken in over several looks.
const maxRead = 4 << 20

// Follower reads the newest trace log of a folder as it grows, and goes over to a
// newer one when there is one.
type Follower struct {
	dir    string
	old    []string // files of earlier runs, which count for nothing
	file   string   // base name of the one that is read
	offset int64
	reader lineReader
	trace  Trace
}

// TraceFiles lists the trace logs of a folder, by name. A folder that is not there
// holds none.
func TraceFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if isTrace(e.Name()) && !e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// NewFollower follows the trace logs of dir, but for those that are old.
func NewFollower(dir string, old []string) *Follower {
	return &Follower{dir: dir, old: old}
}

// File gives the path of the log that is read, empty before there is one.
func (f *Follower) File() string {
	if f.file == "" {
		return ""
	}
	return filepath.Join(f.dir, f.file)
}

// Read takes in what was written since the last call and gives what the log has
// told so far. The error says why it could not be read; what it told stays.
func (f *Follower) Read() (Trace, error) {
	newest, err := f.newest()
	if err != nil || newest == "" {
		return f.trace, err
	}
	if newest != f.file {
		if err := f.take(); f.file != "" && err != nil { // the end of the one before
			return f.trace, err
		}
		f.file, f.offset, f.reader = newest, 0, lineReader{}
	}
	return f.trace, f.take()
}

// newest gives the name of the newest log. Their names hold the time; the time of
// the file counts first, as clocks are put back.
func (f *Follower) newest() (string, error) {
	names, err := TraceFiles(f.dir)
	if err != nil {
		return "", err
	}
	best, bestTime := "", int64(0)
	for _, name := range names {
		if slices.ContainsFunc(f.old, func(o string) bool { return strings.EqualFold(o, name) }) {
			continue
		}
		info, err := os.Stat(filepath.Join(f.dir, name))
		if err != nil {
			continue // gone in this moment
		}
		if t := info.ModTime().UnixNano(); best == "" || t > bestTime || t == bestTime && name > best {
			best, bestTime = name, t
		}
	}
	return best, nil
}

// take reads on in the file. One that got shorter was written anew.
func (f *Follower) take() error {
	if f.file == "" {
		return nil
	}
	file, err := os.Open(f.File())
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() < f.offset {
		f.offset, f.reader = 0, lineReader{}
	}
	data, err := io.ReadAll(io.NewSectionReader(file, f.offset, maxRead))
	f.offset += int64(len(data))
	for _, l := range f.reader.feed(data) {
		f.trace = f.trace.with(l)
	}
	return err
}
