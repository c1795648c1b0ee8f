package practice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// TestCompareOfTheWindow compares as the page does: with another database under a
// sign-in of its own and with exports. What is wrong with the other side is told
// beside its inputs.
func TestCompareOfTheWindow(t *testing.T) {
	site, err := practice.Open(t.Context(), "two-forests", practice.Options{DataDir: t.TempDir(), Wait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	sql, password := site.Answers.SQL, site.Secrets[answers.SecretSQL]
	s := setup.NewSession(setup.Params{Site: site})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	do(t, s, setup.AfterOpened{Page: setup.PageCompare})
	own := func(server, user string) setup.CompareAnswer {
		return setup.CompareAnswer{Database: true, Server: server, Name: sql.Database, SignIn: answers.SignInSQL, User: user}
	}
	for _, c := range []struct {
		name     string
		answer   setup.CompareAnswer
		password secret.Value
		field    problem.Field // "" where it succeeds
	}{
		{"another password", own(sql.Server, sql.User), secret.New("not it"), "compare.sql.user"},
		{"no such server", own("SQL77", sql.User), password, "compare.sql.server"},
		{"no such database", setup.CompareAnswer{Database: true, Server: sql.Server, Name: "Gone"}, password, "compare.sql.database"},
		{"its own sign-in", own(sql.Server, sql.User), password, ""},
		{"the sign-in of the connection", setup.CompareAnswer{Database: true, Server: sql.Server, Name: sql.Database}, secret.Value{}, ""},
		{"an export", setup.CompareAnswer{Path: setup.PracticeExport}, secret.Value{}, ""},
		{"no export", setup.CompareAnswer{Path: t.TempDir()}, secret.Value{}, "compare.path"},
		{"two exports", setup.CompareAnswer{Folders: true, Path: setup.PracticeExport, NewPath: setup.PracticeExport}, secret.Value{}, ""},
		{"two exports, one is none", setup.CompareAnswer{Folders: true, Path: setup.PracticeExport, NewPath: t.TempDir()}, secret.Value{}, "compare.new.path"},
	} {
		s.Dispatch(setup.ComparePasswordTyped{Password: c.password})
		s.Dispatch(setup.CompareEdited{Answer: c.answer})
		s.Dispatch(setup.ComparePressed{})
		if err := s.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		st := s.State()
		report := st.Comparison().Report
		switch {
		case c.field == "" && (report == nil || len(st.Problems) > 0):
			t.Errorf("%s: %v", c.name, st.Problems)
		case c.field == "" && strings.HasPrefix(c.name, "two") && len(report.Differences) > 0:
			t.Errorf("%s: %d differences between an export and itself", c.name, len(report.Differences))
		case c.field != "" && (report != nil || st.FieldProblem(c.field) == nil):
			t.Errorf("%s: want a problem of %s, got %+v", c.name, c.field, st.Problems)
		}
	}
}
