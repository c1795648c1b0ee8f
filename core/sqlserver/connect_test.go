package sqlserver_test

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

func TestConnectPassesAllLayers(t *testing.T) {
	cases := []struct {
		name, server, instance string
		port                   int
		skipped                string // layers that are not needed
		encryption             answers.Encryption
	}{
		{"default instance", "SQL01", "", 1433, "browser", ""},
		{"full name", "sql01.contoso.com", "", 1433, "browser", ""},
		{"instance", "SQL01", "hybrid", 50123, "", ""},
		{"instance in one field", `SQL01\HYBRID`, "", 50123, "", ""},
		{"instance and port", "SQL01", "OTHER,50123", 50123, "browser", ""},
		{"port", "SQL01,50123", "", 50123, "browser", ""},
		{"address", "192.0.2.55", "", 1433, "name browser", ""},
		{"strict", "SQL01", "", 1433, "browser", answers.EncryptStrict},
		{"off", "SQL01", "", 1433, "browser tls", answers.EncryptOff},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, tds.Config{AllowStrict: true})
			s.net.AddHost("SQL01", "192.0.2.55")
			cfg := s.config()
			cfg.Answers.Server, cfg.Answers.Instance, cfg.Answers.Encryption = c.server, c.instance, c.encryption
			var told []facts.LayerName
			cfg.OnLayer = func(l facts.Layer) { told = append(told, l.Name) }
			f, p := reach(t, cfg)
			if p != nil {
				t.Fatalf("%s\n%+v", p.Text(), f.Layers)
			}
			if f.Port != c.port || len(told) != 7 {
				t.Errorf("port %d, told of %v", f.Port, told)
			}
			for _, l := range f.Layers {
				want := facts.Passed
				if strings.Contains(c.skipped, string(l.Name)) {
					want = facts.Skipped
				}
				if l.Outcome != want {
					t.Errorf("layer %s: %q, want %q", l.Name, l.Outcome, want)
				}
			}
			if !f.Reached(facts.LayerDB) {
				t.Error("not reached")
			}
			l := s.door.logins()[0]
			if l.User != "sa" || l.Password != password || l.Database != "ADSync" || l.App != sqlserver.DefaultAppName {
				t.Errorf("signed in as %q on %q by %q", l.User, l.Database, l.App)
			}
			if l.Encrypted != (c.encryption != answers.EncryptOff) {
				t.Errorf("encrypted: %v", l.Encrypted)
			}
			if on, ok := f.Encrypted.Get(); !ok || on != l.Encrypted {
				t.Errorf("fact encrypted: %+v", f.Encrypted)
			}
			if (f.Certificate != nil) != l.Encrypted || (f.Certificate != nil && !f.Certificate.Pinned) {
				t.Errorf("certificate %+v", f.Certificate)
			}
		})
	}
}

func TestConnectStopsAtTheLayer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		set   func(s *stage, c *sqlserver.Config)
		layer facts.LayerName
		code  problem.Code
		field problem.Field
		says  string
	}{
		{"no such host", func(_ *stage, c *sqlserver.Config) { c.Answers.Server = "SQL99" }, facts.LayerHost, sqlserver.CodeNameUnknown, answers.FieldServer, "SQL99"},
		{"no such instance", func(_ *stage, c *sqlserver.Config) { c.Answers.Instance = "NOPE" }, facts.LayerBrowser, sqlserver.CodeInstanceUnknown, answers.FieldInstance, "HYBRID"},
		{"instance without TCP", func(_ *stage, c *sqlserver.Config) { c.Answers.Instance = "PIPESONLY" }, facts.LayerBrowser, sqlserver.CodeInstanceNoTCP, answers.FieldInstance, "TCP/IP"},
		{"browser silent", func(s *stage, c *sqlserver.Config) {
			c.Answers.Instance = "HYBRID"
			s.net.SetBrowser("SQL01", tds.BrowserSilent)
		}, facts.LayerBrowser, sqlserver.CodeBrowserSilent, answers.FieldInstance, "1434"},
		{"browser off", func(s *stage, c *sqlserver.Config) {
			c.Answers.Instance = "HYBRID"
			s.net.SetBrowser("SQL01", tds.BrowserRefuses)
		}, facts.LayerBrowser, sqlserver.CodeBrowserSilent, answers.FieldInstance, "1434"},
		{"port closed", func(_ *stage, c *sqlserver.Config) { c.Answers.Server = "SQL01,1500" }, facts.LayerPort, sqlserver.CodePortRefused, answers.FieldInstance, "1500"},
		{"port silent", func(s *stage, c *sqlserver.Config) {
			s.net.Silence("SQL01", 1501)
			c.Answers.Server, c.Answers.Timeout = "SQL01,1501", 1
		}, facts.LayerPort, sqlserver.CodePortSilent, answers.FieldInstance, "firewall"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, tds.Config{})
			cfg := s.config()
			c.set(s, &cfg)
			f, p := reach(t, cfg)
			if p == nil {
				t.Fatal("connected")
			}
			failedAt(t, f, c.layer, c.code)
			if p.Code != c.code || p.Field != c.field || !strings.Contains(p.Text(), c.says) {
				t.Errorf("beside %s: %s", p.Field, p.Text())
			}
			if n := len(s.door.logins()); n != 0 {
				t.Errorf("%d logins were tried", n)
			}
		})
	}
}

func TestEncryptionMustFit(t *testing.T) {
	cases := []struct {
		name   string
		server tds.Config
		want   answers.Encryption
		layer  facts.LayerName
		code   problem.Code
	}{
		{"server can't encrypt", tds.Config{Encryption: tds.EncryptionUnsupported}, answers.EncryptMandatory, facts.LayerTLS, sqlserver.CodeTLSNo},
		{"server insists", tds.Config{Encryption: tds.EncryptionRequired}, answers.EncryptOff, facts.LayerTLS, sqlserver.CodeTLSForced},
		{"server has no TDS 8.0", tds.Config{}, answers.EncryptStrict, facts.LayerTLS, sqlserver.CodeStrictNo},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, c.server)
			cfg := s.config()
			cfg.Answers.Encryption = c.want
			f, p := reach(t, cfg)
			if p == nil || p.Field != answers.FieldEncryption {
				t.Fatalf("got %v", p)
			}
			failedAt(t, f, c.layer, c.code)
			if n := len(s.door.logins()); n != 0 {
				t.Errorf("%d logins were tried", n)
			}
		})
	}
}

func TestLoginRefused(t *testing.T) {
	refuse := func(number int32) func(tds.LoginRequest) *tds.ServerError {
		return func(tds.LoginRequest) *tds.ServerError {
			return &tds.ServerError{Number: number, Class: 14, State: 1, Message: "refused"}
		}
	}
	for number, code := range map[int32]problem.Code{
		18456: sqlserver.CodeLoginRefused, 18486: sqlserver.CodeLoginLocked, 18487: sqlserver.CodeLoginExpired,
		18488: sqlserver.CodeLoginMustChange, 18470: sqlserver.CodeLoginDisabled, 17892: sqlserver.CodeLoginTrigger,
	} {
		s := newStage(t, tds.Config{})
		s.door.refuse = refuse(number)
		f, p := reach(t, s.config())
		if p == nil || p.Code != code {
			t.Errorf("%d gave %v", number, p)
		}
		failedAt(t, f, facts.LayerLogin, code)
		if n := len(s.door.logins()); n != 1 {
			t.Errorf("%d: %d logins were tried; each wrong one counts towards a lock", number, n)
		}
	}
}

func TestDatabaseRefusedShowsTheOthers(t *testing.T) {
	s := newStage(t, tds.Config{})
	s.door.refuse = func(l tds.LoginRequest) *tds.ServerError {
		if l.Database == "ADSync" {
			return &tds.ServerError{Number: 4060, Class: 11, State: 1, Message: `Cannot open database "ADSync" requested by the login. The login failed.`}
		}
		return nil
	}
	f, p := reach(t, s.config())
	if p == nil || p.Code != sqlserver.CodeDatabaseMissing || p.Field != answers.FieldDatabase || !strings.Contains(p.What, "ADSync") {
		t.Fatalf("got %v", p)
	}
	failedAt(t, f, facts.LayerDB, sqlserver.CodeDatabaseMissing)
	all := s.door.logins()
	if len(all) != 2 || all[1].Database != "master" {
		t.Errorf("the list of databases was not asked for: %d logins", len(all))
	}
}

func TestAnswersAreCheckedBeforeTheNetwork(t *testing.T) {
	cases := []struct {
		name  string
		set   func(c *sqlserver.Config)
		code  problem.Code
		field problem.Field
	}{
		{"no server", func(c *sqlserver.Config) { c.Answers.Server = "" }, sqlserver.CodeAddressMissing, answers.FieldServer},
		{"LocalDB", func(c *sqlserver.Config) { c.Answers.Server = `(localdb)\.` }, sqlserver.CodeAddressLocalDB, answers.FieldServer},
		{"no login", func(c *sqlserver.Config) { c.Answers.User = " " }, sqlserver.CodeSignInUser, answers.FieldSQLUser},
		{"no password", func(c *sqlserver.Config) { c.Password = secret.Value{} }, sqlserver.CodeSignInPassword, answers.FieldSQLPass},
		{"Windows account as SQL login", func(c *sqlserver.Config) { c.Answers.User = `CONTOSO\ann` }, sqlserver.CodeSignInUser, answers.FieldSQLUser},
		{"UPN", func(c *sqlserver.Config) {
			c.Answers.SignIn, c.Answers.User = answers.SignInAccount, "ann@contoso.com"
		}, sqlserver.CodeSignInUser, answers.FieldSQLUser},
		{"account without domain", func(c *sqlserver.Config) { c.Answers.SignIn, c.Answers.User = answers.SignInAccount, `\ann` }, sqlserver.CodeSignInUser, answers.FieldSQLUser},
		{"account without password", func(c *sqlserver.Config) {
			c.Answers.SignIn, c.Answers.User, c.Password = answers.SignInAccount, `CONTOSO\ann`, secret.Value{}
		}, sqlserver.CodeSignInPassword, answers.FieldSQLPass},
		{"unknown way", func(c *sqlserver.Config) { c.Answers.SignIn = "kerberos" }, sqlserver.CodeSignInKind, answers.FieldSQLUser},
		{"unknown encryption", func(c *sqlserver.Config) { c.Answers.Encryption = "some" }, sqlserver.CodeEncryptionBad, answers.FieldEncryption},
		{"SHA-1 thumbprint", func(c *sqlserver.Config) { c.Answers.PinSHA256 = strings.Repeat("ab", 20) }, sqlserver.CodePinBad, answers.FieldCert},
		{"CA file missing", func(c *sqlserver.Config) { c.Answers.TrustFile = "/nowhere/ca.cer" }, sqlserver.CodeTrustFile, answers.FieldTrustFile},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, tds.Config{})
			cfg := s.config()
			c.set(&cfg)
			f, p := reach(t, cfg)
			if p == nil || p.Code != c.code || p.Field != c.field {
				t.Errorf("got %v", p)
			}
			for _, l := range f.Layers {
				if l.Outcome != facts.NotTried {
					t.Errorf("layer %s was tried", l.Name)
				}
			}
			if len(f.Layers) != 7 {
				t.Errorf("%d layers", len(f.Layers))
			}
		})
	}
}
