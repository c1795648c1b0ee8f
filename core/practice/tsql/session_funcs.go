package tsql

import (
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// sessionFunc is a function whose answer depends on the session. Arguments are
// physical: int64, string, []byte or nil; the result is as tds.Param takes it.
type sessionFunc struct {
	lo, hi int
	t      tds.Type
	call   func(s *Session, a []any) (any, error)
}

// text0 is an argument as text; ok is false for NULL and a missing one.
func argAt(a []any, i int) (string, bool) {
	if i >= len(a) || a[i] == nil {
		return "", false
	}
	switch v := a[i].(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case []byte:
		return string(v), true
	}
	return "", false
}

func intAt(a []any, i int) (int64, bool) {
	if i >= len(a) {
		return 0, false
	}
	switch v := a[i].(type) {
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return n, err == nil
	}
	return 0, false
}

func variantText(s string) any {
	return tds.Variant{Type: nvarchar(max(1, min(4000, utf16Len(s)))), Value: s}
}

func variantInt(n int) any { return tds.Variant{Type: typeInt, Value: int64(n)} }

var sessionFuncs map[string]sessionFunc

func init() {
	login := func(s *Session, a []any) (any, error) {
		if len(a) == 0 {
			return s.login.Name, nil
		}
		if sid, ok := a[0].([]byte); ok {
			for _, l := range s.srv.allLogins() {
				if string(sidOf(l.Name)) == string(sid) {
					return l.Name, nil
				}
			}
			return nil, nil
		}
		return nil, nil
	}
	user := func(s *Session, a []any) (any, error) {
		if len(a) > 0 {
			return s.principalName(a), nil
		}
		u, _ := s.userIn(s.db)
		return u.Name, nil
	}
	sessionFuncs = map[string]sessionFunc{
		"DB_NAME": {0, 1, typeSysname, fnDBName}, "DB_ID": {0, 1, tds.Type{Kind: tds.SmallInt}, fnDBID},
		"OBJECT_ID": {1, 2, typeInt, fnObjectID}, "OBJECT_NAME": {1, 2, typeSysname, fnObjectName}, "OBJECT_SCHEMA_NAME": {1, 2, typeSysname, fnObjectSchema},
		"SCHEMA_NAME": {0, 1, typeSysname, fnSchemaName}, "SCHEMA_ID": {0, 1, typeInt, fnSchemaID}, "TYPE_NAME": {1, 1, typeSysname, fnTypeName},
		"COL_NAME": {2, 2, typeSysname, fnColName}, "COL_LENGTH": {2, 2, tds.Type{Kind: tds.SmallInt}, fnColLength}, "OBJECTPROPERTY": {2, 2, typeInt, fnObjectProperty},
		"SUSER_SNAME": {0, 1, typeSysname, login}, "SUSER_NAME": {0, 1, typeSysname, login}, "ORIGINAL_LOGIN": {0, 0, typeSysname, login}, "SYSTEM_USER": {0, 0, typeSysname, login},
		"SUSER_SID": {0, 1, tds.Type{Kind: tds.VarBinary, Length: 85}, fnLoginSID}, "SUSER_ID": {0, 1, typeInt, fnLoginID},
		"USER_NAME": {0, 1, typeSysname, user}, "USER": {0, 0, typeSysname, user}, "CURRENT_USER": {0, 0, typeSysname, user}, "SESSION_USER": {0, 0, typeSysname, user},
		"USER_ID": {0, 1, typeInt, fnUserID}, "DATABASE_PRINCIPAL_ID": {0, 1, typeInt, fnUserID},
		"HOST_NAME":        {0, 0, typeSysname, func(s *Session, _ []any) (any, error) { return s.request.Host, nil }},
		"APP_NAME":         {0, 0, typeSysname, func(s *Session, _ []any) (any, error) { return s.request.App, nil }},
		"IS_SRVROLEMEMBER": {1, 2, typeInt, fnServerRole}, "IS_MEMBER": {1, 1, typeInt, fnIsMember}, "IS_ROLEMEMBER": {1, 2, typeInt, fnIsMember},
		"HAS_PERMS_BY_NAME": {3, 5, typeInt, fnHasPerms}, "HAS_DBACCESS": {1, 1, typeInt, fnHasAccess},
		"SERVERPROPERTY": {1, 1, typeVariant, fnServerProperty}, "DATABASEPROPERTYEX": {2, 2, typeVariant, fnDatabaseProperty}, "CONNECTIONPROPERTY": {1, 1, typeVariant, fnConnectionProperty},
		"SCOPE_IDENTITY": {0, 0, tds.Type{Kind: tds.Decimal, Precision: 38}, fnScopeIdentity}, "IDENT_CURRENT": {1, 1, tds.Type{Kind: tds.Decimal, Precision: 38}, fnIdentCurrent},
		"XACT_STATE": {0, 0, tds.Type{Kind: tds.SmallInt}, fnXactState}, "CURRENT_TRANSACTION_ID": {0, 0, typeBigInt, fnTranID},
		"APPLOCK_MODE": {3, 3, nvarchar(32), fnAppLockMode}, "FN_HADR_IS_PRIMARY_REPLICA": {1, 1, typeBit, fnIsPrimary},
		"ERROR_NUMBER": caughtFunc(typeInt, func(e *tds.ServerError) any { return int64(e.Number) }), "ERROR_MESSAGE": caughtFunc(nvarchar(4000), func(e *tds.ServerError) any { return e.Message }),
		"ERROR_SEVERITY": caughtFunc(typeInt, func(e *tds.ServerError) any { return int64(e.Class) }), "ERROR_STATE": caughtFunc(typeInt, func(e *tds.ServerError) any { return int64(e.State) }),
		"ERROR_LINE": caughtFunc(typeInt, func(e *tds.ServerError) any { return int64(e.Line) }), "ERROR_PROCEDURE": caughtFunc(typeSysname, procedureOf),
	}
}

func procedureOf(e *tds.ServerError) any {
	if e.Procedure == "" {
		return nil
	}
	return e.Procedure
}

func caughtFunc(t tds.Type, get func(*tds.ServerError) any) sessionFunc {
	return sessionFunc{0, 0, t, func(s *Session, _ []any) (any, error) {
		if s.caught == nil {
			return nil, nil
		}
		return get(s.caught), nil
	}}
}

func (s *Server) allLogins() []Login {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Login(nil), s.logins...)
}

// byID finds a database by number.
func (s *Server) byID(id int64) *Database {
	for _, d := range s.all() {
		if int64(d.id) == id {
			return d
		}
	}
	return nil
}

func fnDBName(s *Session, a []any) (any, error) {
	if len(a) == 0 {
		return s.db.conf().Name, nil
	}
	id, ok := intAt(a, 0)
	if id == 0 && ok {
		return s.db.conf().Name, nil
	}
	if d := s.srv.byID(id); ok && d != nil {
		return d.conf().Name, nil
	}
	return nil, nil
}

func fnDBID(s *Session, a []any) (any, error) {
	if len(a) == 0 {
		return int64(s.db.id), nil
	}
	name, ok := argAt(a, 0)
	if d := s.srv.Database(name); ok && d != nil {
		return int64(d.id), nil
	}
	return nil, nil
}

// findObject resolves a name as OBJECT_ID does.
func (s *Session) findObject(name string) (*Database, *table, *sysView) {
	n := nameOf(name)
	if strings.HasPrefix(n.name, "#") {
		if s.temp == nil {
			return nil, nil, nil
		}
		return s.temp, s.temp.find(s.catalog(s.temp), "dbo", n.name), nil
	}
	d, err := s.database(n.db)
	if err != nil {
		return nil, nil, nil
	}
	if systemSchema(n.schema) {
		return d, nil, systemViewOf(n)
	}
	return d, d.find(s.catalog(d), n.schema, n.name), nil
}

func fnObjectID(s *Session, a []any) (any, error) {
	name, ok := argAt(a, 0)
	if !ok {
		return nil, nil
	}
	kind, has := argAt(a, 1)
	kind = strings.ToUpper(strings.TrimSpace(kind))
	_, t, v := s.findObject(name)
	switch {
	case t != nil && (!has || kind == "U"):
		return int64(t.id), nil
	case v != nil && (!has || kind == "V"):
		return -int64(v.id), nil
	}
	return nil, nil
}

func (s *Session) objectByID(a []any) *table {
	id, ok := intAt(a, 0)
	d := s.db
	if n, has := intAt(a, 1); has && len(a) > 1 {
		d = s.srv.byID(n)
	}
	if !ok || d == nil {
		return nil
	}
	for _, t := range s.catalog(d).tables {
		if int64(t.id) == id {
			return t
		}
	}
	return nil
}

func fnObjectName(s *Session, a []any) (any, error) {
	if t := s.objectByID(a); t != nil {
		return t.name, nil
	}
	return nil, nil
}

func fnObjectSchema(s *Session, a []any) (any, error) {
	if t := s.objectByID(a); t != nil {
		return t.schema, nil
	}
	return nil, nil
}

func fnSchemaName(s *Session, a []any) (any, error) {
	if len(a) == 0 {
		return "dbo", nil
	}
	id, ok := intAt(a, 0)
	for name, n := range s.catalog(s.db).schemas {
		if ok && int64(n) == id {
			return name, nil
		}
	}
	return nil, nil
}

func fnSchemaID(s *Session, a []any) (any, error) {
	name, ok := argAt(a, 0)
	if len(a) == 0 {
		name, ok = "dbo", true
	}
	for have, n := range s.catalog(s.db).schemas {
		if ok && s.db.coll.sameName(have, name) {
			return int64(n), nil
		}
	}
	return nil, nil
}

func fnTypeName(_ *Session, a []any) (any, error) {
	id, ok := intAt(a, 0)
	for k, n := range systemTypeIDs {
		if ok && int64(n) == id {
			return catalogTypeName(k), nil
		}
	}
	return nil, nil
}

func fnColName(s *Session, a []any) (any, error) {
	t := s.objectByID(a[:1])
	id, ok := intAt(a, 1)
	if t == nil || !ok {
		return nil, nil
	}
	for _, c := range t.cols {
		if int64(c.id) == id {
			return c.name, nil
		}
	}
	return nil, nil
}

func fnColLength(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	col, _ := argAt(a, 1)
	d, t, _ := s.findObject(name)
	if t == nil {
		return nil, nil
	}
	if c := d.column(t, col); c != nil {
		return int64(maxLength(c.t)), nil
	}
	return nil, nil
}

func fnObjectProperty(s *Session, a []any) (any, error) {
	t := s.objectByID(a[:1])
	name, _ := argAt(a, 1)
	if t == nil {
		return nil, nil
	}
	switch strings.ToUpper(name) {
	case "ISUSERTABLE", "ISTABLE":
		return int64(1), nil
	case "ISVIEW", "ISPROCEDURE", "ISMSSHIPPED", "ISTRIGGER":
		return int64(0), nil
	case "TABLEHASPRIMARYKEY":
		return boolInt(t.primary() != nil), nil
	case "TABLEHASIDENTITY":
		for _, c := range t.cols {
			if c.identity != 0 {
				return int64(1), nil
			}
		}
		return int64(0), nil
	}
	return nil, nil
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

func fnHasPerms(s *Session, a []any) (any, error) { //nolint:gocyclo // the rules of the language, case by case
	securable, has := argAt(a, 0)
	class, _ := argAt(a, 1)
	perm, ok := argAt(a, 2)
	if !ok {
		return nil, nil
	}
	perm = strings.ToUpper(perm)
	switch strings.ToUpper(class) {
	case "", "SERVER":
		if perm == "VIEW SERVER STATE" || perm == "VIEW SERVER PERFORMANCE STATE" {
			return boolInt(s.serverState()), nil
		}
		if perm == "CREATE ANY DATABASE" {
			return boolInt(s.mayCreateDatabase() == nil), nil
		}
		return boolInt(s.sysadmin() || perm == "CONNECT SQL" || perm == "VIEW ANY DATABASE"), nil
	case "DATABASE":
		d := s.db
		if has {
			if d = s.srv.Database(nameOf(securable).name); d == nil {
				return nil, nil
			}
		}
		if perm == "ANY" {
			perm = ""
		}
		return boolInt(s.allowed(d, perm) && d.online()), nil
	case "OBJECT", "SCHEMA":
		d := s.db
		if strings.EqualFold(class, "OBJECT") {
			var t *table
			var v *sysView
			if d, t, v = s.findObject(securable); t == nil && v == nil {
				return nil, nil
			}
			if v != nil {
				return boolInt(perm == "SELECT"), nil
			}
		}
		return boolInt(s.allowed(d, perm)), nil
	}
	return nil, nil
}

func fnHasAccess(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	d := s.srv.Database(name)
	if d == nil {
		return nil, nil
	}
	return boolInt(s.mayOpen(d) == nil), nil
}

func fnScopeIdentity(s *Session, _ []any) (any, error) {
	if s.identity == nil {
		return nil, nil
	}
	return tds.Number(strconv.FormatInt(*s.identity, 10)), nil
}

func fnIdentCurrent(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	_, t, _ := s.findObject(name)
	if t == nil {
		return nil, nil
	}
	for _, c := range t.cols {
		if c.identity != 0 {
			return tds.Number(strconv.FormatInt(*lastIdentity(c), 10)), nil
		}
	}
	return nil, nil
}

func fnXactState(s *Session, _ []any) (any, error) {
	switch {
	case s.tx.doomed:
		return int64(-1), nil
	case s.tx.count > 0:
		return int64(1), nil
	}
	return int64(0), nil
}

func fnTranID(s *Session, _ []any) (any, error) { return int64(s.tx.id), nil }

func fnAppLockMode(s *Session, a []any) (any, error) {
	resource, _ := argAt(a, 1)
	return s.srv.locks.mode(s, appKey{s.db.id, resource}), nil
}

func fnIsPrimary(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	d := s.srv.Database(name)
	if d == nil || d.conf().AvailabilityGroup == "" {
		return nil, nil
	}
	return true, nil
}
