package sqlserver

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// signIn is the layers of the login and of the database, which the protocol
// does in one: a refusal of the database tells that the login was accepted.
func (w *way) signIn(ctx context.Context) (*sql.DB, *problem.Problem) {
	start := w.t.now()
	db, err := w.open(ctx, w.t.db)
	if err == nil {
		w.layer(facts.LayerLogin, facts.Passed, w.loginDetail(), start, nil)
		w.layer(facts.LayerDB, facts.Passed, w.t.db, time.Time{}, nil)
		return db, nil
	}
	p := w.loginProblem(ctx, err)
	if !isDatabase(err) {
		return nil, w.fail(facts.LayerLogin, start, p)
	}
	w.layer(facts.LayerLogin, facts.Passed, w.loginDetail(), start, nil)
	if p.Code == CodeDatabaseMissing {
		p.What = "The database " + w.t.db + " could not be opened."
	}
	w.layer(facts.LayerDB, facts.Failed, "", start, p)
	w.survey(ctx)
	return nil, p
}

// survey reads what the server says of itself although the wanted database could
// not be opened, so that the page can offer those that can.
func (w *way) survey(ctx context.Context) {
	db, err := w.open(ctx, "master")
	if err != nil {
		why := w.loginProblem(ctx, err).What
		w.out.Databases = facts.Unknown[[]facts.DatabaseInfo]("sys.databases", why, w.t.now())
		return
	}
	defer func() { _ = db.Close() }()
	w.readServer(ctx, db)
}

// open makes the pool for database db and its first connection. A server with
// Extended Protection refuses a Windows account whose proof is not bound to the
// TLS channel as if its domain were not trusted; the driver binds it only on
// demand, so it is tried once more with it. That refusal counts towards no lock,
// because no password was checked.
func (w *way) open(ctx context.Context, db string) (*sql.DB, error) {
	pool, err := w.openOnce(ctx, db)
	windows := w.t.login.kind != answers.SignInSQL && w.t.enc != answers.EncryptOff
	if err == nil || w.channel || !windows || !Of(err, 18452, 17806) {
		return pool, err
	}
	w.channel = true
	return w.openOnce(ctx, db)
}

// openOnce is one try of open.
func (w *way) openOnce(ctx context.Context, db string) (*sql.DB, error) {
	ctx, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	if w.spn == "" {
		w.spn = w.t.spn(ctx, w.port)
	}
	g := &guarded{
		cfg: w.t.driverConfig(w.port, db, w.spn), secret: w.t.login.password, hosts: w.ips, net: w.t.net, trust: w.t.trust,
		strict: w.t.enc == answers.EncryptStrict, encrypt: w.t.enc != answers.EncryptOff, timeout: w.t.timeout,
	}
	g.cfg.EpaEnabled = w.channel
	pool := sql.OpenDB(g)
	pool.SetMaxOpenConns(8)
	pool.SetMaxIdleConns(2)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, ended(ctx, err)
	}
	return pool, nil
}

// readServer fills the facts about the server and its databases.
func (w *way) readServer(ctx context.Context, db *sql.DB) {
	ctx, cancel := context.WithTimeout(ctx, w.t.timeout)
	defer cancel()
	ReadServer(ctx, db, &w.out, w.t.now())
	w.out.Transport = facts.Known("TCP", "this program's own connection", w.t.now())
	w.out.Encrypted = facts.Known(w.t.enc != answers.EncryptOff, "this program's own connection", w.t.now())
}

// loginDetail says how the login was done.
func (w *way) loginDetail() string {
	switch w.t.login.kind {
	case answers.SignInWindows:
		return "as the current Windows user"
	case answers.SignInAccount:
		return "as " + w.t.login.user
	default:
		return "as SQL Server login " + w.t.login.user
	}
}

// loginProblem puts a failed login into words.
func (w *way) loginProblem(ctx context.Context, err error) *problem.Problem {
	p := Problem(ctx, err)
	text := err.Error()
	switch p.Code {
	case problem.CodeTimeout, problem.CodeNetTimeout:
		return &problem.Problem{
			Code: CodeLoginSilent, Field: answers.FieldServer, Detail: text, Cause: err,
			What: "The server at " + w.where() + " stopped answering during sign-in.",
			Why:  "It is overloaded, it waits for a domain controller, or what answers is not a SQL Server after all.",
			Fix:  "Try again. If it stays so, look into SQL Server's error log.",
		}
	case problem.CodeUnknown, problem.CodeClosed, problem.CodeReset, CodeStream, problem.CodeTLS:
	default:
		if p.Field == "" && p.Code != problem.CodeCancelled {
			p = p.On(answers.FieldServer)
		}
		return p
	}
	if w.t.login.provider == providerSSPI && isWindowsSignIn(text) {
		return &problem.Problem{
			Code: CodeSignInFailed, Field: answers.FieldSQLUser, Detail: text, Cause: err,
			What: "Windows could not sign in to the SQL Server.",
			Why:  "No domain controller was reached, the account or password is wrong, or the server's name fits no service principal name.",
			Fix:  "Check the account, the domain connection of this computer and its clock, or use a SQL Server login.",
		}
	}
	if strings.Contains(text, "server does not support encryption") {
		return noTLSProblem()
	}
	return &problem.Problem{
		Code: CodeLoginBroken, Field: answers.FieldServer, Detail: text, Cause: err,
		What: "The server at " + w.where() + " broke the connection off during sign-in.",
		Why:  "It does not accept this way of signing in, it is too busy, or what answers is not a SQL Server after all.",
		Fix:  "Look into SQL Server's error log; the reason stands there.",
	}
}

// isWindowsSignIn tells whether the text is one of the driver's about SSPI.
func isWindowsSignIn(text string) bool {
	for _, word := range []string{"InitializeSecurityContext", "AcquireCredentialsHandle", "SSPI", "winsspi"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
