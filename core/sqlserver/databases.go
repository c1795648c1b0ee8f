package sqlserver

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/facts"
)

// likenessBatch is how many databases are looked into with one statement.
const likenessBatch = 50

// signs are the tables by which a database is recognised. Those of ADSync do not
// exist in FIM and MIM, and the other way round.
var (
	adsyncSigns = []string{"mms_synchronization_rule", "mms_watermark_history"}
	fimSigns    = []string{"mms_extensions", "mms_lineage_cross_reference"}
)

// systemDatabases are not offered.
var systemDatabases = []string{"master", "tempdb", "model", "msdb"}

// Databases lists the databases of the instance that the login can see, without
// the system's, those that look like ADSync first. Looking is by the names of
// tables only, 50 databases per statement; a database that can't be looked into
// says so in Why. The error is a *problem.Problem.
func Databases(ctx context.Context, db *sql.DB) ([]facts.DatabaseInfo, error) {
	all, err := listDatabases(ctx, db)
	if err != nil {
		return nil, Problem(ctx, err)
	}
	readSizes(ctx, db, all)
	var open []int
	for i := range all {
		if all[i].Why == "" {
			open = append(open, i)
		}
	}
	for chunk := range slices.Chunk(open, likenessBatch) {
		readLikeness(ctx, db, all, chunk)
	}
	rank := map[facts.Likeness]int{facts.LooksLikeADSync: 0, facts.LikenessUnknown: 1, facts.LooksEmpty: 2, facts.LooksLikeFIM: 3, facts.LooksOther: 3}
	slices.SortStableFunc(all, func(a, b facts.DatabaseInfo) int {
		return cmp.Or(cmp.Compare(rank[a.Looks], rank[b.Looks]), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
	return all, nil
}

// listDatabases reads names and states.
func listDatabases(ctx context.Context, db *sql.DB) ([]facts.DatabaseInfo, error) {
	rows, err := db.QueryContext(ctx, "SELECT name, state_desc, HAS_DBACCESS(name) FROM sys.databases ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []facts.DatabaseInfo
	for rows.Next() {
		var name, state sql.NullString
		var access sql.NullInt64
		if err := rows.Scan(&name, &state, &access); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(systemDatabases, func(s string) bool { return strings.EqualFold(s, name.String) }) {
			continue
		}
		d := facts.DatabaseInfo{Name: name.String, State: state.String}
		switch {
		case !strings.EqualFold(d.State, "ONLINE"):
			d.Why = "it is not online (" + d.State + ")"
		case access.Valid && access.Int64 == 0:
			d.Why = "this login may not use it"
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// readSizes reads the size of all files. sys.master_files shows only those of
// databases that the login owns when it is no administrator; then the size stays 0.
func readSizes(ctx context.Context, db *sql.DB, all []facts.DatabaseInfo) {
	rows, err := db.QueryContext(ctx, "SELECT d.name, f.size FROM sys.databases d JOIN sys.master_files f ON f.database_id = d.database_id")
	if err != nil {
		return // the size is for orientation only
	}
	defer func() { _ = rows.Close() }()
	pages := map[string]int64{}
	for rows.Next() {
		var name string
		var size sql.NullInt64
		if rows.Scan(&name, &size) == nil {
			pages[name] += size.Int64
		}
	}
	if rows.Err() != nil {
		return
	}
	for i := range all {
		all[i].SizeMB = megabytes(pages[all[i].Name])
	}
}

// readLikeness looks into some databases with one statement. When that fails,
// because one of them changed its state or its rights meanwhile, each is looked
// into by itself.
func readLikeness(ctx context.Context, db *sql.DB, all []facts.DatabaseInfo, which []int) {
	err := likenessOf(ctx, db, all, which)
	if err == nil {
		return
	}
	if len(which) == 1 || ctx.Err() != nil {
		for _, i := range which {
			all[i].Looks, all[i].Why = facts.LikenessUnknown, why(ctx, err)
		}
		return
	}
	for _, i := range which {
		readLikeness(ctx, db, all, []int{i})
	}
}

// likenessOf counts, for each database, its tables and those that are signs. The
// result holds numbers only: names of several databases in one result would meet
// in different collations, which SQL Server refuses.
func likenessOf(ctx context.Context, db *sql.DB, all []facts.DatabaseInfo, which []int) error {
	parts := make([]string, 0, len(which))
	for _, i := range which {
		columns := []string{strconv.Itoa(i), "COUNT(*)"}
		for _, sign := range append(slices.Clone(adsyncSigns), fimSigns...) {
			columns = append(columns, "SUM(CASE WHEN LOWER(name) = '"+sign+"' THEN 1 ELSE 0 END)")
		}
		parts = append(parts, "SELECT "+strings.Join(columns, ", ")+" FROM "+quoteName(all[i].Name)+".sys.tables")
	}
	rows, err := db.QueryContext(ctx, strings.Join(parts, " UNION ALL "))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var i, tables int64
		var rule, watermark, extensions, lineage sql.NullInt64
		if err := rows.Scan(&i, &tables, &rule, &watermark, &extensions, &lineage); err != nil {
			return err
		}
		if i < 0 || i >= int64(len(all)) {
			return fmt.Errorf("the server answered for database %d of %d", i, len(all))
		}
		all[i].Looks = likeness(tables, rule.Int64 > 0 && watermark.Int64 > 0, extensions.Int64 > 0 || lineage.Int64 > 0)
	}
	return rows.Err()
}

// likeness judges by the signs that were found.
func likeness(tables int64, adsync, fim bool) facts.Likeness {
	switch {
	case fim:
		return facts.LooksLikeFIM
	case adsync:
		return facts.LooksLikeADSync
	case tables == 0:
		return facts.LooksEmpty
	}
	return facts.LooksOther
}

// quoteName puts a name into brackets, as QUOTENAME does.
func quoteName(name string) string { return "[" + strings.ReplaceAll(name, "]", "]]") + "]" }

// megabytes turns 8 KB pages into MB, rounded up.
func megabytes(pages int64) int64 { return (pages*8 + 1023) / 1024 }

// parseInt reads a whole number.
func parseInt(s string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	return n, err == nil
}
