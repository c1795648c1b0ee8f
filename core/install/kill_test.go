//go:build unix

package install_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// golden is how it looks before, after an installation that nobody disturbed, and
// after taking that back; and how many moments there are in it to kill it at.
type golden struct {
	before, after  map[string]string
	records, calls int
	undone         int // records when it is undone
	undoCalls      int
	took           time.Duration
}

func newGolden(t *testing.T, now time.Time) golden {
	t.Helper()
	w := newWorld(t, now, nil)
	g := golden{before: w.snapshot(t)}
	start := time.Now()
	w.must(t, cli.CommandInstall)
	g.took, g.calls = time.Since(start), int(w.calls.Swap(0))
	g.after = w.snapshot(t)
	w.opens(t)
	g.records = len(w.journal(t))
	w.must(t, cli.CommandUndo)
	g.undoCalls = int(w.calls.Load())
	equal(t, "undone", g.before, w.snapshot(t), "reports", "backups")
	g.undone = len(w.journal(t))
	return g
}

func (w *world) journal(t *testing.T) []apply.Record {
	t.Helper()
	list, err := filepath.Glob(apply.JournalPath(w.dir, "*"))
	if err != nil || len(list) != 1 {
		t.Fatalf("journals %v, %v", list, err)
	}
	records, _, err := apply.ReadJournal(list[0])
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// killRuns is how many wizards are killed: RECONNECT_KILL_RUNS, or a few.
func killRuns(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("RECONNECT_KILL_RUNS"))
	if err != nil || n <= 0 {
		n = 12
	}
	return n
}

// blow is one kill: at a moment, or at a random instant of the command's time.
type blow struct {
	command string // what is killed
	at      moment
	share   float64 // of the command's time, when there is no moment
}

// blows gives n kills: every moment of the journal and of the calls of
// installation and undo in turn, evenly spread when n is smaller than their
// number, and random instants for every third and for all beyond them.
func blows(g golden, n int, random *rand.Rand) []blow {
	var moments []blow
	for _, after := range []bool{false, true} {
		for r := 2; r <= g.records; r++ {
			moments = append(moments, blow{cli.CommandInstall, moment{Record: r, After: after}, 0})
		}
		for c := 1; c <= g.calls; c++ {
			moments = append(moments, blow{cli.CommandInstall, moment{Call: c, After: after}, 0})
		}
		for c := 1; c <= g.undoCalls; c++ {
			moments = append(moments, blow{cli.CommandUndo, moment{Call: c, After: after}, 0})
		}
		for r := g.records + 1; r <= g.undone; r++ {
			moments = append(moments, blow{cli.CommandUndo, moment{Record: r, After: after}, 0})
		}
	}
	exact := min(n-n/3, len(moments))
	var list []blow
	for i := range exact {
		list = append(list, moments[i*len(moments)/exact])
	}
	for len(list) < n {
		b := blow{cli.CommandInstall, moment{}, random.Float64()}
		if random.IntN(4) == 0 {
			b.command = cli.CommandUndo
		}
		list = append(list, b)
	}
	return list
}

// TestKill ends the real process with kill -9 at every record of the journal, at
// calls of directory and tenant and at random instants. Every other time the next
// process goes on, else it takes back; the end state must be that of an
// installation which nobody disturbed, or that of before. RECONNECT_KILL_RUNS
// says how often; RECONNECT_KILL_SEED repeats the random instants.
func TestKill(t *testing.T) {
	seed, err := strconv.ParseUint(os.Getenv("RECONNECT_KILL_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("RECONNECT_KILL_SEED=%d", seed)
	now := time.Now().UTC().Truncate(time.Second)
	g := newGolden(t, now)
	t.Logf("%d records and %d calls, with undo %d and %d; one installation takes %v", g.records, g.calls, g.undone, g.calls+g.undoCalls, g.took)
	for i, b := range blows(g, killRuns(t), rand.New(rand.NewPCG(seed, 0))) {
		next := []string{cli.CommandResume, cli.CommandUndo}[i%2]
		name := fmt.Sprintf("%d %s killed %s, then %s", i, b.command, b.at, next)
		if b.at == (moment{}) {
			name = fmt.Sprintf("%d %s killed at %.2f of its time, then %s", i, b.command, b.share, next)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			killed(t, g, now, b, next)
		})
	}
}

// killed is one run: kill, then go on or back, then compare.
func killed(t *testing.T, g golden, now time.Time, b blow, next string) {
	w := newWorld(t, now, nil)
	if b.command == cli.CommandUndo {
		w.must(t, cli.CommandInstall)
	}
	delay := time.Duration(b.share * float64(g.took))
	e := w.do(t, b.command, b.at, delay)
	if b.at != (moment{}) && !e.killed {
		t.Fatalf("it was not killed: %+v", e)
	}
	list, err := apply.FindUndoable(w.dir)
	if err != nil || len(list) > 1 {
		t.Fatalf("journals %+v, %v", list, err)
	}
	switch {
	case len(list) == 0: // nothing was changed yet, or everything is taken back
		equal(t, "nothing to take up", g.before, w.snapshot(t), "reports", "half-written files", "backups")
		if e := w.do(t, next, moment{}, 0); e.code != cli.ExitFailed || !strings.Contains(e.stdout, string(setup.CodeNothing)) {
			t.Errorf("%s of nothing ends with %+v", next, e)
		}
	case next == cli.CommandUndo:
		w.must(t, next)
		equal(t, "undone", g.before, w.snapshot(t), "reports", "backups")
	case list[0].Ending == apply.Completed:
		equal(t, "completed", g.after, w.snapshot(t))
		w.opens(t)
	default:
		w.must(t, next)
		equal(t, "gone on", g.after, w.snapshot(t), "backups")
		w.opens(t)
		w.must(t, cli.CommandUndo)
		equal(t, "undone after going on", g.before, w.snapshot(t), "reports", "backups")
	}
}

// TestUndo_laterLeavesWhatOthersChanged takes a finished installation back from
// another process, after somebody else changed one of its values.
func TestUndo_laterLeavesWhatOthersChanged(t *testing.T) {
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), nil)
	before := w.snapshot(t)
	w.must(t, cli.CommandInstall)
	if _, err := w.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET keyset_id = 4711"); err != nil {
		t.Fatal(err)
	}
	e := w.do(t, cli.CommandUndo, moment{}, 0)
	if e.code != cli.ExitFailed || !strings.Contains(e.stdout, string(setup.CodeLeft)) || !strings.Contains(e.stdout, "key set id") {
		t.Fatalf("undo ended with %+v", e)
	}
	after := w.snapshot(t)
	equal(t, "undone but for what somebody else changed", before, after, "reports", "backups", "table mms_server_configuration")
	if !strings.Contains(after["table mms_server_configuration"], "keyset_id=4711|") {
		t.Error("what somebody else changed was overwritten")
	}
}
