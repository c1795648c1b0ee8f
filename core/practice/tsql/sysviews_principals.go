package tsql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"sort"
	"strings"
)

const principalBase = 259

// principal is a user, group or role of a database.
type principal struct {
	id         int
	name       string
	kind, desc string
	roles      []string
	sid        []byte
	fixed      bool
	login      string
}

// fixedRoleIDs are the ids of the fixed database roles.
var fixedRoleIDs = []struct {
	name string
	id   int
}{
	{"db_owner", 16384},
	{"db_accessadmin", 16385},
	{"db_securityadmin", 16386},
	{"db_ddladmin", 16387},
	{"db_backupoperator", 16389},
	{"db_datareader", 16390},
	{"db_datawriter", 16391},
	{"db_denydatareader", 16392},
	{"db_denydatawriter", 16393},
}

// principals lists the principals of a database.
func (s *Session) principals(d *Database) []principal {
	out := []principal{
		{id: 0, name: "public", kind: "R", desc: "DATABASE_ROLE"},
		{id: 1, name: "dbo", kind: "S", desc: "SQL_USER", sid: sidOf(d.conf().Owner), roles: []string{"db_owner"}},
		{id: 2, name: "guest", kind: "S", desc: "SQL_USER", sid: []byte{0}},
		{id: 3, name: "INFORMATION_SCHEMA", kind: "S", desc: "SQL_USER"},
		{id: 4, name: "sys", kind: "S", desc: "SQL_USER"},
	}
	seen := map[string]bool{"dbo": true}
	add := func(p principal) {
		key := strings.ToLower(p.name)
		if !seen[key] {
			seen[key] = true
			p.id = len(out)
			out = append(out, p)
		}
	}
	for _, l := range s.srv.allLogins() {
		for db, u := range l.Users {
			if !s.srv.coll.sameName(db, d.conf().Name) {
				continue
			}
			name := u.Name
			if name == "" {
				name = l.Name
			}
			p := principal{name: name, kind: "S", desc: "SQL_USER", roles: u.Roles, sid: sidOf(l.Name), login: l.Name}
			if l.Windows {
				p.kind, p.desc = "U", "WINDOWS_USER"
			}
			if u.Group != "" {
				p = principal{name: u.Group, kind: "G", desc: "WINDOWS_GROUP", roles: u.Roles, sid: sidOf(u.Group), login: u.Group}
			}
			add(p)
		}
	}
	for _, r := range fixedRoleIDs {
		out = append(out, principal{id: r.id, name: r.name, kind: "R", desc: "DATABASE_ROLE", fixed: true})
	}
	return out
}

// principalViews are the views about who may do what.
func principalViews() map[string]*sysView {
	return map[string]*sysView{
		"sys.database_principals": {
			cols: columns("name:n principal_id:i type:c1 type_desc:s default_schema_name:n create_date:d modify_date:d owning_principal_id:i sid:sid is_fixed_role:b authentication_type:i authentication_type_desc:s"),
			rows: rowsPrincipals,
		},
		"sys.database_role_members": {cols: columns("role_principal_id:i member_principal_id:i"), rows: rowsRoleMembers},
		"sys.server_principals":     {cols: columns("name:n principal_id:i sid:sid type:c1 type_desc:s is_disabled:b create_date:d modify_date:d default_database_name:n is_fixed_role:b"), rows: rowsServerPrincipals},
		"sys.server_role_members":   {cols: columns("role_principal_id:i member_principal_id:i"), rows: rowsServerRoleMembers},
		"sys.sql_logins":            {cols: columns("name:n principal_id:i sid:sid type:c1 type_desc:s is_disabled:b is_policy_checked:b is_expiration_checked:b"), rows: rowsSQLLogins},
	}
}

func rowsPrincipals(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	u, _ := s.userIn(d)
	for _, p := range s.principals(d) {
		// Others see themselves and the roles only.
		if !s.owner(d) && p.kind != "R" && p.id > 4 && !s.srv.coll.sameName(p.name, u.Name) {
			continue
		}
		var schema, sid any
		if p.kind == "S" || p.kind == "U" {
			schema = "dbo"
		}
		auth, authDesc := 0, "NONE"
		if p.login != "" || p.name == "dbo" {
			auth, authDesc = 1, "INSTANCE"
		}
		if p.kind == "U" || p.kind == "G" {
			auth, authDesc = 3, "WINDOWS"
		}
		if p.sid != nil {
			sid = p.sid
		}
		out = append(out, []any{p.name, p.id, p.kind, p.desc, schema, d.conf().Created, d.conf().Created, 1, sid, p.fixed, auth, authDesc})
	}
	return out, nil
}

func rowsRoleMembers(s *Session, d *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, p := range s.principals(d) {
		for _, role := range p.roles {
			for _, r := range fixedRoleIDs {
				if strings.EqualFold(r.name, role) {
					out = append(out, []any{r.id, p.id})
				}
			}
		}
	}
	return out, nil
}

var serverRoleIDs = map[string]int{"public": 2, "sysadmin": 3, "securityadmin": 4, "serveradmin": 5, "setupadmin": 6, "processadmin": 7, "diskadmin": 8, "dbcreator": 9, "bulkadmin": 10}

func rowsServerPrincipals(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for i, l := range s.srv.allLogins() {
		if !s.sysadmin() && l.Name != s.login.Name && !strings.EqualFold(l.Name, "sa") {
			continue
		}
		kind, desc := "S", "SQL_LOGIN"
		if l.Windows {
			kind, desc = "U", "WINDOWS_LOGIN"
		}
		db := l.DefaultDatabase
		if db == "" {
			db = "master"
		}
		out = append(out, []any{l.Name, principalBase + i, sidOf(l.Name), kind, desc, l.Disabled, s.srv.started, s.srv.started, db, false})
	}
	roles := make([]string, 0, len(serverRoleIDs))
	for r := range serverRoleIDs {
		roles = append(roles, r)
	}
	sort.Strings(roles)
	for _, r := range roles {
		out = append(out, []any{r, serverRoleIDs[r], []byte{byte(serverRoleIDs[r])}, "R", "SERVER_ROLE", false, s.srv.started, s.srv.started, nil, r != "public"})
	}
	return out, nil
}

func rowsServerRoleMembers(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for i, l := range s.srv.allLogins() {
		roles := l.ServerRoles
		if l.Sysadmin && !contains(roles, "sysadmin") {
			roles = append([]string{"sysadmin"}, roles...)
		}
		for _, r := range roles {
			if id := serverRoleIDs[strings.ToLower(r)]; id != 0 {
				out = append(out, []any{id, principalBase + i})
			}
		}
	}
	return out, nil
}

func rowsSQLLogins(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for i, l := range s.srv.allLogins() {
		if !l.Windows && (s.sysadmin() || l.Name == s.login.Name) {
			out = append(out, []any{l.Name, principalBase + i, sidOf(l.Name), "S", "SQL_LOGIN", l.Disabled, true, false})
		}
	}
	return out, nil
}

// countRows counts a table's rows.
func (s *Session) countRows(d *Database, t *table) (int64, error) {
	ctx := context.Background()
	if err := s.attach(ctx, d); err != nil {
		return 0, err
	}
	rows, err := s.conn.query(ctx, "SELECT count(*) FROM "+d.physName(t), nil)
	if err != nil {
		return 0, err
	}
	v := make([]driver.Value, 1)
	err = rows.Next(v)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	n, _ := v[0].(int64)
	return n, errors.Join(err, rows.Close())
}
