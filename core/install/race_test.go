//go:build unix

package install_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
)

// TestOneWizardPerComputer lets a second process try while the first one works.
func TestOneWizardPerComputer(t *testing.T) {
	w := newWorld(t, time.Now().UTC().Truncate(time.Second), nil)
	o := w.order
	o.Command, o.Hold = cli.CommandInstall, "identity"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	first := w.process(t, o)
	stderr, err := first.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	held := make(chan string, 1)
	go func() {
		line := make([]byte, 16)
		n, _ := stderr.Read(line)
		held <- string(line[:n])
	}()
	select {
	case <-ctx.Done():
		t.Fatal("the first wizard does not come to its step")
	case line := <-held:
		if line != "holding\n" {
			t.Fatalf("the first wizard says %q", line)
		}
	}
	for _, command := range []string{cli.CommandResume, cli.CommandUndo} {
		e := w.do(t, command, moment{}, 0)
		if e.code != cli.ExitFailed || !strings.Contains(e.stdout, "is installing on this computer since") ||
			!strings.Contains(e.stdout, fmt.Sprintf("process %d", first.Process.Pid)) {
			t.Errorf("%s beside another wizard ends with %+v", command, e)
		}
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	w.must(t, cli.CommandResume)
	w.opens(t)
}
