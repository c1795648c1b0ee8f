package tsql

import (
	"strings"

	"github.com/adsync-reconnect/adsync-reconnect/core/practice/tds"
)

var stateNumbers = map[string]int{"ONLINE": 0, "RESTORING": 1, "RECOVERING": 2, "RECOVERY_PENDING": 3, "SUSPECT": 4, "EMERGENCY": 5, "OFFLINE": 6}

var recoveryNumbers = map[string]int{"FULL": 1, "BULK_LOGGED": 2, "SIMPLE": 3}

var accessNumbers = map[string]int{"MULTI_USER": 0, "SINGLE_USER": 1, "RESTRICTED_USER": 2}

// serverViews are the views about the server: databases, files, sessions,
// locks, availability, backups.
func serverViews() map[string]*sysView {
	return map[string]*sysView{
		"sys.databases": {cols: columns(`name:n database_id:i source_database_id:i owner_sid:sid create_date:d compatibility_level:t collation_name:n
			user_access:t user_access_desc:s is_read_only:b is_auto_close_on:b is_auto_shrink_on:b state:t state_desc:s is_in_standby:b
			snapshot_isolation_state:t snapshot_isolation_state_desc:s is_read_committed_snapshot_on:b recovery_model:t recovery_model_desc:s
			page_verify_option_desc:s is_broker_enabled:b is_encrypted:b containment:t containment_desc:s replica_id:g group_database_id:g log_reuse_wait_desc:s`), rows: rowsDatabases},
		"sys.database_files":   {cols: columns("file_id:i file_guid:g type:t type_desc:s data_space_id:i name:n physical_name:x state:t state_desc:s size:i max_size:i growth:i is_read_only:b is_percent_growth:b"), rows: rowsDatabaseFiles},
		"sys.master_files":     {cols: columns("database_id:i file_id:i type:t type_desc:s data_space_id:i name:n physical_name:x state:t state_desc:s size:i max_size:i growth:i is_read_only:b is_percent_growth:b"), rows: rowsMasterFiles},
		"sys.dm_exec_sessions": {cols: columns("session_id:h login_time:d host_name:n program_name:n host_process_id:i client_interface_name:n login_name:n original_login_name:n nt_domain:n nt_user_name:n status:s last_request_start_time:d last_request_end_time:d is_user_process:b database_id:h open_transaction_count:i transaction_isolation_level:h row_count:I"), rows: rowsSessions},
		"sys.dm_exec_connections": {
			cols: columns("session_id:i connect_time:d net_transport:s protocol_type:s encrypt_option:s auth_scheme:s client_net_address:s local_net_address:s local_tcp_port:i most_recent_session_id:i"),
			rows: needState(rowsConnections),
		},
		"sys.dm_exec_requests": {cols: columns("session_id:h request_id:i start_time:d status:s command:s database_id:h blocking_session_id:h wait_type:s wait_time:i percent_complete:i"), rows: rowsRequests},
		"sys.dm_tran_locks": {
			cols: columns("resource_type:s resource_subtype:s resource_database_id:i resource_description:l request_mode:s request_type:s request_status:s request_session_id:i request_owner_type:s"),
			rows: needState(rowsLocks),
		},
		"sys.dm_os_sys_info":                 {cols: columns("cpu_count:i physical_memory_kb:I sqlserver_start_time:d"), rows: needState(rowsSysInfo)},
		"sys.availability_groups":            {cols: columns("group_id:g name:n resource_id:l"), rows: rowsGroups},
		"sys.availability_databases_cluster": {cols: columns("group_id:g group_database_id:g database_name:n"), rows: rowsGroupDatabases},
		"sys.dm_hadr_database_replica_states": {
			cols: columns("database_id:i group_id:g replica_id:g group_database_id:g is_local:b is_primary_replica:b synchronization_state:t synchronization_state_desc:s synchronization_health_desc:s is_suspended:b"),
			rows: needState(rowsReplicas),
		},
		"sys.configurations":     {cols: columns("configuration_id:i name:n value:v value_in_use:v description:l"), rows: rowsConfigurations},
		"msdb.backupset":         {cols: columns("backup_set_id:i media_set_id:i name:n user_name:n database_name:n server_name:n machine_name:n type:c1 is_copy_only:b backup_start_date:d backup_finish_date:d backup_size:N20 compressed_backup_size:N20 recovery_model:s"), rows: rowsBackups},
		"msdb.backupmediafamily": {cols: columns("media_set_id:i family_sequence_number:t physical_device_name:x device_type:t"), rows: rowsMedia},
		"msdb.restorehistory":    {cols: columns("restore_history_id:i restore_date:d destination_database_name:n user_name:n backup_set_id:i restore_type:c1 replace:b"), rows: rowsRestores},
	}
}

// visible are the databases that the session may see in sys.databases: all of
// them, as VIEW ANY DATABASE is granted to public.
func (s *Session) visible() []*Database { return s.srv.all() }

func rowsDatabases(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, d := range s.visible() {
		c := d.conf()
		var coll any = c.Collation
		if !d.online() {
			coll = nil
		}
		var replica, group any
		if c.AvailabilityGroup != "" {
			replica, group = madeUpGUID("replica "+c.AvailabilityGroup), madeUpGUID("group database "+c.Name)
		}
		out = append(out, []any{
			c.Name, d.id, nil, sidOf(c.Owner), c.Created, c.Compatibility, coll,
			accessNumbers[c.UserAccess], c.UserAccess, c.ReadOnly, false, false, stateNumbers[c.State], c.State, false,
			0, "OFF", false, recoveryNumbers[c.Recovery], c.Recovery,
			"CHECKSUM", false, false, 0, "NONE", replica, group, "NOTHING",
		})
	}
	return out, nil
}

func madeUpGUID(seed string) tds.GUID {
	var g tds.GUID
	copy(g[:], sidOf("guid of "+seed))
	return g
}

func fileRows(s *Session, d *Database, withID bool) [][]any {
	c := d.conf()
	maxSize := func(mb int64) any {
		if mb == 0 {
			return -1
		}
		return mb * 128
	}
	growth, percent := any(64*128), false
	if c.GrowthPercent > 0 {
		growth, percent = c.GrowthPercent, true
	}
	data := []any{1, madeUpGUID("file " + c.Name), 0, "ROWS", 1, c.Name, dataPath(s.srv) + c.Name + ".mdf", 0, "ONLINE", c.SizeMB * 128, maxSize(c.MaxSizeMB), growth, c.ReadOnly, percent}
	log := []any{2, madeUpGUID("log " + c.Name), 1, "LOG", 0, c.Name + "_log", dataPath(s.srv) + c.Name + "_log.ldf", 0, "ONLINE", c.LogSizeMB * 128, 268435456, 64 * 128, c.ReadOnly, false}
	if withID {
		for i, r := range [][]any{data, log} {
			r = append([]any{d.id, r[0]}, r[2:]...)
			if i == 0 {
				data = r
			} else {
				log = r
			}
		}
	}
	return [][]any{data, log}
}

func rowsDatabaseFiles(s *Session, d *Database, _ []any) ([][]any, error) {
	return fileRows(s, d, false), nil
}

func rowsMasterFiles(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, d := range s.srv.all() {
		if s.serverState() || s.owner(d) {
			out = append(out, fileRows(s, d, true)...)
		}
	}
	return out, nil
}

// rowsSessions shows all sessions to those with VIEW SERVER STATE, and to others
// their own only, as SQL Server does.
func rowsSessions(s *Session, _ *Database, _ []any) ([][]any, error) {
	levels := map[string]int{"READ UNCOMMITTED": 1, "READ COMMITTED": 2, "REPEATABLE READ": 3, "SERIALIZABLE": 4, "SNAPSHOT": 5}
	var out [][]any
	for _, x := range s.srv.open() {
		if x != s && (!s.serverState() || x.internal) {
			continue
		}
		x.mu.Lock()
		status := "sleeping"
		if x.current != "" {
			status = "running"
		}
		domain, user := any(nil), any(nil)
		if d, u, ok := strings.Cut(x.login.Name, `\`); ok {
			domain, user = d, u
		}
		trans, level, rows := 0, 2, int64(0)
		if x == s {
			trans, level, rows = s.tx.count, levels[s.opts.isolation], s.rowcount
		}
		out = append(out, []any{
			x.spid, x.began, x.request.Host, x.request.App, x.request.PID, x.request.Library, x.login.Name, x.login.Name, domain, user, status,
			x.lastRequest, x.lastRequest, true, x.dbID.Load(), trans, level, rows,
		})
		x.mu.Unlock()
	}
	if !s.serverState() {
		return out, nil
	}
	for i, f := range s.srv.foreign() {
		id := 0
		if d := s.srv.Database(f.Database); d != nil {
			id = d.id
		}
		status := f.Status
		if status == "" {
			status = "sleeping"
		}
		out = append(out, []any{
			1000 + i, f.LoginTime, f.Host, f.App, 2468, ".Net SqlClient Data Provider", f.Login, f.Login, nil, nil, status,
			f.LastRequest, f.LastRequest, true, id, 0, 2, 0,
		})
	}
	return out, nil
}

func rowsConnections(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	row := func(spid int, at any, transport, encrypted, scheme string) {
		out = append(out, []any{spid, at, transport, "TSQL", encrypted, scheme, "127.0.0.1", "127.0.0.1", 1433, spid})
	}
	onOff := map[bool]string{true: "TRUE", false: "FALSE"}
	scheme := map[bool]string{true: "NTLM", false: "SQL"}
	for _, x := range s.srv.open() {
		if !x.internal || x == s {
			row(x.spid, x.began, x.transport(), onOff[x.request.Encrypted], scheme[x.login.Windows])
		}
	}
	for i, f := range s.srv.foreign() {
		row(1000+i, f.LoginTime, "TCP", "TRUE", scheme[strings.Contains(f.Login, `\`)])
	}
	return out, nil
}

func rowsRequests(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, x := range s.srv.open() {
		if x != s && !s.serverState() {
			continue
		}
		x.mu.Lock()
		if x.current != "" {
			word, _, _ := strings.Cut(strings.TrimSpace(x.current), " ")
			out = append(out, []any{x.spid, 0, x.lastRequest, "running", clip(strings.ToUpper(word), 16), x.dbID.Load(), 0, nil, 0, 0})
		}
		x.mu.Unlock()
	}
	return out, nil
}

func rowsLocks(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, r := range s.srv.locks.rows() {
		owner := "TRANSACTION"
		if r.session {
			owner = "SESSION"
		}
		out = append(out, []any{"APPLICATION", "", r.key.db, "0:[" + clip(r.key.resource, 32) + "]:(" + shortHash(r.key.resource) + ")", r.mode, "LOCK", "GRANT", r.spid, owner})
	}
	for _, x := range s.srv.open() {
		out = append(out, []any{"DATABASE", "", x.dbID.Load(), "", "S", "LOCK", "GRANT", x.spid, "SHARED_TRANSACTION_WORKSPACE"})
	}
	return out, nil
}

func shortHash(s string) string { return strings.ToLower(guidText(madeUpGUID(s))[:8]) }

func rowsSysInfo(s *Session, _ *Database, _ []any) ([][]any, error) {
	return [][]any{{4, 16 * 1024 * 1024, s.srv.started}}, nil
}

func (s *Server) groups() []string {
	var out []string
	for _, d := range s.all() {
		if g := d.conf().AvailabilityGroup; g != "" && !contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

func rowsGroups(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, g := range s.srv.groups() {
		out = append(out, []any{madeUpGUID("group " + g), g, strings.ToLower(guidText(madeUpGUID("resource " + g)))})
	}
	return out, nil
}

func rowsGroupDatabases(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, d := range s.srv.all() {
		if g := d.conf().AvailabilityGroup; g != "" {
			out = append(out, []any{madeUpGUID("group " + g), madeUpGUID("group database " + d.conf().Name), d.conf().Name})
		}
	}
	return out, nil
}

func rowsReplicas(s *Session, _ *Database, _ []any) ([][]any, error) {
	var out [][]any
	for _, d := range s.srv.all() {
		if g := d.conf().AvailabilityGroup; g != "" {
			out = append(out, []any{d.id, madeUpGUID("group " + g), madeUpGUID("replica " + g), madeUpGUID("group database " + d.conf().Name), true, true, 2, "SYNCHRONIZED", "HEALTHY", false})
		}
	}
	return out, nil
}

func rowsConfigurations(*Session, *Database, []any) ([][]any, error) {
	row := func(id int, name string, value int) []any {
		return []any{id, name, variantInt(value), variantInt(value), name}
	}
	return [][]any{row(1543, "min server memory (MB)", 0), row(1544, "max server memory (MB)", 2147483647), row(1539, "max degree of parallelism", 0), row(542, "remote access", 1)}, nil
}

// history asks for the right to read msdb's tables.
func (s *Session) history(d *Database, name string) error {
	if s.allowed(d, "SELECT") {
		return nil
	}
	return errf(229, 14, 5, "The SELECT permission was denied on the object '%s', database 'msdb', schema 'dbo'.", name)
}

func rowsBackups(s *Session, d *Database, _ []any) ([][]any, error) {
	if err := s.history(d, "backupset"); err != nil {
		return nil, err
	}
	var out [][]any
	for _, db := range s.srv.all() {
		for _, b := range db.conf().Backups {
			server := b.Server
			if server == "" {
				server = s.srv.ServerName()
			}
			kind := b.Type
			if kind == "" {
				kind = "D"
			}
			n := len(out) + 1
			size := tds.Number(fmtInt(b.SizeBytes))
			out = append(out, []any{n, n, nil, "sa", db.conf().Name, server, s.srv.cfg.Machine, kind, b.CopyOnly, b.Start, b.Finish, size, size, db.conf().Recovery})
		}
	}
	return out, nil
}

func rowsMedia(s *Session, d *Database, _ []any) ([][]any, error) {
	if err := s.history(d, "backupmediafamily"); err != nil {
		return nil, err
	}
	var out [][]any
	for _, db := range s.srv.all() {
		for _, b := range db.conf().Backups {
			device := b.Device
			if device == "" {
				device = dataPath(s.srv) + db.conf().Name + ".bak"
			}
			out = append(out, []any{len(out) + 1, 1, device, 2})
		}
	}
	return out, nil
}

func rowsRestores(s *Session, d *Database, _ []any) ([][]any, error) {
	if err := s.history(d, "restorehistory"); err != nil {
		return nil, err
	}
	var out [][]any
	for _, db := range s.srv.all() {
		for _, r := range db.conf().Restores {
			n := len(out) + 1
			out = append(out, []any{n, r.When, db.conf().Name, r.User, n, "D", true})
		}
	}
	return out, nil
}
