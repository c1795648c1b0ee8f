//go:build unix

package install_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// rival is one of two servers that want the same database.
type rival struct {
	name    string
	dir     string
	order   order
	windows *standin.Computer
	after   map[string]string // the end state of its installation, when nobody disturbs it
	command *exec.Cmd
	stdout  bytes.Buffer
}

// take makes the world that of the rival.
func (w *world) take(r *rival) { w.dir, w.order, w.windows = r.dir, r.order, r.windows }

// TestTwoServers_oneDatabase starts the wizard on two servers at the same moment: one
// installs as if nobody else were there, the other one is told by whom and leaves nothing.
func TestTwoServers_oneDatabase(t *testing.T) {
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), nil)
	before := w.snapshot(t)
	rivals := [2]*rival{}
	for i, name := range []string{"SYNC02", "SYNC03"} {
		r := &rival{name: name, dir: w.dir, order: w.order, windows: w.windows}
		if i > 0 {
			r.dir, r.order.Seed = t.TempDir(), 1
			r.order.DataDir, r.order.Windows = r.dir, filepath.Join(t.TempDir(), "windows.json")
			r.order.Computer.Name = facts.Known(name, r.order.Computer.Name.Source, r.order.Computer.Name.At)
			if err := os.WriteFile(r.order.Windows, w.computer, 0o600); err != nil {
				t.Fatal(err)
			}
			r.windows = standin.Open(r.order.Windows)
		}
		rivals[i] = r
		w.take(r)
		w.must(t, cli.CommandInstall)
		r.after = w.snapshot(t)
		w.must(t, cli.CommandUndo)
		w.renew(t)
		equal(t, name+" undone", before, w.snapshot(t))
	}
	for round := range 4 {
		t.Run(fmt.Sprint(round), func(t *testing.T) { w.compete(t, rivals, before) })
	}
}

// compete is one round.
func (w *world) compete(t *testing.T, rivals [2]*rival, before map[string]string) {
	for _, r := range rivals {
		o := r.order
		o.Command = cli.CommandInstall
		r.stdout.Reset()
		r.command = w.process(t, o)
		r.command.Stdout = &r.stdout
		if err := r.command.Start(); err != nil {
			t.Fatal(err)
		}
	}
	var winner, loser *rival
	for _, r := range rivals {
		_ = r.command.Wait() // the exit code counts
		if r.command.ProcessState.ExitCode() <= cli.ExitWarnings {
			winner = r
		} else {
			loser = r
		}
	}
	if winner == nil || loser == nil {
		t.Fatalf("exit codes %d and %d\n%s\n%s", rivals[0].command.ProcessState.ExitCode(), rivals[1].command.ProcessState.ExitCode(), rivals[0].stdout.String(), rivals[1].stdout.String())
	}
	said := loser.stdout.String()
	if code := loser.command.ProcessState.ExitCode(); code != cli.ExitFailed && code != cli.ExitBlocked ||
		!strings.Contains(said, winner.name) && !strings.Contains(said, fmt.Sprintf("process %d", winner.command.Process.Pid)) {
		t.Errorf("%s won, and %s ends with %d: %s", winner.name, loser.name, code, said)
	}
	// What the loser's journal knows of is taken back without disturbing the winner.
	w.take(loser)
	list, err := apply.FindUndoable(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) > 0 {
		w.must(t, cli.CommandUndo)
	}
	vault, err := secret.OpenVault(install.VaultDir(w.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := vault.Names(); err != nil || len(names) > 0 {
		t.Errorf("the loser's vault holds %v (%v)", names, err)
	}
	w.take(winner)
	equal(t, winner.name+" won", winner.after, w.snapshot(t), "backups")
	w.opens(t)
	w.must(t, cli.CommandUndo)
	w.renew(t)
	w.take(loser)
	w.renew(t)
	equal(t, "undone", before, w.snapshot(t))
}
