package adsync

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// CodeNoClaim says that there is no claim to renew.
const CodeNoClaim problem.Code = "adsync.claim.none"

// Renew writes the time now into the claim of server, and nothing else. It refuses
// with CodeClaimChanged when another server owns the database, with CodeNoClaim
// without a claim, and with CodeLocked while somebody installs. The lock that it
// takes meanwhile is given back.
func Renew(ctx context.Context, conn *sql.Conn, server string, now time.Time) (c facts.Claim, err error) {
	if err := lock(ctx, conn); err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, unlock(context.WithoutCancel(ctx), conn)) }()
	claim, text, found, err := claimNow(ctx, conn)
	switch {
	case err != nil:
		return c, readProblem(ctx, err)
	case !found:
		return c, &problem.Problem{
			Code: CodeNoClaim, What: "No server claims this database, so there is nothing to renew.",
			Fix: "Install first. Nothing was changed.",
		}
	case claim == nil || !strings.EqualFold(claim.Server, server):
		return c, claimChanged(claim, text)
	}
	c = *claim
	c.At = now.UTC().Truncate(time.Second)
	return c, setClaim(ctx, conn, &c, true)
}
