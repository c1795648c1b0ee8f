package preflight

import (
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// site is what the rules look at: the facts, the answers, and what several
// rules work out of them.
type site struct {
	set       facts.Set
	ans       answers.Answers
	now       time.Time // by this computer's clock
	sqlNow    time.Time // by SQL Server's clock where it is known, else now
	installed string    // version on this computer, empty when unknown
	from      string    // where installed was read or typed
	lastUsed  string    // version that last used the database, empty when unknown
}

// need says how far the program must have come for a rule to have something to
// read. Beyond that point a fact that could not be read is a finding; before it
// the finding of the layer that failed says enough.
type need int

const (
	needNothing  need = iota // this computer and what was typed
	needLogin                // the server answers questions
	needDatabase             // the database is open
	needADSync               // and it is an ADSync database
)

// rule is one subject: a pure function from what was seen to findings.
type rule struct {
	need  need
	judge func(site) []Finding
}

// rules gives every rule of the database, of SQL Server and of this computer.
func rules() []rule {
	return []rule{
		{needNothing, judgeReach},
		{needNothing, judgeLocalDB},
		{needNothing, judgeEncryption},
		{needLogin, judgeSQLVersion},
		{needLogin, judgeEdition},
		{needLogin, judgeTransport},
		{needLogin, judgeClock},
		{needLogin, judgeState},
		{needLogin, judgeCollation},
		{needLogin, judgeAvailability},
		{needLogin, judgeOtherEngines},
		{needLogin, judgeBackup},
		{needDatabase, judgePermission},
		{needDatabase, judgeSize},
		{needDatabase, judgeClaim},
		{needDatabase, judgeShape},
		{needADSync, judgeReadable},
		{needADSync, judgeConnectors},
		{needADSync, judgeOtherConnectors},
		{needADSync, judgeCredentials},
		{needNothing, judgeInstalled},
		{needADSync, judgeVersions},
		{needADSync, judgeSignIn},
		{needADSync, judgeRecency},
		{needADSync, judgeLive},
		{needADSync, judgePrevious},
		{needADSync, judgeStaging},
		{needADSync, judgeScheduler},
		{needADSync, judgeFlags},
		{needADSync, judgeRuns},
		{needADSync, judgeErrors},
		{needADSync, judgeExports},
		{needADSync, judgeRules},
		{needADSync, judgeFeatures},
		{needNothing, judgeComputer},
	}
}

// Judge gives the findings on SQL Server, the database and this computer, worst
// first, then by area and id. Whatever lies behind a layer that was not reached
// is not judged: the layer's own finding says why.
func Judge(set facts.Set, a answers.Answers) []Finding {
	s := newSite(set, a)
	var out []Finding
	for _, r := range rules() {
		found := r.judge(s)
		if !s.meets(r.need) {
			// Facts which can be read earlier than the rule expects still count, but
			// that they could not be read is no news.
			found = slices.DeleteFunc(found, func(f Finding) bool { return f.Severity == Unknown })
		}
		if r.need == needADSync && s.otherShape() {
			continue
		}
		out = append(out, found...)
	}
	Sort(out)
	return out
}

func newSite(set facts.Set, a answers.Answers) site {
	s := site{set: set, ans: a, now: set.At}
	if s.now.IsZero() {
		s.now = set.Computer.Now
	}
	s.sqlNow = s.now
	if t, ok := set.SQL.ServerTime.Get(); ok {
		s.sqlNow = t
	}
	s.installed, s.from = Installed(set, a)
	s.lastUsed, _ = set.ADSync.VersionLastUsed()
	if _, ok := product.Parse(s.lastUsed); !ok {
		s.lastUsed = ""
	}
	return s
}

// Installed gives the version of Microsoft Entra Connect on this computer and
// where it comes from: what was read, else what the admin typed. Both are empty
// when neither is a version.
func Installed(set facts.Set, a answers.Answers) (version, source string) {
	if v, ok := set.Computer.Installed.Get(); ok {
		if _, good := product.Parse(v); good {
			return strings.TrimSpace(v), set.Computer.Installed.Source
		}
	}
	if _, good := product.Parse(a.Components.Installed); good {
		return strings.TrimSpace(a.Components.Installed), "typed on the page Install required components"
	}
	return "", ""
}

// meets tells whether the program came as far as n asks.
func (s site) meets(n need) bool {
	switch n {
	case needLogin:
		return s.set.SQL.Reached(facts.LayerLogin)
	case needDatabase:
		return s.set.SQL.Reached(facts.LayerDB)
	case needADSync:
		shape, ok := s.set.ADSync.Shape.Get()
		return s.set.SQL.Reached(facts.LayerDB) && ok && shape == facts.ShapeADSync
	default:
		return true
	}
}

// otherShape tells whether the database is known to be something else than an
// ADSync database, so that what an ADSync database holds cannot be judged.
func (s site) otherShape() bool {
	shape, ok := s.set.ADSync.Shape.Get()
	return ok && shape != facts.ShapeADSync
}

// Sort orders findings in place: worst first, then by area in the order of the
// Area constants, then by id. Findings with the same id keep their order.
func Sort(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		if d := a.Severity.Rank() - b.Severity.Rank(); d != 0 {
			return d
		}
		if d := a.Area.rank() - b.Area.rank(); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// rank gives the place of an area in lists.
func (a Area) rank() int {
	return slices.Index([]Area{
		AreaServer, AreaDatabase, AreaHistory, AreaOwner, AreaComputer, AreaTenant, AreaDirectory,
	}, a)
}
