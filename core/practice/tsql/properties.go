package tsql

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

// sidOf makes up a login's SID: sa has 0x01, others a SQL login's 16 bytes that
// stay the same for the same name.
func sidOf(name string) []byte {
	if strings.EqualFold(name, "sa") {
		return []byte{1}
	}
	h := sha256.Sum256([]byte(strings.ToLower(name)))
	return h[:16]
}

// serverProperties are those that SERVERPROPERTY knows; others are NULL.
var serverProperties = map[string]func(*Server) any{
	"PRODUCTVERSION":      func(s *Server) any { return variantText(s.cfg.ProductVersion) },
	"PRODUCTLEVEL":        func(s *Server) any { return variantText(s.cfg.ProductLevel) },
	"PRODUCTMAJORVERSION": versionPart(0), "PRODUCTMINORVERSION": versionPart(1), "PRODUCTBUILD": versionPart(2),
	"EDITION":       func(s *Server) any { return variantText(s.cfg.Edition) },
	"ENGINEEDITION": func(s *Server) any { return variantInt(s.cfg.EngineEdition) },
	"ISLOCALDB":     func(s *Server) any { return variantInt(int(boolInt(s.cfg.LocalDB))) },
	"ISHADRENABLED": func(s *Server) any { return variantInt(int(boolInt(s.cfg.HADR))) },
	"HADRMANAGERSTATUS": func(s *Server) any {
		if s.cfg.HADR {
			return variantInt(1) // started and running
		}
		return variantInt(2) // not started, and failed
	},
	"ISCLUSTERED": never, "ISSINGLEUSER": never, "ISFULLTEXTINSTALLED": never, "ISPOLYBASEINSTALLED": never, "ISXTPSUPPORTED": never,
	"ISEXTERNALAUTHENTICATIONONLY": never, "ISINTEGRATEDSECURITYONLY": never,
	"COLLATION":   func(s *Server) any { return variantText(s.cfg.Collation) },
	"MACHINENAME": machineName, "COMPUTERNAMEPHYSICALNETBIOS": machineName,
	"SERVERNAME": func(s *Server) any { return variantText(s.ServerName()) },
	"INSTANCENAME": func(s *Server) any {
		if s.cfg.Instance == "" {
			return nil
		}
		return variantText(s.cfg.Instance)
	},
	"PROCESSID":               func(*Server) any { return variantInt(4242) },
	"INSTANCEDEFAULTDATAPATH": defaultPath, "INSTANCEDEFAULTLOGPATH": defaultPath,
	"INSTANCEDEFAULTBACKUPPATH": defaultBackupPath,
}

func never(*Server) any { return variantInt(0) }

func machineName(s *Server) any { return variantText(s.cfg.Machine) }

// defaultBackupPath is known from SQL Server 2019 on.
func defaultBackupPath(s *Server) any {
	if s.majorVersion() < 15 {
		return nil
	}
	return variantText(strings.TrimRight(s.backupFolder(), `\/`))
}

func defaultPath(s *Server) any { return variantText(dataPath(s)) }

// versionPart is one number of the product's version; the last one for a version
// that has fewer.
func versionPart(at int) func(*Server) any {
	return func(s *Server) any {
		v := strings.Split(s.cfg.ProductVersion, ".")
		return variantText(v[min(at, len(v)-1)])
	}
}

func fnServerProperty(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	get, ok := serverProperties[strings.ToUpper(name)]
	if !ok {
		return nil, nil
	}
	return get(s.srv), nil
}

// dataPath is the folder that the server says its files lie in.
func dataPath(s *Server) string {
	name := s.cfg.Instance
	if name == "" {
		name = "MSSQLSERVER"
	}
	return fmt.Sprintf(`C:\Program Files\Microsoft SQL Server\MSSQL%d.%s\MSSQL\DATA\`, s.majorVersion(), name)
}

func fnDatabaseProperty(s *Session, a []any) (any, error) {
	db, _ := argAt(a, 0)
	name, _ := argAt(a, 1)
	d := s.srv.Database(db)
	if d == nil {
		return nil, nil
	}
	c := d.conf()
	switch strings.ToUpper(name) {
	case "COLLATION":
		if !d.online() {
			return nil, nil
		}
		return variantText(c.Collation), nil
	case "STATUS":
		return variantText(c.State), nil
	case "UPDATEABILITY":
		return variantText(map[bool]string{true: "READ_ONLY", false: "READ_WRITE"}[c.ReadOnly]), nil
	case "USERACCESS":
		return variantText(c.UserAccess), nil
	case "RECOVERY":
		return variantText(c.Recovery), nil
	case "VERSION":
		return variantInt(957), nil
	case "ISAUTOCLOSE", "ISAUTOSHRINK", "ISINSTANDBY", "ISFULLTEXTENABLED":
		return variantInt(0), nil
	}
	return nil, nil
}

func fnConnectionProperty(s *Session, a []any) (any, error) {
	name, _ := argAt(a, 0)
	switch strings.ToLower(name) {
	case "net_transport", "physical_net_transport":
		return variantText(s.transport()), nil
	case "protocol_type":
		return variantText("TSQL"), nil
	case "auth_scheme":
		return variantText(map[bool]string{true: "NTLM", false: "SQL"}[s.login.Windows]), nil
	case "local_net_address", "client_net_address":
		return variantText("127.0.0.1"), nil
	case "local_tcp_port":
		return variantInt(1433), nil
	}
	return nil, nil
}

func (s *Session) transport() string {
	if s.request.Transport == "" {
		return "TCP"
	}
	return s.request.Transport
}

// globalVar is one of the @@ functions.
type globalVar struct {
	t   tds.Type
	get func(*Session) any
}

var globals = map[string]globalVar{
	"@@VERSION":    {nvarchar(300), func(s *Session) any { return s.srv.version() }},
	"@@SERVERNAME": {typeSysname, func(s *Session) any { return s.srv.ServerName() }},
	"@@SERVICENAME": {typeSysname, func(s *Session) any {
		if s.srv.cfg.Instance == "" {
			return "MSSQLSERVER"
		}
		return s.srv.cfg.Instance
	}},
	"@@SPID":      {tds.Type{Kind: tds.SmallInt}, func(s *Session) any { return int64(s.spid) }},
	"@@ROWCOUNT":  {typeInt, func(s *Session) any { return s.rowcount }},
	"@@TRANCOUNT": {typeInt, func(s *Session) any { return int64(s.tx.count) }},
	"@@ERROR":     {typeInt, func(s *Session) any { return int64(s.lastError) }},
	"@@IDENTITY": {tds.Type{Kind: tds.Decimal, Precision: 38}, func(s *Session) any {
		v, err := fnScopeIdentity(s, nil)
		must(err)
		return v
	}},
	"@@LANGUAGE":      {typeSysname, func(*Session) any { return "us_english" }},
	"@@LOCK_TIMEOUT":  {typeInt, func(s *Session) any { return s.lockTimeoutMS() }},
	"@@MAX_PRECISION": {tds.Type{Kind: tds.TinyInt}, func(*Session) any { return int64(38) }},
	"@@NESTLEVEL":     {typeInt, func(*Session) any { return int64(0) }},
	"@@MICROSOFTVERSION": {typeInt, func(s *Session) any {
		p := strings.Split(s.srv.cfg.ProductVersion, ".")
		return int64(num(p[0])<<24 | num(p[min(2, len(p)-1)]))
	}},
}

func (s *Session) lockTimeoutMS() any {
	if s.opts.lockTimeout < 0 {
		return int64(-1)
	}
	return s.opts.lockTimeout.Milliseconds()
}

// version is @@VERSION.
func (s *Server) version() string {
	year := map[int]string{10: "2008", 11: "2012", 12: "2014", 13: "2016", 14: "2017", 15: "2019", 16: "2022", 17: "2025"}[s.majorVersion()]
	name := "Microsoft SQL Server " + year
	if s.cfg.EngineEdition == 5 {
		name = "Microsoft SQL Azure"
	}
	return fmt.Sprintf("%s (%s) - %s (X64) \n\tPractice server of ADSync Reconnect\n\t%s on Windows Server 2022 Standard 10.0 <X64>\n",
		name, s.cfg.ProductLevel, s.cfg.ProductVersion, s.cfg.Edition)
}
