// Package probe reads SQL Server, the ADSync database and this computer for the
// wizard. It is thin: core/sqlserver finds the way and asks the server,
// core/adsync reads the content, core/host tells of the computer.
package probe

import (
	"context"
	"crypto/x509"
	"database/sql"
	"fmt"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// Probe is the reading side of a site. The zero value reads the real world,
// except for Computer, which is needed.
type Probe struct {
	// Dialer is the way to the network; nil for the real one.
	Dialer sqlserver.Dialer
	// Roots are the authorities that SQL Server's certificate may come from; nil
	// for the system's.
	Roots *x509.CertPool
	// Computer reads this computer.
	Computer func(ctx context.Context, now time.Time) facts.Computer
	// Now is the clock; nil for time.Now.
	Now func() time.Time
	// Wait is the time between two readings of the database's timestamp, as in
	// adsync.Options; 0 for its default.
	Wait time.Duration
	// Sample gives the export that a practice site compares with; nil elsewhere.
	Sample Sampler
}

var _ setup.Prober = (*Probe)(nil)

func (p *Probe) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// Config is the connection that the answers describe.
func (p *Probe) Config(a answers.SQL, password secret.Value) sqlserver.Config {
	return sqlserver.Config{Answers: a, Password: password, Dialer: p.Dialer, Roots: p.Roots, Now: p.now}
}

// Instances asks SQL Server Browser, as setup.Prober describes. host may be
// anything that can stand in the field for the server's name.
func (p *Probe) Instances(ctx context.Context, host string) ([]facts.Instance, error) {
	address, err := sqlserver.Parse(host, "")
	if err != nil {
		return nil, err
	}
	return sqlserver.Instances(ctx, p.Dialer, address.Host)
}

// Databases lists the databases of the server, as setup.Prober describes.
func (p *Probe) Databases(ctx context.Context, a answers.SQL, password secret.Value) ([]facts.DatabaseInfo, error) {
	list, _, err := sqlserver.List(ctx, p.Config(a, password))
	return list, err
}

// Inspect reads everything, as setup.Prober describes. It only reads: what
// core/adsync sends goes through its guard, and core/sqlserver asks nothing but SELECT.
func (p *Probe) Inspect(ctx context.Context, a answers.Answers, password secret.Value, say func(string)) (facts.Set, error) {
	set := facts.Set{At: p.now().UTC()}
	set.Computer = p.Computer(ctx, p.now())
	config := p.Config(a.SQL, password)
	config.OnLayer = func(l facts.Layer) { say(layerText(l)) }
	say("Connecting to " + a.SQL.Server)
	db, server, err := sqlserver.Connect(ctx, config)
	set.SQL = server
	if err != nil {
		return set, err
	}
	defer func() { _ = db.Close() }() // nothing was written, so nothing can be lost
	return p.read(ctx, db, set, say)
}

// read fills in what stands behind an open connection.
func (p *Probe) read(ctx context.Context, db *sql.DB, set facts.Set, say func(string)) (facts.Set, error) {
	say("Asking the server about the database")
	set.Database = sqlserver.ReadDatabase(ctx, db, set.SQL.Databases, p.now())
	var err error
	set.ADSync, err = adsync.Read(ctx, db, adsync.Options{
		Now: p.now, Self: set.Computer.Name.Or(""), Say: say, Wait: p.Wait,
	})
	return set, err
}

// layerText says for a person how a layer went.
func layerText(l facts.Layer) string {
	words := map[facts.LayerName]string{
		facts.LayerHost: "name found", facts.LayerBrowser: "SQL Server Browser answered", facts.LayerPort: "port open",
		facts.LayerAnswer: "SQL Server answered", facts.LayerTLS: "encrypted", facts.LayerLogin: "signed in", facts.LayerDB: "database opened",
	}
	word, ok := words[l.Name]
	if !ok || l.Outcome != facts.Passed {
		return "Connecting"
	}
	if l.Detail == "" {
		return "Connecting: " + word
	}
	return fmt.Sprintf("Connecting: %s (%s)", word, l.Detail)
}
