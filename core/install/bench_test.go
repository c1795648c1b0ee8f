package install_test

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// bench is a practice site with a small database, a session on it, and what the
// tests look at and meddle with.
type bench struct {
	s     *setup.Session
	first *setup.Session // which closes the site
	site  setup.Site
	db    *sql.DB // a connection of the test's own
	sql   *tsql.Server
	wire  *wire
	dir   string
	said  func(apply.Progress) // called with all progress
	hooks map[string]func()    // called once when a step reaches a state: "claim done"
}

// wire is the site's network, whose connections the test can cut.
type wire struct {
	sqlserver.Dialer
	mu    sync.Mutex
	conns []net.Conn
	// sends is called before anything is sent; true cuts the connection instead.
	sends func() bool
}

// sender is a connection that may be cut when something is sent over it.
type sender struct {
	net.Conn
	w *wire
}

func (s sender) Write(data []byte) (int, error) {
	s.w.mu.Lock()
	sends := s.w.sends
	s.w.mu.Unlock()
	if sends != nil && sends() {
		_ = s.Close()
		return 0, net.ErrClosed
	}
	return s.Conn.Write(data)
}

func (w *wire) watch(sends func() bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sends = sends
}

func (w *wire) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := w.Dialer.DialContext(ctx, network, addr)
	if err == nil {
		c = sender{c, w}
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
		if h.b.said != nil {
			h.b.said(p)
		}
		say(p)
	})
}

func kindOf(step string) string {
	kind, _, _ := strings.Cut(step, ":")
	return kind
}

func open(t *testing.T, scenario string, change ...func(*setup.Site)) *bench {
	t.Helper()
	return openWith(t, scenario, practice.Options{}, change...)
}

// openWith is open with options of the site.
func openWith(t *testing.T, scenario string, o practice.Options, change ...func(*setup.Site)) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), hooks: map[string]func(){}}
	o.DataDir, o.Change = b.dir, func(o *sample.Options) { o.Objects, o.HistoryDays = 30, 2 }
	s, err := practice.New(t.Context(), scenario, o)
	if err != nil {
		t.Fatal(err)
	}
	b.sql = s.SQL
	b.site = s.Setup()
	for _, c := range change {
		c(&b.site)
	}
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
	granter, isGranter := b.site.Directory.(apply.Granter)
	if !isDirectory || !isCloud || !isGranter {
		t.Fatal("the site makes no accounts")
	}
	b.site.Installer = hooked{install.New(install.Params{
		Probe: p, Directory: directory, Granter: granter, Cloud: cloud, DataDir: b.dir, Practice: true, Local: s.Windows.Local(),
		Setup: s.MicrosoftSetup(), Service: func(ctx context.Context) facts.Read[facts.SyncService] { return p.Computer(ctx, time.Now()).Service },
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

// session takes the place of the bench's session, with other params.
func (b *bench) session(t *testing.T, change func(*setup.Params)) {
	t.Helper()
	p := setup.Params{Site: b.site, Program: "1.0"}
	p.Site.Close = nil // the first session closes the site
	change(&p)
	b.s, b.first = setup.NewSession(p), b.s
	t.Cleanup(func() {
		if err := b.s.Close(); err != nil {
			t.Error(err)
		}
		b.s = b.first
	})
}
