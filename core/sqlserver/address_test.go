package sqlserver_test

import (
	"strings"
	"testing"

	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

func TestParseUnderstands(t *testing.T) {
	cases := []struct {
		server, instance string
		host, inst       string
		port             int
		typed            string
	}{
		{"SQL01", "", "SQL01", "", 0, "SQL01"},
		{"  SQL01\t", "", "SQL01", "", 0, "SQL01"},
		{`"SQL01"`, "", "SQL01", "", 0, "SQL01"},
		{"\u201cSQL01\\HYBRID\u201d", "", "SQL01", "HYBRID", 0, `SQL01\HYBRID`},
		{"\ufeffSQL01\u200b", "", "SQL01", "", 0, "SQL01"},
		{"SQL01\u00a0", "", "SQL01", "", 0, "SQL01"},
		{"sql01.contoso.com", "", "sql01.contoso.com", "", 0, "sql01.contoso.com"},
		{"sql01.contoso.com.", "", "sql01.contoso.com", "", 0, "sql01.contoso.com"},
		{"sql_01", "", "sql_01", "", 0, "sql_01"},
		{`SQL01\HYBRID`, "", "SQL01", "HYBRID", 0, `SQL01\HYBRID`},
		{`SQL01 \ HYBRID`, "", "SQL01", "HYBRID", 0, `SQL01\HYBRID`},
		{"SQL01", "HYBRID", "SQL01", "HYBRID", 0, `SQL01\HYBRID`},
		{"SQL01", "HYBRID,14330", "SQL01", "HYBRID", 14330, `SQL01\HYBRID,14330`},
		{"SQL01", "HYBRID, 14330", "SQL01", "HYBRID", 14330, `SQL01\HYBRID,14330`},
		{"SQL01", `\HYBRID`, "SQL01", "HYBRID", 0, `SQL01\HYBRID`},
		{"SQL01", ",14330", "SQL01", "", 14330, "SQL01,14330"},
		{"SQL01", "14330", "SQL01", "", 14330, "SQL01,14330"},
		{"SQL01", "MSSQLSERVER", "SQL01", "", 0, "SQL01"},
		{"SQL01", "mssqlserver,14330", "SQL01", "", 14330, "SQL01,14330"},
		{`SQL01\MSSQLSERVER`, "", "SQL01", "", 0, "SQL01"},
		{`SQL01\HYBRID,14330`, "", "SQL01", "HYBRID", 14330, `SQL01\HYBRID,14330`},
		{`SQL01\HYBRID`, "hybrid,14330", "SQL01", "hybrid", 14330, `SQL01\hybrid,14330`},
		{"SQL01", `sql01\HYBRID`, "SQL01", "HYBRID", 0, `SQL01\HYBRID`},
		{"", `SQL01\HYBRID,14330`, "SQL01", "HYBRID", 14330, `SQL01\HYBRID,14330`},
		{"SQL01,14330", "", "SQL01", "", 14330, "SQL01,14330"},
		{"SQL01 , 14330", "", "SQL01", "", 14330, "SQL01,14330"},
		{"SQL01:14330", "", "SQL01", "", 14330, "SQL01,14330"},
		{"tcp:SQL01,14330", "", "SQL01", "", 14330, "SQL01,14330"},
		{"TCP:sql01.contoso.com\\HYBRID", "", "sql01.contoso.com", "HYBRID", 0, `sql01.contoso.com\HYBRID`},
		{".", "", "localhost", "", 0, "localhost"},
		{`.\HYBRID`, "", "localhost", "HYBRID", 0, `localhost\HYBRID`},
		{"(local)", "", "localhost", "", 0, "localhost"},
		{`(LOCAL)\HYBRID`, "", "localhost", "HYBRID", 0, `localhost\HYBRID`},
		{"LocalHost", "", "localhost", "", 0, "localhost"},
		{"10.1.2.3", "", "10.1.2.3", "", 0, "10.1.2.3"},
		{"10.1.2.3,14330", "", "10.1.2.3", "", 14330, "10.1.2.3,14330"},
		{"10.1.2.3:14330", "", "10.1.2.3", "", 14330, "10.1.2.3,14330"},
		{"::1", "", "::1", "", 0, "[::1]"},
		{"[::1]", "", "::1", "", 0, "[::1]"},
		{"[::1]:1433", "", "::1", "", 1433, "[::1],1433"},
		{"[::1],1433", "", "::1", "", 1433, "[::1],1433"},
		{"::1,1433", "", "::1", "", 1433, "[::1],1433"},
		{`[fd00::5]\HYBRID`, "", "fd00::5", "HYBRID", 0, `[fd00::5]\HYBRID`},
		{`fe80::1%eth0\HYBRID`, "", "fe80::1%eth0", "HYBRID", 0, `[fe80::1%eth0]\HYBRID`},
		{"[::FFFF:10.1.2.3]", "", "::ffff:10.1.2.3", "", 0, "[::ffff:10.1.2.3]"},
		{"SQL01", "TJUTVÅ", "SQL01", "TJUTVÅ", 0, `SQL01\TJUTVÅ`},
		{"SQL01", "_A$B#1", "SQL01", "_A$B#1", 0, `SQL01\_A$B#1`},
	}
	for _, c := range cases {
		t.Run(c.server+"|"+c.instance, func(t *testing.T) {
			a, err := sqlserver.Parse(c.server, c.instance)
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			if a.Host != c.host || a.Instance != c.inst || a.Port != c.port || a.Typed != c.typed {
				t.Errorf("got %+v", a)
			}
			if strings.Contains(c.server+c.instance, "SQL01:14330") && a.Note == "" {
				t.Error("a colon before the port must be explained")
			}
			again, err := sqlserver.Parse(a.Typed, "")
			if err != nil || again.Host != a.Host || again.Port != a.Port || again.Instance != a.Instance {
				t.Errorf("what is shown (%s) means something else when typed: %+v, %v", a.Typed, again, err)
			}
		})
	}
}

func TestParseAnswers(t *testing.T) {
	cases := []struct {
		server, instance string
		code             problem.Code
		field            problem.Field
		says             string // a part of the whole text
	}{
		{"", "", sqlserver.CodeAddressMissing, answers.FieldServer, "SQL01"},
		{"   ", "HYBRID", sqlserver.CodeAddressMissing, answers.FieldServer, "missing"},
		{`\HYBRID`, "", sqlserver.CodeAddressBad, answers.FieldServer, "missing"},
		{`(localdb)\MSSQLLocalDB`, "", sqlserver.CodeAddressLocalDB, answers.FieldServer, "ADSync.mdf"},
		{`(LocalDB)\.\ADSync2019`, "", sqlserver.CodeAddressLocalDB, answers.FieldServer, "Move the data"},
		{`np:\\.\pipe\LOCALDB#SH1B2C3D\tsql\query`, "", sqlserver.CodeAddressLocalDB, answers.FieldServer, "attach"},
		{"SQL01", `(localdb)\x`, sqlserver.CodeAddressLocalDB, answers.FieldInstance, "LocalDB"},
		{`np:SQL01`, "", sqlserver.CodeAddressPipe, answers.FieldServer, "TCP"},
		{`\\SQL01\pipe\MSSQL$HYBRID\sql\query`, "", sqlserver.CodeAddressPipe, answers.FieldServer, "pipe"},
		{`\\SQL01\share`, "", sqlserver.CodeAddressBad, answers.FieldServer, "backslashes"},
		{"lpc:.", "", sqlserver.CodeAddressMemory, answers.FieldServer, "TCP"},
		{"admin:SQL01", "", sqlserver.CodeAddressDAC, answers.FieldServer, "emergencies"},
		{"Server=SQL01\\HYBRID;Database=ADSync;User Id=sa;Password=hunter2", "", sqlserver.CodeAddressString, answers.FieldServer, `Enter SQL01\HYBRID alone`},
		{"Data Source=tcp:sql01.contoso.com,14330;Initial Catalog=ADSync", "", sqlserver.CodeAddressString, answers.FieldServer, "sql01.contoso.com,14330"},
		{"sqlserver://sa:hunter2@sql01:14330/HYBRID?database=ADSync", "", sqlserver.CodeAddressString, answers.FieldServer, `sql01\HYBRID,14330`},
		{"jdbc:sqlserver://sql01:14330;instanceName=HYBRID;password=hunter2", "", sqlserver.CodeAddressString, answers.FieldServer, `sql01\HYBRID,14330`},
		{"SQL01", "Password=hunter2", sqlserver.CodeAddressString, answers.FieldInstance, "connection string"},
		{"https://sql01.contoso.com", "", sqlserver.CodeAddressString, answers.FieldServer, "sql01.contoso.com"},
		{"adsync.database.windows.net", "", sqlserver.CodeAddressAzure, answers.FieldServer, "Azure"},
		{"tcp:mi1.abc123.database.windows.net,3342", "", sqlserver.CodeAddressAzure, answers.FieldServer, "Managed Instance"},
		{"SQL01,", "", sqlserver.CodeAddressPort, answers.FieldServer, "port"},
		{"SQL01,0", "", sqlserver.CodeAddressPort, answers.FieldServer, "65535"},
		{"SQL01,65536", "", sqlserver.CodeAddressPort, answers.FieldServer, "65535"},
		{"SQL01,+14", "", sqlserver.CodeAddressPort, answers.FieldServer, "port"},
		{"SQL01,ABC", "", sqlserver.CodeAddressPort, answers.FieldServer, "port"},
		{"SQL01", "HYBRID,99999", sqlserver.CodeAddressPort, answers.FieldInstance, "port"},
		{"SQL01", "99999", sqlserver.CodeAddressPort, answers.FieldInstance, "port"},
		{`SQL01\HYBRID`, "OTHER", sqlserver.CodeAddressConflict, answers.FieldInstance, "HYBRID and OTHER"},
		{"SQL01,1433", "HYBRID,1434", sqlserver.CodeAddressConflict, answers.FieldInstance, "1433 and 1434"},
		{"SQL01", `SQL02\HYBRID`, sqlserver.CodeAddressConflict, answers.FieldInstance, "SQL01 and SQL02"},
		{"SQL 01", "", sqlserver.CodeAddressCharacter, answers.FieldServer, "space"},
		{"SQL\u201301", "", sqlserver.CodeAddressCharacter, answers.FieldServer, "plain hyphen"},
		{"SQL01/HYBRID", "", sqlserver.CodeAddressCharacter, answers.FieldServer, "backslash"},
		{"SQL01;14330", "", sqlserver.CodeAddressCharacter, answers.FieldServer, "comma"},
		{"SQ\u041b01", "", sqlserver.CodeAddressCharacter, answers.FieldServer, "Latin"},
		{"SQL01\x00", "", sqlserver.CodeAddressCharacter, answers.FieldServer, "U+0000"},
		{"1433", "", sqlserver.CodeAddressBad, answers.FieldServer, "number alone"},
		{"10.1.2.300", "", sqlserver.CodeAddressBad, answers.FieldServer, "IPv4"},
		{"[::1", "", sqlserver.CodeAddressBad, answers.FieldServer, "IPv6"},
		{"fd00:::5:1", "", sqlserver.CodeAddressBad, answers.FieldServer, "IPv6"},
		{"sql01..contoso.com", "", sqlserver.CodeAddressBad, answers.FieldServer, "two dots"},
		{"-sql01", "", sqlserver.CodeAddressBad, answers.FieldServer, "hyphen"},
		{strings.Repeat("a", 64), "", sqlserver.CodeAddressBad, answers.FieldServer, "63"},
		{strings.Repeat("a.", 130) + "b", "", sqlserver.CodeAddressBad, answers.FieldServer, "253"},
		{"SQL01", "HY BRID", sqlserver.CodeInstanceBad, answers.FieldInstance, "space"},
		{"SQL01", "HY-BRID", sqlserver.CodeInstanceBad, answers.FieldInstance, "-"},
		{"SQL01", "1HYBRID", sqlserver.CodeInstanceBad, answers.FieldInstance, "begins with a letter"},
		{"SQL01", "ABCDEFGHIJKLMNOPQ", sqlserver.CodeInstanceBad, answers.FieldInstance, "16"},
		{`SQL01\`, "", sqlserver.CodeInstanceBad, answers.FieldServer, "backslash"},
	}
	for _, c := range cases {
		t.Run(c.server+"|"+c.instance, func(t *testing.T) {
			a, err := sqlserver.Parse(c.server, c.instance)
			p := problem.As(err)
			if p == nil {
				t.Fatalf("accepted as %+v", a)
			}
			if p.Code != c.code || p.Field != c.field {
				t.Errorf("got %s beside %s: %s", p.Code, p.Field, p.Text())
			}
			if !strings.Contains(p.Text(), c.says) || p.Fix == "" {
				t.Errorf("%q is not said in:\n%s", c.says, p.Text())
			}
			if strings.Contains(p.Text(), "hunter2") {
				t.Errorf("a password is repeated:\n%s", p.Text())
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"SQL01", `SQL01\HYBRID,14330`, "[::1]:1433", "tcp:host:1", `(localdb)\x`, "a=b;c", "sqlserver://h/i", "«x»", "::1%e"} {
		f.Add(s, "")
		f.Add("SQL01", s)
	}
	f.Fuzz(func(t *testing.T, server, instance string) {
		a, err := sqlserver.Parse(server, instance)
		if err != nil {
			if p := problem.As(err); p == nil || p.What == "" || p.Fix == "" || p.Field == "" {
				t.Fatalf("%q %q: an answer without help: %v", server, instance, err)
			}
			return
		}
		if a.Host == "" || a.Port < 0 || a.Port > 65535 || strings.ContainsAny(a.Host, " \\,;/\"") {
			t.Fatalf("%q %q accepted as %+v", server, instance, a)
		}
		again, err := sqlserver.Parse(a.Typed, "")
		if err != nil || again.Host != a.Host || again.Instance != a.Instance || again.Port != a.Port {
			t.Fatalf("%q %q: %+v is shown as %q, which means %+v, %v", server, instance, a, a.Typed, again, err)
		}
	})
}
