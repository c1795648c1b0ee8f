package practice

import (
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/apply"
	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/preflight"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// open gives a session on a scenario, and the site behind it.
func open(t *testing.T, scenario string) (*setup.Session, *Site) {
	t.Helper()
	site, err := New(t.Context(), scenario, Options{DataDir: t.TempDir(), Wait: 10 * time.Millisecond, Change: func(o *sample.Options) {
		if o.Objects > 2000 {
			o.Objects = 2000 // the scenario is about size, its test is not
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	session := setup.NewSession(setup.Params{Site: site.Setup(), DataDir: t.TempDir(), Program: "test"})
	t.Cleanup(func() {
		if err := session.Close(); err != nil {
			t.Errorf("close the session: %v", err)
		}
	})
	return session, site
}

// Every scenario gives the finding that it is named for, over the wire.
func TestScenarios_giveTheirFinding(t *testing.T) {
	type expectation struct {
		id       string
		severity preflight.Severity
		part     string
	}
	want := map[string]expectation{
		"healthy":        {"database.shape", preflight.Pass, "earlier installation"},
		"stale":          {"history.recency", preflight.Warning, "40 days ago"},
		"newer-database": {"version.used", preflight.Blocked, "2.6.92.0"},
		"old-database":   {"signin.old", preflight.Warning, "1.2.60.0"},
		"localdb":        {"sql.localdb", preflight.Blocked, "LocalDB"},
		"empty":          {"database.shape", preflight.Blocked, "empty"},
		"fim":            {"database.shape", preflight.Blocked, "Identity Manager"},
		"other-database": {"database.shape", preflight.Blocked, "not an ADSync"},
		"live-server":    {"owner.live", preflight.Blocked, "SYNC01"},
		"two-forests":    {"database.connectors", preflight.Pass, "fabrikam.local"},
		"case-sensitive": {"database.collation", preflight.Blocked, "Latin1_General_CS_AS"},
		"claimed":        {"owner.claim", preflight.Blocked, "SYNC01"},
		"no-permission":  {"database.permission", preflight.Blocked, siteLogin},
		"staging-clone":  {"history.staging", preflight.Note, "staging"},
		"pass-through":   {"signin.method", preflight.Warning, "Pass-through"},
		"federation":     {"signin.method", preflight.Note, "AD FS"},
		"pingfederate":   {"signin.method", preflight.Note, "PingFederate"},
		"suspended-run":  {"history.unfinished", preflight.Warning, "unfinished run"},
		"old-computer":   {"computer.dotnet", preflight.Blocked, "394802"},
		"setup-fails":    {"database.shape", preflight.Pass, "earlier installation"},
		"large":          {"database.shape", preflight.Pass, "earlier installation"},

		"wrong-tenant":       {},
		"consent-missing":    {},
		"no-role":            {"tenant.role", preflight.Blocked, "not Hybrid Identity Administrator"},
		"role-not-activated": {"tenant.role", preflight.Blocked, "not activated"},
		"conditional-access": {"tenant.policy", preflight.Note, "claims challenge"},
		"throttled":          {"tenant.throttled", preflight.Note, "429"},
		"identity-limit":     {"tenant.identities", preflight.Blocked, "20 of 20"},
	}
	// These end the sign-in before there is anything to judge.
	problems := map[string]problem.Code{"wrong-tenant": entra.CodeUserTenant, "consent-missing": entra.CodeConsent}
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			if s.Name == "unreachable-forest" {
				oneForestIsRed(t)
				return
			}
			w, ok := want[s.Name]
			if !ok {
				t.Fatal("this scenario has no expectation in this test")
			}
			session, _ := open(t, s.Name)
			state, err := setup.Run(t.Context(), session, setup.RunOptions{})
			if code := problems[s.Name]; code != "" {
				if p := problem.As(err); p == nil || p.Code != code || p.Fix == "" || state.Entra.Problem != p {
					t.Errorf("got %v, want a problem %s with a fix", err, code)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range setup.AllFindings(state) {
				if f.ID != w.id {
					continue
				}
				if f.Severity != preflight.Pass && f.Fix == "" {
					t.Errorf("%s says not what to do", f.ID)
				}
				if text := f.Title + " " + f.Summary; f.Severity != w.severity || !strings.Contains(text, w.part) {
					t.Errorf("got %s: %s; want %s with %q", f.Severity, text, w.severity, w.part)
				}
				return
			}
			t.Errorf("there is no finding %s among %d", w.id, len(setup.AllFindings(state)))
		})
	}
}

// What a scenario does not spoil is fine: no check may be unknown that could run.
func TestScenarios_healthyIsClean(t *testing.T) {
	session, _ := open(t, Default)
	state, err := setup.Run(t.Context(), session, setup.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range setup.AllFindings(state) {
		if f.Severity.Rank() <= preflight.Unknown.Rank() {
			t.Errorf("%s: %s: %s", f.Severity, f.ID, f.Title)
		}
	}
}

// Before Install nothing is sent to the server that could write.
func TestInspection_onlyReads(t *testing.T) {
	session, site := open(t, "two-forests")
	if _, err := setup.Run(t.Context(), session, setup.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	statements := site.Statements()
	if len(statements) < 10 {
		t.Fatalf("the statement log holds only %d statements", len(statements))
	}
	for _, s := range statements {
		for _, word := range []string{"insert", "update", "delete", "merge", "create", "alter", "drop", "exec", "truncate", "grant", "backup", "restore", "into", "begin tran"} {
			if containsWord(literals.ReplaceAllString(s, "''"), word) {
				t.Errorf("%q was sent before Install", s)
			}
		}
	}
}

// literals are texts inside a statement, which may name what they ask about.
var literals = regexp.MustCompile(`'[^']*'`)

func containsWord(text, word string) bool {
	for _, f := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
		if f == word {
			return true
		}
	}
	return strings.Contains(word, " ") && strings.Contains(strings.ToLower(text), word)
}

// An unattended practice installation ends in staging mode with a verified database.
func TestInstall_endsInStagingMode(t *testing.T) {
	for _, scenario := range []string{Default, "two-forests", "old-database", "stale"} {
		t.Run(scenario, func(t *testing.T) {
			session, site := open(t, scenario)
			state, err := setup.Run(t.Context(), session, setup.RunOptions{Install: true})
			if err != nil {
				t.Fatal(err)
			}
			if state.Install.Outcome == nil || state.Install.Outcome.Ending != apply.Completed {
				t.Fatalf("outcome = %+v", state.Install.Outcome)
			}
			if state.Page != setup.PageComplete || len(state.Tasks) == 0 {
				t.Errorf("the wizard is on %s with %d tasks", state.Page, len(state.Tasks))
			}
			after := site.read(t)
			if !after.On("Microsoft.Synchronize.StagingMode") {
				t.Error("staging mode is not on")
			}
			claim, ok := after.Claim.Get()
			if !ok || claim == nil || claim.Server != siteComputer {
				t.Errorf("the claim is %+v", after.Claim)
			}
			for _, f := range after.Forests() {
				if f.Forest == "contoso.local" && !strings.HasPrefix(f.Account.User, "MSOL_") {
					t.Errorf("the account of %s is %s", f.Forest, f.Account)
				}
			}
		})
	}
}

// read reads the database as it is, with a connection of its own.
func (s *Site) read(t *testing.T) (out adsyncFacts) {
	t.Helper()
	db := s.DB(t)
	got, err := adsync.Read(t.Context(), db, adsync.Options{Wait: -1})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// With a port, other SQL clients of this computer reach the practice SQL Server.
func TestPort_isReachable(t *testing.T) {
	site, err := New(t.Context(), Default+PortSuffix, Options{Port: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = site.Close() }()
	host, port, err := net.SplitHostPort(site.sql.port.String())
	if err != nil {
		t.Fatal(err)
	}
	a := site.answers().SQL
	a.Server, a.HostInCert = host+","+port, siteSQLHost
	db, server, err := sqlserver.Connect(t.Context(), sqlserver.Config{Answers: a, Password: secret.New(sitePassword), Roots: site.sql.roots})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if !server.Reached(facts.LayerDB) {
		t.Errorf("layers = %+v", server.Layers)
	}
}

// oneForestIsRed lets one forest be red with its reason and the other one green.
func oneForestIsRed(t *testing.T) {
	t.Helper()
	session, _ := open(t, "unreachable-forest")
	state, err := setup.Run(t.Context(), session, setup.RunOptions{})
	if p := problem.As(err); p == nil || p.Code != "ad.forest.unreachable" || p.Fix == "" {
		t.Errorf("it ended with %v", err)
	}
	if len(state.Forests) != 2 || state.Forests[0].Green() || state.Forests[0].Problem == nil || !state.Forests[1].Green() {
		t.Errorf("the forests are %+v", state.Forests)
	}
}
