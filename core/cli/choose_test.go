package cli

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
)

// several is a computer with an unfinished installation, two finished ones and a
// journal that can't be read.
type several struct{}

func (several) FindAll() ([]apply.Unfinished, error) {
	built := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	of := func(id string, ending apply.Ending) apply.Unfinished {
		return apply.Unfinished{Begin: apply.Begin{Plan: plan.Plan{ID: id, Database: "ADSync on SQL01", Built: built}}, Ending: ending}
	}
	return []apply.Unfinished{
		of("aaaa0000000000000000000000000000", apply.Broken), of("bbbb0000000000000000000000000000", apply.Completed),
		of("bbbb1111111111111111111111111111", apply.Completed),
		{Problem: &problem.Problem{Code: apply.CodeJournalDamaged}},
	}, nil
}

func (s several) Find() (*apply.Unfinished, error) {
	list, err := s.FindAll()
	return &list[0], err
}

// only finds one installation and knows no others.
type only struct{}

func (only) Find() (*apply.Unfinished, error) { return nil, nil }

func TestChoose(t *testing.T) {
	for id, want := range map[string]string{
		"bbbb0": "bbbb0000000000000000000000000000", "AAAA": "aaaa0000000000000000000000000000", "bbbb1111111111111111111111111111": "bbbb1111111111111111111111111111",
	} {
		f, err := choose(several{}, id)
		if err != nil {
			t.Fatal(err)
		}
		if u, err := f.Find(); err != nil || u.Begin.Plan.ID != want {
			t.Errorf("%s finds %+v, %v", id, u, err)
		}
		list, err := f.(setup.Chooser).FindAll()
		if others := setup.OthersOf(list, want); err != nil || len(others) != 2 {
			t.Errorf("%s leaves %+v, %v", id, others, err)
		}
	}
	for id, want := range map[string]string{
		"bbbb": "more than one installation begins so", "cccc": "no such installation",
	} {
		_, err := choose(several{}, id)
		var usage *UsageError
		if !errors.As(err, &usage) || !strings.Contains(usage.Text, want) ||
			!strings.Contains(usage.Text, "\n  bbbb0000000000000000000000000000 of 2 January 2026 03:04 UTC, ADSync on SQL01, finished") || !strings.Contains(usage.Text, "aaaa0000000000000000000000000000 of 2 January 2026 03:04 UTC, ADSync on SQL01, not finished") {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := choose(only{}, "aaaa"); err == nil {
		t.Error("a site without installations let one be chosen")
	}
}

func TestOthersText(t *testing.T) {
	list, err := several{}.FindAll()
	if err != nil {
		t.Fatal(err)
	}
	text := othersText(setup.OthersOf(list, "aaaa0000000000000000000000000000"))
	if strings.Count(text, "\n") != 3 || !strings.Contains(text, "/undo:ID") || strings.Contains(text, "aaaa") || othersText(nil) != "" {
		t.Errorf("%q", text)
	}
}
