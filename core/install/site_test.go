package install_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// bench is a practice site with a small database, a session on it, and what the
// tests look at and meddle with.
type bench struct {
	s     *setup.Session
	site  setup.Site
	db    *sql.DB // a connection of the test's own
	wire  *wire
	dir   string
	hooks map[string]func() // called once when a step reaches a state: "claim done"
}

// wire is the site's network, whose connections the test can cut.
type wire struct {
	sqlserver.Dialer
	mu    sync.Mutex
	conns []net.Conn
}

func (w *wire) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := w.Dialer.DialContext(ctx, network, addr)
	if err == nil {
		w.mu.Lock()
		w.conns = append(w.conns, c)
		w.mu.Unlock()
	}
	return c, err
}

func (w *wire) LookupHost(ctx context.Context, host string) ([]string, error) {
	return w.Dialer.(sqlserver.Resolver).LookupHost(ctx, host)
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

// hooked calls the test back on the installer's progress, before the session
// hears of it.
type hooked struct {
	*install.Installer
	b *bench
}

func (h hooked) Install(ctx context.Context, job setup.Job, stop <-chan struct{}, say func(apply.Progress)) apply.Outcome {
	return h.Installer.Install(ctx, job, stop, func(p apply.Progress) {
		name := fmt.Sprintf("%s %s", kindOf(p.Step), p.State)
		if hook := h.b.hooks[name]; hook != nil {
			delete(h.b.hooks, name)
			hook()
		}
		say(p)
	})
}

func kindOf(step string) string {
	kind, _, _ := strings.Cut(step, ":")
	return kind
}

func open(t *testing.T, scenario string) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), hooks: map[string]func(){}}
	s, err := practice.New(t.Context(), scenario, practice.Options{
		DataDir: b.dir, Change: func(o *sample.Options) { o.Objects = 30 },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.site = s.Setup()
	p, ok := b.site.Prober.(*probe.Probe)
	if !ok {
		t.Fatalf("the site's prober is a %T", b.site.Prober)
	}
	if b.db, _, err = sqlserver.Connect(t.Context(), p.Config(b.site.Answers.SQL, b.site.Secrets[answers.SecretSQL])); err != nil {
		t.Fatal(err)
	}
	b.wire = &wire{Dialer: p.Dialer}
	p.Dialer = b.wire
	directory, isDirectory := b.site.Directory.(apply.Directory)
	cloud, isCloud := b.site.Cloud.(apply.Cloud)
	if !isDirectory || !isCloud {
		t.Fatal("the site makes no accounts")
	}
	b.site.Installer = hooked{install.New(install.Params{
		Probe: p, Directory: directory, Cloud: cloud, DataDir: b.dir, Practice: true,
	}), b}
	b.s = setup.NewSession(setup.Params{Site: b.site, Program: "1.0"})
	t.Cleanup(func() {
		_ = b.db.Close()
		if err := b.s.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// install runs the unattended installation.
func (b *bench) install(t *testing.T) (setup.State, error) {
	t.Helper()
	return setup.Run(t.Context(), b.s, setup.RunOptions{Install: true})
}

// press dispatches an event and waits for its end.
func (b *bench) press(t *testing.T, e setup.Event) setup.State {
	t.Helper()
	b.s.Dispatch(e)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := b.s.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	return b.s.State()
}

// dump gives the whole content of the database as text.
func (b *bench) dump(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range b.rows(t, "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'") {
		name := strings.TrimSpace(table)
		lines := b.rows(t, "SELECT * FROM ["+name+"]")
		sort.Strings(lines)
		out[name] = strings.Join(lines, "\n")
	}
	if len(out) < 18 {
		t.Fatalf("only %d tables were found", len(out))
	}
	out["extended properties"] = strings.Join(b.rows(t, "SELECT name, CAST(value AS nvarchar(4000)) FROM sys.extended_properties WHERE class = 0"), "\n")
	return out
}

func (b *bench) rows(t *testing.T, query string) []string {
	t.Helper()
	rows, err := b.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, v := range values {
			fmt.Fprintf(&text, "%v ", v)
		}
		out = append(out, text.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, when string, before, after map[string]string) {
	t.Helper()
	for name := range before {
		if before[name] != after[name] {
			t.Errorf("%s: %s differs\nbefore %.400s\nafter  %.400s", when, name, before[name], after[name])
		}
	}
	if len(before) != len(after) {
		t.Errorf("%s: %d tables instead of %d", when, len(after), len(before))
	}
}

// facts reads the database as the wizard would.
func (b *bench) facts(t *testing.T) facts.Set {
	t.Helper()
	set, err := b.site.Prober.Inspect(t.Context(), b.site.Answers, b.site.Secrets[answers.SecretSQL], func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestInstall_wholeAndBack(t *testing.T) {
	for _, scenario := range []string{"two-forests", "stale"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			b := open(t, scenario)
			before := b.dump(t)
			state, err := b.install(t)
			if err != nil {
				t.Fatalf("page %s: %v\n%+v", state.Page, err, state.Install)
			}
			checkInstalled(t, b, state)
			state = b.press(t, setup.UndoPressed{})
			if o := state.Install.Outcome; o.Ending != apply.TakenBack {
				t.Fatalf("undo: %+v", o)
			}
			same(t, "after undo", before, b.dump(t))
			checkTakenBack(t, b, state)
		})
	}
}

// checkTakenBack looks at what is outside the database.
func checkTakenBack(t *testing.T, b *bench, state setup.State) {
	t.Helper()
	vault, err := secret.OpenVault(install.VaultDir(b.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := vault.Names(); err != nil || len(names) != 0 {
		t.Errorf("the vault still holds %v (%v)", names, err)
	}
	if list, err := apply.FindUnfinished(b.dir); err != nil || len(list) != 0 {
		t.Errorf("unfinished %v, %v", list, err)
	}
	for _, a := range state.Plan.Accounts {
		if a.Option == answers.ExistingAccount {
			continue
		}
		admin := apply.Credential{User: a.Admin, Password: b.site.Secrets[answers.SecretForest(a.Forest)]}
		if there, err := b.site.Directory.(apply.Directory).HasAccount(t.Context(), a, admin); err != nil || there {
			t.Errorf("the account %s is there: %v, %v", a.User, there, err)
		}
	}
	if there, err := b.site.Cloud.(apply.Cloud).HasIdentity(t.Context(), state.Plan.Identity); err != nil || there {
		t.Errorf("the sync identity is there: %v, %v", there, err)
	}
	reports := state.Install.Outcome.Reports
	if len(reports) != 2 {
		t.Fatalf("reports %v", reports)
	}
	if data, err := os.ReadFile(reports[1]); err != nil || !strings.Contains(string(data), `"ending": "undone"`) {
		t.Errorf("the report does not say that it was undone (%v)", err)
	}
}

func checkInstalled(t *testing.T, b *bench, state setup.State) {
	t.Helper()
	o := state.Install.Outcome
	for _, p := range o.Steps {
		if p.State != apply.Done {
			t.Errorf("step %s is %q", p.Step, p.State)
		}
	}
	set := b.facts(t)
	if !set.ADSync.On(facts.SettingStagingMode) || set.ADSync.Server.KeysetID.Value != state.Plan.Writes.KeysetAfter {
		t.Error("the database is not in staging mode, or has another key set")
	}
	if c := set.ADSync.Claim.Value; c == nil || c.Server != state.Plan.Server || c.Installation != state.Plan.ID {
		t.Errorf("claim %+v", c)
	}
	list, err := apply.FindUnfinished(b.dir)
	if err != nil || len(list) != 0 {
		t.Errorf("unfinished %v, %v", list, err)
	}
	if len(o.Reports) != 2 {
		t.Fatalf("reports %v", o.Reports)
	}
	var record struct {
		Outcome apply.Outcome `json:"outcome"`
		Plan    plan.Plan     `json:"plan"`
	}
	data, err := os.ReadFile(o.Reports[1])
	if err == nil {
		err = json.Unmarshal(data, &record)
	}
	if err != nil || record.Outcome.Ending != apply.Completed || record.Plan.ID != state.Plan.ID {
		t.Errorf("report: %v, ending %q", err, record.Outcome.Ending)
	}
	for _, key := range b.site.Secrets {
		for _, path := range append(o.Reports, o.Journal) {
			data, err := os.ReadFile(path)
			if err != nil || strings.Contains(string(data), key.Reveal()) {
				t.Errorf("%s holds a password (%v)", path, err)
			}
		}
	}
}

// TestInstall_stopAfterEachStep stops after each step in turn; in one series
// undo must come to the beginning, in the other going on to the end.
func TestInstall_stopAfterEachStep(t *testing.T) {
	for _, kind := range []plan.Kind{plan.KindRecheck, plan.KindClaim, plan.KindAccount, plan.KindIdentity, plan.KindSecrets, plan.KindDatabase, plan.KindVerify} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := open(t, "healthy")
			before := b.dump(t)
			b.hooks[string(kind)+" running"] = func() { b.s.Dispatch(setup.StopPressed{}) }
			state, err := b.install(t)
			if err == nil || state.Install.Outcome.Ending != apply.Stopped {
				t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
			}
			if state.CanUndo() {
				state = b.press(t, setup.UndoPressed{})
				if o := state.Install.Outcome; o.Ending != apply.TakenBack {
					t.Fatalf("undo: %+v", o)
				}
			} else if kind != plan.KindRecheck {
				t.Error("there is no way back")
			}
			same(t, "after undo", before, b.dump(t))

			b = open(t, "healthy")
			b.hooks[string(kind)+" running"] = func() { b.s.Dispatch(setup.StopPressed{}) }
			if state, err = b.install(t); err == nil {
				t.Fatal("not stopped")
			}
			state = b.press(t, setup.RetryPressed{})
			if state.Page != setup.PageComplete {
				t.Fatalf("going on: %+v", state.Install.Outcome)
			}
			checkInstalled(t, b, state)
		})
	}
}

// TestInstall_lostConnection cuts every connection after each step in turn.
func TestInstall_lostConnection(t *testing.T) {
	for _, kind := range []plan.Kind{plan.KindClaim, plan.KindAccount, plan.KindIdentity, plan.KindSecrets, plan.KindDatabase} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := open(t, "healthy")
			before := b.dump(t)
			b.hooks[string(kind)+" done"] = b.wire.cut
			state, err := b.install(t)
			if p := problem.As(err); p == nil || p.Code != install.CodeLostLock {
				t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
			}
			if kind != plan.KindDatabase {
				after := b.dump(t)
				delete(after, "extended properties")
				delete(before, "extended properties")
				same(t, "after the connection was lost", before, after)
			}
			state = b.press(t, setup.RetryPressed{})
			if state.Page != setup.PageComplete {
				t.Fatalf("going on: %+v", state.Install.Outcome)
			}
			checkInstalled(t, b, state)
		})
	}
}

// TestInstall_diesAfterEachStep ends the run in the middle, without a word to
// the journal: what comes next has the journal and the world to go by.
func TestInstall_diesAfterEachStep(t *testing.T) {
	for _, kind := range []plan.Kind{plan.KindClaim, plan.KindAccount, plan.KindIdentity, plan.KindSecrets, plan.KindDatabase, plan.KindReport} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			for _, next := range []setup.Event{setup.RetryPressed{}, setup.UndoPressed{}} {
				b := open(t, "healthy")
				before := b.dump(t)
				b.hooks[string(kind)+" done"] = func() { panic("killed") }
				state, err := b.install(t)
				if p := problem.As(err); p == nil || p.Code != setup.CodePanic || !state.CanUndo() {
					t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
				}
				state = b.press(t, next)
				if next == (setup.RetryPressed{}) {
					checkInstalled(t, b, state)
					continue
				}
				if o := state.Install.Outcome; o.Ending != apply.TakenBack {
					t.Fatalf("undo: %+v", o)
				}
				same(t, "after undo", before, b.dump(t))
			}
		})
	}
}

func TestInstall_factsThatChangedStopIt(t *testing.T) {
	b := open(t, "healthy")
	b.hooks["recheck running"] = func() {
		if _, err := b.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET server_configuration_version_number = server_configuration_version_number + 1"); err != nil {
			t.Error(err)
		}
	}
	state, err := b.install(t)
	p := problem.As(err)
	if p == nil || p.Code != install.CodeDiffers || !strings.Contains(p.Why, "counter of the settings") {
		t.Fatalf("got %v", err)
	}
	if state.Changed() || b.facts(t).ADSync.Claim.Value != nil {
		t.Error("something was changed")
	}
	state = b.press(t, setup.PreviousPressed{})
	if state.Page != setup.PageCheck || state.Plan != nil {
		t.Fatalf("page %s", state.Page)
	}
	for _, e := range []setup.Event{setup.NextPressed{}, setup.NextPressed{}, setup.NextPressed{}, setup.NextPressed{}} {
		state = b.press(t, e)
	}
	if state.Page != setup.PageComplete {
		t.Errorf("with a new plan: page %s, %+v", state.Page, state.Install.Outcome)
	}
}

func TestInstall_anotherInstallationAtTheSameTime(t *testing.T) {
	b := open(t, "healthy")
	other, err := b.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	foreign := plan.Claim{After: facts.Claim{Server: "SYNC09", Installation: strings.Repeat("9", 32), Version: "1", At: time.Now().UTC()}}
	var release func(context.Context) error
	b.hooks["claim running"] = func() {
		if release, err = adsync.Claim(t.Context(), other, foreign); err != nil {
			t.Error(err)
		}
	}
	_, err = b.install(t)
	if p := problem.As(err); p == nil || p.Code != adsync.CodeLocked {
		t.Fatalf("got %v", err)
	}
	state := b.press(t, setup.UndoPressed{})
	if o := state.Install.Outcome; o.Ending != apply.TakenBack {
		t.Errorf("there was nothing to take back, and undo says %+v", o)
	}
	if c := b.facts(t).ADSync.Claim.Value; c == nil || c.Server != "SYNC09" {
		t.Errorf("the other's claim is gone: %+v", c)
	}
	if err := release(t.Context()); err != nil {
		t.Error(err)
	}
	_ = other.Close()
}

func TestInstall_undoLeavesWhatOthersChanged(t *testing.T) {
	b := open(t, "healthy")
	if _, err := b.install(t); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.ExecContext(t.Context(), "UPDATE mms_server_configuration SET keyset_id = 4711"); err != nil {
		t.Fatal(err)
	}
	state := b.press(t, setup.UndoPressed{})
	o := state.Install.Outcome
	if o.Ending != apply.PartLeft || len(o.Left) != 1 || !strings.Contains(o.Left[0], "key set id") {
		t.Fatalf("undo %+v", o)
	}
	if set := b.facts(t); set.ADSync.Server.KeysetID.Value != 4711 || set.ADSync.Claim.Value != nil {
		t.Error("what somebody else changed was overwritten, or the claim stayed")
	}
}

// TestInstall_reportThatCannotBeWritten leaves everything installed, says so, and
// goes on when there is room again.
func TestInstall_reportThatCannotBeWritten(t *testing.T) {
	b := open(t, "healthy")
	dir := install.ReportDir(b.dir)
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	state, err := b.install(t)
	if err == nil || state.Install.Outcome.Ending != apply.Broken || len(state.Install.Outcome.Reports) != 0 {
		t.Fatalf("outcome %+v, %v", state.Install.Outcome, err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	checkInstalled(t, b, b.press(t, setup.RetryPressed{}))
}
