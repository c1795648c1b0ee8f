package tsql

// enter makes a database current.
func (s *Session) enter(name string) error {
	d := s.srv.Database(name)
	if d == nil {
		return errf(911, 16, 1, "Database '%s' does not exist. Make sure that the name is entered correctly.", name)
	}
	if err := s.mayOpen(d); err != nil {
		return err
	}
	s.setDB(d)
	return nil
}

func (s *Session) setDB(d *Database) {
	s.db = d
	s.dbID.Store(int64(d.id))
}

// database finds a database that a statement names; the current one for "".
func (s *Session) database(name string) (*Database, error) {
	d := s.db
	if name != "" {
		d = s.srv.Database(name)
		if d == nil {
			return nil, errNoObject(name)
		}
	}
	return d, s.mayOpen(d)
}

// mayOpen checks that a database can be opened by this login.
func (s *Session) mayOpen(d *Database) error {
	name := d.conf().Name
	if d.dropped.Load() {
		return errf(911, 16, 1, "Database '%s' does not exist. Make sure that the name is entered correctly.", name)
	}
	if _, ok := s.userIn(d); !ok {
		return errf(916, 14, 1, "The server principal \"%s\" is not able to access the database \"%s\" under the current security context.", s.login.Name, name)
	}
	switch d.conf().State {
	case "ONLINE", "EMERGENCY":
	case "OFFLINE":
		return errf(942, 14, 4, "Database '%s' cannot be opened because it is offline.", name)
	case "RESTORING":
		return errf(927, 14, 2, "Database '%s' cannot be opened. It is in the middle of a restore.", name)
	case "RECOVERING":
		return errf(922, 14, 1, "Database '%s' is being recovered. Waiting until recovery is finished.", name)
	case "SUSPECT":
		return errf(926, 14, 1, "Database '%s' cannot be opened. It has been marked SUSPECT by recovery. See the SQL Server errorlog for more information.", name)
	default:
		return errf(945, 14, 2, "Database '%s' cannot be opened due to inaccessible files or insufficient memory or disk space. See the SQL Server errorlog for details.", name)
	}
	switch d.conf().UserAccess {
	case "SINGLE_USER":
		for _, f := range s.srv.foreign() {
			if s.srv.coll.sameName(f.Database, name) {
				return errf(924, 14, 1, "Database '%s' is already open and can only have one user at a time.", name)
			}
		}
	case "RESTRICTED_USER":
		if !s.owner(d) {
			return errf(18461, 14, 1, "Login failed for user '%s'. Reason: Server is in single user mode. Only one administrator can connect at this time.", s.login.Name)
		}
	}
	return nil
}

func (s *Server) foreign() []ForeignSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]ForeignSession(nil), s.cfg.Sessions...)
}
