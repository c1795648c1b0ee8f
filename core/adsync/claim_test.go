package adsync

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

func TestClaimAndUnclaim(t *testing.T) {
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		s := create(t, tablesOf(sample.New(twoForests()))...)
		read := func() *facts.Claim {
			a, err := Read(t.Context(), s.db, quick())
			if err != nil || a.Claim.State != facts.IsKnown {
				t.Fatalf("%+v %v", a.Claim, err)
			}
			return a.Claim.Value
		}
		first := plan.Claim{After: facts.Claim{Server: "SYNC02", Installation: strings.Repeat("ab", 16), At: testNow, Version: "1.0.0"}}
		second := plan.Claim{Before: &first.After, After: facts.Claim{Server: "SYNC03", Installation: strings.Repeat("cd", 16), At: testNow, Version: "1.0.0"}}
		one, two := pinned(t, s.db), pinned(t, s.db)
		release, err := Claim(t.Context(), one, first)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(); !sameClaim(got, &first.After) {
			t.Errorf("claim %+v", got)
		}
		if _, err := Claim(t.Context(), two, second); code(err) != CodeLocked {
			t.Errorf("while the first holds the lock: %v", err)
		}
		if err := release(t.Context()); err != nil {
			t.Fatal(err)
		}
		again, err := Claim(t.Context(), one, first) // a resumed installation
		if err != nil || again(t.Context()) != nil {
			t.Errorf("the same claim again: %v", err)
		}
		_, err = Claim(t.Context(), two, plan.Claim{After: second.After})
		if code(err) != CodeClaimChanged || !strings.Contains(err.Error(), "SYNC02") {
			t.Errorf("a claim that knows nothing of the first: %v", err)
		}
		release, err = Claim(t.Context(), two, second)
		if err != nil {
			t.Fatalf("after a refused claim the lock is free: %v", err)
		}
		if err := Unclaim(t.Context(), one, first); code(err) != CodeClaimChanged || !strings.Contains(err.Error(), "SYNC03") {
			t.Errorf("taking back a claim that somebody else has: %v", err)
		}
		for range 2 {
			if err := Unclaim(t.Context(), two, second); err != nil || !sameClaim(read(), &first.After) {
				t.Errorf("back to the first: %v %+v", err, read())
			}
		}
		for range 2 {
			if err := Unclaim(t.Context(), two, first); err != nil || read() != nil {
				t.Errorf("back to none: %v %+v", err, read())
			}
		}
		if err := release(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

func TestClaimThatCannotBeUnderstood(t *testing.T) {
	onEachServer(t, func(t *testing.T, create func(testing.TB, ...sample.Table) *site) {
		s := create(t, tablesOf(sample.New(twoForests()))...)
		if _, err := s.db.ExecContext(t.Context(), "sp_addextendedproperty", sql.Named("name", facts.ClaimProperty), sql.Named("value", "scribble")); err != nil {
			t.Fatal(err)
		}
		a, err := Read(t.Context(), s.db, quick())
		if err != nil || a.Claim.State != facts.IsUnknown {
			t.Errorf("%+v %v", a.Claim, err)
		}
		c := plan.Claim{After: facts.Claim{Server: "SYNC02", Installation: "x", At: testNow}}
		if _, err := Claim(t.Context(), pinned(t, s.db), c); code(err) != CodeClaimChanged {
			t.Errorf("claimed over it: %v", err)
		}
		if err := Unclaim(t.Context(), pinned(t, s.db), c); code(err) != CodeClaimChanged {
			t.Errorf("taken away: %v", err)
		}
	})
}

// code gives the code of a problem, or "".
func code(err error) problem.Code {
	if p := problem.As(err); p != nil {
		return p.Code
	}
	return ""
}
