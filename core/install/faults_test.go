package install_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/logbook"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// stage is one practice site on which one installation after the other is made,
// goes wrong, and is gone on with or taken back.
type stage struct {
	scene
	x      *trouble
	now    time.Time
	turns  int
	book   *logbook.Book     // the wizards' log, nil for one in memory
	renew  func() error      // makes the computer as it was at first
	before map[string]string // as it was at first
	after  map[string]string // as an installation that nobody disturbed leaves it
	asked  [2]map[kind]int   // by installing and by undoing
}

// newStage opens the site: two forests, an account to be made in one and rights to
// be granted in the other, a backup, a claim to be taken over and this server to be set up.
func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{x: &trouble{}, now: time.Now().UTC().Truncate(time.Second)}
	site, err := practice.New(t.Context(), "two-forests", practice.Options{
		Now: func() time.Time { return s.now }, Change: func(o *sample.Options) { o.Objects, o.HistoryDays = 20, 1 },
		Engine: func(c *tsql.Config) { c.Fault, c.FaultAfter = s.x.statement(false), s.x.statement(true) },
		Tenant: func(o *tenant.Options) { o.Fault = s.x.request }, RequestLimit: requestLimit,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := site.Close(); err != nil {
			t.Error(err)
		}
	})
	s.scene = scene{site: site.Setup(), windows: site.Windows, inside: site}
	s.windows.Fault = s.x.change
	path := filepath.Join(t.TempDir(), "windows.json")
	if err := s.windows.Save(path); err != nil {
		t.Fatal(err)
	}
	computer, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The ids of groups begin anew with each turn, as they do on a new computer.
	s.renew = func() error { return os.WriteFile(path, computer, 0o600) }
	p := s.site.Prober.(*probe.Probe)
	if s.db, _, err = sqlserver.Connect(t.Context(), p.Config(s.site.Answers.SQL, s.site.Secrets[answers.SecretSQL])); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	w := &wire{Dialer: p.Dialer}
	p.Dialer, s.x.cut = w, w.cut
	s.site.Answers.Options.Backup.On = true
	second := s.site.Answers.Forests[1]
	s.site.Answers.Forests[1] = answers.Forest{
		Forest: second.Forest, Option: answers.ExistingAccount, User: strings.Replace(second.User, "svc-adsync", "svc-poor", 1),
		Grant: answers.Grant{User: strings.Replace(second.User, "svc-adsync", "ea", 1)},
	}
	s.site.Secrets[answers.SecretGrant(second.Forest)] = s.site.Secrets[answers.SecretForest(second.Forest)]
	s.golden(t)
	return s
}

// golden installs and takes back once without any trouble, and counts what that asks of the world.
func (s *stage) golden(t *testing.T) {
	t.Helper()
	s.dir = t.TempDir()
	s.before = s.snapshot(t)
	turn := s.turn(t, 0)
	s.x.arm("", 0, fine)
	state, err := setup.Run(t.Context(), turn, setup.RunOptions{Install: true})
	_, s.asked[0] = s.x.disarm()
	if err != nil {
		t.Fatalf("without any trouble: %v\n%+v", err, state.Install)
	}
	s.after = s.snapshot(t)
	s.opens(t)
	s.x.arm("", 0, fine)
	state = press(t, turn, setup.UndoPressed{})
	_, s.asked[1] = s.x.disarm()
	if state.Install.Outcome.Ending != apply.TakenBack {
		t.Fatalf("undo without any trouble: %+v", state.Install.Outcome)
	}
	equal(t, "undone without any trouble", s.before, s.snapshot(t), "reports", "backups")
}

// turn makes a new wizard with a data folder of its own.
func (s *stage) turn(t *testing.T, patience time.Duration) *setup.Session {
	t.Helper()
	s.turns++
	s.dir = filepath.Join(t.TempDir(), "data")
	s.fresh(t)
	return s.session(t, patience)
}

// fresh makes the world as it was at first, when all was taken back in it.
func (s *stage) fresh(t *testing.T) {
	t.Helper()
	s.inside.SQL.RemoveBackups()
	if err := s.renew(); err != nil {
		t.Fatal(err)
	}
}

// session makes a new wizard with the data folder of the stage.
func (s *stage) session(t *testing.T, patience time.Duration) *setup.Session {
	t.Helper()
	p := s.site.Prober.(*probe.Probe)
	site := s.site
	site.Installer = beginning{install.New(install.Params{
		Probe: p, Directory: troubled{s.site.Directory.(apply.Directory), s.site.Directory.(apply.Granter), s.x},
		Granter: troubled{s.site.Directory.(apply.Directory), s.site.Directory.(apply.Granter), s.x},
		Cloud:   s.site.Cloud.(apply.Cloud), DataDir: s.dir, Practice: true, Local: s.windows.Local(), Patience: patience,
	}), s.x}
	site.Finder = install.New(install.Params{DataDir: s.dir})
	site.Close = nil // the site goes on
	session := setup.NewSession(setup.Params{
		Site: site, Program: "1.0", Clock: p.Now, DataDir: s.dir, Random: rand.NewChaCha8([32]byte{1}), Book: s.book,
	})
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	})
	return session
}

// press dispatches an event and waits for its end.
func press(t *testing.T, s *setup.Session, e setup.Event) setup.State {
	t.Helper()
	s.Dispatch(e)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := s.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	return s.State()
}

// fault is one thing that goes wrong.
type fault struct {
	kind    kind
	at      int
	way     way
	undoing bool   // while undo is at work, not Install
	like    string // what it is, when only such are counted
}

func (f fault) String() string {
	while := "installing"
	if f.undoing {
		while = "undoing"
	}
	return fmt.Sprintf("%s %d %s while %s", f.kind, f.at, f.way, while)
}

// faults gives everything that can go wrong, or a share of it: everyNth.
func (s *stage) faults(everyNth int) []fault {
	var all, out []fault
	for i, undoing := range []bool{false, true} {
		for _, k := range everyKind {
			for _, w := range ways[k] {
				for at := 1; at <= s.asked[i][k]; at++ {
					all = append(all, fault{k, at, w, undoing, ""})
				}
			}
		}
	}
	for i := 0; i < len(all); i += everyNth {
		out = append(out, all[i])
	}
	return out
}

// sample gives a few of all faults, the same ones every time: each kind in each of its
// ways while installing, and each kind once while undoing.
func (s *stage) sample() []fault {
	var out []fault
	spread := func(k kind, w way, phase int) fault { // far apart, so that no two are about the same step
		const stride = 7919 // a prime, larger than any count
		return fault{k, 1 + len(out)*stride%s.asked[phase][k], w, phase == 1, ""}
	}
	for i, k := range everyKind {
		for _, w := range ways[k] {
			out = append(out, spread(k, w, 0))
		}
		out = append(out, spread(k, ways[k][i%len(ways[k])], 1))
	}
	return out
}

// TestFaults lets every statement, every request to the tenant, every operation of
// the directory and every change of this computer go wrong, in every way, in turn.
// Install is then gone on with, or taken back; the end must be that of an
// installation that nobody disturbed, or that of before. By default a sample is
// tried, the same one every time; RECONNECT_FAULTS=all tries all, RECONNECT_FAULTS=n every n-th.
func TestFaults(t *testing.T) {
	s := newStage(t)
	everyNth := 0
	switch text := os.Getenv("RECONNECT_FAULTS"); text {
	case "":
	case "all":
		everyNth = 1
	default:
		if _, err := fmt.Sscan(text, &everyNth); err != nil || everyNth < 1 {
			t.Fatalf("RECONNECT_FAULTS=%s", text)
		}
	}
	all, list := s.faults(1), s.sample()
	if everyNth > 0 {
		list = s.faults(everyNth)
	}
	t.Logf("%d faults of %d; installing asks for %v, undoing for %v", len(list), len(all), s.asked[0], s.asked[1])
	for i, f := range list {
		t.Run(f.String(), func(t *testing.T) { s.suffer(t, f, i%2 == 0) })
		if t.Failed() && len(s.broken(s.snapshot(t))) > 0 {
			*s = *newStage(t) // this site is spoilt
		}
	}
}

// broken names what is not as at first.
func (s *stage) broken(now map[string]string) []string {
	var out []string
	for name := range s.before {
		if name != "reports" && name != "backups" && name != "vault" && s.before[name] != now[name] {
			out = append(out, name)
		}
	}
	return out
}

// suffer is one fault and what comes after it.
func (s *stage) suffer(t *testing.T, f fault, goOn bool) {
	limit := time.Duration(0)
	if f.way == lateBefore || f.way == lateAfter {
		limit = patience
	}
	turn := s.turn(t, limit)
	if f.undoing {
		s.sufferUndo(t, turn, f)
		return
	}
	hit, state := s.fall(t, turn, f)
	if hit == "" {
		t.Skip("nothing of the kind was asked this time")
	}
	t.Logf("hit %.100q, ending %q", hit, ending(state))
	if o := state.Install.Outcome; o != nil && o.Ending != apply.Completed {
		checkTold(t, hit, o)
	}
	if goOn {
		for try := 0; state.Page != setup.PageComplete && try < 4; try++ {
			state = press(t, turn, setup.RetryPressed{})
		}
		if state.Page != setup.PageComplete {
			t.Fatalf("after %q it does not go on: %+v", hit, state.Install.Outcome)
		}
		equal(t, "gone on", s.after, s.snapshot(t), "backups")
		s.opens(t)
		s.backedUp(t)
	}
	if state.CanUndo() {
		state = press(t, turn, setup.UndoPressed{})
		if o := state.Install.Outcome; o.Ending != apply.TakenBack {
			t.Errorf("after %q undo says %+v", hit, o)
		}
	}
	equal(t, "undone", s.before, s.snapshot(t), "reports", "backups")
}

// fall runs Install up to the page on which it starts, and from there with the fault.
func (s *stage) fall(t *testing.T, turn *setup.Session, f fault) (hit string, state setup.State) {
	t.Helper()
	s.x.arm(f.kind, f.at, f.way)
	s.x.only(f.like)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // as press
	defer cancel()
	state, _ = setup.Run(ctx, turn, setup.RunOptions{Install: true}) // the outcome says what went wrong
	if ctx.Err() != nil {
		t.Errorf("it did not end by itself: %+v", state.Install)
	}
	hit, _ = s.x.disarm()
	return hit, state
}

func ending(s setup.State) string {
	if s.Install.Outcome == nil {
		return fmt.Sprintf("none, on page %s", s.Page)
	}
	return string(s.Install.Outcome.Ending)
}

// checkTold looks at what a person is told.
func checkTold(t *testing.T, hit string, o *apply.Outcome) {
	t.Helper()
	if p := o.Problem; p == nil || p.Code == "" || p.What == "" || p.Fix == "" {
		t.Errorf("after %q a person is told %+v", hit, p)
	}
}

// sufferUndo lets undo go wrong once, and tries it again.
func (s *stage) sufferUndo(t *testing.T, turn *setup.Session, f fault) {
	t.Helper()
	state, err := setup.Run(t.Context(), turn, setup.RunOptions{Install: true})
	for try := 0; err != nil && try < 4 && state.Page != setup.PageComplete; try++ { // the deadline is short
		state = press(t, turn, setup.RetryPressed{})
	}
	if state.Page != setup.PageComplete {
		t.Fatalf("installing: %v", err)
	}
	s.x.arm(f.kind, f.at, f.way)
	s.x.only(f.like)
	state = press(t, turn, setup.UndoPressed{})
	hit, _ := s.x.disarm()
	if hit == "" {
		t.Skip("nothing of the kind was asked this time")
	}
	t.Logf("hit %.100q, ending %q", hit, ending(state))
	if o := state.Install.Outcome; o.Ending == apply.PartLeft {
		checkTold(t, hit, o)
	}
	for try := 0; state.Install.Outcome.Ending != apply.TakenBack && try < 3; try++ {
		state = press(t, turn, setup.UndoPressed{})
	}
	if o := state.Install.Outcome; o.Ending != apply.TakenBack {
		t.Errorf("after %q the next undo says %+v", hit, o)
	}
	equal(t, "undone", s.before, s.snapshot(t), "reports", "backups")
}

// TestUndo_secondTryLeavesNoClaim lets undo fail at the database only: the claim is
// taken back by then, and what is tried once more must not leave it again.
func TestUndo_secondTryLeavesNoClaim(t *testing.T) {
	s := newStage(t)
	s.suffer(t, fault{kind: statement, at: 1, way: droppedBefore, undoing: true, like: "UPDATE dbo.[mms_management_agent]"}, false)
}

// TestBackup_connectionLost loses the connection while SQL Server backs up: the driver
// tells that by no message, and a program that waited for one would wait for ever.
func TestBackup_connectionLost(t *testing.T) {
	s := newStage(t)
	for _, w := range []way{droppedBefore, droppedAfter} {
		s.suffer(t, fault{kind: statement, at: 1, way: w, like: "BACKUP DATABASE @database"}, true)
	}
}
