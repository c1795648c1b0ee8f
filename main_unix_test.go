//go:build unix

package main

import (
	"bytes"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
)

// terminated ends the program at the first line that it says.
type terminated struct {
	once sync.Once
	bytes.Buffer
}

func (w *terminated) Write(b []byte) (int, error) {
	w.once.Do(func() { _ = syscall.Kill(os.Getpid(), syscall.SIGTERM) })
	return w.Buffer.Write(b)
}

// A service manager, and a console that is closed, end a run as Ctrl+C does: with
// what is there in words, and no practice site left behind.
func TestRun_terminated(t *testing.T) {
	keep := make(chan os.Signal, 1) // keeps this test alive if run does not listen
	signal.Notify(keep, syscall.SIGTERM)
	defer signal.Stop(keep)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	var out bytes.Buffer
	code := run([]string{"/check", "/practice"}, &out, new(terminated))
	if code != cli.ExitFailed || !strings.Contains(out.String(), "It was cancelled.") {
		t.Errorf("exit code %d, %s", code, &out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
