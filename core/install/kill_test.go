//go:build unix

package install_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/cli"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// world is a practice site that outlives the wizards that work on it: each of
// them is a process of its own.
type world struct {
	site    setup.Site
	db      *sql.DB
	dir     string
	order   order
	calls   atomic.Int32 // of directory and tenant
	windows *standin.Computer
	// statements gives all that SQL Server was sent.
	statements func() []string
}

// newWorld opens a site. password gives the pretend accounts other passwords than
// the usual one.
func newWorld(t *testing.T, now time.Time, password func(string) string) *world {
	t.Helper()
	w := &world{dir: t.TempDir()}
	s, err := practice.New(t.Context(), "two-forests", practice.Options{
		DataDir: w.dir, Port: true, Now: func() time.Time { return now }, Password: password,
		Change: func(o *sample.Options) { o.Objects = 20 },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.site, w.statements = s.Setup(), s.Statements
	p := w.site.Prober.(*probe.Probe)
	if w.db, _, err = sqlserver.Connect(t.Context(), p.Config(w.site.Answers.SQL, w.site.Secrets[answers.SecretSQL])); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	address, certificate := s.Door()
	_, port, _ := strings.Cut(address.String(), ":")
	w.order = order{
		Answers: w.site.Answers.Clone(), Computer: p.Computer(t.Context(), now), Certificate: certificate.Raw,
		URL: serve(t, w.site, &w.calls), Now: now, DataDir: w.dir, Windows: filepath.Join(t.TempDir(), "windows.json"),
	}
	w.windows = s.Windows
	if err := s.Windows.Save(w.order.Windows); err != nil {
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
	if delay > 0 {
		defer time.AfterFunc(delay, func() { _ = c.Process.Kill() }).Stop()
	}
	err := c.Wait()
	e := end{code: c.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	e.killed = e.code == -1
	if !e.killed && e.code > cli.ExitFailed {
		t.Fatalf("the wizard broke: %v\n%s", err, e.stderr)
	}
	return e
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

// sealedColumns differ with every installation, as each seals with another key;
// what is in them is compared by opening them.
var sealedColumns = map[string]bool{"encrypted_configuration": true}

// snapshot is the whole end state, by the name of what it is about: every table
// row by row and cell by cell, directory, tenant, vault and disk.
func (w *world) snapshot(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, row := range w.rows(t, "SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE = 'BASE TABLE'") {
		name := row[0][1]
		var lines []string
		for _, cells := range w.rows(t, "SELECT * FROM ["+name+"]") {
			var line strings.Builder
			for _, c := range cells {
				if !sealedColumns[c[0]] {
					fmt.Fprintf(&line, "%s=%s|", c[0], c[1])
				}
			}
			lines = append(lines, line.String())
		}
		sort.Strings(lines)
		out["table "+name] = strings.Join(lines, "\n")
	}
	if len(out) < 18 {
		t.Fatalf("only %d tables were found", len(out))
	}
	out["properties"] = fmt.Sprint(w.rows(t, "SELECT name, CAST(value AS nvarchar(4000)) AS value FROM sys.extended_properties WHERE class = 0"))
	out["locks"] = fmt.Sprint(w.rows(t, "SELECT resource_type FROM sys.dm_tran_locks WHERE resource_type = 'APPLICATION'"))
	w.outside(t, out)
	w.disk(t, out)
	return out
}

// outside adds the accounts of the directory and the identities of the tenant.
func (w *world) outside(t *testing.T, out map[string]string) {
	t.Helper()
	for _, f := range w.site.Answers.Forests {
		proof, err := w.site.Directory.Verify(t.Context(), setup.ForestRequest{Answer: f, Password: w.site.Secrets[answers.SecretForest(f.Forest)]}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range proof.Forest.OldAccounts.Value {
			names = append(names, fmt.Sprintf("%s of %s", a.Name, a.Server))
		}
		sort.Strings(names)
		out["directory "+f.Forest] = strings.Join(names, "\n")
	}
	tenant, err := w.site.Cloud.SignIn(t.Context(), setup.CloudRequest{Answer: w.site.Answers.Entra}, func(setup.Prompt) {})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range tenant.Identities.Value {
		names = append(names, fmt.Sprintf("%s %s of %s", i.Kind, i.Name, i.Server))
	}
	sort.Strings(names)
	out["tenant"] = strings.Join(names, "\n")
}

// ports finds the practice SQL Server's port, which is another one in every world.
var ports = regexp.MustCompile(`MSSQLSERVER,\d+`)

// disk adds the names in the vault and of the files beside it.
func (w *world) disk(t *testing.T, out map[string]string) {
	t.Helper()
	vault, err := secret.OpenVault(install.VaultDir(w.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	names, err := vault.Names()
	if err != nil {
		t.Fatal(err)
	}
	out["vault"] = strings.Join(names, "\n")
	computer, err := w.windows.World()
	if err != nil {
		t.Fatal(err)
	}
	out["windows"] = ports.ReplaceAllString(strings.ReplaceAll(computer, strings.ToLower(w.dir), "DATA"), "MSSQLSERVER,PORT")
	var files []string
	for _, dir := range []string{install.VaultDir(w.dir), install.ReportDir(w.dir)} {
		list, err := filepath.Glob(filepath.Join(dir, ".*"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, list...)
	}
	out["half-written files"] = strings.Join(files, "\n")
	reports, err := filepath.Glob(filepath.Join(install.ReportDir(w.dir), "reconnect-*"))
	if err != nil {
		t.Fatal(err)
	}
	out["reports"] = fmt.Sprint(len(reports))
}

// allCells gives the content of all cells one after the other, as bytes.
func allCells(t *testing.T, rows *sql.Rows) []byte {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				out.Write(b)
			} else {
				fmt.Fprint(&out, v)
			}
			out.WriteByte('\n')
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// claimTexts gives the extended properties of the database.
func (w *world) claimTexts(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, row := range w.rows(t, "SELECT name, CAST(value AS nvarchar(4000)) AS value FROM sys.extended_properties WHERE class = 0") {
		out = append(out, row[0][1]+" "+row[1][1])
	}
	return out
}

// rows gives all rows of a query as pairs of column and text.
func (w *world) rows(t *testing.T, query string) [][][2]string {
	t.Helper()
	rows, err := w.db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out [][][2]string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		cells := make([][2]string, len(columns))
		for i, v := range values {
			cells[i] = [2]string{columns[i], fmt.Sprint(v)}
		}
		out = append(out, cells)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// opens proves that what the database has sealed opens with this computer's
// vault, and that the accounts sign in with it.
func (w *world) opens(t *testing.T) {
	t.Helper()
	list, err := apply.FindUndoable(w.dir)
	if err != nil || len(list) != 1 || list[0].Ending != apply.Completed {
		t.Fatalf("journals %+v, %v", list, err)
	}
	p := list[0].Begin.Plan
	vault, err := secret.OpenVault(install.VaultDir(w.dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := vault.Get(install.VaultKeyset(p.Writes.KeysetAfter))
	if err != nil {
		t.Fatal(err)
	}
	key, err := adsync.KeyFromVault(stored.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	creds := map[string]adsync.Credential{}
	for _, c := range p.Writes.Connectors {
		value, err := vault.Get(install.VaultConnector(c.ID))
		if err != nil {
			t.Fatal(err)
		}
		if c.Kind == facts.KindEntra {
			var i struct{ Secret []byte }
			if err := json.Unmarshal(value.Bytes(), &i); err != nil {
				t.Fatal(err)
			}
			if value = secret.FromBytes(i.Secret); p.Identity.Kind != "user" {
				value = secret.Value{}
			}
		} else {
			w.signsIn(t, p.Accounts[slices.IndexFunc(p.Accounts, func(a plan.Account) bool { return strings.EqualFold(a.Connector, c.ID) })], value)
		}
		creds[c.ID] = adsync.Credential{Password: value}
	}
	ids, err := w.windows.Local().GroupIDs(t.Context(), *p.Computer)
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range p.Writes.Groups {
		p.Writes.Groups[i].After = ids[g.Column]
	}
	wrong, err := adsync.Verify(t.Context(), w.db, p.Writes, key, creds)
	if err != nil || len(wrong) > 0 {
		t.Errorf("the database does not fit the vault: %v %v", wrong, err)
	}
}

func (w *world) signsIn(t *testing.T, a plan.Account, password secret.Value) {
	t.Helper()
	user := a.User
	if !strings.Contains(user, `\`) {
		user = a.Domain + `\` + user
	}
	_, err := w.site.Directory.Verify(t.Context(), setup.ForestRequest{
		Answer: answers.Forest{Forest: a.Forest, Option: answers.ExistingAccount, User: user}, Password: password,
	}, func(string) {})
	if err != nil {
		t.Errorf("%s does not sign in with the password in the vault: %v", user, err)
	}
}

// equal compares two states, but for what is named.
func equal(t *testing.T, when string, want, got map[string]string, but ...string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if want[name] != got[name] && !slices.Contains(but, name) {
			n := 0 // where they part, with a little before it
			for n < min(len(want[name]), len(got[name])) && want[name][n] == got[name][n] {
				n++
			}
			n = max(n-100, 0)
			t.Errorf("%s: %s differs\nwant …%.600s\ngot  …%.600s", when, name, want[name][min(n, len(want[name])):], got[name][min(n, len(got[name])):])
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s: %d parts instead of %d", when, len(got), len(want))
	}
}

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
	equal(t, "undone", g.before, w.snapshot(t), "reports")
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

// killRuns is how many wizards are killed: RECONNECT_KILL_RUNS, or a few.
func killRuns(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("RECONNECT_KILL_RUNS"))
	if err != nil || n <= 0 {
		n = 12
	}
	return n
}

// blow is one kill: at a moment, or at a random instant of the command's time.
type blow struct {
	command string // what is killed
	at      moment
	share   float64 // of the command's time, when there is no moment
}

// blows gives n kills: every moment of the journal and of the calls of
// installation and undo in turn, evenly spread when n is smaller than their
// number, and random instants for every third and for all beyond them.
func blows(g golden, n int, random *rand.Rand) []blow {
	var moments []blow
	for _, after := range []bool{false, true} {
		for r := 2; r <= g.records; r++ {
			moments = append(moments, blow{cli.CommandInstall, moment{Record: r, After: after}, 0})
		}
		for c := 1; c <= g.calls; c++ {
			moments = append(moments, blow{cli.CommandInstall, moment{Call: c, After: after}, 0})
		}
		for c := 1; c <= g.undoCalls; c++ {
			moments = append(moments, blow{cli.CommandUndo, moment{Call: c, After: after}, 0})
		}
		for r := g.records + 1; r <= g.undone; r++ {
			moments = append(moments, blow{cli.CommandUndo, moment{Record: r, After: after}, 0})
		}
	}
	exact := min(n-n/3, len(moments))
	var list []blow
	for i := range exact {
		list = append(list, moments[i*len(moments)/exact])
	}
	for len(list) < n {
		b := blow{cli.CommandInstall, moment{}, random.Float64()}
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
	t.Logf("%d records and %d calls, with undo %d and %d; one installation takes %v", g.records, g.calls, g.undone, g.calls+g.undoCalls, g.took)
	for i, b := range blows(g, killRuns(t), rand.New(rand.NewPCG(seed, 0))) {
		next := []string{cli.CommandResume, cli.CommandUndo}[i%2]
		name := fmt.Sprintf("%d %s killed %s, then %s", i, b.command, b.at, next)
		if b.at == (moment{}) {
			name = fmt.Sprintf("%d %s killed at %.2f of its time, then %s", i, b.command, b.share, next)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			killed(t, g, now, b, next)
		})
	}
}

// killed is one run: kill, then go on or back, then compare.
func killed(t *testing.T, g golden, now time.Time, b blow, next string) {
	w := newWorld(t, now, nil)
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
		equal(t, "nothing to take up", g.before, w.snapshot(t), "reports", "half-written files")
		if e := w.do(t, next, moment{}, 0); e.code != cli.ExitFailed || !strings.Contains(e.stdout, string(setup.CodeNothing)) {
			t.Errorf("%s of nothing ends with %+v", next, e)
		}
	case next == cli.CommandUndo:
		w.must(t, next)
		equal(t, "undone", g.before, w.snapshot(t), "reports")
	case list[0].Ending == apply.Completed:
		equal(t, "completed", g.after, w.snapshot(t))
		w.opens(t)
	default:
		w.must(t, next)
		equal(t, "gone on", g.after, w.snapshot(t))
		w.opens(t)
		w.must(t, cli.CommandUndo)
		equal(t, "undone after going on", g.before, w.snapshot(t), "reports")
	}
}

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
	equal(t, "undone but for what somebody else changed", before, after, "reports", "table mms_server_configuration")
	if !strings.Contains(after["table mms_server_configuration"], "keyset_id=4711|") {
		t.Error("what somebody else changed was overwritten")
	}
}
