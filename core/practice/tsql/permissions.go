package tsql

import (
	"strings"
)

var systemDatabases = words("master tempdb model msdb")

// userIn is the session's user in a database; ok is false when it has none.
func (s *Session) userIn(d *Database) (User, bool) {
	if s.sysadmin() {
		return User{Name: "dbo", Roles: []string{"db_owner"}}, true
	}
	for name, u := range s.login.Users {
		if s.srv.coll.sameName(name, d.conf().Name) {
			if u.Name == "" {
				u.Name = s.login.Name
			}
			return u, !contains(u.Denied, "CONNECT")
		}
	}
	if systemDatabases[strings.ToLower(d.conf().Name)] && !strings.EqualFold(d.conf().Name, "model") {
		return User{Name: "guest"}, true
	}
	if s.srv.coll.sameName(d.conf().Owner, s.login.Name) {
		return User{Name: "dbo", Roles: []string{"db_owner"}}, true
	}
	return User{}, false
}

func contains(list []string, x string) bool {
	for _, s := range list {
		if strings.EqualFold(s, x) {
			return true
		}
	}
	return false
}

func (s *Session) sysadmin() bool {
	return s.login.Sysadmin || contains(s.login.ServerRoles, "sysadmin")
}

// owner tells whether the session is dbo or a db_owner in a database.
func (s *Session) owner(d *Database) bool {
	if d.temp {
		return true
	}
	u, ok := s.userIn(d)
	return ok && (strings.EqualFold(u.Name, "dbo") || contains(u.Roles, "db_owner"))
}

// allowed tells whether the session has a permission in a database.
func (s *Session) allowed(d *Database, perm string) bool {
	if s.sysadmin() || d.temp {
		return true
	}
	u, ok := s.userIn(d)
	if !ok || contains(u.Denied, perm) {
		return false
	}
	if strings.EqualFold(u.Name, "dbo") || contains(u.Roles, "db_owner") || contains(u.Granted, perm) {
		return true
	}
	switch perm {
	case "CONNECT", "":
		return true
	case "SELECT":
		return contains(u.Roles, "db_datareader")
	case "INSERT", "UPDATE", "DELETE":
		return contains(u.Roles, "db_datawriter")
	case "CREATE TABLE", "ALTER", "ALTER ANY SCHEMA":
		return contains(u.Roles, "db_ddladmin")
	case "BACKUP DATABASE":
		return contains(u.Roles, "db_backupoperator")
	}
	return false
}

// permit refuses what the session may not do with a table: 229.
func (s *Session) permit(d *Database, t *table, perm string) error {
	if s.allowed(d, perm) {
		return nil
	}
	return errf(229, 14, 5, "The %s permission was denied on the object '%s', database '%s', schema '%s'.", perm, t.name, d.conf().Name, t.schema)
}

// permitDDL refuses creating and altering: 262.
func (s *Session) permitDDL(d *Database, perm string) error {
	if s.allowed(d, perm) {
		return nil
	}
	return errf(262, 14, 1, "%s permission denied in database '%s'.", perm, d.conf().Name)
}

// serverState tells whether the session may read the server's views.
func (s *Session) serverState() bool {
	return s.sysadmin() || s.login.ViewServerState || contains(s.login.ServerRoles, "serveradmin") || contains(s.login.ServerRoles, "processadmin")
}

// needServerState is the refusal of the sys.dm_* views: 300.
func (s *Session) needServerState() error {
	if s.serverState() {
		return nil
	}
	return errf(300, 14, 1, "VIEW SERVER STATE permission was denied on object 'server', database 'master'.")
}
