package sqlserver_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// envServer names the variable with the connection string of a SQL Server to
// run the same assertions against.
const envServer = "RECONNECT_TEST_SQLSERVER"

// TestLiveServer signs in to the SQL Server of the environment.
func TestLiveServer(t *testing.T) {
	dsn := os.Getenv(envServer)
	if dsn == "" {
		t.Skip(envServer + " is not set")
	}
	parsed, err := msdsn.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	c := sqlserver.Config{
		Answers: answers.SQL{
			Server: parsed.Host, Instance: parsed.Instance, Database: "master", SignIn: answers.SignInSQL, User: parsed.User,
			HostInCert: parsed.TLSConfig.ServerName,
		},
		Password: secret.New(parsed.Password),
	}
	if parsed.Port != 0 {
		c.Answers.Instance += "," + strconv.FormatUint(parsed.Port, 10)
	}
	switch {
	case strings.Contains(parsed.User, `\`):
		c.Answers.SignIn = answers.SignInAccount
	case parsed.User == "":
		c.Answers.SignIn = answers.SignInWindows
	}
	switch parsed.Encryption {
	case msdsn.EncryptionStrict:
		c.Answers.Encryption = answers.EncryptStrict
	case msdsn.EncryptionDisabled:
		c.Answers.Encryption = answers.EncryptOff
	}
	wholeServer(t, c)
}

// wholeServer asserts on a healthy server what must hold for every one: the way
// there, its facts, its databases, those of master. An untrusted certificate is
// pinned as an admin would.
func wholeServer(t *testing.T, c sqlserver.Config) {
	t.Helper()
	if f, p := reach(t, c); p != nil && f.Certificate != nil && !f.Certificate.Trusted {
		c.Answers.PinSHA256 = f.Certificate.SHA256
	}
	db, f, err := sqlserver.Connect(t.Context(), c)
	if err != nil {
		t.Fatalf("%v\n%+v", err, f.Layers)
	}
	defer func() { _ = db.Close() }()
	if !f.Reached(facts.LayerDB) {
		t.Errorf("layers %+v", f.Layers)
	}
	known := func(name string, state facts.ReadState, why string) {
		t.Helper()
		if state != facts.IsKnown {
			t.Errorf("%s: %s %s", name, state, why)
		}
	}
	known("version", f.Version.State, f.Version.Why)
	known("edition", f.Edition.State, f.Edition.Why)
	known("engine edition", f.EngineEdition.State, f.EngineEdition.Why)
	known("server name", f.ServerName.State, f.ServerName.Why)
	known("machine name", f.MachineName.State, f.MachineName.Why)
	known("instance name", f.InstanceName.State, f.InstanceName.Why)
	known("collation", f.Collation.State, f.Collation.Why)
	known("login", f.Login.State, f.Login.Why)
	known("sysadmin", f.SysAdmin.State, f.SysAdmin.Why)
	known("server time", f.ServerTime.State, f.ServerTime.Why)
	known("databases", f.Databases.State, f.Databases.Why)
	if n := strings.Count(f.Version.Value, "."); n != 3 {
		t.Errorf("version %q", f.Version.Value)
	}
	if d := time.Since(f.ServerTime.Value).Abs(); d > 24*time.Hour {
		t.Errorf("the server's clock is %v away", d)
	}
	for _, d := range f.Databases.Value {
		if d.Name == "" || (d.Looks == facts.LikenessUnknown) != (d.Why != "") {
			t.Errorf("%+v", d)
		}
	}
	d := sqlserver.ReadDatabase(t.Context(), db, f.Databases, time.Now())
	known("state", d.State.State, d.State.Why)
	known("read-only", d.ReadOnly.State, d.ReadOnly.Why)
	known("user access", d.UserAccess.State, d.UserAccess.Why)
	known("database collation", d.Collation.State, d.Collation.Why)
	known("recovery model", d.RecoveryModel.State, d.RecoveryModel.Why)
	known("compatibility", d.Compatibility.State, d.Compatibility.Why)
	known("availability group", d.AvailabilityGroup.State, d.AvailabilityGroup.Why)
	known("grant", d.Grant.State, d.Grant.Why)
	known("data", d.DataMB.State, d.DataMB.Why)
	known("log", d.LogMB.State, d.LogMB.Why)
	known("limit", d.MaxMB.State, d.MaxMB.Why)
	if d.Name == "" || d.State.Value != "ONLINE" || d.DataMB.Value <= 0 {
		t.Errorf("database %+v", d)
	}
	if grants := []facts.Grant{facts.GrantNone, facts.GrantSysAdmin, facts.GrantDBO, facts.GrantDirect, facts.GrantGroup}; !slices.Contains(grants, d.Grant.Value) {
		t.Errorf("grant %q", d.Grant.Value)
	}
	c.Answers.Database = "no such database, surely"
	f, p := reach(t, c)
	if p == nil || p.Code != sqlserver.CodeDatabaseMissing {
		t.Errorf("a missing database gave %v", p)
	}
	failedAt(t, f, facts.LayerDB, sqlserver.CodeDatabaseMissing)
	known("databases after a missing one", f.Databases.State, f.Databases.Why)
	c.Password, c.Answers.Database = secret.New("wrong"), "master"
	f, p = reach(t, c)
	if p == nil || p.Code != sqlserver.CodeLoginRefused {
		t.Errorf("a wrong password gave %v", p)
	}
	failedAt(t, f, facts.LayerLogin, sqlserver.CodeLoginRefused)
}
