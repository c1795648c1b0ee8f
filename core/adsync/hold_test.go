package adsync

import (
	"context"
	"database/sql"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
)

// Every statement of a switch of one setting going wrong in turn, in every way,
// leaves the database as it was. On the way back the counter goes up once more.
func TestSettingsOnly_aFailureAnywhereChangesNothing(t *testing.T) {
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			s, _, _, _ := prepared(t)
			a, err := Read(t.Context(), s.db, quick())
			if err != nil {
				t.Fatal(err)
			}
			before, existed := a.Setting(facts.SettingStagingMode)
			after := map[string]string{"True": "False", "False": "True"}[before]
			if !existed || after == "" {
				t.Fatalf("staging mode is %q", before)
			}
			w := plan.Writes{SettingsOnly: true, Settings: []plan.SettingWrite{{Name: facts.SettingStagingMode, Existed: true, Before: before, After: after}}}
			snapshot, err := TakeSnapshot(t.Context(), s.db, w)
			if err != nil {
				t.Fatal(err)
			}
			was := dump(t, s.watch)
			change := func(ctx context.Context, conn *sql.Conn) error { return Configure(ctx, conn, w, nil, Key{}) }
			back := func(ctx context.Context, conn *sql.Conn) error { return rewrite(ctx, conn, snapshot) }
			failEach(t, s, f, was, change, back)
			if err := change(t.Context(), pinned(t, s.db)); err != nil {
				t.Fatal(err)
			}
			if bad, err := Verify(t.Context(), s.db, w, Key{}, nil); err != nil || len(bad) > 0 {
				t.Errorf("without a failure: %v %v", bad, err)
			}
			switched, err := TakeSnapshot(t.Context(), s.db, w)
			if err != nil {
				t.Fatal(err)
			}
			restore := func(ctx context.Context, conn *sql.Conn) error { return Restore(ctx, conn, snapshot) }
			failEach(t, s, f, dump(t, s.watch), restore, func(ctx context.Context, conn *sql.Conn) error { return rewrite(ctx, conn, switched) })
			for range 2 { // twice does no harm
				if err := restore(t.Context(), pinned(t, s.db)); err != nil {
					t.Fatal(err)
				}
			}
			last, err := TakeSnapshot(t.Context(), s.db, w)
			if err != nil || *last.Server.Parameters != *snapshot.Server.Parameters || *last.Server.ConfigVersion != *snapshot.Server.ConfigVersion+2 ||
				*last.Server.KeysetID != *snapshot.Server.KeysetID {
				t.Errorf("at last: %+v, %v", last.Server, err)
			}
		})
	}
}

func TestHold(t *testing.T) {
	s, _, _, _ := prepared(t)
	was := dump(t, s.watch)
	conn, second := pinned(t, s.db), pinned(t, s.db)
	release, err := Hold(t.Context(), conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(t.Context(), second, nil); code(err) != CodeLocked {
		t.Errorf("held twice: %v", err)
	}
	if err := release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(t.Context(), second, &facts.Claim{Server: "SYNC01", Installation: "1"}); code(err) != CodeClaimChanged {
		t.Errorf("a claim that is not there: %v", err)
	}
	if release, err = Hold(t.Context(), second, nil); err != nil {
		t.Fatalf("a refusal keeps the lock: %v", err)
	}
	if err := release(t.Context()); err != nil || dump(t, s.watch) != was {
		t.Errorf("holding changed the database, or: %v", err)
	}
}
