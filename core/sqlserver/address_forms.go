package sqlserver

import (
	"net/url"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// azureDomains end the names of Azure SQL Database, SQL Managed Instance and
// Synapse in the public and the national clouds.
var azureDomains = []string{
	".database.windows.net", ".database.usgovcloudapi.net", ".database.chinacloudapi.cn",
	".database.cloudapi.de", ".sql.azuresynapse.net", ".database.fabric.microsoft.com",
}

// recognise answers what is well known but can't be used here, whichever field
// it was pasted into. The text never repeats a whole connection string: there may
// be a password in it.
func recognise(text string, field problem.Field) *problem.Problem {
	low := strings.ToLower(strings.TrimSpace(text))
	if low == "" {
		return nil
	}
	if p := recogniseString(text, low, field); p != nil {
		return p
	}
	switch {
	case strings.Contains(low, "(localdb)"), strings.Contains(low, `pipe\localdb#`), strings.Contains(low, "mssqllocaldb"):
		return localDB(field)
	case strings.HasPrefix(low, "np:"), strings.Contains(low, `\pipe\`):
		return &problem.Problem{
			Code: CodeAddressPipe, Field: field,
			What: "This is a named pipe; the synchronization service reaches SQL Server over TCP only.",
			Why:  "Microsoft's setup does not support named pipes, so the result would not work.",
			Fix:  `Switch TCP/IP on in SQL Server Configuration Manager and enter the server's name: SQL01 or SQL01\HYBRID.`,
		}
	case strings.HasPrefix(low, `\\`):
		return &problem.Problem{
			Code: CodeAddressBad, Field: field,
			What: shown(text) + " is a network path, not a SQL Server.",
			Fix:  `Enter the name without the two backslashes in front: SQL01 or SQL01\HYBRID.`,
		}
	case strings.HasPrefix(low, "lpc:"):
		return &problem.Problem{
			Code: CodeAddressMemory, Field: field,
			What: "This is shared memory, which reaches SQL Server on the same computer only.",
			Why:  "The synchronization service reaches SQL Server over TCP only.",
			Fix:  `Switch TCP/IP on in SQL Server Configuration Manager and enter the server's name instead.`,
		}
	case strings.HasPrefix(low, "admin:"), strings.HasPrefix(low, "dac:"):
		return &problem.Problem{
			Code: CodeAddressDAC, Field: field,
			What: "This is the dedicated administrator connection, of which a server has only one.",
			Why:  "It is meant for emergencies, and the synchronization service can't use it.",
			Fix:  "Enter the name without “admin:” in front.",
		}
	}
	return recogniseAzure(low, field)
}

// localDB tells what to do with data that is still in LocalDB (rule of the
// existing-database mode; the way is Microsoft's "Move Microsoft Entra Connect
// database from SQL Server Express to SQL Server").
func localDB(field problem.Field) *problem.Problem {
	return &problem.Problem{
		Code: CodeAddressLocalDB, Field: field,
		What: "This is LocalDB. An existing database can be used only on a full SQL Server.",
		Why:  "LocalDB belongs to one computer and one account, and its databases end at 10 GB.",
		Fix: "Move the data first: stop the service ADSync on the old server, copy ADSync.mdf and ADSync_log.ldf from " +
			`%ProgramFiles%\Microsoft Azure AD Sync\Data to the SQL Server and attach them there (or restore a backup). Then enter that server's name here.`,
	}
}

// recogniseAzure answers Azure SQL by the name of its servers.
func recogniseAzure(low string, field problem.Field) *problem.Problem {
	host := cutPrefixFold(low, "tcp:")
	if i := strings.IndexAny(host, `,\:`); i >= 0 {
		host = host[:i]
	}
	for _, d := range azureDomains {
		if strings.HasSuffix(strings.TrimSuffix(host, "."), d) {
			return &problem.Problem{
				Code: CodeAddressAzure, Field: field,
				What: "This is Azure SQL, which can't hold an ADSync database.",
				Why:  "Microsoft supports neither Azure SQL Database nor Azure SQL Managed Instance for it.",
				Fix:  "Restore the database on a SQL Server of your own and enter that server's name.",
			}
		}
	}
	return nil
}

// recogniseString answers whole connection strings and URLs, with the server
// that stands in them.
func recogniseString(text, low string, field problem.Field) *problem.Problem {
	server := ""
	switch {
	case strings.Contains(low, "://"):
		server = serverOfURL(text)
	case strings.ContainsRune(low, '='):
		server = serverOfString(text)
	default:
		return nil
	}
	fix := "Enter the server's name alone, the database and the login in their own fields."
	if server != "" && recognise(server, field) == nil {
		if one, p := parseServer(tidy(server)); p == nil {
			a, _ := join(one, part{})
			fix = "Enter " + a.finish().Typed + " alone here; the database and the login go in their own fields."
		}
	}
	return &problem.Problem{
		Code: CodeAddressString, Field: field,
		What: "This is a whole connection string; only the server's name goes here.",
		Why:  "A connection string can hold a password, which must not stand in this field.",
		Fix:  fix,
	}
}

// serverOfString finds the server in an ADO, ODBC or OLE DB connection string.
func serverOfString(text string) string {
	for _, pair := range strings.Split(text, ";") {
		key, value, found := strings.Cut(pair, "=")
		if !found {
			continue
		}
		switch strings.ToLower(strings.Join(strings.Fields(key), " ")) {
		case "server", "data source", "datasource", "addr", "address", "network address":
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// serverOfURL finds the server in sqlserver://, mssql:// and jdbc:sqlserver://.
func serverOfURL(text string) string {
	_, after, _ := strings.Cut(text, "://")
	after, options, _ := strings.Cut(after, ";") // JDBC keeps its options behind semicolons
	u, err := url.Parse("sqlserver://" + after)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	name := u.Hostname()
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	instance := strings.Trim(u.Path, "/")
	for _, pair := range strings.Split(options, ";") {
		if key, value, _ := strings.Cut(pair, "="); strings.EqualFold(strings.TrimSpace(key), "instanceName") {
			instance = strings.TrimSpace(value)
		}
	}
	if instance != "" {
		name += `\` + instance
	}
	if u.Port() != "" {
		name += "," + u.Port()
	}
	return name
}
