package review_test

import (
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/factstest"
	"github.com/adsync-reconnect/adsync-reconnect/core/review"
)

// ready is a server on which everything was done that has to be.
func ready() review.GateInput {
	b := basis()
	setting(&b, facts.SettingStagingMode, "True")
	setting(&b, facts.SettingSignOnMethod, "PasswordHashSync")
	ran(&b, "Delta Import", "Delta Synchronization")
	b.Now.ADSync.Claim = factstest.Known(&facts.Claim{Server: "SYNC02", Installation: "1"})
	in := review.GateInput{Basis: b, Computer: "SYNC02"}
	in.Tasks = review.Look(b)
	for i := range in.Tasks {
		in.Tasks[i].Done = in.Tasks[i].First
	}
	return in
}

func TestReasoned(t *testing.T) {
	for text, want := range map[string]bool{"": false, ".": false, "  a   b  c ": false, "1234567890": true, "ääääääääää": true, "agreed in CHG0012345": true} {
		if review.Reasoned(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	c := review.Condition{Light: review.Red, Override: "because"}
	if c.Open() {
		t.Error("a reason of 7 characters opens the gate")
	}
}

func tick(in *review.GateInput, prefix string, on bool) {
	for i := range in.Tasks {
		if strings.HasPrefix(in.Tasks[i].ID, prefix) {
			in.Tasks[i].Done = on
		}
	}
}

func counts(in *review.GateInput, change func(*facts.Counts)) {
	for i := range in.Now.ADSync.Connectors.Value {
		change(&in.Now.ADSync.Connectors.Value[i].Counts.Value)
	}
}

func tenant(last facts.Read[time.Time]) *facts.Tenant {
	t := factstest.Tenant()
	t.LastSync = last
	return &t
}

func TestGate_allGreen(t *testing.T) {
	list := review.Gate(ready())
	for i, c := range list {
		if c.ID != review.ConditionIDs()[i] {
			t.Errorf("condition %d is %s", i, c.ID)
		}
		if c.Light != review.Green || c.Evidence == "" || c.Why == "" || c.Fix == "" || c.Title == "" {
			t.Errorf("%+v", c)
		}
	}
	if !review.Passed(list) || len(list) != len(review.ConditionIDs()) {
		t.Errorf("%d conditions, passed %v", len(list), review.Passed(list))
	}
	if review.Passed(nil) {
		t.Error("no condition at all let the server through")
	}
}

func TestGate(t *testing.T) {
	installed := basis().Installed
	engine := facts.Session{Host: "SYNC01", Program: ".Net SqlClient Data Provider", Login: `CONTOSO\adsync`}
	for _, c := range []struct {
		name, id string
		change   func(*review.GateInput)
		want     review.Light
		evidence string
	}{
		{"another server's database", "owner", func(in *review.GateInput) {
			in.Computer = "DESK7"
		}, review.Red, "SYNC02 claims the database, and this is DESK7"},
		{"the owner's own service, seen from a desk", "other-server", func(in *review.GateInput) {
			in.Computer = "DESK7"
			in.Now.ADSync.Sessions = factstest.Known([]facts.Session{{Host: "SYNC02", Program: ".Net SqlClient Data Provider", Login: `CONTOSO\adsync`}})
		}, review.Green, "you ticked"},
		{"claim unread", "owner", func(in *review.GateInput) {
			in.Now.ADSync.Claim = factstest.Unknown[*facts.Claim]()
		}, review.LightNotSet, "may not see it"},
		{"no claim, own service", "owner", func(in *review.GateInput) {
			in.Now.ADSync.Claim = factstest.Known[*facts.Claim](nil)
			in.Now.ADSync.Sessions = factstest.Known([]facts.Session{{Host: "sync02.contoso.local", Program: ".Net SqlClient Data Provider", Login: `NT SERVICE\ADSync`}})
		}, review.Green, "service of this computer"},
		{"no claim", "owner", func(in *review.GateInput) {
			in.Now.ADSync.Claim = factstest.Known[*facts.Claim](nil)
		}, review.LightNotSet, "Nobody claims"},
		{"no name", "owner", func(in *review.GateInput) { in.Computer = " " }, review.LightNotSet, "not known"},
		{"another engine", "other-server", func(in *review.GateInput) {
			in.Now.ADSync.Sessions = factstest.Known([]facts.Session{engine})
		}, review.Red, "SYNC01 has a connection"},
		{"another engine beats the tick, the tenant too", "other-server", func(in *review.GateInput) {
			in.Tenant = tenant(factstest.Known(installed.Add(3 * time.Hour)))
		}, review.Red, "another one is active"},
		{"the tenant's time lags behind", "other-server", func(in *review.GateInput) {
			in.Tenant = tenant(factstest.Known(installed.Add(20 * time.Minute)))
		}, review.Green, "you ticked"},
		{"sessions unread", "other-server", func(in *review.GateInput) {
			in.Now.ADSync.Sessions = factstest.Unknown[[]facts.Session]()
		}, review.LightNotSet, "may not see it"},
		{"nobody ticked and nobody signed in", "other-server", func(in *review.GateInput) {
			tick(in, "previous-server", false)
		}, review.LightNotSet, "only the tenant knows"},
		{"nobody ticked, the tenant is quiet", "other-server", func(in *review.GateInput) {
			tick(in, "previous-server", false)
			in.Tenant = tenant(factstest.Known(installed.Add(-time.Hour)))
		}, review.Green, "last synchronized on"},
		{"nobody ticked, the tenant can't be read", "other-server", func(in *review.GateInput) {
			tick(in, "previous-server", false)
			in.Tenant = tenant(factstest.Unknown[time.Time]())
		}, review.LightNotSet, "can't be read"},
		{"sign-in not done", "sign-in", func(in *review.GateInput) {
			in.Tasks = append(in.Tasks, review.Task{ID: "signin-federation", Title: "Set federation", First: true})
		}, review.Red, "Set federation"},
		{"no method", "sign-in", func(in *review.GateInput) {
			in.Tasks = nil
			setting(&in.Basis, facts.SettingSignOnMethod, "NotConfigured")
		}, review.Red, "no sign-in method"},
		{"settings unread", "sign-in", func(in *review.GateInput) {
			in.Tasks, in.Now.ADSync.Settings = nil, factstest.Unknown[[]facts.Setting]()
		}, review.LightNotSet, "may not see it"},
		{"no cycle since", "cycles", func(in *review.GateInput) {
			in.Now.ADSync.Runs = factstest.Known([]facts.Run(nil))
		}, review.Red, "have not ended well"},
		{"no installation known", "cycles", func(in *review.GateInput) { in.Installed = time.Time{} }, review.LightNotSet, "No installation"},
		{"a run goes on", "runs", func(in *review.GateInput) {
			in.Now.ADSync.Runs.Value = append(in.Now.ADSync.Runs.Value, facts.Run{Profile: "Delta Import", Start: factstest.Now()})
		}, review.Red, "Delta Import, begun"},
		{"runs unread", "runs", func(in *review.GateInput) { in.Now.ADSync.Runs = factstest.Unknown[[]facts.Run]() }, review.LightNotSet, "may not see it"},
		{"at the threshold", "deletes", func(in *review.GateInput) {
			counts(in, func(n *facts.Counts) { n.ExportDelete = 500 })
		}, review.Green, "500 of 500"},
		{"over the threshold", "deletes", func(in *review.GateInput) {
			counts(in, func(n *facts.Counts) { n.ExportDelete = 400; n.ExportDeleteAdd = 101 })
		}, review.Red, "501 of 500"},
		{"deletions without protection", "deletes", func(in *review.GateInput) {
			setting(&in.Basis, facts.SettingDeletionThreshold, "False")
			counts(in, func(n *facts.Counts) { n.ExportDelete = 1 })
		}, review.Red, "protection"},
		{"connectors unread", "deletes", func(in *review.GateInput) {
			in.Now.ADSync.Connectors = factstest.Unknown[[]facts.Connector]()
		}, review.LightNotSet, "may not see it"},
		{"counts unread", "deletes", func(in *review.GateInput) {
			in.Now.ADSync.Connectors.Value[0].Counts = factstest.Unknown[facts.Counts]()
		}, review.LightNotSet, "may not see it"},
		{"never looked at", "looked", func(in *review.GateInput) {
			counts(in, func(n *facts.Counts) { n.ExportAdd = 1 })
		}, review.Red, "Nobody has looked"},
		{"looked at before the last run", "looked", func(in *review.GateInput) {
			counts(in, func(n *facts.Counts) { n.ExportAdd = 1 })
			in.Looked = installed.Add(time.Hour)
		}, review.Red, "before the last run"},
		{"looked at", "looked", func(in *review.GateInput) {
			counts(in, func(n *facts.Counts) { n.ExportAdd = 1 })
			in.Looked = factstest.Now()
		}, review.Green, "looked at on"},
		{"writeback and another server", "writeback", func(in *review.GateInput) {
			in.Now.ADSync.Settings.Value = append(in.Now.ADSync.Settings.Value, facts.Setting{Name: facts.SettingGroupWriteback, Value: "True"})
			in.Now.ADSync.Sessions = factstest.Known([]facts.Session{engine})
		}, review.Red, "groups"},
		{"writeback alone", "writeback", func(in *review.GateInput) {
			for i := range in.Now.ADSync.Connectors.Value {
				in.Now.ADSync.Connectors.Value[i].Writeback = factstest.Known(true)
			}
		}, review.Green, "passwords"},
		{"writeback settings unread", "writeback", func(in *review.GateInput) {
			in.Now.ADSync.Settings = factstest.Unknown[[]facts.Setting]()
		}, review.LightNotSet, "may not see it"},
		{"writeback unread", "writeback", func(in *review.GateInput) {
			for i := range in.Now.ADSync.Connectors.Value {
				in.Now.ADSync.Connectors.Value[i].Writeback = factstest.Unknown[bool]()
			}
		}, review.LightNotSet, "may not see it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := ready()
			c.change(&in)
			list := review.Gate(in)
			for i, got := range list {
				if got.ID != c.id {
					continue
				}
				if got.Light != c.want || !strings.Contains(got.Evidence, c.evidence) {
					t.Errorf("%s: %s; want %s with %q", got.Light, got.Evidence, c.want, c.evidence)
				}
				if got.Open() != (c.want == review.Green) {
					t.Errorf("open %v", got.Open())
				}
				for j := range list {
					list[j].Override = "answered for by the change board"
				}
				if !list[i].Open() || !review.Passed(list) {
					t.Error("what was answered for in writing still blocks")
				}
			}
		})
	}
}
