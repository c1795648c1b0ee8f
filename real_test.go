package main

import "testing"

// What an earlier run left on this computer is looked for: without it neither
// /resume nor /undo finds anything.
func TestRealSite_findsWhatAnEarlierRunLeft(t *testing.T) {
	s := realSite(t.TempDir())
	if s.Finder == nil || s.Ticks == nil || s.Installer == nil {
		t.Errorf("the real site lacks a part: %+v", s)
	}
	if u, err := s.Finder.Find(); u != nil || err != nil {
		t.Errorf("in an empty folder it finds %+v, %v", u, err)
	}
}
