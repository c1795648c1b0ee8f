package sqlserver

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// readBackupWay reads what there is to know before a backup, with four SELECTs.
// Sources: SERVERPROPERTY (InstanceDefaultBackupPath, from SQL Server 2019 on),
// HAS_PERMS_BY_NAME, sys.dm_os_volume_stats for the volume of the data,
// sys.dm_os_enumerate_fixed_drives and sys.dm_os_host_info (both from 2017 on).
// All the views ask for VIEW SERVER STATE.
func readBackupWay(ctx context.Context, db *sql.DB, at time.Time) facts.BackupWay {
	var w facts.BackupWay
	folder, source := property("InstanceDefaultBackupPath")
	readAll(ctx, db, []reading{
		text(&w.Folder, folder, source, "this version of SQL Server does not tell it", at),
		flag(&w.Allowed, "CAST(HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'BACKUP DATABASE') AS nvarchar(10))", "HAS_PERMS_BY_NAME: BACKUP DATABASE", "the server does not say", at),
		flag(&w.Verify, "CAST(HAS_PERMS_BY_NAME(NULL, NULL, 'CREATE ANY DATABASE') AS nvarchar(10))", "HAS_PERMS_BY_NAME: CREATE ANY DATABASE", "the server does not say", at),
	})
	w.Volumes = readVolumes(ctx, db, at)
	w.Linux = readLinux(ctx, db, at)
	return w
}

// readVolumes reads what is free on the volume of the data and on the fixed
// drives. It is known when either of the two says anything.
func readVolumes(ctx context.Context, db *sql.DB, at time.Time) facts.Read[[]facts.Volume] {
	const source = "sys.dm_os_volume_stats, sys.dm_os_enumerate_fixed_drives"
	var list []facts.Volume
	var failed error
	for _, query := range []string{
		"SELECT volume_mount_point, available_bytes FROM sys.dm_os_volume_stats(DB_ID(), 1)",
		"SELECT fixed_drive_path, free_space_in_bytes FROM sys.dm_os_enumerate_fixed_drives",
	} {
		found, err := volumes(ctx, db, query)
		failed = errors.Join(failed, err)
		for _, v := range found {
			if !slices.ContainsFunc(list, func(o facts.Volume) bool { return o.Root == v.Root }) {
				list = append(list, v)
			}
		}
	}
	if len(list) > 0 {
		return facts.Known(list, source, at)
	}
	if failed != nil {
		return facts.Unknown[[]facts.Volume](source, why(ctx, failed), at)
	}
	return facts.Unknown[[]facts.Volume](source, "the server lists no volumes", at)
}

func volumes(ctx context.Context, db *sql.DB, query string) ([]facts.Volume, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []facts.Volume
	for rows.Next() {
		var root sql.NullString
		var free sql.NullInt64
		if err := rows.Scan(&root, &free); err != nil {
			return nil, err
		}
		if root.String != "" && free.Valid {
			list = append(list, facts.Volume{Root: root.String, FreeBytes: free.Int64})
		}
	}
	return list, rows.Err()
}

// readLinux reads whether SQL Server runs on Linux. Versions without the view
// run on Windows only.
func readLinux(ctx context.Context, db *sql.DB, at time.Time) facts.Read[bool] {
	const source = "sys.dm_os_host_info.host_platform"
	var platform sql.NullString
	err := db.QueryRowContext(ctx, "SELECT host_platform FROM sys.dm_os_host_info").Scan(&platform)
	switch {
	case err != nil && IsMissing(err):
		return facts.Known(false, "this version runs on Windows only", at)
	case err != nil:
		return facts.Unknown[bool](source, why(ctx, err), at)
	}
	return facts.Known(platform.String == "Linux", source, at)
}
