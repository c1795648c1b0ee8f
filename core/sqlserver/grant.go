package sqlserver

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// member is a member of db_owner.
type member struct {
	name  string
	group bool // a Windows group
}

// readGrant finds out how the login comes to own the database: setup accepts
// sysadmin, the owner itself and a direct member of db_owner, and fails late when
// the way leads through a Windows group.
func readGrant(ctx context.Context, db *sql.DB, d *facts.Database, at time.Time) {
	grant, groups, source, err := grantOf(ctx, db)
	if err != nil {
		reason := why(ctx, err)
		d.Grant = facts.Unknown[facts.Grant](source, reason, at)
		d.Groups = facts.Unknown[[]string](source, reason, at)
		return
	}
	d.Grant = facts.Known(grant, source, at)
	d.Groups = facts.Known(groups, source, at)
	if grant == facts.GrantGroup && len(groups) == 0 {
		d.Groups = facts.Unknown[[]string](source, "the groups of this login can't be seen", at)
	}
}

// grantOf goes from the strongest to the weakest.
func grantOf(ctx context.Context, db *sql.DB) (grant facts.Grant, groups []string, source string, err error) {
	source = "IS_SRVROLEMEMBER, USER_NAME, IS_MEMBER"
	var user sql.NullString
	var admin, owner sql.NullInt64
	err = db.QueryRowContext(ctx, "SELECT USER_NAME(), IS_SRVROLEMEMBER('sysadmin'), IS_MEMBER('db_owner')").Scan(&user, &admin, &owner)
	if err != nil {
		return "", nil, source, err
	}
	switch {
	case admin.Int64 == 1:
		return facts.GrantSysAdmin, nil, "IS_SRVROLEMEMBER('sysadmin')", nil
	case strings.EqualFold(user.String, "dbo"):
		return facts.GrantDBO, nil, "USER_NAME()", nil
	}
	members, err := ownersOf(ctx, db)
	if err != nil {
		return "", nil, "sys.database_role_members", err
	}
	for _, m := range members {
		if !m.group && strings.EqualFold(m.name, user.String) {
			return facts.GrantDirect, nil, "sys.database_role_members", nil
		}
	}
	groups, source, err = throughGroups(ctx, db, members)
	if err != nil && owner.Int64 != 1 {
		return "", nil, source, err
	}
	if len(groups) > 0 || owner.Int64 == 1 {
		return facts.GrantGroup, groups, "sys.database_role_members, " + source, nil
	}
	return facts.GrantNone, nil, "sys.database_role_members", nil
}

// ownersOf lists the members of db_owner, those of roles inside it included.
func ownersOf(ctx context.Context, db *sql.DB) ([]member, error) {
	rows, err := db.QueryContext(ctx, "SELECT r.name, m.name, m.type FROM sys.database_role_members x"+
		" JOIN sys.database_principals r ON r.principal_id = x.role_principal_id"+
		" JOIN sys.database_principals m ON m.principal_id = x.member_principal_id")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	type edge struct{ role, name, kind string }
	var edges []edge
	for rows.Next() {
		var e edge
		if err := rows.Scan(&e.role, &e.name, &e.kind); err != nil {
			return nil, err
		}
		e.kind = strings.TrimSpace(e.kind)
		edges = append(edges, e)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var out []member
	roles, done := []string{"db_owner"}, map[string]bool{"db_owner": true}
	for len(roles) > 0 {
		role := roles[0]
		roles = roles[1:]
		for _, e := range edges {
			if !strings.EqualFold(e.role, role) {
				continue
			}
			key := strings.ToLower(e.name)
			if e.kind == "R" && !done[key] {
				done[key] = true
				roles = append(roles, e.name)
			}
			if e.kind != "R" {
				out = append(out, member{name: e.name, group: e.kind == "G" || e.kind == "X"})
			}
		}
	}
	return out, nil
}

// maxGroups is how many groups IS_MEMBER is asked about.
const maxGroups = 100

// throughGroups gives the Windows groups in db_owner that the login belongs to,
// directly or through other groups: the login's token holds all of them, and
// IS_MEMBER looks into it where the view is not to be had.
func throughGroups(ctx context.Context, db *sql.DB, members []member) (groups []string, source string, err error) {
	var names []string
	for _, m := range members {
		if m.group && len(names) < maxGroups {
			names = append(names, m.name)
		}
	}
	if len(names) == 0 {
		return nil, "sys.login_token", nil
	}
	if groups, err = inToken(ctx, db, names); err == nil {
		return groups, "sys.login_token", nil
	}
	groups, err = askMember(ctx, db, names)
	return groups, "IS_MEMBER", err
}

// inToken picks the names that stand in the login's token.
func inToken(ctx context.Context, db *sql.DB, names []string) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT DISTINCT name FROM sys.login_token WHERE type = 'WINDOWS GROUP'")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var name sql.NullString
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name.String) }); i >= 0 {
			out = append(out, names[i])
		}
	}
	return out, rows.Err()
}

// askMember asks IS_MEMBER about all names with one statement.
func askMember(ctx context.Context, db *sql.DB, names []string) ([]string, error) {
	columns, args := make([]string, len(names)), make([]any, len(names))
	answers, into := make([]sql.NullInt64, len(names)), make([]any, len(names))
	for i, n := range names {
		columns[i], args[i], into[i] = "IS_MEMBER(@p"+strconv.Itoa(i+1)+")", n, &answers[i]
	}
	if err := db.QueryRowContext(ctx, "SELECT "+strings.Join(columns, ", "), args...).Scan(into...); err != nil {
		return nil, err
	}
	var out []string
	for i, a := range answers {
		if a.Int64 == 1 {
			out = append(out, names[i])
		}
	}
	return out, nil
}
