package setup

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/compare"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// onCompare is the page Compare with a database that was read.
func onCompare() State {
	set := factstest.Set()
	return State{Rev: 7, Page: PageCompare, After: &After{From: PageWelcome, Want: PageCompare, Facts: &set}}
}

func TestCompare_needsTheOtherSide(t *testing.T) {
	s := onCompare()
	if _, effect := Reduce(s, ComparePressed{}); effect != nil || s.CanCompare() {
		t.Error("there is nothing to compare with")
	}
	s, _ = Reduce(s, CompareEdited{CompareAnswer{Database: true, Path: "x"}})
	if s.CanCompare() {
		t.Error("a database has no server")
	}
	s, _ = Reduce(s, CompareEdited{CompareAnswer{Path: "x"}})
	s, effect := Reduce(s, ComparePressed{})
	run, ok := effect.(RunCompare)
	if !ok || s.Busy == nil || s.Busy.Task != TaskCompare || run.Answer.Path != "x" {
		t.Fatalf("%+v, %+v", effect, s.Busy)
	}
	if next, _ := Reduce(s, CompareEdited{CompareAnswer{Path: "y"}}); next.Comparison().Answer.Path != "x" {
		t.Error("the answer changed while it is used")
	}
	late, _ := Reduce(s, Compared{Token: run.Token - 1, Report: compare.Report{Format: 1}})
	if late.Comparison().Report != nil {
		t.Error("an old result was taken")
	}
	done, _ := Reduce(s, Compared{Token: run.Token, Report: compare.Report{Format: 1}})
	if done.Comparison().Report == nil || done.Busy != nil {
		t.Errorf("%+v", done.After.Compare)
	}
	if edited, _ := Reduce(done, CompareEdited{CompareAnswer{Path: "z"}}); edited.Comparison().Report != nil {
		t.Error("the result outlived its answer")
	}
	if _, effect = Reduce(done, CompareSavePressed{Path: "c.html"}); effect == nil {
		t.Error("it cannot be saved")
	}
	failed, _ := Reduce(s, TaskFailed{Token: run.Token})
	if failed.Busy != nil {
		t.Error("still busy")
	}
}

func TestCompare_practiceSuggestsItsSample(t *testing.T) {
	s := onCompare()
	s.Practice = &Practice{}
	if s.Comparison().Answer.Path != PracticeExport || !s.CanCompare() {
		t.Errorf("%+v", s.Comparison())
	}
}

// sidesComparer tells which sides it was given.
type sidesComparer struct{ active, fresh CompareSide }

func (c *sidesComparer) Compare(_ context.Context, active, fresh CompareSide, say func(string)) (compare.Report, error) {
	c.active, c.fresh = active, fresh
	say("comparing")
	return compare.Report{}, errors.New("not today")
}

func TestCompare_whichSideIsWhich(t *testing.T) {
	for _, other := range []CompareAnswer{
		{Path: "folder"}, {Path: "folder", OtherIsNew: true}, {Database: true, Server: "SQL9", Name: "Old", Path: "ignored?"},
	} {
		c := &sidesComparer{}
		s := newTestSession(t, newFake(), func(p *Params) { p.Site.Comparer = c })
		s.mu.Lock()
		s.state = onCompare()
		s.state.Answers.SQL = answers.SQL{Server: "SQL1", Instance: "I", User: "u"}
		s.secrets[answers.SecretSQL] = secret.New("p")
		s.mu.Unlock()
		s.Dispatch(CompareEdited{other})
		s.Dispatch(ComparePressed{})
		deadline := time.Now().Add(5 * time.Second)
		for s.State().Busy != nil && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if p := s.State().Problems; len(p) != 1 {
			t.Fatalf("%+v", p)
		}
		here, there := c.fresh, c.active
		if other.OtherIsNew {
			here, there = c.active, c.fresh
		}
		if here.SQL.Server != "SQL1" || here.SQL.Instance != "I" || here.Password.Reveal() != "p" {
			t.Errorf("%+v", here)
		}
		if other.Database && (there.SQL.Server != "SQL9" || there.SQL.Instance != "" || there.SQL.Database != "Old" || there.SQL.User != "u" || there.Path != "") ||
			!other.Database && there.Path != "folder" {
			t.Errorf("%+v", there)
		}
	}
}

// TestCompare_reportIsPlainData: the state can be written and read again.
func TestCompare_reportIsPlainData(t *testing.T) {
	data, err := json.Marshal(Comparison{Report: &compare.Report{Differences: []compare.Difference{{Title: "x"}}}})
	var back Comparison
	if err := errors.Join(err, json.Unmarshal(data, &back)); err != nil || back.Report.Differences[0].Title != "x" {
		t.Errorf("%v, %+v", err, back)
	}
}
