package install

import (
	"context"

	"github.com/adsync-reconnect/adsync-reconnect/core/adsync"
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/secret"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// Renew renews the claim of server on the database that a describes, as
// adsync.Renew does it, and writes nothing else.
func (i *Installer) Renew(ctx context.Context, a answers.SQL, password secret.Value, server string) (facts.Claim, error) {
	ctx, cancel := context.WithTimeout(ctx, databaseTimeout)
	defer cancel()
	db, _, err := sqlserver.Connect(ctx, i.p.Probe.Config(a, password))
	if err != nil {
		return facts.Claim{}, err
	}
	defer func() { _ = db.Close() }() // the claim was written or not before this
	conn, err := db.Conn(ctx)
	if err != nil {
		return facts.Claim{}, sqlserver.Problem(ctx, err)
	}
	defer func() { _ = conn.Close() }() // as above
	return adsync.Renew(ctx, conn, server, i.now())
}
