package tsql

import (
	"strings"
	"time"
)

func (s *Session) mayCreateDatabase() error {
	if s.sysadmin() || contains(s.login.ServerRoles, "dbcreator") {
		return nil
	}
	return errf(262, 14, 1, "CREATE DATABASE permission denied in database 'master'.")
}

func (s *Session) createDatabase(v *createDatabaseStmt) error {
	if err := s.mayCreateDatabase(); err != nil {
		return err
	}
	if s.tx.count > 0 {
		return errf(226, 16, 5, "CREATE DATABASE statement not allowed within multi-statement transaction.")
	}
	_, err := s.srv.AddDatabase(DatabaseConfig{Name: v.name, Collation: v.collate, Owner: s.login.Name, Created: time.Time{}})
	return err
}

func (s *Session) dropDatabase(name string, ifExists bool) error {
	d := s.srv.Database(name)
	switch {
	case d == nil && ifExists:
		return nil
	case d == nil, !s.sysadmin() && !s.owner(d):
		return errf(3701, 11, 1, "Cannot drop the database '%s', because it does not exist or you do not have permission.", name)
	case s.tx.count > 0:
		return errf(226, 16, 6, "DROP DATABASE statement not allowed within multi-statement transaction.")
	case systemDatabases[strings.ToLower(d.conf().Name)]:
		return errf(3708, 16, 1, "Cannot drop the database '%s' because it is a system database.", name)
	}
	for _, o := range s.srv.open() {
		if o.db == d {
			return errf(3702, 16, 3, "Cannot drop database \"%s\" because it is currently in use.", name)
		}
	}
	s.srv.remove(d)
	return nil
}

func (s *Server) remove(d *Database) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.databases {
		if s.databases[i] == d {
			s.databases = append(s.databases[:i:i], s.databases[i+1:]...)
			break
		}
	}
	d.dropped.Store(true)
}

func (s *Session) alterDatabase(v *alterDatabaseStmt) error {
	name := v.name
	if name == "" {
		name = s.db.conf().Name
	}
	d := s.srv.Database(name)
	if d == nil || !s.owner(d) {
		return errf(5011, 14, 7, "User does not have permission to alter database '%s', the database does not exist, or the database is not in a state that allows access checks.", name)
	}
	var change func(*DatabaseConfig)
	switch v.option {
	case "READ_ONLY", "READ_WRITE":
		change = func(c *DatabaseConfig) { c.ReadOnly = v.option == "READ_ONLY" }
	case "SINGLE_USER", "MULTI_USER", "RESTRICTED_USER":
		change = func(c *DatabaseConfig) { c.UserAccess = v.option }
	case "ONLINE", "OFFLINE", "EMERGENCY":
		change = func(c *DatabaseConfig) { c.State = v.option }
	case "RECOVERY":
		change = func(c *DatabaseConfig) { c.Recovery = v.value }
	case "COMPATIBILITY_LEVEL":
		change = func(c *DatabaseConfig) { c.Compatibility = num(v.value) }
	default:
		return errUnsupported("ALTER DATABASE SET " + v.option)
	}
	return s.srv.SetDatabase(name, change)
}

func (s *Session) createSchema(f *frame, v *createSchemaStmt) error {
	d := s.db
	if err := s.permitDDL(d, "ALTER ANY SCHEMA"); err != nil {
		return err
	}
	return s.write(f.ctx, d, func() error {
		c := s.change(d)
		for name := range c.schemas {
			if d.coll.sameName(name, v.name) {
				return errf(2714, 16, 6, "There is already an object named '%s' in the database.", v.name)
			}
		}
		c.schemas[v.name] = len(c.schemas) + 1
		return nil
	})
}

func (s *Session) dropSchema(f *frame, name string, ifExists bool) error {
	d := s.db
	return s.write(f.ctx, d, func() error {
		c := s.change(d)
		for have := range c.schemas {
			if !d.coll.sameName(have, name) || c.schemas[have] <= 4 {
				continue
			}
			for _, t := range c.tables {
				if t.schema == have {
					return errf(3729, 16, 1, "Cannot drop schema '%s' because it is being referenced by object '%s'.", have, t.name)
				}
			}
			delete(c.schemas, have)
			return nil
		}
		if ifExists {
			return nil
		}
		return errf(15151, 16, 1, "Cannot drop the schema '%s', because it does not exist or you do not have permission.", name)
	})
}
