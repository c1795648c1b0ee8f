// Package logbook is the program's log: a log/slog handler that masks secrets
// before anything is kept, with the newest entries in memory for the window and
// all of them in a file.
package logbook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// CodeLogFile is the code of the problem that the log's file can't be written.
const CodeLogFile problem.Code = "log.file"

// Limits of the log.
const (
	keepEntries = 4000     // entries in memory
	keepFiles   = 20       // files of earlier runs beside this one
	fileLimit   = 16 << 20 // bytes of one file; what comes after is in memory only
)

// Entry is one line of the log. It holds no secret.
type Entry struct {
	N     int64     `json:"n"` // 1 for the first of this run
	At    time.Time `json:"at"`
	Level string    `json:"level"` // DEBUG, INFO, WARN, ERROR
	Text  string    `json:"text"`
	Attrs []Attr    `json:"attrs,omitempty"`
}

// Attr is a named value of an entry; a group's name stands before a dot.
type Attr struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// String gives the entry on one line.
func (e Entry) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %-5s %s", e.At.UTC().Format("2006-01-02T15:04:05.000Z"), e.Level, oneLine(e.Text))
	for _, a := range e.Attrs {
		fmt.Fprintf(&b, "  %s=%s", a.Name, oneLine(a.Value))
	}
	return b.String()
}

// oneLine keeps an entry on its line, so that nothing from outside can pretend to
// be another entry.
func oneLine(s string) string {
	return strings.NewReplacer("\r\n", " | ", "\n", " | ", "\r", " | ").Replace(s)
}

// Book is the log of one run of the program. Its methods may be called from any
// goroutine.
type Book struct {
	redact *Redactor
	open   func() (io.WriteCloser, error)
	path   string

	mu      sync.Mutex
	entries []Entry // the newest, oldest first
	n       int64
	file    io.WriteCloser
	written int64
	torn    bool  // the newest line in the file may lack its end
	failed  error // of the newest write
	closed  bool
}

// New makes a log that is kept in memory alone when dir is empty, and else in a
// new file in dir too, which is made with the first entry. Files of earlier runs
// beyond the newest 20 are removed. A file that can't be written never stops the
// program: the log goes on in memory, and Problem tells.
func New(dir string, now time.Time) *Book {
	b := &Book{redact: NewRedactor()}
	if dir == "" {
		return b
	}
	b.path = filepath.Join(dir, fmt.Sprintf("%s-%d.log", now.UTC().Format("20060102T150405Z"), os.Getpid()))
	b.open = func() (io.WriteCloser, error) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
		return os.OpenFile(b.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	}
	return b
}

// Logger gives what others write to.
func (b *Book) Logger() *slog.Logger { return slog.New(&handler{book: b}) }

// Redactor gives what masks the log's secrets, for files made from other data.
func (b *Book) Redactor() *Redactor { return b.redact }

// Hide masks a secret from now on; see Redactor.Hide.
func (b *Book) Hide(name string, v secret.Value) { b.redact.Hide(name, v) }

// Path is the log's file, empty when there is none.
func (b *Book) Path() string { return b.path }

// Entries gives the entries in memory with a number above after, oldest first.
func (b *Book) Entries(after int64) []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, _ := slices.BinarySearchFunc(b.entries, after+1, func(e Entry, n int64) int { return int(e.N - n) })
	return slices.Clone(b.entries[i:])
}

// Problem tells that the newest entry could not be written to the file, nil when
// all is well.
func (b *Book) Problem() *problem.Problem {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed == nil {
		return nil
	}
	p := problem.From(b.failed)
	return &problem.Problem{
		Code: CodeLogFile, What: "The log is kept in memory only: its file can't be written.",
		Why: p.What, Fix: "Make room or give this program the right to write there. Save the log from the window before you close it.",
		Detail: b.path + ": " + b.failed.Error(), Cause: b.failed,
	}
}

// Close closes the file. Entries after it are kept in memory.
func (b *Book) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.file == nil {
		return nil
	}
	err := b.file.Close()
	b.file = nil
	return err
}

// add keeps an entry.
func (b *Book) add(e Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	e.N = b.n
	if len(b.entries) >= keepEntries {
		b.entries = append([]Entry(nil), b.entries[keepEntries/4:]...)
	}
	b.entries = append(b.entries, e)
	if b.open == nil || b.closed || b.written > fileLimit {
		return
	}
	b.failed = b.write(e)
}

// write puts an entry into the file. After a failure the next entry tries again.
func (b *Book) write(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if b.file == nil {
		if b.file, err = b.open(); err != nil {
			b.file = nil
			return err
		}
		if err := removeOld(filepath.Dir(b.path)); err != nil {
			return err
		}
	}
	if b.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := b.file.Write(append(line, '\n'))
	b.written += int64(n)
	b.torn = err != nil
	if err != nil {
		err = errors.Join(err, b.file.Close())
		b.file = nil
	}
	return err
}

// removeOld removes the oldest files of a log folder, whose names begin with the
// time they were made.
func removeOld(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return err
	}
	slices.Sort(names)
	var errs []error
	for _, name := range names[:max(0, len(names)-keepFiles-1)] {
		errs = append(errs, os.Remove(name))
	}
	return errors.Join(errs...)
}
