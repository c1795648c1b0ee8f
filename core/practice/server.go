package practice

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"iter"
	"net"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/sample"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tsql"
)

// databaseName is the database of the site, and SQLPort its TCP port.
const (
	databaseName = "ADSync"
	sqlPort      = 51433
)

// sqlServer is the pretend SQL Server of a site: engine, wire and network.
type sqlServer struct {
	engine  *tsql.Server
	wire    *tds.Server
	network *tds.Network
	roots   *x509.CertPool // the site's own authority
	// certificate is that of the server, its own authority.
	certificate *x509.Certificate
	port        net.Addr // loopback port for other SQL clients, nil without one
	truth       sample.Truth
}

// newSQLServer cooks the SQL Server of a recipe. dir is the site's folder.
func newSQLServer(ctx context.Context, r recipe, dir string, watch func(tsql.SessionInfo, string), change func(*tsql.Config)) (*sqlServer, error) {
	config := engineConfig(r, dir, watch)
	if change != nil {
		change(&config)
	}
	engine, err := tsql.NewServer(config) //nolint:contextcheck // closing works after the context has ended
	if err != nil {
		return nil, fmt.Errorf("make the practice SQL Server: %w", err)
	}
	s := &sqlServer{engine: engine, network: tds.NewNetwork()}
	if err := s.fill(ctx, r); err != nil {
		return nil, errors.Join(err, engine.Close()) //nolint:contextcheck // as above
	}
	if err := s.listen(); err != nil {
		return nil, errors.Join(err, engine.Close()) //nolint:contextcheck // as above
	}
	return s, nil
}

func engineConfig(r recipe, dir string, watch func(tsql.SessionInfo, string)) tsql.Config {
	now := r.sample.Now
	c := tsql.Config{
		Machine: siteSQLHost, Instance: siteInstance, Collation: "Latin1_General_CI_AS", Dir: dir,
		Edition: "Standard Edition (64-bit)", EngineEdition: 2, OnStatement: watch,
		Disk: r.disk,
		Databases: []tsql.DatabaseConfig{{
			Name: databaseName, Collation: r.collation, Recovery: "SIMPLE", Compatibility: 140,
			Created: now.AddDate(-2, 0, 0), SizeMB: 3100, LogSizeMB: 512, Owner: "sa",
			Backups: []tsql.Backup{{
				Start: now.Add(-9 * time.Hour), Finish: now.Add(-9*time.Hour + 4*time.Minute), Type: "D",
				SizeBytes: 2 << 30, Server: siteSQLHost, Device: `\\BACKUP\sql\ADSync.bak`,
			}},
		}},
		Logins: []tsql.Login{login(r)},
	}
	if r.localDB {
		c.LocalDB, c.Edition, c.EngineEdition = true, "Express Edition (64-bit)", 4
	}
	if r.live {
		c.Sessions = []tsql.ForeignSession{
			{Host: sitePrevious, App: "ADSync", Login: `CONTOSO\svc-adsync$`, Database: databaseName, LoginTime: now.Add(-50 * time.Hour), LastRequest: now.Add(-20 * time.Second), Status: "running"},
			{Host: sitePrevious, App: "ADSync", Login: `CONTOSO\svc-adsync$`, Database: databaseName, LoginTime: now.Add(-50 * time.Hour), LastRequest: now.Add(-2 * time.Minute)},
			{Host: sitePrevious, App: "ADSync", Login: `CONTOSO\svc-adsync$`, Database: databaseName, LoginTime: now.Add(-4 * time.Minute), LastRequest: now.Add(-4 * time.Minute)},
		}
	}
	return c
}

func login(r recipe) tsql.Login {
	l := tsql.Login{Name: siteLogin, Password: r.password(siteLogin), ViewServerState: true, ServerRoles: []string{"dbcreator"}, Users: map[string]tsql.User{
		databaseName: {Name: siteLogin, Roles: []string{"db_owner"}},
		"msdb":       {Name: siteLogin, Roles: []string{"db_datareader"}},
	}}
	if r.plainUser {
		l.ViewServerState, l.ServerRoles = false, nil
		l.Users = map[string]tsql.User{databaseName: {Name: siteLogin, Roles: []string{"db_datareader"}}}
	}
	return l
}

// listen makes the certificate and puts the server into the pretend network.
func (s *sqlServer) listen() error {
	certificate, err := tds.NewCertificate(siteSQLHost, siteSQLHost+".contoso.local", "localhost")
	if err != nil {
		return fmt.Errorf("make the practice certificate: %w", err)
	}
	s.certificate, s.roots = certificate.Leaf, x509.NewCertPool()
	s.roots.AddCert(certificate.Leaf)
	s.wire, err = tds.NewServer(tds.Config{Backend: s.engine, Certificate: certificate, ServerName: s.engine.ServerName(), AllowStrict: true})
	if err != nil {
		return fmt.Errorf("start the practice SQL Server: %w", err)
	}
	s.network.Listen(siteSQLHost, sqlPort, s.wire.Handle)
	s.network.Alias(siteSQLHost+".contoso.local", siteSQLHost)
	s.network.AddInstance(siteSQLHost, tds.Instance{Name: siteInstance, Port: sqlPort})
	return nil
}

// open makes the server reachable for other programs of this computer too.
func (s *sqlServer) open(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open a port for the practice SQL Server: %w", err)
	}
	s.port = l.Addr()
	go func() { _ = s.wire.Serve(l) }() // ends with Close, which is its only way to end
	return nil
}

func (s *sqlServer) Close() error {
	wireErr := s.wire.Close()
	if err := s.engine.Close(); err != nil {
		return fmt.Errorf("close the practice SQL Server: %w", err)
	}
	return wireErr
}

// fill makes the tables of the recipe's database and loads their rows past the
// wire, which keeps even a large site quick to open.
func (s *sqlServer) fill(ctx context.Context, r recipe) error {
	var content *sample.Database
	switch r.content {
	case contentEmpty:
		return nil
	case contentFIM:
		content = sample.FIM(r.sample)
	case contentOther:
		content = sample.Other(r.sample)
	default:
		content = sample.New(r.sample)
	}
	s.truth = content.Truth()
	database := s.engine.Database(databaseName)
	for t := range content.Tables() {
		if err := database.Exec(ctx, t.CreateStatement()); err != nil {
			return fmt.Errorf("create practice table %s: %w", t.Name, err)
		}
		if err := load(ctx, database, t); err != nil {
			return fmt.Errorf("fill practice table %s: %w", t.Name, err)
		}
		for _, text := range t.IndexStatements() {
			if err := database.Exec(ctx, text); err != nil {
				return fmt.Errorf("index practice table %s: %w", t.Name, err)
			}
		}
	}
	if r.claimed {
		return claimFor(ctx, database, r.sample.Now)
	}
	return nil
}

// load hands the rows of one table to the engine, in the wire's Go types.
func load(ctx context.Context, database *tsql.Database, t sample.Table) error {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	next, stop := iter.Pull(t.All())
	defer stop()
	_, err := database.Load(ctx, t.Name, names, func() ([]any, bool, error) {
		row, ok := next()
		if !ok {
			return nil, false, nil
		}
		for i, v := range row {
			if g, isGUID := v.(sample.GUID); isGUID {
				row[i] = tds.GUID(g)
			}
		}
		return row, true, nil
	})
	return err
}
