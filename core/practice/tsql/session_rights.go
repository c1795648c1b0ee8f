package tsql

import (
	"strings"
)

func (s *Server) allLogins() []Login {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Login(nil), s.logins...)
}

func fnLoginSID(s *Session, a []any) (any, error) {
	name, ok := argAt(a, 0)
	if len(a) == 0 {
		return sidOf(s.login.Name), nil
	}
	if l, found := s.srv.login(name); ok && found {
		return sidOf(l.Name), nil
	}
	return nil, nil
}

func fnLoginID(s *Session, a []any) (any, error) {
	name := s.login.Name
	if len(a) > 0 {
		name, _ = argAt(a, 0)
	}
	for i, l := range s.srv.allLogins() {
		if s.srv.coll.sameName(l.Name, name) {
			return int64(principalBase + i), nil
		}
	}
	return nil, nil
}

func fnUserID(s *Session, a []any) (any, error) {
	u, _ := s.userIn(s.db)
	name := u.Name
	if len(a) > 0 {
		name, _ = argAt(a, 0)
	}
	for _, p := range s.principals(s.db) {
		if s.db.coll.sameName(p.name, name) {
			return int64(p.id), nil
		}
	}
	return nil, nil
}

func (s *Session) principalName(a []any) any {
	id, ok := intAt(a, 0)
	for _, p := range s.principals(s.db) {
		if ok && int64(p.id) == id {
			return p.name
		}
	}
	return nil
}

var fixedServerRoles = words("sysadmin securityadmin serveradmin setupadmin processadmin diskadmin dbcreator bulkadmin public")

func fnServerRole(s *Session, a []any) (any, error) {
	role, ok := argAt(a, 0)
	role = strings.ToLower(role)
	if !ok || !fixedServerRoles[role] {
		return nil, nil
	}
	l := s.login
	if name, has := argAt(a, 1); has {
		var found bool
		if l, found = s.srv.login(name); !found {
			return nil, nil
		}
	}
	return boolInt(role == "public" || l.Sysadmin || contains(l.ServerRoles, "sysadmin") || contains(l.ServerRoles, role)), nil
}

var fixedRoles = words("db_owner db_accessadmin db_securityadmin db_ddladmin db_backupoperator db_datareader db_datawriter db_denydatareader db_denydatawriter public")

func fnIsMember(s *Session, a []any) (any, error) {
	role, ok := argAt(a, 0)
	if !ok {
		return nil, nil
	}
	u, has := s.userIn(s.db)
	if name, other := argAt(a, 1); other && !s.db.coll.sameName(name, u.Name) {
		found := false
		for _, p := range s.principals(s.db) {
			if s.db.coll.sameName(p.name, name) {
				u, found = User{Name: p.name, Roles: p.roles}, true
			}
		}
		if !found {
			return nil, nil
		}
	}
	low := strings.ToLower(role)
	switch {
	case u.Group != "" && s.srv.coll.sameName(u.Group, role):
		return int64(1), nil
	case !fixedRoles[low]:
		return nil, nil
	}
	return boolInt(has && (low == "public" || contains(u.Roles, low) || low == "db_owner" && strings.EqualFold(u.Name, "dbo"))), nil
}

// fnHasPerms is HAS_PERMS_BY_NAME(securable, class, permission, …).
func fnHasPerms(s *Session, a []any) (any, error) {
	securable, has := argAt(a, 0)
	class, _ := argAt(a, 1)
	perm, ok := argAt(a, 2)
	if !ok {
		return nil, nil
	}
	perm = strings.ToUpper(perm)
	switch strings.ToUpper(class) {
	case "", "SERVER":
		return boolInt(s.allowedOnServer(perm)), nil
	case "DATABASE":
		d := s.db
		if has {
			d = s.srv.Database(nameOf(securable).name)
		}
		if d == nil {
			return nil, nil
		}
		if perm == "ANY" {
			perm = ""
		}
		return boolInt(s.allowed(d, perm) && d.online()), nil
	case "OBJECT":
		d, t, v := s.findObject(securable)
		switch {
		case v != nil:
			return boolInt(perm == "SELECT"), nil
		case t == nil:
			return nil, nil
		}
		return boolInt(s.allowed(d, perm)), nil
	case "SCHEMA":
		return boolInt(s.allowed(s.db, perm)), nil
	}
	return nil, nil
}

// allowedOnServer tells whether the login has a permission of the server.
func (s *Session) allowedOnServer(perm string) bool {
	switch perm {
	case "VIEW SERVER STATE", "VIEW SERVER PERFORMANCE STATE":
		return s.serverState()
	case "CREATE ANY DATABASE":
		return s.mayCreateDatabase() == nil
	}
	return s.sysadmin() || perm == "CONNECT SQL" || perm == "VIEW ANY DATABASE"
}

func fnHasAccess(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	d := s.srv.Database(name)
	if d == nil {
		return nil, nil
	}
	return boolInt(s.mayOpen(d) == nil), nil
}
