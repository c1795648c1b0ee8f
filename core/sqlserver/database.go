package sqlserver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// ReadDatabase reads what the server says of the database that db is connected
// to, whatever is in it, with about fifteen statements. What can't be read is unknown
// with the reason; it never fails. others is the list of the server's databases
// (facts.SQLServer.Databases), and at the time of the reading.
func ReadDatabase(ctx context.Context, db *sql.DB, others facts.Read[[]facts.DatabaseInfo], at time.Time) facts.Database {
	var d facts.Database
	readProperties(ctx, db, &d, at)
	d.AvailabilityGroup = readGroupName(ctx, db, at)
	readFiles(ctx, db, &d, at)
	readGrant(ctx, db, &d, at)
	d.LastBackup = readBackup(ctx, db, at)
	d.BackupWay = readBackupWay(ctx, db, at)
	d.OtherEngines = otherEngines(others, d.Name, at)
	return d
}

// readProperties reads the row of sys.databases.
func readProperties(ctx context.Context, db *sql.DB, d *facts.Database, at time.Time) {
	const from = "FROM sys.databases WHERE name = DB_NAME()"
	column := func(into *facts.Read[string], name string) reading {
		return text(into, name, "sys.databases."+name, "the server does not say", at)
	}
	all := []reading{
		{
			expression: "name", source: "sys.databases.name",
			set:     func(v sql.NullString, _ string) { d.Name = v.String },
			unknown: func(string, string) {},
		},
		column(&d.State, "state_desc"),
		flag(&d.ReadOnly, "CAST(is_read_only AS nvarchar(10))", "sys.databases.is_read_only", "the server does not say", at),
		column(&d.UserAccess, "user_access_desc"),
		column(&d.Collation, "collation_name"),
		column(&d.RecoveryModel, "recovery_model_desc"),
		number(&d.Compatibility, "CAST(compatibility_level AS nvarchar(10))", "sys.databases.compatibility_level", "the server does not say", at),
	}
	if readRow(ctx, db, all, from) == nil {
		return
	}
	for i := range all {
		if err := readRow(ctx, db, all[i:i+1], from); err != nil {
			all[i].unknown(all[i].source, why(ctx, err))
		}
	}
	if d.Name == "" {
		var name sql.NullString
		if db.QueryRowContext(ctx, "SELECT DB_NAME()").Scan(&name) == nil {
			d.Name = name.String
		}
	}
}

// readGroupName reads the availability group that holds the database, "" for
// none. Membership stands in sys.databases, which every login may read; the
// group's name asks for more rights.
func readGroupName(ctx context.Context, db *sql.DB, at time.Time) facts.Read[string] {
	const source = "sys.databases.group_database_id"
	var member sql.NullString
	err := db.QueryRowContext(ctx, "SELECT CAST(group_database_id AS nvarchar(40)) FROM sys.databases WHERE name = DB_NAME()").Scan(&member)
	if err != nil && IsMissing(err) {
		return facts.Known("", "this version has no availability groups", at)
	}
	if err != nil {
		return facts.Unknown[string](source, why(ctx, err), at)
	}
	if !member.Valid || member.String == "" {
		return facts.Known("", source, at)
	}
	const unnamed = "(this login may not see its name)"
	var name sql.NullString
	err = db.QueryRowContext(ctx, "SELECT g.name FROM sys.availability_groups g JOIN sys.availability_databases_cluster d ON d.group_id = g.group_id"+
		" WHERE CAST(d.group_database_id AS nvarchar(40)) = @p1", member.String).Scan(&name)
	if err != nil || name.String == "" {
		return facts.Known(unnamed, source, at)
	}
	return facts.Known(name.String, "sys.availability_groups", at)
}

// readFiles reads sizes and limits of the files, in pages of 8 KB.
// Source: sys.database_files, where type 0 is data and 1 is the log, growth 0
// means a fixed size and max_size -1 no limit.
func readFiles(ctx context.Context, db *sql.DB, d *facts.Database, at time.Time) {
	const source = "sys.database_files"
	data, log, limit, err := sumFiles(ctx, db)
	if err != nil {
		reason := why(ctx, err)
		d.DataMB = facts.Unknown[int64](source, reason, at)
		d.LogMB = facts.Unknown[int64](source, reason, at)
		d.MaxMB = facts.Unknown[int64](source, reason, at)
		return
	}
	d.DataMB = facts.Known(megabytes(data), source, at)
	d.LogMB = facts.Known(megabytes(log), source, at)
	d.MaxMB = facts.Known(int64(-1), source, at)
	if limit >= 0 {
		d.MaxMB = facts.Known(megabytes(limit), source, at)
	}
}

// sumFiles adds the files up; limit is the smallest limit of a data file, -1 for none.
func sumFiles(ctx context.Context, db *sql.DB) (data, log, limit int64, err error) {
	limit = -1
	rows, err := db.QueryContext(ctx, "SELECT type, size, max_size, growth FROM sys.database_files")
	if err != nil {
		return 0, 0, 0, err
	}
	defer func() { _ = rows.Close() }()
	files := 0
	for rows.Next() {
		var kind, size, most, growth sql.NullInt64
		if err := rows.Scan(&kind, &size, &most, &growth); err != nil {
			return 0, 0, 0, err
		}
		files++
		switch kind.Int64 {
		case 0:
			data += size.Int64
			own := most.Int64
			if (growth.Valid && growth.Int64 == 0) || own == 0 {
				own = size.Int64 // it can't grow
			}
			if own > 0 && (limit < 0 || own < limit) {
				limit = own
			}
		case 1:
			log += size.Int64
		}
	}
	if err := rows.Err(); err != nil {
		return 0, 0, 0, err
	}
	if files == 0 {
		return 0, 0, 0, errors.New("the server lists no files")
	}
	return data, log, limit, nil
}

// backupKinds are the types of msdb.dbo.backupset.
var backupKinds = map[string]string{"D": "full", "I": "differential", "L": "log", "F": "file", "G": "differential file", "P": "partial", "Q": "differential partial"}

// readBackup reads the newest backup; a zero one means that none is recorded. backupset keeps the server's local time;
// the difference to UTC is taken as it is now.
func readBackup(ctx context.Context, db *sql.DB, at time.Time) facts.Read[facts.Backup] {
	const source = "msdb.dbo.backupset"
	var finished sql.NullTime
	var kind sql.NullString
	var copyOnly sql.NullBool
	var minutes sql.NullInt64
	err := db.QueryRowContext(ctx, "SELECT TOP (1) backup_finish_date, type, is_copy_only, DATEDIFF(minute, GETUTCDATE(), GETDATE())"+
		" FROM msdb.dbo.backupset WHERE database_name = DB_NAME() AND backup_finish_date IS NOT NULL ORDER BY backup_finish_date DESC").
		Scan(&finished, &kind, &copyOnly, &minutes)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return facts.Known(facts.Backup{}, source, at)
	case err != nil:
		return facts.Unknown[facts.Backup](source, why(ctx, err), at)
	}
	b := facts.Backup{Kind: backupKinds[strings.TrimSpace(kind.String)], CopyOnly: copyOnly.Bool}
	if b.Kind == "" {
		b.Kind = fmt.Sprintf("type %q", kind.String)
	}
	b.Finished = finished.Time.UTC().Add(-time.Duration(minutes.Int64) * time.Minute)
	return facts.Known(b, source, at)
}

// otherEngines picks, from the list of databases, the others that look like a
// sync engine's. When some could not be looked into and none was found, it is
// unknown: an unseen one may be there.
func otherEngines(list facts.Read[[]facts.DatabaseInfo], own string, at time.Time) facts.Read[[]string] {
	const source = "names of the tables of the instance's databases"
	all, ok := list.Get()
	if !ok {
		return facts.Unknown[[]string](source, list.Reason(), at)
	}
	found, unseen := []string{}, []string{}
	for _, d := range all {
		switch {
		case strings.EqualFold(d.Name, own):
		case d.Looks == facts.LooksLikeADSync, d.Looks == facts.LooksLikeFIM:
			found = append(found, d.Name)
		case d.Looks == facts.LikenessUnknown:
			unseen = append(unseen, d.Name)
		}
	}
	if len(found) == 0 && len(unseen) > 0 {
		return facts.Unknown[[]string](source, "this login could not look into "+strings.Join(unseen, ", "), at)
	}
	return facts.Known(found, source, at)
}
