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

// argAt is an argument as text; ok is false for NULL and a missing one.
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
