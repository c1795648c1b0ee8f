package preflight

import (
	"slices"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/product"
)

// judgeState looks at the state of the database, whether it can be written to
// and who may come in.
func judgeState(s site) []Finding {
	return []Finding{judgeOnline(s), judgeReadOnly(s), judgeUserAccess(s)}
}

func judgeOnline(s site) Finding {
	const id = "database.state"
	r := s.set.Database.State
	seen := evidence(r, text)
	value, known := r.Get()
	switch {
	case !known:
		return unknown(id, AreaDatabase, "The state of the database", r.Reason(),
			"Ask SQL Server: SELECT state_desc FROM sys.databases.", product.LinkPrerequisites, seen)
	case strings.EqualFold(value, "ONLINE"):
		return Finding{
			ID: id, Area: AreaDatabase, Severity: Pass, Title: "The database is online",
			Link: product.LinkPrerequisites, Evidence: []Evidence{seen},
		}
	default:
		return Finding{
			ID: id, Area: AreaDatabase, Severity: Blocked,
			Title:       "The database is not online",
			Summary:     "Its state is " + value,
			Consequence: "It can be neither read nor written.",
			Fix:         "Bring it online. After a restore without recovery: RESTORE DATABASE … WITH RECOVERY.",
			Link:        product.LinkPrerequisites, Evidence: []Evidence{seen},
		}
	}
}

func judgeReadOnly(s site) Finding {
	const id = "database.readonly"
	r := s.set.Database.ReadOnly
	seen := evidence(r, yesNo)
	on, known := r.Get()
	switch {
	case !known:
		return unknown(id, AreaDatabase, "Whether the database can be written", r.Reason(),
			"Ask SQL Server: SELECT is_read_only FROM sys.databases.", product.LinkPrerequisites, seen)
	case on:
		return Finding{
			ID: id, Area: AreaDatabase, Severity: Blocked,
			Title:       "The database is read-only",
			Consequence: "Install writes to it, and so does every synchronization.",
			Fix:         "ALTER DATABASE … SET READ_WRITE. If it is a snapshot or a readable secondary, use the database it comes from.",
			Link:        product.LinkPrerequisites, Evidence: []Evidence{seen},
		}
	default:
		return Finding{
			ID: id, Area: AreaDatabase, Severity: Pass, Title: "The database can be written",
			Link: product.LinkPrerequisites, Evidence: []Evidence{seen},
		}
	}
}

func judgeUserAccess(s site) Finding {
	const id = "database.access"
	r := s.set.Database.UserAccess
	f := Finding{ID: id, Area: AreaDatabase, Link: product.LinkSingleUser, Evidence: []Evidence{evidence(r, text)}}
	value, known := r.Get()
	switch {
	case !known:
		return unknown(id, AreaDatabase, "Who may open the database", r.Reason(),
			"Ask SQL Server: SELECT user_access_desc FROM sys.databases.", product.LinkSingleUser, f.Evidence...)
	case strings.EqualFold(value, "SINGLE_USER"):
		f.Severity, f.Title = Blocked, "The database is in single-user mode"
		f.Consequence = "One connection only is let in; setup and the synchronization service need several."
		f.Fix = "ALTER DATABASE … SET MULTI_USER, once whoever set the mode is done."
	case strings.EqualFold(value, "RESTRICTED_USER"):
		f.Severity, f.Title = Warning, "The database is in restricted-user mode"
		f.Consequence = "Owners of the database only are let in; somebody is probably working on it."
		f.Fix = "ALTER DATABASE … SET MULTI_USER, once whoever set the mode is done."
	default:
		f.Severity, f.Title = Pass, "The database is open to several users"
	}
	return f
}

// caseRule tells from a collation's name whether it tells case apart. known is
// false for a name that does not say (docs: collations carry _CI_, _CS_ or _BIN).
func caseRule(collation string) (sensitive, known bool) {
	parts := strings.Split(strings.ToUpper(collation), "_")
	switch {
	case slices.Contains(parts, "CI"):
		return false, true
	case slices.Contains(parts, "CS"), slices.Contains(parts, "BIN"), slices.Contains(parts, "BIN2"):
		return true, true
	default:
		return false, false
	}
}

// judgeCollation refuses a case-sensitive database.
func judgeCollation(s site) []Finding {
	const id = "database.collation"
	r := s.set.Database.Collation
	server := s.set.SQL.Collation
	seen := []Evidence{evidence(r, text), evidence(server, text)}
	value, known := r.Get()
	sensitive, named := caseRule(value)
	if !known || !named {
		why := r.Reason()
		if known {
			why = "the name " + text(value) + " does not say whether case matters"
		}
		return []Finding{unknown(id, AreaDatabase, "The collation", why,
			"Make sure that it is case-insensitive (_CI_).", product.LinkPrerequisites, seen...)}
	}
	f := Finding{
		ID: id, Area: AreaDatabase, Severity: Pass, Title: "The collation is case-insensitive",
		Summary: value, Link: product.LinkPrerequisites, Evidence: seen,
	}
	if sensitive {
		f.Severity, f.Title = Blocked, "The collation is case-sensitive"
		f.Consequence = "Setup refuses such a database: names that differ in case only would be taken for different objects."
		f.Fix = "There is no way to convert it in place: rebuild the database with a case-insensitive collation such as Latin1_General_CI_AS."
		return []Finding{f}
	}
	if serverSensitive, ok := caseRule(server.Or("")); ok && serverSensitive {
		f.Severity, f.Title = Warning, "The instance's collation is case-sensitive"
		f.Summary = "Database " + value + ", instance " + server.Value
		f.Consequence = "The database itself fits, but temporary tables follow the instance: comparisons between the two can fail."
		f.Fix = "Better restore the database on an instance with a case-insensitive collation."
	}
	return []Finding{f}
}

// judgeAvailability refuses a database that is in an availability group.
func judgeAvailability(s site) []Finding {
	const id = "database.availability"
	r := s.set.Database.AvailabilityGroup
	seen := []Evidence{evidence(r, text), evidence(s.set.SQL.HADR, yesNo)}
	group, known := r.Get()
	switch {
	case !known:
		return []Finding{unknown(id, AreaDatabase, "Availability groups", r.Reason(),
			"Ask the database administrator whether the database is in one.", product.LinkPrerequisites, seen...)}
	case group != "":
		return []Finding{{
			ID: id, Area: AreaDatabase, Severity: Blocked,
			Title:       "The database is in an availability group",
			Summary:     "Group " + group,
			Consequence: "Setup fails on it with error 25009, ALTER DATABASE statement failed.",
			Fix:         "Take the database out of the group, install, then add it again and use the listener's name.",
			Link:        product.LinkPrerequisites, Evidence: seen,
		}}
	default:
		return []Finding{{
			ID: id, Area: AreaDatabase, Severity: Pass, Title: "Not in an availability group",
			Link: product.LinkPrerequisites, Evidence: seen,
		}}
	}
}

// judgePermission wants sysadmin, or db_owner without a group between.
func judgePermission(s site) []Finding {
	const id = "database.permission"
	db, sql := s.set.Database, s.set.SQL
	seen := []Evidence{
		evidence(sql.Login, text), evidence(sql.SysAdmin, yesNo),
		evidence(db.Grant, grantText),
	}
	grant, known := db.Grant.Get()
	if admin, ok := sql.SysAdmin.Get(); ok && admin {
		grant, known = facts.GrantSysAdmin, true
	}
	f := Finding{ID: id, Area: AreaDatabase, Link: product.LinkSQLDelegation, Evidence: seen}
	login := sql.Login.Or("this login")
	switch {
	case !known:
		return []Finding{unknown(id, AreaDatabase, "The permission of the login", db.Grant.Reason(),
			"Make sure that the login is sysadmin or has its own user in db_owner.", product.LinkSQLDelegation, seen...)}
	case grant == facts.GrantSysAdmin, grant == facts.GrantDBO, grant == facts.GrantDirect:
		f.Severity, f.Title, f.Summary = Pass, "The login may change the database", login+": "+grantText(grant)
	case grant == facts.GrantGroup:
		names := db.Groups.Or(nil)
		f.Evidence = append(f.Evidence, evidence(db.Groups, func(g []string) string { return list(g, 8) }))
		f.Severity, f.Title = Blocked, "The login owns the database through a group only"
		f.Summary = login + " by way of " + text(list(names, 4))
		f.Consequence = "Setup fails late, with an unclear SQL error, when db_owner comes through a nested group."
		f.Fix = "Give the login its own user in the database and add that to db_owner: CREATE USER … FOR LOGIN …; ALTER ROLE db_owner ADD MEMBER …"
	default:
		f.Severity, f.Title = Blocked, "The login may not change the database"
		f.Summary = login + " is neither sysadmin nor db_owner"
		f.Consequence = "Install could not write a single row."
		f.Fix = "Have a database administrator add the login to db_owner, directly and not through a group, or sign in as another login."
	}
	return []Finding{f}
}

func grantText(g facts.Grant) string {
	switch g {
	case facts.GrantSysAdmin:
		return "member of sysadmin"
	case facts.GrantDBO:
		return "owner of the database"
	case facts.GrantDirect:
		return "own user in db_owner"
	case facts.GrantGroup:
		return "db_owner through a group"
	default:
		return "no owner"
	}
}

// judgeOtherEngines warns of another sync engine's database on the instance. It
// is a warning and not a block because a leftover copy, which is harmless, looks
// the same as a database in use.
func judgeOtherEngines(s site) []Finding {
	const id = "sql.other-engine"
	r := s.set.Database.OtherEngines
	seen := evidence(r, func(v []string) string { return text(list(v, 8)) })
	names, known := r.Get()
	switch {
	case !known:
		return []Finding{unknown(id, AreaServer, "Other sync engines on the instance", r.Reason(),
			"Look for databases such as ADSync or FIMSynchronizationService on the instance.", product.LinkPrerequisites, seen)}
	case len(names) > 0:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Warning,
			Title:       "Another sync engine's database is on this instance",
			Summary:     list(names, 4),
			Consequence: "Two sync engines on one SQL Server instance are not supported. A copy that no server uses does no harm.",
			Fix:         "Make sure that no server uses it. If one does, use another instance for this database.",
			Link:        product.LinkPrerequisites, Evidence: []Evidence{seen},
		}}
	default:
		return []Finding{{
			ID: id, Area: AreaServer, Severity: Pass, Title: "No other sync engine on the instance",
			Link: product.LinkPrerequisites, Evidence: []Evidence{seen},
		}}
	}
}

// staleBackup is the age from which the last backup is a warning.
const staleBackup = 7 * 24 * time.Hour

// judgeBackup looks at the last backup in the backup history.
func judgeBackup(s site) []Finding {
	const id = "database.backup"
	r := s.set.Database.LastBackup
	seen := evidence(r, func(b facts.Backup) string {
		if b.Finished.IsZero() {
			return "none recorded"
		}
		return b.Kind + " backup of " + moment(b.Finished)
	})
	b, known := r.Get()
	f := Finding{
		ID: id, Area: AreaDatabase, Link: product.LinkBackup, Evidence: []Evidence{seen},
		Consequence: "Install changes the database in one transaction and can undo it, but nothing replaces a backup.",
		Fix:         backupAdvice(s.set),
	}
	switch {
	case !known:
		return []Finding{unknown(id, AreaDatabase, "The last backup", r.Reason(), f.Fix, product.LinkBackup, seen)}
	case b.Finished.IsZero():
		f.Severity, f.Title, f.Summary = Warning, "No backup of the database is recorded", "This server's backup history has none"
	case s.sqlNow.Sub(b.Finished) > staleBackup:
		f.Severity, f.Title = Warning, "The last backup is old"
		f.Summary = "A " + b.Kind + " backup, " + ago(s.sqlNow, b.Finished)
	default:
		return []Finding{{
			ID: id, Area: AreaDatabase, Severity: Pass, Title: "The database is backed up",
			Summary: "A " + b.Kind + " backup, " + ago(s.sqlNow, b.Finished),
			Link:    product.LinkBackup, Evidence: []Evidence{seen},
		}}
	}
	return []Finding{f}
}

// judgeSize compares the size with the limit of growth, and the log with the data.
func judgeSize(s site) []Finding {
	const id = "database.size"
	data, log, limit := s.set.Database.DataMB, s.set.Database.LogMB, s.set.Database.MaxMB
	seen := []Evidence{evidence(data, megabytes), evidence(log, megabytes), evidence(limit, func(mb int64) string {
		if mb < 0 {
			return "may grow without a limit"
		}
		return "may grow to " + megabytes(mb)
	})}
	mb, known := data.Get()
	if !known {
		return []Finding{unknown(id, AreaDatabase, "The size of the database", data.Reason(),
			"Ask SQL Server: sp_spaceused.", product.LinkPrerequisites, seen...)}
	}
	f := Finding{
		ID: id, Area: AreaDatabase, Severity: Pass, Title: "The database has room to grow",
		Summary: "Data " + megabytes(mb), Link: product.LinkPrerequisites, Evidence: seen,
	}
	logMB, logKnown := log.Get()
	if logKnown {
		f.Summary += ", log " + megabytes(logMB)
	}
	switch most, ok := limit.Get(); {
	case ok && most >= 0 && mb*10 >= most*8:
		f.Severity, f.Title = Warning, "The database is near its limit of growth"
		f.Summary += ", limit " + megabytes(most)
		f.Consequence = "When it is full, synchronization stops with stopped-database-disk-full. A full synchronization needs extra room."
		f.Fix = "Raise MAXSIZE of the data file, or make room."
	case logKnown && logMB > 1024 && logMB > 2*mb:
		f.Severity, f.Title = Note, "The log is larger than the data"
		f.Consequence = "Under the recovery model " + s.set.Database.RecoveryModel.Or("FULL") + " the log grows until it is backed up."
		f.Fix = "Back up the log regularly, or choose the recovery model SIMPLE."
	case !ok:
		f.Severity, f.Title = Unknown, "The limit of growth could not be checked"
		f.Fix = "Look at MAXSIZE of the data files in sys.database_files."
	}
	return []Finding{f}
}
