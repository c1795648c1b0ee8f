package apply

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// envOnlyOne makes the test binary hold the lock of the folder that it names.
const envOnlyOne = "RECONNECT_TEST_ONLYONE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envOnlyOne); dir != "" {
		release, err := OnlyOne(dir, "installing", time.Now())
		if err != nil {
			_, _ = os.Stdout.WriteString("refused\n")
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("held\n")
		time.Sleep(time.Hour) // until it is killed; waiting for nothing would be a deadlock
		release()             // keeps the lock from being collected
	}
	if dir := os.Getenv(envRacer); dir != "" {
		if err := racing(dir, os.Stdin, os.Stdout); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// holder starts another process that has the lock and gives its id; the function
// kills it.
func holder(t *testing.T, dir string) (pid int, kill func()) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), envOnlyOne+"="+dir)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	line := make([]byte, 16)
	n, err := out.Read(line)
	if err != nil || string(line[:n]) != "held\n" {
		t.Fatalf("the other process says %q (%v)", line[:n], err)
	}
	return c.Process.Pid, func() {
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
	}
}

func TestOnlyOne_twoProcesses(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		pid, kill := holder(t, dir)
		_, err := OnlyOne(dir, "undoing", testClock()())
		p := problem.As(err)
		if p == nil || p.Code != CodeOther || !strings.Contains(p.What, " is installing on this computer since ") || p.Detail != "process "+strconv.Itoa(pid) {
			t.Fatalf("got %+v", p)
		}
		kill()
		release, err := OnlyOne(dir, "undoing", testClock()())
		if err != nil {
			t.Fatalf("the lock of a killed process stays: %v", err)
		}
		release()
	}
}

func TestOnlyOne_sameProcess(t *testing.T) {
	dir := t.TempDir()
	release, err := OnlyOne(dir, "installing", testClock()())
	must(t, err)
	if _, err := OnlyOne(dir, "installing", testClock()()); problem.As(err) == nil || problem.As(err).Code != CodeOther {
		t.Errorf("a second one gives %v", err)
	}
	other, err := OnlyOne(t.TempDir(), "installing", testClock()())
	must(t, err)
	other()
	release()
	again, err := OnlyOne(dir, "installing", testClock()())
	must(t, err)
	again()
}
