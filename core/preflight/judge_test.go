package preflight_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	ft "github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
)

// ruleCase bends a healthy site at one place and names the finding that has to
// come of it. An empty severity says that the finding must not be there.
type ruleCase struct {
	name  string
	bend  func(*facts.Set, *answers.Answers)
	id    string
	want  preflight.Severity
	texts []string // have to stand somewhere in the finding
}

func set(f func(*facts.Set)) func(*facts.Set, *answers.Answers) {
	return func(s *facts.Set, _ *answers.Answers) { f(s) }
}

func runCases(t *testing.T, cases []ruleCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, a := ft.Set(), answers.Answers{}
			if c.bend != nil {
				c.bend(&s, &a)
			}
			list := preflight.Judge(s, a)
			f, ok := find(list, c.id)
			if c.want == "" {
				if ok {
					t.Fatalf("finding %s must not be there: %+v", c.id, f)
				}
				return
			}
			if !ok {
				t.Fatalf("no finding %s among %s", c.id, ids(list))
			}
			check(t, f, c.want, c.texts)
		})
	}
}

func check(t *testing.T, f preflight.Finding, want preflight.Severity, texts []string) {
	t.Helper()
	if f.Severity != want {
		t.Errorf("%s is %s, want %s: %s; %s", f.ID, f.Severity, want, f.Title, f.Summary)
	}
	all := fmt.Sprintf("%s|%s|%s|%s|%v", f.Title, f.Summary, f.Consequence, f.Fix, f.Evidence)
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("%s does not say %q: %s", f.ID, text, all)
		}
	}
}

func find(list []preflight.Finding, id string) (preflight.Finding, bool) {
	i := slices.IndexFunc(list, func(f preflight.Finding) bool { return f.ID == id })
	if i < 0 {
		return preflight.Finding{}, false
	}
	return list[i], true
}

func ids(list []preflight.Finding) string {
	var out []string
	for _, f := range list {
		out = append(out, f.ID+"="+string(f.Severity))
	}
	return strings.Join(out, " ")
}

// A healthy site has nothing that blocks, warns or could not be read.
func TestHealthyHasNoWorse(t *testing.T) {
	for _, f := range preflight.Judge(ft.Set(), answers.Answers{}) {
		if f.Severity.Rank() < preflight.Note.Rank() {
			t.Errorf("%s is %s: %s; %s", f.ID, f.Severity, f.Title, f.Summary)
		}
	}
}

// Whatever a finding says, it is complete: an id of its own, a title, a link to
// Microsoft, evidence with a source, and unless it passed a fix or a consequence.
func TestFindingsAreComplete(t *testing.T) {
	for name, s := range map[string]facts.Set{"healthy": ft.Set(), "unread": unreadSet(), "nothing": {At: ft.Now()}} {
		seen := map[string]bool{}
		for _, f := range preflight.Judge(s, answers.Answers{}) {
			if seen[f.ID] {
				t.Errorf("%s: the id %s comes twice", name, f.ID)
			}
			seen[f.ID] = true
			if f.Title == "" || f.Area == "" || f.Severity == "" {
				t.Errorf("%s: %s lacks a title, an area or a severity: %+v", name, f.ID, f)
			}
			if !strings.HasPrefix(f.Link, "https://learn.microsoft.com/") {
				t.Errorf("%s: %s links to %q", name, f.ID, f.Link)
			}
			if f.Severity != preflight.Pass && f.Fix == "" && f.Consequence == "" {
				t.Errorf("%s: %s says neither why nor what to do", name, f.ID)
			}
			for _, e := range f.Evidence {
				if e.Value == "" {
					t.Errorf("%s: %s has an empty evidence", name, f.ID)
				}
			}
		}
	}
}

// unreadSet is a site that was reached and of which nothing else could be read.
func unreadSet() facts.Set {
	return facts.Set{At: ft.Now(), SQL: facts.SQLServer{Typed: "SQL01", Layers: ft.SQL().Layers}, Database: facts.Database{Name: "ADSync"}}
}

// What could not be read is never taken for good.
func TestUnreadNeverPasses(t *testing.T) {
	s := unreadSet()
	s.ADSync.Shape = ft.Known(facts.ShapeADSync)
	for _, f := range preflight.Judge(s, answers.Answers{}) {
		switch f.ID {
		case "sql.reach", "database.shape": // these were read
			continue
		}
		if f.Severity == preflight.Pass || f.Severity == preflight.Note {
			t.Errorf("%s is %s though nothing was read: %s", f.ID, f.Severity, f.Title)
		}
	}
}

// Behind a layer that failed only that layer's finding and what was typed count.
func TestNothingIsJudgedBehindAFailedLayer(t *testing.T) {
	for i, l := range ft.SQL().Layers {
		t.Run(string(l.Name), func(t *testing.T) {
			s := facts.Set{At: ft.Now(), Computer: ft.Set().Computer}
			s.SQL.Typed = "SQL01"
			s.SQL.Layers = append(slices.Clone(ft.SQL().Layers[:i]), facts.Layer{Name: l.Name, Outcome: facts.Failed, Detail: "no answer"})
			list := preflight.Judge(s, answers.Answers{})
			if n := preflight.Count(list, preflight.Blocked); n != 1 {
				t.Errorf("%d blocked findings, want the layer's own only: %s", n, ids(list))
			}
			if list[0].Severity != preflight.Blocked {
				t.Errorf("the worst does not come first: %s", ids(list))
			}
			login := l.Name == facts.LayerDB // the server itself answered then
			if n := preflight.Count(list, preflight.Unknown); n != 0 && !login {
				t.Errorf("%d unknown findings behind the failed layer: %s", n, ids(list))
			}
		})
	}
}

// A database of another kind is refused once; what an ADSync database holds is not judged.
func TestOtherShapesAreRefusedOnce(t *testing.T) {
	for _, shape := range []facts.Shape{facts.ShapeEmpty, facts.ShapeFIM, facts.ShapeOther} {
		s := ft.Set()
		s.ADSync = facts.ADSync{Shape: ft.Known(shape), Tables: []string{"dbo_a"}}
		list := preflight.Judge(s, answers.Answers{})
		if n := preflight.Count(list, preflight.Blocked); n != 1 {
			t.Errorf("%s: %d blocked findings: %s", shape, n, ids(list))
		}
		if n := preflight.Count(list, preflight.Unknown); n != 0 {
			t.Errorf("%s: %d unknown findings: %s", shape, n, ids(list))
		}
		if list[0].ID != "database.shape" {
			t.Errorf("%s: first is %s", shape, list[0].ID)
		}
	}
}

func TestSort(t *testing.T) {
	list := []preflight.Finding{
		{ID: "b", Area: preflight.AreaDatabase, Severity: preflight.Pass},
		{ID: "z", Area: preflight.AreaServer, Severity: preflight.Warning},
		{ID: "a", Area: preflight.AreaComputer, Severity: preflight.Warning},
		{ID: "y", Area: preflight.AreaServer, Severity: preflight.Blocked},
		{ID: "c", Area: preflight.AreaServer, Severity: preflight.Warning},
		{ID: "u", Area: preflight.AreaServer, Severity: preflight.Unknown},
	}
	preflight.Sort(list)
	if got := ids(list); got != "y=blocked c=warning z=warning a=warning u=unknown b=pass" {
		t.Error(got)
	}
}
