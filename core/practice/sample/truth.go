package sample

import (
	"cmp"
	"slices"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Truth is what a database holds, so that the tests of a reader can compare what
// it found with what was made.
type Truth struct {
	Server     ServerTruth
	Settings   []facts.Setting
	Connectors []ConnectorTruth // AD in the order of the options, then Entra, then others
	Rules      []facts.Rule     // by precedence, then id
	Runs       []facts.Run      // newest first
	Objects    int64            // rows of the metaverse
	Rows       map[string]int64 // of the tables whose rows are counted without making them

	LastEntraImport time.Time // evidence A: end of the newest good import from Entra ID
	LastCookie      time.Time // evidence B: newest time in a DirSync cookie
	LastCycle       time.Time // evidence C: NextStartTime less the interval, to the second
	LastHashCycle   time.Time // evidence D: newest password hash cycle; zero when there is none
	PreviousServer  string    // as the Entra connector's user name tells; empty for an application
}

// ServerTruth is the row of mms_server_configuration.
type ServerTruth struct {
	InstanceID, Entropy                GUID
	KeysetID, ConfigVersion, Timestamp int64
	Groups                             map[string]string // column -> SID text
}

// ConnectorTruth is one connector.
type ConnectorTruth struct {
	ID, Name         string // the id in lower case
	Kind             facts.ConnectorKind
	Forest, Tenant   string
	Account          facts.Account
	PasswordHash     bool // AD
	Writeback        bool // Entra
	FullImport       bool
	FullSync         bool
	CredentialsWrong bool // encrypted_configuration is damaged on purpose
	Attributes       []string
	Partitions       []PartitionTruth
	Profiles         []string
	Counts           facts.Counts
}

// PartitionTruth is one partition.
type PartitionTruth struct {
	ID, Name               string
	Selected               bool
	Inclusions, Exclusions []string
	LastDC                 string
	PreferredDCs           []string
	Cookie, HashCycleEnd   time.Time // zero when there is none
}

// makeTruth gathers what the rows were made from.
func (s *site) makeTruth() Truth {
	t := Truth{
		Server: s.serverTruth(), Settings: s.settings(), Objects: int64(s.people.total),
		LastEntraImport: s.lastGoodImport(), LastCycle: s.lastCycle,
	}
	if s.Identity == ServiceAccount && !s.NoEntraConnector {
		t.PreviousServer = s.Server
	}
	for _, c := range s.present() {
		ct := s.connectorTruth(c)
		for _, p := range ct.Partitions {
			t.LastCookie = later(t.LastCookie, p.Cookie)
			t.LastHashCycle = later(t.LastHashCycle, p.HashCycleEnd)
		}
		t.Connectors = append(t.Connectors, ct)
	}
	for _, r := range s.rules {
		t.Rules = append(t.Rules, r.Rule)
	}
	slices.SortStableFunc(t.Rules, func(a, b facts.Rule) int {
		return cmp.Or(cmp.Compare(a.Precedence, b.Precedence), cmp.Compare(a.ID, b.ID))
	})
	for i := len(s.runs) - 1; i >= 0; i-- {
		t.Runs = append(t.Runs, s.runs[i].fact())
	}
	t.Rows = s.rowCounts()
	return t
}

func (s *site) rowCounts() map[string]int64 {
	out := map[string]int64{
		"mms_server_configuration": 1, "mms_management_agent": int64(len(s.present())), "mms_metaverse": int64(s.people.total),
		"mms_run_history": int64(len(s.runs)), "mms_run_profile": int64(len(s.present()) * len(profiles)),
		"mms_synchronization_rule": int64(len(s.rules)),
	}
	for _, c := range s.present() {
		out["mms_partition"] += int64(len(c.partitions))
		out["mms_connectorspace"] += int64(c.space.rows() + c.space.transients)
		out["mms_csmv_link"] += int64(c.space.linked)
	}
	return out
}

func (s *site) connectorTruth(c *connector) ConnectorTruth {
	t := ConnectorTruth{
		ID: c.id.String(), Name: c.name, Kind: facts.KindOther, Account: facts.Account{Domain: c.domain, User: c.user},
		FullImport: flagged(s.FullImport, c.name), FullSync: flagged(s.FullSync, c.name), Counts: c.space.counts(),
		Attributes: c.attributes(),
	}
	switch {
	case c.isEntra():
		t.Kind, t.Tenant, t.Writeback = facts.KindEntra, s.Tenant, s.Writebacks.Password
		if s.Identity == Application {
			t.Account = facts.Account{}
		}
	case c.forest != nil:
		t.Kind, t.Forest, t.PasswordHash = facts.KindAD, c.forest.Name, s.PasswordHashSync
		t.CredentialsWrong = s.BadCredentials && c.number == 0
	default:
		t.Attributes = []string{"cn", "mail", "uid"}
	}
	for _, p := range profiles {
		t.Profiles = append(t.Profiles, p.name)
	}
	for i := range c.partitions {
		t.Partitions = append(t.Partitions, c.partitions[i].truth(c))
	}
	return t
}

func (p *partition) truth(c *connector) PartitionTruth {
	t := PartitionTruth{
		ID: p.id.String(), Name: p.name, Selected: p.selected, LastDC: p.dc, HashCycleEnd: p.hashTime,
		Exclusions: p.exclusions(),
	}
	if !c.isEntra() {
		t.Inclusions = p.inclusions()
	}
	if p.domain != nil {
		t.PreferredDCs = p.domain.PreferredDCs
		t.Cookie = p.cookie
	}
	return t
}

// Connector gives a connector by name.
func (t Truth) Connector(name string) (ConnectorTruth, bool) {
	for _, c := range t.Connectors {
		if c.Name == name {
			return c, true
		}
	}
	return ConnectorTruth{}, false
}

// StandardRules counts the rules with an immutable tag, CustomRules the others.
func (t Truth) StandardRules() int {
	n := 0
	for _, r := range t.Rules {
		if r.Standard() {
			n++
		}
	}
	return n
}

// CustomRules counts the rules without an immutable tag.
func (t Truth) CustomRules() int { return len(t.Rules) - t.StandardRules() }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
