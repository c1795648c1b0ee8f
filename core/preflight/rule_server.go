package preflight

import (
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// release is one major version of SQL Server.
type release struct {
	major int
	name  string
}

// releases gives the major versions by their number, newest first.
func releases() []release {
	return []release{
		{17, "SQL Server 2025"},
		{16, "SQL Server 2022"},
		{15, "SQL Server 2019"},
		{14, "SQL Server 2017"},
		{13, "SQL Server 2016"},
		{12, "SQL Server 2014"},
		{11, "SQL Server 2012"},
	}
}

func releaseName(major int) string {
	for _, r := range releases() {
		if r.major == major {
			return r.name
		}
	}
	if major > releases()[0].major {
		return fmt.Sprintf("SQL Server version %d", major)
	}
	return "SQL Server 2008 R2 or older"
}

// Majors at which the verdict on SQL Server's version changes.
const (
	oldestKnown     = 11 // SQL Server 2012
	oldestSupported = 14 // SQL Server 2017
	newestTested    = 16 // SQL Server 2022
)

// judgeSQLVersion compares the version with what the prerequisites name.
// SQL Server 2012 to 2016 are a warning and not a block: Microsoft names them as
// no longer supported, but the product is not known to refuse them, and a server
// that died on such an instance is better back in staging mode than not at all.
// Anything older never met the product's needs and is blocked.
func judgeSQLVersion(s site) []Finding {
	const id = "sql.version"
	v := s.set.SQL.Version
	seen := []Evidence{evidence(v, text)}
	value, known := v.Get()
	parsed, readable := product.Parse(value)
	if !known || !readable {
		why := v.Reason()
		if known {
			why = "the version " + text(value) + " cannot be read"
		}
		return []Finding{unknown(id, AreaServer, "The version of SQL Server", why,
			"Make sure that it is SQL Server 2017 to 2022.", product.LinkPrerequisites, seen...)}
	}
	major := parsed.Segments()[0]
	f := Finding{
		ID: id, Area: AreaServer, Severity: Pass, Link: product.LinkPrerequisites, Evidence: seen,
		Title: releaseName(major) + " is supported", Summary: "Version " + value,
	}
	switch {
	case major < oldestKnown:
		f.Severity = Blocked
		f.Title = releaseName(major) + " cannot be used"
		f.Consequence = "Microsoft Entra Connect needs features that this version does not have."
		f.Fix = "Restore the database on SQL Server 2017, 2019 or 2022."
	case major < oldestSupported:
		f.Severity = Warning
		f.Title = releaseName(major) + " is no longer supported"
		f.Consequence = "Microsoft Entra Connect supports SQL Server versions in support only; you get no help when something fails."
		f.Fix = "Move the database to SQL Server 2017, 2019 or 2022, now or soon after. It is quicker before the installation than afterwards."
	case major > newestTested:
		f.Severity = Warning
		f.Title = releaseName(major) + " is newer than what is tested"
		f.Consequence = "The prerequisites name SQL Server 2022 as the newest version."
		f.Fix = "Use SQL Server 2022, or read the current prerequisites first. A database cannot go back to an older version."
	}
	return []Finding{f}
}

// engineKind says what an engine edition number means where it matters.
func engineKind(n int64) (name string, azure bool) {
	switch n {
	case 1:
		return "Personal or Desktop Engine", false
	case 2:
		return "Standard", false
	case 3:
		return "Enterprise", false
	case 4:
		return "Express", false
	case 5:
		return "Azure SQL Database", true
	case 6, 11:
		return "Azure Synapse Analytics", true
	case 8:
		return "Azure SQL Managed Instance", true
	case 9:
		return "Azure SQL Edge", true
	case 12:
		return "SQL database in Microsoft Fabric", true
	default:
		return fmt.Sprintf("engine edition %d", n), false
	}
}

// expressLimitMB is how much data one database of SQL Server Express may hold.
const expressLimitMB = 10 * 1024

// judgeEdition refuses SQL in Azure and warns of Express's limit.
func judgeEdition(s site) []Finding {
	const id = "sql.edition"
	engine := s.set.SQL.EngineEdition
	seen := []Evidence{evidence(s.set.SQL.Edition, text), evidence(engine, count)}
	n, known := engine.Get()
	if !known {
		return []Finding{unknown(id, AreaServer, "The edition of SQL Server", engine.Reason(),
			"Make sure that it is SQL Server on Windows, Standard or Enterprise.", product.LinkPrerequisites, seen...)}
	}
	name, azure := engineKind(n)
	if local, ok := s.set.SQL.IsLocalDB.Get(); ok && local {
		return nil // LocalDB calls itself Express; the finding on LocalDB is the one to read
	}
	switch {
	case azure:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Blocked,
			Title:       name + " is not supported",
			Consequence: "Microsoft Entra Connect works with SQL Server on Windows only.",
			Fix:         "Restore the database on SQL Server 2017, 2019 or 2022 on Windows.",
			Link:        product.LinkPrerequisites, Evidence: seen,
		}}
	case n == 4:
		return []Finding{expressFinding(s, id, seen)}
	default:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Pass, Title: "The edition fits",
			Summary: s.set.SQL.Edition.Or(name), Link: product.LinkPrerequisites, Evidence: seen,
		}}
	}
}

func expressFinding(s site, id string, seen []Evidence) Finding {
	f := Finding{
		ID: id, Area: AreaServer, Severity: Warning,
		Title:       "SQL Server Express ends at 10 GB",
		Summary:     "The size of the database is not known",
		Consequence: "When the database is full, synchronization stops with stopped-database-disk-full. 10 GB is about 100,000 objects.",
		Fix:         "Use SQL Server Standard or Enterprise for more than 100,000 objects.",
		Link:        product.LinkTenGigabytes, Evidence: append(seen, evidence(s.set.Database.DataMB, megabytes)),
	}
	if mb, ok := s.set.Database.DataMB.Get(); ok {
		f.Summary = fmt.Sprintf("The data takes %s, %d %% of it", megabytes(mb), mb*100/expressLimitMB)
	}
	return f
}

// judgeTransport looks at how this connection reached the server.
func judgeTransport(s site) []Finding {
	const id = "sql.transport"
	t := s.set.SQL.Transport
	seen := []Evidence{evidence(t, text)}
	value, known := t.Get()
	switch {
	case !known:
		return []Finding{unknown(id, AreaServer, "The network protocol", t.Reason(),
			"Make sure in SQL Server Configuration Manager that TCP/IP is enabled for the instance.", product.LinkPrerequisites, seen...)}
	case strings.EqualFold(value, "TCP"), strings.EqualFold(value, "Session"):
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Pass, Title: "TCP/IP is enabled",
			Link: product.LinkPrerequisites, Evidence: seen,
		}}
	default:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Warning,
			Title:       "TCP/IP is not proven",
			Summary:     "This connection uses " + value,
			Consequence: "Microsoft Entra Connect reaches SQL Server by TCP/IP; named pipes are not supported.",
			Fix:         "Enable TCP/IP for the instance in SQL Server Configuration Manager, restart it, and check again with INSTANCE,PORT.",
			Link:        product.LinkPrerequisites, Evidence: seen,
		}}
	}
}

// judgeEncryption reports a connection in the clear and a pinned certificate.
func judgeEncryption(s site) []Finding {
	const id = "sql.encryption"
	on, known := s.set.SQL.Encrypted.Get()
	seen := []Evidence{evidence(s.set.SQL.Encrypted, yesNo)}
	cert := s.set.SQL.Certificate
	switch {
	case !known && s.meets(needLogin):
		return []Finding{unknown(id, AreaServer, "Encryption", s.set.SQL.Encrypted.Reason(),
			"Ask SQL Server: SELECT encrypt_option FROM sys.dm_exec_connections.", product.LinkEncryption, seen...)}
	case !known:
		return nil
	case !on:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Warning,
			Title:       "The connection to SQL Server is not encrypted",
			Consequence: "Whoever can listen on the network sees the data, and could change it.",
			Fix:         "Choose encryption on the page Install required components.",
			Link:        product.LinkEncryption, Evidence: seen,
		}}
	case cert != nil && cert.Pinned && !cert.Trusted:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Note,
			Title:       "The certificate of SQL Server was accepted by you",
			Summary:     text(cert.Reason),
			Consequence: "Exactly this certificate is accepted; once it is renewed, it has to be accepted again.",
			Fix:         "Give SQL Server a certificate of an authority that this computer trusts.",
			Link:        product.LinkEncryption,
			Evidence:    append(seen, Evidence{Value: "SHA-256 " + cert.SHA256, Source: "certificate of the server", At: s.set.At}),
		}}
	default:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Pass, Title: "The connection is encrypted",
			Link: product.LinkEncryption, Evidence: seen,
		}}
	}
}

// clockLimit is the difference of clocks that Kerberos still tolerates.
const clockLimit = 5 * time.Minute

// judgeClock compares the clock of SQL Server with this computer's: ages of
// runs and evidences are only as good as both.
func judgeClock(s site) []Finding {
	const id = "sql.clock"
	r := s.set.SQL.ServerTime
	seen := []Evidence{evidence(r, moment)}
	t, known := r.Get()
	if !known {
		return []Finding{unknown(id, AreaServer, "The clock of SQL Server", r.Reason(),
			"Compare it with this computer's clock by hand.", product.LinkPrerequisites, seen...)}
	}
	read := r.At
	if read.IsZero() {
		read = s.now
	}
	seen = append(seen, Evidence{Value: moment(read), Source: "clock of this computer", At: read})
	if diff := t.Sub(read).Abs(); diff > clockLimit {
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Warning,
			Title:       "The clocks of SQL Server and of this computer differ",
			Summary:     "By " + roughly(diff),
			Consequence: "Windows sign-in fails beyond 5 minutes, and every age shown here is off by as much.",
			Fix:         "Set both to the time of the domain (w32tm /resync) and check again.",
			Link:        product.LinkPrerequisites, Evidence: seen,
		}}
	}
	return []Finding{{
		ID: id, Area: AreaServer, Severity: Pass, Title: "The clocks agree",
		Link: product.LinkPrerequisites, Evidence: seen,
	}}
}
