//go:build unix

package install_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// world is a scene that outlives the wizards that work on it: each of them is a
// process of its own.
type world struct {
	scene
	order order
	calls atomic.Int32 // of directory and tenant
	open  atomic.Int32 // connections to them
	// statements gives all that SQL Server was sent.
	statements func() []string
	env        []string // of the wizards, besides this process's own
	// temp is their folder for temporary files, and bundles are their support bundles.
	temp    string
	bundles []string
	// computer is the pretend computer's file as it was at first.
	computer []byte
	// installation is the journal of the installation, where switches are looked at.
	installation string
}

// newWorld opens a site. password gives the pretend accounts other passwords than
// the usual one.
func newWorld(t *testing.T, now time.Time, password func(string) string) *world {
	t.Helper()
	return newWorldWith(t, now, practice.Options{Password: password})
}

// newWorldWith opens a site with options, of which the test's own are set here.
func newWorldWith(t *testing.T, now time.Time, options practice.Options) *world {
	t.Helper()
	w := &world{scene: scene{dir: t.TempDir()}}
	options.DataDir, options.Port, options.Now = w.dir, true, func() time.Time { return now }
	options.Change = func(o *sample.Options) { o.Objects, o.HistoryDays = 20, 1 }
	s, err := practice.New(t.Context(), "two-forests", options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.site, w.statements, w.inside = s.Setup(), s.Statements, s
	p := w.site.Prober.(*probe.Probe)
	if w.db, _, err = sqlserver.Connect(t.Context(), p.Config(w.site.Answers.SQL, w.site.Secrets[answers.SecretSQL])); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	address, certificate := s.Door()
	_, port, _ := strings.Cut(address.String(), ":")
	w.port = port
	w.order = order{
		Answers: w.site.Answers.Clone(), Computer: p.Computer(t.Context(), now), Certificate: certificate.Raw,
		URL: serve(t, w.site, &w.calls, &w.open), Now: now, DataDir: w.dir, Windows: filepath.Join(t.TempDir(), "windows.json"),
	}
	w.windows = s.Windows
	if err := s.Windows.Save(w.order.Windows); err != nil {
		t.Fatal(err)
	}
	if w.computer, err = os.ReadFile(w.order.Windows); err != nil {
		t.Fatal(err)
	}
	w.order.Answers.Options.Backup.On = true
	w.order.Answers.TakeOver = "SYNC01"
	if _, err := w.db.ExecContext(t.Context(), "sp_addextendedproperty", sql.Named("name", facts.ClaimProperty),
		sql.Named("value", `{"server":"SYNC01","installation":"5eb63bbbe01eeed093cb22bb8f5acdc3","at":"2026-01-02T03:04:05Z","version":"1.0"}`)); err != nil {
		t.Fatal(err)
	}
	w.order.Answers.SQL.Server, w.order.Answers.SQL.Instance = "localhost,"+port, ""
	return w
}

// renew makes the world as newWorld gave it, when all was taken back in it: without
// journals, reports and backups, and with a computer that never had those groups.
func (w *world) renew(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(w.dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	w.inside.SQL.RemoveBackups()
	if err := os.WriteFile(w.order.Windows, w.computer, 0o600); err != nil {
		t.Fatal(err)
	}
}

// process prepares a wizard process.
func (w *world) process(t *testing.T, o order) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	typed := map[string]string{}
	for k, v := range w.site.Secrets {
		typed[k] = v.Reveal()
	}
	input, err := json.Marshal(typed)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), envWizard+"="+string(text))
	c.Env = append(c.Env, w.env...)
	c.Stdin = bytes.NewReader(input)
	c.WaitDelay = time.Minute
	return c
}

// end is how a wizard process ended.
type end struct {
	killed bool
	code   int
	stdout string
	stderr string
	argv   string // arguments and environment, as others of the computer see them
}

// do runs a wizard process to its end, or kills it after a while when delay is set.
func (w *world) do(t *testing.T, command string, kill moment, delay time.Duration) end {
	t.Helper()
	o := w.order
	o.Command, o.Kill = command, kill
	c := w.process(t, o)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	argv := visible(c.Process.Pid)
	if delay > 0 {
		defer time.AfterFunc(delay, func() { _ = c.Process.Kill() }).Stop()
	}
	err := c.Wait()
	e := end{code: c.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), argv: argv}
	e.killed = e.code == -1
	if e.killed {
		w.rest(t)
	}
	if !e.killed && e.code > cli.ExitFailed {
		t.Fatalf("the wizard broke: %v\n%s", err, e.stderr)
	}
	return e
}

// rest waits until what a killed wizard had asked of directory and tenant is answered:
// else the next one would look before that took effect.
func (w *world) rest(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); w.open.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d connections of a killed wizard stay open", w.open.Load())
		}
	}
}

// must runs a wizard process that has to come to its end.
func (w *world) must(t *testing.T, command string) end {
	t.Helper()
	e := w.do(t, command, moment{}, 0)
	if e.killed || e.code > cli.ExitWarnings {
		t.Fatalf("%s ended with %+v", command, e)
	}
	return e
}

// visible gives arguments and environment of a process, where the system tells.
func visible(pid int) string {
	var out []byte
	for _, name := range []string{"cmdline", "environ"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err == nil {
			out = append(out, b...)
		}
	}
	return string(out)
}
