package adsync

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// sessionsSQL lists the sessions on this database, ours included, so that our
// own host and program are known; @@SPID marks ours. A login without VIEW SERVER
// STATE sees only its own session, without an error, so its right is asked too
// (its name from SQL Server 2022 on is VIEW SERVER PERFORMANCE STATE).
const sessionsSQL = `SELECT s.session_id, s.host_name, s.program_name, s.login_name, s.login_time,
CASE WHEN s.session_id = @@SPID THEN 1 ELSE 0 END AS mine,
HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS may_see,
HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS may_see_new
FROM sys.dm_exec_sessions AS s
WHERE s.is_user_process = 1 AND (s.database_id = DB_ID() OR s.session_id = @@SPID)`

// readSessions looks for other computers and programs on this database.
func (r *reader) readSessions(ctx context.Context) {
	const source = "sys.dm_exec_sessions"
	at := r.now()
	res, err := queryAll(ctx, r.q, sessionsSQL)
	if err != nil {
		r.out.Sessions = facts.Unknown[[]facts.Session](source, err.Error(), at)
		return
	}
	all := res.records()
	host, program, maySee := r.opt.Self, "", false
	for _, row := range all {
		maySee = maySee || row.truth("may_see") || row.truth("may_see_new")
		if row.truth("mine") {
			host, program = firstOf(row.text("host_name"), host), row.text("program_name")
		}
	}
	others := []facts.Session{}
	for _, row := range all {
		s := facts.Session{Host: row.text("host_name"), Program: row.text("program_name"), Login: row.text("login_name"), Since: row.time("login_time")}
		ours := (strings.EqualFold(s.Host, host) || strings.EqualFold(s.Host, r.opt.Self)) && s.Program == program
		if !row.truth("mine") && !ours {
			others = append(others, s)
		}
	}
	if !maySee && len(others) == 0 {
		r.out.Sessions = facts.Unknown[[]facts.Session](source, "the login may see only its own session (it lacks VIEW SERVER STATE)", at)
		return
	}
	r.out.Sessions = facts.Known(others, source, at)
}

// readMoving reads the server's timestamp a second time, at least opt.Wait after
// the first: it goes up whenever a run changes its history.
func (r *reader) readMoving(ctx context.Context, began time.Time) {
	const source = tServer + ".mms_timestamp"
	first, ok := r.out.Server.Timestamp.Get()
	switch {
	case !ok:
		r.out.Moving = facts.Read[bool]{State: r.out.Server.Timestamp.State, Source: source, Why: r.out.Server.Timestamp.Why, At: r.now()}
		return
	case r.opt.Wait < 0:
		r.out.Moving = facts.Unknown[bool](source, "it was read only once", r.now())
		return
	}
	r.opt.Say("Watching whether another server writes")
	timer := time.NewTimer(r.opt.Wait - time.Since(began))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		r.out.Moving = facts.Unknown[bool](source, "it was cancelled", r.now())
		return
	case <-timer.C:
	}
	c, _ := r.s.column(tServer, "mms_timestamp")
	res, err := queryAll(ctx, r.q, "SELECT TOP (1) "+quoted(c.name)+" AS ts FROM "+r.s.from(tServer))
	if err != nil || len(res.rows) != 1 {
		r.out.Moving = unknownRow[bool](source, r.now(), err)
		return
	}
	second := res.records()[0].number("ts")
	r.out.Moving = facts.Known(second != first, source, r.now())
}

// claimSQL reads the claim: an extended property of the database itself.
const claimSQL = `SELECT CAST(value AS nvarchar(4000)) AS claim FROM sys.extended_properties WHERE class = 0 AND name = @p1`

// readClaim reads the mark of the server that owns the database.
func (r *reader) readClaim(ctx context.Context) {
	const source = "extended property " + facts.ClaimProperty
	at := r.now()
	text, found, err := claimText(ctx, r.q)
	switch {
	case err != nil:
		r.out.Claim = facts.Unknown[*facts.Claim](source, err.Error(), at)
		return
	case !found:
		r.out.Claim = facts.Known[*facts.Claim](nil, source, at)
		return
	}
	c, ok := parseClaim(text)
	if !ok {
		r.unreadable("%s: %q", source, text)
		r.out.Claim = facts.Unknown[*facts.Claim](source, "there is a claim that could not be understood", at)
		return
	}
	r.out.Claim = facts.Known(&c, source, at)
}

// claimText gives the text of the claim, and whether there is one.
func claimText(ctx context.Context, q Querier) (text string, found bool, err error) {
	res, err := queryAll(ctx, q, claimSQL, facts.ClaimProperty)
	if err != nil || len(res.rows) == 0 {
		return "", false, err
	}
	return res.records()[0].text("claim"), true, nil
}

// previousNames match the user and application names that carry a server's
// name: Sync_<SERVER>_<hex>@tenant and ConnectSyncProvisioning_<SERVER>_<hex>.
var previousNames = regexp.MustCompile(`(?i)^(?:Sync|ConnectSyncProvisioning)_(.+)_[0-9a-f]{6,32}(?:@.*)?$`)

// previousServer finds the name of the server that used the database before.
func (r *reader) previousServer() {
	const source = "sync identity of the Entra connector"
	at := r.now()
	c := r.out.Entra()
	if c == nil {
		r.out.Previous = facts.Unknown[string](source, "there is no Entra connector", at)
		return
	}
	names := []string{c.Account.User}
	for _, p := range c.Parameters.Value {
		names = append(names, p.Value)
	}
	for _, n := range names {
		if m := previousNames.FindStringSubmatch(strings.TrimSpace(n)); m != nil {
			r.out.Previous = facts.Known(strings.ToUpper(m[1]), source, at)
			return
		}
	}
	r.out.Previous = facts.Unknown[string](source, "its name does not carry a server's name", at)
}
