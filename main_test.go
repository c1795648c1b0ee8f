package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
)

func TestDataDir(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has a folder of its own for this")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	for state, want := range map[string]string{
		filepath.Join(home, "s"): filepath.Join(home, "s", "adsync-reconnect"),
		"":                       filepath.Join(home, ".local", "state", "adsync-reconnect"),
		"relative":               filepath.Join(home, ".local", "state", "adsync-reconnect"),
	} {
		t.Setenv("XDG_STATE_HOME", state)
		if got, err := dataDir(); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", state, got, err, want)
		}
	}
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", "")
	_, err := dataDir()
	if err == nil {
		t.Fatal("a home folder that nobody named")
	}
	var said bytes.Buffer
	if code := report(err, &said, false); code != cli.ExitFailed || !strings.Contains(said.String(), "Set HOME") {
		t.Errorf("exit code %d, %s", code, &said)
	}
}

// What Ctrl+C cuts off is told in words, wherever it was cut off.
func TestReport_cancelled(t *testing.T) {
	var said bytes.Buffer
	code := report(fmt.Errorf("fill practice table: %w", context.Canceled), &said, false)
	if code != cli.ExitFailed || !strings.Contains(said.String(), "It was cancelled.") {
		t.Errorf("exit code %d, %s", code, &said)
	}
}

func TestRun_unknownScenario(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	var out, said bytes.Buffer
	code := run([]string{"/check", "/practice:nope"}, &out, &said)
	if code != cli.ExitUsage || !strings.Contains(said.String(), "healthy, ") {
		t.Errorf("exit code %d, %s", code, &said)
	}
}
