package practice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/handover"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// Starts of the pretended setup that fail in the scenario for it, one after the other.
const (
	failTLS = iota
	failAlter
	failuresOfSetup
)

// microsoft is a pretended setup of Microsoft's: it types by itself what the plan
// names, writes a trace log, and changes the practice database over the wire as the
// real one would, but for the secrets, which are nobody's.
type microsoft struct {
	site  *Site
	fails bool

	mu      sync.Mutex
	starts  int
	running bool
	service *facts.SyncService // once it is installed
	end     chan struct{}      // closed to end it at once
	work    sync.WaitGroup
}

func newMicrosoft(s *Site) *microsoft {
	return &microsoft{site: s, fails: s.recipe.setupFails, end: make(chan struct{})}
}

var _ handover.Starter = (*microsoft)(nil)

// MicrosoftSetup gives the pretended setup, for tests that start it from outside.
func (s *Site) MicrosoftSetup() handover.Starter { return s.microsoft }

// Traces gives the folder of the trace logs, under the site's data.
func (m *microsoft) Traces() string {
	return filepath.Join(m.site.options.DataDir, handover.TraceFolder)
}

// Running tells whether the pretended setup runs.
func (m *microsoft) Running() (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.running, nil
}

// Start starts it. It ends by itself, or with the site.
func (m *microsoft) Start(ctx context.Context, p plan.Plan) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running {
		return nil
	}
	if err := os.MkdirAll(m.Traces(), 0o700); err != nil {
		return problem.From(err)
	}
	at := time.Now()
	name := fmt.Sprintf("trace-%s-%02d.log", at.Format("20060102-150405"), m.starts)
	file, err := os.OpenFile(filepath.Join(m.Traces(), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return problem.From(err)
	}
	n := failuresOfSetup
	if m.fails {
		n = m.starts
	}
	m.starts++
	m.running = true
	ctx = context.WithoutCancel(ctx) // it outlives who started it, as a program does
	m.work.Go(func() {
		run := &pretendedRun{microsoft: m, file: file, plan: p}
		run.all(ctx, n)
		m.mu.Lock()
		m.running = false
		m.mu.Unlock()
	})
	return nil
}

// Close ends it and waits for that.
func (m *microsoft) Close() {
	close(m.end)
	m.work.Wait()
}

// installed gives the service that it has set up, nil before.
func (m *microsoft) installed() *facts.SyncService {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.service
}

// pretendedRun is one start of the pretended setup.
type pretendedRun struct {
	*microsoft
	file *os.File
	plan plan.Plan
	err  error // of writing the log; nothing is written after it
}

// line writes one line and waits as long as a person sees it.
func (r *pretendedRun) line(level, text string) bool {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.file, "[%s] [ 12] [%-5s] %s\r\n", time.Now().Format("15:04:05.000"), level, text)
	}
	timer := time.NewTimer(r.site.options.Pause)
	defer timer.Stop()
	select {
	case <-r.end:
		return false
	case <-timer.C:
		return r.err == nil
	}
}

// lines writes lines until one can't be written or the site ends.
func (r *pretendedRun) lines(texts ...string) bool {
	for _, t := range texts {
		if !r.line("INFO", t) {
			return false
		}
	}
	return true
}

// all runs the setup to its end, or to the failure that is its turn.
func (r *pretendedRun) all(ctx context.Context, failure int) {
	defer func() { _ = r.file.Close() }() // a log that is cut off is what watching has to bear
	server := siteSQLHost
	if !r.lines(
		"================================================================================", "Application starting",
		"Application Version: "+r.site.recipe.installed, "DetectInstalledComponents stage: Check install context.",
		"Determining installation action for Azure AD Sync Engine (545334d7-13cd-4bab-8da1-2775fa8cf7c2)",
		"Called SetWizardMode(CustomInstall, True)", "SyncEngineSetupViewModel: Validating sync engine settings.", "Enter ValidateSqlVersion",
		fmt.Sprintf("Attaching to the ADSync database: SQLServerName=%s, SQLInstanceName=%s, ServiceAccountName=, state=Exists, Collation=%s, /UseExistingDatabase=True.",
			server, siteInstance, r.site.recipe.collation),
	) {
		return
	}
	if failure == failAlter {
		r.line("ERROR", "PerformConfigurationPageViewModel: Caught exception while installing synchronization service.")
		r.line("ERROR", "Unable to install the Synchronization Service. Error 25009.The setup wizard cannot configure the specified database. ALTER DATABASE statement failed.")
		r.fail()
		return
	}
	if !r.lines(
		`Page transition from "Install Required Components" [SyncEngineSetupViewModel] to "Connect to Microsoft Entra ID" [AzureTenantPageViewModel]`,
		"AzureTenantPage: Successfully retrieved company information for tenant "+siteTenant+".  Initial domain ("+siteTenant+").",
		`Page transition from "Connect Directories" [ConfigSyncDirectoriesPageViewModel] to "Configure" [PerformConfigurationPageViewModel]`,
		"PerformConfigurationPageViewModel.ExecuteADSyncConfiguration: Preparing to configure sync engine.",
	) {
		return
	}
	if failure == failTLS {
		r.line("ERROR", "PerformConfigurationPageViewModel: An error occurred executing Configure AAD Sync task: An error occurred while sending the request.")
		r.fail()
		return
	}
	if err := r.change(ctx); err != nil {
		r.line("ERROR", "PerformConfigurationPageViewModel: An error occurred executing Configure AAD Sync task: "+err.Error())
		r.fail()
		return
	}
	r.mu.Lock()
	r.service = &facts.SyncService{
		Service: facts.Service{Installed: true, State: "running", Start: "automatic", Account: `NT SERVICE\ADSync`},
		Server:  server, Instance: siteInstance, Database: databaseName, Path: `C:\Program Files\Microsoft Azure AD Sync\`,
	}
	r.mu.Unlock()
	r.lines(
		"MicrosoftOnlinePersistedStateProvider.Save: saving the persisted state file",
		"PerformConfigurationPageViewModel.PerformWorkflowInstallationAndUpdateState: result of installation operations - Success",
	)
}

func (r *pretendedRun) fail() {
	r.lines("PerformConfigurationPageViewModel.PerformWorkflowInstallationAndUpdateState: result of installation operations - Failed")
}

// change makes a new key set and gives every connector new credentials, in staging
// mode, over the same wire as any other client.
func (r *pretendedRun) change(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	a := r.site.answers().SQL
	db, _, err := sqlserver.Connect(ctx, r.site.probe().Config(a, secret.New(r.site.recipe.password(a.User))))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // every change is committed by then
	now, _, err := adsync.Glance(ctx, db, r.site.options.Now)
	if err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	w, creds := r.writes(now)
	err = adsync.Configure(ctx, conn, w, creds, adsync.NewKey())
	return errors.Join(err, conn.Close())
}

// writes gives what changes: the accounts are those that the admin was told to type.
func (r *pretendedRun) writes(now facts.ADSync) (plan.Writes, map[string]adsync.Credential) {
	keyset := now.Server.KeysetID.Or(0)
	w := plan.Writes{
		KeysetBefore: keyset, KeysetAfter: keyset + 1,
		EntropyBefore: now.Server.Entropy.Or(""), EntropyAfter: "0f0e0d0c-0b0a-4908-8706-050403020100",
		ConfigBefore: now.Server.ConfigVersion.Or(0), ConfigAfter: now.Server.ConfigVersion.Or(0) + 1,
	}
	for name, after := range map[string]string{
		facts.SettingStagingMode: "True", facts.SettingVersion: r.site.recipe.installed,
	} {
		before, existed := now.Setting(name)
		w.Settings = append(w.Settings, plan.SettingWrite{Name: name, Existed: existed, Before: before, After: after})
	}
	creds := map[string]adsync.Credential{}
	for _, c := range now.Connectors.Or(nil) {
		if c.Kind == facts.KindOther {
			continue
		}
		x := plan.ConnectorWrite{
			ID: c.ID, Name: c.Name, Kind: c.Kind, AccountBefore: c.Account, AccountAfter: c.Account,
			VersionBefore: c.Version, VersionAfter: c.Version + 1, KeyBefore: c.KeyID.Or(0), KeyAfter: c.KeyID.Or(0) + 1,
		}
		if c.Kind == facts.KindEntra {
			x.AccountAfter = facts.Account{User: "ConnectSyncProvisioning_" + siteComputer + "_" + r.plan.ID[:12]}
		}
		for _, a := range r.plan.Accounts {
			if a.Connector == c.ID {
				x.AccountAfter = facts.Account{Domain: a.Domain, User: a.User}
			}
		}
		creds[c.ID] = adsync.Credential{Password: secret.New("pretended")}
		w.Connectors = append(w.Connectors, x)
	}
	return w, creds
}
