package install_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// disk is a file system of its own in memory, for one folder of the data folder.
type disk struct{ dir string }

// newDisk mounts it. Only root may.
func newDisk(t *testing.T, dir string) disk {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=4m,mode=0700"); err != nil {
		t.Skip("mounting a small disk takes root: " + err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return disk{dir}
}

func (d disk) ballast() string { return filepath.Join(d.dir, "ballast") }

// fill takes all room. What was begun may still be written to the end of its page.
func (d disk) fill() error {
	err := os.WriteFile(d.ballast(), bytes.Repeat([]byte("x"), 8<<20), 0o600)
	if !errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("filling the disk gives %w", err)
	}
	return nil
}

func (d disk) room() error { return os.Remove(d.ballast()) }

func (d disk) protect() error {
	return syscall.Mount("none", d.dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
}

func (d disk) open() error { return syscall.Mount("none", d.dir, "", syscall.MS_REMOUNT, "") }

// diskTrouble is one way in which a disk stops taking anything.
type diskTrouble struct {
	folder string
	way    string // "full" or "read-only"
	after  plan.Kind
	undo   bool // take back instead of going on
}

func (c diskTrouble) String() string {
	when, next := "from the beginning", "gone on with"
	if c.after != "" {
		when = "after the step " + string(c.after)
	}
	if c.undo {
		next = "taken back"
	}
	return fmt.Sprintf("%s %s %s, %s", c.folder, c.way, when, next)
}

// diskTroubles are those that are tried. A disk on which a file is being written, as
// the journal is for the whole time, can't become read-only.
func diskTroubles() []diskTrouble {
	var list []diskTrouble
	steps := []plan.Kind{"", plan.KindRecheck, plan.KindClaim, plan.KindAccount, plan.KindIdentity, plan.KindSecrets, plan.KindDatabase, plan.KindServer}
	for i, after := range steps {
		list = append(list, diskTrouble{"journals", "full", after, i%2 == 1}, diskTrouble{"vault", "full", after, i%2 == 0})
		if i%2 == 0 {
			list = append(list, diskTrouble{"vault", "read-only", after, i%4 == 0})
		}
	}
	for _, way := range []string{"full", "read-only"} {
		list = append(list, diskTrouble{"reports", way, "", false}, diskTrouble{"reports", way, plan.KindDatabase, true}, diskTrouble{"logs", way, "", false})
	}
	return append(list, diskTrouble{"journals", "read-only", "", false}, diskTrouble{"logs", "full", plan.KindClaim, true})
}

// TestDiskTrouble lets the disk of journal, vault, log or reports get full or read-only
// within a whole Install. It ends with a clear problem, or goes on where nothing is lost
// by that; going on with room, by another wizard, leads to the golden state, and taking
// back to the state of before: so nothing was changed that the journal does not know of.
func TestDiskTrouble(t *testing.T) {
	newDisk(t, filepath.Join(t.TempDir(), "probe")) // skips
	s := newStage(t)
	t.Cleanup(func() { s.x.said, s.book = nil, nil })
	met := map[string]int{}
	for _, c := range diskTroubles() {
		t.Run(c.String(), func(t *testing.T) {
			if s.sufferDisk(t, c) {
				met[c.folder+" "+c.way]++
			}
		})
	}
	for _, what := range []string{"journals full", "journals read-only", "vault full", "vault read-only", "reports full", "reports read-only", "logs full", "logs read-only"} {
		if met[what] == 0 {
			t.Errorf("nothing met %s", what)
		}
	}
	t.Logf("met: %v", met)
}

// sufferDisk is one of them, and tells whether Install noticed.
func (s *stage) sufferDisk(t *testing.T, c diskTrouble) (noticed bool) {
	s.dir = filepath.Join(t.TempDir(), "data")
	s.fresh(t)
	d := newDisk(t, filepath.Join(s.dir, c.folder))
	spoil, mend := d.fill, d.room
	if c.way == "read-only" {
		spoil, mend = d.protect, d.open
	}
	s.book = logbook.New(filepath.Join(s.dir, "logs"), s.now)
	t.Cleanup(func() { _ = s.book.Close() }) // what it could not write is looked at below
	spoilt := false
	now := func() {
		spoilt = true
		if err := spoil(); err != nil {
			t.Error(err)
		}
	}
	if c.after == "" {
		now()
	}
	s.x.said = func(p apply.Progress) {
		if !spoilt && p.State == apply.Done && kindOf(p.Step) == string(c.after) {
			now()
		}
	}
	state, err := setup.Run(t.Context(), s.session(t, 0), setup.RunOptions{Install: true})
	s.x.said = nil
	if !spoilt {
		t.Fatalf("the step %s was never done: %v", c.after, err)
	}
	noticed = state.Page != setup.PageComplete
	if c.folder == "logs" {
		noticed = s.toldByLog(t, c)
		if state.Page != setup.PageComplete {
			t.Fatalf("a log that can't be written stops Install: %v", err)
		}
	} else if noticed {
		toldOfDisk(t, c, state)
	}
	if c.undo && noticed && c.folder == "journals" { // the way back goes on without a journal
		last := s.takeBack(t)
		equal(t, "taken back without a journal", s.before, s.snapshot(t), "reports", "backups")
		t.Logf("the way back without a journal ends with %+v", last)
	}
	if err := mend(); err != nil {
		t.Fatal(err)
	}
	s.afterwards(t, c)
	return noticed
}

// takeBack lets another wizard undo, if there is anything to undo.
func (s *stage) takeBack(t *testing.T) *problem.Problem {
	t.Helper()
	list, err := apply.FindUndoable(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return nil
	}
	_, err = setup.Run(t.Context(), s.session(t, 0), setup.RunOptions{Undo: true})
	return problem.As(err)
}

// afterwards goes on or back with room on the disk, and compares.
func (s *stage) afterwards(t *testing.T, c diskTrouble) {
	t.Helper()
	if !c.undo {
		list, err := apply.FindUndoable(s.dir)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case len(list) == 0: // it never began
			_, err = setup.Run(t.Context(), s.session(t, 0), setup.RunOptions{Install: true})
		case list[0].Ending != apply.Completed:
			_, err = setup.Run(t.Context(), s.session(t, 0), setup.RunOptions{Resume: true})
		}
		if err != nil {
			t.Fatalf("going on with room: %v", err)
		}
		equal(t, "gone on", s.after, s.snapshot(t), "backups")
		s.opens(t)
	}
	if p := s.takeBack(t); p != nil {
		t.Errorf("taking back with room: %+v", p)
	}
	equal(t, "taken back", s.before, s.snapshot(t), "reports", "backups")
}

// toldByLog tells whether the log says that its file can't be written, and looks at
// what it says.
func (s *stage) toldByLog(t *testing.T, c diskTrouble) bool {
	t.Helper()
	s.book.Logger().Info("one more line") // the newest one counts
	p := s.book.Problem()
	if p == nil {
		return false
	}
	if p.Code != logbook.CodeLogFile || !strings.Contains(p.Why, c.way) || p.Fix == "" {
		t.Errorf("of its disk the log says %+v", p)
	}
	return true
}

// toldOfDisk looks at what a person is told.
func toldOfDisk(t *testing.T, c diskTrouble, state setup.State) {
	t.Helper()
	var p *problem.Problem
	if o := state.Install.Outcome; o != nil {
		p = o.Problem
	}
	if p == nil || p.What == "" || p.Fix == "" || !strings.Contains(p.What+" "+p.Why, "The disk is "+c.way+".") {
		t.Errorf("a person is told %+v", p)
	}
}
