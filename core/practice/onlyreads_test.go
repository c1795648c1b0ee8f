package practice

import (
	"path/filepath"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/pending"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// writing are the words of statements that could change something.
var writing = []string{"insert", "update", "delete", "merge", "create", "alter", "drop", "exec", "truncate", "grant", "backup", "restore", "into", "begin tran"}

// TestOnlyReads goes through everything that looks at a database and is not Install:
// the server's own statement log holds nothing that could write.
func TestOnlyReads(t *testing.T) {
	looks := map[string]func(t *testing.T, s *setup.Session){
		"check": func(t *testing.T, s *setup.Session) {
			if _, err := setup.Run(t.Context(), s, setup.RunOptions{}); err != nil {
				t.Fatal(err)
			}
		},
		"review": func(t *testing.T, s *setup.Session) {
			if _, err := setup.Run(t.Context(), s, setup.RunOptions{Review: true}); err != nil {
				t.Fatal(err)
			}
		},
		"pending exports": func(t *testing.T, s *setup.Session) {
			events := []setup.Event{
				setup.AfterOpened{Page: setup.PagePending},
				setup.PendingAsked{},
				setup.PendingFiltered{Query: pending.Query{Operation: pending.Delete, Search: "a"}},
				setup.PendingTurned{Cursor: pending.Cursor{End: true}},
				setup.PendingFileAsked{Path: filepath.Join(t.TempDir(), "list.csv")},
			}
			for _, e := range events {
				s.Dispatch(e)
				if err := s.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if p := s.State().After.Pending; p == nil || p.Summary == nil {
				t.Fatalf("nothing was read: %v", s.State().Problems)
			}
		},
	}
	for name, look := range looks {
		t.Run(name, func(t *testing.T) {
			session, site := open(t, "two-forests")
			look(t, session)
			sentOnlyReads(t, site)
		})
	}
	t.Run("compare", func(t *testing.T) {
		_, site := open(t, "two-forests")
		a := site.answers()
		side := setup.CompareSide{SQL: a.SQL, Password: site.Setup().Secrets[answers.SecretSQL]}
		if _, err := site.Setup().Comparer.Compare(t.Context(), side, setup.CompareSide{Path: setup.PracticeExport}, func(string) {}); err != nil {
			t.Fatal(err)
		}
		sentOnlyReads(t, site)
	})
}

// sentOnlyReads looks through the statement log of a site.
func sentOnlyReads(t *testing.T, site *Site) {
	t.Helper()
	statements := site.Statements()
	if len(statements) < 5 {
		t.Fatalf("the statement log holds only %d statements", len(statements))
	}
	for _, s := range statements {
		for _, word := range writing {
			if containsWord(literals.ReplaceAllString(s, "''"), word) {
				t.Errorf("%q was sent", s)
			}
		}
	}
}
