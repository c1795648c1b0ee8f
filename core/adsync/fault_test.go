package adsync

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// errFault is what fails for no reason of its own.
var errFault = errors.New("practice fault")

// failure is a way in which one statement goes wrong.
type failure struct {
	name string
	// before and after are what happens before and after the statement runs.
	before, after func(s *site, cancel context.CancelFunc) error
	lost          bool // the answer to the commit may be lost while it is made
	finishes      bool // a commit that was sent is waited for
}

// failures are the ways that are tried on every statement.
var failures = []failure{
	{name: "the statement is refused", before: func(*site, context.CancelFunc) error { return errFault }},
	{name: "the server chooses it for a deadlock", before: func(*site, context.CancelFunc) error {
		return &tds.ServerError{Number: 1205, Class: 13, State: 51, Message: "Transaction was deadlocked and has been chosen as the deadlock victim."}
	}},
	{name: "its answer is an error", after: func(*site, context.CancelFunc) error { return errFault }, lost: true},
	{name: "it is cancelled", before: func(_ *site, cancel context.CancelFunc) error { cancel(); return nil }, finishes: true},
	{name: "the connection breaks before it", before: func(s *site, _ context.CancelFunc) error { s.cut(); return nil }, lost: true},
	{name: "the connection breaks after it", after: func(s *site, _ context.CancelFunc) error { s.cut(); return nil }, lost: true},
}

// prepared gives a practice database with everything that an installation needs.
func prepared(t *testing.T) (*site, plan.Writes, map[string]Credential, Snapshot) {
	t.Helper()
	s := practiceSite(t, tsql.Config{}, tablesOf(sample.New(twoForests()))...)
	a, err := Read(t.Context(), s.db, quick())
	if err != nil {
		t.Fatal(err)
	}
	w, creds := samplePlan(a)
	snapshot, err := TakeSnapshot(t.Context(), s.db, w)
	if err != nil {
		t.Fatal(err)
	}
	return s, w, creds, snapshot
}

// Every statement of Configure and of Restore going wrong in turn, in every way,
// leaves the database as it was; only where the answer to the commit itself is
// lost it may be there as a whole, and the problem says that nobody knows.
func TestAFailureAnywhereChangesNothing(t *testing.T) {
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			s, w, creds, snapshot := prepared(t)
			was, key := dump(t, s.watch), NewKey()
			configure := func(ctx context.Context, conn *sql.Conn) error { return Configure(ctx, conn, w, creds, key) }
			restore := func(ctx context.Context, conn *sql.Conn) error { return Restore(ctx, conn, snapshot) }
			failEach(t, s, f, was, configure, restore)
			if err := configure(t.Context(), pinned(t, s.db)); err != nil {
				t.Fatal(err)
			}
			if bad, err := Verify(t.Context(), s.db, w, key, creds); err != nil || len(bad) > 0 {
				t.Errorf("without a failure: %v %v", bad, err)
			}
			// Credentials are sealed anew each time: what restore is undone by puts the very same rows back.
			after, err := TakeSnapshot(t.Context(), s.db, w)
			if err != nil {
				t.Fatal(err)
			}
			again := func(ctx context.Context, conn *sql.Conn) error { return rewrite(ctx, conn, after) }
			failEach(t, s, f, dump(t, s.watch), restore, again)
			if err := restore(t.Context(), pinned(t, s.db)); err != nil || dump(t, s.watch) != was {
				t.Errorf("at last: %v", err)
			}
		})
	}
}

// rewrite writes rows as a snapshot has them, whatever is there.
func rewrite(ctx context.Context, conn *sql.Conn, rows Snapshot) error {
	return inTransaction(ctx, conn, func(tx *sql.Tx) error {
		now, err := load(ctx, tx, rows.Writes, lockHint)
		if err != nil {
			return err
		}
		return store(ctx, tx, now, rows)
	})
}

// failEach runs do once for each of its statements with that one going wrong.
// Where the commit was made nevertheless, undo takes it back.
func failEach(t *testing.T, s *site, f failure, was string, do, undo func(context.Context, *sql.Conn) error) {
	t.Helper()
	for i := 1; i <= 40; i++ {
		hit, err := runFailing(t, s, f, i, do)
		committing := strings.HasPrefix(hit, "COMMIT")
		p := problem.As(err)
		settle(t, s)
		switch now := dump(t, s.watch); {
		case hit == "":
			t.Fatalf("no commit among %d statements: %v", i-1, err)
		case err == nil && committing && f.finishes:
			if now == was {
				t.Error("done, it says, and nothing changed")
			}
			if err := undo(t.Context(), pinned(t, s.db)); err != nil {
				t.Error(err)
			}
			return
		case p == nil || p.What == "":
			t.Fatalf("%q: %v", hit, err)
		case now == was && committing:
			if !f.lost && p.Code != CodeWrite {
				t.Errorf("the commit was refused and rolled back: %v", err)
			}
			return
		case now == was:
		case committing && f.lost && p.Code == CodeCommit:
			if err := undo(t.Context(), pinned(t, s.db)); err != nil || dump(t, s.watch) != was {
				t.Errorf("the commit is not taken back: %v", err)
			}
			return
		default:
			t.Fatalf("%q went wrong (%v) and the database changed: %s", hit, err, firstDifference(was, now))
		}
	}
	t.Fatal("too many statements")
}

// settle waits until no transaction of another session is open: a server whose
// client went away may still be at work.
func settle(t *testing.T, s *site) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tx, err := s.watch.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = queryAll(ctx, tx, "SELECT TOP (1) keyset_id FROM dbo."+tServer+lockHint)
	if err := errors.Join(err, tx.Rollback()); err != nil {
		t.Fatalf("a transaction was left open: %v", err)
	}
}

// runFailing runs do with its i-th statement going wrong and gives that statement.
func runFailing(t *testing.T, s *site, f failure, i int, do func(context.Context, *sql.Conn) error) (hit string, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	conn, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	counted := func(what func(*site, context.CancelFunc) error) func(int, string) error {
		if what == nil {
			return nil
		}
		n := 0
		return func(_ int, text string) error {
			if n++; n != i {
				return nil
			}
			hit = text
			return what(s, cancel)
		}
	}
	s.setFaults(counted(f.before), counted(f.after))
	err = do(ctx, conn)
	s.setFaults(nil, nil)
	_ = conn.Close()
	return hit, err
}

// Taking and giving back the claim, with every statement failing in turn: the
// claim is as it was before or as it is to be, and the lock is free.
func TestAFailureWhileClaimingLeavesNoLock(t *testing.T) {
	s, _, _, _ := prepared(t)
	c := plan.Claim{After: facts.Claim{Server: "SYNC02", Installation: strings.Repeat("ab", 16), At: testNow, Version: "1"}}
	for i := 1; ; i++ {
		var release func(context.Context) error
		hit, err := runFailing(t, s, failures[0], i, func(ctx context.Context, conn *sql.Conn) (err error) {
			if release, err = Claim(ctx, conn, c); err == nil {
				err = release(context.WithoutCancel(ctx))
			}
			return err
		})
		if hit == "" {
			if err != nil || i < 3 {
				t.Errorf("%d statements: %v", i, err)
			}
			break
		}
		if err == nil {
			t.Errorf("%q failed and nobody said so", hit)
		}
		conn := pinned(t, s.db)
		if err := lock(t.Context(), conn); err != nil {
			t.Errorf("%q failed and the lock stayed: %v", hit, err)
		}
		if err := errors.Join(unlock(t.Context(), conn), Unclaim(t.Context(), conn, c)); err != nil {
			t.Errorf("%q failed: %v", hit, err)
		}
	}
}
