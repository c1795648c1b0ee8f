package apply

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// OpenJournal opens the journal of an earlier run to go on with it. A tail that
// was damaged by a crash is cut off at the last whole record.
func OpenJournal(path string, now func() time.Time) (*Journal, error) {
	records, size, err := ReadJournal(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, readProblem(path, err)
	}
	if err := errors.Join(f.Truncate(size), f.Sync()); err != nil {
		return nil, errors.Join(writeProblem(path, err), f.Close())
	}
	j := newJournal(path, now)
	j.file, j.close, j.begin, j.size = f, f.Close, *records[0].Begin, size
	for _, r := range records {
		j.take(r)
	}
	return j, nil
}

// ReadJournal reads the whole records of a journal and gives their size in
// bytes; what follows them is a damaged tail. Damage that has whole records
// behind it is no crash's doing: it is a problem with CodeJournalDamaged. Errors
// are *problem.Problem.
func ReadJournal(path string) (records []Record, size int64, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, readProblem(path, err)
	}
	records, n, err := parseJournal(data)
	if err != nil {
		p := problem.From(err)
		p.Detail = path + ": " + p.Detail
		return nil, 0, p
	}
	return records, int64(n), nil
}

// parseJournal is ReadJournal on bytes.
func parseJournal(data []byte) (records []Record, size int, err error) {
	rest := data
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			break
		}
		r, err := decodeRecord(rest[:end+1])
		if err != nil || r.N != len(records)+1 || (r.N == 1) != (r.Kind == RecordBegin && r.Begin != nil) {
			if wholeRecordIn(rest[1:]) {
				return nil, 0, damaged(fmt.Sprintf("line %d is damaged and whole ones follow it", len(records)+1))
			}
			break
		}
		if r.N == 1 && r.Begin.Format != JournalFormat {
			return nil, 0, &problem.Problem{
				Code: CodeJournalVersion, What: "The journal was written by another version of this program.",
				Fix:    "Use the version that began the installation: " + r.Begin.Program + ".",
				Detail: fmt.Sprintf("format %d, this program reads %d", r.Begin.Format, JournalFormat),
			}
		}
		records = append(records, r)
		size += end + 1
		rest = rest[end+1:]
	}
	if len(records) == 0 {
		return nil, 0, damaged("there is no whole first line")
	}
	return records, size, nil
}

// mostStarts is how many records are looked for in one line. A line with more of
// what only looks like a beginning is no crash's doing, and each costs its length.
const mostStarts = 100

// wholeRecordIn tells whether a whole record stands anywhere in data, even where
// the line end before it is lost.
func wholeRecordIn(data []byte) bool {
	start := []byte(`{"n":`)
	for {
		line, rest, found := bytes.Cut(data, []byte("\n"))
		if !found {
			return false
		}
		whole := data[:len(line)+1]
		for tries := 0; ; tries++ {
			i := bytes.Index(whole, start)
			if i < 0 {
				break
			}
			if _, err := decodeRecord(whole[i:]); err == nil || tries == mostStarts {
				return true
			}
			whole = whole[i+1:]
		}
		data = rest
	}
}

// decodeRecord reads one line with its line end.
func decodeRecord(line []byte) (Record, error) {
	const tail = len(sumPrefix) + 8 + len("\"}\n")
	if len(line) < tail || line[len(line)-1] != '\n' {
		return Record{}, errors.New("line too short")
	}
	body, closing := line[:len(line)-tail], string(line[len(line)-tail:])
	if closing[:len(sumPrefix)] != sumPrefix || closing[tail-3:] != "\"}\n" {
		return Record{}, errors.New("no checksum")
	}
	sum, err := strconv.ParseUint(closing[len(sumPrefix):len(sumPrefix)+8], 16, 32)
	if err != nil || uint32(sum) != crc32.ChecksumIEEE(body) {
		return Record{}, errors.New("wrong checksum")
	}
	var r Record
	if err := json.Unmarshal(append(slices.Clone(body), '}'), &r); err != nil {
		return Record{}, err
	}
	return r, nil
}

// Unfinished is an installation of which something is still in place: one that
// was neither completed nor taken back or, from FindUndoable, a completed one.
type Unfinished struct {
	Path  string
	Begin Begin
	// Steps holds, for each step that was begun, the last that was written down.
	Steps map[string]RecordKind
	// Ending is how its last run ended, empty when that was broken off.
	Ending Ending
	Last   time.Time // when the last record was written
	// Problem is set when the journal can't be read; Begin is empty then.
	Problem *problem.Problem
}

// FindUnfinished looks through the journals under dataDir, newest first. An
// installation that never got to its first change is not listed.
func FindUnfinished(dataDir string) ([]Unfinished, error) {
	list, err := FindUndoable(dataDir)
	return slices.DeleteFunc(list, func(u Unfinished) bool { return u.Ending == Completed }), err
}

// FindUndoable gives what FindUnfinished gives, and the completed installations
// of which something is in place, newest first.
func FindUndoable(dataDir string) ([]Unfinished, error) {
	paths, err := filepath.Glob(JournalPath(dataDir, "*"))
	if err != nil {
		return nil, readProblem(dataDir, err)
	}
	var list []Unfinished
	for _, path := range paths {
		records, _, err := ReadJournal(path)
		if err != nil && neverBegun(path) {
			continue
		}
		if err != nil {
			list = append(list, Unfinished{Path: path, Problem: whoseJournal(path, problem.From(err))})
			continue
		}
		j := newJournal(path, nil)
		j.begin = *records[0].Begin
		for _, r := range records {
			j.take(r)
		}
		if j.ending == TakenBack || !j.Touched() {
			continue
		}
		list = append(list, Unfinished{
			Path: path, Begin: *records[0].Begin, Steps: j.steps, Ending: j.ending, Last: records[len(records)-1].At,
		})
	}
	slices.SortFunc(list, func(a, b Unfinished) int { return b.Last.Compare(a.Last) })
	return list, nil
}

// whoseJournal says of a damaged journal what it is the journal of, as far as its
// first line still tells: the ways on differ.
func whoseJournal(path string, p *problem.Problem) *problem.Problem {
	if p.Code != CodeJournalDamaged {
		return p
	}
	told := *p
	data, err := os.ReadFile(path)
	line, _, _ := bytes.Cut(data, []byte("\n"))
	first, decodeErr := decodeRecord(append(slices.Clone(line), '\n'))
	if errors.Join(err, decodeErr) != nil || first.Begin == nil {
		told.What = "A journal is damaged: that of an installation, or of leaving or entering staging mode."
		told.Fix = "Restore the file from a backup. Without it, undo by hand what the report lists, then move the file out of the folder."
		return &told
	}
	purpose, ok := map[plan.Purpose]string{plan.Leaves: "leaving", plan.Enters: "entering"}[first.Begin.Plan.Purpose]
	if ok {
		told.What = "The journal of " + purpose + " staging mode is damaged."
		told.Fix = "Look whether the server is in staging mode (Additional tasks, or /review), leave or enter it anew if it is not as wanted, then move the file out of the folder."
		return &told
	}
	told.What = "The journal of the installation is damaged."
	return &told
}

// neverBegun tells whether a journal was cut off before its first line was whole:
// nothing may be changed before that line is on disk, so that nothing was.
func neverBegun(path string) bool {
	data, err := os.ReadFile(path)
	return err == nil && !bytes.ContainsRune(data, '\n')
}

func damaged(detail string) *problem.Problem {
	return &problem.Problem{
		Code: CodeJournalDamaged, What: "The journal is damaged.",
		Why:    "Something other than this program changed it, or the disk lost part of it.",
		Fix:    "Restore the file from a backup. Without it, undo by hand what the report lists.",
		Detail: detail,
	}
}

func readProblem(path string, err error) error {
	p := problem.From(err)
	return &problem.Problem{
		Code: CodeJournalRead, What: "The journal can't be opened.", Why: p.What, Fix: p.Fix,
		Detail: path + ": " + err.Error(), Cause: err,
	}
}
