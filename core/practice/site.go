package practice

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts/pretend"
	"github.com/adsync-reconnect/adsync-reconnect/core/install"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/folder"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/standin"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tenant"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
	"github.com/adsync-reconnect/adsync-reconnect/core/probe"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/ticks"
)

// Options say how a site is opened. The zero value is good for tests.
type Options struct {
	// DataDir is where the site's journals, vault and reports go; empty for a
	// new temporary folder.
	DataDir string
	// Now is the clock; nil for time.Now.
	Now func() time.Time
	// Pause is how long the directory and the tenant take to answer, so that a
	// person sees the progress.
	Pause time.Duration
	// Wait is the time between the two readings of the database's timestamp;
	// 0 for a short one.
	Wait time.Duration
	// Port makes the SQL Server listen on a loopback port too, for other clients.
	Port bool
	// Password gives the password of a pretend account, DOMAIN\user or the login of
	// SQL Server, for tests that look where it turns up; nil for the usual one.
	Password func(account string) string
	// Change alters the sample database of the scenario, for tests and benchmarks.
	Change func(*sample.Options)
	// Disk alters what the SQL Server has to back up to, for tests.
	Disk func(*tsql.Disk)
	// Engine alters the SQL Server, for tests that let its statements go wrong.
	Engine func(*tsql.Config)
	// Tenant alters the tenant, for tests that let its requests go wrong.
	Tenant func(*tenant.Options)
	// RequestLimit is how long a request to the tenant may take; 0 as in the real world.
	RequestLimit time.Duration
}

// Site is an open practice site, with what tests look at behind the scenes.
type Site struct {
	Scenario Scenario
	SQL      *tsql.Server
	Truth    sample.Truth
	Windows  *standin.Computer

	microsoft *microsoft
	sql       *sqlServer
	directory *directory
	cloud     *cloud
	recipe    recipe
	options   Options
	dir       string // storage, removed by Close
	release   func() // gives dir free

	mu         sync.Mutex
	statements []string
}

// Open opens the site of a scenario and gives it as a session wants it.
func Open(ctx context.Context, scenario string, o Options) (setup.Site, error) {
	s, err := New(ctx, scenario, o)
	if err != nil {
		return setup.Site{}, err
	}
	return s.Setup(), nil
}

// New opens the site of a scenario, by the name of Scenarios.
func New(ctx context.Context, scenario string, o Options) (*Site, error) {
	chosen, err := Find(scenario)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wait == 0 {
		o.Wait = 50 * time.Millisecond
	}
	s := &Site{Scenario: chosen, options: o, recipe: baseline(o.Now())}
	chosen.change(&s.recipe)
	if o.Password != nil {
		s.recipe.password = o.Password
	}
	if o.Change != nil {
		o.Change(&s.recipe.sample)
	}
	s.recipe.disk.Step = o.Pause / 4
	if o.Disk != nil {
		o.Disk(&s.recipe.disk)
	}
	s.Windows = standin.New(s.computer(ctx, o.Now()))
	s.microsoft = newMicrosoft(s)
	if s.dir, s.release, err = siteFolder(); err != nil {
		return nil, fmt.Errorf("make the practice site's folder: %w", err)
	}
	if s.options.DataDir == "" {
		s.options.DataDir = filepath.Join(s.dir, "data")
	}
	// The vault of an earlier visit belongs to a site that is gone.
	if err := folder.Remove(install.VaultDir(s.options.DataDir)); err != nil {
		return nil, errors.Join(fmt.Errorf("empty the practice vault: %w", err), s.leave())
	}
	if err := os.RemoveAll(s.ticksDir()); err != nil { // they belong to it too
		return nil, errors.Join(fmt.Errorf("empty the practice tasks: %w", err), s.leave())
	}
	if s.sql, err = newSQLServer(ctx, s.recipe, s.dir, s.watch, o.Engine); err != nil {
		return nil, errors.Join(err, s.leave())
	}
	s.SQL, s.Truth = s.sql.engine, s.sql.truth
	if o.Port {
		if err := s.sql.open(ctx); err != nil {
			return nil, errors.Join(err, s.Close()) //nolint:contextcheck // closing works after the context has ended
		}
	}
	s.directory = newDirectory(s.recipe, o)
	if s.cloud, err = newCloud(s.recipe, o, s.Truth); err != nil {
		return nil, errors.Join(fmt.Errorf("start the practice tenant: %w", err), s.Close()) //nolint:contextcheck // closing works after the context has ended
	}
	return s, nil
}

// mostStatements is up to how many statements are kept: a site that is read for
// hours does not grow.
const mostStatements = 20_000

// watch keeps the statement log.
func (s *Site) watch(_ tsql.SessionInfo, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.statements) >= mostStatements {
		s.statements = append([]string(nil), s.statements[mostStatements/2:]...)
	}
	s.statements = append(s.statements, text)
}

// Statements gives the statements that the SQL Server was sent, in order: all of
// them, or the newest when there were more than mostStatements.
func (s *Site) Statements() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.statements...)
}

// Door gives the loopback address of the SQL Server, nil without Options.Port, and
// the certificate that it shows there, for the name localhost.
func (s *Site) Door() (net.Addr, *x509.Certificate) { return s.sql.port, s.sql.certificate }

// probe reads the site as the real one is read.
func (s *Site) probe() *probe.Probe {
	return &probe.Probe{Dialer: s.sql.network, Roots: s.sql.roots, Computer: s.computer, Now: s.options.Now, Wait: s.options.Wait, Sample: s.sampleExport}
}

// service reads the pretend synchronization service.
func (s *Site) service(ctx context.Context) facts.Read[facts.SyncService] {
	return s.computer(ctx, s.options.Now()).Service
}

// Setup gives the site as a session wants it.
func (s *Site) Setup() setup.Site {
	p := s.probe()
	return setup.Site{
		Prober: p, Comparer: p, Reviewer: p, Directory: s.directory, Cloud: s.cloud,
		Installer: install.New(install.Params{
			Probe: p, Directory: s.directory, Granter: s.directory, Cloud: s.cloud, DataDir: s.options.DataDir, Practice: true,
			Local: s.Windows.Local(), Setup: s.microsoft, Service: s.service,
		}),
		Practice: &setup.Practice{
			Scenario: s.Scenario.Name, Title: s.Scenario.Title, Text: s.Scenario.Text, Hints: s.hints(),
		},
		Ticks:   ticks.Store{Dir: s.ticksDir()},
		Answers: s.answers(), Computer: siteComputer, CurrentUser: s.directory.currentName(), Secrets: s.secrets(), Close: s.Close,
	}
}

// ticksDir is where the ticks of the tasks are kept.
func (s *Site) ticksDir() string { return filepath.Join(s.options.DataDir, "tasks") }

// folderPrefix begins the names of the sites' folders.
const folderPrefix = "adsync-reconnect-practice-"

// sweepOnce removes what programs that were killed left of their sites.
var sweepOnce = sync.OnceFunc(func() { folder.Sweep("", folderPrefix, time.Now()) })

// siteFolder makes a folder for a site.
func siteFolder() (path string, release func(), err error) {
	sweepOnce()
	return folder.New("", folderPrefix)
}

// leave removes the site's folder.
func (s *Site) leave() error {
	s.release()
	return folder.Remove(s.dir)
}

// Close ends the SQL Server and the tenant, and removes their storage.
func (s *Site) Close() error {
	s.microsoft.Close()
	var cloud error
	if s.cloud != nil {
		cloud = s.cloud.Close()
	}
	return errors.Join(cloud, s.sql.Close(), s.leave())
}

// Tenant is the pretend tenant behind the sign-in, for tests that look at what it holds.
func (s *Site) Tenant() *tenant.Server { return s.cloud.tenant }

// computer is the pretend computer that the program runs on.
func (s *Site) computer(_ context.Context, now time.Time) (c facts.Computer) {
	c = pretend.Healthy(siteComputer, s.recipe.installed, now)
	if s.recipe.oldComputer {
		c = pretend.Old(c)
	}
	if s.Windows == nil { // what it is made from
		return c
	}
	defer func() {
		if done := s.microsoft.installed(); done != nil {
			c.Service = facts.Known(*done, c.Service.Source, now)
		}
	}()
	c.Now = now.UTC()
	if err := s.Windows.Facts(&c); err != nil { // it is in memory unless a test has put it into a file
		c.Service = facts.Unknown[facts.SyncService](c.Service.Source, err.Error(), now)
		c.Groups = facts.Unknown[[]facts.LocalGroup](c.Groups.Source, err.Error(), now)
	}
	return c
}

// answers are what the site fills in, complete enough for an unattended run.
func (s *Site) answers() answers.Answers {
	a := answers.Answers{
		Situation: s.recipe.situation,
		SQL: answers.SQL{
			Server: siteSQLHost + `\` + siteInstance, Database: databaseName, SignIn: answers.SignInSQL,
			User: siteLogin, Encryption: answers.EncryptMandatory,
		},
		Entra:       answers.Entra{User: "admin@" + siteTenant, Flow: answers.FlowBrowser},
		Acknowledge: answers.Acknowledge{Licence: true},
	}
	for i, f := range s.recipe.sample.Forests {
		answer := answers.Forest{Forest: f.Name, Option: answers.CreateAccount, User: f.NetBIOS + `\ea`}
		if i > 0 {
			answer.Option, answer.User = answers.ExistingAccount, f.NetBIOS+`\svc-adsync`
		}
		a.Forests = append(a.Forests, answer)
	}
	a.Options.HandOver = s.recipe.setupFails
	return a
}

func (s *Site) secrets() map[string]secret.Value {
	out := map[string]secret.Value{answers.SecretSQL: secret.New(s.recipe.password(siteLogin))}
	for _, f := range s.answers().Forests {
		out[answers.SecretForest(f.Forest)] = secret.New(s.recipe.password(f.User))
	}
	return out
}

// hints say which pretend accounts there are.
func (s *Site) hints() []string {
	var names []string
	for _, f := range s.recipe.sample.Forests {
		names = append(names, f.NetBIOS)
	}
	domain := strings.Join(names, ", ")
	list := []string{
		"The password of every pretend account is " + sitePassword,
		"SQL Server " + siteSQLHost + `\` + siteInstance + ": " + siteLogin,
		"Entra ID: admin@" + siteTenant + " (works), global@ (Global Administrator), eligible@ (role not activated), helpdesk@ (no role), " +
			"partner@partner.example (a guest), someone@outlook.com (a Microsoft account), admin@fabrikam.com (another tenant). No password is asked for.",
		"Entra ID without a person (flow service): client id " + tenant.Unattended + ", secret " + tenant.UnattendedSecret,
		"Domains " + domain + `: \ea (Enterprise Admin), \svc-adsync (has all rights), \svc-poor (lacks some), \admin (Domain Admin, refused), \locked, \disabled, \newhire (must change its password)`,
	}
	if s.sql.port != nil {
		list = append(list, "Other SQL clients reach the practice SQL Server at "+strings.Replace(s.sql.port.String(), ":", ",", 1)+
			" with the login "+siteLogin+"; its certificate is its own.")
	}
	return list
}
