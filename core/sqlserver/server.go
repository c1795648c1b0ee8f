package sqlserver

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// reading is one value of a server to read: where it comes from and what to do
// with it. set gets a null as an invalid NullString.
type reading struct {
	expression string // T-SQL that gives text or null
	source     string
	set        func(v sql.NullString, source string)
	unknown    func(source, why string)
}

// text makes a reading into a string fact. A null means what absent says; with
// nothing there it is the empty string.
func text(into *facts.Read[string], expression, source, absent string, at time.Time) reading {
	return reading{
		expression: expression, source: source,
		set: func(v sql.NullString, source string) {
			if !v.Valid && absent != "" {
				*into = facts.Absent[string](source, absent, at)
				return
			}
			*into = facts.Known(strings.TrimSpace(v.String), source, at)
		},
		unknown: func(source, why string) { *into = facts.Unknown[string](source, why, at) },
	}
}

// flag makes a reading into a yes or no; a null means what absent says.
func flag(into *facts.Read[bool], expression, source, absent string, at time.Time) reading {
	return reading{
		expression: expression, source: source,
		set: func(v sql.NullString, source string) {
			switch strings.ToLower(strings.TrimSpace(v.String)) {
			case "1", "true":
				*into = facts.Known(true, source, at)
			case "0", "false":
				*into = facts.Known(false, source, at)
			default:
				*into = facts.Absent[bool](source, absent, at)
			}
		},
		unknown: func(source, why string) { *into = facts.Unknown[bool](source, why, at) },
	}
}

// number makes a reading into a number; a null means what absent says.
func number(into *facts.Read[int64], expression, source, absent string, at time.Time) reading {
	return reading{
		expression: expression, source: source,
		set: func(v sql.NullString, source string) {
			n, ok := parseInt(v.String)
			if !v.Valid || !ok {
				*into = facts.Absent[int64](source, absent, at)
				return
			}
			*into = facts.Known(n, source, at)
		},
		unknown: func(source, why string) { *into = facts.Unknown[int64](source, why, at) },
	}
}

// property is a SERVERPROPERTY as text; it is a sql_variant by itself.
func property(name string) (expression, source string) {
	source = "SERVERPROPERTY('" + name + "')"
	return "CAST(" + source + " AS nvarchar(256))", source
}

// ReadServer fills the facts that the server tells of itself and the list of its
// databases into s, with one statement for the server's properties, one for its
// time and three at most for the databases, however many there are. What can't be read is
// unknown with the reason; it never fails. at is the time of the reading.
func ReadServer(ctx context.Context, db *sql.DB, s *facts.SQLServer, at time.Time) {
	prop := func(into *facts.Read[string], name, absent string) reading {
		e, src := property(name)
		return text(into, e, src, absent, at)
	}
	edition, editionSource := property("EngineEdition")
	localDB, localDBSource := property("IsLocalDB")
	hadr, hadrSource := property("IsHadrEnabled")
	readAll(ctx, db, []reading{
		prop(&s.Version, "ProductVersion", "the server does not say"),
		prop(&s.Edition, "Edition", "the server does not say"),
		number(&s.EngineEdition, edition, editionSource, "the server does not say", at),
		flag(&s.IsLocalDB, localDB, localDBSource, "not available in this version", at),
		text(&s.ServerName, "CAST(@@SERVERNAME AS nvarchar(256))", "@@SERVERNAME", "the server has no name of its own", at),
		prop(&s.MachineName, "MachineName", "the server does not say"),
		prop(&s.InstanceName, "InstanceName", ""),
		prop(&s.Collation, "Collation", "the server does not say"),
		flag(&s.HADR, hadr, hadrSource, "not available in this version", at),
		text(&s.Login, "SUSER_SNAME()", "SUSER_SNAME()", "the server does not say", at),
		flag(&s.SysAdmin, "CAST(IS_SRVROLEMEMBER('sysadmin') AS nvarchar(10))", "IS_SRVROLEMEMBER('sysadmin')", "the server does not say", at),
	})
	s.ServerTime = readTime(ctx, db, at)
	list, err := Databases(ctx, db)
	if err != nil {
		s.Databases = facts.Unknown[[]facts.DatabaseInfo]("sys.databases", why(ctx, err), at)
		return
	}
	s.Databases = facts.Known(list, "sys.databases", at)
}

// readTime reads the server's clock, in UTC.
func readTime(ctx context.Context, db *sql.DB, at time.Time) facts.Read[time.Time] {
	const source = "GETUTCDATE()"
	var t time.Time
	if err := db.QueryRowContext(ctx, "SELECT GETUTCDATE()").Scan(&t); err != nil {
		return facts.Unknown[time.Time](source, why(ctx, err), at)
	}
	return facts.Known(t.UTC(), source, at)
}

// readAll reads everything with one statement; when the server refuses that, each
// by itself, so that one property which a version lacks costs only itself.
func readAll(ctx context.Context, db *sql.DB, all []reading) {
	if readRow(ctx, db, all, "") == nil {
		return
	}
	for i := range all {
		if err := readRow(ctx, db, all[i:i+1], ""); err != nil {
			all[i].unknown(all[i].source, why(ctx, err))
		}
	}
}

// readRow reads all of them as one row; from is the rest of the statement.
func readRow(ctx context.Context, db *sql.DB, all []reading, from string) error {
	columns := make([]string, len(all))
	values := make([]sql.NullString, len(all))
	into := make([]any, len(all))
	for i := range all {
		columns[i], into[i] = all[i].expression, &values[i]
	}
	query := "SELECT " + strings.Join(columns, ", ")
	if from != "" {
		query += " " + from
	}
	if err := db.QueryRowContext(ctx, query).Scan(into...); err != nil {
		return err
	}
	for i := range all {
		all[i].set(values[i], all[i].source)
	}
	return nil
}

// why says in a sentence why a reading failed.
func why(ctx context.Context, err error) string {
	p := Problem(ctx, err)
	if p.Code == CodeSQLUnknown || p.Code == problem.CodeUnknown {
		return strings.TrimSpace(p.What + " " + p.Detail)
	}
	return p.What
}
