package sqlserver

import (
	"context"
	"crypto/x509"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/microsoft/go-mssqldb/integratedauth"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
)

// DefaultAppName is how the program shows in the server's list of sessions.
const DefaultAppName = "ADSync Reconnect"

// DefaultDatabase is the name that setup gives the database.
const DefaultDatabase = "ADSync"

// DefaultTimeout is the deadline of each layer when the answers give none.
const DefaultTimeout = 15 * time.Second

// Config is what Connect needs.
type Config struct {
	Answers  answers.SQL
	Password secret.Value
	Dialer   Dialer            // nil for the real network; a practice site gives its own
	Roots    *x509.CertPool    // authorities to trust instead of the system's, unless Answers.TrustFile names one; nil for the system's
	Now      func() time.Time  // for the dates of certificates and facts; nil for time.Now
	AppName  string            // empty for DefaultAppName
	OnLayer  func(facts.Layer) // told of each layer as soon as it is tried; may be nil
}

// target is a Config that was checked: everything that can be wrong without a
// network has been answered.
type target struct {
	addr    Address
	db      string
	enc     answers.Encryption
	timeout time.Duration
	trust   trust
	net     network
	now     func() time.Time
	onLayer func(facts.Layer)
	login   login
	app     string
}

// login is a checked way to sign in.
type login struct {
	kind     answers.SignIn
	user     string
	password secret.Value // empty for the current Windows user
	provider string       // the driver's authenticator, always given: left out, a failing one turns into a SQL login
}

// The driver's authenticators. providerSQL is our own: it says "none", so that the
// driver never falls back to another one by itself.
const (
	providerSSPI = "winsspi"
	providerNTLM = "ntlm"
	providerSQL  = "adsync-reconnect-sql"
)

// The driver knows authenticators from a registry, which has to be filled before
// the first connection.
func init() {
	none := func(msdsn.Config) (integratedauth.IntegratedAuthenticator, error) { return nil, nil }
	if err := integratedauth.SetIntegratedAuthenticationProvider(providerSQL, integratedauth.ProviderFunc(none)); err != nil {
		panic(err) // only for an empty name or provider
	}
}

// check turns a Config into a target.
func (c Config) check() (target, *problem.Problem) {
	addr, err := Parse(c.Answers.Server, c.Answers.Instance)
	if err != nil {
		return target{}, problem.From(err)
	}
	t := target{
		addr: addr, db: strings.TrimSpace(c.Answers.Database), enc: c.Answers.Encryption, timeout: DefaultTimeout,
		net: newNetwork(c.Dialer), now: c.Now, onLayer: c.OnLayer, app: c.AppName,
	}
	if t.db == "" {
		t.db = DefaultDatabase
	}
	if t.now == nil {
		t.now = time.Now
	}
	if t.app == "" {
		t.app = DefaultAppName
	}
	if c.Answers.Timeout > 0 {
		t.timeout = time.Duration(c.Answers.Timeout) * time.Second
	}
	var p *problem.Problem
	if t.login, p = checkLogin(c.Answers, c.Password); p != nil {
		return t, p
	}
	switch t.enc {
	case "":
		t.enc = answers.EncryptMandatory
	case answers.EncryptMandatory, answers.EncryptStrict, answers.EncryptOff:
	default:
		return t, &problem.Problem{
			Code: CodeEncryptionBad, Field: answers.FieldEncryption,
			What: shown(string(t.enc)) + " is no kind of encryption.", Fix: "Choose mandatory, strict or off.",
		}
	}
	t.trust, p = newTrust(c.Answers, addr, c.Roots, t.now)
	return t, p
}

// checkLogin checks how to sign in, before a wrong try counts on the server.
func checkLogin(a answers.SQL, password secret.Value) (login, *problem.Problem) {
	l := login{kind: a.SignIn, user: strings.TrimSpace(a.User), password: password}
	if l.kind == "" {
		l.kind = defaultSignIn
	}
	switch l.kind {
	case answers.SignInWindows:
		l.user, l.password, l.provider = "", secret.Value{}, providerSSPI
		if !canSSPI {
			return l, &problem.Problem{
				Code: CodeSignInWindows, Field: answers.FieldSQLUser,
				What: "Signing in as the current Windows user is possible only on Windows.",
				Fix:  `Choose a SQL Server login, or a Windows account with its password (DOMAIN\user).`,
			}
		}
		return l, nil
	case answers.SignInAccount:
		l.provider = accountProvider
		p := checkAccount(&l, password)
		return l, p
	case answers.SignInSQL:
		l.provider = providerSQL
		return l, checkSQLLogin(l.user, password)
	}
	return l, &problem.Problem{
		Code: CodeSignInKind, Field: answers.FieldSQLUser,
		What: shown(string(l.kind)) + " is no way to sign in.", Fix: "Choose windows, account or sql.",
	}
}

// checkAccount accepts DOMAIN\user, DOMAIN/user as a slip of the pen, and
// explains user@domain, which NTLM does not know.
func checkAccount(l *login, password secret.Value) *problem.Problem {
	bad := func(what, why string) *problem.Problem {
		return &problem.Problem{
			Code: CodeSignInUser, Field: answers.FieldSQLUser, What: what, Why: why,
			Fix: `Enter the account as DOMAIN\user, with the domain's short (NetBIOS) name.`,
		}
	}
	domain, user, found := strings.Cut(l.user, `\`)
	if !found {
		domain, user, found = strings.Cut(l.user, "/")
	}
	switch {
	case l.user == "":
		return bad("The Windows account is missing.", "")
	case !found && strings.Contains(l.user, "@"):
		return bad(shown(l.user)+" is a user principal name.", "This way of signing in needs the domain and the account's name apart.")
	case !found || strings.TrimSpace(domain) == "" || strings.TrimSpace(user) == "":
		return bad(shown(l.user)+" is not a Windows account.", "")
	case password.IsEmpty():
		return missingPassword(l.user)
	}
	l.user = strings.TrimSpace(domain) + `\` + strings.TrimSpace(user)
	return nil
}

// checkSQLLogin refuses what would silently sign in in another way: an empty
// name means the current Windows user to the driver, one with a backslash a
// Windows account.
func checkSQLLogin(user string, password secret.Value) *problem.Problem {
	switch {
	case user == "":
		return &problem.Problem{
			Code: CodeSignInUser, Field: answers.FieldSQLUser,
			What: "The login's name is missing.", Fix: "Enter the name of a SQL Server login.",
		}
	case strings.Contains(user, `\`):
		return &problem.Problem{
			Code: CodeSignInUser, Field: answers.FieldSQLUser,
			What: shown(user) + " is a Windows account, not a SQL Server login.",
			Fix:  "Choose the Windows account as the way to sign in, or enter the name of a SQL Server login.",
		}
	case password.IsEmpty():
		return missingPassword(user)
	}
	return nil
}

func missingPassword(user string) *problem.Problem {
	return &problem.Problem{
		Code: CodeSignInPassword, Field: answers.FieldSQLPass,
		What: "The password for " + user + " is missing.", Fix: "Enter it.",
	}
}

// driverConfig makes the driver's configuration for database db, without the
// password. The port is the one that was found, so that the driver never asks
// the browser itself.
func (t target) driverConfig(port int, db, spn string) msdsn.Config {
	c := msdsn.Config{
		Host: t.addr.Host, Port: uint64(port), Instance: t.addr.Instance, // 1 to 65535, see parsePort and parseBlock
		Database: db, User: t.login.user, AppName: t.app, Workstation: workstation(),
		DisableRetry: true, DialTimeout: -1, KeepAlive: 30 * time.Second, PacketSize: 4096,
		Protocols:                 []string{"tcp"},
		ProtocolParameters:        map[string]any{},
		Parameters:                map[string]string{"authenticator": t.login.provider},
		BrowserMessage:            msdsn.BrowserDefault,
		MultiSubnetFailover:       true,
		HostInCertificateProvided: true, // names are checked by trust, never by the driver
		ServerSPN:                 spn,
		Encoding:                  msdsn.EncodeParameters{Timezone: time.UTC},
	}
	switch t.enc {
	case answers.EncryptStrict:
		c.Encryption = msdsn.EncryptionStrict
	case answers.EncryptOff:
		c.Encryption = msdsn.EncryptionDisabled
	default:
		c.Encryption = msdsn.EncryptionRequired
	}
	return c
}

// spn is the name under which Kerberos knows the server's service: MSSQLSvc/, the
// full name, the port. The driver makes one itself only when it looks names up
// itself, and it takes a short name as it is, which Kerberos rarely knows.
func (t target) spn(ctx context.Context, port int) string {
	host := t.addr.Host
	if t.addr.Local {
		host = workstation()
	}
	if r, ok := t.net.dns.(*net.Resolver); ok && t.login.provider == providerSSPI && !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if full, err := r.LookupCNAME(ctx, host); err == nil && full != "" {
			host = strings.TrimSuffix(full, ".")
		}
	}
	return "MSSQLSvc/" + host + ":" + strconv.Itoa(port)
}

// workstation is this computer's name as the server's session list shows it.
func workstation() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
