// Package practice is a whole pretend site inside this process: a SQL Server
// over TDS with a sample ADSync database, a directory and a tenant. Scenarios
// make it look like what goes wrong in the field. Nothing real is read or changed.
package practice

import (
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/nearest"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// Scenario is one state of the pretend site, by name on the command line and on
// the Welcome page.
type Scenario struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Text  string `json:"text"` // what to expect, in a sentence

	change func(*recipe)
}

// Default is the scenario that is opened when none is named.
const Default = "healthy"

// content says what is in the database.
type content int

const (
	contentADSync content = iota
	contentFIM
	contentOther
	contentEmpty
)

// recipe is what a scenario cooks the site from.
type recipe struct {
	content   content
	sample    sample.Options
	installed string // version of Entra Connect on this computer

	localDB   bool
	collation string
	plainUser bool // the login has no rights beyond reading
	live      bool // another server's sessions are open
	tenant    tenant.Scenario
	claimed   bool      // another server's claim is on the database
	disk      tsql.Disk // what the SQL Server has to back up to

	setupFails  bool // Microsoft's setup fails the first two times; handing over to it is chosen
	oldComputer bool // this computer lacks what the product asks for

	unreachable string // the forest that no domain controller answers for

	situation answers.Situation
	password  func(account string) string // of a pretend account
}

// The names of the pretend site.
const (
	siteSQLHost  = "SQL01"
	siteInstance = "HYBRID"
	siteComputer = "SYNC02"
	sitePrevious = "SYNC01"
	siteTenant   = "contoso.onmicrosoft.com"
	siteLogin    = "adsync-setup"
	sitePassword = "Practice-1!" // of every pretend account; it protects nothing
	siteVersion  = "2.6.92.0"
)

// baseline is the healthy site that every scenario departs from.
func baseline(now time.Time) recipe {
	o := sample.Default()
	o.Seed, o.Now = 1, now
	o.Tenant, o.Server, o.Version = siteTenant, sitePrevious, siteVersion
	o.LastSyncAge = 26 * time.Hour
	o.Forests = []sample.ForestSpec{contoso()}
	o.ExportErrors = 0
	o.Exports = sample.Pending{Adds: 6, Updates: 21}
	return recipe{
		disk:   tsql.Disk{FreeBytes: 41 << 30},
		sample: o, installed: siteVersion, collation: "Latin1_General_CI_AS",
		situation: answers.SituationServerDied, password: func(string) string { return sitePassword },
	}
}

func contoso() sample.ForestSpec {
	return sample.ForestSpec{Name: "contoso.local", NetBIOS: "CONTOSO", Login: "CONTOSO.LOCAL", Domains: []sample.DomainSpec{
		{Name: "contoso.local", NetBIOS: "CONTOSO", Include: []string{"OU=Corp", "OU=Partners"}, Exclude: []string{"OU=Retired,OU=Corp"}},
	}}
}

func fabrikam() sample.ForestSpec {
	return sample.ForestSpec{Name: "fabrikam.local", NetBIOS: "FABRIKAM", Login: "FABRIKAM.LOCAL", Domains: []sample.DomainSpec{
		{Name: "fabrikam.local", NetBIOS: "FABRIKAM"},
		{Name: "europe.fabrikam.local", NetBIOS: "EUROPE"},
	}}
}

// Scenarios gives all scenarios, the default first.
func Scenarios() []Scenario {
	return []Scenario{
		{Default, "A healthy database", "The server died yesterday; nothing stands against setting a new one up.", func(*recipe) {}},
		{"stale", "Last used 40 days ago", "The last synchronization is too long ago: a full import from Entra ID will be needed.", func(r *recipe) {
			r.sample.LastSyncAge = 40*24*time.Hour + 2*time.Hour
		}},
		{"newer-database", "The database is newer than this computer", "A newer version of Entra Connect used the database last.", func(r *recipe) {
			r.sample.Version, r.installed = siteVersion, "2.6.3.0"
		}},
		{"old-database", "A database from version 1.2.60.0", "So old that its sign-in method is not carried over.", func(r *recipe) {
			r.sample.Version = "1.2.60.0"
		}},
		{"localdb", "The database is on LocalDB", "LocalDB cannot be used; the data has to move first.", func(r *recipe) {
			r.localDB, r.situation = true, answers.SituationLocalDB
		}},
		{"empty", "An empty database", "There is nothing in it to reconnect to.", func(r *recipe) { r.content = contentEmpty }},
		{"fim", "A FIM or MIM database", "The database of Forefront or Microsoft Identity Manager.", func(r *recipe) { r.content = contentFIM }},
		{"other-database", "Some other database", "A database that has nothing to do with synchronization.", func(r *recipe) { r.content = contentOther }},
		{"live-server", "Another server is using it", "The old server is not dead: it is connected and running.", func(r *recipe) {
			r.live, r.sample.UnfinishedRun, r.sample.LastSyncAge = true, true, 4*time.Minute
			r.situation = answers.SituationStaging
		}},
		{"two-forests", "Two forests", "Two forests, one with a child domain; some deletions and an export error wait.", func(r *recipe) {
			r.sample.Version = "2.4.131.0"
			r.sample.Forests = []sample.ForestSpec{contoso(), fabrikam()}
			r.sample.Exports.Deletes, r.sample.ExportErrors = 18, 1
			r.sample.Exports.Renames, r.sample.Exports.DeleteAdds, r.sample.ImportErrors = 3, 1, 2
		}},
		{"unreachable-forest", "A forest that does not answer", "Two forests; no domain controller of the first one answers, and the other one can be proved all the same.", func(r *recipe) {
			r.sample.Forests = []sample.ForestSpec{contoso(), fabrikam()}
			r.unreachable = "contoso.local"
		}},
		{"case-sensitive", "A case-sensitive database", "Its collation tells upper from lower case, which setup does not accept.", func(r *recipe) {
			r.collation = "Latin1_General_CS_AS"
		}},
		{"claimed", "Another server claimed it", "A server that is gone was reconnected with this program; the database can be taken over by typing its name.", func(r *recipe) { r.claimed = true }},
		{"no-permission", "The login may not change anything", "The login can read, but it owns nothing.", func(r *recipe) { r.plainUser = true }},
		{"staging-clone", "The clone of a staging server", "The database of a server that was in staging mode.", func(r *recipe) {
			r.sample.StagingMode, r.situation = true, answers.SituationStaging
		}},
		{"pass-through", "Pass-through authentication", "The tenant signs in through agents, which are not carried over.", func(r *recipe) {
			r.sample.SignOnMethod, r.sample.DesktopSSO, r.sample.PasswordHashSync = "PassThroughAuthentication", true, false
		}},
		{"federation", "Federation with AD FS", "The tenant is federated with AD FS.", func(r *recipe) {
			r.sample.SignOnMethod = "Federation"
		}},
		{"pingfederate", "Federation with PingFederate", "The tenant is federated with PingFederate.", func(r *recipe) {
			r.sample.SignOnMethod = "PingFederate"
		}},
		{"suspended-run", "Cut off in the middle", "A run never ended and the scheduler is suspended.", func(r *recipe) {
			r.sample.UnfinishedRun, r.sample.Suspended = true, true
		}},
		{"old-computer", "A computer that was not prepared", "Old .NET, TLS 1.2 half on, little memory, a restart that waits, traces of an earlier version.", func(r *recipe) {
			r.oldComputer = true
		}},
		{"setup-fails", "Microsoft's setup fails twice", "Handing over to Microsoft's setup is chosen: its first two starts fail as real ones do, the third one works.", func(r *recipe) {
			r.setupFails = true
		}},
		{"large", "A large database", "100,000 objects, for those who want to see that it does not take longer.", func(r *recipe) {
			r.sample.Objects, r.sample.Lean = 100_000, true
		}},
		ofTenant(tenant.WrongTenant, "An account of another tenant", "The sign-in page knows the account from another tenant than the database's."),
		ofTenant(tenant.NoRole, "An account without a role", "The account is neither Hybrid Identity Administrator nor Global Administrator."),
		ofTenant(tenant.RoleNotActivated, "A role that is not activated", "The account is eligible for the role, and has not activated it."),
		ofTenant(tenant.ConsentMissing, "Consent is missing", "Nobody has allowed the application that signs in what it needs."),
		ofTenant(tenant.ConditionalAccess, "Conditional Access", "A policy wants a stronger sign-in in the middle, and blocks the new sync identity until it is excluded."),
		ofTenant(tenant.Throttled, "A tenant that is busy", "Every request is answered with 429 the first time; nothing is lost but time."),
		ofTenant(tenant.IdentityLimit, "No room for a sync identity", "The tenant has 20 sync identities already, which is all it may have."),
	}
}

// ofTenant is a healthy database whose tenant is not.
func ofTenant(what tenant.Scenario, title, text string) Scenario {
	return Scenario{string(what), title, text, func(r *recipe) { r.tenant = what }}
}

// PortSuffix behind a scenario's name opens a loopback port to the practice SQL
// Server: /practice:healthy+port.
const PortSuffix = "+port"

// Find gives the scenario called name, the default for an empty name. A
// PortSuffix does not count. The case of letters does not
// count either. The error names the nearest one, or all.
func Find(name string) (Scenario, error) {
	name = strings.ToLower(strings.TrimSuffix(name, PortSuffix))
	if name == "" {
		name = Default
	}
	var names []string
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	if near := nearest.Name(name, names); near != "" {
		return Scenario{}, fmt.Errorf("there is no scenario %q; did you mean %q?", name, near)
	}
	return Scenario{}, fmt.Errorf("there is no scenario %q; there are %s", name, strings.Join(names, ", "))
}
