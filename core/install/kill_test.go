//go:build unix

package install_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
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

// killRuns is how many wizards are killed: RECONNECT_KILL_RUNS; else the number that
// CI wants where nothing may be skipped, and a few elsewhere.
func killRuns() int {
	n, err := strconv.Atoi(os.Getenv("RECONNECT_KILL_RUNS"))
	switch {
	case err == nil && n > 0:
		return n
	case os.Getenv("RECONNECT_TEST_REQUIRE") != "":
		return 200
	default:
		return 20
	}
}

// blow is one kill: at a moment, or at a random instant of the command's time.
type blow struct {
	command string // what is killed
	at      moment
	share   float64 // of the command's time, when there is no moment
	next    string  // what the next wizard does
}

func (b blow) String() string {
	if b.at == (moment{}) {
		return fmt.Sprintf("%s killed at %.2f of its time, then %s", b.command, b.share, b.next)
	}
	return fmt.Sprintf("%s killed %s, then %s", b.command, b.at, b.next)
}

// blows gives n kills: every moment of the journal and of the calls of
// installation and undo in turn, evenly spread when n is smaller than their
// number, and random instants for every fourth and for all beyond them. Going on and
// taking back take turns; the second time around each moment gets the other one.
func blows(g golden, n int, random *rand.Rand) []blow {
	next := [2]string{cli.CommandResume, cli.CommandUndo}
	var moments [2][]blow
	add := func(command string, m moment) {
		for i := range moments {
			moments[i] = append(moments[i], blow{command, m, 0, next[(len(moments[i])+i)%2]})
		}
	}
	for _, after := range []bool{false, true} {
		for r := 2; r <= g.records; r++ {
			add(cli.CommandInstall, moment{Record: r, After: after})
		}
		for c := 1; c <= g.calls; c++ {
			add(cli.CommandInstall, moment{Call: c, After: after})
		}
		for c := 1; c <= g.undoCalls; c++ {
			add(cli.CommandUndo, moment{Call: c, After: after})
		}
		for r := g.records + 1; r <= g.undone; r++ {
			add(cli.CommandUndo, moment{Record: r, After: after})
		}
	}
	var list []blow
	exact := n - n/4
	for _, series := range moments {
		take := min(exact, len(series))
		for i := range take {
			list = append(list, series[i*len(series)/take])
		}
		exact -= take
	}
	for len(list) < n {
		b := blow{cli.CommandInstall, moment{}, random.Float64(), next[len(list)%2]}
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
	t.Logf("%d records and %d calls, with undo %d and %d; one installation takes %v", g.records, g.calls, g.undone, g.undoCalls, g.took)
	// Every run ends as it began, which it compares: the next one finds its world there.
	worlds := make(chan *world, runtime.GOMAXPROCS(0))
	for range cap(worlds) {
		worlds <- newWorld(t, now, nil)
	}
	for i, b := range blows(g, killRuns(), rand.New(rand.NewPCG(seed, 0))) {
		t.Run(fmt.Sprintf("%d %s", i, b), func(t *testing.T) {
			t.Parallel()
			w := <-worlds
			if w == nil { // an earlier run spoilt it
				w = newWorld(t, now, nil)
				t.Cleanup(func() { worlds <- nil })
			} else {
				t.Cleanup(func() {
					if t.Failed() {
						w = nil
					}
					worlds <- w
				})
			}
			w.renew(t)
			killed(t, w, g, b)
		})
	}
}

// killed is one run: kill, then go on or back, then compare.
func killed(t *testing.T, w *world, g golden, b blow) {
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
		e := w.do(t, b.next, moment{}, 0)
		if e.code != cli.ExitFailed || !strings.Contains(e.stdout, string(setup.CodeNothing)) {
			t.Errorf("%s of nothing ends with %+v", b.next, e)
		}
		w.mentioned(t, e)
	case b.next == cli.CommandUndo:
		w.must(t, b.next)
		equal(t, "undone", g.before, w.snapshot(t), "reports", "backups")
	case list[0].Ending == apply.Completed:
		equal(t, "completed", g.after, w.snapshot(t))
		w.opens(t)
		w.must(t, cli.CommandUndo)
		equal(t, "undone when it was complete", g.before, w.snapshot(t), "reports", "backups")
	default:
		w.must(t, b.next)
		equal(t, "gone on", g.after, w.snapshot(t), "backups")
		w.opens(t)
		w.must(t, cli.CommandUndo)
		equal(t, "undone after going on", g.before, w.snapshot(t), "reports", "backups")
	}
}

// mentioned checks that a wizard which finds nothing to take up names the backup that a
// killed one has made.
func (w *world) mentioned(t *testing.T, e end) {
	t.Helper()
	for _, path := range w.inside.SQL.Backups() {
		if name := path[strings.LastIndexAny(path, `\\/`)+1:]; len(w.journal(t)) < 20 && !strings.Contains(strings.ToLower(e.stdout), strings.ToLower(name)) {
			t.Errorf("nobody mentions the backup %s: %s", path, e.stdout)
		}
	}
}

// TestBackup_onlyTrace kills a wizard when its backup is all that it has done.
func TestBackup_onlyTrace(t *testing.T) {
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), nil)
	w.must(t, cli.CommandInstall)
	n := slices.IndexFunc(w.journal(t), func(r apply.Record) bool { return r.Kind == apply.RecordDone && r.Step == string(plan.KindBackup) })
	w.must(t, cli.CommandUndo)
	w.renew(t)
	if e := w.do(t, cli.CommandInstall, moment{Record: n + 1, After: true}, 0); n < 0 || !e.killed {
		t.Fatalf("it was not killed at record %d", n+1)
	}
	if len(w.inside.SQL.Backups()) != 1 {
		t.Fatalf("backups %v", w.inside.SQL.Backups())
	}
	for _, command := range []string{cli.CommandResume, cli.CommandUndo} {
		e := w.do(t, command, moment{}, 0)
		if e.code != cli.ExitFailed || !strings.Contains(e.stdout, "A whole backup lies at ") {
			t.Errorf("%s says %s", command, e.stdout)
		}
		w.mentioned(t, e)
	}
}

// TestResume_undoneSecrets kills an undo at the moment at which it has just written down
// that it takes the secrets out of the vault. No new one waits for its place by then.
func TestResume_undoneSecrets(t *testing.T) {
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), nil)
	before := w.snapshot(t)
	w.must(t, cli.CommandInstall)
	after := w.snapshot(t)
	w.must(t, cli.CommandUndo)
	n := slices.IndexFunc(w.journal(t), func(r apply.Record) bool { return r.Kind == apply.RecordUndo && r.Step == string(plan.KindSecrets) })
	if n < 0 {
		t.Fatal("the journal does not say that the secrets were taken back")
	}
	w.renew(t)
	w.must(t, cli.CommandInstall)
	if e := w.do(t, cli.CommandUndo, moment{Record: n + 1, After: true}, 0); !e.killed {
		t.Fatal("undo was not killed")
	}
	w.must(t, cli.CommandResume)
	equal(t, "gone on", after, w.snapshot(t), "backups")
	w.opens(t)
	w.must(t, cli.CommandUndo)
	equal(t, "undone", before, w.snapshot(t), "reports", "backups")
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
