package apply

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

const testID = "0123456789abcdef0123456789abcdef"

func testClock() func() time.Time {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	return func() time.Time { at = at.Add(time.Second); return at }
}

func testPlan() plan.Plan {
	return plan.Plan{ID: testID, Steps: []plan.Step{
		{ID: "recheck", Kind: plan.KindRecheck, Title: "Check again"},
		{ID: "claim", Kind: plan.KindClaim, Title: "Claim", Undo: "The claim is removed.", Changes: []plan.Change{{Target: "ADSync on SQL01", Object: "claim"}}},
		{ID: "database", Kind: plan.KindDatabase, Title: "Configure", Undo: "The rows are put back."},
	}}
}

func newTestJournal(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := CreateJournal(dir, Begin{Program: "1.0", Plan: testPlan()}, testClock())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestJournal_isReadBack(t *testing.T) {
	dir := t.TempDir()
	j := newTestJournal(t, dir)
	w := &Work{Step: plan.Step{ID: "claim"}, journal: j}
	must(t, j.append(Record{Kind: RecordIntent, Step: "claim"}))
	must(t, w.Keep("before", map[string]string{"server": "SYNC01"}))
	must(t, j.append(Record{Kind: RecordDone, Step: "claim"}))
	must(t, j.append(Record{Kind: RecordIntent, Step: "database"}))
	must(t, j.Close())

	again, err := OpenJournal(JournalPath(dir, testID), testClock())
	must(t, err)
	defer func() { must(t, again.Close()) }()
	if again.Step("claim") != RecordDone || again.Step("database") != RecordIntent || again.Step("recheck") != "" {
		t.Errorf("steps: claim %q, database %q, recheck %q", again.Step("claim"), again.Step("database"), again.Step("recheck"))
	}
	var before map[string]string
	w = &Work{Step: plan.Step{ID: "claim"}, journal: again}
	if found, err := w.Recall("before", &before); err != nil || !found || before["server"] != "SYNC01" {
		t.Errorf("Recall = %v, %v, %v", before, found, err)
	}
	if found, err := w.Recall("other", &before); err != nil || found {
		t.Errorf("Recall of nothing = %v, %v", found, err)
	}
	must(t, again.append(Record{Kind: RecordDone, Step: "database"}))
	records, _, err := ReadJournal(again.Path())
	must(t, err)
	if last := records[len(records)-1]; last.N != 6 || last.Kind != RecordDone {
		t.Errorf("last record %+v", last)
	}
}

func TestJournal_isPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps files apart by access lists, not by mode bits")
	}
	j := newTestJournal(t, t.TempDir())
	info, err := os.Stat(j.Path())
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestCreateJournal_refuses(t *testing.T) {
	dir := t.TempDir()
	newTestJournal(t, dir)
	_, err := CreateJournal(dir, Begin{Plan: testPlan()}, nil)
	if p := problem.As(err); p == nil || p.Code != CodeJournalExists {
		t.Errorf("a second journal gives %v", err)
	}
	_, err = CreateJournal(dir, Begin{Plan: plan.Plan{ID: "../../etc/passwd"}}, nil)
	if p := problem.As(err); p == nil || p.Code != CodeJournalWrite {
		t.Errorf("a strange id gives %v", err)
	}
}

// TestJournal_everyTail cuts the file at every byte, as a crash would, and
// expects exactly the records that were whole.
func TestJournal_everyTail(t *testing.T) {
	dir := t.TempDir()
	j := newTestJournal(t, dir)
	must(t, j.append(Record{Kind: RecordIntent, Step: "claim"}))
	must(t, j.append(Record{Kind: RecordKeep, Step: "claim", Key: "k", Value: []byte(`"v"`)}))
	must(t, j.append(Record{Kind: RecordDone, Step: "claim"}))
	data, err := os.ReadFile(j.Path())
	must(t, err)
	first := bytes.IndexByte(data, '\n') + 1
	for n := range len(data) + 1 {
		for _, tail := range []string{"", "\x00\x00\x00", "{\"n\":9"} {
			cut := append(bytes.Clone(data[:n]), tail...)
			whole := bytes.Count(data[:n], []byte("\n"))
			records, size, err := parseJournal(cut)
			if n < first {
				if p := problem.As(err); p == nil || p.Code != CodeJournalDamaged {
					t.Fatalf("%d bytes: %v", n, err)
				}
				continue
			}
			if err != nil || len(records) != whole || size != bytes.LastIndexByte(data[:n], '\n')+1 {
				t.Fatalf("%d bytes: %d records of %d, size %d, %v", n, len(records), whole, size, err)
			}
		}
	}
}

func TestJournal_flippedBytesAreFound(t *testing.T) {
	dir := t.TempDir()
	j := newTestJournal(t, dir)
	must(t, j.append(Record{Kind: RecordIntent, Step: "claim"}))
	must(t, j.append(Record{Kind: RecordDone, Step: "claim"}))
	data, err := os.ReadFile(j.Path())
	must(t, err)
	lastLine := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	for i := range data {
		flipped := bytes.Clone(data)
		flipped[i] ^= 1
		records, _, err := parseJournal(flipped)
		switch {
		case i < lastLine && problem.As(err) == nil:
			t.Fatalf("byte %d flipped in front of whole records was not found: %d records", i, len(records))
		case i >= lastLine && (err != nil || len(records) != 2):
			t.Fatalf("byte %d flipped in the tail: %d records, %v", i, len(records), err)
		}
	}
}

func TestOpenJournal_cutsTheTailAndGoesOn(t *testing.T) {
	dir := t.TempDir()
	j := newTestJournal(t, dir)
	must(t, j.append(Record{Kind: RecordIntent, Step: "claim"}))
	must(t, j.Close())
	data, err := os.ReadFile(j.Path())
	must(t, err)
	must(t, os.WriteFile(j.Path(), append(data, `{"n":3,"at":"2026`...), 0o600))
	again, err := OpenJournal(j.Path(), testClock())
	must(t, err)
	must(t, again.append(Record{Kind: RecordDone, Step: "claim"}))
	must(t, again.Close())
	records, _, err := ReadJournal(j.Path())
	must(t, err)
	if len(records) != 3 || records[2].Kind != RecordDone {
		t.Errorf("records %+v", records)
	}
}

func TestJournal_otherVersion(t *testing.T) {
	line, err := encodeRecord(Record{N: 1, Kind: RecordBegin, Begin: &Begin{Format: JournalFormat + 1, Program: "9.9"}})
	must(t, err)
	_, _, err = parseJournal(line)
	if p := problem.As(err); p == nil || p.Code != CodeJournalVersion || !strings.Contains(p.Fix, "9.9") {
		t.Errorf("got %v", err)
	}
}

// badFile fails at the write that is told, after half of it.
type badFile struct {
	data     []byte
	writes   int
	failAt   int
	syncOnly bool // the write itself works and the flush fails
	noCut    bool
}

func (f *badFile) WriteAt(b []byte, off int64) (int, error) {
	f.writes++
	if f.writes == f.failAt && !f.syncOnly {
		f.data = append(f.data[:off], b[:len(b)/2]...)
		return len(b) / 2, syscall.ENOSPC
	}
	f.data = append(f.data[:off], b...)
	return len(b), nil
}

func (f *badFile) Sync() error {
	if f.writes == f.failAt && f.syncOnly {
		return syscall.EIO
	}
	return nil
}

func (f *badFile) Truncate(n int64) error {
	if f.noCut {
		return syscall.EIO
	}
	f.data = f.data[:n]
	return nil
}

func TestJournal_failedWriteLeavesNoHalfRecord(t *testing.T) {
	for _, syncOnly := range []bool{false, true} {
		f := &badFile{failAt: 2, syncOnly: syncOnly}
		j := newJournal("mem", testClock())
		j.file = f
		must(t, j.append(Record{Kind: RecordBegin, Begin: &Begin{Format: JournalFormat}}))
		err := j.append(Record{Kind: RecordIntent, Step: "claim"})
		if p := problem.As(err); p == nil || p.Code != CodeJournalWrite {
			t.Fatalf("got %v", err)
		}
		if j.Step("claim") != "" {
			t.Error("the step counts as begun though nothing was written")
		}
		must(t, j.append(Record{Kind: RecordIntent, Step: "database"}))
		records, size, err := parseJournal(f.data)
		if err != nil || len(records) != 2 || size != len(f.data) || records[1].Step != "database" {
			t.Errorf("records %+v, %v", records, err)
		}
	}
}

func TestJournal_thatCannotBePutRightTakesNothingMore(t *testing.T) {
	f := &badFile{failAt: 2, noCut: true}
	j := newJournal("mem", testClock())
	j.file = f
	must(t, j.append(Record{Kind: RecordBegin, Begin: &Begin{Format: JournalFormat}}))
	for range 2 {
		if err := j.append(Record{Kind: RecordIntent, Step: "claim"}); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestFindUnfinished(t *testing.T) {
	dir := t.TempDir()
	if list, err := FindUnfinished(dir); err != nil || len(list) != 0 {
		t.Fatalf("without journals: %v, %v", list, err)
	}
	j := newTestJournal(t, dir)
	must(t, j.append(Record{Kind: RecordFailed, Step: "recheck"}))
	check := func(want int, when string) {
		t.Helper()
		list, err := FindUnfinished(dir)
		if err != nil || len(list) != want {
			t.Fatalf("%s: %d unfinished, want %d (%v)", when, len(list), want, err)
		}
	}
	check(0, "before the first change")
	must(t, j.append(Record{Kind: RecordIntent, Step: "claim"}))
	check(1, "in the middle")
	must(t, j.append(Record{Kind: RecordEnd, Ending: Broken}))
	check(1, "broken")
	must(t, j.append(Record{Kind: RecordUndone, Step: "claim"}))
	must(t, j.append(Record{Kind: RecordEnd, Ending: TakenBack}))
	check(0, "taken back")
	must(t, os.WriteFile(filepath.Join(dir, "journals", "x.jsonl"), []byte("nonsense\n"), 0o600))
	list, err := FindUnfinished(dir)
	if err != nil || len(list) != 1 || list[0].Problem == nil {
		t.Errorf("a journal that can't be read must be told of: %+v, %v", list, err)
	}
}

// TestJournal_manyBeginnings: a damaged line full of what looks like beginnings is
// told as damage, in time that grows with its length only.
func TestJournal_manyBeginnings(t *testing.T) {
	text := "{}\n" + strings.Repeat(`{"n":`, 400_000) + "\n"
	if _, _, err := parseJournal([]byte(text)); problem.From(err).Code != CodeJournalDamaged {
		t.Errorf("got %v", err)
	}
}

// TestFindUndoable_whoseDamage tells whose journal is damaged, as far as it can be told.
func TestFindUndoable_whoseDamage(t *testing.T) {
	for purpose, want := range map[plan.Purpose]string{
		plan.Installs: "The journal of the installation is damaged.",
		plan.Leaves:   "The journal of leaving staging mode is damaged.",
		plan.Enters:   "The journal of entering staging mode is damaged.",
		"?":           "A journal is damaged: that of an installation, or of leaving or entering staging mode.",
	} {
		dir, p := t.TempDir(), testPlan()
		p.Purpose = purpose
		j, err := CreateJournal(dir, Begin{Program: "1.0", Plan: p}, testClock())
		must(t, err)
		must(t, j.append(Record{Kind: RecordIntent, Step: "claim"}))
		must(t, j.append(Record{Kind: RecordEnd, Ending: Broken}))
		must(t, j.Close())
		data, err := os.ReadFile(j.Path())
		must(t, err)
		from, to := `"kind":"intent"`, `"kind":"intend"`
		if purpose == "?" {
			from, to = `"program"`, `"progrem"`
		}
		must(t, os.WriteFile(j.Path(), bytes.Replace(data, []byte(from), []byte(to), 1), 0o600))
		list, err := FindUndoable(dir)
		if err != nil || len(list) != 1 || list[0].Problem == nil {
			t.Fatalf("%s: %+v, %v", purpose, list, err)
		}
		if p := list[0].Problem; p.Code != CodeJournalDamaged || p.What != want || p.Fix == "" || !strings.Contains(p.Detail, j.Path()) {
			t.Errorf("%s: %+v", purpose, p)
		}
	}
}

func FuzzJournal(f *testing.F) {
	line, err := encodeRecord(Record{N: 1, Kind: RecordBegin, Begin: &Begin{Format: JournalFormat, Plan: testPlan()}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add(append(line, line...))
	f.Add([]byte("{}\n" + strings.Repeat(`{"n":`, 200) + "\n"))
	f.Add(append([]byte("{\"n\":1,\"ki"), line...))
	f.Add(line[:len(line)-2])
	f.Fuzz(func(t *testing.T, data []byte) {
		records, size, err := parseJournal(data)
		if err == nil && (len(records) == 0 || size > len(data)) {
			t.Errorf("%d records, size %d of %d", len(records), size, len(data))
		}
	})
}

// TestFindUnfinished_neverBegun finds nothing in a journal whose first line was not
// written to its end, and damage in one whose first line was changed.
func TestFindUnfinished_neverBegun(t *testing.T) {
	for text, want := range map[string]int{"": 0, `{"n":1,"kind":"beg`: 0, "{\"n\":1,\"kind\":\"beg\n": 1} {
		dir := t.TempDir()
		path := JournalPath(dir, testID)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if list, err := FindUnfinished(dir); err != nil || len(list) != want {
			t.Errorf("%q: %d installations, %v", text, len(list), err)
		}
	}
}
