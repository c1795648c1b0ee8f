// Package ticks remembers which tasks an admin has ticked: one small JSON file for
// each installation or database, without secrets.
package ticks

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// Codes of the problems of this package.
const (
	CodeDamaged problem.Code = "ticks.damaged" // the file can't be understood; it is kept beside the next one
	CodeUnread  problem.Code = "ticks.unread"  // the file can't be read
	CodeUnsaved problem.Code = "ticks.unsaved" // the file can't be written
)

// format is the version of the file's form.
const format = 1

// file is what is in a file.
type file struct {
	Format int                  `json:"format"`
	Key    string               `json:"key"`
	Ticked map[string]time.Time `json:"ticked"` // id of the task -> when, UTC
}

// Store keeps the files in a folder, which is made when it is missing.
type Store struct{ Dir string }

// unsafe is what a key may not hold as part of a file's name.
var unsafe = regexp.MustCompile(`[^a-z0-9-]`)

func (s Store) path(key string) string {
	return filepath.Join(s.Dir, "tasks-"+unsafe.ReplaceAllString(key, "_")+".json")
}

// Load gives the ticked tasks under a key, none when there is no file. Errors are
// *problem.Problem.
func (s Store) Load(key string) (map[string]time.Time, error) {
	data, err := os.ReadFile(s.path(key))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, &problem.Problem{
			Code: CodeUnread, What: "The ticks of the tasks can't be read.", Why: "Tasks that were ticked before look open.",
			Fix: "See that this account may read the file.", Detail: err.Error(),
		}
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil || f.Format != format || f.Key != key {
		return nil, &problem.Problem{
			Code: CodeDamaged, What: "The file with the ticks of the tasks is damaged, or of another version of the program.",
			Why: "Tasks that were ticked before look open. The file is kept: the next tick puts it aside and begins a new one.",
			Fix: "Tick again what is done.", Detail: s.path(key) + detail(err),
		}
	}
	return f.Ticked, nil
}

func detail(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// Save replaces the ticked tasks under a key. A file that Load could not understand
// is put aside first. Errors are *problem.Problem.
func (s Store) Save(key string, ticked map[string]time.Time) error {
	if err := s.save(key, ticked); err != nil {
		return &problem.Problem{
			Code: CodeUnsaved, What: "The tick could not be kept.", Why: "It will be gone when the program ends.",
			Fix: "See that there is room on the disk and that this account may write there.", Detail: err.Error(),
		}
	}
	return nil
}

func (s Store) save(key string, ticked map[string]time.Time) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	path := s.path(key)
	if _, err := s.Load(key); err != nil {
		if p := problem.As(err); p == nil || p.Code != CodeDamaged {
			return err
		}
		if err := setAside(path); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(file{Format: format, Key: key, Ticked: ticked}, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(path, append(data, '\n'))
}

// setAside renames a file to the first free name.
func setAside(path string) error {
	for i := 1; ; i++ {
		aside := fmt.Sprintf("%s.damaged-%d", path, i)
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			return os.Rename(path, aside)
		} else if err != nil {
			return err
		}
	}
}
