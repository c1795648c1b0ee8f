package review_test

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

func TestOverview_saysWhatIsInTheDatabase(t *testing.T) {
	text := review.OverviewText(review.Overview(factstest.Set()))
	for _, want := range []string{
		`Database: ADSync on SQL01\HYBRID`, "Staging mode: Off", "Owner: Nobody", "Used before by: SYNC01", "Synchronization cycle: On",
		"more than 500 deletions stop an export", "Sign-in method: Password hash synchronization", "Source anchor: mS-DS-ConsistencyGuid",
		"Standard rules: 2", "In from AD - Contractors", "the Active Directory forest fabrikam.local", "Microsoft Entra ID, contoso.onmicrosoft.com",
		"Automatic upgrade: Enabled", "Interval: Not set", "Pending exports: 0 adds",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the configuration lacks %q:\n%s", want, text)
		}
	}
}

func TestOverview_whatIsUnreadSaysWhy(t *testing.T) {
	text := review.OverviewText(review.Overview(facts.Set{}))
	for _, want := range []string{"Staging mode: Unknown: it was not read", "Connectors: Unknown", "Rules: Unknown", "Last synchronization: Unknown"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	set := factstest.Set()
	c := set.ADSync.Connectors.Value
	c[0].Counts = factstest.Unknown[facts.Counts]()
	c[0].Credentials = factstest.Known(facts.Sealed{Present: true, Wrong: "odd length"})
	c[0].FullImport = factstest.Known(true)
	off := false
	c[0].Partitions = []facts.Partition{{Name: "DC=x", Selected: factstest.Known(off)}, {Name: "DC=y", Exclusions: []string{"OU=Gone,DC=y"}}}
	set.ADSync.Claim = factstest.Known(&facts.Claim{Server: "SYNC02", Installation: "abc", At: factstest.Now()})
	text = review.OverviewText(review.Overview(set))
	for _, want := range []string{"the login may not see it", "damaged: odd length", "A full import is asked for", "Partition DC=x: Not synchronized", "Without OU=Gone,DC=y", "Owner: SYNC02, since"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}

func TestWaitingExports(t *testing.T) {
	a := factstest.ADSync()
	a.Connectors.Value[0].Counts = factstest.Known(facts.Counts{Objects: 100, ExportAdd: 1, ExportUpdate: 2, ExportDelete: 499, ExportDeleteAdd: 2, ExportErrors: 3})
	a.Connectors.Value[1].Counts = factstest.Unknown[facts.Counts]()
	list := review.WaitingExports(a)
	if w := list[0]; !w.Known || w.Adds != 1 || w.Updates != 2 || w.Deletes != 501 || w.Errors != 3 || w.Threshold != 500 || !w.Over {
		t.Errorf("%+v", w)
	}
	if w := list[1]; w.Known || w.Why == "" || w.Over {
		t.Errorf("%+v", w)
	}
	for i, s := range a.Settings.Value {
		if s.Name == facts.SettingDeletionThreshold {
			a.Settings.Value[i].Value = "False"
		}
	}
	if w := review.WaitingExports(a)[0]; w.Threshold != 0 || w.Over {
		t.Errorf("without the protection: %+v", w)
	}
}
