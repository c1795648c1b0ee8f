package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/wholefile"
)

// JournalFormat is the version of the journal's form. A program reads journals
// of its own version only: what it does not understand it must not undo.
// Form 2 added what a later run of the program needs to go on (Begin.Known).
const JournalFormat = 2

// Codes of the journal's problems.
const (
	CodeJournalWrite   problem.Code = "apply.journal.write"   // it can't be written; nothing may be changed
	CodeJournalRead    problem.Code = "apply.journal.read"    // it can't be opened
	CodeJournalDamaged problem.Code = "apply.journal.damaged" // damaged before its tail
	CodeJournalVersion problem.Code = "apply.journal.version" // another version of the form
	CodeJournalExists  problem.Code = "apply.journal.exists"  // there is one for this installation
)

// RecordKind is what one line of the journal tells.
type RecordKind string

// The kinds of records.
const (
	RecordBegin  RecordKind = "begin"  // the first line: version, installation, plan
	RecordIntent RecordKind = "intent" // a step is about to change something
	RecordKeep   RecordKind = "keep"   // a value that undo or resume needs
	RecordDone   RecordKind = "done"   // a step is done and verified
	RecordFailed RecordKind = "failed" // a step failed; what it changed is not known
	RecordUndo   RecordKind = "undo"   // a step is about to be undone
	RecordUndone RecordKind = "undone" // a step is undone
	RecordLeft   RecordKind = "left"   // undoing a step did not work
	RecordEnd    RecordKind = "end"    // a run of Install or of undo has ended
)

// Record is one line of the journal. It never holds a secret.
type Record struct {
	N       int              `json:"n"` // 1 for the first line
	At      time.Time        `json:"at"`
	Kind    RecordKind       `json:"kind"`
	Step    string           `json:"step,omitempty"`
	Key     string           `json:"key,omitempty"`
	Value   json.RawMessage  `json:"value,omitempty"`
	Text    string           `json:"text,omitempty"`
	Problem *problem.Problem `json:"problem,omitempty"`
	Ending  Ending           `json:"ending,omitempty"`
	Begin   *Begin           `json:"begin,omitempty"`
}

// Begin is the journal's first line: all that a later run of the program needs
// to go on or back, but for the secrets.
type Begin struct {
	Format   int       `json:"journal"` // JournalFormat
	Program  string    `json:"program"` // version that wrote it
	Practice bool      `json:"practice,omitempty"`
	Plan     plan.Plan `json:"plan"`
	// Known is what the wizard knew when it began, in the wizard's own form: what
	// was answered and read, so that a later run can sign in again and write the
	// same report. It holds no secret.
	Known json.RawMessage `json:"known,omitempty"`
}

// Journal is the durable record of one installation: a file of JSON lines, each
// with its own checksum, to which lines are only ever appended. Every line is on
// disk before append returns. Its methods may be called from any goroutine.
type Journal struct {
	path  string
	begin Begin
	now   func() time.Time

	mu     sync.Mutex
	file   journalFile
	close  func() error
	watch  func(r Record, onDisk bool)
	size   int64 // of the whole records
	n      int
	broken error // set when the file could not be put right after a failed write
	steps  map[string]RecordKind
	memory map[string]map[string]json.RawMessage
	ending Ending
}

// journalFile is what a journal needs of *os.File. It writes at a place of its
// own choice: a file opened for appending can't be cut back on Windows.
type journalFile interface {
	io.WriterAt
	Sync() error
	Truncate(size int64) error
}

var validID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// JournalPath gives where the journal of an installation is kept under the
// program's data folder.
func JournalPath(dataDir, installation string) string {
	return filepath.Join(dataDir, "journals", installation+".jsonl")
}

// CreateJournal makes the journal of a new installation under dataDir. It gives
// a *problem.Problem with CodeJournalExists when there is one already.
func CreateJournal(dataDir string, b Begin, now func() time.Time) (*Journal, error) {
	if !validID.MatchString(b.Plan.ID) {
		return nil, writeProblem("", fmt.Errorf("installation id %q is not 32 hex digits", b.Plan.ID))
	}
	path := JournalPath(dataDir, b.Plan.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, writeProblem(path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, &problem.Problem{
			Code: CodeJournalExists, What: "There is a journal for this installation already.",
			Fix: "Go on with that installation, or take it back.", Detail: path, Cause: err,
		}
	}
	if err != nil {
		return nil, writeProblem(path, err)
	}
	b.Format = JournalFormat
	j := newJournal(path, now)
	j.file, j.close, j.begin = f, f.Close, b
	if err := j.append(Record{Kind: RecordBegin, Begin: &b}); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	if err := wholefile.SyncDir(filepath.Dir(path)); err != nil {
		return nil, errors.Join(writeProblem(path, err), f.Close())
	}
	return j, nil
}

func newJournal(path string, now func() time.Time) *Journal {
	if now == nil {
		now = time.Now
	}
	return &Journal{
		path: path, now: now, close: func() error { return nil },
		steps: map[string]RecordKind{}, memory: map[string]map[string]json.RawMessage{},
	}
}

// Path gives the journal's file.
func (j *Journal) Path() string { return j.path }

// Begin gives the journal's first line.
func (j *Journal) Begin() Begin { return j.begin }

// Close closes the file. The journal's content can still be asked for.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.broken = os.ErrClosed
	return j.close()
}

// Watch calls f with each record, once before it is written and once when it is
// on disk: for a log, and for tests that end the program there. f must not call
// the journal.
func (j *Journal) Watch(f func(r Record, onDisk bool)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.watch = f
}

// Step gives the last that was written down about a step, empty for nothing.
func (j *Journal) Step(id string) RecordKind {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.steps[id]
}

// Ending gives how the last run ended, empty when one was broken off.
func (j *Journal) Ending() Ending {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.ending
}

// Touched tells whether a step that changes something was begun and is not undone.
func (j *Journal) Touched() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.ContainsFunc(j.begin.Plan.Steps, func(s plan.Step) bool {
		k := j.steps[s.ID]
		return s.Alters() && k != "" && k != RecordUndone
	})
}

// Recall reads what a step kept (Work.Keep) into value, and tells whether there
// was anything.
func (j *Journal) Recall(step, key string, value any) (bool, error) {
	j.mu.Lock()
	raw, ok := j.memory[step][key]
	j.mu.Unlock()
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(raw, value); err != nil {
		return false, &problem.Problem{
			Code: CodeJournalDamaged, What: "The journal holds something that can't be read back.",
			Why: "It was written by another version of the program, or edited.",
			Fix: "Use the version that began this installation.", Detail: step + "." + key + ": " + err.Error(), Cause: err,
		}
	}
	return true, nil
}

// append writes one record and waits until it is on disk. After a failed write
// the file is cut back to its last whole record, so that a half one is never in
// the way of the next.
func (j *Journal) append(r Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return writeProblem(j.path, j.broken)
	}
	r.N, r.At = j.n+1, j.now().UTC()
	line, err := encodeRecord(r)
	if err != nil {
		return writeProblem(j.path, err)
	}
	if j.watch != nil {
		j.watch(r, false)
	}
	_, err = j.file.WriteAt(line, j.size)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		if cut := j.file.Truncate(j.size); cut != nil {
			j.broken = errors.Join(err, cut)
		}
		return writeProblem(j.path, err)
	}
	j.size += int64(len(line))
	j.take(r)
	if j.watch != nil {
		j.watch(r, true)
	}
	return nil
}

// take brings one record into what is known.
func (j *Journal) take(r Record) {
	j.n = r.N
	switch r.Kind {
	case RecordKeep:
		if j.memory[r.Step] == nil {
			j.memory[r.Step] = map[string]json.RawMessage{}
		}
		j.memory[r.Step][r.Key] = r.Value
	case RecordEnd:
		j.ending = r.Ending
	case RecordBegin:
	case RecordIntent, RecordDone, RecordFailed, RecordUndo, RecordUndone, RecordLeft:
		j.steps[r.Step] = r.Kind
		j.ending = ""
	}
}

// sumPrefix stands before the checksum, which closes each line.
const sumPrefix = `,"sum":"`

// encodeRecord makes a line: the record as JSON, whose last member is the CRC-32
// (IEEE) of all that stands before it.
func encodeRecord(r Record) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	b = b[:len(b)-1]
	return fmt.Appendf(b, "%s%08x\"}\n", sumPrefix, crc32.ChecksumIEEE(b)), nil
}

func writeProblem(path string, err error) error {
	p := problem.From(err)
	return &problem.Problem{
		Code: CodeJournalWrite, What: "The journal can't be written.",
		Why:    "Without it nothing could be taken back, so nothing is changed. " + p.What,
		Fix:    p.Fix,
		Detail: path + ": " + err.Error(), Cause: err,
	}
}
