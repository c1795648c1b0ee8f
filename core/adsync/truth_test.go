package adsync

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
)

// compare checks everything that was read against what was made.
func compare(t *testing.T, got facts.ADSync, want sample.Truth) {
	t.Helper()
	if got.Shape.Value != facts.ShapeADSync || len(got.MissingTables) != 0 || len(got.Tables) != 18 {
		t.Errorf("shape %+v, missing %q, %d tables", got.Shape, got.MissingTables, len(got.Tables))
	}
	s := got.Server
	if s.InstanceID.Value != want.Server.InstanceID.String() || s.Entropy.Value != want.Server.Entropy.String() ||
		s.KeysetID.Value != want.Server.KeysetID || s.ConfigVersion.Value != want.Server.ConfigVersion ||
		s.Timestamp.Value != want.Server.Timestamp || !reflect.DeepEqual(s.Groups.Value, want.Server.Groups) {
		t.Errorf("server %+v\nwant %+v", s, want.Server)
	}
	if !reflect.DeepEqual(got.Settings.Value, want.Settings) {
		t.Errorf("settings %v\nwant %v", got.Settings, want.Settings)
	}
	if got.Objects.Value != want.Objects {
		t.Errorf("%d objects in the metaverse, want %d", got.Objects.Value, want.Objects)
	}
	if got.Previous.Or("") != want.PreviousServer {
		t.Errorf("previous server %+v, want %q", got.Previous, want.PreviousServer)
	}
	if len(got.Connectors.Value) != len(want.Connectors) {
		t.Fatalf("%d connectors, want %d", len(got.Connectors.Value), len(want.Connectors))
	}
	for _, w := range want.Connectors {
		c := connectorByID(got.Connectors.Value, w.ID)
		if c == nil {
			t.Errorf("connector %s is missing", w.Name)
			continue
		}
		compareConnector(t, *c, w)
	}
	compareRules(t, got.Rules.Value, want.Rules)
	compareRuns(t, got.Runs.Value, want.Runs)
	for i, w := range []time.Time{want.LastEntraImport, want.LastCookie, want.LastCycle, want.LastHashCycle} {
		e := got.Activity[i].When
		if !e.Value.Truncate(time.Second).Equal(w.Truncate(time.Second)) || (e.State == facts.IsKnown) == w.IsZero() {
			t.Errorf("activity %s: %+v, want %v", got.Activity[i].Letter, e, w)
		}
	}
	if len(got.Sessions.Value) != 0 || got.Sessions.State != facts.IsKnown || got.Moving.Or(true) || got.Claim.State != facts.IsKnown || got.Claim.Value != nil {
		t.Errorf("sessions %+v, moving %+v, claim %+v", got.Sessions, got.Moving, got.Claim)
	}
}

// compareConnector checks one connector.
func compareConnector(t *testing.T, c facts.Connector, w sample.ConnectorTruth) {
	t.Helper()
	if c.Name != w.Name || c.Kind != w.Kind || c.Forest != w.Forest || c.Tenant != w.Tenant {
		t.Errorf("%s: %s %s %q %q", w.Name, c.Name, c.Kind, c.Forest, c.Tenant)
	}
	if w.Kind != facts.KindOther && c.Account != w.Account {
		t.Errorf("%s: account %v, want %v", w.Name, c.Account, w.Account)
	}
	if c.PasswordHash.Or(false) != w.PasswordHash || c.Writeback.Or(false) != w.Writeback ||
		c.FullImport.Or(false) != w.FullImport || c.FullSync.Or(false) != w.FullSync {
		t.Errorf("%s: flags %+v %+v %+v %+v", w.Name, c.PasswordHash, c.Writeback, c.FullImport, c.FullSync)
	}
	if cred := c.Credentials.Value; !cred.Present || cred.WellMade == w.CredentialsWrong {
		t.Errorf("%s: credentials %+v", w.Name, cred)
	}
	if !reflect.DeepEqual(c.Attributes.Value, w.Attributes) {
		t.Errorf("%s: %d attributes, want %d", w.Name, len(c.Attributes.Value), len(w.Attributes))
	}
	if c.Counts.Value != w.Counts {
		t.Errorf("%s: counts %+v\nwant %+v", w.Name, c.Counts.Value, w.Counts)
	}
	var profiles []string
	for _, p := range c.Profiles {
		profiles = append(profiles, p.Name)
		if len(p.Steps) == 0 {
			t.Errorf("%s: run profile %s has no steps", w.Name, p.Name)
		}
	}
	wanted := slices.Sorted(slices.Values(w.Profiles))
	if !reflect.DeepEqual(profiles, wanted) {
		t.Errorf("%s: profiles %q, want %q", w.Name, profiles, wanted)
	}
	if len(c.Partitions) != len(w.Partitions) {
		t.Fatalf("%s: %d partitions, want %d", w.Name, len(c.Partitions), len(w.Partitions))
	}
	for _, wp := range w.Partitions {
		i := slices.IndexFunc(c.Partitions, func(p facts.Partition) bool { return p.ID == wp.ID })
		if i < 0 {
			t.Errorf("%s: partition %s is missing", w.Name, wp.Name)
			continue
		}
		comparePartition(t, c.Partitions[i], wp)
	}
}

// comparePartition checks one partition.
func comparePartition(t *testing.T, p facts.Partition, w sample.PartitionTruth) {
	t.Helper()
	if p.Name != w.Name || p.Selected.Value != w.Selected || !slices.Equal(p.Inclusions, w.Inclusions) || !slices.Equal(p.Exclusions, w.Exclusions) {
		t.Errorf("partition %+v\nwant %+v", p, w)
	}
	if p.LastDC != w.LastDC || !slices.Equal(p.PreferredDCs, w.PreferredDCs) {
		t.Errorf("partition %s: %q %q, want %q %q", w.Name, p.LastDC, p.PreferredDCs, w.LastDC, w.PreferredDCs)
	}
	if w.Selected && !p.Cookie.Value.Truncate(time.Second).Equal(w.Cookie.Truncate(time.Second)) {
		t.Errorf("partition %s: cookie %+v, want %v", w.Name, p.Cookie, w.Cookie)
	}
	if w.Cookie.IsZero() && p.Cookie.State == facts.IsKnown {
		t.Errorf("partition %s: a cookie from nowhere: %+v", w.Name, p.Cookie)
	}
	if got := p.HashCycleEnd.Value; !got.Truncate(time.Second).Equal(w.HashCycleEnd.Truncate(time.Second)) {
		t.Errorf("partition %s: hash cycle %+v, want %v", w.Name, p.HashCycleEnd, w.HashCycleEnd)
	}
}

// compareRules checks the rules, in whatever order they were made.
func compareRules(t *testing.T, got, want []facts.Rule) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rules, want %d", len(got), len(want))
	}
	byID := map[string]facts.Rule{}
	for _, r := range got {
		r.Version = facts.Read[int64]{Value: r.Version.Value}
		byID[r.ID] = r
	}
	for _, w := range want {
		w.Version = facts.Read[int64]{Value: w.Version.Value}
		if !reflect.DeepEqual(byID[w.ID], w) {
			t.Errorf("rule %s:\n%+v\nwant\n%+v", w.Name, byID[w.ID], w)
			return
		}
	}
}

// compareRuns checks the newest runs.
func compareRuns(t *testing.T, got, want []facts.Run) {
	t.Helper()
	if len(got) != min(len(want), newestRuns) {
		t.Fatalf("%d runs, want %d", len(got), min(len(want), newestRuns))
	}
	near := func(a, b time.Time) bool { return a.Sub(b).Abs() < 10*time.Millisecond }
	for i, g := range got {
		w := want[i]
		if !near(g.Start, w.Start) || !near(g.End, w.End) {
			t.Fatalf("run %d: %v to %v, want %v to %v", i, g.Start, g.End, w.Start, w.End)
		}
		g.Start, g.End, w.Start, w.End = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if g != w {
			t.Fatalf("run %d: %+v, want %+v", i, g, w)
		}
	}
}
