package handover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// TestMain lets this program be Microsoft's setup where it is started by that name.
func TestMain(m *testing.M) {
	if strings.EqualFold(filepath.Base(os.Args[0]), Program) {
		os.Exit(pretend(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// left is a file beside the trace logs by which the pretended setup tells what it
// did to the database, and by which it is told to go on.
type left struct {
	Args     []string `json:"args"`
	Finished bool     `json:"finished"`
	PID      int      `json:"pid"`
}

func leftFile() string { return filepath.Join(This().Traces(), "pretended.json") }
func goOnFile() string { return filepath.Join(This().Traces(), "go-on") }

// pretend writes a trace log as the real setup does, waits in the middle until it is
// told to go on, as it waits for a person, and ends.
func pretend(args []string) int {
	name := time.Now().Format("trace-20060102-150405.log")
	file, err := os.Create(filepath.Join(This().Traces(), name))
	if err != nil {
		return 3
	}
	write := func(texts ...string) {
		for _, t := range texts {
			_, _ = fmt.Fprintf(file, "[%s] [  1] [INFO ] %s\r\n", time.Now().Format("15:04:05.000"), t)
		}
	}
	tell := func(l left) error {
		text, err := json.Marshal(l)
		if err != nil {
			return err
		}
		return os.WriteFile(leftFile(), text, 0o600)
	}
	if tell(left{Args: args, PID: os.Getpid()}) != nil {
		return 4
	}
	write("Application starting", "Application Version: 2.6.92.0",
		"SyncEngineSetupViewModel: Validating sync engine settings.",
		"Attaching to the ADSync database: SQLServerName=SQL01, SQLInstanceName=, ServiceAccountName=, state=Exists, Collation=Latin1_General_CI_AS, /UseExistingDatabase=True.")
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(goOnFile()); err == nil {
			break
		}
		if time.Now().After(end) {
			return 5
		}
	}
	write(`Page transition from "Connect Directories" [ConfigSyncDirectoriesPageViewModel] to "Configure" [PerformConfigurationPageViewModel]`,
		"ExecuteADSyncConfiguration: Attempting to install sync engine.", "result of installation operations - Success")
	if tell(left{Args: args, PID: os.Getpid(), Finished: true}) != nil || file.Close() != nil {
		return 6
	}
	return 0
}

// setupOf puts this program where Microsoft's setup is installed.
func setupOf(t *testing.T) computer {
	t.Helper()
	if os.Getenv("RECONNECT_TEST_PREPARED") == "" {
		t.Skip("this Windows was not made for tests: run scripts/wine-host-test")
	}
	c, ok := This().(computer)
	if !ok {
		t.Fatalf("%T", This())
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Dir(c.program), c.traces} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(c.program, text, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range []string{c.program, leftFile(), goOnFile()} {
			if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
		}
		names, err := TraceFiles(c.traces)
		if err != nil {
			t.Error(err)
		}
		for _, n := range names {
			if err := os.Remove(filepath.Join(c.traces, n)); err != nil {
				t.Error(err)
			}
		}
	})
	return c
}

// whatItDid reads what the pretended setup tells; nothing before it has started.
func whatItDid(t *testing.T) left {
	t.Helper()
	var l left
	text, err := os.ReadFile(leftFile())
	if err != nil {
		return l
	}
	if err := json.Unmarshal(text, &l); err != nil {
		return left{} // it writes at this moment
	}
	return l
}

// A program of that name at that place is started with the switch, seen among the
// processes, followed by its log and at its end known to be gone; another start of
// the wizard in the meantime finds it running.
func TestComputer_startsAndWatchesTheSetup(t *testing.T) {
	c := setupOf(t)
	if running, err := c.Running(); err != nil || running {
		t.Fatalf("before it is started: %v, %v", running, err)
	}
	a := ft.Set().ADSync
	h, b := theHandOver(a), BeforeOf(a, seals(a, "old"))
	w := Watch{
		Plan: h, Before: b, Starter: c, Every: time.Millisecond,
		Database: func(context.Context) (facts.ADSync, map[string]string, error) {
			if whatItDid(t).Finished {
				return finished(), seals(a, "new"), nil
			}
			return a, seals(a, "old"), nil
		},
		Service: func(context.Context) facts.Read[facts.SyncService] { return running() },
	}
	if err := c.Start(t.Context(), plan.Plan{}); err != nil {
		t.Fatal(err)
	}
	watcher := NewWatcher(w)
	look := func(what string, is func(Seen) bool) Seen {
		t.Helper()
		end := time.Now().Add(time.Minute)
		for {
			s := watcher.Look(t.Context(), true)
			if is(s) {
				return s
			}
			if time.Now().After(end) {
				t.Fatalf("no %s: %+v", what, s)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	s := look("database in its log", func(s Seen) bool { return s.Done(StepDatabase) })
	if !s.Running || s.Over() || s.World.Touched() || s.Unread != "" {
		t.Errorf("while it waits: %+v", s)
	}
	if args := whatItDid(t).Args; !slices.Equal(args, []string{Switch}) {
		t.Errorf("it was started with %q", args)
	}
	// A wizard that starts anew in the meantime takes up where the first one was.
	watcher = NewWatcher(w)
	if s := watcher.Look(t.Context(), true); !s.Running || !s.Done(StepDatabase) || !strings.HasPrefix(s.LogName(), "trace-") {
		t.Errorf("a second wizard sees %+v", s)
	}
	if err := os.WriteFile(goOnFile(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = look("end", func(s Seen) bool { return s.Over() && !s.Running })
	if !s.Done(StepFinished) || !s.World.Complete() || s.Status() != "Microsoft's setup has finished" {
		t.Errorf("at the end: %s, %+v", s.Status(), s)
	}
}

// What is not installed says where it comes from.
func TestComputer_notInstalled(t *testing.T) {
	c := computer{program: `C:\Nowhere\` + Program, traces: `C:\Nowhere`}
	p := problem.As(c.Start(t.Context(), plan.Plan{}))
	if p == nil || p.Code != CodeNotInstalled || !strings.Contains(p.Fix, Download) || p.Detail != c.program {
		t.Errorf("%+v", p)
	}
}
