package practice_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/report"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// do dispatches an event and waits until the session is idle again.
func do(t *testing.T, s *setup.Session, e setup.Event) setup.Pending {
	t.Helper()
	s.Dispatch(e)
	if err := s.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	st := s.State()
	if len(st.Problems) > 0 {
		t.Fatalf("%T: %v", e, st.Problems[0].Text())
	}
	if st.After == nil || st.After.Pending == nil {
		return setup.Pending{}
	}
	return *st.After.Pending
}

func TestReviewOfPendingExports(t *testing.T) {
	site, err := practice.Open(t.Context(), "two-forests", practice.Options{DataDir: t.TempDir(), Wait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := setup.NewSession(setup.Params{Site: site})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	do(t, s, setup.AfterOpened{Page: setup.PagePending})
	if first := s.State().After.Pending; first == nil || first.Summary == nil {
		t.Error("a page that was opened by a way of its own is not counted")
	}
	p := do(t, s, setup.PendingAsked{})
	if p.Summary == nil || len(p.Summary.Connectors) != 3 || p.Page == nil || p.Page.Total < 40 || p.Page.Rows[0].Operation != pending.Delete {
		t.Fatalf("%+v", p)
	}
	p = do(t, s, setup.PendingFiltered{Query: pending.Query{Operation: pending.Delete}})
	if p.Page.Total != 18 {
		t.Errorf("%d deletions", p.Page.Total)
	}
	p = do(t, s, setup.PendingObjectAsked{ID: p.Page.Rows[0].ID})
	if p.Object == nil || p.Object.Row.Operation != pending.Delete {
		t.Fatalf("%+v", p.Object)
	}
	if p = do(t, s, setup.PendingObjectAsked{}); p.Object != nil {
		t.Error("the details are still open")
	}
	p = do(t, s, setup.PendingTurned{Cursor: pending.Cursor{End: true}})
	if p.Page.First+int64(len(p.Page.Rows))-1 != p.Page.Total {
		t.Errorf("the last page begins with %d and has %d rows", p.Page.First, len(p.Page.Rows))
	}
	path := filepath.Join(t.TempDir(), "list.csv")
	p = do(t, s, setup.PendingFileAsked{Path: path})
	if data, err := os.ReadFile(path); err != nil || p.Rows != 18 || p.Saved != path || len(data) < 1000 {
		t.Errorf("%d rows in %q, %v", p.Rows, p.Saved, err)
	}
	p = do(t, s, setup.PendingContainersAsked{Connector: p.Summary.Connectors[0].ID})
	if len(p.Summary.Connectors[0].Containers) == 0 {
		t.Error("no OUs")
	}
	s.Dispatch(setup.PendingFileAsked{Path: filepath.Join(t.TempDir(), "no", "such", "folder.csv")})
	if err := s.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := s.State(); len(st.Problems) != 1 || st.Problems[0].Code != setup.CodePendingFile {
		t.Errorf("%+v", st.Problems)
	}
	before := s.State().After.Pending
	// A database that was read again is counted again, and listed as before.
	after := do(t, s, setup.ReadAgainPressed{})
	if after.Summary == nil || after.Summary == before.Summary || after.Page == nil || after.Page.Total != 18 || after.Saved != "" {
		t.Errorf("after reading again: %+v", after)
	}
	do(t, s, setup.PageChosen{Page: setup.PageTasks})
	if after = do(t, s, setup.ReadAgainPressed{}); after.Summary != nil {
		t.Error("the numbers outlive the database they were counted in")
	}
}

// TestPendingIsCancelled proves that a search that is given up leaves nothing behind.
func TestPendingIsCancelled(t *testing.T) {
	site, err := practice.Open(t.Context(), "two-forests", practice.Options{DataDir: t.TempDir(), Wait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := setup.NewSession(setup.Params{Site: site})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	do(t, s, setup.AfterOpened{Page: setup.PagePending})
	for range 5 {
		s.Dispatch(setup.PendingAsked{})
		s.Dispatch(setup.CancelPressed{})
	}
	if p := do(t, s, setup.PendingFiltered{Query: pending.Query{Search: "a"}}); p.Page == nil {
		t.Error("nothing was listed after a cancelled count")
	}
}

// TestReportWithParts saves a report from the window's events: what was asked for is
// read first and then written.
func TestReportWithParts(t *testing.T) {
	site, err := practice.Open(t.Context(), "two-forests", practice.Options{DataDir: t.TempDir(), Wait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := setup.NewSession(setup.Params{Site: site})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	do(t, s, setup.AfterOpened{Page: setup.PageOverview})
	do(t, s, setup.ComparePressed{})
	path := filepath.Join(t.TempDir(), "report.json")
	for _, with := range []setup.ReportParts{{}, {Pending: true}, {Pending: true, All: true, Compare: true}, {Compare: true}} {
		do(t, s, setup.SavePressed{Path: path, With: with})
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r report.Record
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		if (r.PendingExports != nil) != with.Pending || (r.Comparison != nil) != with.Compare || len(r.Overview) == 0 {
			t.Errorf("%+v: %+v, %+v", with, r.PendingExports, r.Comparison)
		}
		if with.Pending && (len(r.PendingExports.Lists) != 2 || r.PendingExports.Lists[0].Rows[0].Operation != pending.Delete || int64(len(r.PendingExports.Lists[0].Rows)) != r.PendingExports.Lists[0].Total) {
			t.Errorf("%+v: %+v", with, r.PendingExports.Lists)
		}
	}
	if s.State().Saved != path {
		t.Errorf("saved %q", s.State().Saved)
	}
}
