package adsync

import (
	"context"
	"database/sql"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// Hold takes the application lock on conn as Claim does, and leaves the claim as it
// is: for a change of settings, which anybody may make who may write there. It
// refuses with the problem CodeLocked while an installation holds the lock, and with
// CodeClaimChanged when the claim is not c any more (nil for none). release is as
// that of Claim.
func Hold(ctx context.Context, conn *sql.Conn, c *facts.Claim) (release func(context.Context) error, err error) {
	if err := lock(ctx, conn); err != nil {
		return nil, err
	}
	release = func(ctx context.Context) error { return unlock(ctx, conn) }
	now, text, found, err := claimNow(ctx, conn)
	switch {
	case err != nil:
		err = readProblem(ctx, err)
	case !sameClaim(now, c) || found && now == nil:
		err = claimChanged(now, text)
	}
	if err != nil {
		_ = release(context.WithoutCancel(ctx)) // the lock goes with the session at the latest
		return nil, err
	}
	return release, nil
}
