package sample

import (
	"encoding/hex"
	"strings"
	"time"

	"github.com/hashicorp/go-version"
)

// site is everything small about the database: connectors, domains, rules and
// runs with their ids. Big tables are made from it row by row.
type site struct {
	Options
	seed       seed
	installed  time.Time // when the server was set up
	lastCycle  time.Time // when the last cycle began
	connectors []*connector
	others     []*connector // neither AD nor Entra
	rules      []rule
	runs       []run
	people     population
	lineages   map[lineageKey]GUID
}

// connector is one row of mms_management_agent.
type connector struct {
	number     int
	id         GUID
	name       string
	forest     *ForestSpec // nil for Entra and others
	partitions []partition
	domain     string // of the account, AD only
	user       string
	keyID      int
	space      spacePlan
	absent     bool // left out of the tables: a broken-off installation
}

// partition is one row of mms_partition.
type partition struct {
	id       GUID
	name     string // DN or "default"
	domain   *DomainSpec
	guid     GUID // of the domain
	sid      sid
	dc       string
	selected bool
	cookie   time.Time // time of the last delta import
	hashTime time.Time // end of the last password hash cycle; zero when off
}

// newSite works out everything small. o is complete.
func newSite(o Options) *site {
	s := &site{Options: o, seed: seed(o.Seed)}
	s.lastCycle = o.Now.Add(-o.LastSyncAge).Truncate(time.Second)
	s.installed = s.lastCycle.AddDate(-3, -2, -11).Truncate(time.Hour)
	s.people = newPopulation(s)
	for i := range s.Forests {
		s.connectors = append(s.connectors, s.adConnector(i))
	}
	s.connectors = append(s.connectors, s.entraConnector())
	for i := range o.OtherConnectors {
		s.others = append(s.others, s.otherConnector(i))
	}
	s.rules = s.presentRules(s.makeRules())
	s.makeLineages()
	s.runs = s.makeRuns()
	s.stampPartitions()
	s.planSpaces()
	return s
}

func (s *site) adConnector(i int) *connector {
	f := &s.Forests[i]
	c := &connector{
		number: i, id: s.seed.guid(kindConnector, uint64(i)), name: f.Name, forest: f,
		domain: f.Login, user: f.Account, keyID: 1, absent: s.NoADConnectors,
	}
	if c.user == "" {
		c.user = "MSOL_" + s.seed.hexText(kindConnector, uint64(1000+i), 6)
	}
	for j := range f.Domains {
		d := &f.Domains[j]
		n := uint64(i)<<16 | uint64(j)
		c.partitions = append(c.partitions, partition{
			id: s.seed.guid(kindPartition, n), name: dnOf(d.Name), domain: d, selected: !d.Unselected,
			guid: s.seed.guid(kindDomain, n), sid: s.seed.domainSID(n),
			dc: strings.ToUpper(d.NetBIOS) + "-DC0" + itoa(1+s.seed.below(kindDomain, n, 4)) + "." + d.Name,
		})
	}
	return c
}

func (s *site) entraConnector() *connector {
	return &connector{
		number: len(s.Forests), id: parseGUID(EntraConnectorID), name: s.Tenant + " - AAD", keyID: 1, absent: s.NoEntraConnector,
		user:       "Sync_" + s.Server + "_" + s.seed.hexText(kindConnector, 5000, 6) + "@" + s.Tenant,
		partitions: []partition{{id: s.seed.guid(kindPartition, 5000), name: "default", selected: true}},
	}
}

func (s *site) otherConnector(i int) *connector {
	c := &connector{
		number: len(s.Forests) + 1 + i, id: s.seed.guid(kindConnector, uint64(6000+i)),
		name: "Staff Directory " + itoa(i+1), keyID: 1, user: "cn=sync,o=staff",
	}
	c.partitions = []partition{{id: s.seed.guid(kindPartition, uint64(6000+i)), name: "o=staff", selected: true}}
	return c
}

// present gives the connectors that are in the tables.
func (s *site) present() []*connector {
	var out []*connector
	for _, c := range append(s.connectors[:len(s.connectors):len(s.connectors)], s.others...) {
		if !c.absent {
			out = append(out, c)
		}
	}
	return out
}

// entra gives the Entra connector, also when it is left out of the tables.
func (s *site) entra() *connector { return s.connectors[len(s.connectors)-1] }

// presentRules leaves out the rules of connectors that are not there, but not the
// one which dangles on purpose.
func (s *site) presentRules(rules []rule) []rule {
	gone := map[string]bool{}
	for _, c := range s.connectors {
		gone[c.id.String()] = c.absent
	}
	var out []rule
	for _, r := range rules {
		if !gone[r.Connector] {
			out = append(out, r)
		}
	}
	return out
}

// below tells whether the version is below another one. A version that cannot be
// read is taken for a current one.
func (s *site) below(other string) bool {
	v, err := version.NewVersion(s.Version)
	if err != nil {
		return false
	}
	return v.LessThan(version.Must(version.NewVersion(other)))
}

// parseGUID reads a GUID's text; the texts come from this package.
func parseGUID(text string) GUID {
	var g GUID
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(text, "{}"), "-", ""))
	if err != nil || len(b) != len(g) {
		panic("sample: not a GUID: " + text)
	}
	copy(g[:], b)
	return g
}
