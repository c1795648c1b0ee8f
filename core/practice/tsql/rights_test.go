package tsql

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

func TestSignIn(t *testing.T) {
	srv := testServer(t, func(c *Config) {
		c.Logins = append(c.Logins,
			Login{Name: "off", Password: "pw", Disabled: true},
			Login{Name: "old", Password: "pw", Expired: true},
			Login{Name: "new", Password: "pw", MustChange: true},
			Login{Name: "none", Password: "pw"})
		c.Databases = append(c.Databases, DatabaseConfig{Name: "Restoring", State: "RESTORING"}, DatabaseConfig{Name: "Off", State: "offline"})
	})
	for _, c := range []struct {
		user, password, db string
		want               int32
	}{
		{"sa", "pw", "", 0},
		{"SA", "pw", "adsync", 0},
		{"sa", "PW", "ADSync", 18456},
		{"nobody", "pw", "", 18456},
		{"off", "pw", "", 18470},
		{"off", "wrong", "", 18456},
		{"old", "pw", "", 18487},
		{"new", "pw", "", 18488},
		{"sa", "pw", "nope", 4060},
		{"sa", "pw", "Restoring", 4060},
		{"sa", "pw", "Off", 4060},
		{"none", "pw", "", 0},
		{"none", "pw", "ADSync", 4060},
	} {
		_, err := srv.Login(t.Context(), tds.LoginRequest{User: c.user, Password: c.password, Database: c.db})
		var se *tds.ServerError
		if c.want == 0 && err != nil || c.want != 0 && (!errors.As(err, &se) || se.Number != c.want) {
			t.Errorf("%s/%s to %q: %v, want %d", c.user, c.password, c.db, err, c.want)
		}
		if err != nil && c.password != "pw" && strings.Contains(err.Error(), c.password) {
			t.Error("the error repeats the password")
		}
	}
	s := signIn(t, srv, "none", "")
	expectError(t, s, "USE ADSync", 916)
	expectError(t, s, "SELECT * FROM ADSync.dbo.t", 916)
	expectError(t, s, "CREATE DATABASE x", 262)
}

func TestRights(t *testing.T) {
	srv := testServer(t, func(c *Config) {
		c.Logins = append(c.Logins,
			Login{Name: "reader", Password: "pw", Users: map[string]User{"ADSync": {Roles: []string{"db_datareader"}}}},
			Login{Name: "blind", Password: "pw", Users: map[string]User{"ADSync": {Name: "b"}}},
			Login{Name: "owner", Password: "pw", Users: map[string]User{"ADSync": {Roles: []string{"db_owner"}}}},
			Login{Name: `CORP\anna`, Password: "pw", Windows: true, Users: map[string]User{"ADSync": {Roles: []string{"db_owner"}, Group: `CORP\SQL Admins`}}})
	})
	mustExec(t, signIn(t, srv, "sa", "ADSync"), "CREATE TABLE t (v int); INSERT t VALUES (1)")
	reader, blind, owner := signIn(t, srv, "reader", "ADSync"), signIn(t, srv, "blind", "ADSync"), signIn(t, srv, "owner", "ADSync")
	expect(t, reader, "SELECT v FROM t", "1")
	expectError(t, reader, "INSERT t VALUES (2)", 229)
	expectError(t, reader, "CREATE TABLE u (v int)", 262)
	expectError(t, reader, "EXEC sp_addextendedproperty 'a', 'b'", 15247)
	expectError(t, blind, "SELECT v FROM t", 229)
	expect(t, blind, "SELECT COUNT(*) FROM sys.tables", "0")
	expectError(t, reader, "SELECT * FROM sys.dm_tran_locks", 300)
	expect(t, reader, "SELECT COUNT(*) FROM sys.dm_exec_sessions", "1")
	expect(t, reader, "SELECT IS_SRVROLEMEMBER('sysadmin'), IS_MEMBER('db_owner'), IS_MEMBER('db_datareader'), USER_NAME(), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'ALTER')", "0|0|1|reader|0")
	expect(t, owner, "SELECT IS_MEMBER('db_owner'), HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'ALTER'), SUSER_SNAME()", "1|1|owner")
	mustExec(t, owner, "CREATE TABLE mine (v int); DROP TABLE mine")
	anna := signIn(t, srv, `CORP\anna`, "ADSync")
	expect(t, anna, `SELECT p.name, p.type_desc FROM sys.database_role_members m JOIN sys.database_principals p ON p.principal_id = m.member_principal_id
		JOIN sys.database_principals r ON r.principal_id = m.role_principal_id WHERE r.name = 'db_owner' AND p.type = 'G'`, `CORP\SQL Admins|WINDOWS_GROUP`)
	expect(t, anna, `SELECT IS_MEMBER('CORP\SQL Admins')`, "1")
}

func TestDatabaseStates(t *testing.T) {
	srv := testServer(t, func(c *Config) {
		c.Databases = append(c.Databases,
			DatabaseConfig{Name: "RO", ReadOnly: true, Recovery: "SIMPLE", AvailabilityGroup: "AG1", Backups: []Backup{{Start: time.Now(), Finish: time.Now(), Type: "D", SizeBytes: 5}}},
			DatabaseConfig{Name: "CS", Collation: "Latin1_General_CS_AS"})
		c.Sessions = []ForeignSession{{Host: "OLD", App: "ADSync", Login: "x", Database: "RO"}}
	})
	s := signIn(t, srv, "sa", "RO")
	expectError(t, s, "CREATE TABLE t (v int)", 3906)
	expect(t, s, "SELECT is_read_only, recovery_model_desc, CASE WHEN replica_id IS NULL THEN 0 ELSE 1 END FROM sys.databases WHERE name = DB_NAME()", "1|SIMPLE|1")
	expect(t, s, "SELECT type, database_name FROM msdb.dbo.backupset WHERE database_name = 'ro'", "D|RO")
	expect(t, s, "SELECT host_name, program_name FROM sys.dm_exec_sessions WHERE database_id = DB_ID('RO') AND session_id <> @@SPID", "OLD|ADSync")
	expect(t, s, "SELECT ag.name FROM sys.availability_groups ag JOIN sys.availability_databases_cluster d ON d.group_id = ag.group_id WHERE d.database_name = 'RO'", "AG1")
	mustExec(t, s, "USE CS; CREATE TABLE t (v nvarchar(5)); CREATE TABLE T (V int); INSERT t VALUES (N'a'), (N'A')")
	expect(t, s, "SELECT COUNT(*) FROM t WHERE v = N'a'", "1")
	expectError(t, s, "SELECT V FROM t", 207)
	expect(t, s, "SELECT COUNT(DISTINCT v), DATABASEPROPERTYEX('CS', 'Collation') FROM t", "2|Latin1_General_CS_AS")
	if err := srv.SetDatabase("RO", func(c *DatabaseConfig) { c.State = "OFFLINE" }); err != nil {
		t.Fatal(err)
	}
	expectError(t, s, "USE RO", 942)
}
