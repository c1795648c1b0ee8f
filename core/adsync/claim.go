package adsync

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of the problems of claiming.
const (
	CodeLocked       problem.Code = "adsync.claim.locked"  // another installation is running on the database
	CodeClaimChanged problem.Code = "adsync.claim.changed" // the claim is not what the plan was made from
)

// Claim takes the application lock of the installation on conn and writes the
// claim c.After as an extended property of the database. It refuses with the
// problem CodeLocked while another installation holds the lock, and with
// CodeClaimChanged when the claim is neither c.Before nor c.After already.
//
// release gives the lock back and leaves the claim. The lock belongs to the
// session: it ends with conn in any case. release is nil with an error.
func Claim(ctx context.Context, conn *sql.Conn, c plan.Claim) (release func(context.Context) error, err error) {
	if err := lock(ctx, conn); err != nil {
		return nil, err
	}
	release = func(ctx context.Context) error { return unlock(ctx, conn) }
	if err := writeClaim(ctx, conn, c); err != nil {
		// The claim's error counts; the lock goes with the session at the latest.
		_ = release(context.WithoutCancel(ctx))
		return nil, err
	}
	return release, nil
}

// writeClaim makes the claim c.After where c.Before is.
func writeClaim(ctx context.Context, conn *sql.Conn, c plan.Claim) error {
	now, text, found, err := claimNow(ctx, conn)
	switch {
	case err != nil:
		return readProblem(ctx, err)
	case sameClaim(now, &c.After):
		return nil
	case !sameClaim(now, c.Before) || found && now == nil:
		return claimChanged(now, text)
	}
	return setClaim(ctx, conn, &c.After, found)
}

// Unclaim puts back the claim that was there before c: the earlier claim, or
// none. When the claim is no longer c.After nothing is changed; the problem
// CodeClaimChanged then names whose it is, unless it is c.Before already.
func Unclaim(ctx context.Context, conn *sql.Conn, c plan.Claim) error {
	now, text, found, err := claimNow(ctx, conn)
	switch {
	case err != nil:
		return readProblem(ctx, err)
	case sameClaim(now, c.Before) && (now != nil || !found):
		return nil
	case !sameClaim(now, &c.After):
		return claimChanged(now, text)
	}
	return setClaim(ctx, conn, c.Before, true)
}

// claimNow reads the claim. now is nil without one, and for a text that is none.
func claimNow(ctx context.Context, conn *sql.Conn) (now *facts.Claim, text string, found bool, err error) {
	text, found, err = claimText(ctx, ReadOnly(conn))
	if err != nil || !found {
		return nil, text, found, err
	}
	if c, ok := parseClaim(text); ok {
		now = &c
	}
	return now, text, true, nil
}

// parseClaim reads a claim's text.
func parseClaim(text string) (c facts.Claim, ok bool) {
	err := json.Unmarshal([]byte(text), &c)
	return c, err == nil && c.Server != ""
}

// sameClaim tells whether two claims are of the same installation, or both are
// none. The time is that of the last renewal and tells nothing.
func sameClaim(a, b *facts.Claim) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Server == b.Server && a.Installation == b.Installation
}

// claimChanged says whose claim is in the way.
func claimChanged(now *facts.Claim, text string) *problem.Problem {
	p := &problem.Problem{
		Code: CodeClaimChanged,
		What: "The claim on the database is gone.",
		Why:  "An ADSync database may be used by one server only. Nothing was changed.",
		Fix:  "Find out whether the other installation is to have the database. If not, undo it there, then check again.",
	}
	switch {
	case now != nil:
		p.What = fmt.Sprintf("The server %s claimed the database on %s.", now.Server, now.At.UTC().Format("2 January 2006 15:04 UTC"))
		p.Detail = "installation " + now.Installation + ", version " + now.Version
	case text != "":
		p.What = "The database carries a claim that could not be understood."
		p.Detail = text
	}
	return p
}

// setClaim writes the claim, or removes it for nil. exists tells whether there is one.
func setClaim(ctx context.Context, conn *sql.Conn, c *facts.Claim, exists bool) error {
	name := sql.Named("name", facts.ClaimProperty)
	if c == nil {
		return call(ctx, conn, "sp_dropextendedproperty", name)
	}
	value, err := json.Marshal(c)
	if err != nil {
		return writeProblem(ctx, err)
	}
	procedure := "sp_addextendedproperty"
	if exists {
		procedure = "sp_updateextendedproperty"
	}
	return call(ctx, conn, procedure, name, sql.Named("value", string(value)))
}

// call runs a system procedure.
func call(ctx context.Context, conn *sql.Conn, procedure string, args ...any) error {
	if _, err := conn.ExecContext(ctx, procedure, args...); err != nil {
		return writeProblem(ctx, fmt.Errorf("%s: %w", procedure, err))
	}
	return nil
}
