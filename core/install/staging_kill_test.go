//go:build unix

package install_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// What a wizard process does about staging mode.
const (
	switchLeave = "leave"
	switchEnter = "enter"
	unswitch    = "unswitch" // takes the newest switch back, if there is one
)

// takeSwitchBack is a wizard process that takes a switch back.
func takeSwitchBack(i *install.Installer, o order, secrets map[string]secret.Value) int {
	u, err := i.FindSwitch()
	if err != nil {
		panic(err)
	}
	if u == nil {
		return cli.ExitClean
	}
	out := i.Undo(context.Background(), setup.Job{Plan: u.Begin.Plan, Answers: o.Answers, Secrets: secrets}, func(apply.Progress) {})
	if out.Ending != apply.TakenBack {
		_, _ = fmt.Fprintf(os.Stderr, "%+v", out)
		return cli.ExitFailed
	}
	return cli.ExitClean
}

// switchWorld is a world whose computer was set up, with its service running.
func switchWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), nil)
	w.order.Answers.Options.Backup.On = false
	w.must(t, cli.CommandInstall)
	w.installation = w.switches(t)[0]
	at := w.order.Now
	w.order.Computer.Service = facts.Known(facts.SyncService{Service: facts.Service{Installed: true, State: "running"}, Database: "ADSync"}, "test", at)
	const why = "agreed in CHG0012345"
	w.order.Answers.Staging = answers.Staging{Restart: true, Overrides: answers.Overrides{
		Owner: why, OtherServer: why, SignIn: why, Cycles: why, Runs: why, Deletes: why, Looked: why, Writeback: why,
	}}
	w.start(t, true)
	return w
}

// start starts the service of the pretend computer, or stops it.
func (w *world) start(t *testing.T, run bool) {
	t.Helper()
	if err := standin.Open(w.order.Windows).Run(t.Context(), "ADSync", run); err != nil {
		t.Fatal(err)
	}
}

var counted = regexp.MustCompile(`server_configuration_version_number=\d+`)

const serverTable = "table mms_server_configuration"

// state is the whole state but for the counter of settings writes, which never goes
// down, and what is there beside it.
func (w *world) state(t *testing.T) map[string]string {
	t.Helper()
	out := w.snapshot(t)
	delete(out, "reports")
	out[serverTable] = counted.ReplaceAllString(out[serverTable], "server_configuration_version_number=N")
	return out
}

// switches gives the journals of switches of staging mode.
func (w *world) switches(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(apply.JournalPath(w.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(path string) bool { return path == w.installation })
}

// forget removes the journals of switches.
func (w *world) forget(t *testing.T) {
	t.Helper()
	for _, path := range w.switches(t) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKillSwitch ends the process with kill -9 at every record of the journal of
// leaving staging mode, before it is written, and of entering it, when it is on disk.
// Alternately the next process goes on or takes back; the end is that of a switch
// which nobody disturbed, or as before, and the service runs.
func TestKillSwitch(t *testing.T) {
	w := switchWorld(t)
	staging := w.state(t)
	w.must(t, switchLeave)
	live := w.state(t)
	if maps.Equal(staging, live) {
		t.Fatal("leaving staging mode changes nothing")
	}
	list := w.switches(t)
	if len(list) != 1 {
		t.Fatalf("journals %q", list)
	}
	records, _, err := apply.ReadJournal(list[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records", len(records))
	w.must(t, unswitch)
	equal(t, "taken back", staging, w.state(t))
	w.forget(t)

	// The first record is the beginning itself. Every other kill is taken back, so that
	// the next one finds what it needs.
	for n := 2; n <= len(records); n += 2 {
		next := min(n+1, len(records))
		for _, c := range []struct {
			command string
			at      moment
			want    map[string]string
		}{
			{switchLeave, moment{Record: n}, staging},
			{switchLeave, moment{Record: next}, live},
			{switchEnter, moment{Record: n, After: true}, live},
			{switchEnter, moment{Record: next, After: true}, staging},
		} {
			back := c.at.Record == n
			if !t.Run(fmt.Sprintf("%s killed %s, back %t", c.command, c.at, back), func(t *testing.T) { w.killSwitch(t, c.command, c.at, back, c.want) }) {
				t.FailNow() // the next one would begin with what is left of this one
			}
		}
	}
}

// killSwitch kills one switch and goes on or back, to the state that is wanted then.
func (w *world) killSwitch(t *testing.T, command string, at moment, back bool, want map[string]string) {
	t.Helper()
	if e := w.do(t, command, at, 0); !e.killed {
		t.Fatalf("it was not killed: %+v", e)
	}
	if back {
		w.must(t, unswitch)
	} else if e := w.do(t, command, moment{}, 0); e.killed || e.code > cli.ExitWarnings && !strings.Contains(e.stdout, string(plan.CodeStagingAlready)) {
		t.Fatalf("going on: %+v", e)
	}
	equal(t, "afterwards", want, w.state(t))
	w.forget(t)
}

// A service that does not run is left alone, one that does not start is said and can
// be gone on with, and one on another computer is not touched.
func TestSwitch_service(t *testing.T) {
	w := switchWorld(t)
	staging := w.state(t)[serverTable]
	w.start(t, false)
	w.must(t, switchLeave)
	if s, _ := w.windows.Service(t.Context(), "ADSync"); s.Running() {
		t.Error("a service that did not run was started")
	}
	w.must(t, unswitch)
	w.forget(t)
	w.start(t, true)
	const parameters = `SYSTEM\CurrentControlSet\Services\ADSync\Parameters`
	server, _, err := w.windows.Get(parameters, "Server")
	if err == nil {
		err = w.windows.Set(parameters, "Server", "") // it can't start without
	}
	if err != nil {
		t.Fatal(err)
	}
	e := w.do(t, switchLeave, moment{}, 0)
	if e.code != cli.ExitFailed || !strings.Contains(e.stdout, "server.start") {
		t.Fatalf("%+v", e)
	}
	if err := w.windows.Set(parameters, "Server", server); err != nil {
		t.Fatal(err)
	}
	e = w.must(t, switchLeave)
	var r cli.Switch
	if err := json.Unmarshal([]byte(e.stdout), &r); err != nil || r.Outcome.Ending != apply.Completed || len(r.Next) == 0 || strings.Contains(strings.Join(r.Next, " "), "Restart-Service") {
		t.Errorf("%v %+v", err, r)
	}
	if s, _ := w.windows.Service(t.Context(), "ADSync"); !s.Running() || w.state(t)[serverTable] == staging {
		t.Error("the service does not run, or staging mode is on")
	}
}
